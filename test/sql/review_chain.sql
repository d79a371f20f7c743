-- The bytes of the hash chain and of content hashes, recomputed with the server's own sha256().
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset null '-'

-- A field: length and bytes
CREATE FUNCTION hd_field(t text) RETURNS bytea LANGUAGE sql AS $$ SELECT CASE WHEN t IS NULL THEN '\xffffffff'::bytea ELSE int4send(length(convert_to(t, 'UTF8'))) || convert_to(t, 'UTF8') END $$;
CREATE FUNCTION hd_field(b bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT CASE WHEN b IS NULL THEN '\xffffffff'::bytea ELSE int4send(length(b)) || b END $$;
CREATE FUNCTION hd_number(n bigint) RETURNS bytea LANGUAGE sql AS $$ SELECT CASE WHEN n IS NULL THEN '\xffffffff'::bytea ELSE int4send(8) || int8send(n) END $$;
CREATE FUNCTION hd_time(t timestamptz) RETURNS bytea LANGUAGE sql AS $$ SELECT CASE WHEN t IS NULL THEN '\xffffffff'::bytea ELSE int4send(8) || timestamptz_send(t) END $$;

SELECT hdata.review_define('hd_chain', $$
	draft -> submitted as submit author;
	submitted -> done as finish !author claim reason;
	initial draft; terminal done $$) AS version;
CREATE ROLE regress_hd_chain;
CREATE TABLE hd_chain (id text PRIMARY KEY, who text, state text, t text, n numeric, i int, b bigint, f float8, r real, d date, ts timestamp, tz timestamptz,
	bin bytea, j jsonb, a int[], iv interval, bo boolean, u uuid, c char(4));
SELECT hdata.review_attach('hd_chain', 'hd_chain', 'id', 'state', author => 'who', service => 'regress_hd_chain',
	content => '{t,n,i,b,f,r,d,ts,tz,bin,j,a,iv,bo,u,c}');
INSERT INTO hd_chain VALUES
	('één', 'zoë', NULL, 'ünï', 1.50, 1, -9223372036854775808, 0.1, 0.1, '2026-01-31', '2026-01-31 12:00', '2026-01-31 12:00+02', '\x00ff', '{"b": 1, "a": "é"}', '{1,NULL}',
		'1 day 02:03', true, '11111111-2222-3333-4444-555555555555', 'ab');
INSERT INTO hd_chain VALUES ('empty', 'zoë');
SELECT item, seq, from_state, to_state, rev, replayed FROM hdata.review_move('hd_chain', 'één', 'submit', actor => 'zoë', idem => 'k€y');
SELECT item, token FROM hdata.review_claim('hd_chain', actor => 'bob');
SELECT item, seq, to_state FROM hdata.review_move('hd_chain', 'één', 'finish', claim => 1, actor => 'bob', reason_code => 'ok', reason => 'fine, ça va',
	detail => '{"b": [1, 2.50], "a": "é"}');

\echo -- each row: the commitment to what is private, the hash, and that of the row before
SELECT item, seq, claim_token IS NOT NULL AS claimed, reason_code, idem, CASE WHEN actor = session_user THEN '(me)' ELSE actor END AS actor, db_role = session_user AS db_role, reason, detail, length(salt) AS salt, xid = pg_current_xact_id() AS xid,
	private_hash = sha256('\x01' || salt || hd_field(actor) || hd_field(db_role) || hd_field(reason) || hd_field(detail::text)) AS private_hash,
	h = sha256('\x01' || coalesce(lag(h) OVER (PARTITION BY item ORDER BY seq), decode(repeat('00', 32), 'hex'))
		|| hd_field(item) || hd_number(seq) || hd_time(at) || hd_number(xid::text::bigint) || hd_number(flow_version) || hd_number(round)
		|| hd_field(from_state) || hd_field(to_state) || hd_field(action) || hd_number(claim_token) || hd_time(claimed_at) || hd_field(reason_code)
		|| hd_field(idem) || hd_field(content_hash) || hd_field(private_hash)) AS h
FROM hd_chain_review_log ORDER BY item, seq;
\echo -- heads, and that times never go back
SELECT s.item, s.rev, s.round, s.state, s.author, s.last_reviewer, s.head = l.h AS head, s.entered_at = l.at AS entered FROM hd_chain_review s
JOIN hd_chain_review_log l ON l.item = s.item AND l.seq = s.rev ORDER BY s.item;
SELECT bool_and(at >= before) FROM (SELECT at, lag(at) OVER (PARTITION BY item ORDER BY seq) AS before FROM hd_chain_review_log) l;

\echo -- content: text under settings that are always the same
CREATE FUNCTION hd_content() RETURNS SETOF bytea LANGUAGE sql SET DateStyle = 'ISO' SET TimeZone = 'UTC' SET IntervalStyle = 'iso_8601' SET bytea_output = 'hex' AS $$
	SELECT sha256('\x01' || hd_field(t) || hd_field(n::text) || hd_field(i::text) || hd_field(b::text) || hd_field(f::text) || hd_field(r::text) || hd_field(to_char(d, 'YYYY-MM-DD'))
		|| hd_field(to_char(ts, 'YYYY-MM-DD"T"HH24:MI:SS')) || hd_field(to_char(tz, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')) || hd_field(bin) || hd_field(j::text) || hd_field(a::text)
		|| hd_field(iv::text) || hd_field(CASE WHEN bo THEN 't' END) || hd_field(u::text) || hd_field(rpad(c, 4)))
	FROM hd_chain ORDER BY id $$;
SELECT DISTINCT l.item, c.h = l.content_hash AS same FROM (SELECT h, row_number() OVER () AS n FROM hd_content() h) c
JOIN (SELECT DISTINCT item, content_hash, dense_rank() OVER (ORDER BY item) AS n FROM hd_chain_review_log) l USING (n) ORDER BY 1;
\echo -- the settings of whoever writes change nothing
SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -5; SET bytea_output = 'escape';
INSERT INTO hd_chain SELECT 'again', who, NULL, t, n, i, b, f, r, d, ts, tz, bin, j, a, iv, bo, u, c FROM hd_chain WHERE id = 'één';
SHOW TimeZone;
RESET ALL;
SET client_min_messages = warning;
SELECT count(DISTINCT content_hash) FROM hd_chain_review_log WHERE item IN ('één', 'again');
\echo -- no salt is used twice
SELECT count(*) = count(DISTINCT salt) FROM hd_chain_review_log;

DROP TABLE hd_chain, hd_chain_review, hd_chain_review_log;
DROP ROLE regress_hd_chain;
DROP FUNCTION hd_field(text), hd_field(bytea), hd_number(bigint), hd_time(timestamptz), hd_content();
DELETE FROM hdata.review_flows WHERE name = 'hd_chain';

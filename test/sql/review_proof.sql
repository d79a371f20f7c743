-- review_verify, review_seal, review_drift, review_conflicts, review_doctor, review_withdraw_person: each planted fault is found.
\pset format unaligned
\pset footer off
SET client_min_messages = warning;
CREATE SCHEMA regress_proof;
CREATE ROLE regress_ann;
CREATE ROLE regress_rev;
CREATE ROLE regress_out;
GRANT USAGE ON SCHEMA regress_proof TO regress_ann, regress_rev, regress_out;
SET search_path = regress_proof;
SELECT hdata.review_define('proof', $$
  draft     -> submitted as submit author;
  submitted -> approved  as approve !author;
  submitted -> draft     as revise !author reason, at most 2 else rejected;
  approved  -> exported  as export;
  approved  -> submitted as reopen reason;
  draft | submitted | approved -> withdrawn as withdraw reason;
  initial draft; terminal exported, rejected, withdrawn; accepting approved, exported; frozen rejected;
$$);
CREATE TABLE items (id bigint PRIMARY KEY, author text, label text, at timestamptz DEFAULT '2026-01-01 00:00+00', review_state text NOT NULL DEFAULT 'draft');
INSERT INTO items VALUES (100, 'regress_ann', 'was there before');
SELECT hdata.review_attach('items', 'proof', 'id', 'review_state', author => 'author', service => 'regress_out');
SELECT hdata.review_grant(r) FROM unnest(ARRAY['regress_ann', 'regress_rev', 'regress_out']::name[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON items TO regress_ann, regress_rev;
GRANT SELECT ON items TO regress_out;

SET ROLE regress_ann;
INSERT INTO items (id, author, label) SELECT i, 'regress_ann', 'label ' || i FROM generate_series(1, 12) i;
SELECT count(hdata.review_move('items', i, 'submit')) FROM generate_series(1, 10) i;
DELETE FROM items WHERE id = 12;
SET ROLE regress_rev;
SELECT count(hdata.review_move('items', i, 'approve', reason => 'fine', detail => '{"score": 5}')) FROM generate_series(1, 8) i;
SELECT (hdata.review_move('items', 9, 'revise', reason_code => 'typo', reason => 'see line 3')).seq;
SELECT (hdata.review_move('items', 1, 'export')).seq;
RESET ROLE;

-- ---- all is well ----
SELECT item, seq, from_state, to_state, action, actor, reason_code, reason, detail, salt IS NOT NULL AS salted FROM items_review_log WHERE item IN (1, 9, 12) ORDER BY 1, 2;
SELECT * FROM hdata.review_verify('items');
SELECT seal, items, events, length(root) FROM hdata.review_seal('items');
SELECT * FROM hdata.review_verify('items');
SELECT * FROM hdata.review_drift('items');
SELECT * FROM hdata.review_conflicts('items');
SELECT * FROM hdata.review_doctor('items');
SELECT relation, problem FROM hdata.review_doctor() WHERE relation = 'items'::regclass;

-- ---- review_verify: one fault at a time ----
CREATE FUNCTION planted(fault text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	BEGIN
		EXECUTE fault;
		SELECT array_agg(format('%s %s %s: %s', item, seq, problem, detail) ORDER BY n) INTO found
			FROM hdata.review_verify('items') WITH ORDINALITY v (item, seq, problem, detail, n);
		RAISE 'undo' USING ERRCODE = 'UNDO0';
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
	RETURN QUERY SELECT f FROM unnest(coalesce(found, '{NOTHING FOUND}')) f;
END
$$;
-- public columns
SELECT f.sql, planted(f.sql) FROM (VALUES
	(1, $$UPDATE items_review_log SET at = at + interval '1 us' WHERE (item, seq) = (2, 2)$$),
	(2, $$UPDATE items_review_log SET xid = '7' WHERE (item, seq) = (2, 2)$$),
	(3, $$UPDATE items_review_log SET claim_token = 7 WHERE (item, seq) = (2, 2)$$),
	(4, $$UPDATE items_review_log SET claimed_at = at WHERE (item, seq) = (2, 2)$$),
	(5, $$UPDATE items_review_log SET flow_version = 2 WHERE (item, seq) = (2, 2)$$),
	(6, $$UPDATE items_review_log SET round = round + 1 WHERE (item, seq) = (2, 2)$$),
	(7, $$UPDATE items_review_log SET from_state = 'submitted' WHERE (item, seq) = (2, 2)$$),
	(8, $$UPDATE items_review_log SET to_state = NULL WHERE (item, seq) = (2, 3)$$),
	(9, $$UPDATE items_review_log SET action = 'approves' WHERE (item, seq) = (2, 3)$$),
	(10, $$UPDATE items_review_log SET reason_code = '' WHERE (item, seq) = (2, 3)$$),
	(11, $$UPDATE items_review_log SET idem = 'a' WHERE (item, seq) = (2, 3)$$),
	(12, $$UPDATE items_review_log SET content_hash = sha256('') WHERE (item, seq) = (2, 3)$$),
	(13, $$UPDATE items_review_log SET content_hash = NULL WHERE (item, seq) = (2, 3)$$),
	(14, $$UPDATE items_review_log SET h = sha256(h) WHERE (item, seq) = (2, 2)$$),
	(15, $$UPDATE items_review_log SET h = '' WHERE (item, seq) = (2, 3)$$),
	(16, $$UPDATE items_review_log SET private_hash = sha256('') WHERE (item, seq) = (2, 2)$$),
	-- private ones
	(20, $$UPDATE items_review_log SET actor = 'somebody' WHERE (item, seq) = (2, 3)$$),
	(21, $$UPDATE items_review_log SET db_role = NULL WHERE (item, seq) = (2, 3)$$),
	(22, $$UPDATE items_review_log SET reason = 'not fine' WHERE (item, seq) = (2, 3)$$),
	(23, $$UPDATE items_review_log SET detail = '{"score": 4}' WHERE (item, seq) = (2, 3)$$),
	(24, $$UPDATE items_review_log SET salt = '\x00112233445566778899aabbccddeeff' WHERE (item, seq) = (2, 3)$$),
	(25, $$UPDATE items_review_log SET actor = 'somebody', salt = NULL WHERE (item, seq) = (2, 3)$$),
	(26, $$UPDATE items_review_log SET actor = 'somebody', salt = NULL, db_role = NULL, reason = NULL, detail = NULL WHERE (item, seq) = (2, 3)$$),
	(27, $$UPDATE items_review_log SET actor = 'erased-0123456789abcdef', salt = NULL WHERE (item, seq) = (2, 3)$$),
	(28, $$UPDATE items_review_log SET salt = '' WHERE (item, seq) = (2, 3)$$),
	-- rows
	(30, $$DELETE FROM items_review_log WHERE (item, seq) = (2, 1)$$),
	(31, $$DELETE FROM items_review_log WHERE (item, seq) = (2, 2)$$),
	(32, $$DELETE FROM items_review_log WHERE (item, seq) = (2, 3)$$),
	(33, $$DELETE FROM items_review_log WHERE item = 2$$),
	(34, $$UPDATE items_review_log SET seq = 99 WHERE (item, seq) = (2, 2); UPDATE items_review_log SET seq = 2 WHERE (item, seq) = (2, 3); UPDATE items_review_log SET seq = 3 WHERE (item, seq) = (2, 99)$$),
	(35, $$UPDATE items_review_log SET item = 77 WHERE item = 2$$),
	(36, $$INSERT INTO items_review_log SELECT 2, at, xid, claim_token, claimed_at, 4, flow_version, round, 'approved', 'exported', 'export', reason_code, idem, content_hash, actor, db_role, reason, detail, salt, private_hash, h FROM items_review_log WHERE (item, seq) = (2, 3)$$),
	(37, $$DELETE FROM items_review_log WHERE (item, seq) = (12, 2)$$),
	-- a whole item, without a trace but in the seal
	(40, $$SET hdata.review_import = on; DELETE FROM items WHERE id = 2; DELETE FROM items_review WHERE item = 2; DELETE FROM items_review_log WHERE item = 2; RESET hdata.review_import$$),
	-- the end of a history, and the side table and the row set back accordingly: likewise
	(41, $$DELETE FROM items_review_log WHERE (item, seq) = (2, 3); UPDATE items_review SET rev = 2, state = 'submitted', head = (SELECT h FROM items_review_log WHERE (item, seq) = (2, 2)) WHERE item = 2;
SET hdata.review_import = on; UPDATE items SET review_state = 'submitted' WHERE id = 2; RESET hdata.review_import$$),
	(42, $$UPDATE items_review_seal SET events = events - 1$$),
	(43, $$UPDATE items_review_seal SET root = sha256(root)$$),
	-- the side table
	(50, $$UPDATE items_review SET rev = 2 WHERE item = 2$$),
	(51, $$UPDATE items_review SET state = 'draft' WHERE item = 2$$),
	(52, $$UPDATE items_review SET head = NULL WHERE item = 2$$),
	(53, $$UPDATE items_review SET head = sha256(head) WHERE item = 2$$),
	(54, $$DELETE FROM items_review WHERE item = 2$$),
	(55, $$INSERT INTO items_review (item, entered_at, state) VALUES (78, now(), 'draft')$$),
	(56, $$INSERT INTO items_review (item, entered_at, state, rev) SELECT item, now(), 'draft', 2 FROM items_review_log WHERE (item, seq) = (12, 2)$$),
	-- the table itself, past the triggers
	(60, $$SET session_replication_role = replica; UPDATE items SET review_state = 'approved' WHERE id = 10; RESET session_replication_role$$),
	(61, $$SET session_replication_role = replica; DELETE FROM items WHERE id = 2; RESET session_replication_role$$),
	(62, $$SET session_replication_role = replica; INSERT INTO items (id) VALUES (79); RESET session_replication_role$$),
	(63, $$SET session_replication_role = replica; UPDATE items SET id = 80 WHERE id = 2; RESET session_replication_role$$)) f (k, sql) ORDER BY k;

-- who can compute hashes anew: history rewritten from end to end holds in itself, and not against the seal
CREATE FUNCTION field(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(int4send(length(b)) || b, '\xffffffff') $$;
CREATE FUNCTION utf8(t text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT field(convert_to(t, 'UTF8')) $$;
CREATE FUNCTION micros(t timestamptz) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT field(int8send((extract(epoch FROM t - timestamptz '2000-01-01 00:00+00') * 1000000)::bigint)) $$;
CREATE FUNCTION chain(l items_review_log, before bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
	SELECT sha256('\x01' || coalesce(before, decode(repeat('00', 32), 'hex')) || utf8(l.item::text) || field(int8send(l.seq)) || micros(l.at) || field(int8send(l.xid::text::bigint)) || field(int8send(l.flow_version))
		|| field(int8send(l.round)) || utf8(l.from_state) || utf8(l.to_state) || utf8(l.action) || field(int8send(l.claim_token)) || micros(l.claimed_at) || utf8(l.reason_code) || utf8(l.idem) || field(l.content_hash) || field(l.private_hash)) $$;
CREATE FUNCTION private(l items_review_log) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT sha256('\x01' || l.salt || utf8(l.actor) || utf8(l.db_role) || utf8(l.reason) || utf8(l.detail::text)) $$;
-- the format, computed in SQL: what the documentation says is what is there
SELECT count(*), count(*) FILTER (WHERE h = chain(l, before)) AS chained, count(*) FILTER (WHERE private_hash = private(l)) AS committed
	FROM (SELECT l, l.h, l.private_hash, lag(h) OVER (PARTITION BY item ORDER BY seq) AS before FROM items_review_log l) x;
SELECT planted($$
	UPDATE items_review_log l SET actor = 'somebody' WHERE (item, seq) = (2, 3);
	UPDATE items_review_log l SET private_hash = private(l) WHERE (item, seq) = (2, 3);
	UPDATE items_review_log l SET h = chain(l, (SELECT h FROM items_review_log b WHERE (item, seq) = (2, 2))) WHERE (item, seq) = (2, 3);
	UPDATE items_review SET head = (SELECT h FROM items_review_log WHERE (item, seq) = (2, 3)) WHERE item = 2 $$);
SELECT planted($$
	UPDATE items_review_log l SET from_state = 'draft' WHERE (item, seq) = (2, 3);
	UPDATE items_review_log l SET h = chain(l, (SELECT h FROM items_review_log b WHERE (item, seq) = (2, 2))) WHERE (item, seq) = (2, 3);
	UPDATE items_review SET head = (SELECT h FROM items_review_log WHERE (item, seq) = (2, 3)) WHERE item = 2 $$);
SELECT regexp_replace(planted($$
	UPDATE items_review_log l SET at = '2020-01-01 00:00+00' WHERE (item, seq) = (2, 3);
	UPDATE items_review_log l SET h = chain(l, (SELECT h FROM items_review_log b WHERE (item, seq) = (2, 2))) WHERE (item, seq) = (2, 3);
	UPDATE items_review SET head = (SELECT h FROM items_review_log WHERE (item, seq) = (2, 3)) WHERE item = 2 $$), '20[0-9: .+-]{20,}[A-Z]*', 'T');

-- ---- seals ----
-- the root, computed in SQL as in RFC 6962
CREATE FUNCTION mth(d bytea[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	n int := coalesce(array_length(d, 1), 0);
	k int := 1;
BEGIN
	IF n = 0 THEN RETURN sha256(''); END IF;
	IF n = 1 THEN RETURN sha256('\x00' || d[1]); END IF;
	WHILE k * 2 < n LOOP k := k * 2; END LOOP;
	RETURN sha256('\x01' || mth(d[1:k]) || mth(d[k + 1:n]));
END
$$;
SELECT (SELECT root FROM items_review_seal WHERE seal = 1) = mth(array_agg(utf8(item::text) || int8send(seq) || h ORDER BY item::text COLLATE "C"))
	FROM (SELECT DISTINCT ON (item) item, seq, h FROM items_review_log ORDER BY item, seq DESC) x;
-- more happens: the old seal still holds, the new one is another
SET ROLE regress_rev;
SELECT (hdata.review_move('items', 2, 'export')).seq;
RESET ROLE;
SELECT * FROM hdata.review_verify('items');
SELECT seal, items, events FROM hdata.review_seal('items');
SELECT v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v;
SELECT * FROM hdata.review_verify('items', sha256('another'));
SELECT * FROM hdata.review_verify('items', 'short');
SELECT seal, items, events, sealed_by = current_user AS by_me, restored FROM items_review_seal ORDER BY 1;
-- what the transaction itself wrote
BEGIN;
INSERT INTO items (id, author) VALUES (13, 'regress_ann');
SELECT seal FROM hdata.review_seal('items');
INSERT INTO items (id, author) VALUES (14, 'regress_ann');
SELECT * FROM hdata.review_verify('items');
COMMIT;
SELECT * FROM hdata.review_verify('items');
-- nothing to seal
CREATE TABLE nothing (id text PRIMARY KEY, review_state text);
SELECT hdata.review_attach('nothing', 'proof', 'id', 'review_state');
SELECT seal, items, events, root = sha256('') AS empty FROM hdata.review_seal('nothing');
INSERT INTO nothing SELECT t FROM unnest(ARRAY['b', 'B', 'a b', 'é', 'ab', '10', '9']) t;
SELECT * FROM hdata.review_verify('nothing');
SELECT seal, items, events FROM hdata.review_seal('nothing');
SELECT (SELECT root FROM nothing_review_seal WHERE seal = 2) = mth(array_agg(utf8(item) || int8send(seq) || h ORDER BY convert_to(item, 'UTF8'))) FROM nothing_review_log;
DROP TABLE nothing_review, nothing_review_log, nothing_review_seal, nothing;

-- keys whose text depends on settings
CREATE TABLE days (id date PRIMARY KEY, review_state text);
SELECT hdata.review_define('days', 'draft -> done as finish; initial draft; terminal done');
SELECT hdata.review_attach('days', 'days', 'id', 'review_state');
INSERT INTO days VALUES ('2026-02-01'), ('2026-10-01');
SET DateStyle = 'SQL, DMY';
UPDATE days SET review_state = 'done' WHERE id = '01/02/2026';
SELECT items, events FROM hdata.review_seal('days');
SELECT item, seq FROM hdata.review_move('days', '01/10/2026', 'finish');
SELECT * FROM hdata.review_verify('days');
RESET DateStyle;
SELECT * FROM hdata.review_verify('days');
SELECT (SELECT root FROM days_review_seal) = mth(array_agg(utf8(to_char(item, 'YYYY-MM-DD')) || int8send(seq) || h ORDER BY item)) FROM (SELECT DISTINCT ON (item) item, seq, h FROM days_review_log WHERE seq < 2 OR item = '2026-02-01' ORDER BY item, seq DESC) x;
DROP TABLE days, days_review, days_review_log, days_review_seal;

-- ---- review_drift ----
UPDATE items SET label = 'changed' WHERE id IN (3, 4);
UPDATE items SET at = at AT TIME ZONE 'UTC' AT TIME ZONE 'UTC' WHERE id = 5;
SELECT item, seq, state, decided_by FROM hdata.review_drift('items');
-- no blessing by what comes later
SET ROLE regress_rev;
SELECT (hdata.review_move('items', 3, 'export')).seq;
RESET ROLE;
SELECT item, seq, state, decided_by FROM hdata.review_drift('items');
-- changed back; and reopened, so that it may be changed
UPDATE items SET label = 'label 4' WHERE id = 4;
UPDATE items SET label = 'label 3' WHERE id = 3;
SET ROLE regress_rev;
SELECT (hdata.review_move('items', 5, 'reopen', reason => 'again')).seq;
RESET ROLE;
UPDATE items SET label = 'better' WHERE id = 5;
SELECT item, seq, state, decided_by FROM hdata.review_drift('items');
SET ROLE regress_rev;
SELECT (hdata.review_move('items', 5, 'approve')).seq;
RESET ROLE;
SELECT item, seq, state, decided_by FROM hdata.review_drift('items');
SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'SQL, DMY';
SELECT count(*) FROM hdata.review_drift('items');
SELECT count(*) FROM hdata.review_verify('items');
RESET TimeZone; RESET DateStyle;

-- ---- review_conflicts: history that was loaded, and what direct => 'off' lets pass ----
CREATE TABLE loaded (id int PRIMARY KEY, author text, review_state text);
SELECT hdata.review_attach('loaded', 'proof', 'id', 'review_state', author => 'author');
CREATE FUNCTION load(item int, seq int, from_state text, to_state text, action text, actor text, reason_code text DEFAULT NULL, version int DEFAULT 1) RETURNS void LANGUAGE sql AS $$
	INSERT INTO loaded_review_log (item, at, xid, seq, flow_version, round, from_state, to_state, action, reason_code, actor, private_hash, h) VALUES (item, now(), '1', seq, version, 0, from_state, to_state, action, reason_code, actor, '', '');
	INSERT INTO loaded_review (item, rev, entered_at, state, author) VALUES (item, seq, now(), coalesce(to_state, ''), 'ann') ON CONFLICT (item) DO UPDATE SET rev = excluded.rev, state = excluded.state $$;
SELECT load(1, 1, NULL, 'draft', 'insert', 'ann'), load(1, 2, 'draft', 'submitted', 'submit', 'bob'), load(1, 3, 'submitted', 'approved', 'approve', 'ann'), load(1, 4, 'approved', 'submitted', 'reopen', 'rev');
SELECT load(2, 1, NULL, 'submitted', 'insert', 'ann'), load(2, 2, 'submitted', 'exported', 'approve', 'rev'), load(2, 3, 'exported', NULL, 'delete', 'rev');
SELECT load(3, 1, NULL, 'draft', 'insert', 'ann'), load(3, 2, 'draft', 'submitted', 'submit', 'ann'), load(3, 3, 'submitted', 'draft', 'revise', 'rev', 'x'), load(3, 4, 'draft', 'submitted', 'submit', 'ann'),
	load(3, 5, 'submitted', 'draft', 'revise', 'rev', 'x'), load(3, 6, 'draft', 'submitted', 'submit', 'ann'), load(3, 7, 'submitted', 'draft', 'revise', 'rev', 'x'), load(3, 8, 'draft', 'submitted', 'submit', 'ann'), load(3, 9, 'submitted', 'rejected', 'revise', 'rev', 'x');
SELECT load(4, 1, NULL, 'draft', 'insert', 'ann', NULL, 9), load(4, 2, 'draft', 'submitted', 'update', 'ann'), load(4, 3, 'submitted', 'approved', 'redefine', 'ann');
SELECT * FROM hdata.review_conflicts('loaded');
SELECT hdata.review_define('four_eyes', 'a -> b as first !author claim; b -> c as second !reviewer; c -> b as back; c -> d as third !reviewer; initial a; terminal d; deletable;');
CREATE TABLE pairs (id int PRIMARY KEY, author text, review_state text);
SELECT hdata.review_attach('pairs', 'four_eyes', 'id', 'review_state', author => 'author');
INSERT INTO pairs_review (item, rev, entered_at, state, author) VALUES (1, 4, now(), 'd', 'ann');
INSERT INTO pairs_review_log (item, at, xid, seq, flow_version, round, from_state, to_state, action, actor, claim_token, private_hash, h) VALUES
	(1, now(), '1', 1, 1, 0, NULL, 'a', 'insert', 'ann', NULL, '', ''), (1, now(), '1', 2, 1, 0, 'a', 'b', 'first', 'rev', NULL, '', ''),
	(1, now(), '1', 3, 1, 0, 'b', 'c', 'second', 'rev', NULL, '', ''), (1, now(), '1', 4, 1, 0, 'c', 'd', 'third', 'other', NULL, '', ''),
	(2, now(), '1', 1, 1, 0, NULL, 'a', 'insert', 'ann', NULL, '', ''), (2, now(), '1', 2, 1, 0, 'a', 'b', 'first', 'rev', 7, '', ''), (2, now(), '1', 3, 1, 0, 'b', NULL, 'delete', 'rev', NULL, '', '');
SELECT * FROM hdata.review_conflicts('pairs');
DROP TABLE pairs, pairs_review, pairs_review_log, loaded, loaded_review, loaded_review_log;

-- ---- who may look ----
SET ROLE regress_ann;
SELECT * FROM hdata.review_verify('items');
SELECT * FROM hdata.review_drift('items');
SELECT * FROM hdata.review_conflicts('items');
SELECT * FROM hdata.review_seal('items');
SELECT * FROM hdata.review_withdraw_person('regress_ann', 'anonymise');
SELECT problem, detail FROM hdata.review_doctor('items');
RESET ROLE;
GRANT SELECT ON items_review, items_review_log, items_review_seal TO regress_rev;
SET ROLE regress_rev;
SELECT * FROM hdata.review_verify('items');
RESET ROLE;
ALTER TABLE items ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON items USING (id < 5);
SET ROLE regress_rev;
SELECT * FROM hdata.review_verify('items');
SELECT problem, detail FROM hdata.review_doctor('items');
RESET ROLE;
SELECT * FROM hdata.review_verify('items');
ALTER TABLE items DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON items_review, items_review_log, items_review_seal FROM regress_rev;
-- not under review; a partition; NULL
CREATE TABLE plain (id int);
SELECT * FROM hdata.review_verify('plain');
SELECT * FROM hdata.review_verify(NULL);
SELECT problem, detail FROM hdata.review_doctor('plain');
SELECT * FROM hdata.review_withdraw_person(NULL, 'anonymise');
SELECT * FROM hdata.review_withdraw_person('x', NULL);
SELECT * FROM hdata.review_withdraw_person('x', 'forget');
CREATE TABLE parts (id int, part int, review_state text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
SELECT hdata.review_define('simple', 'draft -> done as finish; initial draft; terminal done');
SELECT hdata.review_attach('parts', 'simple', 'id', 'review_state');
INSERT INTO parts SELECT i, 1 + i % 2 FROM generate_series(1, 4) i;
UPDATE parts SET review_state = 'done', part = 3 - part WHERE id < 3;
UPDATE parts SET part = 3 - part WHERE id = 3;
SELECT item, seq, from_state, to_state FROM parts_review_log ORDER BY 1, 2;
SELECT * FROM hdata.review_verify('parts');
SELECT * FROM hdata.review_verify('parts_1');
SET session_replication_role = replica;
INSERT INTO parts SELECT id, 3 - part, 'draft' FROM parts WHERE id = 1;
RESET session_replication_role;
SELECT * FROM hdata.review_verify('parts');

-- a hostile owner gets no more rights than its own from a superuser who looks
CREATE ROLE regress_hostile;
GRANT ALL ON SCHEMA regress_proof TO regress_hostile;
SET ROLE regress_hostile;
CREATE TYPE trap AS ENUM ('draft', 'submitted', 'approved', 'exported', 'rejected', 'withdrawn');
CREATE TABLE sprung (who text);
CREATE FUNCTION spring(trap) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_proof.sprung VALUES (current_user); RETURN enumlabel FROM pg_enum WHERE enumtypid = 'regress_proof.trap'::regtype LIMIT 1; EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'as %', current_user; RETURN 'draft'; END $$;
CREATE CAST (trap AS text) WITH FUNCTION spring(trap);
CREATE TABLE bait (id int PRIMARY KEY, review_state trap);
RESET ROLE;
SELECT hdata.review_attach('bait', 'proof', 'id', 'review_state');
INSERT INTO bait VALUES (1), (2);
SET client_min_messages = notice;
SELECT * FROM hdata.review_verify('bait');
SELECT problem, detail FROM hdata.review_doctor('bait');
SET client_min_messages = warning;
SELECT DISTINCT who FROM sprung;
DROP TABLE bait, bait_review, bait_review_log, sprung;
DROP TYPE trap CASCADE;

-- ---- review_doctor: each planted fault ----
CREATE FUNCTION diagnosed(fault text, rel regclass DEFAULT 'items') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	BEGIN
		EXECUTE fault;
		SELECT array_agg(replace(format('%s: %s', problem, detail), quote_ident(current_user), 'me') ORDER BY n) INTO found FROM hdata.review_doctor(rel) WITH ORDINALITY v (relation, problem, detail, hint, n);
		RAISE 'undo' USING ERRCODE = 'UNDO0';
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
	RETURN QUERY SELECT f FROM unnest(coalesce(found, '{NOTHING FOUND}')) f;
END
$$;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
SET client_min_messages = error;	-- wal_level may be too low for what is published
SELECT f.sql, diagnosed(f.sql) FROM (VALUES
	(1, 'DROP TRIGGER zzz_hdata_review_guard ON items'),
	(2, 'DROP TRIGGER zzz_hdata_review_log ON items'),
	(3, 'DROP TRIGGER zzz_hdata_review_log_update ON items'),
	(4, 'DROP TRIGGER zzz_hdata_review_truncate ON items'),
	(5, 'ALTER TABLE items DISABLE TRIGGER zzz_hdata_review_guard'),
	(6, 'ALTER TABLE items ENABLE REPLICA TRIGGER zzz_hdata_review_log'),
	(7, 'ALTER TABLE items ENABLE ALWAYS TRIGGER zzz_hdata_review_log_update'),
	(8, 'DROP TRIGGER zzz_hdata_review_log_update ON items; CREATE TRIGGER zzz_hdata_review_log_update AFTER UPDATE ON items FOR EACH ROW WHEN (OLD.label IS DISTINCT FROM NEW.label) EXECUTE FUNCTION hdata.review_log()'),
	(9, 'DROP TRIGGER zzz_hdata_review_log_update ON items; CREATE TRIGGER zzz_hdata_review_log_update AFTER UPDATE OF review_state ON items FOR EACH ROW WHEN (OLD.review_state IS DISTINCT FROM NEW.review_state) EXECUTE FUNCTION hdata.review_log()'),
	(10, 'DROP TRIGGER zzz_hdata_review_truncate ON items; CREATE TRIGGER zzz_hdata_review_truncate BEFORE TRUNCATE ON items FOR EACH STATEMENT EXECUTE FUNCTION nothing()'),
	(11, 'CREATE TRIGGER zzzz BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION nothing()'),
	(12, 'CREATE TRIGGER zzzz AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION nothing()'),
	(13, 'CREATE INDEX ix ON items (review_state)'),
	(14, 'CREATE INDEX ix ON items (id) WHERE review_state = ''draft'''),
	(15, 'CREATE INDEX ix ON items (id) INCLUDE (review_state)'),
	(16, 'CREATE INDEX ix ON items ((review_state || label))'),
	(17, 'CREATE INDEX ix ON items (label)'),
	(20, 'DROP TABLE items_review_log CASCADE'),
	(21, 'DROP TABLE items_review'),
	(22, 'ALTER TABLE items_review DROP COLUMN head'),
	(23, 'ALTER TABLE items_review_log RENAME COLUMN h TO hash'),
	(24, 'ALTER TABLE items_review_log ADD COLUMN remark text'),
	(25, 'DROP INDEX items_review_log_idem_idx'),
	(26, 'ALTER TABLE items_review_log OWNER TO regress_rev'),
	(27, 'ALTER TABLE items_review_seal OWNER TO regress_rev'),
	(28, 'ALTER TABLE items RENAME COLUMN review_state TO state'),
	(30, 'GRANT INSERT, UPDATE ON items_review TO regress_rev'),
	(31, 'GRANT UPDATE (reason) ON items_review_log TO PUBLIC'),
	(32, 'GRANT SELECT ON items_review_log TO PUBLIC'),
	(33, 'GRANT EXECUTE ON FUNCTION hdata.review_sweep(regclass) TO PUBLIC'),
	(34, 'REVOKE EXECUTE ON FUNCTION hdata.review_define(text, hdata.review_flow) FROM regress_ann'),
	(40, 'DELETE FROM hdata.review_flows WHERE name = ''proof'''),
	(41, 'UPDATE hdata.review_flows SET version = 2 WHERE name = ''proof'''),
	(42, 'DROP OWNED BY regress_out; DROP ROLE regress_out'),
	(43, 'SET session_replication_role = replica; UPDATE items SET review_state = ''lost'' WHERE id IN (6, 7); RESET session_replication_role'),
	(44, 'DELETE FROM items_review WHERE item IN (6, 7)'),
	(45, 'SET session_replication_role = replica; DELETE FROM items WHERE id = 6; RESET session_replication_role'),
	(46, 'UPDATE items_review SET claim_token = 999 WHERE item = 6'),
	(50, 'CREATE PUBLICATION regress_pub FOR TABLE items'),
	(51, 'CREATE PUBLICATION regress_pub FOR TABLE items, items_review, items_review_log'),
	(52, 'CREATE PUBLICATION regress_pub FOR TABLES IN SCHEMA regress_proof'),
	(53, 'ALTER ROLE regress_ann SET hdata.review_import = on')) f (k, sql) ORDER BY k;
SELECT f.sql, diagnosed(f.sql, 'parts') FROM (VALUES
	(1, 'DROP TRIGGER zzz_hdata_review_truncate ON parts_1'),
	(2, 'ALTER TABLE parts_2 DISABLE TRIGGER zzz_hdata_review_guard'),
	(3, 'CREATE TABLE parts_3 PARTITION OF parts FOR VALUES IN (3)'),
	(4, 'CREATE INDEX ix ON parts_1 (review_state)'),
	(5, 'CREATE INDEX ix ON parts (review_state)')) f (k, sql) ORDER BY k;
SELECT hdata.review_define('roles', 'a -> b as go [regress_ann, regress_rev, regress_nobody]; initial a; terminal b');
CREATE TABLE roles (id int PRIMARY KEY, review_state text);
SELECT hdata.review_attach('roles', 'roles', 'id', 'review_state');
SELECT problem, detail FROM hdata.review_doctor('roles');
SELECT diagnosed('DO $x$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = ''review_move'' LOOP EXECUTE format(''REVOKE EXECUTE ON FUNCTION %s FROM regress_rev'', f); END LOOP; END $x$', 'roles');
CREATE TABLE members (actor text, role text);
SELECT hdata.review_detach('roles');
SELECT hdata.review_attach('roles', 'roles', 'id', 'review_state', roles => 'members');
SELECT problem, detail FROM hdata.review_doctor('roles');
SELECT diagnosed('DROP TABLE members', 'roles');
DROP TABLE roles, roles_review, roles_review_log, members, parts, parts_review, parts_review_log, plain;

-- ---- review_withdraw_person ----
CREATE TABLE other (id int PRIMARY KEY, author int, review_state text);
SELECT hdata.review_attach('other', 'proof', 'id', 'review_state', author => 'author');
CREATE TABLE foreign_table (id text PRIMARY KEY, author text REFERENCES foreign_table, review_state text);
INSERT INTO other VALUES (1, 7, 'draft');
SELECT hdata.review_attach('foreign_table', 'proof', 'id', 'review_state', author => 'author');
ALTER TABLE other OWNER TO regress_hostile; ALTER TABLE other_review OWNER TO regress_hostile; ALTER TABLE other_review_log OWNER TO regress_hostile;
SELECT seal FROM hdata.review_seal('items');
SELECT state, count(*) FROM items_review WHERE author = 'regress_ann' GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM items_review_log WHERE actor = 'regress_rev';
SELECT relation, withdrawn, not_withdrawn, erased, left_as_role, note FROM hdata.review_withdraw_person('regress_rev', 'anonymise');
SELECT count(*) AS named FROM items_review_log WHERE 'regress_rev' IN (actor, db_role) OR reason = 'fine' OR detail IS NOT NULL;
SELECT count(DISTINCT actor) AS made_up, bool_and(salt IS NULL AND reason IS NULL AND detail IS NULL AND db_role IS NULL) AS nothing_left FROM items_review_log WHERE actor LIKE 'erased-%';
SELECT count(*) AS last_reviewer FROM items_review WHERE last_reviewer LIKE 'erased-%';
SELECT * FROM hdata.review_verify('items');
SELECT * FROM hdata.review_conflicts('items');
-- the author withdraws; what is exported stays, and is counted
SELECT relation, withdrawn, not_withdrawn, erased, left_as_role, note FROM hdata.review_withdraw_person('regress_ann', 'withdraw');
SELECT review_state, count(*), count(DISTINCT author), bool_and(author LIKE 'erased-%') FROM items GROUP BY 1 ORDER BY 1;
SELECT state, count(*), bool_and(author LIKE 'erased-%') FROM items_review GROUP BY 1 ORDER BY 1;
SELECT action, reason_code, count(*) FROM items_review_log WHERE to_state = 'withdrawn' GROUP BY 1, 2;
SELECT * FROM hdata.review_verify('items');
SELECT v.* FROM items_review_seal s, hdata.review_verify('items', s.root) v;
SELECT * FROM hdata.review_drift('items');
SELECT * FROM hdata.review_conflicts('items');
SHOW hdata.review_import;
-- an author that is a key elsewhere cannot be renamed, and that is said; so is who does not own the table
INSERT INTO foreign_table VALUES ('x', 'x');
SELECT relation, erased, note FROM hdata.review_withdraw_person('x', 'anonymise');
SELECT relation, erased, note FROM hdata.review_withdraw_person('7', 'anonymise');
GRANT EXECUTE ON FUNCTION hdata.review_withdraw_person(text, text) TO regress_hostile;
SET ROLE regress_hostile;
SELECT relation, erased, note FROM hdata.review_withdraw_person('x', 'anonymise') ORDER BY 1;
RESET ROLE;

DROP SCHEMA regress_proof CASCADE;
REVOKE EXECUTE ON FUNCTION hdata.review_withdraw_person(text, text) FROM regress_hostile;
DROP OWNED BY regress_ann, regress_rev, regress_out, regress_hostile;
DROP ROLE regress_ann, regress_rev, regress_out, regress_hostile;

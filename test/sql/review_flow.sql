-- The type review_flow: language, checks, canonical text; review_define and review_redefine without attached tables.
\pset format unaligned
\pset footer off
\set VERBOSITY default

CREATE FUNCTION pg_temp.reject(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM t::hdata.review_flow;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' / ', SQLSTATE, replace(message, 'review flow is not valid at ', ''), detail, NULLIF(hint, ''));
END
$$;

-- ---- the flow of the documentation ----
CREATE TABLE flows (name text PRIMARY KEY, flow hdata.review_flow);
INSERT INTO flows VALUES ('rlhf', $$
  draft             -> submitted          as submit   [annotator] author;
  submitted         -> in_review          as start    [reviewer]  !author claim;
  in_review         -> approved           as approve  [reviewer]  claim;
  in_review         -> changes_requested  as revise   [reviewer]  claim reason, at most 2 else escalated;
  changes_requested -> submitted          as resubmit [annotator] author;
  in_review         -> escalated          as escalate [reviewer]  reason;
  escalated         -> approved | rejected as decide  [lead]      !author !reviewer reason;
  rejected          -> escalated          as appeal   [annotator] author once reason;
  approved          -> in_review          as reopen   [lead]      reason;
  approved          -> exported           as export   [exporter];
  *                 -> withdrawn          as withdraw [privacy]   reason;
  initial draft; terminal exported, withdrawn; accepting approved, exported; frozen approved, exported;
$$);
SELECT flow FROM flows WHERE name = 'rlhf';
SELECT s.* FROM flows, hdata.review_states(flow) s WHERE name = 'rlhf';
SELECT e.* FROM flows, hdata.review_edges(flow) e WHERE name = 'rlhf';
SELECT jsonb_pretty(flow::jsonb) FROM flows WHERE name = 'rlhf';
SELECT hdata.review_dot(flow) FROM flows WHERE name = 'rlhf';

-- ---- canonical text: a function of the graph ----
INSERT INTO flows VALUES
	('plain', 'draft -> done as finish; initial draft; terminal done;'),
	-- the same, otherwise written
	('noisy', E'-- made by hand\nterminal done ; initial draft;\n\n draft->done as finish -- comment at the end'),
	('comma', 'a -> b as x author, claim , reason; b->c as y; initial a; terminal c'),
	('no comma', 'initial a; terminal c; b -> c as y; a -> b as x reason claim author'),
	-- order of states, statements, sources, targets, roles and attributes
	('one', 'a | b -> c | d as go [r, s]; a -> b as next; c -> e as end; d -> e as end; initial a; terminal e'),
	('two', 'terminal e; d -> e as end; initial a; c -> e as end; b -> d | c as go [s, r]; a -> b as next; a -> d | c as go [s, r]'),
	-- "*" is what it stands for
	('star', 'a -> b as x; b -> c as y; * -> z as stop; initial a; terminal z, c'),
	('no star', 'a -> b as x; b -> c as y; a | b -> z as stop; initial a; terminal c, z'),
	('star of one', '* -> b as x; initial a; terminal b'),
	('star with else', 'a -> b as x; b -> c as y; c -> a as back; * -> z as stop at most 2 else c; initial a; terminal z; c -> z as stop'),
	-- what "*" stands for is on an edge, also if nothing else names it
	('star alone', '* -> b | c as x; b | c -> d as y at most 2 else a; initial a; terminal d'),
	-- limits
	('once', 'a -> b as x once; b -> a as y; b -> c as z; initial a; terminal c; a -> c as q'),
	('at most 1', 'a -> b as x at most 1; b -> a as y; b -> c as z; initial a; terminal c; a -> c as q'),
	('at most 1 else', 'a -> b as x at most 1 else d; b -> a as y; b -> c as z; initial a; terminal c, d; a -> c as q'),
	('zeros', 'a -> b as x at most 007; b -> a as y; b -> c as z; initial a; terminal c; a -> c as q'),
	-- deletable: unless it is said, what nobody has looked at and what was withdrawn
	('default', 'a -> withdrawn | b as x; initial a; terminal withdrawn, b'),
	('default in words', 'a -> withdrawn | b as x; initial a; terminal withdrawn, b; deletable a, withdrawn'),
	('only b', 'a -> withdrawn | b as x; initial a; terminal withdrawn, b; deletable b'),
	('nothing', 'a -> withdrawn | b as x; initial a; terminal withdrawn, b; deletable'),
	('withdrawn is not terminal', 'a -> withdrawn as x; withdrawn -> b as y; initial a; terminal b'),
	-- no word is reserved
	('words', 'initial -> terminal as as; terminal | at -> frozen as frozen at most 2 else once; initial -> at as else; frozen -> at as most; at -> deletable as deletable; initial initial; terminal once, deletable; frozen frozen; accepting deletable'),
	-- names of roles
	('roles', 'a -> b as x ["Data Lead", b, "plain", "a ""b"" \c", "é"]; initial a; terminal b');
SELECT name, flow FROM flows WHERE name NOT IN ('rlhf', 'noisy', 'no comma', 'two', 'no star', 'at most 1', 'default in words') ORDER BY name;
SELECT a.name, b.name FROM flows a JOIN flows b ON a.flow OPERATOR(hdata.=) b.flow AND a.name < b.name ORDER BY 1, 2;
SELECT count(*) AS not_canonical FROM flows WHERE flow::text::hdata.review_flow OPERATOR(hdata.<>) flow OR flow::text::hdata.review_flow::text <> flow::text;
SELECT count(*) AS bytes_differ FROM flows WHERE hdata.review_flow_send(flow) <> '\x01'::bytea || convert_to(flow::text, 'UTF8');
SELECT e.roles FROM flows, hdata.review_edges(flow) e WHERE name = 'roles';
SELECT hdata.review_dot(flow) FROM flows WHERE name = 'roles';
SELECT hdata.review_dot(flow) FROM flows WHERE name = 'one';
SELECT jsonb_array_elements(flow::jsonb -> 'edges') FROM flows WHERE name IN ('roles', 'words', 'at most 1 else') ORDER BY name;
SELECT count(DISTINCT flow), count(*) FROM flows;
SET enable_hashagg = off;
SELECT count(*) FROM (SELECT flow FROM flows GROUP BY flow) t;
SET enable_sort = off; SET enable_hashagg = on;
SELECT count(*) FROM (SELECT flow FROM flows GROUP BY flow) t;
RESET enable_sort; RESET enable_hashagg;
SELECT count(*) FROM flows a JOIN flows b ON hdata.review_flow_hash(a.flow) = hdata.review_flow_hash(b.flow) AND a.flow OPERATOR(hdata.<>) b.flow;
SELECT bool_and(hdata.review_flow_cmp(a.flow, b.flow) = -hdata.review_flow_cmp(b.flow, a.flow)) FROM flows a, flows b;

-- ---- what is refused, and where ----
SELECT r.t AS "rejected text", pg_temp.reject(r.t) AS "rejection" FROM (VALUES
	(1, ''), (2, '   -- nothing'), (3, ';'), (4, 'draft'), (5, 'initial draft; terminal done'), (6, 'a b'), (7, 'a -> '), (8, 'a -> b'), (9, 'a -> b as'), (10, 'a -> b as x y'), (11, 'a -> b as x; -> c'),
	(12, 'a - b'), (13, 'a -> b as x (r)'), (14, 'a -> b as x []'), (15, 'a -> b as x [r'), (16, 'a -> b as x [r s]'), (17, 'a -> b as x [r,]'), (18, 'a -> b as x [public]'), (19, 'a -> b as x [r, s, r]'), (20, 'a -> b as x ["]'), (21, 'a -> b as x [""]'),
	(22, 'a -> b as x [Lead]'), (23, 'a -> b as x ["' || repeat('r', 64) || '"]'), (24, 'Draft -> b as x'), (25, 'a$ -> b as x'), (26, repeat('s', 64) || ' -> b as x'), (27, '"a" -> b as x'), (28, 'a -> b as 1x'), (29, 'a -> "b" as x'),
	(30, 'a -> b as x author author'), (31, 'a -> b as x author !author'), (32, 'a -> b as x !author, author'), (33, 'a -> b as x !reviewer claim !reviewer'), (34, 'a -> b as x !claim'), (35, 'a -> b as x !'), (36, 'a -> b as x claim,'), (37, 'a -> b as x,, claim'), (38, 'a -> b as x reasons'),
	(39, 'a -> b as x at 2'), (40, 'a -> b as x at most'), (41, 'a -> b as x at most two'), (42, 'a -> b as x at most 0'), (43, 'a -> b as x at most 32768'), (44, 'a -> b as x at most 99999999999999999999999'), (45, 'a -> b as x at most 2e1'), (46, 'a -> b as x at most 2 else'), (47, 'a -> b as x once at most 2'), (48, 'a -> b as x at most -2'), (49, 'a -> b as x once once'),
	(50, '* | a -> b as x'), (51, 'a -> * as x'), (52, 'a | -> b as x'), (53, 'a | b | a -> c as x'), (54, 'a -> b | b as x'), (55, 'a -> b as x; initial a b'), (56, 'initial'), (57, 'initial;'), (58, 'terminal a,'), (59, 'terminal a, b, a'),
	(60, 'a -> b as x; initial a; initial b; terminal b'), (61, 'a -> b as x; initial a, b; terminal b'), (62, 'a -> b as x; terminal b'), (63, 'a -> b as x; initial a'),
	(64, 'a -> b as x; initial a; terminal b; frozen c'), (65, 'a -> b as x; initial aa; terminal b'), (66, 'a -> b as x; initial a; terminal b; accepting b, bb'),
	(67, 'a -> b as x; b -> a as y; initial a; terminal b'), (68, 'a -> a as x; a -> b as y; initial a; terminal b'), (69, 'a -> b as x; initial a; terminal b; a | b -> a | b as y'), (70, 'a -> b as x; b -> c | b as y; initial a; terminal c'),
	(71, 'a -> b as x; a -> c as x; b -> c as y; initial a; terminal c'), (72, 'a -> b as x; * -> c as x; initial a; terminal b, c'), (73, 'a -> b as x; a -> b as x [r]; initial a; terminal b'), (74, '* -> c as x; a -> b as y; b -> c as z; a -> b as x; initial a; terminal c'),
	(75, 'a -> b as x at most 2 else esc; b -> c as y; initial a; terminal c'), (76, 'a -> b as x at most 2 else b; b -> a as y; b -> c as z; initial a; terminal c'), (77, 'a -> b as x at most 2 else a; b -> a as y; b -> c as z; initial a; terminal c'),
	(78, 'a -> b as x; c -> b as y; initial a; terminal b'), (79, 'a -> b as x; b -> c as y; c -> b as back; a -> d as z; initial a; terminal d'), (80, 'a -> b as x; a -> c as y; initial a; terminal b'), (81, 'a -> b as x; c -> d as y; d -> c as z; d -> b as z2; initial a; terminal b'),
	(82, 'a -> b as x; * -> b as y; b -> a as z; initial a; terminal b'), (83, '* -> b | a as x; initial a; terminal b'), (84, 'b -> a as x; * -> b as y; initial a; terminal a'),
	(85, E'a -> b as x;\n  b => c as y'), (86, E'a -> b as x; -- éé\r\n\té -> c as y'), (87, 'a -> b as x; # comment'), (88, 'a -> b as x [é]'), (89, 'a → b as x'), (90, 'a -> b as x; ' || repeat('x', 500) || ' y'),
	(91, repeat(' ', 300) || 'a b'), (92, 'a -> b as x / b'), (93, E'a -> b as x \x01')) r(k, t) ORDER BY k;

-- limits
SELECT pg_temp.reject(string_agg(format('s%s -> s%s as go', i, i + 1), ';') || '; initial s1; terminal s' || n + 1) FROM unnest(ARRAY[63, 64]) n, generate_series(1, n) i GROUP BY n ORDER BY n;
SELECT pg_temp.reject('a -> b as x; initial a; terminal b; ' || string_agg(format('a -> b as x%s', i), ';')) FROM unnest(ARRAY[2047, 2048]) n, generate_series(1, n) i GROUP BY n ORDER BY n;
-- three times 40 sources and 24 targets
SELECT pg_temp.reject((SELECT string_agg('a' || i, ' | ') FROM generate_series(1, 40) i) || ' -> ' || (SELECT string_agg('b' || i, ' | ') FROM generate_series(1, 24) i) || ' as x1; ' ||
	(SELECT string_agg('a' || i, ' | ') FROM generate_series(1, 40) i) || ' -> ' || (SELECT string_agg('b' || i, ' | ') FROM generate_series(1, 24) i) || ' as x2; ' ||
	(SELECT string_agg('a' || i, ' | ') FROM generate_series(1, 40) i) || ' -> ' || (SELECT string_agg('b' || i, ' | ') FROM generate_series(1, 24) i) || ' as x3; initial a1; terminal b1') LIKE '%more than 2048 edges%' AS too_many_edges;
SELECT pg_temp.reject('a -> b as x [' || string_agg('r' || i, ', ') || ']; initial a; terminal b') FROM unnest(ARRAY[64, 65]) n, generate_series(1, n) i GROUP BY n ORDER BY n;
-- a name of 63 bytes
SELECT length(format('a -> %s as %s; initial a; terminal %s', repeat('s', 63), repeat('x', 63), repeat('s', 63))::hdata.review_flow::text);

-- ---- bytes ----
SELECT encode(hdata.review_flow_send('draft -> done as finish; initial draft; terminal done;'), 'hex');
CREATE FUNCTION pg_temp.receive(b bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/review_flow.bin';
	got hdata.review_flow;
	detail text;
BEGIN
	CREATE TEMP TABLE wire (b bytea);
	CREATE TEMP TABLE received (f hdata.review_flow);
	INSERT INTO wire VALUES (b);
	EXECUTE format('COPY wire TO %L (FORMAT binary)', file);
	BEGIN
		EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
		SELECT f INTO got FROM received;
		DROP TABLE wire, received;
		RETURN got;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		DROP TABLE wire, received;
		RETURN concat_ws(' / ', SQLSTATE, SQLERRM, detail);
	END;
END
$$;
SELECT pg_temp.receive(b) FROM (VALUES (1, hdata.review_flow_send('draft -> done as finish; initial draft; terminal done;')), (2, ''), (3, '\x01'), (4, '\x0261'), (5, '\x01c3'),
	(6, '\x01'::bytea || 'draft -> done as finish; initial draft; terminal done;'), (7, '\x01'::bytea || 'a b'), (8, '\x01'::bytea || '\x610062'::bytea)) v(k, b) ORDER BY k;

-- a stored value of the first version is readable for ever
SELECT pg_temp.receive('\x0161202d3e2062206173207a3b0a62202d3e20612061732079206f6e63653b0a2a202d3e20632061732078205b22412042222c20725d2021617574686f7220726561736f6e206174206d6f737420333b0a696e697469616c20613b0a7465726d696e616c20633b0a64656c657461626c6520613b');
-- ---- NULLs ----
SELECT NULL::hdata.review_flow, hdata.review_dot(NULL), NULL::hdata.review_flow::jsonb;
SELECT * FROM hdata.review_states(NULL);
SELECT * FROM hdata.review_edges(NULL);

-- ---- review_define ----
SELECT hdata.review_define('plain', 'draft -> done as finish; initial draft; terminal done;');
SELECT name, version, flow, owner = current_user AS mine, defined_at = now() AS now FROM hdata.review_flows;
SELECT hdata.review_define('plain', 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_define('Plain', 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_define('', 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_define(NULL, 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_define('other', NULL);
SELECT hdata.review_define('other', 'draft -> done as finish; initial draft;');
-- warnings: a limit that nothing comes up to, a state that can be left no more
SELECT hdata.review_define('idle', 'a -> b as x at most 2; b -> c as y once; initial a; terminal c');
SELECT hdata.review_define('half', 'a -> b as x once; b -> a as back once; b -> c as y at most 2; c -> d as z; initial a; terminal d');
SELECT hdata.review_define('trap', 'a -> b as x once; a -> c as y at most 3; b | c -> a as back; b -> d as end; initial a; terminal d');
SELECT hdata.review_define('no_trap', 'a -> b as x once; a -> c as y at most 3 else d; b | c -> a as back; b -> d as end; initial a; terminal d');
SELECT name, version FROM hdata.review_flows ORDER BY 1, 2;
-- it is undone with its transaction
BEGIN;
SELECT hdata.review_define('short_lived', 'draft -> done as finish; initial draft; terminal done;');
ROLLBACK;
SELECT hdata.review_define('short_lived', 'draft -> end as finish; initial draft; terminal end;');
SELECT flow FROM hdata.review_flows WHERE name = 'short_lived';

-- ---- review_redefine ----
CREATE ROLE regress_flow_owner;
CREATE ROLE regress_flow_other;
SET ROLE regress_flow_other;
SELECT hdata.review_define('stolen', 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_redefine('plain', 'draft -> done as finish; initial draft; terminal done;');
INSERT INTO hdata.review_flows VALUES ('stolen', 1, 'draft -> done as finish; initial draft; terminal done;', 'regress_flow_other', now());
UPDATE hdata.review_flows SET owner = 'regress_flow_other';
DELETE FROM hdata.review_flows;
SELECT count(*) > 0 AS everybody_reads FROM hdata.review_flows;
RESET ROLE;
GRANT EXECUTE ON FUNCTION hdata.review_define(text, hdata.review_flow), hdata.review_redefine(text, hdata.review_flow, jsonb) TO regress_flow_owner, regress_flow_other;
SET ROLE regress_flow_owner;
SELECT hdata.review_define('work', 'draft -> check as submit; check -> done as accept; check -> draft as return reason; initial draft; terminal done;');
SELECT owner FROM hdata.review_flows WHERE name = 'work';
SET ROLE regress_flow_other;
SELECT hdata.review_redefine('work', 'draft -> done as finish; initial draft; terminal done;');
RESET ROLE;
SELECT hdata.review_redefine('nothing', 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_redefine(NULL, 'draft -> done as finish; initial draft; terminal done;');
SELECT hdata.review_redefine('work', NULL);
SELECT hdata.review_redefine('work', 'draft -> done as finish; initial draft; terminal done;', NULL);
-- the same again is no new version
SELECT hdata.review_redefine('work', 'check -> draft as return reason; draft -> check as submit; check -> done as accept; initial draft; terminal done');
-- tables of two owners, one of them partitioned, with an enum
CREATE SCHEMA regress_flow;
GRANT ALL ON SCHEMA regress_flow TO regress_flow_other;
CREATE TABLE regress_flow.one (id int PRIMARY KEY, review_state text NOT NULL DEFAULT 'draft');
CREATE TYPE regress_flow.state AS ENUM ('draft', 'check', 'done', 'look', 'final');
CREATE TABLE regress_flow.two (id uuid, part int, review_state regress_flow.state, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE regress_flow.two_1 PARTITION OF regress_flow.two FOR VALUES IN (1);
CREATE TABLE regress_flow.two_2 PARTITION OF regress_flow.two FOR VALUES IN (2);
ALTER TABLE regress_flow.two OWNER TO regress_flow_other;
ALTER TABLE regress_flow.two_1 OWNER TO regress_flow_other;
ALTER TABLE regress_flow.two_2 OWNER TO regress_flow_other;
SELECT hdata.review_attach('regress_flow.one', 'work', 'id', 'review_state');
SELECT hdata.review_attach('regress_flow.two', 'work', 'id', 'review_state');
INSERT INTO regress_flow.one SELECT i FROM generate_series(1, 6) i;
UPDATE regress_flow.one SET review_state = 'check' WHERE id > 2;
UPDATE regress_flow.one SET review_state = 'done' WHERE id > 4;
INSERT INTO regress_flow.two SELECT format('00000000-0000-0000-0000-%s', lpad(i::text, 12, '0'))::uuid, 1 + i % 2 FROM generate_series(1, 4) i;
UPDATE regress_flow.two SET review_state = 'check' WHERE id < '00000000-0000-0000-0000-000000000003';
-- a state in use cannot go without saying where
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;');
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"check": "look"}');
-- bad mappings
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', m::jsonb) FROM (VALUES ('[]')) v(m);
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '"check"');
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"check": 1}');
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"check": {"a": "look"}}');
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"look": "look"}');
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"check": "check"}');
SELECT max(version) FROM hdata.review_flows WHERE name = 'work';
-- the owner of the flow redefines it for tables of others
SET ROLE regress_flow_owner;
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> final as accept; initial draft; terminal final;', '{"check": "look", "done": "final"}');
RESET ROLE;
SELECT version, flow, owner FROM hdata.review_flows WHERE name = 'work' ORDER BY 1;
SELECT id, review_state FROM regress_flow.one ORDER BY 1;
SELECT right(id::text, 1) AS id, tableoid::regclass, review_state FROM regress_flow.two ORDER BY 1;
SELECT item, seq, from_state, to_state, action, flow_version, NULLIF(actor, current_user) AS actor FROM regress_flow.one_review_log WHERE item IN (2, 3, 6) ORDER BY 1, 2;
SELECT right(item::text, 1) AS item, seq, from_state, to_state, action, flow_version FROM regress_flow.two_review_log ORDER BY 1, 2;
SELECT item, rev, state FROM regress_flow.one_review ORDER BY 1;
SELECT * FROM hdata.review_verify('regress_flow.one') UNION ALL SELECT * FROM hdata.review_verify('regress_flow.two');
-- from now on, the new flow is in force, also in this session
UPDATE regress_flow.one SET review_state = 'check' WHERE id = 1;
UPDATE regress_flow.one SET review_state = 'look' WHERE id = 1;
UPDATE regress_flow.two_2 SET review_state = 'check' WHERE review_state = 'draft';
UPDATE regress_flow.two_2 SET review_state = 'look' WHERE review_state = 'draft';
-- states change places; a state that goes and is not in use needs no word
SELECT hdata.review_redefine('work', 'draft -> look as submit; look -> draft as return; look -> done as accept; initial draft; terminal done;', '{"draft": "look", "look": "draft", "final": "done"}');
SELECT id, review_state FROM regress_flow.one ORDER BY 1;
SELECT hdata.review_redefine('work', 'draft -> seen as submit; look -> draft as return; seen -> draft as return; seen -> look as peer; look -> done as accept; seen -> done as accept; initial draft; terminal done;');
SELECT item, seq, from_state, to_state, action, flow_version FROM regress_flow.one_review_log WHERE item = 3 ORDER BY 1, 2;
SELECT * FROM hdata.review_verify('regress_flow.one') UNION ALL SELECT * FROM hdata.review_verify('regress_flow.two');
-- it is undone with its transaction, for this session, too
BEGIN;
SELECT hdata.review_redefine('work', 'draft -> seen as hand_in; look -> draft as return; seen -> draft as return; seen -> look as peer; look -> done as accept; initial draft; terminal done;');
UPDATE regress_flow.one SET review_state = 'seen' WHERE id = 3;
SELECT action FROM regress_flow.one_review_log WHERE item = 3 ORDER BY seq DESC LIMIT 1;
ROLLBACK;
UPDATE regress_flow.one SET review_state = 'seen' WHERE id = 3;
SELECT action FROM regress_flow.one_review_log WHERE item = 3 ORDER BY seq DESC LIMIT 1;
-- a trigger that keeps an item back stops all of it
CREATE FUNCTION regress_flow.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE UPDATE ON regress_flow.one FOR EACH ROW WHEN (NEW.id = 4) EXECUTE FUNCTION regress_flow.keep();
SELECT hdata.review_redefine('work', 'draft -> seen as submit; seen -> done as accept; initial draft; terminal done;', '{"look": "seen", "draft": "seen"}');
DROP TRIGGER keep ON regress_flow.one;
-- it runs as the owner of the table, and no more
CREATE TABLE regress_flow.who (stage text, who text);
GRANT INSERT ON regress_flow.who TO regress_flow_other;
CREATE FUNCTION regress_flow.spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO regress_flow.who VALUES (TG_WHEN, current_user); RETURN NEW; END $$;
CREATE TRIGGER spy BEFORE UPDATE ON regress_flow.two FOR EACH ROW EXECUTE FUNCTION regress_flow.spy();
-- the enum does not have the state
SELECT hdata.review_redefine('work', 'draft -> seen as submit; seen -> done as accept; initial draft; terminal done;', '{"look": "seen"}');
ALTER TYPE regress_flow.state ADD VALUE 'seen';
SELECT hdata.review_redefine('work', 'draft -> seen as submit; seen -> done as accept; initial draft; terminal done;', '{"look": "seen"}');
-- an error that is caught leaves nothing behind
DO $$ BEGIN
	PERFORM hdata.review_redefine('work', 'draft -> seen as submit; seen -> nowhere as accept; initial draft; terminal nowhere;', '{"seen": "nowhere", "done": "nowhere"}');
EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM;
END $$;
UPDATE regress_flow.one SET review_state = 'seen' WHERE id = 1;
SELECT max(version) FROM hdata.review_flows WHERE name = 'work';
SELECT DISTINCT stage, who FROM regress_flow.who ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA regress_flow CASCADE;
RESET client_min_messages;
-- the owner of a flow is gone: the owner of the extension helps
REVOKE EXECUTE ON FUNCTION hdata.review_define(text, hdata.review_flow), hdata.review_redefine(text, hdata.review_flow, jsonb) FROM regress_flow_owner, regress_flow_other;
DROP ROLE regress_flow_owner;
DROP ROLE regress_flow_other;
SELECT hdata.review_redefine('work', 'draft -> done as finish; initial draft; terminal done;');
SELECT version, owner FROM hdata.review_flows WHERE name = 'work' ORDER BY 1;

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

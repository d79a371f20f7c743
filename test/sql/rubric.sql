-- The type rubric: its JSON, what it refuses and where, comparison, casts, storage, hashes, leaves, checks.
\pset format unaligned
\pset footer off
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/rubric.bin'
SET search_path = hdata, public;

-- what a text is refused for, or its canonical form
CREATE FUNCTION pg_temp.problem(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
BEGIN
	RETURN t::rubric::text;
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, nullif(message, 'invalid input syntax for type rubric'), detail);
END $$;

-- ---- canonical form ----

-- flat, with everything; keys in one order, what has its default value left out, tags sorted, numbers at their shortest
SELECT $$
{
  "criteria": [
    {"points": 5.00, "text": "Names \u00fc \"both\"\tdrugs", "id": "a", "tags": ["b", "a", "b"], "kind": "binary", "gate": false},
    {"id": "b", "points": -25e-1, "text": "", "tags": [], "levels": null},
    {"id": "c", "points": 1e22, "gate": true, "kind": "scale",
     "levels": [{"text": "none", "value": 0, "label": "1"}, {"value": 0.50}, {"value": 1, "label": "3"}]},
    {"id": "d", "points": -0.0, "kind": "scale"}
  ],
  "penalty_only": false, "norm": "positive", "version": "3.1"
} $$::rubric;
-- a tree
SELECT '{"criteria": [{"id": "root", "weight": 1, "tags": ["t"], "children": [{"id": "x", "weight": 2, "text": "X"},
	{"weight": 0.5, "id": "y", "children": [{"id": "z", "weight": 3}, {"id": "g", "weight": 0, "text": "G", "gate": true}]}]}]}'::rubric;
SELECT '{"penalty_only": true, "norm": "abs", "criteria": [{"id": "p", "points": -1}, {"id": "q", "points": 0}]}'::rubric;
SELECT '{"norm": "minmax", "criteria": [{"id": "p", "points": 2.2250738585072014e-308}]}'::rubric;
SELECT pg_temp.problem('{"criteria": [{"id": "\ud83d\ude00 \u0007 \u007f", "points": 1, "text": "' || U&'\2028' || '"}]}');

-- ---- what is refused ----

SELECT pg_temp.problem(t) FROM unnest(ARRAY[
	-- no rubric
	'{}', '[]', '3', '"a"', 'null', '{"criteria": 1}', '{"criteria": null}', '{"criteria": []}', '{"criteria": {}}', '{"criteria": [1]}', '{"criteria": [null]}', '{"criteria": [[]]}',
	-- keys
	'{"criteria": [{"id": "a", "points": 1}], "title": "x"}', '{"criteria": [{"id": "a", "points": 1, "weigth": 2}]}',
	'{"criteria": [{"id": "a", "points": 1, "levels": [{"value": 1, "name": "x"}]}]}', '{"criteria": [{"id": "a", "points": 1, "": 1}]}',
	'{"criteria": [{"id": "a", "points": 1, "id": "b"}]}', '{"criteria": [], "criteria": [{"id": "a", "points": 1}]}',
	'{"criteria": [{"id": "a", "points": 1, "p\u006fints": 2}]}',
	-- version, norm, penalty_only
	'{"version": 3, "criteria": [{"id": "a", "points": 1}]}', '{"norm": "max", "criteria": [{"id": "a", "points": 1}]}',
	'{"norm": 1, "criteria": [{"id": "a", "points": 1}]}', '{"penalty_only": "yes", "criteria": [{"id": "a", "points": -1}]}',
	-- ids
	'{"criteria": [{"points": 1}]}', '{"criteria": [{"id": "", "points": 1}]}', '{"criteria": [{"id": null, "points": 1}]}', '{"criteria": [{"id": 1, "points": 1}]}',
	'{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 1}, {"id": "a", "points": 1}]}',
	'{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 1}, {"id": "r", "weight": 1}]}]}',
	'{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 1}]}, {"id": "s", "weight": 1, "children": [{"id": "a", "weight": 1}]}]}',
	-- points
	'{"criteria": [{"id": "a"}]}', '{"criteria": [{"id": "a", "points": null}]}', '{"criteria": [{"id": "a", "points": "1"}]}', '{"criteria": [{"id": "a", "points": true}]}',
	'{"criteria": [{"id": "a", "points": 1e400}]}', '{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": -1e400}]}', '{"criteria": [{"id": "a", "points": 1e-400}]}',
	'{"criteria": [{"id": "a", "points": 1e308}, {"id": "b", "points": 1e308}]}', '{"criteria": [{"id": "a", "points": 1e308}, {"id": "b", "points": -1e308}]}',
	'{"criteria": [{"id": "a", "points": 0}]}', '{"criteria": [{"id": "a", "points": -1}]}', '{"penalty_only": true, "criteria": [{"id": "a", "points": 0}]}',
	'{"penalty_only": true, "criteria": [{"id": "a", "points": -1}, {"id": "b", "points": 1}]}',
	-- texts, tags, gates
	'{"criteria": [{"id": "a", "points": 1, "text": 5}]}', '{"criteria": [{"id": "a", "points": 1, "text": ["x"]}]}',
	'{"criteria": [{"id": "a", "points": 1, "tags": "x"}]}', '{"criteria": [{"id": "a", "points": 1, "tags": ["x", 1]}]}',
	'{"criteria": [{"id": "a", "points": 1, "tags": [""]}]}', '{"criteria": [{"id": "a", "points": 1, "tags": [null]}]}',
	'{"criteria": [{"id": "a", "points": 1, "gate": 1}]}', '{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 0, "gate": true}]}',
	'{"criteria": [{"id": "r", "weight": 1}, {"id": "s", "weight": 0, "gate": true, "text": ""}]}',
	'{"criteria": [{"id": "r", "weight": 1, "gate": true, "children": [{"id": "a", "weight": 1}]}]}',
	-- levels
	'{"criteria": [{"id": "a", "points": 1, "kind": "likert"}]}', '{"criteria": [{"id": "a", "points": 1, "levels": []}]}', '{"criteria": [{"id": "a", "points": 1, "levels": {}}]}',
	'{"criteria": [{"id": "a", "points": 1, "levels": [1]}]}', '{"criteria": [{"id": "a", "points": 1, "levels": [{"label": "x"}]}]}',
	'{"criteria": [{"id": "a", "points": 1, "kind": "binary", "levels": [{"value": 1}]}]}', '{"criteria": [{"id": "a", "points": 1, "levels": [{"value": 1.5}]}]}',
	'{"criteria": [{"id": "a", "points": 1, "levels": [{"value": 0}, {"value": -0.1}]}]}', '{"criteria": [{"id": "a", "points": 1, "levels": [{"value": "1"}]}]}',
	'{"criteria": [{"id": "a", "points": 1, "levels": [{"value": 0, "label": "x"}, {"value": 1, "label": "x"}]}]}',
	'{"criteria": [{"id": "a", "points": 1, "levels": [{"value": 0, "label": 1}]}]}', '{"criteria": [{"id": "r", "weight": 1, "kind": "scale", "children": [{"id": "a", "weight": 1}]}]}',
	-- flat or tree
	'{"criteria": [{"id": "a", "points": 1}, {"id": "b", "weight": 1}]}', '{"criteria": [{"id": "a", "weight": 1}, {"id": "b", "points": 1}]}',
	'{"criteria": [{"id": "a", "weight": 1, "points": 1}]}', '{"criteria": [{"id": "a", "points": 1, "children": [{"id": "b", "points": 1}]}]}',
	'{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 1, "children": [{"id": "c", "points": 1}]}]}',
	'{"criteria": [{"id": "a", "weight": 1, "children": [{"id": "b", "points": 1}]}]}', '{"criteria": [{"id": "a", "children": [{"id": "b", "weight": 1}]}]}',
	'{"criteria": [{"id": "a", "weight": 1, "children": []}]}', '{"criteria": [{"id": "a", "weight": 1, "children": {}}]}',
	'{"criteria": [{"id": "a", "weight": -1}]}', '{"criteria": [{"id": "a", "weight": 1, "children": [{"id": "b", "weight": 2}, {"id": "c", "weight": -2}]}]}',
	'{"criteria": [{"id": "a", "weight": 0}]}', '{"criteria": [{"id": "a", "weight": 1, "children": [{"id": "b", "weight": 0}]}]}',
	'{"criteria": [{"id": "a", "weight": 1e308}, {"id": "b", "weight": 1e308}]}', '{"penalty_only": true, "criteria": [{"id": "a", "weight": 1}]}'
]) WITH ORDINALITY u (t, n) ORDER BY n;

-- what is no JSON, in the words of the server's parser, with the path as far as it is known
SELECT left(pg_temp.problem(t), 5) AS sqlstate, substring(pg_temp.problem(t) FROM '[|] ([a-z].*?):') AS path, count(*) FROM unnest(ARRAY[
	'', '  ', 'x', '{', '{"criteria": [}',
	'{"criteria": [{"id": "a", "points": 1}]} x', '{"criteria": [{"id": "a", "points": 1},]}', '{"criteria": [{"id": "a", "points": NaN}]}',
	'{"criteria": [{"id": "a", "points": Infinity}]}', '{"criteria": [{"id": "a", "points": 01}]}', '{"criteria": [{"id": "a", "points": +1}]}', '{"criteria": [{''id'': "a"}]}',
	-- strings
	'{"criteria": [{"id": "a\u0000", "points": 1}]}', '{"criteria": [{"id": "a", "points": 1, "text": "\ud800"}]}', '{"criteria": [{"id": "a", "points": 1, "text": "\udc00"}]}',
	'{"criteria": [{"id": "a", "points": 1, "text": "\ud800\ud800"}]}', '{"criteria": [{"id": "a", "points": 1, "text": "\u12"}]}', '{"criteria": [{"id": "a", "points": 1, "text": "\x"}]}',
	E'{"criteria": [{"id": "a", "points": 1, "text": "\n"}]}', '{"criteria": [{"id": "a", "points": 1, "text": "'
]) t GROUP BY 1, 2 ORDER BY 1, 2;

-- inner nodes that weigh nothing are pruned, not refused
SELECT id, effective_weight FROM rubric_leaves('{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 1, "children": [{"id": "a1", "weight": 0}]}, {"id": "b", "weight": 1}]}]}');

-- depth and size: 32 levels of nodes, 10,000 nodes
CREATE FUNCTION pg_temp.deep(n int, node text) RETURNS text LANGUAGE sql AS
	$$ SELECT '{"criteria": [' || string_agg(format('{"id": "%s", "weight": 1, "children": [', i), '' ORDER BY i) || node || repeat(']}', n) || ']}' FROM generate_series(1, n) i $$;
SELECT length(pg_temp.problem(pg_temp.deep(31, '{"id": "leaf", "weight": 1}'))), left(pg_temp.problem(pg_temp.deep(32, '{"id": "leaf", "weight": 1}')), 20),
	right(pg_temp.problem(pg_temp.deep(32, '{"id": "leaf", "weight": 1}')), 60);
SELECT right(pg_temp.problem(pg_temp.deep(31, '{"id": "leaf", "weight": 1, "levels": [{"value": 1, "text": [[]]}]}')), 80);
-- levels at the deepest leaf
SELECT right(pg_temp.problem(pg_temp.deep(31, '{"id": "leaf", "weight": 1, "levels": [{"value": 1, "text": "x"}]}')), 120);
SELECT right(pg_temp.problem(repeat('[', 100000)), 60);
SELECT right(pg_temp.problem('{"criteria": ' || repeat('[{"children":', 100000)), 60);
SELECT count(*) FROM rubric_leaves((SELECT format('{"criteria": [%s]}', string_agg(format('{"id": "%s", "points": 1}', i), ','))::rubric FROM generate_series(1, 10000) i));
SELECT pg_temp.problem(format('{"criteria": [%s]}', string_agg(format('{"id": "%s", "points": 1}', i), ','))) FROM generate_series(1, 10001) i;
SELECT pg_temp.problem(format('{"criteria": [{%s}]}', string_agg(format('"k%s": 1', i), ','))) FROM generate_series(1, 100) i;
SELECT pg_temp.problem(format('{"criteria": [{"id": "a", "points": 1, "tags": [%s]}]}', string_agg('1', ','))) FROM generate_series(1, 1000001) i;
-- what is quoted is cut, in whole characters
SELECT pg_temp.problem(format('{"criteria": [{"id": "%s", "points": 1}, {"id": "%1$s", "points": 1}]}', repeat('ü', 100)));
SET hdata.max_state_size = '64kB';
SELECT pg_temp.problem(format('{"criteria": [{"id": "a", "points": 1, "text": "%s"}]}', repeat('x', 65536)));
RESET hdata.max_state_size;

-- ---- casts, comparison, storage ----

SELECT '{"criteria": [{"id": "a", "points": 5.0, "text": "x"}]}'::rubric::jsonb;
SELECT '{"criteria": [{"id": "a", "points": 5.0, "text": "x"}]}'::jsonb::rubric;
SELECT jsonb_build_object('criteria', jsonb_agg(jsonb_build_object('id', id, 'points', points, 'text', t)))::rubric
	FROM (VALUES ('a', 2, 'x'), ('b', -1, NULL)) v (id, points, t);
SELECT '{"criteria": [{"id": "a", "points": 1e400}]}'::jsonb::rubric;
SELECT '[]'::jsonb::rubric;
-- explicit only
CREATE TEMP TABLE hd_r (r rubric);
INSERT INTO hd_r VALUES ('{"criteria": [{"id": "a", "points": 1}]}'::jsonb);

CREATE TABLE hd_rubric (name text PRIMARY KEY, r rubric);
INSERT INTO hd_rubric VALUES
	('flat', '{"version": "1", "criteria": [{"id": "a", "points": 5, "text": "A"}, {"id": "b", "points": -2, "text": "B", "tags": ["t"]}]}'),
	('flat, other texts', '{"version": "2", "criteria": [{"id": "a", "points": 5, "text": "A, better said"}, {"id": "b", "points": -2, "text": "B", "tags": ["u"]}]}'),
	('flat, other order', '{"criteria": [{"id": "b", "points": -2, "text": "B"}, {"id": "a", "points": 5, "text": "A"}]}'),
	('flat, other points', '{"criteria": [{"id": "a", "points": 5.5, "text": "A"}, {"id": "b", "points": -2, "text": "B"}]}'),
	('flat, gate', '{"criteria": [{"id": "a", "points": 5, "text": "A", "gate": true}, {"id": "b", "points": -2, "text": "B"}]}'),
	('flat, norm', '{"norm": "minmax", "criteria": [{"id": "a", "points": 5, "text": "A"}, {"id": "b", "points": -2, "text": "B"}]}'),
	('flat, levels', '{"criteria": [{"id": "a", "points": 5, "levels": [{"value": 0, "label": "no", "text": "not at all"}, {"value": 1, "label": "yes"}]}, {"id": "b", "points": -2}]}'),
	('flat, levels the other way', '{"criteria": [{"id": "a", "points": 5, "levels": [{"value": 1, "label": "yes"}, {"value": 0, "label": "no", "text": "none"}]}, {"id": "b", "points": -2}]}'),
	('flat, other levels', '{"criteria": [{"id": "a", "points": 5, "levels": [{"value": 0, "label": "no"}, {"value": 0.9, "label": "yes"}]}, {"id": "b", "points": -2}]}'),
	('flat, other labels', '{"criteria": [{"id": "a", "points": 5, "levels": [{"value": 0, "label": "no"}, {"value": 1, "label": "yes!"}]}, {"id": "b", "points": -2}]}'),
	('tree', '{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 5}, {"id": "b", "weight": 2}]}]}'),
	('tree without its root', '{"criteria": [{"id": "a", "weight": 5}, {"id": "b", "weight": 2}]}'),
	('penalties', '{"penalty_only": true, "criteria": [{"id": "a", "points": -5}, {"id": "b", "points": -2}]}');
-- equal is what has the same canonical JSON; rubric_hash() is the same for all by which the same grades give the same scores
SELECT string_agg(name, ' = ' ORDER BY name) FROM hd_rubric GROUP BY rubric_hash(r) ORDER BY 1;
SELECT string_agg(name, ' = ' ORDER BY name) FROM hd_rubric GROUP BY rubric_text_hash(r) ORDER BY 1;
SELECT count(DISTINCT r), count(DISTINCT rubric_hash_value(r)), min(length(rubric_hash(r))), min(length(rubric_text_hash(r))) FROM hd_rubric;
SELECT bool_and((a.r = b.r) = (a.name = b.name)) AS eq, bool_and((a.r <> b.r) = (a.name <> b.name)) AS ne, bool_and((a.r < b.r) = (b.r > a.r)) AS lt,
	bool_and((a.r <= b.r) = (a.r < b.r OR a.r = b.r)) AS le, bool_and((a.r >= b.r) = NOT (a.r < b.r)) AS ge, bool_and(rubric_cmp(a.r, b.r) = -rubric_cmp(b.r, a.r)) AS cmp
	FROM hd_rubric a, hd_rubric b;
SELECT 'null'::text AS nothing WHERE (NULL::rubric = NULL::rubric) IS NULL AND rubric_hash(NULL::rubric) IS NULL AND rubric_text_hash(NULL) IS NULL AND NULL::rubric::jsonb IS NULL;
CREATE UNIQUE INDEX ON hd_rubric (r);
CREATE INDEX ON hd_rubric USING hash (r);
SET enable_seqscan = off;
SELECT name FROM hd_rubric WHERE r = (SELECT r FROM hd_rubric WHERE name = 'tree');
RESET enable_seqscan;
SELECT count(*) FROM hd_rubric a JOIN hd_rubric b USING (r);

-- the documented bytes that are hashed: version, flat, norm, penalty_only; two criteria by id: length and id, points, flags (leaf), levels
SELECT rubric_hash(r) = sha256('\x01000000'::bytea || '\x02' || '\x0161' || float8send(5) || '\x0100' || '\x0162' || float8send(-2) || '\x0100') AS flat,
	rubric_text_hash(r) = sha256('\x01'::bytea || '\x0161' || '\x0141' || '\x00' || '\x0162' || '\x0142' || '\x00') AS texts FROM hd_rubric WHERE name = 'flat';
SELECT rubric_hash(r) = sha256('\x01010000'::bytea || '\x01' || '\x0172' || float8send(1) || '\x00' || '\x02' || '\x0161' || float8send(5) || '\x0100' || '\x0162' || float8send(2) || '\x0100') AS tree
	FROM hd_rubric WHERE name = 'tree';
SELECT rubric_hash(r) = sha256('\x01000000'::bytea || '\x02' || '\x0161' || float8send(5) || '\x0102' || float8send(0) || '\x026e6f' || float8send(1) || '\x03796573' || '\x0162' || float8send(-2) || '\x0100') AS levels
	FROM hd_rubric WHERE name = 'flat, levels';

-- text, binary, COPY
SELECT bool_and(r::text::rubric = r AND r::text::rubric::text = r::text AND r::jsonb::rubric = r AND rubric_send(r) = '\x01'::bytea || convert_to(r::text, 'UTF8')) FROM hd_rubric;
CREATE TABLE hd_rubric_copy (name text, r rubric);
COPY hd_rubric TO :'file' (FORMAT binary);
COPY hd_rubric_copy FROM :'file' (FORMAT binary);
SELECT count(*) FROM hd_rubric JOIN hd_rubric_copy USING (name, r);
COPY (SELECT name, r FROM hd_rubric) TO :'file';
COPY hd_rubric_copy FROM :'file';
SELECT count(*) FROM hd_rubric JOIN hd_rubric_copy USING (name, r);
-- the wire takes canonical JSON of a known version only
CREATE TABLE hd_raw (b bytea);
CREATE FUNCTION pg_temp.receive(b bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	message text;
BEGIN
	TRUNCATE hd_raw;
	INSERT INTO hd_raw VALUES (b);
	EXECUTE format('COPY hd_raw TO %L (FORMAT binary)', file);
	EXECUTE format('COPY hd_r FROM %L (FORMAT binary)', file);
	RETURN 'accepted';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, message, detail);
END $$;
SELECT pg_temp.receive(b, :'file') FROM unnest(ARRAY['\x01'::bytea || convert_to('{"criteria": [{"id": "a", "points": 1}]}', 'UTF8'),
	'\x02'::bytea || convert_to('{"criteria": [{"id": "a", "points": 1}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria":[{"id": "a", "points": 1}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria": [{"id": "a", "points": 1.0}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria": [{"id": "a", "points": x}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria": [{"id": "a", "points": 0}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria": [{"id": "', 'UTF8') || '\xff'::bytea || convert_to('", "points": 1}]}', 'UTF8'),
	'\x01'::bytea || convert_to('{"criteria": [{"id": "', 'UTF8') || '\x00'::bytea || convert_to('", "points": 1}]}', 'UTF8'),
	'', '\x01']) WITH ORDINALITY u (b, n) ORDER BY n;

-- a value of release 0.1.0: it must read for ever; never change the literal
COPY hd_raw FROM stdin;
\\x017b2276657273696f6e223a202231222c20226372697465726961223a205b7b226964223a2022c3bc222c202274657874223a202241222c2022706f696e7473223a20352e352c202274616773223a205b2274225d2c202267617465223a20747275657d2c207b226964223a202262222c2022706f696e7473223a202d322c20226b696e64223a20227363616c65222c20226c6576656c73223a205b7b2276616c7565223a20302c20226c6162656c223a20226e6f227d2c207b2276616c7565223a20312c202274657874223a20226f6b227d5d7d5d7d
\.
COPY (SELECT b FROM hd_raw WHERE b <> '' ORDER BY length(b) DESC LIMIT 1) TO :'file' (FORMAT binary);
TRUNCATE hd_r;
COPY hd_r FROM :'file' (FORMAT binary);
SELECT r, encode(rubric_hash(r), 'hex') FROM hd_r;

-- null is as good as leaving a key out, whichever key it is
SELECT '{"criteria": [{"id": "a", "points": 1, "weight": null, "children": null, "text": null, "tags": null}]}'::rubric;
SELECT '{"criteria": [{"id": "a", "weight": 1, "points": null, "levels": null, "gate": null, "kind": null}]}'::rubric;
-- a subnormal number has lost digits; a share that vanishes would be a criterion without weight
SELECT pg_temp.problem(v) FROM unnest(ARRAY[
	'{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 4.9e-324}]}',
	'{"criteria": [{"id": "a", "weight": 1}, {"id": "b", "weight": 2.2e-308}]}',
	'{"criteria": [{"id": "a", "weight": 1}, {"id": "b", "weight": 1e-200, "children": [{"id": "b1", "weight": 1}, {"id": "b2", "weight": 1e-200}]}]}']) v;
-- tags are inherited: of one criterion there are 256 at most
SELECT count(*), max(cardinality(tags)) FROM rubric_leaves((SELECT format('{"criteria": [{"id": "r", "weight": 1, "tags": [%s], "children": [{"id": "a", "weight": 1, "tags": ["0"]}, {"id": "b", "weight": 1, "tags": ["b"]}]}]}',
	string_agg(format('"%s"', i), ','))::rubric FROM generate_series(0, 254) i));
SELECT pg_temp.problem(format('{"criteria": [{"id": "r", "weight": 1, "tags": [%s], "children": [{"id": "a", "weight": 1, "tags": ["b"]}, {"id": "b", "weight": 1, "tags": ["a"]}]}]}',
	string_agg(format('"%s"', i), ','))) FROM generate_series(0, 255) i;

-- ---- leaves ----

-- tags of a leaf include those of the nodes above it; parents are the ids of those nodes, from the top
SELECT * FROM rubric_leaves('{"criteria": [{"id": "r", "weight": 1, "tags": ["t"], "children": [{"id": "a", "weight": 2, "children": [{"id": "a1", "weight": 1, "tags": ["u", "t"], "text": "A1"},
	{"id": "a2", "weight": 3}]}, {"id": "b", "weight": 1, "children": [{"id": "b1", "weight": 7, "gate": true}]}, {"id": "c", "weight": 1, "children": [{"id": "c1", "weight": 2}, {"id": "c2", "weight": 1}, {"id": "c3", "weight": 0}]}]}]}');
-- the share of a flat rubric is what meeting the criterion does to the score under the rubric's norm
SELECT norm, id, points, effective_weight FROM unnest('{positive,minmax,abs}'::text[]) norm,
	rubric_leaves(format('{"norm": "%s", "criteria": [{"id": "a", "points": 3}, {"id": "b", "points": 1}, {"id": "c", "points": -6}]}', norm)::rubric);
SELECT id, effective_weight FROM rubric_leaves('{"penalty_only": true, "criteria": [{"id": "a", "points": -3}, {"id": "b", "points": -1}]}');
SELECT count(*) FROM rubric_leaves(NULL);
-- 0.1 ten times is exactly a tenth each
SELECT DISTINCT effective_weight FROM rubric_leaves((SELECT format('{"criteria": [%s]}', string_agg(format('{"id": "%s", "weight": 0.1}', i), ','))::rubric FROM generate_series(1, 10) i));

-- ---- checks ----

SELECT * FROM rubric_check('{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 1}, {"id": "c", "points": 1}]}', '{c,x,a,NULL,a,x,ü}');
SELECT count(*) FROM rubric_check('{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 1}]}', '{b,a}');
-- an inner node is no criterion to be graded
SELECT * FROM rubric_check('{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 1}]}]}', '{r,a}');
-- no grades at all: array_agg() gives NULL
SELECT * FROM rubric_check('{"criteria": [{"id": "a", "points": 1}, {"id": "b", "points": 1}]}', NULL);
SELECT * FROM rubric_check('{"criteria": [{"id": "a", "points": 1}]}', '{}');
SELECT count(*) FROM rubric_check(NULL, '{a}');

DROP TABLE hd_rubric, hd_rubric_copy, hd_raw;

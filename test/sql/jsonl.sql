-- jsonl(): one line for any value, whatever it holds and whatever the settings say
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- NULL is null, and everything has its line
SELECT hdata.jsonl(NULL::text), hdata.jsonl(NULL::int[]), hdata.jsonl(NULL::json);
SELECT hdata.jsonl(true), hdata.jsonl(1::smallint), hdata.jsonl(-7), hdata.jsonl(9223372036854775807), hdata.jsonl(1.50), hdata.jsonl('x'::text);
SELECT hdata.jsonl(x) FROM (SELECT 1 AS a, NULL::text AS b) x;
SELECT hdata.jsonl(ROW(1, 'a', ROW(2.5, ARRAY['b', NULL])));
SELECT hdata.jsonl(x) FROM (SELECT) x;
SELECT hdata.jsonl(x) FROM (SELECT 1 AS "a""b\", 2 AS "é", 3 AS a, 4 AS a) x;

-- floats are the shortest that read as the same; what is no number in JSON is a string
SELECT hdata.jsonl(x) FROM (SELECT 0.1::float8 a, 0.1::float4 b, 1e20::float8 c, -0.0::float8 d, 5e-324::float8 e, 'NaN'::float8 f, '-Infinity'::float4 g,
	'Infinity'::numeric h, 'NaN'::numeric i, 1e-7::numeric j, 100.00::numeric k) x;

-- the same bytes whatever the settings: at the top, in arrays, rows, domains, ranges and types of others
CREATE SCHEMA xj;
CREATE DOMAIN xj.moment AS timestamptz;
CREATE DOMAIN xj.moments AS xj.moment[];
CREATE TYPE xj.pair AS (at timestamptz, f float8, raw bytea);
CREATE DOMAIN xj.pair_domain AS xj.pair;
CREATE TYPE xj.mood AS ENUM ('sad', 'so "so"', 'happy');
CREATE TABLE xj.settings AS SELECT
	timestamptz '2026-03-04 05:06:07.089+02' AS tstz, timestamp '2026-03-04 05:06:07' AS ts, date '0044-03-15 BC' AS bc, date 'infinity' AS inf, time '01:02:03.4' AS t,
	timetz '01:02:03+05:30' AS ttz, interval '-1 year 2 mons -3 days 04:05:06.7' AS iv, '\x00ff5c'::bytea AS raw, 1::float8 / 3 AS f, 1::float4 / 3::float4 AS f4,
	money '1234.56' AS cash, ARRAY[timestamptz '2026-03-04 05:06:07+00'] AS a, ROW(timestamptz '2026-03-04 05:06:07+00', 1::float8 / 3, '\x01'::bytea)::xj.pair AS r,
	ROW(timestamptz '2026-03-04 05:06:07+00', 1::float8 / 3, '\x01'::bytea)::xj.pair_domain AS rd, ARRAY[timestamptz '2026-03-04 05:06:07+00']::xj.moments AS d,
	tstzrange('2026-03-04 05:06:07+00', NULL) AS rng, datemultirange(daterange('2026-03-04', '2026-03-05')) AS mrng, point(1::float8 / 3, 2) AS p,
	'xj.mood'::regtype AS reg, int4range(1, 5) AS ir, 'happy'::xj.mood AS e, '{sad,"so \"so\""}'::xj.mood[] AS ea;
SELECT hdata.jsonl(s) FROM xj.settings s;
CREATE TABLE xj.lines (line text);
INSERT INTO xj.lines SELECT hdata.jsonl(s) FROM xj.settings s;
SET extra_float_digits = -5;
SET timezone = 'Asia/Kolkata';
SET datestyle = 'German, DMY';
SET bytea_output = escape;
SET intervalstyle = sql_standard;
SET search_path = xj;
INSERT INTO lines SELECT hdata.jsonl(s) FROM settings s;
SET timezone = 'America/New_York';
SET datestyle = 'SQL, MDY';
SET intervalstyle = postgres_verbose;
SET extra_float_digits = 3;
INSERT INTO lines SELECT hdata.jsonl(s) FROM settings s;
-- one setting at a time, where all the others are as the writer wants them
DO $$
DECLARE
	other text[];
BEGIN
	FOREACH other SLICE 1 IN ARRAY '{{datestyle,SQL},{timezone,Asia/Kolkata},{intervalstyle,postgres},{extra_float_digits,0},{bytea_output,escape},{lc_monetary,C},{search_path,xj}}'::text[] LOOP
		PERFORM set_config(name, value, true) FROM (VALUES ('datestyle', 'ISO'), ('timezone', 'UTC'), ('intervalstyle', 'iso_8601'), ('extra_float_digits', '1'), ('bytea_output', 'hex')) s (name, value);
		PERFORM set_config(other[1], other[2], true);
		INSERT INTO xj.lines SELECT hdata.jsonl(s) FROM xj.settings s;
		IF current_setting(other[1]) <> other[2] AND other[1] <> 'datestyle' THEN RAISE 'setting % was changed', other[1]; END IF;
	END LOOP;
END $$;
-- the settings of the session are as they were
SELECT current_setting('timezone'), current_setting('datestyle'), current_setting('search_path'), current_setting('extra_float_digits');
RESET ALL;
\pset format unaligned
SELECT count(*), count(DISTINCT line) FROM xj.lines;
-- core's writer does as much only for some
SELECT count(*) FROM xj.settings s, jsonb_each(hdata.jsonl(s)::jsonb) j JOIN jsonb_each(row_to_json(s)::jsonb) c USING (key) WHERE j.value = c.value;

-- stored json keeps what it says, on one line and without space between its tokens
SELECT hdata.jsonl(E'{"b" : 1e5,\r\n\t"a":[ -0 , "x  y" ],"a":{ } , "c": "\\u00e9\\/\\n\\"" }'::json);
SELECT hdata.jsonl(x) FROM (SELECT E'[1,\n 2]'::json AS j, '{"b": 1e5, "a": [-0, {}], "a": [[], "x"]}'::jsonb AS b) x;
SELECT hdata.jsonl(json_agg(x)) FROM (SELECT i, repeat('y', i) AS y FROM generate_series(1, 3) i) x;
SELECT hdata.jsonl(row_to_json(x, true)) FROM (SELECT 1 AS a, 'b' AS b) x;
SELECT hdata.jsonl(v) FROM (VALUES ('null'::jsonb), ('"s"'), ('[]'), ('{}'), ('[[], {}]'), ('1.0')) t (v);
SELECT hdata.jsonl(v) FROM (VALUES ('null'::json), (' "s" '), ('[ ]'), ('7')) t (v);
SELECT hdata.jsonl(ARRAY['{"a" : 1}'::json, NULL]), hdata.jsonl('{}'::int[]), hdata.jsonl('{{1,2},{3,NULL}}'::int[]), hdata.jsonl('[2:3]={5,6}'::int[]);

-- what ends a line for somebody
SELECT m, hdata.jsonl(t || chr(133) || chr(8232) || chr(8233) || 'é–' || chr(128512), m) FROM (VALUES (E'a\n\r\t\b\f\x01\x1f')) v (t), unnest(ARRAY['line_safe', 'ascii']) m;
SELECT m, hdata.jsonl(('{"' || chr(8232) || '":"' || chr(133) || 'é' || chr(128512) || '"}')::json, m), hdata.jsonl(('{"' || chr(8232) || '":"' || chr(133) || 'é' || chr(128512) || '"}')::jsonb, m)
	FROM unnest(ARRAY['line_safe', 'ascii']) m;
SELECT hdata.jsonl('a' || chr(133) || chr(8232) || chr(127), 'utf8') = '"a' || chr(133) || chr(8232) || chr(127) || '"', hdata.jsonl('del ' || chr(127), 'ascii');
-- special bytes at every place of a block of sixteen, and characters that begin like them
SELECT bool_and(hdata.jsonl(t)::json #>> '{}' = t AND hdata.jsonl(t, 'ascii')::json #>> '{}' = t AND hdata.jsonl(t, 'utf8') = to_json(t)::text
	AND hdata.jsonl(to_json(t)) = hdata.jsonl(t) AND hdata.jsonl(to_jsonb(t), 'ascii') = hdata.jsonl(t, 'ascii') AND hdata.jsonl(to_json(t), 'ascii') = hdata.jsonl(t, 'ascii')
	AND hdata.jsonl(t, 'ascii') ~ '^[ -~]*$' AND hdata.jsonl(t) !~ ('[' || chr(133) || chr(8232) || chr(8233) || chr(10) || ']')), count(*)
FROM (SELECT repeat('a', i) || c || repeat('b', j) || d AS t FROM generate_series(0, 33) i, generate_series(0, 17) j,
	unnest(ARRAY['"', '\', E'\n', E'\x1f', chr(127), chr(133), chr(134), chr(8232), chr(8233), chr(8211), 'é', 'Â', 'â', chr(128512), chr(65535)]) c, unnest(ARRAY['', '"', chr(8233), 'é']) d) s;

-- \u0000 is legal JSON and stays; half a surrogate pair is no character
SELECT hdata.jsonl('{"a":"\u0000\ud83d\ude00"}'::json);
\set VERBOSITY default
SELECT hdata.jsonl('{"a":[1,{"b\"c":"x\ud800"}]}'::json);
SELECT hdata.jsonl(x) FROM (SELECT 1 AS id, ARRAY[NULL, '["\udc00\ud800"]'::json] AS docs) x;
SELECT hdata.jsonl('{"a":"\ud83d\u0041"}'::json);
-- the place is cut where it is long
SELECT hdata.jsonl(('{"' || repeat('é', 300) || '":"\ud800"}')::json);
\set VERBOSITY sqlstate
SELECT hdata.jsonl('{"a":"x\ud800\ud800\udc00\udfff y"}'::json, 'ascii', true), hdata.jsonl('["\uD800"]'::json, replace => true) = '["' || chr(65533) || '"]';

-- columns that went, came or changed
CREATE TABLE xj.altered (a int, b text, c int);
INSERT INTO xj.altered VALUES (1, 'x', 3);
ALTER TABLE xj.altered DROP a, ADD d date DEFAULT '2026-01-01';
SELECT hdata.jsonl(t) FROM xj.altered t;
CREATE FUNCTION xj.twice(OUT one text, OUT two text) LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	-- one call site, two row types
	FOR i IN 1 .. 2 LOOP
		IF i = 1 THEN SELECT 1 AS a INTO r; ELSE SELECT 'x' AS b, now() IS NULL AS c INTO r; END IF;
		two := coalesce(two || ' ', '') || hdata.jsonl(r);
	END LOOP;
	one := (SELECT string_agg(hdata.jsonl(x), ' ') FROM (SELECT unnest(ARRAY[ROW(1, 'a'), ROW(2, 'b')]) AS x) y);
END $$;
SELECT * FROM xj.twice();
SELECT hdata.jsonl(x.r, m) FROM (VALUES (1, ROW(1, 'é'), 'utf8'), (2, ROW('x'::text, NULL::int, now() IS NULL), 'ascii'), (3, ROW(1, 'é'), 'ascii')) x (n, r, m) ORDER BY n;
SELECT hdata.jsonl(t) FROM (SELECT NULL::xj.altered AS t) x;
SELECT hdata.jsonl(o) FROM (VALUES (1)) l (i) LEFT JOIN xj.altered o ON false;
CREATE TABLE xj.analyzed AS SELECT 'x' || i % 2 AS t FROM generate_series(1, 100) i ORDER BY 1;
ANALYZE xj.analyzed;
SELECT hdata.jsonl(x) FROM (SELECT stavalues1 FROM pg_statistic WHERE starelid = 'xj.analyzed'::regclass) x;
-- types of this extension
SELECT hdata.jsonl(x) FROM (SELECT hdata.components_agg(1, 2) AS c) x;

-- types of others that know how they want to be written: as core asks them, but under the fixed settings
CREATE FUNCTION xj.mood_json(xj.mood) RETURNS json LANGUAGE sql STABLE AS $$ SELECT json_build_object('mood', $1::text, 'at', timestamptz '2026-01-01 00:00+00', 'of', (SELECT count(*) FROM xj.altered)) $$;
CREATE CAST (xj.mood AS json) WITH FUNCTION xj.mood_json(xj.mood);
SET timezone = 'Asia/Tokyo';
SELECT hdata.jsonl(x) FROM (SELECT 'sad'::xj.mood AS m, ARRAY['happy'::xj.mood] AS a) x;
RESET timezone;

-- parallel workers may pin settings too
CREATE TABLE xj.ranges AS SELECT tstzrange(timestamptz '2026-01-01 00:00+00' + i * interval '1 h', NULL) AS r, '{"a" : 1}'::json AS j FROM generate_series(1, 500) i;
ALTER TABLE xj.ranges SET (parallel_workers = 2);
BEGIN;
SET LOCAL timezone = 'Asia/Tokyo';
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT hdata.n_lines(d), encode(hdata.digest(d), 'hex') = (SELECT encode(hdata.digest(hdata.line_digest_agg(format('{"r":"[\"2026-01-%s %s:00:00+00\",)","j":{"a":1}}', lpad((1 + i / 24)::text, 2, '0'), lpad((i % 24)::text, 2, '0')))), 'hex')
	FROM generate_series(1, 500) i) FROM (SELECT hdata.line_digest_agg(hdata.jsonl(t)) AS d FROM xj.ranges t WHERE current_setting('timezone') = 'Asia/Tokyo') s;
COMMIT;

-- long ones, and from TOAST
CREATE TABLE xj.long AS SELECT repeat('0123456789"' || E'\n', 100000) AS t, repeat('\x00ff', 1)::bytea AS b;
SELECT length(hdata.jsonl(l)), hdata.jsonl(l) = row_to_json(l)::text FROM xj.long l;
-- deep ones
SELECT length(hdata.jsonl((repeat('[', 5000) || repeat(']', 5000))::json)), length(hdata.jsonl((repeat('[', 5000) || repeat(']', 5000))::jsonb));

-- as row_to_json wherever that does not depend on settings
SELECT count(*) > 600, bool_and(hdata.jsonl(t, 'utf8') = row_to_json(t)::text) FROM pg_type t;
SELECT count(*) > 1000, bool_and(hdata.jsonl(t, 'utf8') = row_to_json(t)::text) FROM pg_proc t;
SELECT count(*) > 100, bool_and(hdata.jsonl(t, 'utf8') = row_to_json(t)::text) FROM pg_attribute t;

-- options
\set VERBOSITY default
SELECT hdata.jsonl(1, 'pretty');
SELECT hdata.jsonl(1, NULL);
SELECT hdata.jsonl(1, 'utf8', NULL);
SELECT hdata.jsonl('unknown');
SET client_min_messages = warning;
DROP SCHEMA xj CASCADE;

-- ratings_agg over columns of every type: kinds, keys, overloads, what is skipped and what is refused.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';

CREATE FUNCTION pg_temp.failure(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- item, rater, value, time or revision, cluster
CREATE FUNCTION pg_temp.facts(r hdata.ratings) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', item, rater, value, at, revision, cluster), '; ') FROM hdata.observations(r) $$;

-- what the state remembers of its columns: the second byte
CREATE FUNCTION pg_temp.kinds(r hdata.ratings) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s %s %s', (ARRAY['bigint', 'uuid', 'text'])[k & 3], (ARRAY['bigint', 'uuid', 'text'])[k >> 2 & 3],
		(ARRAY['label', 'number', 'ordered', 'set'])[k >> 4]) FROM get_byte(hdata.ratings_send(r), 1) k $$;

CREATE TYPE hd_grade AS ENUM ('poor', 'fair', 'good');
CREATE TYPE hd_pair AS (a int, b text);
CREATE DOMAIN hd_score AS numeric CHECK (value >= 0);
CREATE DOMAIN hd_key AS bigint;
CREATE DOMAIN hd_name AS text;

CREATE TABLE hd_t (name text, r ratings);
INSERT INTO hd_t VALUES
	-- typed overloads
	('smallint, smallint, text', (SELECT ratings_agg(1::smallint, 2::smallint, 'a'::text))),
	('int, int, varchar', (SELECT ratings_agg(1::int, 2::int, 'a'::varchar))),
	('bigint, int, char', (SELECT ratings_agg(1::bigint, 2::int, 'a'::char(3)))),
	('int, int, int', (SELECT ratings_agg(1, 2, 3))),
	('int, int, numeric', (SELECT ratings_agg(1, 2, 3.50))),
	('int, int, real', (SELECT ratings_agg(1, 2, 3.5::real))),
	('int, int, float8', (SELECT ratings_agg(1, 2, 3.5::float8))),
	('bigint, bigint, smallint', (SELECT ratings_agg(1::bigint, 2::bigint, 3::smallint))),
	('uuid, uuid, text', (SELECT ratings_agg('00000000-0000-0000-0000-000000000001'::uuid, 'A0000000-0000-0000-0000-000000000002'::uuid, 'a'))),
	('uuid, uuid, int', (SELECT ratings_agg('00000000-0000-0000-0000-000000000001'::uuid, 'A0000000-0000-0000-0000-000000000002'::uuid, 3))),
	('text, varchar, char', (SELECT ratings_agg('i'::text, 'r'::varchar, 'a'::char(3)))),
	('char, char, char', (SELECT ratings_agg('i'::char(3), 'r'::char(3), 'a'::char(3)))),
	('text, text, numeric', (SELECT ratings_agg('i'::text, 'r'::text, -0.125))),
	('literals', (SELECT ratings_agg('i', 'r', 'a'))),
	('domains of bigint, bigint, numeric', (SELECT ratings_agg(1::hd_key, 2::hd_key, 3.5::hd_score))),
	('domains of text', (SELECT ratings_agg('i'::hd_name, 'r'::hd_name, 'a'::hd_name))),
	-- "any"
	('int, text, text', (SELECT ratings_agg(1, 'r'::text, 'a'::text))),
	('text, uuid, bigint', (SELECT ratings_agg('i'::text, '00000000-0000-0000-0000-000000000001'::uuid, 3::bigint))),
	('uuid, int, real', (SELECT ratings_agg('00000000-0000-0000-0000-000000000001'::uuid, 2, 3.5::real))),
	('smallint, varchar, numeric', (SELECT ratings_agg(1::smallint, 'r'::varchar, 3.50))),
	('int, int, bool', (SELECT ratings_agg(1, 2, true))),
	('int, int, enum', (SELECT ratings_agg(1, 2, 'fair'::hd_grade))),
	('enum, enum, enum', (SELECT ratings_agg('poor'::hd_grade, 'good'::hd_grade, 'fair'::hd_grade))),
	('int, int, date', (SELECT ratings_agg(1, 2, '2024-02-01'::date))),
	('date, bool, timestamptz', (SELECT ratings_agg('2024-02-01'::date, false, '2024-02-01 12:00+02'::timestamptz))),
	('timestamp, time, interval', (SELECT ratings_agg('2024-02-01 12:00'::timestamp, '12:30'::time, '1 day 02:00'::interval))),
	('float8, numeric, bytea', (SELECT ratings_agg(0.1::float8, 2.5::numeric, '\xbeef'::bytea))),
	('int, int, text[]', (SELECT ratings_agg(1, 2, '{b,a,b,NULL}'::text[]))),
	('int, int, int[]', (SELECT ratings_agg(1, 2, '{10,9,9}'::int[]))),
	('int, int, empty array', (SELECT ratings_agg(1, 2, '{}'::text[]))),
	('int, int, enum[]', (SELECT ratings_agg(1, 2, '{good,poor}'::hd_grade[]))),
	('int, int, array of two dimensions', (SELECT ratings_agg(1, 2, '{{b,a},{c,a}}'::text[]))),
	('row, array, text', (SELECT ratings_agg(row(1, 'x')::hd_pair, '{1,2}'::int[], 'a'::text))),
	('jsonb, jsonb, jsonb', (SELECT ratings_agg('{"b": 1, "a": 2}'::jsonb, '1'::jsonb, '"x"'::jsonb))),
	('int, domain of text, domain of numeric', (SELECT ratings_agg(1, 'r'::hd_name, 3.50::hd_score)));
SELECT name, pg_temp.kinds(r), pg_temp.facts(r) FROM hd_t;
-- the "number" of an observation is there for numbers alone
SELECT name, o.value, o.number FROM hd_t, observations(r) o WHERE name IN ('int, int, real', 'int, int, numeric', 'int, int, text') ORDER BY 1;

-- the same facts of whatever integer, character or numeric type are the same value
SELECT count(DISTINCT r) FROM hd_t WHERE name IN ('int, int, varchar', 'smallint, smallint, text', 'bigint, int, char');
SELECT count(DISTINCT r) FROM hd_t WHERE name IN ('int, int, numeric', 'int, int, real', 'int, int, float8');
SELECT count(DISTINCT r) FROM hd_t WHERE name IN ('text, varchar, char', 'char, char, char', 'literals');
-- char(n) is padded for display alone, in mixed columns too
SELECT pg_temp.facts(ratings_agg(1, 'r'::char(3), 'a'::char(3))), ratings_agg(1, 'r'::char(3), 'a'::char(3)) = ratings_agg(1, 'r'::text, 'a'::text) AS as_text;

-- ---- values ----

-- minus zero is zero
SELECT n_ratings(ratings_agg(1, 1, x)) FROM unnest('{0,-0}'::float8[]) x;
-- the shortest text that reads back, and numeric order
SELECT pg_temp.facts(ratings_agg(i, 1, x)) FROM unnest('{0.1,1e-300,100,-2.5,0.30000000000000004,9007199254740991,1234567.125}'::float8[]) WITH ORDINALITY t (x, i);
SELECT ratings_agg(1, i, x)::jsonb -> 'labels' AS labels FROM unnest('{10,9,-1,1e-3,0}'::float8[]) WITH ORDINALITY t (x, i);
SELECT pg_temp.failure(format('SELECT ratings_agg(1, 1, %L::%s)', v, t)) FROM (VALUES ('NaN', 'float8'), ('Infinity', 'float8'), ('-Infinity', 'real'),
	('NaN', 'numeric'), ('9007199254740992', 'bigint'), ('-9007199254740992', 'bigint'), ('1e20', 'numeric'), ('9007199254740991', 'bigint')) x (v, t);
SELECT pg_temp.failure(format('SELECT ratings_agg(1, ''r''::text, %L::%s)', v, t)) FROM (VALUES ('NaN', 'float8'), ('9007199254740992', 'bigint'),
	('NaN', 'numeric')) x (v, t);
SELECT left(pg_temp.failure('SELECT ratings_agg(1, 1, 1e400)'), 5) AS beyond_float8;
-- as text they are labels
SELECT pg_temp.facts(ratings_agg(1, 1, '9007199254740993'::bigint::text));
-- ids of bigint have no such limit
SELECT pg_temp.facts(ratings_agg(9223372036854775807, (-9223372036854775808)::bigint, 'a'));
-- text of every length and script; ids and labels in order of bytes
SELECT ratings_agg(x, 'r', x)::jsonb -> 'items' AS items FROM unnest(ARRAY['b', 'a', 'ab', '', 'é', 'z', 'ab ', 'abcdefgh', 'abcdefghi', 'abcdefg', '漢字', ' a']) x;

-- ---- what is no observation ----

SELECT ratings_agg(1, 2, 'a') IS NULL AS no_rows WHERE false;
SELECT ratings_agg(i, i, 'a') IS NULL AS no_rows FROM generate_series(1, 0) i;
SELECT ratings_agg(i, i, 'a') FILTER (WHERE i > 5) IS NULL AS filtered FROM generate_series(1, 5) i;
SELECT ratings_agg(NULL::bigint, 1::bigint, 'a') IS NULL AS item, ratings_agg(1, NULL::int, 'a') IS NULL AS rater, ratings_agg(1, 1, NULL::text) IS NULL AS value,
	ratings_agg(NULL, NULL, NULL) IS NULL AS literals, ratings_agg(1, 'r'::text, NULL::bool) IS NULL AS any_value, ratings_agg(1, NULL::text, NULL::hd_grade[]) IS NULL AS any_rater;
SELECT pg_temp.facts(ratings_agg(i, j, v)) FROM (VALUES (1, 1, 'a'), (NULL, 1, 'b'), (1, NULL, 'c'), (2, 2, NULL), (2, 1, 'd')) t (i, j, v);
SELECT pg_temp.facts(ratings_agg(i, j, v)) FROM (VALUES (1, 'x', true), (NULL, 'x', true), (1, NULL, true), (2, 'y', NULL)) t (i, j, v);
-- an empty string and an empty set are values
SELECT n_ratings(ratings_agg('', '', '')), n_ratings(ratings_agg(1, 1, '{NULL}'::text[]));
-- repeats are one fact; DISTINCT and ORDER BY change nothing
SELECT ratings_agg(i % 3, i % 2, 'a') = ratings_agg(DISTINCT i % 3, i % 2, 'a') AS distinct, ratings_agg(i % 3, i % 2, 'a') = ratings_agg(i % 3, i % 2, 'a' ORDER BY i DESC) AS order,
	n_ratings(ratings_agg(i % 3, i % 2, 'a')) FROM generate_series(1, 1000) i;

-- ---- arrays are sets ----

SELECT count(DISTINCT r), min(n_ratings(r)) FROM (SELECT ratings_agg(1, 1, x::text[]) AS r FROM unnest(ARRAY['{a,b}', '{b,a}', '{a,b,a,NULL}']) x GROUP BY x) s;
SELECT pg_temp.facts(ratings_agg(1, 1, ARRAY['with, comma', 'with "quote"', 'back\slash', 'NULL', '', '{brace}', 'é']));

-- ---- enums: labels in their order, stored by name ----

SELECT ratings_agg(1, 1, 'good'::hd_grade)::jsonb -> 'labels' AS labels;
CREATE TABLE hd_enum (n serial, r ratings);
INSERT INTO hd_enum (r) SELECT ratings_agg(i, 1, (enum_range(NULL::hd_grade))[1 + i % 3]) FROM generate_series(1, 4) i;
ALTER TYPE hd_grade ADD VALUE 'great';
ALTER TYPE hd_grade ADD VALUE 'so-so' BEFORE 'fair';
INSERT INTO hd_enum (r) SELECT ratings_agg(i, 2, (enum_range(NULL::hd_grade))[1 + i % 5]) FROM generate_series(1, 6) i;
SELECT r::jsonb -> 'labels' AS labels FROM hd_enum ORDER BY n;
-- together they take the longer list, in whatever order they come
SELECT rollup(r)::jsonb -> 'labels' AS labels, pg_temp.facts(rollup(r)) FROM hd_enum;
SELECT rollup(r ORDER BY n) = rollup(r ORDER BY n DESC) AS same, n_ratings(rollup(r)) FROM hd_enum;
-- a list that contradicts
CREATE TYPE hd_other AS ENUM ('good', 'fair', 'poor');
SELECT pg_temp.failure('SELECT rollup(r) FROM (SELECT r FROM hd_enum UNION ALL SELECT ratings_agg(9, 9, ''poor''::hd_other)) x');
-- renamed values are other values
ALTER TYPE hd_other RENAME VALUE 'poor' TO 'bad';
SELECT pg_temp.failure('SELECT rollup(r) FROM (SELECT r FROM hd_enum UNION ALL SELECT ratings_agg(9, 9, ''bad''::hd_other)) x') LIKE '42804 %' AS refused;

-- ---- kinds do not mix ----

CREATE TABLE hd_kinds (name text, r ratings);
INSERT INTO hd_kinds VALUES
	('item', (SELECT ratings_agg('1'::text, '1'::text, 'a'))), ('rater', (SELECT ratings_agg(1, '1'::text, 'a'::text))),
	('number', (SELECT ratings_agg(1, 1, 1))), ('enum', (SELECT ratings_agg(1, 1, 'poor'::hd_grade))), ('set', (SELECT ratings_agg(1, 1, '{a}'::text[]))),
	('uuid', (SELECT ratings_agg(md5('')::uuid, md5('')::uuid, 'a'))), ('time', (SELECT ratings_agg(1, 1, 'a', now()))), ('revision', (SELECT ratings_agg(1, 1, 'a', 1))),
	('earliest time', (SELECT ratings_first_agg(1, 1, 'a', now()))), ('earliest revision', (SELECT ratings_first_agg(1, 1, 'a', 1)));
SELECT name, pg_temp.failure(format('SELECT rollup(r) FROM (SELECT ratings_agg(1, 1, ''a'') UNION ALL SELECT r FROM hd_kinds WHERE name = %L) x (r)', name)) FROM hd_kinds;
SELECT pg_temp.failure('SELECT rollup(r) FROM hd_kinds WHERE name IN (''time'', ''revision'')');
SELECT pg_temp.failure('SELECT rollup(r) FROM hd_kinds WHERE name IN (''revision'', ''earliest revision'')');
-- a value that never saw a row goes with all
SELECT name FROM hd_kinds WHERE r <> ALL (SELECT rollup(x) FROM (VALUES ('\x01000000000000'::ratings), (r), ('\x01000000000000')) v (x));

-- ---- whatever the session's settings, the same bytes ----

CREATE FUNCTION pg_temp.digest() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(encode(hdata.ratings_send(r), 'hex'), ',')) FROM (VALUES
		((SELECT hdata.ratings_agg('2024-02-01'::date, '2024-02-01 12:00:00.25+02'::timestamptz, '2024-03-31 02:30'::timestamp))),
		((SELECT hdata.ratings_agg('12:30:01.5'::time, '12:30+02'::timetz, '1 year 2 mons -3 days 04:05:06.7'::interval))),
		((SELECT hdata.ratings_agg(0.1::float8 + 0.2, 1e-7::real, '\xbeef00'::bytea))),
		((SELECT hdata.ratings_agg(1, 0.1::float8, 0.1::float8 + 0.2))),
		((SELECT hdata.ratings_agg(1, 2, 'a', '2024-02-01 12:00+02'::timestamptz)))) v (r) $$;
CREATE TABLE hd_digest AS SELECT pg_temp.digest() AS d;
SET datestyle = 'German';
SET timezone = 'Asia/Kathmandu';
SET intervalstyle = 'sql_standard';
SET extra_float_digits = -10;
SET bytea_output = 'escape';
SELECT d = pg_temp.digest() AS same FROM hd_digest;
-- elements of arrays too
SELECT ratings_agg(1, 1, '{2024-02-01}'::date[])::jsonb -> 'labels' AS dates, ratings_agg(1, 1, ARRAY[0.1::float8 + 0.2])::jsonb -> 'labels' AS floats,
	ratings_agg(1, 1, ARRAY['2024-02-01 12:00+00'::timestamptz])::jsonb -> 'labels' AS times;
SET datestyle = 'SQL, MDY';
SET timezone = 'America/New_York';
SET intervalstyle = 'postgres_verbose';
SET extra_float_digits = 3;
SELECT d = pg_temp.digest() AS same FROM hd_digest;

DROP TABLE hd_t, hd_enum, hd_kinds, hd_digest;
DROP TYPE hd_grade, hd_pair, hd_other;
DROP DOMAIN hd_score, hd_key, hd_name;

-- score_matrix: a keyed set of facts (unit, item, value): columns of every type, merging, bytes, looking into it, what is refused.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;

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

CREATE FUNCTION pg_temp.facts(m hdata.score_matrix) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', unit, item, value), '; ') FROM hdata.observations(m) $$;
-- what the state remembers of its columns: the second byte
CREATE FUNCTION pg_temp.kinds(m hdata.score_matrix) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s %s', (ARRAY['bigint', 'uuid', 'text'])[k & 3], (ARRAY['bigint', 'uuid', 'text'])[k >> 2 & 3])
	FROM get_byte(hdata.score_matrix_send(m), 1) k $$;

-- ---- columns of every type ----

CREATE TYPE hd_sm_grade AS ENUM ('bad', 'good');
CREATE DOMAIN hd_sm_bool AS boolean;
CREATE DOMAIN hd_sm_points AS numeric CHECK (value >= 0);
CREATE TABLE hd_sm (name text, m score_matrix);
INSERT INTO hd_sm VALUES
	('smallint, smallint, int', (SELECT score_matrix_agg(1::smallint, 2::smallint, 3))),
	('int, bigint, numeric', (SELECT score_matrix_agg(1, 2::bigint, 0.50))),
	('bigint, bigint, real', (SELECT score_matrix_agg(1::bigint, 2::bigint, 0.5::real))),
	('bigint, bigint, bigint', (SELECT score_matrix_agg(1::bigint, 2::bigint, -3::bigint))),
	('uuid, uuid, float8', (SELECT score_matrix_agg('00000000-0000-0000-0000-000000000001'::uuid, 'A0000000-0000-0000-0000-000000000002'::uuid, 1e-300))),
	('text, varchar, float8', (SELECT score_matrix_agg('u'::text, 'i'::varchar, 0.1::float8))),
	('literals', (SELECT score_matrix_agg('u', 'i', 1))),
	('literals and a boolean', (SELECT score_matrix_agg('u', 'i', true))),
	('int, int, boolean', (SELECT score_matrix_agg(1, 2, false))),
	('int, text, boolean', (SELECT score_matrix_agg(1, 'i'::text, true))),
	('int, text, domain of boolean', (SELECT score_matrix_agg(1, 'i'::text, true::hd_sm_bool))),
	('text, int, domain of numeric', (SELECT score_matrix_agg('u'::text, 2, 2.5::hd_sm_points))),
	('uuid, text, smallint', (SELECT score_matrix_agg('00000000-0000-0000-0000-000000000001'::uuid, 'i'::text, 7::smallint))),
	('enum, date, numeric', (SELECT score_matrix_agg('good'::hd_sm_grade, '2026-01-02'::date, 1.25)));
SELECT name, pg_temp.kinds(m) AS kinds, pg_temp.facts(m) AS facts FROM hd_sm;
-- 0 and -0 are one value, and so are 1, 1.0 and true
SELECT score_matrix_agg(1, 2, 0::float8) = score_matrix_agg(1, 2, '-0'::float8) AS zero, score_matrix_agg(1, 2, 1) = score_matrix_agg(1, 2, 1.0) AS one,
	score_matrix_agg(1, 2, 1) = score_matrix_agg(1, 2, true) AS yes;

-- ---- what is no observation ----
SELECT score_matrix_agg(u, i, v) IS NULL AS nothing FROM (VALUES (NULL::int, 1, 1.0), (1, NULL, 1), (1, 1, NULL)) t(u, i, v);
SELECT score_matrix_agg(u, i, v) IS NULL AS nothing FROM (VALUES (NULL::int, 'a', true), (1, NULL, true), (1, 'a', NULL)) t(u, i, v);
SELECT score_matrix_agg(u, i, v) IS NULL AS no_rows FROM (VALUES (1, 1, 1.0)) t(u, i, v) WHERE false;
SELECT pg_temp.facts(score_matrix_agg(u, i, v)) AS facts FROM (VALUES (1, 1, 1.0), (2, NULL, 1), (2, 1, 0), (2, 2, NULL)) t(u, i, v);

-- ---- what is refused ----
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, 'NaN'::float8)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, '-Infinity'::float8)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 'a'::text, 'NaN'::numeric)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, 9007199254740992)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, 'good'::text)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, 'good'::hd_sm_grade)$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, ARRAY[1])$$) UNION ALL
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 'a'::text, '1')$$) UNION ALL
SELECT pg_temp.failure($$SELECT rollup(m) FROM hd_sm WHERE name IN ('literals', 'int, int, boolean')$$) UNION ALL
SELECT pg_temp.failure($$SELECT rollup(m) FROM hd_sm WHERE name IN ('literals', 'text, int, domain of numeric')$$);

-- ---- keyed: a set ----
CREATE TABLE hd_sm_rows AS SELECT u, i, ((u * 7 + i * 3) % 5) / 4.0 AS v FROM generate_series(1, 60) u, generate_series(1, 8) i WHERE (u + i) % 11 > 0;
SELECT count(DISTINCT m) AS states, min(n_units(m)) AS units, min(n_items(m)) AS items, min(n_values(m)) AS n FROM (
	SELECT score_matrix_agg(u, i, v) FROM hd_sm_rows
	UNION ALL SELECT score_matrix_agg(u, i, v ORDER BY v, u DESC) FROM hd_sm_rows
	UNION ALL SELECT score_matrix_agg(u, i, v) FROM (TABLE hd_sm_rows UNION ALL TABLE hd_sm_rows) t
	UNION ALL SELECT rollup(s) FROM (SELECT score_matrix_agg(u, i, v) AS s FROM hd_sm_rows GROUP BY (u * i) % 7) t
	UNION ALL SELECT rollup(s) FROM (SELECT score_matrix_agg(u, i, v) AS s FROM hd_sm_rows GROUP BY i UNION ALL SELECT score_matrix_agg(u, i, v) FROM hd_sm_rows) t
	UNION ALL SELECT score_matrix_agg(u, i, v)::text::score_matrix FROM hd_sm_rows) t(m);
-- as text, uuid and mixed ids alike
SELECT n_units(score_matrix_agg(u::text, i::text, v)) AS text, n_units(score_matrix_agg(lpad(u::text, 32, '0')::uuid, lpad(i::text, 32, '0')::uuid, v)) AS uuid,
	n_units(score_matrix_agg(u, i::text, v)) AS mixed FROM hd_sm_rows;
-- as windows
SELECT count(*) AS rows, count(DISTINCT m) AS states, max(n_values(m)) AS n FROM (SELECT score_matrix_agg(u, i, v) OVER (ORDER BY u, i) AS m FROM hd_sm_rows) t;

-- ---- one unit, one item, two values: stored, and raised by what reads the matrix ----
CREATE TABLE hd_sm_conflict AS SELECT score_matrix_agg(u, i, v) AS m FROM (VALUES ('model b', 'task', 1.0), ('model a', 'task', 0.25), ('model a', 'task', 1), ('model a', 'task', 0.25)) t(u, i, v);
SELECT n_values(m), pg_temp.facts(m) AS facts FROM hd_sm_conflict;
SELECT pg_temp.failure(format('SELECT %s FROM hd_sm_conflict', f)) FROM unnest(ARRAY['cronbach_alpha(m)', 'standardized_alpha(m)', 'omega_total(m)', 'alpha(m)', 'item_stats(m)', 'item_pairs(m)']) f;
SELECT n_values(without_units(m, '{model a}')), n_values(rollup(m)) FROM hd_sm_conflict GROUP BY m;

-- ---- looking into it ----
CREATE TABLE hd_sm_small AS SELECT score_matrix_agg(u, i, v) AS m FROM (VALUES (10, 'b', 1.0), (9, 'b', 0.5), (10, 'a', 0), (-1, 'a', 0.1)) t(u, i, v);
-- numbers by number, text by bytes
SELECT o.* FROM hd_sm_small, observations(m) o;
SELECT m::jsonb FROM hd_sm_small;
SELECT pg_temp.facts(only_units(m, '{9,10,77}')) AS only_units, pg_temp.facts(without_units(m, '{9}')) AS without_units, pg_temp.facts(only_items(m, '{a}')) AS only_items,
	pg_temp.facts(without_items(m, '{a,z}')) AS without_items FROM hd_sm_small;
-- nothing stays of what was taken out
SELECT without_units(m, '{9,10,-1}') AS empty, n_units(only_items(m, '{}')) AS n, without_units(m, '{-1}') = score_matrix_agg(u, i, v) AS same
FROM hd_sm_small, (VALUES (10, 'b', 1.0), (9, 'b', 0.5), (10, 'a', 0)) t(u, i, v) GROUP BY m;
SELECT rollup(x) = m AS same FROM (SELECT m, unnest(ARRAY[m, without_units(m, '{9,10,-1}')]) AS x FROM hd_sm_small) t GROUP BY m;
SELECT n_units(NULL::score_matrix) IS NULL AS units, n_items(NULL::score_matrix) IS NULL AS items, n_values(NULL) IS NULL AS n, (SELECT count(*) FROM observations(NULL::score_matrix)) AS observations,
	only_units(m, NULL) IS NULL AS only_units FROM hd_sm_small;
SELECT pg_temp.failure($$SELECT only_units(m, '{9,NULL}') FROM hd_sm_small$$);

-- ---- comparison ----
SELECT a.m = b.m AS eq, a.m <> b.m AS ne, a.m < b.m AS lt, a.m <= b.m AS le, a.m > b.m AS gt, a.m >= b.m AS ge, score_matrix_cmp(a.m, b.m) AS cmp FROM hd_sm_small a, hd_sm_small b;
SELECT count(*) AS groups FROM (SELECT m FROM hd_sm GROUP BY m) t;
SELECT count(*) AS distinct_states, count(*) FILTER (WHERE score_matrix_hash(m) = score_matrix_hash(m::text::score_matrix)) AS hashes FROM (SELECT DISTINCT m FROM hd_sm ORDER BY m) t;

-- ---- bytes: stored by release 0.1, to be read for ever ----
CREATE TABLE hd_sm_stored (name text, bytes text, facts text);
INSERT INTO hd_sm_stored VALUES
	('empty', '\x01000000000000', NULL),
	('bigint, bigint', '\x0125000203020314018000000000000000bfe0000000000000bff000000000000002010200010102010000', '1 10 0.5; 1 11 1; 2 10 0'),
	('text, text', '\x012f0001010101000161bff0000000000000000178010000', 'x a 1'),
	('bigint, text', '\x012d00020202030001610001628000000000000000bff000000000000002010200010100010001', '1 a 1; 1 b 0; 2 a 1');
SELECT name, bytes::score_matrix::text = bytes AS same, pg_temp.facts(bytes::score_matrix) IS NOT DISTINCT FROM facts AS facts FROM hd_sm_stored;
SELECT (SELECT score_matrix_agg(u, i, v) FROM (VALUES (1, 10, 0.5), (1, 11, 1), (2, 10, 0)) t(u, i, v)) = (SELECT bytes::score_matrix FROM hd_sm_stored WHERE name = 'bigint, bigint') AS same;

-- ---- hostile bytes ----
SELECT bytes, pg_temp.failure(format('SELECT %L::score_matrix', bytes)) FROM (VALUES
	('x'), ('\x'), ('\x0'), ('\x02000000000000'), ('\x01000000000001'), ('\x010000000000'), ('\x0100000000000000'),
	-- labels, enums, sets, times and clusters: what only ratings can have
	('\x011d00020202030003616e6e0203746f6e00026e6f000379657314020200010100010001'),
	('\x012f0d02020101020e0003616e6e0003626f62400fffffffffffffbfe00000000000000003646f63000271310100020001000100a502'),
	-- not finite, an item that is not used, units out of order, too few bytes
	('\x012f0001010101000161fff0000000000000000178010000'),
	('\x012f00020101010001610001' || '62bff0000000000000000178010000'),
	('\x0125000203020314018000000000000000bfe0000000000000bff000000000000002000200010102010000'),
	('\x0125000203020314018000000000000000bfe0000000000000bff0000000000000020102000101020100'),
	('\x0125008080808008030203140180')) t(bytes);
SELECT pg_temp.failure($$SELECT score_matrix_agg(1, 2, 3)::text::ratings$$) ~ '^no error' AS numeric_ratings_have_the_same_form,
	pg_temp.failure($$SELECT ratings_agg(1, 2, 'a'::text)::text::score_matrix$$) AS labels;

-- ---- limits ----
SET hdata.max_state_size = 64;
SELECT pg_temp.failure($$SELECT score_matrix_agg(u, i, u::float8 / 100003 + i) FROM generate_series(1, 10000) u, generate_series(1, 10) i$$);
SELECT pg_temp.failure($$SELECT score_matrix_agg(md5(u::text), 'i', 1) FROM generate_series(1, 10000) u$$);
-- repeats take no room
SELECT n_values(score_matrix_agg(u % 10, i, 1)) FROM generate_series(1, 20000) u, generate_series(1, 10) i;
RESET hdata.max_state_size;

-- ---- parallel: the same bytes ----
CREATE TABLE hd_sm_big AS SELECT u, i, (hashint8(u * 31 + i) & 3) / 4.0::float8 AS v FROM generate_series(1, 3000) u, generate_series(1, 10) i;
ALTER TABLE hd_sm_big SET (parallel_workers = 2);
CREATE TABLE hd_sm_serial AS SELECT score_matrix_agg(u, i, v) AS m FROM hd_sm_big;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT (SELECT score_matrix_agg(u, i, v) FROM hd_sm_big) = m AS same, n_values(m) FROM hd_sm_serial;

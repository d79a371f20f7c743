-- Search among many sets: queries, the operators, and their indexes.
SET search_path = public, hdata;
\pset null NULL
CREATE FUNCTION pg_temp.refused(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE sql;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' / ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- queries
SELECT near(shingles('{a}'::text[]), 0.5), containing(shingles('{a}'::text[]), 1);
SELECT near(shingles('A b c d'::text), 0.8) = near(shingles('a b c d'::text), 0.8, 'jaccard') AS same, near(shingles('a'::text), 0.8) <> near(shingles('a'::text), 0.7) AS threshold,
       near(shingles('a'::text), 0.8, 'containment') <> containing(shingles('a'::text), 0.8) AS direction, shingle_query_hash(near(shingles('a'::text), 1)) = shingle_query_hash(near(shingles('A'::text), 1)) AS hash;
SELECT near(NULL, 0.5), near(shingles('a'::text), NULL), containing(NULL, 0.5), shingles('a'::text) @~ NULL::shingle_query AS right_null, NULL::shingles @~ near(shingles('a'::text), 0.5) AS left_null;
SELECT t, pg_temp.refused(format('SELECT near(shingles(''a''::text), %L)', t)), pg_temp.refused(format('SELECT containing(shingles(''a''::text), %L)', t)) FROM unnest(ARRAY['0', '-0.1', '1.0000001', 'NaN', 'Infinity']) t;
SELECT pg_temp.refused('SELECT near(shingles(''a''::text), 0.5, ''idf_jaccard'')');
SELECT pg_temp.refused('SELECT near(shingles(''a''::text), 0.5, NULL)');

-- the operator: the numbers of the measures, the row first
CREATE TEMP TABLE sets AS SELECT i AS id, shingles(ARRAY(SELECT chr(96 + j) FROM generate_series(1, 10) j WHERE i & (1 << (j - 1)) > 0)) AS s FROM generate_series(0, 1023) i;
CREATE TEMP TABLE asked AS SELECT q.id, q.s, t, m FROM sets q, unnest(ARRAY[0.3, 0.5, 0.6, 0.75, 0.8, 0.9, 1]) t, unnest(ARRAY['jaccard', 'dice', 'cosine', 'overlap', 'containment', 'containing']) m
	WHERE q.id IN (1, 3, 6, 31, 70, 255, 682, 1023);
CREATE TEMP VIEW truth AS SELECT a.id AS q, t, m, sets.id FROM asked a, sets WHERE n_shingles(sets.s) > 0 AND t <= CASE m WHEN 'jaccard' THEN jaccard(sets.s, a.s) WHEN 'dice' THEN dice(sets.s, a.s) WHEN 'cosine' THEN cosine(sets.s, a.s)
	WHEN 'overlap' THEN overlap(sets.s, a.s) WHEN 'containment' THEN containment(sets.s, a.s) ELSE containment(a.s, sets.s) END;
CREATE TEMP VIEW found AS SELECT a.id AS q, t, m, x.id FROM asked a CROSS JOIN LATERAL (SELECT id FROM sets WHERE sets.s @~ CASE m WHEN 'containing' THEN containing(a.s, t) ELSE near(a.s, t, m) END OFFSET 0) x;
CREATE TEMP VIEW differ AS SELECT (SELECT count(*) FROM truth) AS pairs, (SELECT count(*) FROM (TABLE truth EXCEPT TABLE found) x) AS missed, (SELECT count(*) FROM (TABLE found EXCEPT TABLE truth) x) AS too_many;
SELECT * FROM differ;
-- through the index, with all shingles in it, and with prefixes for 0.6 and above
SET enable_seqscan = off;
CREATE INDEX sets_all ON sets USING gin (s);
SELECT * FROM differ;
EXPLAIN (COSTS OFF) SELECT id FROM sets WHERE s @~ '\x01010000000000000000e03f0120000001000000e58021d9';
DROP INDEX sets_all;
CREATE INDEX sets_prefix ON sets USING gin (s gin_shingle_ops (t_min = 0.6));
SELECT * FROM differ;
INSERT INTO sets SELECT id + 1024, s FROM sets;
SELECT * FROM differ;
SELECT pg_get_indexdef('sets_prefix'::regclass);
DROP INDEX sets_prefix;
CREATE INDEX sets_one ON sets USING gin (s gin_shingle_ops (t_min = 1));
SELECT * FROM differ;
DROP INDEX sets_one;
-- empty sets satisfy nothing, with an index and without
CREATE INDEX sets_all ON sets USING gin (s);
SELECT count(*) FILTER (WHERE n_shingles(s) = 0) AS empty_rows FROM sets;
SELECT count(*) FROM sets WHERE s @~ near(shingles('{}'::text[]), 0.1);
SET enable_seqscan = on;
SET enable_bitmapscan = off;
SELECT count(*) FROM sets WHERE s @~ near(shingles('{}'::text[]), 0.1);
RESET enable_bitmapscan;
-- a row with NULL is in no answer
INSERT INTO sets VALUES (-1, NULL);
SELECT count(*) FROM sets WHERE s @~ near(shingles('{a}'::text[]), 1);
DROP INDEX sets_all;

-- units and versions of Unicode
SELECT pg_temp.refused($$SELECT shingles('a', 'w1') @~ near(shingles('a', 'w2'), 0.5)$$);
SELECT count(*) FROM unnest(ARRAY['\x010b3c0101000000c8eb3b66', '\x010b3c0101000000c8eb3b66']::shingles[]) s WHERE s @~ near('\x010b380101000000c8eb3b66', 1);

-- the classes are as GIN wants them
SELECT opcname, amvalidate(oid) FROM pg_opclass WHERE opcname IN ('gin_shingle_ops', 'gin_band_ops') ORDER BY 1;
-- options of the classes
SELECT o, pg_temp.refused(format('CREATE INDEX ON sets USING gin (s %s)', o)) FROM unnest(ARRAY['gin_shingle_ops (t_min = 1.1)', 'gin_shingle_ops (t_min = nan)', 'gin_shingle_ops (t_max = 1)',
	'gin_band_ops (bands = 0)', 'gin_band_ops (bands = 65)', 'gin_band_ops (rows = 17)', 'gin_band_ops (bands = 64, rows = 16)']) o;

-- bands: what is found satisfies the query; equal sets are always found; overlap and containment are refused
CREATE INDEX sets_bands ON sets USING gin (s gin_band_ops (bands = 20, rows = 3));
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM sets WHERE s @~~ '\x01010000000000000000e03f0120000001000000e58021d9';
SELECT count(*) AS equal, count(*) FILTER (WHERE b.id = ANY (f)) AS found FROM sets b CROSS JOIN LATERAL (SELECT array_agg(id) AS f FROM sets a WHERE a.s @~~ near(b.s, 1) OFFSET 0) x WHERE n_shingles(b.s) > 0;
SELECT count(*) AS wrong FROM asked q CROSS JOIN LATERAL (SELECT s FROM sets WHERE sets.s @~~ near(q.s, q.t) OFFSET 0) x WHERE m = 'jaccard' AND jaccard(x.s, q.s) < t;
SELECT count(*) AS for_an_empty_set FROM sets WHERE s @~~ near(shingles('{}'::text[]), 0.1);
SELECT pg_temp.refused(format('SELECT count(*) FROM sets WHERE s @~~ %s', q)) FROM unnest(ARRAY['near(shingles(''{a}''::text[]), 0.5, ''overlap'')', 'containing(shingles(''{a}''::text[]), 0.5)']) q;
SET enable_bitmapscan = off;
SELECT pg_temp.refused('SELECT count(*) FROM sets WHERE s @~~ near(shingles(''{a}''::text[]), 0.5, ''containment'')');
RESET enable_bitmapscan;
RESET enable_seqscan;

-- the stored form of this release is read by every later one
SELECT '\x01010000000000000000e03f0120000001000000e58021d9'::shingle_query = near(shingles('{a}'::text[]), 0.5) AS same, shingle_query_send(near(shingles('{a}'::text[]), 0.5));
-- hostile values: truncated, version, measure, padding, threshold 0, above 1, NaN and negative, the set inside
SELECT x, pg_temp.refused(format('SELECT %L::shingle_query', x)) FROM unnest(ARRAY[
	'\x',
	'\x01010000000000000000e0',
	'\x02010000000000000000e03f0120000001000000e58021d9',
	'\x01000000000000000000e03f0120000001000000e58021d9',
	'\x01070000000000000000e03f0120000001000000e58021d9',
	'\x01010100000000000000e03f0120000001000000e58021d9',
	'\x0101000000000000000000000120000001000000e58021d9',
	'\x01010000010000000000f03f0120000001000000e58021d9',
	'\x01010000000000000000f87f0120000001000000e58021d9',
	'\x01010000000000000000e0bf0120000001000000e58021d9',
	'\x01010000000000000000e03f',
	'\x01010000000000000000e03f0120000001000000e58021',
	'\x01010000000000000000e03f0120000000000000e58021d9',
	'']) x;

-- ANALYZE keeps the most common shingles; planning reads them, whoever is asked for
CREATE TEMP TABLE forms AS SELECT i AS id, shingles('please rate the answer below ' || CASE WHEN i % 4 = 0 THEN 'and say why' ELSE md5(i::text) END, 'w1') AS s FROM generate_series(1, 1000) i;
ANALYZE forms;
SELECT stakind5 <> 0 AS fifth, (SELECT count(*) FROM unnest(ARRAY[stakind1, stakind2, stakind3, stakind4]) k WHERE k = 27481) AS common_shingles FROM pg_statistic WHERE starelid = 'forms'::regclass AND staattnum = 2;
CREATE FUNCTION pg_temp.estimated(sql text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || sql INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END $$;
SELECT pg_temp.estimated($$SELECT FROM forms WHERE s @~ near(shingles('please rate the answer below and say why', 'w1'), 0.9)$$) BETWEEN 200 AND 300 AS a_quarter,
       pg_temp.estimated($$SELECT FROM forms WHERE s @~ near(shingles('please rate the answer below', 'w1'), 0.6)$$) BETWEEN 950 AND 1000 AS nearly_all,
       pg_temp.estimated($$SELECT FROM forms WHERE s @~ near(shingles('something that nobody has said', 'w1'), 0.8)$$) <= 5 AS rare,
       pg_temp.estimated($$SELECT FROM forms WHERE s @~ near(shingles('', 'w1'), 0.8)$$) <= 1 AS nothing,
       pg_temp.estimated($$SELECT FROM forms WHERE s @~ NULL$$) <= 1 AS null_query,
       pg_temp.estimated($$SELECT FROM forms WHERE s @~ near(shingles('please', 'w3'), 0.8)$$) <= 10 AS other_unit;
-- an estimator that was given to an operator of other types
CREATE FUNCTION pg_temp.same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 = $2; END';
CREATE OPERATOR pg_temp.@~ (LEFTARG = int, RIGHTARG = int, FUNCTION = pg_temp.same, RESTRICT = shingle_query_sel, JOIN = shingle_query_joinsel);
CREATE FUNCTION pg_temp.same(shingles, bytea) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
CREATE OPERATOR pg_temp.@~ (LEFTARG = shingles, RIGHTARG = bytea, FUNCTION = pg_temp.same, RESTRICT = shingle_query_sel);
SELECT count(*) FROM forms WHERE id OPERATOR(pg_temp.@~) 7;
SELECT count(*) FROM forms WHERE s OPERATOR(pg_temp.@~) '\x'::bytea;
SELECT count(*) FROM forms a JOIN forms b ON a.id OPERATOR(pg_temp.@~) b.id WHERE a.id < 3 AND b.id < 3;
-- a domain over shingles
CREATE DOMAIN words AS shingles;
CREATE TEMP TABLE of_domain AS SELECT id, s::words FROM forms;
ANALYZE of_domain;
SELECT pg_temp.estimated($$SELECT FROM of_domain WHERE s @~ near(shingles('please rate the answer below and say why', 'w1'), 0.9)$$) BETWEEN 200 AND 300 AS a_quarter;
DROP TABLE of_domain;
DROP DOMAIN words;
-- an expression index, with statistics of its own
CREATE TEMP TABLE bodies AS SELECT i AS id, 'please rate the answer below ' || CASE WHEN i % 4 = 0 THEN 'and say why' ELSE md5(i::text) END AS body FROM generate_series(1, 1000) i;
CREATE INDEX ON bodies USING gin (shingles(body, 'w1'));
ANALYZE bodies;
SELECT pg_temp.estimated($$SELECT FROM bodies WHERE shingles(body, 'w1') @~ near(shingles('please rate the answer below and say why', 'w1'), 0.9)$$) BETWEEN 200 AND 300 AS a_quarter;
SET enable_seqscan = off;
SELECT count(*) FROM bodies WHERE shingles(body, 'w1') @~ near(shingles('Please rate the answer below, and say why!', 'w1'), 0.9);

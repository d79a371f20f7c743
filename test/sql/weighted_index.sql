-- Searches by weights: @~ with document frequencies gives what the measures give, by index and by rows.
SET search_path = hdata, public;
CREATE FUNCTION refused(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE sql;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' / ' || SQLERRM || coalesce(' / ' || nullif(detail, ''), '');
END $$;
-- 800 texts: forms that were filled in, copies with a word changed, and what has nothing in common
CREATE FUNCTION body(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE i % 4 WHEN 0 THEN 'in my opinion the answer is ' || CASE WHEN i % 3 = 0 THEN 'right' ELSE 'wrong' END || ' because it says ' ELSE '' END ||
		(SELECT string_agg(CASE WHEN i % 5 = 2 AND w = 3 THEN 'edited' ELSE 'w' || (sqrt(get_byte(h, 0) * 256 + get_byte(h, 1)))::int END, ' ' ORDER BY w)
			FROM (SELECT w, decode(md5(i / 3 || '/' || w), 'hex') AS h FROM generate_series(1, 2 + i / 3 % 13) w) x) $$;
CREATE TABLE t AS SELECT i AS id, shingles(CASE WHEN i > 800 THEN '' ELSE body(i) END, 'w1') AS s FROM generate_series(1, 803) i;
INSERT INTO t VALUES (0, NULL);
CREATE TABLE f AS SELECT false AS frozen, idf_agg(s) AS idf FROM t WHERE n_shingles(s) > 0 UNION ALL SELECT true, freeze(idf_agg(s), 20) FROM t WHERE n_shingles(s) > 0;
CREATE TABLE q AS SELECT id AS q, s FROM t WHERE id % 67 = 5 OR id = 801;
INSERT INTO q VALUES (1001, shingles('what nobody says', 'w1')), (1002, shingles('edited'::text, 'w1')), (1003, shingles('in my opinion the answer is right edited w200', 'w1'));
CREATE FUNCTION query(s shingles, m text, t float8, i idf) RETURNS shingle_query LANGUAGE sql IMMUTABLE
	AS $$ SELECT CASE m WHEN 'containing' THEN containing(s, t, i) ELSE near(s, t, m, i) END $$;
CREATE TABLE asked AS SELECT frozen, q, m, th, query(s, m, th, idf) AS query FROM f, q, unnest('{jaccard,dice,cosine,overlap,containment,containing}'::text[]) m, unnest('{0.2,0.5,0.7,0.9,1}'::float8[]) th;
CREATE TABLE want AS SELECT frozen, m, th, count(*) AS n, sum(hashtextextended(q || ' ' || id, 0)) AS h
	FROM (SELECT frozen, q, id, jaccard(t.s, q.s, idf), dice(t.s, q.s, idf), cosine(t.s, q.s, idf), overlap(t.s, q.s, idf), containment(t.s, q.s, idf), containment(q.s, t.s, idf) AS containing
		FROM f, q, t WHERE n_shingles(q.s) > 0 AND n_shingles(t.s) > 0) p,
	LATERAL (VALUES ('jaccard', jaccard), ('dice', dice), ('cosine', cosine), ('overlap', overlap), ('containment', containment), ('containing', containing)) v(m, v), unnest('{0.2,0.5,0.7,0.9,1}'::float8[]) th WHERE v >= th GROUP BY 1, 2, 3;
CREATE VIEW found AS SELECT frozen, m, th, count(*) AS n, sum(hashtextextended(q || ' ' || id, 0)) AS h FROM asked CROSS JOIN LATERAL (SELECT id FROM t WHERE t.s @~ query OFFSET 0) x GROUP BY 1, 2, 3;
CREATE VIEW compared AS SELECT count(*) AS searches, sum(w.n) AS pairs, count(*) FILTER (WHERE (w.n, w.h) IS DISTINCT FROM (f.n, f.h)) AS wrong FROM want w FULL JOIN found f USING (frozen, m, th);
-- by rows
SELECT * FROM compared;
-- by the index; some rows in its pending list
CREATE INDEX t_s ON t USING gin (s);
INSERT INTO t SELECT id, s FROM t WHERE id BETWEEN 700 AND 710;
DELETE FROM t WHERE ctid IN (SELECT max(ctid) FROM t WHERE id BETWEEN 700 AND 710 GROUP BY id);
SET enable_seqscan = off;
-- the rest of the plan is of the release
CREATE FUNCTION index_scan(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	l text;
BEGIN
	FOR l IN EXECUTE 'EXPLAIN (COSTS OFF) ' || q LOOP
		IF l ~ 'Bitmap|Cond: .s ' THEN RETURN NEXT trim(l); END IF;
	END LOOP;
END
$$;
SELECT index_scan('SELECT * FROM compared');
SELECT * FROM compared;
-- few rows are looked at: what is frequent decides nothing
CREATE FUNCTION looked_at(q shingle_query) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT json) SELECT FROM t WHERE s @~ %L', q) INTO plan;
	RETURN (plan #>> '{0,Plan,Actual Rows}')::float8 + coalesce((plan #>> '{0,Plan,Rows Removed by Index Recheck}')::float8, 0);
END $$;
SELECT looked_at(near(shingles('in my opinion the answer is right because it says w77 w78 w79 w11'::text, 'w1'), 0.6, 'jaccard', (SELECT idf FROM f WHERE frozen))) AS weighted,
	looked_at(near(shingles('in my opinion the answer is right because it says w77 w78 w79 w11'::text, 'w1'), 0.6)) AS plain;
-- prefixes do not serve weights: all rows are looked at, and nothing is lost
DROP INDEX t_s;
CREATE INDEX t_prefix ON t USING gin (s gin_shingle_ops (t_min = 0.5));
DELETE FROM asked WHERE th NOT IN (0.5, 1) OR NOT frozen;
DELETE FROM want WHERE th NOT IN (0.5, 1) OR NOT frozen;
SELECT * FROM compared;
DROP INDEX t_prefix;
RESET enable_seqscan;
-- bands do not either
SELECT refused($$SELECT count(*) FROM t, f WHERE s @~~ near(shingles('a'::text, 'w1'), 0.5, 'jaccard', idf)$$);
CREATE INDEX t_bands ON t USING gin (s gin_band_ops);
SET enable_seqscan = off;
SELECT refused(format($$SELECT count(*) FROM t WHERE s @~~ %L$$, near(shingles('a'::text, 'w1'), 0.5, 'jaccard', idf))) FROM f WHERE frozen;
RESET enable_seqscan;
-- the planner: a form that a quarter filled in weighs little
ANALYZE t;
CREATE FUNCTION estimated(q shingle_query) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT json) SELECT FROM t WHERE s @~ %L', q) INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END $$;
SELECT estimated(near(shingles('in my opinion the answer is wrong because it says', 'w1'), 0.9, 'containment', idf)) < 20 AS few,
	estimated(near(shingles('in my opinion the answer is wrong because it says', 'w1'), 0.2, 'overlap', idf)) > 100 AS many,
	estimated(near(shingles('something that nobody has said', 'w1'), 0.8, 'jaccard', idf)) <= 5 AS rare FROM f WHERE frozen;
-- arguments
SELECT near(NULL, 0.5, 'jaccard', idf) IS NULL, near(s, NULL, 'jaccard', idf) IS NULL, near(s, 0.5, 'jaccard', NULL) IS NULL, containing(s, 0.5, NULL) IS NULL FROM t, f WHERE id = 1 AND frozen;
SELECT refused($$SELECT near(s, 0.5, NULL, idf) FROM t, f$$);
SELECT refused($$SELECT near(s, 0.5, 'alike', idf) FROM t, f$$);
SELECT refused($$SELECT near(s, 1.5, 'jaccard', idf) FROM t, f$$);
SELECT refused($$SELECT near(shingles('a'::text, 'w2'), 0.5, 'jaccard', idf) FROM f$$);
SELECT refused($$SELECT containing(shingles('a'::text, 'w2'), 0.5, idf) FROM f$$);
SELECT near(s, 0.5, 'jaccard', idf) = near(s, 0.5, 'jaccard', idf::text::idf) AS same, near(s, 0.5, 'jaccard', idf) <> near(s, 0.5) AS another FROM t, f WHERE id = 1;
-- the stored form of this release is read by every later one
CREATE TABLE one AS SELECT near(shingles('{a}'::text[]), 0.5, 'jaccard', idf_agg(s)) AS query FROM (VALUES (shingles('{a}'::text[])), (shingles('{a,b}'::text[]))) v(s);
SELECT query, shingle_query_send(query) = query::text::bytea AS sent, query = '\x02010000000000000000e03f0c0000000120000001000000e58021d9012000000202d7bb948a05018ec6f1be0802' AS same FROM one;
SELECT shingles('{a}'::text[]) @~ query AS a, shingles('{b}'::text[]) @~ query AS b, shingles('{a,b}'::text[]) @~ query AS ab, jaccard(shingles('{a}'::text[]), shingles('{a,b}'::text[]), (SELECT idf_agg(s) FROM (VALUES (shingles('{a}'::text[])), (shingles('{a,b}'::text[]))) v(s)))::numeric(6, 4) AS jaccard FROM one;
SET client_min_messages = error;
-- hostile values: truncated at each byte, and one byte changed
SELECT count(*), count(*) FILTER (WHERE r LIKE '22P02 /%') AS refused FROM one, generate_series(0, octet_length(query::text::bytea) - 1) n, refused(format('SELECT %L::shingle_query', substr(query::text::bytea, 1, n))) r;
SELECT count(*), count(*) FILTER (WHERE r LIKE '22P02 /%') AS refused, count(*) FILTER (WHERE r = 'no error') AS accepted
	FROM one, generate_series(0, octet_length(query::text::bytea) - 1) n, unnest(ARRAY[0, 1, 127, 128, 255]) v, refused(format('SELECT shingles(''{a}''::text[]) @~ %L::shingle_query', set_byte(query::text::bytea, n, v))) r;
-- a set of one unit, frequencies of another
SELECT refused(format('SELECT %L::shingle_query', set_byte(near(shingles('a'::text, 'w1'), 0.5, 'jaccard', idf)::text::bytea, 17, 11))) FROM f WHERE frozen;
DROP FUNCTION refused, body, query, looked_at, estimated CASCADE;
DROP TABLE t, f, q, asked, want, one CASCADE;

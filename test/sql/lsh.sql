-- The approximate join, and how much memory a join may take.
SET search_path = hdata, public;
-- 300 texts in 3 variants: the third is another text with a few words in common
CREATE TEMP TABLE doc AS SELECT 10 * i + v AS id, (SELECT string_agg(CASE WHEN v = 1 AND w = 7 THEN 'other' WHEN v = 2 AND w > 4 THEN 'z' || md5(i || 'z' || w) ELSE 'w' || md5(i || 'w' || w) END, ' ' ORDER BY w) FROM generate_series(1, 40) w) AS body
	FROM generate_series(1, 300) i, generate_series(0, 2) v;
INSERT INTO doc VALUES (1, ''), (2, '?'), (3, 'one'), (4, 'one'), (5, 'alone');
CREATE TEMP TABLE s AS SELECT corpus_agg(id, body) AS c FROM doc;
-- nothing that is found is wrong, and nothing that is sure to be found is missed
CREATE FUNCTION compared(measure text, t float8, OUT exact bigint, OUT found bigint, OUT wrong bigint) LANGUAGE sql AS $$
	WITH e AS (SELECT p.* FROM s, duplicate_pairs(c, t, measure, 'exact') p), l AS (SELECT p.* FROM s, duplicate_pairs(c, t, measure, 'lsh') p)
	SELECT count(e.id_a), count(l.id_a), count(l.id_a) FILTER (WHERE e.similarity IS DISTINCT FROM l.similarity) FROM e FULL JOIN l USING (id_a, id_b) $$;
SELECT m, t, x.exact, x.found >= 0.98 * x.exact AS found, x.wrong FROM unnest('{jaccard,dice,cosine,idf_jaccard,idf_dice,idf_cosine}'::text[]) WITH ORDINALITY u(m, o), unnest('{0.3,0.8,0.85,1}'::float8[]) t, compared(m, t) x ORDER BY o, t;
DROP FUNCTION compared;
-- clusters and what is said of them
SELECT d.method, d.n_texts, d.n_empty, d.n_equal, d.n_clusters BETWEEN 298 AND 301 AS n_clusters, d.largest, d.capped, d.memory > 0 AS memory FROM s, duplicate_stats(c, 0.7, 'jaccard', 'lsh') d;
SELECT count(*) FILTER (WHERE x.representative <> y.representative) <= 6 AS same FROM s, LATERAL (SELECT * FROM duplicate_clusters(c, 0.7, method => 'exact')) x JOIN LATERAL (SELECT * FROM duplicate_clusters(c, 0.7, method => 'lsh')) y USING (id);
-- more in a bucket than are compared with each other: texts that share most words, and are no duplicates
SELECT d.method, d.n_clusters, d.capped > 0 AS capped FROM (SELECT corpus_agg(i, (SELECT string_agg('w' || y, ' ') FROM generate_series(1, 40) y) || (SELECT string_agg(' x' || i || y, '') FROM generate_series(1, 8) y)) AS c
	FROM generate_series(1, 1000) i) s, duplicate_stats(c, 0.8, 'jaccard', 'lsh', 'w1') d;
-- measures that are not bound to Jaccard's
SELECT * FROM s, duplicate_pairs(c, 0.8, 'overlap', 'lsh');
SELECT * FROM s, duplicate_pairs(c, 0.8, 'idf_containment', 'lsh');
-- past the limit
SET hdata.join_mem = '700kB';
SELECT count(*) BETWEEN 299 AND 301 AS pairs FROM s, duplicate_pairs(c, 0.7);
SELECT d.method FROM s, duplicate_stats(c, 0.7, 'jaccard') d;
SELECT count(*) FROM s, duplicate_pairs(c, 0.7, 'jaccard', 'exact');
-- two joins, one notice
SELECT count(*) FROM s, template_groups(c);
SELECT count(*) FROM s, duplicate_pairs(c, 0.7, 'overlap');
SELECT count(*) FROM s, overlap_pairs(c, c);
SELECT count(*) FROM s, contamination(c, c);
SET hdata.join_mem = '100kB';
SELECT count(*) FROM s, duplicate_clusters(c);
SELECT count(*) FROM s, duplicate_clusters(c, method => 'lsh');
-- pairs count too: texts that are equal or alike make more of them than there is room for; clusters they are no matter for
SET hdata.join_mem = '1MB';
CREATE TEMP TABLE alike AS SELECT corpus_agg(i, 'the same words for all of you' || repeat(' and one more', i % 3)) AS c FROM generate_series(1, 600) i;
SELECT count(*) FROM alike, duplicate_pairs(c, 0.8);
SELECT count(*) FROM alike a, alike b, overlap_pairs(a.c, b.c, 0.8);
SELECT d.cluster, count(*) FROM alike, duplicate_clusters(c, 0.95, 'jaccard') d GROUP BY 1 ORDER BY 1;
SET hdata.join_mem = '4MB';
SELECT count(*) FROM alike, duplicate_pairs(c, 0.8);
-- releases word this differently
\set VERBOSITY sqlstate
SET hdata.join_mem = '1kB';
\set VERBOSITY default
RESET hdata.join_mem;
SHOW hdata.join_mem;
-- nothing to join
SELECT d.method, d.n_texts, d.n_clusters, d.candidates FROM (SELECT corpus_agg(1::bigint, ''::text) AS c) s, duplicate_stats(c, method => 'lsh') d;
SELECT count(*) FROM duplicate_pairs((SELECT corpus_agg(i, 'word' || i) FROM generate_series(1, 3) i), 0.5, method => 'lsh');
-- long work answers to a cancel
CREATE TEMP TABLE big AS SELECT corpus_agg(i, 'a b c d e f g h ' || i % 7 || ' ' || i) AS c FROM generate_series(1, 100000) i;
SET statement_timeout = '200ms';
SELECT count(*) FROM big, duplicate_pairs(c, 0.5, method => 'lsh');
RESET statement_timeout;

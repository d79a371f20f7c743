-- Many texts at once: duplicates, overlaps, contamination.
SET search_path = hdata, public;
CREATE TEMP TABLE doc (id int, body text, author text);
INSERT INTO doc VALUES (1, 'The quick brown fox jumps over the lazy dog.', 'ann'), (2, 'the quick brown fox jumps over the lazy dog', 'bob'),
	(3, 'The quick brown fox jumps over the lazy cat.', 'ann'), (4, 'Something else entirely was written here, and nobody copied it.', NULL),
	(5, '', 'ann'), (6, '?!', 'bob'), (7, 'A quick brown fox jumps over the lazy cat and runs.', 'cho'), (8, NULL, 'ann'), (NULL, 'no id', 'ann');
CREATE TEMP TABLE s AS SELECT corpus_agg(id, body, author) AS c FROM doc;
SELECT n_texts(c) FROM s;
SELECT t.* FROM s, texts(c) t;
SELECT c::jsonb -> 0 AS first, jsonb_array_length(c::jsonb) AS n FROM s;
-- exact pairs, in canonical order
SELECT p.id_a, p.id_b, round(p.similarity::numeric, 4) AS similarity FROM s, duplicate_pairs(c, 0.5) p;
SELECT p.id_a, p.id_b, round(p.similarity::numeric, 4) AS similarity FROM s, duplicate_pairs(c, 0.5, 'idf_jaccard') p;
SELECT p.id_a, p.id_b, round(p.similarity::numeric, 4) AS similarity FROM s, duplicate_pairs(c, threshold => 0.7, measure => 'containment', unit => 'w1') p;
-- clusters: every text is in one; texts without a word are duplicates of nothing
SELECT d.id, d.cluster, d.representative, round(d.similarity::numeric, 4) AS similarity, d.size FROM s, duplicate_clusters(c, 0.6, 'jaccard') d;
SELECT d.* FROM s, duplicate_stats(c, 0.6, 'jaccard') d;
-- components chain, leaders do not: 2 and 3 are alike, 3 and 7, but not 2 and 7
SELECT string_agg(id, ' ' ORDER BY id) AS members, max(size) AS size FROM s, duplicate_clusters(c, 0.55, 'jaccard', unit => 'w1', refine => false) GROUP BY cluster ORDER BY 1;
SELECT string_agg(id, ' ' ORDER BY id) AS members, max(size) AS size FROM s, duplicate_clusters(c, 0.7, 'jaccard', unit => 'w1', refine => true) GROUP BY cluster ORDER BY 1;
-- two corpora, and how much of a benchmark's items leaked
CREATE TEMP TABLE b AS SELECT corpus_agg(id, body) AS b FROM (VALUES ('q1', 'quick brown fox jumps over'), ('q2', 'what is the capital of France'), ('q3', '')) v(id, body);
SELECT p.id_a, p.id_b, round(p.similarity::numeric, 4) AS similarity FROM s, b, overlap_pairs(c, b, 0.9, 'overlap') p;
SELECT p.id, p.benchmark_id, round(p.containment::numeric, 4) AS containment FROM s, b, contamination(c, b) p;
-- texts can be taken out
SELECT n_texts(without_ids(c, '{1,2,99,x}')), (SELECT string_agg(id, ' ') FROM texts(without_ids(c, '{1,2}'))) AS ids, without_ids(c, '{}') = c AS same FROM s;
SELECT n_texts(rollup(x)) FROM (SELECT without_ids(c, '{1,2,3,4,5,6,7}') AS x FROM s UNION ALL SELECT without_ids(c, '{3}') FROM s) t;
-- no text, and one
SELECT corpus_agg(id, body) IS NULL AS nothing FROM doc WHERE false;
SELECT n_texts(corpus_agg(1::bigint, NULL::text)) IS NULL AS only_null;
SELECT (SELECT count(*) FROM duplicate_pairs(n, 0.5)) AS pairs, (SELECT count(*) FROM duplicate_clusters(n)) AS clusters, (SELECT count(*) FROM contamination(n, n)) AS leaks FROM (SELECT NULL::corpus AS n) t;
SELECT (SELECT count(*) FROM duplicate_pairs(x, 0.5)) AS pairs, (SELECT string_agg(d::text, ' ') FROM duplicate_clusters(x) d) AS clusters FROM (SELECT corpus_agg(1::bigint, 'one text'::text) AS x) t;
-- an id with two texts is stored, and refused by what compares
SELECT n_texts(corpus_agg(id, body)) AS stored FROM (VALUES (1::bigint, 'one'), (1, 'two'), (1, 'one')) v(id, body);
SELECT * FROM duplicate_pairs((SELECT corpus_agg(id, body) FROM (VALUES (1::bigint, 'one'), (1, 'two')) v(id, body)), 0.5);
-- options
SELECT count(*) FROM s, duplicate_pairs(c, 0);
SELECT count(*) FROM s, duplicate_pairs(c, 1.5);
SELECT count(*) FROM s, duplicate_pairs(c, 'NaN');
SELECT count(*) FROM s, duplicate_pairs(c, NULL);
SELECT count(*) FROM s, duplicate_pairs(c, 0.5, 'tanimoto');
SELECT count(*) FROM s, duplicate_pairs(c, 0.5, NULL);
SELECT count(*) FROM s, duplicate_pairs(c, 0.5, 'jaccard', 'quick');
SELECT count(*) FROM s, duplicate_pairs(c, 0.5, unit => 'c3');
SELECT count(*) FROM s, duplicate_clusters(c, refine => NULL);
-- kinds of ids do not mix
SELECT rollup(x) FROM (SELECT corpus_agg(1::bigint, 'a'::text) AS x UNION ALL SELECT corpus_agg('1'::text, 'a'::text)) t;
SELECT n_texts(corpus_agg(d, 'a')), (SELECT string_agg(id || ':' || "group", ' ') FROM texts(corpus_agg(d, j, n))) AS ids FROM (VALUES (date '2026-01-01', '["x"]'::jsonb, 1), ('2026-01-02', '2', 2)) v(d, j, n);
-- limits
SET hdata.max_state_size = '64kB';
SELECT corpus_agg(i, repeat('word ', 100)) FROM generate_series(1, 1000) i;
RESET hdata.max_state_size;
-- long work answers to a cancel: texts that all share their rarest words
CREATE TEMP TABLE big AS SELECT corpus_agg(i, 'a b c d e f g h ' || i % 7) AS c FROM generate_series(1, 200000) i;
SELECT n_texts(c) FROM big;
SET statement_timeout = '300ms';
SELECT count(*) FROM big, duplicate_pairs(c, 0.5);
RESET statement_timeout;
-- the stored form of this release is read by every later one
SELECT n_texts(x), x::jsonb FROM (SELECT '\x01013c0201020302010003616e6e000101010002e46b6ef6e46b6ef60a76068d'::corpus AS x) t;

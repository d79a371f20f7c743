-- The recipe for more texts than one corpus holds (docs/text.md), beside the functions over a corpus.
SET search_path = hdata, public;
-- 600 texts: what is copied as it is, edited by one word or two, cut, and not at all
CREATE TEMP TABLE doc AS SELECT 5 * i + v AS id, (SELECT string_agg(CASE WHEN v = 1 AND w = 9 THEN 'other' WHEN v = 3 AND w IN (2, 30) THEN 'another' ELSE 'w' || substr(md5(i || 'w' || w), 1, 4) END, ' ' ORDER BY w)
	FROM generate_series(1, CASE v WHEN 4 THEN 33 ELSE 40 END) w) AS body FROM generate_series(1, 120) i, generate_series(0, 4) v;
INSERT INTO doc VALUES (1, ''), (2, '?'), (3, 'one'), (4, 'One!'), (100000, 'alone');
CREATE TEMP TABLE s AS SELECT corpus_agg(id, body) AS c FROM doc;

-- equal sets lie together, and the first of them stands for all
CREATE TEMP TABLE big_sets (set_key bigint, id bigint, s shingles, PRIMARY KEY (set_key, id));
INSERT INTO big_sets SELECT shingles_hash_extended(x, 0), id, x FROM doc, shingles(body, 'w3') x WHERE n_shingles(x) > 0;
CREATE TEMP TABLE big_firsts (id bigint PRIMARY KEY, s shingles);
INSERT INTO big_firsts SELECT min(id), s FROM big_sets GROUP BY set_key, s;
-- a partition a band
CREATE TEMP TABLE big_bands (band int, key bigint, id bigint) PARTITION BY LIST (band);
DO $$ BEGIN FOR b IN 1 .. 25 LOOP EXECUTE format('CREATE TEMP TABLE big_bands_%s PARTITION OF big_bands FOR VALUES IN (%s)', b, b); END LOOP; END $$;
INSERT INTO big_bands SELECT band, key, id FROM big_firsts, unnest(bands(s, 25, 5)) WITH ORDINALITY u(key, band);
CREATE INDEX ON big_bands (key, id);
-- what shares a band, each pair once; then what is alike
CREATE TEMP TABLE big_candidates (a bigint, b bigint, PRIMARY KEY (b, a));
INSERT INTO big_candidates SELECT DISTINCT x.id, y.id FROM big_bands x JOIN big_bands y USING (band, key) WHERE x.id < y.id;
CREATE TEMP TABLE big_pairs (a bigint, b bigint, similarity float8);
INSERT INTO big_pairs SELECT a, b, j FROM big_candidates JOIN big_firsts x ON x.id = a JOIN big_firsts y ON y.id = b, jaccard(x.s, y.s) j WHERE j >= 0.7;
CREATE TEMP TABLE big_clusters AS SELECT t.* FROM
	(SELECT components_agg(a, b) AS c FROM (SELECT a, b FROM big_pairs UNION ALL SELECT f.id, x.id FROM big_firsts f JOIN big_sets x ON x.set_key = shingles_hash_extended(f.s, 0) AND x.s = f.s) e) x, components(c) t;

-- every pair, those of equal sets too
CREATE TEMP TABLE pairs AS SELECT least(p.id, q.id) AS a, greatest(p.id, q.id) AS b, similarity FROM big_pairs JOIN big_firsts x ON x.id = a JOIN big_firsts y ON y.id = b
	JOIN big_sets p ON p.s = x.s JOIN big_sets q ON q.s = y.s UNION ALL SELECT p.id, q.id, 1 FROM big_sets p JOIN big_sets q ON p.set_key = q.set_key AND p.s = q.s AND p.id < q.id;
SELECT count(j.id_a) AS corpus, count(p.a) AS recipe, count(*) FILTER (WHERE j.similarity IS DISTINCT FROM p.similarity) AS differ, min(j.similarity)::numeric(4, 3) AS least
	FROM (SELECT j.* FROM s, duplicate_pairs(c, 0.7, 'jaccard', 'exact') j) j FULL JOIN pairs p ON (id_a, id_b) = (a::text, b::text);
-- clusters: the components of the corpus, those of one text apart
SELECT count(*) AS texts, count(DISTINCT d.cluster) AS clusters, count(*) FILTER (WHERE d.representative IS DISTINCT FROM b.component OR d.size IS DISTINCT FROM b.size) AS differ
	FROM (SELECT d.* FROM s, duplicate_clusters(c, 0.7, 'jaccard', 'exact', refine => false) d WHERE size > 1) d FULL JOIN (SELECT * FROM big_clusters WHERE size > 1) b USING (id);
-- many parts give the same: each band by itself, components put together
SELECT count(*) AS differ FROM (SELECT t.* FROM (SELECT rollup(c) AS c FROM (SELECT components_agg(a, b) AS c FROM (SELECT a, b, a % 4 AS part FROM big_pairs UNION ALL SELECT f.id, x.id, 5 FROM big_firsts f JOIN big_sets x ON x.s = f.s) e GROUP BY part) p) x, components(c) t
	EXCEPT TABLE big_clusters) d;

-- bands: equal sets have equal ones; nothing has none; of 64 bits, those of an index are their upper halves
SELECT bands(shingles('{a,b}'::text[]), 2, 3) = bands(shingles('{b,a,b}'::text[]), 2, 3) AS equal, bands(shingles('{}'::text[])) AS nothing, bands(NULL) IS NULL AS of_null, cardinality(bands(shingles('{a}'::text[]))) AS n;
-- stored ones of this release are found by every later one
SELECT bands(shingles('{a,b,c}'::text[]), 3, 2);
SELECT bands(shingles('{a}'::text[]), 0);
SELECT bands(shingles('{a}'::text[]), 65);
SELECT bands(shingles('{a}'::text[]), 16, 0);
SELECT bands(shingles('{a}'::text[]), 16, 17);

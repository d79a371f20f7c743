-- What belongs together by edges.
SET search_path = hdata, public;
CREATE TEMP TABLE edge (a int, b int);
INSERT INTO edge VALUES (10, 9), (9, 11), (1, 2), (5, 5), (7, NULL), (NULL, 8), (2, 3), (4, 6);
CREATE TEMP TABLE s AS SELECT components_agg(a, b) AS c FROM edge;
SELECT n_components(c) FROM s;
SELECT t.* FROM s, components(c) t;
SELECT c::jsonb FROM s;
-- the partition counts, not the edges
SELECT (SELECT c FROM s) = components_agg(a, b) AS same FROM (VALUES (3::bigint, 1::bigint), (2, 3), (6, 4), (11, 10), (11, 9), (5, 5), (10, 9), (10, 9)) v(a, b);
SELECT rollup(x) = (SELECT c FROM s) AS same FROM (SELECT components_agg(a, b) AS x FROM edge GROUP BY a % 3 UNION ALL SELECT c FROM s UNION ALL SELECT NULL) t;
SELECT c = components_agg(a, b) AS same FROM s, edge WHERE a <> 4 GROUP BY c;
-- an edge joins what was apart
SELECT n_components(rollup(x)) FROM (SELECT c AS x FROM s UNION ALL SELECT components_agg(3, 9)) t;
-- other kinds of ids
SELECT t.* FROM (SELECT components_agg(a::text, b::text) AS c FROM edge) s, components(c) t WHERE size > 1;
SELECT t.* FROM (SELECT components_agg(md5(a::text)::uuid, md5(b::text)::uuid) AS c FROM edge) s, components(c) t WHERE size = 2;
SELECT t.* FROM (SELECT components_agg(d, d + 1) AS c FROM (VALUES (date '2026-01-01'), ('2026-01-02'), ('2026-02-01')) v(d)) s, components(c) t;
SELECT n_components(components_agg(1, 2::bigint)), n_components(components_agg('a', 'b')), n_components(components_agg(1.5, 2.0)), n_components(components_agg(1::smallint, 2::smallint)), n_components(components_agg(3000000000, 2));
-- clusters of one's own edges: those of the join
SELECT count(*) AS n, count(*) FILTER (WHERE x.component <> y.first) AS differ FROM
	(SELECT corpus_agg(i, 'text number ' || i / 3) AS c FROM generate_series(1, 30) i) s,
	LATERAL (SELECT components_agg(id_a::bigint, id_b::bigint) AS k FROM duplicate_pairs(c, 0.9)) p, components(k) x
	JOIN LATERAL (SELECT id, representative AS first FROM duplicate_clusters(c, 0.9, 'jaccard')) y USING (id);
-- nothing
SELECT components_agg(a, b) IS NULL AS nothing FROM edge WHERE a IS NULL OR b IS NULL;
SELECT count(*) FROM components(NULL::components);
-- kinds do not mix
SELECT components_agg(1, 'x'::text);
SELECT components_agg(1.5, 2);
SELECT rollup(x) FROM (SELECT components_agg(1, 2) AS x UNION ALL SELECT components_agg('1'::text, '2')) t;
-- limits
SET hdata.max_state_size = '64kB';
SELECT components_agg(md5(i::text), md5((i + 1)::text)) FROM generate_series(1, 10000) i;
RESET hdata.max_state_size;
-- a chain of many, and many apart
SELECT n_components(components_agg(i, i + 1)) AS chain, n_components(components_agg(2 * i, 2 * i + 1)) AS apart FROM generate_series(1, 100000) i;
-- bytes from outside
SELECT '\x'::components;
SELECT '\x0100'::components;
SELECT '\x010100'::components;
SELECT '\x010102000201'::components;
SELECT '\x010103020202010201'::components;
SELECT '\x010103000202000102'::components;
SELECT '\x01010302020200010101'::components;
SELECT '\x010103020002000102'::components;
-- the stored form of this release is read by every later one
SELECT c FROM s;
SELECT string_agg(t::text, ' ') FROM components('\x010109020101010101030101000102000002000102'::components) t;

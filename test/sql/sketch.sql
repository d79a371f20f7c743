-- Sketches of sets.
SET search_path = hdata, public;
CREATE TEMP TABLE t AS SELECT i, shingles(ARRAY(SELECT 'e' || x FROM generate_series(i, i + 199) x)) AS s FROM generate_series(0, 300, 50) i;
SELECT length(sketch_send(sketch(s))) AS bytes, length(sketch_send(compact(sketch(s)))) AS compact FROM t WHERE i = 0;
-- the share of equal minima estimates the similarity
SELECT b.i, round(jaccard(a.s, b.s)::numeric, 3) AS jaccard, abs(jaccard(sketch(a.s), sketch(b.s)) - jaccard(a.s, b.s)) < 0.12 AS near,
	abs(jaccard(compact(sketch(a.s)), compact(sketch(b.s))) - jaccard(sketch(a.s), sketch(b.s))) < 0.05 AS compact_near,
	jaccard(compact(sketch(a.s)), sketch(b.s)) = jaccard(compact(sketch(a.s)), compact(sketch(b.s))) AS mixed FROM t a, t b WHERE a.i = 0 ORDER BY 1;
SELECT jaccard(sketch(e), sketch(e)) AS both_empty, jaccard(sketch(e), sketch(s)) AS empty, jaccard(compact(sketch(e)), compact(sketch(e))) AS compact_empty, compact(sketch(e)) = sketch(e) AS same,
	jaccard(sketch(s), sketch(s)) AS equal, jaccard(sketch(s), NULL) IS NULL AS "null" FROM t, shingles('{}'::text[]) e WHERE i = 0;
-- the sketch of a union
SELECT (SELECT sketch_agg(s) FROM t) = sketch(shingles(ARRAY(SELECT 'e' || x FROM generate_series(0, 499) x))) AS is_union;
SELECT rollup(sketch(s)) = sketch_agg(s) AS same, sketch_agg(s) = sketch_agg(DISTINCT s) AS keyed FROM (SELECT s FROM t UNION ALL SELECT s FROM t UNION ALL SELECT shingles('{}'::text[]) UNION ALL SELECT NULL) x;
SELECT sketch_agg(s) IS NULL AS nothing FROM t WHERE false;
SELECT sketch_agg(shingles('{}'::text[])) = sketch(shingles('{}'::text[])) AS of_nothing;
-- compact ones are merged with nothing
SELECT (SELECT rollup(compact(sketch(s))) FROM t WHERE i = 0) = compact(sketch(s)) AS alone FROM t WHERE i = 0;
SELECT rollup(c) FROM (SELECT compact(sketch(s)) AS c FROM t) x;
SELECT rollup(c) FROM (SELECT sketch(s) AS c FROM t UNION ALL SELECT compact(sketch(s)) FROM t) x;
SELECT compact(compact(sketch(s))) = compact(sketch(s)) AS again FROM t WHERE i = 0;
-- units must fit
SELECT jaccard(sketch(shingles('a b'::text, 'w1')), sketch(shingles('a b'::text, 'w2')));
SELECT sketch_agg(shingles('a b'::text, u)) FROM unnest('{w1,w2}'::text[]) u;
-- looking into it
SELECT x -> 'unit' AS unit, x -> 'form' AS form, jsonb_array_length(x -> 'places') AS places FROM (SELECT sketch(s)::jsonb AS x FROM t WHERE i = 0 UNION ALL SELECT compact(sketch(s))::jsonb FROM t WHERE i = 0 UNION ALL SELECT sketch(shingles('{}'::text[]))::jsonb) y;
-- bytes from outside
SELECT '\x'::sketch;
SELECT '\x02200000'::sketch;
SELECT '\x01210000'::sketch;
SELECT '\x01200400'::sketch;
SELECT '\x01200003'::sketch;
SELECT '\x01200001'::sketch;
SELECT ('\x01200001' || repeat('00000000000000ff', 128))::sketch;
SELECT '\x0120000000'::sketch;
SELECT sketch_in('x');
-- the stored form of this release is read by every later one, and made by it as well
SELECT '\x01200000'::sketch = sketch(shingles('{}'::text[])) AS empty;
SELECT compact(sketch(shingles('{a,b}'::text[])));
SELECT md5(sketch_send(sketch(shingles('{a,b}'::text[]))));

-- Sets of n-grams and their measures.
SET search_path = hdata, public;
SELECT unit, n_shingles(shingles('The quick brown fox jumps over the lazy dog. The quick brown fox!', unit)) AS n,
       (shingles('The quick brown fox jumps over the lazy dog. The quick brown fox!', unit)::jsonb ->> 'n')::int AS grams
FROM unnest(ARRAY['w1', 'w2', 'w3', 'w4', 'w5', 'c3', 'c4', 'c5', 'c6', 'c7', 'auto']) unit;
SELECT shingles('A, b c!'::text) = shingles('a b c', 'w3') AS same, shingles('a b c', 'w3')::jsonb;
-- order of words matters, repeats do not
SELECT shingles('b a', 'w2') = shingles('a b', 'w2') AS turned, jaccard(shingles('a a a', 'w1'), shingles('a', 'w1')) AS repeated;
-- fewer words than the unit: one shingle; none: an empty set
SELECT n_shingles(shingles('yes', 'w3')) AS short, n_shingles(shingles('', 'w3')) AS empty, n_shingles(shingles('?!', 'c3')) AS punctuation, n_shingles(shingles('yes', 'auto')) AS auto;
SELECT jaccard(shingles('yes', 'w3'), shingles('Yes.', 'w3')) AS yes, jaccard(shingles('yes', 'w3'), shingles('no', 'w3')) AS no,
       jaccard(shingles('colour', 'auto'), shingles('colours', 'auto')) AS auto;
-- measures
SELECT m, v FROM (SELECT shingles('{a,b,c,d}'::text[]) AS a, shingles('{c,d,e}'::text[]) AS b) s,
	LATERAL (VALUES ('jaccard', jaccard(a, b)), ('dice', dice(a, b)), ('cosine', cosine(a, b)), ('overlap', overlap(a, b)), ('containment', containment(a, b)), ('containment of b', containment(b, a))) t(m, v);
SELECT jaccard(e, e) AS both_empty, jaccard(e, x), dice(e, x), cosine(e, x), overlap(e, x), containment(e, x) AS nothing_in_x, containment(x, e) AS x_in_nothing
FROM (SELECT shingles('{}'::text[]) AS e, shingles('{x}'::text[]) AS x) s;
-- very different sizes take another way to the same result
SELECT bool_and(abs(containment(shingles(ARRAY(SELECT (i * k)::text FROM generate_series(1, 20) i)), shingles(ARRAY(SELECT i::text FROM generate_series(1, 5000) i))) - least(5000 / k, 20) / 20.0) < 1e-12) AS same
FROM unnest(ARRAY[1, 7, 100, 250, 499, 5000, 6000]) k;
-- a set of one unit is not to be compared with one of another
SELECT jaccard(shingles('a', 'w1'), shingles('a', 'w2'));
SELECT shingles('a', 'w6');
SELECT shingles('a', 'given');
SELECT shingles('a');
SELECT shingles(NULL::text), shingles('a', NULL), shingles(NULL::text[]), n_shingles(shingles('{a,NULL}'::text[])) AS null_element, jaccard(NULL, shingles('a', 'w1'));
-- the stored form of this release is read by every later one
SELECT s, s::jsonb ->> 'unit' AS unit, n_shingles(s) FROM (SELECT '\x010b3c0101000000c8eb3b66'::shingles AS s) t;
-- another version of Unicode is noticed
SELECT jaccard('\x010b3c0101000000c8eb3b66'::shingles, '\x010b380101000000c8eb3b66');
-- hostile values
CREATE FUNCTION pg_temp.refused(x text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM x::hdata.shingles;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || detail;
END $$;
SELECT x, pg_temp.refused(x) FROM unnest(ARRAY['', '\x', '\x01', '\x0', '\xzz', '\x010b3c0100000000', '\x020b3c0100000000', '\x01003c0100000000', '\x010b3c0101000000', '\x010b3c0101000000c8eb3b6600',
	'\x010b3c0102000000c8eb3b66c8eb3b66', '\x010b3c0102000000ffeb3b66c8eb3b65', '\x010b3c01ffffffffc8eb3b66', '\x010b000101000000c8eb3b66', '\x01203c0101000000c8eb3b66', '\x010b3c0100000000c8eb3b66']) x;
-- comparison and hashing
SELECT count(DISTINCT s) AS different FROM (SELECT shingles(x, 'w1') AS s FROM unnest(ARRAY['a', 'A', 'b', 'a b', 'b a']) x) t;
SELECT a = b AS equal, a <> b AS unequal, a < b AS less, a >= b AS not_less, shingles_hash(a) = shingles_hash(b) AS same_hash FROM (SELECT shingles('A', 'w1') AS a, shingles('a', 'w1') AS b) t;

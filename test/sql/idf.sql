-- Document frequencies, and measures weighted by them.
SET search_path = hdata, public;
SET extra_float_digits = 0;
CREATE TEMP TABLE doc (id int, body text);
INSERT INTO doc VALUES (1, 'the quick brown fox'), (2, 'the lazy dog'), (3, 'the quick dog'), (4, ''), (5, NULL), (6, 'the lazy dog');
CREATE TEMP TABLE f AS SELECT idf_agg(shingles(body, 'w1')) AS f FROM doc;
SELECT n_documents(f), n_shingles(f), is_frozen(f) FROM f;
-- a text that comes twice counts twice
SELECT d.w AS word, x.df, round(x.weight::numeric, 4) AS weight, abs(x.weight - ln(1 + 4::float8 / greatest(x.df, 1))) < 1e-12 AS right
	FROM f, unnest('{the,quick,lazy,dog,fox,cat}'::text[]) WITH ORDINALITY d(w, o), document_frequencies(f, shingles(d.w, 'w1')) x ORDER BY o;
SELECT (SELECT sum(df) FROM document_frequencies(f)) AS occurrences, f::jsonb -> 'n' AS n, f::jsonb -> 'unit' AS unit, jsonb_array_length(f::jsonb -> 'df') AS listed FROM f;
-- measures: weights log(1 + 4 / df) of the (4), quick (2), dog (3), brown (1), fox (1), lazy (2); the empty text counts for nothing
CREATE TEMP TABLE pair AS SELECT shingles('the quick brown fox'::text, 'w1') AS a, shingles('the quick dog'::text, 'w1') AS b;
WITH w AS (SELECT ln(1 + 4/4.0::float8) + ln(1 + 4/2.0::float8) AS ab, ln(1 + 4/4.0::float8) + ln(1 + 4/2.0::float8) + 2 * ln(5::float8) AS a, ln(1 + 4/4.0::float8) + ln(1 + 4/2.0::float8) + ln(1 + 4/3.0::float8) AS b)
SELECT abs(jaccard(pair.a, pair.b, f) - ab / (w.a + w.b - ab)) < 1e-12 AS jaccard, abs(dice(pair.a, pair.b, f) - 2 * ab / (w.a + w.b)) < 1e-12 AS dice,
	abs(cosine(pair.a, pair.b, f) - ab / sqrt(w.a * w.b)) < 1e-12 AS cosine, abs(overlap(pair.a, pair.b, f) - ab / least(w.a, w.b)) < 1e-12 AS overlap,
	abs(containment(pair.a, pair.b, f) - ab / w.a) < 1e-12 AS containment, abs(containment(pair.b, pair.a, f) - ab / w.b) < 1e-12 AS turned FROM f, pair, w;
SELECT jaccard(a, b, f) = jaccard(b, a, f) AS symmetric, jaccard(a, a, f) AS same, jaccard(a, shingles('cat'::text, 'w1'), f) AS nothing,
	jaccard(e, e, f) AS both_empty, cosine(e, a, f) AS empty, containment(e, a, f) AS empty_in, overlap(a, e, f) AS overlap FROM f, pair, shingles(''::text, 'w1') e;
SELECT jaccard(a, NULL, f) IS NULL AS null_set, jaccard(a, b, NULL::idf) IS NULL AS null_idf FROM f, pair;
-- many pairs by one idf, by several, and by one out of an aggregate
SELECT d.id, round(jaccard(shingles(d.body, 'w1'), a, f)::numeric, 4) AS by_all, round(jaccard(shingles(d.body, 'w1'), a, g)::numeric, 4) AS by_few
	FROM doc d, pair, f, (SELECT idf_agg(shingles(body, 'w1')) AS g FROM doc WHERE id < 3) g ORDER BY 1;
SELECT x, round(jaccard(a, b, CASE WHEN x % 2 = 0 THEN f ELSE freeze(f, 4) END)::numeric, 4) AS j FROM f, pair, generate_series(1, 4) x;
-- frozen: what is in min_df texts or more, the rest by its average
SELECT n_documents(z), n_shingles(z), is_frozen(z), z::jsonb -> 'min_df' AS min_df, z::jsonb -> 'default_df' AS default_df FROM f, freeze(f, 3) z;
SELECT n_shingles(freeze(f)) AS all_rare, n_shingles(freeze(f, 1)) = n_shingles(f) AS all_listed, jaccard(a, b, freeze(f, 1)) = jaccard(a, b, f) AS same FROM f, pair;
SELECT d.w AS word, x.df FROM f, unnest('{the,quick,lazy,dog,fox,cat}'::text[]) WITH ORDINALITY d(w, o), document_frequencies(freeze(f, 3), shingles(d.w, 'w1')) x ORDER BY o;
-- it is merged with nothing
SELECT (SELECT rollup(freeze(f, 2)) FROM f) = freeze(f, 2) AS alone FROM f;
SELECT rollup(x) FROM (SELECT freeze(f, 2) AS x FROM f UNION ALL SELECT f FROM f) t;
SELECT rollup(x) FROM (SELECT f AS x FROM f UNION ALL SELECT freeze(f, 2) FROM f) t;
SELECT rollup(x) FROM (SELECT freeze(f, 2) AS x FROM f UNION ALL SELECT freeze(f, 3) FROM f) t;
SELECT freeze(freeze(f)) FROM f;
SELECT freeze(f, 0) FROM f;
SELECT freeze(f, NULL) FROM f;
SELECT freeze(NULL::idf) IS NULL AS nothing;
-- rollup adds
SELECT n_documents(rollup(f)) FROM (SELECT f FROM f UNION ALL SELECT f FROM f UNION ALL SELECT NULL) t;
SELECT rollup(x) = (SELECT f FROM f) AS same FROM (SELECT idf_agg(shingles(body, 'w1')) AS x FROM doc GROUP BY id % 2) t;
-- no rows; units and idfs must fit
SELECT idf_agg(shingles(body)) IS NULL AS nothing FROM doc WHERE false;
SELECT idf_agg(shingles(NULL::text)) IS NULL AS only_null;
SELECT idf_agg(s) FROM (SELECT shingles('a b'::text, 'w1') AS s UNION ALL SELECT shingles('a b'::text, 'w2')) t;
SELECT rollup(x) FROM (SELECT f AS x FROM f UNION ALL SELECT idf_agg(shingles('{a,b}'::text[]))) t;
SELECT jaccard(shingles('a'::text, 'w3'), shingles('b'::text, 'w1'), f) FROM f;
SELECT * FROM f, document_frequencies(f, shingles('{a}'::text[]));
-- many, past the first sorting
SELECT n_documents(g), n_shingles(g), (SELECT sum(df) FROM document_frequencies(g)) AS occurrences, (SELECT count(*) FROM document_frequencies(g) WHERE df <> 20) AS wrong
	FROM (SELECT idf_agg(shingles(ARRAY[(i % 1000)::text, 'x' || i % 1000, 'y' || i % 1000])) AS g FROM generate_series(1, 20000) i) t;
-- limits
SET hdata.max_state_size = '64kB';
SELECT idf_agg(shingles(ARRAY[i::text, 'a' || i, 'b' || i])) FROM generate_series(1, 20000) i;
RESET hdata.max_state_size;
-- bytes from outside
SELECT '\x'::idf;
SELECT '\x02080100'::idf;
SELECT '\x01080000010101'::idf;
SELECT '\x01090000010101'::idf;
SELECT '\x012000000102050102'::idf;
SELECT '\x01200000020205010003'::idf;
SELECT '\x0120000102050501050100'::idf;
SELECT '\x012000000100'::idf::jsonb AS without_shingles;
SELECT '\x012000000000'::idf;
SELECT idf_in('x');
-- the stored form of this release is read by every later one
SELECT f FROM (SELECT idf_agg(shingles(x)) AS f FROM (VALUES ('{a,b}'::text[]), ('{b}')) v(x)) t;
SELECT f FROM (SELECT freeze(idf_agg(shingles(x)), 2) AS f FROM (VALUES ('{a,b}'::text[]), ('{b}')) v(x)) t;
SELECT n_documents(x), x::jsonb FROM (VALUES ('\x012000000202d7bb948a05028ec6f1be0801'::idf), ('\x0120000102020101d7bb948a0502')) t(x);

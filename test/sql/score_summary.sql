-- score_summary: score_agg over numbers and rubric_scores, means, standard errors and intervals; what is refused.
\pset format unaligned
\pset footer off
\pset null '(null)'
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

CREATE TABLE hss_eval (model text, task text, score float8);
INSERT INTO hss_eval VALUES ('a', 't1', 1), ('a', 't1', 0), ('a', 't1', 1), ('a', 't2', 0), ('a', 't2', 0), ('a', 't3', 1), ('a', 't3', 1), ('a', 't3', 1), ('a', 't3', 1), ('a', 't4', 0), ('a', 't4', 1),
	('b', 't1', -0.8), ('b', 't2', 0.5), ('b', 't3', 1), ('b', 't4', NULL),
	('c', 't1', NULL), ('c', 't2', NULL),
	('d', 't1', 0.1), ('d', 't2', 0.1), ('d', 't3', 0.1),
	('e', 't1', -3), ('e', 't2', 1),
	('f', 't1', 0.25),
	('g', 't1', 0.2), ('g', 't1', 0.6),
	('h', 't1', 0.1), ('h', 't1', 0.3), ('h', 't2', 0.3), ('h', 't2', 0.1);
CREATE TABLE hss_summary AS SELECT model, score_agg(score) AS plain, score_agg(score, task) AS clustered FROM hss_eval GROUP BY model;

SELECT model, n_scores(plain), n_null(plain), n_clusters(plain), n_clusters(clustered), min_score(plain), max_score(plain), mean(plain), mean(plain, 'example') AS example, mean(plain, 'none') AS none FROM hss_summary ORDER BY model;
SELECT model, round(stderr(plain)::numeric, 12) AS plain, round(stderr(clustered)::numeric, 12) AS clustered, round(stderr(clustered, method => 'sample')::numeric, 12) AS sample,
	round(stderr(clustered, method => 'bootstrap')::numeric, 12) AS bootstrap, round(stderr(plain, 'example')::numeric, 12) AS example, stderr(plain) = stderr(clustered, 'none', 'sample') AS same FROM hss_summary ORDER BY model;
-- against SQL
SELECT model, abs(stderr(plain) - s) < 1e-15, abs(stderr(plain, method => 'bootstrap') - b) < 1e-15 FROM hss_summary JOIN
	(SELECT model, stddev_samp(score) / sqrt(count(score)) AS s, stddev_pop(score) / sqrt(count(score)) AS b FROM hss_eval GROUP BY model) q USING (model) WHERE s IS NOT NULL ORDER BY model;
SELECT model, round(value::numeric, 6) AS value, round(se::numeric, 6) AS se, round(ci_low::numeric, 6) AS ci_low, round(ci_high::numeric, 6) AS ci_high, n, n_clusters, df, note FROM hss_summary, ci(plain) ORDER BY model;
SELECT model, round(value::numeric, 6) AS value, round(se::numeric, 6) AS se, round(ci_low::numeric, 6) AS ci_low, round(ci_high::numeric, 6) AS ci_high, n, n_clusters, df, note FROM hss_summary, ci(clustered, 0.9, 'example') ORDER BY model;
SELECT df, note FROM hss_summary, ci(clustered, method => 'sample') WHERE model IN ('a', 'g') ORDER BY model;
SELECT model, c.* FROM hss_summary, cluster_means(clustered) c ORDER BY model, cluster;
SELECT count(*) FROM hss_summary, cluster_means(plain);
-- a score without a cluster is one of its own: without any cluster the clustered error is that of the sample
SELECT score_agg(score) = score_agg(score, NULL) AS same FROM hss_eval;
SELECT n_clusters(s), stderr(s) = stderr(t) AS same FROM (SELECT score_agg(score, CASE WHEN n > 2 THEN 'x' END) AS s, score_agg(score, CASE WHEN n > 2 THEN 'x' ELSE n::text END) AS t
	FROM (VALUES (0.3, 1), (0.9, 2), (0.2, 3), (0.4, 4)) v (score, n)) q;
-- exact: no variation is 0, whatever the digits
SELECT count(*) FROM generate_series(1, 300) i, LATERAL (SELECT score_agg(x, (j % 7)::text) AS s FROM (SELECT i / 7.0::float8 + 1e10 AS x, j FROM generate_series(1, i) j) q) q WHERE stderr(s) <> 0 OR stderr(s, method => 'sample') <> 0 OR mean(s, 'none') <> i / 7.0::float8 + 1e10;
SELECT mean(score_agg(x), 'none') AS "not 0.7999999999999999" FROM unnest(ARRAY[0.7, 0.7, 0.7, 0.8, 0.9, 0.9, 0.9]) x;
SELECT mean(score_agg(x), 'none'), stderr(score_agg(x)) FROM unnest(ARRAY[1e100, 1, -1e100]) x;
SELECT pg_temp.failure(format('SELECT %s FROM (SELECT score_agg(x) AS s FROM unnest(ARRAY[%s, %s]) x) q', e, x, x)) FROM unnest(ARRAY['mean(s)', 'mean(s, ''example'')', 'stderr(s)', 'ci(s)', 's::jsonb']) e, unnest(ARRAY[1.7e308, -1.7e308, 1e200]) x;
-- differences whose squares have no digits are not "no variation"
SELECT pg_temp.failure(format('SELECT stderr(score_agg(x)) FROM unnest(ARRAY[%s]) x', v)) FROM unnest(ARRAY['1e-200, 2e-200', '0, 1e-170']) v;
SELECT stderr(score_agg(x)), stderr(score_agg(x - 2e-200), 'example') AS clipped FROM unnest(ARRAY[1e-200, 1e-200]) x;
SELECT v, stderr(score_agg(x)), v * sqrt(3.5 / 6) AS expected FROM unnest(ARRAY[1e-150, 1e140]::float8[]) v, unnest(ARRAY[v, v * 2, v * 3, v * 4, v * 5, v * 6]) x GROUP BY v ORDER BY v;
-- nothing
SELECT score_agg(score) IS NULL AS "no rows" FROM hss_eval WHERE false;
SELECT mean(NULL), stderr(NULL), n_scores(NULL), n_null(NULL), min_score(NULL);
SELECT count(*) FROM ci(NULL);
SELECT pooled_stderr('{0.02, 0.05}', '{400, 100}') IS NOT NULL, pooled_stderr('{0, 0}', '{1, 1}'), pooled_stderr('{}', '{}'), pooled_stderr(NULL, '{}'), pooled_stderr('{0.1}', '{8}');
-- several samples, pooled: the same as from the scores
SELECT abs(pooled_stderr(array_agg(stderr(s)), array_agg(n_scores(s)::float8)) - (SELECT sqrt(sum(d) / sum(n - 1) / sum(n)) FROM (SELECT count(*) AS n, var_samp(score) * (count(*) - 1) AS d FROM hss_eval WHERE model IN ('a', 'd', 'h') GROUP BY model) q)) < 1e-15
	FROM (SELECT plain AS s FROM hss_summary WHERE model IN ('a', 'd', 'h')) q;
SELECT length_adjusted(0.62, 4310), length_adjusted(0.62, 1500), length_adjusted(0.5, 2500, 2000, 0.0392), length_adjusted(NULL, 1);

-- refused
SELECT pg_temp.failure(q) FROM unnest(ARRAY['SELECT score_agg(''NaN''::float8)', 'SELECT score_agg(''Infinity''::float8, ''a'')', 'SELECT mean(plain, ''examples'') FROM hss_summary', 'SELECT mean(plain, NULL) FROM hss_summary',
	'SELECT mean(NULL, ''x'')', 'SELECT stderr(plain, ''x'') FROM hss_summary', 'SELECT stderr(plain, method => ''robust'') FROM hss_summary', 'SELECT stderr(plain, method => NULL) FROM hss_summary', 'SELECT ci(plain, 1) FROM hss_summary',
	'SELECT ci(plain, NULL) FROM hss_summary', 'SELECT ci(plain, 0.9, ''no'') FROM hss_summary', 'SELECT pooled_stderr(''{0.1}'', ''{1, 2}'')', 'SELECT pooled_stderr(''{-0.1}'', ''{2}'')', 'SELECT pooled_stderr(''{0.1}'', ''{2.5}'')',
	'SELECT pooled_stderr(''{0.1, NULL}'', ''{2, 3}'')', 'SELECT pooled_stderr(''{NaN}'', ''{2}'')', 'SELECT length_adjusted(''NaN'', 1)']) q;

-- ---- of rubric_scores ----

CREATE TABLE hss_rubric AS SELECT ('{"criteria": [{"id": "a", "text": "a", "points": ' || n || '}, {"id": "b", "text": "b", "points": -1}]}')::rubric AS r, n FROM generate_series(2, 3) n;
CREATE FUNCTION pg_temp.hashless(t text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(t, '[0-9a-f]{56}', '...', 'g') $$;
-- the default score of each; an undefined one is counted as NULL
SELECT mean(s), mean(s, 'example') AS example, n_scores(s), n_null(s), s::jsonb ->> 'rubric' FROM (SELECT score_agg(x) AS s FROM (VALUES (rubric_agg_trans(NULL, 2, true)), (rubric_agg_trans(NULL, -2, true)), (NULL), (rubric_agg_trans(NULL, 5, false))) t (x)) q;
SELECT mean(s), n_scores(s), n_null(s), left(s::jsonb ->> 'rubric', 8) FROM (SELECT score_agg(rubric_score_of(r, g), 'x') AS s FROM hss_rubric, unnest(ARRAY['{"a": 1, "b": 1}', '{"a": 0, "b": 0}', '{}']::jsonb[]) g WHERE n = 2) q;
-- by another convention
SELECT mean(score_agg(x, NULL, false, norm, na), 'none') FROM hss_rubric, LATERAL (SELECT rubric_score_of(r, '{"b": 1}')) t (x), (VALUES ('positive', 'zero'), ('minmax', 'skip'), ('abs', 'partial')) o (norm, na) WHERE n = 2 GROUP BY norm ORDER BY norm;
-- different rubrics: refused, unless asked
SELECT pg_temp.hashless(pg_temp.failure(q)) FROM unnest(ARRAY[
	$$SELECT score_agg(rubric_score_of(r, '{"a": 1}')) FROM hss_rubric$$,
	$$SELECT score_agg(rubric_score_of(r, '{"a": 1}'), NULL, false) FROM hss_rubric$$,
	$$SELECT score_agg(x) FROM (SELECT rubric_score_of(r, '{"a": 1}') FROM hss_rubric WHERE n = 2 UNION ALL SELECT rubric_agg(1, true)) t (x)$$,
	$$SELECT rollup(s ORDER BY n) FROM (SELECT score_agg(rubric_score_of(r, '{"a": 1}')), n FROM hss_rubric GROUP BY n) t (s, n)$$,
	$$SELECT rollup(s) FROM (SELECT score_agg(rubric_score_of(r, '{"a": 1}'), NULL, true) FROM hss_rubric UNION ALL SELECT score_agg(0.5)) t (s)$$,
	$$SELECT score_agg(rubric_score_of(r, '{"a": 1}'), NULL, NULL) FROM hss_rubric$$,
	$$SELECT score_agg(rubric_score_of(r, '{"a": 1}'), NULL, false, 'best', 'skip') FROM hss_rubric$$]) q;
SELECT mean(s), n_scores(s), s::jsonb ->> 'rubric' FROM (SELECT score_agg(rubric_score_of(r, '{"a": 0.5}'), NULL, true) AS s FROM hss_rubric) q;
SELECT mean(rollup(s)), n_scores(rollup(s)), rollup(s)::jsonb ->> 'rubric' FROM (SELECT score_agg(rubric_score_of(r, '{"a": 0.5}'), NULL, true) AS s FROM hss_rubric GROUP BY n) q;
-- NULLs alone go with every rubric
SELECT n_scores(s), n_null(s), s::jsonb ->> 'rubric' = encode(rubric_hash(r), 'hex') FROM hss_rubric, LATERAL (SELECT rollup(s) AS s FROM (SELECT score_agg(x) FROM (VALUES (rubric_score_of(r, '{"a": 0.5}'))) v (x) UNION ALL SELECT score_agg(x) FROM (VALUES (NULL::float8)) v (x)) t (s)) q;

-- ---- stored by release 0.1.0: they must read for ever.  Never change a literal. ----

CREATE TABLE hss_stored (name text, s score_summary);
INSERT INTO hss_stored VALUES
	('plain',
		'\x01000301bfd0000000000000bff00000000000000121010000070001210100400500'),
	('nulls alone',
		'\x01000001'),
	('not all in 0 to 1',
		'\x010003004016666666666665bff8000000000000011f03000000283333333333330300011f03000000403333333333330100011e0490666666666666ae9999999999990b00021e0400a4703d0ad7a3708fc2f5285c8f0700'),
	('clusters',
		'\x010405008000000000000000bff0000000000000011f03000000f0ffffffffffff0b00011e0440ae47e17a14aed751b81e85eb510a0003000161000162000163020121010000040001011f0300000030333333333333010002011f03000000c0cccccccccccc0600'),
	('clusters, clipped, some without',
		'\x010406004019999999999999c415af1d78b58c40011f05000000706666666666660800408cb5781daf1500021f0500000040333333333333fbff3f8cb5781daf1500011e0840ae47e17a14aed751b81e85eb510f0000000084d5e7aefe92720dc7a78c7500021e0800a4703d0ad7a3b0f5285c8fc2f5020000000084d5e7aefe92720dc7a78c75000300016100016200016302012101000006000221010000020001011f03000000303333333333330100000201210300000400408cb5781daf15000221030000fcff3f8cb5781daf1500011e08400ad7a3703d0a275c8fc2f5285c0d0000000084d5e7aefe92720dc7a78c75000221050000010000000084d5e7aefe92720dc7a78c7500'),
	('of one rubric',
		'\x01050e456a1acdd41f33f793c16df982dcaf92490852fa8773ba53cfab34ce1426030201bfe0000000000000bfe2aaaaaaaaaaab011f03000000605555555555550400011e0400398ee3388ee328c7711cc7715c02000200017000017101011f030000006055555555555502000101210100000200'),
	('of several rubrics',
		'\x01020200bfd0000000000000bfe2aaaaaaaaaaab011f03000000605555555555550300011e0400398ee3388ee328c7711cc7719c0100');
SELECT name, n_scores(s), n_null(s), n_clusters(s), min_score(s), max_score(s), mean(s), mean(s, 'example') AS example, stderr(s), left(s::jsonb ->> 'rubric', 8) AS rubric FROM hss_stored;
SELECT name, s::text::score_summary = s AS same, s < s, s >= s, score_summary_cmp(s, s), s::jsonb -> 'clusters' AS clusters FROM hss_stored;
SELECT name, rollup(v) = s AS same FROM hss_stored, LATERAL (VALUES (s), ('\x01000000'::score_summary), (NULL)) t (v) GROUP BY name, s ORDER BY name;
SELECT pg_temp.failure(format('SELECT %L::score_summary', v)) FROM unnest(ARRAY['', '\x', '\x0200', '\x0103', '\x0108', '\x01000000', '\x0100000000', '\x01040000', '\x01000100',
	'\x010001007fefffffffffffffbff0000000000000000000', '\x01000100bff0000000000000bff0000000000000000200010001']) v;

-- grades: merge_grades and grades_agg, ties, weights; what is refused.
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

CREATE TABLE hmg_vote (criterion text, points int, grader text, met boolean, value numeric, weight float8);
INSERT INTO hmg_vote VALUES
	('clear', 5, 'ann', true, 1, 1), ('clear', 5, 'bob', true, 1, 1), ('clear', 5, 'cy', false, 0, 1),
	('tie', 5, 'ann', true, 1, 1), ('tie', 5, 'bob', false, 0, 1),
	('tie of a penalty', -5, 'ann', true, 1, 1), ('tie of a penalty', -5, 'bob', false, 0, 1),
	('tie of no points', 0, 'ann', true, 1, 1), ('tie of no points', 0, 'bob', false, 0, 1),
	('N/A', 5, 'ann', true, 1, 1), ('N/A', 5, 'bob', NULL, NULL, 1), ('N/A', 5, 'cy', NULL, NULL, 1),
	('N/A alone', 5, 'ann', NULL, NULL, 1), ('N/A alone', 5, 'bob', NULL, NULL, 1),
	('weights', 5, 'ann', true, 1, 3), ('weights', 5, 'bob', false, 0, 1), ('weights', 5, 'cy', false, 0, 1),
	('decimal weights', 5, 'ann', true, 1, 0.3), ('decimal weights', 5, 'bob', false, 0, 0.1), ('decimal weights', 5, 'cy', false, 0, 0.2),
	('no say', 5, 'ann', true, 1, 0), ('no say', 5, 'bob', false, 0, 1),
	('no say at all', 5, 'ann', true, 1, 0),
	('degrees', 3, 'ann', true, 0.75, 1), ('degrees', 3, 'bob', true, 0.25, 1), ('degrees', 3, 'cy', true, 0.5, 1), ('degrees', 3, 'di', true, 0.5, 1),
	('degrees of a penalty', -3, 'ann', true, 0.75, 1), ('degrees of a penalty', -3, 'bob', true, 0.25, 1),
	('even', 3, 'ann', false, 0, 1), ('even', 3, 'bob', true, 0.2, 1), ('even', 3, 'cy', true, 0.4, 1), ('even', 3, 'di', true, 1, 1);
CREATE TABLE hmg_merged AS SELECT criterion, grades_agg(value::float8, weight, points) AS g, grades_agg(met, weight, points) AS votes FROM hmg_vote GROUP BY criterion;

SELECT criterion, points(g), n_grades(g), n_na(g), tied(g), merged(g) AS majority, merged(g, 'mean') AS mean, merged(g, 'median') AS median, merged(g, 'unanimous') AS unanimous, merged(g, 'any') AS any, merged(g, 'worst') AS worst FROM hmg_merged ORDER BY criterion;
SELECT criterion, merged(votes) AS majority, tied(votes) FROM hmg_merged ORDER BY criterion;
-- the aggregate of one step
SELECT criterion, merge_grades(met, 1, points, 'majority') AS majority, merge_grades(value::float8, weight, points, 'mean') AS mean, merge_grades(value, weight, points, 'median') AS numeric_column FROM hmg_vote GROUP BY criterion ORDER BY criterion;
SELECT criterion, c.* FROM hmg_merged, grade_counts(g) c WHERE criterion IN ('degrees', 'decimal weights', 'N/A alone') ORDER BY criterion, value;
SELECT criterion, g::jsonb FROM hmg_merged WHERE criterion IN ('degrees of a penalty', 'N/A alone') ORDER BY criterion;
-- how many ties
SELECT count(*) FILTER (WHERE tied(g)) AS ties, count(*) FROM hmg_merged;
-- a score from merged grades
SELECT score(rubric_agg(points(g), merged(g))), score(rubric_agg(points(g), merged(g, 'mean'))), n_na(rubric_agg(points(g), merged(g))) FROM hmg_merged;
-- merging
SELECT merged(rollup(g)), n_grades(rollup(g)) FROM (SELECT grades_agg(true, 1, 5) AS g FROM generate_series(1, 3) UNION ALL SELECT grades_agg(false, 1, 5)) q;
SELECT merge_grades(x, 1, 5, 'majority') IS NULL AS "no rows", grades_agg(x, 1, 5) IS NULL FROM (SELECT true WHERE false) t (x);
SELECT merged(NULL), tied(NULL), n_grades(NULL), points(NULL);
SELECT grades_agg('-0'::float8, '-0', '-0') = grades_agg(0::float8, 0, 0) AS "no -0";
SELECT merged(g, 'mean'), merged(g, 'median') FROM (SELECT grades_agg(v, 0.1, 1) AS g FROM unnest(ARRAY[0.7, 0.7, 0.7]) v) q;

-- refused
SELECT pg_temp.failure(q) FROM unnest(ARRAY['SELECT grades_agg(1.5, 1, 5)', 'SELECT grades_agg(''NaN''::float8, 1, 5)', 'SELECT grades_agg(true, NULL, 5)', 'SELECT grades_agg(true, -1, 5)', 'SELECT grades_agg(true, ''NaN'', 5)', 'SELECT grades_agg(true, 1, NULL)',
	'SELECT grades_agg(true, 1, ''Infinity'')', 'SELECT grades_agg(true, 1, p) FROM unnest(ARRAY[5, 3]) p', 'SELECT rollup(g ORDER BY p) FROM (SELECT grades_agg(true, 1, p) AS g, p FROM unnest(ARRAY[5, -5]) p GROUP BY p) q',
	'SELECT merge_grades(true, 1, 5, ''mode'')', 'SELECT merge_grades(true, 1, 5, NULL)', 'SELECT merge_grades(true, 1, 5, h) FROM unnest(ARRAY[''mean'', ''any'']) h', 'SELECT merged(g, ''best'') FROM hmg_merged', 'SELECT merged(g, NULL) FROM hmg_merged', 'SELECT merged(NULL, ''best'')',
	'SELECT grades_agg(i / 20000.0, 1, 5) FROM generate_series(1, 20000) i', 'SELECT merged(grades_agg(v, 1.7e308, 5), ''mean'') FROM unnest(ARRAY[1, 0]) v']) q;

-- a subnormal weight has lost digits
SELECT pg_temp.failure('SELECT merge_grades(0.5, 5e-324, 1, ''mean'')'), merge_grades(0.3, 2.2250738585072014e-308, 1, 'mean');

-- ---- stored by release 0.1.0: they must read for ever.  Never change a literal. ----

CREATE TABLE hmg_stored (name text, g grades);
INSERT INTO hmg_stored VALUES
	('votes',
		'\x0100c014000000000000010280000000000000000101210100000400bff00000000000000201210100000800'),
	('N/A alone',
		'\x01003ffbffffffffffff0100'),
	('weights',
		'\x01003febffffffffffff0004bfbf9add3739635f01011c03000000800aaffb2f21510000bfc999999999999a01011f03000000686666666666660000bfe000000000000002011f03000000d0cccccccccccc0400bff00000000000000100');
SELECT name, points(g), n_grades(g), n_na(g), tied(g), merged(g), merged(g, 'mean') AS mean, merged(g, 'worst') AS worst FROM hmg_stored;
SELECT name, g::text::grades = g AS same, g < g, g >= g, grades_cmp(g, g), g::jsonb FROM hmg_stored;
SELECT name, rollup(v) = g AS same FROM hmg_stored, LATERAL (VALUES (g), ('\x0100'::grades), (NULL)) t (v) GROUP BY name, g ORDER BY name;
SELECT pg_temp.failure(format('SELECT %L::grades', v)) FROM unnest(ARRAY['', '\x', '\x0200', '\x0107', '\x0101', '\x0100', '\x0100c014000000000000', '\x0100c0140000000000000000', '\x0100c014000000000000000180000000000000000000', '\x0100c01400000000000001018000000000000000010000']) v;

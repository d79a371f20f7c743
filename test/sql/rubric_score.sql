-- rubric_score: rubric_agg and rubric_score_of, the conventions of score(), gates, tags, trees; what is refused.
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

CREATE TABLE hrs_grade (response int, points numeric, met boolean, value real, gate boolean, tags text[]);
INSERT INTO hrs_grade VALUES
	(1, 10, true, 1, NULL, '{accuracy}'), (1, 5, NULL, NULL, false, '{accuracy,style}'), (1, -5, NULL, NULL, false, '{style}'), (1, 3, false, 0, true, NULL),
	(2, 4, true, 1, true, '{}'), (2, -2, true, 1, false, '{style,style}'), (2, 2, true, 0.5, false, '{accuracy}'),
	(3, -6, true, 1, false, NULL), (3, -4, false, 0, false, NULL),
	(4, 5, NULL, NULL, true, NULL), (4, -2, NULL, NULL, false, NULL),
	(5, 0, true, 1, false, NULL),
	(6, 0, false, 0, true, '{safety}'), (6, 8, true, 1, false, NULL);
CREATE TABLE hrs_score AS
	SELECT response, rubric_agg(points::float8, met) AS met, rubric_agg(points::float8, value::float8) AS value,
		rubric_agg(points::float8, met, gate) AS gated, rubric_agg(points::float8, value::float8, gate, tags) AS tagged FROM hrs_grade GROUP BY response;

-- every norm under every policy: W+, W-, N/A of both signs
SELECT s.response, n.norm, string_agg(coalesce(round(score(met, n.norm, p.na)::numeric, 4)::text, 'null'), ' ' ORDER BY p.i) AS "skip zero partial fail"
FROM hrs_score s, unnest(ARRAY['positive', 'minmax', 'abs', 'penalty_only']) WITH ORDINALITY n (norm, i),
	unnest(ARRAY['skip', 'zero', 'partial', 'fail']) WITH ORDINALITY p (na, i)
GROUP BY s.response, n.norm, n.i ORDER BY s.response, n.i;
-- integer, numeric and real columns resolve; literals too
SELECT score(rubric_agg(2, true)), score(rubric_agg(2.5, 0.5)), score(rubric_agg(2::smallint, 1::real, false)), score(rubric_agg(2, 1, NULL, NULL));
-- partial values, -0 and a value of -0
SELECT score(value), score(tagged), score(met) FROM hrs_score WHERE response = 2;
SELECT score(rubric_agg(p, v)) FROM (VALUES (3::float8, '-0'::float8), (0, 1)) t (p, v);
SELECT rubric_agg('-0'::float8, '-0'::float8) = rubric_agg(0, 0) AS "no -0";
-- penalty_only applies where no points are positive, not where those are N/A
SELECT response, score(met, penalty_only => true), score(met, na => 'zero', penalty_only => true), score(met, 'penalty_only', 'fail') FROM hrs_score ORDER BY response;
-- the share that N/A earns
SELECT partial, score(met, na => 'partial', partial => partial), achieved(met, 'partial', partial) FROM hrs_score, unnest(ARRAY[0, 0.25, 1]) partial WHERE response = 1;
SELECT response, achieved(met), achieved(met, 'fail'), possible(met), possible(met, na => 'zero'), possible(met, 'abs', 'zero'), possible(met, 'penalty_only') FROM hrs_score ORDER BY response;
-- gates: open, closed, undecided, of no points; their weight counted or not
SELECT response, gates_open(gated), gated_score(gated), gated_score(gated, cap => 0.5), gated_score(gated, gate_weight => 'excluded'),
	gated_score(gated, cap => 1, gate_weight => 'excluded') AS excluded, gated_score(gated, 'minmax', 'zero', -1) AS low, gated_score(met) AS no_gates FROM hrs_score ORDER BY response;
-- a closed gate decides before an undecided one; a score below the cap stays
SELECT gated_score(rubric_agg(p, v, g)), gated_score(rubric_agg(p, v, g), cap => 5) FROM (VALUES (1, NULL, true), (-3, true, true), (2, true, false)) t (p, v, g);
-- criteria: one failure decides, N/A leaves it open, none with points is nothing
SELECT response, all_pass(met), mean_criteria(met), mean_criteria(value), n_graded(met), n_na(met), n_missing(met), graded_by(met) FROM hrs_score ORDER BY response;
SELECT all_pass(rubric_agg(p, v)) FROM (VALUES (1, 1::float8), (-1, 0), (0, 0), (0, NULL)) t (p, v);
SELECT all_pass(rubric_agg(p, v)) FROM (VALUES (1, 1::float8), (-1, NULL)) t (p, v);
SELECT mean_criteria(rubric_agg(p, v)) FROM (VALUES (1, 0.25::float8), (-1, 0.25), (7, 1), (0, 0), (-2, NULL)) t (p, v);
-- axes; a tag that is repeated counts once; NULL where no points are positive
SELECT response, a.* FROM hrs_score, axis_scores(tagged) a ORDER BY response, tag;
SELECT a.tag, a.score FROM hrs_score, axis_scores(tagged, 'minmax', 'partial', 1) a WHERE response = 1 ORDER BY tag;
SELECT count(*) FROM hrs_score, axis_scores(met);
SELECT string_agg(tag, ' ' ORDER BY o) FROM (SELECT rubric_agg(1, true, false, ARRAY['b', 'a', '', 'ä', 'B', 'a long name', 'a long', repeat('x', 20)]) AS s) q,
	axis_scores(s) WITH ORDINALITY a (tag, score, n, n_na, n_fail, failure_share, mean_criteria, o);
-- nothing
SELECT rubric_agg(p, v) IS NULL AS "no rows" FROM (SELECT 1::float8, 1::float8 WHERE false) t (p, v);
SELECT score(NULL), gated_score(NULL), achieved(NULL), possible(NULL), all_pass(NULL), gates_open(NULL), mean_criteria(NULL), n_graded(NULL);
SELECT count(*) FROM axis_scores(NULL);

-- refused
SELECT pg_temp.failure(q) FROM unnest(ARRAY[
	'SELECT rubric_agg(NULL::float8, true)', 'SELECT rubric_agg(''NaN'', true)', 'SELECT rubric_agg(''-Infinity'', 1::float8)', 'SELECT rubric_agg(1, ''NaN''::float8)',
	'SELECT rubric_agg(1, ''Infinity''::float8)', 'SELECT rubric_agg(1, 1.5)', 'SELECT rubric_agg(1, -0.1)', 'SELECT rubric_agg(1, true, false, ARRAY[''a'', NULL])',
	'SELECT score(met, ''postive'') FROM hrs_score', 'SELECT score(met, na => ''drop'') FROM hrs_score', 'SELECT score(met, NULL) FROM hrs_score', 'SELECT score(met, na => NULL) FROM hrs_score',
	'SELECT score(met, partial => 1.5) FROM hrs_score', 'SELECT score(met, partial => ''NaN'') FROM hrs_score', 'SELECT score(met, partial => NULL) FROM hrs_score',
	'SELECT score(met, penalty_only => NULL) FROM hrs_score', 'SELECT score(NULL, ''best'')', 'SELECT gated_score(met, cap => NULL) FROM hrs_score', 'SELECT gated_score(met, cap => ''NaN'') FROM hrs_score',
	'SELECT gated_score(met, gate_weight => ''half'') FROM hrs_score', 'SELECT achieved(met, ''skipped'') FROM hrs_score', 'SELECT possible(met, ''max'') FROM hrs_score',
	'SELECT axis_scores(met, ''x'') FROM hrs_score']) q;
-- points of any size; what cannot be written as double precision is an error, not Infinity
SELECT pg_temp.failure('SELECT score(rubric_agg(p, v)) FROM (VALUES (1e308, 1), (1e-300, 0), (1e308, 0)) t (p, v)');
SELECT pg_temp.failure(format('SELECT score(rubric_agg(%s, 0.5))', p)) FROM unnest('{4.9e-324,-2.2e-308}'::float8[]) p;
SELECT p, score(rubric_agg(p, 0.3)), score(rubric_agg(p, v), 'abs') AS abs FROM unnest('{2.2250738585072014e-308,1e300}'::float8[]) p, unnest('{0.3,1}'::float8[]) v GROUP BY p ORDER BY p;
SELECT score(rubric_agg(p, v)) FROM (VALUES (1e300, 1), (1e-300, 1), (-1e300, 1)) t (p, v);
SELECT pg_temp.failure('SELECT score(rubric_agg(p, v), ''abs'') FROM (VALUES (1.7e308, 1), (1.7e308, 0)) t (p, v)');
SELECT score(rubric_agg(0.1, v)) AS "3 of 10, not 0.30000000000000004" FROM unnest(ARRAY[1, 1, 1, 0, 0, 0, 0, 0, 0, 0]) v;

-- merging: sums add, so that merged scores are pooled; twice is twice
SELECT score(rollup(met)), n_graded(rollup(met)), all_pass(rollup(met)), score(rollup(met)) = score((SELECT rubric_agg(points::float8, met) FROM hrs_grade)) AS "that of all rows" FROM hrs_score;
SELECT n_graded(rollup(met)) FROM (SELECT met FROM hrs_score UNION ALL SELECT met FROM hrs_score) q;

-- ---- bound to a rubric ----

CREATE TABLE hrs_rubric (name text, r rubric);
INSERT INTO hrs_rubric VALUES
	('flat', '{"criteria": [{"id": "a", "text": "a", "points": 7, "tags": ["x"]}, {"id": "b", "text": "b", "points": 5, "tags": ["x", "y"]},
		{"id": "c", "text": "c", "points": -6, "tags": ["y"]}, {"id": "q", "text": "q", "points": 4, "levels": [{"label": "poor", "value": 0}, {"label": "fair", "value": 0.5}, {"label": "good", "value": 1}]},
		{"id": "must", "text": "must", "points": 2, "gate": true}]}'),
	('other', '{"criteria": [{"id": "a", "text": "a", "points": 8}]}'),
	('tree', '{"criteria": [{"id": "code", "weight": 2, "tags": ["code"], "children": [{"id": "runs", "text": "runs", "weight": 1, "gate": true}, {"id": "tests", "text": "tests", "weight": 3}]},
		{"id": "text", "text": "text", "weight": 1, "tags": ["text"]}, {"id": "empty", "weight": 4, "children": [{"id": "nothing", "text": "nothing", "weight": 0, "tags": ["none"]}]}]}');
CREATE FUNCTION pg_temp.graded(rubric text, grades jsonb) RETURNS rubric_score LANGUAGE sql AS $$ SELECT rubric_score_of(r, grades) FROM hrs_rubric WHERE name = rubric $$;

SELECT g, score(s), achieved(s), possible(s), n_graded(s), n_na(s), n_missing(s), gates_open(s) FROM unnest(ARRAY['{}', '{"a": true, "b": false, "c": 1, "q": "fair", "must": true}',
	'{"a": 0.25, "b": null, "must": 0.5}', '{"a": 1, "b": 1, "c": 0, "q": "good", "must": 1}']::jsonb[]) g, pg_temp.graded('flat', g) s;
SELECT a.* FROM axis_scores(pg_temp.graded('flat', '{"a": true, "b": null, "c": true}')) a;
SELECT graded_by(s) = rubric_hash(r) AS bound, s::jsonb -> 'rubric' ->> 'hash' = encode(rubric_hash(r), 'hex') AS shown FROM hrs_rubric, rubric_score_of(r, '{}') s WHERE name = 'flat';
-- a tree: N/A leaves out, counts as 0, or in part; each gate and each tag has a tree of its own
SELECT g, round(score(s)::numeric, 6) AS skip, round(score(s, na => 'zero')::numeric, 6) AS zero, round(score(s, na => 'partial')::numeric, 6) AS partial, score(s, na => 'fail') = score(s, na => 'zero') AS fail,
	score(s, 'penalty_only') AS penalty, round(achieved(s)::numeric, 6) AS achieved, round(possible(s)::numeric, 6) AS possible, possible(s, na => 'zero') AS all, round(gated_score(s)::numeric, 6) AS gated,
	round(gated_score(s, gate_weight => 'excluded', cap => 1)::numeric, 6) AS excluded, all_pass(s), n_na(s)
FROM unnest(ARRAY['{}', '{"runs": 1, "tests": 1, "text": 1}', '{"runs": 1, "tests": null, "text": 0}', '{"runs": 1, "tests": 0.5}', '{"tests": 1, "text": 0}', '{"runs": 0, "tests": 1, "text": 1, "nothing": 0}']::jsonb[]) g,
	pg_temp.graded('tree', g) s;
SELECT a.* FROM axis_scores(pg_temp.graded('tree', '{"runs": 1, "tests": 0.5}')) a;
-- merged trees: the mean of the responses that have a score
SELECT round(score(rollup(s))::numeric, 6) AS skip, round(score(rollup(s), na => 'zero')::numeric, 6) AS zero, round(avg(score(s))::numeric, 6) AS mean_skip, round(avg(score(s, na => 'zero'))::numeric, 6) AS mean_zero,
	rollup(s)::jsonb -> 'rubric' ->> 'n_responses' AS n FROM unnest(ARRAY['{}', '{"runs": 1}', '{"runs": 0, "tests": 1, "text": 1}']::jsonb[]) g, pg_temp.graded('tree', g) s;
SELECT score(pg_temp.graded('tree', '{"runs": 1, "tests": 1, "text": 1, "nothing": 0}')) AS "what weighs nothing takes no part";

-- refused: ids, grades, other rubrics
SELECT pg_temp.failure(format('SELECT pg_temp.graded(%L, %L)', r, g)) FROM (VALUES ('flat', '{"a": 1, "z": 1}'), ('tree', '{"code": 1}'), ('flat', '{"a": 2}'), ('flat', '{"a": -0.5}'), ('flat', '{"a": 1e400}'), ('flat', '{"q": "best"}'),
	('flat', '{"a": "yes"}'), ('flat', '{"a": [1]}'), ('flat', '{"a": {"value": 1}}'), ('flat', '[1, 2]'), ('flat', '3'), ('flat', '"x"')) t (r, g);
SELECT regexp_replace(pg_temp.failure(q), '[0-9a-f]{56}', '...', 'g') FROM unnest(ARRAY[
	$$SELECT rollup(pg_temp.graded(r, '{"a": 1}')) FROM unnest(ARRAY['flat', 'other']) r$$,
	$$SELECT rollup(s) FROM (SELECT pg_temp.graded('flat', '{"a": 1}') AS s UNION ALL SELECT rubric_agg(1, true)) q$$,
	$$SELECT rubric_agg_trans(pg_temp.graded('flat', '{"a": 1}'), 1, true)$$]) q;
SELECT rubric_score_of(NULL, '{}') IS NULL, rubric_score_of(r, NULL) IS NULL FROM hrs_rubric LIMIT 1;
-- one call site sees many rubrics
SELECT name, score(rubric_score_of(r, jsonb_build_object(CASE WHEN name = 'tree' THEN 'runs' ELSE 'a' END, 0.5))) FROM hrs_rubric, generate_series(1, 2) ORDER BY name;

-- ---- stored by release 0.1.0: they must read for ever.  Never change a literal. ----

CREATE TABLE hrs_stored (name text, s rubric_score);
INSERT INTO hrs_stored VALUES
	('plain',
		'\x010001210100002c0001210100005800012101000018000402020000'),
	('N/A, partial values',
		'\x0100011e048014ae47e17a1452b81e85eb51b82a0001210100003400011f03000000c0cccccccccccc0200040102011f0300000098999999999999040003010121010000140001210100001400'),
	('gates and tags',
		'\x010c011f03000000e0ffffffffffff170001210100003400011f03000000c0cccccccccccc0200030201011f03000000303333333333330100020001210300000800408cb5781daf150000010101011f03000000e0ffffffffffff0b0001210100002800011f03000000c0cccccccccccc0200020101011f0300000030333333333333010001000121010000080000030001610101620002c3a4011f03000000e0ffffffffffff0b000121010000280000010001011f0300000030333333333333010000011f03000000e0ffffffffffff0b000121010000280000010001011f030000003033333333333301000100012202408cb5781daf1500000000011f03000000c0cccccccccccc020001010000'),
	('a flat rubric',
		'\x010d0e456a1acdd41f33f793c16df982dcaf92490852fa8773ba53cfab34ce142603010101210100001c0001210100001c000001010002000121010000140001210100001800000001000000000000010000012101000018000200017800017901210100001c0001210100001c00000101000100012101000014000000000000000001000121010000140000'),
	('a tree',
		'\x010fad2f46e11f3f690292bdfaeb0eddce7f5ca8d420976835f723db0e2334ffcf920101011e04c0aaaaaaaaaaaaaaaaaaaaaaaaaa0100020101012101000002000100011e0440555555555555555555555555550100010101210100800200010000011e0440555555555555555555555555550100010001012101000002000100011e0440555555555555555555555555550100010101210100000200020004636f646500047465787401210100800200020101012101000002000001010121010080020000000000010001210100000400010000'),
	('two trees',
		'\x010fad2f46e11f3f690292bdfaeb0eddce7f5ca8d420976835f723db0e2334ffcf920201011e0440000000000000000000000000000500050302012101000002000100011e04405555555555555555555555555501000202011e0480555555555555555555555555d50500010100011e0440555555555555555555555555550500030201012101000002000100011e0440555555555555555555555555550100020201210100000600020004636f646500047465787401210100800500040202012101000002000002020121010080050001210100000400010100010001210100000400020101210100000400');
SELECT name, score(s), score(s, 'minmax', 'partial') AS minmax, gated_score(s, gate_weight => 'excluded') AS gated, all_pass(s), n_graded(s), n_na(s), n_missing(s), left(graded_by(s)::text, 10) AS hash,
	(SELECT string_agg(tag || ' ' || coalesce(score::text, '-'), ', ') FROM axis_scores(s)) AS axes FROM hrs_stored;
SELECT name, s::text::rubric_score = s AS same, s < s, s >= s, rubric_score_cmp(s, s), (s::jsonb -> 'all') FROM hrs_stored;
-- no value, or a later one
SELECT pg_temp.failure(format('SELECT %L::rubric_score', v)) FROM unnest(ARRAY['', 'x', '\x', '\x01', '\x0200', '\x0110', '\x0102', '\x010000000000000000', '\x01000000000000000000', '\x0100000000010000', '\x010000000100010000000000']) v;
-- the value without any row changes nothing, whatever it is merged with
SELECT name, rollup(v) = s AS same FROM hrs_stored, LATERAL (VALUES (s), ('\x010000000000000000'::rubric_score), (NULL)) t (v) GROUP BY name, s ORDER BY name;

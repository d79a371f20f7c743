-- rubric_lint: what is valid and yet may not be meant, of the rubric alone and with the grades that were given by it.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;

-- ---- weights and shape ----

-- nothing to say
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 5, "text": "A"}, {"id": "b", "points": 4, "text": "B"}, {"id": "c", "points": -3, "text": "C"}]}');
SELECT * FROM rubric_lint('{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "a", "weight": 1, "text": "A"}, {"id": "b", "weight": 1, "text": "B"}]}]}');
SELECT count(*) FROM rubric_lint(NULL::rubric);

-- dominant, negligible, worth nothing; a gate may be worth nothing, and one that is worth something counts twice
CREATE TABLE hd_lint (name text PRIMARY KEY, r rubric);
INSERT INTO hd_lint VALUES
	('weights', '{"criteria": [{"id": "big", "points": 50, "text": "A"}, {"id": "b", "points": 5, "text": "B"}, {"id": "c", "points": 5, "text": "C"}, {"id": "penalty", "points": -40, "text": "D"},
		{"id": "small", "points": 0.1, "text": "E"}, {"id": "smaller", "points": -0.05, "text": "F"}, {"id": "none", "points": 0, "text": "G"},
		{"id": "gate", "points": 0, "text": "H", "gate": true}, {"id": "counted gate", "points": 5, "text": "I", "gate": true}]}');
SELECT l.* FROM hd_lint, rubric_lint(r) l WHERE name = 'weights';
SELECT code, id FROM hd_lint, rubric_lint(r, dominant => 0.9) WHERE name = 'weights' AND code ~ 'leaf';
SELECT code, id FROM hd_lint, rubric_lint(r, dominant => 1, negligible => 0) WHERE name = 'weights' AND code ~ 'leaf';
SELECT code, id FROM hd_lint, rubric_lint(r, negligible => 0.2) WHERE name = 'weights' AND code ~ 'negl';
-- a third each of three is no dominance; equal weights are negligible all or not at all
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1, "text": "A"}, {"id": "b", "points": 1, "text": "B"}, {"id": "c", "points": 1, "text": "C"}]}', dominant => 0.1);
SELECT count(*) FROM rubric_lint((SELECT format('{"criteria": [%s]}', string_agg(format('{"id": "%s", "points": 1, "text": "t%1$s"}', i), ','))::rubric FROM generate_series(1, 300) i), negligible => 0.5);

-- subtrees without weight, named once each; one child
SELECT * FROM rubric_lint('{"criteria": [{"id": "r", "weight": 1, "children": [
	{"id": "dead", "weight": 2, "children": [{"id": "d1", "weight": 0, "text": "A"}, {"id": "d2", "weight": 0, "text": "B"}]},
	{"id": "off", "weight": 0, "children": [{"id": "o1", "weight": 1, "text": "C"}, {"id": "o2", "weight": 0, "text": "D"}]},
	{"id": "one", "weight": 1, "children": [{"id": "p", "weight": 7, "text": "E"}]},
	{"id": "q", "weight": 1, "text": "F"}, {"id": "z", "weight": 0, "text": "G"}, {"id": "g", "weight": 1, "text": "H", "gate": true}]}]}');

-- penalties
SELECT * FROM rubric_lint('{"penalty_only": true, "criteria": [{"id": "a", "points": -1, "text": "A"}, {"id": "b", "points": -1, "text": "B"}]}');
SELECT norm, l.* FROM unnest('{positive,minmax,abs}'::text[]) norm,
	rubric_lint(format('{"norm": "%s", "criteria": [{"id": "a", "points": 1, "text": "A"}, {"id": "b", "points": -3, "text": "B"}]}', norm)::rubric, dominant => 1) l;

-- tags: half of the criteria have some
SELECT code, id FROM rubric_lint('{"criteria": [{"id": "a", "points": 1, "text": "A", "tags": ["t"]}, {"id": "b", "points": 1, "text": "B"}]}');
SELECT code, id FROM rubric_lint('{"criteria": [{"id": "a", "points": 1, "text": "A", "tags": ["t"]}, {"id": "b", "points": 1, "text": "B"}, {"id": "c", "points": 1, "text": "C"}]}');

-- ---- texts ----

SELECT * FROM rubric_lint('{"criteria": [{"id": "s", "weight": 1, "children": [{"id": "a", "weight": 1, "text": "Says  hello. "}, {"id": "b", "weight": 1, "text": "says\thello."}, {"id": "c", "weight": 1}]},
	{"id": "t", "weight": 1, "children": [{"id": "d", "weight": 1, "text": " SAYS HELLO."}, {"id": "e", "weight": 1, "text": "SAYS HELLO."}, {"id": "f", "weight": 1, "text": "sayshello."}]}]}');
SELECT id, message FROM rubric_lint('{"criteria": [{"id": "one", "points": 1, "text": "Names the drug and its dose."}, {"id": "two", "points": 1, "text": "Names the drug AND its dose, or says why not"},
	{"id": "words", "points": 1, "text": "Orders sand for the candor of Andorra and"}, {"id": "semicolon", "points": 1, "text": "Greets; names the drug; and thanks"},
	{"id": "umlaut", "points": 1, "text": "ändert order und oräand"}, {"id": "levels", "points": 1, "text": "a and b and c", "levels": [{"value": 0, "text": "x"}, {"value": 1, "text": "y"}]}]}')
	WHERE code = 'compound_criterion';

-- ---- levels ----

SELECT id, severity, code, message FROM rubric_lint('{"criteria": [
	{"id": "fine", "points": 1, "levels": [{"value": 0, "label": "no"}, {"value": 0.5, "label": "0.5"}, {"value": 1, "label": "2"}]},
	{"id": "fine the other way", "points": 1, "levels": [{"value": 1, "label": "A"}, {"value": 0.6, "label": "B"}, {"value": 0, "label": "C"}]},
	{"id": "up and down", "points": 1, "levels": [{"value": 0}, {"value": 1}, {"value": 0.5}]},
	{"id": "twice", "points": 1, "levels": [{"value": 0}, {"value": 1, "text": "x"}, {"value": 1, "text": " X"}]},
	{"id": "gap", "points": 1, "levels": [{"value": 0}, {"value": 0.1}, {"value": 0.2}, {"value": 1}]},
	{"id": "range", "points": 1, "levels": [{"value": 0.2}, {"value": 0.8}]},
	{"id": "single", "points": 1, "levels": [{"value": 1}]},
	{"id": "all the same", "points": 1, "levels": [{"value": 1}, {"value": 1}]},
	{"id": "numbers", "points": 1, "levels": [{"value": 0, "label": "1"}, {"value": 1, "label": "5"}]},
	{"id": "no number", "points": 1, "levels": [{"value": 0, "label": "0.1.2"}, {"value": 1, "label": "."}]}]}');

-- ---- grades ----

-- 40 responses of quality u / 40. good: as the quality; bad: the other way; wanted: a penalty that the good ones get; never, always, half: constant;
-- twin: as good; weak: whenever good, and more; rare: graded 5 times; none: never graded; outside: not between 0 and 1; stray: no criterion
INSERT INTO hd_lint VALUES ('graded', '{"criteria": [{"id": "good", "points": 5, "text": "A"}, {"id": "base", "points": 10, "text": "B"}, {"id": "bad", "points": 1, "text": "C"}, {"id": "wanted", "points": -1, "text": "D"},
	{"id": "rightly", "points": -2, "text": "E"}, {"id": "never", "points": 1, "text": "F"}, {"id": "always", "points": 1, "text": "G"}, {"id": "half", "points": 1, "text": "H"}, {"id": "twin", "points": 1, "text": "I"},
	{"id": "weak", "points": 1, "text": "J"}, {"id": "rare", "points": 1, "text": "K"}, {"id": "none", "points": 1, "text": "L"}, {"id": "outside", "points": 1, "text": "M"}]}');
CREATE TABLE hd_grades AS SELECT u, c, v::float8 FROM generate_series(1, 40) u,
	LATERAL (VALUES ('good', (u > 24)::int), ('base', u / 40.0), ('bad', (u < 13)::int), ('wanted', (u > 10 AND u % 3 > 0)::int), ('rightly', (u < 10)::int), ('never', 0), ('always', 1), ('half', 0.5),
		('twin', (u > 24)::int), ('weak', (u > 20)::int), ('rare', CASE WHEN u < 6 THEN u % 2 END), ('outside', u % 3), ('stray', 1)) g (c, v);
SELECT l.severity, l.code, l.id, l.message FROM hd_lint, (SELECT score_matrix_agg(u, c, v) AS m FROM (SELECT u::text, c, v FROM hd_grades) g) g, rubric_lint(r, m, dominant => 1, negligible => 0) l WHERE name = 'graded';
-- more is asked of data
SELECT l.code, l.id FROM hd_lint, (SELECT score_matrix_agg(u::text, c, v) AS m FROM hd_grades) g, rubric_lint(r, m, dominant => 1, negligible => 0, confidence => 0.9999999999, min_units => 5) l WHERE name = 'graded';
SELECT l.code, count(*) FROM hd_lint, (SELECT score_matrix_agg(u::text, c, v) AS m FROM hd_grades) g, rubric_lint(r, m, dominant => 1, negligible => 0, min_units => 41) l WHERE name = 'graded' GROUP BY 1 ORDER BY 1;
-- gaps: every unit lacks something, what is compared has both
SELECT l.code, l.id, l.message FROM hd_lint, (SELECT score_matrix_agg(u::text, c, v) AS m FROM hd_grades WHERE c IN ('good', 'twin', 'base') AND NOT (c = 'twin' AND u % 4 = 0)) g, rubric_lint(r, m) l
	WHERE name = 'graded' AND l.code IN ('implied_by', 'negative_item_rest', 'sign_suspect', 'unanimous_na') AND l.id <> 'none';
-- by chance alone: 20 independent coins of 30 units give nothing
SELECT code, id FROM rubric_lint((SELECT format('{"criteria": [%s]}', string_agg(format('{"id": "%s", "points": 1, "text": "t%1$s"}', i), ','))::rubric FROM generate_series(1, 20) i),
	(SELECT score_matrix_agg(u::text, i::text, (hashint8(u * 1000 + i) & 1)::float8) FROM generate_series(1, 30) u, generate_series(1, 20) i)) WHERE code = 'implied_by';
-- a tree: its leaves by their share; a rubric of penalties
SELECT code, id FROM rubric_lint('{"criteria": [{"id": "r", "weight": 1, "children": [{"id": "good", "weight": 1, "text": "A"}, {"id": "base", "weight": 1, "text": "B"}, {"id": "bad", "weight": 0.1, "text": "C"}]}]}',
	(SELECT score_matrix_agg(u::text, c, v) FROM hd_grades WHERE c IN ('good', 'base', 'bad')), dominant => 1, negligible => 0);
SELECT code, id FROM rubric_lint('{"penalty_only": true, "criteria": [{"id": "rightly", "points": -1, "text": "A"}, {"id": "bad", "points": -1, "text": "B"}, {"id": "wanted", "points": -1, "text": "C"}]}',
	(SELECT score_matrix_agg(u::text, c, v) FROM hd_grades WHERE c IN ('rightly', 'wanted', 'bad')), dominant => 1, negligible => 0);
-- one criterion has no rest; no grades at all are no matrix
SELECT code, id FROM rubric_lint('{"criteria": [{"id": "good", "points": 1, "text": "A"}]}', (SELECT score_matrix_agg(u::text, c, v) FROM hd_grades WHERE c = 'good'));
SELECT code, id FROM rubric_lint('{"criteria": [{"id": "good", "points": 1}]}', NULL::score_matrix);
-- the correlation and its interval, computed by plain SQL as well: of three criteria, 1 - 0.05 / 3 each
SELECT substring(message FROM 'correlation (.*)') FROM rubric_lint('{"criteria": [{"id": "good", "points": 5, "text": "A"}, {"id": "base", "points": 10, "text": "B"}, {"id": "bad", "points": 1, "text": "C"}]}',
	(SELECT score_matrix_agg(u::text, c, v) FROM hd_grades WHERE c IN ('good', 'base', 'bad') AND NOT (c = 'good' AND u % 5 = 0))) WHERE code = 'negative_item_rest';
SELECT format('%s (%s to %s), n %s', round(r::numeric, 3), round(tanh(atanh(r) - 2.3939797998185104 / sqrt(n - 3))::numeric, 3), round(tanh(atanh(r) + 2.3939797998185104 / sqrt(n - 3))::numeric, 3), n)
	FROM (SELECT corr(bad, (5 * coalesce(good, 0) + 10 * base) / (10 + 5 * (good IS NOT NULL)::int)) AS r, count(*) AS n
	FROM (SELECT u, max(v) FILTER (WHERE c = 'bad') AS bad, max(v) FILTER (WHERE c = 'good' AND u % 5 <> 0) AS good, max(v) FILTER (WHERE c = 'base') AS base FROM hd_grades GROUP BY u) g) g;
-- a response with two values on a criterion
SELECT code FROM rubric_lint('{"criteria": [{"id": "a", "points": 1, "text": "A"}]}', (SELECT score_matrix_agg('u', 'a', v) FROM (VALUES (0.0::float8), (1)) g (v)));

-- ---- options ----

SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', dominant => NULL);
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', negligible => 1.5);
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', dominant => 'NaN');
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', NULL::score_matrix, confidence => 1);
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', NULL::score_matrix, min_units => 0);
SELECT * FROM rubric_lint('{"criteria": [{"id": "a", "points": 1}]}', NULL::score_matrix, min_units => NULL);

DROP TABLE hd_lint, hd_grades;

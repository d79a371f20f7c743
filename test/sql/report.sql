-- Reports: sections are data, the page escapes them, and their numbers are those of the functions that they show.
\pset format unaligned
\pset footer off
\set SHOW_CONTEXT never
SET search_path = hdata, public;
CREATE TEMPORARY TABLE report_labels_t (item text, rater text, label text);
INSERT INTO report_labels_t SELECT 'i' || i, chr(96 + k), CASE WHEN (i * 7 + k * i) % 5 < 3 THEN 'yes' ELSE 'no' END FROM generate_series(1, 20) i, generate_series(1, 3) k;
CREATE TEMPORARY VIEW report_r AS SELECT ratings_agg(item, rater, label) AS r FROM report_labels_t;
-- The parts of a page that tests look at
CREATE FUNCTION pg_temp.numbers(page text, OUT nth bigint, OUT value float8) RETURNS SETOF record LANGUAGE sql
	AS $$SELECT ordinality, m[1]::float8 FROM regexp_matches(page, '<data value="([^"]*)">', 'g') WITH ORDINALITY AS t (m, ordinality)$$;
CREATE FUNCTION pg_temp.words(page text) RETURNS text LANGUAGE sql
	AS $$SELECT regexp_replace(regexp_replace(regexp_replace(substring(page from '<main.*</main>'), '<title.*?</title>', '', 'g'), '<desc.*?</desc>', '', 'g'), '(<[^>]*>)+', '|', 'g')$$;

-- a page with nothing, and with an introduction
SELECT report('Nothing', VARIADIC '{}') LIKE '<!DOCTYPE html><html lang="en">%<title>Nothing</title>%This report has no sections.%</html>' AS page;
SELECT report('Nothing', VARIADIC NULL) = report('Nothing', VARIADIC '{}') AS same, report('Nothing', NULL::jsonb) = report('Nothing', VARIADIC '{}') AS null_is_left_out;
SELECT pg_temp.words(report('Text', report_text(NULL, E'one\ntwo\n\n\nthree'), report_text('Headed', 'four')));
SELECT report_text('a', 'b'), report_text(NULL, 'b');
SELECT report(NULL, VARIADIC '{}');

-- what is text stays text, wherever it stands
WITH hostile AS (SELECT '<script>alert("1")</script>&amp;''' || E'\\' AS t),
p AS (SELECT report(t, report_text(t, t), report_figures(t, ARRAY[t], ARRAY[t], ARRAY[t]),
		report_estimates(t, ARRAY[t, t], ARRAY[1, 2], ARRAY[0, 1], ARRAY[2, 3], groups => ARRAY[t, t], others => ARRAY[1, 1], value_title => t, other_title => t,
			reference => 1, reference_title => t, n_title => t, ns => ARRAY[1, 2], interval_title => t, reading => t),
		report_section('matrix', t, jsonb_build_array(jsonb_build_object(t, t, 'b', t, 'v', 0.5)), jsonb_build_array(jsonb_build_object('name', t, 'title', t), '{"name": "b"}'::jsonb, '{"name": "v", "format": "number"}'::jsonb),
			jsonb_build_object('row', t, 'column', 'b', 'value', 'v', 'value_title', t), t, t, ARRAY[t]),
		report_section('table', t, jsonb_build_array(jsonb_build_object(t, t)), jsonb_build_array(jsonb_build_object('name', t))),
		report_section('table', t, NULL, '[{"name": "a"}]', empty => t)) AS page FROM hostile)
SELECT page ~ '<script' AS script, page ~ 'alert\("' AS quote, page ~ E'[\\\\\n\r\t]' AS copy_must_escape, count(*) > 30 AS escaped FROM p, regexp_matches(page, '&lt;script&gt;alert\(&quot;1&quot;\)&lt;/script&gt;&amp;amp;&#39;&#92;', 'g') GROUP BY page;
-- characters that no page may hold, and marks that would turn what stands around them
SELECT pg_temp.words(report('Controls', report_text(NULL, E'a\x01b\x1b[31m c\x7f' || chr(133) || ' ' || chr(8238) || 'd' || chr(8297) || chr(65534)))) = '|a␁b␛[31m c␡� �d��|' AS visible;
-- no network, no script, nothing but inline style
SELECT page ~* '<(script|link|img|iframe|object|embed|base)|javascript:|https?:|url\(|@import|\son[a-z]+=' AS fetches FROM report_r, LATERAL (SELECT report('Page', report_agreement(ARRAY['p'], ARRAY[r]), report_rater_pairs(r), report_items(r)) AS page) AS p;

-- one function gives the same bytes each time; COPY in its text format changes none of them
SELECT count(DISTINCT page) AS pages FROM report_r, generate_series(1, 3) i, LATERAL (SELECT report('Page', report_agreement(ARRAY['p'], ARRAY[r]), report_raters(r)) AS page WHERE i > 0) AS p;
BEGIN;
SET LOCAL extra_float_digits = -5;
SELECT report_agreement(ARRAY['p'], ARRAY[r]) AS a, report_raters(r) AS b FROM report_r \gset
COMMIT;
SELECT report_agreement(ARRAY['p'], ARRAY[r]) = :'a'::jsonb AS same, report_raters(r) = :'b'::jsonb AS same_raters FROM report_r;

-- numbers are those of the accessors, to the last digit
WITH p AS (SELECT report('P', report_agreement(ARRAY['p'], ARRAY[r], coefficients => ARRAY['fleiss_kappa'])) AS page FROM report_r)
SELECT array_agg(n.value ORDER BY n.nth) = (SELECT ARRAY[a.value, a.ci_low, a.ci_high, a.n_items, a.n_raters, a.n_ratings] FROM report_r, agreement(r) AS a WHERE a.coefficient = 'fleiss_kappa') AS same
	FROM p, pg_temp.numbers(p.page) AS n;
SELECT (SELECT array_agg(n.value ORDER BY n.nth) FROM pg_temp.numbers(report('P', report_rater_pairs(r))) AS n)
	= (SELECT array_agg(v ORDER BY rater_a, rater_b, k) FROM rater_pairs(r), unnest(ARRAY[n_items, percent_agreement, expected, kappa, ci_low, ci_high]) WITH ORDINALITY AS u (v, k) WHERE v IS NOT NULL) AS same FROM report_r;
SELECT (SELECT array_agg(n.value ORDER BY n.nth) FROM pg_temp.numbers(report('P', report_raters(r))) AS n)
	= (SELECT array_agg(v ORDER BY value DESC, rater, k) FROM rater_agreement(r), unnest(ARRAY[n, value, ci_low, ci_high, expected, n_expected, excess, excess_low, excess_high, shrunk, rank_low, rank_high]) WITH ORDINALITY AS u (v, k)) AS same FROM report_r;
-- over time: each period is what agreement() says of it, series stand together
WITH t AS (SELECT 'p' || p AS project, '2026-01-05'::date + 7 * w AS week, ratings_agg(item, rater, label) AS r
		FROM report_labels_t, generate_series(1, 2) p, generate_series(0, 2) w WHERE length(item) > 1 + (p + w) % 2 GROUP BY 1, 2),
	s AS (SELECT report_trend(array_agg(project ORDER BY week, project), array_agg(week ORDER BY week, project), array_agg(r ORDER BY week, project), coefficient => 'gwet_ac') AS section FROM t)
SELECT x.project, x.day, x.n_items, x.value = a.value AND x.ci_low = a.ci_low AND x.ci_high = a.ci_high AS same
	FROM s, ROWS FROM (jsonb_to_recordset(section -> 'rows') AS (project text, day text, value float8, ci_low float8, ci_high float8, n_items int, x int)) WITH ORDINALITY AS x (project, day, value, ci_low, ci_high, n_items, day_nth, nth)
		JOIN t ON t.project = x.project AND t.week = '1970-01-01'::date + x.day_nth, agreement(t.r) AS a WHERE a.coefficient = 'gwet_ac' ORDER BY nth;
SELECT (SELECT count(*) FROM regexp_matches(page, '<line class="thread"', 'g')) AS lines, (SELECT count(*) FROM regexp_matches(page, '<text class="g"', 'g')) AS panels, page ~ 'day 9: 3.00, no interval' AS newest
	FROM (SELECT report('P', report_section('trend', 'T', '[{"g": "a", "x": 1, "v": 1, "d": "day 1"}, {"g": "a", "x": 2, "v": 2, "d": "day 2"}, {"g": "a", "x": 3, "v": null, "d": "day 3"}, {"g": "a", "x": 9, "v": 3, "d": "day 9"}, {"g": "b", "x": 1, "v": 1, "d": "day 1"}, {"g": "b", "x": null, "v": 7, "d": "?"}]',
		'[{"name": "g"}, {"name": "d"}, {"name": "x", "format": "count"}, {"name": "v", "format": "number"}]', '{"group": "g", "label": "d", "x": "x", "value": "v"}')) AS page) AS p;
-- the answers: shares of all ratings, by item
SELECT pg_temp.words(report('P', report_labels(ARRAY['q'], ARRAY[r]))) FROM report_r;
SELECT label, round(share::numeric, 4) AS share, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high
	FROM report_r, jsonb_to_recordset(report_labels(ARRAY['q'], ARRAY[r]) -> 'rows') AS x (label text, share float8, ci_low float8, ci_high float8);
SELECT label, round(c.value::numeric, 4) AS share, round(c.ci_low::numeric, 4) AS low, round(c.ci_high::numeric, 4) AS high
	FROM (SELECT l AS label, score_agg((label = l)::int::float8, item) AS s FROM report_labels_t, unnest('{no,yes}'::text[]) AS l GROUP BY l) AS s, ci(s.s, clip => 'none') AS c ORDER BY 1;
-- mix-ups: times chance, and the interval of the sum over items
SELECT label_a, label_b, n, round(ratio::numeric, 4) AS ratio, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
	FROM report_r, jsonb_to_recordset(report_disagreement(r) -> 'rows') AS x (label_a text, label_b text, n float8, ratio float8, low float8, high float8);
SELECT label_a, label_b, n, round((n / expected)::numeric, 4) AS ratio FROM report_r, coincidences(r) WHERE label_a < label_b;
SELECT jsonb_array_length(report_items(r, "limit" => 3) -> 'rows') AS n, report_items(r) ->> 'reading' AS reading FROM report_r;
SELECT x.* FROM report_r, jsonb_to_recordset(report_items(r, "limit" => 2, items => '{i1,i2,i3}', texts => '{one,two,three}') -> 'rows') AS x (item text, text text, answers text, agreement float8, majority text);

-- pay for an hour: a ratio of sums, its error by what each task adds
SELECT person, tasks, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(others::numeric, 6) AS others
	FROM jsonb_to_recordset(report_pay('{a,a,a,b,b,c}', '{1,2,1.5,2,2,3}', '{300,500,400,600,700,0}') -> 'rows') AS x (person text, tasks int, rate float8, low float8, high float8, others float8);
SELECT x.* FROM jsonb_to_recordset(report_workload('{a,b,a,NULL}', '{10,5,20,7}') -> 'rows') AS x (person text, tasks int, seconds float8, share float8);
SELECT state, n, round(share::numeric, 4) AS share, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, round(of_previous::numeric, 4) AS of_previous
	FROM jsonb_to_recordset(report_funnel_counts('{in,read,done}', '{10,8,2}') -> 'rows') AS x (state text, n float8, share float8, low float8, high float8, of_previous float8);
SELECT pg_temp.words(report('P', report_rates('Rates', '{a,b}', '{3,0}', '{4,0}')));
SELECT pg_temp.words(report('P', report_durations('{x,y,z}', '{2,5400,300000}', '{1,3600,NULL}', '{4,7200,NULL}', '{10,20,1}')));
SELECT pg_temp.words(report('P', report_counts('Counts', '{x,y}', '{1234567,0}', reference => 5)));
SELECT pg_temp.words(report('P', report_figures('F', '{a,b}', '{1,NULL}')));
SELECT pg_temp.words(report('P', report_confusion(confusion_agg(a, b)))) FROM (VALUES ('x', 'x'), ('x', 'y'), ('y', 'y'), ('z', 'y')) AS v (a, b);
SELECT (SELECT array_agg(n.value ORDER BY n.nth) FROM pg_temp.numbers(report('P', report_preference(c))) AS n)
	= (SELECT array_agg(v ORDER BY rating DESC, item, k) FROM bradley_terry(c, scale => 'elo'), unnest(ARRAY[n, wins, losses, ties, rating, ci_low, ci_high, rank_low, rank_high, component]) WITH ORDINALITY AS u (v, k)) AS same
	FROM (SELECT comparisons_agg(a, b, o) AS c FROM (VALUES ('x', 'y', 1), ('y', 'x', 1), ('y', 'z', 1), ('z', 'x', 1), ('x', 'z', 1)) AS v (a, b, o)) AS c;
SELECT pg_temp.words(report('P', report_criteria(m), report_discrimination(m))) ~ 'crit' AS criteria FROM (SELECT score_matrix_agg('u' || u, 'crit' || c, ((u * c) % 3)::float8 / 2) AS m FROM generate_series(1, 9) u, generate_series(1, 3) c) AS s;
SELECT x.axis, x.n, round(x.value::numeric, 4) AS value FROM (SELECT array_agg(s) AS s FROM (SELECT rubric_agg(points, value, false, tags) AS s FROM (VALUES (1, 2, 1, '{clear}'::text[]), (1, 3, 0, '{right}'), (2, 2, 0.5, '{clear}'), (2, 3, 1, '{right}')) AS v (u, points, value, tags) GROUP BY u) AS a) AS a,
	jsonb_to_recordset(report_axes(s) -> 'rows') AS x (axis text, n int, value float8);
SELECT report_duplicates(c) ->> 'reading' AS reading, x.* FROM (SELECT corpus_agg(id, text) AS c FROM (VALUES ('a', 'one two three four five six'), ('b', 'one two three four five six'), ('c', 'something else altogether')) AS v (id, text)) AS c,
	jsonb_to_recordset(report_duplicates(c, ids => '{a,b}', texts => '{"the text",b}') -> 'rows') AS x (text text, representative text, size int, members text);

-- words where there is nothing to draw
SELECT pg_temp.words(report('P', report_agreement(NULL, NULL), report_trend(NULL, NULL, NULL), report_raters(NULL), report_rater_pairs(NULL), report_labels(NULL, NULL), report_disagreement(NULL), report_items(NULL), report_confusion(NULL),
	report_axes(NULL), report_criteria(NULL), report_discrimination(NULL), report_preference(NULL), report_funnel_counts(NULL, NULL), report_durations(NULL, NULL, NULL, NULL), report_duplicates(NULL), report_workload(NULL, NULL), report_pay(NULL, NULL, NULL)));
-- one rater; a project without ratings
SELECT pg_temp.words(report('P', report_agreement(ARRAY['alone', 'empty'], ARRAY[r, NULL], coefficients => '{gwet_ac}'), report_raters(r), report_rater_pairs(r), report_disagreement(r)))
	FROM (SELECT ratings_agg(item, 'one'::text, label) AS r FROM report_labels_t WHERE rater = 'a') AS s;
-- 200 raters: the chart stops, the table goes on
SELECT page ~ '… and 160 more in the table' AS says_so, (SELECT count(*) FROM regexp_matches(page, '<th scope="row"', 'g')) AS rows, (SELECT count(*) FROM regexp_matches(page, '<circle class="dot"', 'g')) AS dots
	FROM (SELECT report('P', report_raters(ratings_agg(i, 'rater ' || (i * 17 + k * 31) % 200, ((i + k * k) % 3)::text))) AS page FROM generate_series(1, 900) i, generate_series(1, 4) k) AS p;
-- no more rows than a page can hold
SELECT page ~ '… and 5 more rows, which this page leaves out' OR page ~ '&#8230; and 5 more rows' AS says_so, (SELECT count(*) FROM regexp_matches(page, '<tr>', 'g')) AS rows
	FROM (SELECT report('P', report_section('table', 'T', jsonb_agg(jsonb_build_object('a', i)), '[{"name": "a"}]')) AS page FROM generate_series(1, 1005) i) AS p;
-- a judgement without an interval is hollow, and says so
SELECT page ~ 'class="dot h"' AS hollow, page ~ '0.50, no interval' AS said FROM (SELECT report('P', report_estimates('E', '{a}', '{0.5}', '{NULL}', '{NULL}')) AS page) AS p;
-- no p-value anywhere
SELECT count(*) AS with_p FROM report_r, LATERAL (SELECT report_agreement(ARRAY['p'], ARRAY[r])::text UNION ALL SELECT report_raters(r)::text) AS s (t) WHERE t ~ 'p_value';

-- numbers as they are read, in full in the source
SELECT pg_temp.words(report('P', report_section('table', 'T', '[{"a": 0.125, "b": 0.125, "c": 1234.5, "d": 90}, {"a": -0.001, "b": -1e-9, "c": 1e20, "d": 864000}, {"a": null, "b": 1, "c": 3, "d": 0.25}]',
	'[{"name": "a", "format": "number", "digits": 3}, {"name": "b", "format": "percent", "digits": 1}, {"name": "c", "title": "count", "format": "count"}, {"name": "d", "format": "duration"}]')));
SELECT array_agg(value ORDER BY nth) FROM pg_temp.numbers(report('P', report_section('table', 'T', '[{"a": 0.1234567890123456}, {"a": 1e300}, {"a": -5e-324}, {"a": 9007199254740993}]', '[{"name": "a", "format": "number"}]')));

-- numbers at the ends of what there is: every coordinate is one
SELECT nth, page ~ '[" M](-?NaN|-?Infinity)' AS odd, (SELECT array_agg(m[1]) FROM regexp_matches(substring(page from 'class="wide".*?</svg>'), 'class="s m" x="[^"]*" y="[^"]*">([^<]*)', 'g') AS m) AS ticks
	FROM (VALUES (1, report_estimates('t', '{a,b}', '{1.7e308,-1.7e308}', '{1e308,-1.7e308}', '{1.7e308,1}')), (2, report_estimates('t', '{a}', '{5e-324}', '{0}', '{1e-323}')),
		(3, report_estimates('t', '{a,b}', '{1e300,5}', '{1e-300,5}', '{1e308,7}', log => true)), (4, report_durations('{a,b}', '{1e308,5}', '{1e-300,5}', '{1e308,7}')),
		(5, report_durations('{a}', '{0}', '{-1}', '{0}')), (6, report_estimates('t', '{a}', '{1e16}', '{1e16}', '{1.0000000000000002e16}')), (7, report_estimates('t', '{a}', '{5}', '{0}', '{10}', min => 7)),
		(8, report_estimates('t', '{a}', '{5}', '{0}', '{10}', max => -7)), (9, report_estimates('t', '{a}', '{NULL}', '{NULL}', '{NULL}', log => true)), (10, report_estimates('t', '{a,b}', '{0.02,300}', '{0.01,200}', '{0.05,900}', log => true)),
		(11, report_counts('t', '{a}', '{1e308}', 'percent')),
		(12, report_section('trend', 't', '[{"a": "x", "x": 1e308, "v": 1e308}, {"a": "x", "x": -1e308, "v": 2}, {"a": "y", "x": 5, "v": -1e308}]', '[{"name": "a"}, {"name": "x", "format": "count"}, {"name": "v", "format": "number"}]', '{"label": "a", "x": "x", "value": "v"}'))) AS v (nth, section), LATERAL (SELECT report('t', section) AS page) AS p ORDER BY nth;

-- a label that has no room is cut between what a reader sees as characters, and has the whole of it as its title
WITH l AS (SELECT ARRAY[repeat('👩‍👩‍👧‍👦', 12), repeat('🇹🇭', 20), repeat('กำ', 40), repeat('e' || chr(769), 60), repeat('東京', 20), repeat('한', 30), repeat('i', 90), 'short'] AS a)
SELECT m[1] <> '' AS has_title, m[1] IS NULL OR m[1] = ANY (a) AS whole, length(m[2]) AS characters, m[2] ~ '^(👩‍👩‍👧‍👦|🇹🇭|กำ|e\u0301|東|京|한|i)+…$' AS between_graphemes
	FROM l, regexp_matches(substring(report('t', report_estimates('t', a, ARRAY[1, 2, 3, 4, 5, 6, 7, 8], ARRAY[0, 1, 2, 3, 4, 5, 6, 7], ARRAY[2, 3, 4, 5, 6, 7, 8, 9])) from 'class="wide".*?</svg>'),
		'<text class="l" x="0" y="[0-9.]*">(?:<title>([^<]*)</title>)?([^<]*)</text>', 'g') AS m;

-- errors say where
SELECT report('P', '[]');
SELECT report('P', '{}');
SELECT report('P', NULL, '{"kind": "pie"}');
SELECT report('P', '{"kind": 1}');
SELECT report('P', '{"kind": "table"}');
SELECT report('P', '{"kind": "table", "title": 1}');
SELECT report('P', '{"kind": "table", "title": "t"}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [1]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"title": "a"}]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a", "format": "money"}]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a", "digits": 10}]}');
SELECT report('P', jsonb_build_object('kind', 'table', 'title', 't', 'columns', (SELECT jsonb_agg(jsonb_build_object('name', i)) FROM generate_series(1, 65) i)));
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a"}], "rows": {}}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a"}], "rows": [1]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a", "format": "number"}], "rows": [{"a": "x"}]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a", "format": "number"}], "rows": [{"a": "NaN"}]}');
SELECT report('P', '{"kind": "table", "title": "t", "columns": [{"name": "a"}], "notes": [1]}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a"}]}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a"}], "draw": {}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a"}], "draw": {"label": "b"}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a"}], "draw": {"label": "a", "value": "a"}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a", "format": "number"}], "draw": {"label": "a", "value": "a", "min": 1, "max": 1}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a", "format": "number"}], "draw": {"label": "a", "value": "a", "log": true, "min": 0}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a", "format": "number"}], "draw": {"label": "a", "value": "a", "log": 1}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a", "format": "number"}], "draw": {"label": "a", "value": "a", "limit": 0}}');
SELECT report('P', '{"kind": "forest", "title": "t", "columns": [{"name": "a", "format": "number"}], "draw": {"label": "a", "value": "a", "max": "1"}}');
SELECT report('P', '{"kind": "matrix", "title": "t", "columns": [{"name": "a"}, {"name": "v", "format": "number"}], "draw": {"row": "a", "value": "v"}}');
SELECT report('P', '{"kind": "matrix", "title": "t", "columns": [{"name": "a"}, {"name": "v", "format": "number"}], "draw": {"row": "a", "column": "a", "value": "v", "scale": "rainbow"}}');
SELECT report('P', '{"kind": "trend", "title": "t", "columns": [{"name": "a"}, {"name": "v", "format": "number"}], "draw": {"label": "a", "value": "v"}}');
SELECT report_trend('{a}', '{}', ARRAY[r]) FROM report_r;
SELECT report('P', report_estimates('t', '{a}', '{NaN}', '{0}', '{1}'));
SELECT report_estimates('t', '{a,b}', '{1}', '{0}', '{1}');
SELECT report_figures('t', '{a}', '{1}', '{}');
SELECT report_agreement('{a,b}', ARRAY[r]) FROM report_r;
SELECT report_agreement('{a,b}', ARRAY[r, r], '{nominal,nominal,nominal}') FROM report_r;
SELECT report_agreement('{a}', ARRAY[r], '{cardinal}') FROM report_r;
SELECT report_workload('{a}', '{1,2}');
SELECT report_pay('{a}', '{1,2}', '{1}');

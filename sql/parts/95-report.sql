-- export: reports (docs/report.md)
--
-- A section is jsonb: a table and how to draw it.  report() alone writes HTML, so nothing can reach a page unescaped.  The
-- bodies below are parsed here, once: what they call is fixed, whatever search_path says later.  extra_float_digits decides what
-- to_jsonb() makes of a number, so it is pinned.

CREATE FUNCTION report(title text, VARIADIC sections jsonb[]) RETURNS text
	AS 'MODULE_PATHNAME', 'report_html' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION report(text, jsonb[]) IS 'a report as one HTML page that needs nothing else: no network, no script';

CREATE FUNCTION report_same_length(what text, names anyarray, "values" anycompatiblearray) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION report_same_length(text, anyarray, anycompatiblearray) IS 'report support: true, or an error where arrays that belong together differ in length';

-- ---- sections of one's own ----

CREATE FUNCTION report_section(kind text, title text, "rows" jsonb, columns jsonb, draw jsonb DEFAULT '{}',
	reading text DEFAULT NULL, empty text DEFAULT NULL, notes text[] DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT jsonb_strip_nulls(jsonb_build_object('kind', kind, 'title', title, 'columns', columns, 'draw', draw,
			'reading', reading, 'empty', empty, 'notes', to_jsonb(notes)))
		|| jsonb_build_object('rows', coalesce("rows", '[]'));
END;
COMMENT ON FUNCTION report_section(text, text, jsonb, jsonb, jsonb, text, text, text[]) IS 'section of a report from the rows of any query: text, figures, table, forest, bars or matrix';

CREATE FUNCTION report_text(title text, body text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
BEGIN ATOMIC
	SELECT jsonb_build_object('kind', 'text', 'title', title, 'body', body);
END;
COMMENT ON FUNCTION report_text(text, text) IS 'section of a report: paragraphs, divided by empty lines; without a title it introduces what follows';

CREATE FUNCTION report_figures(title text, names text[], "values" text[], notes text[] DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT report_section('figures', title,
			(SELECT jsonb_agg(jsonb_build_object('name', u.name, 'value', u.value, 'note', u.note) ORDER BY u.nth)
			   FROM unnest(names, "values", notes) WITH ORDINALITY AS u (name, value, note, nth)),
			'[{"name": "name", "title": "figure"}, {"name": "value"}, {"name": "note"}]',
			'{"label": "name", "value": "value", "note": "note"}')
	 WHERE report_same_length('names', names, "values")
	   AND CASE WHEN notes IS NOT NULL THEN report_same_length('names', names, notes) ELSE true END;
END;
COMMENT ON FUNCTION report_figures(text, text[], text[], text[]) IS 'section of a report: key figures in words of one''s own, with a note to each';

CREATE FUNCTION report_estimates(title text, names text[], "values" float8[], lows float8[], highs float8[],
	ns float8[] DEFAULT NULL, groups text[] DEFAULT NULL, others float8[] DEFAULT NULL,
	format text DEFAULT 'number', digits bigint DEFAULT NULL, min float8 DEFAULT NULL, max float8 DEFAULT NULL, reference float8 DEFAULT NULL,
	log boolean DEFAULT false, value_title text DEFAULT 'value', other_title text DEFAULT 'compared with',
	reference_title text DEFAULT NULL, n_title text DEFAULT NULL, interval_title text DEFAULT 'value, with its 95 % interval',
	reading text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title,
			(SELECT jsonb_agg(jsonb_build_object('name', u.name, 'group', u.grp, 'value', u.value, 'low', u.low, 'high', u.high,
						'n', u.n, 'other', u.other) ORDER BY u.nth)
			   FROM unnest(names, "values", lows, highs, ns, groups, others)
					WITH ORDINALITY AS u (name, value, low, high, n, grp, other, nth)),
			jsonb_path_query_array(jsonb_build_array(
				CASE WHEN groups IS NOT NULL THEN '{"name": "group"}'::jsonb END,
				'{"name": "name"}'::jsonb,
				CASE WHEN ns IS NOT NULL THEN jsonb_build_object('name', 'n', 'title', coalesce(n_title, 'n'), 'format', 'count') END,
				jsonb_build_object('name', 'value', 'title', value_title, 'format', format, 'digits', digits),
				jsonb_build_object('name', 'low', 'format', format, 'digits', digits),
				jsonb_build_object('name', 'high', 'format', format, 'digits', digits),
				CASE WHEN others IS NOT NULL THEN jsonb_build_object('name', 'other', 'title', other_title, 'format', format, 'digits', digits) END),
				'$[*] ? (@ != null)'),
			jsonb_build_object('label', 'name', 'value', 'value', 'low', 'low', 'high', 'high',
				'group', CASE WHEN groups IS NOT NULL THEN 'group' END,
				'n', CASE WHEN ns IS NOT NULL THEN 'n' END, 'n_title', n_title,
				'other', CASE WHEN others IS NOT NULL THEN 'other' END,
				'other_title', other_title,
				'min', min, 'max', max, 'reference', reference, 'reference_title', reference_title, 'log', log,
				'value_title', value_title, 'interval_title', interval_title),
			reading => reading)
	 WHERE report_same_length('names', names, "values") AND report_same_length('names', names, lows)
	   AND report_same_length('names', names, highs)
	   AND CASE WHEN ns IS NOT NULL THEN report_same_length('names', names, ns) ELSE true END
	   AND CASE WHEN groups IS NOT NULL THEN report_same_length('names', names, groups) ELSE true END
	   AND CASE WHEN others IS NOT NULL THEN report_same_length('names', names, others) ELSE true END;
END;
COMMENT ON FUNCTION report_estimates(text, text[], float8[], float8[], float8[], float8[], text[], float8[], text, bigint, float8, float8, float8, boolean, text, text, text, text, text, text)
	IS 'section of a report: a forest plot of any estimates with their intervals';

CREATE FUNCTION report_counts(title text, names text[], counts float8[], format text DEFAULT 'count', groups text[] DEFAULT NULL,
	value_title text DEFAULT 'number', reference float8 DEFAULT NULL, reference_title text DEFAULT NULL, reading text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('bars', title,
			(SELECT jsonb_agg(jsonb_build_object('name', u.name, 'group', u.grp, 'value', u.value) ORDER BY u.nth)
			   FROM unnest(names, counts, groups) WITH ORDINALITY AS u (name, value, grp, nth)),
			CASE WHEN groups IS NOT NULL THEN '[{"name": "group"}, {"name": "name"}]'::jsonb ELSE '[{"name": "name"}]' END
				|| jsonb_build_object('name', 'value', 'title', value_title, 'format', format),
			jsonb_build_object('label', 'name', 'value', 'value', 'counts', true, 'min', 0, 'value_title', value_title,
				'group', CASE WHEN groups IS NOT NULL THEN 'group' END,
				'reference', reference, 'reference_title', reference_title),
			reading => reading)
	 WHERE report_same_length('names', names, counts)
	   AND CASE WHEN groups IS NOT NULL THEN report_same_length('names', names, groups) ELSE true END;
END;
COMMENT ON FUNCTION report_counts(text, text[], float8[], text, text[], text, float8, text, text) IS 'section of a report: bars of counts, which are no estimates and have no interval';

CREATE FUNCTION report_rates(title text, names text[], successes float8[], ns float8[], groups text[] DEFAULT NULL,
	confidence float8 DEFAULT 0.95, reference float8 DEFAULT NULL, reference_title text DEFAULT NULL,
	value_title text DEFAULT 'share', n_title text DEFAULT 'cases', reading text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title,
			(SELECT jsonb_agg(jsonb_build_object('group', u.grp, 'name', u.name, 'successes', u.k, 'n', u.n,
						'value', u.k / nullif(u.n, 0), 'low', w.low, 'high', w.high) ORDER BY u.nth)
			   FROM unnest(names, successes, ns, groups) WITH ORDINALITY AS u (name, k, n, grp, nth)
					LEFT JOIN LATERAL wilson(u.k, u.n, confidence) AS w ON u.n > 0),
			CASE WHEN groups IS NOT NULL THEN '[{"name": "group"}, {"name": "name"}]'::jsonb ELSE '[{"name": "name"}]' END
				|| jsonb_build_array(
					'{"name": "successes", "title": "of them", "format": "count"}'::jsonb,
					jsonb_build_object('name', 'n', 'title', n_title, 'format', 'count'),
					jsonb_build_object('name', 'value', 'title', value_title, 'format', 'percent', 'digits', 1),
					'{"name": "low", "format": "percent", "digits": 1}'::jsonb,
					'{"name": "high", "format": "percent", "digits": 1}'::jsonb),
			jsonb_build_object('label', 'name', 'value', 'value', 'low', 'low', 'high', 'high', 'n', 'n', 'n_title', n_title,
				'group', CASE WHEN groups IS NOT NULL THEN 'group' END, 'value_title', value_title, 'min', 0,
				'reference', reference, 'reference_title', reference_title,
				'interval_title', format('share, with its %s %% Wilson interval', (100 * confidence)::numeric)),
			reading => reading)
	 WHERE report_same_length('names', names, successes) AND report_same_length('names', names, ns)
	   AND CASE WHEN groups IS NOT NULL THEN report_same_length('names', names, groups) ELSE true END;
END;
COMMENT ON FUNCTION report_rates(text, text[], float8[], float8[], text[], float8, float8, text, text, text, text) IS 'section of a report: shares with their Wilson intervals';

-- ---- agreement ----

CREATE FUNCTION report_agreement(projects text[], states ratings[], levels text[] DEFAULT '{nominal}',
	coefficients text[] DEFAULT '{krippendorff_alpha,gwet_ac,percent_agreement}', raters text DEFAULT 'fixed',
	confidence float8 DEFAULT 0.95, title text DEFAULT 'How far do raters agree?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH p AS (
		SELECT p.name, p.r, coalesce(p.level, levels[1]) AS level, p.nth
		  FROM unnest(projects, states, CASE WHEN cardinality(levels) <> 1 THEN levels END) WITH ORDINALITY AS p (name, r, level, nth)
		 WHERE report_same_length('names', projects, states)
		   AND CASE WHEN cardinality(levels) <> 1 THEN report_same_length('names', projects, levels) ELSE true END
	), a AS MATERIALIZED (
		SELECT p.nth AS project, a.* FROM p, agreement(p.r, p.level, confidence, raters) AS a
	), m AS (
		-- what a coefficient is called; a project without ratings is one row
		SELECT p.name, p.nth, c.nth AS coefficient_nth, c.name AS coefficient, a.level, a.value, a.ci_low, a.ci_high, a.n_items, a.n_raters, a.n_ratings, a.note,
				CASE WHEN p.r IS NULL THEN 'no ratings'
					ELSE CASE c.name
						WHEN 'percent_agreement' THEN 'same answer'
						WHEN 'krippendorff_alpha' THEN 'Krippendorff''s alpha'
						WHEN 'gwet_ac' THEN CASE a.weights WHEN 'identity' THEN 'Gwet''s AC1' ELSE 'Gwet''s AC2' END
						ELSE replace(c.name, '_', ' ') END END AS measure
		  FROM p JOIN unnest(coefficients) WITH ORDINALITY AS c (name, nth) ON p.r IS NOT NULL OR c.nth = 1
				LEFT JOIN a ON a.project = p.nth AND a.coefficient = c.name
	)
	SELECT report_section('forest', title,
			jsonb_agg(jsonb_build_object('project', m.name, 'measure', m.measure, 'coefficient', m.coefficient, 'level', m.level,
				'value', m.value, 'ci_low', m.ci_low, 'ci_high', m.ci_high, 'n_items', m.n_items, 'n_raters', m.n_raters,
				'n_ratings', m.n_ratings, 'note', m.note) ORDER BY m.nth, m.coefficient_nth),
			'[{"name": "project"}, {"name": "measure"}, {"name": "coefficient"}, {"name": "level"},
			  {"name": "value", "format": "number"}, {"name": "ci_low", "title": "low", "format": "number"},
			  {"name": "ci_high", "title": "high", "format": "number"},
			  {"name": "n_items", "title": "items", "format": "count"}, {"name": "n_raters", "title": "raters", "format": "count"},
			  {"name": "n_ratings", "title": "ratings", "format": "count"}, {"name": "note"}]',
			jsonb_build_object('label', 'measure', 'group', 'project', 'value', 'value', 'low', 'ci_low', 'high', 'ci_high',
				'n', 'n_items', 'n_title', 'items', 'max', 1, 'reference', 0, 'reference_title', 'no better than chance',
				'value_title', 'agreement', 'limit', 90,
				'interval_title', format('value, with its %s %% interval', (100 * confidence)::numeric)),
			'Each value says how often raters give one item the same answer: 1 is always. Alpha and AC take out what chance would '
			'give, so that 0 is no better than chance; on ordered scales a near miss counts in part.'
			|| CASE raters WHEN 'random' THEN ' Intervals hold for other raters like these, too.'
						   ELSE ' Intervals hold for these very raters.' END,
			'There are no ratings yet.',
			(SELECT array_agg(n.name || ': ' || n.note ORDER BY n.nth, n.note)
			   FROM (SELECT m.name, m.nth, m.note FROM m WHERE m.note IS NOT NULL GROUP BY m.name, m.nth, m.note) AS n))
	  FROM m;
END;
COMMENT ON FUNCTION report_agreement(text[], ratings[], text[], text[], text, float8, text) IS 'section of a report: agreement of each project with intervals, a forest plot';

CREATE FUNCTION report_trend(projects text[], days date[], states ratings[], levels text[] DEFAULT '{nominal}',
	coefficient text DEFAULT 'krippendorff_alpha', raters text DEFAULT 'fixed', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'Does agreement change over time?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('trend', title,
			jsonb_agg(jsonb_build_object('project', p.name, 'day', to_char(p.day::timestamp, 'YYYY-MM-DD'), 'x', p.day - '1970-01-01'::date,
				'value', a.value, 'ci_low', a.ci_low, 'ci_high', a.ci_high, 'n_items', a.n_items, 'n_raters', a.n_raters, 'n_ratings', a.n_ratings,
				'note', a.note) ORDER BY f.first_nth, p.day, p.nth),
			jsonb_build_array('{"name": "project"}'::jsonb, '{"name": "day", "title": "from"}'::jsonb,
				jsonb_build_object('name', 'value', 'title', replace(report_trend.coefficient, '_', ' '), 'format', 'number'),
				'{"name": "ci_low", "title": "low", "format": "number"}'::jsonb, '{"name": "ci_high", "title": "high", "format": "number"}'::jsonb,
				'{"name": "n_items", "title": "items", "format": "count"}'::jsonb, '{"name": "n_raters", "title": "raters", "format": "count"}'::jsonb,
				'{"name": "n_ratings", "title": "ratings", "format": "count"}'::jsonb, '{"name": "note"}'::jsonb,
				'{"name": "x", "title": "days since 1970", "format": "count"}'::jsonb),
			jsonb_build_object('label', 'day', 'group', 'project', 'x', 'x', 'value', 'value', 'low', 'ci_low', 'high', 'ci_high', 'max', 1, 'reference', 0,
				'value_title', CASE report_trend.coefficient WHEN 'krippendorff_alpha' THEN 'Krippendorff''s alpha' WHEN 'gwet_ac' THEN 'Gwet''s AC'
					ELSE replace(report_trend.coefficient, '_', ' ') END,
				'interval_title', format('value, with its %s %% interval', (100 * confidence)::numeric)),
			'Agreement on what was rated in each period, the newest value in words. Where intervals of two periods overlap widely, nothing has changed that '
			'could be seen; the dashed line is chance.',
			'There are no ratings yet.')
	  FROM unnest(projects, days, states, CASE WHEN cardinality(levels) <> 1 THEN levels END) WITH ORDINALITY AS p (name, day, r, level, nth)
			JOIN LATERAL (SELECT min(u.nth) AS first_nth FROM unnest(projects) WITH ORDINALITY AS u (name, nth) WHERE u.name IS NOT DISTINCT FROM p.name) AS f ON true
			LEFT JOIN LATERAL agreement(p.r, coalesce(p.level, levels[1]), confidence, raters) AS a ON a.coefficient = report_trend.coefficient
	 WHERE report_same_length('names', projects, states) AND report_same_length('names', projects, days)
	   AND CASE WHEN cardinality(levels) <> 1 THEN report_same_length('names', projects, levels) ELSE true END;
END;
COMMENT ON FUNCTION report_trend(text[], date[], ratings[], text[], text, text, float8, text) IS 'section of a report: agreement of each project over time, with intervals, a panel a project';

CREATE FUNCTION report_rater_pairs(ratings ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'Which pairs of raters agree?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('matrix', title, jsonb_agg(to_jsonb(p) - 'nth' ORDER BY p.nth),
			'[{"name": "rater_a", "title": "rater"}, {"name": "rater_b", "title": "with"}, {"name": "n_items", "title": "items", "format": "count"},
			  {"name": "percent_agreement", "title": "same answer", "format": "number"}, {"name": "expected", "title": "by chance", "format": "number"},
			  {"name": "kappa", "format": "number"}, {"name": "ci_low", "title": "low", "format": "number"}, {"name": "ci_high", "title": "high", "format": "number"}]',
			'{"row": "rater_a", "column": "rater_b", "value": "kappa", "low": "ci_low", "high": "ci_high", "n": "n_items", "triangle": true,
			  "scale": "signed", "value_title": "Cohen''s kappa of two raters"}',
			'A cell is one pair of raters, on the items that both have rated: to the left of a name and below it. Kappa 1 is perfect, 0 is what '
			'chance gives. A cell too small for its numbers is the smaller the wider its interval; a dot is a pair of which nothing is known.',
			'No two raters have rated the same item.')
	  FROM rater_pairs(ratings, level, confidence) WITH ORDINALITY
			AS p (rater_a, rater_b, n_items, percent_agreement, expected, excess, kappa, se, ci_low, ci_high, nth);
END;
COMMENT ON FUNCTION report_rater_pairs(ratings, text, float8, text) IS 'section of a report: kappa of each pair of raters, a heat map';

CREATE FUNCTION report_raters(ratings ratings, level text DEFAULT 'nominal', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How does each rater agree with the others?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title, jsonb_agg(to_jsonb(a) ORDER BY a.value DESC NULLS LAST, a.rater COLLATE "C"),
			'[{"name": "rater"}, {"name": "n", "title": "items", "format": "count"}, {"name": "value", "title": "agrees", "format": "number"},
			  {"name": "ci_low", "title": "low", "format": "number"}, {"name": "ci_high", "title": "high", "format": "number"},
			  {"name": "expected", "title": "the others", "format": "number"}, {"name": "n_expected", "title": "items with others", "format": "count"},
			  {"name": "excess", "title": "difference", "format": "number"},
			  {"name": "excess_low", "title": "difference, low", "format": "number"}, {"name": "excess_high", "title": "difference, high", "format": "number"},
			  {"name": "shrunk", "format": "number"},
			  {"name": "rank_low", "title": "rank from", "format": "count"}, {"name": "rank_high", "title": "rank to", "format": "count"},
			  {"name": "evidence"}]',
			jsonb_build_object('label', 'rater', 'value', 'value', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n', 'n_title', 'items',
				'other', 'expected', 'other_title', 'the others among themselves, on these items',
				'rank_low', 'rank_low', 'rank_high', 'rank_high', 'max', 1, 'value_title', 'agreement with others on the same items',
				'interval_title', format('this rater, with the %s %% interval', (100 * confidence)::numeric)),
			'Nobody is measured by their own ratings: each dot is one rater against the others on the same items. Where intervals overlap the order '
			'says nothing, which is why a rank is a range. Where the interval of the difference, in the table, holds 0, nothing is shown about the '
			'person; a low value is a question to ask, not a verdict.',
			'No rater shares an item with another, so nothing can be compared.')
	  FROM rater_agreement(ratings, level, confidence) AS a;
END;
COMMENT ON FUNCTION report_raters(ratings, text, float8, text) IS 'section of a report: each rater against the others, with intervals and ranges of ranks';

CREATE FUNCTION report_labels(questions text[], states ratings[], confidence float8 DEFAULT 0.95,
	title text DEFAULT 'Which answers are given?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('bars', title,
			jsonb_agg(jsonb_build_object('question', q.name, 'label', l.label, 'n_ratings', l.n_ratings, 'n_items', l.n_items, 'share', i.value,
				'ci_low', i.ci_low, 'ci_high', i.ci_high) ORDER BY q.nth, l.nth),
			'[{"name": "question"}, {"name": "label", "title": "answer"}, {"name": "n_ratings", "title": "ratings", "format": "count"},
			  {"name": "n_items", "title": "items", "format": "count"}, {"name": "share", "format": "percent", "digits": 1},
			  {"name": "ci_low", "title": "low", "format": "percent", "digits": 1}, {"name": "ci_high", "title": "high", "format": "percent", "digits": 1}]',
			jsonb_build_object('label', 'label', 'group', 'question', 'value', 'share', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n_ratings',
				'n_title', 'ratings', 'min', 0, 'value_title', 'share of all ratings', 'limit', 90,
				'interval_title', format('share, with its %s %% interval', (100 * confidence)::numeric)),
			'How often each answer is given, of all ratings. The intervals take the ratings of one item together.',
			'There are no ratings yet.',
			CASE WHEN bool_or(l.n_labels > 12) THEN ARRAY['Of a question with more than 12 answers, the 12 most frequent are shown.'] END)
	  FROM unnest(questions, states) WITH ORDINALITY AS q (name, r, nth)
			LEFT JOIN LATERAL (
				SELECT c.*, row_number() OVER (ORDER BY c.n_ratings DESC, c.nth) AS by_n, count(*) OVER () AS n_labels
				  FROM category_agreement(q.r, confidence) WITH ORDINALITY
						AS c (label, n_ratings, n_items, share, specific_agreement, se, ci_low, ci_high, kappa, nth)) AS l ON l.by_n <= 12
			LEFT JOIN LATERAL (
				SELECT ci.value, ci.ci_low, ci.ci_high
				  FROM (SELECT score_agg(CASE WHEN o.value = l.label THEN 1 ELSE 0 END::float8, o.item) AS s FROM observations(q.r) AS o) AS o,
						ci(o.s, confidence, 'none') AS ci) AS i ON true
	 WHERE report_same_length('names', questions, states);
END;
COMMENT ON FUNCTION report_labels(text[], ratings[], float8, text) IS 'section of a report: how often each answer is given, with intervals by item';

CREATE FUNCTION report_disagreement(ratings ratings, title text DEFAULT 'Which answers are mixed up?', confidence float8 DEFAULT 0.95) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH c AS (
		SELECT c.*, row_number() OVER (PARTITION BY c.label_b ORDER BY c.nth) AS row_nth,
				row_number() OVER (PARTITION BY c.label_a ORDER BY c.nth) AS column_nth
		  FROM coincidences(ratings) WITH ORDINALITY AS c (label_a, label_b, n, expected, share, nth)
	), used AS MATERIALIZED (
		SELECT o.item, o.value, count(*)::float8 AS n, (sum(count(*)) OVER (PARTITION BY o.item))::float8 AS m
		  FROM observations(ratings) AS o GROUP BY o.item, o.value
	), items AS MATERIALIZED (
		SELECT DISTINCT u.item FROM used AS u WHERE u.m > 1
	), pairs AS (
		SELECT c.*, i.ci_low, i.ci_high
		  FROM c LEFT JOIN LATERAL (
				-- n is a sum over items: its error is that of the mean of what each of them adds, chance being taken as known
				SELECT score_agg(coalesce(a.n * b.n / (a.m - 1), 0) * (SELECT count(*) FROM items) / nullif(c.expected, 0)) AS s
				  FROM items AS u LEFT JOIN used AS a ON a.item = u.item AND a.value = c.label_a
						LEFT JOIN used AS b ON b.item = u.item AND b.value = c.label_b) AS s
					ON (SELECT max(c.column_nth) FROM c) <= 20
				LEFT JOIN LATERAL ci(s.s, confidence, 'none') AS i ON true
		 WHERE c.row_nth < c.column_nth
	)
	SELECT report_section('matrix', title,
			jsonb_agg(jsonb_build_object('label_a', c.label_a, 'label_b', c.label_b, 'n', c.n, 'expected', c.expected, 'share', c.share,
				'ratio', c.n / nullif(c.expected, 0), 'low', CASE WHEN c.ci_low IS NOT NULL THEN greatest(c.ci_low, 0) END, 'high', c.ci_high) ORDER BY c.nth),
			'[{"name": "label_a", "title": "answer"}, {"name": "label_b", "title": "or"}, {"name": "n", "title": "pairs of ratings", "format": "count"},
			  {"name": "expected", "title": "by chance", "format": "count", "digits": 1}, {"name": "ratio", "title": "times chance", "format": "number"},
			  {"name": "low", "format": "number"}, {"name": "high", "format": "number"},
			  {"name": "share", "title": "share of all pairs", "format": "percent", "digits": 1}]',
			'{"row": "label_a", "column": "label_b", "value": "ratio", "low": "low", "high": "high", "n": "n", "triangle": true, "scale": "ratio",
			  "value_title": "two raters, two different answers: how often, in times of what chance would give"}',
			'A cell is two different answers to one item: to the left of a name and below it. Well below 1, raters tell the two apart. At 1 and '
			'above, they give the one or the other as if by chance, or the two are neighbours on a scale.',
			'No item has ratings that differ.')
	  FROM pairs AS c;
END;
COMMENT ON FUNCTION report_disagreement(ratings, text, float8) IS 'section of a report: which answers are given to the same item, against what chance would give, with intervals by item';

CREATE FUNCTION report_items(ratings ratings, level text DEFAULT 'nominal', "limit" bigint DEFAULT 25, items text[] DEFAULT NULL,
	texts text[] DEFAULT NULL, title text DEFAULT 'Which items need a decision?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH i AS (
		SELECT i.*, count(*) OVER () AS n_items, row_number() OVER (ORDER BY i.agreement, i.entropy DESC, i.item COLLATE "C") AS nth
		  FROM item_agreement(ratings, level) AS i
		 WHERE i.n_ratings > 1 AND i.n_labels > 1
	), answers AS (
		SELECT v.item, string_agg(v.value || ' (' || v.n || ')', ', ' ORDER BY v.n DESC, v.value COLLATE "C") AS answers
		  FROM (SELECT o.item, o.value, count(*) AS n FROM observations(ratings) AS o GROUP BY o.item, o.value) AS v
		 GROUP BY v.item
	)
	SELECT report_section('table', title,
			jsonb_agg(jsonb_build_object('item', i.item, 'text', t.text, 'answers', a.answers, 'n_ratings', i.n_ratings, 'agreement', i.agreement,
				'entropy', i.entropy, 'majority', i.majority, 'majority_share', i.majority_share) ORDER BY i.nth),
			'[{"name": "item"}]'::jsonb || CASE WHEN texts IS NOT NULL THEN '[{"name": "text"}]'::jsonb ELSE '[]' END ||
			'[{"name": "answers"}, {"name": "n_ratings", "title": "ratings", "format": "count"}, {"name": "agreement", "format": "number"},
			  {"name": "entropy", "title": "entropy, bits", "format": "number"}, {"name": "majority", "title": "most say"},
			  {"name": "majority_share", "title": "how many", "format": "percent"}]',
			reading => format('%s of %s items with two or more ratings are not unanimous. The most divided come first.',
				max(i.n_items), (SELECT count(*) FROM item_agreement(ratings, level) AS a WHERE a.n_ratings > 1)),
			empty => 'All items with two or more ratings are unanimous, or there are none.')
	  FROM i LEFT JOIN answers AS a ON a.item = i.item
			LEFT JOIN LATERAL (SELECT u.text FROM unnest(items, texts) AS u (item, text) WHERE u.item = i.item LIMIT 1) AS t ON true
	 WHERE (i.nth <= "limit") IS NOT FALSE AND CASE WHEN texts IS NOT NULL THEN report_same_length('items', items, texts) ELSE true END;
END;
COMMENT ON FUNCTION report_items(ratings, text, bigint, text[], text[], text) IS 'section of a report: the items that raters are divided on, a table';

CREATE FUNCTION report_confusion(confusion confusion, confidence float8 DEFAULT 0.95,
	title text DEFAULT 'Which labels does the judge take for others?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('matrix', title,
			jsonb_agg(jsonb_build_object('reference', c.reference, 'predicted', c.predicted, 'n', c.n, 'n_reference', c.n_reference,
				'share', c.n / c.n_reference, 'low', w.low, 'high', w.high) ORDER BY c.nth),
			'[{"name": "reference"}, {"name": "predicted"}, {"name": "n", "title": "cases", "format": "count"},
			  {"name": "n_reference", "title": "of", "format": "count"}, {"name": "share", "format": "percent"},
			  {"name": "low", "format": "percent"}, {"name": "high", "format": "percent"}]',
			'{"row": "reference", "column": "predicted", "value": "share", "low": "low", "high": "high", "n": "n", "square": true, "scale": "share",
			  "value_title": "share of the cases of a row"}',
			'A row is what is true, a column what was said. Each row adds up to all of its cases; the diagonal is right.',
			'Nothing has been compared yet.')
	  FROM (SELECT c.*, sum(c.n) OVER (PARTITION BY c.reference)::float8 AS n_reference
			  FROM cells(confusion) WITH ORDINALITY AS c (reference, predicted, n, nth)) AS c,
			wilson(c.n, c.n_reference, confidence) AS w;
END;
COMMENT ON FUNCTION report_confusion(confusion, float8, text) IS 'section of a report: what is taken for what, rows of the truth, a heat map with intervals';

-- ---- rubrics ----

CREATE FUNCTION report_axes(scores rubric_score[], clusters text[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How good is the work on each axis?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title,
			jsonb_agg(jsonb_build_object('axis', a.tag, 'value', i.value, 'ci_low', i.ci_low, 'ci_high', i.ci_high, 'n', i.n,
				'n_clusters', i.n_clusters, 'note', i.note) ORDER BY a.tag COLLATE "C"),
			'[{"name": "axis"}, {"name": "n", "title": "scores", "format": "count"}, {"name": "n_clusters", "title": "clusters", "format": "count"},
			  {"name": "value", "title": "mean score", "format": "number"}, {"name": "ci_low", "title": "low", "format": "number"},
			  {"name": "ci_high", "title": "high", "format": "number"}, {"name": "note"}]',
			jsonb_build_object('label', 'axis', 'value', 'value', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n', 'n_title', 'scores',
				'max', 1, 'value_title', 'mean score: points reached of those to be had',
				'interval_title', format('mean, with its %s %% interval', (100 * confidence)::numeric)),
			'An axis is a tag of the rubric: its score is what was reached of the points of the criteria that carry the tag.',
			'There are no scores with tagged criteria yet.')
	  FROM (SELECT x.tag, score_agg(x.score, u.cluster) AS s
			  FROM unnest(scores, clusters) AS u (score, cluster), axis_scores(u.score) AS x GROUP BY x.tag) AS a,
			ci(a.s, confidence, 'none') AS i
	 WHERE CASE WHEN clusters IS NOT NULL THEN report_same_length('scores', scores, clusters) ELSE true END;
END;
COMMENT ON FUNCTION report_axes(rubric_score[], text[], float8, text) IS 'section of a report: mean score of each axis of a rubric, with intervals';

CREATE FUNCTION report_criteria(grades score_matrix, missing text DEFAULT 'pairwise', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How often is each criterion met?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('bars', title, jsonb_agg(to_jsonb(i) ORDER BY i.difficulty DESC NULLS LAST, i.item COLLATE "C"),
			'[{"name": "item", "title": "criterion"}, {"name": "n", "title": "graded", "format": "count"},
			  {"name": "difficulty", "title": "mean grade", "format": "number"}, {"name": "difficulty_low", "title": "low", "format": "number"},
			  {"name": "difficulty_high", "title": "high", "format": "number"}]',
			jsonb_build_object('label', 'item', 'value', 'difficulty', 'low', 'difficulty_low', 'high', 'difficulty_high', 'n', 'n', 'n_title', 'graded',
				'value_title', 'mean grade', 'min', 0,
				'interval_title', format('mean grade, with its %s %% interval', (100 * confidence)::numeric)),
			'A criterion that nearly everything meets, or nothing, tells no difference and might go.',
			'Nothing has been graded yet.')
	  FROM item_stats(grades, missing, confidence) AS i;
END;
COMMENT ON FUNCTION report_criteria(score_matrix, text, float8, text) IS 'section of a report: mean grade of each criterion, with intervals';

CREATE FUNCTION report_discrimination(grades score_matrix, missing text DEFAULT 'pairwise', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'Which criteria tell good work from bad?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title, jsonb_agg(to_jsonb(i) ORDER BY i.item_rest DESC NULLS LAST, i.item COLLATE "C"),
			'[{"name": "item", "title": "criterion"}, {"name": "n", "title": "graded", "format": "count"},
			  {"name": "item_rest", "title": "item-rest correlation", "format": "number"}, {"name": "item_rest_low", "title": "low", "format": "number"},
			  {"name": "item_rest_high", "title": "high", "format": "number"},
			  {"name": "alpha_if_dropped", "title": "alpha without it", "format": "number"}, {"name": "flag"}]',
			jsonb_build_object('label', 'item', 'value', 'item_rest', 'low', 'item_rest_low', 'high', 'item_rest_high', 'n', 'n', 'n_title', 'graded',
				'value_title', 'correlation with the other criteria', 'reference', 0, 'reference_title', 'tells nothing',
				'interval_title', format('item-rest correlation, with its %s %% interval', (100 * confidence)::numeric)),
			'How the grade by one criterion goes with the sum of the others. Near 0 it measures something else, or nothing; below 0 it works '
			'against the others, as a penalty should.',
			'Nothing has been graded yet.')
	  FROM item_stats(grades, missing, confidence) AS i;
END;
COMMENT ON FUNCTION report_discrimination(score_matrix, text, float8, text) IS 'section of a report: item-rest correlation of each criterion, with intervals';

-- ---- preference ----

CREATE FUNCTION report_preference(comparisons comparisons, scale text DEFAULT 'elo', ci text DEFAULT 'model', ties text DEFAULT 'half',
	prior float8 DEFAULT 0, order_effect boolean DEFAULT false, confidence float8 DEFAULT 0.95, on_disconnected text DEFAULT 'error',
	title text DEFAULT 'Which one is preferred?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title, jsonb_agg(to_jsonb(b) ORDER BY b.rating DESC NULLS LAST, b.item COLLATE "C"),
			jsonb_build_array('{"name": "item"}'::jsonb, '{"name": "n", "title": "comparisons", "format": "count"}'::jsonb,
				'{"name": "wins", "format": "count"}'::jsonb, '{"name": "losses", "format": "count"}'::jsonb, '{"name": "ties", "format": "count"}'::jsonb,
				jsonb_build_object('name', 'rating', 'format', 'number', 'digits', CASE scale WHEN 'elo' THEN 0 ELSE 2 END),
				jsonb_build_object('name', 'ci_low', 'title', 'low', 'format', 'number', 'digits', CASE scale WHEN 'elo' THEN 0 ELSE 2 END),
				jsonb_build_object('name', 'ci_high', 'title', 'high', 'format', 'number', 'digits', CASE scale WHEN 'elo' THEN 0 ELSE 2 END),
				'{"name": "rank_low", "title": "rank from", "format": "count"}'::jsonb, '{"name": "rank_high", "title": "rank to", "format": "count"}'::jsonb,
				'{"name": "component", "format": "count"}'::jsonb, '{"name": "status"}'::jsonb),
			jsonb_build_object('label', 'item', 'value', 'rating', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n', 'n_title', 'votes',
				'rank_low', 'rank_low', 'rank_high', 'rank_high',
				'value_title', CASE scale WHEN 'elo' THEN 'Bradley-Terry rating on the scale of Elo: 400 more is to win ten times of eleven'
					ELSE 'Bradley-Terry strength, in logits' END,
				'interval_title', format('rating, with its %s %% interval', (100 * confidence)::numeric)),
			'From comparisons of two at a time. The range of ranks is what the intervals leave open: where two ranges overlap, which one is better is '
			'not known.',
			'Nothing has been compared yet.')
	  FROM bradley_terry(comparisons, ties, prior, scale, NULL, ci, order_effect, confidence, on_disconnected) AS b;
END;
COMMENT ON FUNCTION report_preference(comparisons, text, text, text, float8, boolean, float8, text, text) IS 'section of a report: Bradley-Terry ratings with intervals and ranges of ranks';

-- ---- review, texts, people ----

CREATE FUNCTION report_funnel_counts(states text[], counts float8[], confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How far does the work get in review?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('bars', title,
			(SELECT jsonb_agg(jsonb_build_object('state', u.state, 'n', u.n, 'share', u.n / nullif(counts[1], 0), 'low', w.low, 'high', w.high,
						'of_previous', u.n / nullif(counts[u.nth - 1], 0)) ORDER BY u.nth)
			   FROM unnest(states, counts) WITH ORDINALITY AS u (state, n, nth)
					LEFT JOIN LATERAL wilson(u.n, counts[1], confidence) AS w ON counts[1] > 0 AND u.n <= counts[1]),
			'[{"name": "state"}, {"name": "n", "title": "reached by", "format": "count"},
			  {"name": "share", "title": "of all", "format": "percent", "digits": 1}, {"name": "low", "format": "percent", "digits": 1},
			  {"name": "high", "format": "percent", "digits": 1}, {"name": "of_previous", "title": "of the state before", "format": "percent", "digits": 1}]',
			jsonb_build_object('label', 'state', 'value', 'share', 'low', 'low', 'high', 'high', 'n', 'n', 'n_title', 'items', 'min', 0,
				'value_title', 'share of all that came in',
				'interval_title', format('share, with its %s %% Wilson interval', (100 * confidence)::numeric)),
			'How many items have reached each state, of all that came in. What is still on its way counts where it has been.',
			'Nothing is under review yet.')
	 WHERE report_same_length('states', states, counts);
END;
COMMENT ON FUNCTION report_funnel_counts(text[], float8[], float8, text) IS 'section of a report: how many items have reached each state of a review, the first state first';

CREATE FUNCTION report_durations(names text[], medians float8[], lows float8[], highs float8[], ns float8[] DEFAULT NULL,
	groups text[] DEFAULT NULL, log boolean DEFAULT true, title text DEFAULT 'How long does it take?',
	value_title text DEFAULT 'median time', reading text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT report_estimates(title, names, medians, lows, highs, ns, groups, format => 'duration', log => log,
			value_title => value_title, n_title => 'spells', interval_title => 'median, with its 95 % interval',
			reading => coalesce(reading, 'Half of the spells were shorter than the dot, half longer.'));
END;
COMMENT ON FUNCTION report_durations(text[], float8[], float8[], float8[], float8[], text[], boolean, text, text, text) IS 'section of a report: times in seconds with their intervals, such as time in each state of a review';

CREATE FUNCTION report_duplicates(corpus corpus, threshold float8 DEFAULT 0.7, measure text DEFAULT 'idf_jaccard', "limit" bigint DEFAULT 20,
	ids text[] DEFAULT NULL, texts text[] DEFAULT NULL, title text DEFAULT 'Which texts are nearly the same?') RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE COST 200000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH d AS (
		SELECT d.* FROM duplicate_clusters(corpus, threshold, measure) AS d WHERE d.size > 1
	), c AS (
		SELECT d.cluster, min(d.representative) AS representative, max(d.size) AS size, min(d.similarity) AS similarity,
				string_agg(d.id, ', ' ORDER BY d.id COLLATE "C") AS members
		  FROM d GROUP BY d.cluster ORDER BY max(d.size) DESC, d.cluster LIMIT "limit"
	)
	SELECT report_section('bars', title,
			jsonb_agg(jsonb_build_object('text', coalesce(t.text, c.representative), 'representative', c.representative, 'size', c.size,
				'similarity', c.similarity, 'members', c.members) ORDER BY c.size DESC, c.cluster),
			CASE WHEN texts IS NOT NULL THEN '[{"name": "text"}, {"name": "representative"}]'::jsonb
				 ELSE '[{"name": "text", "title": "representative"}]' END ||
			'[{"name": "size", "title": "texts", "format": "count"},
			  {"name": "similarity", "title": "least similarity to it", "format": "number"}, {"name": "members"}]',
			'{"label": "text", "value": "size", "counts": true, "min": 0, "value_title": "texts in the cluster"}',
			(SELECT format('Of %s texts %s stand in clusters of near-duplicates (similarity of %s or more). Number of clusters: %s. Texts that equal another to the letter: %s.',
					s.n_texts, s.n_duplicates, threshold::numeric, s.n_clusters, s.n_equal)
			   FROM duplicate_stats(corpus, threshold, measure) AS s),
			coalesce((SELECT format('No two of %s texts are nearly the same (similarity of %s or more).', s.n_texts, threshold::numeric)
						FROM duplicate_stats(corpus, threshold, measure) AS s), 'There are no texts yet.'),
			CASE WHEN (SELECT count(DISTINCT d.cluster) FROM d) > "limit"
				THEN ARRAY[format('The %s largest of %s clusters are shown.', "limit", (SELECT count(DISTINCT d.cluster) FROM d))] END)
	  FROM c LEFT JOIN LATERAL (SELECT u.text FROM unnest(ids, texts) AS u (id, text) WHERE u.id = c.representative LIMIT 1) AS t ON true
	 WHERE CASE WHEN texts IS NOT NULL THEN report_same_length('ids', ids, texts) ELSE true END;
END;
COMMENT ON FUNCTION report_duplicates(corpus, float8, text, bigint, text[], text[], text) IS 'section of a report: the largest clusters of near-duplicate texts';

CREATE FUNCTION report_workload(people text[], seconds float8[], title text DEFAULT 'How is the work shared?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH p AS (
		SELECT u.person, count(*) AS tasks, sum(u.seconds ORDER BY u.seconds) AS seconds
		  FROM unnest(people, seconds) AS u (person, seconds)
		 WHERE u.person IS NOT NULL AND u.seconds IS NOT NULL
		 GROUP BY u.person
	)
	SELECT report_section('bars', title,
			jsonb_agg(jsonb_build_object('person', p.person, 'tasks', p.tasks, 'seconds', p.seconds, 'share', p.seconds / nullif(t.seconds, 0))
				ORDER BY p.seconds DESC, p.person COLLATE "C"),
			'[{"name": "person"}, {"name": "tasks", "format": "count"}, {"name": "seconds", "title": "time", "format": "duration"},
			  {"name": "share", "title": "of all time", "format": "percent", "digits": 1}]',
			jsonb_build_object('label', 'person', 'value', 'seconds', 'n', 'tasks', 'n_title', 'tasks', 'counts', true, 'min', 0,
				'value_title', 'time spent', 'reference', min(t.seconds) / count(*), 'reference_title', 'an equal share'),
			'Time that each person has spent: a sum, not an estimate. It says who carries the work, not who works well.',
			'Nobody has worked yet.')
	  FROM p, (SELECT sum(p.seconds ORDER BY p.seconds) AS seconds FROM p) AS t
	 WHERE report_same_length('people', people, report_workload.seconds);
END;
COMMENT ON FUNCTION report_workload(text[], float8[], text) IS 'section of a report: time that each person has spent, one element a task';

CREATE FUNCTION report_pay(people text[], pay float8[], seconds float8[], floor float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
	title text DEFAULT 'What does an hour of work earn?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 SET extra_float_digits = 1
BEGIN ATOMIC
	WITH u AS (
		SELECT u.person, u.pay, u.seconds / 3600 AS hours
		  FROM unnest(people, pay, seconds) AS u (person, pay, seconds)
		 WHERE u.person IS NOT NULL AND u.pay IS NOT NULL AND u.seconds IS NOT NULL
	), p AS (
		SELECT u.person, count(*) AS tasks, sum(u.pay ORDER BY u.pay) AS pay, sum(u.hours ORDER BY u.hours) AS hours FROM u GROUP BY u.person
	), rate AS (
		SELECT p.*, p.pay / nullif(p.hours, 0) AS rate,
				(sum(p.pay) OVER () - p.pay) / nullif(sum(p.hours) OVER () - p.hours, 0) AS others
		  FROM p
	), linear AS (
		-- a ratio of sums: its error is that of the mean of what each task adds to it (Cochran 1977, 6.4)
		SELECT r.person, score_agg(r.rate + (u.pay - r.rate * u.hours) / (r.hours / r.tasks)) AS s
		  FROM rate AS r JOIN u ON u.person = r.person WHERE r.rate IS NOT NULL GROUP BY r.person
	)
	SELECT report_section('forest', title,
			jsonb_agg(jsonb_build_object('person', r.person, 'tasks', r.tasks, 'hours', r.hours, 'pay', r.pay, 'rate', r.rate,
				'low', i.ci_low, 'high', i.ci_high, 'others', r.others) ORDER BY r.rate DESC NULLS LAST, r.person COLLATE "C"),
			'[{"name": "person"}, {"name": "tasks", "format": "count"}, {"name": "hours", "format": "number"}, {"name": "pay", "format": "number"},
			  {"name": "rate", "title": "pay an hour", "format": "number"}, {"name": "low", "format": "number"}, {"name": "high", "format": "number"},
			  {"name": "others", "title": "the others", "format": "number"}]',
			jsonb_build_object('label', 'person', 'value', 'rate', 'low', 'low', 'high', 'high', 'n', 'tasks', 'n_title', 'tasks',
				'other', 'others', 'other_title', 'all others together', 'reference', floor, 'reference_title', 'the least that is to be paid',
				'value_title', 'pay for an hour of work', 'interval_title', format('this person, with the %s %% interval', (100 * confidence)::numeric)),
			'Pay over time, as it came out. Where pay is by the piece, a low rate may mean hard or badly described tasks as well as slow work. The '
			'interval says what other tasks like these would give.',
			'Nobody has been paid yet.')
	  FROM rate AS r LEFT JOIN linear AS l ON l.person = r.person LEFT JOIN LATERAL ci(l.s, confidence, 'none') AS i ON true
	 WHERE report_same_length('people', people, report_pay.pay) AND report_same_length('people', people, report_pay.seconds);
END;
COMMENT ON FUNCTION report_pay(text[], float8[], float8[], float8, float8, text) IS 'section of a report: pay for an hour of each person, with intervals, one element a task';

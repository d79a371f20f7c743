-- export: sections of a report on review (docs/report.md), from the states of review_path and review_metrics

CREATE FUNCTION report_funnel(paths review_paths, states text[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How far does the work get in review?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('bars', title, jsonb_agg(to_jsonb(f) - 'nth' ORDER BY f.nth),
			'[{"name": "state"}, {"name": "n_items", "title": "reached by", "format": "count"}, {"name": "share", "title": "of all", "format": "percent", "digits": 1},
			  {"name": "ci_low", "title": "low", "format": "percent", "digits": 1}, {"name": "ci_high", "title": "high", "format": "percent", "digits": 1},
			  {"name": "n_now", "title": "there now", "format": "count"}]',
			jsonb_build_object('label', 'state', 'value', 'share', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n_items', 'n_title', 'items', 'min', 0, 'max', 1,
				'value_title', 'share of all items',
				'interval_title', format('share, with its %s %% interval', (100 * confidence)::numeric)),
			'How many items have ever been in each state, of all that came in. What is still on its way counts where it has been.',
			'Nothing is under review yet.')
	  FROM funnel(paths, states, as_of, confidence) WITH ORDINALITY AS f (state, n_items, share, ci_low, ci_high, n_now, nth);
END;
COMMENT ON FUNCTION report_funnel(review_paths, text[], timestamptz, float8, text) IS 'section of a report: how many items have reached each state of a review';

CREATE FUNCTION report_time_in_state(paths review_paths, as_of timestamptz DEFAULT now(), terminal text[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How long do items stay in each state?') RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title,
			jsonb_agg(jsonb_build_object('state', t.state, 'n_items', t.n_items, 'n_visits', t.n_visits, 'n_open', t.n_open,
				'median', extract(epoch FROM t.median)::float8, 'low', extract(epoch FROM t.ci_low)::float8, 'high', extract(epoch FROM t.ci_high)::float8,
				'total', extract(epoch FROM t.total)::float8) ORDER BY t.nth),
			'[{"name": "state"}, {"name": "n_items", "title": "items", "format": "count"}, {"name": "n_visits", "title": "visits", "format": "count"},
			  {"name": "n_open", "title": "still there", "format": "count"}, {"name": "median", "format": "duration"},
			  {"name": "low", "format": "duration"}, {"name": "high", "format": "duration"}, {"name": "total", "format": "duration"}]',
			jsonb_build_object('label', 'state', 'value', 'median', 'low', 'low', 'high', 'high', 'n', 'n_visits', 'n_title', 'visits', 'log', true,
				'value_title', 'median time of a visit',
				'interval_title', format('median, with its %s %% interval', (100 * confidence)::numeric)),
			'Half of the visits to a state end before the dot. What is still there counts as lasting at least until now (Kaplan-Meier); where '
			'too few visits have ended, the median is not known.',
			'Nothing is under review yet.')
	  FROM time_in_state(paths, as_of, terminal, confidence) WITH ORDINALITY AS t (state, n_items, n_visits, n_open, total, median, ci_low, ci_high, nth);
END;
COMMENT ON FUNCTION report_time_in_state(review_paths, timestamptz, text[], float8, text) IS 'section of a report: median time in each state of a review, items still there taken into account';

CREATE FUNCTION report_reviewers(decisions decisions, reference text DEFAULT 'others', confidence float8 DEFAULT 0.95,
	title text DEFAULT 'How much does each reviewer accept?') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 SET extra_float_digits = 1
BEGIN ATOMIC
	SELECT report_section('forest', title, jsonb_agg(to_jsonb(l) ORDER BY l.value DESC NULLS LAST, l.reviewer COLLATE "C"),
			'[{"name": "reviewer"}, {"name": "n", "title": "decisions", "format": "count"}, {"name": "value", "title": "accepted", "format": "percent", "digits": 1},
			  {"name": "ci_low", "title": "low", "format": "percent", "digits": 1}, {"name": "ci_high", "title": "high", "format": "percent", "digits": 1},
			  {"name": "expected", "title": "others, of the same authors", "format": "percent", "digits": 1},
			  {"name": "excess", "title": "difference", "format": "percent", "digits": 1}, {"name": "excess_low", "title": "difference, low", "format": "percent", "digits": 1},
			  {"name": "excess_high", "title": "difference, high", "format": "percent", "digits": 1},
			  {"name": "rank_low", "title": "rank from", "format": "count"}, {"name": "rank_high", "title": "rank to", "format": "count"}, {"name": "evidence"}]',
			jsonb_build_object('label', 'reviewer', 'value', 'value', 'low', 'ci_low', 'high', 'ci_high', 'n', 'n', 'n_title', 'decisions',
				'other', 'expected', 'other_title', 'what others accept of the same authors', 'rank_low', 'rank_low', 'rank_high', 'rank_high',
				'min', 0, 'max', 1, 'value_title', 'share of decisions that accept',
				'interval_title', format('this reviewer, with the %s %% interval', (100 * confidence)::numeric)),
			'Reviewers see the work of different authors, so each is compared with what others accept of the same ones. Whether somebody '
			'differs is for the interval of the difference to say, in the table: where it holds 0, nothing is shown about the person.',
			'Nothing has been decided yet.')
	  FROM leniency(decisions, reference, confidence) AS l;
END;
COMMENT ON FUNCTION report_reviewers(decisions, text, float8, text) IS 'section of a report: what each reviewer accepts, beside what others accept of the same authors';

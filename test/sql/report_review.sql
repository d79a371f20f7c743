-- Reports on review: the numbers of funnel, time_in_state and leniency.
\pset format unaligned
\pset footer off
\set SHOW_CONTEXT never
SET search_path = hdata, public;
CREATE TEMPORARY TABLE report_events (item text, state text, at timestamptz, person text, author text);
INSERT INTO report_events
SELECT 'i' || i, s, '2026-01-01 00:00Z'::timestamptz + i * interval '1 hour' + k * (i % 7 + 1) * interval '20 min', 'r' || i % 3, 'a' || i % 4
  FROM generate_series(1, 30) AS i, unnest('{draft,submitted,accepted}'::text[]) WITH ORDINALITY AS u (s, k) WHERE k <= 1 + i % 3;
CREATE TEMPORARY VIEW report_paths AS SELECT review_paths_agg(item, state, at) AS p FROM report_events;
SELECT x.* FROM report_paths, jsonb_to_recordset(report_funnel(p, '{draft,submitted,accepted}') -> 'rows') AS x (state text, n_items int, n_now int, share float8);
SELECT report_funnel(p, '{draft,submitted,accepted}') -> 'rows' = (SELECT jsonb_agg(to_jsonb(f) ORDER BY array_position('{draft,submitted,accepted}', f.state)) FROM funnel(p, '{draft,submitted,accepted}') AS f) AS same FROM report_paths;
SELECT x.* FROM report_paths, jsonb_to_recordset(report_time_in_state(p, '2026-02-01 00:00Z', '{accepted}') -> 'rows') AS x (state text, n_visits int, n_open int, median float8);
SELECT count(*) > 0 AND bool_and(x.median IS NOT DISTINCT FROM extract(epoch FROM t.median)::float8 AND x.low IS NOT DISTINCT FROM extract(epoch FROM t.ci_low)::float8
		AND x.high IS NOT DISTINCT FROM extract(epoch FROM t.ci_high)::float8 AND x.n_open = t.n_open) AS same
	FROM report_paths, time_in_state(p, '2026-02-01 00:00Z', '{accepted}') AS t
	JOIN jsonb_to_recordset(report_time_in_state((SELECT p FROM report_paths), '2026-02-01 00:00Z', '{accepted}') -> 'rows') AS x (state text, n_open int, median float8, low float8, high float8) USING (state);
SELECT report_reviewers(d) -> 'rows' = (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.value DESC, l.reviewer) FROM leniency(d) AS l) AS same
	FROM (SELECT decisions_agg(person, author, state = 'accepted') AS d FROM report_events) AS d;
SELECT report('P', report_funnel(p), report_time_in_state(p, '2026-02-01 00:00Z'), report_reviewers(d)) ~ '<svg role="img"' AS drawn
	FROM report_paths, (SELECT decisions_agg(person, author, state = 'accepted') AS d FROM report_events) AS d;
SELECT (SELECT array_agg(m[1]) FROM regexp_matches(report('P', report_funnel(NULL::review_paths), report_time_in_state(NULL), report_reviewers(NULL)), '<p class="empty"[^>]*>([^<]*)', 'g') AS m) AS words;
SELECT report_reviewers(d, 'nobody') FROM (SELECT decisions_agg(person, author, true) AS d FROM report_events) AS d;

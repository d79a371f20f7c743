-- km: Kaplan-Meier curves, quantiles, areas, comparison, the speed signal
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';

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

CREATE TEMP TABLE t6mp AS SELECT km_agg(t, e = 1) AS k FROM unnest('{6,6,6,7,10,13,16,22,23,6,9,10,11,17,19,20,25,32,32,34,35}'::float8[], '{1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0}'::int[]) v(t, e);
CREATE TEMP TABLE placebo AS SELECT km_agg(t, true) AS k FROM unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::float8[]) t;

SELECT n_ended(k), n_censored(k), km_median(k), km_quantile(k, 0.25), km_quantile(k, 0.9) FROM t6mp;
SELECT c.t, c.n_at_risk, c.n_ended, c.n_censored, round(c.survival::numeric, 4) AS s, round(c.se::numeric, 4) AS se, round(c.ci_low::numeric, 4) AS low, round(c.ci_high::numeric, 4) AS high FROM t6mp, km_curve(k) c;
SELECT band, p, q.* FROM t6mp, unnest('{log-log,log,plain}'::text[]) WITH ORDINALITY b(band, i), unnest('{0.25,0.5,0.9}'::float8[]) p, km_quantile_ci(k, p, 0.95, band) q ORDER BY i, p;
SELECT t, round(q.value::numeric, 4) AS s, round(q.se::numeric, 4) AS se, round(q.ci_low::numeric, 4) AS low, round(q.ci_high::numeric, 4) AS high, n_at_risk, note, km_survival(k, t) IS NOT DISTINCT FROM q.value AS same
FROM t6mp, unnest('{0,5.9,6,20,35,36}'::float8[]) t, km_survival_ci(k, t) q;
SELECT band, round(q.ci_low::numeric, 4) AS low, round(q.ci_high::numeric, 4) AS high FROM t6mp, unnest('{log-log,log,plain}'::text[]) WITH ORDINALITY b(band, i), km_survival_ci(k, 16, band => band) q ORDER BY i;
-- nothing is left, nothing has ended, a single one
SELECT q.*, km_survival(k, 99) FROM placebo, km_survival_ci(k, 30) q;
SELECT km_median(k), km_survival(k, 6), km_rmst(k, 7), q.note, round(s.ci_low::numeric, 4) AS low, s.note FROM (SELECT km_agg(t, false) AS k FROM generate_series(5, 7) t) q0, km_quantile_ci(k, 0.5) q, km_survival_ci(k, 6) s;
SELECT km_median(k), km_quantile(k, 1), km_survival(k, 0), r.* FROM (SELECT km_agg(3, true) AS k) q, km_rmst_ci(k, 5) r;
-- the first time is the median where a flat stretch lies at one half; shares written in decimals are met
SELECT km_median(km_agg(t, true)) FROM generate_series(1, 4) t;
SELECT p, km_quantile(km_agg(t, true), p) FROM generate_series(1, 10) t, unnest('{0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1}'::float8[]) p GROUP BY p ORDER BY p;
SELECT bool_and(km_quantile(k, i / 1000.0) = i) AS exact FROM (SELECT km_agg(t, true) AS k FROM generate_series(1, 1000) t) q, generate_series(1, 1000) i;
-- ends come before censorings at the same time
SELECT round(km_survival(km_agg(t, e), 2)::numeric, 4) AS s FROM (VALUES (1, true), (2, true), (2, false), (3, true)) v(t, e);
-- without censoring the curve is the distribution, the area the mean, and quantiles are values
SELECT max(abs(c.survival - (SELECT count(*) FILTER (WHERE x > c.t) / 21.0 FROM unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::int[]) x)::float8)) < 1e-15 AS distribution,
	(SELECT abs(km_rmst(k, 23) - 26 / 3.0::float8) < 1e-14 FROM placebo) AS mean FROM placebo, km_curve(k) c;
-- restricted means: by the sum of rectangles
SELECT tau, round(r.value::numeric, 6) AS value, round(r.se::numeric, 6) AS se, round(r.ci_low::numeric, 3) AS low, round(r.ci_high::numeric, 3) AS high, r.note, km_rmst(k, tau) IS NOT DISTINCT FROM r.value AS same,
	abs(r.value - (SELECT sum((least(coalesce(nxt, tau), tau) - t) * s) FROM (SELECT t, s, lead(t) OVER (ORDER BY t) AS nxt FROM (SELECT 0::float8 AS t, 1::float8 AS s UNION ALL SELECT t, survival FROM km_curve(k)) u WHERE t < tau) w)) < 1e-12 AS rectangles
FROM t6mp, unnest('{0,3,10,23,35,40}'::float8[]) tau, km_rmst_ci(k, tau) r;
-- log-rank: the published chi-squared of these data is 16.79
SELECT c.n_a, c.ended_a, round(c.expected_a::numeric, 2) AS expected_a, c.n_b, c.ended_b, round(c.expected_b::numeric, 2) AS expected_b, round((c.z ^ 2)::numeric, 2) AS chi_squared, round(c.hazard_ratio::numeric, 3) AS hr,
	round(c.ci_low::numeric, 3) AS low, round(c.ci_high::numeric, 3) AS high, c.p_value, c.note FROM placebo a, t6mp b, km_compare(a.k, b.k) c;
SELECT round(c.p_value::numeric, 7) AS p_value, round(d.p_value::numeric, 4) AS other, e.z, round(f.z::numeric, 6) AS mirrored FROM placebo a, t6mp b, km_compare(a.k, b.k, null_value => 1) c, km_compare(a.k, b.k, null_value => 3) d, km_compare(a.k, a.k) e, km_compare(b.k, a.k) f;
SELECT c.hazard_ratio, c.note FROM km_compare((SELECT km_agg(1, true)), (SELECT km_agg(5, false))) c;
SELECT c.hazard_ratio, c.note FROM km_compare((SELECT km_agg(5, true)), (SELECT km_agg(1, false))) c;
-- intervals are seconds, however they are written
SELECT km_agg(t, true)::jsonb FROM unnest('{1 day,24:00:00,1.5 seconds,00:00:01.5}'::interval[]) t;
-- nulls
SELECT km_agg(t, e)::jsonb FROM (VALUES (1.0::float8, true), (NULL, true), (2, NULL), (-0.0, false)) v(t, e);
SELECT (SELECT km_agg(NULL::float8, true)) IS NULL AS nothing, km_quantile(NULL, 0.5), km_survival(k, NULL), (SELECT count(*) FROM km_curve(NULL)), (SELECT count(*) FROM km_quantile_ci(k, NULL)), (SELECT count(*) FROM km_compare(k, NULL)) FROM placebo;
SELECT pg_temp.failure(q) FROM unnest(ARRAY['km_agg(-1, true)', 'km_agg(''NaN''::float8, true)', 'km_agg(''infinity''::float8, true)', 'km_agg(interval ''1 month'', true)', 'km_agg(interval ''-1 s'', true)',
	'km_quantile(k, 0)', 'km_quantile(k, 1.1)', 'km_quantile(k, ''NaN'')', 'km_quantile_ci(k, 0.5, 1)', 'km_quantile_ci(k, 0.5, NULL)', 'km_quantile_ci(k, 0.5, 0.9, ''logit'')', 'km_survival(k, -1)', 'km_survival(k, ''infinity'')',
	'km_curve(k, 0)', 'km_rmst(k, -1)', 'km_rmst_ci(k, ''NaN'')', 'km_compare(k, k, null_value => 0)', 'km_compare(k, k, 2)', 'speed_limits(k, 0)', 'speed_signals(k, NULL)']) WITH ORDINALITY u(x, i), LATERAL (SELECT 'SELECT ' || x || ' FROM placebo') y(q) ORDER BY i;

-- the speed signal: far from the median of logarithms
CREATE TEMP TABLE pace AS SELECT km_agg(t, true) AS k FROM unnest('{42,55,61,48,70,52,66,58,49,63,5,400}'::float8[]) t;
SELECT z.duration, z.n, round(z.z::numeric, 4) AS z, z.signal FROM pace, speed_signals(k) z;
SELECT n, round(median::numeric, 3) AS median, round(log_scale::numeric, 4) AS log_scale, round(low::numeric, 2) AS low, round(high::numeric, 2) AS high, note FROM pace, speed_limits(k);
SELECT 'same' AS what, l.* FROM (SELECT km_agg(5, true) AS k FROM generate_series(1, 3)) q, speed_limits(k) l UNION ALL SELECT 'open', l.* FROM (SELECT km_agg(5, false) AS k) q, speed_limits(k) l
UNION ALL SELECT 'nothing', l.* FROM (SELECT km_agg(0, true) AS k FROM generate_series(1, 3)) q, speed_limits(k) l;
SELECT z.* FROM (SELECT km_agg(t, true) AS k FROM unnest('{0,50,60,70,80}'::float8[]) t) q, speed_signals(k) z;

-- stored by release 0.1.0: readable for ever (docs/storage.md)
SELECT k FROM placebo;
SELECT k FROM t6mp;
SELECT '\x0103bff00000000000000201c0000000000000000003c0080000000000000100'::km::jsonb;
SELECT pg_temp.failure('SELECT ' || quote_literal(v) || '::km') FROM (VALUES ('x'), ('\x'), ('\x02'), ('\x0100'), ('\x0101bff00000000000000000'), ('\x0101bff000000000000001'), ('\x0102bff00000000000000100bff00000000000000100'), ('\x01013ff00000000000000100'), ('\x0101bff0000000000000010000')) x(v);

-- groups of very unequal size: one step goes beyond any ratio there is
SELECT round(c.expected_a::numeric, 6) AS expected_a, round(c.z::numeric, 3) AS z, c.hazard_ratio, c.ci_low, c.ci_high, round(c.p_value::numeric, 6) AS p_value, c.note
  FROM (SELECT hdata.km_agg(1.0::float8, true) AS a) AS x, (SELECT hdata.km_agg(2.0::float8, i > 0) AS b FROM generate_series(1, 2000) AS i) AS y,
       LATERAL (VALUES (a, b, NULL), (b, a, 1.0), (a, b, 2.0)) AS v(l, r, null_value), hdata.km_compare(l, r, null_value => v.null_value) AS c;

-- shrunk rates, always-valid intervals, sequential tests and control charts
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = -3;

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

-- ---- always-valid intervals ----
SELECT x, n, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM (VALUES (0, 0), (0, 20), (3, 20), (20, 20), (300, 2000), (1, 1)) v(x, n), always_valid(x, n);
-- wider than the interval for one look; symmetric; the ratio at the bounds is 1 / alpha
SELECT count(*) FILTER (WHERE NOT (a.low <= w.low AND w.high <= a.high)) AS narrower, count(*) FILTER (WHERE abs(a.low - (1 - b.high)) > 1e-12) AS asymmetric
	FROM generate_series(0, 40) x, always_valid(x, 40) a, wilson(x, 40) w, always_valid(40 - x, 40) b;
SELECT always_valid(NULL, 5), always_valid(5, NULL), always_valid(3, 20, 0.9, 1, 1);

-- ---- shrunk rates ----
SELECT * FROM beta_prior('{1,2,3}', '{10,10,10}');
SELECT method, status, round(alpha::numeric, 3) AS alpha, round(beta::numeric, 3) AS beta, round(mean::numeric, 3) AS mean, n_units, note
FROM (VALUES (1, 'all alike', '{2,2,2}'::float8[], '{10,10,10}'::float8[]), (2, 'none', '{0,0}', '{10,10}'), (3, 'all', '{10,10}', '{10,10}'),
		(4, 'too spread', '{10,0,10,0}', '{10,10,10,10}'), (5, 'one', '{3}', '{10}'), (6, 'no trials', '{3,0,0}', '{10,0,0}'), (7, 'empty', '{}', '{}'),
		(8, 'unknown', '{3,NULL,5}', '{10,10,10}'), (9, 'spread', '{1,9,5,2,8}', '{10,10,10,10,10}')) v(o, status, x, n),
	unnest('{moments,ml}'::text[]) method, beta_prior(x, n, method) ORDER BY o, method DESC;
SELECT count(*) AS rows_of_null FROM beta_prior(NULL, '{1}');
SELECT * FROM beta_shrink(6, 10, 1, 1, 0.95, 0.8);
SELECT value, ci_low < value AND value < ci_high AS inside, p_below, raw, weight FROM beta_shrink(0, 0, 8, 2);
SELECT count(*) FROM beta_shrink(NULL, 10, 1, 1) UNION ALL SELECT count(*) FROM beta_shrink(1, 10, NULL, NULL);
-- each against all others: its own rate is not in its prior
SELECT at, n, round(value::numeric, 4) AS value, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, round(p_below::numeric, 4) AS p_below, raw,
	round(expected::numeric, 4) AS expected, round(prior_n::numeric, 2) AS prior_n, note
FROM beta_shrink('{9,8,10,6,3,0}'::float8[], '{10,10,10,10,10,0}'::float8[], 'moments', 0.9, 0.8);
SELECT at, n, round(value::numeric, 4) AS value, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, round(p_below::numeric, 4) AS p_below, raw,
	round(expected::numeric, 4) AS expected, round(prior_n::numeric, 2) AS prior_n, note
FROM beta_shrink('{9,8,10,6,3,0}'::float8[], '{10,10,10,10,10,0}'::float8[], 'bayes', 0.9, 0.8);
-- many units without spread are shrunk to one rate; none, or two, are not enough; nobody ever failing is possible
SELECT max(value) - min(value) < 0.01 AS to_one, max(ci_high) - min(ci_low) < 0.1 AS narrow FROM (SELECT array_agg(18 + i % 3)::float8[] AS x, array_agg(20)::float8[] AS n FROM generate_series(1, 100) i) q, beta_shrink(x, n);
SELECT count(*), count(value), min(note) FROM beta_shrink('{5,6}'::float8[], '{10,10}'::float8[]) UNION ALL SELECT count(*), count(value), min(note) FROM beta_shrink('{}'::float8[], '{}'::float8[]);
SELECT round(value::numeric, 4) AS value, ci_high FROM beta_shrink('{0,0,0}'::float8[], '{10,10,10}'::float8[]) LIMIT 1;
-- the mean of the posterior against the double integral over 1,200 priors
WITH u(x, n) AS (VALUES (9, 10), (8, 10), (10, 10), (6, 10), (3, 10)),
grid AS (SELECT m, s, m * s AS a, (1 - m) * s AS b FROM (SELECT 1 / (1 + exp(5 - i * 0.25::float8)) AS m FROM generate_series(0, 40) i) i, (SELECT exp(-1.6::float8 + j * 0.25::float8) AS s FROM generate_series(0, 28) j) j),
weighed AS (SELECT a, b, ln(a) + ln(b) - 2.5 * ln(a + b) + (SELECT sum((SELECT coalesce(sum(ln(a + k)), 0) FROM generate_series(0, x - 1) k) + (SELECT coalesce(sum(ln(b + k)), 0) FROM generate_series(0, n - x - 1) k) - (SELECT sum(ln(a + b + k)) FROM generate_series(0, n - 1) k)) FROM u) AS l FROM grid)
SELECT round((sum(exp(l) * (a + 3) / (a + b + 10)) / sum(exp(l)))::numeric, 3) AS by_hand, (SELECT round(value::numeric, 3) FROM beta_shrink('{9,8,10,6,3}'::float8[], '{10,10,10,10,10}'::float8[]) WHERE at = 5) AS value FROM weighed;
SELECT method, abs(a.expected - b.expected) < CASE method WHEN 'bayes' THEN 0.001 ELSE 1e-9 END AS own_is_left_out FROM unnest('{bayes,moments,ml}'::text[]) method, beta_shrink('{9,8,10,6}', '{10,10,10,10}', method) a, beta_shrink('{0,8,10,6}', '{10,10,10,10}', method) b
	WHERE a.at = 1 AND b.at = 1;

-- ---- the sequential test ----
SELECT * FROM sprt_lines(0.01, 0.06);
SELECT * FROM sprt('{0,0,1,0,0,0,1,1,1}'::int[]::boolean[], 0.01, 0.1);
SELECT decision, at, n_seen, n_bad FROM sprt(array_fill(false, '{100}'), 0.01, 0.1);
SELECT decision, at, n_seen, n_bad, llr FROM sprt('{}'::boolean[], 0.1, 0.25);
-- NULL is no observation, but a place
SELECT decision, at, n_seen, n_bad FROM sprt('{t,NULL,NULL,t,t,t}', 0.01, 0.1);
SELECT decision, n_seen, n_bad, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, evidence FROM sprt(5, 20, 0.1, 0.25);
SELECT count(*) FROM sprt(NULL::boolean[], 0.1, 0.2) UNION ALL SELECT count(*) FROM sprt(NULL::float8, 4, 0.1, 0.2);
SELECT at, n, statistic, "limit", alarm, limit_low, evidence FROM sprt_chart('{f,t,NULL,t,f,f}', 0.01, 0.1);
SELECT p, round(accept::numeric, 6) AS accept, round(reject::numeric, 6) AS reject, round(undecided::numeric, 6) AS undecided, round(asn::numeric, 4) AS asn
	FROM unnest('{0,0.05,0.1,1}'::float8[]) p, sprt_oc(p, 0.05, 0.15, n_max => 100);
-- Wald's bounds hold: alpha' <= alpha / (1 - beta), beta' <= beta / (1 - alpha)
SELECT a.reject <= 0.05 / 0.9 AND b.accept <= 0.1 / 0.95 AS holds FROM sprt_oc(0.05, 0.05, 0.15, n_max => 10000) a, sprt_oc(0.15, 0.05, 0.15, n_max => 10000) b;
SELECT p, round(reject::numeric, 6) AS reject, round(undecided::numeric, 6) AS undecided, round(asn::numeric, 4) AS asn FROM unnest('{0,0.1,0.5}'::float8[]) p, running_threshold_oc(p, 0.2);
-- 2 of 10 are not above 20 %, 3 of 10 are
SELECT round(reject::numeric, 12) = round((1 - hdata.acceptance_probability(10, 2, 0.1))::numeric, 12) AS one_look FROM running_threshold_oc(0.1, 0.2, 10, 10);

-- ---- Bernoulli CUSUM ----
SELECT at, n, statistic, "limit", alarm, since, estimate, ci_low, ci_high, evidence FROM bernoulli_cusum('{f,t,NULL,t,f,t,t}', 0.05, 0.15, 2);
SELECT p0, p1, arl, round(h::numeric, 6) AS h, round(a::numeric, 3) AS arl_reached, round(d::numeric, 3) AS delay, arl <= a AS enough,
	h < 1 OR bernoulli_arl(p0, p0, p1, h - 0.05) < arl AS no_smaller
FROM (VALUES (0.05, 0.15, 200), (0.05, 0.15, 2000), (0.01, 0.05, 1000), (0.1, 0.3, 1), (0.2, 0.7, 50), (0.001, 0.002, 500), (0.97, 0.995, 300)) v(p0, p1, arl),
	cusum_limit(p0, p1, arl) h, bernoulli_arl(p0, p0, p1, h) a, bernoulli_arl(p1, p0, p1, h) d;
-- an error every time: the first, the second, ... passes the limit
SELECT h, bernoulli_arl(1, 0.05, 0.15, h) AS always_bad FROM unnest('{0.5,1,1.9,5}'::float8[]) h;
SELECT bernoulli_arl(0, 0.05, 0.15, 1) AS never_bad;
SELECT cusum_limit(NULL, 0.1, 100), bernoulli_arl(0.1, NULL, 0.2, 3);

-- ---- CUSUM, EWMA, p chart ----
SELECT at, n, statistic, statistic_low, "limit", alarm, since, estimate, round(ci_low::numeric, 4) AS low, round(ci_high::numeric, 4) AS high, evidence FROM cusum('{10,12,NULL,13,9,2,1}', 10, 1, 0.5, 4);
SELECT count(*) FROM cusum('{}', 0, 1) UNION ALL SELECT count(*) FROM cusum(NULL, 0, 1);
SELECT sided, round(cusum_arl(0.5, 4, shift, sided)::numeric, 3) AS arl FROM unnest('{one,two}'::text[]) sided, unnest('{0,1}'::float8[]) shift ORDER BY 1, 2;
SELECT cusum_arl(3, 40) AS beyond_doubles, round(cusum_arl(0, 4)::numeric, 2) AS no_allowance;
-- width 3 at lambda 1 is the chart of Shewhart
SELECT round(ewma_arl(1, 3)::numeric, 4) AS shewhart, round((1 / (2 * 0.00134989803163009))::numeric, 4) AS exact;
SELECT at, statistic, round("limit"::numeric, 4) AS high, round(limit_low::numeric, 4) AS low, alarm FROM ewma('{10,12,NULL,13,14}', 10, 1);
SELECT DISTINCT round("limit"::numeric, 6) AS asymptotic FROM ewma('{10,12,13}', 10, 1, limits => 'asymptotic');
SELECT at, n, statistic, round("limit"::numeric, 4) AS high, round(limit_low::numeric, 4) AS low, alarm, round(ci_low::numeric, 4) AS ci_low, evidence FROM p_chart('{3,1,NULL,2,20,0}', '{20,25,30,20,25,0}');
SELECT at, alarm FROM p_chart('{3,10}', '{20}', 3, 0.1);
SELECT count(*) FROM p_chart('{}', '{}') UNION ALL SELECT count(*) FROM p_chart(NULL, '{1}') UNION ALL SELECT count(*) FROM p_chart('{0}', '{0}');

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'always_valid(6, 5)', 'always_valid(0.5, 5)', 'always_valid(1, 5, 1)', 'always_valid(1, 5, 0.95, 0)', 'always_valid(1, 5, 0.95, NULL)', 'always_valid(1, ''NaN'')', 'always_valid(1, 1e13)',
	'beta_prior(''{1}'', ''{1,2}'')', 'beta_prior(''{3}'', ''{2}'')', 'beta_prior(''{1}'', ''{2}'', ''mle'')', 'beta_prior(''{1}'', ''{Infinity}'')', 'beta_prior(''{1}'', ''{2}'', NULL)',
	'beta_shrink(3, 2, 1, 1)', 'beta_shrink(1, 2, 0, 1)', 'beta_shrink(1, 2, 1, ''NaN'')', 'beta_shrink(1, 2, 1, 1, 2)', 'beta_shrink(1, 2, 1, 1, 0.9, 1)',
	'sprt_lines(0.1, 0.1)', 'sprt_lines(0.2, 0.1)', 'sprt_lines(0, 0.1)', 'sprt_lines(0.1, 0.2, 0.5, 0.5)', 'sprt_lines(0.1, 0.2, NULL)', 'sprt_lines(0.1, ''NaN'')',
	'sprt(5, 4, 0.1, 0.2)', 'sprt(0.5, 4, 0.1, 0.2)', 'sprt(''{t}'', 0.1, NULL)', 'sprt(''{t}'', 0.1, 0.2, confidence => 0)', 'sprt_oc(2, 0.1, 0.2)', 'sprt_oc(0.1, 0.1, 0.2, n_max => 0)', 'sprt_oc(0.1, 0.1, 0.2, n_max => 1.5)',
	'running_threshold_oc(0.1, 0.2, 10, 5)', 'running_threshold_oc(0.1, 1)', 'running_threshold_oc(NULL, 0.2)',
	'bernoulli_cusum(''{t}'', 0.1, 0.2, 0)', 'bernoulli_cusum(''{t}'', 0.1, 0.2, NULL)', 'cusum_limit(0.1, 0.2, 0)', 'cusum_limit(0.1, 0.2, 1e10)', 'cusum_limit(0.2, 0.1, 100)', 'bernoulli_arl(0.1, 0.1, 0.2, 1000)', 'bernoulli_arl(-1, 0.1, 0.2, 1)', 'cusum_limit(1e-6, 2e-6, 100)', 'bernoulli_arl(0.5, 0.99999, 0.999999, 1)',
	'cusum(''{1}'', 0, 0)', 'cusum(''{1}'', 0, 1, -1)', 'cusum(''{1}'', 0, 1, 0.5, 0)', 'cusum(''{NaN}'', 0, 1)', 'cusum(''{1}'', NULL, 1)', 'cusum_arl(0.5, 4, 0, ''three'')', 'cusum_arl(0.5, 51)', 'cusum_arl(NULL, 4)',
	'ewma(''{1}'', 0, 1, 0)', 'ewma(''{1}'', 0, 1, 1.1)', 'ewma(''{1}'', 0, 1, 0.2, 0)', 'ewma(''{1}'', 0, 1, limits => ''fixed'')', 'ewma_arl(0.001, 3)', 'ewma_arl(0.1, 9)',
	'p_chart(''{1,2}'', ''{3,4,5}'')', 'p_chart(''{5}'', ''{4}'')', 'p_chart(''{-1}'', ''{4}'')', 'p_chart(''{1}'', ''{4}'', 0)', 'p_chart(''{1}'', ''{4}'', 3, 1)']) query;

-- ppi: the true mean from a judge on all rows and people on some; against the formulas in plain SQL
\pset format unaligned
\pset footer off
\pset null '(null)'
SET search_path = hdata, public;
SET extra_float_digits = 0;

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
CREATE FUNCTION pg_temp.r(v float8) RETURNS numeric LANGUAGE sql AS $$ SELECT round(v::numeric, 4) $$;
SELECT setseed(0.1);
-- a judge that is lenient and noisy; people audited 60 of 400 rows; p is the probability of a second design
CREATE TEMP TABLE hd_a AS SELECT i, y, 0.1 + 0.9 * y + 0.5 * random() AS judge, i % 20 < 3 AS audited, CASE WHEN i % 2 = 0 THEN 0.3 ELSE 0.1 END AS p, random() AS u
	FROM (SELECT i, random() AS y FROM generate_series(1, 400) i OFFSET 0) q;
CREATE TEMP TABLE hd_p AS SELECT ppi_agg(judge, CASE WHEN audited THEN y END) AS p FROM hd_a;
SELECT method, pg_temp.r(m.value) AS value, pg_temp.r(se) AS se, pg_temp.r(ci_low) AS low, pg_temp.r(ci_high) AS high, n, n_audited, pg_temp.r(lambda) AS lambda,
	pg_temp.r(judge_mean) AS judge_mean, pg_temp.r(classical) AS classical, pg_temp.r(classical_se) AS classical_se, pg_temp.r(classical_low) AS low, pg_temp.r(classical_high) AS high, note
FROM hd_p, unnest(ARRAY['ppi++', 'ppi', 'classical']) method, ppi_mean(p, 0.95, method) m;
-- Angelopoulos et al. (2023) and PPI++: lambda mean(rest) + mean(y - lambda f), lambda = cov / ((1 + n / N) var)
WITH f AS (SELECT count(*) FILTER (WHERE audited) AS n, count(*) FILTER (WHERE NOT audited) AS rest, covar_samp(y, judge) FILTER (WHERE audited) AS cov, var_samp(judge) AS var,
		avg(judge) FILTER (WHERE NOT audited) AS rest_mean, var_samp(judge) FILTER (WHERE NOT audited) AS rest_var FROM hd_a),
	l AS (SELECT f.*, m.method, CASE m.method WHEN 'ppi' THEN 1 WHEN 'classical' THEN 0 ELSE cov / ((1 + n::float8 / rest) * var) END AS lambda
		FROM f, (VALUES ('ppi++'), ('ppi'), ('classical')) m(method)),
	e AS (SELECT l.*, (SELECT avg(y - lambda * judge) FROM hd_a WHERE audited) AS rectifier, (SELECT var_pop(y - lambda * judge) FROM hd_a WHERE audited) AS residual FROM l)
SELECT e.method, abs(m.lambda - e.lambda) < 1e-12 AS lambda, abs(m.value - (e.lambda * rest_mean + rectifier)) < 1e-12 AS value,
	abs(m.se - sqrt(e.lambda ^ 2 * rest_var / rest + residual / (e.n - CASE e.method WHEN 'ppi++' THEN 2 ELSE 1 END))) < 1e-12 AS se
FROM e, hd_p, ppi_mean(p, 0.95, e.method) m ORDER BY 1;
-- numbers far from 0 lose nothing: everything moves along
SELECT abs(b.value - a.value - 1e6) < 1e-9 AS value, abs(b.se - a.se) < 1e-9 AS se, abs(b.lambda - a.lambda) < 1e-9 AS lambda
FROM hd_p, ppi_mean(p) a, (SELECT ppi_agg(judge + 1e6, CASE WHEN audited THEN y + 1e6 END) AS far FROM hd_a) q, ppi_mean(far) b;
-- a judge on another scale gives the same tuned estimate as long as lambda is within its bounds
SELECT abs(b.value - a.value) < 1e-12 AS value, abs(b.lambda - a.lambda / 10) < 1e-12 AS lambda
FROM hd_p, ppi_mean(p) a, (SELECT ppi_agg(10 * judge - 3, CASE WHEN audited THEN y END) AS scaled FROM hd_a) q, ppi_mean(scaled) b;

-- unequal probabilities: Hajek's ratio for the residuals, variance of the linearised influence
CREATE TEMP TABLE hd_w AS SELECT *, CASE WHEN u < p THEN y END AS human, CASE WHEN u < p THEN 1 / p ELSE 0 END AS w FROM hd_a;
WITH t AS (SELECT count(*) AS n, count(human) AS aud, sum(w) AS w, sum(w * w) AS w2, avg(judge) AS f, sum(w * judge) / sum(w) AS fw, sum(w * y) / sum(w) AS yw FROM hd_w),
	i AS (SELECT t.*, n / t.w * a.w * (y - yw) AS u, n / t.w * a.w * (judge - fw) - (judge - f) AS v FROM hd_w a, t),
	s AS (SELECT m.method, min(n) AS n, min(aud) AS aud, min(w ^ 2 / w2) AS eff, min(yw) AS yw, min(f) AS f, min(fw) AS fw, sum(u * u) AS uu, sum(u * v) AS uv, sum(v * v) AS vv
		FROM i, (VALUES ('ppi++'), ('ppi'), ('classical')) m(method) GROUP BY 1),
	l AS (SELECT s.*, CASE method WHEN 'ppi' THEN 1 WHEN 'classical' THEN 0 ELSE uv / vv END AS lambda, least(aud, eff) - CASE method WHEN 'ppi++' THEN 2 ELSE 1 END AS df FROM s)
SELECT l.method, abs(m.lambda - l.lambda) < 1e-12 AS lambda, abs(m.value - (yw + l.lambda * (f - fw))) < 1e-12 AS value,
	abs(m.se - sqrt((uu - 2 * l.lambda * uv + l.lambda ^ 2 * vv) / l.n::float8 ^ 2 * (least(aud, eff) - CASE l.method WHEN 'ppi++' THEN 1 ELSE 0 END) / df)) < 1e-9 AS se
FROM l, (SELECT ppi_agg(judge, human, p) AS p FROM hd_w) q, ppi_mean(q.p, 0.95, l.method) m ORDER BY 1;
-- one probability for all is nearly the plain sample: the same classical mean and tuned estimate
SELECT abs(a.classical - b.classical) < 1e-12 AS classical, abs(a.value - b.value) < 0.002 AS value, abs(a.se / b.se - 1) < 0.05 AS se
FROM hd_p, ppi_mean(p) a, (SELECT ppi_agg(judge, CASE WHEN audited THEN y END, 0.15) AS w FROM hd_a) q, ppi_mean(w) b;

-- coverage of the true mean, 0.3, in 400 samples: nominal 0.95
CREATE TEMP TABLE hd_s AS SELECT r, ppi_agg(CASE WHEN v < 0.85 THEN y ELSE NOT y END, CASE WHEN i <= 40 THEN y END) AS p
	FROM (SELECT r, i, random() < 0.3 AS y, random() AS v FROM generate_series(1, 400) r, generate_series(1, 300) i OFFSET 0) q GROUP BY r;
SELECT method, avg((0.3 BETWEEN ci_low AND ci_high)::int) BETWEEN 0.92 AND 0.98 AS covers, avg(ci_high - ci_low) < avg(classical_high - classical_low) AS narrower
FROM hd_s, unnest(ARRAY['ppi++', 'ppi']) method, ppi_mean(p, 0.95, method) m GROUP BY method ORDER BY method;
-- taking the judge's word is wrong by 0.15 * 0.4
SELECT round(avg(judge_mean)::numeric, 2) AS judge, round(avg(value)::numeric, 2) AS ppi FROM hd_s, ppi_mean(p);

-- what is undefined, and what is said of it
CREATE TEMP TABLE hd_e (name text, p ppi);
INSERT INTO hd_e VALUES
	('no audits', (SELECT ppi_agg(x, NULL) FROM generate_series(1, 5) x)),
	('one audit', (SELECT ppi_agg(x, CASE WHEN x = 1 THEN 1 END) FROM generate_series(1, 5) x)),
	('two audits', (SELECT ppi_agg(x, CASE WHEN x < 3 THEN x * 2 END) FROM generate_series(1, 5) x)),
	('three audits', (SELECT ppi_agg(x, CASE WHEN x < 4 THEN x * x END) FROM generate_series(1, 5) x)),
	('all audited', (SELECT ppi_agg(x, x * 0.9 + x % 2) FROM generate_series(1, 5) x)),
	('all but one', (SELECT ppi_agg(x, CASE WHEN x < 5 THEN x * 0.9 + x % 2 END) FROM generate_series(1, 5) x)),
	('the judge is constant', (SELECT ppi_agg(0.5, CASE WHEN x < 6 THEN x END) FROM generate_series(1, 20) x)),
	('the judge is contrary', (SELECT ppi_agg(-x, CASE WHEN x < 6 THEN x END) FROM generate_series(1, 20) x)),
	('no difference', (SELECT ppi_agg(x % 2, CASE WHEN x <= 20 THEN x % 2 END) FROM generate_series(1, 100) x)),
	('all the same', (SELECT ppi_agg(1, CASE WHEN x <= 20 THEN 1 END) FROM generate_series(1, 100) x)),
	('people are constant', (SELECT ppi_agg(x, CASE WHEN x <= 20 THEN 1 END) FROM generate_series(1, 100) x)),
	('no judge', (SELECT ppi_agg(NULL, x) FROM generate_series(1, 5) x)),
	('weighted, no audits', (SELECT ppi_agg(x, NULL, 0.5) FROM generate_series(1, 5) x)),
	('weighted, one audit', (SELECT ppi_agg(x, CASE WHEN x = 1 THEN 1 END, 0.5) FROM generate_series(1, 5) x)),
	('weighted, all for certain', (SELECT ppi_agg(x, x * 0.9 + x % 2, 1) FROM generate_series(1, 5) x)),
	('weighted, people are constant', (SELECT ppi_agg(x, CASE WHEN x <= 20 THEN 0.1 END, 0.2 + x % 3 / 10.0) FROM generate_series(1, 100) x)),
	('weighted, no difference', (SELECT ppi_agg(x % 2, CASE WHEN x <= 20 THEN x % 2 END, 0.2) FROM generate_series(1, 100) x));
SELECT name, pg_temp.r(m.value) AS value, pg_temp.r(se) AS se, pg_temp.r(ci_low) AS low, pg_temp.r(ci_high) AS high, n, n_audited, n_skipped(p), pg_temp.r(lambda) AS lambda,
	pg_temp.r(judge_mean) AS judge, pg_temp.r(classical) AS classical, pg_temp.r(classical_se) AS se, note FROM hd_e, ppi_mean(p) m;
SELECT ppi_agg(1, 1) IS NULL AS no_rows FROM hd_a WHERE false;
SELECT (SELECT count(*) FROM ppi_mean(NULL)), n_skipped(NULL::ppi);

-- a sum; columns of every type
SELECT p::jsonb FROM (SELECT ppi_agg(j, h) AS p FROM (VALUES (1, 0.5), (0.25, NULL), (NULL, 1), (NULL, NULL)) v(j, h)) q;
SELECT p::jsonb FROM (SELECT ppi_agg(j, h) AS p FROM (VALUES (true, true), (true, false), (false, NULL), (NULL, true)) v(j, h)) q;
SELECT p::jsonb FROM (SELECT ppi_agg(j, h, q) AS p FROM (VALUES (1, 0.5, 0.5), (0.25, NULL, NULL), (2, 1, 0.25)) v(j, h, q)) q;
SELECT rollup(p) = (SELECT ppi_agg(j, h) FROM (VALUES (1, 1), (2, NULL), (1, 1), (2, NULL)) v(j, h)) AS doubled
FROM (SELECT ppi_agg(j, h) AS p FROM (VALUES (1, 1), (2, NULL)) v(j, h)) q, generate_series(1, 2);
SELECT ppi_agg(0.1, 0.1) = ppi_agg(0.1::float8, 0.1::float8) AS numeric, ppi_agg(1, 0) = ppi_agg(1::bigint, 0::smallint) AS ints, ppi_agg(true, false) = ppi_agg(1, 0) AS booleans;

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'ppi_agg(''NaN''::float8, 1)', 'ppi_agg(1, ''Infinity''::float8)', 'ppi_agg(1e76, 1)', 'ppi_agg(''NaN''::float8, NULL)', 'ppi_agg(NULL, ''NaN''::float8)',
	'ppi_agg(1, 1, 0)', 'ppi_agg(1, 1, 1.1)', 'ppi_agg(1, 1, -0.5)', 'ppi_agg(1, 1, ''NaN'')', 'ppi_agg(1, 1, NULL::float8)', 'ppi_agg(1, NULL, 5)',
	'rollup(p) FROM (SELECT ppi_agg(1, 1) AS p UNION ALL SELECT ppi_agg(1, 1, 0.5)) q',
	'ppi_mean(p, 0) FROM hd_p', 'ppi_mean(p, NULL) FROM hd_p', 'ppi_mean(p, 0.9, ''ppi+'') FROM hd_p', 'ppi_mean(p, 0.9, NULL) FROM hd_p', 'ppi_mean(NULL, 2)',
	'''\x''::ppi', '''\x01''::ppi', '''\x0201010000''::ppi', '''\x0100010000''::ppi', '''\x0104010000''::ppi', '''\x0101000000''::ppi', '''\x010101000000000000000000''::ppi', '''\x01010100000000000000000000''::ppi',
	'''\x010101000001011f01000004000000000000''::ppi', '''\x010100010080000000000000000000000000000000''::ppi']) query;

-- states as release 0.1.0 stored them, of every kind: they must read for ever. Never change a literal.
SELECT v.p::jsonb, v.p::text = t AS as_it_was FROM (VALUES
	('\x0101010201bfb999999999999abff0000000000000011f03000000686666666666660100011e0490c2f5285c8fc23d0ad7a3703d4a00000121010000040001210100000400012101000002000121010000010001210100000200'),
	('\x01010064c8018000000000000000bff000000000000000000121010000200301210100002003012101000090010121010000900101210100009001'),
	('\x01030001023fffffffffffffffca511b0ec57e649a0121010000010001210100400000022101000004000121010000140001210600000200000000000000000000000000a049e657ecb0110101210b00000100000000000000000000000000000000000000000000000000000000292bc80c85d0f60d5396b426490221060000feffffffffffffffffffffffffff3f93ccafd86123020121010000180002210100001800012106000004000000000000000000000000008026995fb1c34604012101000048000221060000fcffffffffffffffffffffffffffff4c32bf62878d08012101000050000221010000700001210600000800000000000000000000000000009a647ec50e1b110121010000100101210c0000040000000000000000000000000000000000000000000000000000000090b282cc50086ddf3065496b92040000000221060000f8ffffffffffffffffffffffffffff33c9fc8a1d3622'),
	('\x010101000000000000000000')) l(t), LATERAL (SELECT t::ppi AS p) v;

-- ---- values far from zero ----

-- what matters is how values differ, with probabilities and without
CREATE TABLE pp_far AS SELECT (i * 37 % 101) / 100.0::float8 AS judge, CASE WHEN i % 3 = 0 THEN (i * 53 % 97) / 96.0::float8 END AS human, 0.2 + i % 7 / 10.0::float8 AS p
	FROM generate_series(1, 300) i;
SELECT far, abs(z.se - w.se) < 1e-8 AS se, abs(z.lambda - w.lambda) < 1e-7 AS lambda, abs(z.value - far - w.value) < 1e-7 AS value,
		abs(y.se - v.se) < 1e-8 AS plain_se, abs(y.lambda - v.lambda) < 1e-7 AS plain_lambda
	FROM (VALUES (1e3::float8), (1e6), (1e8)) f (far),
		LATERAL (SELECT (ppi_mean(ppi_agg(judge + far, human + far, p), method => 'ppi++')).* FROM pp_far) z,
		LATERAL (SELECT (ppi_mean(ppi_agg(judge + far, human + far), method => 'ppi++')).* FROM pp_far) y,
		(SELECT (ppi_mean(ppi_agg(judge, human, p), method => 'ppi++')).* FROM pp_far) w,
		(SELECT (ppi_mean(ppi_agg(judge, human), method => 'ppi++')).* FROM pp_far) v;
SELECT round(lambda::numeric, 4) AS lambda, round(se::numeric, 6) AS se FROM (SELECT (ppi_mean(ppi_agg(judge, human, p), method => 'ppi++')).* FROM pp_far) q;
DROP TABLE pp_far;

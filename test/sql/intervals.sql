-- intervals of a proportion: values, ends, what is undefined and what is refused
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

-- the values of Brown, Cai & DasGupta (2001) and of statsmodels are in test/tap/120_golden_judge.pl; here what must hold of all
SELECT f.name, x, n, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
FROM (VALUES (0, 10), (1, 10), (5, 10), (9, 10), (10, 10), (2.5, 7.5)) v(x, n),
	LATERAL (SELECT 1, 'wilson', w.* FROM wilson(x, n) w UNION ALL SELECT 2, 'clopper_pearson', w.* FROM clopper_pearson(x, n) w
		UNION ALL SELECT 3, 'jeffreys', w.* FROM jeffreys(x, n) w UNION ALL SELECT 4, 'agresti_coull', w.* FROM agresti_coull(x, n) w) f(o, name, low, high)
ORDER BY x / n, n, o;

-- symmetric: successes and failures change places
SELECT count(*) AS n, count(*) FILTER (WHERE abs(a.low - (1 - b.high)) < 1e-12 AND abs(a.high - (1 - b.low)) < 1e-12) AS symmetric
FROM generate_series(0, 30) x,
	LATERAL (SELECT 1, * FROM wilson(x, 30) UNION ALL SELECT 2, * FROM clopper_pearson(x, 30) UNION ALL SELECT 3, * FROM jeffreys(x, 30)
		UNION ALL SELECT 4, * FROM agresti_coull(x, 30)) a(f, low, high),
	LATERAL (SELECT 1, * FROM wilson(30 - x, 30) UNION ALL SELECT 2, * FROM clopper_pearson(30 - x, 30) UNION ALL SELECT 3, * FROM jeffreys(30 - x, 30)
		UNION ALL SELECT 4, * FROM agresti_coull(30 - x, 30)) b(f, low, high)
WHERE a.f = b.f;
-- the exact one is never inside Jeffreys'; all contain the share; more confidence is wider
SELECT count(*) AS n, bool_and(c.low <= j.low AND j.high <= c.high) AS exact_is_wider,
	bool_and(x / 30.0 BETWEEN w.low AND w.high AND x / 30.0 BETWEEN c.low AND c.high AND x / 30.0 BETWEEN j.low AND j.high AND x / 30.0 BETWEEN a.low AND a.high) AS hold,
	bool_and(w9.low <= w.low AND w.high <= w9.high) AS wider
FROM generate_series(0, 30) x, wilson(x, 30) w, clopper_pearson(x, 30) c, jeffreys(x, 30) j, agresti_coull(x, 30) a, wilson(x, 30, 0.99) w9;
-- exact means: the tails at the bounds are what was asked for. Bound of 0 of n is 1 - (alpha/2)^(1/n)
SELECT abs(high - (1 - power(0.025, 1.0 / 20))) < 1e-14 AS rule FROM clopper_pearson(0, 20);
SELECT abs(high - (1 - power(0.05, 1.0 / 1e9))) / high < 1e-9 AS large FROM clopper_pearson(0, 1e9, 0.9);

-- nothing was tried: nothing is known
SELECT w AS wilson, c AS clopper_pearson, j AS jeffreys, a AS agresti_coull
FROM wilson(0, 0) w, clopper_pearson(0, 0) c, jeffreys(0, 0) j, agresti_coull(0, 0) a;
SELECT wilson(NULL, 5), wilson(5, NULL), clopper_pearson(NULL, NULL), jeffreys(NULL, 5), agresti_coull(NULL, 5);
-- counts of every type
SELECT wilson(3, 10) = wilson(3::bigint, 10::numeric) AS same, wilson(count(*), sum(x)) = wilson(2, 3) AS aggregates FROM (VALUES (1), (2)) v(x);

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'wilson(6, 5)', 'clopper_pearson(6, 5)', 'jeffreys(1.0000001, 1)', 'agresti_coull(1, 0)', 'wilson(-1, 5)', 'wilson(0, -1)',
	'wilson(''NaN'', 5)', 'wilson(1, ''NaN'')', 'wilson(1, ''Infinity'')', 'jeffreys(''-Infinity'', 5)',
	'wilson(1, 5, 0)', 'wilson(1, 5, 1)', 'wilson(1, 5, 95)', 'wilson(1, 5, ''NaN'')', 'wilson(1, 5, NULL)', 'wilson(NULL, 5, 2)', 'agresti_coull(1, 5, -1)']) query;

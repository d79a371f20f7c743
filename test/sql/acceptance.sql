-- acceptance sampling, Z1.4 and its switching rules, keyed samples
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

-- ---- probabilities and curves ----
SELECT acceptance_probability(80, 2, 0.01) AS binomial, acceptance_probability(50, 1, 0.02, 500) AS hypergeometric, acceptance_probability(50, 1, 4, 50, 4, 0.04) AS two_samples;
SELECT acceptance_probability(10, 10, 0.5) AS all_allowed, acceptance_probability(10, 0, 0) AS nothing_bad, acceptance_probability(10, 0, 1) AS all_bad, acceptance_probability(500, 1, 0.02, 500) AS whole_lot;
-- a double plan by all outcomes of its two samples, from a lot of 40 with 6 bad items
WITH h AS (SELECT d1, d2, factorial(6) / (factorial(d1) * factorial(d2) * factorial(6 - d1 - d2)) * factorial(34) / (factorial(8 - d1) * factorial(8 - d2) * factorial(34 - 16 + d1 + d2))
		/ (factorial(40) / (factorial(8) * factorial(8) * factorial(24))) AS p FROM generate_series(0, 6) d1, generate_series(0, 6) d2 WHERE d1 + d2 <= 6)
SELECT round(sum(p) FILTER (WHERE d1 <= 0 OR (d1 < 3 AND d1 + d2 <= 2)), 12) = round(acceptance_probability(8, 0, 3, 8, 2, 0.15, 40)::numeric, 12) AS equal FROM h;
SELECT round(p_bad::numeric, 5) AS p_bad, round(accept::numeric, 5) AS accept, round(aoq::numeric, 6) AS aoq, round(ati::numeric, 2) AS ati FROM oc_curve(50, 1, '{0,0.01,NULL,0.05}', 1000);
SELECT count(*) AS points, min(p_bad) AS first, round(max(p_bad)::numeric, 6) AS last, round(min(accept)::numeric, 6) AS least, bool_and(ati IS NULL) AS no_lot FROM oc_curve(80, 2);
-- the quantile of a lot is the greatest share of bad items that is accepted as often
SELECT q, acceptance_probability(50, 1, q, 500) >= 0.1 AND acceptance_probability(50, 1, q + 1 / 500.0, 500) < 0.1 AS greatest FROM oc_quantile(50, 1, 0.1, 500) q;
SELECT oc_quantile(10, 10, 0.5) AS always_accepts;

-- ---- plans ----
SELECT n, ac, re, n2, ac2, re2, round(producer_risk::numeric, 5) AS producer, round(consumer_risk::numeric, 5) AS consumer, round(asn::numeric, 2) AS asn
FROM (VALUES (1, 0.05, 0.15, 0.05, 0.075, NULL, 'single'), (2, 0.01, 0.05, 0.05, 0.1, NULL, 'single'), (3, 0.01, 0.05, 0.05, 0.1, 1000, 'single'), (4, 0.01, 0.05, 0.05, 0.1, NULL, 'double'),
	(5, 0.01, 0.05, 0.05, 0.1, 1000, 'double'), (6, 0.01, 0.05, 0.05, 0.1, 100, 'single'), (7, 0.4, 0.6, 0.1, 0.1, NULL, 'double')) v(o, p1, p2, a, b, lot, kind), acceptance_plan(p1, p2, a, b, lot, kind) ORDER BY o;
-- no smaller acceptance number will do
SELECT bool_and(NOT (acceptance_probability(n, c, 0.05) <= 0.1 AND acceptance_probability(n, c, 0.01) >= 0.95)) AS smallest FROM generate_series(0, 3) c, generate_series(c + 1, 140) n WHERE c < 3 OR n < 132;
SELECT zero_failure_n(0.01), zero_failure_n(0.01, 0.99), zero_failure_n(0.5, 0.5), estimation_n(0.05), estimation_n(0.05, population => 1000), estimation_n(0.9);

-- ---- Z1.4 ----
SELECT z14_plan(1000, 'II', 1.0), z14_plan(1000, 'II', 1.0, 'tightened'), z14_plan(1000, 'II', 1.0, 'reduced'), z14_plan(400, 'II', 0.4) AS arrow_up, z14_plan(100, 'I', 0.1) AS arrow_down, z14_plan(NULL, 'II', 1.0);
SELECT lot, string_agg(z14_letter(lot, level), '' ORDER BY o) AS letters FROM unnest('{2,9,16,26,51,91,151,281,501,1201,3201,10001,35001,150001,500001}'::bigint[]) lot,
	unnest('{S-1,S-2,S-3,S-4,I,II,III}'::text[]) WITH ORDINALITY l(level, o) GROUP BY 1 ORDER BY 1;
-- the master tables: columns by AQL; letters by the smallest lot that has them at level III, A at level I
CREATE TEMP TABLE letters AS SELECT z14_letter(lot, level) AS letter, min(lot) AS lot, min(level) AS level FROM (VALUES (2, 'I'), (2, 'III'), (9, 'III'), (16, 'III'), (26, 'III'), (51, 'III'), (91, 'III'), (151, 'III'),
	(281, 'III'), (501, 'III'), (1201, 'III'), (3201, 'III'), (10001, 'III'), (35001, 'III'), (150001, 'III'), (500001, 'III')) v(lot, level) GROUP BY 1;
SELECT inspection, letter, string_agg(n || ':' || ac || '/' || re, ' ' ORDER BY aql) AS plans FROM letters, unnest('{0.010,0.025,0.065,0.15,0.25,0.40,0.65,1.0,1.5,2.5,4.0,6.5,10,25,100,1000}'::numeric[]) aql,
	unnest('{normal,tightened,reduced}'::text[]) inspection, z14_plan(lot, level, aql, inspection) GROUP BY 1, 2 ORDER BY 1, 2;
-- what the plans are for: at the AQL, tightened inspection accepts no oftener than normal, and reduced no less often; Re is above Ac
SELECT count(*) AS cells, count(*) FILTER (WHERE r.re <= r.ac OR n.re <> n.ac + 1 OR t.re <> t.ac + 1) AS odd,
	count(*) FILTER (WHERE acceptance_probability(t.n, t.ac, aql / 100) > acceptance_probability(n.n, n.ac, aql / 100) + 1e-9) AS tightened_is_easier,
	count(*) FILTER (WHERE acceptance_probability(n.n, n.ac, aql / 100) < 0.85) AS producer_at_risk
FROM letters, unnest('{0.010,0.015,0.025,0.040,0.065,0.10,0.15,0.25,0.40,0.65,1.0,1.5,2.5,4.0,6.5,10}'::numeric[]) aql, z14_plan(lot, level, aql) n, z14_plan(lot, level, aql, 'tightened') t, z14_plan(lot, level, aql, 'reduced') r;

-- two of five lots not accepted, five accepted again, ten accepted, between the two numbers, a lot not accepted, and the end
SELECT at, inspection, letter, n, ac, re, n_bad, accepted, next, reason FROM z14_switch(array_fill(1000::float8, '{32}'),
	'{0,3,0,4,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,1,2,0,3,5,2,0,3,2,4,2,NULL,9}', 'II', 1.0);
SELECT at, inspection, n, accepted, next, reason FROM z14_switch(array_fill(1000::float8, '{14}'), '{0,0,0,0,0,0,0,0,0,0,1,2,0,NULL}', 'II', 1.0);
-- a sample is no larger than its lot
SELECT lot, n, ac, re, accepted FROM z14_switch('{10,NULL,20}', '{0,1,0}', 'II', 0.65);

-- ---- keyed samples ----
-- RFC 4231, test case 2: HMAC-SHA-256 of "what do ya want for nothing?" under "Jefe" is 5bdcc146bf60754e6a04..., as a fraction 0.35883721...
SELECT review_sampled('what do ya want for nothing?', 'Jefe', 0.358837), review_sampled('what do ya want for nothing?', 'Jefe', 0.358838);
SELECT review_sampled('x', 's', 0) AS never, review_sampled('x', 's', 1) AS always, review_sampled(NULL, 's', 1), review_probability('x', 's', 1), review_probability('x', 's', 0), review_probability('x', NULL, 0.5);
-- a smaller sample is part of a larger one; another salt is another sample; ids are their text
SELECT count(*) FILTER (WHERE a AND NOT b) AS not_nested, count(*) FILTER (WHERE a) AS n_tenth, count(*) FILTER (WHERE b) AS n_half, count(*) FILTER (WHERE b AND c) AS both_salts,
	count(*) FILTER (WHERE a <> d) AS not_its_text, count(*) FILTER (WHERE (p IS NOT NULL) <> a OR p <> 0.1) AS odd_probability
FROM generate_series(1, 10000) i, LATERAL (SELECT review_sampled(i, 'one', 0.1) AS a, review_sampled(i, 'one', 0.5) AS b, review_sampled(i, 'two', 0.5) AS c, review_sampled(i::text, 'one', 0.1) AS d, review_probability(i, 'one', 0.1) AS p) x;
SELECT review_sampled('5d2b2a3e-0000-4000-8000-00000000002a'::uuid, 's', 0.5) = review_sampled('5d2b2a3e-0000-4000-8000-00000000002a'::text, 's', 0.5) AS uuid_is_its_text;

SELECT query, pg_temp.failure('SELECT ' || query) FROM unnest(ARRAY[
	'acceptance_probability(0, 0, 0.1)', 'acceptance_probability(10, 11, 0.1)', 'acceptance_probability(10, 1.5, 0.1)', 'acceptance_probability(10, 1, 1.1)', 'acceptance_probability(10, 1, 0.1, 5)', 'acceptance_probability(NULL, 1, 0.1)',
	'acceptance_probability(10, 2, 2, 10, 3, 0.1)', 'acceptance_probability(10, 2, 4, 10, 1, 0.1)', 'acceptance_probability(10, 2, 4, 10, 3, 0.1, 15)', 'oc_quantile(10, 1, 1)', 'oc_curve(10, 1, ''{2}'')', 'oc_curve(10, 1, NULL, 0)',
	'acceptance_plan(0.2, 0.1)', 'acceptance_plan(0.1, 0.2, 0.6, 0.5)', 'acceptance_plan(0.1, 0.2, kind => ''triple'')', 'acceptance_plan(0.01, 0.02, lot => 20)', 'acceptance_plan(0.1, 0.11, kind => ''double'')', 'acceptance_plan(0, 0.1)', 'acceptance_plan(1e-9, 2e-9)',
	'zero_failure_n(0)', 'zero_failure_n(0.1, 1)', 'zero_failure_n(1e-300)', 'estimation_n(0)', 'estimation_n(0.1, population => 0)',
	'z14_plan(1, ''II'', 1.0)', 'z14_plan(100, ''IV'', 1.0)', 'z14_plan(100, ''II'', 0.5)', 'z14_plan(100, ''II'', 1.0, ''skip'')', 'z14_plan(100, NULL, 1.0)', 'z14_plan(100, ''II'', NULL)', 'z14_plan(100, ''II'', ''NaN'')', 'z14_letter(1)',
	'z14_switch(''{100}'', ''{1,2}'', ''II'', 1.0)', 'z14_switch(''{100}'', ''{-1}'', ''II'', 1.0)', 'z14_switch(''{100}'', ''{99}'', ''II'', 1.0)', 'z14_switch(''{1.5}'', ''{0}'', ''II'', 1.0)', 'z14_switch(''{1}'', ''{0}'', ''II'', 1.0)',
	'review_sampled(''x'', '''', 0.5)', 'review_sampled(''x'', ''s'', 1.1)', 'review_sampled(''x'', ''s'', -0.1)', 'review_sampled(''x'', ''s'', ''NaN'')', 'review_probability(5, ''s'', 2)']) query;

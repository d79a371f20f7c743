-- quality: numbers at the edges of what double precision holds, and of what plans there are
SET search_path = hdata, public;
\pset format unaligned
\set VERBOSITY terse

-- the mixture of the always-valid interval, against sums of logarithms in 60 digits
SELECT n, round((high - 0.5)::numeric * sqrt(n)::numeric, 4) AS scaled FROM unnest('{1e4,1e8,1e12}'::float8[]) AS n, always_valid(n / 2, n);
SELECT round((low * 1e12)::numeric, 6) AS low, round((high * 1e12)::numeric, 6) AS high FROM always_valid(5, 1000000000000);
SELECT * FROM always_valid(5, 1000000000001);
-- so too the intervals of a sequential test
SELECT round(((ci_high - 0.5) * 1e6)::numeric, 4) AS scaled FROM sprt(500000000000, 1000000000000, 0.05, 0.1);
SELECT * FROM sprt(5e14::float8, 1e15::float8, 0.05, 0.1);
-- a prior does not depend on how often it was looked, once that is often
SELECT n, round(alpha::numeric, 3) AS alpha, round(beta::numeric, 3) AS beta
  FROM unnest('{1e7,1e9,1e12}'::float8[]) AS n, beta_prior(ARRAY[0.1 * n, 0.3 * n, 0.2 * n], ARRAY[n, n, n], 'ml');
SELECT * FROM beta_prior('{1e13,1}', '{1e13,2}', 'ml');
SELECT * FROM beta_shrink('{1,1e13,2}'::float8[], '{2,1e13,5}'::float8[]);

-- rates so far apart that their ratio is out of range
SELECT decision, round(llr::numeric, 3) AS llr FROM sprt(1, 1, 1e-320::float8, 0.5);

-- clusters that are all alike: rounding is no variance
SELECT k, round(r.value::numeric, 6) AS value, r.se, round(r.n_effective::numeric, 4) AS n_effective, round(r.ci_low::numeric, 4) AS low, round(r.ci_high::numeric, 4) AS high, r.note
  FROM generate_series(2, 7) AS k,
       LATERAL (SELECT rate_agg(j = 1, 0.3, c::text) AS s FROM generate_series(1, k) AS c, generate_series(1, 10) AS j) AS q, rate(q.s) AS r;
-- a single bad item is a variance
SELECT r.se > 0 AS varies, r.note FROM (SELECT rate_agg(i = 1, 0.3, (i % 2)::text) AS s FROM generate_series(1, 100000) AS i) AS q, rate(q.s) AS r;

-- double plans with samples of one item, against a search of all of them
SELECT n, ac, re, n2, ac2, round(producer_risk::numeric, 6) AS producer_risk, round(consumer_risk::numeric, 6) AS consumer_risk, round(asn::numeric, 4) AS asn
  FROM acceptance_plan(0.1, 0.99, kind => 'double');
SELECT n, ac, re, ac2, round(asn::numeric, 4) AS asn
  FROM generate_series(1, 4) AS n, generate_series(0, 4) AS ac2, generate_series(0, 3) AS ac, LATERAL (SELECT ac2 + 1 AS re) AS x,
       LATERAL (SELECT n + n * (acceptance_probability(n, least(ac2, n), 0.1) - acceptance_probability(n, ac, 0.1)) AS asn) AS y
 WHERE ac < ac2 AND ac <= n AND re <= n + 1 AND acceptance_probability(n, ac, re, n, ac2, 0.99) <= 0.1 AND acceptance_probability(n, ac, re, n, ac2, 0.1) >= 0.95
 ORDER BY asn, n LIMIT 1;

-- what overflows is an error, not an infinity or another number
SELECT * FROM z14_switch('{1000}', '{1e30}', 'II', 25);
SELECT n_bad, accepted FROM z14_switch('{1000}', '{60}', 'II', 25);
SELECT * FROM p_chart('{1e308,1e308}', '{1e308,1e308}');
SELECT at, "limit" FROM cusum('{1e308,1e308}', 0, 1);

-- an alarm of any chart says what it stands on
SELECT at, alarm, evidence FROM ewma('{10,NULL,13,14}', 10, 1);

-- Functions of the simulation of intervals and rules of the module quality (quality.sh).  Everything follows from the seed.

CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE AS
	$$ SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) $$;

-- rate_agg: n items, a third of them looked at always and the rest with probability "rare"; the rate of errors is p, five times
-- as high among those looked at always if "informative"; clusters of five items share a rate that is beta with mean p
CREATE FUNCTION cover_rate(p float8, n int, rare float8, informative boolean, clustered boolean, reps int) RETURNS TABLE (coverage float8, naive float8, width float8, without float8)
LANGUAGE sql VOLATILE AS $$
	WITH base AS (SELECT CASE WHEN informative THEN p * 5 / (1 + (5 - 1) / 3.0) ELSE p END AS high, CASE WHEN informative THEN p / (1 + (5 - 1) / 3.0) ELSE p END AS low),
	cluster AS MATERIALIZED (SELECT r, c, CASE WHEN random() < 0.3 THEN 2.5 ELSE 5.0 / 14 END AS lift FROM generate_series(1, reps) r, generate_series(0, n / 5) c),
	item AS MATERIALIZED (SELECT r, c, i, i % 3 = 0 AS always FROM cluster, generate_series(1, 5) k, LATERAL (SELECT c * 5 + k AS i) x WHERE c * 5 + k <= n),
	looked AS MATERIALIZED (SELECT item.r, item.c, CASE WHEN always THEN 1 ELSE rare END AS pi,
			random() < CASE WHEN always THEN high ELSE low END * CASE WHEN clustered THEN lift ELSE 1 END AS bad
		FROM item JOIN cluster USING (r, c), base WHERE always OR random() < rare),
	state AS (SELECT r, CASE WHEN clustered THEN hdata.rate_agg(bad, pi, c::text) ELSE hdata.rate_agg(bad, pi) END AS s, sum(bad::int) AS bad, count(*) AS n FROM looked GROUP BY r)
	SELECT avg((p BETWEEN t.ci_low AND t.ci_high)::int), avg((p BETWEEN w.low AND w.high)::int), avg(t.ci_high - t.ci_low), avg((t.ci_low IS NULL)::int)
	FROM state, hdata.rate(s) t, hdata.wilson(state.bad, state.n) w
$$;

-- true_rate: n items at rate p, seen by reviewers of this sensitivity and specificity, each known from m checks
CREATE FUNCTION cover_true_rate(p float8, n int, se float8, sp float8, m int, reps int) RETURNS TABLE (coverage float8, naive float8, width float8, without float8)
LANGUAGE sql VOLATILE AS $$
	WITH draw AS MATERIALIZED (SELECT r, (SELECT count(*) FROM generate_series(1, n) i WHERE random() < p * se + (1 - p) * (1 - sp) AND r > 0) AS bad,
			(SELECT count(*) FROM generate_series(1, m) i WHERE random() < se AND r > 0) AS caught, (SELECT count(*) FROM generate_series(1, m) i WHERE random() < sp AND r > 0) AS cleared FROM generate_series(1, reps) r)
	SELECT avg((p BETWEEN t.ci_low AND t.ci_high)::int), avg((p BETWEEN w.low AND w.high)::int), avg(t.ci_high - t.ci_low), avg((t.ci_low IS NULL)::int)
	FROM draw, hdata.true_rate(bad, n, caught, m, cleared, m) t, hdata.wilson(bad, n) w
$$;

-- paces: persons of whom the first is 1.3 times as slow as the others on average; each item goes to k of them at random; the
-- standard deviation of ln seconds is 0.4 between persons, 0.5 between items and 0.5 of the noise
CREATE FUNCTION cover_pace(persons int, items int, k int, reps int) RETURNS TABLE (coverage float8, naive float8, width float8, without float8)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	CREATE TEMP TABLE IF NOT EXISTS one (coverage int, width float8, without int, naive int);
	TRUNCATE one;
	FOR r IN 1 .. reps LOOP
		INSERT INTO one
		WITH person AS MATERIALIZED (SELECT w, 0.4 * normal() AS effect FROM generate_series(1::bigint, persons) w),
		item AS MATERIALIZED (SELECT i, 0.5 * normal() AS effect FROM generate_series(1::bigint, items) i),
		fact AS MATERIALIZED (SELECT item.i, d.w, exp(4 + item.effect + d.effect + 0.5 * normal()) AS seconds FROM item, LATERAL (SELECT w, effect FROM person WHERE item.i > 0 ORDER BY random() LIMIT k) d),
		truth AS (SELECT a.w, a.effect - (SELECT avg(b.effect) FROM person b WHERE b.w <> a.w AND b.w IN (SELECT w FROM fact)) AS v FROM person a),
		mean AS (SELECT avg(ln(seconds)) AS m FROM fact)
		SELECT (ln(t.ci_low) <= v AND v <= ln(t.ci_high))::int, ln(t.ci_high) - ln(t.ci_low), (t.ci_low IS NULL)::int, NULL FROM (SELECT hdata.pace_agg(i, w, seconds) AS s FROM fact) q, hdata.paces(q.s) t JOIN truth ON truth.w::text = t.person;
	END LOOP;
	RETURN QUERY SELECT avg(one.coverage)::float8, NULL::float8, avg(one.width)::float8, avg(one.without)::float8 FROM one;
END $$;

-- beta_shrink: units of n trials whose rates are beta(a, b); the share of posterior intervals that hold the own rate
CREATE FUNCTION cover_shrink(units int, n int, good float8, spread float8, method text, reps int) RETURNS TABLE (coverage float8, naive float8, width float8, without float8)
LANGUAGE sql VOLATILE AS $$
	-- a beta variate with whole parameters is an order statistic of uniform numbers
	WITH rate AS MATERIALIZED (SELECT r, u, (SELECT x FROM (SELECT random() AS x FROM generate_series(1, (spread - 1)::int) g WHERE u > 0) s ORDER BY x OFFSET (good * spread)::int - 1 LIMIT 1) AS p FROM generate_series(1, reps) r, generate_series(1, units) u),
	seen AS MATERIALIZED (SELECT r, u, p, (SELECT count(*) FROM generate_series(1, n) i WHERE random() < p) AS x FROM rate),
	lists AS (SELECT r, array_agg(x ORDER BY u)::float8[] AS xs, array_agg(n::float8) AS ns FROM seen GROUP BY r)
	SELECT avg((p BETWEEN t.ci_low AND t.ci_high)::int), avg((p BETWEEN w.low AND w.high)::int), avg(t.ci_high - t.ci_low), avg((t.ci_low IS NULL)::int)
	FROM lists, hdata.beta_shrink(xs, ns, method) t JOIN seen ON seen.u = t.at, hdata.wilson(seen.x, n) w WHERE seen.r = lists.r
$$;

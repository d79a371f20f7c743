-- Simulation for the intervals and ranks of bradley_terry().  All items are equally good on average; raters, and prompts,
-- have tastes of their own, so that a rater's comparisons, and those on a prompt, depend on each other.  By symmetry the true
-- ratings are 0 and every rank from first to last is true.

CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())';

CREATE UNLOGGED TABLE states (k int, c hdata.comparisons);

-- reps data sets into the table states
CREATE FUNCTION simulate(reps int, n_items int, n_raters int, per_rater int, n_prompts int, by_rater float8, by_prompt float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM setseed(0.3);
	DROP TABLE IF EXISTS taste, fitness, vote;
	TRUNCATE states;
	CREATE UNLOGGED TABLE taste AS SELECT k, r, i, by_rater * normal() AS e FROM generate_series(1, reps) k, generate_series(1, n_raters) r, generate_series(1, n_items) i;
	CREATE UNLOGGED TABLE fitness AS SELECT k, p, i, by_prompt * normal() AS e FROM generate_series(1, reps) k, generate_series(1, n_prompts) p, generate_series(1, n_items) i;
	CREATE UNLOGGED TABLE vote AS SELECT k, r, p, a, 1 + (a + d) % n_items AS b, u
		FROM (SELECT k, r, 1 + floor(random() * n_prompts)::int AS p, 1 + floor(random() * n_items)::int AS a, floor(random() * (n_items - 1))::int AS d, random() AS u
			FROM generate_series(1, reps) k, generate_series(1, n_raters) r, generate_series(1, per_rater)) v;
	ANALYZE taste;
	ANALYZE fitness;
	ANALYZE vote;
	INSERT INTO states SELECT k, hdata.comparisons_agg(a::bigint, b::bigint, (u < 1 / (1 + exp(tb.e + fb.e - ta.e - fa.e)))::int::float8, r::bigint, p::bigint) AS c
		FROM vote v JOIN taste ta USING (k, r) JOIN taste tb USING (k, r) JOIN fitness fa USING (k, p) JOIN fitness fb USING (k, p)
		WHERE ta.i = a AND tb.i = b AND fa.i = a AND fb.i = b GROUP BY k;
END $$;

CREATE FUNCTION covered(OUT ci text, OUT centred numeric, OUT anchored numeric, OUT ranks numeric, OUT width numeric) RETURNS SETOF record LANGUAGE sql AS $$
	SELECT u.ci, (SELECT round(100 * avg((0 BETWEEN ci_low AND ci_high)::int), 1) FROM states s, hdata.bradley_terry(s.c, ci => u.ci) b),
		(SELECT round(100 * avg((0 BETWEEN ci_low AND ci_high)::int), 1) FROM states s, hdata.bradley_terry(s.c, ci => u.ci, anchor => '1') b WHERE item <> '1'),
		(SELECT round(100 * avg((rank_low = 1 AND rank_high = hdata.n_items(s.c))::int), 1) FROM states s, hdata.bradley_terry(s.c, ci => u.ci) b),
		(SELECT round(avg(ci_high - ci_low)::numeric, 2) FROM states s, hdata.bradley_terry(s.c, ci => u.ci) b)
	FROM unnest('{model,sandwich,rater,prompt,two_way}'::text[]) u (ci) $$;

-- Functions of the simulation of interval coverage of g_study(), d_study(), severity(), adjusted_scores(), severity_drift() and
-- rasch() (psychometrics_coverage.sh).  Scores are sums of normal effects, abilities and difficulties are normal.

CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE AS
	$$ SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) $$;

CREATE UNLOGGED TABLE result (design text, persons int, raters int, criteria int, quantity text, truth float8,
	estimate float8, ci_low float8, ci_high float8);

-- Persons crossed with raters: standard deviations 1 of persons, sd_r of raters, sd_e of the rest; of the raters each item gets
-- "of_them" by chance.  The nested design takes every cell's rater effect anew.
CREATE FUNCTION simulate_g(v_design text, n int, k int, of_them int, sd_r float8, sd_e float8, reps int, seed float8) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
	PERFORM setseed(seed);
	INSERT INTO result
	WITH rater AS MATERIALIZED (SELECT rep, g, sd_r * normal() AS r FROM generate_series(1, reps) rep, generate_series(1, k) g),
	person AS MATERIALIZED (SELECT rep, i, normal() AS p FROM generate_series(1, reps) rep, generate_series(1, n) i),
	-- in two steps: PostgreSQL takes equal volatile expressions of one query level, sorted by, for one
	value AS MATERIALIZED (
		SELECT rep, i, g, p + CASE WHEN v_design = 'r:p' THEN sd_r * normal() ELSE r END + sd_e * normal() AS v, random() AS turn
		FROM person JOIN rater USING (rep)),
	cell AS (SELECT rep, i, g, v, row_number() OVER (PARTITION BY rep, i ORDER BY turn) AS place FROM value),
	state AS MATERIALIZED (
		SELECT rep, hdata.ratings_agg(i::bigint, g::bigint, v) AS r FROM cell
		WHERE place <= CASE WHEN v_design = 'r:p' THEN 1 + i % of_them ELSE of_them END GROUP BY rep)
	SELECT CASE WHEN of_them = k OR v_design = 'r:p' THEN v_design ELSE v_design || ', ' || of_them || ' of the raters' END, n, k, 1,
		component, CASE component WHEN 'p' THEN 1 WHEN 'r' THEN sd_r ^ 2 WHEN 'pr,e' THEN sd_e ^ 2 ELSE sd_r ^ 2 + sd_e ^ 2 END,
		variance, ci_low, ci_high
	FROM state, hdata.g_study(r, v_design)
	UNION ALL
	SELECT CASE WHEN of_them = k OR v_design = 'r:p' THEN v_design ELSE v_design || ', ' || of_them || ' of the raters' END, n, k, 1,
		q, CASE WHEN q = 'phi' OR v_design = 'r:p' THEN 1 / (1 + (sd_r ^ 2 + sd_e ^ 2) / 3) ELSE 1 / (1 + sd_e ^ 2 / 3) END,
		CASE q WHEN 'phi' THEN phi ELSE e_rho2 END, CASE q WHEN 'phi' THEN phi_low ELSE e_rho2_low END,
		CASE q WHEN 'phi' THEN phi_high ELSE e_rho2_high END
	FROM state, hdata.d_study(r, v_design, '{3}'), unnest('{phi,e_rho2}'::text[]) q;
END $$;

-- Persons, raters and criteria: all variances .25 but those of persons and the rest, 1; a share of the cells, or so many of the
-- raters on all criteria
CREATE FUNCTION simulate_criteria(n int, k int, c int, share float8, of_them int, reps int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
	PERFORM setseed(seed);
	INSERT INTO result
	WITH rep AS (SELECT rep FROM generate_series(1, reps) rep),
	e AS MATERIALIZED (
		SELECT rep, i, g, j, CASE WHEN of_them = 0 THEN share > turn ELSE (i * 7 + g * 3) % k < of_them END AS kept,
			first_value(p) OVER (PARTITION BY rep, i ORDER BY g, j) + .5 * first_value(r) OVER (PARTITION BY rep, g ORDER BY i, j)
			+ .5 * first_value(t) OVER (PARTITION BY rep, j ORDER BY i, g) + .5 * first_value(pr) OVER (PARTITION BY rep, i, g ORDER BY j)
			+ .5 * first_value(pc) OVER (PARTITION BY rep, i, j ORDER BY g) + .5 * first_value(rc) OVER (PARTITION BY rep, g, j ORDER BY i)
			+ x AS v
		FROM (SELECT rep, i, g, j, normal() AS p, normal() AS r, normal() AS t, normal() AS pr, normal() AS pc, normal() AS rc, normal() AS x, random() AS turn
			FROM rep, generate_series(1, n) i, generate_series(1, k) g, generate_series(1, c) j) y),
	state AS MATERIALIZED (SELECT rep, hdata.ratings_agg(ARRAY[i, j], g, v) AS r FROM e WHERE kept GROUP BY rep)
	SELECT 'p x r x c' || CASE WHEN of_them > 0 THEN ', ' || of_them || ' of the raters' WHEN share < 1 THEN ', ' || 100 * share || ' % of the cells' ELSE '' END, n, k, c, component,
		CASE WHEN component IN ('p', 'prc,e') THEN 1 ELSE .25 END, variance, ci_low, ci_high
	FROM state, hdata.g_study(r, 'p x r x c')
	UNION ALL
	SELECT 'p x r x c' || CASE WHEN of_them > 0 THEN ', ' || of_them || ' of the raters' WHEN share < 1 THEN ', ' || 100 * share || ' % of the cells' ELSE '' END, n, k, c, q,
		CASE q WHEN 'phi' THEN 1 / (1 + .25 / 3 + .25 / c + .25 / 3 + .25 / c + .25 / (3 * c) + 1 / (3.0 * c))
			ELSE 1 / (1 + .25 / 3 + .25 / c + 1 / (3.0 * c)) END,
		CASE q WHEN 'phi' THEN phi ELSE e_rho2 END, CASE q WHEN 'phi' THEN phi_low ELSE e_rho2_low END,
		CASE q WHEN 'phi' THEN phi_high ELSE e_rho2_high END
	FROM state, hdata.d_study(r, 'p x r x c', '{3}'), unnest('{phi,e_rho2}'::text[]) q;
END $$;

-- Severity: fixed raters with effects that sum to zero, drift .01 a revision for rater 1; items in clusters of five share an
-- interaction with the rater if "clustered"
CREATE FUNCTION simulate_severity(n int, k int, clustered boolean, noisy boolean, reps int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
	PERFORM setseed(seed);
	INSERT INTO result
	WITH cell AS (
		SELECT rep, i, g, i / 5 AS c, first_value(p) OVER (PARTITION BY rep, i ORDER BY g) + (g - (k + 1) / 2.0) / k
			+ CASE WHEN clustered THEN .5 * first_value(x) OVER (PARTITION BY rep, g, i / 5 ORDER BY i) ELSE 0 END
			+ CASE WHEN noisy AND g = 1 THEN 2 ELSE .5 END * e AS v,
			row_number() OVER (PARTITION BY rep, i ORDER BY turn) AS place
		FROM (SELECT rep, i, g, normal() AS p, normal() AS x, normal() AS e, random() AS turn
			FROM generate_series(1, reps) rep, generate_series(1, n) i, generate_series(1, k) g) y),
	state AS MATERIALIZED (
		SELECT rep, hdata.ratings_agg(i::bigint, g::bigint, v) AS r,
			hdata.ratings_agg(i::bigint, g::bigint, v + CASE WHEN g = 1 THEN .01 * i ELSE 0 END, i::bigint, c::text) AS with_clusters
		FROM cell WHERE place <= 2 + i % 2 GROUP BY rep),
	name AS (SELECT 'severity' || CASE WHEN clustered THEN ', clusters' ELSE '' END || CASE WHEN noisy THEN ', a noisy rater' ELSE '' END AS name)
	SELECT name, n, k, 1, 'model, rater ' || rater, (rater::int - (k + 1) / 2.0) / k, s.severity, s.ci_low, s.ci_high
		FROM name, state, hdata.severity(r, variance => 'model') s WHERE rater IN ('1', '2')
	UNION ALL
	SELECT name, n, k, 1, 'robust, rater ' || rater, (rater::int - (k + 1) / 2.0) / k, s.severity, s.ci_low, s.ci_high
		FROM name, state, hdata.severity(CASE WHEN clustered THEN NULL ELSE r END, variance => 'robust') s WHERE rater IN ('1', '2')
	UNION ALL
	SELECT name, n, k, 1, 'auto, rater ' || rater, (rater::int - (k + 1) / 2.0) / k, s.severity, s.ci_low, s.ci_high
		FROM name, state, hdata.severity(CASE WHEN clustered THEN NULL ELSE r END) s WHERE rater IN ('1', '2')
	UNION ALL
	SELECT name, n, k, 1, 'drift, rater 1', .01, s.slope, s.ci_low, s.ci_high
		FROM name, state, hdata.severity_drift(with_clusters) s WHERE rater = '1';
	-- with clusters the drift of rater 1 would be part of his level: states of their own
	IF clustered THEN
		PERFORM setseed(seed);
		INSERT INTO result
		WITH cell AS (
			SELECT rep, i, g, i / 5 AS c, first_value(p) OVER (PARTITION BY rep, i ORDER BY g) + (g - (k + 1) / 2.0) / k
				+ .5 * first_value(x) OVER (PARTITION BY rep, g, i / 5 ORDER BY i) + .5 * e AS v,
				row_number() OVER (PARTITION BY rep, i ORDER BY random()) AS place
			FROM (SELECT rep, i, g, normal() AS p, normal() AS x, normal() AS e
				FROM generate_series(1, reps) rep, generate_series(1, n) i, generate_series(1, k) g) y),
		state AS (
			SELECT rep, hdata.ratings_agg(i::bigint, g::bigint, v, NULL::bigint, c::text) AS r FROM cell WHERE place <= 2 + i % 2 GROUP BY rep)
		SELECT 'severity, clusters', n, k, 1, 'robust, rater ' || rater, (rater::int - (k + 1) / 2.0) / k, s.severity, s.ci_low, s.ci_high
		FROM state, hdata.severity(r) s WHERE rater IN ('1', '2');
	END IF;
END $$;

-- Rasch: difficulties -2 .. 2 of k items, a fifth of the answers missing
CREATE FUNCTION simulate_rasch(n int, k int, reps int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
	PERFORM setseed(seed);
	INSERT INTO result
	WITH person AS MATERIALIZED (SELECT rep, u, normal() AS t FROM generate_series(1, reps) rep, generate_series(1, n) u),
	state AS MATERIALIZED (
		SELECT rep, hdata.score_matrix_agg(u::bigint, i::bigint, (random() < 1 / (1 + exp(-2 + 4.0 * (i - 1) / (k - 1) - t)))::int::float8)
			FILTER (WHERE random() < .8) AS m
		FROM person, generate_series(1, k) i GROUP BY rep)
	SELECT 'rasch', n, k, 1, 'item ' || item, -2 + 4.0 * (item::int - 1) / (k - 1), difficulty, ci_low, ci_high
	FROM state, hdata.rasch(m) WHERE item::int IN (1, (k + 1) / 2) AND status = 'ok'
	UNION ALL
	SELECT 'irt 1pl', n, k, 1, 'item ' || item, -2 + 4.0 * (item::int - 1) / (k - 1), difficulty, ci_low, ci_high
	FROM state, hdata.irt(m) WHERE item::int IN (1, (k + 1) / 2) AND status = 'ok';
END $$;

-- Tables and functions of the simulation of interval coverage (coverage.sh).
--
-- Latent truth: item i is positive with probability "prevalence"; rater g labels a positive item rightly with probability
-- logistic(sens_g - d_i) and a negative one with logistic(spec_g - d_i), where sens_g, spec_g are logit(.85) + N(0, .5) and the
-- difficulty d_i is N(0, .8).  Clusters are five items that share the difficulty and, with probability .7, the truth of the
-- cluster: the margins of an item stay the same, and with them the limits of all coefficients.
--
-- "overlap" is the share of items that all raters rate, but at least two items; the rest have one rating, by a rater at random.
-- Everything follows from the seed.

CREATE FUNCTION rater_skill() RETURNS float8 LANGUAGE sql VOLATILE AS
	$$ SELECT ln(.85 / .15) + .5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) $$;

-- Panels of fixed raters
CREATE TABLE panel (panel int, raters int, sens float8[], spec float8[], PRIMARY KEY (panel, raters));

-- Limits of the coefficients: of each panel over items, and of the population (panel 0, raters 0) over items and raters
CREATE TABLE limits (prevalence float8, panel int, raters int, coefficient text, value float8,
	PRIMARY KEY (prevalence, panel, raters, coefficient));

-- One row an interval
CREATE UNLOGGED TABLE result (overlap float8, raters int, prevalence float8, items int, design text, inference text,
	replication int, coefficient text, value float8, se float8, ci_low float8, ci_high float8, df float8,
	n_pairable int, n_pairable_clusters int, truth float8);

CREATE FUNCTION coefficients() RETURNS text[] LANGUAGE sql IMMUTABLE AS
	$$ SELECT '{percent_agreement,gwet_ac,fleiss_kappa,conger_kappa,krippendorff_alpha}'::text[] $$;

-- Panels, and their limits by a sample of items so large that its own error is below a tenth of any simulated one
CREATE FUNCTION make_panels(n_panels int, prevalences float8[], n_items int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	pr float8;
	p panel;
BEGIN
	PERFORM setseed(.20240229);
	INSERT INTO panel
		SELECT k, r, array(SELECT rater_skill() FROM generate_series(1, r) WHERE k > 0),
			array(SELECT rater_skill() FROM generate_series(1, r) WHERE k > 0)
		FROM generate_series(1, n_panels) k, unnest('{2,3,10}'::int[]) r;
	FOREACH pr IN ARRAY prevalences LOOP
		FOR p IN SELECT * FROM panel ORDER BY raters, panel LOOP
			INSERT INTO limits
			WITH item AS MATERIALIZED (
				SELECT i, random() < pr AS truth, .8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS d
				FROM generate_series(1::bigint, n_items) i),
			r AS (
				SELECT hdata.ratings_agg(i, g,
					CASE WHEN (random() < 1 / (1 + exp(d - CASE WHEN truth THEN p.sens[g] ELSE p.spec[g] END))) = truth
						THEN '1' ELSE '0' END) AS r
				FROM item, generate_series(1::bigint, p.raters) g)
			SELECT pr, p.panel, p.raters, a.coefficient, a.value FROM r, hdata.agreement(r) a
			WHERE a.coefficient = ANY (coefficients());
		END LOOP;
		-- the population: every item meets ten raters, each time others
		INSERT INTO limits
		WITH item AS MATERIALIZED (
			SELECT i, random() < pr AS truth, .8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS d
			FROM generate_series(1::bigint, n_items * 2) i),
		r AS (
			SELECT hdata.ratings_agg(i, g,
				CASE WHEN (random() < 1 / (1 + exp(d - rater_skill()))) = truth THEN '1' ELSE '0' END) AS r
			FROM item, generate_series(1::bigint, 10) g)
		SELECT pr, 0, 0, a.coefficient, a.value FROM r, hdata.agreement(r) a
		WHERE a.coefficient = ANY (coefficients());
	END LOOP;
END $$;

-- One cell: "reps" data sets at once, and of each the intervals by agreement()
CREATE FUNCTION simulate(v_overlap float8, v_raters int, v_prevalence float8, v_items int, v_clustered boolean,
	v_inference text, reps int, v_seed float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	n_panels int := (SELECT max(panel) FROM panel);
	n_both int := greatest(2, round((v_overlap * v_items)::numeric));
BEGIN
	PERFORM setseed(v_seed);
	INSERT INTO result
	WITH replication AS MATERIALIZED (
		SELECT rep, CASE WHEN v_inference = 'fixed' THEN 1 + rep % n_panels ELSE 0 END AS panel
		FROM generate_series(1, reps) rep),
	skilled AS MATERIALIZED (
		SELECT rep, n.panel, p.sens, p.spec
		FROM replication n JOIN panel p ON p.panel = n.panel AND p.raters = v_raters
		UNION ALL
		SELECT rep, panel, array(SELECT rater_skill() FROM generate_series(1, v_raters) WHERE rep > 0),
			array(SELECT rater_skill() FROM generate_series(1, v_raters) WHERE rep > 0)
		FROM replication WHERE panel = 0),
	cluster AS MATERIALIZED (
		SELECT s.*, c, random() < v_prevalence AS truth,
			.8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS d
		FROM skilled s, generate_series(1, v_items / 5) c),
	item AS MATERIALIZED (
		SELECT rep, panel, sens, spec, c, (c - 1) * 5 + j AS i,
			CASE WHEN v_clustered AND random() < .7 THEN truth ELSE random() < v_prevalence END AS truth,
			CASE WHEN v_clustered THEN d ELSE .8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) END AS d,
			((c - 1) * 5 + j) * n_both % v_items < n_both AS every_rater,
			1 + floor(random() * v_raters)::int AS one
		FROM cluster, generate_series(1, 5) j),
	rating AS (
		SELECT rep, panel, i::bigint, g::bigint, c::text,
			CASE WHEN (random() < 1 / (1 + exp(d - CASE WHEN truth THEN sens[g] ELSE spec[g] END))) = truth
				THEN '1' ELSE '0' END AS v
		FROM item, generate_series(CASE WHEN every_rater THEN 1 ELSE one END,
			CASE WHEN every_rater THEN v_raters ELSE one END) g),
	state AS MATERIALIZED (
		SELECT rep, panel, hdata.ratings_agg(i, g, v) AS r,
			hdata.ratings_agg(i, g, v, NULL::bigint, c) FILTER (WHERE v_clustered) AS r_clustered
		FROM rating GROUP BY rep, panel),
	estimate AS MATERIALIZED (
		SELECT rep, panel, CASE WHEN v_clustered THEN 'cluster not passed' ELSE 'independent' END AS design, a.*
		FROM state, hdata.agreement(r, raters => v_inference, categories => '{0,1}',
			variance => current_setting('hdata_coverage.variance')) a
		UNION ALL
		SELECT rep, panel, 'clustered', a.*
		FROM state, hdata.agreement(r_clustered, raters => v_inference, categories => '{0,1}',
			variance => current_setting('hdata_coverage.variance')) a WHERE v_clustered)
	SELECT v_overlap, v_raters, v_prevalence, v_items, design, v_inference, rep, e.coefficient, e.value, e.se, e.ci_low, e.ci_high,
		substring(e.inference FROM 't\((.*)\)')::float8,
		max(e.n_items) FILTER (WHERE e.coefficient = 'krippendorff_alpha') OVER (PARTITION BY rep, design),
		max(e.n_clusters) FILTER (WHERE e.coefficient = 'krippendorff_alpha') OVER (PARTITION BY rep, design), l.value
	FROM estimate e
		JOIN limits l ON l.coefficient = e.coefficient AND l.prevalence = v_prevalence AND l.panel = e.panel
			AND l.raters = CASE WHEN e.panel = 0 THEN 0 ELSE v_raters END
	WHERE e.coefficient = ANY (coefficients());
END $$;

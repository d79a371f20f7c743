-- quality: intervals of a proportion (docs/quality.md)

CREATE FUNCTION wilson(successes float8, n float8, confidence float8 DEFAULT 0.95, OUT low float8, OUT high float8)
	AS 'MODULE_PATHNAME', 'quality_wilson' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION wilson(float8, float8, float8) IS 'Wilson (1927): score interval of a proportion; n may be fractional (an effective number)';
CREATE FUNCTION clopper_pearson(successes float8, n float8, confidence float8 DEFAULT 0.95, OUT low float8, OUT high float8)
	AS 'MODULE_PATHNAME', 'quality_clopper_pearson' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION clopper_pearson(float8, float8, float8) IS 'Clopper and Pearson (1934): exact interval of a proportion, never covers less than it says; n may be fractional';
CREATE FUNCTION jeffreys(successes float8, n float8, confidence float8 DEFAULT 0.95, OUT low float8, OUT high float8)
	AS 'MODULE_PATHNAME', 'quality_jeffreys' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jeffreys(float8, float8, float8) IS 'interval of a proportion from the posterior under Jeffreys prior (Brown, Cai and DasGupta 2001); n may be fractional';
CREATE FUNCTION agresti_coull(successes float8, n float8, confidence float8 DEFAULT 0.95, OUT low float8, OUT high float8)
	AS 'MODULE_PATHNAME', 'quality_agresti_coull' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION agresti_coull(float8, float8, float8) IS 'Agresti and Coull (1998): interval of a proportion; n may be fractional';
CREATE FUNCTION always_valid(successes float8, n float8, confidence float8 DEFAULT 0.95, prior_a float8 DEFAULT 0.5, prior_b float8 DEFAULT 0.5,
	OUT low float8, OUT high float8)
	AS 'MODULE_PATHNAME', 'quality_always_valid' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION always_valid(float8, float8, float8, float8, float8) IS 'interval of a proportion that holds at all looks at once (beta-binomial mixture martingale; Robbins 1970, Howard et al. 2021)';

-- rates of persons shrunk towards those of all

CREATE FUNCTION beta_prior(successes float8[], trials float8[], method text DEFAULT 'moments',
	OUT alpha float8, OUT beta float8, OUT mean float8, OUT sd float8, OUT n_units bigint, OUT n_trials float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_beta_prior' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION beta_prior(float8[], float8[], text) IS 'the beta distribution that the rates of many units come from; method moments (Gelman et al.) or ml (beta-binomial likelihood)';
CREATE FUNCTION beta_shrink(successes float8, n float8, alpha float8, beta float8, confidence float8 DEFAULT 0.95, threshold float8 DEFAULT NULL,
	OUT value float8, OUT sd float8, OUT ci_low float8, OUT ci_high float8, OUT p_below float8, OUT raw float8, OUT weight float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_beta_shrink' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1;
COMMENT ON FUNCTION beta_shrink(float8, float8, float8, float8, float8, float8) IS 'a rate shrunk towards a beta prior, with its posterior interval and the probability that it is below a threshold';
CREATE FUNCTION beta_shrink(successes float8[], trials float8[], method text DEFAULT 'bayes', confidence float8 DEFAULT 0.95, threshold float8 DEFAULT NULL,
	OUT at bigint, OUT n float8, OUT value float8, OUT sd float8, OUT ci_low float8, OUT ci_high float8, OUT p_below float8,
	OUT raw float8, OUT expected float8, OUT prior_n float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_beta_shrink_all' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;
COMMENT ON FUNCTION beta_shrink(float8[], float8[], text, float8, float8) IS 'each unit of two arrays shrunk towards all other units; method bayes (all priors at once), moments, ml';

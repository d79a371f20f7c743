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

-- sequential tests and control charts: a series is an array in the order of time (docs/quality.md)

CREATE FUNCTION sprt_lines(p0 float8, p1 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1,
	OUT k float8, OUT h1 float8, OUT h2 float8, OUT s float8, OUT ln_a float8, OUT ln_b float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_sprt_lines' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 ROWS 1;
COMMENT ON FUNCTION sprt_lines(float8, float8, float8, float8) IS 'Wald (1947): accept at s n - h1 bad or fewer, reject at s n + h2 or more';
CREATE FUNCTION sprt(bad float8, n float8, p0 float8, p1 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1, confidence float8 DEFAULT 0.95,
	OUT decision text, OUT at bigint, OUT n_seen float8, OUT n_bad float8, OUT llr float8, OUT accept_limit float8, OUT reject_limit float8,
	OUT rate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_sprt_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION sprt(float8, float8, float8, float8, float8, float8, float8) IS 'where the sequential test of an error rate stands after bad errors in n: continue, accept (p0), reject (p1)';
CREATE FUNCTION sprt(errors boolean[], p0 float8, p1 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1, confidence float8 DEFAULT 0.95,
	OUT decision text, OUT at bigint, OUT n_seen float8, OUT n_bad float8, OUT llr float8, OUT accept_limit float8, OUT reject_limit float8,
	OUT rate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_sprt_series' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION sprt(boolean[], float8, float8, float8, float8, float8) IS 'the sequential test over a series, up to its first decision';
CREATE FUNCTION sprt_chart(errors boolean[], p0 float8, p1 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1, confidence float8 DEFAULT 0.95,
	OUT at bigint, OUT n float8, OUT statistic float8, OUT "limit" float8, OUT alarm boolean, OUT statistic_low float8, OUT limit_low float8,
	OUT since bigint, OUT estimate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_sprt_chart' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION sprt_chart(boolean[], float8, float8, float8, float8, float8) IS 'the log likelihood ratio of the sequential test after each observation, up to its first decision';
CREATE FUNCTION sprt_oc(p float8, p0 float8, p1 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1, n_max float8 DEFAULT 1000,
	OUT accept float8, OUT reject float8, OUT undecided float8, OUT asn float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_sprt_oc' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1;
COMMENT ON FUNCTION sprt_oc(float8, float8, float8, float8, float8, float8) IS 'what the sequential test decides within n_max observations with error rate p, and after how many: exact';
CREATE FUNCTION running_threshold_oc(p float8, most float8, n_min float8 DEFAULT 10, n_max float8 DEFAULT 50,
	OUT reject float8, OUT undecided float8, OUT asn float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_running_threshold_oc' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1;
COMMENT ON FUNCTION running_threshold_oc(float8, float8, float8, float8) IS 'how often the rule "bad / n above most at any n from n_min to n_max" fires with error rate p: exact';

CREATE FUNCTION bernoulli_cusum(errors boolean[], p0 float8, p1 float8, h float8, confidence float8 DEFAULT 0.95,
	OUT at bigint, OUT n float8, OUT statistic float8, OUT "limit" float8, OUT alarm boolean, OUT statistic_low float8, OUT limit_low float8,
	OUT since bigint, OUT estimate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_bernoulli_cusum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION bernoulli_cusum(boolean[], float8, float8, float8, float8) IS 'Reynolds and Stoumbos (1999): has an error rate risen from p0 towards p1; h from cusum_limit';
CREATE FUNCTION cusum_limit(p0 float8, p1 float8, arl float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_cusum_limit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION cusum_limit(float8, float8, float8) IS 'the smallest limit of bernoulli_cusum that sounds no oftener than every arl observations at error rate p0';
CREATE FUNCTION bernoulli_arl(p float8, p0 float8, p1 float8, h float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_bernoulli_arl' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION bernoulli_arl(float8, float8, float8, float8) IS 'average number of observations until bernoulli_cusum(p0, p1, h) sounds at error rate p';

CREATE FUNCTION cusum(x float8[], target float8, sigma float8, k float8 DEFAULT 0.5, h float8 DEFAULT 5, confidence float8 DEFAULT 0.95,
	OUT at bigint, OUT n float8, OUT statistic float8, OUT "limit" float8, OUT alarm boolean, OUT statistic_low float8, OUT limit_low float8,
	OUT since bigint, OUT estimate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_cusum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION cusum(float8[], float8, float8, float8, float8, float8) IS 'tabular CUSUM (Page 1954): sums of what lies more than k sigma above or below the target, limit h sigma';
CREATE FUNCTION cusum_arl(k float8, h float8, shift float8 DEFAULT 0, sided text DEFAULT 'two') RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_cusum_arl' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION cusum_arl(float8, float8, float8, text) IS 'average run length of cusum from 0 when the mean is off by shift sigmas';
CREATE FUNCTION ewma(x float8[], target float8, sigma float8, lambda float8 DEFAULT 0.2, width float8 DEFAULT 2.962, limits text DEFAULT 'exact',
	confidence float8 DEFAULT 0.95,
	OUT at bigint, OUT n float8, OUT statistic float8, OUT "limit" float8, OUT alarm boolean, OUT statistic_low float8, OUT limit_low float8,
	OUT since bigint, OUT estimate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_ewma' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION ewma(float8[], float8, float8, float8, float8, text, float8) IS 'exponentially weighted moving average (Roberts 1959) with limits of width sigmas of it, exact or asymptotic';
CREATE FUNCTION ewma_arl(lambda float8, width float8, shift float8 DEFAULT 0) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_ewma_arl' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION ewma_arl(float8, float8, float8) IS 'average run length of ewma with asymptotic limits when the mean is off by shift sigmas';
CREATE FUNCTION p_chart(bad float8[], sizes float8[], k float8 DEFAULT 3, center float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT at bigint, OUT n float8, OUT statistic float8, OUT "limit" float8, OUT alarm boolean, OUT statistic_low float8, OUT limit_low float8,
	OUT since bigint, OUT estimate float8, OUT ci_low float8, OUT ci_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_p_chart' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION p_chart(float8[], float8[], float8, float8, float8) IS 'shares of bad items a sample against limits k standard errors around the share of all, or around a given center';

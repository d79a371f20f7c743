-- acceptance sampling by attributes (docs/quality.md)

CREATE FUNCTION acceptance_probability(n float8, ac float8, p float8, lot float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_acceptance_probability' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION acceptance_probability(float8, float8, float8, float8) IS 'probability that at most ac of n sampled items are bad: binomial, or hypergeometric in a lot';
CREATE FUNCTION acceptance_probability(n1 float8, ac1 float8, re1 float8, n2 float8, ac2 float8, p float8, lot float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_acceptance_probability_double' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION acceptance_probability(float8, float8, float8, float8, float8, float8, float8) IS 'probability that a double plan accepts: at ac1 of n1, or between ac1 and re1 at ac2 of both samples';
CREATE FUNCTION oc_curve(n float8, ac float8, p float8[] DEFAULT NULL, lot float8 DEFAULT NULL,
	OUT p_bad float8, OUT accept float8, OUT aoq float8, OUT ati float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_oc_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 21;
COMMENT ON FUNCTION oc_curve(float8, float8, float8[], float8) IS 'operating characteristic of a single plan: probability of acceptance, average outgoing quality, average total inspection';
CREATE FUNCTION oc_quantile(n float8, ac float8, accept float8, lot float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_oc_quantile' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION oc_quantile(float8, float8, float8, float8) IS 'the share of bad items with which a single plan accepts this share of lots';
CREATE FUNCTION acceptance_plan(p1 float8, p2 float8, alpha float8 DEFAULT 0.05, beta float8 DEFAULT 0.1, lot float8 DEFAULT NULL, kind text DEFAULT 'single',
	OUT n bigint, OUT ac bigint, OUT re bigint, OUT n2 bigint, OUT ac2 bigint, OUT re2 bigint,
	OUT producer_risk float8, OUT consumer_risk float8, OUT asn float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_acceptance_plan' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1;
COMMENT ON FUNCTION acceptance_plan(float8, float8, float8, float8, float8, text) IS 'the smallest plan that accepts p1 with 1 - alpha and p2 with no more than beta; kind single or double';
CREATE FUNCTION zero_failure_n(p float8, confidence float8 DEFAULT 0.95) RETURNS bigint
	AS 'MODULE_PATHNAME', 'quality_zero_failure_n' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION zero_failure_n(float8, float8) IS 'how many items without an error show with the confidence that the rate is below p';
CREATE FUNCTION estimation_n(half_width float8, p float8 DEFAULT 0.5, confidence float8 DEFAULT 0.95, population float8 DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'quality_estimation_n' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION estimation_n(float8, float8, float8, float8) IS 'Cochran (1977): how many items estimate a share near p to plus or minus half_width';

-- ANSI/ASQ Z1.4
CREATE FUNCTION z14_plan(lot bigint, level text, aql numeric, inspection text DEFAULT 'normal', OUT n bigint, OUT ac bigint, OUT re bigint)
	AS 'MODULE_PATHNAME', 'quality_z14_plan' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION z14_plan(bigint, text, numeric, text) IS 'single sampling plan of ANSI/ASQ Z1.4 (MIL-STD-105E), arrows followed; inspection normal, tightened, reduced';
CREATE FUNCTION z14_letter(lot bigint, level text DEFAULT 'II') RETURNS text
	AS 'MODULE_PATHNAME', 'quality_z14_letter' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION z14_letter(bigint, text) IS 'code letter of a lot by ANSI/ASQ Z1.4, table I; level I, II, III, S-1 to S-4';
CREATE FUNCTION z14_switch(lots float8[], bad float8[], level text, aql numeric, start text DEFAULT 'normal',
	OUT at bigint, OUT lot bigint, OUT inspection text, OUT letter text, OUT n bigint, OUT ac bigint, OUT re bigint, OUT n_bad bigint,
	OUT accepted boolean, OUT next text, OUT reason text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'quality_z14_switch' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION z14_switch(float8[], float8[], text, numeric, text) IS 'a series of lots under the switching rules of ANSI/ASQ Z1.4; a lot with bad NULL is still to be inspected';

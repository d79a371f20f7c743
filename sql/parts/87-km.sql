-- review: how long does it take, where not all has ended? (docs/review_metrics.md)

%type km | durations, ended or censored: a counting state, made by km_agg | the same durations as often
%state km | adds the counts of two states | sum of stored states: merging one twice counts it twice

%aggregate km_agg(float8, boolean) | km | km_trans | km_trans | IMMUTABLE | durations (duration, observed): counting; observed is false where it was still running
%aggregate km_agg(interval, boolean) | km | km_trans | km_trans_interval | IMMUTABLE | durations (duration, observed), in seconds: counting; observed is false where it was still running
%aggregate km_agg(review_path, text, timestamptz) | km | km_trans | km_trans_path | IMMUTABLE | stays (path, state, as_of) of items in a state, in seconds: counting; those still there at as_of are censored
%aggregate km_agg(review_path, text, text, timestamptz) | km | km_trans | km_trans_cycle | IMMUTABLE | times (path, from_state, to_state, as_of) from one state to another, in seconds: counting; those not there by as_of are censored

CREATE FUNCTION km_quantile(km, p float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'km_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION km_quantile(km, float8) IS 'Kaplan and Meier (1958): the first duration by which a share p has ended; NULL if that many never did';
CREATE FUNCTION km_median(km) RETURNS float8
	AS 'MODULE_PATHNAME', 'km_median' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION km_median(km) IS 'the first duration by which half has ended; NULL if that many never did';
CREATE FUNCTION km_quantile_ci(km, p float8, confidence float8 DEFAULT 0.95, band text DEFAULT 'log-log',
	OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT n_ended bigint, OUT n_censored bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_quantile_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION km_quantile_ci(km, float8, float8, text) IS 'a quantile with the interval of Brookmeyer and Crowley (1982); bands: log-log, log, plain';
CREATE FUNCTION km_survival(km, t float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'km_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION km_survival(km, float8) IS 'the share that takes longer than t; NULL where nothing was seen for so long';
CREATE FUNCTION km_survival_ci(km, t float8, confidence float8 DEFAULT 0.95, band text DEFAULT 'log-log',
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n_at_risk bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_survival_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION km_survival_ci(km, float8, float8, text) IS 'the share that takes longer than t, with Greenwood''s error; bands: log-log, log, plain';
CREATE FUNCTION km_curve(km, confidence float8 DEFAULT 0.95, band text DEFAULT 'log-log',
	OUT t float8, OUT n_at_risk bigint, OUT n_ended bigint, OUT n_censored bigint, OUT survival float8, OUT se float8, OUT ci_low float8, OUT ci_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 500;
COMMENT ON FUNCTION km_curve(km, float8, text) IS 'the survival curve, a row for each different duration';
CREATE FUNCTION km_rmst(km, tau float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'km_rmst' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION km_rmst(km, float8) IS 'restricted mean: the mean of durations, none counted for longer than tau; NULL where nothing was seen for so long';
CREATE FUNCTION km_rmst_ci(km, tau float8, confidence float8 DEFAULT 0.95,
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT n_ended bigint, OUT n_censored bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_rmst_ci' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION km_rmst_ci(km, float8, float8) IS 'restricted mean with its interval';
CREATE FUNCTION km_compare(a km, b km, confidence float8 DEFAULT 0.95, null_value float8 DEFAULT NULL,
	OUT n_a bigint, OUT ended_a bigint, OUT expected_a float8, OUT n_b bigint, OUT ended_b bigint, OUT expected_b float8,
	OUT z float8, OUT hazard_ratio float8, OUT ci_low float8, OUT ci_high float8, OUT p_value float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_compare' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION km_compare(km, km, float8, float8) IS 'log-rank comparison of two groups: which ends sooner, as a ratio of hazards with its interval (Mantel 1966; Peto and Peto 1972)';
CREATE FUNCTION n_ended(km) RETURNS bigint
	AS 'MODULE_PATHNAME', 'km_n_ended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_ended(km) IS 'how many durations ended';
CREATE FUNCTION n_censored(km) RETURNS bigint
	AS 'MODULE_PATHNAME', 'km_n_censored' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_censored(km) IS 'how many durations were still running';

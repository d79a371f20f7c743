-- review: metrics of a process (docs/review_metrics.md)

CREATE FUNCTION time_in_state(review_paths, as_of timestamptz DEFAULT now(), terminal text[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT state text, OUT n_items bigint, OUT n_visits bigint, OUT n_open bigint, OUT total interval, OUT median interval, OUT ci_low interval, OUT ci_high interval)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_paths_time_in_state' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION time_in_state(review_paths, timestamptz, text[], float8) IS 'how long items stay in each state that is not terminal: medians by Kaplan and Meier, stays that are open at as_of being censored';
CREATE FUNCTION km_of(review_paths, state text, as_of timestamptz) RETURNS km
	AS 'MODULE_PATHNAME', 'review_paths_km_of' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION km_of(review_paths, text, timestamptz) IS 'stays of items in a state, in seconds; those still there at as_of are censored';
CREATE FUNCTION km_of(review_paths, from_state text, to_state text, as_of timestamptz) RETURNS km
	AS 'MODULE_PATHNAME', 'review_paths_km_of_cycle' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION km_of(review_paths, text, text, timestamptz) IS 'times from one state to another, in seconds; those not there by as_of are censored';
CREATE FUNCTION funnel(review_paths, states text[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT state text, OUT n_items bigint, OUT share float8, OUT ci_low float8, OUT ci_high float8, OUT n_now bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_paths_funnel' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION funnel(review_paths, text[], timestamptz, float8) IS 'how many items ever reached each state, and how many are there now';
CREATE FUNCTION process_metrics(review_paths, accepting text[], rejecting text[], as_of timestamptz DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT metric text, OUT x bigint, OUT n bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_paths_process_metrics' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 5;
COMMENT ON FUNCTION process_metrics(review_paths, text[], text[], timestamptz, float8) IS 'first-pass yield, rework rate per item, rejection rate per decision, with intervals';

-- review: metrics of a process (docs/review_metrics.md)

CREATE FUNCTION time_in_state(review_paths, as_of timestamptz DEFAULT now(), terminal text[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT state text, OUT n_items bigint, OUT n_visits bigint, OUT n_open bigint, OUT total interval, OUT median interval, OUT ci_low interval, OUT ci_high interval)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_paths_time_in_state' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION time_in_state(review_paths, timestamptz, text[], float8) IS 'how long items stay in each state that is not terminal: medians by Kaplan and Meier, stays that are open at as_of being censored';
CREATE FUNCTION km_of(review_paths, state text, as_of timestamptz) RETURNS km
	AS 'MODULE_PATHNAME', 'review_paths_km_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION km_of(review_paths, text, timestamptz) IS 'stays of items in a state, in seconds; those still there at as_of are censored';
CREATE FUNCTION km_of(review_paths, from_state text, to_state text, as_of timestamptz) RETURNS km
	AS 'MODULE_PATHNAME', 'review_paths_km_of_cycle' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
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

%type decisions | how often each reviewer accepted the work of each author: a counting state, made by decisions_agg | the same counts
%state decisions | adds the counts of two states | sum of stored states: merging one twice counts it twice

%aggregate decisions_agg(bigint, bigint, boolean) | decisions | decisions_trans | decisions_trans_int8 | IMMUTABLE | decisions (reviewer, author, accepted): counting
%aggregate decisions_agg(bigint, bigint, boolean, boolean) | decisions | decisions_trans | decisions_trans_int8 | IMMUTABLE | decisions (reviewer, author, accepted, overturned): counting; overturned is NULL where there was no second opinion
%aggregate decisions_agg(uuid, uuid, boolean) | decisions | decisions_trans | decisions_trans_uuid | IMMUTABLE | decisions (reviewer, author, accepted): counting
%aggregate decisions_agg(uuid, uuid, boolean, boolean) | decisions | decisions_trans | decisions_trans_uuid | IMMUTABLE | decisions (reviewer, author, accepted, overturned): counting; overturned is NULL where there was no second opinion
%aggregate decisions_agg(text, text, boolean) | decisions | decisions_trans | decisions_trans_text | IMMUTABLE | decisions (reviewer, author, accepted): counting
%aggregate decisions_agg(text, text, boolean, boolean) | decisions | decisions_trans | decisions_trans_text | IMMUTABLE | decisions (reviewer, author, accepted, overturned): counting; overturned is NULL where there was no second opinion
-- all of them "any": else integer columns would fit bigint and "any" equally well
%aggregate decisions_agg("any", "any", "any") | decisions | decisions_trans | decisions_trans_any | STABLE | decisions (reviewer, author, accepted): counting
%aggregate decisions_agg("any", "any", "any", "any") | decisions | decisions_trans | decisions_trans_any | STABLE | decisions (reviewer, author, accepted, overturned): counting; overturned is NULL where there was no second opinion

CREATE FUNCTION leniency(decisions, reference text DEFAULT 'others', confidence float8 DEFAULT 0.95,
	OUT reviewer text, OUT n bigint, OUT accepted bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT n_expected bigint, OUT expected float8, OUT accepted_expected float8,
	OUT ratio float8, OUT ratio_low float8, OUT ratio_high float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT z float8, OUT shrunk float8, OUT rank_low bigint, OUT rank_high bigint, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'decisions_leniency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION leniency(decisions, text, float8) IS 'each reviewer: acceptances observed and expected from others on the same authors (indirect standardisation), with intervals: a question to ask, not a verdict';
CREATE FUNCTION overturned(decisions, reference text DEFAULT 'others', confidence float8 DEFAULT 0.95,
	OUT reviewer text, OUT n bigint, OUT overturned bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT n_expected bigint, OUT expected float8, OUT overturned_expected float8,
	OUT ratio float8, OUT ratio_low float8, OUT ratio_high float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT z float8, OUT shrunk float8, OUT rank_low bigint, OUT rank_high bigint, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'decisions_overturned' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION overturned(decisions, text, float8) IS 'each reviewer: decisions that a second opinion overturned, of those that had one, observed and expected, with intervals';
CREATE FUNCTION cells(decisions, OUT reviewer text, OUT author text, OUT n bigint, OUT accepted bigint, OUT n_second bigint, OUT overturned bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'decisions_cells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION cells(decisions) IS 'decisions of each reviewer on each author';
CREATE FUNCTION n_decisions(decisions) RETURNS bigint
	AS 'MODULE_PATHNAME', 'decisions_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_decisions(decisions) IS 'number of decisions';
CREATE FUNCTION without_people(decisions, people text[]) RETURNS decisions
	AS 'MODULE_PATHNAME', 'decisions_without_people' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_people(decisions, text[]) IS 'the same without the decisions of some people and those on their work; NULL if nothing is left';

%type pay | what was paid for how much time: a counting state, made by pay_agg | the same pairs as often
%state pay | adds the counts of two states | sum of stored states: merging one twice counts it twice

%aggregate pay_agg(float8, float8) | pay | pay_trans | pay_trans | IMMUTABLE | pay (amount, seconds) of assignments, or of people: counting
%aggregate pay_agg(float8, interval) | pay | pay_trans | pay_trans_interval | IMMUTABLE | pay (amount, time) of assignments, or of people: counting

CREATE FUNCTION pay_metrics(pay, minimum float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT metric text, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'pay_metrics' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 4;
COMMENT ON FUNCTION pay_metrics(pay, float8, float8) IS 'pay by the hour: median, mean, ratio of sums, and the share below a minimum, with intervals';
CREATE FUNCTION n_paid(pay) RETURNS bigint
	AS 'MODULE_PATHNAME', 'pay_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_paid(pay) IS 'number of rows';

CREATE FUNCTION speed_limits(km, threshold float8 DEFAULT 3.5,
	OUT n bigint, OUT median float8, OUT log_scale float8, OUT low float8, OUT high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_speed_limits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION speed_limits(km, float8) IS 'durations that are far from the median of logarithms, in units of 1.4826 MAD: a signal to look, never a rejection';
CREATE FUNCTION speed_signals(km, threshold float8 DEFAULT 3.5, OUT duration float8, OUT n bigint, OUT z float8, OUT signal text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'km_speed_signals' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION speed_signals(km, float8) IS 'each different duration with its distance from the median of logarithms: fast, slow or NULL';

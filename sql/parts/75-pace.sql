-- pace: who is fast or slow, given the items (docs/quality.md)

%type pace | how long each person took for each item: a keyed state (a set of facts), made by pace_agg | the same facts of the same kinds
%state pace | union of two sets of times | union of stored times: merging one twice changes nothing

%aggregate pace_agg(bigint, bigint, float8) | pace | pace_trans | pace_trans_int8 | IMMUTABLE | pace (item, person, seconds); keyed: the same fact twice is one fact
%aggregate pace_agg(uuid, uuid, float8) | pace | pace_trans | pace_trans_uuid | IMMUTABLE | pace (item, person, seconds); keyed: the same fact twice is one fact
%aggregate pace_agg(text, text, float8) | pace | pace_trans | pace_trans_text | IMMUTABLE | pace (item, person, seconds); keyed: the same fact twice is one fact
%aggregate pace_agg("any", "any", float8) | pace | pace_trans | pace_trans_any | STABLE | pace (item, person, seconds); keyed: the same fact twice is one fact

CREATE FUNCTION paces(pace, confidence float8 DEFAULT 0.95,
	OUT person text, OUT n bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8, OUT seconds float8, OUT expected float8,
	OUT shrunk float8, OUT rank_low bigint, OUT rank_high bigint, OUT n_alone bigint, OUT evidence text, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'pace_paces' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100;
COMMENT ON FUNCTION paces(pace, float8) IS 'time of each person over what the others take for the same items (geometric means, two-way additive in logarithms), with interval and ranks';
CREATE FUNCTION observations(pace, OUT item text, OUT person text, OUT seconds float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'pace_observations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION observations(pace) IS 'every stored time as a row, contradicting ones included';
CREATE FUNCTION without_persons(pace, persons text[]) RETURNS pace
	AS 'MODULE_PATHNAME', 'pace_without_persons' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_persons(pace, text[]) IS 'the times of all other persons: nothing of these is left in the value';

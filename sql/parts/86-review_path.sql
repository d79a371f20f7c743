-- review: the way of an item through its states (docs/review_metrics.md)

%type review_path | the way of one item through its states: a keyed state (a set of events), made by review_path_agg | the same events
%state review_path | the events of both paths | the events of all stored paths: merging one twice changes nothing

%aggregate review_path_agg(text, timestamptz) | review_path | review_path_trans | review_path_trans_text | IMMUTABLE | events (state, at) of one item, in any order: keyed; the same event twice is one | 640
%aggregate review_path_agg(text, timestamptz, bigint) | review_path | review_path_trans | review_path_trans_text | IMMUTABLE | events (state, at, seq) of one item, seq being their order: keyed; the same event twice is one | 640
%aggregate review_path_agg("any", timestamptz) | review_path | review_path_trans | review_path_trans_any | STABLE | events (state, at) of one item, in any order: keyed; the same event twice is one | 640
%aggregate review_path_agg("any", timestamptz, bigint) | review_path | review_path_trans | review_path_trans_any | STABLE | events (state, at, seq) of one item, seq being their order: keyed; the same event twice is one | 640

CREATE FUNCTION time_in(review_path, state text, as_of timestamptz DEFAULT now(), terminal text[] DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'review_path_time_in' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION time_in(review_path, text, timestamptz, text[]) IS 'how long it was in a state, all visits together, an open one until as_of; NULL if it never was there, or if the state is terminal';
CREATE FUNCTION visits(review_path, state text, as_of timestamptz DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'review_path_visits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION visits(review_path, text, timestamptz) IS 'how often it entered a state from another one';
CREATE FUNCTION loops(review_path, state text DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'review_path_loops' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION loops(review_path, text, timestamptz) IS 'how often it came back to a state (visits less 1), or to the state that it visited most';
CREATE FUNCTION first_pass(review_path, accepting text[], decisions text[], as_of timestamptz DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'review_path_first_pass' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION first_pass(review_path, text[], text[], timestamptz) IS 'was the first decision an accepting one; NULL if there is no decision yet';
CREATE FUNCTION cycle(review_path, from_state text, to_state text, as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'review_path_cycle' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION cycle(review_path, text, text, timestamptz) IS 'from the first entry to one state to the next entry to the other; NULL if that is not reached';
CREATE FUNCTION cycle_time(review_path, from_state text, to_state text, as_of timestamptz DEFAULT now(), OUT duration interval, OUT observed boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_path_cycle_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1;
COMMENT ON FUNCTION cycle_time(review_path, text, text, timestamptz) IS 'the same for survival analysis: until as_of and not observed, where the other state is not reached; no row where the first is not';
CREATE FUNCTION open_state(review_path, as_of timestamptz DEFAULT NULL, terminal text[] DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME', 'review_path_open_state' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION open_state(review_path, timestamptz, text[]) IS 'the state in which it is; NULL if that is a terminal one';
CREATE FUNCTION n_events(review_path) RETURNS bigint
	AS 'MODULE_PATHNAME', 'review_path_n_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_events(review_path) IS 'number of different events';
CREATE FUNCTION steps(review_path, as_of timestamptz DEFAULT NULL, terminal text[] DEFAULT NULL,
	OUT n bigint, OUT state text, OUT entered timestamptz, OUT "left" timestamptz, OUT duration interval, OUT censored boolean, OUT n_events bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_path_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 5;
COMMENT ON FUNCTION steps(review_path, timestamptz, text[]) IS 'each stay in a state, in order; an open one is censored at as_of, a terminal one has no duration';

%type review_paths | the ways of many items through their states: a keyed state (a set of events), made by review_paths_agg | the same events
%state review_paths | the events of both | the events of all stored states: merging one twice changes nothing

%aggregate review_paths_agg(bigint, text, timestamptz) | review_paths | review_paths_trans | review_paths_trans_int8 | IMMUTABLE | events (item, state, at) of many items, in any order: keyed; the same event twice is one
%aggregate review_paths_agg(bigint, text, timestamptz, bigint) | review_paths | review_paths_trans | review_paths_trans_int8 | IMMUTABLE | events (item, state, at, seq) of many items, seq being their order: keyed; the same event twice is one
%aggregate review_paths_agg(uuid, text, timestamptz) | review_paths | review_paths_trans | review_paths_trans_uuid | IMMUTABLE | events (item, state, at) of many items, in any order: keyed; the same event twice is one
%aggregate review_paths_agg(uuid, text, timestamptz, bigint) | review_paths | review_paths_trans | review_paths_trans_uuid | IMMUTABLE | events (item, state, at, seq) of many items, seq being their order: keyed; the same event twice is one
%aggregate review_paths_agg(text, text, timestamptz) | review_paths | review_paths_trans | review_paths_trans_text | IMMUTABLE | events (item, state, at) of many items, in any order: keyed; the same event twice is one
%aggregate review_paths_agg(text, text, timestamptz, bigint) | review_paths | review_paths_trans | review_paths_trans_text | IMMUTABLE | events (item, state, at, seq) of many items, seq being their order: keyed; the same event twice is one
%aggregate review_paths_agg("any", "any", timestamptz) | review_paths | review_paths_trans | review_paths_trans_any | STABLE | events (item, state, at) of many items, in any order: keyed; the same event twice is one
%aggregate review_paths_agg("any", "any", timestamptz, bigint) | review_paths | review_paths_trans | review_paths_trans_any | STABLE | events (item, state, at, seq) of many items, seq being their order: keyed; the same event twice is one

CREATE FUNCTION n_items(review_paths) RETURNS bigint
	AS 'MODULE_PATHNAME', 'review_paths_n_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION n_items(review_paths) IS 'number of items';
CREATE FUNCTION n_events(review_paths) RETURNS bigint
	AS 'MODULE_PATHNAME', 'review_paths_n_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION n_events(review_paths) IS 'number of different events';
CREATE FUNCTION paths(review_paths, OUT item text, OUT path review_path)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'review_paths_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION paths(review_paths) IS 'each item and its path';

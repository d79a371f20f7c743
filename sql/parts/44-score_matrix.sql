-- score_matrix: which value each unit has on each item (docs/rubric.md)

%type score_matrix | which value each unit (response, model, person) has on each item (criterion, task): a keyed state (a set of facts), made by score_matrix_agg | the same facts of the same kinds
%state score_matrix | union of two sets of scores | union of stored score matrices: merging one twice changes nothing

-- Typed overloads for unit and item both bigint, both uuid or both text, as for ratings_agg; "any" takes every other mix, on
-- one node, and boolean values.
%aggregate score_matrix_agg(bigint, bigint, float8) | score_matrix | score_matrix_trans | score_matrix_trans_int8 | IMMUTABLE | score matrix (unit, item, value); keyed: the same fact twice is one fact
%aggregate score_matrix_agg(uuid, uuid, float8) | score_matrix | score_matrix_trans | score_matrix_trans_uuid | IMMUTABLE | score matrix (unit, item, value); keyed: the same fact twice is one fact
%aggregate score_matrix_agg(text, text, float8) | score_matrix | score_matrix_trans | score_matrix_trans_text | IMMUTABLE | score matrix (unit, item, value); keyed: the same fact twice is one fact
%aggregate score_matrix_agg("any", "any", "any") | score_matrix | score_matrix_trans | score_matrix_trans_any | STABLE | score matrix (unit, item, value); a boolean value counts as 0 or 1; keyed: the same fact twice is one fact

-- looking into a score matrix

CREATE FUNCTION n_units(score_matrix) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_matrix_n_units' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_units(score_matrix) IS 'number of different units';
CREATE FUNCTION n_items(score_matrix) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_matrix_n_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_items(score_matrix) IS 'number of different items';
CREATE FUNCTION n_values(score_matrix) RETURNS bigint
	AS 'MODULE_PATHNAME', 'score_matrix_n_values' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_values(score_matrix) IS 'number of stored values; contradicting ones count each';

CREATE FUNCTION observations(score_matrix, OUT unit text, OUT item text, OUT value float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_observations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION observations(score_matrix) IS 'every stored value as a row, contradicting ones included';

CREATE FUNCTION only_units(score_matrix, units text[]) RETURNS score_matrix
	AS 'MODULE_PATHNAME', 'score_matrix_only_units' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_units(score_matrix, text[]) IS 'the values of these units alone';
CREATE FUNCTION without_units(score_matrix, units text[]) RETURNS score_matrix
	AS 'MODULE_PATHNAME', 'score_matrix_without_units' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_units(score_matrix, text[]) IS 'the values of all other units: nothing of these is left in the value';
CREATE FUNCTION only_items(score_matrix, items text[]) RETURNS score_matrix
	AS 'MODULE_PATHNAME', 'score_matrix_only_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_items(score_matrix, text[]) IS 'the values on these items alone';
CREATE FUNCTION without_items(score_matrix, items text[]) RETURNS score_matrix
	AS 'MODULE_PATHNAME', 'score_matrix_without_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_items(score_matrix, text[]) IS 'the values on all other items';

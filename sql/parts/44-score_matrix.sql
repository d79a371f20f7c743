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

-- classical test theory

CREATE FUNCTION cronbach_alpha(score_matrix, missing text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_matrix_cronbach_alpha' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION cronbach_alpha(score_matrix, text) IS 'Cronbach (1951): alpha of the sum of the items; of 0 and 1, KR-20';
CREATE FUNCTION standardized_alpha(score_matrix, missing text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_matrix_standardized_alpha' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION standardized_alpha(score_matrix, text) IS 'alpha of the sum of standardized items: Spearman and Brown (1910) with the mean correlation';
CREATE FUNCTION omega_total(score_matrix, missing text DEFAULT 'error') RETURNS float8
	AS 'MODULE_PATHNAME', 'score_matrix_omega_total' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION omega_total(score_matrix, text) IS 'McDonald (1999): omega of standardized items with one factor, fitted by minres';
CREATE FUNCTION alpha(score_matrix, confidence float8 DEFAULT 0.95, missing text DEFAULT 'error', interval_method text DEFAULT 'feldt',
	OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT n_units bigint, OUT n_items bigint,
	OUT average_r float8, OUT std_alpha float8, OUT omega float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_alpha' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1;
COMMENT ON FUNCTION alpha(score_matrix, float8, text, text) IS 'reliability of the sum of the items: alpha with its interval, standardized alpha, omega; rubrics are formative, so that a low alpha is no fault of theirs';

CREATE FUNCTION item_stats(score_matrix, missing text DEFAULT 'error', confidence float8 DEFAULT 0.95,
	OUT item text, OUT n bigint, OUT difficulty float8, OUT difficulty_low float8, OUT difficulty_high float8, OUT sd float8,
	OUT item_total float8, OUT item_rest float8, OUT item_rest_low float8, OUT item_rest_high float8, OUT d27 float8,
	OUT alpha_if_dropped float8, OUT flag text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_item_stats' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 20;
COMMENT ON FUNCTION item_stats(score_matrix, text, float8) IS 'each item: difficulty (mean value), correlation with total and rest, upper against lower 27 percent, alpha without it, dead and negative items flagged';
CREATE FUNCTION item_pairs(score_matrix,
	OUT item_a text, OUT item_b text, OUT n bigint, OUT phi float8, OUT jaccard float8, OUT p_b_given_a float8,
	OUT p_a_given_b float8, OUT kappa float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'score_matrix_item_pairs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 45;
COMMENT ON FUNCTION item_pairs(score_matrix) IS 'each pair of items that some unit has both: correlation, and of 0 and 1 overlap, implication and kappa: which criteria say the same';

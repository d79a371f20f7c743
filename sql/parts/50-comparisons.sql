-- comparisons: who preferred what to what (docs/preference.md)

%type comparisons | who preferred what to what: a counting state (a sum), made by comparisons_agg | the same comparisons the same number of times
%state comparisons | sum of two sets of comparisons | sum of stored comparisons: merging one twice doubles it

-- aggregates
--
-- Typed overloads for items, raters and prompts all bigint, all uuid or all text: they need nothing of the call but its
-- arguments, so that a distributed engine can push them down.  "any" takes every other mix, on one node.

-- comparisons_agg(a, b, outcome)
%aggregate comparisons_agg(bigint, bigint, float8) | comparisons | comparisons_trans | comparisons_trans_int8 | IMMUTABLE | comparisons (a, b, outcome): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(uuid, uuid, float8) | comparisons | comparisons_trans | comparisons_trans_uuid | IMMUTABLE | comparisons (a, b, outcome): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(text, text, float8) | comparisons | comparisons_trans | comparisons_trans_text | IMMUTABLE | comparisons (a, b, outcome): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg("any", "any", "any") | comparisons | comparisons_trans | comparisons_trans_any | STABLE | comparisons (a, b, outcome): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles

-- comparisons_agg(a, b, outcome, rater)
%aggregate comparisons_agg(bigint, bigint, float8, bigint) | comparisons | comparisons_trans | comparisons_trans_int8 | IMMUTABLE | comparisons (a, b, outcome, rater): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(uuid, uuid, float8, uuid) | comparisons | comparisons_trans | comparisons_trans_uuid | IMMUTABLE | comparisons (a, b, outcome, rater): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(text, text, float8, text) | comparisons | comparisons_trans | comparisons_trans_text | IMMUTABLE | comparisons (a, b, outcome, rater): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg("any", "any", "any", "any") | comparisons | comparisons_trans | comparisons_trans_any | STABLE | comparisons (a, b, outcome, rater): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles

-- comparisons_agg(a, b, outcome, rater, prompt)
%aggregate comparisons_agg(bigint, bigint, float8, bigint, bigint) | comparisons | comparisons_trans | comparisons_trans_int8 | IMMUTABLE | comparisons (a, b, outcome, rater, prompt): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(uuid, uuid, float8, uuid, uuid) | comparisons | comparisons_trans | comparisons_trans_uuid | IMMUTABLE | comparisons (a, b, outcome, rater, prompt): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(text, text, float8, text, text) | comparisons | comparisons_trans | comparisons_trans_text | IMMUTABLE | comparisons (a, b, outcome, rater, prompt): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg("any", "any", "any", "any", "any") | comparisons | comparisons_trans | comparisons_trans_any | STABLE | comparisons (a, b, outcome, rater, prompt): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles

-- comparisons_agg(a, b, outcome, rater, prompt, weight)
%aggregate comparisons_agg(bigint, bigint, float8, bigint, bigint, float8) | comparisons | comparisons_trans | comparisons_trans_int8 | IMMUTABLE | comparisons (a, b, outcome, rater, prompt, weight): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(uuid, uuid, float8, uuid, uuid, float8) | comparisons | comparisons_trans | comparisons_trans_uuid | IMMUTABLE | comparisons (a, b, outcome, rater, prompt, weight): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg(text, text, float8, text, text, float8) | comparisons | comparisons_trans | comparisons_trans_text | IMMUTABLE | comparisons (a, b, outcome, rater, prompt, weight): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles
%aggregate comparisons_agg("any", "any", "any", "any", "any", "any") | comparisons | comparisons_trans | comparisons_trans_any | STABLE | comparisons (a, b, outcome, rater, prompt, weight): 1 a wins, 0 b wins, 0.5 tie, NULL no vote; counting: merging twice doubles

-- looking into comparisons

CREATE FUNCTION n_comparisons(comparisons) RETURNS bigint
	AS 'MODULE_PATHNAME', 'comparisons_n_comparisons' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_comparisons(comparisons) IS 'number of comparisons, each counted once whatever its weight';
CREATE FUNCTION total_weight(comparisons) RETURNS float8
	AS 'MODULE_PATHNAME', 'comparisons_total_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION total_weight(comparisons) IS 'sum of the weights of all comparisons; their number where no weights were given';
CREATE FUNCTION n_items(comparisons) RETURNS bigint
	AS 'MODULE_PATHNAME', 'comparisons_n_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_items(comparisons) IS 'number of different items';
CREATE FUNCTION n_raters(comparisons) RETURNS bigint
	AS 'MODULE_PATHNAME', 'comparisons_n_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_raters(comparisons) IS 'number of different raters that are named';
CREATE FUNCTION n_prompts(comparisons) RETURNS bigint
	AS 'MODULE_PATHNAME', 'comparisons_n_prompts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_prompts(comparisons) IS 'number of different prompts that are named';

CREATE FUNCTION comparison_rows(comparisons,
	OUT a text, OUT b text, OUT outcome float8, OUT rater text, OUT prompt text, OUT n bigint, OUT weight float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION comparison_rows(comparisons) IS 'what a state holds: each different comparison with how often it was made';

CREATE FUNCTION only_raters(comparisons, raters text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_only_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_raters(comparisons, text[]) IS 'the comparisons of these raters alone';
CREATE FUNCTION without_raters(comparisons, raters text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_without_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_raters(comparisons, text[]) IS 'the comparisons of everybody else: nothing of these raters is left in the value';
CREATE FUNCTION only_items(comparisons, items text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_only_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_items(comparisons, text[]) IS 'the comparisons among these items';
CREATE FUNCTION without_items(comparisons, items text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_without_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_items(comparisons, text[]) IS 'the comparisons that involve none of these items';
CREATE FUNCTION only_prompts(comparisons, prompts text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_only_prompts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_prompts(comparisons, text[]) IS 'the comparisons on these prompts alone';
CREATE FUNCTION without_prompts(comparisons, prompts text[]) RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_without_prompts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_prompts(comparisons, text[]) IS 'the comparisons on all other prompts';

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

-- who won

CREATE FUNCTION outcome_of(winner text, a text, b text, winner_is text DEFAULT 'auto') RETURNS float8
	AS 'MODULE_PATHNAME', 'outcome_of_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION outcome_of(text, text, text, text) IS 'the winner, by name or position, as outcome: 1 a, 0 b, 0.5 tie, NULL no vote; whatever else is an error';
CREATE FUNCTION outcome_of(winner bigint, a bigint, b bigint) RETURNS float8
	AS 'MODULE_PATHNAME', 'outcome_of_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION outcome_of(bigint, bigint, bigint) IS 'the winner as outcome: 1 a, 0 b, NULL no vote; whatever else is an error';
CREATE FUNCTION outcome_of(winner uuid, a uuid, b uuid) RETURNS float8
	AS 'MODULE_PATHNAME', 'outcome_of_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION outcome_of(uuid, uuid, uuid) IS 'the winner as outcome: 1 a, 0 b, NULL no vote; whatever else is an error';

CREATE FUNCTION win_matrix(comparisons, confidence float8 DEFAULT 0.95,
	OUT item_a text, OUT item_b text, OUT n float8, OUT wins_a float8, OUT wins_b float8, OUT ties float8,
	OUT a_first float8, OUT win_rate float8, OUT ci_low float8, OUT ci_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_win_matrix' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 100;
COMMENT ON FUNCTION win_matrix(comparisons, float8) IS 'each pair of items that were compared: wins, ties and the win rate of the first with its interval';

-- which items have a common scale

CREATE FUNCTION connectivity(comparisons, ties text DEFAULT 'half',
	OUT item text, OUT component bigint, OUT strong_component bigint, OUT n float8, OUT wins float8, OUT losses float8,
	OUT ties float8, OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_connectivity' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 100;
COMMENT ON FUNCTION connectivity(comparisons, text) IS 'each item: the component it is comparable in, and whether its strength can be estimated';
CREATE FUNCTION connectivity_summary(comparisons, ties text DEFAULT 'half',
	OUT n_items bigint, OUT n_components bigint, OUT largest_component bigint, OUT n_strong_components bigint,
	OUT n_undefeated bigint, OUT n_winless bigint, OUT estimate_exists boolean, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_connectivity_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 1;
COMMENT ON FUNCTION connectivity_summary(comparisons, text) IS 'one row: does the maximum likelihood estimate of all strengths on one scale exist, and if not, why';
CREATE FUNCTION pairs_to_collect(comparisons, ties text DEFAULT 'half',
	OUT item_a text, OUT item_b text, OUT component_a bigint, OUT component_b bigint, OUT reason text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_pairs_to_collect' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION pairs_to_collect(comparisons, text) IS 'pairs whose comparison would join components, or could give a win in return: collect, then look again';

-- the order in which things were shown

CREATE FUNCTION swap_consistency(comparisons, confidence float8 DEFAULT 0.95,
	OUT scope text, OUT rater text, OUT n bigint, OUT consistent float8, OUT consistency float8, OUT ci_low float8,
	OUT ci_high float8, OUT always_first float8, OUT always_second float8, OUT half_tie float8, OUT n_decisive float8,
	OUT picked_first float8, OUT first_rate float8, OUT first_low float8, OUT first_high float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_swap_consistency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 10;
COMMENT ON FUNCTION swap_consistency(comparisons, float8) IS 'of what a rater judged in both orders, how much survived the swap: of all and of each rater, with intervals';
CREATE FUNCTION swap_pairs(comparisons,
	OUT prompt text, OUT rater text, OUT item_a text, OUT item_b text, OUT a_first text, OUT b_first text,
	OUT consistent float8, OUT reconciled float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_swap_pairs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 1000;
COMMENT ON FUNCTION swap_pairs(comparisons) IS 'what a rater judged in both orders: the verdict of each order, and the outcome that survives';
CREATE FUNCTION swap_reconciled(comparisons, unpaired text DEFAULT 'drop') RETURNS comparisons
	AS 'MODULE_PATHNAME', 'comparisons_swap_reconciled' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION swap_reconciled(comparisons, text) IS 'one comparison for each pair that a rater judged in both orders: a win that survives the swap, else a tie';
CREATE FUNCTION position_bias(comparisons, confidence float8 DEFAULT 0.95,
	OUT rater text, OUT n float8, OUT ties float8, OUT tie_rate float8, OUT tie_low float8, OUT tie_high float8,
	OUT n_decisive float8, OUT picked_first float8, OUT first_rate float8, OUT ci_low float8, OUT ci_high float8,
	OUT n_expected float8, OUT expected float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_position_bias' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000 ROWS 50;
COMMENT ON FUNCTION position_bias(comparisons, float8) IS 'each rater: how often what was shown first is picked, against others on the same pairs in the same order, and how often there is a tie';

-- agreement about preferences

CREATE FUNCTION preference_ratings(comparisons, repeats text DEFAULT 'conflict') RETURNS ratings
	AS 'MODULE_PATHNAME', 'comparisons_preference_ratings' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION preference_ratings(comparisons, text) IS 'comparisons as ratings of pairs (a, b or tie) for agreement(): who was shown first does not matter';

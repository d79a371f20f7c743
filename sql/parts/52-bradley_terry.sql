-- bradley_terry: how good are items, from comparisons of two (docs/preference.md)

CREATE FUNCTION bradley_terry(comparisons, ties text DEFAULT 'half', prior float8 DEFAULT 0, scale text DEFAULT 'log',
	anchor text DEFAULT NULL, ci text DEFAULT 'model', order_effect boolean DEFAULT false, confidence float8 DEFAULT 0.95,
	on_disconnected text DEFAULT 'error',
	OUT item text, OUT rating float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT rank_low bigint,
	OUT rank_high bigint, OUT n bigint, OUT wins float8, OUT losses float8, OUT ties float8, OUT component bigint,
	OUT status text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_bradley_terry' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;
COMMENT ON FUNCTION bradley_terry(comparisons, text, float8, text, text, text, boolean, float8, text) IS 'Bradley and Terry (1952): rating of each item with its interval and the ranks that the data allow; ties half, davidson or drop; ci model, sandwich, rater, prompt or two_way';
CREATE FUNCTION bradley_terry_model(comparisons, ties text DEFAULT 'half', prior float8 DEFAULT 0, ci text DEFAULT 'model',
	order_effect boolean DEFAULT false, confidence float8 DEFAULT 0.95, on_disconnected text DEFAULT 'error',
	OUT parameter text, OUT value float8, OUT se float8, OUT ci_low float8, OUT ci_high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_bradley_terry_model' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION bradley_terry_model(comparisons, text, float8, text, boolean, float8, text) IS 'what belongs to no single item of bradley_terry(): sizes, likelihood, effect of the order of presentation, chance of a tie';

CREATE FUNCTION rater_fit(comparisons, ties text DEFAULT 'half', prior float8 DEFAULT 0.1, confidence float8 DEFAULT 0.95,
	OUT rater text, OUT n bigint, OUT n_comparisons bigint, OUT value float8, OUT ci_low float8, OUT ci_high float8,
	OUT expected float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8, OUT shrunk float8,
	OUT rank_low bigint, OUT rank_high bigint, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_rater_fit' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 50;
COMMENT ON FUNCTION rater_fit(comparisons, text, float8, float8) IS 'each rater''s comparisons against the Bradley-Terry order of all others, leave-one-out, with intervals: a question to ask, not a verdict';

CREATE FUNCTION preference_probability(comparisons, a text DEFAULT NULL, b text DEFAULT NULL, ties text DEFAULT 'half',
	prior float8 DEFAULT 0, ci text DEFAULT 'model', order_effect boolean DEFAULT false, confidence float8 DEFAULT 0.95,
	on_disconnected text DEFAULT 'error',
	OUT item_a text, OUT item_b text, OUT probability float8, OUT ci_low float8, OUT ci_high float8, OUT n bigint,
	OUT observed float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'comparisons_preference_probability' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000;
COMMENT ON FUNCTION preference_probability(comparisons, text, text, text, float8, text, boolean, float8, text) IS 'the chance that an item is preferred to another by the Bradley-Terry model, with its interval, beside what their own comparisons say';

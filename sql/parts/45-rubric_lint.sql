-- rubric_lint: what is valid in a rubric and yet may not be meant (docs/rubric.md)

CREATE FUNCTION rubric_lint(rubric, dominant float8 DEFAULT 0.25, negligible float8 DEFAULT 0.01,
	OUT severity text, OUT code text, OUT path text, OUT message text, OUT id text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE COST 1000 ROWS 10 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_lint(rubric, float8, float8) IS 'what in a rubric may not be meant: weights, gates, levels, texts';
CREATE FUNCTION rubric_lint(rubric, score_matrix, dominant float8 DEFAULT 0.25, negligible float8 DEFAULT 0.01,
	confidence float8 DEFAULT 0.95, min_units bigint DEFAULT 20,
	OUT severity text, OUT code text, OUT path text, OUT message text, OUT id text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rubric_lint_grades' LANGUAGE C IMMUTABLE COST 5000 ROWS 20 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_lint(rubric, score_matrix, float8, float8, float8, bigint) IS 'what in a rubric may not be meant, the grades that were given by it included; no finding rests on alpha';

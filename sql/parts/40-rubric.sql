-- rubric: criteria with points, or a tree of them with weights (docs/rubric.md)

%type rubric | criteria with points, or a tree of them with weights, as validated JSON | the same canonical JSON, texts included; rubric_hash() compares what scores depend on | rubric_hash_value

CREATE FUNCTION rubric_to_jsonb(rubric) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_to_jsonb(rubric) IS 'cast to jsonb';
CREATE FUNCTION rubric_from_jsonb(jsonb) RETURNS rubric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_from_jsonb(jsonb) IS 'cast from jsonb, validated as text input is';
CREATE CAST (rubric AS jsonb) WITH FUNCTION rubric_to_jsonb(rubric);
COMMENT ON CAST (rubric AS jsonb) IS 'the canonical JSON of a rubric';
CREATE CAST (jsonb AS rubric) WITH FUNCTION rubric_from_jsonb(jsonb);
COMMENT ON CAST (jsonb AS rubric) IS 'a rubric of its JSON, validated';

CREATE FUNCTION rubric_hash(rubric) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_hash(rubric) IS 'SHA-256 of what scores depend on: ids, points, gates, tree, norm, values of levels; not texts';
CREATE FUNCTION rubric_text_hash(rubric) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 100 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_text_hash(rubric) IS 'SHA-256 of what a grader reads: ids, texts, and labels and texts of levels, in their order';

CREATE FUNCTION rubric_leaves(rubric, OUT id text, OUT path text, OUT parents text[], OUT text text, OUT points float8,
	OUT effective_weight float8, OUT tags text[], OUT gate boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT COST 500 ROWS 20 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_leaves(rubric) IS 'the criteria that are graded, in the order of the rubric, each with its share of the score';
CREATE FUNCTION rubric_check(rubric, ids text[] DEFAULT NULL, OUT id text, OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE COST 500 ROWS 5 PARALLEL SAFE;
COMMENT ON FUNCTION rubric_check(rubric, text[]) IS 'what is wrong with the ids of a set of grades: missing, duplicate, unexpected; no row if nothing is';

-- text: texts that share a template (docs/text.md)

CREATE FUNCTION template_groups(corpus, threshold float8 DEFAULT 0.7, duplicate_threshold float8 DEFAULT 0.7, min_variants bigint DEFAULT 3,
	method text DEFAULT 'auto',
	OUT id text, OUT template bigint, OUT representative text, OUT size bigint, OUT variants bigint, OUT similarity float8, OUT weighted_similarity float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_template_groups' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION template_groups(corpus, float8, float8, bigint, text) IS 'texts that are alike by plain Jaccard, and fall into several clusters by Jaccard weighted by rarity: they share a template';

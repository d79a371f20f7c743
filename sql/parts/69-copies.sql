-- text: what groups of authors have from each other (docs/text.md)

CREATE FUNCTION copied_pairs(corpus, threshold float8 DEFAULT 0.5, measure text DEFAULT 'idf_containment', without corpus DEFAULT NULL,
	min_shared bigint DEFAULT 5, unit text DEFAULT NULL,
	OUT id_a text, OUT group_a text, OUT id_b text, OUT group_b text, OUT similarity float8, OUT shared bigint, OUT n_a bigint, OUT n_b bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_copied_pairs' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION copied_pairs(corpus, float8, text, corpus, bigint, text) IS 'pairs of texts of two groups of which one is largely in the other, not counting what is also in the texts of "without"';
CREATE FUNCTION copying(corpus, threshold float8 DEFAULT 0.5, measure text DEFAULT 'idf_containment', without corpus DEFAULT NULL,
	min_shared bigint DEFAULT 5, unit text DEFAULT NULL, confidence float8 DEFAULT 0.95,
	OUT group_a text, OUT group_b text, OUT n_texts_a bigint, OUT n_texts_b bigint, OUT n_pairs bigint, OUT n_copied bigint,
	OUT expected float8, OUT excess float8, OUT ci_low float8, OUT ci_high float8, OUT dispersion float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'corpus_copying' LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 100;
COMMENT ON FUNCTION copying(corpus, float8, text, corpus, bigint, text, float8) IS 'how many texts two groups have in common, and how many were to be expected from all other groups';

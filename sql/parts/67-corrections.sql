-- text: what was copied, what was corrected (docs/text.md)

CREATE FUNCTION common_spans(a text, b text, min_tokens bigint DEFAULT 8,
	OUT a_from bigint, OUT a_len bigint, OUT b_from bigint, OUT b_len bigint, OUT n_tokens bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'text_common_spans' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION common_spans(text, text, bigint) IS 'what b has of a, word for word: runs of equal tokens, the longest first, as substr(a, a_from, a_len)';

CREATE FUNCTION correction_diff(before text, after text, by text DEFAULT 'tokens',
	OUT op text, OUT before_from bigint, OUT before_len bigint, OUT after_from bigint, OUT after_len bigint,
	OUT before_text text, OUT after_text text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'correction_diff' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION correction_diff(text, text, text) IS 'what was kept, deleted, inserted, moved, with the places in both texts; by tokens, words, characters';
CREATE FUNCTION edit_counts(before text, after text, by text DEFAULT 'tokens', shifts boolean DEFAULT true,
	OUT insertions bigint, OUT deletions bigint, OUT substitutions bigint, OUT shifts bigint, OUT n_before bigint, OUT n_after bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'correction_edit_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1;
COMMENT ON FUNCTION edit_counts(text, text, text, boolean) IS 'least edits that turn one text into the other, by kind, and how many tokens both have';
CREATE FUNCTION edit_rate(before text, after text, by text DEFAULT 'tokens', shifts boolean DEFAULT true) RETURNS float8
	AS 'MODULE_PATHNAME', 'correction_edit_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION edit_rate(text, text, text, boolean) IS 'edits over the tokens of the result: HTER with shifts, word error rate without';
CREATE FUNCTION correction_agreement(output text, corrections text[], by text DEFAULT 'tokens',
	OUT n bigint, OUT n_untouched bigint, OUT similarity float8, OUT expected float8, OUT equal_share float8, OUT agreement float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'correction_agreement' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1;
COMMENT ON FUNCTION correction_agreement(text, text[], text) IS 'how alike several corrections of one output are: pairwise similarity, that to the output, and the share of changes in common';

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

%type edits | how much people change in what they correct, as sums: a counting state, made by edit_agg | the same sums for the same editors
%state edits | sum of two states | sum of stored states: merging one twice counts it twice

%aggregate edit_agg(text, text) | edits | edits_trans | edits_trans | IMMUTABLE | edits (before, after): by tokens, with shifts; counting
%aggregate edit_agg(text, text, bigint) | edits | edits_trans | edits_trans_int8 | IMMUTABLE | edits (before, after, editor): by tokens, with shifts; counting
%aggregate edit_agg(text, text, uuid) | edits | edits_trans | edits_trans_uuid | IMMUTABLE | edits (before, after, editor): by tokens, with shifts; counting
%aggregate edit_agg(text, text, text) | edits | edits_trans | edits_trans_text | IMMUTABLE | edits (before, after, editor): by tokens, with shifts; counting
%aggregate edit_agg("any", "any", "any") | edits | edits_trans | edits_trans_any | STABLE | edits (before, after, editor): by tokens, with shifts; counting

CREATE FUNCTION n_corrections(edits) RETURNS bigint
	AS 'MODULE_PATHNAME', 'edits_n_corrections' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_corrections(edits) IS 'number of corrections';
CREATE FUNCTION edit_rate(edits) RETURNS float8
	AS 'MODULE_PATHNAME', 'edits_edit_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION edit_rate(edits) IS 'edits of all corrections over the tokens of all results';
CREATE FUNCTION edit_summary(edits, confidence float8 DEFAULT 0.95,
	OUT n bigint, OUT n_editors bigint, OUT n_emptied bigint, OUT edit_rate float8,
	OUT mean_rate float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT untouched float8, OUT untouched_low float8, OUT untouched_high float8,
	OUT rewritten float8, OUT rewritten_low float8, OUT rewritten_high float8, OUT note text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'edits_edit_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 1;
COMMENT ON FUNCTION edit_summary(edits, float8) IS 'how much is changed: edit rate, mean rate, shares untouched and rewritten, with intervals that take editors as clusters';
CREATE FUNCTION editor_edits(edits, confidence float8 DEFAULT 0.95,
	OUT editor text, OUT n bigint, OUT n_emptied bigint, OUT edit_rate float8,
	OUT mean_rate float8, OUT se float8, OUT ci_low float8, OUT ci_high float8,
	OUT expected float8, OUT excess float8, OUT excess_low float8, OUT excess_high float8,
	OUT untouched float8, OUT untouched_low float8, OUT untouched_high float8,
	OUT rewritten float8, OUT rewritten_low float8, OUT rewritten_high float8, OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'edits_editor_edits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION editor_edits(edits, float8) IS 'how much each editor changes, beside all others: a question to ask, not a verdict';
CREATE FUNCTION without_editors(edits, editors text[]) RETURNS edits
	AS 'MODULE_PATHNAME', 'edits_without_editors' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION without_editors(edits, text[]) IS 'the state without these editors: nothing of them is left in the value';

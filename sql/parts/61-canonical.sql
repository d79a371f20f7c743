-- text: what is compared (docs/text.md)

CREATE FUNCTION canonical_text(text) RETURNS text
	AS 'MODULE_PATHNAME', 'text_canonical' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION canonical_text(text) IS 'the text as it is compared: case, width, accents'' composition, punctuation and lookalike letters made one';
CREATE FUNCTION tokens(text, kind text DEFAULT 'canonical') RETURNS text[]
	AS 'MODULE_PATHNAME', 'text_tokens' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION tokens(text, text) IS 'the words of the canonical text, characters where a script has no spaces; kind icu: the words that ICU finds, for display';
CREATE FUNCTION text_key(text) RETURNS uuid
	AS 'MODULE_PATHNAME', 'text_text_key' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION text_key(text) IS '128-bit key of the canonical text: equal texts have equal keys, for unique and hash indexes';

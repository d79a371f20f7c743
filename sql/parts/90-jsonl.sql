-- export: one line for any value (docs/export.md)

CREATE FUNCTION jsonl(anyelement, mode text DEFAULT 'line_safe', replace boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'export_jsonl' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION jsonl(anyelement, text, boolean) IS 'any value as one line of JSON, the same bytes whatever the settings; modes line_safe, utf8, ascii; replace: write U+FFFD for half a surrogate pair, which else is an ERROR';

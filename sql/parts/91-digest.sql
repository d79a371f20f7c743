-- export: what was written, in 32 bytes (docs/export.md)

-- the one aggregate that depends on the order of its rows by its nature: nothing to merge, nothing to store
CREATE FUNCTION digest_trans(internal, text) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION digest_trans(internal, text) IS 'aggregate support: add one line';
CREATE FUNCTION digest_final(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION digest_final(internal) IS 'aggregate support: the hash, which is at its end then';
CREATE AGGREGATE digest_agg(text) (
	SFUNC = digest_trans, STYPE = internal, SSPACE = 512, FINALFUNC = digest_final, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE
);
COMMENT ON AGGREGATE digest_agg(text) IS 'SHA-256 of the lines in the order given (ORDER BY), each ended by a line feed: sha256sum of the file that holds them';

%type line_digest | which lines there are and how often, whatever their order, in 384 bytes: a counting state (a product), made by line_digest_agg | the same lines, each as often
%state line_digest | the lines of both | the lines of all stored digests: merging one twice counts its lines twice

%aggregate line_digest_agg(text) | line_digest | line_digest_trans | line_digest_trans | IMMUTABLE | digest of a multiset of lines (MuHash3072); counting: the same line twice counts twice

CREATE FUNCTION n_lines(line_digest) RETURNS bigint
	AS 'MODULE_PATHNAME', 'line_digest_n_lines' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_lines(line_digest) IS 'number of lines';
CREATE FUNCTION n_bytes(line_digest) RETURNS bigint
	AS 'MODULE_PATHNAME', 'line_digest_n_bytes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION n_bytes(line_digest) IS 'size of the file that holds the lines, each ended by one byte';
CREATE FUNCTION digest(line_digest) RETURNS bytea
	AS 'MODULE_PATHNAME', 'line_digest_digest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION digest(line_digest) IS '32 bytes to publish: equal for equal multisets of lines, whatever their order';

CREATE FUNCTION canonical_json(jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'export_canonical_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION canonical_json(jsonb) IS 'the one text that RFC 8785 allows for a value';
CREATE FUNCTION content_hash(jsonb) RETURNS bytea
	AS 'MODULE_PATHNAME', 'export_content_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION content_hash(jsonb) IS 'SHA-256 of the canonical text (RFC 8785)';

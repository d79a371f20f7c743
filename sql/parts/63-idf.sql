-- text: document frequencies, and measures weighted by them (docs/text.md)

%type idf | in how many texts each shingle occurs: a counting state (a sum), made by idf_agg | the same documents' shingles were counted
%state idf | sum of two counts of documents | sum of stored counts: merging one twice counts its documents twice

%aggregate idf_agg(shingles) | idf | idf_trans | idf_trans | IMMUTABLE | idf (shingles of a text); counting: the same text twice counts twice

CREATE FUNCTION freeze(idf, min_df bigint DEFAULT 10) RETURNS idf
	AS 'MODULE_PATHNAME', 'idf_freeze_sql' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION freeze(idf, bigint) IS 'the shingles of min_df texts or more alone: small, for measures; it can be merged with nothing';
CREATE FUNCTION is_frozen(idf) RETURNS boolean
	AS 'MODULE_PATHNAME', 'idf_is_frozen' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION is_frozen(idf) IS 'was it made by freeze()?';
CREATE FUNCTION n_documents(idf) RETURNS bigint
	AS 'MODULE_PATHNAME', 'idf_n_documents' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_documents(idf) IS 'number of texts counted';
CREATE FUNCTION n_shingles(idf) RETURNS bigint
	AS 'MODULE_PATHNAME', 'idf_n_shingles' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_shingles(idf) IS 'number of different shingles that it lists';
CREATE FUNCTION document_frequencies(idf, OUT hash bigint, OUT df bigint, OUT weight float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'idf_frequencies' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION document_frequencies(idf) IS 'each shingle that it lists: hash, texts that have it, weight';
CREATE FUNCTION document_frequencies(idf, shingles, OUT hash bigint, OUT df bigint, OUT weight float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'idf_frequencies_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION document_frequencies(idf, shingles) IS 'each shingle of a text: hash, texts that have it, weight';

CREATE FUNCTION jaccard(shingles, shingles, idf) RETURNS float8
	AS 'MODULE_PATHNAME', 'idf_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION jaccard(shingles, shingles, idf) IS 'weight of the shared shingles over that of all of both';
CREATE FUNCTION dice(shingles, shingles, idf) RETURNS float8
	AS 'MODULE_PATHNAME', 'idf_dice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION dice(shingles, shingles, idf) IS 'twice the weight of the shared shingles over the sum of both weights';
CREATE FUNCTION cosine(shingles, shingles, idf) RETURNS float8
	AS 'MODULE_PATHNAME', 'idf_cosine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION cosine(shingles, shingles, idf) IS 'weight of the shared shingles over the geometric mean of both weights';
CREATE FUNCTION overlap(shingles, shingles, idf) RETURNS float8
	AS 'MODULE_PATHNAME', 'idf_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION overlap(shingles, shingles, idf) IS 'weight of the shared shingles over the smaller weight';
CREATE FUNCTION containment(shingles, shingles, idf) RETURNS float8
	AS 'MODULE_PATHNAME', 'idf_containment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION containment(shingles, shingles, idf) IS 'how much of the first set''s weight is in the second';

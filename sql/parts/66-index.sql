-- text: search among many sets, and its indexes (docs/text.md)

%type shingle_query | the right side of @~: a set of n-grams, a measure and a threshold, made by near() and containing() | the same set, measure, threshold and frequencies

CREATE FUNCTION near(shingles, threshold float8, measure text DEFAULT 'jaccard') RETURNS shingle_query
	AS 'MODULE_PATHNAME', 'shingle_query_near' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION near(shingles, float8, text) IS 'a query: rows whose measure(row, set) is the threshold or more; measures jaccard, dice, cosine, overlap, containment';
CREATE FUNCTION containing(shingles, threshold float8) RETURNS shingle_query
	AS 'MODULE_PATHNAME', 'shingle_query_containing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION containing(shingles, float8) IS 'a query: rows that contain this share of the set or more';
CREATE FUNCTION near(shingles, threshold float8, measure text, idf) RETURNS shingle_query
	AS 'MODULE_PATHNAME', 'shingle_query_near' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION near(shingles, float8, text, idf) IS 'a query: rows whose measure(row, set, idf) is the threshold or more; measures jaccard, dice, cosine, overlap, containment';
CREATE FUNCTION containing(shingles, threshold float8, idf) RETURNS shingle_query
	AS 'MODULE_PATHNAME', 'shingle_query_containing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION containing(shingles, float8, idf) IS 'a query: rows that contain this share of the set''s weight or more';

CREATE FUNCTION shingle_query_sel(internal, oid, internal, integer) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION shingle_query_sel(internal, oid, internal, integer) IS 'restriction selectivity of @~ and @~~';
CREATE FUNCTION shingle_query_joinsel(internal, oid, internal, smallint, internal) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION shingle_query_joinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of @~ and @~~';
CREATE FUNCTION shingles_typanalyze(internal) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION shingles_typanalyze(internal) IS 'ANALYZE of shingles: the usual statistics, and the most common shingles';
ALTER TYPE shingles SET (ANALYZE = shingles_typanalyze);

CREATE FUNCTION shingles_satisfy(shingles, shingle_query) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION shingles_satisfy(shingles, shingle_query) IS 'implementation of @~ operator';
CREATE OPERATOR @~ (
	LEFTARG = shingles, RIGHTARG = shingle_query, FUNCTION = shingles_satisfy,
	RESTRICT = shingle_query_sel, JOIN = shingle_query_joinsel
);
COMMENT ON OPERATOR @~ (shingles, shingle_query) IS 'satisfies: as alike as the query asks for, exactly';
CREATE FUNCTION shingles_satisfy_approximately(shingles, shingle_query) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION shingles_satisfy_approximately(shingles, shingle_query) IS 'implementation of @~~ operator';
CREATE OPERATOR @~~ (
	LEFTARG = shingles, RIGHTARG = shingle_query, FUNCTION = shingles_satisfy_approximately,
	RESTRICT = shingle_query_sel, JOIN = shingle_query_joinsel
);
COMMENT ON OPERATOR @~~ (shingles, shingle_query) IS 'satisfies, where an index may miss a few rows that do';

-- Where the argument is a query, the functions say shingles, the type that is indexed: so GIN wants it (amvalidate), as for
-- tsvector.  Nobody can call them.
CREATE FUNCTION gin_shingle_options(internal) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_shingle_options(internal) IS 'GIN support: options';
CREATE FUNCTION gin_shingle_extract_value(shingles, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_shingle_extract_value(shingles, internal) IS 'GIN support: keys of a row';
CREATE FUNCTION gin_shingle_extract_query(shingles, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_shingle_extract_query(shingles, internal, smallint, internal, internal, internal, internal) IS 'GIN support: keys of a query';
CREATE FUNCTION gin_shingle_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_shingle_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal) IS 'GIN support: enough keys';
CREATE FUNCTION gin_shingle_triconsistent(internal, smallint, shingles, integer, internal, internal, internal) RETURNS "char"
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_shingle_triconsistent(internal, smallint, shingles, integer, internal, internal, internal) IS 'GIN support: enough keys, some unknown';
CREATE OPERATOR CLASS gin_shingle_ops DEFAULT FOR TYPE shingles USING gin AS
	OPERATOR 1 @~ (shingles, shingle_query),
	FUNCTION 1 btint4cmp(integer, integer),
	FUNCTION 2 gin_shingle_extract_value(shingles, internal),
	FUNCTION 3 gin_shingle_extract_query(shingles, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 gin_shingle_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal),
	FUNCTION 6 gin_shingle_triconsistent(internal, smallint, shingles, integer, internal, internal, internal),
	FUNCTION 7 gin_shingle_options(internal),
	STORAGE integer;
COMMENT ON OPERATOR CLASS gin_shingle_ops USING gin IS 'shingles by their hashes: exact search; option t_min';
COMMENT ON OPERATOR FAMILY gin_shingle_ops USING gin IS 'shingles by their hashes: exact search';

CREATE FUNCTION gin_band_options(internal) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_band_options(internal) IS 'GIN support: options';
CREATE FUNCTION gin_band_extract_value(shingles, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gin_band_extract_value(shingles, internal) IS 'GIN support: bands of a row';
CREATE FUNCTION gin_band_extract_query(shingles, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION gin_band_extract_query(shingles, internal, smallint, internal, internal, internal, internal) IS 'GIN support: bands of a query';
CREATE FUNCTION gin_band_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_band_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal) IS 'GIN support: a band is shared';
CREATE FUNCTION gin_band_triconsistent(internal, smallint, shingles, integer, internal, internal, internal) RETURNS "char"
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gin_band_triconsistent(internal, smallint, shingles, integer, internal, internal, internal) IS 'GIN support: a band may be shared';
CREATE OPERATOR CLASS gin_band_ops FOR TYPE shingles USING gin AS
	OPERATOR 1 @~~ (shingles, shingle_query),
	FUNCTION 1 btint4cmp(integer, integer),
	FUNCTION 2 gin_band_extract_value(shingles, internal),
	FUNCTION 3 gin_band_extract_query(shingles, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 gin_band_consistent(internal, smallint, shingles, integer, internal, internal, internal, internal),
	FUNCTION 6 gin_band_triconsistent(internal, smallint, shingles, integer, internal, internal, internal),
	FUNCTION 7 gin_band_options(internal),
	STORAGE integer;
COMMENT ON OPERATOR CLASS gin_band_ops USING gin IS 'shingles by bands of their minima: approximate search; options bands, rows';
COMMENT ON OPERATOR FAMILY gin_band_ops USING gin IS 'shingles by bands of their minima: approximate search';

CREATE FUNCTION bands(shingles, bands integer DEFAULT 16, rows integer DEFAULT 6) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'shingle_bands_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION bands(shingles, integer, integer) IS 'hashes of bands of minima: of two sets of Jaccard similarity s one or more are equal with probability 1 - (1 - s^rows)^bands';

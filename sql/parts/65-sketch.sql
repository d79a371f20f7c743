-- text: sketches of sets of n-grams (docs/text.md)

%type sketch | 128 minima of a set of shingles, of which equal ones tell how alike two sets are: a keyed state, made by sketch_agg or sketch(shingles) | the same minima of the same unit
%state sketch | the sketch of the union | the sketch of the union: merging one twice changes nothing

%aggregate sketch_agg(shingles) | sketch | sketch_trans | sketch_trans | IMMUTABLE | sketch of all shingles of all texts; keyed: the same text twice is one

CREATE FUNCTION sketch(shingles) RETURNS sketch
	AS 'MODULE_PATHNAME', 'sketch_of_shingles' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sketch(shingles) IS 'Fast Similarity Sketch of a set: a kilobyte, however large the set is';
CREATE FUNCTION compact(sketch) RETURNS sketch
	AS 'MODULE_PATHNAME', 'sketch_compact_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION compact(sketch) IS 'eight bits of each minimum, 132 bytes in all; it can be merged with nothing';
CREATE FUNCTION jaccard(sketch, sketch) RETURNS float8
	AS 'MODULE_PATHNAME', 'sketch_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION jaccard(sketch, sketch) IS 'estimate of the share of shingles that two sets have in common; standard error 0.044 at most';

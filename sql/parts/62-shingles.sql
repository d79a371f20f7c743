-- text: sets of n-grams (docs/text.md)

%type shingles | the set of a text's n-grams as 32-bit hashes, made by shingles(text) | the same set of the same unit

CREATE FUNCTION shingles(text, unit text DEFAULT 'w3') RETURNS shingles
	AS 'MODULE_PATHNAME', 'shingles_of_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION shingles(text, text) IS 'the n-grams of the canonical text; units w1 to w5 of words, c3 to c7 of characters, auto';
CREATE FUNCTION shingles(text[]) RETURNS shingles
	AS 'MODULE_PATHNAME', 'shingles_of_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION shingles(text[]) IS 'the elements of an array as they stand: for units of one''s own';
CREATE FUNCTION n_shingles(shingles) RETURNS bigint
	AS 'MODULE_PATHNAME', 'shingles_n_shingles' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION n_shingles(shingles) IS 'number of different shingles';

CREATE FUNCTION jaccard(shingles, shingles) RETURNS float8
	AS 'MODULE_PATHNAME', 'shingles_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION jaccard(shingles, shingles) IS 'shared shingles over all shingles of both';
CREATE FUNCTION dice(shingles, shingles) RETURNS float8
	AS 'MODULE_PATHNAME', 'shingles_dice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dice(shingles, shingles) IS 'twice the shared shingles over the sum of both sizes';
CREATE FUNCTION cosine(shingles, shingles) RETURNS float8
	AS 'MODULE_PATHNAME', 'shingles_cosine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION cosine(shingles, shingles) IS 'shared shingles over the geometric mean of both sizes';
CREATE FUNCTION overlap(shingles, shingles) RETURNS float8
	AS 'MODULE_PATHNAME', 'shingles_overlap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION overlap(shingles, shingles) IS 'shared shingles over the smaller size';
CREATE FUNCTION containment(shingles, shingles) RETURNS float8
	AS 'MODULE_PATHNAME', 'shingles_containment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION containment(shingles, shingles) IS 'how much of the first set is in the second';

CREATE FUNCTION shingles_to_jsonb(shingles) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION shingles_to_jsonb(shingles) IS 'cast to jsonb: unit, number of n-grams, hashes';
CREATE CAST (shingles AS jsonb) WITH FUNCTION shingles_to_jsonb(shingles);
COMMENT ON CAST (shingles AS jsonb) IS 'to look into a value; there is no cast back';

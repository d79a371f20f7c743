-- which items a second person looks at (docs/quality.md)

CREATE FUNCTION review_sampled(key text, salt text, rate float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'quality_sampled_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_sampled(text, text, float8) IS 'is the item in the random sample of this rate: HMAC-SHA-256 of the key under the salt, the same for ever';
CREATE FUNCTION review_sampled(key bigint, salt text, rate float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'quality_sampled_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_sampled(bigint, text, float8) IS 'is the item in the random sample of this rate: HMAC-SHA-256 of the key under the salt, the same for ever';
CREATE FUNCTION review_sampled(key uuid, salt text, rate float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'quality_sampled_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_sampled(uuid, text, float8) IS 'is the item in the random sample of this rate: HMAC-SHA-256 of the key under the salt, the same for ever';
CREATE FUNCTION review_probability(key text, salt text, rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_probability_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_probability(text, text, float8) IS 'the rate of an item that is in the random sample, to be stored beside the decision; NULL of one that is not';
CREATE FUNCTION review_probability(key bigint, salt text, rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_probability_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_probability(bigint, text, float8) IS 'the rate of an item that is in the random sample, to be stored beside the decision; NULL of one that is not';
CREATE FUNCTION review_probability(key uuid, salt text, rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'quality_probability_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION review_probability(uuid, text, float8) IS 'the rate of an item that is in the random sample, to be stored beside the decision; NULL of one that is not';

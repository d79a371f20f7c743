-- export: parts of a data set (docs/export.md)

CREATE FUNCTION split_position(key text, salt text DEFAULT '') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION split_position(text, text) IS 'where a key lies between 0 and 1: the first eight bytes of SHA-256 of salt, 1F, key';
CREATE FUNCTION split(key text, fractions float8[] DEFAULT '{0.8,0.1,0.1}', names text[] DEFAULT '{train,validation,test}', salt text DEFAULT '') RETURNS text
	AS 'MODULE_PATHNAME', 'split_split' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION split(text, float8[], text[], text) IS 'the part that a group belongs to, by a hash of its key alone; NULL: none';
CREATE FUNCTION split(key bigint, fractions float8[] DEFAULT '{0.8,0.1,0.1}', names text[] DEFAULT '{train,validation,test}', salt text DEFAULT '') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 RETURN split(key::text, fractions, names, salt);
COMMENT ON FUNCTION split(bigint, float8[], text[], text) IS 'the same by the key''s text';
CREATE FUNCTION split(key uuid, fractions float8[] DEFAULT '{0.8,0.1,0.1}', names text[] DEFAULT '{train,validation,test}', salt text DEFAULT '') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 RETURN split(key::text, fractions, names, salt);
COMMENT ON FUNCTION split(uuid, float8[], text[], text) IS 'the same by the key''s text';

CREATE FUNCTION split_leaks(corpus corpus, threshold float8 DEFAULT 0.8, measure text DEFAULT 'jaccard', unit text DEFAULT NULL,
	OUT id_a text, OUT split_a text, OUT id_b text, OUT split_b text, OUT similarity float8)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 1000
BEGIN ATOMIC
	SELECT p.id_a, p.group_a, p.id_b, p.group_b, p.similarity FROM copied_pairs(corpus, threshold, measure, NULL, 1, coalesce(unit, CASE WHEN measure LIKE 'idf%' THEN 'w1' END)) p;
END;
COMMENT ON FUNCTION split_leaks(corpus, float8, text, text) IS 'pairs of like texts in different parts: of a corpus whose groups are the parts';
CREATE FUNCTION split_leaks(corpus, other corpus, threshold float8 DEFAULT 0.8, measure text DEFAULT 'jaccard', unit text DEFAULT NULL,
	OUT id_a text, OUT split_a text, OUT id_b text, OUT split_b text, OUT similarity float8)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'split_leaks_between' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION split_leaks(corpus, corpus, float8, text, text) IS 'pairs of like texts, one of either corpus';

-- text: edit distances and similarities of two strings (docs/text.md)

CREATE FUNCTION levenshtein(a text, b text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'string_levenshtein' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION levenshtein(text, text) IS 'least number of insertions, deletions and replacements of characters that turns a into b';
CREATE FUNCTION levenshtein(a text, b text, cutoff bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'string_levenshtein_cutoff' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION levenshtein(text, text, bigint) IS 'the same up to a cutoff, and cutoff + 1 beyond it: much faster where most strings differ more';
CREATE FUNCTION osa(a text, b text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'string_osa' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION osa(text, text) IS 'optimal string alignment: as levenshtein, and two neighbours that changed places count once';
CREATE FUNCTION damerau(a text, b text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'string_damerau' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION damerau(text, text) IS 'Damerau-Levenshtein distance: as osa, and characters that changed places may be edited further';
CREATE FUNCTION lcs(a text, b text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'string_lcs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION lcs(text, text) IS 'length of the longest common subsequence of characters';
CREATE FUNCTION indel_ratio(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_indel_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION indel_ratio(text, text) IS 'twice the longest common subsequence over both lengths: 0 to 1';
CREATE FUNCTION jaro(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_jaro' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaro(text, text) IS 'Jaro (1989) similarity: 0 to 1';
CREATE FUNCTION jaro_winkler(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_jaro_winkler' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION jaro_winkler(text, text) IS 'Winkler (1990): Jaro with a bonus for a common beginning: 0 to 1';
CREATE FUNCTION ratio(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION ratio(text, text) IS 'indel_ratio in percent, as RapidFuzz has it: 0 to 100';
CREATE FUNCTION partial_ratio(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_partial_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION partial_ratio(text, text) IS 'ratio of the shorter string and the best window of the longer one: 0 to 100';
CREATE FUNCTION token_sort_ratio(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_token_sort_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION token_sort_ratio(text, text) IS 'ratio of the words in sorted order: 0 to 100';
CREATE FUNCTION token_set_ratio(a text, b text) RETURNS float8
	AS 'MODULE_PATHNAME', 'string_token_set_ratio' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION token_set_ratio(text, text) IS 'ratio of the sets of words, the best with and without what only one string has: 0 to 100';

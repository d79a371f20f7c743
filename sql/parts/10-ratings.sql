-- ratings: who gave which item which value (docs/agreement.md)

%type ratings | who gave which item which value: a keyed state (a set of facts), made by ratings_agg | the same facts of the same kinds
%state ratings | union of two sets of ratings | union of stored ratings: merging one twice changes nothing

-- aggregates
--
-- Typed overloads for item and rater both bigint, both uuid or both text, with values text or float8: they need nothing of the
-- call but its arguments, so that a distributed engine can push them down.  "any" takes every other mix, on one node.

-- ratings_agg(item, rater, value), "at" not given
%aggregate ratings_agg(bigint, bigint, text) | ratings | ratings_trans | ratings_trans_int8_text | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg(bigint, bigint, float8) | ratings | ratings_trans | ratings_trans_int8_float8 | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, text) | ratings | ratings_trans | ratings_trans_uuid_text | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, float8) | ratings | ratings_trans | ratings_trans_uuid_float8 | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, text) | ratings | ratings_trans | ratings_trans_text_text | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, float8) | ratings | ratings_trans | ratings_trans_text_float8 | IMMUTABLE | ratings (item, rater, value); keyed: the same fact twice is one fact
%aggregate ratings_agg("any", "any", "any") | ratings | ratings_trans | ratings_trans_any | STABLE | ratings (item, rater, value); keyed: the same fact twice is one fact

-- ratings_agg(item, rater, value, at), "at" timestamptz
%aggregate ratings_agg(bigint, bigint, text, timestamptz) | ratings | ratings_trans | ratings_trans_int8_text_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(bigint, bigint, float8, timestamptz) | ratings | ratings_trans | ratings_trans_int8_float8_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, text, timestamptz) | ratings | ratings_trans | ratings_trans_uuid_text_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, float8, timestamptz) | ratings | ratings_trans | ratings_trans_uuid_float8_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, text, timestamptz) | ratings | ratings_trans | ratings_trans_text_text_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, float8, timestamptz) | ratings | ratings_trans | ratings_trans_text_float8_at | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg("any", "any", "any", timestamptz) | ratings | ratings_trans | ratings_trans_any_at | STABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact

-- ratings_agg(item, rater, value, at), "at" bigint
%aggregate ratings_agg(bigint, bigint, text, bigint) | ratings | ratings_trans | ratings_trans_int8_text_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(bigint, bigint, float8, bigint) | ratings | ratings_trans | ratings_trans_int8_float8_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, text, bigint) | ratings | ratings_trans | ratings_trans_uuid_text_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, float8, bigint) | ratings | ratings_trans | ratings_trans_uuid_float8_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, text, bigint) | ratings | ratings_trans | ratings_trans_text_text_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, float8, bigint) | ratings | ratings_trans | ratings_trans_text_float8_rev | IMMUTABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_agg("any", "any", "any", bigint) | ratings | ratings_trans | ratings_trans_any_rev | STABLE | ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact

-- ratings_agg(item, rater, value, at, cluster), "at" timestamptz
%aggregate ratings_agg(bigint, bigint, text, timestamptz, text) | ratings | ratings_trans | ratings_trans_int8_text_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(bigint, bigint, float8, timestamptz, text) | ratings | ratings_trans | ratings_trans_int8_float8_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, text, timestamptz, text) | ratings | ratings_trans | ratings_trans_uuid_text_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, float8, timestamptz, text) | ratings | ratings_trans | ratings_trans_uuid_float8_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, text, timestamptz, text) | ratings | ratings_trans | ratings_trans_text_text_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, float8, timestamptz, text) | ratings | ratings_trans | ratings_trans_text_float8_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg("any", "any", "any", timestamptz, text) | ratings | ratings_trans | ratings_trans_any_at | STABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact

-- ratings_agg(item, rater, value, at, cluster), "at" bigint
%aggregate ratings_agg(bigint, bigint, text, bigint, text) | ratings | ratings_trans | ratings_trans_int8_text_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(bigint, bigint, float8, bigint, text) | ratings | ratings_trans | ratings_trans_int8_float8_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, text, bigint, text) | ratings | ratings_trans | ratings_trans_uuid_text_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(uuid, uuid, float8, bigint, text) | ratings | ratings_trans | ratings_trans_uuid_float8_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, text, bigint, text) | ratings | ratings_trans | ratings_trans_text_text_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg(text, text, float8, bigint, text) | ratings | ratings_trans | ratings_trans_text_float8_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_agg("any", "any", "any", bigint, text) | ratings | ratings_trans | ratings_trans_any_rev | STABLE | ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact

-- ratings_first_agg(item, rater, value, at), "at" timestamptz
%aggregate ratings_first_agg(bigint, bigint, text, timestamptz) | ratings | ratings_first_trans | ratings_trans_int8_text_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(bigint, bigint, float8, timestamptz) | ratings | ratings_first_trans | ratings_trans_int8_float8_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, text, timestamptz) | ratings | ratings_first_trans | ratings_trans_uuid_text_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, float8, timestamptz) | ratings | ratings_first_trans | ratings_trans_uuid_float8_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, text, timestamptz) | ratings | ratings_first_trans | ratings_trans_text_text_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, float8, timestamptz) | ratings | ratings_first_trans | ratings_trans_text_float8_first_at | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg("any", "any", "any", timestamptz) | ratings | ratings_first_trans | ratings_trans_any_first_at | STABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact

-- ratings_first_agg(item, rater, value, at), "at" bigint
%aggregate ratings_first_agg(bigint, bigint, text, bigint) | ratings | ratings_first_trans | ratings_trans_int8_text_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(bigint, bigint, float8, bigint) | ratings | ratings_first_trans | ratings_trans_int8_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, text, bigint) | ratings | ratings_first_trans | ratings_trans_uuid_text_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, float8, bigint) | ratings | ratings_first_trans | ratings_trans_uuid_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, text, bigint) | ratings | ratings_first_trans | ratings_trans_text_text_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, float8, bigint) | ratings | ratings_first_trans | ratings_trans_text_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact
%aggregate ratings_first_agg("any", "any", "any", bigint) | ratings | ratings_first_trans | ratings_trans_any_first_rev | STABLE | ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact

-- ratings_first_agg(item, rater, value, at, cluster), "at" timestamptz
%aggregate ratings_first_agg(bigint, bigint, text, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_int8_text_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(bigint, bigint, float8, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_int8_float8_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, text, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_uuid_text_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, float8, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_uuid_float8_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, text, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_text_text_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, float8, timestamptz, text) | ratings | ratings_first_trans | ratings_trans_text_float8_first_at | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg("any", "any", "any", timestamptz, text) | ratings | ratings_first_trans | ratings_trans_any_first_at | STABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact

-- ratings_first_agg(item, rater, value, at, cluster), "at" bigint
%aggregate ratings_first_agg(bigint, bigint, text, bigint, text) | ratings | ratings_first_trans | ratings_trans_int8_text_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(bigint, bigint, float8, bigint, text) | ratings | ratings_first_trans | ratings_trans_int8_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, text, bigint, text) | ratings | ratings_first_trans | ratings_trans_uuid_text_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(uuid, uuid, float8, bigint, text) | ratings | ratings_first_trans | ratings_trans_uuid_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, text, bigint, text) | ratings | ratings_first_trans | ratings_trans_text_text_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg(text, text, float8, bigint, text) | ratings | ratings_first_trans | ratings_trans_text_float8_first_rev | IMMUTABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact
%aggregate ratings_first_agg("any", "any", "any", bigint, text) | ratings | ratings_first_trans | ratings_trans_any_first_rev | STABLE | ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact

-- looking into ratings

CREATE FUNCTION n_items(ratings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ratings_n_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_items(ratings) IS 'number of different items';
CREATE FUNCTION n_raters(ratings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ratings_n_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_raters(ratings) IS 'number of different raters';
CREATE FUNCTION n_ratings(ratings) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ratings_n_ratings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION n_ratings(ratings) IS 'number of stored ratings; contradicting ones count each';

CREATE FUNCTION observations(ratings,
	OUT item text, OUT rater text, OUT value text, OUT number float8,
	OUT at timestamptz, OUT revision bigint, OUT cluster text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'ratings_observations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION observations(ratings) IS 'every stored rating as a row, contradicting ones included';

CREATE FUNCTION only_raters(ratings, raters text[]) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_only_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_raters(ratings, text[]) IS 'the ratings of these raters alone';
CREATE FUNCTION without_raters(ratings, raters text[]) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_without_raters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION without_raters(ratings, text[]) IS 'the ratings of everybody else: nothing of these raters is left in the value';
CREATE FUNCTION only_items(ratings, items text[]) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_only_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION only_items(ratings, text[]) IS 'the ratings of these items alone';
CREATE FUNCTION first_ratings(ratings, k bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_first_ratings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION first_ratings(ratings, bigint) IS 'the first k ratings of each item, by "at": corrects designs that ask more raters where the first ones disagree';

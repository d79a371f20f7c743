-- ratings: who gave which item which value (docs/agreement.md)

CREATE TYPE ratings;

CREATE FUNCTION ratings_in(cstring) RETURNS ratings
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ratings_out(ratings) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ratings_recv(internal) RETURNS ratings
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ratings_send(ratings) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE ratings (
	INPUT = ratings_in, OUTPUT = ratings_out, RECEIVE = ratings_recv, SEND = ratings_send,
	INTERNALLENGTH = VARIABLE, STORAGE = extended
);
COMMENT ON TYPE ratings IS 'who gave which item which value: a keyed state (a set of facts), made by ratings_agg';

COMMENT ON FUNCTION ratings_in(cstring) IS 'I/O: input';
COMMENT ON FUNCTION ratings_out(ratings) IS 'I/O: output';
COMMENT ON FUNCTION ratings_recv(internal) IS 'I/O: binary input';
COMMENT ON FUNCTION ratings_send(ratings) IS 'I/O: binary output';

-- comparison: over the canonical bytes, so that equal facts are equal values

CREATE FUNCTION ratings_eq(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_eq(ratings, ratings) IS 'implementation of = operator';
CREATE FUNCTION ratings_ne(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_ne(ratings, ratings) IS 'implementation of <> operator';
CREATE FUNCTION ratings_lt(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_lt(ratings, ratings) IS 'implementation of < operator';
CREATE FUNCTION ratings_le(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_le(ratings, ratings) IS 'implementation of <= operator';
CREATE FUNCTION ratings_gt(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_gt(ratings, ratings) IS 'implementation of > operator';
CREATE FUNCTION ratings_ge(ratings, ratings) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_ge(ratings, ratings) IS 'implementation of >= operator';
CREATE OPERATOR = (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (ratings, ratings) IS 'equal: the same facts of the same kinds';
CREATE OPERATOR <> (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (ratings, ratings) IS 'not equal: the same facts of the same kinds';
CREATE OPERATOR < (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (ratings, ratings) IS 'less than, by the order of canonical bytes';
CREATE OPERATOR <= (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (ratings, ratings) IS 'less than or equal, by the order of canonical bytes';
CREATE OPERATOR > (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (ratings, ratings) IS 'greater than, by the order of canonical bytes';
CREATE OPERATOR >= (
	LEFTARG = ratings, RIGHTARG = ratings, FUNCTION = ratings_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (ratings, ratings) IS 'greater than or equal, by the order of canonical bytes';

CREATE FUNCTION ratings_cmp(ratings, ratings) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_cmp(ratings, ratings) IS 'less, equal, greater: for btree';
CREATE FUNCTION ratings_hash(ratings) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_hash(ratings) IS 'hash of the canonical bytes';
CREATE FUNCTION ratings_hash_extended(ratings, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ratings_hash_extended(ratings, bigint) IS 'seeded hash of the canonical bytes';

CREATE OPERATOR CLASS ratings_ops DEFAULT FOR TYPE ratings USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 ratings_cmp(ratings, ratings);
COMMENT ON OPERATOR CLASS ratings_ops USING btree IS 'order of canonical bytes';
COMMENT ON OPERATOR FAMILY ratings_ops USING btree IS 'order of canonical bytes';
CREATE OPERATOR CLASS ratings_ops DEFAULT FOR TYPE ratings USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 ratings_hash(ratings), FUNCTION 2 ratings_hash_extended(ratings, bigint);
COMMENT ON OPERATOR CLASS ratings_ops USING hash IS 'hash of canonical bytes';
COMMENT ON OPERATOR FAMILY ratings_ops USING hash IS 'hash of canonical bytes';

-- aggregates
--
-- Typed overloads for item and rater both bigint, both uuid or both text, with values text or float8: they need nothing of the
-- call but its arguments, so that a distributed engine can push them down.  "any" takes every other mix, on one node.

CREATE FUNCTION ratings_combine(ratings, ratings) RETURNS ratings
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_combine(ratings, ratings) IS 'aggregate support: union of two sets of ratings';
CREATE FUNCTION ratings_final(ratings) RETURNS ratings
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_final(ratings) IS 'aggregate support: the state itself';

-- ratings_agg(item, rater, value), "at" not given
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, text) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, float8) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, float8) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, float8) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, float8) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, text) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, float8) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, float8) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, float8) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, float8) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, text) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, float8) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, float8) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, float8) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, float8) IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, "any", "any", "any") RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, "any", "any", "any") IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg("any", "any", "any") (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg("any", "any", "any") IS 'ratings (item, rater, value); keyed: the same fact twice is one fact';

-- ratings_agg(item, rater, value, at), "at" timestamptz
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, text, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, text, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, float8, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, float8, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, text, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, text, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, float8, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, float8, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, text, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, text, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, float8, timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, float8, timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, "any", "any", "any", timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_at' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, "any", "any", "any", timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg("any", "any", "any", timestamptz) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg("any", "any", "any", timestamptz) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';

-- ratings_agg(item, rater, value, at), "at" bigint
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, text, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, text, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, float8, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, float8, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, text, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, text, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, float8, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, float8, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, text, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, text, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, float8, bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, float8, bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, "any", "any", "any", bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_rev' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, "any", "any", "any", bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg("any", "any", "any", bigint) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg("any", "any", "any", bigint) IS 'ratings (item, rater, value, at): the newest value of a rater for an item stands; keyed: the same fact twice is one fact';

-- ratings_agg(item, rater, value, at, cluster), "at" timestamptz
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, text, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, float8, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, text, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, float8, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, text, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, float8, timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, "any", "any", "any", timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_at' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, "any", "any", "any", timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg("any", "any", "any", timestamptz, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg("any", "any", "any", timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';

-- ratings_agg(item, rater, value, at, cluster), "at" bigint
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, text, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, bigint, bigint, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, bigint, bigint, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(bigint, bigint, float8, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(bigint, bigint, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, text, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, uuid, uuid, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, uuid, uuid, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(uuid, uuid, float8, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(uuid, uuid, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, text, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, text, text, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, text, text, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg(text, text, float8, bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg(text, text, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_trans(ratings, "any", "any", "any", bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_rev' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_trans(ratings, "any", "any", "any", bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_agg("any", "any", "any", bigint, text) (
	SFUNC = ratings_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_agg("any", "any", "any", bigint, text) IS 'ratings (item, rater, value, at, cluster): the newest value stands; cluster for standard errors; keyed: the same fact twice is one fact';

-- ratings_first_agg(item, rater, value, at), "at" timestamptz
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, text, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, text, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, float8, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, float8, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, text, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, text, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, float8, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, float8, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, text, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, text, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, text, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, text, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, float8, timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, float8, timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, float8, timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, float8, timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, "any", "any", "any", timestamptz) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_first_at' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, "any", "any", "any", timestamptz) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg("any", "any", "any", timestamptz) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg("any", "any", "any", timestamptz) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';

-- ratings_first_agg(item, rater, value, at), "at" bigint
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, text, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, text, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, float8, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, float8, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, text, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, text, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, float8, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, float8, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, text, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, text, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, text, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, text, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, float8, bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, float8, bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, float8, bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, float8, bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, "any", "any", "any", bigint) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_first_rev' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, "any", "any", "any", bigint) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg("any", "any", "any", bigint) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg("any", "any", "any", bigint) IS 'ratings (item, rater, value, at): the earliest value of a rater for an item stands; keyed: the same fact twice is one fact';

-- ratings_first_agg(item, rater, value, at, cluster), "at" timestamptz
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, text, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, float8, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, text, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, float8, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, text, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, text, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, text, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, text, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, float8, timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_first_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, float8, timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, float8, timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, float8, timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, "any", "any", "any", timestamptz, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_first_at' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, "any", "any", "any", timestamptz, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg("any", "any", "any", timestamptz, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg("any", "any", "any", timestamptz, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';

-- ratings_first_agg(item, rater, value, at, cluster), "at" bigint
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, text, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_int8_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, bigint, bigint, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(bigint, bigint, float8, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(bigint, bigint, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, text, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_uuid_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, uuid, uuid, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(uuid, uuid, float8, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(uuid, uuid, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, text, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_text_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, text, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, text, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, text, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, text, text, float8, bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_text_float8_first_rev' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, text, text, float8, bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg(text, text, float8, bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg(text, text, float8, bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';
CREATE FUNCTION ratings_first_trans(ratings, "any", "any", "any", bigint, text) RETURNS ratings
	AS 'MODULE_PATHNAME', 'ratings_trans_any_first_rev' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ratings_first_trans(ratings, "any", "any", "any", bigint, text) IS 'aggregate support: add one rating';
CREATE AGGREGATE ratings_first_agg("any", "any", "any", bigint, text) (
	SFUNC = ratings_first_trans, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ratings_first_agg("any", "any", "any", bigint, text) IS 'ratings (item, rater, value, at, cluster): the earliest value stands; cluster for standard errors; keyed: the same fact twice is one fact';

CREATE AGGREGATE rollup(ratings) (
	SFUNC = ratings_combine, STYPE = ratings, SSPACE = 1024,
	FINALFUNC = ratings_final, COMBINEFUNC = ratings_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(ratings) IS 'union of stored ratings: merging one twice changes nothing';

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

CREATE FUNCTION ratings_to_jsonb(ratings) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION ratings_to_jsonb(ratings) IS 'cast to jsonb: names once, observations as positions [item, rater, label, at]';
CREATE CAST (ratings AS jsonb) WITH FUNCTION ratings_to_jsonb(ratings);
COMMENT ON CAST (ratings AS jsonb) IS 'to look into a state; there is no cast back';

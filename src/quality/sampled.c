/*-------------------------------------------------------------------------
 *
 * sampled.c
 *	  SQL functions: which items a second person looks at.
 *
 * An item is in the sample if its keyed hash, as a number in [0, 1), is below
 * the rate: the first eight bytes of HMAC-SHA-256 (RFC 2104) of the item under
 * the salt.  So a sample can be drawn again by whoever knows the salt, cannot
 * be foreseen by who does not, and grows with the rate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "quality/series.h"
#include "utils/builtins.h"
#include "utils/uuid.h"
#include "utils/fmgrprotos.h"

/* Text in UTF-8, whatever the database encoding is */
static void
utf8_of(text *t, const uint8 **bytes, size_t *len)
{
	int			n = VARSIZE_ANY_EXHDR(t);
	char	   *converted = pg_server_to_any(VARDATA_ANY(t), n, PG_UTF8);

	*bytes = (const uint8 *) converted;
	*len = converted == VARDATA_ANY(t) ? (size_t) n : strlen(converted);
}

/* In [0, 1), a multiple of 2^-53 */
static double
place_of(text *key, text *salt)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	const uint8 *k,
			   *s;
	size_t		k_len,
				s_len;
	uint64		u;
	pg_hmac_ctx *ctx;

	utf8_of(key, &k, &k_len);
	utf8_of(salt, &s, &s_len);
	if (s_len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("salt must not be empty"),
				 errhint("A secret salt keeps the sample from being foreseen.")));
	ctx = pg_hmac_create(PG_SHA256);
	if (ctx == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (pg_hmac_init(ctx, s, s_len) < 0 || pg_hmac_update(ctx, k, k_len) < 0 ||
		pg_hmac_final(ctx, digest, sizeof(digest)) < 0)
	{
		const char *reason = pstrdup(pg_hmac_error(ctx));

		pg_hmac_free(ctx);
		elog(ERROR, "could not compute a hash: %s", reason);
	}
	pg_hmac_free(ctx);
	memcpy(&u, digest, 8);
	return (double) (pg_ntoh64(u) >> 11) * 0x1p-53;
}

static double
sampling_rate(FunctionCallInfo fcinfo)
{
	double		rate = PG_GETARG_FLOAT8(2);

	/* written so that NaN fails */
	if (!(rate >= 0 && rate <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rate must be from 0 to 1"),
				 errdetail("It is %g.", rate)));
	return rate;
}

/* bigint and uuid are hashed in their text form, so that a cast changes nothing */
static text *
key_of_int8(Datum d)
{
	return cstring_to_text(DatumGetCString(DirectFunctionCall1(int8out, d)));
}

static text *
key_of_uuid(Datum d)
{
	return cstring_to_text(DatumGetCString(DirectFunctionCall1(uuid_out, d)));
}

static Datum
sampled(FunctionCallInfo fcinfo, text *key)
{
	double		rate = sampling_rate(fcinfo);

	PG_RETURN_BOOL(place_of(key, PG_GETARG_TEXT_PP(1)) < rate);
}

/* The rate of an item that is in the sample; NULL of one that is not */
static Datum
probability(FunctionCallInfo fcinfo, text *key)
{
	double		rate = sampling_rate(fcinfo);

	if (place_of(key, PG_GETARG_TEXT_PP(1)) < rate)
		PG_RETURN_FLOAT8(rate);
	PG_RETURN_NULL();
}

#define SAMPLING_FUNCTION(name, expr) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return (expr); } \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS)

SAMPLING_FUNCTION(quality_sampled_text, sampled(fcinfo, PG_GETARG_TEXT_PP(0)));
SAMPLING_FUNCTION(quality_sampled_int8, sampled(fcinfo, key_of_int8(PG_GETARG_DATUM(0))));
SAMPLING_FUNCTION(quality_sampled_uuid, sampled(fcinfo, key_of_uuid(PG_GETARG_DATUM(0))));
SAMPLING_FUNCTION(quality_probability_text, probability(fcinfo, PG_GETARG_TEXT_PP(0)));
SAMPLING_FUNCTION(quality_probability_int8, probability(fcinfo, key_of_int8(PG_GETARG_DATUM(0))));
SAMPLING_FUNCTION(quality_probability_uuid, probability(fcinfo, key_of_uuid(PG_GETARG_DATUM(0))));

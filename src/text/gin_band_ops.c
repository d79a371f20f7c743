/*-------------------------------------------------------------------------
 *
 * gin_band_ops.c
 *	  GIN operator class for shingles @~~ shingle_query: approximate search.
 *
 * Keys are the bands of gin_bands.c.  A row is found if it shares a band with
 * the query's set, and is then judged exactly: what is found satisfies the
 * query, what does may be missed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/reloptions.h"
#include "common/compat.h"
#include "text/gin_bands.h"
#include "text/shingle_query.h"

/* by default 99 % of what has a Jaccard similarity of 0.8, and more above */
#define BANDS_DEFAULT 16
#define BAND_ROWS_DEFAULT 6

typedef struct BandOptions
{
	int32		vl_len_;
	int			bands;
	int			rows;
} BandOptions;

PG_FUNCTION_INFO_V1(gin_band_options);
Datum
gin_band_options(PG_FUNCTION_ARGS)
{
	local_relopts *relopts = (local_relopts *) PG_GETARG_POINTER(0);

	init_local_reloptions(relopts, sizeof(BandOptions));
	add_local_int_reloption(relopts, "bands", "number of bands, each a key of the index",
							BANDS_DEFAULT, 1, BANDS_MAX, offsetof(BandOptions, bands));
	add_local_int_reloption(relopts, "rows", "number of minima in a band",
							BAND_ROWS_DEFAULT, 1, BAND_ROWS_MAX, offsetof(BandOptions, rows));
	PG_RETURN_VOID();
}

static Datum *
keys_of(FunctionCallInfo fcinfo, const ShingleSet *s, int32 *n_keys)
{
	BandOptions *o = PG_HAS_OPCLASS_OPTIONS() ? (BandOptions *) PG_GET_OPCLASS_OPTIONS() : NULL;
	int			bands = o ? o->bands : BANDS_DEFAULT;
	uint32		band[BANDS_MAX];
	Datum	   *key;

	*n_keys = 0;
	if (s->n == 0)
		return NULL;
	shingle_bands(s, bands, o ? o->rows : BAND_ROWS_DEFAULT, band);
	key = palloc(sizeof(Datum) * bands);
	for (int i = 0; i < bands; i++)
		key[i] = Int32GetDatum((int32) band[i]);
	*n_keys = bands;
	return key;
}

PG_FUNCTION_INFO_V1(gin_band_extract_value);
Datum
gin_band_extract_value(PG_FUNCTION_ARGS)
{
	ShingleSet	s;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	PG_RETURN_POINTER(keys_of(fcinfo, &s, (int32 *) PG_GETARG_POINTER(1)));
}

PG_FUNCTION_INFO_V1(gin_band_extract_query);
Datum
gin_band_extract_query(PG_FUNCTION_ARGS)
{
	ShingleQuery q;

	shingle_query_open(PG_GETARG_VARLENA_PP(0), &q);
	shingle_query_check_symmetric(&q);
	*(int32 *) PG_GETARG_POINTER(6) = GIN_SEARCH_MODE_DEFAULT;
	PG_RETURN_POINTER(keys_of(fcinfo, &q.set, (int32 *) PG_GETARG_POINTER(1)));
}

static bool
any(const GinTernaryValue *check, int32 n)
{
	for (int32 i = 0; i < n; i++)
		if (check[i] != GIN_FALSE)
			return true;
	return false;
}

PG_FUNCTION_INFO_V1(gin_band_consistent);
Datum
gin_band_consistent(PG_FUNCTION_ARGS)
{
	*(bool *) PG_GETARG_POINTER(5) = true;	/* recheck */
	/* bool and GinTernaryValue agree about false and true */
	PG_RETURN_BOOL(any((const GinTernaryValue *) PG_GETARG_POINTER(0), PG_GETARG_INT32(3)));
}

PG_FUNCTION_INFO_V1(gin_band_triconsistent);
Datum
gin_band_triconsistent(PG_FUNCTION_ARGS)
{
	PG_RETURN_GIN_TERNARY_VALUE(any((const GinTernaryValue *) PG_GETARG_POINTER(0), PG_GETARG_INT32(3)) ? GIN_MAYBE : GIN_FALSE);
}

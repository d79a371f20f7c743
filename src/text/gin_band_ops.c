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
#include "catalog/pg_type_d.h"
#include "common/compat.h"
#include "text/gin_bands.h"
#include "text/shingle_query.h"
#include "utils/array.h"

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
	uint64		band[BANDS_MAX];
	Datum	   *key;

	*n_keys = 0;
	if (s->n == 0)
		return NULL;
	shingle_bands(s, bands, o ? o->rows : BAND_ROWS_DEFAULT, band);
	key = palloc(sizeof(Datum) * bands);
	for (int i = 0; i < bands; i++)
		key[i] = Int32GetDatum((int32) (band[i] >> 32));
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

/* bands(shingles, bands, rows): the same, of 64 bits, to be kept in a table */
PG_FUNCTION_INFO_V1(shingle_bands_of);
Datum
shingle_bands_of(PG_FUNCTION_ARGS)
{
	int			bands = PG_GETARG_INT32(1);
	int			rows = PG_GETARG_INT32(2);
	uint64		band[BANDS_MAX];
	Datum		key[BANDS_MAX];
	ShingleSet	s;

	if (bands < 1 || bands > BANDS_MAX || rows < 1 || rows > BAND_ROWS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there may be 1 to %d bands of 1 to %d rows", BANDS_MAX, BAND_ROWS_MAX),
				 errdetail("It is %d bands of %d rows.", bands, rows)));
	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	if (s.n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(INT8OID));
	shingle_bands(&s, bands, rows, band);
	for (int i = 0; i < bands; i++)
		key[i] = Int64GetDatum((int64) band[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(key, bands, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
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

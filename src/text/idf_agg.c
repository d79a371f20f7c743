/*-------------------------------------------------------------------------
 *
 * idf_agg.c
 *	  SQL functions of the type "idf": its frame, its aggregate, what looks
 *	  into it, and the measures that it weighs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "text/idf_measure.h"
#include "text/set_join.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(idf, idf_type);

PG_FUNCTION_INFO_V1(idf_trans);
Datum
idf_trans(PG_FUNCTION_ARGS)
{
	struct varlena *v = PG_ARGISNULL(1) ? NULL : PG_GETARG_VARLENA_PP(1);
	ShingleSet	s = {0};
	Idf		   *f;

	if (v)
		shingle_set_open(v, &s);
	/* a text without a word is no evidence of how rare words are */
	if (s.n == 0)
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	f = (Idf *) state_for_row(&idf_type, fcinfo);
	idf_add(f, &s);
	PG_FREE_IF_COPY(v, 1);
	PG_RETURN_DATUM(state_datum(&f->state));
}

PG_FUNCTION_INFO_V1(idf_freeze_sql);
Datum
idf_freeze_sql(PG_FUNCTION_ARGS)
{
	Idf		   *src,
			   *dst;
	int64		min_df;

	if (!arg_given(fcinfo, 1))
		arg_is_null("min_df");
	min_df = PG_GETARG_INT64(1);
	if (min_df < 1 || min_df > IDF_MAX_DOCUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_df must be between 1 and %u", IDF_MAX_DOCUMENTS),
				 errdetail("It is " INT64_FORMAT ".", min_df)));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	src = idf_get(PG_GETARG_DATUM(0));
	if (src->min_df != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("value of type %s is frozen already", "idf")));
	dst = (Idf *) state_new(&idf_type, fcinfo);
	idf_freeze(dst, src, (uint32) min_df);
	PG_RETURN_DATUM(state_datum(&dst->state));
}

/* ---- looking into it ---- */

PG_FUNCTION_INFO_V1(idf_n_documents);
Datum
idf_n_documents(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) idf_get(PG_GETARG_DATUM(0))->n);
}

PG_FUNCTION_INFO_V1(idf_n_shingles);
Datum
idf_n_shingles(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) idf_get(PG_GETARG_DATUM(0))->n_rows);
}

PG_FUNCTION_INFO_V1(idf_is_frozen);
Datum
idf_is_frozen(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(idf_get(PG_GETARG_DATUM(0))->min_df != 0);
}

static void
put_frequency(SrfRow *row, const Idf *f, uint32 hash, int64 at)
{
	srf_int64(row, hash);
	srf_int64(row, idf_df(f, at));
	srf_float8(row, idf_weight(f, at));
	srf_end_row(row);
}

/* All that are listed */
PG_FUNCTION_INFO_V1(idf_frequencies);
Datum
idf_frequencies(PG_FUNCTION_ARGS)
{
	Idf		   *f = idf_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	idf_index(f);
	for (uint64 i = 0; i < f->n_rows; i++)
		put_frequency(&row, f, (uint32) (f->row[i] >> 32), (int64) i);
	return (Datum) 0;
}

/* Those of one text */
PG_FUNCTION_INFO_V1(idf_frequencies_of);
Datum
idf_frequencies_of(PG_FUNCTION_ARGS)
{
	Idf		   *f = idf_get(PG_GETARG_DATUM(0));
	ShingleSet	s;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	shingle_set_open(PG_GETARG_VARLENA_PP(1), &s);
	idf_check_unit(f, &s);
	idf_index(f);
	for (int32 i = 0; i < s.n; i++)
		put_frequency(&row, f, shingle_at(&s, i), idf_find(f, shingle_at(&s, i)));
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(idf_to_jsonb);
Datum
idf_to_jsonb(PG_FUNCTION_ARGS)
{
	Idf		   *f = idf_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"unit\": \"%s\", \"n\": " UINT64_FORMAT ", \"frozen\": %s, ",
					 shingle_unit_name(f->unit), f->n, f->min_df ? "true" : "false");
	if (f->min_df)
		appendStringInfo(&buf, "\"min_df\": %u, \"default_df\": %u, ", f->min_df, f->default_df);
	appendStringInfoString(&buf, "\"df\": [");
	for (uint64 i = 0; i < f->n_rows; i++)
	{
		HD_CHECK_EVERY(i + 1);
		appendStringInfo(&buf, "%s[%u, %u]", i > 0 ? ", " : "", (uint32) (f->row[i] >> 32), (uint32) f->row[i]);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/* ---- weighted measures ---- */

static Idf *
cached_idf(FunctionCallInfo fcinfo, int arg)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(IdfCache));
	return idf_of_datum(fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(arg));
}

/* As without weights: of two empty sets every measure is 1, of an empty and another one 0 */
static Datum
measured(FunctionCallInfo fcinfo, SetMeasure measure)
{
	Idf		   *f = cached_idf(fcinfo, 2);
	ShingleSet	a,
				b;
	Masses		m;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &a);
	shingle_set_open(PG_GETARG_VARLENA_PP(1), &b);
	idf_check_unit(f, &a);
	idf_check_unit(f, &b);
	if (a.n == 0 && b.n == 0)
		PG_RETURN_FLOAT8(1);
	m = idf_weigh(f, &a, &b);
	if (measure == MEASURE_CONTAINMENT)
		/* of the first in the second */
		PG_RETURN_FLOAT8(set_similarity(measure, m.both, m.b, m.a));
	PG_RETURN_FLOAT8(set_similarity(measure, m.both, m.a, m.b));
}

STATE_FUNCTION(idf_jaccard, measured(fcinfo, MEASURE_JACCARD));
STATE_FUNCTION(idf_dice, measured(fcinfo, MEASURE_DICE));
STATE_FUNCTION(idf_cosine, measured(fcinfo, MEASURE_COSINE));
STATE_FUNCTION(idf_overlap, measured(fcinfo, MEASURE_OVERLAP));
STATE_FUNCTION(idf_containment, measured(fcinfo, MEASURE_CONTAINMENT));

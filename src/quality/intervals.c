/*-------------------------------------------------------------------------
 *
 * intervals.c
 *	  SQL functions: confidence intervals of a proportion.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/stats.h"
#include "funcapi.h"

typedef void (*IntervalFunction) (double successes, double n, double confidence,
								  double *low, double *high);

/* The row type is looked up once a call site */
static TupleDesc
row_type(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;

	if (desc == NULL)
	{
		MemoryContext old;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		desc = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = desc;
	}
	return desc;
}

static void
check_counts(double successes, double n)
{
	if (!isfinite(successes) || !isfinite(n))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("successes and n must be finite numbers")));
	if (successes < 0 || n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("successes and n must not be negative")));
	if (successes > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("successes must not be greater than n"),
				 errdetail("There are %.15g successes in %.15g.", successes, n),
				 errhint("The first argument counts successes, the second all trials.")));
}

/* (successes, n, confidence) to a row (low, high); unknown counts and n = 0 give nulls */
static Datum
interval_row(FunctionCallInfo fcinfo, IntervalFunction interval)
{
	double		confidence = arg_confidence(fcinfo, 2);
	double		low = NAN,
				high = NAN;
	Datum		value[2];
	bool		null[2];

	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		check_counts(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1));
		interval(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), confidence, &low, &high);
	}
	value[0] = Float8GetDatum(low);
	value[1] = Float8GetDatum(high);
	null[0] = isnan(low);
	null[1] = isnan(high);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), value, null)));
}

PG_FUNCTION_INFO_V1(quality_wilson);
Datum
quality_wilson(PG_FUNCTION_ARGS)
{
	return interval_row(fcinfo, hd_wilson);
}

PG_FUNCTION_INFO_V1(quality_clopper_pearson);
Datum
quality_clopper_pearson(PG_FUNCTION_ARGS)
{
	return interval_row(fcinfo, hd_clopper_pearson);
}

PG_FUNCTION_INFO_V1(quality_jeffreys);
Datum
quality_jeffreys(PG_FUNCTION_ARGS)
{
	return interval_row(fcinfo, hd_jeffreys);
}

PG_FUNCTION_INFO_V1(quality_agresti_coull);
Datum
quality_agresti_coull(PG_FUNCTION_ARGS)
{
	return interval_row(fcinfo, hd_agresti_coull);
}

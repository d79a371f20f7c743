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
#include "quality/beta_prior.h"
#include "quality/series.h"

typedef void (*IntervalFunction) (double successes, double n, double confidence,
								  double *low, double *high);

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

/* (successes, n, confidence, prior_a, prior_b): whole counts, since the promise holds for single looks at whole items */
PG_FUNCTION_INFO_V1(quality_always_valid);
Datum
quality_always_valid(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 2);
	double		a = option_positive(fcinfo, 3, "prior_a");
	double		b = option_positive(fcinfo, 4, "prior_b");
	double		low = NAN,
				high = NAN;
	Datum		value[2];
	bool		null[2] = {true, true};

	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		double		x = PG_GETARG_FLOAT8(0);
		double		n = PG_GETARG_FLOAT8(1);

		check_counts(x, n);
		if (x != floor(x) || n != floor(n))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("successes and n of an always-valid interval must be whole numbers"),
					 errdetail("They are %.15g and %.15g.", x, n)));
		if (n > ALWAYS_VALID_MOST_N)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("n of an always-valid interval must not be greater than 1e12")));
		always_valid_interval(x, n, confidence, a, b, &low, &high);
		null[0] = null[1] = n == 0;
	}
	value[0] = Float8GetDatum(low);
	value[1] = Float8GetDatum(high);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row_type(fcinfo), value, null)));
}

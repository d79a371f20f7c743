/*-------------------------------------------------------------------------
 *
 * series.c
 *	  What the functions of this module share: series of observations as SQL
 *	  arrays, options that are probabilities, and the rows of all charts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "funcapi.h"
#include "quality/series.h"
#include "utils/array.h"

/* The row type is looked up once a call site */
TupleDesc
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

double *
series_numbers(FunctionCallInfo fcinfo, int arg, const char *what, int *n)
{
	Datum	   *value;
	bool	   *null;
	double	   *v;

	*n = -1;
	if (!arg_given(fcinfo, arg))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &value, &null, n);
	v = array_alloc(*n, sizeof(double));
	for (int i = 0; i < *n; i++)
	{
		HD_CHECK_EVERY(i);
		v[i] = null[i] ? NAN : DatumGetFloat8(value[i]);
		if (!null[i] && !isfinite(v[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s must contain finite numbers", what),
					 errdetail("Element %d is %g.", i + 1, v[i])));
	}
	return v;
}

signed char *
series_booleans(FunctionCallInfo fcinfo, int arg, int *n)
{
	Datum	   *value;
	bool	   *null;
	signed char *v;

	*n = -1;
	if (!arg_given(fcinfo, arg))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), BOOLOID, sizeof(bool), true, TYPALIGN_CHAR, &value, &null, n);
	v = array_alloc(*n, 1);
	for (int i = 0; i < *n; i++)
		v[i] = null[i] ? -1 : DatumGetBool(value[i]) ? 1 : 0;
	return v;
}

double
option_number(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	return arg_float8(fcinfo, arg, what, NAN);
}

double
option_positive(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		v = option_number(fcinfo, arg, what);

	if (v <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than 0", what),
				 errdetail("It is %g.", v)));
	return v;
}

double
option_probability(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		v = option_number(fcinfo, arg, what);

	if (!(v > 0 && v < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1", what),
				 errdetail("It is %g.", v)));
	return v;
}

double
option_share(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		v = option_number(fcinfo, arg, what);

	if (v < 0 || v > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from 0 to 1", what),
				 errdetail("It is %g.", v)));
	return v;
}

double
option_whole(FunctionCallInfo fcinfo, int arg, const char *what, double least, double most)
{
	double		v = option_number(fcinfo, arg, what);

	if (v != floor(v) || v < least || v > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a whole number from %.15g to %.15g", what, least, most),
				 errdetail("It is %.15g.", v)));
	return v;
}

void
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

void
chart_row(SrfRow *row, const ChartPoint *p)
{
	/* a sum of numbers near the largest there is */
	if (isinf(p->statistic) || isinf(p->statistic_low))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the statistic of a chart is out of range"),
				 errdetail("It is so at place " INT64_FORMAT ".", p->at)));
	srf_int64(row, p->at);
	srf_float8(row, p->n);
	srf_float8(row, p->statistic);
	srf_float8(row, p->limit);
	srf_datum(row, BoolGetDatum(p->alarm));
	srf_float8(row, p->statistic_low);
	srf_float8(row, p->limit_low);
	if (p->since > 0)
		srf_int64(row, p->since);
	else
		srf_null(row);
	srf_float8(row, p->estimate);
	srf_float8(row, p->ci_low);
	srf_float8(row, p->ci_high);
	srf_cstring(row, p->evidence);
	if (p->evidence)
		pfree(unconstify(char *, p->evidence));
	srf_end_row(row);
}

/*-------------------------------------------------------------------------
 *
 * bias_index_rows.c
 *	  SQL functions: how far apart the biases of a judge towards several
 *	  producers are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "consensus/bias_index.h"
#include "consensus/confusion_table.h"
#include "utils/array.h"

/* one pair of producers costs a quantile: more are no longer read by anybody */
#define MOST_PRODUCERS 2000

typedef struct Producers
{
	int32		n;
	double	   *bias;
	double	   *variance;
	double	   *df;
	int64		n_rows;
	int64		n_unvaried;		/* producers whose bias has no variance */
	double		range;			/* how far a bias can be from 0; NaN: not known */
} Producers;

/* The elements of argument 0 that have covered rows */
static void
read_producers(FunctionCallInfo fcinfo, int positive, Producers *p)
{
	ArrayType  *a = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *value;
	bool	   *null;
	int			n;

	deconstruct_array(a, ARR_ELEMTYPE(a), -1, false, TYPALIGN_INT, &value, &null, &n);
	if (n > MOST_PRODUCERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many producers"),
				 errdetail("There are %d; the limit is %d.", n, MOST_PRODUCERS)));
	memset(p, 0, sizeof(*p));
	p->bias = array_alloc(n, sizeof(double));
	p->variance = array_alloc(n, sizeof(double));
	p->df = array_alloc(n, sizeof(double));
	for (int i = 0; i < n; i++)
	{
		ConfusionTable t;
		double	   *values;
		double		range;
		Bias		b;

		HD_CHECK_EVERY(i);
		if (null[i])
			continue;
		confusion_table(value[i], &t);
		if (t.counts.n == 0)
			continue;
		values = label_values(&t, fcinfo, positive, &range);
		if (values == NULL)
			no_positive_label();
		label_bias(&t, values, &b);
		p->bias[p->n] = b.value;
		p->variance[p->n] = b.variance;
		p->df[p->n++] = (double) b.n - 1;
		p->n_rows += b.n;
		p->n_unvaried += !(b.variance > 0);
		p->range = isnan(range) || isnan(p->range) ? NAN : Max(p->range, range);
	}
}

PG_FUNCTION_INFO_V1(confusion_bias_index);
Datum
confusion_bias_index(PG_FUNCTION_ARGS)
{
	Producers	p;
	BiasIndex	b;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	read_producers(fcinfo, 1, &p);
	bias_index(p.n, p.bias, p.variance, p.df, 0.95, &b);
	if (isnan(b.value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(b.value);
}

PG_FUNCTION_INFO_V1(confusion_bias_index_ci);
Datum
confusion_bias_index_ci(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Producers	p;
	BiasIndex	b;
	SrfRow		row;
	const char *note = NULL;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	read_producers(fcinfo, 2, &p);
	bias_index(p.n, p.bias, p.variance, p.df, confidence, &b);
	if (p.n < 2)
		note = "fewer than two producers";
	else if (isnan(b.low))
		note = "no interval: a producer has one row only";
	else if (p.n_unvaried > 0)
		note = psprintf("nothing varies in " INT64_FORMAT " of %d producers: the interval is too narrow",
						p.n_unvaried, p.n);
	srf_float8(&row, b.value);
	srf_float8(&row, b.low);
	srf_float8(&row, isnan(b.high) || isnan(p.range) ? b.high : Min(b.high, 2 * p.range));
	srf_float8(&row, b.expected);
	srf_int64(&row, p.n);
	srf_int64(&row, p.n_rows);
	srf_cstring(&row, note);
	srf_end_row(&row);
	return (Datum) 0;
}

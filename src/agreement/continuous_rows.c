/*-------------------------------------------------------------------------
 *
 * continuous_rows.c
 *	  SQL functions: agreement of numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/continuous.h"
#include "agreement/measure.h"
#include "common/compat.h"
#include "common/srf.h"

/* Read argument 0 and its categories; ERROR where values are no numbers or ranks */
static void
measure_numbers(FunctionCallInfo fcinfo, int categories, Measure *q)
{
	measure_ratings(fcinfo, categories, q);
	if (q->x || q->m.n_obs == 0)
		return;
	if (q->sets)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label sets are neither numbers nor ranks"),
				 errhint("Use krippendorff_alpha with the level jaccard or masi.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the values are neither numbers nor in a known order"),
			 errhint("Pass a number or an enum to ratings_agg, or declare the categories in their order, for example categories => '{low,medium,high}'.")));
}

static const char *const icc_name[ICC_COUNT] = {
	"ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"
};

PG_FUNCTION_INFO_V1(ratings_icc);
Datum
ratings_icc(PG_FUNCTION_ARGS)
{
	static const ArgChoice forms[] = {
		{"ICC(1,1)", ICC_1_1},
		{"ICC(2,1)", ICC_2_1},
		{"ICC(3,1)", ICC_3_1},
		{"ICC(1,k)", ICC_1_K},
		{"ICC(2,k)", ICC_2_K},
		{"ICC(3,k)", ICC_3_K},
		{"ICC(1)", ICC_1_1},
		{"ICC(A,1)", ICC_2_1},
		{"ICC(C,1)", ICC_3_1},
		{"ICC(k)", ICC_1_K},
		{"ICC(A,k)", ICC_2_K},
		{"ICC(C,k)", ICC_3_K},
		{NULL, 0}
	};
	int			form = arg_choice(fcinfo, 1, "form", forms);
	Measure		q;
	IccTable	t;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	measure_numbers(fcinfo, 2, &q);
	icc_table(&q.m, q.x, 0.95, &t);
	if (isnan(t.row[form].value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(t.row[form].value);
}

PG_FUNCTION_INFO_V1(ratings_icc_agreement);
Datum
ratings_icc_agreement(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	IccTable	t;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_numbers(fcinfo, 2, &q);
	icc_table(&q.m, q.x, confidence, &t);
	for (int f = 0; f < ICC_COUNT; f++)
	{
		const IccRow *r = &t.row[f];

		srf_cstring(&row, icc_name[f]);
		srf_float8(&row, r->value);
		srf_float8(&row, r->ci_low);
		srf_float8(&row, r->ci_high);
		srf_float8(&row, r->f);
		srf_float8(&row, r->df1);
		srf_float8(&row, r->df2);
		srf_int64(&row, q.m.n_items);
		srf_int64(&row, t.n_raters);
		srf_cstring(&row, r->note);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ratings_kendall_w);
Datum
ratings_kendall_w(PG_FUNCTION_ARGS)
{
	Measure		q;
	double		w;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	measure_numbers(fcinfo, 1, &q);
	w = kendall_w(&q.m);
	if (isnan(w))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(w);
}

PG_FUNCTION_INFO_V1(ratings_lin_ccc);
Datum
ratings_lin_ccc(PG_FUNCTION_ARGS)
{
	Measure		q;
	double		ccc;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	measure_numbers(fcinfo, 1, &q);
	ccc = lin_ccc(&q.m, q.x);
	if (isnan(ccc))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ccc);
}

/*-------------------------------------------------------------------------
 *
 * rater_fit_rows.c
 *	  SQL function: each rater's comparisons against those of all others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "preference/bradley_terry_args.h"
#include "preference/rater_fit.h"

static BtTies
half_or_drop(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"half", BT_TIES_HALF},
		{"drop", BT_TIES_DROP},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "ties", choice);
}

/* The others alone need not connect all items by wins, so that only a prior gives an estimate */
static double
positive_prior(FunctionCallInfo fcinfo, int arg)
{
	double		v = bt_prior_arg(fcinfo, arg);

	if (v == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior must be greater than 0"),
				 errdetail("Without the comparisons of one rater, items may be left undefeated or winless."),
				 errhint("Accepted is a number of wins that every item is given against the field, such as 0.1.")));
	return v;
}

/*
 * What the number of a person stands on, in words.  Below ten comparisons, or
 * with an interval wider than a third, nothing should follow from it.
 */
static const char *
evidence_of(const RaterFitRow *p)
{
	const char *doubt = "";

	if (p->n == 0)
		return "none: nobody else's comparisons lead to these items";
	if (p->n < 10)
		doubt = "too little: ";
	else if (!(p->excess_high - p->excess_low < 1.0 / 3))
		doubt = "too little, the interval is wide: ";
	return psprintf("%s" INT64_FORMAT " of " INT64_FORMAT " %s between items that others compared",
					doubt, p->n, p->n_comparisons, p->n_comparisons == 1 ? "comparison" : "comparisons");
}

static void
put_rater(SrfRow *row, Comparisons *c, int32 rater, const RaterFitRow *p)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, comparisons_rater_name(c, rater));
	srf_int64(row, p->n);
	srf_int64(row, p->n_comparisons);
	srf_float8(row, p->value);
	srf_float8(row, p->ci_low);
	srf_float8(row, p->ci_high);
	srf_float8(row, p->expected);
	srf_float8(row, p->excess);
	srf_float8(row, p->excess_low);
	srf_float8(row, p->excess_high);
	srf_float8(row, p->shrunk);
	for (int k = 0; k < 2; k++)
	{
		if (p->n == 0)
			srf_null(row);
		else
			srf_int64(row, k == 0 ? p->rank_low : p->rank_high);
	}
	srf_cstring(row, evidence_of(p));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(comparisons_rater_fit);
Datum
comparisons_rater_fit(PG_FUNCTION_ARGS)
{
	Comparisons *c;
	const PreferenceData *d;
	BtOptions	opt = {.ties = half_or_drop(fcinfo, 1), .prior = positive_prior(fcinfo, 2), .anchor = -1,
		.confidence = arg_confidence(fcinfo, 3)};
	BtModel    *m;
	RaterFitRow *rater;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	d = comparisons_data(c);
	if (d->n_raters == 0)
		return (Datum) 0;
	m = bt_prepare(d, &opt);
	bt_fit_or_fail(m);
	bt_invert(m);
	rater = rater_fit_rows(m, opt.confidence);
	for (int32 g = 0; g < d->n_raters; g++)
		put_rater(&row, c, g, &rater[g]);
	return (Datum) 0;
}

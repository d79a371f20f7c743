/*-------------------------------------------------------------------------
 *
 * irt_access.c
 *	  SQL functions: item response models with normal abilities.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/irt.h"
#include "rubric/rasch_access.h"

static IrtModel
model_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice models[] = {{"1pl", IRT_1PL}, {"2pl", IRT_2PL}, {NULL, 0}};

	return arg_choice(fcinfo, arg, "model", models);
}

/* Slope and intercept of each item, or one slope, need so many items */
static int32
items_needed(IrtModel model)
{
	return model == IRT_1PL ? 2 : 3;
}

static void
fit_irt(ScoreMatrix *m, const IrtData *d, IrtModel model, bool want_se, IrtFit *out)
{
	if (d->n_active > IRT_MAX_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items for an item response model"),
				 errdetail("There are %d; the limit is %d.", d->n_active, IRT_MAX_ITEMS),
				 errhint("Take a part of the items.")));
	if (!irt_fit(d, model, want_se, out))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the item response model did not converge"),
				 errdetail("The steepest item is \"%s\".", score_matrix_item_name(m, d->active[out->worst])),
				 errhint("There may be too few units, or the items may not measure one thing: use the model 1pl, rasch(), or leave the item out.")));
}

static void
put_item(SrfRow *row, const IrtData *d, const IrtFit *f, bool fitted, int32 i, double z)
{
	int32		at = d->position[i];
	ItemStatus	status = d->status[i];

	srf_int64(row, d->answers[i]);
	if (at >= 0 && fitted)
	{
		srf_float8(row, f->b[at]);
		srf_float8(row, f->b_se[at]);
		srf_float8(row, f->b[at] - z * f->b_se[at]);
		srf_float8(row, f->b[at] + z * f->b_se[at]);
		srf_float8(row, f->a[at]);
		srf_float8(row, f->a_se[at]);
		srf_float8(row, f->a[at] - z * f->a_se[at]);
		srf_float8(row, f->a[at] + z * f->a_se[at]);
	}
	else
	{
		srf_float8(row, status == ITEM_ALL ? -INFINITY : status == ITEM_NONE ? INFINITY : NAN);
		for (int k = 0; k < 7; k++)
			srf_null(row);
	}
	if (status == ITEM_OK && !fitted)
		srf_cstring(row, "too few items");
	else if (at >= 0 && isnan(f->b[at]))
		srf_cstring(row, "does not discriminate");
	else
		srf_cstring(row, rasch_status_name(status));
}

PG_FUNCTION_INFO_V1(score_matrix_irt);
Datum
score_matrix_irt(PG_FUNCTION_ARGS)
{
	IrtModel	model = model_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	BinaryTable t;
	IrtData		d;
	IrtFit		f;
	ScoreMatrix *m;
	SrfRow		row;
	bool		fitted;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = binary_scores(fcinfo, &t);
	irt_data(&t, &d);
	fitted = d.n_active >= items_needed(model);
	if (fitted)
		fit_irt(m, &d, model, true, &f);
	for (int32 i = 0; i < t.n_items; i++)
	{
		char	   *name = score_matrix_item_name(m, i);

		srf_cstring(&row, name);
		put_item(&row, &d, &f, fitted, i, hd_norm_quantile((1 + confidence) / 2));
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(score_matrix_irt_loglik);
Datum
score_matrix_irt_loglik(PG_FUNCTION_ARGS)
{
	IrtModel	model = model_arg(fcinfo, 1);
	BinaryTable t;
	IrtData		d;
	IrtFit		f;
	ScoreMatrix *m;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	m = binary_scores(fcinfo, &t);
	irt_data(&t, &d);
	if (d.n_active < items_needed(model))
		PG_RETURN_NULL();
	fit_irt(m, &d, model, false, &f);
	PG_RETURN_FLOAT8(f.loglik);
}

PG_FUNCTION_INFO_V1(score_matrix_irt_persons);
Datum
score_matrix_irt_persons(PG_FUNCTION_ARGS)
{
	IrtModel	model = model_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	double		z = hd_norm_quantile((1 + confidence) / 2);
	BinaryTable t;
	IrtData		d;
	IrtFit		f;
	ScoreMatrix *m;
	SrfRow		row;
	bool		fitted;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = binary_scores(fcinfo, &t);
	irt_data(&t, &d);
	fitted = d.n_active >= items_needed(model);
	if (fitted)
		fit_irt(m, &d, model, false, &f);
	for (int32 u = 0; u < t.n_units; u++)
	{
		char	   *name = score_matrix_unit_name(m, u);
		int32		p = d.unit_pattern[u];
		double		theta = fitted && p >= 0 ? f.theta[p] : NAN;
		double		sd = fitted && p >= 0 ? f.theta_sd[p] : NAN;
		int64		score = 0;

		for (int32 o = p >= 0 ? d.start[p] : 0; p >= 0 && o < d.start[p + 1]; o++)
			score += d.x[o];
		srf_cstring(&row, name);
		srf_int64(&row, p >= 0 ? d.start[p + 1] - d.start[p] : 0);
		srf_int64(&row, score);
		srf_float8(&row, theta);
		srf_float8(&row, sd);
		srf_float8(&row, theta - z * sd);
		srf_float8(&row, theta + z * sd);
		srf_cstring(&row, !fitted ? "too few items" : p < 0 ? "no item that tells something" : "ok");
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

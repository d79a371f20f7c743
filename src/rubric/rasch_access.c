/*-------------------------------------------------------------------------
 *
 * rasch_access.c
 *	  SQL functions: the Rasch model.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/rasch_access.h"

ScoreMatrix *
binary_scores(FunctionCallInfo fcinfo, BinaryTable *out)
{
	ScoreMatrix *m = score_matrix_get(PG_GETARG_DATUM(0));
	const ScoreTable *t = score_matrix_table(m);

	*out = (BinaryTable) {
		.n_units = t->n_units, .n_items = t->n_items, .n_obs = t->n_obs, .start = t->start, .item = t->item
	};
	out->x = array_alloc(t->n_obs, sizeof(uint8));
	for (int32 o = 0; o < t->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		if (t->value[o] != 0 && t->value[o] != 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("item \"%s\" has the value %s, this model takes 0 and 1",
							score_matrix_item_name(m, t->item[o]), number_cstring(t->value[o])),
					 errhint("Say what counts as solved: score_matrix_agg(unit, item, (value >= 0.5)::int).")));
		out->x[o] = (uint8) t->value[o];
	}
	return m;
}

const char *
rasch_status_name(ItemStatus s)
{
	switch (s)
	{
		case ITEM_OK:
			return "ok";
		case ITEM_ALL:
			return "all solved";
		case ITEM_NONE:
			return "none solved";
		case ITEM_ALONE:
			break;
	}
	return "no unit compares it with others";
}

static void
method_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice methods[] = {{"cml", 0}, {NULL, 0}};

	arg_choice(fcinfo, arg, "method", methods);
}

/* ERROR where there is no finite and unique solution */
static void
fit_rasch(ScoreMatrix *m, const RaschDesign *d, bool with_fit, RaschFit *out)
{
	int32		above,
				below;

	if (d->n_active > RASCH_MAX_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items for the Rasch model"),
				 errdetail("There are %d; the limit is %d.", d->n_active, RASCH_MAX_ITEMS),
				 errhint("Take a part of the items.")));
	if (!rasch_is_connected(d, &above, &below))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the difficulties have no common scale"),
				 errdetail("The items fall into two groups, one with \"%s\" and one with \"%s\": no unit solved an item of the first and failed one of the second.",
						   score_matrix_item_name(m, above), score_matrix_item_name(m, below)),
				 errhint("Let units answer items of both groups, analyse them apart, or use irt(), which takes abilities as normally distributed.")));
	if (!rasch_fit(d, with_fit, out))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the Rasch model did not converge"),
				 errhint("Items that nearly all units solve or fail leave too little to go by: leave them out.")));
}

static void
put_item(SrfRow *row, const RaschDesign *d, const RaschFit *f, int32 i, double z)
{
	int32		at = d->position[i];
	ItemStatus	status = d->status[i];

	srf_int64(row, d->answers[i]);
	if (at >= 0)
	{
		srf_float8(row, f->difficulty[at]);
		srf_float8(row, f->se[at]);
		srf_float8(row, f->difficulty[at] - z * f->se[at]);
		srf_float8(row, f->difficulty[at] + z * f->se[at]);
		srf_float8(row, f->infit[at]);
		srf_float8(row, f->outfit[at]);
	}
	else
	{
		srf_float8(row, status == ITEM_ALL ? -INFINITY : status == ITEM_NONE ? INFINITY : NAN);
		for (int k = 0; k < 5; k++)
			srf_null(row);
	}
	srf_cstring(row, rasch_status_name(status));
}

PG_FUNCTION_INFO_V1(score_matrix_rasch);
Datum
score_matrix_rasch(PG_FUNCTION_ARGS)
{
	double		confidence;
	BinaryTable t;
	RaschDesign d;
	RaschFit	f;
	ScoreMatrix *m;
	SrfRow		row;

	method_arg(fcinfo, 1);
	confidence = arg_confidence(fcinfo, 2);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = binary_scores(fcinfo, &t);
	rasch_design(&t, &d);
	if (d.n_active > 0)
		fit_rasch(m, &d, true, &f);
	for (int32 i = 0; i < t.n_items; i++)
	{
		char	   *name = score_matrix_item_name(m, i);

		srf_cstring(&row, name);
		put_item(&row, &d, &f, i, hd_norm_quantile((1 + confidence) / 2));
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(score_matrix_rasch_loglik);
Datum
score_matrix_rasch_loglik(PG_FUNCTION_ARGS)
{
	BinaryTable t;
	RaschDesign d;
	RaschFit	f;
	ScoreMatrix *m;

	method_arg(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	m = binary_scores(fcinfo, &t);
	rasch_design(&t, &d);
	if (d.n_active == 0)
		PG_RETURN_NULL();
	fit_rasch(m, &d, false, &f);
	PG_RETURN_FLOAT8(f.loglik);
}

/* ---- units ---- */

typedef struct Theta
{
	bool		known;
	double		theta;
	double		se;
} Theta;

static const char *
unit_status(const RaschDesign *d, int32 u)
{
	int32		c = d->unit_pattern[u];

	if (c < 0)
		return "no item that tells something";
	if (d->unit_score[u] == 0)
		return "none solved";
	if (d->unit_score[u] == d->pattern[c].n_items)
		return "all solved";
	return "ok";
}

static void
put_unit(SrfRow *row, const RaschDesign *d, const RaschFit *f, int32 u, ThetaMethod method,
		 Theta **known, double z)
{
	int32		c = d->unit_pattern[u];
	Theta		x = {true, NAN, NAN};

	if (c >= 0)
	{
		const RaschPattern *p = &d->pattern[c];
		Theta	   *cached;

		if (known[c] == NULL)
			known[c] = array_alloc0((Size) p->n_items + 1, sizeof(Theta));
		cached = &known[c][d->unit_score[u]];
		if (!cached->known)
			rasch_theta(p, f->difficulty, d->unit_score[u], method, &cached->theta, &cached->se);
		cached->known = true;
		x = *cached;
	}
	srf_int64(row, c >= 0 ? d->pattern[c].n_items : 0);
	srf_int64(row, d->unit_score[u]);
	srf_float8(row, x.theta);
	srf_float8(row, x.se);
	srf_float8(row, x.theta - z * x.se);
	srf_float8(row, x.theta + z * x.se);
	srf_cstring(row, unit_status(d, u));
}

PG_FUNCTION_INFO_V1(score_matrix_rasch_persons);
Datum
score_matrix_rasch_persons(PG_FUNCTION_ARGS)
{
	static const ArgChoice methods[] = {{"wle", THETA_WLE}, {"ml", THETA_ML}, {NULL, 0}};
	ThetaMethod method = arg_choice(fcinfo, 1, "method", methods);
	double		confidence = arg_confidence(fcinfo, 2);
	BinaryTable t;
	RaschDesign d;
	RaschFit	f;
	ScoreMatrix *m;
	SrfRow		row;
	Theta	  **known;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	m = binary_scores(fcinfo, &t);
	rasch_design(&t, &d);
	if (d.n_active > 0)
		fit_rasch(m, &d, false, &f);
	known = array_alloc0(d.n_patterns, sizeof(Theta *));
	for (int32 u = 0; u < t.n_units; u++)
	{
		char	   *name = score_matrix_unit_name(m, u);

		srf_cstring(&row, name);
		put_unit(&row, &d, &f, u, method, known, hd_norm_quantile((1 + confidence) / 2));
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

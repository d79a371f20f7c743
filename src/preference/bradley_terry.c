/*-------------------------------------------------------------------------
 *
 * bradley_terry.c
 *	  SQL functions: ratings of items by the Bradley-Terry model.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "lib/stringinfo.h"
#include "preference/bradley_terry_args.h"
#include "preference/comparisons.h"

/* groups that an error message lists */
#define MAX_LISTED 8

BtTies
bt_ties_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"half", BT_TIES_HALF},
		{"davidson", BT_TIES_DAVIDSON},
		{"drop", BT_TIES_DROP},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "ties", choice);
}

static RatingScale
scale_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"log", SCALE_LOG},
		{"elo", SCALE_ELO},
		{"worth", SCALE_WORTH},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "scale", choice);
}

BtVariance
bt_variance_arg(FunctionCallInfo fcinfo, int arg, const PreferenceData *d)
{
	static const ArgChoice choice[] = {
		{"model", BT_MODEL},
		{"sandwich", BT_SANDWICH},
		{"rater", BT_RATER},
		{"prompt", BT_PROMPT},
		{"two_way", BT_TWO_WAY},
		{NULL, 0}
	};
	BtVariance	v = arg_choice(fcinfo, arg, "ci", choice);
	bool		by_rater = v == BT_RATER || v == BT_TWO_WAY;
	bool		by_prompt = v == BT_PROMPT || v == BT_TWO_WAY;

	if (by_rater && d->n_raters == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no comparison names a rater"),
				 errhint("Intervals by rater need comparisons_agg(a, b, outcome, rater).")));
	if (by_prompt && d->n_prompts == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no comparison names a prompt"),
				 errhint("Intervals by prompt need comparisons_agg(a, b, outcome, rater, prompt).")));
	return v;
}

double
bt_prior_arg(FunctionCallInfo fcinfo, int arg)
{
	double		v;

	if (!arg_given(fcinfo, arg))
		arg_is_null("prior");
	v = arg_float8(fcinfo, arg, "prior", 0);
	if (v < 0 || v > BT_MAX_PRIOR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior must be between 0 and %g", BT_MAX_PRIOR),
				 errdetail("It is %g.", v),
				 errhint("Accepted is a number of wins that every item is given against the field, such as 0.1.")));
	return v;
}

bool
bt_components_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"error", false},
		{"components", true},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "on_disconnected", choice);
}

bool
bt_bool_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	return PG_GETARG_BOOL(arg);
}

int32
bt_item_arg(FunctionCallInfo fcinfo, int arg, const char *what, Comparisons *c)
{
	int32		item;

	if (!arg_given(fcinfo, arg))
		return -1;
	item = comparisons_find_item(c, PG_GETARG_DATUM(arg));
	if (item < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s \"%s\" is none of the items", what, TextDatumGetCString(PG_GETARG_DATUM(arg))),
				 errhint("Accepted is the name of an item that was compared, or NULL.")));
	return item;
}

/* ---- what cannot be estimated ---- */

/* One scale needs one component */
void
bt_require_connected(const BtModel *m, Comparisons *c)
{
	StringInfoData list;

	if (m->n_components < 2)
		return;
	initStringInfo(&list);
	for (int32 k = 0; k < m->n_components && k < MAX_LISTED; k++)
		appendStringInfo(&list, "%s%d (%s \"%s\")", k > 0 ? ", " : "", m->component_size[k],
						 m->component_size[k] == 1 ? "it is" : "with",
						 comparisons_item_name(c, m->component_item[k]));
	if (m->n_components > MAX_LISTED)
		appendStringInfoString(&list, ", ...");
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("items fall into %d groups that were not compared with each other", m->n_components),
			 errdetail("Numbers of items in the groups: %s.", list.data),
			 errhint("Collect comparisons such as \"%s\" with \"%s\", or rate each group on its own scale by on_disconnected => 'components'.",
					 comparisons_item_name(c, m->component_item[0]),
					 comparisons_item_name(c, m->component_item[1]))));
}

static void
check_block_sizes(const BtModel *m)
{
	for (int32 k = 0; k < m->n_blocks; k++)
		if (m->block[k].n > BT_MAX_BLOCK)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many items for one scale"),
					 errdetail("There are %d, at most %d can be rated together.", m->block[k].n, BT_MAX_BLOCK),
					 errhint("Take a part of them by only_items().")));
}

void
bt_fit_or_fail(BtModel *m)
{
	check_block_sizes(m);
	switch (bt_fit(m))
	{
		case BT_DONE:
			break;
		case BT_ONLY_TIES:
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the chance of a tie cannot be estimated"),
					 errdetail("Among items whose difference is finite, every comparison is a tie."),
					 errhint("Use ties => 'half'.")));
			break;
		case BT_SINGULAR:
		case BT_NO_CONVERGENCE:
			if (m->n_nuisance > 0)
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("the model has no unique finite estimate"),
						 errdetail("These comparisons do not tell the strengths of items from the effect of order or the chance of a tie."),
						 errhint("Collect more comparisons, in both orders, or leave out order_effect and ties => 'davidson'.")));
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the fit did not converge"),
					 errdetail("Chances come too close to 0 or 1 for %d steps.", BT_MAX_STEPS),
					 errhint("Set a prior greater than 0, or a greater one.")));
			break;
	}
}

/* ---- bradley_terry ---- */

static void
put_rating(SrfRow *row, Comparisons *c, const BtModel *m, int32 i, const Rating *r)
{
	const BtItem *item = &m->item[i];
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, comparisons_item_name(c, i));
	srf_float8(row, r->rating);
	srf_float8(row, r->se);
	srf_float8(row, r->ci_low);
	srf_float8(row, r->ci_high);
	if (item->status == RATING_ALONE)
	{
		srf_null(row);
		srf_null(row);
	}
	else
	{
		srf_int64(row, r->rank_low);
		srf_int64(row, r->rank_high);
	}
	srf_int64(row, item->n);
	srf_float8(row, item->win);
	srf_float8(row, item->loss);
	srf_float8(row, item->tie);
	srf_int64(row, item->component + 1);
	srf_cstring(row, rating_status_name(item->status));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(comparisons_bradley_terry);
Datum
comparisons_bradley_terry(PG_FUNCTION_ARGS)
{
	Comparisons *c;
	const PreferenceData *d;
	BtOptions	opt = {.ties = bt_ties_arg(fcinfo, 1), .prior = bt_prior_arg(fcinfo, 2),
		.scale = scale_arg(fcinfo, 3), .order_effect = bt_bool_arg(fcinfo, 6, "order_effect"),
	.confidence = arg_confidence(fcinfo, 7)};
	bool		by_component = bt_components_arg(fcinfo, 8);
	BtModel    *m;
	Rating	   *rating;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	d = comparisons_data(c);
	opt.anchor = bt_item_arg(fcinfo, 4, "anchor", c);
	opt.variance = bt_variance_arg(fcinfo, 5, d);
	m = bt_prepare(d, &opt);
	if (!by_component)
		bt_require_connected(m, c);
	bt_fit_or_fail(m);
	bt_covary(m);
	rating = bt_rate(m);
	for (int32 i = 0; i < d->n_items; i++)
		put_rating(&row, c, m, i, &rating[i]);
	return (Datum) 0;
}

/* ---- bradley_terry_model ---- */

static void
put_estimate(SrfRow *row, const char *parameter, BtEstimate e, const char *note)
{
	srf_cstring(row, parameter);
	srf_float8(row, e.value);
	srf_float8(row, e.se);
	srf_float8(row, e.ci_low);
	srf_float8(row, e.ci_high);
	srf_cstring(row, note);
	srf_end_row(row);
}

static void
put_number(SrfRow *row, const char *parameter, double value, const char *note)
{
	put_estimate(row, parameter, (BtEstimate) {value, NAN, NAN, NAN}, note);
}

static int64
count_comparisons(const PreferenceData *d)
{
	int64		n = 0;

	for (int64 r = 0; r < d->n_rows; r++)
		n += d->count[r];
	return n;
}

/* Twice what the log-likelihood gains by the effect of order */
static double
order_likelihood_ratio(const BtModel *m)
{
	BtOptions	opt = m->opt;
	BtModel    *plain;

	opt.order_effect = false;
	plain = bt_prepare(m->d, &opt);
	bt_fit_or_fail(plain);
	return fmax(0, 2 * (m->log_likelihood - plain->log_likelihood));
}

PG_FUNCTION_INFO_V1(comparisons_bradley_terry_model);
Datum
comparisons_bradley_terry_model(PG_FUNCTION_ARGS)
{
	Comparisons *c;
	const PreferenceData *d;
	BtOptions	opt = {.ties = bt_ties_arg(fcinfo, 1), .prior = bt_prior_arg(fcinfo, 2), .anchor = -1,
		.order_effect = bt_bool_arg(fcinfo, 4, "order_effect"), .confidence = arg_confidence(fcinfo, 5)};
	bool		by_component = bt_components_arg(fcinfo, 6);
	BtModel    *m;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	d = comparisons_data(c);
	opt.variance = bt_variance_arg(fcinfo, 3, d);
	m = bt_prepare(d, &opt);
	if (!by_component)
		bt_require_connected(m, c);
	bt_fit_or_fail(m);
	bt_covary(m);

	put_number(&row, "n_comparisons", (double) count_comparisons(d), NULL);
	put_number(&row, "n_items", d->n_items, NULL);
	put_number(&row, "n_pairs", m->n_pairs, "pairs of items, each order by itself");
	put_number(&row, "n_components", m->n_components, NULL);
	put_number(&row, "weight", m->n_weight, "of the comparisons between items with a finite difference: the fit rests on them");
	if (m->item_clusters)
		put_number(&row, "n_clusters", (double) m->n_clusters,
				   opt.variance == BT_TWO_WAY ? "the fewer of raters and prompts" : NULL);
	put_number(&row, "iterations", m->iterations, NULL);
	put_number(&row, "log_likelihood", m->log_likelihood, NULL);
	put_number(&row, "deviance", m->deviance, "against one chance for each pair and order");
	put_number(&row, "deviance_df", (double) m->deviance_df, NULL);
	if (opt.order_effect)
	{
		put_estimate(&row, "order_effect", bt_order_effect(m), "log odds in favour of the item shown first");
		put_number(&row, "order_effect_lr", m->has_order ? order_likelihood_ratio(m) : NAN,
				   "likelihood ratio, chi-squared with 1 df if there is no effect and comparisons are independent");
	}
	if (opt.ties == BT_TIES_DAVIDSON)
		put_estimate(&row, "nu", bt_nu(m), "between equals the chance of a tie is nu / (2 + nu)");
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * plackett_luce.c
 *	  SQL functions: ratings of items by the Plackett-Luce model.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "lib/stringinfo.h"
#include "preference/plackett_luce.h"
#include "preference/rankings.h"

/* groups that an error message lists */
#define MAX_LISTED 8

/* pseudo-rankings beyond this leave nothing of the data */
#define MAX_PRIOR 1e6

/* ---- the state as plain arrays ---- */

static RankingData *
ranking_data(const Rankings *r)
{
	RankingData *d = palloc0(sizeof(RankingData));
	uint32		n_rows = r->rows.n;
	/* of a key, all words but the first are items */
	Size		n_ranked = r->rows.key_bytes / 4 - n_rows;
	int64	   *start = array_alloc((Size) n_rows + 1, sizeof(int64));
	int32	   *item = array_alloc(n_ranked, sizeof(int32));
	bool	   *tied = array_alloc(n_ranked, sizeof(bool));
	int32	   *rater = array_alloc(n_rows, sizeof(int32));
	double	   *weight = array_alloc(n_rows, sizeof(double));
	int64		at = 0;

	for (uint32 i = 0; i < n_rows; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);

		HD_CHECK_EVERY(i);
		start[i] = at;
		rater[i] = rankings_rater(row);
		weight[i] = rankings_weight(r, i);
		for (int k = 0; k < n; k++, at++)
		{
			item[at] = rankings_item(row, k);
			tied[at] = rankings_tied(row, k);
		}
	}
	start[n_rows] = at;
	d->n_items = r->items.n;
	d->n_raters = r->raters.n;
	d->n_rows = n_rows;
	d->start = start;
	d->item = item;
	d->tied = tied;
	d->rater = rater;
	d->weight = weight;
	d->count = r->count;
	return d;
}

static char *
item_name(const Rankings *r, int32 item)
{
	return id_cstring(r->item_kind, &r->items, item);
}

/* ---- options ---- */

static double
prior_arg(FunctionCallInfo fcinfo, int arg)
{
	double		v;

	if (!arg_given(fcinfo, arg))
		arg_is_null("prior");
	v = arg_float8(fcinfo, arg, "prior", 0);
	if (v < 0 || v > MAX_PRIOR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior must be between 0 and %g", MAX_PRIOR),
				 errdetail("It is %g.", v),
				 errhint("Accepted is a number of pseudo-rankings such as 0.5: so many times every item wins, and loses, against an item that is not there.")));
	return v;
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

static PlVariance
variance_arg(FunctionCallInfo fcinfo, int arg, const Rankings *r)
{
	static const ArgChoice choice[] = {
		{"model", PL_MODEL},
		{"sandwich", PL_SANDWICH},
		{"rater", PL_RATER},
		{NULL, 0}
	};
	PlVariance	v = arg_choice(fcinfo, arg, "ci", choice);

	if (v == PL_RATER && r->raters.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no ranking names a rater"),
				 errhint("Intervals by rater need rankings_agg(ranking, rater).")));
	return v;
}

static bool
components_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"error", false},
		{"components", true},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "on_disconnected", choice);
}

static bool
bottom_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice choice[] = {
		{"tied", false},
		{"unordered", true},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "bottom", choice);
}

static int32
anchor_arg(FunctionCallInfo fcinfo, int arg, Rankings *r)
{
	ColumnKey	k;
	int64		item = -1;

	if (!arg_given(fcinfo, arg))
		return -1;
	if (r->item_kind != ID_NONE && id_key_of_text(r->item_kind, PG_GETARG_DATUM(arg), &k))
		item = dict_find(&r->items, k.prefix, k.bytes, k.len);
	if (item < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("anchor \"%s\" is none of the items", TextDatumGetCString(PG_GETARG_DATUM(arg))),
				 errhint("Accepted is the name of an item that was ranked, or NULL.")));
	return (int32) item;
}

/* ---- what cannot be estimated ---- */

/* One scale needs one component */
static void
require_connected(const PlModel *m, const Rankings *r)
{
	StringInfoData list;

	if (m->n_components < 2)
		return;
	initStringInfo(&list);
	for (int32 k = 0; k < m->n_components && k < MAX_LISTED; k++)
		appendStringInfo(&list, "%s%d (%s \"%s\")", k > 0 ? ", " : "", m->component_size[k],
						 m->component_size[k] == 1 ? "it is" : "with",
						 item_name(r, m->component_item[k]));
	if (m->n_components > MAX_LISTED)
		appendStringInfoString(&list, ", ...");
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("items fall into %d groups that no ranking links", m->n_components),
			 errdetail("Numbers of items in the groups: %s.", list.data),
			 errhint("Collect rankings that have both \"%s\" and \"%s\", or rate each group on its own scale by on_disconnected => 'components'.",
					 item_name(r, m->component_item[0]), item_name(r, m->component_item[1]))));
}

static void
fit_or_fail(PlModel *m)
{
	if (m->largest_tie > 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items are tied with each other"),
				 errdetail("There are %d, at most %d can be.", m->largest_tie, PL_MAX_ORDER),
				 errhint("If nobody ordered the last of a ranking, use bottom => 'unordered'.")));
	if (m->n_params > PL_MAX_PARAMETERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items for one model"),
				 errdetail("It has %d parameters, at most %d can be estimated.", m->n_params,
						   PL_MAX_PARAMETERS),
				 errhint("Take a part of the items by only_items().")));
	if (pl_fit(m) == PL_DONE)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the model has no unique finite estimate"),
			 m->n_orders > 0
			 ? errdetail("These rankings do not tell how likely ties are, for instance because each that was possible occurred.")
			 : errdetail("Chances are too close to 0 or 1, and the fit does not converge."),
			 m->n_orders > 0
			 ? errhint("Collect rankings without ties as well, or leave ties in the last place out by bottom => 'unordered'.")
			 : errhint("Set a prior greater than 0.")));
}

/* ---- plackett_luce ---- */

static void
put_rating(SrfRow *row, const Rankings *r, const PlModel *m, int32 i, const Rating *rating)
{
	const PlItem *item = &m->item[i];
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, item_name(r, i));
	srf_float8(row, rating->rating);
	srf_float8(row, rating->se);
	srf_float8(row, rating->ci_low);
	srf_float8(row, rating->ci_high);
	if (item->status == RATING_ALONE)
	{
		srf_null(row);
		srf_null(row);
	}
	else
	{
		srf_int64(row, rating->rank_low);
		srf_int64(row, rating->rank_high);
	}
	srf_int64(row, item->n);
	srf_int64(row, item->component + 1);
	srf_cstring(row, rating_status_name(item->status));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(rankings_plackett_luce);
Datum
rankings_plackett_luce(PG_FUNCTION_ARGS)
{
	Rankings   *r;
	PlOptions	opt = {.prior = prior_arg(fcinfo, 1), .scale = scale_arg(fcinfo, 2),
		.confidence = arg_confidence(fcinfo, 5), .bottom_unordered = bottom_arg(fcinfo, 7)};
	bool		by_component = components_arg(fcinfo, 6);
	PlModel    *m;
	Rating	   *rating;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = rankings_get(PG_GETARG_DATUM(0));
	opt.anchor = anchor_arg(fcinfo, 3, r);
	opt.variance = variance_arg(fcinfo, 4, r);
	m = pl_prepare(ranking_data(r), &opt);
	if (!by_component)
		require_connected(m, r);
	fit_or_fail(m);
	pl_covary(m);
	rating = pl_rate(m);
	for (int32 i = 0; i < m->d->n_items; i++)
		put_rating(&row, r, m, i, &rating[i]);
	return (Datum) 0;
}

/* ---- plackett_luce_model ---- */

static void
put_estimate(SrfRow *row, const char *parameter, Rating e, const char *note)
{
	srf_cstring(row, parameter);
	srf_float8(row, e.rating);
	srf_float8(row, e.se);
	srf_float8(row, e.ci_low);
	srf_float8(row, e.ci_high);
	srf_cstring(row, note);
	srf_end_row(row);
}

static void
put_number(SrfRow *row, const char *parameter, double value, const char *note)
{
	Rating		e = {.rating = value, .se = NAN, .ci_low = NAN, .ci_high = NAN};

	put_estimate(row, parameter, e, note);
}

PG_FUNCTION_INFO_V1(rankings_plackett_luce_model);
Datum
rankings_plackett_luce_model(PG_FUNCTION_ARGS)
{
	Rankings   *r;
	PlOptions	opt = {.prior = prior_arg(fcinfo, 1), .anchor = -1,
		.confidence = arg_confidence(fcinfo, 3), .bottom_unordered = bottom_arg(fcinfo, 5)};
	bool		by_component = components_arg(fcinfo, 4);
	PlModel    *m;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = rankings_get(PG_GETARG_DATUM(0));
	opt.variance = variance_arg(fcinfo, 2, r);
	m = pl_prepare(ranking_data(r), &opt);
	if (!by_component)
		require_connected(m, r);
	fit_or_fail(m);
	pl_covary(m);

	put_number(&row, "n_rankings", (double) r->total, NULL);
	put_number(&row, "n_items", m->d->n_items, NULL);
	put_number(&row, "n_components", m->n_components, NULL);
	put_number(&row, "n_choices", (double) m->n_choices,
			   "between items with a finite difference: the fit rests on them");
	put_number(&row, "n_parameters", m->n_params, NULL);
	if (m->item_clusters)
		put_number(&row, "n_clusters", (double) m->n_clusters, NULL);
	put_number(&row, "iterations", m->iterations, NULL);
	put_number(&row, "log_likelihood", m->log_likelihood, opt.prior > 0 ? "without the pseudo-rankings" : NULL);
	for (int o = 0; o < m->n_orders; o++)
	{
		char		name[16];

		snprintf(name, sizeof(name), "tie%d", m->order[o]);
		put_estimate(&row, name, pl_tie(m, o), "delta: how ready people are to tie so many items");
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * breakdown.c
 *	  SQL functions: agreement by pair of raters, rater, item and category.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/measure.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"

/* a matrix of more cells is no longer read by anybody */
#define MAX_COINCIDENCE_LABELS 2000

/* ---- pairs of raters ---- */

typedef struct PairSink
{
	SrfRow	   *row;
	const Measure *q;
} PairSink;

static void
put_name(SrfRow *row, const Measure *q, int32 rater)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, id_cstring(q->r->kind.rater, &q->r->raters, rater));
	MemoryContextSwitchTo(old);
}

static void
put_category(SrfRow *row, const Measure *q, int32 category)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, category < 0 ? NULL : category_cstring(q, category));
	MemoryContextSwitchTo(old);
}

static void
put_pair(void *arg, const RaterPairRow *p)
{
	PairSink   *s = arg;

	put_name(s->row, s->q, p->a);
	put_name(s->row, s->q, p->b);
	srf_int64(s->row, p->n_items);
	srf_float8(s->row, p->percent_agreement);
	srf_float8(s->row, p->expected);
	srf_float8(s->row, p->percent_agreement - p->expected);
	srf_float8(s->row, p->kappa);
	srf_float8(s->row, p->se);
	srf_float8(s->row, p->ci_low);
	srf_float8(s->row, p->ci_high);
	srf_end_row(s->row);
}

PG_FUNCTION_INFO_V1(ratings_rater_pairs);
Datum
ratings_rater_pairs(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	Measure		q;
	Disagreement w;
	SrfRow		row;
	PairSink	sink = {&row, &q};

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 3, &q);
	measure_disagreement(&q, level->kappa, &w);
	rater_pair_rows(&q.m, &w, confidence, put_pair, &sink);
	return (Datum) 0;
}

/* ---- raters ---- */

/*
 * What the number of a person stands on, in words.  Below ten items, or with
 * an interval wider than a third of the scale, nothing should follow from it.
 */
static const char *
evidence_of(const RaterRow *p)
{
	const char *verdict = "";

	if (p->n_items == 0)
		return "none: nobody else rated these items";
	if (p->n_expected == 0)
		return psprintf("too little: only one other rating on each of the " INT64_FORMAT " shared items",
						p->n_items);
	if (p->n_items < 10)
		verdict = "too little: ";
	else if (!(p->ci_high - p->ci_low < 1.0 / 3))
		verdict = "too little, the interval is wide: ";
	return psprintf("%s" INT64_FORMAT " %s shared with others, " INT64_FORMAT " of them with two or more",
					verdict, p->n_items, p->n_items == 1 ? "item" : "items", p->n_expected);
}

static void
put_rank(SrfRow *row, int32 rank)
{
	if (rank == 0)
		srf_null(row);
	else
		srf_int64(row, rank);
}

PG_FUNCTION_INFO_V1(ratings_rater_agreement);
Datum
ratings_rater_agreement(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	Measure		q;
	Disagreement w;
	SrfRow		row;
	RaterRow   *rater;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 3, &q);
	measure_disagreement(&q, level->kappa, &w);
	rater = rater_rows(&q.m, &w, confidence);
	for (int32 g = 0; g < q.m.n_raters; g++)
	{
		const RaterRow *p = &rater[g];

		put_name(&row, &q, g);
		srf_int64(&row, p->n_items);
		srf_int64(&row, p->n_ratings);
		srf_float8(&row, p->value);
		srf_float8(&row, p->ci_low);
		srf_float8(&row, p->ci_high);
		srf_int64(&row, p->n_expected);
		srf_float8(&row, p->expected);
		srf_float8(&row, p->excess);
		srf_float8(&row, p->excess_low);
		srf_float8(&row, p->excess_high);
		srf_float8(&row, p->shrunk);
		put_rank(&row, p->rank_low);
		put_rank(&row, p->rank_high);
		srf_cstring(&row, evidence_of(p));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- items ---- */

PG_FUNCTION_INFO_V1(ratings_item_agreement);
Datum
ratings_item_agreement(PG_FUNCTION_ARGS)
{
	const Level *level = level_arg(fcinfo, 1);
	Measure		q;
	Disagreement w;
	SrfRow		row;
	ItemRow    *item;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 2, &q);
	measure_disagreement(&q, level->kappa, &w);
	item = item_rows(&q.m, &w);
	for (int32 i = 0, fact = 0; i < q.m.n_items; i++)
	{
		const ItemRow *p = &item[i];
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, id_cstring(q.r->kind.item, &q.r->items, i));
		srf_int64(&row, p->n_ratings);
		srf_float8(&row, p->agreement);
		srf_int64(&row, p->n_labels);
		put_category(&row, &q, p->majority);
		srf_float8(&row, p->majority_count / (double) p->n_ratings);
		srf_float8(&row, p->entropy);
		if (fact < q.r->n_item_clusters && q.r->cluster_item[fact] == i)
			srf_cstring(&row, id_cstring(ID_TEXT, &q.r->clusters, q.r->cluster[fact++]));
		else
			srf_null(&row);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- categories ---- */

PG_FUNCTION_INFO_V1(ratings_category_agreement);
Datum
ratings_category_agreement(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	SrfRow		row;
	CategoryRow *category;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 2, &q);
	category = category_rows(&q.m, confidence);
	for (int32 k = 0; k < q.m.n_categories; k++)
	{
		const CategoryRow *p = &category[k];

		put_category(&row, &q, k);
		srf_int64(&row, p->n_ratings);
		srf_int64(&row, p->n_items);
		srf_float8(&row, p->share);
		srf_float8(&row, p->specific);
		srf_float8(&row, p->se);
		srf_float8(&row, p->ci_low);
		srf_float8(&row, p->ci_high);
		srf_float8(&row, p->kappa);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(ratings_coincidences);
Datum
ratings_coincidences(PG_FUNCTION_ARGS)
{
	Measure		q;
	SrfRow		row;
	double	   *o,
			   *n;
	double		total = 0;
	int32		c;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 1, &q);
	c = q.m.n_categories;
	if (c > MAX_COINCIDENCE_LABELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many labels for a coincidence matrix"),
				 errdetail("There are %d labels, the limit is %d.", c, MAX_COINCIDENCE_LABELS),
				 errhint("Round or group the values before ratings_agg.")));
	o = array_alloc0((Size) c * c, sizeof(double));
	n = array_alloc0(c, sizeof(double));
	coincidence_matrix(&q.m, o, n);
	for (int32 k = 0; k < c; k++)
		total += n[k];
	for (int32 k = 0; k < c; k++)
		for (int32 l = 0; l < c; l++)
		{
			put_category(&row, &q, k);
			put_category(&row, &q, l);
			srf_float8(&row, o[(Size) k * c + l]);
			/* Krippendorff (2011): e_kl = n_k (n_l - [k = l]) / (N - 1) */
			srf_float8(&row, total > 1 ? n[k] * (n[l] - (k == l)) / (total - 1) : NAN);
			srf_float8(&row, total > 0 ? o[(Size) k * c + l] / total : NAN);
			srf_end_row(&row);
		}
	return (Datum) 0;
}

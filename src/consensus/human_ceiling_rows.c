/*-------------------------------------------------------------------------
 *
 * human_ceiling_rows.c
 *	  SQL function: the human ceiling of a judge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/ratings.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "consensus/human_ceiling.h"
#include "utils/builtins.h"

static const ArgChoice metric_names[] = {
	{"accuracy", METRIC_ACCURACY}, {"cohen_kappa", METRIC_KAPPA}, {"mcc", METRIC_MCC},
	{"macro_f1", METRIC_MACRO_F1}, {"weighted_f1", METRIC_WEIGHTED_F1}, {NULL}
};

static const ArgChoice reference_names[] = {
	{"pairwise", REFERENCE_PAIRWISE}, {"majority", REFERENCE_MAJORITY}, {NULL}
};

/* Settled ratings as plain arrays */
static void
ratings_matrix(const Ratings *r, RatingMatrix *m)
{
	int32	   *cluster;

	m->n_items = r->n_items;
	m->n_raters = (int32) r->raters.n;
	m->n_categories = (int32) r->labels.n;
	m->n_obs = r->n_obs;
	m->start = r->start;
	m->rater = r->rater;
	m->category = r->label;
	m->n_clusters = 0;
	m->cluster = NULL;
	if (r->n_item_clusters == 0)
		return;
	/* items without a cluster are clusters of their own */
	cluster = array_alloc(r->n_items, sizeof(int32));
	for (int32 i = 0; i < r->n_items; i++)
		cluster[i] = -1;
	for (int32 f = 0; f < r->n_item_clusters; f++)
		cluster[r->cluster_item[f]] = r->cluster[f];
	m->n_clusters = (int32) r->clusters.n;
	for (int32 i = 0; i < r->n_items; i++)
		if (cluster[i] < 0)
			cluster[i] = m->n_clusters++;
	m->cluster = cluster;
}

static int32
judge_code(FunctionCallInfo fcinfo, Ratings *r)
{
	ColumnKey	k;
	int64		code = -1;

	if (!arg_given(fcinfo, 1))
		return -1;
	if (id_key_of_text(r->kind.rater, PG_GETARG_DATUM(1), &k))
		code = dict_find(&r->raters, k.prefix, k.bytes, k.len);
	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("judge \"%s\" is not among the raters", text_to_cstring(PG_GETARG_TEXT_PP(1)))));
	return (int32) code;
}

/* What the number of a person stands on; the limits are those of rater_agreement */
static const char *
evidence_of(const CeilingRow *p, CeilingReference reference)
{
	const char *verdict = "";

	if (p->n_items == 0)
		return reference == REFERENCE_MAJORITY ? "none: no item has a majority of others" :
			"none: nobody else labelled these items";
	if (isnan(p->value))
		return "none: one label only";
	if (p->n_items < 10)
		verdict = "too little: ";
	else if (isnan(p->low))
		verdict = "no interval, nothing varies: ";
	else if (!(p->high - p->low < 1.0 / 3))
		verdict = "too little, the interval is wide: ";
	if (reference == REFERENCE_MAJORITY)
		return psprintf("%s" INT64_FORMAT " %s with a majority of others", verdict,
						p->n_items, p->n_items == 1 ? "item" : "items");
	return psprintf("%s" INT64_FORMAT " %s shared with others, " INT64_FORMAT " of them with two or more",
					verdict, p->n_items, p->n_items == 1 ? "item" : "items", p->n_expected);
}

static void
put_excess(SrfRow *row, const Excess *e)
{
	srf_float8(row, e->value);
	srf_float8(row, e->low);
	srf_float8(row, e->high);
}

static void
put_nulls(SrfRow *row, int n)
{
	while (n-- > 0)
		srf_null(row);
}

static void
put_rank(SrfRow *row, int32 rank)
{
	if (rank == 0)
		srf_null(row);
	else
		srf_int64(row, rank);
}

/* A person, or the judge against all of them */
static void
put_rater(SrfRow *row, const Ratings *r, const Ceiling *c, int32 g, bool is_judge, CeilingReference reference)
{
	const CeilingRow *p = &c->rater[g];
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, id_cstring(r->kind.rater, &r->raters, g));
	srf_cstring(row, is_judge ? "judge" : "person");
	srf_int64(row, p->n_items);
	srf_int64(row, p->n_pairs);
	srf_float8(row, p->value);
	srf_float8(row, p->low);
	srf_float8(row, p->high);
	srf_float8(row, p->expected);
	put_excess(row, &p->excess);
	if (is_judge)
		put_nulls(row, 4);
	else
	{
		srf_float8(row, p->judge);
		put_excess(row, &p->ahead);
	}
	srf_float8(row, is_judge ? c->percentile : NAN);
	srf_float8(row, p->shrunk);
	put_rank(row, p->rank_low);
	put_rank(row, p->rank_high);
	srf_cstring(row, evidence_of(p, reference));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

static void
put_ceiling(SrfRow *row, const Ceiling *c, bool has_judge)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_null(row);
	srf_cstring(row, "ceiling");
	put_nulls(row, 2);
	srf_float8(row, c->value);
	srf_float8(row, c->low);
	srf_float8(row, c->high);
	put_nulls(row, 4);
	srf_float8(row, c->judge);
	put_excess(row, &c->ahead);
	put_nulls(row, 4);
	srf_cstring(row, has_judge ?
				psprintf("mean of %d %s, the judge on the items of %d of them", c->n_people,
						 c->n_people == 1 ? "person" : "people", c->n_compared) :
				psprintf("mean of %d %s", c->n_people, c->n_people == 1 ? "person" : "people"));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(ratings_human_ceiling);
Datum
ratings_human_ceiling(PG_FUNCTION_ARGS)
{
	LabelMetric metric = arg_choice(fcinfo, 2, "metric", metric_names);
	CeilingReference reference = arg_choice(fcinfo, 3, "reference", reference_names);
	double		confidence = arg_confidence(fcinfo, 4);
	SrfRow		row;
	Ratings    *r;
	RatingMatrix m;
	int32		judge;
	Ceiling    *c;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = ratings_get_consistent(PG_GETARG_DATUM(0));
	ratings_matrix(r, &m);
	judge = judge_code(fcinfo, r);
	c = human_ceiling(&m, judge, metric, reference, confidence);
	if (judge >= 0)
		put_rater(&row, r, c, judge, true, reference);
	put_ceiling(&row, c, judge >= 0);
	for (int32 g = 0; g < m.n_raters; g++)
		if (g != judge)
			put_rater(&row, r, c, g, false, reference);
	return (Datum) 0;
}

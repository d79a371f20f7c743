/*-------------------------------------------------------------------------
 *
 * severity_access.c
 *	  SQL functions: severity of raters, adjusted scores, drift, halo.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/severity.h"
#include "utils/timestamp.h"

static const char *
evidence_of(int64 units, bool clustered)
{
	return psprintf("%s" INT64_FORMAT " %s%s shared with others", units < SEVERITY_ENOUGH ? "too little: " : "",
					units, clustered ? "cluster" : "item", units == 1 ? "" : "s");
}

static const char *
severity_note(const Additive *a, int32 r, const SeverityRow *s)
{
	StringInfoData note;

	if (isnan(s->severity))
		return "shares no item with another rater";
	initStringInfo(&note);
	if (isnan(s->se))
		appendStringInfoString(&note, !(a->sse > 0) && a->df > 0 ? "no interval: nothing is left of the scores after items and raters" :
							   "no interval: too few shared items");
	if (a->comp.n > 1)
		appendStringInfo(&note, "%s%d groups of raters share no items: compare within a component only",
						 note.len > 0 ? "; " : "", a->comp.n);
	return note.len > 0 ? note.data : NULL;
}

static void
put_severity(SrfRow *row, const Measure *q, const Additive *a, int32 r, const SeverityRow *s)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, id_cstring(q->r->kind.rater, &q->r->raters, r));
	srf_int64(row, s->n);
	srf_int64(row, s->n_shared);
	srf_float8(row, s->naive_mean);
	srf_float8(row, s->severity);
	srf_float8(row, s->se);
	srf_float8(row, s->ci_low);
	srf_float8(row, s->ci_high);
	srf_float8(row, s->expected);
	srf_float8(row, s->excess);
	srf_float8(row, s->excess_low);
	srf_float8(row, s->excess_high);
	srf_float8(row, s->shrunk);
	if (s->rank_low > 0)
	{
		srf_int64(row, s->rank_low);
		srf_int64(row, s->rank_high);
	}
	else
	{
		srf_null(row);
		srf_null(row);
	}
	srf_int64(row, a->comp.of_rater[r] + 1);
	srf_cstring(row, evidence_of(s->n_units, a->g->n_clusters > 0));
	srf_cstring(row, severity_note(a, r, s));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(ratings_severity);
Datum
ratings_severity(PG_FUNCTION_ARGS)
{
	static const ArgChoice choices[] = {
		{"auto", SEVERITY_AUTO}, {"model", SEVERITY_MODEL}, {"robust", SEVERITY_ROBUST}, {NULL, 0}
	};
	double		confidence = arg_confidence(fcinfo, 1);
	int			variance = arg_choice(fcinfo, 2, "variance", choices);
	Measure		q;
	Graded		g;
	Additive	a;
	SeverityRow *rows;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_ratings(fcinfo, 3, &q, &g);
	additive_fit(&g, true, &a);
	rows = severity_rows(&a, variance, confidence);
	for (int32 r = 0; r < g.n_raters; r++)
		if (a.rater_n[r] > 0)
			put_severity(&row, &q, &a, r, &rows[r]);
	return (Datum) 0;
}

/* ---- items ---- */

PG_FUNCTION_INFO_V1(ratings_adjusted_scores);
Datum
ratings_adjusted_scores(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	Graded		g;
	Additive	a;
	SrfRow		row;
	double		t;
	const char *groups = NULL;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_ratings(fcinfo, 2, &q, &g);
	additive_fit(&g, true, &a);
	t = a.df > 0 ? hd_t_quantile((1 + confidence) / 2, a.df) : NAN;
	if (a.comp.n > 1)
		groups = psprintf("%d groups of raters share no items: compare within a component only", a.comp.n);
	for (int32 i = 0; i < g.n_items; i++)
	{
		AdjustedRow r;
		char	   *name = id_cstring(q.r->kind.item, &q.r->items, i);

		adjusted_row(&a, i, t, &r);
		srf_cstring(&row, name);
		srf_int64(&row, g.start[i + 1] - g.start[i]);
		srf_float8(&row, r.naive_mean);
		srf_float8(&row, r.adjusted);
		srf_float8(&row, r.se);
		srf_float8(&row, r.ci_low);
		srf_float8(&row, r.ci_high);
		srf_int64(&row, a.comp.of_rater[g.rater[g.start[i]]] + 1);
		srf_cstring(&row, isnan(r.adjusted) ? "its rater shares no item with another rater" : groups);
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

/* ---- drift ---- */

static int32 *
ratings_of_raters(const Graded *g)
{
	int32	   *n = array_alloc0(g->n_raters, sizeof(int32));

	for (int32 o = 0; o < g->n_obs; o++)
		n[g->rater[o]]++;
	return n;
}

static void
check_times(const Graded *g, bool revision)
{
	if (g->at == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the ratings carry no times"),
				 errhint("Pass when each rating was given: ratings_agg(item, rater, value, at).")));
	for (int32 o = 0; o < g->n_obs && !revision; o++)
		if (TIMESTAMP_NOT_FINITE(g->at[o]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("ratings with an infinite time have no place on a line")));
}

static const char *
drift_note(const DriftRow *d)
{
	if (isnan(d->slope))
		return "no item shared with others, or all at one time";
	if (isnan(d->se))
		return "no interval: too few shared items, or no scatter";
	return NULL;
}

PG_FUNCTION_INFO_V1(ratings_severity_drift);
Datum
ratings_severity_drift(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	Graded		g;
	DriftRow   *rows;
	SrfRow		row;
	int32	   *n;
	bool		revision;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_ratings(fcinfo, 2, &q, &g);
	if (g.n_obs == 0)
		return (Datum) 0;
	revision = q.r->kind.revision;
	check_times(&g, revision);
	n = ratings_of_raters(&g);
	rows = drift_rows(&g, revision ? 1 : (double) USECS_PER_DAY, confidence);
	for (int32 r = 0; r < g.n_raters; r++)
	{
		const DriftRow *d = &rows[r];
		char	   *name;

		if (n[r] == 0)
			continue;
		name = id_cstring(q.r->kind.rater, &q.r->raters, r);
		srf_cstring(&row, name);
		srf_int64(&row, n[r]);
		srf_int64(&row, d->n);
		srf_float8(&row, d->slope);
		srf_float8(&row, d->se);
		srf_float8(&row, d->ci_low);
		srf_float8(&row, d->ci_high);
		srf_cstring(&row, revision ? "revision" : "day");
		srf_cstring(&row, evidence_of(d->n_units, g.n_clusters > 0));
		srf_cstring(&row, drift_note(d));
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

/* ---- halo ---- */

PG_FUNCTION_INFO_V1(ratings_halo);
Datum
ratings_halo(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	Graded		g;
	ItemPairs	pairs;
	HaloRow    *rows;
	SrfRow		row;
	int32	   *n;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_ratings(fcinfo, 2, &q, &g);
	item_pairs_of(&q, &pairs);
	rows = halo_rows(&g, &pairs, confidence);
	n = ratings_of_raters(&g);
	for (int32 r = 0; r < g.n_raters; r++)
	{
		const HaloRow *h = &rows[r];
		char	   *name;

		if (n[r] == 0)
			continue;
		name = id_cstring(q.r->kind.rater, &q.r->raters, r);
		srf_cstring(&row, name);
		srf_int64(&row, h->n);
		srf_int64(&row, h->n_shared);
		srf_float8(&row, h->value);
		srf_float8(&row, h->expected);
		srf_float8(&row, h->excess);
		srf_float8(&row, h->excess_low);
		srf_float8(&row, h->excess_high);
		srf_cstring(&row, psprintf("%s" INT64_FORMAT " response%s shared with others", h->n_shared < SEVERITY_ENOUGH ? "too little: " : "",
								   h->n_shared, h->n_shared == 1 ? "" : "s"));
		srf_end_row(&row);
		pfree(name);
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * label_use_rows.c
 *	  SQL function: how raters use labels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/label_use.h"
#include "agreement/measure.h"
#include "common/compat.h"
#include "common/srf.h"

typedef struct UseSink
{
	SrfRow	   *row;
	const Measure *q;
} UseSink;

/* What the row stands on, in words; the limits are those of rater_agreement */
static const char *
evidence_of(const LabelUse *u, bool clustered)
{
	const char *verdict = "";
	const char *unit = clustered ? "cluster" : "item";

	if (u->n_units < 10)
		verdict = "too little: ";
	else if (isnan(u->excess_low))
		verdict = "no interval, nothing varies: ";
	else if (u->excess_high - u->excess_low >= 1.0 / 3)
		verdict = "too little, the interval is wide: ";
	return psprintf("%s" INT64_FORMAT " %s%s shared with others", verdict, u->n_units, unit,
					u->n_units == 1 ? "" : "s");
}

static void
put_label_use(void *arg, const LabelUse *u)
{
	UseSink    *s = arg;
	MemoryContext old = MemoryContextSwitchTo(s->row->row_cx);

	srf_cstring(s->row, id_cstring(s->q->r->kind.rater, &s->q->r->raters, u->rater));
	srf_cstring(s->row, category_cstring(s->q, u->category));
	srf_int64(s->row, u->n_items);
	srf_int64(s->row, u->n);
	srf_float8(s->row, u->share);
	srf_float8(s->row, u->others_share);
	srf_float8(s->row, u->excess);
	srf_float8(s->row, u->excess_low);
	srf_float8(s->row, u->excess_high);
	srf_cstring(s->row, evidence_of(u, s->q->m.n_clusters > 0));
	MemoryContextSwitchTo(old);
	srf_end_row(s->row);
}

PG_FUNCTION_INFO_V1(ratings_label_use);
Datum
ratings_label_use(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Measure		q;
	SrfRow		row;
	UseSink		sink = {&row, &q};

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	measure_ratings(fcinfo, 2, &q);
	label_use_rows(&q.m, confidence, put_label_use, &sink);
	return (Datum) 0;
}

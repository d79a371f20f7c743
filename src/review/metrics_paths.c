/*-------------------------------------------------------------------------
 *
 * metrics_paths.c
 *	  SQL functions: the metrics of a process, from the paths of its items.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "datatype/timestamp.h"
#include "review/km.h"
#include "review/paths.h"

/* ---- time in each state ---- */

typedef struct StateTime
{
	int64		n_items;
	int64		n_visits;
	int64		n_open;
	int64		total;			/* microseconds */
	size_t		last;			/* the row behind the item that was counted last */
	Km		   *km;
} StateTime;

static void
add_stay(StateTime *t, const PathStep *step, size_t item)
{
	int64		us = path_duration(step->entered, step->left);

	if (t->last != item)
		t->n_items++;
	t->last = item;
	t->n_visits++;
	t->n_open += step->open;
	if (pg_add_s64_overflow(t->total, us, &t->total))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
	km_put_microseconds(t->km, us, !step->open);
}

static void
put_seconds(SrfRow *row, double v)
{
	if (isnan(v))
		srf_null(row);
	else
		srf_datum(row, path_interval((int64) rint(v * USECS_PER_SEC)));
}

/* time_in_state(paths, as_of, terminal, confidence) */
PG_FUNCTION_INFO_V1(review_paths_time_in_state);
Datum
review_paths_time_in_state(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_needed_as_of(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 3);
	ReviewPaths *p;
	PathEvents	events;
	uint8	   *terminal;
	StateTime  *t;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = paths_get(PG_GETARG_DATUM(0));
	terminal = array_alloc0(p->names.n, sizeof(uint8));
	if (arg_given(fcinfo, 2))
		path_mark_names(fcinfo, 2, "terminal", &p->names, 1, terminal);
	t = array_alloc0(p->names.n, sizeof(StateTime));
	for (uint32 s = 0; s < p->names.n; s++)
		t[s].km = km_new();
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		PathWalk	w;
		PathStep	step;

		HD_CHECK_EVERY(i);
		path_walk(&w, events, as_of);
		while (path_next(&w, &step))
			if (!terminal[step.state])
				add_stay(&t[step.state], &step, i);
	}
	for (uint32 s = 0; s < p->names.n; s++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		KmCurve    *c;
		double		low,
					high;

		if (t[s].n_visits == 0)
			continue;
		km_settle(t[s].km);
		c = km_curve_of(t[s].km);
		km_quantile_bounds(c, 0.5, confidence, KM_LOG_LOG, &low, &high);
		srf_datum(&row, PointerGetDatum(id_text(ID_TEXT, &p->names, s)));
		srf_int64(&row, t[s].n_items);
		srf_int64(&row, t[s].n_visits);
		srf_int64(&row, t[s].n_open);
		srf_datum(&row, path_interval(t[s].total));
		put_seconds(&row, km_quantile_of(c, 0.5));
		put_seconds(&row, low);
		put_seconds(&row, high);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- durations for km accessors ---- */

/* km_of(paths, state, as_of) */
PG_FUNCTION_INFO_V1(review_paths_km_of);
Datum
review_paths_km_of(PG_FUNCTION_ARGS)
{
	ReviewPaths *p = paths_get(PG_GETARG_DATUM(0));
	TimestampTz as_of = path_arg_as_of(fcinfo, 2);
	PathEvents	events;
	Km		   *k = NULL;
	int64		state;

	state = path_find(&p->names, PG_GETARG_DATUM(1));
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		PathWalk	w;
		PathStep	step;

		HD_CHECK_EVERY(i);
		path_walk(&w, events, as_of);
		while (path_next(&w, &step))
		{
			if (step.state != state)
				continue;
			k = k ? k : km_new();
			km_put_microseconds(k, path_duration(step.entered, step.left), !step.open);
		}
	}
	if (k == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(state_datum(&k->state));
}

/* km_of(paths, from_state, to_state, as_of) */
PG_FUNCTION_INFO_V1(review_paths_km_of_cycle);
Datum
review_paths_km_of_cycle(PG_FUNCTION_ARGS)
{
	ReviewPaths *p = paths_get(PG_GETARG_DATUM(0));
	TimestampTz as_of = path_arg_as_of(fcinfo, 3);
	PathEvents	events;
	Km		   *k = NULL;
	int64		from,
				to;

	from = path_find(&p->names, PG_GETARG_DATUM(1));
	to = path_find(&p->names, PG_GETARG_DATUM(2));
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		int64		us;
		bool		observed;

		HD_CHECK_EVERY(i);
		if (!path_cycle(events, from, to, as_of, &us, &observed))
			continue;
		k = k ? k : km_new();
		km_put_microseconds(k, us, observed);
	}
	if (k == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(state_datum(&k->state));
}

/* ---- funnel ---- */

typedef struct StateReach
{
	int64		n_items;
	int64		n_now;
	size_t		last;			/* the row behind the item that was counted last */
} StateReach;

static void
funnel_row(SrfRow *row, text *name, const StateReach *r, int64 n_items, double confidence)
{
	double		low,
				high;

	hd_wilson((double) r->n_items, (double) n_items, confidence, &low, &high);
	srf_datum(row, PointerGetDatum(name));
	srf_int64(row, r->n_items);
	srf_float8(row, (double) r->n_items / (double) n_items);
	srf_float8(row, low);
	srf_float8(row, high);
	srf_int64(row, r->n_now);
	srf_end_row(row);
}

/* funnel(paths, states, as_of, confidence) */
PG_FUNCTION_INFO_V1(review_paths_funnel);
Datum
review_paths_funnel(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 2);
	double		confidence = arg_confidence(fcinfo, 3);
	static const StateReach nobody = {0};
	ReviewPaths *p;
	PathEvents	events;
	StateReach *r;
	SrfRow		row;
	int64		n_items = 0;
	Datum	   *name;
	int			n_names = 0;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = paths_get(PG_GETARG_DATUM(0));
	r = array_alloc0(p->names.n, sizeof(StateReach));
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		PathWalk	w;
		PathStep	step;
		bool		any = false;

		HD_CHECK_EVERY(i);
		path_walk(&w, events, as_of);
		while (path_next(&w, &step))
		{
			any = true;
			if (r[step.state].last != i)
				r[step.state].n_items++;
			r[step.state].last = i;
			r[step.state].n_now += step.open;
		}
		n_items += any;
	}
	if (n_items == 0)
		return (Datum) 0;
	if (!arg_given(fcinfo, 1))
	{
		for (uint32 s = 0; s < p->names.n; s++)
			funnel_row(&row, id_text(ID_TEXT, &p->names, s), &r[s], n_items, confidence);
		return (Datum) 0;
	}
	name = arg_text_array(fcinfo, 1, "states", &n_names);
	for (int i = 0; i < n_names; i++)
	{
		int64		s = path_find(&p->names, name[i]);

		funnel_row(&row, DatumGetTextPP(name[i]), s < 0 ? &nobody : &r[s], n_items, confidence);
	}
	return (Datum) 0;
}

/* ---- yield, rework, rejection ---- */

enum
{
	NO_DECISION,
	REJECTING,
	ACCEPTING
};

typedef struct Decided
{
	int64		n_items;		/* that had begun */
	int64		n_decided;		/* with a decision */
	int64		first_pass;
	int64		reworked;		/* with a rejecting decision */
	int64		accepted;		/* whose last decision accepts */
	int64		decisions;
	int64		rejections;
} Decided;

static void
count_item(Decided *d, PathEvents events, TimestampTz as_of, const uint8 *kind, int64 *n, int64 *rejected)
{
	PathWalk	w;
	PathStep	step;
	uint8		last = NO_DECISION;
	bool		begun = false;

	*n = *rejected = 0;
	path_walk(&w, events, as_of);
	while (path_next(&w, &step))
	{
		begun = true;
		if (kind[step.state] == NO_DECISION)
			continue;
		last = kind[step.state];
		if (*n == 0)
			d->first_pass += last == ACCEPTING;
		++*n;
		*rejected += last == REJECTING;
	}
	d->n_items += begun;
	d->n_decided += *n > 0;
	d->reworked += *rejected > 0;
	d->accepted += last == ACCEPTING;
	d->decisions += *n;
	d->rejections += *rejected;
}

static void
share_row(SrfRow *row, const char *metric, int64 x, int64 n, double n_effective, double confidence, const char *note)
{
	double		low,
				high;

	hd_wilson(n > 0 ? (double) x / (double) n * n_effective : 0, n_effective, confidence, &low, &high);
	srf_cstring(row, metric);
	srf_int64(row, x);
	srf_int64(row, n);
	srf_float8(row, n > 0 ? (double) x / (double) n : NAN);
	srf_float8(row, low);
	srf_float8(row, high);
	srf_cstring(row, n > 0 ? note : "nothing is decided");
	srf_end_row(row);
}

/*
 * Decisions on one item are not independent: the number of independent ones
 * that would have the variance of the ratio over items (Korn & Graubard 1998),
 * never more than there are decisions.
 */
static double
effective_decisions(const Decided *d, const ExactSum *squares)
{
	double		p = (double) d->rejections / (double) d->decisions;
	double		m = (double) d->n_decided;
	double		variance = exactsum_value(squares) * m / ((m - 1) * (double) d->decisions * (double) d->decisions);

	/* where nothing varies as many as there are items */
	if (d->n_decided < 2 || !(variance > 1e-18))
		return m;
	return Min(p * (1 - p) / variance, (double) d->decisions);
}

/* A state cannot be both */
static void
mark_accepting(FunctionCallInfo fcinfo, int arg, Dict *names, uint8 *kind)
{
	uint8	   *accepting = array_alloc0(names->n, sizeof(uint8));

	path_mark_names(fcinfo, arg, "accepting", names, 1, accepting);
	for (uint32 s = 0; s < names->n; s++)
	{
		if (!accepting[s])
			continue;
		if (kind[s] == REJECTING)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("state \"%s\" is both accepting and rejecting", id_cstring(ID_TEXT, names, s))));
		kind[s] = ACCEPTING;
	}
	pfree(accepting);
}

/* process_metrics(paths, accepting, rejecting, as_of, confidence) */
PG_FUNCTION_INFO_V1(review_paths_process_metrics);
Datum
review_paths_process_metrics(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 3);
	double		confidence = arg_confidence(fcinfo, 4);
	ReviewPaths *p;
	PathEvents	events;
	uint8	   *kind;
	Decided		d = {0};
	SrfRow		row;
	ExactSum	squares;
	int64		n,
				rejected;
	double		rate;

	if (PG_ARGISNULL(1))
		arg_is_null("accepting");
	if (PG_ARGISNULL(2))
		arg_is_null("rejecting");
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = paths_get(PG_GETARG_DATUM(0));
	kind = array_alloc0(p->names.n, sizeof(uint8));
	path_mark_names(fcinfo, 2, "rejecting", &p->names, REJECTING, kind);
	mark_accepting(fcinfo, 1, &p->names, kind);
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		HD_CHECK_EVERY(i);
		count_item(&d, events, as_of, kind, &n, &rejected);
	}
	/* again, now that the rate is known: r - rate n of each item */
	rate = d.decisions > 0 ? (double) d.rejections / (double) d.decisions : NAN;
	exactsum_init(&squares);
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		Decided		again = {0};

		HD_CHECK_EVERY(i);
		count_item(&again, events, as_of, kind, &n, &rejected);
		if (n > 0)
			exactsum_add_product(&squares, (double) rejected - rate * (double) n, (double) rejected - rate * (double) n);
	}
	share_row(&row, "decided", d.n_decided, d.n_items, (double) d.n_items, confidence, NULL);
	share_row(&row, "first_pass_yield", d.first_pass, d.n_decided, (double) d.n_decided, confidence, NULL);
	share_row(&row, "accepted", d.accepted, d.n_decided, (double) d.n_decided, confidence, NULL);
	share_row(&row, "rework_rate", d.reworked, d.n_decided, (double) d.n_decided, confidence, NULL);
	share_row(&row, "rejection_rate", d.rejections, d.decisions, d.decisions > 0 ? effective_decisions(&d, &squares) : 0,
			  confidence, "per decision; the interval takes those on one item together");
	return (Datum) 0;
}

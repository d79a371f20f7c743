/*-------------------------------------------------------------------------
 *
 * confusion_rows.c
 *	  SQL functions: all metrics of a confusion with their intervals, and each
 *	  label against the rest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "consensus/confusion_table.h"

/* below this a variance is rounding noise around 0 */
#define NO_VARIANCE 1e-18

typedef struct Summary
{
	SrfRow	   *row;
	const ConfusionTable *t;
	double		confidence;
	ProportionInterval interval;
} Summary;

/* A row in the making */
typedef struct Estimate
{
	double		value;
	double		se;
	double		low;
	double		high;
	const char *note;
} Estimate;

static void
put_row(Summary *s, const char *metric, const Estimate *e, int64 n)
{
	srf_cstring(s->row, metric);
	srf_float8(s->row, e->value);
	srf_float8(s->row, e->se);
	srf_float8(s->row, e->low);
	srf_float8(s->row, e->high);
	srf_int64(s->row, n);
	srf_cstring(s->row, e->note);
	srf_end_row(s->row);
}

static const Estimate undefined = {NAN, NAN, NAN, NAN, NULL};

/* Student's interval around the value, cut to where the metric can be */
static void
student_interval(Estimate *e, double variance, double df, double confidence, double least, double most)
{
	double		half;

	e->se = sqrt(variance);
	half = hd_t_quantile((1 + confidence) / 2, df) * e->se;
	e->low = Max(least, e->value - half);
	e->high = Min(most, e->value + half);
}

/* ---- proportions ---- */

static void
put_proportion(Summary *s, const char *metric, int64 part, int64 whole, const char *all, const char *none)
{
	Estimate	e = undefined;
	double		n = (double) whole;

	if (whole == 0)
		e.note = none;
	else
	{
		e.value = (double) part / n;
		s->interval((double) part, n, s->confidence, &e.low, &e.high);
		if (part > 0 && part < whole)
			e.se = sqrt(e.value * (1 - e.value) / n);
		else if (part == whole)
			e.note = all ? psprintf(all, whole) : NULL;
	}
	put_row(s, metric, &e, whole);
}

/* ---- metrics with gradients ---- */

/* Variance of a metric: the delta method over the cells */
static double
metric_variance(const ConfusionTable *t, const LabelGradient *g)
{
	Confusion  *c = t->c;
	const double n = (double) t->counts.n;
	double		mean = 0;
	double		squares = 0;

	for (int pass = 0; pass < 2; pass++)
	{
		for (uint32 i = 0; i < c->cells.n; i++)
		{
			uint32		p = cell_predicted(c, i);
			double		d;

			HD_CHECK_EVERY(i);
			if (p == NOT_COVERED)
				continue;
			d = label_gradient_at(g, cell_reference(c, i), p);
			if (pass == 0)
				mean += d * ((double) c->count[i] / n);
			else
				squares += (d - mean) * (d - mean) * ((double) c->count[i] / n);
		}
	}
	return squares / n;
}

static void
put_metric(Summary *s, const char *name, LabelMetric metric, const bool *domain, const char *why_undefined)
{
	const LabelCounts *c = &s->t->counts;
	LabelGradient g;
	Estimate	e = undefined;
	double		variance;

	label_gradient_init(&g, c->n_labels);
	e.value = label_metric(c, metric, domain, &g);
	if (c->n == 0)
		e.note = "no rows with both labels";
	else if (isnan(e.value))
		e.note = why_undefined;
	else if (label_nothing_differs(c))
	{
		e.low = label_perfect_bound(c, metric, domain, (double) c->n, s->confidence);
		e.high = 1;
		e.note = psprintf("no disagreement in " INT64_FORMAT " rows", c->n);
	}
	else
	{
		variance = metric_variance(s->t, &g);
		if (c->n > 1 && variance > NO_VARIANCE)
			student_interval(&e, variance, (double) c->n - 1, s->confidence,
							 metric == METRIC_KAPPA || metric == METRIC_MCC ? -1 : 0, 1);
		else
			e.note = "no interval: nothing varies";
	}
	put_row(s, name, &e, c->n);
}

static void
put_distance_kappa(Summary *s, const char *name, LabelDistance kind)
{
	const LabelCounts *c = &s->t->counts;
	LabelGradient g;
	Estimate	e = undefined;
	double		variance;

	label_gradient_init(&g, c->n_labels);
	e.value = label_distance_kappa(c, kind, s->t->x, observed_distance(s->t, kind), &g);
	if (c->n == 0)
		e.note = "no rows with both labels";
	else if (isnan(e.value))
		e.note = "one label on both sides";
	else if (label_nothing_differs(c))
	{
		double		low,
					high;

		/* as if the rows that may disagree were as far apart as labels can be */
		hd_clopper_pearson((double) c->n, (double) c->n, s->confidence, &low, &high);
		e.low = Max(-1, 1 + (1 - low) * g.distance * label_distance(kind, s->t->x[0], s->t->x[c->n_labels - 1]));
		e.high = 1;
		e.note = psprintf("no disagreement in " INT64_FORMAT " rows", c->n);
	}
	else
	{
		variance = metric_variance(s->t, &g);
		if (c->n > 1 && variance > NO_VARIANCE)
			student_interval(&e, variance, (double) c->n - 1, s->confidence, -1, 1);
		else
			e.note = "no interval: nothing varies";
	}
	put_row(s, name, &e, c->n);
}

/* ---- bias ---- */

/* Nothing varies: what Clopper & Pearson allow of rows that are otherwise, as far apart as can be */
static void
bias_bound(Estimate *e, const Bias *b, double range, double confidence)
{
	double		low,
				high;

	hd_clopper_pearson((double) b->n, (double) b->n, confidence, &low, &high);
	if (b->n_apart == 0)
	{
		e->note = psprintf("no difference in " INT64_FORMAT " rows", b->n);
		if (!isnan(range))
		{
			e->low = -(1 - low) * range;
			e->high = (1 - low) * range;
		}
		return;
	}
	e->note = "no standard error: nothing varies";
	if (fabs(b->value) == range)
	{
		e->low = b->value > 0 ? (2 * low - 1) * range : -range;
		e->high = b->value > 0 ? range : -(2 * low - 1) * range;
	}
}

static void
put_bias(Summary *s, const double *value, double range)
{
	Estimate	e = undefined;
	Bias		b = {.n = s->t->counts.n};

	if (value == NULL)
		e.note = "name the positive label: confusion_summary(c, positive => ...)";
	else
	{
		label_bias(s->t, value, &b);
		e.value = b.value;
		if (b.n == 0)
			e.note = "no rows with both labels";
		else if (b.variance > NO_VARIANCE)
			student_interval(&e, b.variance, (double) b.n - 1, s->confidence,
							 isnan(range) ? -INFINITY : -range, isnan(range) ? INFINITY : range);
		else
			bias_bound(&e, &b, range, s->confidence);
	}
	put_row(s, "bias", &e, b.n);
}

PG_FUNCTION_INFO_V1(confusion_summary);
Datum
confusion_summary(PG_FUNCTION_ARGS)
{
	ConfusionTable t;
	SrfRow		row;
	Summary		s = {&row, &t};
	bool	   *domain = NULL;
	double	   *value;
	double		range;

	s.confidence = arg_confidence(fcinfo, 1);
	s.interval = interval_arg(fcinfo, 2);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	confusion_table(PG_GETARG_DATUM(0), &t);
	value = label_values(&t, fcinfo, 3, &range);
	if (t.c->kind == VALUE_ORDERED)
	{
		domain = array_alloc(t.counts.n_labels, sizeof(bool));
		memset(domain, true, t.counts.n_labels);
	}
	put_proportion(&s, "accuracy", n_equal_labels(&t), t.counts.n, "no disagreement in " INT64_FORMAT " rows",
				   "no rows with both labels");
	put_metric(&s, "cohen_kappa", METRIC_KAPPA, NULL, "one label on both sides");
	if (t.x && t.counts.n_labels > 2)
	{
		put_distance_kappa(&s, "cohen_kappa_linear", DISTANCE_LINEAR);
		put_distance_kappa(&s, "cohen_kappa_quadratic", DISTANCE_QUADRATIC);
	}
	put_metric(&s, "mcc", METRIC_MCC, NULL, "one side has one label only");
	put_metric(&s, "macro_f1", METRIC_MACRO_F1, domain,
			   domain ? "a label of the enum is on neither side" : "one label only");
	put_metric(&s, "weighted_f1", METRIC_WEIGHTED_F1, NULL, NULL);
	put_bias(&s, value, range);
	put_proportion(&s, "coverage", t.counts.n, t.counts.n + t.n_not_covered, NULL, "no rows with a reference");
	return (Datum) 0;
}

/* ---- class_metrics ---- */

static void
put_share(Summary *s, double part, double whole)
{
	double		low,
				high;

	s->interval(part, whole, s->confidence, &low, &high);
	srf_float8(s->row, whole > 0 ? part / whole : NAN);
	srf_float8(s->row, low);
	srf_float8(s->row, high);
}

/* F1 grows with the share J, so the bounds of J become those of F1 */
static void
put_f1(Summary *s, int32 k, double tp, double any)
{
	double		low,
				high;

	s->interval(tp, any, s->confidence, &low, &high);
	srf_float8(s->row, label_f1(&s->t->counts, k));
	srf_float8(s->row, label_f1_of_share(low));
	srf_float8(s->row, label_f1_of_share(high));
}

PG_FUNCTION_INFO_V1(confusion_class_metrics);
Datum
confusion_class_metrics(PG_FUNCTION_ARGS)
{
	ConfusionTable t;
	SrfRow		row;
	Summary		s = {&row, &t};

	s.confidence = arg_confidence(fcinfo, 1);
	s.interval = interval_arg(fcinfo, 2);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	confusion_table(PG_GETARG_DATUM(0), &t);
	for (int32 k = 0; k < t.counts.n_labels; k++)
	{
		int64		tp = t.counts.both[k];
		int64		fp = t.counts.predicted[k] - tp;
		int64		fn = t.counts.reference[k] - tp;
		int64		tn = t.counts.n - tp - fp - fn;
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, value_cstring(t.c->kind, &t.c->labels, k));
		MemoryContextSwitchTo(old);
		srf_int64(&row, t.counts.reference[k]);
		srf_int64(&row, t.counts.predicted[k]);
		srf_int64(&row, tp);
		srf_int64(&row, fp);
		srf_int64(&row, fn);
		srf_int64(&row, tn);
		put_share(&s, (double) tp, (double) (tp + fp));
		put_share(&s, (double) tp, (double) (tp + fn));
		put_f1(&s, k, (double) tp, (double) (tp + fp + fn));
		put_share(&s, (double) tn, (double) (tn + fp));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

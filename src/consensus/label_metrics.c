/*-------------------------------------------------------------------------
 *
 * label_metrics.c
 *	  Metrics of predicted against reference labels, with the gradients that
 *	  their standard errors are made of.
 *
 * Numerators and denominators are whole numbers below 2^127: they are exact,
 * and a value is rounded once or twice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "consensus/label_metrics.h"

void
label_gradient_init(LabelGradient *g, int32 n_labels)
{
	g->both = array_alloc0(n_labels, sizeof(double));
	g->reference = array_alloc0(n_labels, sizeof(double));
	g->predicted = array_alloc0(n_labels, sizeof(double));
	g->distance = 0;
	g->x = NULL;
}

/* sum of a[k] b[k] */
static int128
inner(const int64 *a, const int64 *b, int32 n)
{
	int128		sum = 0;

	for (int32 k = 0; k < n; k++)
		sum += (int128) a[k] * b[k];
	return sum;
}

static int64
n_equal(const LabelCounts *c)
{
	int64		n = 0;

	for (int32 k = 0; k < c->n_labels; k++)
		n += c->both[k];
	return n;
}

static double
accuracy(const LabelCounts *c, LabelGradient *g)
{
	if (g)
		for (int32 k = 0; k < c->n_labels; k++)
			g->both[k] = 1;
	return (double) n_equal(c) / (double) c->n;
}

/*
 * Cohen (1960): (po - pe) / (1 - pe).  The derivative is that of Fleiss, Cohen
 * & Everitt (1969, Psychol. Bull. 72:323).
 */
static double
kappa(const LabelCounts *c, LabelGradient *g)
{
	const double n = (double) c->n;
	int128		by_chance = inner(c->reference, c->predicted, c->n_labels);
	int128		room = (int128) c->n * c->n - by_chance;
	double		value;
	double		a;

	/* both sides have one label, the same */
	if (room == 0)
		return NAN;
	value = (double) ((int128) c->n * n_equal(c) - by_chance) / (double) room;
	if (g == NULL)
		return value;
	a = n * n / (double) room;	/* 1 / (1 - pe) */
	for (int32 k = 0; k < c->n_labels; k++)
	{
		/* (1 - po) / (1 - pe)^2 = (1 - kappa) / (1 - pe) */
		g->both[k] = a;
		g->reference[k] = -(1 - value) * a * (double) c->predicted[k] / n;
		g->predicted[k] = -(1 - value) * a * (double) c->reference[k] / n;
	}
	return value;
}

/*
 * Matthews (1975); of more labels the correlation of Gorodkin (2004, Comput.
 * Biol. Chem. 28:367): (c s - sum t p) / sqrt((s^2 - sum p^2)(s^2 - sum t^2)).
 */
static double
mcc(const LabelCounts *c, LabelGradient *g)
{
	const double n = (double) c->n;
	int128		all = (int128) c->n * c->n;
	int128		above = (int128) c->n * n_equal(c) - inner(c->reference, c->predicted, c->n_labels);
	int128		reference = all - inner(c->reference, c->reference, c->n_labels);
	int128		predicted = all - inner(c->predicted, c->predicted, c->n_labels);
	double		root;
	double		value;

	if (reference == 0 || predicted == 0)
		return NAN;
	/* equal margins: no root, so that perfect is exactly 1 */
	root = reference == predicted ? (double) reference : sqrt((double) reference) * sqrt((double) predicted);
	value = (double) above / root;
	value = Min(1, Max(-1, value));
	if (g == NULL)
		return value;
	for (int32 k = 0; k < c->n_labels; k++)
	{
		double		t = (double) c->reference[k] / n;
		double		p = (double) c->predicted[k] / n;

		g->both[k] = n * n / root;
		g->reference[k] = -p * n * n / root + value * t * n * n / (double) reference;
		g->predicted[k] = -t * n * n / root + value * p * n * n / (double) predicted;
	}
	return value;
}

double
label_f1(const LabelCounts *c, int32 label)
{
	int128		sides = (int128) c->reference[label] + c->predicted[label];

	return sides == 0 ? NAN : (double) (2 * (int128) c->both[label]) / (double) sides;
}

/* Is the label one of those to average over? */
static inline bool
in_domain(const LabelCounts *c, const bool *domain, int32 k)
{
	return domain ? domain[k] : c->reference[k] > 0 || c->predicted[k] > 0;
}

/* The derivatives of Takahashi, Yamamoto, Kuchiba & Koyama (2022, Appl. Intell. 52:4961) */
static double
macro_f1(const LabelCounts *c, const bool *domain, LabelGradient *g)
{
	const double n = (double) c->n;
	double		sum = 0;
	int32		m = 0;

	for (int32 k = 0; k < c->n_labels; k++)
	{
		if (!in_domain(c, domain, k))
			continue;
		sum += label_f1(c, k);	/* NaN stays: one undefined F1 makes the mean so */
		m++;
	}
	/* of one label alone there is nothing to tell apart: the other's F1 is 0/0 */
	if (m < 2 || isnan(sum))
		return NAN;
	if (g)
		for (int32 k = 0; k < c->n_labels; k++)
		{
			double		sides = ((double) c->reference[k] + (double) c->predicted[k]) / n;

			if (!in_domain(c, domain, k))
				continue;
			g->both[k] = 2 / (sides * m);
			g->reference[k] = g->predicted[k] = -label_f1(c, k) / (sides * m);
		}
	return sum / m;
}

static double
weighted_f1(const LabelCounts *c, LabelGradient *g)
{
	const double n = (double) c->n;
	double		sum = 0;

	for (int32 k = 0; k < c->n_labels; k++)
	{
		double		f1 = label_f1(c, k);
		double		t = (double) c->reference[k] / n;
		double		sides = t + (double) c->predicted[k] / n;

		if (isnan(f1))
			continue;
		sum += (double) c->reference[k] * f1;
		if (g)
		{
			g->both[k] = t * 2 / sides;
			g->reference[k] = f1 - t * f1 / sides;
			g->predicted[k] = -t * f1 / sides;
		}
	}
	return sum / n;
}

double
label_metric(const LabelCounts *c, LabelMetric metric, const bool *domain, LabelGradient *g)
{
	if (c->n == 0)
		return NAN;
	switch (metric)
	{
		case METRIC_ACCURACY:
			return accuracy(c, g);
		case METRIC_KAPPA:
			return kappa(c, g);
		case METRIC_MCC:
			return mcc(c, g);
		case METRIC_MACRO_F1:
			return macro_f1(c, domain, g);
		case METRIC_WEIGHTED_F1:
			return weighted_f1(c, g);
	}
	return NAN;
}

/*
 * mean[k]: the mean distance of label k from a label drawn by count / n.  From
 * running sums of the positions, which are taken from the first label's.
 */
static void
mean_distances(int32 n_labels, const double *x, const int64 *count, double n,
			   LabelDistance kind, double *mean)
{
	double		all = 0,
				sum = 0,
				squares = 0;
	double		below = 0,
				sum_below = 0;

	for (int32 k = 0; k < n_labels; k++)
	{
		double		p = (double) count[k] / n;
		double		y = x[k] - x[0];

		all += p;
		sum += p * y;
		squares += p * y * y;
	}
	for (int32 k = 0; k < n_labels; k++)
	{
		double		p = (double) count[k] / n;
		double		y = x[k] - x[0];

		if (kind == DISTANCE_QUADRATIC)
			mean[k] = all * y * y - 2 * y * sum + squares;
		else
			mean[k] = (y * below - sum_below) + ((sum - sum_below) - y * (all - below));
		below += p;
		sum_below += p * y;
	}
}

/*
 * Cohen (1968): 1 - Do / De, distances instead of weights, which gives the
 * same number.  Derivative: Fleiss, Cohen & Everitt (1969).
 */
double
label_distance_kappa(const LabelCounts *c, LabelDistance kind, const double *x, double observed,
					 LabelGradient *g)
{
	const double n = (double) c->n;
	double	   *from_reference;
	double	   *from_predicted;
	double		expected = 0;
	double		seen;

	if (c->n == 0)
		return NAN;
	from_reference = array_alloc(c->n_labels, sizeof(double));
	from_predicted = array_alloc(c->n_labels, sizeof(double));
	mean_distances(c->n_labels, x, c->reference, n, kind, from_reference);
	mean_distances(c->n_labels, x, c->predicted, n, kind, from_predicted);
	for (int32 k = 0; k < c->n_labels; k++)
		expected += (double) c->reference[k] / n * from_predicted[k];
	seen = observed / n;
	/* one label on both sides; sums of nothing but that label are exactly 0 */
	if (!(expected > 0))
		expected = seen = NAN;
	if (g)
	{
		for (int32 k = 0; k < c->n_labels; k++)
		{
			g->both[k] = 0;
			g->reference[k] = seen / (expected * expected) * from_predicted[k];
			g->predicted[k] = seen / (expected * expected) * from_reference[k];
		}
		g->distance = -1 / expected;
		g->kind = kind;
		g->x = x;
	}
	pfree(from_reference);
	pfree(from_predicted);
	return 1 - seen / expected;
}

bool
label_nothing_differs(const LabelCounts *c)
{
	for (int32 k = 0; k < c->n_labels; k++)
		if (c->both[k] != c->reference[k] || c->both[k] != c->predicted[k])
			return false;
	return true;
}

/*
 * The bound of Clopper & Pearson for the share of units that agree, carried
 * through the metric with margins as they are.  Of the F1s: the mean of the
 * bounds of the labels, each from its share of the units.
 */
double
label_perfect_bound(const LabelCounts *c, LabelMetric metric, const bool *domain,
					double n_units, double confidence)
{
	const double n = (double) c->n;
	double		sum = 0;
	double		weights = 0;
	double		by_chance = 0;
	double		low,
				high;

	hd_clopper_pearson(n_units, n_units, confidence, &low, &high);
	if (metric == METRIC_ACCURACY)
		return low;
	if (metric == METRIC_KAPPA || metric == METRIC_MCC)
	{
		for (int32 k = 0; k < c->n_labels; k++)
			by_chance += (double) c->reference[k] / n * ((double) c->predicted[k] / n);
		return Max(-1, 1 - (1 - low) / (1 - by_chance));
	}
	for (int32 k = 0; k < c->n_labels; k++)
	{
		double		weight = metric == METRIC_WEIGHTED_F1 ? (double) c->reference[k] : 1;
		double		units = (double) c->both[k] / n * n_units;

		if (c->reference[k] == 0 || (metric == METRIC_MACRO_F1 && domain && !domain[k]))
			continue;
		hd_clopper_pearson(units, units, confidence, &low, &high);
		sum += weight * label_f1_of_share(low);
		weights += weight;
	}
	return sum / weights;
}

/*-------------------------------------------------------------------------
 *
 * rater_rows.c
 *	  Each rater against the others on the same items.
 *
 * A rater's own ratings never enter what the rater is measured by: the value
 * of an item is the mean agreement of this rating with the others, and what
 * could be expected there is the mean agreement among those others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/coefficients.h"
#include "agreement/margins.h"
#include "agreement/unit_squares.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/ranks.h"
#include "common/stats.h"

typedef struct RaterWork
{
	const RatingMatrix *m;
	double		confidence;
	double	   *s;				/* [n_items] as PairSums.s */
	double	   *apart;			/* [n_obs] disagreement with the item's others */
	ByRater    *by;
	UnitScratch units;
	/* the items of one rater: those with others, and with two or more others */
	double	   *value;
	double	   *expected;
	double	   *excess;
	double	   *psi;
	int32	   *cluster;
	int32	   *excess_cluster;
	/* [n_raters] variance of the value times its units, and the units */
	double	   *unit_var;
	int32	   *n_units;
} RaterWork;

static void
rater_work_init(RaterWork *rw, const RatingMatrix *m, const Disagreement *w, double confidence)
{
	Margins    *mg = margins_make(m);
	DisScratch	scratch;
	int32		most = 0;

	rw->m = m;
	rw->confidence = confidence;
	rw->s = pair_sums(mg, w)->s;
	rw->apart = array_alloc(m->n_obs, sizeof(double));
	dis_scratch_init(&scratch, m->n_categories, mg->max_r);
	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		dis_item_rows(w, m->start[i + 1] - m->start[i], m->category + m->start[i],
					  rw->apart + m->start[i], &scratch);
	}
	dis_scratch_free(&scratch);
	rw->by = by_rater(m);
	for (int32 g = 0; g < m->n_raters; g++)
		most = Max(most, mg->rater_n[g]);
	rw->value = array_alloc(most, sizeof(double));
	rw->expected = array_alloc(most, sizeof(double));
	rw->excess = array_alloc(most, sizeof(double));
	rw->psi = array_alloc(most, sizeof(double));
	rw->cluster = array_alloc(most, sizeof(int32));
	rw->excess_cluster = array_alloc(most, sizeof(int32));
	rw->unit_var = array_alloc0(m->n_raters, sizeof(double));
	rw->n_units = array_alloc0(m->n_raters, sizeof(int32));
	unit_scratch_init(&rw->units, m);
}

/* The items of rater g into the arrays */
static void
gather_items(RaterWork *rw, int32 g, RaterRow *row)
{
	const RatingMatrix *m = rw->m;

	for (int32 j = rw->by->start[g]; j < rw->by->start[g + 1]; j++)
	{
		int32		i = rw->by->item[j];
		double		r = m->start[i + 1] - m->start[i];
		double		apart = rw->apart[rw->by->obs[j]];
		double		value;
		double		among;

		HD_CHECK_EVERY(j);
		row->n_ratings++;
		if (r < 2)
			continue;
		value = 1 - apart / (r - 1);
		rw->value[row->n_items] = value;
		rw->cluster[row->n_items++] = m->n_clusters > 0 ? m->cluster[i] : 0;
		if (r < 3)
			continue;
		among = 1 - (rw->s[i] - 2 * apart) / ((r - 1) * (r - 2));
		rw->expected[row->n_expected] = among;
		rw->excess[row->n_expected] = value - among;
		rw->excess_cluster[row->n_expected++] = m->n_clusters > 0 ? m->cluster[i] : 0;
	}
}

/* Variance of a mean over items or clusters; NaN for a single one */
static double
mean_variance(RaterWork *rw, int32 n, const double *value, double mean, const int32 *cluster, int32 *units)
{
	double		squares;

	for (int32 j = 0; j < n; j++)
		rw->psi[j] = value[j] - mean;
	squares = unit_squares(&rw->units, n, rw->psi, cluster, units);
	if (*units < 2)
		return NAN;
	return squares * *units / ((*units - 1.0) * n * n);
}

/*
 * Korn & Graubard (1998, Surv. Methodol. 24:193): the interval of Clopper &
 * Pearson for the number of independent ratings that would have this variance,
 * corrected for the degrees of freedom.  Never more of them than items, and
 * where nothing varies as many as there are units.
 */
static void
value_interval(const RaterWork *rw, double var, int32 units, RaterRow *row)
{
	double		p = row->value;
	double		n = units;
	double		tail = (1 + rw->confidence) / 2;

	if (units >= 2 && var > 1e-18 && p > 0 && p < 1)
	{
		double		t = hd_t_quantile(tail, row->n_items - 1.0) / hd_t_quantile(tail, units - 1.0);

		n = Min(p * (1 - p) / var * t * t, (double) row->n_items);
	}
	hd_clopper_pearson(p * n, n, rw->confidence, &row->ci_low, &row->ci_high);
}

static void
excess_interval(RaterWork *rw, RaterRow *row)
{
	int32		n = (int32) row->n_expected;
	int32		units;
	double		var;
	double		half;

	row->expected = unit_mean(n, rw->expected);
	row->excess = unit_mean(n, rw->excess);
	var = mean_variance(rw, n, rw->excess, row->excess, rw->excess_cluster, &units);
	if (!(var > 1e-18))
		return;
	half = hd_t_quantile((1 + rw->confidence) / 2, units - 1.0) * sqrt(var);
	row->excess_low = Max(-1, row->excess - half);
	row->excess_high = Min(1, row->excess + half);
}

static void
rater_row(RaterWork *rw, int32 g, RaterRow *row)
{
	double		var;

	row->value = row->ci_low = row->ci_high = NAN;
	row->expected = row->excess = row->excess_low = row->excess_high = NAN;
	row->shrunk = NAN;
	gather_items(rw, g, row);
	if (row->n_items == 0)
		return;
	row->value = unit_mean((int32) row->n_items, rw->value);
	var = mean_variance(rw, (int32) row->n_items, rw->value, row->value, rw->cluster, &rw->n_units[g]);
	rw->unit_var[g] = isnan(var) ? 0 : var * rw->n_units[g];
	value_interval(rw, var, rw->n_units[g], row);
	if (row->n_expected > 0)
		excess_interval(rw, row);
}

/* sum over raters with a value: of the weights, their squares, or weight times value */
static double
weighted_sum(const RaterWork *rw, const RaterRow *rows, const double *weight, bool squared, bool value)
{
	ExactSum	sum;

	exactsum_init(&sum);
	for (int32 g = 0; g < rw->m->n_raters; g++)
	{
		if (rows[g].n_items > 0)
			exactsum_add_product(&sum, weight[g], squared ? weight[g] : value ? rows[g].value : 1);
	}
	return exactsum_value(&sum);
}

/* Variance of one unit within raters, pooled; NaN where no rater has two */
static double
pooled_unit_variance(const RaterWork *rw)
{
	ExactSum	sum;
	int64		df = 0;

	exactsum_init(&sum);
	for (int32 g = 0; g < rw->m->n_raters; g++)
	{
		if (rw->n_units[g] < 2)
			continue;
		exactsum_add_product(&sum, rw->unit_var[g], rw->n_units[g] - 1.0);
		df += rw->n_units[g] - 1;
	}
	return df > 0 ? exactsum_value(&sum) / (double) df : NAN;
}

/*
 * Empirical Bayes: the variance between raters by the method of moments of
 * DerSimonian & Laird (1986), then each value is drawn to the mean of all by
 * the share of its variance that is chance.
 */
static void
shrink(RaterWork *rw, RaterRow *rows)
{
	const int32 n_raters = rw->m->n_raters;
	double		within = pooled_unit_variance(rw);
	double	   *weight = array_alloc0(n_raters, sizeof(double));
	double		total;
	double		mean;
	double		between;
	double		n = 0;
	ExactSum	q;

	if (isnan(within))
		return;
	for (int32 g = 0; g < n_raters; g++)
	{
		weight[g] = rw->n_units[g];
		n += rows[g].n_items > 0;
	}
	total = weighted_sum(rw, rows, weight, false, false);
	mean = weighted_sum(rw, rows, weight, false, true) / total;
	exactsum_init(&q);
	for (int32 g = 0; g < n_raters; g++)
	{
		if (rows[g].n_items > 0)
			exactsum_add_product(&q, weight[g], (rows[g].value - mean) * (rows[g].value - mean));
	}
	between = (exactsum_value(&q) - (n - 1) * within) /
		(total - weighted_sum(rw, rows, weight, true, false) / total);
	between = Max(between, 0);
	for (int32 g = 0; g < n_raters; g++)
		weight[g] = rw->n_units[g] > 0 && within + between > 0 ? 1 / (between + within / rw->n_units[g]) : rw->n_units[g];
	mean = weighted_sum(rw, rows, weight, false, true) / weighted_sum(rw, rows, weight, false, false);
	for (int32 g = 0; g < n_raters; g++)
	{
		double		chance;

		if (rows[g].n_items == 0)
			continue;
		chance = within / rw->n_units[g];
		rows[g].shrunk = within + between > 0 ? (between * rows[g].value + chance * mean) / (between + chance) : rows[g].value;
	}
	pfree(weight);
}

/*
 * Ranks that the intervals allow, 1 the best: behind all who are certainly
 * better, ahead of all who are certainly worse.
 */
static void
rank_raters(const RatingMatrix *m, RaterRow *rows)
{
	double	   *low = array_alloc(m->n_raters, sizeof(double));
	double	   *high = array_alloc(m->n_raters, sizeof(double));
	int32		n = 0;

	for (int32 g = 0; g < m->n_raters; g++)
	{
		if (rows[g].n_items == 0)
			continue;
		low[n] = -rows[g].ci_low;
		high[n++] = rows[g].ci_high;
	}
	qsort(low, n, sizeof(double), double_ascending);
	qsort(high, n, sizeof(double), double_ascending);
	for (int32 g = 0; g < m->n_raters; g++)
	{
		if (rows[g].n_items == 0)
			continue;
		rows[g].rank_low = 1 + count_below(low, n, -rows[g].ci_high);
		rows[g].rank_high = n - count_below(high, n, rows[g].ci_low);
	}
	pfree(low);
	pfree(high);
}

RaterRow *
rater_rows(const RatingMatrix *m, const Disagreement *w, double confidence)
{
	RaterRow   *rows = array_alloc0(m->n_raters, sizeof(RaterRow));
	RaterWork	rw;

	rater_work_init(&rw, m, w, confidence);
	for (int32 g = 0; g < m->n_raters; g++)
	{
		HD_CHECK_EVERY(g);
		rater_row(&rw, g, &rows[g]);
	}
	shrink(&rw, rows);
	rank_raters(m, rows);
	return rows;
}

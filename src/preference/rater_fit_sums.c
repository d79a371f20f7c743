/*-------------------------------------------------------------------------
 *
 * rater_fit_sums.c
 *	  From sums over a rater's comparisons to shares, intervals and ranks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/ranks.h"
#include "common/stats.h"
#include "preference/rater_fit_sums.h"

void
rater_sums_add(RaterSums *s, double credit, double expected, double weight, int64 count)
{
	double		squared = weight * weight / (double) count;
	double		excess = credit - expected;

	s->n += count;
	s->weight += weight;
	s->credit += weight * credit;
	s->expected += weight * expected;
	s->square[0] += squared;
	s->square[1] += squared * excess;
	s->square[2] += squared * excess * excess;
	s->chance += squared * expected * (1 - expected);
}

/* How many comparisons of equal weight would say as much (Kish 1965) */
static double
effective_n(const RaterSums *s)
{
	return s->weight * s->weight / s->square[0];
}

/* Variance of one comparison's excess times (n - 1) / n */
static double
excess_spread(const RaterSums *s, double excess)
{
	return fmax(0, (s->square[2] - 2 * excess * s->square[1] + excess * excess * s->square[0]) / s->square[0]);
}

/*
 * The interval of the excess is never narrower than chance makes it for
 * somebody who decides as the others do: a few comparisons that happen to
 * agree would seem certain.
 */
static void
finish_row(const RaterSums *s, double confidence, RaterFitRow *row)
{
	double		n;
	double		variance;
	double		half;

	row->n = s->n;
	row->value = row->ci_low = row->ci_high = row->expected = NAN;
	row->excess = row->excess_low = row->excess_high = row->shrunk = NAN;
	if (s->n == 0)
		return;
	n = effective_n(s);
	row->value = s->credit / s->weight;
	row->expected = s->expected / s->weight;
	row->excess = (s->credit - s->expected) / s->weight;
	hd_clopper_pearson(row->value * n, n, confidence, &row->ci_low, &row->ci_high);
	variance = excess_spread(s, row->excess) / n * (double) s->n / (double) (s->n - 1);
	if (s->n < 2)
		return;
	variance = fmax(variance, s->chance / s->square[0] / n);
	half = hd_t_quantile((1 + confidence) / 2, (double) s->n - 1) * sqrt(variance);
	row->excess_low = fmax(-1, row->excess - half);
	row->excess_high = fmin(1, row->excess + half);
}

/*
 * Empirical Bayes: the variance between raters by the method of moments
 * (DerSimonian & Laird 1986, Control. Clin. Trials 7:177); the excess of each
 * is drawn to the mean of all by the share of its variance that is chance.
 */
static void
shrink(const RaterSums *s, int32 n_raters, RaterFitRow *rows)
{
	double		total = 0;
	double		squares = 0;
	double		mean = 0;
	double		within = 0;
	double		df = 0;
	double		q = 0;
	double		between;
	double		weights = 0;
	double		centre = 0;
	int32		n = 0;

	for (int32 g = 0; g < n_raters; g++)
	{
		double		k;

		if (s[g].n == 0)
			continue;
		k = effective_n(&s[g]);
		n++;
		total += k;
		squares += k * k;
		mean += k * rows[g].excess;
		within += excess_spread(&s[g], rows[g].excess) * k;
		df += k - 1;
	}
	if (n == 0 || !(df > 1e-9))
		return;
	mean /= total;
	within /= df;
	for (int32 g = 0; g < n_raters; g++)
	{
		if (s[g].n > 0)
			q += effective_n(&s[g]) * (rows[g].excess - mean) * (rows[g].excess - mean);
	}
	between = n > 1 ? fmax(0, (q - (n - 1) * within) / (total - squares / total)) : 0;
	for (int32 g = 0; g < n_raters; g++)
	{
		double		weight;

		if (s[g].n == 0)
			continue;
		weight = between + within > 0 ? 1 / (between + within / effective_n(&s[g])) : 1;
		weights += weight;
		centre += weight * rows[g].excess;
	}
	centre /= weights;
	for (int32 g = 0; g < n_raters; g++)
	{
		double		chance;

		if (s[g].n == 0)
			continue;
		chance = within / effective_n(&s[g]);
		rows[g].shrunk = rows[g].expected +
			(between + chance > 0 ? (between * rows[g].excess + chance * centre) / (between + chance) : rows[g].excess);
		/* an extreme value with a small expected one may leave the scale */
		rows[g].shrunk = fmin(1, fmax(0, rows[g].shrunk));
	}
}

static double
low_end(const RaterFitRow *r)
{
	return isnan(r->excess_low) ? -1 : r->excess_low;
}

static double
high_end(const RaterFitRow *r)
{
	return isnan(r->excess_high) ? 1 : r->excess_high;
}

/* Ranks that the intervals of the excess allow, 1 the best */
static void
rank(int32 n_raters, RaterFitRow *rows)
{
	double	   *low = array_alloc(n_raters, sizeof(double));
	double	   *high = array_alloc(n_raters, sizeof(double));
	int32		n = 0;

	for (int32 g = 0; g < n_raters; g++)
	{
		if (rows[g].n == 0)
			continue;
		low[n] = -low_end(&rows[g]);
		high[n++] = high_end(&rows[g]);
	}
	qsort(low, n, sizeof(double), double_ascending);
	qsort(high, n, sizeof(double), double_ascending);
	for (int32 g = 0; g < n_raters; g++)
	{
		if (rows[g].n == 0)
			continue;
		rows[g].rank_low = 1 + count_below(low, n, -high_end(&rows[g]));
		rows[g].rank_high = n - count_below(high, n, low_end(&rows[g]));
	}
	pfree(low);
	pfree(high);
}

void
rater_sums_finish(const RaterSums *s, int32 n_raters, double confidence, RaterFitRow *rows)
{
	for (int32 g = 0; g < n_raters; g++)
	{
		HD_CHECK_EVERY(g);
		finish_row(&s[g], confidence, &rows[g]);
	}
	shrink(s, n_raters, rows);
	rank(n_raters, rows);
}

/*-------------------------------------------------------------------------
 *
 * bias_index.c
 *	  How far apart the biases of a judge towards several producers are:
 *	  plain numbers, no SQL.
 *
 * The index of ProfBench (Wang et al. 2025, arXiv:2510.18941): largest less
 * smallest bias.  It is never below 0 and grows with the number of producers
 * and with noise, so it comes with what noise alone would give.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "consensus/bias_index.h"

/* Simpson's rule over so many intervals: 1e-9 of the largest standard error */
#define STEPS 2000

/*
 * Mean range of independent normal variables of mean 0: the integral of
 * 1 - prod F(x / s) - prod (1 - F(x / s)).  (Tippett 1925 for equal s.)
 */
static double
expected_range(int32 n, const double *variance)
{
	double		reach = 0;
	double		sum = 0;

	for (int32 i = 0; i < n; i++)
		reach = Max(reach, sqrt(variance[i]));
	if (!(reach > 0))
		return reach;			/* 0, or NaN */
	reach *= 10;
	for (int k = 0; k <= STEPS; k++)
	{
		double		x = -reach + 2 * reach * k / STEPS;
		double		below = 1;
		double		above = 1;

		CHECK_FOR_INTERRUPTS();
		for (int32 i = 0; i < n; i++)
		{
			double		s = sqrt(variance[i]);

			below *= s > 0 ? hd_norm_cdf(x / s) : x >= 0;
			above *= s > 0 ? hd_norm_sf(x / s) : x < 0;
		}
		sum += (k == 0 || k == STEPS ? 1 : k % 2 ? 4 : 2) * (1 - below - above);
	}
	return sum * 2 * reach / STEPS / 3;
}

/*
 * The range is the largest difference of a pair, so bounds that hold for all
 * pairs at once (Bonferroni) hold for it: at least the best lower bound of a
 * pair, at most the largest upper one.
 */
static void
pair_bounds(int32 n, const double *bias, const double *variance, const double *df,
			double confidence, BiasIndex *b)
{
	double		pairs = (double) n * (n - 1) / 2;
	double		tail = (1 - confidence) / 2 / pairs;

	b->low = 0;
	b->high = 0;
	for (int32 i = 0; i < n; i++)
		for (int32 j = 0; j < i; j++)
		{
			double		v = variance[i] + variance[j];
			double		d = fabs(bias[i] - bias[j]);
			double		half = 0;

			HD_CHECK_EVERY(j);
			if (v > 0)
			{
				/* Welch and Satterthwaite */
				double		parts = variance[i] * variance[i] / df[i] + variance[j] * variance[j] / df[j];

				half = -hd_t_quantile(tail, v * v / parts) * sqrt(v);
			}
			b->low = Max(b->low, d - half);
			b->high = Max(b->high, d + half);
		}
}

void
bias_index(int32 n, const double *bias, const double *variance, const double *df,
		   double confidence, BiasIndex *b)
{
	b->value = b->low = b->high = b->expected = NAN;
	b->least = b->most = 0;
	if (n < 2)
		return;
	for (int32 i = 1; i < n; i++)
	{
		if (bias[i] < bias[b->least])
			b->least = i;
		if (bias[i] > bias[b->most])
			b->most = i;
	}
	b->value = bias[b->most] - bias[b->least];
	for (int32 i = 0; i < n; i++)
		if (isnan(variance[i]))
			return;
	b->expected = expected_range(n, variance);
	pair_bounds(n, bias, variance, df, confidence, b);
}

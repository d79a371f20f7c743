/*-------------------------------------------------------------------------
 *
 * unit_squares.c
 *	  Sums of squared influence values over items, or over clusters of the
 *	  sum within, for breakdowns that take a few items at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/disagreement.h"
#include "agreement/unit_squares.h"
#include "common/interrupts.h"

void
unit_scratch_init(UnitScratch *s, const RatingMatrix *m)
{
	s->sum = NULL;
	s->seen = NULL;
	if (m->n_clusters == 0)
		return;
	s->sum = array_alloc0(m->n_clusters, sizeof(int64));
	s->seen = array_alloc0(m->n_clusters, sizeof(bool));
}

static double
largest(int32 n, const double *value)
{
	double		bound = 0;

	for (int32 j = 0; j < n; j++)
		bound = Max(bound, fabs(value[j]));
	return bound;
}

static double
item_squares(int32 n, const double *psi)
{
	double		bound = largest(n, psi);
	double		scale = fixed_scale(bound * bound, 1);
	FixedSum	sum = {0, 0};

	for (int32 j = 0; j < n; j++)
		fixedsum_add(&sum, (int64) (psi[j] * psi[j] * scale));
	return fixedsum_value(&sum, scale);
}

double
unit_squares(UnitScratch *s, int32 n, const double *psi,
			 const int32 *cluster, int32 *n_units)
{
	double		scale;
	double		square_scale;
	double		bound = 0;
	FixedSum	squares = {0, 0};

	CHECK_FOR_INTERRUPTS();
	*n_units = n;
	if (s->sum == NULL)
		return item_squares(n, psi);

	*n_units = 0;
	scale = fixed_scale(largest(n, psi), n);
	for (int32 j = 0; j < n; j++)
		s->sum[cluster[j]] += (int64) (psi[j] * scale);
	for (int32 j = 0; j < n; j++)
		bound = Max(bound, fabs((double) s->sum[cluster[j]] / scale));
	square_scale = fixed_scale(bound * bound, 1);
	for (int32 j = 0; j < n; j++)
	{
		double		sum = (double) s->sum[cluster[j]] / scale;

		if (s->seen[cluster[j]])
			continue;
		s->seen[cluster[j]] = true;
		fixedsum_add(&squares, (int64) (sum * sum * square_scale));
		(*n_units)++;
	}
	for (int32 j = 0; j < n; j++)
	{
		s->sum[cluster[j]] = 0;
		s->seen[cluster[j]] = false;
	}
	return fixedsum_value(&squares, square_scale);
}

double
unit_mean(int32 n, const double *value)
{
	double		scale = fixed_scale(largest(n, value), 1);
	FixedSum	sum = {0, 0};

	for (int32 j = 0; j < n; j++)
		fixedsum_add(&sum, (int64) (value[j] * scale));
	return fixedsum_value(&sum, scale) / n;
}

/*-------------------------------------------------------------------------
 *
 * unit_squares.h
 *	  Sums of squared influence values over items, or over clusters of the
 *	  sum within, for breakdowns that take a few items at a time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_UNIT_SQUARES_H
#define HD_UNIT_SQUARES_H

#include "agreement/fixedsum.h"
#include "agreement/rating_matrix.h"

typedef struct UnitScratch
{
	int64	   *sum;			/* [n_clusters], all zero between calls; NULL without clusters */
	bool	   *seen;			/* [n_clusters] likewise false */
} UnitScratch;

extern void unit_scratch_init(UnitScratch *s, const RatingMatrix *m);

/*
 * The n values psi belong to the clusters given (read only where there are
 * any).  Neither result depends on their order.
 */
extern double unit_squares(UnitScratch *s, int32 n, const double *psi,
						   const int32 *cluster, int32 *n_units);

/* Mean of values in any order: summed in fixed point, bound by their largest */
extern double unit_mean(int32 n, const double *value);

#endif							/* HD_UNIT_SQUARES_H */

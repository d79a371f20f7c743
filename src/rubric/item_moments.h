/*-------------------------------------------------------------------------
 *
 * item_moments.h
 *	  Means, variances and covariances of items with the total and with the
 *	  rest: all that classical test theory asks of a matrix but correlations
 *	  of pairs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ITEM_MOMENTS_H
#define HD_ITEM_MOMENTS_H

#include "rubric/item_coverage.h"

/*
 * Variances and covariances divide by n - 1.  Undefined: NaN.  What has no
 * variance has exactly 0.
 */
typedef struct ItemMoments
{
	int32		n_units;
	int32		n_items;
	double		low;			/* range of the values */
	double		high;
	bool		binary;			/* all values are 0 or 1 */

	/* each [n_items] */
	int64	   *n;				/* units with the item */
	int64	   *n_least;		/* the fewest units that it shares with another item */
	double	   *mean;
	double	   *var;
	double	   *cov_total;		/* with the sum of all items */
	double	   *cov_rest;		/* with the sum of the others */
	double	   *var_rest;
	double	   *d27;			/* mean of the upper 27 % less that of the lower */

	double		sum_var;
	double		var_total;

	/* pairwise: two items that fewer than two units have both; then nothing
	 * but n and mean is set.  Else -1. */
	int32		lacking[2];
	double		lacking_n;
} ItemMoments;

/* Of a complete matrix: time is linear in its values */
extern ItemMoments *item_moments(const ScoreGrid *g);

/* Of the covariance matrix of all pairs of items, each over the units that have both */
extern ItemMoments *item_moments_pairwise(const ScoreTable *t);

#endif							/* HD_ITEM_MOMENTS_H */

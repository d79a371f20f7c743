/*-------------------------------------------------------------------------
 *
 * two_way.h
 *	  The additive model item + rater, where cells are missing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_TWO_WAY_H
#define HD_TWO_WAY_H

#include "agreement/rating_matrix.h"

typedef struct TwoWay
{
	double		residual;		/* sum of squares after items and raters */
	double		items_given_raters;	/* R(items | raters) */
	double		raters_given_items;	/* R(raters | items) */
} TwoWay;

/* y / scale: [n_categories] values; why it cannot be fitted, or NULL */
extern const char *two_way_fit(const RatingMatrix *m, const int64 *y, double scale,
							   TwoWay *out);

#endif							/* HD_TWO_WAY_H */

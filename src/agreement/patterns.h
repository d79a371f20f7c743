/*-------------------------------------------------------------------------
 *
 * patterns.h
 *	  Items that are alike: the distinct patterns of ratings and how often
 *	  each occurs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PATTERNS_H
#define HD_PATTERNS_H

#include "agreement/rating_matrix.h"

/*
 * Items with the same categories, by the same raters where "by_rater" was
 * asked for, are one pattern.  Patterns come by number of ratings, categories
 * and raters ascending, whatever the order of items.
 */
typedef struct Patterns
{
	int32		n;
	int32		max_r;
	int32	   *start;			/* [n + 1] */
	int32	   *category;		/* ascending, or in the order of raters if by_rater */
	int32	   *rater;			/* NULL unless by_rater */
	int64	   *count;			/* [n] items */
	int32	   *of_item;		/* [m->n_items] */
} Patterns;

extern Patterns *find_patterns(const RatingMatrix *m, bool by_rater);

#endif							/* HD_PATTERNS_H */

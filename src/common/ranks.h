/*-------------------------------------------------------------------------
 *
 * ranks.h
 *	  What ranks by intervals are made of: ascending bounds, and how many of
 *	  them lie below one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RANKS_H
#define HD_RANKS_H

#include "c.h"

/* for qsort */
static inline int
double_ascending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* How many of the ascending values are below x */
static inline int64
count_below(const double *sorted, int64 n, double x)
{
	int64		low = 0;

	while (n > 0)
	{
		int64		half = n / 2;

		if (sorted[low + half] < x)
		{
			low += half + 1;
			n -= half + 1;
		}
		else
			n = half;
	}
	return low;
}

#endif							/* HD_RANKS_H */

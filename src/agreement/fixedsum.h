/*-------------------------------------------------------------------------
 *
 * fixedsum.h
 *	  Sums of doubles as integers: they do not depend on the order of terms.
 *
 * Results of module agreement must not change by a bit when items, raters,
 * clusters or nominal categories are numbered otherwise.  So nothing that
 * runs over them is summed in floating point.  The trick, used everywhere:
 *
 *	- where terms are ratios of small counts, sums of integers are kept for
 *	  each number of ratings r and divided once (r ascending is an order that
 *	  no numbering can change);
 *	- where a bound on the terms is known beforehand, each term is scaled by
 *	  one power of two, cut to an int64 and summed as an integer, in two words
 *	  where needed (this file).  The scale is chosen so that the bound fills 62
 *	  bits: the cut is some 2^9 times finer than the rounding of a double of
 *	  that size, and an addition costs two instructions;
 *	- where no bound is known, ExactSum (common/exactsum.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_FIXEDSUM_H
#define HD_FIXEDSUM_H

#include <math.h>

/* hi * 2^64 + lo */
typedef struct FixedSum
{
	uint64		lo;
	int64		hi;
} FixedSum;

/* The power of two that takes "count" terms of at most "bound" below 2^62 */
static inline double
fixed_scale(double bound, double count)
{
	int			e;

	if (!(bound > 0))
		return 1.0;
	frexp(bound * count, &e);
	return ldexp(1.0, Min(62 - e, 1000));
}

static inline void
fixedsum_add(FixedSum *s, int64 x)
{
	uint64		lo = s->lo + (uint64) x;

	s->hi += (lo < s->lo) - (x < 0);
	s->lo = lo;
}

static inline double
fixedsum_value(const FixedSum *s, double scale)
{
	uint64		lo = s->lo;
	int64		hi = s->hi;
	double		v;

	if (hi < 0)
	{
		lo = ~lo + 1;
		hi = ~hi + (lo == 0);
	}
	v = ((double) hi * 18446744073709551616.0 + (double) lo) / scale;
	return s->hi < 0 ? -v : v;
}

#endif							/* HD_FIXEDSUM_H */

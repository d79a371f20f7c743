/*-------------------------------------------------------------------------
 *
 * exactsum.h
 *	  Exact sums of doubles: a small superaccumulator.
 *
 * A sum kept here does not depend on the order of its terms: it is exact and
 * is rounded once, to nearest even, when it is read.  So serial, parallel and
 * rolled-up aggregates agree to the last digit (Neal 2015, "Fast exact
 * summation using small and large superaccumulators", arXiv:1505.05571).
 *
 * Terms must be finite: callers reject NaN and infinity at the edge.  (An
 * infinity that slips through does no harm to memory; it counts as 2^1024.)
 *
 * Limits: the sum may pass the largest double on its way and come back (2^77
 * of the largest fit); a final sum that rounds beyond it reads as infinity.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXACTSUM_H
#define HD_EXACTSUM_H

#include <stdint.h>
#include <stdbool.h>

#define HD_EXACT_LIMBS 68

/*
 * limb[i] carries weight 2^(32*i - 1074).  Each add changes at most three
 * limbs by less than 2^32, so that carries need not be propagated for 2^29
 * additions; "pending" counts them.
 */
typedef struct ExactSum
{
	int64_t		limb[HD_EXACT_LIMBS];
	uint32_t	pending;
} ExactSum;

extern void exactsum_init(ExactSum *s);
extern void exactsum_add(ExactSum *s, double x);

/*
 * Adds x * y exactly, as two terms: the rounded product and its error by fma.
 * Where |x * y| is below 2^-969 the error term is rounded to the unit
 * 2^-1074 (off by at most half a unit, the same in any order); where x * y
 * overflows, 2^1024 with its sign is added, so that the sum reads as infinity
 * unless such terms cancel.
 */
extern void exactsum_add_product(ExactSum *s, double x, double y);

extern void exactsum_merge(ExactSum *dst, const ExactSum *src);
extern double exactsum_value(const ExactSum *s);
extern bool exactsum_is_zero(const ExactSum *s);

/*
 * Canonical form, for states that are stored: equal sums have equal bytes.
 * Writes at most HD_EXACT_MAX_BYTES bytes and returns how many.
 */
#define HD_EXACT_MAX_BYTES (3 + 4 * HD_EXACT_LIMBS)
extern int	exactsum_encode(const ExactSum *s, uint8_t *out);
/*
 * Returns the bytes consumed, or -1 where they are no canonical sum; reads at
 * most len bytes and allows others to follow.
 */
extern int	exactsum_decode(ExactSum *s, const uint8_t *in, int len);

#endif							/* HD_EXACTSUM_H */

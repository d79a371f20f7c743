/*-------------------------------------------------------------------------
 *
 * shortsum.h
 *	  Exact sums of doubles for states that exist by the hundred thousand.
 *
 * While every term is a multiple of 2^-82 and the sum stays below 2^44 (true
 * of points, grades, probabilities of common size), the sum is one 128-bit
 * integer.  The first term that does not fit moves it to the superaccumulator
 * of exactsum.h, which takes half a kilobyte.  Either way the sum is exact,
 * and the stored form is that of exactsum_encode: equal sums, equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHORTSUM_H
#define HD_SHORTSUM_H

#include "common/compat.h"
#include "common/exactsum.h"
#include "common/wide.h"
#include "common/wire.h"

typedef struct ShortSum
{
	/* two halves rather than an __int128, whose alignment palloc does not promise */
	uint64		low;			/* units of 2^-82 */
	int64		high;
	ExactSum   *wide;			/* NULL while the 128 bits suffice */
} ShortSum;

#define SHORTSUM_UNIT_EXPONENT (-82)

static inline void
shortsum_init(ShortSum *s)
{
	memset(s, 0, sizeof(*s));
}

extern pg_noinline void shortsum_add_slow(ShortSum *s, MemoryContext cx, double x);

/* x is finite; cx is where the superaccumulator goes if it is needed */
static inline void
shortsum_add(ShortSum *s, MemoryContext cx, double x)
{
	/* small whole numbers, the usual grades and points, need no taking apart */
	if (likely(s->wide == NULL && x >= -65536 && x <= 65536 && x == (double) (int64) x))
	{
		/* x * 2^82 = (x * 2^18) * 2^64 */
		int64		high;

		if (likely(!__builtin_add_overflow(s->high, (int64) x * (INT64CONST(1) << 18), &high)))
		{
			s->high = high;
			return;
		}
	}
	shortsum_add_slow(s, cx, x);
}

/* x * y, as two terms: the rounded product and its error */
extern void shortsum_add_product(ShortSum *s, MemoryContext cx, double x, double y);
extern void shortsum_merge(ShortSum *dst, MemoryContext cx, const ShortSum *src);
extern void shortsum_subtract(ShortSum *dst, MemoryContext cx, const ShortSum *src);

/* rounded once, to nearest */
extern double shortsum_value(const ShortSum *s);
/* the value and what rounding took from it, for quotients that are rounded once */
extern Wide shortsum_wide(const ShortSum *s);
/* -1, 0 or 1 */
extern int	shortsum_sign(const ShortSum *s);
/* the value times itself or the like is for the caller; this one for exact work across sums */
extern void shortsum_to_exact(const ShortSum *s, ExactSum *e);

extern void shortsum_encode(const ShortSum *s, WireWriter *w);
extern void shortsum_decode(ShortSum *s, MemoryContext cx, WireReader *r);

#endif							/* HD_SHORTSUM_H */

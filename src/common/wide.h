/*-------------------------------------------------------------------------
 *
 * wide.h
 *	  Double-double arithmetic: numbers of about 106 bits as the unevaluated
 *	  sum of two doubles (Dekker 1971; products by fused multiply-add).
 *
 * For quotients of exact sums, so that a result is rounded once.  Operands
 * are finite; "high" is the number rounded to nearest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_WIDE_H
#define HD_WIDE_H

#include <math.h>

typedef struct Wide
{
	double		high;
	double		low;
} Wide;

/* exact, if |a| >= |b| */
static inline Wide
wide_quick_two_sum(double a, double b)
{
	double		s = a + b;

	return (Wide) {s, b - (s - a)};
}

/* exact (Knuth) */
static inline Wide
wide_two_sum(double a, double b)
{
	double		s = a + b;
	double		t = s - a;

	return (Wide) {s, (a - (s - t)) + (b - t)};
}

static inline Wide
wide_of(double a)
{
	return (Wide) {a, 0};
}

static inline Wide
wide_negate(Wide a)
{
	return (Wide) {-a.high, -a.low};
}

static inline Wide
wide_add(Wide a, Wide b)
{
	Wide		s = wide_two_sum(a.high, b.high);
	Wide		t = wide_two_sum(a.low, b.low);

	s = wide_quick_two_sum(s.high, s.low + t.high);
	return wide_quick_two_sum(s.high, s.low + t.low);
}

static inline Wide
wide_multiply(Wide a, Wide b)
{
	double		p = a.high * b.high;
	double		e = fma(a.high, b.high, -p) + (a.high * b.low + a.low * b.high);

	return wide_quick_two_sum(p, e);
}

/* b is not zero */
static inline Wide
wide_divide(Wide a, Wide b)
{
	double		q = a.high / b.high;
	Wide		rest = wide_add(a, wide_negate(wide_multiply(wide_of(q), b)));
	double		q2 = rest.high / b.high;

	rest = wide_add(rest, wide_negate(wide_multiply(wide_of(q2), b)));
	return wide_add(wide_quick_two_sum(q, q2), wide_of(rest.high / b.high));
}

#endif							/* HD_WIDE_H */

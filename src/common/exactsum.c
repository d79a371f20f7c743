/*-------------------------------------------------------------------------
 *
 * exactsum.c
 *	  Exact sums of doubles: a small superaccumulator (Neal 2015,
 *	  arXiv:1505.05571, section 3).
 *
 * The sum is an integer in units of 2^-1074, held as 68 overlapping limbs of
 * 32 bits in 64-bit words.  After "pending" additions every limb is at most
 * (pending + 1) * 2^32 in magnitude; carry() brings them back to [0, 2^32),
 * the sign into the top limb.  A finite double reaches limb 65, so that 2^77
 * of the largest fit; beyond, the sum wraps modulo 2^2176 units, which only
 * forged states can reach and which is harmless.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "common/exactsum.h"

#define TOP_LIMB	(HD_EXACT_LIMBS - 1)
#define LIMB_BITS	32
#define MAX_PENDING (UINT32_C(1) << 29)
#define UNIT_EXPONENT (-1074)	/* the sum counts units of 2^-1074 */

/* Byte 0 of the canonical form */
#define CODE_ZERO	0
#define CODE_POSITIVE 1
#define CODE_NEGATIVE 2

void
exactsum_init(ExactSum *s)
{
	memset(s, 0, sizeof(*s));
}

/* Propagate carries; afterwards limbs are in [0, 2^32), the top one signed. */
static void
carry(ExactSum *s)
{
	int64_t		c = 0;

	for (int i = 0; i < TOP_LIMB; i++)
	{
		int64_t		v = s->limb[i] + c;

		s->limb[i] = v & INT64_C(0xFFFFFFFF);
		c = (v - s->limb[i]) / (INT64_C(1) << LIMB_BITS);	/* exact */
	}
	/* two's complement of 32 bits: x = ((x + 2^31) mod 2^32) - 2^31 */
	s->limb[TOP_LIMB] = ((s->limb[TOP_LIMB] + c + INT64_C(0x80000000))
						 & INT64_C(0xFFFFFFFF)) - INT64_C(0x80000000);
	s->pending = 0;
}

/*
 * An infinity, which callers should have rejected, stays within the limbs: it
 * counts as 2^1024.
 */
void
exactsum_add(ExactSum *s, double x)
{
	uint64_t	bits;
	uint64_t	mantissa;
	uint64_t	rest;
	uint32_t	position;
	uint32_t	shift;
	int64_t		sign;
	int64_t    *limb;

	memcpy(&bits, &x, sizeof(bits));
	sign = -(int64_t) (bits >> 63);
	position = (uint32_t) (bits >> 52) & 0x7FF;
	mantissa = bits & ((UINT64_C(1) << 52) - 1);

	/* normal numbers have a hidden bit; denormals share exponent 1 */
	mantissa |= (uint64_t) (position != 0) << 52;
	position -= (position != 0);

	shift = position % LIMB_BITS;
	limb = s->limb + position / LIMB_BITS;
	rest = mantissa >> (LIMB_BITS - shift);

	/* (v ^ sign) - sign negates v where the sign is -1 */
	limb[0] += ((int64_t) (uint32_t) (mantissa << shift) ^ sign) - sign;
	limb[1] += ((int64_t) (uint32_t) rest ^ sign) - sign;
	limb[2] += ((int64_t) (rest >> LIMB_BITS) ^ sign) - sign;

	if (++s->pending >= MAX_PENDING)
		carry(s);
}

void
exactsum_add_product(ExactSum *s, double x, double y)
{
	double		product = x * y;

	exactsum_add(s, product);
	/* after an overflow the remainder would be an infinity as well */
	if (isfinite(product))
		exactsum_add(s, fma(x, y, -product));
}

void
exactsum_merge(ExactSum *dst, const ExactSum *src)
{
	/* both within (2^29 + 1) * 2^32: their sum stays below 2^63 */
	uint32_t	pending = dst->pending + src->pending + 1;

	for (int i = 0; i < HD_EXACT_LIMBS; i++)
		dst->limb[i] += src->limb[i];
	dst->pending = pending;
	if (pending >= MAX_PENDING)
		carry(dst);
}

/*
 * The sum as sign and magnitude, with all limbs of the magnitude in
 * [0, 2^32).  Returns the highest limb that is not zero, or -1 for zero.
 */
static int
magnitude(const ExactSum *s, uint32_t *mag, bool *negative)
{
	ExactSum	t = *s;
	int			high = -1;

	carry(&t);
	*negative = t.limb[TOP_LIMB] < 0;
	if (*negative)
	{
		for (int i = 0; i < HD_EXACT_LIMBS; i++)
			t.limb[i] = -t.limb[i];
		carry(&t);
	}
	for (int i = 0; i < HD_EXACT_LIMBS; i++)
	{
		mag[i] = (uint32_t) t.limb[i];
		if (mag[i] != 0)
			high = i;
	}
	return high;
}

/* Round once, to nearest, ties to even; too large a sum gives an infinity. */
double
exactsum_value(const ExactSum *s)
{
	uint32_t	mag[HD_EXACT_LIMBS];
	bool		negative;
	int			high = magnitude(s, mag, &negative);
	uint64_t	window;
	uint32_t	third;
	int			lead = 0;
	bool		sticky;
	double		result;

	if (high < 0)
		return 0.0;

	/*
	 * The 64 bits from the leading one downwards, and whether anything not
	 * zero lies below.  Where the number is shorter than that, zeros follow.
	 */
	while ((mag[high] >> (LIMB_BITS - 1 - lead)) == 0)
		lead++;
	window = (uint64_t) mag[high] << LIMB_BITS;
	if (high >= 1)
		window |= mag[high - 1];
	third = high >= 2 ? mag[high - 2] : 0;
	window = (window << lead) | ((uint64_t) third << lead >> LIMB_BITS);
	sticky = (uint32_t) (third << lead) != 0;
	for (int i = high - 3; i >= 0 && !sticky; i--)
		sticky = mag[i] != 0;

	/*
	 * 53 bits are kept.  A sum below 2^-1022 has no bits below its last: it is
	 * a multiple of 2^-1074 and so a denormal exactly.
	 */
	{
		uint64_t	kept = window >> 11;
		uint64_t	lost = window & 0x7FF;

		if (lost > 0x400 || (lost == 0x400 && (sticky || (kept & 1))))
			kept++;
		result = ldexp((double) kept,
					   high * LIMB_BITS + (LIMB_BITS - 1 - lead) - 52 + UNIT_EXPONENT);
	}
	return negative ? -result : result;
}

bool
exactsum_is_zero(const ExactSum *s)
{
	uint32_t	mag[HD_EXACT_LIMBS];
	bool		negative;

	return magnitude(s, mag, &negative) < 0;
}

/*
 * Zero is the one byte CODE_ZERO.  Otherwise: sign, index of the lowest limb
 * that is not zero, number of limbs up to the highest that is not zero, and
 * those limbs of the magnitude, little-endian.
 */
int
exactsum_encode(const ExactSum *s, uint8_t *out)
{
	uint32_t	mag[HD_EXACT_LIMBS];
	bool		negative;
	int			high = magnitude(s, mag, &negative);
	int			low = 0;
	uint8_t    *p = out;

	if (high < 0)
	{
		*out = CODE_ZERO;
		return 1;
	}
	while (mag[low] == 0)
		low++;
	*p++ = negative ? CODE_NEGATIVE : CODE_POSITIVE;
	*p++ = (uint8_t) low;
	*p++ = (uint8_t) (high - low + 1);
	for (int i = low; i <= high; i++)
	{
		for (int shift = 0; shift < LIMB_BITS; shift += 8)
			*p++ = (uint8_t) (mag[i] >> shift);
	}
	return (int) (p - out);
}

static uint32_t
read_limb(const uint8_t *p)
{
	return (uint32_t) p[0] | (uint32_t) p[1] << 8 |
		(uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

/* On failure *s is zero. */
int
exactsum_decode(ExactSum *s, const uint8_t *in, int len)
{
	int			low;
	int			count;
	bool		negative;
	uint32_t	last;

	exactsum_init(s);
	if (len < 1)
		return -1;
	if (in[0] == CODE_ZERO)
		return 1;
	if ((in[0] != CODE_POSITIVE && in[0] != CODE_NEGATIVE) || len < 3)
		return -1;
	negative = in[0] == CODE_NEGATIVE;
	low = in[1];
	count = in[2];
	if (count < 1 || low + count > HD_EXACT_LIMBS || len < 3 + 4 * count)
		return -1;

	/* trimmed at both ends */
	last = read_limb(in + 3 + 4 * (count - 1));
	if (read_limb(in + 3) == 0 || last == 0)
		return -1;

	/* the range of two's complement is [-2^31, 2^31) for the top limb */
	if (low + count == HD_EXACT_LIMBS && last >= UINT32_C(0x80000000) &&
		!(negative && count == 1 && last == UINT32_C(0x80000000)))
		return -1;

	for (int i = 0; i < count; i++)
	{
		int64_t		v = read_limb(in + 3 + 4 * i);

		s->limb[low + i] = negative ? -v : v;
	}
	return 3 + 4 * count;
}

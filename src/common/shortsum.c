/*-------------------------------------------------------------------------
 *
 * shortsum.c
 *	  Exact sums of doubles for states that exist by the hundred thousand.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/shortsum.h"
#include "utils/memutils.h"

/* limb 31 of an ExactSum carries weight 2^(32 * 31 - 1074) = 2^-82 */
#define FIRST_LIMB	31
#define N_LIMBS		4
#define LIMB_BITS	32

StaticAssertDecl(32 * FIRST_LIMB - 1074 == SHORTSUM_UNIT_EXPONENT, "units of 128 bits are those of a limb");

static inline int128
total(const ShortSum *s)
{
	/* a shift of a negative number is not defined */
	return (int128) ((unsigned __int128) s->high << 64 | s->low);
}

static inline void
set_total(ShortSum *s, int128 v)
{
	s->low = (uint64) v;
	s->high = (int64) (v >> 64);
}

/* Adds v if the sum of both still fits */
static inline bool
add_units(ShortSum *s, int128 v)
{
	int128		t;

	if (__builtin_add_overflow(total(s), v, &t))
		return false;
	set_total(s, t);
	return true;
}

/* x in units of 2^-82, if it is a whole number of them below 2^126 */
static inline bool
units_of(double x, int128 *v)
{
	uint64		bits;
	int			exponent;
	int128		m;

	memcpy(&bits, &x, sizeof(bits));
	exponent = (int) (bits >> 52 & 0x7FF);
	m = (int128) (bits & ((UINT64CONST(1) << 52) - 1));
	if (exponent == 0)
	{
		*v = 0;
		return m == 0;
	}
	m |= (int128) 1 << 52;
	/* x = m * 2^(exponent - 1075) = m * 2^shift units */
	exponent += -1075 - SHORTSUM_UNIT_EXPONENT;
	if (exponent >= 0)
	{
		if (exponent > 126 - 53)
			return false;
		m <<= exponent;
	}
	else
	{
		if (exponent <= -53 || (m & (((int128) 1 << -exponent) - 1)) != 0)
			return false;
		m >>= -exponent;
	}
	*v = (bits >> 63) ? -m : m;
	return true;
}

/* The 128 bits as a superaccumulator */
static void
widened(const ShortSum *s, ExactSum *e)
{
	int128		v = total(s);

	exactsum_init(e);
	for (int i = 0; i < N_LIMBS - 1; i++)
	{
		e->limb[FIRST_LIMB + i] = (int64) (v & 0xFFFFFFFF);
		v >>= LIMB_BITS;
	}
	e->limb[FIRST_LIMB + N_LIMBS - 1] = (int64) v;
	e->pending = 1;
}

static void
widen(ShortSum *s, MemoryContext cx)
{
	ExactSum   *e = MemoryContextAlloc(cx, sizeof(ExactSum));

	widened(s, e);
	s->wide = e;
	s->low = 0;
	s->high = 0;
}

void
shortsum_add_slow(ShortSum *s, MemoryContext cx, double x)
{
	int128		v;

	if (s->wide == NULL)
	{
		if (units_of(x, &v) && add_units(s, v))
			return;
		widen(s, cx);
	}
	exactsum_add(s->wide, x);
}

void
shortsum_add_product(ShortSum *s, MemoryContext cx, double x, double y)
{
	double		product = x * y;
	double		error;

	shortsum_add(s, cx, product);
	if (!isfinite(product))
		return;
	error = fma(x, y, -product);
	if (error != 0)
		shortsum_add(s, cx, error);
}

void
shortsum_merge(ShortSum *dst, MemoryContext cx, const ShortSum *src)
{
	ExactSum	e;

	if (src->wide == NULL)
	{
		if (dst->wide == NULL && add_units(dst, total(src)))
			return;
		widened(src, &e);
	}
	if (dst->wide == NULL)
		widen(dst, cx);
	exactsum_merge(dst->wide, src->wide ? src->wide : &e);
}

void
shortsum_subtract(ShortSum *dst, MemoryContext cx, const ShortSum *src)
{
	ExactSum	e;
	int128		v = total(src);

	/* the least number has no negative */
	if (dst->wide == NULL && src->wide == NULL && v > -((int128) 1 << 126) && add_units(dst, -v))
		return;
	shortsum_to_exact(src, &e);
	for (int i = 0; i < HD_EXACT_LIMBS; i++)
		e.limb[i] = -e.limb[i];
	if (dst->wide == NULL)
		widen(dst, cx);
	exactsum_merge(dst->wide, &e);
}

void
shortsum_to_exact(const ShortSum *s, ExactSum *e)
{
	if (s->wide)
		*e = *s->wide;
	else
		widened(s, e);
}

double
shortsum_value(const ShortSum *s)
{
	ExactSum	e;

	if (s->wide)
		return exactsum_value(s->wide);
	/* whole numbers of up to 53 bits, the usual case, are exact as they are */
	if (s->low == 0 && s->high > -(INT64CONST(1) << 53) && s->high < (INT64CONST(1) << 53))
		return (double) s->high / (1 << 18);
	widened(s, &e);
	return exactsum_value(&e);
}

Wide
shortsum_wide(const ShortSum *s)
{
	Wide		r;
	ExactSum	e;

	/* whole numbers of up to 53 bits, the usual case, are exact as they are */
	if (s->wide == NULL && s->low == 0 && s->high > -(INT64CONST(1) << 53) && s->high < (INT64CONST(1) << 53))
		return wide_of((double) s->high / (1 << 18));
	if (s->wide == NULL)
	{
		int128		v = total(s);
		double		high = (double) v;
		int128		half = (int128) (high / 2);

		/* in two steps, since what was rounded up to 2^127 does not fit */
		r.high = high * 0x1p-82;
		r.low = (double) (v - half - (int128) (high - (double) half)) * 0x1p-82;
		return r;
	}
	e = *s->wide;
	r.high = exactsum_value(&e);
	r.low = 0;
	if (isfinite(r.high))
	{
		exactsum_add(&e, -r.high);
		r.low = exactsum_value(&e);
	}
	return r;
}

int
shortsum_sign(const ShortSum *s)
{
	double		v;

	if (s->wide == NULL)
		return s->high < 0 ? -1 : s->high > 0 || s->low > 0;
	v = exactsum_value(s->wide);
	return (v > 0) - (v < 0);
}

/*
 * The bytes of exactsum_encode: sign, lowest limb, number of limbs, limbs of
 * the magnitude.
 */
void
shortsum_encode(const ShortSum *s, WireWriter *w)
{
	uint8		out[HD_EXACT_MAX_BYTES];
	unsigned __int128 m;
	int128		v = total(s);
	int			low = 0,
				n = 0;

	if (s->wide)
	{
		wire_put_bytes(w, out, exactsum_encode(s->wide, out));
		return;
	}
	if (v == 0)
	{
		wire_put_byte(w, 0);
		return;
	}
	m = v < 0 ? -(unsigned __int128) v : (unsigned __int128) v;
	while ((uint32) m == 0)
	{
		m >>= LIMB_BITS;
		low++;
	}
	for (uint8 *p = out + 3; m != 0; m >>= LIMB_BITS, n++)
		for (int shift = 0; shift < LIMB_BITS; shift += 8)
			*p++ = (uint8) (m >> shift);
	out[0] = v < 0 ? 2 : 1;
	out[1] = FIRST_LIMB + low;
	out[2] = n;
	wire_put_bytes(w, out, 3 + 4 * n);
}

void
shortsum_decode(ShortSum *s, MemoryContext cx, WireReader *r)
{
	ExactSum	e;
	int			used = exactsum_decode(&e, r->p, (int) Min(wire_left(r), HD_EXACT_MAX_BYTES));
	int128		v = 0;

	if (used < 0)
		wire_fail(r, "A sum is not canonical.");
	r->p += used;
	shortsum_init(s);
	for (int i = 0; i < HD_EXACT_LIMBS; i++)
		if (e.limb[i] != 0 && (i < FIRST_LIMB || i >= FIRST_LIMB + N_LIMBS))
		{
			s->wide = MemoryContextAlloc(cx, sizeof(ExactSum));
			*s->wide = e;
			return;
		}
	/* a magnitude of 2^127 and more does not fit, its limbs do */
	if (e.limb[FIRST_LIMB + N_LIMBS - 1] >= INT64CONST(0x80000000) ||
		e.limb[FIRST_LIMB + N_LIMBS - 1] <= -INT64CONST(0x80000000))
	{
		s->wide = MemoryContextAlloc(cx, sizeof(ExactSum));
		*s->wide = e;
		return;
	}
	for (int i = N_LIMBS - 1; i >= 0; i--)
		v = v * ((int128) 1 << LIMB_BITS) + e.limb[FIRST_LIMB + i];
	set_total(s, v);
}

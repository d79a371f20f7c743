/*-------------------------------------------------------------------------
 *
 * rng.c
 *	  Seeded random numbers, identical on every machine.
 *
 * Only integer arithmetic and the operations that IEEE 754 rounds correctly
 * (+ - * / sqrt) are used: log() of a C library may differ in its last bit
 * from one platform to the next, so the normal numbers bring their own.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "common/rng.h"

static uint64_t
rotate_left(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* splitmix64 (Steele, Lea & Flood 2014), the seeding Blackman & Vigna advise */
void
hd_rng_seed(HdRng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
	{
		uint64_t	z;

		seed += UINT64_C(0x9E3779B97F4A7C15);
		z = seed;
		z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
		r->s[i] = z ^ (z >> 31);
	}
}

/* xoshiro256** 1.0 (Blackman & Vigna 2018, "Scrambled linear generators") */
uint64_t
hd_rng_next(HdRng *r)
{
	uint64_t   *s = r->s;
	uint64_t	result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t	t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double
hd_rng_double(HdRng *r)
{
	return (double) (hd_rng_next(r) >> 11) * 0x1p-53;
}

/* 64 x 64 -> 128 bits, for compilers without a 128-bit integer too */
static uint64_t
multiply_high(uint64_t x, uint64_t y, uint64_t *low)
{
	uint64_t	x0 = (uint32_t) x;
	uint64_t	x1 = x >> 32;
	uint64_t	y0 = (uint32_t) y;
	uint64_t	y1 = y >> 32;
	uint64_t	p01 = x0 * y1;
	uint64_t	p10 = x1 * y0;
	uint64_t	middle = ((x0 * y0) >> 32) + (uint32_t) p01 + (uint32_t) p10;

	*low = x * y;
	return x1 * y1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/*
 * Lemire (2019), "Fast random integer generation in an interval", algorithm 5.
 * An empty interval (n = 0) gives 0.
 */
uint64_t
hd_rng_below(HdRng *r, uint64_t n)
{
	uint64_t	low;
	uint64_t	high = multiply_high(hd_rng_next(r), n, &low);

	if (low < n)
	{
		uint64_t	threshold = (0 - n) % n;	/* 2^64 mod n */

		while (low < threshold)
			high = multiply_high(hd_rng_next(r), n, &low);
	}
	return high;
}

/*
 * log(x) for finite x > 0 with correctly rounded operations only:
 * x = 2^e m, log m = 2 atanh((m - 1) / (m + 1)), |argument| < 0.172.
 */
double
hd_portable_log(double x)
{
	int			e;
	double		m = frexp(x, &e);
	double		t;
	double		sum = 0.0;

	if (m < 0.70710678118654752)
	{
		m *= 2.0;
		e--;
	}
	t = (m - 1.0) / (m + 1.0);
	for (int k = 21; k >= 1; k -= 2)
		sum = sum * (t * t) + 1.0 / k;
	return e * 0.69314718055994531 + 2.0 * t * sum;
}

/*
 * Marsaglia's polar method (Marsaglia & Bray 1964).  The second number of the
 * pair is dropped: the generator then has no state beyond its four words.
 */
double
hd_rng_normal(HdRng *r)
{
	double		u;
	double		v;
	double		s;

	do
	{
		u = 2.0 * hd_rng_double(r) - 1.0;
		v = 2.0 * hd_rng_double(r) - 1.0;
		s = u * u + v * v;
	} while (s >= 1.0 || s == 0.0);
	return u * sqrt(-2.0 * hd_portable_log(s) / s);
}

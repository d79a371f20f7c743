/*-------------------------------------------------------------------------
 *
 * binomial.c
 *	  Binomial random numbers, the same for a seed on every machine.
 *
 * Only operations that IEEE 754 rounds correctly are used (see
 * common/rng.c): log() of a C library may differ in its last bit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/binomial.h"

/* log k! less its Stirling approximation (k + 1/2) log(k + 1) - (k + 1) + log(2 pi)/2 */
static double
stirling_rest(double k)
{
	static const double small[] = {
		0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
		0.01664469118982119, 0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
		0.009255462182712733, 0.008330563433362871
	};
	double		s;

	if (k < 10)
		return small[(int) k];
	s = (k + 1) * (k + 1);
	return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / s) / s) / (k + 1);
}

static double
power(double x, int64 n)
{
	double		result = 1;

	for (; n > 0; n >>= 1)
	{
		if (n & 1)
			result *= x;
		x *= x;
	}
	return result;
}

/* Inversion of the distribution function, for n p < 10 */
static int64
draw_few(HdRng *rng, int64 n, double p)
{
	double		odds = p / (1 - p);
	double		none = power(1 - p, n);

	for (;;)
	{
		double		u = hd_rng_double(rng);
		double		term = none;

		for (int64 k = 0; k <= Min(n, 200); k++)
		{
			if (u < term)
				return k;
			u -= term;
			term *= odds * (double) (n - k) / (double) (k + 1);
		}
		/* rounding left a sliver of u beyond the last term: again */
	}
}

/*
 * Hormann (1993, J. Statist. Comput. Simul. 46:101), algorithm BTRS:
 * transformed rejection with squeeze, for p <= 1/2 and n p >= 10.
 */
static int64
draw_many(HdRng *rng, int64 trials, double p)
{
	double		n = (double) trials;
	double		sd = sqrt(n * p * (1 - p));
	double		b = 1.15 + 2.53 * sd;
	double		a = -0.0873 + 0.0248 * b + 0.01 * p;
	double		c = n * p + 0.5;
	double		alpha = (2.83 + 5.1 / b) * sd;
	double		odds = p / (1 - p);
	double		mode = floor((n + 1) * p);

	for (;;)
	{
		double		u = hd_rng_double(rng) - 0.5;
		double		v = hd_rng_double(rng);
		double		us = 0.5 - fabs(u);
		double		k = floor((2 * a / us + b) * u + c);
		double		bound;

		if (!(k >= 0 && k <= n))
			continue;
		if (us >= 0.07 && v <= 0.92 - 4.2 / b)
			return (int64) k;
		if (!(v > 0))
			return (int64) k;
		v = hd_portable_log(v * alpha / (a / (us * us) + b));
		bound = (mode + 0.5) * hd_portable_log((mode + 1) / (odds * (n - mode + 1))) +
			(n + 1) * hd_portable_log((n - mode + 1) / (n - k + 1)) +
			(k + 0.5) * hd_portable_log(odds * (n - k + 1) / (k + 1)) +
			stirling_rest(mode) + stirling_rest(n - mode) - stirling_rest(k) - stirling_rest(n - k);
		if (v <= bound)
			return (int64) k;
	}
}

int64
binomial_draw(HdRng *rng, int64 n, int64 part, int64 whole)
{
	double		p;

	if (n == 0 || part == 0)
		return 0;
	if (part == whole)
		return n;
	if (part > whole - part)
		return n - binomial_draw(rng, n, whole - part, whole);
	p = (double) part / (double) whole;
	return (double) n * p < 10 ? draw_few(rng, n, p) : draw_many(rng, n, p);
}

/*-------------------------------------------------------------------------
 *
 * tails.c
 *	  The incomplete gamma and beta integrals: pure numeric code, no memory,
 *	  no errors.
 *
 * Each yields the tail that is small at the point asked for, as the product
 * of the density and a ratio:
 *
 * - the density in Loader's deviance form (Loader 2000, "Fast and accurate
 *	 computation of binomial probabilities"), where nothing large cancels;
 * - the ratio by continued fraction or series, and for large parameters,
 *	 where these need very many terms, by Gauss-Legendre quadrature.
 *
 * No lgamma(): it writes the global signgam, and differences of its values
 * lose all digits for large arguments.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>

#include "common/tails.h"

#define FRACTION_MAX	5000	/* terms of a fraction or series */
#define QUADRATURE_FROM 500.0	/* smallest parameter for quadrature */
#define QUADRATURE_DROP 60.0	/* integrate down to e^-60 of the start */

bool
hd_positive(double x)
{
	return x > 0.0 && isfinite(x);
}

/* ------------------------------------------------------------------------
 * Building blocks of the densities
 * ------------------------------------------------------------------------
 */

/* log(1 + w) - w without cancellation; log1p(w) = 2 atanh(w / (2 + w)) */
static double
log1p_minus(double w)
{
	double		r;
	double		sum = 0.0;

	if (!(fabs(w) <= 0.5))
		return log1p(w) - w;
	r = w / (2.0 + w);

	/* r^2 <= 1/9 */
	for (int k = 35; k >= 3; k -= 2)
		sum = sum * (r * r) + 1.0 / k;
	return r * (2.0 * (r * r) * sum - w);
}

/*
 * log(a! / (a^a e^-a)), which is Stirling's 0.5 log(2 pi a) + 1/(12 a) - ...;
 * 0 for a = 0.  Small arguments are shifted up by the recurrence of the
 * factorial, each step of it (a + 1/2) log(1 + 1/a) - 1.
 */
double
hd_log_stirling(double a)
{
	double		shift = 0.0;
	double		first = a;
	double		r;

	if (a == 0.0)
		return 0.0;
	for (; a < 15.0; a += 1.0)
		shift += (a + 0.5) * (log1p(a) - log(a)) - 1.0;
	r = 1.0 / (a * a);
	return HALF_LOG_2PI + 0.5 * log(first) + shift +
		(1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r *
		(1.0 / 1188 - r * (691.0 / 360360)))))) / a;
}

/*
 * Loader's deviance bd0: a log(a / mean) + mean - a, where delta = a - mean
 * is given as exactly as can be.
 */
double
hd_deviance(double a, double mean, double delta)
{
	if (a == 0.0)
		return mean;
	if (fabs(delta) <= 0.5 * a)
		return -a * log1p_minus(-delta / a);
	return -a * (mean / a <= DBL_MAX ? log(mean / a) : log(mean) - log(a)) - delta;
}

/* a - (a + b) x, correctly to about one rounding (two-sum and fma) */
static double
mean_minus(double a, double b, double x)
{
	double		ax = a * x;
	double		bx = b * x;
	double		low = -fma(a, x, -ax) - fma(b, x, -bx);
	double		s1 = a - ax;
	double		v1 = s1 - a;
	double		s2 = s1 - bx;
	double		v2 = s2 - s1;

	low += (a - (s1 - v1)) - (ax + v1);
	low += (s1 - (s2 - v2)) - (bx + v2);
	return s2 + low;
}

/* ------------------------------------------------------------------------
 * Quadrature of a tail for large parameters
 * ------------------------------------------------------------------------
 */

static const double gauss_node[8] = {
	0.095012509837637440185, 0.28160355077925891323,
	0.45801677765722738634, 0.61787624440264374845,
	0.7554044083550030339, 0.86563120238783174388,
	0.94457502307323257608, 0.9894009349916499326
};
static const double gauss_weight[8] = {
	0.18945061045506849629, 0.18260341504492358887,
	0.16915651939500253819, 0.14959598881657673208,
	0.12462897125553387205, 0.09515851168249278481,
	0.062253523938647892863, 0.027152459411754094852
};

/*
 * Integral of (1 + d/x)^p (1 - d/y)^q e^(slope d - p d/x + q d/y) over d from
 * 0 in the given direction, that is of a density relative to its value at x,
 * whose logarithm has derivative "slope" there.  It falls off at least like a
 * normal density with some tolerance for skewness, which QUADRATURE_DROP
 * contains; the far panels are wide because little is left there.
 */
static double
integrate_tail(double p, double x, double q, double y, double slope, int direction)
{
	static const double panel[] = {0.0, 0.0625, 0.1875, 0.4375, 1.0};
	double		curvature = p / x / x + q / y / y;
	double		fall = fmax(-slope * direction, 0.0);
	double		length;
	double		sum = 0.0;

	length = 2.0 * QUADRATURE_DROP /
		(fall + sqrt(fall * fall + 2.0 * QUADRATURE_DROP * curvature));
	length = fmin(length, direction > 0 ? y : x);

	for (int i = 0; i < 4; i++)
	{
		double		middle = 0.5 * (panel[i + 1] + panel[i]);
		double		half = 0.5 * (panel[i + 1] - panel[i]);

		for (int j = 0; j < 16; j++)
		{
			double		node = j < 8 ? gauss_node[j] : -gauss_node[j - 8];
			double		d = direction * length * (middle + half * node);

			sum += half * gauss_weight[j % 8] *
				exp(p * log1p_minus(d / x) + q * log1p_minus(-d / y) + slope * d);
		}
	}
	return sum * length;
}

/* ------------------------------------------------------------------------
 * Incomplete gamma
 * ------------------------------------------------------------------------
 */

/* P(a, x) over density, by its power series (DLMF 8.7.1) */
static double
gamma_series(double a, double x)
{
	double		term = 1.0 / a;
	double		sum = term;

	for (int i = 1; i < FRACTION_MAX && term > sum * SUM_ENOUGH; i++)
	{
		term *= x / (a + i);
		sum += term;
	}
	return sum;
}

/*
 * Q(a, x) over density, by Legendre's continued fraction (DLMF 8.9.2, even
 * part), evaluated as Lentz (1976) does.  NaN where it does not converge.
 */
static double
gamma_fraction(double a, double x)
{
	double		b = x + 1.0 - a;
	double		c = 1.0 / DBL_MIN;
	double		d = 1.0 / b;
	double		h = d;

	for (int i = 1; i < FRACTION_MAX; i++)
	{
		double		coefficient = -i * (i - a);
		double		factor;

		b += 2.0;
		d = 1.0 / (coefficient * d + b);
		c = b + coefficient / c;
		factor = c * d;
		h *= factor;
		if (fabs(factor - 1.0) <= DBL_EPSILON)
			return h;
	}
	return NAN;
}

/* delta = a - x */
Tail
hd_gamma_tail(double a, double x, double delta)
{
	Tail		tail;

	tail.log_density = log(a) - hd_log_stirling(a) - hd_deviance(a, x, delta);
	tail.lower = delta + 1.0 > 0.0;
	if (a >= QUADRATURE_FROM)
	{
		tail.ratio = x > 0.0 ?
			integrate_tail(a - 1.0, 1.0, 0.0, INFINITY, delta - 1.0,
						   tail.lower ? -1 : 1) : 0.0;
	}
	else if (tail.lower)
	{
		tail.ratio = gamma_series(a, x);

		/* for small a the other tail may be the small one: take it if we can */
		if (exp(tail.log_density) * tail.ratio > 0.99)
		{
			double		other = gamma_fraction(a, x);

			if (other >= 0.0)
			{
				tail.lower = false;
				tail.ratio = other;
			}
		}
	}
	else
		tail.ratio = gamma_fraction(a, x);
	return tail;
}

/* TailFunction; b is not used */
Tail
hd_gamma_tail_at(double f, double a, double b)
{
	(void) b;
	return hd_gamma_tail(a, a * f, a * (1.0 - f));
}

/* ------------------------------------------------------------------------
 * Incomplete beta
 * ------------------------------------------------------------------------
 */

BetaPoint
hd_beta_point_at_x(double x, double a, double b)
{
	BetaPoint	t = {a, b, x, 1.0 - x, 0.0};

	/* x above one half: 1 - x is exact, and so the better argument */
	t.delta = x <= 0.5 ? mean_minus(a, b, x) : -mean_minus(b, a, t.y);
	return t;
}

BetaPoint
hd_beta_point_at_f(double f, double a, double b)
{
	BetaPoint	t = {a, b, 0.0, 0.0, 0.0};
	double		odds = f > 1.0 ? a / (b / f) : a * f / b;	/* a / b may overflow */

	t.y = 1.0 / (1.0 + odds);
	t.x = isfinite(odds) ? odds * t.y : 1.0;
	t.delta = odds <= 1.0 ? a * t.y * (1.0 - f) : b * t.x * ((1.0 - f) / f);
	return t;
}

static BetaPoint
beta_swap(BetaPoint t)
{
	BetaPoint	u = {t.b, t.a, t.y, t.x, -t.delta};

	return u;
}

/*
 * Lower tail over density by continued fraction (Didonato & Morris 1992,
 * "Algorithm 708", eq. 9), converging for x below the mean in at most about
 * sqrt(min(a, b)) terms.  NaN where it does not converge.
 */
static double
beta_fraction(BetaPoint t)
{
	double		a = t.a;
	double		b = t.b;
	double		x = t.x;
	double		v = a * ((t.delta + 1.0) / (a + 1.0));
	double		c = 1.0 / DBL_MIN;
	double		d = 1.0 / v;
	double		h = d;

	for (int m = 1; m < FRACTION_MAX; m++)
	{
		double		k = a + (2.0 * m - 1.0);
		double		u = m * ((b - m) * x) / k;
		double		factor;

		v = m + u + (a + m) / (k + 2.0) * (t.delta + 1.0 + m * (1.0 + t.y));
		u *= (a + (m - 1.0)) / k * ((a + b + (m - 1.0)) * x);
		d = 1.0 / (u * d + v);
		c = v + u / c;
		factor = c * d;
		h *= factor;
		if (fabs(factor - 1.0) <= DBL_EPSILON)
			return h;
	}
	return NAN;
}

/* Lower tail over density by quadrature; the density is that of log f */
static double
beta_integral(BetaPoint t)
{
	/* in units of the smaller of x and y, so that nothing overflows */
	double		unit = fmin(t.x, t.y);
	double		larger = fmax(t.x, t.y);

	if (t.x <= 0.0)
		return 0.0;
	return integrate_tail(t.a - 1.0, t.x / unit, t.b - 1.0, t.y / unit,
						  (t.delta - t.y + t.x) / larger, -1) / larger;
}

Tail
hd_beta_tail(BetaPoint t)
{
	Tail		tail;
	double		n = t.a + t.b;

	/* x^a y^b / B(a, b) */
	tail.log_density = log(t.a) + log(t.b / n) +
		hd_log_stirling(n) - hd_log_stirling(t.a) - hd_log_stirling(t.b) -
		hd_deviance(t.a, n * t.x, t.delta) - hd_deviance(t.b, n * t.y, -t.delta);

	/* x < (a + 1) / (a + b + 2), where the fraction converges best */
	tail.lower = t.delta + t.y > t.x;
	if (!tail.lower)
		t = beta_swap(t);
	if (fmin(t.a, t.b) >= QUADRATURE_FROM)
	{
		tail.ratio = beta_integral(t);
		return tail;
	}
	tail.ratio = beta_fraction(t);

	/* for small parameters the other tail may be the small one */
	if (exp(tail.log_density) * tail.ratio > 0.99)
	{
		double		other = beta_fraction(beta_swap(t));

		if (other >= 0.0)
		{
			tail.lower = !tail.lower;
			tail.ratio = other;
		}
	}
	return tail;
}

/* TailFunction */
Tail
hd_beta_tail_at(double f, double a, double b)
{
	return hd_beta_tail(hd_beta_point_at_f(f, a, b));
}

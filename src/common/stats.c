/*-------------------------------------------------------------------------
 *
 * stats.c
 *	  Distribution functions: pure numeric code, no memory, no errors.
 *
 * Everything rests on two kernels, the incomplete gamma and the incomplete
 * beta integral.  Each yields the tail that is small at the point asked for,
 * as the product of the density and a ratio:
 *
 * - the density in Loader's deviance form (Loader 2000, "Fast and accurate
 *	 computation of binomial probabilities"), where nothing large cancels;
 * - the ratio by continued fraction or series, and for large parameters,
 *	 where these need very many terms, by Gauss-Legendre quadrature.
 *
 * "f" below is the argument over its mean: x / a for gamma, and the odds
 * (x / a) / (y / b) for beta, which is the variance ratio F.  Densities and
 * quantiles are taken with respect to log f: on that scale every tail is
 * log-concave, so that Newton's method on the log tail cannot go astray.
 *
 * No lgamma(): it writes the global signgam, and differences of its values
 * lose all digits for large arguments.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "common/stats.h"

#define HALF_LOG_2PI	0.91893853320467274178
#define SQRT_2PI		2.5066282746310005024
#define SQRT_HALF		0.70710678118654752440
#define PI				3.14159265358979323846

#define FRACTION_MAX	5000	/* terms of a fraction or series */
#define SUM_ENOUGH		1e-20	/* relative size of a term that ends a sum */
#define NEWTON_MAX		200		/* steps of a quantile */
#define STEP_MAX		40.0	/* longest step in log f */
#define QUADRATURE_FROM 500.0	/* smallest parameter for quadrature */
#define QUADRATURE_DROP 60.0	/* integrate down to e^-60 of the start */
#define LOT_MAX			1e12	/* lots whose products of counts stay exact */
#define T_FAR			1e100	/* beyond, Student's tail is a pure power */

/*
 * One tail: exp(log_density) * ratio, the density being that of log f.  The
 * other tail is its complement.
 */
typedef struct Tail
{
	bool		lower;			/* P(X <= x), else P(X > x) */
	double		log_density;
	double		ratio;
} Tail;

typedef Tail (*TailFunction) (double f, double a, double b);

/*
 * A point of the beta distribution.  y = 1 - x; delta = a y - b x, which is
 * n (mean - x), is kept apart because it decides the accuracy of the density
 * for large a and b.
 */
typedef struct BetaPoint
{
	double		a;
	double		b;
	double		x;
	double		y;
	double		delta;
} BetaPoint;

static bool
positive(double x)
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
static double
log_stirling(double a)
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
static double
deviance(double a, double mean, double delta)
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
static Tail
gamma_tail(double a, double x, double delta)
{
	Tail		tail;

	tail.log_density = log(a) - log_stirling(a) - deviance(a, x, delta);
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
static Tail
gamma_tail_at(double f, double a, double b)
{
	(void) b;
	return gamma_tail(a, a * f, a * (1.0 - f));
}

/* ------------------------------------------------------------------------
 * Incomplete beta
 * ------------------------------------------------------------------------
 */

static BetaPoint
beta_point_at_x(double x, double a, double b)
{
	BetaPoint	t = {a, b, x, 1.0 - x, 0.0};

	/* x above one half: 1 - x is exact, and so the better argument */
	t.delta = x <= 0.5 ? mean_minus(a, b, x) : -mean_minus(b, a, t.y);
	return t;
}

static BetaPoint
beta_point_at_f(double f, double a, double b)
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

static Tail
beta_tail(BetaPoint t)
{
	Tail		tail;
	double		n = t.a + t.b;

	/* x^a y^b / B(a, b) */
	tail.log_density = log(t.a) + log(t.b / n) +
		log_stirling(n) - log_stirling(t.a) - log_stirling(t.b) -
		deviance(t.a, n * t.x, t.delta) - deviance(t.b, n * t.y, -t.delta);

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
static Tail
beta_tail_at(double f, double a, double b)
{
	return beta_tail(beta_point_at_f(f, a, b));
}

/* ------------------------------------------------------------------------
 * From tails to probabilities and quantiles
 * ------------------------------------------------------------------------
 */

static double
tail_probability(Tail tail, bool lower)
{
	/* rounding must not lead out of [0, 1]; a NaN stays one */
	double		direct = exp(tail.log_density) * tail.ratio;

	if (direct > 1.0)
		direct = 1.0;
	return tail.lower == lower ? direct : 1.0 - direct;
}

/* log of a tail, and its derivative with respect to log f */
static double
tail_log(Tail tail, bool lower, double *slope)
{
	double		direct;

	if (tail.lower == lower)
	{
		*slope = (lower ? 1.0 : -1.0) / tail.ratio;
		return tail.log_density + log(tail.ratio);
	}
	direct = exp(tail.log_density) * tail.ratio;
	*slope = (lower ? 1.0 : -1.0) * exp(tail.log_density) / (1.0 - direct);
	return log1p(-direct);
}

/*
 * The f whose lower tail is p and whose upper tail is q = 1 - p: Newton on
 * the log of the smaller tail, inside a bracket that every step narrows.
 * 0 and infinity are answers: f then lies beyond the range of a double.
 */
static double
solve_quantile(TailFunction tail_at, double a, double b, double p, double q)
{
	bool		lower = p <= q;
	double		target = log(lower ? p : q);
	double		z = lower ? hd_norm_quantile(p) : -hd_norm_quantile(q);
	double		f = exp(fmax(-5.0, fmin(5.0, z * sqrt(1.0 / a + 1.0 / b))));
	double		low = 0.0;
	double		high = INFINITY;

	for (int i = 0; i < NEWTON_MAX && f > low && f < high; i++)
	{
		double		slope;
		double		miss = target - tail_log(tail_at(f, a, b), lower, &slope);
		bool		above = (miss > 0.0) == lower;	/* the root is above f */
		double		step = miss / slope;
		double		next;

		if (isnan(miss))
			return NAN;
		if (!(fabs(step) <= STEP_MAX))
			step = above ? STEP_MAX : -STEP_MAX;
		next = f * exp(step);
		if (fabs(step) <= 0.5 * DBL_EPSILON ||
			fabs(miss) <= 4.0 * DBL_EPSILON * fmax(1.0, -target))
			return next;
		if (above)
			low = f;
		else
			high = f;
		if (next >= high || (next <= low && low > 0.0))
			next = sqrt(low) * sqrt(high);
		f = next;
	}
	return f;
}

/* ------------------------------------------------------------------------
 * Normal
 * ------------------------------------------------------------------------
 */

double
hd_norm_cdf(double x)
{
	return 0.5 * erfc(-x * SQRT_HALF);
}

double
hd_norm_sf(double x)
{
	return 0.5 * erfc(x * SQRT_HALF);
}

/*
 * The z > 0 with upper tail p, where p is too small for the density to keep
 * its digits: Newton on the log tail by Laplace's continued fraction for
 * Mills' ratio (DLMF 7.9.1).
 */
static double
norm_far_quantile(double p)
{
	double		log_p = log(p);
	double		z = sqrt(-2.0 * log_p);

	for (int i = 0; i < 8; i++)
	{
		double		reciprocal = z; /* of Mills' ratio */

		for (int k = 40; k >= 1; k--)
			reciprocal = z + k / reciprocal;
		z += (-0.5 * z * z - HALF_LOG_2PI - log(reciprocal) - log_p) / reciprocal;
	}
	return z;
}

double
hd_norm_quantile(double p)
{
	double		q = p - 0.5;
	double		t;
	double		z;

	if (!(p >= 0.0 && p <= 1.0))
		return NAN;
	if (p > 0.5)
		return -hd_norm_quantile(1.0 - p);
	if (p == 0.5)
		return 0.0;
	if (p == 0.0)
		return -INFINITY;
	if (p < 1e-20)
		return -norm_far_quantile(p);

	/* Abramowitz & Stegun 26.2.23, good to 4.5e-4, then Halley's method */
	t = sqrt(-2.0 * log(p));
	z = (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
	for (int i = 0; i < 3; i++)
	{
		double		miss = p > 0.25 ? 0.5 * erf(z * SQRT_HALF) - q : hd_norm_cdf(z) - p;
		double		e = miss * SQRT_2PI * exp(0.5 * z * z);

		z -= e / (1.0 + 0.5 * z * e);
	}
	return z;
}

/* ------------------------------------------------------------------------
 * Gamma and chi-squared
 * ------------------------------------------------------------------------
 */

static double
gamma_probability(double a, double x, bool lower)
{
	if (!positive(a) || isnan(x))
		return NAN;
	if (x <= 0.0)
		return lower ? 0.0 : 1.0;
	if (isinf(x))
		return lower ? 1.0 : 0.0;
	return tail_probability(gamma_tail(a, x, a - x), lower);
}

double
hd_gamma_p(double a, double x)
{
	return gamma_probability(a, x, true);
}

double
hd_gamma_q(double a, double x)
{
	return gamma_probability(a, x, false);
}

double
hd_chisq_cdf(double x, double df)
{
	return gamma_probability(0.5 * df, 0.5 * x, true);
}

double
hd_chisq_sf(double x, double df)
{
	return gamma_probability(0.5 * df, 0.5 * x, false);
}

/* The tails are both given: whichever is small is the accurate one. */
static double
chisq_quantile(double p, double q, double df)
{
	if (!positive(df) || !(p >= 0.0 && p <= 1.0))
		return NAN;
	if (p == 0.0)
		return 0.0;
	if (q == 0.0)
		return INFINITY;
	return df * solve_quantile(gamma_tail_at, 0.5 * df, INFINITY, p, q);
}

double
hd_chisq_quantile(double p, double df)
{
	return chisq_quantile(p, 1.0 - p, df);
}

/* ------------------------------------------------------------------------
 * Beta
 * ------------------------------------------------------------------------
 */

static double
beta_probability(double x, double a, double b, bool lower)
{
	if (!positive(a) || !positive(b) || isnan(x))
		return NAN;
	if (x <= 0.0)
		return lower ? 0.0 : 1.0;
	if (x >= 1.0)
		return lower ? 1.0 : 0.0;
	return tail_probability(beta_tail(beta_point_at_x(x, a, b)), lower);
}

double
hd_beta_cdf(double x, double a, double b)
{
	return beta_probability(x, a, b, true);
}

double
hd_beta_sf(double x, double a, double b)
{
	return beta_probability(x, a, b, false);
}

static double
beta_quantile(double p, double q, double a, double b)
{
	if (!positive(a) || !positive(b) || !(p >= 0.0 && p <= 1.0))
		return NAN;
	if (p == 0.0 || q == 0.0)
		return p == 0.0 ? 0.0 : 1.0;
	return beta_point_at_f(solve_quantile(beta_tail_at, a, b, p, q), a, b).x;
}

double
hd_beta_quantile(double p, double a, double b)
{
	return beta_quantile(p, 1.0 - p, a, b);
}

/* ------------------------------------------------------------------------
 * F, with infinite degrees of freedom too
 * ------------------------------------------------------------------------
 */

static double
f_probability(double x, double df1, double df2, bool lower)
{
	if (isnan(x) || !(df1 > 0.0) || !(df2 > 0.0) || (isinf(df1) && isinf(df2)))
		return NAN;
	if (x <= 0.0)
		return lower ? 0.0 : 1.0;
	if (isinf(x))
		return lower ? 1.0 : 0.0;
	if (isinf(df2))
		return gamma_probability(0.5 * df1, 0.5 * df1 * x, lower);
	if (isinf(df1))
		return gamma_probability(0.5 * df2, 0.5 * df2 / x, !lower);
	return tail_probability(beta_tail_at(x, 0.5 * df1, 0.5 * df2), lower);
}

double
hd_f_cdf(double x, double df1, double df2)
{
	return f_probability(x, df1, df2, true);
}

double
hd_f_sf(double x, double df1, double df2)
{
	return f_probability(x, df1, df2, false);
}

double
hd_f_quantile(double p, double df1, double df2)
{
	double		q = 1.0 - p;

	if (!(p >= 0.0 && p <= 1.0) || !(df1 > 0.0) || !(df2 > 0.0) ||
		(isinf(df1) && isinf(df2)))
		return NAN;
	if (p == 0.0)
		return 0.0;
	if (q == 0.0)
		return INFINITY;
	if (isinf(df2))
		return chisq_quantile(p, q, df1) / df1;
	if (isinf(df1))
		return df2 / chisq_quantile(q, p, df2);
	return solve_quantile(beta_tail_at, 0.5 * df1, 0.5 * df2, p, q);
}

/* ------------------------------------------------------------------------
 * Student's t: t^2 is F with 1 and df degrees of freedom
 * ------------------------------------------------------------------------
 */

double
hd_t_sf(double x, double df)
{
	if (isnan(x) || !(df > 0.0))
		return NAN;
	if (isinf(df))
		return hd_norm_sf(x);
	if (x < 0.0)
		return 1.0 - hd_t_sf(-x, df);

	/* x^2 would overflow; so far out the tail is proportional to x^-df */
	if (x > T_FAR)
		return hd_t_sf(T_FAR, df) * pow(T_FAR / x, df);
	return 0.5 * f_probability(x * x, 1.0, df, false);
}

double
hd_t_cdf(double x, double df)
{
	return hd_t_sf(-x, df);
}

double
hd_t_quantile(double p, double df)
{
	double		far;

	if (!(p >= 0.0 && p <= 1.0) || !(df > 0.0))
		return NAN;
	if (p == 0.5)
		return 0.0;
	if (isinf(df))
		return hd_norm_quantile(p);
	if (p > 0.5)
		return -hd_t_quantile(1.0 - p, df);
	if (p == 0.0)
		return -INFINITY;
	if (df == 1.0)
		return p < 0.25 ? -1.0 / tan(PI * p) : tan(PI * (p - 0.5));
	if (df == 2.0)
		return (2.0 * p - 1.0) / sqrt(2.0 * p * (1.0 - p));
	far = hd_t_sf(T_FAR, df);
	if (p < far)
		return -T_FAR * pow(far / p, 1.0 / df);
	return -sqrt(solve_quantile(beta_tail_at, 0.5, 0.5 * df, 1.0 - 2.0 * p, 2.0 * p));
}

/* ------------------------------------------------------------------------
 * Binomial and hypergeometric
 * ------------------------------------------------------------------------
 */

static double
binom_probability(double k, double n, double p, bool lower)
{
	if (isnan(k) || !(p >= 0.0 && p <= 1.0) || !(n >= 0.0) || floor(n) != n || isinf(n))
		return NAN;
	k = floor(k);
	if (k < 0.0)
		return lower ? 0.0 : 1.0;
	if (k >= n)
		return lower ? 1.0 : 0.0;

	/* P(X > k) = I_p(k + 1, n - k) (DLMF 8.17.5) */
	return beta_probability(p, k + 1.0, n - k, !lower);
}

double
hd_binom_cdf(double k, double n, double p)
{
	return binom_probability(k, n, p, true);
}

double
hd_binom_sf(double k, double n, double p)
{
	return binom_probability(k, n, p, false);
}

/* One cell of the two by two table in the log probability below */
static double
cell_term(double count, double mean, double delta)
{
	return log_stirling(count) + deviance(count, mean, delta);
}

/* P(X = k) in deviance form: four cells against their expected counts */
static double
hyper_probability(double k, double lot, double bad, double n)
{
	double		good = lot - bad;
	double		rest = lot - n;

	/* k - bad n / lot, the products taken exactly */
	double		kl = k * lot;
	double		bn = bad * n;
	double		delta = ((kl - bn) + (fma(k, lot, -kl) - fma(bad, n, -bn))) / lot;

	return exp(log_stirling(bad) + log_stirling(good) +
			   log_stirling(n) + log_stirling(rest) - log_stirling(lot) -
			   cell_term(k, bad * n / lot, delta) -
			   cell_term(bad - k, bad * rest / lot, -delta) -
			   cell_term(n - k, good * n / lot, -delta) -
			   cell_term(good - n + k, good * rest / lot, delta));
}

/*
 * Terms are summed outwards from k on the side where they fall off, each from
 * its neighbour by the ratio of the probabilities.
 */
double
hd_hyper_cdf(double k, double lot, double bad, double n)
{
	double		term;
	double		sum;
	double		others = lot - bad - n;
	double		least = fmax(0.0, -others);
	double		most = fmin(bad, n);

	if (isnan(k) || !(lot >= 0.0 && lot <= LOT_MAX) || floor(lot) != lot ||
		!(bad >= 0.0 && bad <= lot) || floor(bad) != bad ||
		!(n >= 0.0 && n <= lot) || floor(n) != n)
		return NAN;
	k = floor(k);
	if (k < least)
		return 0.0;
	if (k >= most)
		return 1.0;

	if ((k + 0.5) * lot <= bad * n)
	{
		sum = term = hyper_probability(k, lot, bad, n);
		for (; k > least && term > sum * SUM_ENOUGH; k -= 1.0)
		{
			term *= k / (bad - k + 1.0) * ((others + k) / (n - k + 1.0));
			sum += term;
		}
		return sum;
	}
	k += 1.0;
	sum = term = hyper_probability(k, lot, bad, n);
	for (; k < most && term > sum * SUM_ENOUGH; k += 1.0)
	{
		term *= (bad - k) / (k + 1.0) * ((n - k) / (others + k + 1.0));
		sum += term;
	}
	return 1.0 - sum;
}

/* ------------------------------------------------------------------------
 * Intervals for a proportion
 * ------------------------------------------------------------------------
 */

static bool
proportion_defined(double successes, double n, double confidence)
{
	return positive(n) && successes >= 0.0 && successes <= n &&
		confidence > 0.0 && confidence < 1.0;
}

void
hd_clopper_pearson(double successes, double n, double confidence,
				   double *low, double *high)
{
	double		tail = 0.5 * (1.0 - confidence);
	double		failures = n - successes;

	*low = *high = NAN;
	if (!proportion_defined(successes, n, confidence))
		return;

	/* the bounds at the ends solve x^n = tail and (1 - x)^n = tail */
	if (successes == 0.0)
		*low = 0.0;
	else if (failures == 0.0)
		*low = exp(log(tail) / n);
	else
		*low = beta_quantile(tail, 1.0 - tail, successes, failures + 1.0);
	if (failures == 0.0)
		*high = 1.0;
	else if (successes == 0.0)
		*high = -expm1(log(tail) / n);
	else
		*high = beta_quantile(1.0 - tail, tail, successes + 1.0, failures);
}

/*
 * Roots of (n + z^2) p^2 - (2 s + z^2) p + s^2 / n = 0.  The lower one is the
 * product of the roots over the upper one, so that nothing cancels.
 */
static void
wilson_roots(double s, double n, double z, double *low, double *high)
{
	double		upper = s + 0.5 * z * z + z * sqrt(s * ((n - s) / n) + 0.25 * z * z);

	*low = upper > 0.0 ? s * (s / n) / upper : 0.0;
	*high = upper / (n + z * z);
}

void
hd_wilson(double successes, double n, double confidence,
		  double *low, double *high)
{
	double		z;

	*low = *high = NAN;
	if (!proportion_defined(successes, n, confidence))
		return;
	z = -hd_norm_quantile(0.5 * (1.0 - confidence));

	/* more successes than failures: count failures, so that all gives 1 */
	if (successes <= 0.5 * n)
		wilson_roots(successes, n, z, low, high);
	else
	{
		wilson_roots(n - successes, n, z, high, low);
		*low = 1.0 - *low;
		*high = 1.0 - *high;
	}
}

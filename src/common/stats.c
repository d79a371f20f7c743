/*-------------------------------------------------------------------------
 *
 * stats.c
 *	  Distribution functions: pure numeric code, no memory, no errors.
 *
 * Everything rests on the tails of the incomplete gamma and beta integrals
 * (tails.c), and one solver for all quantiles.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "common/stats.h"
#include "common/tails.h"

#define SQRT_2PI		2.5066282746310005024
#define SQRT_HALF		0.70710678118654752440
#define PI				3.14159265358979323846
#define NEWTON_MAX		200		/* steps of a quantile */
#define STEP_MAX		40.0	/* longest step in log f */
#define LOT_MAX			1e12	/* lots whose products of counts stay exact */
#define T_FAR			1e100	/* beyond, Student's tail is a pure power */

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
	if (!hd_positive(a) || isnan(x))
		return NAN;
	if (x <= 0.0)
		return lower ? 0.0 : 1.0;
	if (isinf(x))
		return lower ? 1.0 : 0.0;
	return tail_probability(hd_gamma_tail(a, x, a - x), lower);
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
	if (!hd_positive(df) || !(p >= 0.0 && p <= 1.0))
		return NAN;
	if (p == 0.0)
		return 0.0;
	if (q == 0.0)
		return INFINITY;
	return df * solve_quantile(hd_gamma_tail_at, 0.5 * df, INFINITY, p, q);
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
	if (!hd_positive(a) || !hd_positive(b) || isnan(x))
		return NAN;
	if (x <= 0.0)
		return lower ? 0.0 : 1.0;
	if (x >= 1.0)
		return lower ? 1.0 : 0.0;
	return tail_probability(hd_beta_tail(hd_beta_point_at_x(x, a, b)), lower);
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
	if (!hd_positive(a) || !hd_positive(b) || !(p >= 0.0 && p <= 1.0))
		return NAN;
	if (p == 0.0 || q == 0.0)
		return p == 0.0 ? 0.0 : 1.0;
	return hd_beta_point_at_f(solve_quantile(hd_beta_tail_at, a, b, p, q), a, b).x;
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
	return tail_probability(hd_beta_tail_at(x, 0.5 * df1, 0.5 * df2), lower);
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
	return solve_quantile(hd_beta_tail_at, 0.5 * df1, 0.5 * df2, p, q);
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
	return -sqrt(solve_quantile(hd_beta_tail_at, 0.5, 0.5 * df, 1.0 - 2.0 * p, 2.0 * p));
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
	return hd_log_stirling(count) + hd_deviance(count, mean, delta);
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

	return exp(hd_log_stirling(bad) + hd_log_stirling(good) +
			   hd_log_stirling(n) + hd_log_stirling(rest) - hd_log_stirling(lot) -
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
	return hd_positive(n) && successes >= 0.0 && successes <= n &&
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

/*
 * Equal tails of the posterior Beta(s + 1/2, n - s + 1/2).  Where nothing, or
 * everything, succeeded the bound on that side is 0, or 1 (Brown, Cai &
 * DasGupta 2001, Stat. Sci. 16:101), else coverage would go to 0
 * near the end.
 */
void
hd_jeffreys(double successes, double n, double confidence,
			double *low, double *high)
{
	double		tail = 0.5 * (1.0 - confidence);
	double		failures = n - successes;

	*low = *high = NAN;
	if (!proportion_defined(successes, n, confidence))
		return;
	*low = successes > 0.0 ? beta_quantile(tail, 1.0 - tail, successes + 0.5, failures + 0.5) : 0.0;
	*high = failures > 0.0 ? beta_quantile(1.0 - tail, tail, successes + 0.5, failures + 0.5) : 1.0;
}

/* Agresti & Coull (1998, Am. Stat. 52:119): Wald with z^2 / 2 more of each outcome */
void
hd_agresti_coull(double successes, double n, double confidence,
				 double *low, double *high)
{
	double		z;
	double		total;
	double		p;
	double		half;

	*low = *high = NAN;
	if (!proportion_defined(successes, n, confidence))
		return;
	z = -hd_norm_quantile(0.5 * (1.0 - confidence));
	total = n + z * z;
	p = (successes + 0.5 * z * z) / total;
	half = z * sqrt(p * (1.0 - p) / total);
	*low = fmax(0.0, p - half);
	*high = fmin(1.0, p + half);
}

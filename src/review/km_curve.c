/*-------------------------------------------------------------------------
 *
 * km_curve.c
 *	  Product-limit estimate of a survival curve (Kaplan & Meier 1958), its
 *	  intervals, quantiles, area, and the comparison of two.
 *
 * Variance by Greenwood (1926).  Where durations end and are censored at the
 * same time, the ends come first.  The product is kept in double-double
 * arithmetic, so that S = 1/2 is found where it is 1/2.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "common/wide.h"
#include "review/km.h"

/* 1 - p, of a p that was written in decimals, is off by no more than this */
#define DECIMALS 4.5e-16

static inline Wide
wide_of_count(int64 n)
{
	double		high = (double) (n & ~INT64CONST(0x7ff));

	return wide_quick_two_sum(high, (double) (n & 0x7ff));
}

KmCurve *
km_curve_of(const Km *k)
{
	KmCurve    *c = palloc0(sizeof(KmCurve));
	int64		at_risk = k->total;
	Wide		s = wide_of(1);
	Wide		sum = wide_of(0);

	c->n = k->n;
	c->total = k->total;
	c->time = k->time;
	c->ended = k->ended;
	c->censored = k->censored;
	c->at_risk = array_alloc(k->n, sizeof(int64));
	c->survival = array_alloc(k->n, sizeof(double));
	c->short_of = array_alloc(k->n, sizeof(double));
	c->greenwood = array_alloc(k->n, sizeof(double));
	for (int64 i = 0; i < k->n; i++)
	{
		int64		d = k->ended[i];

		HD_CHECK_EVERY(i + 1);
		c->at_risk[i] = at_risk;
		c->n_ended += d;
		if (d > 0 && d < at_risk)
		{
			int64		rest = at_risk - d;

			s = wide_divide(wide_multiply(s, wide_of_count(rest)), wide_of_count(at_risk));
			sum = wide_add(sum, wide_of((double) d / (double) at_risk / (double) rest));
		}
		else if (d > 0)
			s = wide_of(0);
		c->survival[i] = s.high;
		c->short_of[i] = s.low;
		c->greenwood[i] = s.high > 0 ? sum.high : INFINITY;
		at_risk -= d + k->censored[i];
	}
	return c;
}

int64
km_place(const KmCurve *c, double t)
{
	int64		low = 0;
	int64		high = c->n;

	while (low < high)
	{
		int64		mid = low + (high - low) / 2;

		if (c->time[mid] <= t)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

/* Greenwood; NaN where nothing has ended yet, or nothing is left */
double
km_se(const KmCurve *c, int64 i)
{
	if (i < 0 || !(c->greenwood[i] > 0) || isinf(c->greenwood[i]))
		return NAN;
	return c->survival[i] * sqrt(c->greenwood[i]);
}

/*
 * Pointwise interval of S(time[i]): normal on the scale of log(-log S)
 * (Kalbfleisch & Prentice 1980), which keeps to [0, 1]; of log S; or of S.
 * While nothing has ended all that were at risk have survived: the bound of
 * Clopper & Pearson.  Where nothing is left there is no bound.
 */
void
km_bounds(const KmCurve *c, int64 i, double confidence, KmBand band, double *low, double *high)
{
	double		z = hd_norm_quantile((1 + confidence) / 2);
	double		s,
				half;

	*low = *high = NAN;
	if (i < 0 || isinf(c->greenwood[i]))
		return;
	s = c->survival[i];
	if (c->greenwood[i] == 0)
	{
		hd_clopper_pearson((double) c->at_risk[i], (double) c->at_risk[i], confidence, low, high);
		return;
	}
	half = z * sqrt(c->greenwood[i]);
	if (band == KM_LOG_LOG)
	{
		double		factor = exp(half / -log(s));

		*low = pow(s, factor);
		*high = pow(s, 1 / factor);
	}
	else if (band == KM_LOG)
	{
		*low = s * exp(-half);
		*high = Min(1, s * exp(half));
	}
	else
	{
		*low = Max(0, s - s * half);
		*high = Min(1, s + s * half);
	}
}

double
km_quantile_of(const KmCurve *c, double p)
{
	int64		low = 0;
	int64		high = c->n;

	/* S never rises */
	while (low < high)
	{
		int64		mid = low + (high - low) / 2;

		if (c->survival[mid] - (1 - p) + c->short_of[mid] <= DECIMALS)
			high = mid;
		else
			low = mid + 1;
	}
	return low < c->n ? c->time[low] : NAN;
}

/*
 * Does the lower bound of S lie at or below q, S itself being above?  The
 * upper bound, S being at or below?  As km_bounds has them, without a power
 * for each duration; half is the half-width on the scale of log S.
 */
static inline bool
low_passes(double s, double half, double q, KmBand band)
{
	double		l;

	if (band == KM_PLAIN)
		return s - s * half <= q + DECIMALS;
	if (band == KM_LOG)
		return s * exp(-half) <= q + DECIMALS;
	l = -log(s);
	return half >= l * log(-log(q) / l);
}

static inline bool
high_passes(double s, double half, double q, KmBand band)
{
	double		l;

	if (band == KM_PLAIN)
		return s + s * half <= q + DECIMALS;
	if (band == KM_LOG)
		return s * exp(half) <= q + DECIMALS;
	l = -log(s);
	return l * exp(-half / l) >= -log(q) * (1 - DECIMALS);
}

/* Brookmeyer & Crowley (1982): where the bounds of S pass 1 - p */
void
km_quantile_bounds(const KmCurve *c, double p, double confidence, KmBand band, double *low, double *high)
{
	double		z = hd_norm_quantile((1 + confidence) / 2);
	double		q = 1 - p;

	*low = *high = NAN;
	for (int64 i = 0; i < c->n && isnan(*high); i++)
	{
		double		s = c->survival[i];
		bool		passed = s - q + c->short_of[i] <= DECIMALS;
		double		half;

		HD_CHECK_EVERY(i + 1);
		if (c->ended[i] == 0)
			continue;
		half = z * sqrt(c->greenwood[i]);
		if (isnan(*low) && (passed || low_passes(s, half, q, band)))
			*low = c->time[i];
		/* where nothing is left there is no bound */
		if (passed && s > 0 && high_passes(s, half, q, band))
			*high = c->time[i];
	}
}

/* Restricted mean (Irwin 1949) and its variance (Klein & Moeschberger 2003, 4.5.2) */
double
km_area(const KmCurve *c, double tau, double *variance)
{
	Wide		area = wide_of(0);
	Wide		var = wide_of(0);
	int64		last = km_place(c, tau);

	*variance = NAN;
	if (last == c->n - 1 && c->time[last] < tau && c->survival[last] > 0)
		return NAN;
	/* from the right, so that what is left of the area is known at each end */
	for (int64 i = last; i >= 0; i--)
	{
		double		until = i == last ? tau : c->time[i + 1];
		int64		rest = c->at_risk[i] - c->ended[i];

		HD_CHECK_EVERY(i + 1);
		area = wide_add(area, wide_multiply(wide_of(c->survival[i]), wide_two_sum(until, -c->time[i])));
		if (c->ended[i] > 0 && rest > 0)
			var = wide_add(var, wide_multiply(wide_multiply(area, area),
											  wide_divide(wide_divide(wide_of_count(c->ended[i]), wide_of_count(c->at_risk[i])),
														  wide_of_count(rest))));
	}
	area = wide_add(area, wide_of(last >= 0 ? c->time[0] : tau));
	*variance = var.high;
	return area.high;
}

/* ---- two curves ---- */

/* Mantel (1966), Peto & Peto (1972): expected ends of each, and the hypergeometric variance */
void
km_log_rank(const KmCurve *a, const KmCurve *b, LogRank *r)
{
	int64		i = 0,
				j = 0,
				rounds = 0;
	Wide		expected_a = wide_of(0),
				expected_b = wide_of(0),
				variance = wide_of(0);

	while (i < a->n || j < b->n)
	{
		double		t = j >= b->n || (i < a->n && a->time[i] <= b->time[j]) ? a->time[i] : b->time[j];
		double		n_a = i < a->n ? (double) a->at_risk[i] : 0;
		double		n_b = j < b->n ? (double) b->at_risk[j] : 0;
		double		n = n_a + n_b;
		double		d = 0;

		HD_CHECK_EVERY(++rounds);
		if (i < a->n && a->time[i] == t)
			d += (double) a->ended[i++];
		if (j < b->n && b->time[j] == t)
			d += (double) b->ended[j++];
		if (d == 0)
			continue;
		expected_a = wide_add(expected_a, wide_of(d * n_a / n));
		expected_b = wide_add(expected_b, wide_of(d * n_b / n));
		if (n > 1)
			variance = wide_add(variance, wide_of(d * (n_a / n) * (n_b / n) * ((n - d) / (n - 1))));
	}
	r->expected_a = expected_a.high;
	r->expected_b = expected_b.high;
	r->variance = variance.high;
}

/*-------------------------------------------------------------------------
 *
 * charts.c
 *	  SQL functions: control charts of measurements and of counts, and their
 *	  average run lengths.
 *
 * A series is an array in the order of time; a NULL in it is no observation,
 * but counts as a place.  All charts give rows of one shape (series.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/stats.h"
#include "quality/beta_prior.h"
#include "quality/run_length.h"
#include "quality/series.h"

#define NO_POINT {.statistic = NAN,.limit = NAN,.statistic_low = NAN,.limit_low = NAN,.estimate = NAN,.ci_low = NAN,.ci_high = NAN}

/* ---- tabular CUSUM ---- */

/* One side: since when it has been above 0, and what was seen since */
typedef struct CusumSide
{
	double		c;
	int64		since;
	int64		n;
	double		sum;
} CusumSide;

static void
cusum_step(CusumSide *s, double step, double x, int64 at)
{
	s->c = Max(0, s->c + step);
	if (s->c == 0)
	{
		s->n = 0;
		s->sum = 0;
		return;
	}
	if (s->n == 0)
		s->since = at;
	s->n++;
	s->sum += x;
}

/* (x[], target, sigma, k, h, confidence) */
PG_FUNCTION_INFO_V1(quality_cusum);
Datum
quality_cusum(PG_FUNCTION_ARGS)
{
	int			n;
	double	   *x = series_numbers(fcinfo, 0, "x", &n);
	double		target = option_number(fcinfo, 1, "target");
	double		sigma = option_positive(fcinfo, 2, "sigma");
	double		k = option_number(fcinfo, 3, "k");
	double		h = option_positive(fcinfo, 4, "h");
	double		z = hd_norm_quantile((1 + arg_confidence(fcinfo, 5)) / 2);
	CusumSide	up = {0},
				down = {0};
	int64		seen = 0;
	SrfRow		row;

	if (k < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k must not be negative"),
				 errdetail("It is %g.", k)));
	srf_begin(fcinfo, &row);
	for (int i = 0; i < n; i++)
	{
		ChartPoint	p = NO_POINT;
		const CusumSide *worse;

		if (isnan(x[i]))
			continue;
		cusum_step(&up, x[i] - (target + k * sigma), x[i], i + 1);
		cusum_step(&down, (target - k * sigma) - x[i], x[i], i + 1);
		worse = down.c > up.c ? &down : &up;
		p.at = i + 1;
		p.n = (double) ++seen;
		p.statistic = up.c;
		p.limit = h * sigma;
		p.statistic_low = down.c;
		p.limit_low = h * sigma;
		p.alarm = up.c > h * sigma || down.c > h * sigma;
		if (worse->n > 0)
		{
			double		half = z * sigma / sqrt((double) worse->n);

			/* Montgomery (2013), eq. 9.6: target + k + C / N is the mean since */
			p.since = worse->since;
			p.estimate = worse->sum / (double) worse->n;
			p.ci_low = p.estimate - half;
			p.ci_high = p.estimate + half;
			p.evidence = psprintf("%s for " INT64_FORMAT " observation%s", worse == &up ? "above" : "below", worse->n, worse->n == 1 ? "" : "s");
		}
		chart_row(&row, &p);
	}
	return (Datum) 0;
}

/* ---- EWMA ---- */

enum
{
	LIMITS_EXACT,
	LIMITS_ASYMPTOTIC
};

static const ArgChoice limit_kinds[] = {{"exact", LIMITS_EXACT}, {"asymptotic", LIMITS_ASYMPTOTIC}, {NULL}};

static double
lambda_arg(FunctionCallInfo fcinfo, int arg)
{
	double		v = option_positive(fcinfo, arg, "lambda");

	if (v > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lambda must not be greater than 1"),
				 errdetail("It is %g.", v)));
	return v;
}

/* (x[], target, sigma, lambda, width, limits, confidence) */
PG_FUNCTION_INFO_V1(quality_ewma);
Datum
quality_ewma(PG_FUNCTION_ARGS)
{
	int			n;
	double	   *x = series_numbers(fcinfo, 0, "x", &n);
	double		target = option_number(fcinfo, 1, "target");
	double		sigma = option_positive(fcinfo, 2, "sigma");
	double		lambda = lambda_arg(fcinfo, 3);
	double		width = option_positive(fcinfo, 4, "width");
	int			kind = arg_choice(fcinfo, 5, "limits", limit_kinds);
	double		quantile = hd_norm_quantile((1 + arg_confidence(fcinfo, 6)) / 2);
	double		z = target;
	double		faded = 1;		/* (1 - lambda)^(2 i) */
	int64		seen = 0;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int i = 0; i < n; i++)
	{
		ChartPoint	p = NO_POINT;
		double		se;

		if (isnan(x[i]))
			continue;
		z = lambda * x[i] + (1 - lambda) * z;
		faded *= (1 - lambda) * (1 - lambda);
		se = sigma * sqrt(lambda / (2 - lambda) * (1 - faded));
		p.at = i + 1;
		p.n = (double) ++seen;
		p.statistic = z;
		p.statistic_low = z;
		p.limit = target + width * (kind == LIMITS_EXACT ? se : sigma * sqrt(lambda / (2 - lambda)));
		p.limit_low = 2 * target - p.limit;
		p.alarm = z > p.limit || z < p.limit_low;
		p.estimate = z;
		p.ci_low = z - quantile * se;
		p.ci_high = z + quantile * se;
		p.evidence = psprintf("%.2f standard errors %s the target, after " INT64_FORMAT " observation%s", fabs(z - target) / se,
							  z < target ? "below" : "above", seen, seen == 1 ? "" : "s");
		chart_row(&row, &p);
	}
	return (Datum) 0;
}

/* ---- p chart ---- */

/* (bad[], n[], k, center, confidence): n of one element is the size of all samples */
PG_FUNCTION_INFO_V1(quality_p_chart);
Datum
quality_p_chart(PG_FUNCTION_ARGS)
{
	int			samples,
				sizes;
	double	   *bad = series_numbers(fcinfo, 0, "bad", &samples);
	double	   *n = series_numbers(fcinfo, 1, "sizes", &sizes);
	double		k = option_positive(fcinfo, 2, "k");
	double		center = arg_given(fcinfo, 3) ? option_probability(fcinfo, 3, "center") : NAN;
	double		confidence = arg_confidence(fcinfo, 4);
	double		all = 0,
				all_bad = 0;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (samples < 0 || sizes < 0)
		return (Datum) 0;
	if (sizes != samples && sizes != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bad and sizes must be of one length"),
				 errdetail("They have %d and %d elements.", samples, sizes),
				 errhint("One element of sizes is the size of all samples.")));
#define SIZE(i) (n[sizes == 1 ? 0 : (i)])
	for (int i = 0; i < samples; i++)
	{
		if (isnan(bad[i]) || isnan(SIZE(i)))
			continue;
		check_counts(bad[i], SIZE(i));
		all += SIZE(i);
		all_bad += bad[i];
	}
	if (!isfinite(all))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sum of sizes is out of range")));
	if (isnan(center))
		center = all_bad / all;
	for (int i = 0; i < samples; i++)
	{
		ChartPoint	p = NO_POINT;
		double		half;

		if (isnan(bad[i]) || isnan(SIZE(i)) || SIZE(i) == 0)
			continue;
		half = k * sqrt(center * (1 - center) / SIZE(i));
		p.at = i + 1;
		p.n = SIZE(i);
		p.statistic = p.statistic_low = p.estimate = bad[i] / SIZE(i);
		p.limit = Min(1, center + half);
		p.limit_low = Max(0, center - half);
		p.alarm = p.statistic > p.limit || p.statistic < p.limit_low;
		hd_wilson(bad[i], SIZE(i), confidence, &p.ci_low, &p.ci_high);
		p.evidence = psprintf("%.15g of %.15g, center %.4g", bad[i], SIZE(i), center);
		chart_row(&row, &p);
	}
	return (Datum) 0;
}

/* ---- run lengths ---- */

enum
{
	SIDED_ONE,
	SIDED_TWO
};

static const ArgChoice sides[] = {{"one", SIDED_ONE}, {"two", SIDED_TWO}, {NULL}};

static Datum
number_or_null(FunctionCallInfo fcinfo, double v)
{
	if (isnan(v))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(v);
}

/* (k, h, shift, sided) */
PG_FUNCTION_INFO_V1(quality_cusum_arl);
Datum
quality_cusum_arl(PG_FUNCTION_ARGS)
{
	double		k = option_number(fcinfo, 0, "k");
	double		h = option_positive(fcinfo, 1, "h");
	double		shift = option_number(fcinfo, 2, "shift");
	int			sided = arg_choice(fcinfo, 3, "sided", sides);
	double		arl;

	if (k < 0 || h > 50)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k must not be negative, and h must not be greater than 50"),
				 errdetail("They are %g and %g.", k, h)));
	arl = cusum_run_length(k, h, shift);
	/* Kemp (1961): the two sides never stand above 0 in a way that would hinder each other */
	if (sided == SIDED_TWO)
	{
		double		other = cusum_run_length(k, h, -shift);

		/* a side that never sounds adds nothing */
		if (!isnan(arl) || !isnan(other))
			arl = 1 / ((isnan(arl) ? 0 : 1 / arl) + (isnan(other) ? 0 : 1 / other));
	}
	return number_or_null(fcinfo, arl);
}

/* (lambda, width, shift) */
PG_FUNCTION_INFO_V1(quality_ewma_arl);
Datum
quality_ewma_arl(PG_FUNCTION_ARGS)
{
	double		lambda = lambda_arg(fcinfo, 0);
	double		width = option_positive(fcinfo, 1, "width");
	double		shift = option_number(fcinfo, 2, "shift");

	if (lambda < 0.005 || width > 8)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lambda must be at least 0.005, and width must not be greater than 8"),
				 errdetail("They are %g and %g.", lambda, width)));
	return number_or_null(fcinfo, ewma_run_length(lambda, width, shift));
}

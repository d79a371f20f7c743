/*-------------------------------------------------------------------------
 *
 * shrink.c
 *	  SQL functions: rates of persons shrunk towards those of all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "quality/beta_prior.h"
#include "quality/series.h"

static const ArgChoice methods[] = {{"moments", PRIOR_MOMENTS}, {"ml", PRIOR_ML}, {NULL}};

static const char *
prior_note(const BetaPrior *p)
{
	switch (p->status)
	{
		case PRIOR_CAPPED:
			return psprintf("rates differ no more than by chance: the prior weighs as much as all %.15g trials", p->n);
		case PRIOR_TOO_FEW:
			return "fewer than two units with trials";
		case PRIOR_ONE_SIDED:
			return "no success, or no failure, in any unit: no prior";
		case PRIOR_TOO_SPREAD:
			return "rates spread more than any beta distribution: no prior";
		case PRIOR_FITTED:
			break;
	}
	return NULL;
}

/* successes and n of units, two arrays of one length; false: one of them is NULL */
static bool
unit_arrays(FunctionCallInfo fcinfo, int *units, double **x, double **n)
{
	int			m;

	*x = series_numbers(fcinfo, 0, "successes", units);
	*n = series_numbers(fcinfo, 1, "trials", &m);
	if (*units < 0 || m < 0)
		return false;
	if (*units != m)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("successes and trials must be of one length"),
				 errdetail("They have %d and %d elements.", *units, m)));
	for (int i = 0; i < m; i++)
	{
		HD_CHECK_EVERY(i);
		/* a unit of which a count is not known is none */
		if (isnan((*x)[i]) || isnan((*n)[i]))
			(*x)[i] = (*n)[i] = 0;
		check_counts((*x)[i], (*n)[i]);
	}
	return true;
}

PG_FUNCTION_INFO_V1(quality_beta_prior);
Datum
quality_beta_prior(PG_FUNCTION_ARGS)
{
	int			method = arg_choice(fcinfo, 2, "method", methods);
	int			units;
	double	   *x,
			   *n;
	BetaPrior	p;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (!unit_arrays(fcinfo, &units, &x, &n))
		return (Datum) 0;
	p = fit_beta_prior(units, x, n, -1, method);
	srf_float8(&row, p.alpha);
	srf_float8(&row, p.beta);
	srf_float8(&row, p.mean);
	srf_float8(&row, p.sd);
	srf_int64(&row, p.n_units);
	srf_float8(&row, p.n);
	srf_cstring(&row, prior_note(&p));
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- posteriors ---- */

typedef struct Posterior
{
	double		mean,
				sd,
				low,
				high,
				below;			/* probability that the rate is below the threshold */
} Posterior;

static Posterior
posterior_of(double x, double n, double a, double b, double confidence, double threshold)
{
	Posterior	p;

	a += x;
	b += n - x;
	p.mean = a / (a + b);
	p.sd = sqrt(a * b / (a + b + 1)) / (a + b);
	p.low = hd_beta_quantile((1 - confidence) / 2, a, b);
	p.high = hd_beta_quantile((1 + confidence) / 2, a, b);
	p.below = isnan(threshold) ? NAN : hd_beta_cdf(threshold, a, b);
	return p;
}

/* NULL, or a probability */
static double
threshold_arg(FunctionCallInfo fcinfo, int arg)
{
	return arg_given(fcinfo, arg) ? option_probability(fcinfo, arg, "threshold") : NAN;
}

/* (successes, n, alpha, beta, confidence, threshold) */
PG_FUNCTION_INFO_V1(quality_beta_shrink);
Datum
quality_beta_shrink(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 4);
	double		threshold = threshold_arg(fcinfo, 5);
	SrfRow		row;
	double		x,
				n,
				a,
				b;
	Posterior	p;

	srf_begin(fcinfo, &row);
	/* an unknown count, or no prior: nothing can be said */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;
	x = PG_GETARG_FLOAT8(0);
	n = PG_GETARG_FLOAT8(1);
	check_counts(x, n);
	a = option_positive(fcinfo, 2, "alpha");
	b = option_positive(fcinfo, 3, "beta");
	p = posterior_of(x, n, a, b, confidence, threshold);
	srf_float8(&row, p.mean);
	srf_float8(&row, p.sd);
	srf_float8(&row, p.low);
	srf_float8(&row, p.high);
	srf_float8(&row, p.below);
	srf_float8(&row, n > 0 ? x / n : NAN);
	srf_float8(&row, n / (n + a + b));
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		char	   *evidence = psprintf("%.15g of %.15g, and a prior worth %.4g", x, n, a + b);

		MemoryContextSwitchTo(old);
		srf_cstring(&row, evidence);
	}
	srf_end_row(&row);
	return (Datum) 0;
}

/* (successes[], n[], method, confidence, threshold): each unit against the prior of all others */
PG_FUNCTION_INFO_V1(quality_beta_shrink_all);
Datum
quality_beta_shrink_all(PG_FUNCTION_ARGS)
{
	int			method = arg_choice(fcinfo, 2, "method", methods);
	double		confidence = arg_confidence(fcinfo, 3);
	double		threshold = threshold_arg(fcinfo, 4);
	int			units;
	double	   *x,
			   *n;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (!unit_arrays(fcinfo, &units, &x, &n))
		return (Datum) 0;
	for (int i = 0; i < units; i++)
	{
		BetaPrior	prior = fit_beta_prior(units, x, n, i, method);
		Posterior	p = {NAN, NAN, NAN, NAN, NAN};
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		const char *note = prior_note(&prior);

		MemoryContextSwitchTo(old);
		if (!isnan(prior.alpha))
			p = posterior_of(x[i], n[i], prior.alpha, prior.beta, confidence, threshold);
		srf_int64(&row, i + 1);
		srf_float8(&row, n[i]);
		srf_float8(&row, p.mean);
		srf_float8(&row, p.sd);
		srf_float8(&row, p.low);
		srf_float8(&row, p.high);
		srf_float8(&row, p.below);
		srf_float8(&row, n[i] > 0 ? x[i] / n[i] : NAN);
		srf_float8(&row, prior.alpha / (prior.alpha + prior.beta));
		srf_float8(&row, prior.alpha + prior.beta);
		srf_cstring(&row, note);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

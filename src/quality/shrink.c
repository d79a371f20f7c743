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

/* of the form over all units: not one prior, but all of them */
#define ALL_PRIORS (PRIOR_ML + 1)
static const ArgChoice all_methods[] = {{"bayes", ALL_PRIORS}, {"moments", PRIOR_MOMENTS}, {"ml", PRIOR_ML}, {NULL}};

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

/* beyond, the logarithms of the likelihood have no digits left */
#define MOST_TRIALS 1e12

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
		if ((*n)[i] > MOST_TRIALS)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("trials must not be greater than %g", MOST_TRIALS),
					 errdetail("Element %d is %.15g.", i + 1, (*n)[i])));
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

/* ---- all units ---- */

/*
 * Under all priors at once, each weighted by what all units say of it.  The
 * mean and the standard deviation are exact; the interval is that of the beta
 * distribution that has them (Kass & Steffey 1989 for the principle).
 */
static Posterior
posterior_of_mixture(const PriorMixture *m, const double *w, double x, double n, double confidence, double threshold)
{
	double		mean = 0,
				squares = 0,
				variance,
				size;

	for (int c = 0; c < m->cells; c++)
	{
		double		a = m->alpha[c] + x,
					b = m->beta[c] + n - x,
					one = a / (a + b);

		mean += w[c] * one;
		squares += w[c] * (one * one + one * (1 - one) / (a + b + 1));
	}
	variance = Max(squares - mean * mean, 1e-16 * mean * (1 - mean));
	size = mean * (1 - mean) / variance - 1;
	return posterior_of(0, 0, mean * size, (1 - mean) * size, confidence, threshold);
}

static void
shrunk_row(SrfRow *row, int at, double x, double n, const Posterior *p, double expected, double prior_n, const char *note)
{
	srf_int64(row, at);
	srf_float8(row, n);
	srf_float8(row, p->mean);
	srf_float8(row, p->sd);
	srf_float8(row, p->low);
	srf_float8(row, p->high);
	srf_float8(row, p->below);
	srf_float8(row, n > 0 ? x / n : NAN);
	srf_float8(row, expected);
	srf_float8(row, prior_n);
	srf_cstring(row, note);
	srf_end_row(row);
}

static void
shrink_by_mixture(SrfRow *row, int units, const double *x, const double *n, double confidence, double threshold)
{
	PriorMixture m;
	double	   *all;
	int			with_trials = 0;

	for (int i = 0; i < units; i++)
		with_trials += n[i] > 0;
	make_prior_mixture(units, x, n, &m);
	all = mixture_weights(&m, 0, 0);
	for (int i = 0; i < units; i++)
	{
		Posterior	p = {NAN, NAN, NAN, NAN, NAN};
		double		expected = NAN,
					size = NAN;
		bool		enough = with_trials - (n[i] > 0) >= 2;

		if (enough)
		{
			double	   *others = mixture_weights(&m, x[i], n[i]);

			/* Bayes' theorem turns the weights by the others into those by all */
			p = posterior_of_mixture(&m, all, x[i], n[i], confidence, threshold);
			expected = size = 0;
			for (int c = 0; c < m.cells; c++)
			{
				expected += others[c] * m.alpha[c] / (m.alpha[c] + m.beta[c]);
				size += others[c] * (m.alpha[c] + m.beta[c]);
			}
			pfree(others);
		}
		shrunk_row(row, i + 1, x[i], n[i], &p, expected, size, enough ? NULL : "fewer than two other units with trials");
	}
}

/* (successes[], trials[], method, confidence, threshold): each unit against the prior of all others */
PG_FUNCTION_INFO_V1(quality_beta_shrink_all);
Datum
quality_beta_shrink_all(PG_FUNCTION_ARGS)
{
	int			method = arg_choice(fcinfo, 2, "method", all_methods);
	double		confidence = arg_confidence(fcinfo, 3);
	double		threshold = threshold_arg(fcinfo, 4);
	int			units;
	double	   *x,
			   *n;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (!unit_arrays(fcinfo, &units, &x, &n))
		return (Datum) 0;
	if (method == ALL_PRIORS)
	{
		shrink_by_mixture(&row, units, x, n, confidence, threshold);
		return (Datum) 0;
	}
	for (int i = 0; i < units; i++)
	{
		BetaPrior	prior = fit_beta_prior(units, x, n, i, method);
		Posterior	p = {NAN, NAN, NAN, NAN, NAN};
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		const char *note = prior_note(&prior);

		MemoryContextSwitchTo(old);
		if (!isnan(prior.alpha))
			p = posterior_of(x[i], n[i], prior.alpha, prior.beta, confidence, threshold);
		shrunk_row(&row, i + 1, x[i], n[i], &p, prior.alpha / (prior.alpha + prior.beta), prior.alpha + prior.beta, note);
	}
	return (Datum) 0;
}

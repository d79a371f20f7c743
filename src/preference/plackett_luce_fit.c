/*-------------------------------------------------------------------------
 *
 * plackett_luce_fit.c
 *	  Maximum likelihood by Newton's method.
 *
 * The log-likelihood is concave in theta and gamma, so that Newton's steps,
 * halved where they would lose, lead to the one maximum if there is one.  If
 * there is none (a tie parameter that wants to be infinite), steps in its
 * direction do not get shorter, until the information is singular: an error,
 * never the last iterate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "preference/plackett_luce.h"

/* a step this short changes no digit that counts; the next would be of the order of its square */
#define STEP_DONE 1e-9
/* steps below this that do not get shorter are noise of rounding */
#define STEP_NOISE 1e-5
/* pivots below this part of the largest: no information */
#define SINGULAR 1e-14
#define MAX_HALVINGS 40

/* An estimate on trial */
typedef struct Trial
{
	double	   *theta;			/* [n_items] */
	double		gamma[PL_MAX_ORDER];
} Trial;

/* The item that pseudo-rankings are against has log worth 0 and no parameter */
static void
pair_with_prior(const PlModel *m, PlMoments *w, int32 item, const double *theta)
{
	w->n = 2;
	w->param[0] = m->item[item].param;
	w->theta[0] = theta[item];
	w->param[1] = -1;
	w->theta[1] = 0;
}

/*
 * Objective: the log-likelihood, without and with the pseudo-rankings.  Both
 * are what is observed times the parameters less sum of weight log Z.
 */
static double
log_likelihood(const PlModel *m, PlMoments *w, const double *theta, const double *gamma,
			   bool with_prior)
{
	double		sum = 0;

	for (int32 i = 0; i < m->d->n_items; i++)
		if (m->item[i].param >= 0)
			sum += (m->observed[m->item[i].param] - (with_prior ? 0 : m->opt.prior)) * theta[i];
	for (int o = 0; o < m->n_orders; o++)
		sum += m->observed[m->n_strengths + o] * gamma[o];
	for (int64 s = 0; s < m->n_sets; s++)
	{
		const PlSet *set = &m->set[s];

		HD_CHECK_EVERY(s);
		pl_members(m, w, set->start, set->end, set->block, theta);
		pl_log_z(w, gamma);
		sum -= set->weight * w->log_z;
	}
	for (int32 i = 0; with_prior && m->opt.prior > 0 && i < m->d->n_items; i++)
	{
		if (m->item[i].param < 0)
			continue;
		pair_with_prior(m, w, i, theta);
		pl_log_z(w, gamma);
		sum -= 2 * m->opt.prior * w->log_z;
	}
	return sum;
}

static void
add_choice(const PlModel *m, PlMoments *w, double weight, double *score, double *info)
{
	pl_moments(w, m->gamma);
	for (int32 i = 0; i < w->n; i++)
		if (w->param[i] >= 0)
			score[w->param[i]] -= weight * w->mean[i];
	for (int o = 0; o < m->n_orders; o++)
		score[m->n_strengths + o] -= weight * w->size[o];
	pl_add_information(w, m->gamma, weight, info, m->n_params, m->n_strengths);
}

/* Score, and information in the lower triangle, at the current estimate */
static void
score_and_information(const PlModel *m, PlMoments *w, double *score, double *info)
{
	memcpy(score, m->observed, sizeof(double) * m->n_params);
	memset(info, 0, sizeof(double) * (Size) m->n_params * m->n_params);
	for (int64 s = 0; s < m->n_sets; s++)
	{
		const PlSet *set = &m->set[s];

		/* a set takes the square of its size */
		if (set->n > 64)
			CHECK_FOR_INTERRUPTS();
		HD_CHECK_EVERY(s);
		pl_members(m, w, set->start, set->end, set->block, m->theta);
		add_choice(m, w, set->weight, score, info);
	}
	for (int32 i = 0; m->opt.prior > 0 && i < m->d->n_items; i++)
	{
		if (m->item[i].param < 0)
			continue;
		pair_with_prior(m, w, i, m->theta);
		add_choice(m, w, 2 * m->opt.prior, score, info);
	}
}

static void
take_step(const PlModel *m, const double *step, double part, Trial *t)
{
	for (int32 i = 0; i < m->d->n_items; i++)
	{
		int32		p = m->item[i].param;

		t->theta[i] = m->theta[i] + (p >= 0 ? part * step[p] : 0);
	}
	for (int o = 0; o < m->n_orders; o++)
		t->gamma[o] = m->gamma[o] + part * step[m->n_strengths + o];
}

static void
keep(PlModel *m, const Trial *t)
{
	memcpy(m->theta, t->theta, sizeof(double) * m->d->n_items);
	memcpy(m->gamma, t->gamma, sizeof(double) * m->n_orders);
}

static double
longest(const double *step, int32 n)
{
	double		most = 0;

	for (int32 p = 0; p < n; p++)
		most = fmax(most, fabs(step[p]));
	return most;
}

/*
 * Cholesky's factor of the information, of which each parameter is measured
 * in its own unit first: weights may differ by many orders of magnitude
 * without being singular.  info becomes the factor; unit[i]^2 info[i][i] = 1.
 */
static bool
factorise(double *info, int32 n, double *unit)
{
	for (int32 i = 0; i < n; i++)
	{
		double		x = info[(Size) i * n + i];

		/* written so that NaN fails */
		if (!(x > 0))
			return false;
		unit[i] = 1 / sqrt(x);
		if (!isfinite(unit[i]))
			return false;
	}
	for (int32 i = 0; i < n; i++)
		for (int32 j = 0; j <= i; j++)
			info[(Size) i * n + j] *= unit[i] * unit[j];
	return hd_cholesky(info, n, SINGULAR);
}

static void
solve(const double *factor, int32 n, const double *unit, const double *score, double *step)
{
	for (int32 i = 0; i < n; i++)
		step[i] = unit[i] * score[i];
	hd_cholesky_solve(factor, n, step, step);
	for (int32 i = 0; i < n; i++)
		step[i] *= unit[i];
}

static void
invert(const double *factor, int32 n, const double *unit, double *cov)
{
	hd_cholesky_inverse(factor, n, cov);
	for (int32 i = 0; i < n; i++)
		for (int32 j = 0; j < n; j++)
			cov[(Size) i * n + j] *= unit[i] * unit[j];
}

static PlResult
newton(PlModel *m, PlMoments *w, double *info, double *unit)
{
	double	   *score = array_alloc(m->n_params, sizeof(double));
	double	   *step = array_alloc(m->n_params, sizeof(double));
	Trial		t = {.theta = array_alloc(m->d->n_items, sizeof(double))};
	double		here = log_likelihood(m, w, m->theta, m->gamma, true);
	double		last = INFINITY;

	for (m->iterations = 1; m->iterations <= PL_MAX_STEPS; m->iterations++)
	{
		double		length;
		double		there;
		double		part = 1;

		CHECK_FOR_INTERRUPTS();
		score_and_information(m, w, score, info);
		if (!factorise(info, m->n_params, unit))
			return PL_SINGULAR;
		solve(info, m->n_params, unit, score, step);
		length = longest(step, m->n_params);
		if (!isfinite(length))
			return PL_SINGULAR;
		take_step(m, step, 1, &t);
		if (length <= STEP_DONE || (length <= STEP_NOISE && length >= last / 2))
		{
			keep(m, &t);
			return PL_DONE;
		}
		there = log_likelihood(m, w, t.theta, t.gamma, true);
		/* rounding of the sum must not look like a loss */
		for (int k = 0; k < MAX_HALVINGS && !(there >= here - 1e-12 * fabs(here)); k++)
		{
			part /= 2;
			take_step(m, step, part, &t);
			there = log_likelihood(m, w, t.theta, t.gamma, true);
		}
		if (!(there >= here - 1e-12 * fabs(here)))
			return PL_NO_CONVERGENCE;
		keep(m, &t);
		here = there;
		last = part * length;
	}
	return PL_NO_CONVERGENCE;
}

PlResult
pl_fit(PlModel *m)
{
	Size		n = m->n_params;
	double	   *info = array_alloc(n * n, sizeof(double));
	double	   *unit = array_alloc(n, sizeof(double));
	PlMoments  *w = pl_moments_new(m);
	PlResult	result = PL_DONE;

	m->theta = array_alloc0(m->d->n_items, sizeof(double));
	for (int o = 0; o < m->n_orders; o++)
		m->gamma[o] = log(0.1);
	if (n > 0)
		result = newton(m, w, info, unit);
	if (result == PL_DONE && n > 0)
	{
		/* the information at the estimate itself */
		double	   *score = array_alloc(n, sizeof(double));

		score_and_information(m, w, score, info);
		pfree(score);
		if (!factorise(info, m->n_params, unit))
			result = PL_SINGULAR;
		else
		{
			m->cov = array_alloc(n * n, sizeof(double));
			invert(info, m->n_params, unit, m->cov);
		}
	}
	m->log_likelihood = log_likelihood(m, w, m->theta, m->gamma, false);
	pfree(info);
	return result;
}

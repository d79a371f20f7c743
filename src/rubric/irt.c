/*-------------------------------------------------------------------------
 *
 * irt.c
 *	  Marginal maximum likelihood of the one and the two parameter logistic
 *	  model.
 *
 * The ability is integrated out over N(0, 1) (Bock & Aitkin 1981,
 * Psychometrika 46:443).  EM finds the neighbourhood of the maximum, one
 * Newton step of the complete-data likelihood at a time (Lange 1995, J. R.
 * Stat. Soc. B 57:425); Newton's method with the observed information (Louis
 * 1982, J. R. Stat. Soc. B 44:226) ends it, and gives the standard errors.
 *
 * The integral is taken by the trapezoidal rule on equidistant nodes, which
 * for integrands like these converges faster than any power of the step
 * (Trefethen & Weideman 2014, SIAM Review 56:385): with a step of one standard
 * deviation of the narrowest posterior the relative error is below 1e-8.
 * Gauss-Hermite nodes lie where the prior is; a long test's posterior falls
 * between them.
 *
 * Parameters are slope a and intercept d = -a b, in which the likelihood is
 * well-behaved.  The vector of them: slopes (or the one slope), then
 * intercepts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "rubric/irt.h"

#define MAX_EM 20				/* slow where a long test knows more of the scale than the prior */
#define MAX_NEWTON 50
#define HALF_WIDTH 8.0			/* of the nodes, in standard deviations of the prior */
#define WIDEST_STEP 0.25
#define MAX_SLOPE 50.0			/* an item beyond it splits units without error */
#define NO_SLOPE 1e-2			/* below it, one slope for all may as well be zero */
#define LITTLE_WEIGHT 1e-13		/* posterior weight that changes no digit that is asked for */

/* ---- the work ---- */

typedef struct Work
{
	const IrtData *d;
	IrtModel	model;
	int32		m;				/* items */
	int32		n_par;
	double	   *par;			/* slopes, intercepts */

	/* nodes */
	int32		n_nodes;
	double		step;
	double	   *node;
	double	   *log_prior;

	/* [m][n_nodes] at "par" */
	double	   *solved;			/* P(solved) */
	double	   *log_solved;
	double	   *log_failed;
	/* [m][n_nodes] expected units that answered, and that solved */
	double	   *count;
	double	   *count_solved;

	double	   *posterior;		/* [n_nodes] of one pattern; what lies outside of */
	int32		from;			/* from .. to - 1 weighs less than LITTLE_WEIGHT */
	int32		to;
	double		loglik;
	double	   *gradient;		/* [n_par] */
	double	   *information;	/* [n_par][n_par] lower triangle */
} Work;

static inline double
slope_of(const Work *w, int32 i)
{
	return w->par[w->model == IRT_1PL ? 0 : i];
}

static inline int32
intercept_at(const Work *w, int32 i)
{
	return (w->model == IRT_1PL ? 1 : w->m) + i;
}

/* The step that the narrowest posterior needs: information is at most sum a^2/4 */
static double
needed_step(const Work *w)
{
	double		information = 1;

	for (int32 i = 0; i < w->m; i++)
		information += slope_of(w, i) * slope_of(w, i) / 4;
	return Min(WIDEST_STEP, 1 / sqrt(information));
}

static void
make_nodes(Work *w)
{
	int32		half;
	Size		cells;

	w->step = needed_step(w);
	half = (int32) ceil(HALF_WIDTH / w->step);
	if (w->n_nodes > 0)
	{
		pfree(w->node);
		pfree(w->log_prior);
		pfree(w->log_solved);
		pfree(w->solved);
		pfree(w->log_failed);
		pfree(w->count);
		pfree(w->count_solved);
		pfree(w->posterior);
	}
	w->n_nodes = 2 * half + 1;
	cells = (Size) w->m * w->n_nodes;
	w->node = array_alloc(w->n_nodes, sizeof(double));
	w->log_prior = array_alloc(w->n_nodes, sizeof(double));
	w->log_solved = array_alloc(cells, sizeof(double));
	w->solved = array_alloc(cells, sizeof(double));
	w->log_failed = array_alloc(cells, sizeof(double));
	w->count = array_alloc(cells, sizeof(double));
	w->count_solved = array_alloc(cells, sizeof(double));
	w->posterior = array_alloc(w->n_nodes, sizeof(double));
	for (int32 q = 0; q < w->n_nodes; q++)
	{
		w->node[q] = (q - half) * w->step;
		w->log_prior[q] = -w->node[q] * w->node[q] / 2 - 0.5 * log(2 * M_PI) + log(w->step);
	}
}

static void
tabulate(Work *w)
{
	for (int32 i = 0; i < w->m; i++)
	{
		Size		row = (Size) i * w->n_nodes;

		CHECK_FOR_INTERRUPTS();
		for (int32 q = 0; q < w->n_nodes; q++)
		{
			double		z = slope_of(w, i) * w->node[q] + w->par[intercept_at(w, i)];
			double		e = exp(-fabs(z));

			w->solved[row + q] = (z >= 0 ? 1 : e) / (1 + e);
			w->log_solved[row + q] = -log1p(e) + Min(z, 0);
			w->log_failed[row + q] = -log1p(e) - Max(z, 0);
		}
	}
}

/* Posterior of a pattern's ability; returns the log of its marginal probability */
static double
find_posterior(Work *w, int32 p)
{
	const IrtData *d = w->d;
	double	   *post = w->posterior;
	double		most;
	double		sum = 0;

	memcpy(post, w->log_prior, w->n_nodes * sizeof(double));
	for (int32 o = d->start[p]; o < d->start[p + 1]; o++)
	{
		const double *answer = (d->x[o] ? w->log_solved : w->log_failed) + (Size) d->item[o] * w->n_nodes;

		for (int32 q = 0; q < w->n_nodes; q++)
			post[q] += answer[q];
	}
	most = post[0];
	for (int32 q = 1; q < w->n_nodes; q++)
		most = Max(most, post[q]);
	for (int32 q = 0; q < w->n_nodes; q++)
	{
		post[q] = exp(post[q] - most);
		sum += post[q];
	}
	w->from = w->n_nodes;
	w->to = 0;
	for (int32 q = 0; q < w->n_nodes; q++)
	{
		post[q] /= sum;
		if (post[q] < LITTLE_WEIGHT)
			continue;
		w->from = Min(w->from, q);
		w->to = q + 1;
	}
	return most + log(sum);
}

/* Log-likelihood, expected counts and gradient at "par" */
static void
evaluate(Work *w)
{
	const IrtData *d = w->d;
	Size		cells = (Size) w->m * w->n_nodes;

	tabulate(w);
	w->loglik = 0;
	memset(w->count, 0, cells * sizeof(double));
	memset(w->count_solved, 0, cells * sizeof(double));
	for (int32 p = 0; p < d->n_patterns; p++)
	{
		double		weight = (double) d->weight[p];

		CHECK_FOR_INTERRUPTS();
		w->loglik += weight * find_posterior(w, p);
		for (int32 o = d->start[p]; o < d->start[p + 1]; o++)
		{
			double	   *count = w->count + (Size) d->item[o] * w->n_nodes;
			double	   *solved = w->count_solved + (Size) d->item[o] * w->n_nodes;

			for (int32 q = w->from; q < w->to; q++)
				count[q] += weight * w->posterior[q];
			if (d->x[o])
				for (int32 q = w->from; q < w->to; q++)
					solved[q] += weight * w->posterior[q];
		}
	}
	memset(w->gradient, 0, w->n_par * sizeof(double));
	for (int32 i = 0; i < w->m; i++)
	{
		Size		row = (Size) i * w->n_nodes;

		for (int32 q = 0; q < w->n_nodes; q++)
		{
			double		e = w->count_solved[row + q] - w->count[row + q] * w->solved[row + q];

			w->gradient[w->model == IRT_1PL ? 0 : i] += w->node[q] * e;
			w->gradient[intercept_at(w, i)] += e;
		}
	}
}

/* ---- EM ---- */

/* Information of the complete data on one item: slope, both, intercept */
static void
item_information(const Work *w, int32 i, double *aa, double *ad, double *dd)
{
	Size		row = (Size) i * w->n_nodes;

	*aa = *ad = *dd = 0;
	for (int32 q = 0; q < w->n_nodes; q++)
	{
		double		v = w->count[row + q] * w->solved[row + q] * (1 - w->solved[row + q]);

		*aa += v * w->node[q] * w->node[q];
		*ad += v * w->node[q];
		*dd += v;
	}
}

static inline double
limited(double step)
{
	return Max(Min(step, 1.0), -1.0);
}

/* One Newton step of the complete-data likelihood; returns the largest move */
static double
em_step(Work *w)
{
	double		most = 0;
	double		slope_step = 0;

	if (w->model == IRT_1PL)
	{
		double		g = w->gradient[0];
		double		information = 0;

		for (int32 i = 0; i < w->m; i++)
		{
			double		aa,
						ad,
						dd;

			item_information(w, i, &aa, &ad, &dd);
			g -= ad / dd * w->gradient[intercept_at(w, i)];
			information += aa - ad * ad / dd;
		}
		slope_step = limited(g / information);
	}
	for (int32 i = 0; i < w->m; i++)
	{
		double		g = w->gradient[intercept_at(w, i)];
		double		aa,
					ad,
					dd;
		double		step_a = slope_step;
		double		step_d;

		item_information(w, i, &aa, &ad, &dd);
		if (w->model == IRT_2PL)
			step_a = limited((w->gradient[i] - ad / dd * g) / (aa - ad * ad / dd));
		step_d = limited((g - ad * step_a) / dd);
		if (w->model == IRT_2PL)
			w->par[i] += step_a;
		w->par[intercept_at(w, i)] += step_d;
		most = Max(most, Max(fabs(step_a), fabs(step_d)));
	}
	if (w->model == IRT_1PL)
		w->par[0] += slope_step;
	return most;
}

/* ---- observed information ---- */

/* The complete data's */
static void
start_information(Work *w)
{
	double	   *m = w->information;
	Size		n = w->n_par;

	memset(m, 0, n * n * sizeof(double));
	for (int32 i = 0; i < w->m; i++)
	{
		int32		at = intercept_at(w, i);
		int32		slope = w->model == IRT_1PL ? 0 : i;
		double		aa,
					ad,
					dd;

		item_information(w, i, &aa, &ad, &dd);
		m[slope * n + slope] += aa;
		m[at * n + slope] += ad;
		m[at * n + at] += dd;
	}
}

/*
 * Lower triangle -= sum over k of weight_k s_k s_k'.  Row by row, four terms at
 * a time: the row stays in the nearest cache.  n is a multiple of four.
 */
static void
subtract_outer(double *m, int32 n_par, int32 n, const double *s, const double *weight)
{
	for (int32 i = 0; i < n_par; i++)
	{
		double	   *row = m + (Size) i * n_par;

		for (int32 k = 0; k < n; k += 4)
		{
			const double *a = s + (Size) k * n_par;
			const double *b = a + n_par;
			const double *c = b + n_par;
			const double *d = c + n_par;
			double		wa = weight[k] * a[i];
			double		wb = weight[k + 1] * b[i];
			double		wc = weight[k + 2] * c[i];
			double		wd = weight[k + 3] * d[i];

			/* an item that was not answered */
			if (wa == 0 && wb == 0 && wc == 0 && wd == 0)
				continue;
			for (int32 j = 0; j <= i; j++)
				row[j] -= wa * a[j] + wb * b[j] + wc * c[j] + wd * d[j];
		}
	}
}

/* The gradient of one pattern's complete likelihood, were its ability node q */
static void
score_at(const Work *w, int32 p, int32 q, double *s)
{
	const IrtData *d = w->d;

	memset(s, 0, w->n_par * sizeof(double));
	for (int32 o = d->start[p]; o < d->start[p + 1]; o++)
	{
		int32		i = d->item[o];
		double		e = d->x[o] - w->solved[(Size) i * w->n_nodes + q];

		s[w->model == IRT_1PL ? 0 : i] += w->node[q] * e;
		s[intercept_at(w, i)] = e;
	}
}

/*
 * Louis (1982): less what is not known of the abilities, the sum over patterns
 * of the variance of the gradient over the posterior.  After evaluate().
 */
static void
observed_information(Work *w)
{
	Size		n_par = w->n_par;
	/* one row a node, one for the mean, and room to fill up fours */
	double	   *s = array_alloc0((w->n_nodes + 5) * n_par, sizeof(double));
	double	   *weight = array_alloc(w->n_nodes + 5, sizeof(double));

	start_information(w);
	for (int32 p = 0; p < w->d->n_patterns; p++)
	{
		double		units = (double) w->d->weight[p];
		double	   *mean;
		int32		n;

		CHECK_FOR_INTERRUPTS();
		find_posterior(w, p);
		n = w->to - w->from;
		mean = s + n * n_par;
		memset(mean, 0, n_par * sizeof(double));
		for (int32 k = 0; k < n; k++)
		{
			double	   *row = s + k * n_par;
			double		post = w->posterior[w->from + k];

			score_at(w, p, w->from + k, row);
			for (int32 j = 0; j < w->n_par; j++)
				mean[j] += post * row[j];
			weight[k] = units * post;
		}
		weight[n++] = -units;
		while (n % 4 != 0)
		{
			memset(s + n * n_par, 0, n_par * sizeof(double));
			weight[n++] = 0;
		}
		subtract_outer(w->information, w->n_par, n, s, weight);
	}
	pfree(s);
	pfree(weight);
}

/* ---- to the maximum ---- */

static double
largest(const double *x, int32 n)
{
	double		most = 0;

	for (int32 i = 0; i < n; i++)
		most = Max(most, fabs(x[i]));
	return most;
}

static bool
slopes_in_range(const Work *w)
{
	/* written so that NaN fails */
	return largest(w->par, w->model == IRT_1PL ? 1 : w->m) < MAX_SLOPE && isfinite(w->loglik);
}

static bool
run_em(Work *w, double until, int limit)
{
	for (int i = 0; i < limit; i++)
	{
		double		moved = em_step(w);

		evaluate(w);
		if (!slopes_in_range(w))
			return false;
		if (moved < until)
			break;
	}
	return true;
}

/* Newton's method from a point that is evaluated; false: it got nowhere */
static bool
run_newton(Work *w, int *iterations)
{
	double	   *from = array_alloc(w->n_par, sizeof(double));
	double	   *step = array_alloc(w->n_par, sizeof(double));
	bool		done = false;

	for (int i = 0; i < MAX_NEWTON && !done; i++)
	{
		double		before = w->loglik;
		double		size = 1;

		(*iterations)++;
		observed_information(w);
		if (!hd_cholesky(w->information, w->n_par, 1e-13))
		{
			/* no hill yet: let EM climb on */
			if (!run_em(w, 1e-7, 25))
				break;
			continue;
		}
		hd_cholesky_solve(w->information, w->n_par, w->gradient, step);
		done = largest(step, w->n_par) < 1e-8;
		memcpy(from, w->par, w->n_par * sizeof(double));
		for (int halved = 0; halved < 30; halved++)
		{
			for (int32 k = 0; k < w->n_par; k++)
				w->par[k] = from[k] + size * step[k];
			evaluate(w);
			if (w->loglik >= before - 1e-12 * fabs(before))
				break;
			size /= 2;
		}
		if (!slopes_in_range(w))
		{
			done = false;
			break;
		}
	}
	pfree(from);
	pfree(step);
	return done;
}

static void
start_values(Work *w)
{
	const IrtData *d = w->d;
	double	   *solved = array_alloc0(w->m, sizeof(double));
	double	   *n = array_alloc0(w->m, sizeof(double));

	for (int32 p = 0; p < d->n_patterns; p++)
		for (int32 o = d->start[p]; o < d->start[p + 1]; o++)
		{
			n[d->item[o]] += (double) d->weight[p];
			solved[d->item[o]] += (double) d->weight[p] * d->x[o];
		}
	for (int32 k = 0; k < (w->model == IRT_1PL ? 1 : w->m); k++)
		w->par[k] = 1;
	/* a normal ability flattens the curve by about sqrt(1 + 1/2.9) */
	for (int32 i = 0; i < w->m; i++)
		w->par[intercept_at(w, i)] = 1.16 * log((solved[i] + 0.5) / (n[i] - solved[i] + 0.5));
	pfree(solved);
	pfree(n);
}

/* Slope and difficulty with their errors: b = -d/a by the delta method */
static bool
item_results(Work *w, bool want_se, IrtFit *out)
{
	double	   *v = NULL;
	Size		n = w->n_par;

	if (want_se)
	{
		observed_information(w);
		if (!hd_cholesky(w->information, w->n_par, 1e-13))
			return false;
		v = array_alloc(n * n, sizeof(double));
		hd_cholesky_inverse(w->information, w->n_par, v);
	}
	for (int32 i = 0; i < w->m; i++)
	{
		Size		slope = w->model == IRT_1PL ? 0 : i;
		Size		at = intercept_at(w, i);
		double		a = w->par[slope];
		double		b = -w->par[at] / a;

		out->a[i] = a;
		out->b[i] = isfinite(b) ? b : NAN;
		out->a_se[i] = out->b_se[i] = NAN;
		if (v == NULL || isnan(out->b[i]))
			continue;
		out->a_se[i] = sqrt(v[slope * n + slope]);
		out->b_se[i] = sqrt(Max(b * b * v[slope * n + slope] + 2 * b * v[at * n + slope] + v[at * n + at], 0)) / fabs(a);
	}
	return true;
}

static void
abilities(Work *w, IrtFit *out)
{
	for (int32 p = 0; p < w->d->n_patterns; p++)
	{
		double		mean = 0,
					square = 0;

		CHECK_FOR_INTERRUPTS();
		find_posterior(w, p);
		for (int32 q = 0; q < w->n_nodes; q++)
			mean += w->posterior[q] * w->node[q];
		for (int32 q = 0; q < w->n_nodes; q++)
			square += w->posterior[q] * (w->node[q] - mean) * (w->node[q] - mean);
		out->theta[p] = mean;
		out->theta_sd[p] = sqrt(square);
	}
}

/*
 * One slope, and answers that do not go together at all: the likelihood is
 * highest, or flat, at a slope of zero, where Newton's method finds no hill.
 */
static bool
settle_at_zero(Work *w)
{
	double		reached = w->loglik;
	double	   *from = array_alloc(w->n_par, sizeof(double));
	bool		settled;

	memcpy(from, w->par, w->n_par * sizeof(double));
	w->par[0] = 0;
	for (int32 i = 0; i < w->m; i++)
	{
		double		n = 0,
					solved = 0;
		Size		row = (Size) i * w->n_nodes;

		for (int32 q = 0; q < w->n_nodes; q++)
		{
			n += w->count[row + q];
			solved += w->count_solved[row + q];
		}
		w->par[intercept_at(w, i)] = log(solved / (n - solved));
	}
	evaluate(w);
	/* written so that NaN fails */
	settled = w->loglik >= reached - 1e-9 * fabs(reached);
	if (!settled)
	{
		memcpy(w->par, from, w->n_par * sizeof(double));
		evaluate(w);
	}
	pfree(from);
	return settled;
}

bool
irt_fit(const IrtData *d, IrtModel model, bool want_se, IrtFit *out)
{
	Work		w = {.d = d, .model = model, .m = d->n_active};
	bool		done;

	w.n_par = (model == IRT_1PL ? 1 : w.m) + w.m;
	w.par = array_alloc(w.n_par, sizeof(double));
	w.gradient = array_alloc(w.n_par, sizeof(double));
	w.information = array_alloc((Size) w.n_par * w.n_par, sizeof(double));
	out->a = array_alloc(w.m, sizeof(double));
	out->a_se = array_alloc(w.m, sizeof(double));
	out->b = array_alloc(w.m, sizeof(double));
	out->b_se = array_alloc(w.m, sizeof(double));
	out->theta = array_alloc(d->n_patterns, sizeof(double));
	out->theta_sd = array_alloc(d->n_patterns, sizeof(double));
	out->iterations = 0;
	out->worst = 0;
	start_values(&w);
	make_nodes(&w);
	evaluate(&w);
	done = run_em(&w, 1e-2, MAX_EM);
	/* the nodes must be fine enough for the slopes that are found */
	for (int round = 0; done && round < 10; round++)
	{
		make_nodes(&w);
		evaluate(&w);
		done = run_newton(&w, &out->iterations);
		if (!done || w.step <= needed_step(&w) * 1.02)
			break;
	}
	if (model == IRT_1PL && (!done || fabs(w.par[0]) < NO_SLOPE) && settle_at_zero(&w))
	{
		done = true;
		want_se = false;
	}
	/* the other sign is the same model with the abilities turned round */
	if (model == IRT_1PL && w.par[0] < 0)
	{
		w.par[0] = -w.par[0];
		evaluate(&w);
	}
	out->loglik = w.loglik;
	if (done)
		done = item_results(&w, want_se, out);
	if (done)
		abilities(&w, out);
	for (int32 i = 0; i < w.m; i++)
		if (fabs(slope_of(&w, i)) > fabs(slope_of(&w, out->worst)))
			out->worst = i;
	return done;
}

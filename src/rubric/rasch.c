/*-------------------------------------------------------------------------
 *
 * rasch.c
 *	  Item difficulties by conditional maximum likelihood.
 *
 * Given its raw score r, a unit's answers do not depend on its ability
 * (Andersen 1972, J. R. Stat. Soc. B 34:42): the likelihood is the product of
 * exp(-sum of the difficulties of what was solved) / gamma_r, gamma_r the
 * elementary symmetric function of order r of exp(-difficulty), over the items
 * that the unit answered.  Units that answered the same items share their
 * gammas (Fischer 1974; Molenaar 1995).
 *
 * gamma_r is worked out as the probability of the score r of somebody with the
 * ability at which the mean score of the pattern is expected, by the summation
 * algorithm (Andersen 1972; Gustafsson 1980), in which all terms are positive:
 * nothing cancels.  In that scale the gammas of the scores that occur are never
 * far from one; long double leaves room for those that are.  Expected numbers
 * of solved items and pairs of items come from the same sums, run forward and
 * backward, so that nothing is divided by a difference (the trouble of the
 * difference algorithm, Formann 1986).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "rubric/rasch.h"

#define MAX_ITERATIONS 100

typedef struct Scratch
{
	double	   *p;				/* [m] P(solved) at the ability of the pattern */
	long double *forward;		/* [m + 1][m + 1] P(score s in the first i items) */
	long double *backward;		/* [m + 1][m + 2] */
	long double *v;				/* [m + 2] */
	double	   *given;			/* [m + 1][m] P(item solved | score) */
} Scratch;

#define FORWARD(s, m, i) ((s)->forward + (Size) (i) * ((m) + 2))
#define BACKWARD(s, m, i) ((s)->backward + (Size) (i) * ((m) + 2))

static inline double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

/* ---- one pattern ---- */

static bool
is_informative(const RaschPattern *p)
{
	for (int32 r = 1; r < p->n_items; r++)
		if (p->n_score[r] > 0)
			return true;
	return false;
}

/* The ability at which the mean score is expected: to a few digits, as a scale */
static double
pattern_ability(const RaschPattern *p, const double *difficulty)
{
	double		n = 0,
				mean = 0;
	double		low = -60,
				high = 60;

	for (int32 r = 1; r < p->n_items; r++)
	{
		n += (double) p->n_score[r];
		mean += (double) r * (double) p->n_score[r];
	}
	mean /= n;
	for (int step = 0; step < 20; step++)
	{
		double		middle = (low + high) / 2;
		double		expected = 0;

		for (int32 i = 0; i < p->n_items; i++)
			expected += logistic(middle - difficulty[p->item[i]]);
		if (expected < mean)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static void
run_forward(const RaschPattern *p, const double *difficulty, Scratch *s)
{
	int32		m = p->n_items;
	double		theta = pattern_ability(p, difficulty);

	FORWARD(s, m, 0)[0] = 1;
	for (int32 i = 0; i < m; i++)
	{
		const long double *from = FORWARD(s, m, i);
		long double *to = FORWARD(s, m, i + 1);
		long double solved;
		long double failed;

		HD_CHECK_EVERY(i * m);
		s->p[i] = logistic(theta - difficulty[p->item[i]]);
		solved = s->p[i];
		failed = logistic(difficulty[p->item[i]] - theta);
		to[0] = from[0] * failed;
		for (int32 k = 1; k <= i; k++)
			to[k] = from[k] * failed + from[k - 1] * solved;
		to[i + 1] = from[i] * solved;
	}
}

/* from the weights of the final scores, in row m, to those of partial ones */
static void
run_backward(int32 m, Scratch *s)
{
	for (int32 i = m; i > 0; i--)
	{
		const long double *from = BACKWARD(s, m, i);
		long double *to = BACKWARD(s, m, i - 1);
		long double solved = s->p[i - 1];
		long double failed = 1 - (long double) s->p[i - 1];

		for (int32 k = 0; k < i; k++)
			to[k] = from[k] * failed + from[k + 1] * solved;
	}
}

/* sum over partial scores: item i is solved, and the rest has its weight */
static double
solved_weight(int32 m, int32 i, const Scratch *s)
{
	const long double *before = FORWARD(s, m, i);
	const long double *after = BACKWARD(s, m, i + 1);
	long double sum = 0;

	for (int32 k = 0; k <= i; k++)
		sum += before[k] * after[k + 1];
	return (double) (sum * s->p[i]);
}

/* P(item solved | score) for the scores that occur */
static void
find_given(const RaschPattern *p, Scratch *s)
{
	int32		m = p->n_items;

	for (int32 r = 1; r < m; r++)
	{
		if (p->n_score[r] == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		memset(BACKWARD(s, m, m), 0, ((Size) m + 2) * sizeof(long double));
		BACKWARD(s, m, m)[r] = 1 / FORWARD(s, m, m)[r];
		run_backward(m, s);
		for (int32 i = 0; i < m; i++)
			s->given[(Size) r * m + i] = solved_weight(m, i, s);
	}
}

/* information += sum over scores of n_r Cov(x_i, x_j | r) */
static void
add_information(const RaschPattern *p, int32 n, Scratch *s, double *information)
{
	int32		m = p->n_items;

	memset(BACKWARD(s, m, m), 0, ((Size) m + 2) * sizeof(long double));
	for (int32 r = 1; r < m; r++)
		if (p->n_score[r] > 0)
			BACKWARD(s, m, m)[r] = (long double) p->n_score[r] / FORWARD(s, m, m)[r];
	run_backward(m, s);
	for (int32 i = 0; i < m; i++)
	{
		double	   *row = information + (Size) p->item[i] * n;
		long double *v = s->v;

		CHECK_FOR_INTERRUPTS();
		row[p->item[i]] += solved_weight(m, i, s);
		/* scores of the first items, i solved; then item by item as far as j */
		v[0] = 0;
		for (int32 k = 0; k <= i; k++)
			v[k + 1] = FORWARD(s, m, i)[k] * s->p[i];
		for (int32 j = i + 1; j < m; j++)
		{
			const long double *after = BACKWARD(s, m, j + 1);
			long double solved = s->p[j];
			long double both = 0;

			for (int32 k = 0; k <= j; k++)
				both += v[k] * after[k + 1];
			both *= solved;
			row[p->item[j]] += (double) both;
			v[j + 1] = 0;
			for (int32 k = j + 1; k > 0; k--)
				v[k] = v[k] * (1 - solved) + v[k - 1] * solved;
			v[0] = 0;
		}
	}
	for (int32 r = 1; r < m; r++)
	{
		const double *given = s->given + (Size) r * m;

		if (p->n_score[r] == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		for (int32 i = 0; i < m; i++)
			for (int32 j = i; j < m; j++)
				information[(Size) p->item[i] * n + p->item[j]] -= (double) p->n_score[r] * given[i] * given[j];
	}
}

/* false: a score that occurs has no probability that a number could hold */
static bool
add_loglik(const RaschPattern *p, const Scratch *s, double *loglik)
{
	int32		m = p->n_items;
	int64		n = 0;

	for (int32 r = 1; r < m; r++)
	{
		long double probability = FORWARD(s, m, m)[r];

		if (p->n_score[r] == 0)
			continue;
		/* subnormal numbers have lost digits */
		if (!(probability > 1e200L * LDBL_MIN))
			return false;
		n += p->n_score[r];
		*loglik -= (double) ((long double) p->n_score[r] * logl(probability));
	}
	for (int32 i = 0; i < m; i++)
		*loglik += (double) p->solved[i] * log(s->p[i]) + (double) (n - p->solved[i]) * log1p(-s->p[i]);
	return true;
}

/* ---- all of them ---- */

static void
scratch_init(Scratch *s, const RaschDesign *d)
{
	int32		m = 0;

	for (int32 c = 0; c < d->n_patterns; c++)
		m = Max(m, d->pattern[c].n_items);
	s->p = array_alloc(m, sizeof(double));
	s->forward = array_alloc(((Size) m + 1) * (m + 2), sizeof(long double));
	s->backward = array_alloc(((Size) m + 1) * (m + 2), sizeof(long double));
	s->v = array_alloc((Size) m + 2, sizeof(long double));
	s->given = array_alloc(((Size) m + 1) * m, sizeof(double));
}

/* false: out of range */
static bool
evaluate(const RaschDesign *d, const double *difficulty, Scratch *s, double *loglik,
		 double *gradient, double *information)
{
	int32		n = d->n_active;

	*loglik = 0;
	if (gradient)
	{
		memset(gradient, 0, n * sizeof(double));
		memset(information, 0, (Size) n * n * sizeof(double));
	}
	for (int32 c = 0; c < d->n_patterns; c++)
	{
		const RaschPattern *p = &d->pattern[c];

		HD_CHECK_EVERY(c);
		if (!is_informative(p))
			continue;
		run_forward(p, difficulty, s);
		if (!add_loglik(p, s, loglik))
			return false;
		if (gradient == NULL)
			continue;
		find_given(p, s);
		for (int32 i = 0; i < p->n_items; i++)
		{
			double		expected = 0;

			for (int32 r = 1; r < p->n_items; r++)
				if (p->n_score[r] > 0)
					expected += (double) p->n_score[r] * s->given[(Size) r * p->n_items + i];
			gradient[p->item[i]] += expected - (double) p->solved[i];
		}
		add_information(p, n, s, information);
	}
	return true;
}

/* Newton's step in the space of differences; the inverse, if it is wanted */
static bool
newton_step(int32 n, const double *gradient, double *information, double *step, double *inverse)
{
	double		lift = 0;
	double		sum = 0;

	/* patterns keep items ascending: the upper triangle was filled */
	for (int32 i = 0; i < n; i++)
		lift += information[(Size) i * n + i];
	lift /= (double) n * n;
	for (int32 i = 0; i < n; i++)
		for (int32 j = i; j < n; j++)
			information[(Size) j * n + i] = information[(Size) i * n + j] + lift;
	if (!hd_cholesky(information, n, 1e-14))
		return false;
	hd_cholesky_solve(information, n, gradient, step);
	for (int32 i = 0; i < n; i++)
		sum += step[i];
	for (int32 i = 0; i < n; i++)
		step[i] -= sum / n;
	if (inverse)
	{
		hd_cholesky_inverse(information, n, inverse);
		for (int32 i = 0; i < n; i++)
			inverse[(Size) i * n + i] -= 1 / (lift * n * n);
	}
	return true;
}

static void
first_guess(const RaschDesign *d, double *difficulty)
{
	double	   *solved = array_alloc0(d->n_active, sizeof(double));
	double	   *n = array_alloc0(d->n_active, sizeof(double));
	double		sum = 0;

	for (int32 c = 0; c < d->n_patterns; c++)
	{
		const RaschPattern *p = &d->pattern[c];
		int64		units = 0;

		for (int32 r = 1; r < p->n_items; r++)
			units += p->n_score[r];
		for (int32 i = 0; i < p->n_items; i++)
		{
			solved[p->item[i]] += (double) p->solved[i];
			n[p->item[i]] += (double) units;
		}
	}
	for (int32 i = 0; i < d->n_active; i++)
	{
		difficulty[i] = log((n[i] - solved[i] + 0.5) / (solved[i] + 0.5));
		sum += difficulty[i];
	}
	for (int32 i = 0; i < d->n_active; i++)
		difficulty[i] -= sum / d->n_active;
	pfree(solved);
	pfree(n);
}

/*
 * Mean squares of (x - P(solved | score)), weighted by the variance or not.
 * Conditional on the score the expectation is one, which it is not with an
 * estimated ability in its place (Christensen & Kreiner 2013; Müller 2020, J.
 * Stat. Distrib. Appl. 7:5).
 */
static void
item_fit(const RaschDesign *d, Scratch *s, RaschFit *out)
{
	const BinaryTable *t = d->t;
	double	   *n = array_alloc0(d->n_active, sizeof(double));
	double	   *squares = array_alloc0(d->n_active, sizeof(double));
	double	   *variance = array_alloc0(d->n_active, sizeof(double));

	memset(out->outfit, 0, d->n_active * sizeof(double));
	for (int32 c = 0; c < d->n_patterns; c++)
	{
		const RaschPattern *p = &d->pattern[c];

		if (!is_informative(p))
			continue;
		run_forward(p, out->difficulty, s);
		find_given(p, s);
		for (int32 j = 0; j < p->n_units; j++)
		{
			int32		u = p->unit[j];
			int32		score = d->unit_score[u];
			const double *given = s->given + (Size) score * p->n_items;

			HD_CHECK_EVERY(j);
			if (score == 0 || score == p->n_items)
				continue;
			for (int32 o = t->start[u], i = 0; o < t->start[u + 1]; o++)
			{
				double		e;
				double		v;
				int32		at = d->position[t->item[o]];

				if (at < 0)
					continue;
				e = t->x[o] - given[i];
				v = given[i] * (1 - given[i]);
				i++;
				n[at]++;
				squares[at] += e * e;
				variance[at] += v;
				out->outfit[at] += v > 0 ? e * e / v : 0;
			}
		}
	}
	for (int32 i = 0; i < d->n_active; i++)
	{
		out->infit[i] = squares[i] / variance[i];
		out->outfit[i] /= n[i];
	}
	pfree(n);
	pfree(squares);
	pfree(variance);
}

static double
largest(const double *x, int32 n)
{
	double		most = 0;

	for (int32 i = 0; i < n; i++)
		most = Max(most, fabs(x[i]));
	return most;
}

bool
rasch_fit(const RaschDesign *d, bool with_fit, RaschFit *out)
{
	int32		n = d->n_active;
	Scratch		s;
	double	   *gradient = array_alloc(n, sizeof(double));
	double	   *step = array_alloc(n, sizeof(double));
	double	   *trial = array_alloc(n, sizeof(double));
	double	   *information = array_alloc((Size) n * n, sizeof(double));
	double	   *inverse = array_alloc((Size) n * n, sizeof(double));
	bool		done = false;

	scratch_init(&s, d);
	out->difficulty = array_alloc(n, sizeof(double));
	out->se = array_alloc(n, sizeof(double));
	out->infit = array_alloc(n, sizeof(double));
	out->outfit = array_alloc(n, sizeof(double));
	first_guess(d, out->difficulty);
	for (out->iterations = 0; !done; out->iterations++)
	{
		double		size = 1;
		double		loglik;

		if (out->iterations == MAX_ITERATIONS ||
			!evaluate(d, out->difficulty, &s, &out->loglik, gradient, information) ||
			!newton_step(n, gradient, information, step, inverse))
			return false;
		done = largest(step, n) < 1e-9;
		/* concave: a step that is too long is halved until the likelihood rises */
		for (int halved = 0;; halved++)
		{
			for (int32 i = 0; i < n; i++)
				trial[i] = out->difficulty[i] + size * step[i];
			if (done || (evaluate(d, trial, &s, &loglik, NULL, NULL) &&
						 loglik >= out->loglik - 1e-12 * fabs(out->loglik)))
				break;
			if (halved == 40)
				return false;
			size /= 2;
		}
		memcpy(out->difficulty, trial, n * sizeof(double));
	}
	for (int32 i = 0; i < n; i++)
		out->se[i] = sqrt(inverse[(Size) i * n + i]);
	if (with_fit)
		item_fit(d, &s, out);
	return true;
}

/* ---- abilities ---- */

/*
 * The score less what is expected at theta, plus Warm's (1989, Psychometrika
 * 54:427) correction J / (2 I); falls with theta.
 */
static double
theta_equation(const RaschPattern *p, const double *difficulty, int32 score, ThetaMethod method,
			   double theta, double *information)
{
	double		value = score;
	double		j = 0;

	*information = 0;
	for (int32 i = 0; i < p->n_items; i++)
	{
		double		x = theta - difficulty[p->item[i]];
		double		solved = logistic(x);
		double		v = solved * logistic(-x);

		value -= solved;
		*information += v;
		j += v * (1 - 2 * solved);
	}
	if (method == THETA_WLE)
		value += j / (2 * *information);
	return value;
}

void
rasch_theta(const RaschPattern *p, const double *difficulty, int32 score, ThetaMethod method,
			double *theta, double *se)
{
	double		low = -30,
				high = 30;
	double		information;

	*se = NAN;
	if (method == THETA_ML && (score == 0 || score == p->n_items))
	{
		*theta = score == 0 ? -INFINITY : INFINITY;
		return;
	}
	for (int32 i = 0; i < p->n_items; i++)
	{
		low = Min(low, difficulty[p->item[i]] - 30);
		high = Max(high, difficulty[p->item[i]] + 30);
	}
	/* bisection to the last bit: some 60 steps */
	for (int step = 0; step < 100; step++)
	{
		*theta = (low + high) / 2;
		if (*theta <= low || *theta >= high)
			break;
		if (theta_equation(p, difficulty, score, method, *theta, &information) > 0)
			low = *theta;
		else
			high = *theta;
	}
	theta_equation(p, difficulty, score, method, *theta, &information);
	*se = 1 / sqrt(information);
}

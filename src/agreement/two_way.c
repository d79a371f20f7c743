/*-------------------------------------------------------------------------
 *
 * two_way.c
 *	  The additive model item + rater, where cells are missing.
 *
 * Items are eliminated first, which leaves a system of as many equations as
 * there are raters: C t = q with C = diag(n_g) - N'diag(1/k_i)N and
 * q_g = (sum of g) - (sum of the item means where g rated); see Searle (1971),
 * Linear Models, ch. 7.  C has rank raters - 1 if the design is connected.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/continuous.h"
#include "agreement/disagreement.h"
#include "agreement/fixedsum.h"
#include "agreement/two_way.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

typedef struct Fit
{
	const RatingMatrix *m;
	const int64 *y;
	double		scale;
	int32	   *code;			/* [n_raters] dense code of a rater, or -1 */
	int32		k;				/* raters with a rating */
	double	   *item;			/* [n_items] means */
	double	   *rater;			/* [k] means */
	int32	   *rater_n;		/* [k] */
	double	   *t;				/* [k] effects of raters, the first is 0 */
} Fit;

#define VALUE(f, o) ((double) (f)->y[(f)->m->category[o]] / (f)->scale)
#define RATER(f, o) ((f)->code[(f)->m->rater[o]])

static void
number_raters(Fit *f)
{
	const RatingMatrix *m = f->m;

	f->code = array_alloc0(m->n_raters, sizeof(int32));
	for (int32 o = 0; o < m->n_obs; o++)
		f->code[m->rater[o]] = 1;
	for (int32 g = 0; g < m->n_raters; g++)
		f->code[g] = f->code[g] ? f->k++ : -1;
}

static void
find_means(Fit *f)
{
	const RatingMatrix *m = f->m;
	FixedSum   *sum = array_alloc0(f->k, sizeof(FixedSum));

	f->item = array_alloc(m->n_items, sizeof(double));
	f->rater = array_alloc(f->k, sizeof(double));
	f->rater_n = array_alloc0(f->k, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
	{
		FixedSum	s = {0, 0};

		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			fixedsum_add(&s, f->y[m->category[o]]);
			fixedsum_add(&sum[RATER(f, o)], f->y[m->category[o]]);
			f->rater_n[RATER(f, o)]++;
		}
		f->item[i] = fixedsum_value(&s, f->scale) / (m->start[i + 1] - m->start[i]);
	}
	for (int32 g = 0; g < f->k; g++)
		f->rater[g] = fixedsum_value(&sum[g], f->scale) / f->rater_n[g];
	pfree(sum);
}

/* C and q; 1/k_i in fixed point, so that the order of items does not matter */
static void
reduced_equations(const Fit *f, double *c, double *q)
{
	const RatingMatrix *m = f->m;
	int32		k = f->k;
	double		unit = fixed_scale(1, m->n_items);
	int64	   *together = array_alloc0((Size) k * k, sizeof(int64));
	ExactSum   *right = array_alloc(k, sizeof(ExactSum));

	for (int32 g = 0; g < k; g++)
		exactsum_init(&right[g]);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int64		part = (int64) (unit / (m->start[i + 1] - m->start[i]));

		CHECK_FOR_INTERRUPTS();
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			exactsum_add(&right[RATER(f, o)], VALUE(f, o) - f->item[i]);
			for (int32 p = m->start[i]; p <= o; p++)
				together[(Size) RATER(f, o) * k + RATER(f, p)] += part;
		}
	}
	for (int32 g = 0; g < k; g++)
	{
		q[g] = exactsum_value(&right[g]);
		for (int32 h = 0; h <= g; h++)
			c[(Size) g * k + h] = (g == h ? f->rater_n[g] : 0) - (double) together[(Size) g * k + h] / unit;
	}
	pfree(together);
	pfree(right);
}

/* Cholesky's decomposition of rows and columns 1 .. k-1, in place; false: singular */
static bool
cholesky(double *c, int32 k)
{
	for (int32 j = 1; j < k; j++)
	{
		double		d = c[(Size) j * k + j];
		double		full = d;

		CHECK_FOR_INTERRUPTS();
		for (int32 l = 1; l < j; l++)
			d -= c[(Size) j * k + l] * c[(Size) j * k + l];
		if (!(d > 1e-10 * full))
			return false;
		d = sqrt(d);
		c[(Size) j * k + j] = d;
		for (int32 i = j + 1; i < k; i++)
		{
			double		s = c[(Size) i * k + j];

			for (int32 l = 1; l < j; l++)
				s -= c[(Size) i * k + l] * c[(Size) j * k + l];
			c[(Size) i * k + j] = s / d;
		}
	}
	return true;
}

static void
solve(const double *c, int32 k, const double *q, double *t)
{
	t[0] = 0;
	for (int32 i = 1; i < k; i++)
	{
		double		s = q[i];

		for (int32 l = 1; l < i; l++)
			s -= c[(Size) i * k + l] * t[l];
		t[i] = s / c[(Size) i * k + i];
	}
	for (int32 i = k - 1; i >= 1; i--)
	{
		double		s = t[i];

		for (int32 l = i + 1; l < k; l++)
			s -= c[(Size) l * k + i] * t[l];
		t[i] = s / c[(Size) i * k + i];
	}
}

/*
 * R(items | raters) is the residual after raters alone less that after both;
 * likewise R(raters | items).
 */
static void
sums_of_squares(const Fit *f, TwoWay *out)
{
	const RatingMatrix *m = f->m;
	ExactSum	both,
				raters,
				items;

	exactsum_init(&both);
	exactsum_init(&raters);
	exactsum_init(&items);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];
		ExactSum	effects;
		double		a;

		HD_CHECK_EVERY(i);
		exactsum_init(&effects);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			exactsum_add(&effects, f->t[RATER(f, o)]);
		a = f->item[i] - exactsum_value(&effects) / r;
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			double		v = VALUE(f, o);
			double		e = v - a - f->t[RATER(f, o)];

			exactsum_add(&both, e * e);
			e = v - f->rater[RATER(f, o)];
			exactsum_add(&raters, e * e);
			e = v - f->item[i];
			exactsum_add(&items, e * e);
		}
	}
	out->residual = exactsum_value(&both);
	out->items_given_raters = Max(exactsum_value(&raters) - out->residual, 0);
	out->raters_given_items = Max(exactsum_value(&items) - out->residual, 0);
}

const char *
two_way_fit(const RatingMatrix *m, const int64 *y, double scale, TwoWay *out)
{
	Fit			f = {.m = m, .y = y, .scale = scale};
	double	   *c;
	double	   *q;
	bool		connected;

	number_raters(&f);
	if (f.k > ICC_MAX_RATERS)
		return "ratings are missing, and there are too many raters for the two-way analysis";
	find_means(&f);
	c = array_alloc((Size) f.k * f.k, sizeof(double));
	q = array_alloc(f.k, sizeof(double));
	f.t = array_alloc(f.k, sizeof(double));
	reduced_equations(&f, c, q);
	connected = cholesky(c, f.k);
	if (connected)
	{
		solve(c, f.k, q, f.t);
		sums_of_squares(&f, out);
	}
	pfree(c);
	pfree(q);
	return connected ? NULL : "raters and items fall into groups that share nothing";
}

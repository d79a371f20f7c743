/*-------------------------------------------------------------------------
 *
 * plackett_luce_cov.c
 *	  Covariances by sandwich: of rankings, and of raters.
 *
 * V G V with V the inverse information and G the sum of g g' over independent
 * units, g the score of a unit (Huber 1967, White 1982; of clusters, Liang &
 * Zeger 1986, Biometrika 73:13).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/plackett_luce.h"

/* Sums over units, as they come */
typedef struct Meat
{
	PlModel    *m;
	PlMoments  *w;
	double	   *g;				/* [n_params] score of the unit at hand */
	int32	   *touched;		/* parameters that it has */
	int32		n_touched;
	bool	   *is_touched;
	double	   *sum;			/* [n_params^2] lower triangle of sum g g' */
	int64	   *last_unit;		/* [n_items] the last unit + 1 that ranked the item */
	int64		unit;
} Meat;

static inline void
touch(Meat *t, int32 param, double g)
{
	if (param < 0)
		return;
	if (!t->is_touched[param])
	{
		t->is_touched[param] = true;
		t->touched[t->n_touched++] = param;
	}
	t->g[param] += g;
}

/* The score of a row that weighs so much */
static void
add_row(Meat *t, int64 row, double weight)
{
	const PlModel *m = t->m;
	PlChoice	c = {.to = m->d->start[row]};

	while (pl_next_choice(m, row, &c))
	{
		int32		size = (int32) (c.to - c.from);

		pl_members(m, t->w, c.from, c.end, c.block, m->theta);
		pl_moments(t->w, m->gamma);
		for (int32 i = 0; i < t->w->n; i++)
			touch(t, t->w->param[i], -weight * t->w->mean[i]);
		for (int64 k = c.from; k < c.to; k++)
			touch(t, m->item[m->d->item[k]].param, weight / size);
		for (int o = 0; o < m->n_orders; o++)
			touch(t, m->n_strengths + o, weight * ((m->order[o] == size) - t->w->size[o]));
	}
	for (int64 k = m->d->start[row]; k < m->d->start[row + 1]; k++)
	{
		int32		i = m->d->item[k];

		if (m->item_clusters && t->last_unit[i] != t->unit + 1)
		{
			t->last_unit[i] = t->unit + 1;
			m->item_clusters[i]++;
		}
	}
}

/* The unit is complete; there are "times" units like it */
static void
close_unit(Meat *t, double times)
{
	const Size	n = t->m->n_params;

	for (int32 a = 0; a < t->n_touched; a++)
	{
		int32		p = t->touched[a];

		for (int32 b = 0; b < t->n_touched; b++)
		{
			int32		q = t->touched[b];

			if (q <= p)
				t->sum[p * n + q] += times * t->g[p] * t->g[q];
		}
	}
	for (int32 a = 0; a < t->n_touched; a++)
	{
		t->g[t->touched[a]] = 0;
		t->is_touched[t->touched[a]] = false;
	}
	t->n_touched = 0;
	t->unit++;
}

/*
 * Rows of a rater lie together; who is not named is nobody else.  The
 * rankings of a row are alike: each has the same part of its weight.
 */
static void
add_units(Meat *t)
{
	const RankingData *d = t->m->d;
	bool		by_rater = t->m->opt.variance == PL_RATER;

	for (int64 r = 0; r < d->n_rows; r++)
	{
		int32		rater = d->rater ? d->rater[r] : -1;

		if (d->start[r + 1] - d->start[r] > 64)
			CHECK_FOR_INTERRUPTS();
		HD_CHECK_EVERY(r);
		if (by_rater && rater >= 0)
		{
			add_row(t, r, d->weight[r]);
			if (r + 1 == d->n_rows || d->rater[r + 1] != rater)
				close_unit(t, 1);
		}
		else
		{
			add_row(t, r, d->weight[r] / (double) d->count[r]);
			close_unit(t, (double) d->count[r]);
			/* one unit was counted where there are several */
			t->unit += d->count[r] - 1;
			for (int64 k = d->start[r]; t->m->item_clusters && k < d->start[r + 1]; k++)
			{
				t->last_unit[d->item[k]] = t->unit;
				t->m->item_clusters[d->item[k]] += d->count[r] - 1;
			}
		}
	}
}

/* out = a * b, where a is symmetric and whole */
static void
multiply(const double *a, const double *b, double *out, Size n)
{
	memset(out, 0, sizeof(double) * n * n);
	for (Size i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (Size k = 0; k < n; k++)
		{
			double		x = a[i * n + k];

			for (Size j = 0; j < n; j++)
				out[i * n + j] += x * b[k * n + j];
		}
	}
}

void
pl_covary(PlModel *m)
{
	Size		n = m->n_params;
	Meat		t = {.m = m};
	double	   *product;

	if (m->opt.variance == PL_MODEL || n == 0)
		return;
	if (m->opt.variance == PL_RATER)
		m->item_clusters = array_alloc0(m->d->n_items, sizeof(int64));
	t.w = pl_moments_new(m);
	t.g = array_alloc0(n, sizeof(double));
	t.touched = array_alloc(n, sizeof(int32));
	t.is_touched = array_alloc0(n, sizeof(bool));
	t.sum = array_alloc0(n * n, sizeof(double));
	t.last_unit = array_alloc0(m->d->n_items, sizeof(int64));
	add_units(&t);
	m->n_clusters = t.unit;
	for (Size i = 0; i < n; i++)
		for (Size j = 0; j < i; j++)
			t.sum[j * n + i] = t.sum[i * n + j];
	product = array_alloc(n * n, sizeof(double));
	multiply(m->cov, t.sum, product, n);
	m->model_cov = m->cov;
	m->cov = t.sum;
	multiply(product, m->model_cov, m->cov, n);
	pfree(product);
}

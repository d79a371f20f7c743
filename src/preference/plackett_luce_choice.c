/*-------------------------------------------------------------------------
 *
 * plackett_luce_choice.c
 *	  One choice from a set: what is expected of it, and how much it tells.
 *
 * With x_i = alpha_i^(1/d), the sum over all ties of order d in a set is the
 * elementary symmetric polynomial e_d(x): no subset is ever listed.  Leaving
 * items out is done by products of polynomials before and after them, never
 * by division or subtraction, so that nothing cancels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/plackett_luce.h"

PlMoments *
pl_moments_new(const PlModel *m)
{
	PlMoments  *w = palloc0(sizeof(PlMoments));
	Size		n = Max(m->largest, 2);

	w->n_orders = m->n_orders;
	w->order = m->order;
	w->max_order = m->n_orders > 0 ? m->order[m->n_orders - 1] : 1;
	w->param = array_alloc(n, sizeof(int32));
	w->theta = array_alloc(n, sizeof(double));
	w->single = array_alloc(n, sizeof(double));
	w->among = array_alloc(n * Max(m->n_orders, 1), sizeof(double));
	w->size = array_alloc(Max(m->n_orders, 1), sizeof(double));
	w->mean = array_alloc(n, sizeof(double));
	w->x = array_alloc(n, sizeof(double));
	w->before = array_alloc((n + 1) * (w->max_order + 1), sizeof(double));
	w->after = array_alloc((n + 1) * (w->max_order + 1), sizeof(double));
	w->rest = array_alloc(n, sizeof(double));
	return w;
}

void
pl_members(const PlModel *m, PlMoments *w, int64 start, int64 end, int32 block,
		   const double *theta)
{
	w->n = 0;
	for (int64 k = start; k < end; k++)
	{
		int32		i = m->d->item[k];

		if (m->item[i].block != block)
			continue;
		w->param[w->n] = m->item[i].param;
		w->theta[w->n++] = theta[i];
	}
}

/*
 * Coefficients up to degree "degree" of prod (1 + x_i t) over the items before
 * each, and over those from each on: before[k] has items 0..k-1, after[k] has
 * items k..n-1.
 */
static void
polynomials(const double *x, int32 n, int degree, double *before, double *after)
{
	int			width = degree + 1;

	memset(before, 0, sizeof(double) * width);
	before[0] = 1;
	for (int32 k = 0; k < n; k++)
	{
		const double *p = before + (Size) k * width;
		double	   *q = before + (Size) (k + 1) * width;

		q[0] = 1;
		for (int t = 1; t < width; t++)
			q[t] = p[t] + x[k] * p[t - 1];
	}
	memset(after + (Size) n * width, 0, sizeof(double) * width);
	after[(Size) n * width] = 1;
	for (int32 k = n - 1; k >= 0; k--)
	{
		const double *p = after + (Size) (k + 1) * width;
		double	   *q = after + (Size) k * width;

		q[0] = 1;
		for (int t = 1; t < width; t++)
			q[t] = p[t] + x[k] * p[t - 1];
	}
}

/* e_degree of all items but k */
static inline double
without(const double *before, const double *after, int width, int32 k, int degree)
{
	const double *p = before + (Size) k * width;
	const double *q = after + (Size) (k + 1) * width;
	double		s = 0;

	for (int t = 0; t <= degree; t++)
		s += p[t] * q[degree - t];
	return s;
}

/* x_i = alpha_i^(1/d), of the largest 1: f is homogeneous, so the scale is put back in log_z */
static void
roots(PlMoments *w, double largest, int d)
{
	for (int32 i = 0; i < w->n; i++)
		w->x[i] = exp((w->theta[i] - largest) / d);
}

/* log Z alone: the polynomial of all items, one after the other */
void
pl_log_z(PlMoments *w, const double *gamma)
{
	double		largest = w->theta[0];
	double		z = 0;

	for (int32 i = 1; i < w->n; i++)
		largest = fmax(largest, w->theta[i]);
	for (int32 i = 0; i < w->n; i++)
		z += exp(w->theta[i] - largest);
	for (int o = 0; o < w->n_orders && w->order[o] <= w->n; o++)
	{
		int			d = w->order[o];
		double	   *e = w->before;

		roots(w, largest, d);
		memset(e, 0, sizeof(double) * (d + 1));
		e[0] = 1;
		for (int32 i = 0; i < w->n; i++)
			for (int t = d; t > 0; t--)
				e[t] += w->x[i] * e[t - 1];
		z += exp(gamma[o]) * e[d];
	}
	w->log_z = largest + log(z);
}

void
pl_moments(PlMoments *w, const double *gamma)
{
	double		largest = w->theta[0];
	double		z = 0;

	for (int32 i = 1; i < w->n; i++)
		largest = fmax(largest, w->theta[i]);
	for (int32 i = 0; i < w->n; i++)
	{
		w->single[i] = exp(w->theta[i] - largest);
		z += w->single[i];
	}
	for (int o = 0; o < w->n_orders; o++)
	{
		int			d = w->order[o];
		double	   *among = w->among + (Size) o * w->n;
		double		delta = exp(gamma[o]);

		w->size[o] = 0;
		if (d > w->n)
		{
			memset(among, 0, sizeof(double) * w->n);
			continue;
		}
		roots(w, largest, d);
		polynomials(w->x, w->n, d, w->before, w->after);
		w->size[o] = delta * w->after[d];
		for (int32 i = 0; i < w->n; i++)
			among[i] = delta * w->x[i] * without(w->before, w->after, d + 1, i, d - 1);
		z += w->size[o];
	}

	w->log_z = largest + log(z);
	for (int32 i = 0; i < w->n; i++)
	{
		w->single[i] /= z;
		w->mean[i] = w->single[i];
	}
	for (int o = 0; o < w->n_orders; o++)
	{
		double	   *among = w->among + (Size) o * w->n;

		w->size[o] /= z;
		for (int32 i = 0; i < w->n; i++)
		{
			among[i] /= z;
			w->mean[i] += among[i] / w->order[o];
		}
	}
}

/* ---- information ---- */

static inline void
add_to(double *info, int32 n, int32 a, int32 b, double v)
{
	if (a < 0 || b < 0)
		return;
	info[(Size) Max(a, b) * n + Min(a, b)] += v;
}

/*
 * Pairs that are chosen together in ties of order d: their chance over d^2.
 * For each item the polynomials of the others are made anew.
 */
static void
add_pairs(PlMoments *w, double delta, int d, double largest, double log_scale, double weight,
		  double *info, int32 n)
{
	int			width = d - 1;	/* degrees 0 .. d - 2 */
	double		c = weight * delta * exp(-log_scale) / ((double) d * d);

	roots(w, largest, d);
	for (int32 i = 1; i < w->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (d > 2)
		{
			int32		k = 0;

			for (int32 j = 0; j < w->n; j++)
				if (j != i)
					w->rest[k++] = w->x[j];
			polynomials(w->rest, k, d - 2, w->before, w->after);
		}
		for (int32 j = 0; j < i; j++)
		{
			double		e = d > 2 ? without(w->before, w->after, width, j, d - 2) : 1;

			add_to(info, n, w->param[i], w->param[j], c * w->x[i] * w->x[j] * e);
		}
	}
}

void
pl_add_information(PlMoments *w, const double *gamma, double weight, double *info, int32 n,
				   int32 n_strengths)
{
	double		largest = w->theta[0];

	for (int32 i = 1; i < w->n; i++)
		largest = fmax(largest, w->theta[i]);
	for (int32 i = 0; i < w->n; i++)
	{
		double		square = w->single[i];

		for (int o = 0; o < w->n_orders; o++)
			square += w->among[(Size) o * w->n + i] / ((double) w->order[o] * w->order[o]);
		add_to(info, n, w->param[i], w->param[i], weight * square);
		for (int32 j = 0; j <= i; j++)
			add_to(info, n, w->param[i], w->param[j], -weight * w->mean[i] * w->mean[j]);
	}
	for (int o = 0; o < w->n_orders; o++)
	{
		int32		row = n_strengths + o;

		if (w->order[o] > w->n)
			continue;
		add_pairs(w, exp(gamma[o]), w->order[o], largest, w->log_z - largest, weight, info, n);
		for (int32 i = 0; i < w->n; i++)
			add_to(info, n, row, w->param[i],
				   weight * (w->among[(Size) o * w->n + i] / w->order[o] - w->size[o] * w->mean[i]));
		info[(Size) row * n + row] += weight * w->size[o];
		for (int p = 0; p <= o; p++)
			info[(Size) row * n + n_strengths + p] -= weight * w->size[o] * w->size[p];
	}
}

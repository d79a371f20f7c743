/*-------------------------------------------------------------------------
 *
 * category_rows.c
 *	  Agreement category by category.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/coefficients.h"
#include "agreement/margins.h"
#include "agreement/unit_squares.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"

/* How often an item has a category */
typedef struct Use
{
	int32		item;
	int32		count;
} Use;

/* All uses, by category and item */
typedef struct Uses
{
	int32	   *start;			/* [q + 1] */
	Use		   *use;
} Uses;

static void
gather_uses(const RatingMatrix *m, Uses *u)
{
	int32		q = m->n_categories;
	int32	   *end = array_alloc0((Size) q + 1, sizeof(int32));
	int32	   *last = array_alloc(q, sizeof(int32));
	int32		n = 0;

	/* room for one use a rating; the runs are closed up when they are full */
	u->start = array_alloc((Size) q + 1, sizeof(int32));
	u->use = array_alloc(m->n_obs, sizeof(Use));
	for (int32 o = 0; o < m->n_obs; o++)
		end[m->category[o] + 1]++;
	for (int32 k = 0; k < q; k++)
	{
		end[k + 1] += end[k];
		u->start[k] = end[k];
		last[k] = -1;
	}
	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			int32		k = m->category[o];

			if (last[k] != i)
			{
				u->use[end[k]].item = i;
				u->use[end[k]++].count = 0;
				last[k] = i;
			}
			u->use[end[k] - 1].count++;
		}
	}
	for (int32 k = 0; k < q; k++)
	{
		int32		size = end[k] - u->start[k];

		memmove(u->use + n, u->use + u->start[k], sizeof(Use) * (Size) size);
		u->start[k] = n;
		n += size;
	}
	u->start[q] = n;
	pfree(end);
	pfree(last);
}

/*
 * Specific agreement S = sum_i r_k(r_k - 1) / sum_i r_k(r - 1): of a rating
 * that says k, how often another of the item says so too (Cicchetti &
 * Feinstein 1990).  Its variance is that of a ratio of sums over items, or
 * over clusters, with psi_i = r_k(r_k - 1) - S r_k(r - 1).
 */
static void
specific_interval(CategoryRow *row, double confidence, double total, double squares, int32 units)
{
	double		t;

	if (row->specific == 0 || row->specific == 1)
	{
		/* nothing varies: Clopper & Pearson (1934) over items or clusters */
		double		edge = pow((1 - confidence) / 2, 1.0 / units);

		row->ci_low = row->specific == 1 ? edge : 0;
		row->ci_high = row->specific == 1 ? 1 : 1 - edge;
		return;
	}
	if (units < 2 || sqrt(squares) < 1e-9 * total)
		return;
	row->se = sqrt(squares * units / (units - 1.0)) / total;
	t = hd_t_quantile((1 + confidence) / 2, units - 1.0);
	row->ci_low = Max(0, row->specific - t * row->se);
	row->ci_high = Min(1, row->specific + t * row->se);
}

typedef struct CategoryWork
{
	const RatingMatrix *m;
	const Margins *mg;
	UnitScratch units;
	double	   *psi;			/* [most uses of a category] */
	int32	   *cluster;
} CategoryWork;

static void
specific_agreement(CategoryWork *cw, const Use *use, int32 n, double confidence, CategoryRow *row)
{
	const RatingMatrix *m = cw->m;
	int64		same = 0;
	int64		total = 0;
	int32		pairable = 0;
	int32		units;
	double		squares;

	for (int32 j = 0; j < n; j++)
	{
		int64		r = m->start[use[j].item + 1] - m->start[use[j].item];

		HD_CHECK_EVERY(j);
		same += (int64) use[j].count * (use[j].count - 1);
		total += use[j].count * (r - 1);
	}
	if (total == 0)
		return;
	row->specific = (double) same / (double) total;
	for (int32 j = 0; j < n; j++)
	{
		double		r = m->start[use[j].item + 1] - m->start[use[j].item];

		HD_CHECK_EVERY(j);
		if (r < 2)
			continue;
		cw->psi[pairable] = use[j].count * (use[j].count - 1 - row->specific * (r - 1));
		if (m->n_clusters > 0)
			cw->cluster[pairable] = m->cluster[use[j].item];
		pairable++;
	}
	squares = unit_squares(&cw->units, pairable, cw->psi, cw->cluster, &units);
	specific_interval(row, confidence, (double) total, squares, units);
}

/*
 * Fleiss (1971) for category k against the rest: 1 - D_o/D_e of the two-way
 * labels, D_i = 2 r_k (r - r_k)/(r(r - 1)), D_e = 2 pi_k (1 - pi_k).
 */
static double
category_kappa(CategoryWork *cw, const Use *use, int32 n, double share)
{
	const RatingMatrix *m = cw->m;
	double		d_e = 2 * share * (1 - share);

	if (cw->mg->n_pairable == 0 || !(d_e > 1e-15))
		return NAN;
	for (int32 j = 0; j < n; j++)
	{
		double		r = m->start[use[j].item + 1] - m->start[use[j].item];

		HD_CHECK_EVERY(j);
		cw->psi[j] = r < 2 ? 0 : 2 * use[j].count * (r - use[j].count) / (r * (r - 1));
	}
	return 1 - unit_mean(n, cw->psi) * n / cw->mg->n_pairable / d_e;
}

CategoryRow *
category_rows(const RatingMatrix *m, double confidence)
{
	CategoryRow *rows = array_alloc0(m->n_categories, sizeof(CategoryRow));
	CategoryWork cw;
	Uses		u;
	int32		most = 0;

	gather_uses(m, &u);
	for (int32 k = 0; k < m->n_categories; k++)
		most = Max(most, u.start[k + 1] - u.start[k]);
	cw.m = m;
	cw.mg = margins_make(m);
	cw.psi = array_alloc(most, sizeof(double));
	cw.cluster = array_alloc(most, sizeof(int32));
	unit_scratch_init(&cw.units, m);
	for (int32 k = 0; k < m->n_categories; k++)
	{
		const Use  *use = u.use + u.start[k];
		int32		n = u.start[k + 1] - u.start[k];
		CategoryRow *row = &rows[k];

		HD_CHECK_EVERY(k);
		row->n_items = n;
		for (int32 j = 0; j < n; j++)
			row->n_ratings += use[j].count;
		row->share = m->n_items > 0 ? cw.mg->pi[k] : NAN;
		row->specific = row->se = row->ci_low = row->ci_high = row->kappa = NAN;
		if (n == 0)
			continue;
		specific_agreement(&cw, use, n, confidence, row);
		row->kappa = category_kappa(&cw, use, n, row->share);
	}
	pfree(u.start);
	pfree(u.use);
	return rows;
}

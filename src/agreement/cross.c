/*-------------------------------------------------------------------------
 *
 * cross.c
 *	  Agreement between two groups of raters on the same items.
 *
 * Wong, Paritosh & Aroyo (2021, Cross-replication reliability, ACL):
 * kappa_x = 1 - d_o(X,Y)/d_e(X,Y), with r_i and s_i ratings of item i by the
 * groups, R and S in all,
 *		d_o = sum_i (r_i + s_i)/(R + S) D_i,
 * D_i the mean disagreement of a rating of X with one of Y on item i, and
 *		d_e = x'V y
 * of the two groups' distributions; normalised by sqrt(alpha_X alpha_Y).
 * Variances are those of means of influence values over items, or clusters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/compare.h"
#include "agreement/unit_squares.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/stats.h"

typedef struct Cross
{
	const RatingMatrix *a;
	const RatingMatrix *b;
	double	   *apart;			/* [n] D_i */
	double	   *share;			/* [n] (r_i + s_i)/(R + S) */
	double	   *p_a;			/* [q] distributions */
	double	   *p_b;
	double	   *v_a;			/* [q] V p_a */
	double	   *v_b;
	double		d_o,
				d_e;
	double		confidence;
	UnitScratch units;
} Cross;

/* Counts by category, and the counts of both together */
static void
count_categories(Cross *x, double *both)
{
	int32		q = x->a->n_categories;

	for (int32 o = 0; o < x->a->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		x->p_a[x->a->category[o]] += 1;
	}
	for (int32 o = 0; o < x->b->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		x->p_b[x->b->category[o]] += 1;
	}
	for (int32 k = 0; k < q; k++)
	{
		both[k] = x->p_a[k] + x->p_b[k];
		x->p_a[k] /= x->a->n_obs;
		x->p_b[k] /= x->b->n_obs;
	}
}

static double
item_apart(const Cross *x, const Disagreement *d, int32 i)
{
	ExactSum	sum;
	double		r = x->a->start[i + 1] - x->a->start[i];
	double		s = x->b->start[i + 1] - x->b->start[i];

	exactsum_init(&sum);
	for (int32 o = x->a->start[i]; o < x->a->start[i + 1]; o++)
	{
		HD_CHECK_EVERY(o);
		for (int32 p = x->b->start[i]; p < x->b->start[i + 1]; p++)
			exactsum_add(&sum, dis_at(d, x->a->category[o], x->b->category[p]));
	}
	return exactsum_value(&sum) / (r * s);
}

static void
prepare(Cross *x, Disagreement *d)
{
	int32		n = x->a->n_items;
	int32		q = x->a->n_categories;
	double	   *both = array_alloc(q, sizeof(double));
	double		all = (double) x->a->n_obs + x->b->n_obs;
	ExactSum	observed;

	x->apart = array_alloc(n, sizeof(double));
	x->share = array_alloc(n, sizeof(double));
	x->p_a = array_alloc0(q, sizeof(double));
	x->p_b = array_alloc0(q, sizeof(double));
	x->v_a = array_alloc(q, sizeof(double));
	x->v_b = array_alloc(q, sizeof(double));
	count_categories(x, both);
	if (d->kind == DIS_RANK)
		dis_set_ranks(d, both);
	dis_rows(d, q, NULL, x->p_a, x->v_a);
	dis_rows(d, q, NULL, x->p_b, x->v_b);
	x->d_e = exact_dot(q, x->p_a, x->v_b);
	exactsum_init(&observed);
	for (int32 i = 0; i < n; i++)
	{
		double		ratings = (double) (x->a->start[i + 1] - x->a->start[i]) +
			(x->b->start[i + 1] - x->b->start[i]);

		HD_CHECK_EVERY(i);
		x->apart[i] = item_apart(x, d, i);
		x->share[i] = ratings / all;
		exactsum_add_product(&observed, ratings, x->apart[i]);
	}
	x->d_o = exactsum_value(&observed) / all;
	pfree(both);
}

/* sum of u over the ratings of item i */
static double
item_sum(const RatingMatrix *m, int32 i, const double *u)
{
	ExactSum	sum;

	exactsum_init(&sum);
	for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		exactsum_add(&sum, u[m->category[o]]);
	return exactsum_value(&sum);
}

/*
 * n times the change of d_e with item i: the distributions of both groups
 * move, each by its ratings of the item.
 */
static double
chance_influence(const Cross *x, int32 i)
{
	double		n = x->a->n_items;
	double		r = x->a->start[i + 1] - x->a->start[i];
	double		s = x->b->start[i + 1] - x->b->start[i];

	return n / x->a->n_obs * (item_sum(x->a, i, x->v_b) - r * x->d_e) +
		n / x->b->n_obs * (item_sum(x->b, i, x->v_a) - s * x->d_e);
}

static void
undefined(CrossValue *v, const char *note)
{
	v->value = v->se = v->ci_low = v->ci_high = NAN;
	v->note = note;
}

/* Interval from influence values; limits beyond lowest and highest are cut */
static void
set_interval(Cross *x, CrossValue *v, const double *psi, double lowest, double highest)
{
	double		n = x->a->n_items;
	int32		units;
	double		squares = unit_squares(&x->units, x->a->n_items, psi, x->a->cluster, &units);
	double		t;

	v->se = v->ci_low = v->ci_high = NAN;
	if (units < 2)
	{
		v->note = x->a->n_clusters > 0 ? "one cluster" : "one item";
		return;
	}
	if (squares < 1e-18 * n)
	{
		v->note = "items do not vary";
		return;
	}
	v->se = sqrt(squares * units / ((units - 1.0) * n * n));
	t = hd_t_quantile((1 + x->confidence) / 2, units - 1.0);
	v->ci_low = Max(lowest, v->value - t * v->se);
	v->ci_high = Min(highest, v->value + t * v->se);
}

static int32
count_units(const RatingMatrix *m)
{
	bool	   *seen;
	int32		n = 0;

	if (m->n_clusters == 0)
		return m->n_items;
	seen = array_alloc0(m->n_clusters, sizeof(bool));
	for (int32 i = 0; i < m->n_items; i++)
	{
		n += !seen[m->cluster[i]];
		seen[m->cluster[i]] = true;
	}
	pfree(seen);
	return n;
}

/*
 * No disagreement between the groups: the bound of Clopper & Pearson (1934) on
 * the share of items that agree, carried through 1 - D_o/d_e as in estimate.c.
 */
static void
no_disagreement(const Cross *x, double d_e, CrossValue *v)
{
	double		edge = 1 - pow((1 - x->confidence) / 2, 1.0 / count_units(x->a));

	v->value = v->ci_high = 1;
	v->se = NAN;
	v->ci_low = Max(-1, 1 - edge / d_e);
	v->note = "no disagreement between the groups";
}

/*
 * psi of kappa_x / sqrt(alpha_a alpha_b), by the delta method; those of the
 * alphas are over pairable items, and are carried to all.
 */
static void
normalise(Cross *x, double *psi, const CoefficientEstimate *alpha_a, const double *psi_a,
		  const CoefficientEstimate *alpha_b, const double *psi_b, CrossAgreement *out)
{
	double		n = x->a->n_items;
	double		root;
	double		value;

	if (!(alpha_a->value > 0 && alpha_b->value > 0))
	{
		undefined(&out->normalised, "needs a reliability above zero within both groups");
		return;
	}
	root = sqrt(alpha_a->value * alpha_b->value);
	value = out->kappa.value / root;
	for (int32 i = 0; i < x->a->n_items; i++)
		psi[i] = psi[i] / root - value / 2 *
			(n / alpha_a->n_items * psi_a[i] / alpha_a->value +
			 n / alpha_b->n_items * psi_b[i] / alpha_b->value);
	out->normalised.value = value;
	set_interval(x, &out->normalised, psi, -INFINITY, INFINITY);
}

void
cross_agreement(const RatingMatrix *a, const RatingMatrix *b, Disagreement *d,
				const CoefficientEstimate *alpha_a, const double *psi_a,
				const CoefficientEstimate *alpha_b, const double *psi_b,
				double confidence, CrossAgreement *out)
{
	Cross		x = {.a = a, .b = b, .confidence = confidence};
	int32		n = a->n_items;
	double	   *psi;

	memset(out, 0, sizeof(*out));
	if (n == 0)
	{
		undefined(&out->raw, "no item is shared");
		out->kappa = out->normalised = out->raw;
		return;
	}
	unit_scratch_init(&x.units, a);
	prepare(&x, d);
	psi = array_alloc(n, sizeof(double));
	out->raw.value = 1 - x.d_o;
	for (int32 i = 0; i < n; i++)
		psi[i] = n * x.share[i] * (x.d_o - x.apart[i]);
	set_interval(&x, &out->raw, psi, 0, 1);
	if (x.d_o == 0)
		no_disagreement(&x, 1, &out->raw);
	if (!(x.d_e > 0))
	{
		undefined(&out->kappa, "no variation: one category used");
		out->normalised = out->kappa;
		return;
	}
	out->kappa.value = 1 - x.d_o / x.d_e;
	for (int32 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		psi[i] = (psi[i] + x.d_o / x.d_e * chance_influence(&x, i)) / x.d_e;
	}
	set_interval(&x, &out->kappa, psi, -1, 1);
	if (x.d_o == 0)
		no_disagreement(&x, x.d_e, &out->kappa);
	normalise(&x, psi, alpha_a, psi_a, alpha_b, psi_b, out);
	pfree(psi);
}

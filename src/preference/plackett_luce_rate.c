/*-------------------------------------------------------------------------
 *
 * plackett_luce_rate.c
 *	  From strengths and covariances to ratings with intervals and ranks.
 *
 * Scales, intervals, and ranks are those of Bradley-Terry ratings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "preference/plackett_luce.h"

#define ELO_CENTRE 1000.0
#define ELO_SCALE (400 / M_LN10)

/* a variance this small beside that of the model comes of rounding: nothing varied */
#define NOTHING_VARIES 1e-12

/*
 * How long an interval is in standard errors.  With few clusters a sandwich
 * is too small and varies itself: it is widened by G / (G - 1) and Student's
 * t with G - 1 degrees of freedom is taken, G being the number of clusters
 * that ranked the item (Cameron & Miller 2015, J. Hum. Resour. 50:317).
 */
static double
critical(int64 clusters, double tail)
{
	double		g = (double) clusters;

	if (clusters < 0)
		return hd_norm_quantile(1 - tail);
	if (clusters < 2)
		return NAN;
	return hd_t_quantile(1 - tail, g - 1) * sqrt(g / (g - 1));
}

static double
p_value(double z, int64 clusters)
{
	double		g = (double) clusters;

	if (clusters < 0)
		return 2 * hd_norm_sf(z);
	if (clusters < 2)
		return 1;
	return 2 * hd_t_sf(z / sqrt(g / (g - 1)), g - 1);
}

/* Clusters behind the rating of an item, -1: no clusters in use */
static int64
clusters_of(const PlModel *m, int32 item)
{
	return m->item_clusters ? m->item_clusters[item] : -1;
}

/* ---- covariances of items, of which some are fixed ---- */

static inline double
item_cov(const PlModel *m, const double *cov, int32 i, int32 j)
{
	int32		p = m->item[i].param;
	int32		q = m->item[j].param;

	return p < 0 || q < 0 ? 0 : cov[(Size) p * m->n_params + q];
}

static double
difference_variance_of(const PlModel *m, const double *cov, int32 i, int32 j)
{
	return item_cov(m, cov, i, i) + item_cov(m, cov, j, j) - 2 * item_cov(m, cov, i, j);
}

/* What varies beside what would by the model; NaN: nothing does */
static double
checked(const PlModel *m, double variance, double by_model)
{
	if (m->model_cov == NULL)
		return variance > 0 ? variance : NAN;
	return variance > NOTHING_VARIES * by_model ? variance : NAN;
}

static double
difference_variance(const PlModel *m, int32 i, int32 j)
{
	double		by_model = m->model_cov ? difference_variance_of(m, m->model_cov, i, j) : 0;

	return checked(m, difference_variance_of(m, m->cov, i, j), by_model);
}

/* ---- one block ---- */

/* The core of a component, and what its ratings are relative to: sum of share * theta */
typedef struct Core
{
	int32		n;
	int32	   *item;
	double	   *share;
	double		zero;			/* the log worth that is 0 on the log scale */
	bool		anchored;		/* it is the anchor's */
} Core;

/* covariance of theta_i with sum share theta, and the variance of that sum */
typedef struct Against
{
	double	   *product;		/* [n] */
	double		square;
} Against;

static Against
against_shares(const PlModel *m, const Core *c, const double *cov)
{
	Against		a = {.product = array_alloc0(c->n, sizeof(double))};

	for (int32 i = 0; i < c->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < c->n; j++)
			a.product[i] += item_cov(m, cov, c->item[i], c->item[j]) * c->share[j];
		a.square += c->share[i] * a.product[i];
	}
	return a;
}

static double
relative_variance(const PlModel *m, const Core *c, const double *cov, const Against *a, int32 i)
{
	return item_cov(m, cov, c->item[i], c->item[i]) - 2 * a->product[i] + a->square;
}

/* ---- scales ---- */

static double
to_scale(const PlModel *m, double x)
{
	if (m->opt.scale == PL_ELO)
		return ELO_CENTRE + ELO_SCALE * x;
	if (m->opt.scale == PL_WORTH)
		return exp(x);
	return x;
}

static void
finish_rating(const PlModel *m, PlRating *r, double x, bool anchored, double variance,
			  int64 clusters)
{
	double		half = critical(clusters, (1 - m->opt.confidence) / 2) * sqrt(variance);

	r->rating = to_scale(m, x);
	r->se = r->ci_low = r->ci_high = NAN;
	if (isnan(half))
		return;
	r->se = sqrt(variance);
	r->ci_low = to_scale(m, x - half);
	r->ci_high = to_scale(m, x + half);
	if (m->opt.scale == PL_ELO)
		r->se *= ELO_SCALE;
	else if (m->opt.scale == PL_WORTH)
		r->se *= r->rating;
	/* a share lies between 0 and 1: the interval is symmetric in log(share / (1 - share)) */
	if (m->opt.scale == PL_WORTH && !anchored)
	{
		double		odds = x - log1p(-r->rating);

		half /= 1 - r->rating;
		r->ci_low = 1 / (1 + exp(half - odds));
		r->ci_high = 1 / (1 + exp(-half - odds));
	}
}

/*
 * Relative to what?  To the anchor; on the scale of worth to the sum of
 * worths, of which log worth_i / sum has the contrast e_i - share (delta
 * method); else to the mean of log worth.
 */
static void
choose_zero(const PlModel *m, Core *c)
{
	double		most = -INFINITY;
	double		all = 0;

	for (int32 i = 0; i < c->n; i++)
		most = fmax(most, m->theta[c->item[i]]);
	for (int32 i = 0; i < c->n; i++)
		all += exp(m->theta[c->item[i]] - most);
	c->zero = 0;
	for (int32 i = 0; i < c->n; i++)
	{
		double		theta = m->theta[c->item[i]];

		c->share[i] = m->opt.scale == PL_WORTH ? exp(theta - most) / all : 1.0 / c->n;
		c->zero += theta / c->n;
	}
	if (m->opt.scale == PL_WORTH)
		c->zero = most + log(all);
	c->anchored = m->opt.anchor >= 0 &&
		m->item[m->opt.anchor].block == m->item[c->item[0]].block;
	if (!c->anchored)
		return;
	for (int32 i = 0; i < c->n; i++)
		c->share[i] = c->item[i] == m->opt.anchor;
	c->zero = m->theta[m->opt.anchor];
}

static void
rate_core(const PlModel *m, Core *c, PlRating *rating)
{
	Against		a,
				by_model = {NULL, 0};

	choose_zero(m, c);
	a = against_shares(m, c, m->cov);
	if (m->model_cov)
		by_model = against_shares(m, c, m->model_cov);
	for (int32 i = 0; i < c->n; i++)
	{
		int32		item = c->item[i];
		int64		clusters = clusters_of(m, item);
		double		variance;

		if (item == m->opt.anchor)
		{
			rating[item].rating = rating[item].ci_low = rating[item].ci_high = to_scale(m, 0);
			rating[item].se = 0;
			continue;
		}
		if (c->anchored)
			clusters = Min(clusters, clusters_of(m, m->opt.anchor));
		variance = checked(m, relative_variance(m, c, m->cov, &a, i),
						   m->model_cov ? relative_variance(m, c, m->model_cov, &by_model, i) : 0);
		finish_rating(m, &rating[item], m->theta[item] - c->zero, c->anchored, variance, clusters);
	}
}

/* Items without a finite rating */
static void
rate_outer(const PlModel *m, int32 i, PlRating *r)
{
	r->rating = r->se = r->ci_low = r->ci_high = NAN;
	switch (m->item[i].status)
	{
		case PL_UNDEFEATED:
		case PL_ABOVE:
			r->rating = INFINITY;
			break;
		case PL_WINLESS:
		case PL_BELOW:
			r->rating = to_scale(m, -INFINITY);
			break;
		default:
			break;
	}
	if (i == m->opt.anchor)
	{
		r->rating = r->ci_low = r->ci_high = to_scale(m, 0);
		r->se = 0;
	}
}

/* ---- ranks ---- */

/*
 * Ranks that the data allow.  The differences of an item from all others of
 * its block are tested by Holm's procedure (1979, Scand. J. Stat. 6:65),
 * two-sided; those that pass are certainly better or certainly worse.  With
 * the confidence asked for none of them is wrong, so that the true rank is
 * within the limits (Mohamad, Goeman & van Zwet 2022, Ann. Appl. Stat. 16).
 */
typedef struct Test
{
	double		p;
	bool		better;
} Test;

static int
compare_tests(const void *a, const void *b)
{
	double		x = ((const Test *) a)->p;
	double		y = ((const Test *) b)->p;

	return (x > y) - (x < y);
}

static void
rank_item(const PlModel *m, const Core *c, int32 i, Test *test, PlRating *r)
{
	double		alpha = 1 - m->opt.confidence;
	int32		n = 0;

	for (int32 j = 0; j < c->n; j++)
	{
		double		gap = m->theta[c->item[j]] - m->theta[c->item[i]];
		double		p;

		if (i == j)
			continue;
		p = p_value(fabs(gap) / sqrt(difference_variance(m, c->item[i], c->item[j])),
					Min(clusters_of(m, c->item[i]), clusters_of(m, c->item[j])));
		if (p <= alpha)
			test[n++] = (Test) {.p = p, .better = gap > 0};
	}
	qsort(test, n, sizeof(Test), compare_tests);
	for (int32 k = 0; k < n && test[k].p * (c->n - 1 - k) <= alpha; k++)
	{
		if (test[k].better)
			r->rank_low++;
		else
			r->rank_high--;
	}
}

static void
rank_core(const PlModel *m, const Core *c, PlRating *rating)
{
	Test	   *test = array_alloc(c->n, sizeof(Test));

	for (int32 i = 0; i < c->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rank_item(m, c, i, test, &rating[c->item[i]]);
	}
	pfree(test);
}

/* The finite items of each component, which are one block */
static Core *
find_cores(const PlModel *m)
{
	Core	   *core = array_alloc0(m->n_components, sizeof(Core));

	for (int32 i = 0; i < m->d->n_items; i++)
		core[m->item[i].component].n += m->item[i].finite && m->item[i].block >= 0;
	for (int32 k = 0; k < m->n_components; k++)
	{
		core[k].item = array_alloc(core[k].n, sizeof(int32));
		core[k].share = array_alloc(core[k].n, sizeof(double));
		core[k].n = 0;
	}
	for (int32 i = 0; i < m->d->n_items; i++)
	{
		Core	   *c = &core[m->item[i].component];

		if (m->item[i].finite && m->item[i].block >= 0)
			c->item[c->n++] = i;
	}
	return core;
}

PlRating *
pl_rate(const PlModel *m)
{
	PlRating   *rating = array_alloc0(m->d->n_items, sizeof(PlRating));
	Core	   *core = find_cores(m);

	for (int32 i = 0; i < m->d->n_items; i++)
	{
		rating[i].rank_low = 1;
		rating[i].rank_high = m->component_size[m->item[i].component];
		if (!m->item[i].finite || m->item[i].block < 0)
			rate_outer(m, i, &rating[i]);
	}
	for (int32 k = 0; k < m->n_components; k++)
	{
		if (core[k].n == 0)
			continue;
		rate_core(m, &core[k], rating);
		rank_core(m, &core[k], rating);
	}
	return rating;
}

/* delta of a tie, with an interval that is symmetric on the scale of its logarithm */
PlRating
pl_tie(const PlModel *m, int o)
{
	Size		p = m->n_strengths + o;
	Size		at = p * m->n_params + p;
	double		variance = checked(m, m->cov[at], m->model_cov ? m->model_cov[at] : 0);
	double		half = critical(m->item_clusters ? m->n_clusters : -1,
								(1 - m->opt.confidence) / 2) * sqrt(variance);
	PlRating	r = {.rating = exp(m->gamma[o]), .se = NAN, .ci_low = NAN, .ci_high = NAN};

	if (!isnan(half))
	{
		r.se = r.rating * sqrt(variance);
		r.ci_low = exp(m->gamma[o] - half);
		r.ci_high = exp(m->gamma[o] + half);
	}
	return r;
}

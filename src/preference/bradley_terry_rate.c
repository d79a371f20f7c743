/*-------------------------------------------------------------------------
 *
 * bradley_terry_rate.c
 *	  From strengths and covariances to ratings with intervals and ranks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "preference/bradley_terry.h"

#define ELO_CENTRE 1000.0
#define ELO_SCALE (400 / M_LN10)

/* a variance this small beside that of the model comes of rounding: nothing varied */
#define NOTHING_VARIES 1e-12

/*
 * Variance from those of one sandwich, or of three: by rater + by prompt - by
 * both, but never less than one way alone, for the difference need not be
 * positive (MacKinnon, Nielsen & Webb 2024, arXiv 2406.08880).
 */
static double
combine(int n, const double *v)
{
	if (n == 1)
		return v[0];
	return fmax(v[0] + v[1] - v[2], fmax(v[0], v[1]));
}

/* of theta_i - theta_j, items of one block; j < 0: of theta_i as it is centred */
static double
difference_variance(const BtBlock *b, int32 i, int32 j)
{
	double		v[3];
	double		model = 0;
	double		all;

	for (int k = -1; k < b->n_cov; k++)
	{
		const double *c = k < 0 ? b->info : b->cov[k];
		double		s = c[(Size) i * b->n + i];

		if (j >= 0)
			s += c[(Size) j * b->n + j] - c[(Size) i * b->n + j] - c[(Size) j * b->n + i];
		if (k < 0)
			model = s;
		else
			v[k] = s;
	}
	all = combine(b->n_cov, v);
	return all > NOTHING_VARIES * model ? all : NAN;
}

/*
 * How long an interval is in standard errors.  With few clusters a sandwich
 * is too small and varies itself: it is widened by G / (G - 1) and Student's
 * t with G - 1 degrees of freedom is taken, G being the number of clusters
 * that compared the item (Cameron & Miller 2015, J. Hum. Resour. 50:317).
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

/* Clusters behind the rating of an item, -1: no clusters in use */
static int64
clusters_of(const BtModel *m, int32 item)
{
	return m->item_clusters ? m->item_clusters[item] : -1;
}

/* ---- scales ---- */

/* log worth, against the anchor or the centre, to the scale that was asked for */
static double
to_scale(const BtModel *m, double x)
{
	if (m->opt.scale == BT_ELO)
		return ELO_CENTRE + ELO_SCALE * x;
	if (m->opt.scale == BT_WORTH)
		return exp(x);
	return x;
}

/*
 * Variance of log(share), share = worth_i / sum of worths, by the delta
 * method: the contrast is e_i - share.
 */
static double
share_variance(const BtBlock *b, const double *share, double *const *product, const double *square, int32 i)
{
	double		v[3];
	double		all;

	for (int k = 0; k < b->n_cov; k++)
		v[k] = b->cov[k][(Size) i * b->n + i] - 2 * product[k][i] + square[k];
	all = combine(b->n_cov, v);
	return all > NOTHING_VARIES * b->info[(Size) i * b->n + i] ? all : NAN;
}

static void
finish_rating(const BtModel *m, BtRating *r, double x, double variance, int64 clusters)
{
	double		half;

	r->rating = to_scale(m, x);
	r->se = r->ci_low = r->ci_high = NAN;
	half = critical(clusters, (1 - m->opt.confidence) / 2) * sqrt(variance);
	if (isnan(half))
		return;
	r->se = sqrt(variance);
	r->ci_low = to_scale(m, x - half);
	r->ci_high = to_scale(m, x + half);
	if (m->opt.scale == BT_ELO)
		r->se *= ELO_SCALE;
	else if (m->opt.scale == BT_WORTH)
		r->se *= r->rating;
}

static void
rate_shares(const BtModel *m, const BtBlock *b, BtRating *rating)
{
	double	   *share = array_alloc(b->n, sizeof(double));
	double	   *product[3];
	double		square[3];
	double		most = -INFINITY;
	double		all = 0;

	for (int32 i = 0; i < b->n; i++)
		most = fmax(most, b->theta[i]);
	for (int32 i = 0; i < b->n; i++)
		all += exp(b->theta[i] - most);
	all = most + log(all);
	for (int32 i = 0; i < b->n; i++)
		share[i] = exp(b->theta[i] - all);
	for (int k = 0; k < b->n_cov; k++)
	{
		product[k] = array_alloc0(b->n, sizeof(double));
		square[k] = 0;
		for (int32 i = 0; i < b->n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int32 j = 0; j < b->n; j++)
				product[k][i] += b->cov[k][(Size) i * b->n + j] * share[j];
			square[k] += share[i] * product[k][i];
		}
	}
	for (int32 i = 0; i < b->n; i++)
	{
		BtRating   *r = &rating[b->item[i]];
		double		se = sqrt(share_variance(b, share, product, square, i));
		double		half = critical(clusters_of(m, b->item[i]), (1 - m->opt.confidence) / 2) * se;
		double		rest = 1 - share[i];

		r->rating = share[i];
		r->se = r->ci_low = r->ci_high = NAN;
		if (isnan(half))
			continue;
		r->se = share[i] * se;
		/* on the scale of log(share / rest), where no bound can leave 0 to 1 */
		r->ci_low = share[i] / (share[i] + rest * exp(half / rest));
		r->ci_high = share[i] / (share[i] + rest * exp(-half / rest));
	}
}

static void
rate_block(const BtModel *m, const BtBlock *b, BtRating *rating)
{
	int32		zero = -1;

	if (m->opt.anchor >= 0 && m->item[m->opt.anchor].block == m->item[b->item[0]].block)
		zero = m->item[m->opt.anchor].slot;
	if (m->opt.scale == BT_WORTH && zero < 0)
	{
		rate_shares(m, b, rating);
		return;
	}
	for (int32 i = 0; i < b->n; i++)
	{
		int32		item = b->item[i];
		int64		clusters = clusters_of(m, item);

		if (zero >= 0)
			clusters = Min(clusters, clusters_of(m, b->item[zero]));
		if (i == zero)
		{
			BtRating   *r = &rating[item];

			r->rating = r->ci_low = r->ci_high = to_scale(m, 0);
			r->se = 0;
			continue;
		}
		finish_rating(m, &rating[item], b->theta[i] - (zero >= 0 ? b->theta[zero] : 0),
					  difference_variance(b, i, zero), clusters);
	}
}

/* Items without a finite rating */
static void
rate_outer(const BtModel *m, int32 i, BtRating *r)
{
	r->rating = r->se = r->ci_low = r->ci_high = NAN;
	switch (m->item[i].status)
	{
		case BT_UNDEFEATED:
		case BT_ABOVE:
			r->rating = INFINITY;
			break;
		case BT_WINLESS:
		case BT_BELOW:
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
 * Ranks that the data allow.  The differences of an item from all others are
 * tested by Holm's procedure (1979, Scand. J. Stat. 6:65), two-sided; those
 * that pass are certainly better or certainly worse.  With the confidence
 * asked for none of them is wrong, so that the true rank is within the limits
 * (Mohamad, Goeman & van Zwet 2022, Ann. Appl. Stat. 16).
 *
 * A p-value below tail / m passes at any step and one above tail never does;
 * only between them is it needed.  Limits of both kinds are computed once for
 * each number of clusters.
 */
typedef struct RankWork
{
	const BtModel *m;
	double		alpha;
	int32		n_levels;		/* different numbers of clusters, ascending */
	int64	   *level;
	double	   *least;			/* z that can pass */
	double	   *most;			/* z that passes for certain */
} RankWork;

static int
int64_ascending(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

static int
double_ascending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
rank_work_init(RankWork *w, const BtModel *m, const BtBlock *b)
{
	w->m = m;
	w->alpha = 1 - m->opt.confidence;
	w->level = array_alloc(b->n, sizeof(int64));
	for (int32 i = 0; i < b->n; i++)
		w->level[i] = clusters_of(m, b->item[i]);
	qsort(w->level, b->n, sizeof(int64), int64_ascending);
	w->n_levels = 0;
	for (int32 i = 0; i < b->n; i++)
	{
		if (i == 0 || w->level[i] != w->level[w->n_levels - 1])
			w->level[w->n_levels++] = w->level[i];
	}
	w->least = array_alloc(w->n_levels, sizeof(double));
	w->most = array_alloc(w->n_levels, sizeof(double));
	for (int32 k = 0; k < w->n_levels; k++)
	{
		CHECK_FOR_INTERRUPTS();
		w->least[k] = critical(w->level[k], w->alpha / 2);
		w->most[k] = critical(w->level[k], w->alpha / 2 / (b->n - 1));
	}
}

static int32
level_of(const RankWork *w, int64 clusters)
{
	int32		low = 0;
	int32		high = w->n_levels - 1;

	while (low < high)
	{
		int32		mid = (low + high) / 2;

		if (w->level[mid] < clusters)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static double
p_value(double z, int64 clusters)
{
	double		g = (double) clusters;

	if (clusters < 0)
		return 2 * hd_norm_sf(z);
	return 2 * hd_t_sf(z / sqrt(g / (g - 1)), g - 1);
}

/* One that may pass, depending on the others */
typedef struct Doubtful
{
	double		p;				/* first: the sort key */
	bool		better;
} Doubtful;

static void
rank_item(const RankWork *w, const BtBlock *b, int32 i, const int32 *level, Doubtful *doubtful,
		  int32 *better, int32 *worse)
{
	int32		n_doubtful = 0;
	int32		passed = 0;

	*better = *worse = 0;
	for (int32 j = 0; j < b->n; j++)
	{
		int32		k = Min(level[i], level[j]);
		double		gap = b->theta[j] - b->theta[i];
		double		z;

		if (i == j)
			continue;
		z = fabs(gap) / sqrt(difference_variance(b, i, j));
		/* written so that NaN does not pass */
		if (!(z > w->least[k]))
			continue;
		if (z > w->most[k])
		{
			*(gap > 0 ? better : worse) += 1;
			passed++;
			continue;
		}
		doubtful[n_doubtful].p = p_value(z, w->level[k]);
		doubtful[n_doubtful++].better = gap > 0;
	}
	qsort(doubtful, n_doubtful, sizeof(Doubtful), double_ascending);
	for (int32 k = 0; k < n_doubtful; k++)
	{
		if (!(doubtful[k].p * (b->n - 1 - passed) <= w->alpha))
			break;
		*(doubtful[k].better ? better : worse) += 1;
		passed++;
	}
}

static void
rank_block(const BtModel *m, const BtBlock *b, BtRating *rating)
{
	RankWork	w;
	int32	   *level = array_alloc(b->n, sizeof(int32));
	Doubtful   *doubtful = array_alloc(b->n, sizeof(Doubtful));

	rank_work_init(&w, m, b);
	for (int32 i = 0; i < b->n; i++)
		level[i] = level_of(&w, clusters_of(m, b->item[i]));
	for (int32 i = 0; i < b->n; i++)
	{
		BtRating   *r = &rating[b->item[i]];
		int32		better;
		int32		worse;

		CHECK_FOR_INTERRUPTS();
		rank_item(&w, b, i, level, doubtful, &better, &worse);
		r->rank_low += better;
		r->rank_high -= worse;
	}
}

BtRating *
bt_rate(const BtModel *m)
{
	BtRating   *rating = array_alloc0(m->d->n_items, sizeof(BtRating));

	for (int32 i = 0; i < m->d->n_items; i++)
	{
		rating[i].rank_low = 1;
		rating[i].rank_high = m->component_size[m->item[i].component];
		if (!m->item[i].finite || m->item[i].block < 0)
			rate_outer(m, i, &rating[i]);
	}
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		const BtBlock *b = &m->block[k];

		if (!m->item[b->item[0]].finite)
			continue;
		rate_block(m, b, rating);
		rank_block(m, b, rating);
	}
	return rating;
}

/* ---- nuisances ---- */

static BtEstimate
nuisance_estimate(const BtModel *m, int v)
{
	BtEstimate	e = {m->nuisance[v], NAN, NAN, NAN};
	int			n_cov = m->n_blocks > 0 ? m->block[0].n_cov : 0;
	double		variance[3];
	double		half;

	for (int k = 0; k < n_cov; k++)
		variance[k] = m->nuisance_cov[k][v];
	variance[0] = combine(n_cov, variance);
	if (!(variance[0] > NOTHING_VARIES * m->schur_inverse[v * (BT_MAX_NUISANCE + 1)]))
		return e;
	half = critical(m->item_clusters ? m->n_clusters : -1, (1 - m->opt.confidence) / 2) * sqrt(variance[0]);
	if (isnan(half))
		return e;
	e.se = sqrt(variance[0]);
	e.ci_low = e.value - half;
	e.ci_high = e.value + half;
	return e;
}

/* log odds in favour of what is shown first */
BtEstimate
bt_order_effect(const BtModel *m)
{
	if (!m->has_order)
		return (BtEstimate) {NAN, NAN, NAN, NAN};
	return nuisance_estimate(m, 0);
}

BtEstimate
bt_nu(const BtModel *m)
{
	BtEstimate	e;

	if (!m->has_nu)
		return (BtEstimate) {m->n_weight > 0 ? 0 : NAN, NAN, NAN, NAN};
	e = nuisance_estimate(m, m->n_nuisance - 1);
	e.value = exp(e.value);
	e.se *= e.value;
	e.ci_low = exp(e.ci_low);
	e.ci_high = exp(e.ci_high);
	return e;
}

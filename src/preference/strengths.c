/*-------------------------------------------------------------------------
 *
 * strengths.c
 *	  From estimated strengths and their covariances to ratings with intervals
 *	  and ranks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "preference/strengths.h"

#define ELO_CENTRE 1000.0
#define ELO_SCALE (400 / M_LN10)

/* a variance this small beside that of the model comes of rounding: nothing varied */
#define NOTHING_VARIES 1e-12

/* ---- variances and intervals ---- */

/*
 * Of dependence in two ways: by one + by the other - by both (Cameron, Gelbach
 * & Miller 2011, J. Bus. Econ. Stat. 29:238), but never less than one way
 * alone, for the difference need not be positive (MacKinnon, Nielsen & Webb
 * 2024, arXiv 2406.08880).
 */
double
combined_variance(int n_cov, const double *v, double of_model)
{
	double		all = n_cov == 1 ? v[0] : fmax(v[0] + v[1] - v[2], fmax(v[0], v[1]));

	return all > (isnan(of_model) ? 0 : NOTHING_VARIES * of_model) ? all : NAN;
}

/*
 * With few clusters a sandwich is too small and varies itself: it is widened
 * by G / (G - 1) and Student's t with G - 1 degrees of freedom is taken
 * (Cameron & Miller 2015, J. Hum. Resour. 50:317).
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

double
interval_half(int64 clusters, double confidence)
{
	return critical(clusters, (1 - confidence) / 2);
}

static inline int64
clusters_of(const Strengths *s, int32 i)
{
	return s->clusters ? s->clusters[i] : -1;
}

/* of theta_i - theta_j in one matrix */
static inline double
difference(const double *cov, int32 n, int32 i, int32 j)
{
	return cov[(Size) i * n + i] + cov[(Size) j * n + j] - cov[(Size) i * n + j] - cov[(Size) j * n + i];
}

static double
difference_variance(const Strengths *s, int32 i, int32 j)
{
	double		v[3];

	for (int k = 0; k < s->n_cov; k++)
		v[k] = difference(s->cov[k], s->n, i, j);
	return combined_variance(s->n_cov, v, s->model_cov ? difference(s->model_cov, s->n, i, j) : NAN);
}

double
difference_half(const Strengths *s, int32 i, int32 j)
{
	return interval_half(Min(clusters_of(s, i), clusters_of(s, j)), s->confidence) * sqrt(difference_variance(s, i, j));
}

/* ---- ratings ---- */

static double
to_scale(RatingScale scale, double x)
{
	if (scale == SCALE_ELO)
		return ELO_CENTRE + ELO_SCALE * x;
	if (scale == SCALE_WORTH)
		return exp(x);
	return x;
}

void
rate_without_strength(RatingScale scale, double theta, Rating *rating)
{
	rating->rating = to_scale(scale, theta);
	rating->se = rating->ci_low = rating->ci_high = NAN;
}

void
rate_anchor(RatingScale scale, Rating *rating)
{
	rating->rating = rating->ci_low = rating->ci_high = to_scale(scale, 0);
	rating->se = 0;
}

/*
 * What the ratings are relative to, sum of share * theta: the anchor; on the
 * scale of worth the sum of worths, of which log(worth_i / sum) has the
 * contrast e_i - share by the delta method; else the mean of log worth.
 * Returns the log worth that becomes 0.
 */
static double
choose_shares(const Strengths *s, double *share)
{
	double		most = -INFINITY;
	double		sum = 0;
	double		mean = 0;

	for (int32 i = 0; i < s->n; i++)
		most = fmax(most, s->theta[i]);
	for (int32 i = 0; i < s->n; i++)
	{
		sum += exp(s->theta[i] - most);
		mean += s->theta[i] / s->n;
	}
	for (int32 i = 0; i < s->n; i++)
	{
		if (s->anchor >= 0)
			share[i] = i == s->anchor;
		else if (s->scale == SCALE_WORTH)
			share[i] = exp(s->theta[i] - most) / sum;
		else
			share[i] = 1.0 / s->n;
	}
	if (s->anchor >= 0)
		return s->theta[s->anchor];
	return s->scale == SCALE_WORTH ? most + log(sum) : mean;
}

/* variance[i] of theta_i - sum of share * theta */
static void
relative_variances(const double *cov, int32 n, const double *share, double *variance)
{
	double		square = 0;

	for (int32 i = 0; i < n; i++)
	{
		double		product = 0;

		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < n; j++)
			product += cov[(Size) i * n + j] * share[j];
		variance[i] = cov[(Size) i * n + i] - 2 * product;
		square += share[i] * product;
	}
	for (int32 i = 0; i < n; i++)
		variance[i] += square;
}

static void
finish_rating(const Strengths *s, double x, double variance, int64 clusters, Rating *r)
{
	double		half = interval_half(clusters, s->confidence) * sqrt(variance);

	rate_without_strength(s->scale, x, r);
	if (isnan(half))
		return;
	r->se = sqrt(variance);
	r->ci_low = to_scale(s->scale, x - half);
	r->ci_high = to_scale(s->scale, x + half);
	if (s->scale == SCALE_ELO)
		r->se *= ELO_SCALE;
	else if (s->scale == SCALE_WORTH)
		r->se *= r->rating;
	/* a share lies between 0 and 1: its interval is symmetric in log(share / (1 - share)) */
	if (s->scale == SCALE_WORTH && s->anchor < 0)
	{
		double		rest = 1 - r->rating;

		r->ci_low = r->rating / (r->rating + rest * exp(half / rest));
		r->ci_high = r->rating / (r->rating + rest * exp(-half / rest));
	}
}

static void
rate_items(const Strengths *s, Rating *rating)
{
	double	   *share = array_alloc(s->n, sizeof(double));
	double	   *variance[4];	/* those of cov, and of the model */
	double		zero = choose_shares(s, share);

	for (int k = 0; k < 4; k++)
	{
		const double *cov = k == 3 ? s->model_cov : k < s->n_cov ? s->cov[k] : NULL;

		variance[k] = array_alloc(s->n, sizeof(double));
		if (cov)
			relative_variances(cov, s->n, share, variance[k]);
	}
	for (int32 i = 0; i < s->n; i++)
	{
		double		v[3] = {variance[0][i], variance[1][i], variance[2][i]};
		int64		clusters = clusters_of(s, i);

		if (i == s->anchor)
		{
			rate_anchor(s->scale, &rating[s->item[i]]);
			continue;
		}
		if (s->anchor >= 0)
			clusters = Min(clusters, clusters_of(s, s->anchor));
		finish_rating(s, s->theta[i] - zero, combined_variance(s->n_cov, v, s->model_cov ? variance[3][i] : NAN),
					  clusters, &rating[s->item[i]]);
	}
	for (int k = 0; k < 4; k++)
		pfree(variance[k]);
	pfree(share);
}

/* ---- ranks ---- */

/*
 * Ranks that the data allow.  The differences of an item from all others are
 * tested by Holm's procedure (1979, Scand. J. Stat. 6:65), two-sided; those
 * that pass are certainly better or certainly worse.  With the confidence
 * asked for none of them is wrong, so that the true rank is within the limits
 * (Mohamad, Goeman & van Zwet 2022, Ann. Appl. Stat. 16).
 *
 * A p-value below tail / (n - 1) passes at any step and one above tail never
 * does; only between them is it needed.  Limits of both kinds are computed
 * once for each number of clusters.
 */
typedef struct RankWork
{
	const Strengths *s;
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

static void
rank_work_init(RankWork *w, const Strengths *s)
{
	w->s = s;
	w->alpha = 1 - s->confidence;
	w->level = array_alloc(s->n, sizeof(int64));
	for (int32 i = 0; i < s->n; i++)
		w->level[i] = clusters_of(s, i);
	qsort(w->level, s->n, sizeof(int64), int64_ascending);
	w->n_levels = 0;
	for (int32 i = 0; i < s->n; i++)
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
		w->most[k] = critical(w->level[k], w->alpha / 2 / (s->n - 1));
	}
}

static void
rank_work_free(RankWork *w)
{
	pfree(w->level);
	pfree(w->least);
	pfree(w->most);
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

/* A difference that may pass, depending on the others */
typedef struct Doubtful
{
	double		p;
	bool		better;
} Doubtful;

static int
doubtful_ascending(const void *a, const void *b)
{
	double		x = ((const Doubtful *) a)->p;
	double		y = ((const Doubtful *) b)->p;

	return (x > y) - (x < y);
}

static void
rank_item(const RankWork *w, int32 i, const int32 *level, Doubtful *doubtful, Rating *r)
{
	const Strengths *s = w->s;
	int32		n_doubtful = 0;
	int32		better = 0;
	int32		worse = 0;

	for (int32 j = 0; j < s->n; j++)
	{
		int32		k = Min(level[i], level[j]);
		double		gap = s->theta[j] - s->theta[i];
		double		z;

		if (i == j)
			continue;
		z = fabs(gap) / sqrt(difference_variance(s, i, j));
		/* written so that NaN does not pass */
		if (!(z > w->least[k]))
			continue;
		if (z > w->most[k])
		{
			better += gap > 0;
			worse += gap < 0;
			continue;
		}
		doubtful[n_doubtful].p = p_value(z, w->level[k]);
		doubtful[n_doubtful++].better = gap > 0;
	}
	qsort(doubtful, n_doubtful, sizeof(Doubtful), doubtful_ascending);
	for (int32 k = 0; k < n_doubtful; k++)
	{
		if (!(doubtful[k].p * (s->n - 1 - better - worse) <= w->alpha))
			break;
		better += doubtful[k].better;
		worse += !doubtful[k].better;
	}
	r->rank_low += better;
	r->rank_high -= worse;
}

void
rate_strengths(const Strengths *s, Rating *rating)
{
	RankWork	w;
	int32	   *level = array_alloc(s->n, sizeof(int32));
	Doubtful   *doubtful = array_alloc(s->n, sizeof(Doubtful));

	rate_items(s, rating);
	rank_work_init(&w, s);
	for (int32 i = 0; i < s->n; i++)
		level[i] = level_of(&w, clusters_of(s, i));
	for (int32 i = 0; i < s->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rank_item(&w, i, level, doubtful, &rating[s->item[i]]);
	}
	rank_work_free(&w);
	pfree(level);
	pfree(doubtful);
}

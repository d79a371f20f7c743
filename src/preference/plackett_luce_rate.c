/*-------------------------------------------------------------------------
 *
 * plackett_luce_rate.c
 *	  Ratings of items, and the parameters of ties, with their intervals.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/plackett_luce.h"

/* The covariances of a block's items, of which one may be fixed */
static double *
block_covariance(const PlModel *m, const double *cov, int32 n, const int32 *item)
{
	double	   *out = array_alloc0((Size) n * n, sizeof(double));

	for (int32 i = 0; i < n; i++)
	{
		int32		p = m->item[item[i]].param;

		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < n && p >= 0; j++)
		{
			int32		q = m->item[item[j]].param;

			if (q >= 0)
				out[(Size) i * n + j] = cov[(Size) p * m->n_params + q];
		}
	}
	return out;
}

/* The finite items of a component, which are one block */
static void
rate_core(const PlModel *m, int32 n, const int32 *item, Rating *rating)
{
	double	   *theta = array_alloc(n, sizeof(double));
	int64	   *clusters = array_alloc(n, sizeof(int64));
	double	   *cov = block_covariance(m, m->cov, n, item);
	double	   *model_cov = m->model_cov ? block_covariance(m, m->model_cov, n, item) : NULL;
	Strengths	s = {.n = n, .item = item, .theta = theta, .n_cov = 1, .cov = {cov}, .model_cov = model_cov,
		.clusters = m->item_clusters ? clusters : NULL, .anchor = -1, .scale = m->opt.scale,
	.confidence = m->opt.confidence};

	for (int32 i = 0; i < n; i++)
	{
		theta[i] = m->theta[item[i]];
		if (m->item_clusters)
			clusters[i] = m->item_clusters[item[i]];
		if (item[i] == m->opt.anchor)
			s.anchor = i;
	}
	rate_strengths(&s, rating);
	pfree(theta);
	pfree(clusters);
	pfree(cov);
	if (model_cov)
		pfree(model_cov);
}

static inline bool
is_core(const PlModel *m, int32 i)
{
	return m->item[i].finite && m->item[i].block >= 0;
}

Rating *
pl_rate(const PlModel *m)
{
	const int32 n_items = m->d->n_items;
	Rating	   *rating = array_alloc0(n_items, sizeof(Rating));
	int32	   *start = array_alloc0((Size) m->n_components + 2, sizeof(int32));
	int32	   *item = array_alloc(n_items, sizeof(int32));

	for (int32 i = 0; i < n_items; i++)
	{
		rating[i].rank_low = 1;
		rating[i].rank_high = m->component_size[m->item[i].component];
		if (is_core(m, i))
			start[m->item[i].component + 2]++;
		else
			rate_without_strength(m->opt.scale, rating_status_place(m->item[i].status), &rating[i]);
		if (i == m->opt.anchor)
			rate_anchor(m->opt.scale, &rating[i]);
	}
	/* items by component; each start moves to its end, which is the next one's start */
	for (int32 k = 0; k < m->n_components; k++)
		start[k + 2] += start[k + 1];
	for (int32 i = 0; i < n_items; i++)
	{
		if (is_core(m, i))
			item[start[m->item[i].component + 1]++] = i;
	}
	for (int32 k = 0; k < m->n_components; k++)
	{
		if (start[k + 1] > start[k])
			rate_core(m, start[k + 1] - start[k], item + start[k], rating);
	}
	pfree(start);
	pfree(item);
	return rating;
}

/* delta of a tie, with an interval that is symmetric on the scale of its logarithm */
Rating
pl_tie(const PlModel *m, int o)
{
	Size		p = m->n_strengths + o;
	Size		at = p * m->n_params + p;
	double		variance = combined_variance(1, &m->cov[at], m->model_cov ? m->model_cov[at] : NAN);
	double		half = interval_half(m->item_clusters ? m->n_clusters : -1, m->opt.confidence) * sqrt(variance);
	Rating		r = {.rating = exp(m->gamma[o]), .se = NAN, .ci_low = NAN, .ci_high = NAN};

	if (!isnan(half))
	{
		r.se = r.rating * sqrt(variance);
		r.ci_low = exp(m->gamma[o] - half);
		r.ci_high = exp(m->gamma[o] + half);
	}
	return r;
}

/*-------------------------------------------------------------------------
 *
 * bradley_terry_rate.c
 *	  Ratings of items, and nuisance parameters, with their intervals.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "preference/bradley_terry.h"

/* Items without a finite rating, and an anchor that stands alone */
static void
rate_outer(const BtModel *m, int32 i, Rating *r)
{
	switch (m->item[i].status)
	{
		case BT_UNDEFEATED:
		case BT_ABOVE:
			rate_without_strength(m->opt.scale, INFINITY, r);
			break;
		case BT_WINLESS:
		case BT_BELOW:
			rate_without_strength(m->opt.scale, -INFINITY, r);
			break;
		default:
			rate_without_strength(m->opt.scale, NAN, r);
			break;
	}
	if (i == m->opt.anchor)
		rate_anchor(m->opt.scale, r);
}

static void
rate_block(const BtModel *m, int32 k, Rating *rating)
{
	const BtBlock *b = &m->block[k];
	int64	   *clusters = array_alloc(b->n, sizeof(int64));
	Strengths	s = {.n = b->n, .item = b->item, .theta = b->theta, .n_cov = b->n_cov, .model_cov = b->info,
	.anchor = -1, .scale = m->opt.scale, .confidence = m->opt.confidence};

	for (int c = 0; c < b->n_cov; c++)
		s.cov[c] = b->cov[c];
	if (m->item_clusters)
	{
		for (int32 i = 0; i < b->n; i++)
			clusters[i] = m->item_clusters[b->item[i]];
		s.clusters = clusters;
	}
	if (m->opt.anchor >= 0 && m->item[m->opt.anchor].block == k)
		s.anchor = m->item[m->opt.anchor].slot;
	rate_strengths(&s, rating);
	pfree(clusters);
}

Rating *
bt_rate(const BtModel *m)
{
	Rating	   *rating = array_alloc0(m->d->n_items, sizeof(Rating));

	for (int32 i = 0; i < m->d->n_items; i++)
	{
		rating[i].rank_low = 1;
		rating[i].rank_high = m->component_size[m->item[i].component];
		if (!m->item[i].finite || m->item[i].block < 0)
			rate_outer(m, i, &rating[i]);
	}
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		if (m->item[m->block[k].item[0]].finite)
			rate_block(m, k, rating);
	}
	return rating;
}

/* ---- nuisances ---- */

static BtEstimate
nuisance_estimate(const BtModel *m, int v)
{
	BtEstimate	e = {m->nuisance[v], NAN, NAN, NAN};
	int			n_cov = m->block[0].n_cov;
	double		variance[3];
	double		half;

	for (int k = 0; k < n_cov; k++)
		variance[k] = m->nuisance_cov[k][v];
	variance[0] = combined_variance(n_cov, variance, m->schur_inverse[v * (BT_MAX_NUISANCE + 1)]);
	half = interval_half(m->item_clusters ? m->n_clusters : -1, m->opt.confidence) * sqrt(variance[0]);
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

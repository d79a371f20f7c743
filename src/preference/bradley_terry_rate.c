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

static Strengths
block_strengths(const BtModel *m, int32 k)
{
	const BtBlock *b = &m->block[k];
	Strengths	s = {.n = b->n, .item = b->item, .theta = b->theta, .n_cov = b->n_cov, .model_cov = b->info,
	.anchor = -1, .scale = m->opt.scale, .confidence = m->opt.confidence};

	for (int c = 0; c < b->n_cov; c++)
		s.cov[c] = b->cov[c];
	if (m->item_clusters)
	{
		int64	   *clusters = array_alloc(b->n, sizeof(int64));

		for (int32 i = 0; i < b->n; i++)
			clusters[i] = m->item_clusters[b->item[i]];
		s.clusters = clusters;
	}
	if (m->opt.anchor >= 0 && m->item[m->opt.anchor].block == k)
		s.anchor = m->item[m->opt.anchor].slot;
	return s;
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
			rate_without_strength(m->opt.scale, rating_status_place(m->item[i].status), &rating[i]);
		if (i == m->opt.anchor)
			rate_anchor(m->opt.scale, &rating[i]);
	}
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		Strengths	s;

		if (!m->item[m->block[k].item[0]].finite)
			continue;
		s = block_strengths(m, k);
		rate_strengths(&s, rating);
	}
	return rating;
}

/* ---- pairs ---- */

Strengths *
bt_strengths(const BtModel *m)
{
	Strengths  *s = array_alloc(m->n_blocks, sizeof(Strengths));

	for (int32 k = 0; k < m->n_blocks; k++)
		s[k] = block_strengths(m, k);
	return s;
}

double
bt_difference(const BtModel *m, const Strengths *s, int32 i, int32 j, double *half)
{
	const BtItem *a = &m->item[i];
	const BtItem *b = &m->item[j];

	*half = NAN;
	if (a->component != b->component)
		return NAN;
	if (a->block >= 0 && a->block == b->block)
	{
		*half = difference_half(&s[a->block], a->slot, b->slot);
		return m->block[a->block].theta[a->slot] - m->block[b->block].theta[b->slot];
	}
	/* infinity less infinity is not known */
	return rating_status_place(a->status) - rating_status_place(b->status);
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

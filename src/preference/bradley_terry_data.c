/*-------------------------------------------------------------------------
 *
 * bradley_terry_data.c
 *	  From comparisons to what the fit works on: ordered pairs with their
 *	  counts, connected components, blocks of items with finite differences,
 *	  and where every item stands.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/bradley_terry.h"
#include "preference/connectivity.h"

/* Arrows from the better to the worse item; a tie is an arrow each way */
typedef struct Arrows
{
	int64		n;
	int32	   *from;
	int32	   *to;
} Arrows;

/* ---- pairs ---- */

/* Rows of one ordered pair lie together */
static inline bool
begins_pair(const PreferenceData *d, int64 r)
{
	return r == 0 || d->a[r] != d->a[r - 1] || d->b[r] != d->b[r - 1];
}

static void
count_items(BtModel *m)
{
	const PreferenceData *d = m->d;

	for (int64 r = 0; r < d->n_rows; r++)
	{
		BtItem	   *a = &m->item[d->a[r]];
		BtItem	   *b = &m->item[d->b[r]];
		double		w = d->weight[r];

		HD_CHECK_EVERY(r);
		a->n += d->count[r];
		b->n += d->count[r];
		if (d->outcome[r] == OUTCOME_TIE)
		{
			a->tie += w;
			b->tie += w;
		}
		else if (d->outcome[r] == OUTCOME_A)
		{
			a->win += w;
			b->loss += w;
		}
		else
		{
			a->loss += w;
			b->win += w;
		}
	}
}

static int32
count_pairs(const PreferenceData *d)
{
	int32		n = 0;

	for (int64 r = 0; r < d->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		n += begins_pair(d, r);
	}
	return n;
}

static void
fill_pairs(BtModel *m)
{
	const PreferenceData *d = m->d;
	BtPair	   *p = m->pair - 1;

	for (int64 r = 0; r < d->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		if (begins_pair(d, r))
		{
			p++;
			p->a = d->a[r];
			p->b = d->b[r];
			p->start = r;
			p->block = -1;
		}
		p->end = r + 1;
		if (d->outcome[r] == OUTCOME_A)
			p->win += d->weight[r];
		else if (d->outcome[r] == OUTCOME_B)
			p->loss += d->weight[r];
		else if (m->opt.ties != BT_TIES_DROP)
			p->tie += d->weight[r];
	}
}

static Arrows
make_arrows(const BtModel *m)
{
	Arrows		w;

	w.n = 0;
	w.from = array_alloc(2 * (Size) m->n_pairs, sizeof(int32));
	w.to = array_alloc(2 * (Size) m->n_pairs, sizeof(int32));
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];

		HD_CHECK_EVERY(k);
		if (p->win > 0 || p->tie > 0)
		{
			w.from[w.n] = p->a;
			w.to[w.n++] = p->b;
		}
		if (p->loss > 0 || p->tie > 0)
		{
			w.from[w.n] = p->b;
			w.to[w.n++] = p->a;
		}
	}
	return w;
}

/* ---- components and blocks ---- */

static void
note_components(BtModel *m, const Components *c)
{
	m->n_components = c->n_components;
	m->component_size = c->size;
	m->component_item = array_alloc(c->n_components, sizeof(int32));
	for (int32 i = m->d->n_items - 1; i >= 0; i--)
	{
		m->item[i].component = c->component[i];
		m->component_item[c->component[i]] = i;
	}
}

/* Groups of two items and more become blocks, in the order of their first items */
static void
make_blocks(BtModel *m, int32 n_groups, const int32 *group)
{
	const int32 n = m->d->n_items;
	int32	   *size = array_alloc0(n_groups, sizeof(int32));
	int32	   *block_of = array_alloc(n_groups, sizeof(int32));

	for (int32 i = 0; i < n; i++)
		size[group[i]]++;
	for (int32 g = 0; g < n_groups; g++)
	{
		block_of[g] = -1;
		m->n_blocks += size[g] > 1;
	}
	m->block = array_alloc0(m->n_blocks, sizeof(BtBlock));
	m->n_blocks = 0;
	for (int32 i = 0; i < n; i++)
	{
		int32		g = group[i];
		BtBlock    *b;

		m->item[i].block = -1;
		if (size[g] < 2)
			continue;
		if (block_of[g] < 0)
		{
			block_of[g] = m->n_blocks++;
			m->block[block_of[g]].item = array_alloc(size[g], sizeof(int32));
		}
		b = &m->block[block_of[g]];
		m->item[i].block = block_of[g];
		m->item[i].slot = b->n;
		b->item[b->n++] = i;
	}
	pfree(size);
	pfree(block_of);
}

static void
find_blocks(BtModel *m, const Components *c)
{
	if (m->opt.prior > 0)
		make_blocks(m, c->n_components, c->component);
	else
		make_blocks(m, c->n_strong, c->strong);
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		BtPair	   *p = &m->pair[k];
		const BtItem *a = &m->item[p->a];
		const BtItem *b = &m->item[p->b];

		HD_CHECK_EVERY(k);
		if (a->block < 0 || a->block != b->block || !(p->win + p->tie + p->loss > 0))
			continue;
		p->block = a->block;
		p->row = a->slot;
		p->col = b->slot;
	}
}

static void
note_status(BtModel *m, const Arrows *w)
{
	const int32 n = m->d->n_items;
	int32	   *component = array_alloc(n, sizeof(int32));
	int32	   *block = array_alloc(n, sizeof(int32));
	double	   *weight = array_alloc0(m->n_blocks, sizeof(double));
	RatingStatus *status = array_alloc(n, sizeof(RatingStatus));
	bool	   *finite = array_alloc(n, sizeof(bool));

	for (int32 i = 0; i < n; i++)
	{
		component[i] = m->item[i].component;
		block[i] = m->item[i].block;
	}
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];

		if (p->block >= 0)
			weight[p->block] += p->win + p->tie + p->loss;
	}
	find_rating_status(&(Field)
				   {
					   n, m->opt.anchor, m->n_components, component, m->component_size,
					   m->n_blocks, block, weight, w->n, w->from, w->to
				   }, status, finite);
	for (int32 i = 0; i < n; i++)
	{
		m->item[i].status = status[i];
		m->item[i].finite = finite[i];
	}
	pfree(component);
	pfree(block);
	pfree(weight);
	pfree(status);
	pfree(finite);
}

BtModel *
bt_prepare(const PreferenceData *d, const BtOptions *opt)
{
	BtModel    *m = palloc0(sizeof(BtModel));
	Components	c;
	Arrows		w;

	m->d = d;
	m->opt = *opt;
	m->item = array_alloc0(d->n_items, sizeof(BtItem));
	count_items(m);
	m->n_pairs = count_pairs(d);
	m->pair = array_alloc0(m->n_pairs, sizeof(BtPair));
	fill_pairs(m);
	preference_components(d, opt->ties == BT_TIES_DROP ? TIES_DROPPED : TIES_BOTH_WAYS, &c);
	note_components(m, &c);
	find_blocks(m, &c);
	w = make_arrows(m);
	note_status(m, &w);
	pfree(w.from);
	pfree(w.to);
	return m;
}

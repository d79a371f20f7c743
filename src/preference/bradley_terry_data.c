/*-------------------------------------------------------------------------
 *
 * bradley_terry_data.c
 *	  From comparisons to what the fit works on: ordered pairs with their
 *	  counts, connected components, blocks of items with finite differences,
 *	  and the status of every item.
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

/* ---- status ---- */

/* The edges that leave each node: next[start[i] .. start[i + 1] - 1] */
typedef struct Adjacency
{
	int64	   *start;
	int32	   *next;
} Adjacency;

static void
adjacency_make(Adjacency *g, int32 n, int64 n_edges, const int32 *from, const int32 *to)
{
	g->start = array_alloc0((Size) n + 1, sizeof(int64));
	g->next = array_alloc(n_edges, sizeof(int32));
	for (int64 e = 0; e < n_edges; e++)
	{
		HD_CHECK_EVERY(e);
		g->start[from[e] + 1]++;
	}
	for (int32 i = 0; i < n; i++)
		g->start[i + 1] += g->start[i];
	for (int64 e = 0; e < n_edges; e++)
	{
		HD_CHECK_EVERY(e);
		g->next[g->start[from[e]]++] = to[e];
	}
	/* each start has moved to its end */
	for (int32 i = n; i > 0; i--)
		g->start[i] = g->start[i - 1];
	g->start[0] = 0;
}

static void
adjacency_free(Adjacency *g)
{
	pfree(g->start);
	pfree(g->next);
}

/* Spread the mark along arrows, or against them */
static void
reach(int32 n, const Arrows *w, bool backward, bool *reached)
{
	Adjacency	g;
	int32	   *stack = array_alloc(n, sizeof(int32));
	int32		n_stack = 0;

	if (backward)
		adjacency_make(&g, n, w->n, w->to, w->from);
	else
		adjacency_make(&g, n, w->n, w->from, w->to);
	for (int32 i = 0; i < n; i++)
	{
		if (reached[i])
			stack[n_stack++] = i;
	}
	while (n_stack > 0)
	{
		int32		v = stack[--n_stack];

		for (int64 e = g.start[v]; e < g.start[v + 1]; e++)
		{
			int32		next = g.next[e];

			HD_CHECK_EVERY(e);
			if (!reached[next])
			{
				reached[next] = true;
				stack[n_stack++] = next;
			}
		}
	}
	adjacency_free(&g);
	pfree(stack);
}

/*
 * The core of a component is the block that its finite ratings are about: the
 * anchor's; else the one with most items, then with most weight of
 * comparisons inside, then with the first item.
 */
static int32 *
find_cores(const BtModel *m)
{
	int32	   *core = array_alloc(m->n_components, sizeof(int32));
	double	   *weight = array_alloc0(m->n_blocks, sizeof(double));

	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];

		if (p->block >= 0)
			weight[p->block] += p->win + p->tie + p->loss;
	}
	for (int32 c = 0; c < m->n_components; c++)
		core[c] = -1;
	for (int32 b = 0; b < m->n_blocks; b++)
	{
		int32		c = m->item[m->block[b].item[0]].component;
		int32		best = core[c];

		if (best < 0 || m->block[b].n > m->block[best].n ||
			(m->block[b].n == m->block[best].n && weight[b] > weight[best]))
			core[c] = b;
	}
	if (m->opt.anchor >= 0)
		core[m->item[m->opt.anchor].component] = m->item[m->opt.anchor].block;
	pfree(weight);
	return core;
}

/* The status of an item outside of the core, from its place in the graph */
static BtStatus
outer_status(const BtModel *m, int32 i, bool above, bool below, bool has_core)
{
	const BtItem *item = &m->item[i];
	bool		tied = m->opt.ties != BT_TIES_DROP && item->tie > 0;

	if (m->component_size[item->component] == 1)
		return BT_ALONE;
	if (item->loss == 0 && !tied && (above || !has_core))
		return BT_UNDEFEATED;
	if (item->win == 0 && !tied && (below || !has_core))
		return BT_WINLESS;
	return above ? BT_ABOVE : below ? BT_BELOW : BT_UNLINKED;
}

static void
find_status(BtModel *m, const Arrows *w)
{
	const int32 n = m->d->n_items;
	const int32 anchor = m->opt.anchor;
	int32	   *core = find_cores(m);
	bool	   *above = array_alloc0(n, sizeof(bool));
	bool	   *below = array_alloc0(n, sizeof(bool));

	for (int32 i = 0; i < n; i++)
	{
		BtItem	   *item = &m->item[i];

		item->finite = i == anchor || (item->block >= 0 && item->block == core[item->component]);
		above[i] = below[i] = item->finite;
	}
	reach(n, w, true, above);
	reach(n, w, false, below);
	for (int32 i = 0; i < n; i++)
	{
		BtItem	   *item = &m->item[i];
		bool		has_core = core[item->component] >= 0 ||
			(anchor >= 0 && m->item[anchor].component == item->component);

		if (item->finite && item->block >= 0)
			item->status = BT_OK;
		else
		{
			item->status = outer_status(m, i, above[i], below[i], has_core);
			/* an anchor that others are infinitely above and below of */
			if (item->finite && item->status == BT_ABOVE)
				item->status = BT_OK;
		}
	}
	pfree(core);
	pfree(above);
	pfree(below);
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
	find_status(m, &w);
	pfree(w.from);
	pfree(w.to);
	return m;
}

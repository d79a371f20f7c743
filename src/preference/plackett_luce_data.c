/*-------------------------------------------------------------------------
 *
 * plackett_luce_data.c
 *	  From rankings to what the fit works on: connected components, blocks of
 *	  items with finite differences, and the sets from which was chosen.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "preference/plackett_luce_data.h"

/* The tied items that begin at k: where they end */
static inline int64
group_end(const RankingData *d, int64 k, int64 end)
{
	for (k++; k < end && d->tied[k]; k++)
		;
	return k;
}

/* Is the last group of a row one whose order nobody gave? */
static inline bool
is_unordered(const PlModel *m, int64 from, int64 to, int64 end)
{
	return m->opt.bottom_unordered && to == end && to - from > 1;
}

/* ---- links ---- */

static void
add_link(Links *w, int32 a, int32 b, Outcome outcome)
{
	w->a[w->n] = a;
	w->b[w->n] = b;
	w->outcome[w->n++] = outcome;
}

/*
 * Of a group of ties one item stands for all, since they reach each other:
 * so there are no more links than items in rankings.
 */
static void
row_links(const PlModel *m, int64 row, Links *w)
{
	const RankingData *d = m->d;
	int64		end = d->start[row + 1];
	int64		last = -1;		/* first of the group before */

	for (int64 k = d->start[row], to; k < end; last = k, k = to)
	{
		bool		unordered;

		to = group_end(d, k, end);
		unordered = is_unordered(m, k, to, end);
		for (int64 j = k; j < to; j++)
		{
			LinkSeen   *s = &w->seen[d->item[j]];

			s->above |= to < end;
			s->below |= last >= 0;
			s->tied |= to - k > 1 && !unordered;
			if (last >= 0 && (j == k || unordered))
				add_link(w, d->item[last], d->item[j], OUTCOME_A);
			else if (j > k && !unordered)
				add_link(w, d->item[j - 1], d->item[j], OUTCOME_TIE);
		}
	}
}

static void
make_links(PlModel *m, Links *w)
{
	const RankingData *d = m->d;
	int64		most = d->start[d->n_rows];

	w->n = 0;
	w->a = array_alloc(most, sizeof(int32));
	w->b = array_alloc(most, sizeof(int32));
	w->outcome = array_alloc(most, sizeof(uint8));
	w->seen = array_alloc0(d->n_items, sizeof(LinkSeen));
	for (int64 r = 0; r < d->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		row_links(m, r, w);
		for (int64 k = d->start[r]; k < d->start[r + 1]; k++)
			m->item[d->item[k]].n += d->count[r];
	}
}

/* ---- components and blocks ---- */

static void
note_components(PlModel *m, const Components *c)
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

/*
 * Blocks are what has finite differences: with a prior, components; without,
 * strong components of the links (for pairs Ford 1957, Amer. Math. Monthly
 * 64:28; for rankings Hunter 2004, Ann. Statist. 32:384).  Groups of two
 * items and more become blocks, in the order of their first items.
 */
static void
find_blocks(PlModel *m, const Components *c)
{
	const int32 n = m->d->n_items;
	bool		prior = m->opt.prior > 0;
	const int32 *group = prior ? c->component : c->strong;
	int32		n_groups = prior ? c->n_components : c->n_strong;
	int32	   *size = array_alloc0(n_groups, sizeof(int32));
	int32	   *block = array_alloc(n_groups, sizeof(int32));

	for (int32 i = 0; i < n; i++)
		size[group[i]]++;
	for (int32 g = 0; g < n_groups; g++)
		block[g] = -1;
	for (int32 i = 0; i < n; i++)
	{
		int32		g = group[i];
		bool		first = block[g] < 0;

		m->item[i].block = m->item[i].param = -1;
		if (size[g] < 2)
			continue;
		if (first)
			block[g] = m->n_blocks++;
		m->item[i].block = block[g];
		/* the first of a block stays at 0 where no prior holds it */
		if (!first || prior)
			m->item[i].param = m->n_strengths++;
	}
	pfree(size);
	pfree(block);
}

/* ---- choices ---- */

/*
 * Within a row, a choice tells of items of its block only: others are
 * infinitely far away, or they could not have been chosen.
 */
bool
pl_next_choice(const PlModel *m, int64 row, PlChoice *c)
{
	const RankingData *d = m->d;

	c->end = d->start[row + 1];
	while (c->to < c->end)
	{
		c->from = c->to;
		c->to = group_end(d, c->from, c->end);
		/* who is left alone is not chosen */
		if (c->from + 1 == c->end || is_unordered(m, c->from, c->to, c->end))
			return false;
		c->block = m->item[d->item[c->from]].block;
		if (c->block < 0)
			continue;
		c->n = 0;
		for (int64 k = c->from; k < c->end; k++)
			c->n += m->item[d->item[k]].block == c->block;
		if (c->n > 1)
			return true;
	}
	return false;
}

/* A table of sets, found by a hash that does not depend on the order of their items */
typedef struct SetTable
{
	PlModel    *m;
	int64		cap;
	int64	   *slot;			/* set + 1, or 0 */
	uint64		mask;
	int64	   *stamp;			/* by item: the choice that it was marked for */
	int64		n_marked;
} SetTable;

static uint64
set_hash(const PlModel *m, const PlChoice *c)
{
	uint64		h = c->block;

	for (int64 k = c->from; k < c->end; k++)
		if (m->item[m->d->item[k]].block == c->block)
			h += hd_mix64((uint64) m->d->item[k] + UINT64CONST(0x9e3779b97f4a7c15));
	return hd_mix64(h);
}

static bool
same_set(SetTable *t, const PlSet *s, const PlChoice *c)
{
	const int32 *item = t->m->d->item;

	if (s->n != c->n || s->block != c->block)
		return false;
	t->n_marked++;
	for (int64 k = c->from; k < c->end; k++)
		t->stamp[item[k]] = t->n_marked;
	for (int64 k = s->start; k < s->end; k++)
		if (t->m->item[item[k]].block == s->block && t->stamp[item[k]] != t->n_marked)
			return false;
	return true;
}

static void
enlarge_table(SetTable *t)
{
	PlModel    *m = t->m;
	uint64		n_slots = 2 * (t->mask + 1);

	t->cap = n_slots / 2;
	m->set = repalloc_huge(m->set, mul_size(t->cap, sizeof(PlSet)));
	pfree(t->slot);
	t->slot = array_alloc0(n_slots, sizeof(int64));
	t->mask = n_slots - 1;
	for (int64 i = 0; i < m->n_sets; i++)
	{
		uint64		s = m->set[i].hash & t->mask;

		HD_CHECK_EVERY(i);
		while (t->slot[s] != 0)
			s = (s + 1) & t->mask;
		t->slot[s] = i + 1;
	}
}

static void
add_set(SetTable *t, const PlChoice *c, double weight)
{
	PlModel    *m = t->m;
	uint64		h = set_hash(m, c);
	uint64		s;

	if (m->n_sets == t->cap)
		enlarge_table(t);
	for (s = h & t->mask; t->slot[s] != 0; s = (s + 1) & t->mask)
	{
		PlSet	   *set = &m->set[t->slot[s] - 1];

		if (set->hash == h && same_set(t, set, c))
		{
			set->weight += weight;
			return;
		}
	}
	m->set[m->n_sets++] = (PlSet) {
		.start = c->from, .end = c->end, .block = c->block, .n = c->n, .weight = weight, .hash = h
	};
	t->slot[s] = m->n_sets;
	m->largest = Max(m->largest, c->n);
}

static void
find_sets(PlModel *m, double *tied_weight)
{
	const RankingData *d = m->d;
	SetTable	t = {.m = m, .cap = 32, .mask = 63};

	t.slot = array_alloc0(64, sizeof(int64));
	t.stamp = array_alloc0(d->n_items, sizeof(int64));
	m->set = array_alloc(t.cap, sizeof(PlSet));
	for (int64 r = 0; r < d->n_rows; r++)
	{
		PlChoice	c = {.to = d->start[r]};

		/* a long row takes the square of its length */
		if (d->start[r + 1] - d->start[r] > 64)
			CHECK_FOR_INTERRUPTS();
		HD_CHECK_EVERY(r);
		while (pl_next_choice(m, r, &c))
		{
			add_set(&t, &c, d->weight[r]);
			m->n_choices += d->count[r];
			if (c.to - c.from > PL_MAX_ORDER)
				m->largest_tie = Max(m->largest_tie, (int32) (c.to - c.from));
			else if (c.to - c.from > 1)
				tied_weight[c.to - c.from] += d->weight[r];
		}
	}
	pfree(t.slot);
	pfree(t.stamp);
}

/* Sums of 1 / |C| over the choices of each item, and of the choices with ties of each order */
static void
find_observed(PlModel *m, const double *tied_weight)
{
	const RankingData *d = m->d;

	for (int o = 2; o <= PL_MAX_ORDER; o++)
		if (tied_weight[o] > 0)
			m->order[m->n_orders++] = o;
	m->n_params = m->n_strengths + m->n_orders;
	m->observed = array_alloc0(m->n_params, sizeof(double));
	for (int o = 0; o < m->n_orders; o++)
		m->observed[m->n_strengths + o] = tied_weight[m->order[o]];
	for (int64 r = 0; r < d->n_rows; r++)
	{
		PlChoice	c = {.to = d->start[r]};

		HD_CHECK_EVERY(r);
		while (pl_next_choice(m, r, &c))
			for (int64 k = c.from; k < c.to; k++)
			{
				int32		p = m->item[d->item[k]].param;

				if (p >= 0)
					m->observed[p] += d->weight[r] / (double) (c.to - c.from);
			}
	}
	for (int32 i = 0; i < d->n_items; i++)
		if (m->item[i].param >= 0)
			m->observed[m->item[i].param] += m->opt.prior;
}

PlModel *
pl_prepare(const RankingData *d, const PlOptions *opt)
{
	PlModel    *m = palloc0(sizeof(PlModel));
	double		tied_weight[PL_MAX_ORDER + 1] = {0};
	PreferenceData pairs = {.n_items = d->n_items};
	Components	c;
	Links		w;

	m->d = d;
	m->opt = *opt;
	m->item = array_alloc0(d->n_items, sizeof(PlItem));
	make_links(m, &w);
	pairs.n_rows = w.n;
	pairs.a = w.a;
	pairs.b = w.b;
	pairs.outcome = w.outcome;
	preference_components(&pairs, TIES_BOTH_WAYS, &c);
	note_components(m, &c);
	find_blocks(m, &c);
	find_sets(m, tied_weight);
	find_observed(m, tied_weight);
	pl_find_status(m, &w);
	pfree(w.a);
	pfree(w.b);
	pfree(w.outcome);
	pfree(w.seen);
	return m;
}

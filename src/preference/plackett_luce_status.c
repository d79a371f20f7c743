/*-------------------------------------------------------------------------
 *
 * plackett_luce_status.c
 *	  Which items have a finite rating, and why others have none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/plackett_luce_data.h"

/* The links of each item, in one direction: next[start[i] .. start[i + 1] - 1] */
typedef struct Adjacency
{
	int64	   *start;
	int32	   *next;
} Adjacency;

static void
adjacency_make(Adjacency *g, int32 n, const Links *w, bool upward)
{
	int64	   *at = array_alloc0((Size) n + 1, sizeof(int64));

	g->start = array_alloc0((Size) n + 1, sizeof(int64));
	g->next = array_alloc(2 * w->n, sizeof(int32));
	for (int pass = 0; pass < 2; pass++)
	{
		for (int64 e = 0; e < w->n; e++)
		{
			int32		from = upward ? w->b[e] : w->a[e];
			int32		to = upward ? w->a[e] : w->b[e];

			HD_CHECK_EVERY(e);
			for (int way = 0; way <= (w->outcome[e] == OUTCOME_TIE); way++)
			{
				if (pass == 0)
					g->start[(way ? to : from) + 1]++;
				else
					g->next[at[way ? to : from]++] = way ? from : to;
			}
		}
		for (int32 i = 0; i < n && pass == 0; i++)
			at[i + 1] = g->start[i + 1] += g->start[i];
	}
	pfree(at);
}

/* Spread the mark along links, or against them */
static void
reach(int32 n, const Links *w, bool upward, bool *reached)
{
	Adjacency	g;
	int32	   *stack = array_alloc(n, sizeof(int32));
	int32		n_stack = 0;

	adjacency_make(&g, n, w, upward);
	for (int32 i = 0; i < n; i++)
		if (reached[i])
			stack[n_stack++] = i;
	while (n_stack > 0)
	{
		int32		v = stack[--n_stack];

		for (int64 e = g.start[v]; e < g.start[v + 1]; e++)
		{
			HD_CHECK_EVERY(e);
			if (!reached[g.next[e]])
			{
				reached[g.next[e]] = true;
				stack[n_stack++] = g.next[e];
			}
		}
	}
	pfree(g.start);
	pfree(g.next);
	pfree(stack);
}

/*
 * The core of a component is the block that its finite ratings are about: the
 * anchor's; else the one with most items, then with most weight of choices
 * inside, then with the first item.
 */
static int32 *
find_cores(const PlModel *m)
{
	int32	   *core = array_alloc(m->n_components, sizeof(int32));
	int32	   *size = array_alloc0(m->n_blocks, sizeof(int32));
	double	   *weight = array_alloc0(m->n_blocks, sizeof(double));

	for (int32 i = 0; i < m->d->n_items; i++)
		if (m->item[i].block >= 0)
			size[m->item[i].block]++;
	for (int64 s = 0; s < m->n_sets; s++)
		weight[m->set[s].block] += m->set[s].weight;
	for (int32 c = 0; c < m->n_components; c++)
		core[c] = -1;
	for (int32 i = 0; i < m->d->n_items; i++)
	{
		int32		b = m->item[i].block;
		int32	   *best = &core[m->item[i].component];

		if (b >= 0 && (*best < 0 || size[b] > size[*best] ||
					   (size[b] == size[*best] && weight[b] > weight[*best])))
			*best = b;
	}
	if (m->opt.anchor >= 0)
		core[m->item[m->opt.anchor].component] = m->item[m->opt.anchor].block;
	pfree(size);
	pfree(weight);
	return core;
}

/* The status of an item outside of the core, from its place among the links */
static PlStatus
outer_status(const PlModel *m, int32 i, const LinkSeen *seen, bool above, bool below,
			 bool has_core)
{
	if (m->component_size[m->item[i].component] == 1)
		return PL_ALONE;
	if (!seen->below && !seen->tied && (above || !has_core))
		return PL_UNDEFEATED;
	if (!seen->above && !seen->tied && (below || !has_core))
		return PL_WINLESS;
	return above ? PL_ABOVE : below ? PL_BELOW : PL_UNLINKED;
}

void
pl_find_status(PlModel *m, const Links *w)
{
	const int32 n = m->d->n_items;
	const int32 anchor = m->opt.anchor;
	int32	   *core = find_cores(m);
	bool	   *above = array_alloc0(n, sizeof(bool));
	bool	   *below = array_alloc0(n, sizeof(bool));

	for (int32 i = 0; i < n; i++)
	{
		PlItem	   *item = &m->item[i];

		item->finite = i == anchor || (item->block >= 0 && item->block == core[item->component]);
		above[i] = below[i] = item->finite;
	}
	reach(n, w, true, above);
	reach(n, w, false, below);
	for (int32 i = 0; i < n; i++)
	{
		PlItem	   *item = &m->item[i];
		bool		has_core = core[item->component] >= 0 ||
			(anchor >= 0 && m->item[anchor].component == item->component);

		if (item->finite && item->block >= 0)
			item->status = PL_OK;
		else
		{
			item->status = outer_status(m, i, &w->seen[i], above[i], below[i], has_core);
			/* an anchor that others are infinitely above and below of */
			if (item->finite && item->status == PL_ABOVE)
				item->status = PL_OK;
		}
	}
	pfree(core);
	pfree(above);
	pfree(below);
}

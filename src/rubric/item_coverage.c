/*-------------------------------------------------------------------------
 *
 * item_coverage.c
 *	  Which units have which items: is a score matrix complete, and if not,
 *	  what is missing?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "rubric/item_coverage.h"

/* Root of an item's tree, whose paths are halved on the way */
static int32
root_of(int32 *parent, int32 i)
{
	while (parent[i] != i)
	{
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

/*
 * Blocks are the components of the graph of units and items.  Each unit joins
 * its items, so that items alone tell them.  Roots are the smallest item of
 * their block.
 */
static void
find_blocks(const ScoreTable *t, Coverage *c)
{
	int32	   *parent = array_alloc(t->n_items, sizeof(int32));

	for (int32 i = 0; i < t->n_items; i++)
		parent[i] = i;
	c->n_blocks = t->n_items;
	for (int32 u = 0; u < t->n_units; u++)
	{
		int32		a = root_of(parent, t->item[t->start[u]]);

		HD_CHECK_EVERY(u);
		for (int32 j = t->start[u] + 1; j < t->start[u + 1]; j++)
		{
			int32		b = root_of(parent, t->item[j]);

			if (a == b)
				continue;
			c->n_blocks--;
			parent[Max(a, b)] = Min(a, b);
			a = Min(a, b);
		}
	}
	for (int32 u = 1; c->n_blocks > 1 && c->apart[0] < 0; u++)
		if (root_of(parent, t->item[t->start[u]]) != root_of(parent, t->item[t->start[0]]))
		{
			c->apart[0] = 0;
			c->apart[1] = u;
		}
	pfree(parent);
}

void
item_coverage(const ScoreTable *t, Coverage *c)
{
	c->n_blocks = t->n_items > 0;
	c->apart[0] = c->apart[1] = c->gap_unit = c->gap_item = -1;
	c->n_complete = t->n_units;
	if (t->n_obs == (int64) t->n_units * t->n_items)
		return;
	c->n_complete = 0;
	for (int32 u = 0; u < t->n_units; u++)
	{
		int32		n = t->start[u + 1] - t->start[u];
		int32		j = 0;

		HD_CHECK_EVERY(u);
		if (n == t->n_items)
			c->n_complete++;
		else if (c->gap_unit < 0)
		{
			while (j < n && t->item[t->start[u] + j] == j)
				j++;
			c->gap_unit = u;
			c->gap_item = j;
		}
	}
	find_blocks(t, c);
}

void
complete_grid(const ScoreTable *t, const Coverage *c, ScoreGrid *g)
{
	double	   *value;

	g->n_units = c->n_complete;
	g->n_items = t->n_items;
	g->value = t->value;
	if (c->n_complete == t->n_units)
		return;					/* the table is the grid */
	g->value = value = array_alloc(mul_size(c->n_complete, t->n_items), sizeof(double));
	for (int32 u = 0; u < t->n_units; u++)
	{
		HD_CHECK_EVERY(u);
		if (t->start[u + 1] - t->start[u] != t->n_items)
			continue;
		memcpy(value, t->value + t->start[u], sizeof(double) * t->n_items);
		value += t->n_items;
	}
}

bool
value_range(const double *value, Size n, double *low, double *high)
{
	double		lo = n > 0 ? value[0] : 0;
	double		hi = lo;
	bool		binary = true;

	for (Size j = 0; j < n; j++)
	{
		HD_CHECK_EVERY(j);
		lo = Min(lo, value[j]);
		hi = Max(hi, value[j]);
		binary &= value[j] == 0 || value[j] == 1;
	}
	*low = lo;
	*high = hi;
	return binary;
}

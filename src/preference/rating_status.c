/*-------------------------------------------------------------------------
 *
 * rating_status.c
 *	  Which items have a finite rating, and why others have none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/rating_status.h"

/* The arrows that leave each item: next[start[i] .. start[i + 1] - 1] */
typedef struct Adjacency
{
	int64	   *start;
	int32	   *next;
} Adjacency;

static void
adjacency_make(Adjacency *g, int32 n, int64 n_arrows, const int32 *from, const int32 *to)
{
	g->start = array_alloc0((Size) n + 2, sizeof(int64));
	g->next = array_alloc(n_arrows, sizeof(int32));
	for (int64 e = 0; e < n_arrows; e++)
	{
		HD_CHECK_EVERY(e);
		g->start[from[e] + 2]++;
	}
	for (int32 i = 0; i < n; i++)
		g->start[i + 2] += g->start[i + 1];
	/* each start moves to its end, which is the next one's start */
	for (int64 e = 0; e < n_arrows; e++)
	{
		HD_CHECK_EVERY(e);
		g->next[g->start[from[e] + 1]++] = to[e];
	}
}

/* Spread the mark along arrows */
static void
reach(int32 n, int64 n_arrows, const int32 *from, const int32 *to, bool *reached)
{
	Adjacency	g;
	int32	   *stack = array_alloc(n, sizeof(int32));
	int32		n_stack = 0;

	adjacency_make(&g, n, n_arrows, from, to);
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

/* [n_components] block, or -1 */
static int32 *
find_cores(const Field *f)
{
	int32	   *core = array_alloc(f->n_components, sizeof(int32));
	int32	   *size = array_alloc0(f->n_blocks, sizeof(int32));

	for (int32 i = 0; i < f->n; i++)
	{
		if (f->block[i] >= 0)
			size[f->block[i]]++;
	}
	for (int32 c = 0; c < f->n_components; c++)
		core[c] = -1;
	for (int32 i = 0; i < f->n; i++)
	{
		int32		b = f->block[i];
		int32	   *best = &core[f->component[i]];

		if (b >= 0 && (*best < 0 || size[b] > size[*best] ||
					   (size[b] == size[*best] && f->block_weight[b] > f->block_weight[*best])))
			*best = b;
	}
	if (f->anchor >= 0)
		core[f->component[f->anchor]] = f->block[f->anchor];
	pfree(size);
	return core;
}

/* Of an item outside of the core, from its place among the arrows */
static RatingStatus
outer_status(bool beaten, bool beats, bool above, bool below, bool has_core)
{
	if (!beaten && (above || !has_core))
		return RATING_UNDEFEATED;
	if (!beats && (below || !has_core))
		return RATING_WINLESS;
	return above ? RATING_ABOVE : below ? RATING_BELOW : RATING_UNLINKED;
}

void
find_rating_status(const Field *f, RatingStatus *status, bool *finite)
{
	int32	   *core = find_cores(f);
	bool	   *above = array_alloc0(f->n, sizeof(bool));
	bool	   *below = array_alloc0(f->n, sizeof(bool));
	bool	   *beats = array_alloc0(f->n, sizeof(bool));
	bool	   *beaten = array_alloc0(f->n, sizeof(bool));

	for (int32 i = 0; i < f->n; i++)
	{
		finite[i] = i == f->anchor || (f->block[i] >= 0 && f->block[i] == core[f->component[i]]);
		above[i] = below[i] = finite[i];
	}
	reach(f->n, f->n_arrows, f->worse, f->better, above);
	reach(f->n, f->n_arrows, f->better, f->worse, below);
	for (int64 e = 0; e < f->n_arrows; e++)
	{
		HD_CHECK_EVERY(e);
		beats[f->better[e]] = beaten[f->worse[e]] = true;
	}
	for (int32 i = 0; i < f->n; i++)
	{
		int32		c = f->component[i];
		bool		has_core = core[c] >= 0 || (f->anchor >= 0 && f->component[f->anchor] == c);

		if (f->component_size[c] == 1)
			status[i] = RATING_ALONE;
		else if (finite[i] && f->block[i] >= 0)
			status[i] = RATING_OK;
		else
			status[i] = outer_status(beaten[i], beats[i], above[i], below[i], has_core);
		/* an anchor that others are infinitely above and below of */
		if (finite[i] && status[i] == RATING_ABOVE)
			status[i] = RATING_OK;
	}
	pfree(core);
	pfree(above);
	pfree(below);
	pfree(beats);
	pfree(beaten);
}

double
rating_status_place(RatingStatus s)
{
	switch (s)
	{
		case RATING_OK:
			return 0;
		case RATING_UNDEFEATED:
		case RATING_ABOVE:
			return INFINITY;
		case RATING_WINLESS:
		case RATING_BELOW:
			return -INFINITY;
		case RATING_UNLINKED:
		case RATING_ALONE:
			break;
	}
	return NAN;
}

const char *
rating_status_name(RatingStatus s)
{
	switch (s)
	{
		case RATING_OK:
			return "ok";
		case RATING_UNDEFEATED:
			return "undefeated";
		case RATING_WINLESS:
			return "winless";
		case RATING_ABOVE:
			return "above";
		case RATING_BELOW:
			return "below";
		case RATING_UNLINKED:
			return "unlinked";
		case RATING_ALONE:
			return "not compared";
	}
	return NULL;
}

/*-------------------------------------------------------------------------
 *
 * connectivity.c
 *	  Which items comparisons tie together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/connectivity.h"

/* Edges from the winner to the loser: those of item i are to[start[i]] ... to[start[i + 1] - 1] */
typedef struct Graph
{
	int32		n;
	int64	   *start;
	int32	   *to;
} Graph;

/* ---- undirected: union and find ---- */

static int32
find_root(int32 *parent, int32 i)
{
	/* path halving (Tarjan and van Leeuwen 1984) */
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* The smaller number becomes the root, so a root is the first item of its component */
static void
unite(int32 *parent, int32 i, int32 j)
{
	i = find_root(parent, i);
	j = find_root(parent, j);
	if (i < j)
		parent[j] = i;
	else
		parent[i] = j;
}

static inline bool
decides(const PreferenceData *p, int64 row, TieEdges ties)
{
	return p->outcome[row] != OUTCOME_TIE || ties == TIES_BOTH_WAYS;
}

/* rows of one pair and outcome stand together: one of them is enough */
static inline bool
repeats(const PreferenceData *p, int64 row)
{
	return row > 0 && p->a[row] == p->a[row - 1] && p->b[row] == p->b[row - 1] &&
		p->outcome[row] == p->outcome[row - 1];
}

/* Numbers from 0 in the order of first items; returns how many */
static int32
number_by_first_item(const int32 *group, int32 n_items, int32 *number)
{
	int32	   *seen = array_alloc(n_items, sizeof(int32));
	int32		n = 0;

	for (int32 i = 0; i < n_items; i++)
		seen[i] = -1;
	for (int32 i = 0; i < n_items; i++)
	{
		if (seen[group[i]] < 0)
			seen[group[i]] = n++;
		number[i] = seen[group[i]];
	}
	pfree(seen);
	return n;
}

static void
find_components(const PreferenceData *p, TieEdges ties, Components *out)
{
	int32	   *parent = array_alloc(p->n_items, sizeof(int32));

	for (int32 i = 0; i < p->n_items; i++)
		parent[i] = i;
	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		if (decides(p, r, ties) && !repeats(p, r))
			unite(parent, p->a[r], p->b[r]);
	}
	for (int32 i = 0; i < p->n_items; i++)
		parent[i] = find_root(parent, i);
	out->component = array_alloc(p->n_items, sizeof(int32));
	out->n_components = number_by_first_item(parent, p->n_items, out->component);
	pfree(parent);
	out->size = array_alloc0(out->n_components, sizeof(int32));
	for (int32 i = 0; i < p->n_items; i++)
		out->size[out->component[i]]++;
}

/* ---- directed: strong components ---- */

static void
build_graph(const PreferenceData *p, TieEdges ties, Graph *g)
{
	int64	   *next;

	g->n = p->n_items;
	g->start = array_alloc0((Size) g->n + 1, sizeof(int64));
	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		if (!decides(p, r, ties) || repeats(p, r))
			continue;
		if (p->outcome[r] != OUTCOME_B)
			g->start[p->a[r] + 1]++;
		if (p->outcome[r] != OUTCOME_A)
			g->start[p->b[r] + 1]++;
	}
	for (int32 i = 0; i < g->n; i++)
		g->start[i + 1] += g->start[i];
	g->to = array_alloc(g->start[g->n], sizeof(int32));
	next = array_alloc(g->n, sizeof(int64));
	memcpy(next, g->start, sizeof(int64) * g->n);
	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		if (!decides(p, r, ties) || repeats(p, r))
			continue;
		if (p->outcome[r] != OUTCOME_B)
			g->to[next[p->a[r]]++] = p->b[r];
		if (p->outcome[r] != OUTCOME_A)
			g->to[next[p->b[r]]++] = p->a[r];
	}
	pfree(next);
}

/* Tarjan's (1972) algorithm, with its recursion on a stack of our own */
typedef struct Search
{
	const Graph *g;
	int32		clock;
	int32	   *index;			/* order of discovery, or -1 */
	int32	   *low;			/* least index that is reached from here */
	bool	   *on_stack;
	int32	   *stack;			/* items whose component is not known yet */
	int32		n_stack;
	int32	   *path;			/* what recursion would hold: items ... */
	int64	   *edge;			/* ... and the next edge of each */
	int32	   *group;			/* result: some item of the strong component */
} Search;

static void
discover(Search *s, int32 i, int32 *depth)
{
	s->index[i] = s->low[i] = s->clock++;
	s->stack[s->n_stack++] = i;
	s->on_stack[i] = true;
	s->path[*depth] = i;
	s->edge[*depth] = s->g->start[i];
	(*depth)++;
}

/* Everything above i on the stack is its strong component */
static void
close_group(Search *s, int32 i)
{
	int32		j;

	do
	{
		j = s->stack[--s->n_stack];
		s->on_stack[j] = false;
		s->group[j] = i;
	} while (j != i);
}

static void
search_from(Search *s, int32 root)
{
	int32		depth = 0;
	int64		steps = 0;

	discover(s, root, &depth);
	while (depth > 0)
	{
		int32		i = s->path[depth - 1];

		HD_CHECK_EVERY(steps++);
		if (s->edge[depth - 1] < s->g->start[i + 1])
		{
			int32		j = s->g->to[s->edge[depth - 1]++];

			if (s->index[j] < 0)
				discover(s, j, &depth);
			else if (s->on_stack[j])
				s->low[i] = Min(s->low[i], s->index[j]);
			continue;
		}
		if (s->low[i] == s->index[i])
			close_group(s, i);
		depth--;
		if (depth > 0)
			s->low[s->path[depth - 1]] = Min(s->low[s->path[depth - 1]], s->low[i]);
	}
}

static void
find_strong(const Graph *g, Components *out)
{
	Search		s;

	memset(&s, 0, sizeof(s));
	s.g = g;
	s.index = array_alloc(g->n, sizeof(int32));
	s.low = array_alloc(g->n, sizeof(int32));
	s.on_stack = array_alloc0(g->n, sizeof(bool));
	s.stack = array_alloc(g->n, sizeof(int32));
	s.path = array_alloc(g->n, sizeof(int32));
	s.edge = array_alloc(g->n, sizeof(int64));
	s.group = array_alloc(g->n, sizeof(int32));
	for (int32 i = 0; i < g->n; i++)
		s.index[i] = -1;
	for (int32 i = 0; i < g->n; i++)
		if (s.index[i] < 0)
			search_from(&s, i);
	out->strong = array_alloc(g->n, sizeof(int32));
	out->n_strong = number_by_first_item(s.group, g->n, out->strong);
	pfree(s.index);
	pfree(s.low);
	pfree(s.on_stack);
	pfree(s.stack);
	pfree(s.path);
	pfree(s.edge);
	pfree(s.group);
}

/* Which strong components win or lose across their border? */
static void
find_borders(const Graph *g, Components *out)
{
	bool	   *seen = array_alloc0(out->n_strong, sizeof(bool));

	out->beaten = array_alloc0(out->n_strong, sizeof(bool));
	out->beats = array_alloc0(out->n_strong, sizeof(bool));
	out->n_strong_in = array_alloc0(out->n_components, sizeof(int32));
	for (int32 i = 0; i < g->n; i++)
	{
		int32		from = out->strong[i];

		if (!seen[from])
			out->n_strong_in[out->component[i]]++;
		seen[from] = true;
		for (int64 e = g->start[i]; e < g->start[i + 1]; e++)
		{
			int32		to = out->strong[g->to[e]];

			HD_CHECK_EVERY(e);
			if (to == from)
				continue;
			out->beats[from] = true;
			out->beaten[to] = true;
		}
	}
	pfree(seen);
}

void
preference_components(const PreferenceData *p, TieEdges ties, Components *out)
{
	Graph		g;

	memset(out, 0, sizeof(*out));
	find_components(p, ties, out);
	build_graph(p, ties, &g);
	find_strong(&g, out);
	find_borders(&g, out);
	pfree(g.start);
	pfree(g.to);

	out->strong_size = array_alloc0(out->n_strong, sizeof(int32));
	for (int32 i = 0; i < p->n_items; i++)
		out->strong_size[out->strong[i]]++;
}

bool
preference_estimate_exists(const Components *g)
{
	return g->n_strong == 1;
}

/* ---- status ---- */

ItemStanding
preference_item_standing(const Components *g, int32 item)
{
	int32		s = g->strong[item];
	bool		single = g->strong_size[s] == 1;

	if (g->size[g->component[item]] == 1)
		return STANDING_ALONE;
	if (g->n_strong_in[g->component[item]] == 1)
		return STANDING_OK;
	if (!g->beaten[s])
		return single ? STANDING_UNDEFEATED : STANDING_IN_TOP_GROUP;
	if (!g->beats[s])
		return single ? STANDING_WINLESS : STANDING_IN_BOTTOM_GROUP;
	return STANDING_BETWEEN;
}

const char *
item_standing_name(ItemStanding s)
{
	switch (s)
	{
		case STANDING_OK:
			return "ok";
		case STANDING_UNDEFEATED:
			return "undefeated";
		case STANDING_WINLESS:
			return "winless";
		case STANDING_IN_TOP_GROUP:
			return "undefeated group";
		case STANDING_IN_BOTTOM_GROUP:
			return "winless group";
		case STANDING_BETWEEN:
			return "between groups";
		case STANDING_ALONE:
			return "not compared";
	}
	return NULL;
}

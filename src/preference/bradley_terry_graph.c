/*-------------------------------------------------------------------------
 *
 * bradley_terry_graph.c
 *	  Components of the graphs of comparisons and of wins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/bradley_terry.h"

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

/* Tarjan (1972, SIAM J. Comput. 1:146), without recursion */
int32
bt_strong_components(int32 n, int64 n_edges, const int32 *from, const int32 *to, int32 *component)
{
	Adjacency	g;
	int32	   *index = array_alloc0(n, sizeof(int32));	/* order of discovery, from 1 */
	int32	   *low = array_alloc(n, sizeof(int32));
	int64	   *edge = array_alloc(n, sizeof(int64));	/* the next one to look at */
	int32	   *path = array_alloc(n, sizeof(int32));
	int32	   *stack = array_alloc(n, sizeof(int32));
	int32		n_path = 0;
	int32		n_stack = 0;
	int32		n_found = 0;
	int32		n_components = 0;
	int64		steps = 0;

	adjacency_make(&g, n, n_edges, from, to);
	for (int32 i = 0; i < n; i++)
		component[i] = -1;
	for (int32 root = 0; root < n; root++)
	{
		if (index[root] > 0)
			continue;
		path[n_path++] = root;
		while (n_path > 0)
		{
			int32		v = path[n_path - 1];

			HD_CHECK_EVERY(steps);
			steps++;
			if (index[v] == 0)
			{
				index[v] = low[v] = ++n_found;
				edge[v] = g.start[v];
				stack[n_stack++] = v;
			}
			while (edge[v] < g.start[v + 1])
			{
				int32		w = g.next[edge[v]];

				if (index[w] == 0)
					break;
				/* here again after w was explored, or w was known before */
				if (component[w] < 0)
					low[v] = Min(low[v], low[w]);
				edge[v]++;
			}
			if (edge[v] < g.start[v + 1])
			{
				path[n_path++] = g.next[edge[v]];
				continue;
			}
			n_path--;
			if (low[v] != index[v])
				continue;
			while (component[v] < 0)
				component[stack[--n_stack]] = n_components;
			n_components++;
		}
	}
	adjacency_free(&g);
	pfree(index);
	pfree(low);
	pfree(edge);
	pfree(path);
	pfree(stack);
	return n_components;
}

static int32
root_of(int32 *parent, int32 i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

int32
bt_components(int32 n, int64 n_edges, const int32 *from, const int32 *to, int32 *component)
{
	int32	   *parent = array_alloc(n, sizeof(int32));
	int32		n_components = 0;

	for (int32 i = 0; i < n; i++)
		parent[i] = i;
	for (int64 e = 0; e < n_edges; e++)
	{
		int32		a = root_of(parent, from[e]);
		int32		b = root_of(parent, to[e]);

		HD_CHECK_EVERY(e);
		/* the root is the first node, so that numbers can be given in one walk */
		if (a < b)
			parent[b] = a;
		else
			parent[a] = b;
	}
	for (int32 i = 0; i < n; i++)
	{
		int32		root = root_of(parent, i);

		component[i] = root == i ? n_components++ : component[root];
	}
	pfree(parent);
	return n_components;
}

void
bt_reach(int32 n, int64 n_edges, const int32 *from, const int32 *to, bool backward, bool *reached)
{
	Adjacency	g;
	int32	   *stack = array_alloc(n, sizeof(int32));
	int32		n_stack = 0;

	if (backward)
		adjacency_make(&g, n, n_edges, to, from);
	else
		adjacency_make(&g, n, n_edges, from, to);
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
			int32		w = g.next[e];

			HD_CHECK_EVERY(e);
			if (!reached[w])
			{
				reached[w] = true;
				stack[n_stack++] = w;
			}
		}
	}
	adjacency_free(&g);
	pfree(stack);
}

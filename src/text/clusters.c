/*-------------------------------------------------------------------------
 *
 * clusters.c
 *	  Which sets belong together, from pairs of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/clusters.h"

/* ---- union-find ---- */

void
components_init(Components *c, int32 n)
{
	c->n = n;
	c->parent = array_alloc(n, sizeof(int32));
	for (int32 i = 0; i < n; i++)
		c->parent[i] = i;
}

/* Halves the path as it goes (Tarjan & van Leeuwen 1984) */
int32
components_find(Components *c, int32 i)
{
	while (c->parent[i] != i)
	{
		c->parent[i] = c->parent[c->parent[i]];
		i = c->parent[i];
	}
	return i;
}

bool
components_join(Components *c, int32 a, int32 b)
{
	a = components_find(c, a);
	b = components_find(c, b);
	if (a == b)
		return false;
	c->parent[Max(a, b)] = Min(a, b);
	return true;
}

/* ---- clusters ---- */

static bool
already_together(void *arg, int32 a, int32 b)
{
	Components *c = arg;

	return components_find(c, a) == components_find(c, b);
}

static void
put_together(void *arg, int32 a, int32 b, double similarity)
{
	components_join(arg, a, b);
}

/*
 * Splits each component: its first member that has no leader yet leads, and
 * takes all that reach the threshold with it.  Members of components are
 * chained in ascending order.
 */
static void
follow_leaders(const SetCollection *c, SetMeasure m, double threshold, Components *k, int32 *leader)
{
	int32	   *next = array_alloc(c->n, sizeof(int32));
	int32	   *last = array_alloc(c->n, sizeof(int32));
	int64		work = 0;

	for (int32 i = 0; i < c->n; i++)
	{
		int32		root = components_find(k, i);

		next[i] = -1;
		last[i] = i;
		leader[i] = -1;
		if (root != i && c->same_as[i] == i)
		{
			next[last[root]] = i;
			last[root] = i;
		}
	}
	for (int32 root = 0; root < c->n; root++)
	{
		if (components_find(k, root) != root || c->same_as[root] != root)
			continue;
		for (int32 i = root; i >= 0; i = next[i])
		{
			if (leader[i] >= 0)
				continue;
			leader[i] = i;
			for (int32 j = next[i]; j >= 0; j = next[j])
			{
				HD_CHECK_WORK(work, 1);
				if (leader[j] >= 0)
					continue;
				HD_CHECK_WORK(work, c->start[i + 1] - c->start[i] + c->start[j + 1] - c->start[j]);
				if (set_similarity(m, set_shared(c, i, j), c->size[i], c->size[j]) >= threshold)
					leader[j] = i;
			}
		}
	}
	for (int32 i = 0; i < c->n; i++)
		if (c->same_as[i] != i)
			leader[i] = leader[c->same_as[i]];
	pfree(next);
	pfree(last);
}

/* of a bucket so many sets that do not belong together are compared with the rest */
#define MOST_OF_BUCKET 32

void
clusters_make(const SetCollection *c, const LshPlan *lsh, SetMeasure m, double threshold, bool refine, Clusters *out)
{
	Components	k;

	components_init(&k, c->n);
	if (lsh)
		lsh_join(lsh, MOST_OF_BUCKET, c, m, threshold, put_together, already_together, &k, &out->stats);
	else
		sets_join_components(c, m, threshold, put_together, already_together, &k, &out->stats);
	out->representative = array_alloc(c->n, sizeof(int32));
	out->size = array_alloc0(c->n, sizeof(int32));
	if (refine)
		follow_leaders(c, m, threshold, &k, out->representative);
	else
		for (int32 i = 0; i < c->n; i++)
			out->representative[i] = components_find(&k, c->same_as[i]);
	for (int32 i = 0; i < c->n; i++)
		out->size[out->representative[i]]++;
	pfree(k.parent);
}

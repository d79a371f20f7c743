/*-------------------------------------------------------------------------
 *
 * ratings_match.c
 *	  Items and clusters that two states have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings_match.h"
#include "common/compat.h"
#include "common/interrupts.h"

/* b's code of each key of a, or -1: both dictionaries are in canonical order */
static int32 *
match_keys(const Dict *a, const Dict *b, int32 *n_shared)
{
	int32	   *b_of_a = array_alloc(a->n, sizeof(int32));
	uint32		j = 0;

	*n_shared = 0;
	for (uint32 i = 0; i < a->n; i++)
	{
		int			cmp = 1;

		HD_CHECK_EVERY(i);
		while (j < b->n && (cmp = dict_compare(a, i, b, j)) > 0)
			j++;
		b_of_a[i] = -1;
		if (j < b->n && cmp == 0)
		{
			b_of_a[i] = (int32) j;
			(*n_shared)++;
		}
	}
	return b_of_a;
}

/*
 * The unit of an item: its named cluster, or itself.  Items of a come first,
 * then what only b has.
 */
static void
number_units(const Measure *a, const Measure *b, RatingsMatch *out)
{
	int32		named_a = a->m.n_clusters > 0 ? (int32) a->r->clusters.n : 0;
	int32		named_b = b->m.n_clusters > 0 ? (int32) b->r->clusters.n : 0;
	int32		shared;
	int32	   *cluster = match_keys(&b->r->clusters, &a->r->clusters, &shared);
	int32	   *a_of_b = array_alloc(b->m.n_items, sizeof(int32));
	int32		next = named_a;

	for (int32 c = 0; c < named_b; c++)
		if (cluster[c] < 0)
			cluster[c] = next++;
	for (int32 j = 0; j < b->m.n_items; j++)
		a_of_b[j] = -1;
	for (int32 i = 0; i < a->m.n_items; i++)
	{
		HD_CHECK_EVERY(i);
		if (named_a > 0 && a->m.cluster[i] < named_a)
			out->unit_a[i] = a->m.cluster[i];
		else
			out->unit_a[i] = next++;
		if (out->b_of_a[i] >= 0)
			a_of_b[out->b_of_a[i]] = i;
	}
	for (int32 j = 0; j < b->m.n_items; j++)
	{
		bool		named = named_b > 0 && b->m.cluster[j] < named_b;
		int32		i = a_of_b[j];

		HD_CHECK_EVERY(j);
		if (named)
			out->unit_b[j] = cluster[b->m.cluster[j]];
		else if (i >= 0 && out->unit_a[i] >= named_a)
			out->unit_b[j] = out->unit_a[i];
		else
			out->unit_b[j] = i < 0 ? next++ : -1;
		if (i >= 0 && out->unit_b[j] != out->unit_a[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("item \"%s\" is in different clusters",
							id_cstring(b->r->kind.item, &b->r->items, j)),
					 errhint("Give an item the same cluster in both ratings.")));
	}
	out->n_units = next;
	pfree(a_of_b);
	pfree(cluster);
}

void
ratings_match(const Measure *a, const Measure *b, RatingsMatch *out)
{
	memset(out, 0, sizeof(*out));
	out->b_of_a = match_keys(&a->r->items, &b->r->items, &out->n_shared);
	out->clustered = a->m.n_clusters > 0 || b->m.n_clusters > 0;
	out->unit_a = array_alloc(a->m.n_items, sizeof(int32));
	out->unit_b = array_alloc(b->m.n_items, sizeof(int32));
	number_units(a, b, out);
}

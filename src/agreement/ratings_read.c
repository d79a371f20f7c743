/*-------------------------------------------------------------------------
 *
 * ratings_read.c
 *	  Reading settled ratings: conflicts, and taking a part of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "utils/memutils.h"

Ratings *
ratings_get(Datum d)
{
	Ratings    *r = (Ratings *) state_get(&ratings_type, d);

	ratings_settle(r);
	return r;
}

static void
raise_conflict(const Ratings *r)
{
	int32		j = r->conflict;
	int32		i = 0;

	while (r->start[i + 1] <= j)
		i++;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("rater \"%s\" gave item \"%s\" more than one value",
					id_cstring(r->kind.rater, &r->raters, r->rater[j]),
					id_cstring(r->kind.item, &r->items, i)),
			 errdetail("The values are \"%s\" and \"%s\".",
					   value_cstring(r->kind.value, &r->labels, r->label[j - 1]),
					   value_cstring(r->kind.value, &r->labels, r->label[j])),
			 r->kind.at == AT_NONE ?
			 errhint("If the later value corrects the earlier one, pass when each was given (a timestamp or a revision number) as \"at\": ratings_agg(item, rater, value, at) keeps the newest, ratings_first_agg the earliest. Agreement wants the independent label from before any review: ratings_first_agg.") :
			 errhint("Both were given at the same \"at\": make it unique for each rater and item, for example a revision number.")));
}

static void
raise_cluster_conflict(const Ratings *r)
{
	int32		f = r->cluster_conflict;

	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("item \"%s\" is in more than one cluster",
					id_cstring(r->kind.item, &r->items, r->cluster_item[f])),
			 errdetail("The clusters are \"%s\" and \"%s\".",
					   id_cstring(ID_TEXT, &r->clusters, r->cluster[f - 1]),
					   id_cstring(ID_TEXT, &r->clusters, r->cluster[f])),
			 errhint("Give all ratings of an item the same cluster.")));
}

Ratings *
ratings_get_consistent(Datum d)
{
	Ratings    *r = ratings_get(d);

	if (r->conflict >= 0)
		raise_conflict(r);
	if (r->cluster_conflict >= 0)
		raise_cluster_conflict(r);
	return r;
}

/* Settled columns may come from bytes: find what contradicts itself */
void
ratings_find_conflicts(Ratings *r)
{
	r->conflict = r->cluster_conflict = -1;
	for (int32 i = 0; i < r->n_items && r->conflict < 0; i++)
		for (int32 j = r->start[i] + 1; j < r->start[i + 1]; j++)
			if (r->rater[j] == r->rater[j - 1])
			{
				r->conflict = j;
				break;
			}
	for (int32 f = 1; f < r->n_item_clusters; f++)
		if (r->cluster_item[f] == r->cluster_item[f - 1])
		{
			r->cluster_conflict = f;
			break;
		}
}

static void
copy_dict(Dict *dst, const Dict *src)
{
	uint32	   *order = array_alloc(src->n, sizeof(uint32));

	for (uint32 i = 0; i < src->n; i++)
		order[i] = i;
	dict_reorder(dst, src, order, src->n);
	pfree(order);
}

Ratings *
ratings_filter(FunctionCallInfo fcinfo, Ratings *src, const bool *keep)
{
	const CodeMaps same = {NULL, NULL, NULL};
	Ratings    *r = (Ratings *) state_new(src->state.type, fcinfo);
	int32		fact = 0;

	if (src->kind.item == ID_NONE)
		return r;
	ratings_set_kind(r, &src->kind);
	if (src->n_item_clusters > 0)
		ratings_widen(r);
	copy_dict(&r->raters, &src->raters);
	copy_dict(&r->labels, &src->labels);
	copy_dict(&r->clusters, &src->clusters);
	if (src->kind.item != ID_INT8)
		copy_dict(&r->items, &src->items);
	r->cap_log = Max((size_t) src->n_obs + src->n_item_clusters, 1);
	r->log = MemoryContextAllocHuge(r->state.cx, mul_size(r->cap_log, r->row_size));

	for (int32 i = 0; i < src->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		fact = ratings_append_item(r, ratings_item_key(src, i), src, i, fact, &same, keep);
	}
	if (r->n_log == 0)
	{
		/* nobody is left: no names may stay behind */
		dict_free(&r->raters);
		dict_free(&r->items);
		dict_free(&r->clusters);
		if (r->kind.value != VALUE_ORDERED)
			dict_free(&r->labels);
	}
	ratings_settle(r);
	return r;
}

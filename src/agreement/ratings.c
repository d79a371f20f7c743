/*-------------------------------------------------------------------------
 *
 * ratings.c
 *	  The state type "ratings": growing and merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "utils/memutils.h"

/* a group of ten rows should not pay for more than it holds */
#define LOG_START 4

/* below so many rows and bytes of keys the size limit is not worth a thought */
#define FIRST_CHECK_ROWS ((size_t) 1 << 10)
#define FIRST_CHECK_BYTES ((size_t) 1 << 15)

void
ratings_init(State *s)
{
	Ratings    *r = (Ratings *) s;

	dict_init(&r->items, s->cx);
	dict_init(&r->raters, s->cx);
	dict_init(&r->labels, s->cx);
	dict_init(&r->clusters, s->cx);
	r->row_size = NARROW_ROW;
	r->log_sorted = true;
	r->next_check = FIRST_CHECK_ROWS;
	r->next_check_bytes = FIRST_CHECK_BYTES;
	r->conflict = -1;
	r->cluster_conflict = -1;
}

/* ---- kinds of columns ---- */

static const char *
id_kind_name(uint8 kind)
{
	return kind == ID_INT8 ? "bigint" : kind == ID_UUID ? "uuid" : "text";
}

static const char *
value_kind_name(uint8 kind)
{
	return kind == VALUE_NUMBER ? "number" : kind == VALUE_ORDERED ? "enum" :
		kind == VALUE_SET ? "array" : "text";
}

static const char *
at_kind_name(const RatingsKind *k)
{
	if (k->at == AT_NONE)
		return "no \"at\"";
	if (k->revision)
		return k->at == AT_FIRST ? "the earliest revision" : "the newest revision";
	return k->at == AT_FIRST ? "the earliest time" : "the newest time";
}

static void
kind_mismatch(const char *what, const char *a, const char *b, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("ratings of different kinds cannot be put together"),
			 errdetail("The %s is of kind %s in one and %s in the other.", what, a, b),
			 errhint("%s", hint)));
}

/* Another row or state must be of the same kinds as what is there already */
void
ratings_check_kind(const Ratings *r, const RatingsKind *k)
{
	static const char cast_hint[] = "Cast the column to one type, for example text.";

	if (r->kind.item != k->item)
		kind_mismatch("item", id_kind_name(r->kind.item), id_kind_name(k->item), cast_hint);
	if (r->kind.rater != k->rater)
		kind_mismatch("rater", id_kind_name(r->kind.rater), id_kind_name(k->rater), cast_hint);
	if (r->kind.value != k->value)
		kind_mismatch("value", value_kind_name(r->kind.value), value_kind_name(k->value), cast_hint);
	if (r->kind.at != k->at || r->kind.revision != k->revision)
		kind_mismatch("order of ratings", at_kind_name(&r->kind), at_kind_name(k),
					  "Give \"at\" in every row or in none, of one type, to one of ratings_agg and ratings_first_agg.");
}

void
ratings_set_kind(Ratings *r, const RatingsKind *k)
{
	if (r->kind.item == ID_NONE)
	{
		r->kind = *k;
		if (k->at != AT_NONE)
			r->row_size = sizeof(LogRow);
	}
	else
		ratings_check_kind(r, k);
}

/* ---- the log ---- */

/* From now on rows have an "at" or a cluster */
void
ratings_widen(Ratings *r)
{
	char	   *old = r->log;

	if (r->row_size == sizeof(LogRow))
		return;
	if (r->cap_log > 0)
	{
		r->log = MemoryContextAllocHuge(r->state.cx, mul_size(r->cap_log, sizeof(LogRow)));
		for (size_t i = 0; i < r->n_log; i++)
		{
			LogRow	   *row = (LogRow *) (r->log + i * sizeof(LogRow));

			memset(row, 0, sizeof(LogRow));
			memcpy(row, old + i * NARROW_ROW, NARROW_ROW);
		}
		pfree(old);
	}
	r->row_size = sizeof(LogRow);
}

/*
 * Size is checked as the log and the keys grow, by an upper bound of the
 * canonical bytes that costs nothing.  Past the limit the log is settled, since
 * repeats may have filled it, and the bytes themselves are counted.
 */
static void
check_size(Ratings *r)
{
	size_t		limit = state_size_limit();
	size_t		bytes;

	if (ratings_size_bound(r) > (double) limit || ratings_key_bytes(r) > KEYS_MAX_BYTES)
	{
		ratings_settle(r);
		(void) state_flat(&r->state, &bytes);
		if (bytes > limit || ratings_key_bytes(r) > KEYS_MAX_BYTES)
			wire_too_large(r->state.type->name, limit);
		state_changed(&r->state);
	}
	/* a settled state near the limit must not be settled again for each row */
	r->next_check = Max(r->n_log + r->n_log / 2, Max((size_t) r->n_obs / 2, FIRST_CHECK_ROWS));
	bytes = ratings_key_bytes(r);
	r->next_check_bytes = Max(bytes + bytes / 2, FIRST_CHECK_BYTES);
}

void
ratings_grow_log(Ratings *r, size_t n)
{
	size_t		cap;

	if (r->n_log + n > r->next_check || ratings_key_bytes(r) > r->next_check_bytes)
		check_size(r);
	if (r->n_log + n <= r->cap_log)
		return;
	cap = r->cap_log ? r->cap_log * 2 : LOG_START;
	/* doubling gigabytes wastes more than copying them costs */
	if (cap > ((size_t) 1 << 24))
		cap = r->cap_log + r->cap_log / 2;
	cap = Max(cap, r->n_log + n);
	if (r->log == NULL)
		r->log = MemoryContextAllocHuge(r->state.cx, mul_size(cap, r->row_size));
	else
		r->log = repalloc_huge(r->log, mul_size(cap, r->row_size));
	r->cap_log = cap;
}

/* Look up the items that wait in the batch: they belong to the last rows */
void
ratings_resolve_items(Ratings *r)
{
	uint32		code[DICT_BATCH];
	int			n = dict_batch_resolve(&r->items, code);

	for (int i = 0; i < n; i++)
	{
		LogRow	   *row = log_row(r, r->n_log - n + i);

		row->item = code[i];
		ratings_saw_item(r, code[i]);
	}
}

/* ---- merging ---- */

/*
 * Ordered labels: an enum grows by ALTER TYPE ... ADD VALUE, so of two lists
 * one contains the other.  Codes of the shorter are moved to the longer.
 */
static void
merge_ordered_labels(Ratings *dst, Ratings *src)
{
	Dict		longer;
	uint32	   *code;

	if (dict_is_subsequence(&src->labels, &dst->labels))
		return;
	if (!dict_is_subsequence(&dst->labels, &src->labels))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("ratings with different lists of ordered labels cannot be put together"),
				 errdetail("Neither list contains the other in its order."),
				 errhint("Build both states again from the enum as it is now.")));

	/* settled columns hold label codes, too: put everything in the log */
	ratings_reopen(dst);
	dict_init(&longer, dst->state.cx);
	pfree(dict_translate(&longer, &src->labels));
	code = dict_translate(&longer, &dst->labels);
	for (size_t i = 0; i < dst->n_log; i++)
	{
		LogRow	   *row = log_row(dst, i);

		row->label = code[row->label];
	}
	dict_free(&dst->labels);
	dst->labels = longer;
	pfree(code);
}

static inline uint32
mapped(const uint32 *map, int32 code)
{
	return map ? map[code] : (uint32) code;
}

/*
 * Append the rows of a settled item, of those observations that are kept (keep
 * NULL: all), to a log that has room for them.  The item's clusters, facts
 * from "fact" on, ride on its rows; more clusters than rows repeat the last
 * row.  Returns where the facts of the next item begin.
 */
int32
ratings_append_item(Ratings *dst, uint64 key, const Ratings *src, int32 item,
					int32 fact, const CodeMaps *map, const bool *keep)
{
	int32		first = src->start[item];
	int32		last = src->start[item + 1] - 1;
	int32		end = fact;

	while (end < src->n_item_clusters && src->cluster_item[end] == item)
		end++;
	while (keep && last >= first && !keep[last])
		last--;
	if (last < first)
		return end;
	for (int32 j = first; j <= last || fact < end; j++)
	{
		int32		o = Min(j, last);
		LogRow	   *row;

		if (keep && !keep[o])
			continue;
		row = ratings_push(dst, key, mapped(map->rater, src->rater[o]),
						   mapped(map->label, src->label[o]));
		if (dst->row_size == sizeof(LogRow))
		{
			row->at = src->at ? src->at[o] : 0;
			row->cluster = fact < end ? mapped(map->cluster, src->cluster[fact++]) + 1 : 0;
		}
		ratings_saw_item(dst, key);
	}
	return end;
}

void
ratings_merge(State *d, State *s)
{
	Ratings    *dst = (Ratings *) d;
	Ratings    *src = (Ratings *) s;
	uint32	   *rater,
			   *label,
			   *item = NULL,
			   *cluster;
	CodeMaps	map;
	int32		fact = 0;

	ratings_settle(src);
	if (src->kind.item == ID_NONE)
		return;
	ratings_set_kind(dst, &src->kind);
	state_changed(d);
	if (src->n_item_clusters > 0)
		ratings_widen(dst);
	if (dst->kind.value == VALUE_ORDERED)
		merge_ordered_labels(dst, src);
	ratings_resolve_items(dst);
	/* making room may settle, which renumbers codes: they are looked up behind it */
	ratings_grow_log(dst, (size_t) src->n_obs + src->n_item_clusters);

	rater = dict_translate(&dst->raters, &src->raters);
	label = dict_translate(&dst->labels, &src->labels);
	if (dst->kind.item != ID_INT8)
		item = dict_translate(&dst->items, &src->items);
	cluster = dict_translate(&dst->clusters, &src->clusters);

	map.rater = rater;
	map.label = label;
	map.cluster = cluster;
	for (int32 i = 0; i < src->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		fact = ratings_append_item(dst, item ? item[i] : ratings_item_key(src, i), src, i,
								   fact, &map, NULL);
	}
	pfree(rater);
	pfree(label);
	pfree(cluster);
	if (item)
		pfree(item);
}

const StateType ratings_type = {
	.name = "ratings",
	.size = sizeof(Ratings),
	.init = ratings_init,
	.encode = ratings_encode,
	.decode = ratings_decode,
	.merge = ratings_merge
};

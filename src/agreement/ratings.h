/*-------------------------------------------------------------------------
 *
 * ratings.h
 *	  The state type "ratings": who gave which item which value.
 *
 * A keyed state: a set of facts (item, rater, value [, at]) and (item,
 * cluster).  Rows are appended to a log as they come; settling sorts the log
 * by item once, drops repeats and lays the facts out in columns.  Everything
 * that reads a state reads the settled columns, in which codes of items,
 * raters and labels are in canonical order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATINGS_H
#define HD_RATINGS_H

#include "agreement/rating_matrix.h"
#include "common/column.h"
#include "common/state.h"
#include "lib/stringinfo.h"

/* What a state remembers of its columns: fixed by its first row */
typedef struct RatingsKind
{
	uint8		item;			/* IdKind */
	uint8		rater;
	uint8		value;			/* ValueKind */
	uint8		at;				/* AtMode */
	bool		revision;		/* at is a bigint, else a timestamp */
} RatingsKind;

/* A row of the log; only the first half is there while there is neither at nor cluster */
typedef struct LogRow
{
	uint64		item;			/* code, or the bigint id with its sign turned */
	uint32		rater;
	uint32		label;
	int64		at;
	uint32		cluster;		/* code + 1, or 0 */
	uint32		pad;
} LogRow;

#define NARROW_ROW offsetof(LogRow, at)

typedef struct Ratings
{
	State		state;
	RatingsKind kind;

	/* dictionaries; bigint items are their own keys until they are settled */
	Dict		items;
	Dict		raters;
	Dict		labels;
	Dict		clusters;

	/* the log */
	char	   *log;
	size_t		row_size;		/* NARROW_ROW or sizeof(LogRow) */
	size_t		n_log;
	size_t		cap_log;
	size_t		next_check;		/* at how many rows, or bytes of keys, */
	size_t		next_check_bytes;	/* to look at the size limit again */
	bool		log_sorted;		/* by item */
	uint64		last_item;

	/* settled columns */
	int32		n_items;
	int32		n_obs;
	int32	   *start;			/* [n_items + 1] */
	int32	   *rater;			/* [n_obs] by item, rater, label */
	int32	   *label;
	int64	   *at;				/* [n_obs], or NULL */
	int32		n_item_clusters;	/* facts (item, cluster), by item and cluster */
	int32	   *cluster_item;
	int32	   *cluster;
	int32		conflict;		/* the first observation that contradicts the
								 * one before it, or -1 */
	int32		cluster_conflict;	/* likewise of the facts (item, cluster) */
} Ratings;

extern const StateType ratings_type;

/* ---- ratings.c: adding ---- */

extern void ratings_init(State *s);
extern void ratings_merge(State *d, State *s);

extern void ratings_set_kind(Ratings *r, const RatingsKind *kind);
extern pg_noinline void ratings_grow_log(Ratings *r, size_t n);
extern void ratings_resolve_items(Ratings *r);
extern void ratings_check_kind(const Ratings *r, const RatingsKind *kind);
extern void ratings_widen(Ratings *r);

/* Codes of one state in the dictionaries of another; NULL: they are the same */
typedef struct CodeMaps
{
	const uint32 *rater;
	const uint32 *label;
	const uint32 *cluster;
} CodeMaps;

extern int32 ratings_append_item(Ratings *dst, uint64 key, const Ratings *src, int32 item,
								 int32 fact, const CodeMaps *map, const bool *keep);

/* ---- ratings_settle.c: from the log to columns, and back ---- */

extern void ratings_settle(Ratings *r);
extern void ratings_reopen(Ratings *r);

/* ---- ratings_read.c: reading settled columns ---- */

extern void ratings_find_conflicts(Ratings *r);

/* A state to read: settled; ratings_get_consistent raises 21000 on conflicts */
extern Ratings *ratings_get(Datum d);
extern Ratings *ratings_get_consistent(Datum d);

/* A new settled state with those observations of src that are kept */
extern Ratings *ratings_filter(FunctionCallInfo fcinfo, Ratings *src, const bool *keep);

/* ---- ratings_codec.c: the byte format ---- */

extern void ratings_put(Ratings *r, WireWriter *w);
extern void ratings_take(Ratings *r, WireReader *w);
extern void ratings_encode(State *s, WireWriter *w);
extern void ratings_decode(State *s, WireReader *r);
extern double ratings_size_bound(const Ratings *r);

/* ---- ratings_access.c: helpers for looking into states ---- */

extern bool *ratings_listed(FunctionCallInfo fcinfo, const char *what, IdKind kind, Dict *d);
extern void ratings_json_names(StringInfo buf, const char *field, const Dict *d, int kind, bool is_value);

static inline LogRow *
log_row(const Ratings *r, size_t i)
{
	return (LogRow *) (r->log + i * r->row_size);
}

static inline size_t
ratings_key_bytes(const Ratings *r)
{
	return r->items.key_bytes + r->raters.key_bytes + r->labels.key_bytes + r->clusters.key_bytes;
}

/* What stands for a settled item in the log */
static inline uint64
ratings_item_key(const Ratings *r, int32 item)
{
	return r->kind.item == ID_INT8 ? r->items.entry[item].prefix : (uint64) item;
}

/*
 * Room for one more row.  This may settle the state, which renumbers all
 * codes: codes are looked up after it, never before.
 */
static inline void
ratings_make_room(Ratings *r)
{
	if (unlikely(r->n_log == r->cap_log ||
				 ratings_key_bytes(r) > r->next_check_bytes))
		ratings_grow_log(r, 1);
}

/* Append a row to the room that was made */
static inline LogRow *
ratings_push(Ratings *r, uint64 item, uint32 rater, uint32 label)
{
	LogRow	   *row = log_row(r, r->n_log++);

	row->item = item;
	row->rater = rater;
	row->label = label;
	return row;
}

/* Rows come in order of items as long as no item is smaller than the last */
static inline void
ratings_saw_item(Ratings *r, uint64 item)
{
	if (item < r->last_item)
		r->log_sorted = false;
	r->last_item = item;
}

/* items are looked up in batches once their dictionary has left the cache */
#define RATINGS_BATCH_FROM 4096

/*
 * One more row, for which there is room, by its keys; "at" and cluster are for
 * the caller.
 */
static inline LogRow *
ratings_add(Ratings *r, const ColumnKey *item, const ColumnKey *rater, const ColumnKey *value)
{
	uint32		rater_code = dict_add(&r->raters, rater->prefix, rater->bytes, rater->len);
	uint32		label_code = dict_add(&r->labels, value->prefix, value->bytes, value->len);
	uint64		item_code;
	LogRow	   *row;

	if (r->kind.item != ID_INT8 && r->items.n >= RATINGS_BATCH_FROM)
	{
		row = ratings_push(r, 0, rater_code, label_code);
		if (dict_batch_add(&r->items, item->prefix, item->bytes, item->len))
			ratings_resolve_items(r);
		return row;
	}
	item_code = r->kind.item == ID_INT8 ? item->prefix :
		dict_add(&r->items, item->prefix, item->bytes, item->len);
	ratings_saw_item(r, item_code);
	return ratings_push(r, item_code, rater_code, label_code);
}

#endif							/* HD_RATINGS_H */

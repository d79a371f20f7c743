/*-------------------------------------------------------------------------
 *
 * paths.c
 *	  The state type "review_paths": growing, merging, order, and its byte
 *	  format (docs/storage.md).
 *
 * An aggregate over a group for each item is bound by the executor's hash
 * table; here all events are appended to one log, which is sorted by radix.
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of item
 *	  byte		0: time is the order of events; 1: seq is
 *	  varint	number of items
 *	  varint	number of states
 *	  varint	number of events
 *	  keys		of items, in canonical order
 *	  keys		names of the states, in canonical order
 *	  for each item:
 *		varint	number of events
 *		events	as in review_path, the time of the first being a difference to
 *				that of the first event of the item before
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "common/radix.h"
#include "port.h"
#include "review/paths.h"
#include "utils/memutils.h"

#define FIRST_ROWS 8
/* no more than an event takes, with the count of its item */
#define EVENT_BYTES 30
#define ITEM_BYTES 10			/* a bigint that is a key */

static void paths_settle(ReviewPaths *p);

static void
paths_init(State *s)
{
	ReviewPaths *p = (ReviewPaths *) s;

	dict_init(&p->items, s->cx);
	dict_init(&p->names, s->cx);
	p->order = PATH_EMPTY;
	p->settled = true;
	p->next_check = 0;
}

/* ---- growing ---- */

static pg_noinline void
set_kinds(ReviewPaths *p, IdKind kind, PathOrder order)
{
	if (p->item_kind != ID_NONE && p->item_kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("items of different kinds cannot be put into one review_paths"),
				 errdetail("They are of kind %s in one and %s in the other.",
						   id_kind_sql_name(p->item_kind), id_kind_sql_name(kind)),
				 errhint("Cast the item to one type, for example text.")));
	if (p->order != PATH_EMPTY && p->order != order)
		path_mixed_order(paths_type.name);
	p->item_kind = kind;
	p->order = order;
}

static inline size_t
size_bound(const ReviewPaths *p)
{
	return (size_t) keys_bound(&p->names) + (size_t) keys_bound(&p->items) +
		p->n * (EVENT_BYTES + (p->item_kind == ID_INT8 ? ITEM_BYTES : 0));
}

/* Past the limit repeats are taken out and the bytes themselves are counted, again whenever the bound has grown by a quarter */
static pg_noinline void
check_size(ReviewPaths *p)
{
	size_t		limit = state_size_limit();
	size_t		bytes;

	if (size_bound(p) > limit)
	{
		(void) state_flat(&p->state, &bytes);
		state_changed(&p->state);
		if (bytes > limit)
			wire_too_large(paths_type.name, limit);
	}
	p->next_check = Max(limit, size_bound(p) + size_bound(p) / 4);
}

static pg_noinline void
enlarge(ReviewPaths *p)
{
	size_t		cap;

	if (size_bound(p) > p->next_check)
		check_size(p);
	if (p->n < p->cap)
		return;
	cap = Max(p->cap * 2, FIRST_ROWS);
	p->row = p->row ? repalloc_huge(p->row, mul_size(cap, sizeof(PathsRow))) :
		array_alloc_in(p->state.cx, cap, sizeof(PathsRow));
	p->cap = cap;
}

void
paths_put(ReviewPaths *p, IdKind kind, const ColumnKey *item, const ColumnKey *name,
		  TimestampTz at, int64 seq, PathOrder order)
{
	PathsRow   *row;

	if (unlikely(p->item_kind != kind || p->order != order))
		set_kinds(p, kind, order);
	/* this may settle, which renumbers codes: they are looked up behind it */
	if (unlikely(p->n == p->cap))
		enlarge(p);
	row = &p->row[p->n];
	row->item = kind == ID_INT8 ? item->prefix : dict_add(&p->items, item->prefix, item->bytes, item->len);
	row->event.state = dict_add(&p->names, name->prefix, name->bytes, name->len);
	row->event.at = at;
	row->event.seq = seq;
	p->n++;
	p->settled = false;
}

static void
paths_merge(State *d, State *s)
{
	ReviewPaths *dst = (ReviewPaths *) d;
	ReviewPaths *src = (ReviewPaths *) s;

	state_changed(d);
	for (size_t i = 0; i < src->n; i++)
	{
		const PathsRow *row = &src->row[i];
		uint8		name_tmp[8],
					item_tmp[8];
		ColumnKey	name = {src->names.entry[row->event.state].prefix, NULL, 0};
		ColumnKey	item = {row->item, NULL, 8};

		HD_CHECK_EVERY(i + 1);
		name.bytes = dict_key(&src->names, row->event.state, name_tmp, &name.len);
		if (src->item_kind != ID_INT8)
		{
			item.prefix = src->items.entry[row->item].prefix;
			item.bytes = dict_key(&src->items, (uint32) row->item, item_tmp, &item.len);
		}
		paths_put(dst, src->item_kind, &item, &name, row->event.at, row->event.seq, src->order);
	}
}

/* ---- order ---- */

static int
row_ascending(const void *a, const void *b, void *arg)
{
	return path_event_cmp(&((const PathsRow *) a)->event, &((const PathsRow *) b)->event);
}

/* The events of one item; rows came mostly in order */
static void
sort_item(PathsRow *row, size_t n)
{
	if (n > 24)
	{
		qsort_interruptible(row, n, sizeof(PathsRow), row_ascending, NULL);
		return;
	}
	for (size_t i = 1; i < n; i++)
	{
		PathsRow	r = row[i];
		size_t		j = i;

		for (; j > 0 && path_event_cmp(&r.event, &row[j - 1].event) < 0; j--)
			row[j] = row[j - 1];
		row[j] = r;
	}
}

/* New place of each code; NULL where all stay where they are */
static uint32 *
code_ranks(const Dict *d, uint32 **order)
{
	uint32	   *rank;
	bool		same = true;

	*order = dict_sorted(d);
	for (uint32 i = 0; i < d->n && same; i++)
		same = (*order)[i] == i;
	if (same)
		return NULL;
	rank = array_alloc(d->n, sizeof(uint32));
	for (uint32 i = 0; i < d->n; i++)
		rank[(*order)[i]] = i;
	return rank;
}

static void
take_order(Dict *d, const uint32 *order, MemoryContext cx, Dict *to)
{
	dict_init(to, cx);
	dict_reorder(to, d, order, d->n);
}

/*
 * Names and items into canonical order.  The rows are copied to tmp with
 * their new codes, and taken over with the new dictionaries at once.
 */
static void
renumber(ReviewPaths *p, PathsRow **tmp)
{
	uint32	   *name_order,
			   *item_order,
			   *name_rank = code_ranks(&p->names, &name_order),
			   *item_rank = code_ranks(&p->items, &item_order);
	Dict		names,
				items;
	PathsRow   *swap;

	if (name_rank == NULL && item_rank == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		(*tmp)[i] = p->row[i];
		if (name_rank)
			(*tmp)[i].event.state = name_rank[p->row[i].event.state];
		if (item_rank)
			(*tmp)[i].item = item_rank[p->row[i].item];
	}
	take_order(&p->names, name_order, p->state.cx, &names);
	take_order(&p->items, item_order, p->state.cx, &items);

	/* from here on nothing fails */
	dict_free(&p->names);
	dict_free(&p->items);
	p->names = names;
	p->items = items;
	swap = p->row;
	p->row = *tmp;
	*tmp = swap;
}

static void
paths_settle(ReviewPaths *p)
{
	PathsRow   *tmp;
	size_t		kept = 0;

	if (p->settled)
		return;
	tmp = array_alloc_in(p->state.cx, p->n, sizeof(PathsRow));
	/* the rows may come to lie in the other array, which has room for no more than them */
	p->cap = p->n;
	renumber(p, &tmp);
	radix_sort((void **) &p->row, (void **) &tmp, p->n, sizeof(PathsRow));
	pfree(tmp);
	for (size_t from = 0; from < p->n;)
	{
		size_t		to = from + 1;
		uint64		item = p->row[from].item;

		CHECK_FOR_INTERRUPTS();
		while (to < p->n && p->row[to].item == item)
			to++;
		sort_item(p->row + from, to - from);
		from = to;
	}
	/* the same fact stays once; what a cancel leaves behind here is the same set */
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (kept > 0 && p->row[kept - 1].item == p->row[i].item &&
			path_event_cmp(&p->row[kept - 1].event, &p->row[i].event) == 0)
			continue;
		p->row[kept++] = p->row[i];
	}
	p->n = kept;
	p->settled = true;
}

char *
paths_item_cstring(const ReviewPaths *p, uint64 item)
{
	if (p->item_kind == ID_INT8)
		return psprintf(INT64_FORMAT, dict_prefix_int64(item));
	return id_cstring(p->item_kind, &p->items, (uint32) item);
}

ReviewPaths *
paths_get(Datum d)
{
	ReviewPaths *p = (ReviewPaths *) state_get(&paths_type, d);

	paths_settle(p);
	for (size_t i = 1; i < p->n; i++)
	{
		HD_CHECK_EVERY(i);
		if (unlikely(p->row[i - 1].item == p->row[i].item &&
					 path_order_unknown(p->order, &p->row[i - 1].event, &p->row[i].event)))
			path_order_fail(p->order, paths_item_cstring(p, p->row[i].item), &p->names,
							&p->row[i - 1].event, &p->row[i].event);
	}
	return p;
}

/* ---- bytes ---- */

/* Bigint items as keys */
static Dict *
item_keys(ReviewPaths *p)
{
	Dict	   *items;

	if (p->item_kind != ID_INT8)
		return &p->items;
	items = palloc(sizeof(Dict));
	dict_init(items, CurrentMemoryContext);
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (i == 0 || p->row[i].item != p->row[i - 1].item)
			dict_append(items, p->row[i].item, NULL, 8);
	}
	return items;
}

static void
paths_encode(State *s, WireWriter *w)
{
	ReviewPaths *p = (ReviewPaths *) s;
	Dict	   *items;
	PathEvents	events;
	int64		at_before = 0;

	paths_settle(p);
	items = item_keys(p);
	wire_put_byte(w, HDATA_REVIEW_PATHS_VERSION);
	wire_put_byte(w, p->item_kind);
	wire_put_byte(w, p->order);
	wire_put_varint(w, items->n);
	wire_put_varint(w, p->names.n);
	wire_put_varint(w, p->n);
	keys_put(w, items, keys_id_form(p->item_kind));
	keys_put(w, &p->names, KEYS_TEXT);
	for (size_t i = 0; paths_next_item(p, &i, &events);)
	{
		CHECK_FOR_INTERRUPTS();
		wire_put_varint(w, events.n);
		for (uint32 j = 0; j < events.n; j++)
		{
			const PathEvent *e = path_event(&events, j);
			const PathEvent *before = j > 0 ? path_event(&events, j - 1) : NULL;

			HD_CHECK_EVERY(j + 1);
			path_write_event(w, p->order, e, before, before ? before->at : at_before);
		}
		at_before = path_event(&events, 0)->at;
	}
}

static void
read_item(WireReader *r, ReviewPaths *p, size_t n_rows, uint64 item, int64 *at_before, bool *used)
{
	uint64		n = wire_get_varint(r);
	PathEvent  *before = NULL;

	if (n == 0 || n > n_rows - p->n)
		wire_fail(r, "The number of events of an item is wrong.");
	for (uint64 j = 0; j < n; j++)
	{
		PathsRow   *row = &p->row[p->n++];

		HD_CHECK_EVERY(j + 1);
		row->item = item;
		path_read_event(r, p->order, &row->event, before, before ? before->at : *at_before, p->names.n, used);
		before = &row->event;
	}
	*at_before = p->row[p->n - n].event.at;
}

static void
paths_decode(State *s, WireReader *r)
{
	ReviewPaths *p = (ReviewPaths *) s;
	uint32		n_items,
				n_names,
				n_rows;
	int64		at_before = 0;
	bool	   *used;

	if (wire_get_byte(r) != HDATA_REVIEW_PATHS_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	p->item_kind = wire_get_byte(r);
	if (p->item_kind == ID_NONE || p->item_kind > ID_TEXT)
		wire_fail(r, "The kind of its items is not known.");
	p->order = wire_get_byte(r);
	if (p->order > PATH_BY_SEQ)
		wire_fail(r, "The order of its events is not known.");
	n_items = wire_get_count(r, keys_min_bytes(keys_id_form(p->item_kind)) + 1);
	n_names = wire_get_count(r, keys_min_bytes(KEYS_TEXT));
	n_rows = wire_get_count(r, p->order == PATH_BY_SEQ ? 3 : 2);
	if (n_items == 0 || n_names == 0 || n_items > n_rows || n_names > n_rows)
		wire_fail(r, "The number of items, states or events is wrong.");
	keys_get(r, &p->items, n_items, keys_id_form(p->item_kind));
	keys_get(r, &p->names, n_names, KEYS_TEXT);
	p->row = array_alloc_in(s->cx, n_rows, sizeof(PathsRow));
	p->cap = n_rows;
	used = array_alloc0(n_names, sizeof(bool));
	for (uint32 i = 0; i < n_items; i++)
	{
		HD_CHECK_EVERY(i + 1);
		read_item(r, p, n_rows, p->item_kind == ID_INT8 ? p->items.entry[i].prefix : i, &at_before, used);
	}
	keys_check_used(r, used, n_names);
	pfree(used);
	if (p->n != n_rows)
		wire_fail(r, "The number of events is wrong.");
	if (p->item_kind == ID_INT8)
		dict_free(&p->items);
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType paths_type = {
	.name = "review_paths",
	.size = sizeof(ReviewPaths),
	.init = paths_init,
	.encode = paths_encode,
	.decode = paths_decode,
	.merge = paths_merge
};

/*-------------------------------------------------------------------------
 *
 * path.c
 *	  The state type "review_path": growing, merging, order, and its byte
 *	  format (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		0: time is the order of events; 1: seq is
 *	  varint	number of states
 *	  varint	number of events
 *	  keys		names of the states, in canonical order
 *	  for each event, in order:
 *		[varint] seq: the first zigzag, then the difference to the one before
 *		varint	at: zigzag of the difference to the one before, modulo 2^64 (the
 *				first: to 0); without seq all but the first are no zigzag
 *		varint	state
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "port.h"
#include "review/path.h"
#include "utils/timestamp.h"

/* no more than an event takes */
#define EVENT_BYTES 25
/* below so many bytes the size limit is not worth a thought */
#define FIRST_CHECK ((size_t) 1 << 14)

static void path_settle(ReviewPath *p);

static void
path_init(State *s)
{
	ReviewPath *p = (ReviewPath *) s;

	dict_init(&p->names, s->cx);
	p->names.entry = p->few_names;
	p->names.cap = PATH_FEW_NAMES;
	p->names.arena = p->few_name_bytes;
	p->names.arena_cap = PATH_FEW_NAME_BYTES;
	p->event = p->few_events;
	p->cap = PATH_FEW_EVENTS;
	p->order = PATH_EMPTY;
	p->ordered = p->settled = true;
	p->next_check = FIRST_CHECK;
}

/* ---- growing ---- */

void
path_mixed_order(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("events with and without seq cannot be put into one %s", type),
			 errhint("Give seq for all events or for none.")));
}

static pg_noinline void
set_order(ReviewPath *p, PathOrder order)
{
	if (p->order != PATH_EMPTY)
		path_mixed_order(path_type.name);
	p->order = order;
}

static inline size_t
size_bound(const ReviewPath *p)
{
	return (size_t) keys_bound(&p->names) + (size_t) p->n * EVENT_BYTES;
}

/* Past the limit repeats are taken out and the bytes themselves are counted, again whenever the bound has grown by a quarter */
static pg_noinline void
check_size(ReviewPath *p)
{
	size_t		limit = state_size_limit();
	size_t		bytes;

	if (size_bound(p) > limit)
	{
		(void) state_flat(&p->state, &bytes);
		state_changed(&p->state);
		if (bytes > limit)
			wire_too_large(path_type.name, limit);
	}
	else
		path_settle(p);
	p->next_check = Max(FIRST_CHECK, size_bound(p) * 2);
	if (p->next_check > limit)
		p->next_check = Max(limit, size_bound(p) + size_bound(p) / 4);
}

static pg_noinline void
enlarge(ReviewPath *p)
{
	uint64		cap = (uint64) p->cap * 2;

	if (cap > PG_INT32_MAX)
		wire_too_large(path_type.name, state_size_limit());
	if (p->event == p->few_events)
	{
		p->event = array_alloc_in(p->state.cx, cap, sizeof(PathEvent));
		memcpy(p->event, p->few_events, sizeof(p->few_events));
	}
	else
		p->event = repalloc_huge(p->event, mul_size(cap, sizeof(PathEvent)));
	p->cap = (uint32) cap;
}

static inline bool
names_are_few(const ReviewPath *p)
{
	return p->names.entry == p->few_names;
}

/* A dictionary frees and enlarges what it has itself allocated: names that lie in the state are handed over before */
static pg_noinline void
move_names(ReviewPath *p)
{
	Dict		names;

	dict_init(&names, p->state.cx);
	for (uint32 i = 0; i < p->names.n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *key = dict_key(&p->names, i, tmp, &len);

		dict_append(&names, p->names.entry[i].prefix, key, len);
	}
	p->names = names;
}

static void
free_names(ReviewPath *p)
{
	if (names_are_few(p))
		dict_init(&p->names, p->state.cx);
	else
		dict_free(&p->names);
}

static void
free_events(ReviewPath *p)
{
	if (p->event != p->few_events)
		pfree(p->event);
}

void
path_put(ReviewPath *p, const ColumnKey *name, TimestampTz at, int64 seq, PathOrder order)
{
	PathEvent  *e;

	if (unlikely(p->order != order))
		set_order(p, order);
	if (unlikely(p->n == p->cap))
		enlarge(p);
	if (names_are_few(p) && unlikely(p->names.n == PATH_FEW_NAMES || p->names.arena_len + (size_t) name->len > PATH_FEW_NAME_BYTES))
		move_names(p);
	e = &p->event[p->n];
	e->state = dict_add(&p->names, name->prefix, name->bytes, name->len);
	e->at = at;
	e->seq = seq;
	p->n++;
	p->ordered = p->settled = false;
	if (unlikely(size_bound(p) > p->next_check))
		check_size(p);
}

static void
path_merge(State *d, State *s)
{
	ReviewPath *dst = (ReviewPath *) d;
	ReviewPath *src = (ReviewPath *) s;

	state_changed(d);
	for (uint32 i = 0; i < src->n; i++)
	{
		const PathEvent *e = &src->event[i];
		uint8		tmp[8];
		ColumnKey	name = {src->names.entry[e->state].prefix, NULL, 0};

		HD_CHECK_EVERY(i + 1);
		name.bytes = dict_key(&src->names, e->state, tmp, &name.len);
		path_put(dst, &name, e->at, e->seq, src->order);
	}
}

/* ---- order ---- */

static int
event_ascending(const void *a, const void *b, void *arg)
{
	return path_event_cmp(a, b);
}

static void
sort_events(PathEvent *event, uint32 n)
{
	if (n > 24)
	{
		qsort_interruptible(event, n, sizeof(PathEvent), event_ascending, NULL);
		return;
	}
	/* few, and mostly in order already */
	for (uint32 i = 1; i < n; i++)
	{
		PathEvent	e = event[i];
		uint32		j = i;

		for (; j > 0 && path_event_cmp(&e, &event[j - 1]) < 0; j--)
			event[j] = event[j - 1];
		event[j] = e;
	}
}

/* Events into their order, by codes among equals; the same fact stays once */
static void
order_events(ReviewPath *p)
{
	uint32		kept = 0;

	if (p->ordered)
		return;
	sort_events(p->event, p->n);
	for (uint32 i = 0; i < p->n; i++)
	{
		if (kept > 0 && path_event_cmp(&p->event[kept - 1], &p->event[i]) == 0)
			continue;
		p->event[kept++] = p->event[i];
	}
	p->n = kept;
	p->ordered = true;
}

/* Names into canonical order too; built beside the old, which an ERROR leaves as it is */
static void
path_settle(ReviewPath *p)
{
	uint32	   *order,
			   *rank;
	PathEvent  *event;
	Dict		names;

	if (p->settled)
		return;
	order_events(p);
	order = dict_sorted(&p->names);
	rank = array_alloc(p->names.n, sizeof(uint32));
	for (uint32 i = 0; i < p->names.n; i++)
		rank[order[i]] = i;
	event = array_alloc_in(p->state.cx, p->n, sizeof(PathEvent));
	for (uint32 i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		event[i] = p->event[i];
		event[i].state = rank[event[i].state];
	}
	sort_events(event, p->n);
	dict_init(&names, p->state.cx);
	dict_reorder(&names, &p->names, order, p->names.n);

	/* from here on nothing fails */
	free_names(p);
	p->names = names;
	free_events(p);
	p->event = event;
	p->cap = Max(p->n, 1);
	p->settled = true;
	pfree(order);
	pfree(rank);
}

/* Two events of which none is the earlier; item: NULL where there is but one */
void
path_order_fail(PathOrder order, const char *item, const Dict *names, const PathEvent *a, const PathEvent *b)
{
	const char *of_item = item ? psprintf("Item \"%s\"", item) : "It";
	const char *name_a = id_cstring(ID_TEXT, names, a->state);
	const char *name_b = id_cstring(ID_TEXT, names, b->state);
	const char *at_a = pstrdup(timestamptz_to_str(a->at));
	const char *at_b = pstrdup(timestamptz_to_str(b->at));

	if (order == PATH_BY_SEQ)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("two events of one item have the same seq"),
				 errdetail("%s entered \"%s\" at %s and \"%s\" at %s, both with seq " INT64_FORMAT ".",
						   of_item, name_a, at_a, name_b, at_b, a->seq),
				 errhint("Take a seq that is unique within each item.")));
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("two events of one item have the same time and different states"),
			 errdetail("%s entered both \"%s\" and \"%s\" at %s.", of_item, name_a, name_b, at_a),
			 errhint("Give the order of the events of an item as the last argument of the aggregate: seq.")));
}

ReviewPath *
path_get(Datum d)
{
	ReviewPath *p = (ReviewPath *) state_get(&path_type, d);

	order_events(p);
	for (uint32 i = 1; i < p->n; i++)
	{
		HD_CHECK_EVERY(i);
		if (unlikely(path_order_unknown(p->order, &p->event[i - 1], &p->event[i])))
		{
			/* the message must not depend on the order of rows */
			path_settle(p);
			path_order_fail(p->order, NULL, &p->names, &p->event[i - 1], &p->event[i]);
		}
	}
	return p;
}

/* ---- bytes ---- */

/* before: of the same item, NULL for its first; at_before: what the time is a difference to */
void
path_write_event(WireWriter *w, PathOrder order, const PathEvent *e, const PathEvent *before, int64 at_before)
{
	uint64		step = (uint64) e->at - (uint64) at_before;

	if (order == PATH_BY_SEQ)
		wire_put_varint(w, before ? (uint64) e->seq - (uint64) before->seq : wire_zigzag(e->seq));
	wire_put_varint(w, before && order == PATH_BY_TIME ? step : wire_zigzag((int64) step));
	wire_put_varint(w, e->state);
}

void
path_read_event(WireReader *r, PathOrder order, PathEvent *e, const PathEvent *before, int64 at_before,
				uint32 n_names, bool *used)
{
	uint64		v;

	e->seq = 0;
	if (order == PATH_BY_SEQ)
	{
		v = wire_get_varint(r);
		if (before == NULL)
			e->seq = wire_unzigzag(v);
		else if (v > (uint64) PG_INT64_MAX - (uint64) before->seq)
			wire_fail(r, "A seq is out of range.");
		else
			e->seq = (int64) ((uint64) before->seq + v);
	}
	v = wire_get_varint(r);
	e->at = (int64) ((uint64) at_before + (before && order == PATH_BY_TIME ? v : (uint64) wire_unzigzag(v)));
	if (!IS_VALID_TIMESTAMP(e->at))
		wire_fail(r, "A time is out of range.");
	v = wire_get_varint(r);
	if (v >= n_names)
		wire_fail(r, "A state is out of range.");
	e->state = (uint32) v;
	used[v] = true;
	if (before && path_event_cmp(before, e) >= 0)
		wire_fail(r, "Events are not in ascending order.");
}

static void
path_encode(State *s, WireWriter *w)
{
	ReviewPath *p = (ReviewPath *) s;

	path_settle(p);
	wire_put_byte(w, HDATA_REVIEW_PATH_VERSION);
	wire_put_byte(w, p->order);
	wire_put_varint(w, p->names.n);
	wire_put_varint(w, p->n);
	keys_put(w, &p->names, KEYS_TEXT);
	for (uint32 i = 0; i < p->n; i++)
	{
		const PathEvent *before = i > 0 ? &p->event[i - 1] : NULL;

		HD_CHECK_EVERY(i + 1);
		path_write_event(w, p->order, &p->event[i], before, before ? before->at : 0);
	}
}

static void
path_decode(State *s, WireReader *r)
{
	ReviewPath *p = (ReviewPath *) s;
	uint32		n_names;
	bool	   *used;

	if (wire_get_byte(r) != HDATA_REVIEW_PATH_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	p->order = wire_get_byte(r);
	if (p->order > PATH_BY_SEQ)
		wire_fail(r, "The order of its events is not known.");
	n_names = wire_get_count(r, keys_min_bytes(KEYS_TEXT));
	p->n = wire_get_count(r, p->order == PATH_BY_SEQ ? 3 : 2);
	if (n_names == 0 || n_names > p->n)
		wire_fail(r, "The number of states or of events is wrong.");
	free_names(p);
	keys_get(r, &p->names, n_names, KEYS_TEXT);
	p->event = array_alloc_in(s->cx, p->n, sizeof(PathEvent));
	p->cap = Max(p->n, 1);
	used = array_alloc0(n_names, sizeof(bool));
	for (uint32 i = 0; i < p->n; i++)
	{
		const PathEvent *before = i > 0 ? &p->event[i - 1] : NULL;

		HD_CHECK_EVERY(i + 1);
		path_read_event(r, p->order, &p->event[i], before, before ? before->at : 0, n_names, used);
	}
	keys_check_used(r, used, n_names);
	pfree(used);
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType path_type = {
	.name = "review_path",
	.size = sizeof(ReviewPath),
	.init = path_init,
	.encode = path_encode,
	.decode = path_decode,
	.merge = path_merge
};

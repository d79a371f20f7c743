/*-------------------------------------------------------------------------
 *
 * confusion.c
 *	  The state type "confusion": counting, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of the labels
 *	  varint	number of rows without a reference
 *	  varint	number of labels, number of cells
 *	  keys		of the labels, in canonical (an enum: declared) order
 *	  for each cell, by reference and then predicted label:
 *		varint	reference, as difference to the cell before
 *		varint	predicted, likewise if the reference is the same; the code
 *				behind the last label stands for "not covered"
 *		varint	count
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "consensus/confusion.h"
#include "utils/memutils.h"

/* below so many bytes the size limit is not worth a thought */
#define FIRST_CHECK ((size_t) 1 << 14)
#define CELL_BYTES 20			/* three varints of a cell: no less than they take */

static void
confusion_init(State *s)
{
	Confusion  *c = (Confusion *) s;

	dict_init(&c->labels, s->cx);
	dict_init(&c->cells, s->cx);
	c->settled = true;
	c->next_check = FIRST_CHECK;
}

static const char *
kind_name(uint8 kind)
{
	return kind == VALUE_NUMBER ? "number" : kind == VALUE_ORDERED ? "enum" :
		kind == VALUE_SET ? "array" : "text";
}

void
confusion_set_kind(Confusion *c, uint8 kind)
{
	if (likely(c->kind == kind))
		return;
	if (c->kind != VALUE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("labels of different kinds cannot be counted in one confusion"),
				 errdetail("They are of kind %s in one and %s in the other.",
						   kind_name(c->kind), kind_name(kind)),
				 errhint("Cast the columns to one type, for example text.")));
	c->kind = kind;
}

static void
count_rows(Confusion *c, int64 n)
{
	if (unlikely(pg_add_s64_overflow(c->total, n, &c->total)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one value of type confusion")));
}

/* No less than the canonical bytes will be */
static inline size_t
size_bound(const Confusion *c)
{
	return c->labels.key_bytes + (size_t) c->labels.n * 10 + (size_t) c->cells.n * CELL_BYTES;
}

/*
 * Past the limit the bytes themselves are counted, since shared prefixes and
 * small counts take less than the bound; and again whenever it has grown by a
 * quarter.
 */
static pg_noinline void
check_size(Confusion *c)
{
	size_t		limit = state_size_limit();
	size_t		bound = size_bound(c);
	size_t		bytes;

	if (bound <= limit)
	{
		c->next_check = Max(FIRST_CHECK, limit);
		return;
	}
	(void) state_flat(&c->state, &bytes);
	state_changed(&c->state);
	if (bytes > limit)
		wire_too_large(confusion_type.name, limit);
	c->next_check = bound + bound / 4;
}

static pg_noinline void
grow_counts(Confusion *c)
{
	uint32		cap = c->cap_count ? (uint32) Min((uint64) c->cap_count * 2, DICT_MAX_KEYS) : 4;

	c->count = c->count ? repalloc_huge(c->count, mul_size(cap, sizeof(int64))) :
		MemoryContextAllocHuge(c->state.cx, mul_size(cap, sizeof(int64)));
	c->cap_count = cap;
}

/* Codes are those of c->labels now: they hold until the next settling */
void
confusion_add(Confusion *c, uint32 reference, uint32 predicted, int64 n)
{
	uint32		before = c->cells.n;
	uint32		cell;

	count_rows(c, n);
	if (unlikely(before == c->cap_count))
		grow_counts(c);
	cell = dict_add(&c->cells, (uint64) reference << 32 | predicted, NULL, 8);
	if (likely(cell < before))
	{
		/* no overflow: the total holds every count */
		c->count[cell] += n;
		return;
	}
	c->count[cell] = n;
	c->settled = false;
	if (unlikely(size_bound(c) > c->next_check))
		check_size(c);
}

void
confusion_skip(Confusion *c, int64 n)
{
	count_rows(c, n);
	c->n_skipped += n;
}

/* ---- canonical order ---- */

/* order[rank] = code of the labels; NULL if they are in order already */
static uint32 *
label_order(const Confusion *c)
{
	if (c->kind == VALUE_ORDERED)
		return NULL;
	return dict_sorted(&c->labels);
}

/*
 * Labels and cells into canonical order.  All is built beside the old, which
 * an ERROR leaves as it is.
 */
void
confusion_settle(Confusion *c)
{
	MemoryContext cx = c->state.cx;
	uint32	   *order;
	uint32	   *rank = NULL;
	uint32	   *cell_order;
	Dict		labels,
				moved,
				cells;
	int64	   *count;

	if (c->settled)
		return;
	order = label_order(c);
	dict_init(&labels, cx);
	if (order)
	{
		dict_reorder(&labels, &c->labels, order, c->labels.n);
		rank = array_alloc(c->labels.n, sizeof(uint32));
		for (uint32 i = 0; i < c->labels.n; i++)
			rank[order[i]] = i;
	}
	dict_init(&moved, CurrentMemoryContext);
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		reference = cell_reference(c, i);
		uint32		predicted = cell_predicted(c, i);

		HD_CHECK_EVERY(i);
		if (rank)
		{
			reference = rank[reference];
			if (predicted != NOT_COVERED)
				predicted = rank[predicted];
		}
		dict_append(&moved, (uint64) reference << 32 | predicted, NULL, 8);
	}
	cell_order = dict_sorted(&moved);
	dict_init(&cells, cx);
	dict_reorder(&cells, &moved, cell_order, moved.n);
	count = array_alloc_in(cx, c->cells.n, sizeof(int64));
	for (uint32 i = 0; i < moved.n; i++)
		count[i] = c->count[cell_order[i]];

	/* from here on nothing can fail */
	if (order)
	{
		dict_free(&c->labels);
		c->labels = labels;
		pfree(order);
		pfree(rank);
	}
	dict_free(&c->cells);
	c->cells = cells;
	if (c->count)
		pfree(c->count);
	c->count = count;
	c->cap_count = Max(moved.n, 1);
	c->settled = true;
	pfree(cell_order);
	dict_free(&moved);
}

Confusion *
confusion_get(Datum d)
{
	Confusion  *c = (Confusion *) state_get(&confusion_type, d);

	confusion_settle(c);
	return c;
}

/* ---- bytes ---- */

static void
confusion_encode(State *s, WireWriter *w)
{
	Confusion  *c = (Confusion *) s;
	uint32		reference = 0,
				predicted = 0;

	confusion_settle(c);
	wire_put_byte(w, HDATA_CONFUSION_VERSION);
	wire_put_byte(w, c->kind);
	wire_put_varint(w, c->n_skipped);
	wire_put_varint(w, c->labels.n);
	wire_put_varint(w, c->cells.n);
	keys_put(w, &c->labels, keys_value_form(c->kind));
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		r = cell_reference(c, i);
		uint32		p = cell_predicted(c, i);

		HD_CHECK_EVERY(i);
		if (p == NOT_COVERED)
			p = c->labels.n;
		wire_put_varint(w, r - reference);
		wire_put_varint(w, i > 0 && r == reference ? p - predicted : p);
		wire_put_varint(w, c->count[i]);
		reference = r;
		predicted = p;
	}
}

static int64
get_count(WireReader *w, Confusion *c)
{
	uint64		n = wire_get_varint(w);

	if (n > (uint64) (PG_INT64_MAX - c->total))
		wire_fail(w, "A count is out of range.");
	c->total += (int64) n;
	return (int64) n;
}

static void
get_cells(WireReader *w, Confusion *c, uint32 n_cells)
{
	uint64		reference = 0,
				predicted = 0;
	bool	   *used = array_alloc0(c->labels.n + 1, sizeof(bool));

	dict_reserve(&c->cells, n_cells);
	c->count = array_alloc_in(c->state.cx, n_cells, sizeof(int64));
	c->cap_count = Max(n_cells, 1);
	for (uint32 i = 0; i < n_cells; i++)
	{
		uint64		step = wire_get_varint(w);
		uint64		p = wire_get_varint(w);

		HD_CHECK_EVERY(i);
		if (step >= c->labels.n || reference + step >= c->labels.n)
			wire_fail(w, "A label is out of range.");
		if (p > c->labels.n || (i > 0 && step == 0 && (p == 0 || predicted + p > c->labels.n)))
			wire_fail(w, "A label is out of range or cells are not in ascending order.");
		predicted = i > 0 && step == 0 ? predicted + p : p;
		reference += step;
		c->count[i] = get_count(w, c);
		if (c->count[i] == 0)
			wire_fail(w, "A cell is empty.");
		used[reference] = used[predicted] = true;
		dict_append(&c->cells, reference << 32 |
					(predicted == c->labels.n ? NOT_COVERED : (uint32) predicted), NULL, 8);
	}
	if (c->kind != VALUE_ORDERED)
		keys_check_used(w, used, c->labels.n);
	pfree(used);
}

static void
confusion_decode(State *s, WireReader *w)
{
	Confusion  *c = (Confusion *) s;
	KeyForm		form;
	uint32		n_labels,
				n_cells;

	if (wire_get_byte(w) != HDATA_CONFUSION_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	c->kind = wire_get_byte(w);
	if (c->kind == VALUE_NONE || c->kind > VALUE_SET)
		wire_fail(w, "The kind of its labels is not known.");
	form = keys_value_form(c->kind);
	c->n_skipped = get_count(w, c);
	n_labels = wire_get_count(w, keys_min_bytes(form));
	n_cells = wire_get_count(w, 3);
	/* an enum's list comes with the first label */
	if (n_cells == 0 && (n_labels > 0 || c->n_skipped == 0))
		wire_fail(w, "There are labels without rows, or no rows at all.");
	keys_get(w, &c->labels, n_labels, form);
	get_cells(w, c, n_cells);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
}

/* ---- merging ---- */

/*
 * Ordered labels: an enum grows by ALTER TYPE ... ADD VALUE, so of two lists
 * one contains the other.  Codes of the shorter are moved to the longer.
 */
static void
merge_ordered_labels(Confusion *dst, const Confusion *src)
{
	Dict		labels,
				cells;
	uint32	   *code;

	if (dict_is_subsequence(&src->labels, &dst->labels))
		return;
	if (!dict_is_subsequence(&dst->labels, &src->labels))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("confusions with different lists of ordered labels cannot be put together"),
				 errdetail("Neither list contains the other in its order."),
				 errhint("Build both states again from the enum as it is now.")));
	dict_init(&labels, dst->state.cx);
	pfree(dict_translate(&labels, &src->labels));
	code = dict_translate(&labels, &dst->labels);
	dict_init(&cells, dst->state.cx);
	for (uint32 i = 0; i < dst->cells.n; i++)
	{
		uint32		p = cell_predicted(dst, i);

		HD_CHECK_EVERY(i);
		dict_append(&cells, (uint64) code[cell_reference(dst, i)] << 32 |
					(p == NOT_COVERED ? p : code[p]), NULL, 8);
	}
	dict_free(&dst->labels);
	dict_free(&dst->cells);
	dst->labels = labels;
	dst->cells = cells;
	pfree(code);
}

static void
confusion_merge(State *d, State *s)
{
	Confusion  *dst = (Confusion *) d;
	Confusion  *src = (Confusion *) s;
	uint32	   *code;

	if (src->kind == VALUE_NONE)
		return;
	confusion_set_kind(dst, src->kind);
	state_changed(d);
	if (dst->kind == VALUE_ORDERED)
		merge_ordered_labels(dst, src);
	if (src->n_skipped > 0)
		confusion_skip(dst, src->n_skipped);
	code = dict_translate(&dst->labels, &src->labels);
	/* a check of the size settles, which gives labels other codes: not in here */
	dst->next_check = SIZE_MAX;
	for (uint32 i = 0; i < src->cells.n; i++)
	{
		uint32		p = cell_predicted(src, i);

		HD_CHECK_EVERY(i);
		confusion_add(dst, code[cell_reference(src, i)], p == NOT_COVERED ? p : code[p], src->count[i]);
	}
	pfree(code);
	dst->next_check = FIRST_CHECK;
	check_size(dst);
}

const StateType confusion_type = {
	.name = "confusion",
	.size = sizeof(Confusion),
	.init = confusion_init,
	.encode = confusion_encode,
	.decode = confusion_decode,
	.merge = confusion_merge
};

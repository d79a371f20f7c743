/*-------------------------------------------------------------------------
 *
 * rankings.c
 *	  The state type "rankings": growing, settling and merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "preference/rankings.h"
#include "utils/memutils.h"

/* below so many rows and bytes the size limit is not worth a thought */
#define FIRST_CHECK_ROWS 1024
#define FIRST_CHECK_BYTES ((size_t) 1 << 15)

#define ROWS_START 4

static void
rankings_init(State *s)
{
	Rankings   *r = (Rankings *) s;

	dict_init(&r->items, s->cx);
	dict_init(&r->raters, s->cx);
	dict_init(&r->rows, s->cx);
	r->next_check_rows = FIRST_CHECK_ROWS;
	r->next_check_bytes = FIRST_CHECK_BYTES;
}

/* ---- kinds of columns ---- */

/* Another row or state must have identifiers of the kind that is there already */
void
rankings_check_kind(const char *what, uint8 *kind, IdKind given)
{
	if (*kind == ID_NONE)
		*kind = given;
	else if (given != ID_NONE && *kind != given)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("rankings of different kinds cannot be put together"),
				 errdetail("The %s is of kind %s in one and %s in the other.",
						   what, id_kind_sql_name(*kind), id_kind_sql_name(given)),
				 errhint("Cast the column to one type, for example text.")));
}

/* ---- size ---- */

static bool
too_large(const Rankings *r, double bytes)
{
	return bytes > (double) state_size_limit() || rankings_key_bytes(r) > KEYS_MAX_BYTES;
}

static size_t
bytes_now(const Rankings *r)
{
	return rankings_key_bytes(r) + r->rows.key_bytes;
}

/*
 * Size is checked as the rows grow, by an upper bound of the canonical bytes
 * that costs nothing.  Past the limit the bytes themselves are counted.
 */
static void
check_size(Rankings *r)
{
	size_t		bytes;

	if (too_large(r, rankings_size_bound(r)))
	{
		(void) state_flat(&r->state, &bytes);
		if (too_large(r, (double) bytes))
			wire_too_large(rankings_type.name, state_size_limit());
		state_changed(&r->state);
	}
	/* near the limit it must not be counted again for each row */
	r->next_check_rows = Max(r->rows.n + r->rows.n / 4, FIRST_CHECK_ROWS);
	bytes = bytes_now(r);
	r->next_check_bytes = Max(bytes + bytes / 4, FIRST_CHECK_BYTES);
}

void
rankings_make_room(Rankings *r)
{
	if (unlikely(r->rows.n >= r->next_check_rows || bytes_now(r) > r->next_check_bytes))
		check_size(r);
}

/* ---- adding ---- */

/* Room for row n: its count and, where there are weights, its sum */
static void
enlarge_columns(Rankings *r, uint32 n)
{
	MemoryContext cx = r->state.cx;
	uint32		cap = Max(Max(r->cap * 2, n), ROWS_START);

	if (n <= r->cap)
		return;
	r->count = r->count ? repalloc_huge(r->count, mul_size(cap, sizeof(int64))) :
		array_alloc_in(cx, cap, sizeof(int64));
	if (r->sum)
		r->sum = repalloc_huge(r->sum, mul_size(cap, sizeof(ShortSum)));
	r->cap = cap;
}

/* A count is a weight, too: in two halves, so that each is exact as a double */
static void
sum_add_count(ShortSum *sum, MemoryContext cx, int64 count)
{
	shortsum_add(sum, cx, (double) (count >> 32) * 4294967296.0);
	shortsum_add(sum, cx, (double) (count & 0xffffffff));
}

static bool
sum_is_count(const ShortSum *sum, int64 count)
{
	ExactSum	e;

	shortsum_to_exact(sum, &e);
	exactsum_add(&e, (double) (count >> 32) * -4294967296.0);
	exactsum_add(&e, -(double) (count & 0xffffffff));
	return exactsum_is_zero(&e);
}

bool
rankings_unweighted(const Rankings *r)
{
	if (r->sum == NULL)
		return true;
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		HD_CHECK_EVERY(i);
		if (!sum_is_count(&r->sum[i], r->count[i]))
			return false;
	}
	return true;
}

/* The first weight that is not 1: from now on each row has its sum */
static void
add_sums(Rankings *r)
{
	ShortSum   *sum = array_alloc_in(r->state.cx, Max(r->cap, 1), sizeof(ShortSum));

	for (uint32 i = 0; i < r->rows.n; i++)
	{
		HD_CHECK_EVERY(i);
		shortsum_init(&sum[i]);
		sum_add_count(&sum[i], r->state.cx, r->count[i]);
	}
	r->sum = sum;
}

static int
compare_ranked(const void *a, const void *b)
{
	const RankedItem *x = a;
	const RankedItem *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

static inline void
put_word(uint8 *key, int i, uint32 w)
{
	w = pg_hton32(w);
	memcpy(key + 4 * (size_t) i, &w, 4);
}

/* The key of a ranking; puts the items in order */
static uint32
make_key(Rankings *r, uint32 rater_plus_1, RankedItem *item, int n)
{
	size_t		len = mul_size((Size) n + 1, 4);

	if (len > r->cap_key)
	{
		r->cap_key = Max(len, 2 * r->cap_key);
		if (r->key)
			pfree(r->key);
		r->key = NULL;
		r->key = array_alloc_in(r->state.cx, r->cap_key, 1);
	}
	/* mostly they come in order */
	for (int i = 1; i < n; i++)
		if (compare_ranked(&item[i - 1], &item[i]) > 0)
		{
			qsort(item, n, sizeof(RankedItem), compare_ranked);
			break;
		}
	put_word(r->key, 0, rater_plus_1);
	for (int i = 0; i < n; i++)
		put_word(r->key, i + 1, item[i].code << 1 | (i > 0 && item[i].rank == item[i - 1].rank));
	return (uint32) len;
}

void
rankings_add(Rankings *r, uint32 rater_plus_1, RankedItem *item, int n,
			 int64 count, const ShortSum *weight)
{
	uint32		before = r->rows.n;
	uint32		len,
				row;
	int64		total;

	if (pg_add_s64_overflow(r->total, count, &total))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rankings in one state")));
	/* all that can fail comes first: a row is there as a whole or not at all */
	enlarge_columns(r, before + 1);
	if (weight && r->sum == NULL)
		add_sums(r);
	len = make_key(r, rater_plus_1, item, n);
	row = dict_add(&r->rows, hd_load_prefix(r->key, len), r->key, len);
	if (row == before)
	{
		r->count[row] = 0;
		if (r->sum)
			shortsum_init(&r->sum[row]);
		r->rows_settled = false;
	}
	r->count[row] += count;
	r->total = total;
	if (weight)
		shortsum_merge(&r->sum[row], r->state.cx, weight);
	else if (r->sum)
		sum_add_count(&r->sum[row], r->state.cx, count);
}

/* ---- settling ---- */

/*
 * The names that are used, in canonical order; returns their positions by old
 * code.  A merge that was cancelled may have left names that no row has.
 */
static uint32 *
sort_names(Dict *dst, const Dict *src, const bool *used)
{
	uint32	   *order = dict_sorted(src);
	uint32	   *rank = array_alloc(src->n, sizeof(uint32));
	uint32		n = 0;

	for (uint32 i = 0; i < src->n; i++)
		if (used[order[i]])
		{
			rank[order[i]] = n;
			order[n++] = order[i];
		}
	dict_reorder(dst, src, order, n);
	pfree(order);
	return rank;
}

static void
mark_used(const Rankings *r, bool *item, bool *rater)
{
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		int32		who = rankings_rater(row);

		HD_CHECK_EVERY(i);
		if (who >= 0)
			rater[who] = true;
		for (int k = 0; k < n; k++)
			item[rankings_item(row, k)] = true;
	}
}

static int
compare_uint32(const void *a, const void *b)
{
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	return (x > y) - (x < y);
}

/* A row under other codes, to key: tied items are put in order again */
static void
translate_row(const uint8 *row, int n, const uint32 *rater, const uint32 *item, uint8 *key,
			  uint32 *group)
{
	int32		old = rankings_rater(row);

	put_word(key, 0, old < 0 ? 0 : rater[old] + 1);
	for (int i = 0, end; i < n; i = end)
	{
		for (end = i; end < n && (end == i || rankings_tied(row, end)); end++)
			group[end - i] = item[rankings_item(row, end)];
		if (end - i > 1)
			qsort(group, end - i, sizeof(uint32), compare_uint32);
		for (int k = i; k < end; k++)
			put_word(key, k + 1, group[k - i] << 1 | (k > i));
	}
}

/* All rows under canonical codes, in arrival order */
static void
translate_rows(Dict *dst, const Rankings *r, const uint32 *rater, const uint32 *item)
{
	uint8	   *key = array_alloc((Size) r->items.n + 1, 4);
	uint32	   *group = array_alloc(r->items.n, sizeof(uint32));

	dict_reserve(dst, r->rows.n);
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		uint32		len = r->rows.entry[i].len;

		HD_CHECK_EVERY(i);
		translate_row(row, n, rater, item, key, group);
		dict_append(dst, hd_load_prefix(key, len), key, len);
	}
	pfree(key);
	pfree(group);
}

/*
 * Everything is built beside what is there and put in its place at the end,
 * so that a cancel loses nothing.
 */
void
rankings_settle(Rankings *r)
{
	MemoryContext cx = r->state.cx;
	Dict		items,
				raters,
				unsorted,
				rows;
	uint32	   *item,
			   *rater,
			   *order;
	bool	   *item_used,
			   *rater_used;
	int64	   *count;
	ShortSum   *sum = NULL;
	uint32		n = r->rows.n;

	if (n == 0 || (r->rows_settled && r->items.n == r->items_settled &&
				   r->raters.n == r->raters_settled))
		return;
	item_used = array_alloc0(r->items.n, sizeof(bool));
	rater_used = array_alloc0(r->raters.n, sizeof(bool));
	mark_used(r, item_used, rater_used);
	dict_init(&items, cx);
	dict_init(&raters, cx);
	dict_init(&unsorted, CurrentMemoryContext);
	dict_init(&rows, cx);
	item = sort_names(&items, &r->items, item_used);
	rater = sort_names(&raters, &r->raters, rater_used);
	translate_rows(&unsorted, r, rater, item);
	order = dict_sorted(&unsorted);
	dict_reorder(&rows, &unsorted, order, n);
	count = array_alloc_in(cx, n, sizeof(int64));
	if (r->sum)
		sum = array_alloc_in(cx, n, sizeof(ShortSum));
	for (uint32 i = 0; i < n; i++)
	{
		count[i] = r->count[order[i]];
		if (sum)
			sum[i] = r->sum[order[i]];
	}

	dict_free(&r->items);
	dict_free(&r->raters);
	dict_free(&r->rows);
	r->items = items;
	r->raters = raters;
	r->rows = rows;
	pfree(r->count);
	r->count = count;
	if (r->sum)
		pfree(r->sum);
	r->sum = sum;
	r->cap = n;
	r->rows_settled = true;
	r->items_settled = items.n;
	r->raters_settled = raters.n;
	/* as the stored form has it */
	if (raters.n == 0)
		r->rater_kind = ID_NONE;

	dict_free(&unsorted);
	pfree(item);
	pfree(rater);
	pfree(order);
	pfree(item_used);
	pfree(rater_used);
}

Rankings *
rankings_get(Datum d)
{
	Rankings   *r = (Rankings *) state_get(&rankings_type, d);

	rankings_settle(r);
	return r;
}

/* ---- merging ---- */

static void
rankings_merge(State *d, State *s)
{
	Rankings   *dst = (Rankings *) d;
	Rankings   *src = (Rankings *) s;
	uint32	   *item,
			   *rater;
	RankedItem *ranked;

	if (src->rows.n == 0)
		return;
	state_changed(d);
	rankings_make_room(dst);
	rankings_check_kind("item", &dst->item_kind, src->item_kind);
	rankings_check_kind("rater", &dst->rater_kind, src->rater_kind);
	item = dict_translate(&dst->items, &src->items);
	rater = dict_translate(&dst->raters, &src->raters);
	ranked = array_alloc(src->items.n, sizeof(RankedItem));
	for (uint32 i = 0; i < src->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(src, i, &n);
		int32		who = rankings_rater(row);
		int			group = 0;

		HD_CHECK_EVERY(i);
		for (int k = 0; k < n; k++)
		{
			group += !rankings_tied(row, k);
			ranked[k].rank = group;
			ranked[k].code = item[rankings_item(row, k)];
		}
		rankings_add(dst, who < 0 ? 0 : rater[who] + 1, ranked, n, src->count[i],
					 src->sum ? &src->sum[i] : NULL);
	}
	rankings_make_room(dst);
	pfree(ranked);
	pfree(item);
	pfree(rater);
}

const StateType rankings_type = {
	.name = "rankings",
	.size = sizeof(Rankings),
	.init = rankings_init,
	.encode = rankings_encode,
	.decode = rankings_decode,
	.merge = rankings_merge
};

/*-------------------------------------------------------------------------
 *
 * rankings_codec.c
 *	  The byte format of the type "rankings" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of item | kind of rater << 2; 0: no ranking at all
 *	  byte		flags: 1 = there are weights
 *	  varint	number of raters, items, rows
 *	  keys		of raters, items, in canonical order
 *	  for each row, by rater (not named: first) and ranking:
 *		varint		rater + 1, as difference to the row before
 *		varint		number of items, and for each of them, best first:
 *			varint	item * 2, + 1 where it is tied with the one before
 *		varint		number of such rankings
 *		[sum]		their weight
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "preference/comparisons_state.h"
#include "preference/rankings.h"
#include "utils/memutils.h"

#define FLAG_WEIGHTS 1

/* ---- writing ---- */

static void
put_rows(WireWriter *w, const Rankings *r, bool weights)
{
	uint32		last = 0;

	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		uint32		rater = rankings_word(row, 0);

		HD_CHECK_EVERY(i);
		wire_put_varint(w, rater - last);
		last = rater;
		wire_put_varint(w, n);
		for (int k = 0; k < n; k++)
			wire_put_varint(w, rankings_word(row, k + 1));
		wire_put_varint(w, r->count[i]);
		if (weights)
			shortsum_encode(&r->sum[i], w);
	}
}

void
rankings_encode(State *s, WireWriter *w)
{
	Rankings   *r = (Rankings *) s;
	bool		weights;

	rankings_settle(r);
	weights = !rankings_unweighted(r);
	wire_put_byte(w, HDATA_RANKINGS_VERSION);
	if (r->rows.n == 0)
	{
		/* whatever it was before, it is empty now */
		for (int i = 0; i < 5; i++)
			wire_put_byte(w, 0);
		return;
	}
	wire_put_byte(w, r->item_kind | (r->raters.n > 0 ? r->rater_kind << 2 : 0));
	wire_put_byte(w, weights ? FLAG_WEIGHTS : 0);
	wire_put_varint(w, r->raters.n);
	wire_put_varint(w, r->items.n);
	wire_put_varint(w, r->rows.n);
	keys_put(w, &r->raters, keys_id_form(r->rater_kind));
	keys_put(w, &r->items, keys_id_form(r->item_kind));
	put_rows(w, r, weights);
}

/* ---- reading ---- */

typedef struct RowReader
{
	WireReader *w;
	Rankings   *r;
	uint32	   *seen;			/* by item: the last row + 1 that had it */
	bool	   *item_used;
	bool	   *rater_used;
	uint8	   *key;
} RowReader;

static void
put_word(uint8 *key, int i, uint32 w)
{
	w = pg_hton32(w);
	memcpy(key + 4 * (size_t) i, &w, 4);
}

/* The items of a row, into the key; returns how many */
static uint32
get_items(RowReader *x, uint32 row)
{
	uint32		n = wire_get_count(x->w, 1);
	uint32		last = 0;

	if (n < 2 || n > x->r->items.n)
		wire_fail(x->w, "The number of items of a ranking is out of range.");
	for (uint32 k = 0; k < n; k++)
	{
		uint64		word = wire_get_varint(x->w);
		uint64		item = word >> 1;
		bool		tied = word & 1;

		if (item >= x->r->items.n)
			wire_fail(x->w, "An item is out of range.");
		if (x->seen[item] == row + 1)
			wire_fail(x->w, "An item is there twice in one ranking.");
		if (tied && (k == 0 || item <= last))
			wire_fail(x->w, "Tied items are not in ascending order.");
		x->seen[item] = row + 1;
		x->item_used[item] = true;
		last = (uint32) item;
		put_word(x->key, k + 1, (uint32) word);
	}
	return n;
}

static void
get_count(RowReader *x, uint32 row, bool weights)
{
	Rankings   *r = x->r;
	uint64		count = wire_get_varint(x->w);

	if (count == 0 || count > (uint64) (PG_INT64_MAX - r->total))
		wire_fail(x->w, "The number of rankings is out of range.");
	r->count[row] = (int64) count;
	r->total += (int64) count;
	if (weights)
	{
		shortsum_decode(&r->sum[row], r->state.cx, x->w);
		/* of those of comparisons, too, which rankings_comparisons() makes of them */
		if (!comparison_sum_is_possible(&r->sum[row], r->count[row]))
			wire_fail(x->w, "A weight is out of range.");
	}
}

static void
get_rows(WireReader *w, Rankings *r, uint32 n, bool weights)
{
	RowReader	x = {.w = w, .r = r};
	uint64		rater = 0;

	x.seen = array_alloc0(r->items.n, sizeof(uint32));
	x.item_used = array_alloc0(r->items.n, sizeof(bool));
	x.rater_used = array_alloc0(r->raters.n, sizeof(bool));
	x.key = array_alloc((Size) r->items.n + 1, 4);
	for (uint32 i = 0; i < n; i++)
	{
		uint64		step = wire_get_varint(w);
		uint32		items,
					len;

		HD_CHECK_EVERY(i);
		if (step > r->raters.n || rater + step > r->raters.n)
			wire_fail(w, "A rater is out of range.");
		rater += step;
		if (rater > 0)
			x.rater_used[rater - 1] = true;
		put_word(x.key, 0, (uint32) rater);
		items = get_items(&x, i);
		len = 4 * (items + 1);
		dict_append(&r->rows, hd_load_prefix(x.key, len), x.key, len);
		if (i > 0 && dict_compare(&r->rows, i - 1, &r->rows, i) >= 0)
			wire_fail(w, "Rankings are not in ascending order.");
		get_count(&x, i, weights);
	}
	keys_check_used(w, x.item_used, r->items.n);
	keys_check_used(w, x.rater_used, r->raters.n);
	pfree(x.seen);
	pfree(x.item_used);
	pfree(x.rater_used);
	pfree(x.key);
}

void
rankings_decode(State *s, WireReader *w)
{
	Rankings   *r = (Rankings *) s;
	uint8		kinds,
				flags;
	uint32		n_raters,
				n_items,
				n_rows;

	if (wire_get_byte(w) != HDATA_RANKINGS_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	kinds = wire_get_byte(w);
	flags = wire_get_byte(w);
	r->item_kind = kinds & 3;
	r->rater_kind = kinds >> 2;
	if (r->rater_kind > ID_TEXT || flags > FLAG_WEIGHTS)
		wire_fail(w, "The kinds of its columns are not known.");
	n_raters = wire_get_count(w, keys_min_bytes(keys_id_form(r->rater_kind)));
	n_items = wire_get_count(w, keys_min_bytes(keys_id_form(r->item_kind)));
	n_rows = wire_get_count(w, 5);
	if ((n_raters > 0) != (r->rater_kind != ID_NONE) || (n_rows > 0) != (r->item_kind != ID_NONE) ||
		(n_rows == 0 && (n_items > 0 || n_raters > 0 || flags != 0)))
		wire_fail(w, "The kinds of its columns are not known.");

	keys_get(w, &r->raters, n_raters, keys_id_form(r->rater_kind));
	keys_get(w, &r->items, n_items, keys_id_form(r->item_kind));
	dict_reserve(&r->rows, n_rows);
	r->cap = Max(n_rows, 1);
	r->count = array_alloc_in(s->cx, r->cap, sizeof(int64));
	if (flags & FLAG_WEIGHTS)
		r->sum = array_alloc_in(s->cx, r->cap, sizeof(ShortSum));
	get_rows(w, r, n_rows, r->sum != NULL);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
	if (r->sum && rankings_unweighted(r))
		wire_fail(w, "There are weights where each is 1.");
	r->rows_settled = true;
	r->items_settled = n_items;
	r->raters_settled = n_raters;
}

/* ---- size ---- */

/* No less than the canonical bytes will be: cheap, for the size limit */
double
rankings_size_bound(const Rankings *r)
{
	/* a word of four bytes takes five as a varint; what else a row has, at most */
	double		row = 5 + 5 + 10 + (r->sum ? HD_EXACT_MAX_BYTES : 0);

	return 64 + keys_bound(&r->raters) + keys_bound(&r->items) +
		1.25 * (double) r->rows.key_bytes + row * r->rows.n;
}

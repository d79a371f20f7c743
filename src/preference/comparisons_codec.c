/*-------------------------------------------------------------------------
 *
 * comparisons_codec.c
 *	  The byte format of the type "comparisons" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of item | rater << 2 | prompt << 4; 0 where none is named
 *	  byte		flags: 1 where a sum of weights is not the count
 *	  varint	number of items, raters, prompts, rows
 *	  keys		of items, raters, prompts, in canonical order
 *	  for each pair (a, b), ascending:
 *		varint	a, as difference to the one before
 *		varint	b; if a is the same, the difference to the one before, less 1
 *		varint	number of rows in which b wins; of ties; in which a wins
 *		for each of the rows, by outcome, rater, prompt:
 *			[varint] rater + 1, or 0, as difference to the one before
 *			[varint] prompt + 1, or 0; if the rater is the same, the difference
 *					to the one before
 *			varint	count; with flag 1: 2 * count + (is there a sum?)
 *			[sum]	of weights
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "preference/comparisons_state.h"

#define FLAG_WEIGHTS 0x01

#define N_OUTCOMES 3

/* ---- writing ---- */

/* where the rows of (a, b) with this outcome end */
static int64
outcome_end(const Comparisons *c, int64 i, int32 a, int32 b, uint8 outcome)
{
	while (i < c->n_rows && c->a[i] == a && c->b[i] == b && c->outcome[i] == outcome)
		i++;
	return i;
}

static void
put_row(WireWriter *w, const Comparisons *c, int64 i, bool first)
{
	bool		same_rater = !first;

	if (c->rater)
	{
		int32		last = first ? -1 : c->rater[i - 1];

		wire_put_varint(w, c->rater[i] - last);
		same_rater = same_rater && c->rater[i] == last;
	}
	if (c->prompt)
		wire_put_varint(w, c->prompt[i] - (same_rater ? c->prompt[i - 1] : -1));
	if (c->sum == NULL)
		wire_put_varint(w, c->count[i]);
	else
	{
		bool		weighted = !comparison_sum_is_count(&c->sum[i], c->count[i]);

		wire_put_varint(w, (uint64) c->count[i] << 1 | weighted);
		if (weighted)
			shortsum_encode(&c->sum[i], w);
	}
}

static int64
put_pair(WireWriter *w, const Comparisons *c, int64 i)
{
	int32		a = c->a[i];
	int32		b = c->b[i];
	int64		end[N_OUTCOMES];

	if (i == 0 || a != c->a[i - 1])
	{
		wire_put_varint(w, a - (i == 0 ? 0 : c->a[i - 1]));
		wire_put_varint(w, b);
	}
	else
	{
		wire_put_varint(w, 0);
		wire_put_varint(w, b - c->b[i - 1] - 1);
	}
	for (int o = 0; o < N_OUTCOMES; o++)
	{
		int64		from = o == 0 ? i : end[o - 1];

		end[o] = outcome_end(c, from, a, b, o);
		wire_put_varint(w, end[o] - from);
	}
	for (int o = 0; o < N_OUTCOMES; o++)
		for (int64 from = i; i < end[o]; i++)
			put_row(w, c, i, i == from);
	return i;
}

void
comparisons_encode(State *s, WireWriter *w)
{
	Comparisons *c = (Comparisons *) s;
	int64		pairs = 0;

	comparisons_settle(c);
	wire_put_byte(w, HDATA_COMPARISONS_VERSION);
	wire_put_byte(w, c->item_kind | c->rater_kind << 2 | c->prompt_kind << 4);
	wire_put_byte(w, c->sum ? FLAG_WEIGHTS : 0);
	wire_put_varint(w, c->items.n);
	wire_put_varint(w, c->raters.n);
	wire_put_varint(w, c->prompts.n);
	wire_put_varint(w, c->n_rows);
	keys_put(w, &c->items, keys_id_form(c->item_kind));
	keys_put(w, &c->raters, keys_id_form(c->rater_kind));
	keys_put(w, &c->prompts, keys_id_form(c->prompt_kind));
	for (int64 i = 0; i < c->n_rows; pairs++)
	{
		HD_CHECK_EVERY(pairs);
		i = put_pair(w, c, i);
	}
}

/* ---- reading ---- */

typedef struct Decoding
{
	WireReader *w;
	Comparisons *c;
	bool	   *item_used;
	bool	   *rater_used;
	bool	   *prompt_used;
	bool		weighted;		/* a row that needs a sum was there */
} Decoding;

/* The next code + 1 of a column, at least "last", of n keys */
static int64
get_step(Decoding *d, int64 last, uint32 n, const char *message)
{
	uint64		step = wire_get_varint(d->w);

	if (step > n || last + step > n)
		wire_fail(d->w, message);
	return last + step;
}

/*
 * Can this be the sum of so many weights?  Weights are multiples of 2^-385, the
 * unit of COMPARISON_MIN_WEIGHT: bit 17 of limb 21.  A sum that has just been
 * decoded and is positive has no negative limbs.
 */
bool
comparison_sum_is_possible(const ShortSum *s, int64 count)
{
	double		n = (double) count;
	double		sum = shortsum_value(s);

	/* with some leeway for rounding */
	if (!(sum >= COMPARISON_MIN_WEIGHT * n / 2 && sum <= COMPARISON_MAX_WEIGHT * n * 2))
		return false;
	if (s->wide == NULL)
		return true;
	for (int i = 0; i < 21; i++)
		if (s->wide->limb[i] != 0)
			return false;
	return (s->wide->limb[21] & ((1 << 17) - 1)) == 0;
}

static void
get_weight(Decoding *d, int64 i, bool weighted)
{
	Comparisons *c = d->c;

	if (!weighted)
	{
		double		part[2];

		comparison_split_count(c->count[i], part);
		shortsum_init(&c->sum[i]);
		shortsum_add(&c->sum[i], c->state.cx, part[0]);
		shortsum_add(&c->sum[i], c->state.cx, part[1]);
		return;
	}
	shortsum_decode(&c->sum[i], c->state.cx, d->w);
	if (!comparison_sum_is_possible(&c->sum[i], c->count[i]))
		wire_fail(d->w, "A sum of weights is out of range.");
	if (comparison_sum_is_count(&c->sum[i], c->count[i]))
		wire_fail(d->w, "A sum of weights is not needed.");
	d->weighted = true;
}

static void
get_row(Decoding *d, int64 i, bool first)
{
	Comparisons *c = d->c;
	int64		rater = 0;
	int64		prompt = 0;
	bool		same = !first;
	uint64		count;

	if (c->rater)
	{
		int64		last = first ? 0 : c->rater[i - 1] + INT64CONST(1);

		rater = get_step(d, last, c->raters.n, "A rater is out of range.");
		same = same && rater == last;
		c->rater[i] = (int32) (rater - 1);
		if (rater > 0)
			d->rater_used[rater - 1] = true;
	}
	if (c->prompt)
	{
		int64		last = same ? c->prompt[i - 1] + INT64CONST(1) : 0;

		prompt = get_step(d, last, c->prompts.n, "A prompt is out of range.");
		same = same && prompt == last;
		c->prompt[i] = (int32) (prompt - 1);
		if (prompt > 0)
			d->prompt_used[prompt - 1] = true;
	}
	if (same)
		wire_fail(d->w, "Comparisons are not in ascending order.");
	count = wire_get_varint(d->w);
	c->count[i] = (int64) (c->sum ? count >> 1 : count);
	if (c->count[i] <= 0 || pg_add_s64_overflow(c->total, c->count[i], &c->total))
		wire_fail(d->w, "The number of comparisons is out of range.");
	if (c->sum)
		get_weight(d, i, count & 1);
}

/* Rows of one pair from row i on; returns how many there were */
static int64
get_pair(Decoding *d, int64 i, int64 *a, int64 *b)
{
	Comparisons *c = d->c;
	uint64		step = wire_get_varint(d->w);
	uint64		to = wire_get_varint(d->w);
	uint64		n[N_OUTCOMES];
	int64		j = i;

	if (step >= c->items.n || *a + step >= c->items.n || to >= c->items.n)
		wire_fail(d->w, "An item is out of range.");
	*b = step > 0 || i == 0 ? (int64) to : *b + 1 + (int64) to;
	*a += step;
	if (*b >= c->items.n)
		wire_fail(d->w, "An item is out of range.");
	if (*a == *b)
		wire_fail(d->w, "An item is compared to itself.");
	d->item_used[*a] = d->item_used[*b] = true;
	for (int o = 0; o < N_OUTCOMES; o++)
		n[o] = wire_get_varint(d->w);
	for (int o = 0; o < N_OUTCOMES; o++)
	{
		int64		first = j;

		if (n[o] > (uint64) (c->n_rows - j))
			wire_fail(d->w, "The number of rows of a pair is out of range.");
		for (uint64 k = 0; k < n[o]; k++, j++)
		{
			HD_CHECK_EVERY(k);
			c->a[j] = (int32) *a;
			c->b[j] = (int32) *b;
			c->outcome[j] = o;
			get_row(d, j, j == first);
		}
	}
	if (j == i)
		wire_fail(d->w, "A pair has no rows.");
	return j - i;
}

static void
get_rows(Decoding *d)
{
	Comparisons *c = d->c;
	int64		a = 0;
	int64		b = 0;
	int64		n = c->n_rows;
	int64		pairs = 0;

	for (int64 i = 0; i < n; pairs++)
	{
		HD_CHECK_EVERY(pairs);
		i += get_pair(d, i, &a, &b);
	}
	keys_check_used(d->w, d->item_used, c->items.n);
	keys_check_used(d->w, d->rater_used, c->raters.n);
	keys_check_used(d->w, d->prompt_used, c->prompts.n);
	if (c->sum && !d->weighted)
		wire_fail(d->w, "There are no weights.");
}

static void
check_kind(WireReader *w, uint8 kind, uint32 n)
{
	if ((kind == ID_NONE) != (n == 0))
		wire_fail(w, "The kinds of its columns are not known.");
}

static void
allocate_columns(Comparisons *c, bool weighted)
{
	MemoryContext cx = c->state.cx;
	size_t		n = c->n_rows;

	c->a = array_alloc_in(cx, n, sizeof(int32));
	c->b = array_alloc_in(cx, n, sizeof(int32));
	c->outcome = array_alloc_in(cx, n, sizeof(uint8));
	if (c->raters.n > 0)
		c->rater = array_alloc_in(cx, n, sizeof(int32));
	if (c->prompts.n > 0)
		c->prompt = array_alloc_in(cx, n, sizeof(int32));
	c->count = array_alloc_in(cx, n, sizeof(int64));
	if (weighted)
		c->sum = array_alloc_in(cx, n, sizeof(ShortSum));
}

void
comparisons_decode(State *s, WireReader *w)
{
	Comparisons *c = (Comparisons *) s;
	Decoding	d = {w, c};
	uint8		kinds,
				flags;
	uint32		n_items,
				n_raters,
				n_prompts,
				n_rows;

	if (wire_get_byte(w) != HDATA_COMPARISONS_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	kinds = wire_get_byte(w);
	flags = wire_get_byte(w);
	c->item_kind = kinds & 3;
	c->rater_kind = kinds >> 2 & 3;
	c->prompt_kind = kinds >> 4;
	if (c->prompt_kind > ID_TEXT || flags > FLAG_WEIGHTS)
		wire_fail(w, "The kinds of its columns are not known.");

	n_items = wire_get_count(w, keys_min_bytes(keys_id_form(c->item_kind)));
	n_raters = wire_get_count(w, keys_min_bytes(keys_id_form(c->rater_kind)));
	n_prompts = wire_get_count(w, keys_min_bytes(keys_id_form(c->prompt_kind)));
	/* a row takes two bytes, or three of them share the five of their pair */
	n_rows = wire_get_count(w, 2);
	check_kind(w, c->item_kind, n_items);
	check_kind(w, c->rater_kind, n_raters);
	check_kind(w, c->prompt_kind, n_prompts);
	if ((n_rows == 0) != (n_items == 0) || (n_rows == 0 && n_raters + n_prompts > 0))
		wire_fail(w, "The number of rows is wrong.");

	keys_get(w, &c->items, n_items, keys_id_form(c->item_kind));
	keys_get(w, &c->raters, n_raters, keys_id_form(c->rater_kind));
	keys_get(w, &c->prompts, n_prompts, keys_id_form(c->prompt_kind));
	c->n_rows = n_rows;
	if (n_rows > 0)
		allocate_columns(c, (flags & FLAG_WEIGHTS) != 0);
	d.item_used = array_alloc0(n_items, sizeof(bool));
	d.rater_used = array_alloc0(n_raters, sizeof(bool));
	d.prompt_used = array_alloc0(n_prompts, sizeof(bool));
	if (n_rows == 0 && flags != 0)
		wire_fail(w, "There are no weights.");
	get_rows(&d);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
	pfree(d.item_used);
	pfree(d.rater_used);
	pfree(d.prompt_used);
}

/* ---- size ---- */

/* no more than this for a sum: 3 bytes and 4 for each limb of 2^-385 ... 2^396 */
#define MAX_SUM_BYTES (3 + 4 * 26)

/* No less than the canonical bytes will be: cheap, for the size limit */
double
comparisons_size_bound(const Comparisons *c)
{
	double		rows = (double) c->n_rows + c->n_log;
	int			per_row = 2 * wire_varint_bytes(c->items.n) + 3;

	if (c->raters.n > 0)
		per_row += wire_varint_bytes(c->raters.n);
	if (c->prompts.n > 0)
		per_row += wire_varint_bytes(c->prompts.n);
	per_row += wire_varint_bytes((uint64) c->total * 2);
	if (c->sum || c->row_size == sizeof(ComparisonRow))
		per_row += MAX_SUM_BYTES;
	return 64 + rows * per_row +
		keys_bound(&c->items) + keys_bound(&c->raters) + keys_bound(&c->prompts);
}

/*-------------------------------------------------------------------------
 *
 * comparisons.c
 *	  The state type "comparisons": growing and merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "preference/comparisons_state.h"
#include "utils/memutils.h"

/* a group of ten rows should not pay for more than it holds */
#define LOG_START 4

/* below so many rows and bytes of keys the size limit is not worth a thought */
#define FIRST_CHECK_ROWS ((size_t) 1 << 10)
#define FIRST_CHECK_BYTES ((size_t) 1 << 15)

/* a log of so many rows is worth adding up, if it is also longer than what is settled */
#define SETTLE_ROWS ((size_t) 1 << 21)

static void
comparisons_init(State *s)
{
	Comparisons *c = (Comparisons *) s;

	dict_init(&c->items, s->cx);
	dict_init(&c->raters, s->cx);
	dict_init(&c->prompts, s->cx);
	c->row_size = NARROW_COMPARISON;
	c->next_check = FIRST_CHECK_ROWS;
	c->next_check_bytes = FIRST_CHECK_BYTES;
}

/* ---- kinds of columns ---- */

/* Another row or state must have identifiers of the kind that is there already */
void
comparisons_check_kind(const char *what, uint8 *kind, IdKind given)
{
	if (*kind == ID_NONE)
		*kind = given;
	else if (given != ID_NONE && *kind != given)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("comparisons of different kinds cannot be put together"),
				 errdetail("The %s is of kind %s in one and %s in the other.",
						   what, id_kind_sql_name(*kind), id_kind_sql_name(given)),
				 errhint("Cast the column to one type, for example text.")));
}

/* ---- the log ---- */

/* From now on rows have a count and a weight */
void
comparisons_widen(Comparisons *c)
{
	char	   *old = c->log;

	if (c->row_size == sizeof(ComparisonRow))
		return;
	if (c->cap_log > 0)
	{
		char	   *wide = array_alloc_in(c->state.cx, c->cap_log, sizeof(ComparisonRow));

		for (size_t i = 0; i < c->n_log; i++)
		{
			ComparisonRow *row = (ComparisonRow *) (wide + i * sizeof(ComparisonRow));

			HD_CHECK_EVERY(i);
			memcpy(row, old + i * NARROW_COMPARISON, NARROW_COMPARISON);
			row->count = 1;
			row->weight = 1;
		}
		c->log = wide;
		pfree(old);
	}
	c->row_size = sizeof(ComparisonRow);
}

void
comparisons_count(Comparisons *c, int64 n)
{
	if (pg_add_s64_overflow(c->total, n, &c->total))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many comparisons in one state")));
}

static bool
too_large(const Comparisons *c, double bytes)
{
	return bytes > (double) state_size_limit() || comparisons_key_bytes(c) > KEYS_MAX_BYTES;
}

/*
 * Size is checked as the log and the keys grow, by an upper bound of the
 * canonical bytes that costs nothing.  Past the limit the log is settled, since
 * repeats may have filled it, and the bytes themselves are counted.
 */
static void
check_size(Comparisons *c)
{
	size_t		bytes;

	if (c->n_log >= Max(SETTLE_ROWS, 2 * (size_t) c->n_rows))
		comparisons_settle(c);
	if (too_large(c, comparisons_size_bound(c)))
	{
		comparisons_settle(c);
		(void) state_flat(&c->state, &bytes);
		if (too_large(c, (double) bytes))
			wire_too_large(comparisons_type.name, state_size_limit());
		state_changed(&c->state);
	}
	/* a settled state near the limit must not be settled again for each row */
	c->next_check = Max(c->n_log + c->n_log / 2, Max((size_t) c->n_rows / 2, FIRST_CHECK_ROWS));
	bytes = comparisons_key_bytes(c);
	c->next_check_bytes = Max(bytes + bytes / 2, FIRST_CHECK_BYTES);
}

/* Room for n rows, without a look at the size of what is there */
void
comparisons_reserve(Comparisons *c, size_t n)
{
	size_t		cap;

	if (c->n_log + n <= c->cap_log)
		return;
	cap = c->cap_log ? c->cap_log * 2 : LOG_START;
	cap = Max(cap, c->n_log + n);
	if (c->log == NULL)
		c->log = array_alloc_in(c->state.cx, cap, c->row_size);
	else
		c->log = repalloc_huge(c->log, mul_size(cap, c->row_size));
	c->cap_log = cap;
}

void
comparisons_grow_log(Comparisons *c, size_t n)
{
	if (c->n_log + n > c->next_check || comparisons_key_bytes(c) > c->next_check_bytes)
		check_size(c);
	comparisons_reserve(c, n);
}

/* ---- merging ---- */

static bool
all_count_one(const Comparisons *c)
{
	if (c->sum)
		return false;
	for (int64 i = 0; i < c->n_rows; i++)
		if (c->count[i] != 1)
			return false;
	return true;
}

/* Append a settled row of another state, under its codes here */
static void
append_row(Comparisons *dst, uint64 pair, uint64 who, const Comparisons *src, int64 i)
{
	double		piece[COMPARISON_MAX_PIECES];
	int			n;

	if (dst->row_size == NARROW_COMPARISON)
	{
		comparisons_push(dst, pair, who);
		return;
	}
	n = comparisons_pieces(src, i, piece);
	comparisons_reserve(dst, n);
	for (int k = 0; k < n; k++)
	{
		ComparisonRow *row = comparisons_push(dst, pair, who);

		row->count = k == 0 ? src->count[i] : 0;
		row->weight = piece[k];
	}
}

static void
comparisons_merge(State *d, State *s)
{
	Comparisons *dst = (Comparisons *) d;
	Comparisons *src = (Comparisons *) s;
	uint32	   *item,
			   *rater,
			   *prompt;

	comparisons_settle(src);
	if (src->n_rows == 0)
		return;
	state_changed(d);
	/*
	 * Making room may settle, which renumbers codes, narrows the log and forgets
	 * the kinds of what is not named: all of it is looked at behind it.
	 */
	comparisons_grow_log(dst, src->n_rows);
	comparisons_check_kind("item", &dst->item_kind, src->item_kind);
	comparisons_check_kind("rater", &dst->rater_kind, src->rater_kind);
	comparisons_check_kind("prompt", &dst->prompt_kind, src->prompt_kind);
	comparisons_count(dst, src->total);
	if (!all_count_one(src))
		comparisons_widen(dst);

	item = dict_translate(&dst->items, &src->items);
	rater = dict_translate(&dst->raters, &src->raters);
	prompt = dict_translate(&dst->prompts, &src->prompts);
	for (int64 i = 0; i < src->n_rows; i++)
	{
		uint32		r = src->rater && src->rater[i] >= 0 ? rater[src->rater[i]] + 1 : 0;
		uint32		p = src->prompt && src->prompt[i] >= 0 ? prompt[src->prompt[i]] + 1 : 0;

		HD_CHECK_EVERY(i);
		append_row(dst, comparison_pair(item[src->a[i]], item[src->b[i]], src->outcome[i]),
				   comparison_who(r, p), src, i);
	}
	pfree(item);
	pfree(rater);
	pfree(prompt);
}

const StateType comparisons_type = {
	.name = "comparisons",
	.size = sizeof(Comparisons),
	.init = comparisons_init,
	.encode = comparisons_encode,
	.decode = comparisons_decode,
	.merge = comparisons_merge
};

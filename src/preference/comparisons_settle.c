/*-------------------------------------------------------------------------
 *
 * comparisons_settle.c
 *	  From the log of a comparisons state to its sorted columns.
 *
 * Columns and dictionaries are built beside what is there and take its place
 * at the end: whatever fails or is cancelled on the way changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "port/pg_bitutils.h"
#include "preference/comparisons_state.h"
#include "utils/memutils.h"

/* Keys that occur, in canonical order */
typedef struct Ranking
{
	uint32		n;
	uint32	   *order;			/* rank -> code */
	uint32	   *rank;			/* code -> rank */
	bool	   *used;			/* by code */
} Ranking;

typedef struct Settling
{
	Comparisons *c;
	Ranking		items;
	Ranking		raters;
	Ranking		prompts;
	int			item_bits;		/* how keys to sort by are packed */
	int			prompt_bits;

	/* rows under their ranks: "who" and "pair" as short as can be */
	char	   *rows;
	size_t		row_size;
	size_t		n;
} Settling;

/* ---- sums of weights ---- */

static inline bool
sum_is_zero(const ShortSum *s)
{
	return s->wide ? exactsum_is_zero(s->wide) : s->low == 0 && s->high == 0;
}

/*
 * A copy that may be changed, its superaccumulator where *space is.  A sum
 * of 128 bits stays one while parts of itself, or counts, are taken off it.
 */
static ShortSum
copy_sum(const ShortSum *s, ExactSum *space)
{
	ShortSum	copy = *s;

	if (s->wide)
	{
		*space = *s->wide;
		copy.wide = space;
	}
	return copy;
}

bool
comparison_sum_is_count(const ShortSum *sum, int64 count)
{
	ExactSum	space;
	ShortSum	rest = copy_sum(sum, &space);
	double		part[2];

	comparison_split_count(count, part);
	shortsum_add(&rest, CurrentMemoryContext, -part[0]);
	shortsum_add(&rest, CurrentMemoryContext, -part[1]);
	return sum_is_zero(&rest);
}

int
comparisons_pieces(const Comparisons *c, int64 row, double piece[COMPARISON_MAX_PIECES])
{
	ExactSum	space;
	ShortSum	rest;
	int			n = 0;

	if (c->sum == NULL)
	{
		comparison_split_count(c->count[row], piece);
		if (c->count[row] >= INT64CONST(1) << 53)
			return 2;
		piece[0] = (double) c->count[row];
		return 1;
	}
	/* take off what a double can hold until nothing is left */
	rest = copy_sum(&c->sum[row], &space);
	do
	{
		piece[n] = shortsum_value(&rest);
		shortsum_add(&rest, CurrentMemoryContext, -piece[n]);
		n++;
	} while (!sum_is_zero(&rest) && n < COMPARISON_MAX_PIECES);
	if (!sum_is_zero(&rest))
		elog(ERROR, "weights of comparisons are out of range");
	return n;
}

/* ---- ranks ---- */

static void
ranking_begin(Ranking *k, const Dict *d)
{
	k->used = array_alloc0(d->n, sizeof(bool));
}

static void
ranking_end(Ranking *k, const Dict *d)
{
	uint32	   *order = dict_sorted(d);

	k->rank = array_alloc(d->n, sizeof(uint32));
	k->order = order;
	k->n = 0;
	for (uint32 i = 0; i < d->n; i++)
		if (k->used[order[i]])
		{
			k->rank[order[i]] = k->n;
			k->order[k->n++] = order[i];
		}
}

/* A key that nothing refers to is left behind: of a filter, or of a row that failed */
static void
find_used(Settling *s)
{
	Comparisons *c = s->c;

	ranking_begin(&s->items, &c->items);
	ranking_begin(&s->raters, &c->raters);
	ranking_begin(&s->prompts, &c->prompts);
	for (int64 i = 0; i < c->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		s->items.used[c->a[i]] = true;
		s->items.used[c->b[i]] = true;
		if (c->rater && c->rater[i] >= 0)
			s->raters.used[c->rater[i]] = true;
		if (c->prompt && c->prompt[i] >= 0)
			s->prompts.used[c->prompt[i]] = true;
	}
	for (size_t i = 0; i < c->n_log; i++)
	{
		const ComparisonRow *row = comparison_row(c, i);

		HD_CHECK_EVERY(i);
		s->items.used[PAIR_A(row->pair)] = true;
		s->items.used[PAIR_B(row->pair)] = true;
		if (WHO_RATER(row->who) > 0)
			s->raters.used[WHO_RATER(row->who) - 1] = true;
		if (WHO_PROMPT(row->who) > 0)
			s->prompts.used[WHO_PROMPT(row->who) - 1] = true;
	}
	ranking_end(&s->items, &c->items);
	ranking_end(&s->raters, &c->raters);
	ranking_end(&s->prompts, &c->prompts);
}

/* ---- rows to sort ---- */

static int
bits_for(uint64 largest)
{
	return largest == 0 ? 0 : pg_leftmost_one_pos64(largest) + 1;
}

/* The sort looks at the bits in which keys differ: they stand together */
static ComparisonRow *
put_row(Settling *s, uint32 a, uint32 b, Outcome outcome, uint32 rater_plus_1, uint32 prompt_plus_1)
{
	ComparisonRow *row = (ComparisonRow *) (s->rows + s->n++ * s->row_size);
	uint64		rater = rater_plus_1 > 0 ? s->raters.rank[rater_plus_1 - 1] + 1 : 0;
	uint64		prompt = prompt_plus_1 > 0 ? s->prompts.rank[prompt_plus_1 - 1] + 1 : 0;

	/* the first field is what is sorted by, and it begins with "who" */
	row->pair = rater << s->prompt_bits | prompt;
	row->who = ((uint64) s->items.rank[a] << s->item_bits | s->items.rank[b]) << 2 | outcome;
	return row;
}

static bool
needs_wide(const Comparisons *c)
{
	if (c->row_size == sizeof(ComparisonRow) || c->sum)
		return true;
	for (int64 i = 0; i < c->n_rows; i++)
		if (c->count[i] != 1)
			return true;
	return false;
}

static size_t
count_pieces(const Comparisons *c)
{
	double		piece[COMPARISON_MAX_PIECES];
	size_t		n = 0;

	for (int64 i = 0; i < c->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		n += comparisons_pieces(c, i, piece);
	}
	return n;
}

static void
put_settled_rows(Settling *s)
{
	Comparisons *c = s->c;
	double		piece[COMPARISON_MAX_PIECES] = {1};

	for (int64 i = 0; i < c->n_rows; i++)
	{
		int			n = s->row_size == NARROW_COMPARISON ? 1 : comparisons_pieces(c, i, piece);

		HD_CHECK_EVERY(i);
		for (int k = 0; k < n; k++)
		{
			ComparisonRow *row = put_row(s, c->a[i], c->b[i], c->outcome[i],
										 c->rater ? c->rater[i] + 1 : 0,
										 c->prompt ? c->prompt[i] + 1 : 0);

			if (s->row_size != NARROW_COMPARISON)
			{
				row->count = k == 0 ? c->count[i] : 0;
				row->weight = piece[k];
			}
		}
	}
}

static void
put_log(Settling *s)
{
	Comparisons *c = s->c;

	for (size_t i = 0; i < c->n_log; i++)
	{
		const ComparisonRow *from = comparison_row(c, i);
		ComparisonRow *row = put_row(s, PAIR_A(from->pair), PAIR_B(from->pair),
									 PAIR_OUTCOME(from->pair),
									 WHO_RATER(from->who), WHO_PROMPT(from->who));

		HD_CHECK_EVERY(i);
		if (s->row_size == NARROW_COMPARISON)
			continue;
		row->count = c->row_size == NARROW_COMPARISON ? 1 : from->count;
		row->weight = c->row_size == NARROW_COMPARISON ? 1 : from->weight;
	}
}

static void
swap_keys(Settling *s)
{
	for (size_t i = 0; i < s->n; i++)
	{
		ComparisonRow *row = (ComparisonRow *) (s->rows + i * s->row_size);
		uint64		who = row->pair;

		HD_CHECK_EVERY(i);
		row->pair = row->who;
		row->who = who;
	}
}

/* By who, then by pair: the sort is stable */
static void
sort_rows(Settling *s)
{
	void	   *rows,
			   *tmp;
	size_t		n;

	s->row_size = needs_wide(s->c) ? sizeof(ComparisonRow) : NARROW_COMPARISON;
	s->item_bits = bits_for(s->items.n);
	s->prompt_bits = bits_for(s->prompts.n);
	n = s->c->n_log + (s->row_size == NARROW_COMPARISON ? (size_t) s->c->n_rows : count_pieces(s->c));
	s->rows = array_alloc(n, s->row_size);
	tmp = array_alloc(n, s->row_size);
	put_settled_rows(s);
	put_log(s);
	Assert(s->n == n);

	rows = s->rows;
	if (s->raters.n + s->prompts.n > 0)
		radix_sort(&rows, &tmp, n, s->row_size);
	s->rows = rows;
	swap_keys(s);
	radix_sort(&rows, &tmp, n, s->row_size);
	s->rows = rows;
	pfree(tmp);
}

/* ---- columns ---- */

typedef struct Columns
{
	int64		n;
	int32	   *a;
	int32	   *b;
	uint8	   *outcome;
	int32	   *rater;
	int32	   *prompt;
	int64	   *count;
	ShortSum   *sum;
	bool		weighted;
} Columns;

static inline void
add_weight(Columns *col, MemoryContext cx, const ComparisonRow *row)
{
	col->count[col->n] += row->count;
	shortsum_add(&col->sum[col->n], cx, row->weight);
}

static void
fill_columns(Settling *s, Columns *col)
{
	MemoryContext cx = s->c->state.cx;
	uint64		item_mask = (UINT64CONST(1) << s->item_bits) - 1;
	uint64		prompt_mask = (UINT64CONST(1) << s->prompt_bits) - 1;
	size_t		end;

	for (size_t i = 0; i < s->n; i = end)
	{
		const ComparisonRow *row = (ComparisonRow *) (s->rows + i * s->row_size);
		const ComparisonRow *next = row;
		int64		j = col->n;

		HD_CHECK_EVERY(j);
		col->a[j] = (int32) (row->pair >> 2 >> s->item_bits);
		col->b[j] = (int32) (row->pair >> 2 & item_mask);
		col->outcome[j] = row->pair & 3;
		if (col->rater)
			col->rater[j] = (int32) (row->who >> s->prompt_bits) - 1;
		if (col->prompt)
			col->prompt[j] = (int32) (row->who & prompt_mask) - 1;
		col->count[j] = 0;
		if (col->sum)
			shortsum_init(&col->sum[j]);
		for (end = i; end < s->n; end++)
		{
			next = (ComparisonRow *) (s->rows + end * s->row_size);
			if (next->pair != row->pair || next->who != row->who)
				break;
			HD_CHECK_EVERY(end);
			if (col->sum)
				add_weight(col, cx, next);
			else
				col->count[j]++;
		}
		if (col->sum && !col->weighted)
			col->weighted = !comparison_sum_is_count(&col->sum[j], col->count[j]);
		col->n++;
	}
}

/* Give back what repeats have left unused */
static void *
shrink(void *array, size_t n, size_t used, size_t size)
{
	if (array == NULL || used + used / 4 + 64 > n)
		return array;
	return repalloc_huge(array, mul_size(Max(used, 1), size));
}

static void
free_sums(ShortSum *sum, int64 n)
{
	for (int64 i = 0; i < n; i++)
		if (sum[i].wide)
			pfree(sum[i].wide);
	pfree(sum);
}

static void
free_array(void *p)
{
	if (p)
		pfree(p);
}

static Dict
ordered_copy(const Dict *d, const Ranking *k)
{
	Dict		copy;

	dict_init(&copy, d->cx);
	dict_reorder(&copy, d, k->order, k->n);
	return copy;
}

static void
replace_dict(Dict *d, const Dict *by, uint8 *kind)
{
	dict_free(d);
	*d = *by;
	if (d->n == 0)
		*kind = ID_NONE;
}

/* Codes belong to dictionaries: both go together, in one stretch where nothing can fail */
static void
install(Settling *s, Columns *col)
{
	Comparisons *c = s->c;
	Dict		items = ordered_copy(&c->items, &s->items);
	Dict		raters = ordered_copy(&c->raters, &s->raters);
	Dict		prompts = ordered_copy(&c->prompts, &s->prompts);

	if (col->sum && !col->weighted)
	{
		free_sums(col->sum, col->n);
		col->sum = NULL;
	}
	col->a = shrink(col->a, s->n, col->n, sizeof(int32));
	col->b = shrink(col->b, s->n, col->n, sizeof(int32));
	col->outcome = shrink(col->outcome, s->n, col->n, sizeof(uint8));
	col->rater = shrink(col->rater, s->n, col->n, sizeof(int32));
	col->prompt = shrink(col->prompt, s->n, col->n, sizeof(int32));
	col->count = shrink(col->count, s->n, col->n, sizeof(int64));
	col->sum = shrink(col->sum, s->n, col->n, sizeof(ShortSum));

	replace_dict(&c->items, &items, &c->item_kind);
	replace_dict(&c->raters, &raters, &c->rater_kind);
	replace_dict(&c->prompts, &prompts, &c->prompt_kind);
	free_array(c->a);
	free_array(c->b);
	free_array(c->outcome);
	free_array(c->rater);
	free_array(c->prompt);
	free_array(c->count);
	free_array(c->weight);
	if (c->sum)
		free_sums(c->sum, c->n_rows);
	c->n_rows = col->n;
	c->a = col->a;
	c->b = col->b;
	c->outcome = col->outcome;
	c->rater = col->rater;
	c->prompt = col->prompt;
	c->count = col->count;
	c->sum = col->sum;
	c->weight = NULL;

	free_array(c->log);
	c->log = NULL;
	c->n_log = c->cap_log = 0;
	c->row_size = NARROW_COMPARISON;
}

static void
settle_log(Comparisons *c)
{
	Settling	s;
	Columns		col;
	MemoryContext cx = c->state.cx;

	memset(&s, 0, sizeof(s));
	memset(&col, 0, sizeof(col));
	s.c = c;
	find_used(&s);
	sort_rows(&s);

	/* as if each row were different: what is not touched costs nothing */
	col.a = array_alloc_in(cx, s.n, sizeof(int32));
	col.b = array_alloc_in(cx, s.n, sizeof(int32));
	col.outcome = array_alloc_in(cx, s.n, sizeof(uint8));
	if (s.raters.n > 0)
		col.rater = array_alloc_in(cx, s.n, sizeof(int32));
	if (s.prompts.n > 0)
		col.prompt = array_alloc_in(cx, s.n, sizeof(int32));
	col.count = array_alloc_in(cx, s.n, sizeof(int64));
	if (s.row_size != NARROW_COMPARISON)
		col.sum = array_alloc_in(cx, s.n, sizeof(ShortSum));
	fill_columns(&s, &col);
	install(&s, &col);
}

/*
 * A value may be flattened wherever somebody copies it: the current context
 * may be a tuplesort's, which since release 17 cannot free anything.  So what
 * is needed meanwhile has a context of its own.
 */
void
comparisons_settle(Comparisons *c)
{
	MemoryContext work,
				old;

	if (c->n_log == 0)
		return;
	work = AllocSetContextCreate(CurrentMemoryContext, "hdata settle", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work);
	settle_log(c);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}

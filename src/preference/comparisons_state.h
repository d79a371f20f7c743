/*-------------------------------------------------------------------------
 *
 * comparisons_state.h
 *	  The inside of the type "comparisons": only its own files look at it.
 *
 * A row that comes is appended to a log, as codes in order of arrival.
 * Settling ranks the identifiers, sorts log and columns together by radix and
 * adds up what is the same comparison: so the log is given back, and a
 * million votes on a hundred pairs take a few hundred rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPARISONS_STATE_H
#define HD_COMPARISONS_STATE_H

#include "common/shortsum.h"
#include "preference/comparisons.h"

/*
 * A row of the log.  Only the first half is there while each row is one
 * comparison of weight 1.  A sum that is no double is put back as several
 * rows, of which the first has the count: so the count may be 0.
 */
typedef struct ComparisonRow
{
	uint64		pair;			/* code of a << 33 | code of b << 2 | Outcome */
	uint64		who;			/* code of rater + 1 << 32 | code of prompt + 1; 0: not named */
	int64		count;
	double		weight;
} ComparisonRow;

#define NARROW_COMPARISON offsetof(ComparisonRow, count)

/*
 * Weights are kept within these, so that no kernel has to think of overflow:
 * sums and squares of sums stay far from both ends of a double.
 */
#define COMPARISON_MIN_WEIGHT 1e-100
#define COMPARISON_MAX_WEIGHT 1e100

struct Comparisons
{
	State		state;
	uint8		item_kind;		/* IdKind; ID_NONE while nothing is named */
	uint8		rater_kind;
	uint8		prompt_kind;
	Dict		items;
	Dict		raters;
	Dict		prompts;

	/* the log */
	char	   *log;
	size_t		row_size;		/* NARROW_COMPARISON or sizeof(ComparisonRow) */
	size_t		n_log;
	size_t		cap_log;
	size_t		next_check;		/* at how many rows, or bytes of keys, */
	size_t		next_check_bytes;	/* to look at the size again */

	/* settled columns, by a, b, outcome, rater, prompt */
	int64		n_rows;
	int32	   *a;
	int32	   *b;
	uint8	   *outcome;
	int32	   *rater;			/* -1: not named; NULL where no row names one */
	int32	   *prompt;
	int64	   *count;
	ShortSum   *sum;			/* of weights; NULL where each is the count */

	int64		total;			/* comparisons, those in the log included */
	double	   *weight;			/* made when it is asked for */
	PreferenceData data;
};

static inline ComparisonRow *
comparison_row(const Comparisons *c, size_t i)
{
	return (ComparisonRow *) (c->log + i * c->row_size);
}

static inline uint64
comparison_pair(uint32 a, uint32 b, Outcome outcome)
{
	return (uint64) a << 33 | (uint64) b << 2 | outcome;
}

static inline uint64
comparison_who(uint32 rater_plus_1, uint32 prompt_plus_1)
{
	return (uint64) rater_plus_1 << 32 | prompt_plus_1;
}

#define PAIR_A(pair) ((uint32) ((pair) >> 33))
#define PAIR_B(pair) ((uint32) ((pair) >> 2) & 0x7fffffff)
#define PAIR_OUTCOME(pair) ((Outcome) ((pair) & 3))
#define WHO_RATER(who) ((uint32) ((who) >> 32))
#define WHO_PROMPT(who) ((uint32) (who))

/* ---- comparisons.c: growing ---- */

extern void comparisons_check_kind(const char *what, uint8 *kind, IdKind given);
extern void comparisons_widen(Comparisons *c);
extern void comparisons_reserve(Comparisons *c, size_t n);
extern pg_noinline void comparisons_grow_log(Comparisons *c, size_t n);
extern void comparisons_count(Comparisons *c, int64 n);

static inline size_t
comparisons_key_bytes(const Comparisons *c)
{
	return c->items.key_bytes + c->raters.key_bytes + c->prompts.key_bytes;
}

/*
 * Room for one more row.  This may settle the state, which renumbers all
 * codes, forgets the kind of a column that names nothing, and narrows the log:
 * codes, kinds and width are looked at after it, never before.
 */
static inline void
comparisons_make_room(Comparisons *c)
{
	if (unlikely(c->n_log == c->cap_log || c->n_log >= c->next_check ||
				 comparisons_key_bytes(c) > c->next_check_bytes))
		comparisons_grow_log(c, 1);
}

static inline ComparisonRow *
comparisons_push(Comparisons *c, uint64 pair, uint64 who)
{
	ComparisonRow *row = comparison_row(c, c->n_log++);

	row->pair = pair;
	row->who = who;
	return row;
}

/* ---- comparisons_settle.c: from the log to columns ---- */

extern void comparisons_settle(Comparisons *c);

/*
 * The weight of a settled row as doubles whose exact sum it is; most are one.
 * Weights lie within 2^-385 and 2^396 with their bits: 53 of them a piece.
 */
#define COMPARISON_MAX_PIECES 20
extern int	comparisons_pieces(const Comparisons *c, int64 row, double piece[COMPARISON_MAX_PIECES]);

/* A count as doubles, of which it may take two */
static inline void
comparison_split_count(int64 count, double part[2])
{
	int64		high = count & ~INT64CONST(0x7ff);

	part[0] = (double) high;
	part[1] = (double) (count - high);
}

/* Does a sum of weights say no more than the count? */
extern bool comparison_sum_is_count(const ShortSum *sum, int64 count);

/* ---- comparisons_read.c ---- */

extern Comparisons *comparisons_like(FunctionCallInfo fcinfo, const Comparisons *src);
extern void comparisons_finish(Comparisons *c);
/* A new settled state with those rows of src that are kept */
extern Comparisons *comparisons_filter(FunctionCallInfo fcinfo, Comparisons *src, const bool *keep);
extern double comparisons_weight(const Comparisons *c, int64 row);

/* ---- comparisons_codec.c: the byte format ---- */

extern void comparisons_encode(State *s, WireWriter *w);
extern void comparisons_decode(State *s, WireReader *r);
extern double comparisons_size_bound(const Comparisons *c);

#endif							/* HD_COMPARISONS_STATE_H */

/*-------------------------------------------------------------------------
 *
 * rankings.h
 *	  The state type "rankings": in which order people put some items.
 *
 * A counting state: a sum over rankings.  A ranking may be partial (it says
 * nothing about items that it does not name) and have ties.
 *
 * Each different (rater, ranking) is one key of a dictionary, so that
 * rankings which repeat are counted as they come.  A key is a row of 32-bit
 * words, big-endian: the code of the rater + 1 (0: not named), then for each
 * item, best first, its code * 2, plus 1 where it is tied with the item
 * before; tied items stand in ascending order of their codes.  The order of
 * such keys, once codes are in canonical order, is the canonical order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RANKINGS_H
#define HD_RANKINGS_H

#include "common/column.h"
#include "common/shortsum.h"
#include "common/state.h"

/*
 * Weights are kept within these, so that no kernel has to think of overflow:
 * sums and squares of sums stay far from both ends of a double.
 */
#define RANKING_MIN_WEIGHT 1e-100
#define RANKING_MAX_WEIGHT 1e100

typedef struct Rankings
{
	State		state;
	uint8		item_kind;		/* IdKind; ID_NONE while nothing is named */
	uint8		rater_kind;
	Dict		items;
	Dict		raters;
	Dict		rows;			/* (rater, ranking) */
	int64	   *count;			/* [rows.n] */
	ShortSum   *sum;			/* of weights; NULL while each is the count */
	uint32		cap;			/* room of the two */
	int64		total;			/* sum of counts */
	bool		rows_settled;	/* the rows are in canonical order, and the first */
	uint32		items_settled;	/* so many names, all of them used */
	uint32		raters_settled;
	size_t		next_check_bytes;	/* at how many bytes of keys to look at the size again */
	uint32		next_check_rows;

	/* for the transition: one ranking in the making */
	uint8	   *key;
	size_t		cap_key;
} Rankings;

/* An item of a ranking in the making */
typedef struct RankedItem
{
	double		rank;			/* equal ranks are ties */
	uint32		code;
} RankedItem;

extern const StateType rankings_type;

/* ---- rankings.c ---- */

extern void rankings_check_kind(const char *what, uint8 *kind, IdKind given);
/* n items, at least two, in any order; count of them with this total weight (NULL: the count) */
extern void rankings_add(Rankings *r, uint32 rater_plus_1, RankedItem *item, int n,
						 int64 count, const ShortSum *weight);
/* Room for one more ranking: may settle, so codes and kinds are looked at behind it */
extern void rankings_make_room(Rankings *r);
extern void rankings_settle(Rankings *r);
/* Does each row weigh as much as it counts? */
extern bool rankings_unweighted(const Rankings *r);
/* A state to read: settled */
extern Rankings *rankings_get(Datum d);

/* ---- rankings_codec.c ---- */

extern void rankings_encode(State *s, WireWriter *w);
extern void rankings_decode(State *s, WireReader *r);
extern double rankings_size_bound(const Rankings *r);

/* ---- reading rows ---- */

/* The words of a row; *n: how many items it ranks.  Keys are longer than eight bytes. */
static inline const uint8 *
rankings_row(const Rankings *r, uint32 row, int *n)
{
	const DictEntry *e = &r->rows.entry[row];

	*n = (int) (e->len / 4) - 1;
	return r->rows.arena + e->off;
}

static inline uint32
rankings_word(const uint8 *row, int i)
{
	uint32		w;

	memcpy(&w, row + 4 * (size_t) i, 4);
	return pg_ntoh32(w);
}

/* -1: not named */
static inline int32
rankings_rater(const uint8 *row)
{
	return (int32) rankings_word(row, 0) - 1;
}

static inline uint32
rankings_item(const uint8 *row, int i)
{
	return rankings_word(row, i + 1) >> 1;
}

/* Is item i of the row tied with the one before it? */
static inline bool
rankings_tied(const uint8 *row, int i)
{
	return rankings_word(row, i + 1) & 1;
}

static inline double
rankings_weight(const Rankings *r, uint32 row)
{
	return r->sum ? shortsum_value(&r->sum[row]) : (double) r->count[row];
}

static inline size_t
rankings_key_bytes(const Rankings *r)
{
	return r->items.key_bytes + r->raters.key_bytes;
}

#endif							/* HD_RANKINGS_H */

/*-------------------------------------------------------------------------
 *
 * comparisons_pairs.h
 *	  Comparisons by what was compared, whichever was shown first.
 *
 * Plain arrays, no SQL.  A pair (a, b) has a < b, in canonical order of items.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPARISONS_PAIRS_H
#define HD_COMPARISONS_PAIRS_H

#include "preference/preference_data.h"

/* Rows to be sorted by something else than their order; the sort is stable */
typedef struct RowKey
{
	uint64		key;
	int64		row;
} RowKey;

extern void row_keys_sort(RowKey **rows, int64 n);

/* ---- pairs ---- */

typedef struct PairTable
{
	int32		n;
	int32	   *a;				/* [n] ascending by a, b */
	int32	   *b;
	int32	   *of_row;			/* [n_rows] pair of each row */
} PairTable;

extern void preference_pairs(const PreferenceData *p, PairTable *t);

/* What was said about a pair, as weights of comparisons */
typedef struct PairTotals
{
	double		n;
	double		wins_a;
	double		wins_b;
	double		ties;
	double		a_first;		/* how often a was shown first */
} PairTotals;

/* [t->n] */
extern PairTotals *preference_pair_totals(const PreferenceData *p, const PairTable *t);

typedef struct ItemTotals
{
	double		n;
	double		wins;
	double		losses;
	double		ties;
} ItemTotals;

/* [n_items] */
extern ItemTotals *preference_item_totals(const PreferenceData *p);

/* ---- judgements: all that one rater said about one pair on one prompt ---- */

typedef struct Judgement
{
	int32		prompt;			/* -1: not named */
	int32		pair;
	int32		rater;			/* -1: not named */
	/* [0]: a was shown first, [1]: b was; outcomes are those of a against b */
	double		weight[2][3];
	int64		count[2][3];
} Judgement;

typedef struct JudgementCursor
{
	const PreferenceData *p;
	const PairTable *t;
	const RowKey *order;	/* rows by prompt, pair, rater */
	int64		next;
} JudgementCursor;

extern void judgements_open(JudgementCursor *c, const PreferenceData *p, const PairTable *t);
/* in order of prompt, pair, rater */
extern bool judgements_next(JudgementCursor *c, Judgement *j);

#endif							/* HD_COMPARISONS_PAIRS_H */

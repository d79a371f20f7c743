/*-------------------------------------------------------------------------
 *
 * swap.h
 *	  Does the order in which two things are shown decide who wins?
 *
 * Plain arrays, no SQL.  NaN stands for "undefined".
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SWAP_H
#define HD_SWAP_H

#include "preference/comparisons_pairs.h"

/* A share with its interval */
typedef struct Share
{
	double		value;
	double		low;
	double		high;
} Share;

/*
 * Sums over units (judgements) for the share picked / decisive, and for its
 * variance: verdicts of one unit depend on each other.
 */
typedef struct PickSums
{
	double		units;			/* with a decisive verdict */
	double		picked;			/* verdicts for what was shown first */
	double		decisive;
	double		pp;				/* sums of squares and products over units */
	double		pd;
	double		dd;
} PickSums;

extern void pick_add(PickSums *s, double picked, double decisive);
extern void pick_share(const PickSums *s, double confidence, Share *out);

/* ---- judgements in both orders ---- */

typedef struct SwapSums
{
	int64		n;				/* judged in both orders */
	double		consistent;		/* the same verdict in both */
	double		always_first;	/* whichever was shown first */
	double		always_second;
	double		half_tie;		/* a tie in one order, a winner in the other */
	PickSums	pick;
} SwapSums;

extern bool judgement_is_swapped(const Judgement *j);
extern void swap_add(SwapSums *s, const Judgement *j);

/* per_rater[n_raters + 1]: the last one is of those who are not named; all: of everybody */
extern void swap_sums(const PreferenceData *p, const PairTable *t, SwapSums *per_rater, SwapSums *all);

/* What is left of a judgement: a win only where every verdict says so, else a tie */
extern Outcome judgement_reconciled(const Judgement *j);

/* ---- position bias of each rater ---- */

typedef struct PositionRow
{
	double		n;				/* verdicts, as weights */
	double		ties;
	Share		tie_rate;
	PickSums	pick;
	Share		first;			/* share of decisive verdicts for what was shown first */
	/* where others judged the same prompt and pair in the same order */
	double		n_expected;		/* decisive verdicts */
	double		expected;		/* the others' share there */
	Share		excess;
} PositionRow;

/* [n_raters + 1]: the last one is of those who are not named */
extern PositionRow *position_rows(const PreferenceData *p, const PairTable *t, double confidence);

#endif							/* HD_SWAP_H */

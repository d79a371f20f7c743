/*-------------------------------------------------------------------------
 *
 * preference_data.h
 *	  What the kernels of preference see: comparisons as plain arrays.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PREFERENCE_DATA_H
#define HD_PREFERENCE_DATA_H

typedef enum Outcome
{
	OUTCOME_B = 0,				/* b wins */
	OUTCOME_TIE = 1,
	OUTCOME_A = 2				/* a wins; value = outcome / 2.0 */
} Outcome;

/*
 * One row for each different (a, b, outcome, rater, prompt), in this canonical
 * order, with the total weight of its comparisons.  a is what was shown first.
 * Codes are in canonical order of the names.
 */
typedef struct PreferenceData
{
	int32		n_items;
	int32		n_raters;		/* 0: no row names a rater */
	int32		n_prompts;		/* 0: no row names a prompt */
	int64		n_rows;
	const int32 *a;				/* [n_rows] */
	const int32 *b;
	const uint8 *outcome;		/* Outcome */
	const int32 *rater;			/* -1: not named; NULL if n_raters is 0 */
	const int32 *prompt;		/* likewise */
	const double *weight;		/* > 0; the number of comparisons where no weights were given */
	const int64 *count;			/* number of comparisons in the row */
} PreferenceData;

#endif							/* HD_PREFERENCE_DATA_H */

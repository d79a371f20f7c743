/*-------------------------------------------------------------------------
 *
 * copy_counts.h
 *	  How many texts two groups have in common, against what the other groups
 *	  have: plain arrays, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COPY_COUNTS_H
#define HD_COPY_COUNTS_H

/* A pair of texts of two groups, that of the smaller code first */
typedef struct CopiedTexts
{
	int32		group[2];
	int32		text[2];
} CopiedTexts;

typedef struct GroupPair
{
	int32		group[2];
	int64		n_pairs;		/* of texts */
	int64		n_copied;		/* no text counted twice: the smaller number of both sides' texts */
	int64		n_others;		/* pairs of groups that both are neither of these two */
	double		expected;		/* NaN: there are no others */
	double		low;			/* of n_copied - expected */
	double		high;
	double		dispersion;		/* of the others; 1 is what chance alone gives; NaN: cannot be told */
} GroupPair;

/*
 * Pairs of groups that have a pair of texts, ascending; *n is how many.
 * n_texts[n_groups] are the texts that could be copied.  "copied" is sorted.
 */
extern GroupPair *copy_counts(CopiedTexts *copied, int64 n_copied, const int64 *n_texts, int32 n_groups,
							  double confidence, int64 *n);

#endif							/* HD_COPY_COUNTS_H */

/*-------------------------------------------------------------------------
 *
 * correction_counts.h
 *	  How many edits turn one sequence of codes into another.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CORRECTION_COUNTS_H
#define HD_CORRECTION_COUNTS_H

#include "text/code_points.h"

typedef struct EditCounts
{
	int64		insertions;
	int64		deletions;
	int64		substitutions;
	int64		shifts;
	int64		n_before;
	int64		n_after;
} EditCounts;

static inline int64
edit_total(const EditCounts *e)
{
	return e->insertions + e->deletions + e->substitutions + e->shifts;
}

/* Levenshtein's, with or without shifts of a run to another place, which count as one */
extern void count_edits(CodePoints before, CodePoints after, bool shifts, EditCounts *e);

/* Edits over the length of what came out: NaN where nothing came out of something */
extern double edit_rate_of(const EditCounts *e);

#endif							/* HD_CORRECTION_COUNTS_H */

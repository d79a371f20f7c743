/*-------------------------------------------------------------------------
 *
 * rater_fit_sums.h
 *	  Sums over one rater's comparisons, and what they say.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATER_FIT_SUMS_H
#define HD_RATER_FIT_SUMS_H

#include "preference/rater_fit.h"

typedef struct RaterSums
{
	int64		n;				/* comparisons */
	double		weight;
	double		credit;			/* weighted */
	double		expected;
	double		square[3];		/* sums of squared weights times excess^0, ^1, ^2 */
	double		chance;			/* sum of squared weights times expected (1 - expected) */
} RaterSums;

/* "count" comparisons of this total weight */
extern void rater_sums_add(RaterSums *s, double credit, double expected, double weight, int64 count);
extern void rater_sums_finish(const RaterSums *s, int32 n_raters, double confidence, RaterFitRow *rows);

#endif							/* HD_RATER_FIT_SUMS_H */

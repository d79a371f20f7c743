/*-------------------------------------------------------------------------
 *
 * rater_fit.h
 *	  How far each rater's comparisons go with the order of items that all
 *	  others' comparisons give.  Plain arrays, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATER_FIT_H
#define HD_RATER_FIT_H

#include "preference/bradley_terry.h"

typedef struct RaterFitRow
{
	int64		n;				/* comparisons that the others have a view on */
	int64		n_comparisons;	/* all */
	double		value;			/* share of n for the item that the others favour; a tie is half */
	double		ci_low;
	double		ci_high;
	double		expected;		/* of somebody who decides as the others do */
	double		excess;
	double		excess_low;
	double		excess_high;
	double		shrunk;
	int32		rank_low;		/* by excess; 0: none */
	int32		rank_high;
} RaterFitRow;

/*
 * m is fitted and inverted, with a prior and without nuisances.  The result
 * has a row for each rater.
 */
extern RaterFitRow *rater_fit_rows(BtModel *m, double confidence);

#endif							/* HD_RATER_FIT_H */

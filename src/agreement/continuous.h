/*-------------------------------------------------------------------------
 *
 * continuous.h
 *	  Agreement of numbers: intraclass correlation, Kendall's W, Lin's
 *	  concordance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CONTINUOUS_H
#define HD_CONTINUOUS_H

#include "agreement/rating_matrix.h"

/* Shrout & Fleiss (1979); in brackets the names of McGraw & Wong (1996) */
typedef enum IccForm
{
	ICC_1_1,					/* ICC(1) */
	ICC_2_1,					/* ICC(A,1) */
	ICC_3_1,					/* ICC(C,1) */
	ICC_1_K,					/* ICC(k) */
	ICC_2_K,					/* ICC(A,k) */
	ICC_3_K,					/* ICC(C,k) */
	ICC_COUNT
} IccForm;

/* NaN stands for "undefined" */
typedef struct IccRow
{
	double		value;
	double		ci_low,
				ci_high;
	double		f,				/* test of no variance between items */
				df1,
				df2;
	const char *note;			/* static, or NULL */
} IccRow;

typedef struct IccTable
{
	bool		complete;		/* every rater rated every item */
	int32		n_raters;		/* raters with a rating */
	IccRow		row[ICC_COUNT];
} IccTable;

/* x: [n_categories] what the categories stand for */
extern void icc_table(const RatingMatrix *m, const double *x, double confidence,
					  IccTable *out);

/* Incomplete two-way designs solve a system of so many raters at most */
#define ICC_MAX_RATERS 2000

/* NaN where undefined.  Categories ascend with what they stand for. */
extern double kendall_w(const RatingMatrix *m);
extern double lin_ccc(const RatingMatrix *m, const double *x);

#endif							/* HD_CONTINUOUS_H */

/*-------------------------------------------------------------------------
 *
 * rating_matrix.h
 *	  What the numerical kernels of agreement see: item x rater x category as
 *	  plain arrays, sorted by item, and within an item by rater.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATING_MATRIX_H
#define HD_RATING_MATRIX_H

typedef struct RatingMatrix
{
	int32		n_items;
	int32		n_raters;
	int32		n_categories;	/* the domain: declared, or those that were used */
	int32		n_obs;
	const int32 *start;			/* [n_items + 1]: item i holds the observations
								 * start[i] .. start[i + 1] - 1; never empty */
	const int32 *rater;			/* [n_obs], ascending within an item, no repeats */
	const int32 *category;		/* [n_obs], 0 .. n_categories - 1 */
	int32		n_clusters;		/* 0: every item is a cluster of its own */
	const int32 *cluster;		/* [n_items], 0 .. n_clusters - 1; NULL if n_clusters is 0 */
} RatingMatrix;

/* Label sets, for the levels jaccard and masi: category k holds the elements
 * element[start[k]] .. element[start[k + 1] - 1], ascending codes. */
typedef struct LabelSets
{
	const int32 *start;
	const int32 *element;
} LabelSets;

#endif							/* HD_RATING_MATRIX_H */

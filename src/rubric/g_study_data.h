/*-------------------------------------------------------------------------
 *
 * g_study_data.h
 *	  Ratings as numbers, for the models of module rubric: G-studies and
 *	  severity.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_G_STUDY_DATA_H
#define HD_G_STUDY_DATA_H

#include "agreement/measure.h"
#include "rubric/score_matrix.h"

/* What kernels see: sorted by item, and within an item by rater */
typedef struct Graded
{
	int32		n_items;
	int32		n_raters;		/* codes; some may have no rating */
	int32		n_obs;
	const int32 *start;			/* [n_items + 1] */
	const int32 *rater;			/* [n_obs] ascending within an item, no repeats */
	double	   *y;				/* [n_obs] value less the mean of all */
	double		mean;
	int32		n_clusters;		/* 0: every item is a cluster of its own */
	const int32 *cluster;		/* [n_items] */
	const int64 *at;			/* [n_obs] or NULL */
} Graded;

/*
 * Read argument 0 (not NULL), with the declared categories in argument
 * "categories"; ERROR where values are neither numbers nor ranks.
 */
extern void graded_ratings(FunctionCallInfo fcinfo, int categories, Measure *q, Graded *out);

/* A score matrix likewise: its units are the items, its items the raters */
extern void graded_matrix(Datum d, Graded *out);

/* The observations by rater */
typedef struct RaterIndex
{
	int32	   *start;			/* [n_raters + 1] */
	int32	   *item;			/* [n_obs] ascending */
	int32	   *obs;			/* [n_obs] */
} RaterIndex;

extern void rater_index(const Graded *g, RaterIndex *out);

/*
 * Items that are pairs, ARRAY[response, criterion] or ROW(response,
 * criterion): dense codes of the first and the second element, in order of
 * first appearance.  ERROR where an item is no pair.
 */
typedef struct ItemPairs
{
	int32		n_first;
	int32		n_second;
	int32	   *first;			/* [n_items] */
	int32	   *second;			/* [n_items] */
} ItemPairs;

extern void item_pairs_of(const Measure *q, ItemPairs *out);

#endif							/* HD_G_STUDY_DATA_H */

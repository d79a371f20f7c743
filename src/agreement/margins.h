/*-------------------------------------------------------------------------
 *
 * margins.h
 *	  What all coefficients share of a rating matrix: margins and the sums of
 *	  disagreement within items.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_MARGINS_H
#define HD_MARGINS_H

#include "agreement/disagreement.h"

/* Items grouped by their number of ratings r, ascending: see fixedsum.h */
typedef struct ItemGroup
{
	int32		r;
	int32		begin,
				end;			/* positions in Margins.order */
} ItemGroup;

typedef struct Margins
{
	const RatingMatrix *m;
	int32		n_groups;
	ItemGroup  *group;
	int32	   *order;			/* items by group; NULL with one group: 0, 1, 2, ... */
	int32		max_r;
	int32		n_pairable;		/* items with two ratings or more */
	int64		n_pairable_ratings;
	int32		n_clusters;		/* clusters with an item */
	int32		n_pairable_clusters;	/* clusters with a pairable item */
	int32		max_cluster;	/* items of the largest cluster */
	int32		n_raters;		/* raters with a rating */
	int32	   *rater_n;		/* [m->n_raters] ratings */
	double	   *pi;				/* [q] (1/n) sum_i r_ik / r_i */
	double	   *n_pair;			/* [q] pairable ratings */
} Margins;

#define GROUP_ITEM(mg, j) ((mg)->order ? (mg)->order[j] : (j))

extern Margins *margins_make(const RatingMatrix *m);

/* Disagreement within items */
typedef struct PairSums
{
	double	   *s;				/* [n_items] sum over the item's ordered pairs */
	double	   *group_sum;		/* [n_groups] sum of s */
	double	   *group_sumsq;	/* [n_groups] sum of s^2, NULL unless r varies */
	double	   *group_max;		/* [n_groups] largest s */
	double		d_sum;			/* sum_i D_i */
	double		d_o;			/* D_o = mean D_i over pairable items; NaN if none */
	double		a_o;			/* 1 - D_o, from what agrees: 91 of 100 is 0.91 */
	double		o_sum;			/* sum_i s_i / (r_i - 1): Krippendorff's */
} PairSums;

extern PairSums *pair_sums(const Margins *mg, const Disagreement *d);

/*
 * Do the items with more ratings than the fewest (>= 2) disagree clearly
 * more?  So they do where more ratings are asked on disagreement, and then the
 * coefficients are biased.
 */
extern bool more_ratings_where_disagreement(const Margins *mg, const PairSums *s);

/*
 * Ratings by rater and category.  A dense table while it is small; else only
 * the cells that occur, by rater and ascending category.
 */
typedef struct RaterCells
{
	bool		dense;
	int32		n_cells;
	int32	   *count;			/* [n_cells] */
	int32	   *start;			/* sparse: [n_raters + 1] */
	int32	   *category;		/* sparse: [n_cells] */
	int32	   *of_obs;			/* sparse: [n_obs] */
	int32		max_support;	/* most categories of one rater */
} RaterCells;

extern RaterCells *rater_cells(const RatingMatrix *m);

/*
 * The m categories that a rater used (ascending), how often, and where the
 * cells are; arrays of size max_support.
 */
extern int32 rater_support(const RatingMatrix *m, const RaterCells *cells, int32 rater,
						   int32 *idx, double *count, int32 *cell);

/* Observations by rater */
typedef struct ByRater
{
	int32	   *start;			/* [n_raters + 1] */
	int32	   *obs;			/* [n_obs] */
	int32	   *item;			/* [n_obs] */
} ByRater;

extern ByRater *by_rater(const RatingMatrix *m);
extern void by_rater_free(ByRater *b);

#endif							/* HD_MARGINS_H */

/*-------------------------------------------------------------------------
 *
 * edits_read.h
 *	  Means and shares of corrections, and how sure they are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EDITS_READ_H
#define HD_EDITS_READ_H

#include "text/edits.h"

/*
 * Sums over clusters of observations: n of them with sum S, and over clusters
 * the sums of S_c^2, n_c S_c and n_c^2.
 */
typedef struct ClusterMoments
{
	double		clusters;
	Wide		n;
	Wide		sum;
	Wide		sum_square;
	Wide		size_sum;
	Wide		size_square;
} ClusterMoments;

/* The three things that are averaged */
typedef struct EditMoments
{
	ClusterMoments rate;
	ClusterMoments untouched;
	ClusterMoments rewritten;
} EditMoments;

/* What is known of a mean: NaN where it is undefined */
typedef struct Estimate
{
	double		value;
	double		se;
	double		df;
} Estimate;

/* Each editor is a cluster; a correction by nobody by name is one of its own */
extern void edit_moments(const Edits *s, EditMoments *m);

/* The corrections of one editor, each a cluster of its own */
extern void edit_moments_of_one(const EditSums *e, EditMoments *m);

/* Takes an editor out of the moments of all */
extern void edit_moments_without(EditMoments *m, const EditSums *e);

extern Estimate moments_estimate(const ClusterMoments *m);
extern void estimate_interval(const Estimate *e, double confidence, double *low, double *high);

/* Of a share: Wilson's, with as many observations as the clusters are worth */
extern void share_interval(const ClusterMoments *m, double confidence, double *share, double *low, double *high);

/* a - b, by Welch */
extern void difference_interval(const Estimate *a, const Estimate *b, double confidence,
								double *difference, double *low, double *high);

#endif							/* HD_EDITS_READ_H */

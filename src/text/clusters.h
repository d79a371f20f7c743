/*-------------------------------------------------------------------------
 *
 * clusters.h
 *	  Which sets belong together, from pairs of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CLUSTERS_H
#define HD_CLUSTERS_H

#include "text/lsh_join.h"

/* Union-find over 0 .. n - 1 */
typedef struct Components
{
	int32		n;
	int32	   *parent;
} Components;

extern void components_init(Components *c, int32 n);
extern int32 components_find(Components *c, int32 i);
/* The smaller root wins, so that a component's root is its first member */
extern bool components_join(Components *c, int32 a, int32 b);

typedef struct Clusters
{
	int32	   *representative;	/* [n] of the cluster of each set */
	int32	   *size;			/* [n] by representative */
	JoinStats	stats;
} Clusters;

/*
 * Connected components of the pairs that reach the threshold; the
 * representative is the first member.  With "refine" a member must reach the
 * threshold with its representative itself, so that clusters do not chain:
 * the first member leads, those that reach it follow, and the rest begins anew.
 * lsh is NULL for the exact join.
 */
extern void clusters_make(const SetCollection *c, const LshPlan *lsh, SetMeasure m, double threshold, bool refine,
						  Clusters *out);

#endif							/* HD_CLUSTERS_H */

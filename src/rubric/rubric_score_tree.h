/*-------------------------------------------------------------------------
 *
 * rubric_score_tree.h
 *	  The score of a tree of criteria, or of the part of it that some leaves
 *	  span.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_SCORE_TREE_H
#define HD_RUBRIC_SCORE_TREE_H

#include "common/wide.h"
#include "rubric/rubric.h"

typedef struct TreeWork TreeWork;

/* What a part of a tree scores */
typedef struct TreeScore
{
	bool		weighs;			/* any of its leaves has weight */
	bool		graded;			/* any of those has a value */
	Wide		achieved;		/* N/A as 0 */
	Wide		na;				/* share of the leaves that are N/A */
	Wide		pruned;			/* without the leaves that are N/A */
} TreeScore;

extern TreeWork *tree_work(const Rubric *r);

/* value[node] of each leaf in [0, 1], NaN: N/A.  leaf: positions of the leaves, no repeats; NULL: all */
extern void tree_score_part(TreeWork *w, const double *value, const int32 *leaf, int32 n_leaves, TreeScore *out);

#endif							/* HD_RUBRIC_SCORE_TREE_H */

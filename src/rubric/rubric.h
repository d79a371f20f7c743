/*-------------------------------------------------------------------------
 *
 * rubric.h
 *	  The type "rubric" as the rest of the module sees it: a parsed, valid
 *	  rubric, nodes in pre-order.
 *
 * A flat rubric has signed points and no inner nodes; in a tree every node
 * has a weight among its siblings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_H
#define HD_RUBRIC_H

#include "fmgr.h"

#define RUBRIC_HASH_LEN 32
#define RUBRIC_MAX_DEPTH 32
#define RUBRIC_MAX_NODES 10000

typedef struct RubricLevel
{
	const char *label;			/* NULL if it has none */
	double		value;			/* in [0, 1] */
} RubricLevel;

typedef struct RubricNode
{
	const char *id;				/* UTF-8, unique among leaves */
	int32		parent;			/* -1 at the top */
	int32		next;			/* the node behind this one's subtree */
	bool		leaf;
	double		points;			/* flat: signed points; tree: weight >= 0 among siblings */
	bool		gate;
	int32		n_tags;
	const char **tag;			/* ascending by bytes, no repeats */
	int32		n_levels;		/* 0: binary, or any value in [0, 1] */
	const RubricLevel *level;

	/*
	 * Share of the whole: product over the path of weight / sum of siblings, as
	 * a sum of two doubles (double-double), so that scores can be rounded once.
	 * Subtrees that weigh nothing are pruned: 0, and their parents' sums leave
	 * them out.  Of a flat rubric: points and 0.
	 */
	double		share;
	double		share_low;
} RubricNode;

typedef struct Rubric
{
	bool		tree;
	bool		penalty_only;	/* declared: no positive points */
	int32		n_nodes;
	int32		n_leaves;
	RubricNode *node;
	uint8		hash[RUBRIC_HASH_LEN];	/* of what scoring depends on */
} Rubric;

/* Parsed in the current memory context */
extern Rubric *rubric_get(Datum d);

/* Position of the leaf with this id, or -1; the first call sorts (cached in the Rubric's context) */
extern int32 rubric_find_leaf(Rubric *r, const char *id);

#endif							/* HD_RUBRIC_H */

/*-------------------------------------------------------------------------
 *
 * rubric.h
 *	  The type "rubric" as the rest of the module sees it: a parsed, valid
 *	  rubric, nodes in pre-order.
 *
 * A flat rubric has signed points and no inner nodes; in a tree every node
 * has a weight among its siblings.  All strings are UTF-8.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_H
#define HD_RUBRIC_H

#include "fmgr.h"

#define RUBRIC_HASH_LEN 32
#define RUBRIC_MAX_DEPTH 32
#define RUBRIC_MAX_NODES 10000
#define RUBRIC_MAX_TAGS 256		/* of one node, those of the nodes above it included */

/* What points are measured by; the numbers enter rubric_hash() and never change */
typedef enum RubricNorm
{
	RUBRIC_POSITIVE = 0,		/* the positive points */
	RUBRIC_MINMAX = 1,			/* from all negative to all positive points */
	RUBRIC_ABS = 2				/* all points, negative ones by their size */
} RubricNorm;

typedef struct RubricLevel
{
	const char *label;			/* NULL if it has none; unique in its criterion */
	const char *text;			/* NULL if it has none */
	double		value;			/* in [0, 1]; in any order */
} RubricLevel;

typedef struct RubricNode
{
	const char *id;				/* unique */
	const char *text;			/* NULL if it has none */
	int32		parent;			/* -1 at the top */
	int32		next;			/* the node behind this one's subtree */
	int32		position;		/* among its siblings */
	bool		leaf;
	bool		gate;			/* only of leaves */
	bool		scale;			/* declared kind: scale, else binary */
	double		points;			/* flat: signed points; tree: weight >= 0 among siblings */

	/* ascending by bytes, no repeats; tags of a leaf include those of the nodes above it */
	int32		n_tags;
	const char **tag;
	int32		n_own_tags;		/* as they are written at this node */
	const char **own_tag;

	int32		n_levels;		/* 0: any value in [0, 1] */
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
	RubricNorm	norm;
	const char *version;		/* NULL if it has none */
	int32		n_nodes;
	int32		n_leaves;
	RubricNode *node;
	double		positive;		/* flat: sum of the positive points, and of the negative ones by size */
	double		negative;
	uint8		hash[RUBRIC_HASH_LEN];	/* of what scoring depends on */
	MemoryContext cx;			/* where all of it lives */
	int32	   *by_id;			/* nodes in the order of their ids, once sorted */
} Rubric;

/* Parsed in the current memory context */
extern Rubric *rubric_get(Datum d);

/*
 * The same, remembered at the call site (fn_extra) for as long as the function
 * is called with the same rubric.  For functions that need no other fn_extra.
 */
extern Rubric *rubric_get_cached(FunctionCallInfo fcinfo, Datum d);

/* Position of the leaf with this id, or -1; the first call sorts (cached in the Rubric's context) */
extern int32 rubric_find_leaf(Rubric *r, const char *id);

/*
 * How far the score moves, under the rubric's norm, from a leaf's value 0 to
 * its value 1.
 */
extern double rubric_effective_weight(const Rubric *r, int32 node);

/* Where a node stands, as errors and rubric_lint() write it: criteria[3].children[0] */
extern char *rubric_path(const Rubric *r, int32 node);

#endif							/* HD_RUBRIC_H */

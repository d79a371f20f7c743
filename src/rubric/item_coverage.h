/*-------------------------------------------------------------------------
 *
 * item_coverage.h
 *	  Which units have which items: is a score matrix complete, and if not,
 *	  what is missing?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ITEM_COVERAGE_H
#define HD_ITEM_COVERAGE_H

#include "rubric/score_matrix.h"

typedef struct Coverage
{
	/*
	 * Units and items that hang together by values: more than one block means
	 * that several rubrics are in one matrix.
	 */
	int32		n_blocks;
	int32		apart[2];		/* two units of different blocks, or -1 */
	int32		n_complete;		/* units that have every item */
	int32		gap_unit;		/* the first unit that lacks an item, and the item; or -1 */
	int32		gap_item;
} Coverage;

/* A complete matrix: row by row, one row a unit */
typedef struct ScoreGrid
{
	int32		n_units;
	int32		n_items;
	const double *value;		/* [n_units * n_items] */
} ScoreGrid;

extern void item_coverage(const ScoreTable *t, Coverage *c);

/* The units that have every item */
extern void complete_grid(const ScoreTable *t, const Coverage *c, ScoreGrid *g);

/* Smallest and largest value; 0 and 0 of none.  True if all are 0 or 1. */
extern bool value_range(const double *value, Size n, double *low, double *high);

#endif							/* HD_ITEM_COVERAGE_H */

/*-------------------------------------------------------------------------
 *
 * common_spans.h
 *	  What one sequence of codes has taken from another, in whatever order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMMON_SPANS_H
#define HD_COMMON_SPANS_H

#include "text/code_points.h"

/*
 * Codes that equal nothing: for what may not be part of a run.  Those of a are
 * not those of b; i tells one from the other.
 */
#define NOTHING_IN_A(i) (UINT32_C(0xC0000000) | (uint32) (i))
#define NOTHING_IN_B(i) (UINT32_C(0x80000000) | (uint32) (i))

/* b[b .. b + n - 1] equals a[a .. a + n - 1] */
typedef struct Tile
{
	int32		a;
	int32		b;
	int32		n;
} Tile;

/*
 * Runs of at least "least" codes of b that are in a: the longest first, each
 * code of b in one run at the most, until there is none any more.  In order of
 * b; palloc'ed.  Of several equal places in a the first is given, whether or
 * not another run has it.
 */
extern Tile *common_tiles(CodePoints a, CodePoints b, int32 least, int32 *n_tiles);

/*
 * The same with each code of a in one run at the most as well: what was moved.
 */
extern Tile *moved_tiles(CodePoints a, CodePoints b, int32 least, int32 *n_tiles);

#endif							/* HD_COMMON_SPANS_H */

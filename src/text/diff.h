/*-------------------------------------------------------------------------
 *
 * diff.h
 *	  What two sequences of codes have in common, in order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_DIFF_H
#define HD_DIFF_H

#include "text/code_points.h"

/*
 * Which elements are kept: the i-th kept one of a equals the i-th kept one of
 * b.  Their number is that of the longest common subsequence, unless more than
 * some thousands of elements differ (diff.c).  Both arrays have room for the
 * whole sequence.
 */
extern void diff_kept(CodePoints a, CodePoints b, bool *a_kept, bool *b_kept);

/* The same, at the most so many differences from either side before it looks no further */
extern void diff_kept_within(CodePoints a, CodePoints b, int32 limit, bool *a_kept, bool *b_kept);

#endif							/* HD_DIFF_H */

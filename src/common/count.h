/*-------------------------------------------------------------------------
 *
 * count.h
 *	  Counts of rows in states that add up.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COUNT_H
#define HD_COUNT_H

#include "common/int.h"

/* Merging a state with itself doubles its counts: after 63 times they are at their end */
static inline void
count_add(int64 *dst, int64 n)
{
	if (unlikely(pg_add_s64_overflow(*dst, n, dst)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many rows in one state")));
}

#endif							/* HD_COUNT_H */

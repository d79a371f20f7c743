/*-------------------------------------------------------------------------
 *
 * alloc.h
 *	  Arrays over data, which may pass MaxAllocSize, and small helpers for them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ALLOC_H
#define HD_ALLOC_H

#include "common/compat.h"

static inline void *
array_alloc(Size n, Size size)
{
	return palloc_extended(mul_size(Max(n, 1), size), MCXT_ALLOC_HUGE);
}

static inline void *
array_alloc0(Size n, Size size)
{
	return palloc_extended(mul_size(Max(n, 1), size), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static inline void *
array_alloc_in(MemoryContext cx, Size n, Size size)
{
	return MemoryContextAllocExtended(cx, mul_size(Max(n, 1), size), MCXT_ALLOC_HUGE);
}

/* Ascending order of int32, for qsort */
static inline int
int32_ascending(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return (x > y) - (x < y);
}

#endif							/* HD_ALLOC_H */

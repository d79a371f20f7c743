/*-------------------------------------------------------------------------
 *
 * interrupts.h
 *	  Cancel checks for loops over data.
 *
 * A loop over rows calls HD_CHECK_EVERY(i) with its counter: one branch a
 * row, one CHECK_FOR_INTERRUPTS() every 4096 rows, so that a cancel is
 * answered within 100 ms even where a row costs 20 us.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_INTERRUPTS_H
#define HD_INTERRUPTS_H

#include "miscadmin.h"

#define HD_CHECK_EVERY(i) \
	do { \
		if (unlikely(((i) & 0xFFF) == 0)) \
			CHECK_FOR_INTERRUPTS(); \
	} while (0)

/* Where one round may be a long one: "done" (an int64, kept by the caller) counts steps of a few ns */
#define HD_CHECK_WORK(done, steps) \
	do { \
		(done) += (steps); \
		if (unlikely((done) > 0xFFFFF)) \
		{ \
			(done) = 0; \
			CHECK_FOR_INTERRUPTS(); \
		} \
	} while (0)

#endif							/* HD_INTERRUPTS_H */

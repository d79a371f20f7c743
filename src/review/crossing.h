/*-------------------------------------------------------------------------
 *
 * crossing.h
 *	  Rows that an UPDATE moves to another partition.
 *
 * Such a row fires BEFORE UPDATE and BEFORE DELETE where it leaves, BEFORE
 * INSERT where it arrives, then AFTER DELETE and AFTER INSERT, and never AFTER
 * UPDATE.  The guard knows the three steps by following each other in one
 * query, with the same key and the same states; the log trigger finds the pair
 * among the crossings that the guard has passed, and logs one change, or none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_CROSSING_H
#define HD_REVIEW_CROSSING_H

#include "review/table.h"

/* What triggers on INSERT, which fire when the row arrives, must not change */
typedef struct CrossingRow
{
	char	   *author;			/* NULL: none */
	bool		frozen;			/* content is */
	uint8		content[HD_SHA256_LEN];
} CrossingRow;

/*
 * For the guard: a row of a partition is updated; is this DELETE the second
 * step, and this INSERT the third (then: the row as the first has seen it)?
 * To be called in the context that the trigger was called in.
 */
extern void crossing_begin(const ReviewTable *t, Datum key, int32 from, int32 to, const CrossingRow *row);
extern bool crossing_leaves(const ReviewTable *t, Datum key, int32 from);
extern const CrossingRow *crossing_arrives(const ReviewTable *t, Datum key, int32 to);

/* For the log trigger: is this DELETE, or this INSERT, half of a crossing?  The state that it came from. */
extern bool crossing_left(const ReviewTable *t, Datum key);
extern bool crossing_arrived(const ReviewTable *t, Datum key, int32 *from);

#endif							/* HD_REVIEW_CROSSING_H */

/*-------------------------------------------------------------------------
 *
 * ratings_match.h
 *	  Items and clusters that two states have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATINGS_MATCH_H
#define HD_RATINGS_MATCH_H

#include "agreement/measure.h"

typedef struct RatingsMatch
{
	int32	   *b_of_a;			/* [items of a] the same item of b, or -1 */
	int32		n_shared;		/* items */
	bool		clustered;		/* either has clusters */
	int32		n_units;		/* clusters, or items, of both together */
	int32	   *unit_a;			/* [items of a] */
	int32	   *unit_b;			/* [items of b] */
} RatingsMatch;

/* ERROR where a shared item is in different clusters */
extern void ratings_match(const Measure *a, const Measure *b, RatingsMatch *out);

#endif							/* HD_RATINGS_MATCH_H */

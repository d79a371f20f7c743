/*-------------------------------------------------------------------------
 *
 * pace.h
 *	  The state type "pace": how long each person took for each item.
 *
 * A keyed state: a set of facts (item, person, seconds).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PACE_H
#define HD_PACE_H

#include "agreement/ratings.h"

extern const StateType pace_type;

extern void pace_set_kind(Ratings *r, const RatingsKind *k);

/* Settled; 21000 if one person has two times for one item, unless contradictions are asked for too */
extern Ratings *pace_get(Datum d, bool consistent);

/* ---- pace_fit.c: plain arrays ---- */

/* Facts sorted by item: item i has those from start[i] to start[i + 1] - 1 */
typedef struct PaceTable
{
	int32		n_items;
	int32		n_persons;
	int32		n_obs;
	const int32 *start;
	const int32 *person;
	const double *y;			/* ln seconds */
} PaceTable;

typedef struct PersonPace
{
	int32		n;				/* items that others did too */
	int32		n_alone;		/* items that nobody else did */
	int32		n_faster;		/* of n: less time than expected */
	double		value;			/* mean of ln seconds - ln expected; NaN if n = 0 */
	double		se;				/* NaN if n < 2 */
	double		own;			/* mean ln seconds on the n items */
	double		shrunk;			/* NaN if it cannot be told */
} PersonPace;

extern void pace_fit(const PaceTable *t, PersonPace *result);

#endif							/* HD_PACE_H */

/*-------------------------------------------------------------------------
 *
 * rate_estimate.h
 *	  The state type "rate_estimate": how many items are bad, where they were
 *	  looked at with unequal probabilities.
 *
 * A counting state: sums of weights, which are 1 / probability.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATE_ESTIMATE_H
#define HD_RATE_ESTIMATE_H

#include "common/column.h"
#include "common/shortsum.h"
#include "common/state.h"

/* of all rows, or of those that are a cluster of their own */
typedef struct RateSquares
{
	int64		n;
	ShortSum	ww;				/* weights, squared */
	ShortSum	ww_bad;			/* of the bad alone */
} RateSquares;

typedef struct RateSums
{
	int64		n;
	ShortSum	w;
	ShortSum	w_bad;
} RateSums;

typedef struct RateEstimate
{
	State		state;
	int64		n_bad;
	int64		n_excluded;		/* looked at for a reason: probability NULL */
	RateSums	all;
	RateSquares squares;
	RateSquares loose;			/* rows without a cluster; not kept apart while no row has one */
	Dict		clusters;
	uint32		cap;
	bool		settled;
	RateSums   *cluster;		/* [clusters.n] */
} RateEstimate;

extern const StateType rate_estimate_type;

/* probabilities below this are refused */
#define RATE_LEAST_PROBABILITY 1e-9

/* cluster NULL: the row is a cluster of its own */
extern void rate_estimate_add(RateEstimate *r, bool bad, double probability, const ColumnKey *cluster);
extern void rate_estimate_exclude(RateEstimate *r);
extern RateEstimate *rate_estimate_get(Datum d);

#endif							/* HD_RATE_ESTIMATE_H */

/*-------------------------------------------------------------------------
 *
 * binomial.h
 *	  Binomial random numbers, the same for a seed on every machine.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BINOMIAL_H
#define HD_BINOMIAL_H

#include "common/rng.h"

/* Successes among n trials of probability "part / whole", 0 <= part <= whole */
extern int64 binomial_draw(HdRng *rng, int64 n, int64 part, int64 whole);

#endif							/* HD_BINOMIAL_H */

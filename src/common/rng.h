/*-------------------------------------------------------------------------
 *
 * rng.h
 *	  Seeded random numbers: the same seed gives the same numbers on every
 *	  machine and release (xoshiro256**, Blackman & Vigna 2018, seeded through
 *	  splitmix64).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RNG_H
#define HD_RNG_H

#include <stdint.h>

typedef struct HdRng
{
	uint64_t	s[4];
} HdRng;

extern void hd_rng_seed(HdRng *r, uint64_t seed);
extern uint64_t hd_rng_next(HdRng *r);
extern double hd_rng_double(HdRng *r);	/* [0, 1), 53 bits */
extern uint64_t hd_rng_below(HdRng *r, uint64_t n);	/* [0, n), unbiased (Lemire 2019) */
extern double hd_rng_normal(HdRng *r);	/* mean 0, sd 1; no libm, so portable */

/* log(x), 0 < x < infinity, the same digits everywhere: libm's last bit may differ */
extern double hd_portable_log(double x);

#endif							/* HD_RNG_H */

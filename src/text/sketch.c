/*-------------------------------------------------------------------------
 *
 * sketch.c
 *	  Minima of random values over a set.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/hash.h"
#include "common/interrupts.h"
#include "text/sketch.h"

#define GOLDEN UINT64CONST(0x9e3779b97f4a7c15)
#define ROUND_SHIFT 56
#define BELOW_ROUND ((UINT64CONST(1) << ROUND_SHIFT) - 1)

/* The random number of an element in a round: as splitmix64 (Steele, Lea & Flood 2014) has it */
static inline uint64
random_of(uint64 element, uint64 round)
{
	return hd_mix64(hd_mix64(element + GOLDEN) + (round + 1) * GOLDEN);
}

void
sketch_make(const uint64 *element, int32 n, int n_slots, uint64 *slot)
{
	int			empty = n_slots;

	Assert(n_slots <= SKETCH_MOST_SLOTS / 2);
	for (int i = 0; i < n_slots; i++)
		slot[i] = SKETCH_EMPTY;
	if (n == 0)
		return;
	/* first each element throws itself at a random place; then each place takes all in turn */
	for (int round = 0; round < 2 * n_slots && empty > 0; round++)
		for (int32 i = 0; i < n; i++)
		{
			uint64		u = random_of(element[i], round);
			int			place = round < n_slots ? (int) (((u >> 32) * (uint64) n_slots) >> 32) : round - n_slots;
			uint64		v = (uint64) round << ROUND_SHIFT | (u & BELOW_ROUND);

			HD_CHECK_EVERY(i + 1);
			if (v < slot[place])
			{
				empty -= slot[place] == SKETCH_EMPTY;
				slot[place] = v;
			}
		}
}

/* Uniform in (0, 1] */
static inline double
unit_interval(uint64 u)
{
	return ((double) (u >> 11) + 1) * (1.0 / 9007199254740992.0);
}

/* The greatest of all places on top of a tree: top[1]; the places themselves are top[n_slots .. 2 n_slots - 1] */
static inline void
lower_place(double *top, int n_slots, int place, double x)
{
	int			i = n_slots + place;

	top[i] = x;
	while (i > 1)
	{
		double		greatest = Max(top[i], top[i ^ 1]);

		i /= 2;
		if (top[i] == greatest)
			break;
		top[i] = greatest;
	}
}

/*
 * Each element is a Poisson process in time with its weight as rate; each of
 * its points falls on a random place, which keeps what came first.
 */
void
sketch_make_weighted(const uint64 *element, const double *weight, int32 n, int n_slots, uint64 *slot)
{
	double		top[2 * SKETCH_MOST_SLOTS];

	Assert(n_slots <= SKETCH_MOST_SLOTS);
	for (int i = 0; i < n_slots; i++)
		slot[i] = SKETCH_EMPTY;
	for (int i = 0; i < 2 * n_slots; i++)
		top[i] = INFINITY;
	for (int32 i = 0; i < n; i++)
	{
		uint64		round = 0;
		double		time = 0;

		HD_CHECK_EVERY(i + 1);
		for (;;)
		{
			uint64		u = random_of(element[i], round++);
			int			place;

			time -= log(unit_interval(u)) / weight[i];
			if (n_slots > 1 ? time >= top[1] : time >= top[n_slots])
				break;
			u = random_of(element[i], round++);
			place = (int) (((u >> 32) * (uint64) n_slots) >> 32);
			if (time < top[n_slots + place])
			{
				slot[place] = element[i];
				lower_place(top, n_slots, place, time);
			}
		}
	}
}

int
sketch_equal_slots(const uint64 *a, const uint64 *b, int n_slots)
{
	int			n = 0;

	for (int i = 0; i < n_slots; i++)
		n += a[i] == b[i];
	return n;
}

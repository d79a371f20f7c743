/*-------------------------------------------------------------------------
 *
 * sketch.h
 *	  Minima of random values over a set, of which equal places tell how alike
 *	  two sets are: plain arrays, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SKETCH_H
#define HD_SKETCH_H

#define SKETCH_MOST_SLOTS 256

/* of a place that nothing has filled */
#define SKETCH_EMPTY PG_UINT64_MAX

/*
 * Fast Similarity Sketching (Dahlgaard, Knudsen & Thorup 2017, algorithm 1),
 * over elements known by 64 bits each.  A place holds the round in its upper
 * eight bits and 56 random ones below, so that minima of two sketches, place by
 * place, are the sketch of the union.  Without elements all places are empty.
 * n_slots is at most 128.
 */
extern void sketch_make(const uint64 *element, int32 n, int n_slots, uint64 *slot);

/*
 * For weighted elements: each place holds one of them, and two sets have the
 * same in a place with the probability that is their weighted Jaccard
 * similarity, where an element weighs the same in both (Ertl 2020, ProbMinHash,
 * algorithm 1).
 */
extern void sketch_make_weighted(const uint64 *element, const double *weight, int32 n, int n_slots, uint64 *slot);

/* How many places are equal: their share estimates the similarity */
extern int	sketch_equal_slots(const uint64 *a, const uint64 *b, int n_slots);

#endif							/* HD_SKETCH_H */

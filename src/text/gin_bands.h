/*-------------------------------------------------------------------------
 *
 * gin_bands.h
 *	  Bands of a set's minima, for locality-sensitive hashing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_GIN_BANDS_H
#define HD_GIN_BANDS_H

#include "text/shingles.h"

#define BANDS_MAX 64
#define BAND_ROWS_MAX 16

/*
 * key[bands]: of two sets of Jaccard similarity s, one band or more is equal
 * with probability 1 - (1 - s^rows)^bands.  The set must not be empty.
 * Tables hold these numbers, and indexes their upper halves: the calculation is
 * fixed for ever.
 */
extern void shingle_bands(const ShingleSet *s, int bands, int rows, uint64 *key);

#endif							/* HD_GIN_BANDS_H */

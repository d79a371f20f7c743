/*-------------------------------------------------------------------------
 *
 * gin_bands.c
 *	  Bands of a set's minima, for locality-sensitive hashing (Broder 1997;
 *	  Indyk and Motwani 1998), by Fast Similarity Sketching (Dahlgaard, Knudsen
 *	  and Thorup, FOCS 2017).
 *
 * The sketch of t slots is filled in rounds.  In the first t, each shingle is
 * thrown into one slot; in round t + j it goes into slot j, so that none stays
 * empty.  A slot keeps the least (round, hash).  No round begins once all are
 * full: for large sets one is enough, so the time is n + t log t, not n t.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hash.h"
#include "common/interrupts.h"
#include "text/gin_bands.h"

#define EMPTY PG_UINT64_MAX

static inline uint64
hash_in_round(uint32 shingle, int32 round)
{
	return hd_mix64(((uint64) round << 32 | shingle) * UINT64CONST(0x9e3779b97f4a7c15) + UINT64CONST(0x5851f42d4c957f2d));
}

static void
fill_slots(const ShingleSet *s, uint64 *slot, int32 t)
{
	int32		n_empty = t;

	for (int32 j = 0; j < t; j++)
		slot[j] = EMPTY;
	for (int32 round = 0; round < 2 * t && n_empty > 0; round++)
	{
		for (int32 i = 0; i < s->n; i++)
		{
			uint64		h = hash_in_round(shingle_at(s, i), round);
			int32		j = round < t ? (int32) ((h & 0xffffffff) * t >> 32) : round - t;
			uint64		v = (uint64) round << 32 | h >> 32;

			HD_CHECK_EVERY(i + 1);
			if (v < slot[j])
			{
				n_empty -= slot[j] == EMPTY;
				slot[j] = v;
			}
		}
	}
}

void
shingle_bands(const ShingleSet *s, int bands, int rows, uint64 *key)
{
	uint64		slot[BANDS_MAX * BAND_ROWS_MAX];

	fill_slots(s, slot, bands * rows);
	for (int b = 0; b < bands; b++)
	{
		uint64		h = b;

		for (int r = 0; r < rows; r++)
			h = hd_mix64(h * UINT64CONST(0x9e3779b97f4a7c15) + slot[b * rows + r]);
		key[b] = h;
	}
}

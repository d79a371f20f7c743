/*-------------------------------------------------------------------------
 *
 * alphabet.c
 *	  The characters of a pattern as dense codes, and their bit vectors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "port/pg_bitutils.h"
#include "text/alphabet.h"

static inline uint32
first_slot(const Alphabet *al, uint32 c)
{
	return (uint32) hd_mix64(c) & al->mask;
}

void
alphabet_init(Alphabet *al, const uint32 *pattern, int32 n)
{
	memset(al, 0, sizeof(*al));
	al->n_codes = 1;
	for (int32 i = 0; i < n; i++)
	{
		uint32		c = pattern[i];
		uint32		slot;

		HD_CHECK_EVERY(i + 1);
		if (c < 256)
		{
			if (al->low[c] == 0)
				al->low[c] = al->n_codes++;
			continue;
		}
		if (al->key == NULL)
		{
			al->mask = pg_nextpower2_32(Max(2 * n, 8)) - 1;
			al->key = array_alloc((Size) al->mask + 1, sizeof(uint32));
			al->code = array_alloc0((Size) al->mask + 1, sizeof(int32));
		}
		for (slot = first_slot(al, c); al->code[slot] != 0 && al->key[slot] != c; slot = (slot + 1) & al->mask)
			;
		if (al->code[slot] == 0)
		{
			al->key[slot] = c;
			al->code[slot] = al->n_codes++;
		}
	}
}

void
alphabet_free(Alphabet *al)
{
	if (al->key)
	{
		pfree(al->key);
		pfree(al->code);
	}
}

int32
alphabet_high_code(const Alphabet *al, uint32 c)
{
	if (al->key == NULL)
		return 0;
	for (uint32 slot = first_slot(al, c); al->code[slot] != 0; slot = (slot + 1) & al->mask)
		if (al->key[slot] == c)
			return al->code[slot];
	return 0;
}

uint64 *
alphabet_match(const Alphabet *al, const uint32 *pattern, int32 n, int32 words)
{
	uint64	   *match = array_alloc0((Size) al->n_codes * words, sizeof(uint64));

	for (int32 i = 0; i < n; i++)
		match[(Size) alphabet_code(al, pattern[i]) * words + i / WORD_BITS] |= UINT64CONST(1) << (i % WORD_BITS);
	return match;
}

/*-------------------------------------------------------------------------
 *
 * alphabet.h
 *	  The characters of a pattern as dense codes, and where in the pattern
 *	  each stands, as bit vectors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ALPHABET_H
#define HD_ALPHABET_H

#include "text/code_points.h"

#define WORD_BITS 64

/*
 * Long patterns are cut into stripes of so many characters, so that the bit
 * vectors of a stripe fit into a processor's cache whatever the alphabet.
 */
#define STRIPE_CHARS 4096
#define STRIPE_WORDS (STRIPE_CHARS / WORD_BITS)

/* Code 0 is every character that the pattern does not have */
typedef struct Alphabet
{
	int32		n_codes;		/* codes 0 .. n_codes - 1 */
	uint32		mask;			/* slots - 1 */
	uint32	   *key;			/* [slots] character */
	int32	   *code;			/* [slots] 0: empty */
	int32		low[256];		/* codes of the first 256 characters */
} Alphabet;

extern void alphabet_init(Alphabet *al, const uint32 *pattern, int32 n);
extern void alphabet_free(Alphabet *al);
extern int32 alphabet_high_code(const Alphabet *al, uint32 c);

static inline int32
alphabet_code(const Alphabet *al, uint32 c)
{
	return c < 256 ? al->low[c] : alphabet_high_code(al, c);
}

/* match[code * words + w]: bit i is set where pattern[w * 64 + i] is that character */
extern uint64 *alphabet_match(const Alphabet *al, const uint32 *pattern, int32 n, int32 words);

#endif							/* HD_ALPHABET_H */

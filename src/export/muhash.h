/*-------------------------------------------------------------------------
 *
 * muhash.h
 *	  MuHash3072: a hash of a multiset, by multiplication of its elements'
 *	  hashes modulo a prime of 3072 bits.  Plain numbers, no SQL.
 *
 * Bellare & Micciancio (1997), "A new paradigm for collision-free hashing":
 * who finds two multisets of one product solves discrete logarithms in the
 * group, or breaks the hash of the elements.  Group, expansion of elements
 * and result are those of Bitcoin Core (src/crypto/muhash.h, Wuille 2017), so
 * that its programs and the 60 lines of Python in its tests give the same
 * bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_MUHASH_H
#define HD_MUHASH_H

#define MUHASH_BYTES 384

#ifdef HAVE_INT128
typedef uint64 MuLimb;
typedef uint128 MuWide;
#else
typedef uint32 MuLimb;
typedef uint64 MuWide;
#endif

#define MUHASH_LIMBS (MUHASH_BYTES / (int) sizeof(MuLimb))

/* less than the prime, lowest limb first */
typedef struct MuHash
{
	MuLimb		limb[MUHASH_LIMBS];
} MuHash;

extern void muhash_one(MuHash *m);

/* The element that stands for 32 bytes of SHA-256 */
extern void muhash_element(MuHash *m, const uint8 sha256[32]);

extern void muhash_multiply(MuHash *a, const MuHash *b);

extern void muhash_put(const MuHash *m, uint8 bytes[MUHASH_BYTES]);

/* false: no number from 1 to the prime less one */
extern bool muhash_get(MuHash *m, const uint8 bytes[MUHASH_BYTES]);

#endif							/* HD_MUHASH_H */

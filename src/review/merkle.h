/*-------------------------------------------------------------------------
 *
 * merkle.h
 *	  The root of a Merkle tree over a stream of leaves, as in RFC 6962
 *	  (Certificate Transparency), section 2.1:
 *
 *	  MTH({})     = sha256()
 *	  MTH({d})    = sha256(0x00 || d)
 *	  MTH(D[n])   = sha256(0x01 || MTH(D[0:k]) || MTH(D[k:n])),
 *					k the largest power of two smaller than n
 *
 * Memory is one digest for each bit of the number of leaves.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_MERKLE_H
#define HD_REVIEW_MERKLE_H

#include "common/sha256.h"

typedef struct Merkle
{
	uint64		n;				/* leaves so far */
	uint8		subtree[64][HD_SHA256_LEN]; /* [i]: of 2^i leaves, there if bit i of n is set */
} Merkle;

extern void merkle_begin(Merkle *m);
extern void merkle_add(Merkle *m, const uint8 *leaf, size_t len);
extern void merkle_root(const Merkle *m, uint8 *root);

#endif							/* HD_REVIEW_MERKLE_H */

/*-------------------------------------------------------------------------
 *
 * hash.h
 *	  Our own 64-bit hashes: stable over releases and byte orders, unlike
 *	  hash_any(), whose values may not be stored.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_HASH_H
#define HD_HASH_H

#include "port/pg_bswap.h"

/* Finalizer of MurmurHash3 (Appleby 2011) */
static inline uint64
hd_mix64(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64CONST(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h;
}

/* The first eight bytes of a key as a big-endian number, zero-filled */
static inline uint64
hd_load_prefix(const void *p, size_t len)
{
	uint64		w = 0;

	if (len >= 8)
		memcpy(&w, p, 8);
	else
	{
		/* a variable-length memcpy is a call: three branches are cheaper */
		const uint8 *b = p;
		size_t		i = 0;

		if (len & 4)
		{
			uint32		x;

			memcpy(&x, b, 4);
			memcpy(&w, &x, 4);
			i = 4;
		}
		if (len & 2)
		{
			memcpy((uint8 *) &w + i, b + i, 2);
			i += 2;
		}
		if (len & 1)
			((uint8 *) &w)[i] = b[i];
	}
	return pg_ntoh64(w);
}

/* Hash of a byte string of which the first eight bytes are known already */
static inline uint64
hd_hash_bytes(uint64 prefix, const uint8 *p, size_t len)
{
	uint64		h = hd_mix64(prefix + len * UINT64CONST(0x9e3779b97f4a7c15));

	for (size_t i = 8; i < len; i += 8)
		h = hd_mix64(h ^ hd_load_prefix(p + i, Min(len - i, (size_t) 8)));
	return h;
}

#endif							/* HD_HASH_H */

/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256 (FIPS 180-4) for many short inputs.
 *
 * Core's pg_cryptohash allocates a context, and with OpenSSL looks the
 * algorithm up, for every digest: 1 us each where the digest itself takes
 * 0.1 us.  This one lives on the stack.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHA256_H
#define HD_SHA256_H

#include "common/compat.h"

#define HD_SHA256_LEN 32

typedef struct HdSha256
{
	uint32		h[8];
	uint64		len;			/* bytes so far */
	uint8		block[64];		/* those not yet mixed in: len % 64 */
} HdSha256;

extern void hd_sha256_init(HdSha256 *ctx);
extern void hd_sha256_update(HdSha256 *ctx, const void *data, size_t len);
extern void hd_sha256_final(HdSha256 *ctx, uint8 *digest);

#endif							/* HD_SHA256_H */

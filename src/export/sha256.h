/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256 by the server's own cryptography, errors raised.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHA256_H
#define HD_SHA256_H

#include "common/compat.h"
#include "common/cryptohash.h"
#include "common/sha2.h"

pg_noreturn static pg_noinline void
sha256_failed(pg_cryptohash_ctx *ctx)
{
	elog(ERROR, "could not compute a hash: %s", pg_cryptohash_error(ctx));
}

static inline pg_cryptohash_ctx *
sha256_begin(void)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(ctx) < 0)
		sha256_failed(ctx);
	return ctx;
}

static inline void
sha256_add(pg_cryptohash_ctx *ctx, const void *data, size_t len)
{
	if (pg_cryptohash_update(ctx, data, len) < 0)
		sha256_failed(ctx);
}

static inline void
sha256_end(pg_cryptohash_ctx *ctx, uint8 digest[PG_SHA256_DIGEST_LENGTH])
{
	if (pg_cryptohash_final(ctx, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		sha256_failed(ctx);
	pg_cryptohash_free(ctx);
}

static inline void
sha256_of(const void *data, size_t len, uint8 digest[PG_SHA256_DIGEST_LENGTH])
{
	pg_cryptohash_ctx *ctx = sha256_begin();

	sha256_add(ctx, data, len);
	sha256_end(ctx, digest);
}

static inline bytea *
bytes_of(const void *data, size_t len)
{
	bytea	   *b = palloc(VARHDRSZ + len);

	SET_VARSIZE(b, VARHDRSZ + len);
	memcpy(VARDATA(b), data, len);
	return b;
}

#endif							/* HD_SHA256_H */

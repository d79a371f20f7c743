/*-------------------------------------------------------------------------
 *
 * digest.c
 *	  SQL functions: digest_agg, content_hash, canonical_json.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/utf8.h"
#include "export/canonical_json.h"
#include "export/line.h"
#include "export/sha256.h"
#include "utils/builtins.h"

/* ---- digest_agg(text ORDER BY ...) ---- */

/*
 * The running hash belongs to the cryptography library and to the resource
 * owner, not to a memory context: the final function frees it, or else the
 * callback at the end of the aggregate, or else the end of the transaction
 * that failed.
 */
typedef struct Digest
{
	pg_cryptohash_ctx *ctx;
} Digest;

static void
digest_forget(Datum arg)
{
	Digest	   *d = (Digest *) DatumGetPointer(arg);

	if (d->ctx)
		pg_cryptohash_free(d->ctx);
	d->ctx = NULL;
}

static Digest *
digest_new(FunctionCallInfo fcinfo)
{
	MemoryContext cx;
	Digest	   *d;

	if (!AggCheckCallContext(fcinfo, &cx))
		elog(ERROR, "digest_trans called outside of an aggregate");
	d = MemoryContextAllocZero(cx, sizeof(Digest));
	AggRegisterCallback(fcinfo, digest_forget, PointerGetDatum(d));
	d->ctx = sha256_begin();
	return d;
}

PG_FUNCTION_INFO_V1(digest_trans);
Datum
digest_trans(PG_FUNCTION_ARGS)
{
	int			len;
	const char *line = line_of_argument(fcinfo, 1, &len);
	Digest	   *d = PG_ARGISNULL(0) ? digest_new(fcinfo) : (Digest *) PG_GETARG_POINTER(0);

	sha256_add(d->ctx, line, len);
	sha256_add(d->ctx, "\n", 1);
	PG_RETURN_POINTER(d);
}

PG_FUNCTION_INFO_V1(digest_final);
Datum
digest_final(PG_FUNCTION_ARGS)
{
	Digest	   *d;
	pg_cryptohash_ctx *ctx;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	d = (Digest *) PG_GETARG_POINTER(0);
	ctx = d->ctx;
	d->ctx = NULL;
	sha256_end(ctx, digest);
	PG_RETURN_BYTEA_P(bytes_of(digest, sizeof(digest)));
}

/* ---- content_hash(jsonb) ---- */

PG_FUNCTION_INFO_V1(export_canonical_json);
Datum
export_canonical_json(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	canonical_json(PG_GETARG_JSONB_P(0), &buf);
	PG_RETURN_TEXT_P(hd_text_of_utf8(buf.data, buf.len));
}

PG_FUNCTION_INFO_V1(export_content_hash);
Datum
export_content_hash(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];

	canonical_json(PG_GETARG_JSONB_P(0), &buf);
	sha256_of(buf.data, buf.len, digest);
	PG_RETURN_BYTEA_P(bytes_of(digest, sizeof(digest)));
}

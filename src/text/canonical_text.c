/*-------------------------------------------------------------------------
 *
 * canonical_text.c
 *	  SQL functions: canonical_text, tokens, text_key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/sha2.h"
#include "common/cryptohash.h"
#include "common/state.h"
#include "common/utf8.h"
#include "text/canonical.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(text_canonical);
Datum
text_canonical(PG_FUNCTION_ARGS)
{
	CanonicalText t;

	canonical_text_make(PG_GETARG_DATUM(0), &t);
	PG_RETURN_TEXT_P(hd_text_of_utf8(t.s, t.len));
}

static void
add_word(void *arg, const char *s, int32 len)
{
	ArrayBuildState *words = arg;

	accumArrayResult(words, PointerGetDatum(hd_text_of_utf8(s, len)), false, TEXTOID, CurrentMemoryContext);
}

PG_FUNCTION_INFO_V1(text_tokens);
Datum
text_tokens(PG_FUNCTION_ARGS)
{
	static const ArgChoice how[] = {{"canonical", 0}, {"icu", 1}, {NULL, 0}};
	int			choice = arg_choice(fcinfo, 1, "kind of tokens", how);
	ArrayBuildState *words = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	CanonicalText t;

	if (choice == 1)
		icu_words(PG_GETARG_DATUM(0), add_word, words);
	else
	{
		canonical_text_make(PG_GETARG_DATUM(0), &t);
		for (int32 i = 0; i < t.n_tokens; i++)
		{
			HD_CHECK_EVERY(i + 1);
			add_word(words, t.s + t.start[i], t.end[i] - t.start[i]);
		}
	}
	PG_RETURN_DATUM(makeArrayResult(words, CurrentMemoryContext));
}

/* bytes between two looks for a cancel: some milliseconds */
#define HASH_PIECE (1 << 20)

/*
 * The first 128 bits of SHA-256 over the canonical text: nobody can make two
 * texts with one key on purpose.  As uuid, which has every index class.
 */
PG_FUNCTION_INFO_V1(text_text_key);
Datum
text_text_key(PG_FUNCTION_ARGS)
{
	CanonicalText t;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *ctx;
	bool		failed;
	pg_uuid_t  *key = palloc(sizeof(pg_uuid_t));

	canonical_text_make(PG_GETARG_DATUM(0), &t);
	ctx = pg_cryptohash_create(PG_SHA256);
	failed = pg_cryptohash_init(ctx) < 0;
	for (int32 at = 0; at < t.len && !failed; at += HASH_PIECE)
	{
		CHECK_FOR_INTERRUPTS();
		failed = pg_cryptohash_update(ctx, (const uint8 *) t.s + at, Min(HASH_PIECE, t.len - at)) < 0;
	}
	if (failed || pg_cryptohash_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute a hash: %s", pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
	memcpy(key->data, digest, UUID_LEN);
	PG_RETURN_UUID_P(key);
}

/*-------------------------------------------------------------------------
 *
 * people.c
 *	  SQL function: pseudonyms.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "common/utf8.h"
#include "fmgr.h"
#include "utils/builtins.h"

#define SHORTEST_SECRET 16

/* of the 256 bits of the code so many make the name: no two people out of 10^9 share one but by a chance of 10^-21 */
#define PSEUDONYM_BYTES 16

static void
hmac_add(pg_hmac_ctx *ctx, const void *data, size_t len)
{
	if (pg_hmac_update(ctx, data, len) < 0)
		elog(ERROR, "could not compute a keyed hash: %s", pg_hmac_error(ctx));
}

static const char *
utf8_arg(FunctionCallInfo fcinfo, int arg, int *len)
{
	text	   *t = PG_GETARG_TEXT_PP(arg);

	return hd_to_utf8(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), len);
}

/*
 * pseudonym(id, secret, domain): HMAC-SHA256 (RFC 2104) under the secret, of
 *
 *	  "hdata pseudonym 1" 00, the length of the domain in four bytes, highest
 *	  first, the domain, the id
 *
 * so that no two pairs of domain and id are one message, and no message is
 * one that another use of the same secret makes.
 */
PG_FUNCTION_INFO_V1(people_pseudonym);
Datum
people_pseudonym(PG_FUNCTION_ARGS)
{
	static const char tag[] = "hdata pseudonym 1";
	const char *id,
			   *secret,
			   *domain;
	int			id_len,
				secret_len,
				domain_len;
	uint8		length[4];
	uint8		code[PG_SHA256_DIGEST_LENGTH];
	char		name[2 * PSEUDONYM_BYTES];
	pg_hmac_ctx *ctx;

	/* a secret that is not there must not make a column of NULLs */
	if (PG_ARGISNULL(1))
		arg_is_null("secret");
	if (PG_ARGISNULL(2))
		arg_is_null("domain");
	secret = utf8_arg(fcinfo, 1, &secret_len);
	if (secret_len < SHORTEST_SECRET)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("secret is too short"),
				 errdetail("It must have at least %d bytes, or whoever has a list of ids finds it by trying.", SHORTEST_SECRET),
				 errhint("Make one with: openssl rand -hex 32")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	domain = utf8_arg(fcinfo, 2, &domain_len);
	id = utf8_arg(fcinfo, 0, &id_len);
	for (int i = 0; i < 4; i++)
		length[i] = (uint8) ((uint32) domain_len >> (24 - 8 * i));

	ctx = pg_hmac_create(PG_SHA256);
	if (ctx == NULL || pg_hmac_init(ctx, (const uint8 *) secret, secret_len) < 0)
		elog(ERROR, "could not compute a keyed hash: %s", pg_hmac_error(ctx));
	hmac_add(ctx, tag, sizeof(tag));	/* with its zero byte */
	hmac_add(ctx, length, sizeof(length));
	hmac_add(ctx, domain, domain_len);
	hmac_add(ctx, id, id_len);
	if (pg_hmac_final(ctx, code, sizeof(code)) < 0)
		elog(ERROR, "could not compute a keyed hash: %s", pg_hmac_error(ctx));
	pg_hmac_free(ctx);
	(void) hex_encode((const char *) code, PSEUDONYM_BYTES, name);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(name, sizeof(name)));
}

/*-------------------------------------------------------------------------
 *
 * line_digest_agg.c
 *	  SQL functions of the type "line_digest": its frame, its aggregate, and
 *	  what is read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "export/line.h"
#include "export/line_digest.h"
#include "export/sha256.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(line_digest, line_digest_type);

PG_FUNCTION_INFO_V1(line_digest_trans);
Datum
line_digest_trans(PG_FUNCTION_ARGS)
{
	int			len;
	const char *line = line_of_argument(fcinfo, 1, &len);
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	LineDigest *d;

	/* all that may fail comes first */
	sha256_of(line, len, sha256);
	d = (LineDigest *) state_for_row(&line_digest_type, fcinfo);
	line_digest_add(d, sha256, len);
	PG_RETURN_DATUM(state_datum(&d->state));
}

static LineDigest *
line_digest_arg(FunctionCallInfo fcinfo)
{
	return (LineDigest *) state_get(&line_digest_type, PG_GETARG_DATUM(0));
}

STATE_FUNCTION(line_digest_n_lines, Int64GetDatum(line_digest_arg(fcinfo)->lines));
STATE_FUNCTION(line_digest_n_bytes, Int64GetDatum(line_digest_arg(fcinfo)->bytes));

/* SHA-256 of the product, lowest byte first: what Bitcoin Core calls the MuHash */
static void
digest_of(const LineDigest *d, uint8 digest[PG_SHA256_DIGEST_LENGTH])
{
	uint8		product[MUHASH_BYTES];

	muhash_put(&d->product, product);
	sha256_of(product, MUHASH_BYTES, digest);
}

PG_FUNCTION_INFO_V1(line_digest_digest);
Datum
line_digest_digest(PG_FUNCTION_ARGS)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];

	digest_of(line_digest_arg(fcinfo), digest);
	PG_RETURN_BYTEA_P(bytes_of(digest, sizeof(digest)));
}

PG_FUNCTION_INFO_V1(line_digest_to_jsonb);
Datum
line_digest_to_jsonb(PG_FUNCTION_ARGS)
{
	LineDigest *d = line_digest_arg(fcinfo);
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char		hex[2 * PG_SHA256_DIGEST_LENGTH + 1];

	digest_of(d, digest);
	hex[hex_encode((const char *) digest, sizeof(digest), hex)] = '\0';
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf(
		"{\"lines\": " INT64_FORMAT ", \"bytes\": " INT64_FORMAT ", \"digest\": \"%s\"}", d->lines, d->bytes, hex)));
}

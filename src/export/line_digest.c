/*-------------------------------------------------------------------------
 *
 * line_digest.c
 *	  The state type "line_digest": growing, merging, bytes.
 *
 * Version 1:
 *	  byte		version
 *	  varint	number of lines, at least 1
 *	  varint	bytes of them, a line end each included
 *	  384 bytes the product, lowest byte first
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/count.h"
#include "export/line_digest.h"
#include "hdata.h"

static void
line_digest_init(State *s)
{
	muhash_one(&((LineDigest *) s)->product);
}

void
line_digest_add(LineDigest *d, const uint8 sha256[32], int64 len)
{
	MuHash		element;

	muhash_element(&element, sha256);
	count_add(&d->bytes, len + 1);
	count_add(&d->lines, 1);
	muhash_multiply(&d->product, &element);
}

static void
line_digest_merge(State *dst, State *src)
{
	LineDigest *d = (LineDigest *) dst;
	LineDigest *s = (LineDigest *) src;
	int64		bytes = d->bytes;
	int64		lines = d->lines;

	/* what may fail comes first */
	count_add(&bytes, s->bytes);
	count_add(&lines, s->lines);
	state_changed(dst);
	d->bytes = bytes;
	d->lines = lines;
	muhash_multiply(&d->product, &s->product);
}

static void
line_digest_encode(State *s, WireWriter *w)
{
	LineDigest *d = (LineDigest *) s;
	uint8		product[MUHASH_BYTES];

	muhash_put(&d->product, product);
	wire_put_byte(w, HDATA_LINE_DIGEST_VERSION);
	wire_put_varint(w, d->lines);
	wire_put_varint(w, d->bytes);
	wire_put_bytes(w, product, MUHASH_BYTES);
}

static void
line_digest_decode(State *s, WireReader *r)
{
	LineDigest *d = (LineDigest *) s;

	if (wire_get_byte(r) != HDATA_LINE_DIGEST_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	d->lines = wire_get_total(r);
	d->bytes = wire_get_total(r);
	if (d->lines == 0)
		wire_fail(r, "There is no line.");
	if (d->bytes < d->lines)
		wire_fail(r, "There are fewer bytes than line ends.");
	if (!muhash_get(&d->product, wire_get_bytes(r, MUHASH_BYTES)))
		wire_fail(r, "The product is none of the group.");
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType line_digest_type = {
	"line_digest", sizeof(LineDigest), line_digest_init, line_digest_encode, line_digest_decode, line_digest_merge
};

/*-------------------------------------------------------------------------
 *
 * chain.c
 *	  The hash chain of an item's log (format: chain.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "review/chain.h"

static void
put_bytes(HdSha256 *sha, const void *data, size_t len)
{
	uint32		n = pg_hton32((uint32) len);

	hd_sha256_update(sha, &n, sizeof(n));
	hd_sha256_update(sha, data, len);
}

static void
put_null(HdSha256 *sha)
{
	uint32		n = 0xffffffff;

	hd_sha256_update(sha, &n, sizeof(n));
}

static void
put_number(HdSha256 *sha, int64 value)
{
	uint64		v = pg_hton64((uint64) value);

	put_bytes(sha, &v, sizeof(v));
}

static void
put_maybe_number(HdSha256 *sha, const ChainNumber *n)
{
	if (n->null)
		put_null(sha);
	else
		put_number(sha, n->value);
}

static void
put_text(HdSha256 *sha, const ChainText *t)
{
	char	   *utf8;

	if (t->data == NULL)
	{
		put_null(sha);
		return;
	}
	utf8 = pg_server_to_any(t->data, t->len, PG_UTF8);
	put_bytes(sha, utf8, utf8 == t->data ? (size_t) t->len : strlen(utf8));
	if (utf8 != t->data)
		pfree(utf8);
}

static void
put_version(HdSha256 *sha)
{
	uint8		version = CHAIN_VERSION;

	hd_sha256_init(sha);
	hd_sha256_update(sha, &version, 1);
}

void
chain_private_hash(const ChainEntry *e, const uint8 *salt, uint8 *private_hash)
{
	HdSha256	sha;

	put_version(&sha);
	hd_sha256_update(&sha, salt, CHAIN_SALT_LEN);
	put_text(&sha, &e->actor);
	put_text(&sha, &e->db_role);
	put_text(&sha, &e->reason);
	put_text(&sha, &e->detail);
	hd_sha256_final(&sha, private_hash);
}

void
chain_hash(const ChainEntry *e, const uint8 *previous, const uint8 *private_hash, uint8 *h)
{
	static const uint8 nothing[HD_SHA256_LEN] = {0};
	HdSha256	sha;

	put_version(&sha);
	hd_sha256_update(&sha, previous ? previous : nothing, HD_SHA256_LEN);
	put_text(&sha, &e->item);
	put_number(&sha, e->seq);
	put_number(&sha, e->at);
	put_number(&sha, (int64) e->xid);
	put_number(&sha, e->flow_version);
	put_number(&sha, e->round);
	put_text(&sha, &e->from_state);
	put_text(&sha, &e->to_state);
	put_text(&sha, &e->action);
	put_maybe_number(&sha, &e->claim_token);
	put_maybe_number(&sha, &e->claimed_at);
	put_text(&sha, &e->reason_code);
	put_text(&sha, &e->idem);
	if (e->content_hash)
		put_bytes(&sha, e->content_hash, HD_SHA256_LEN);
	else
		put_null(&sha);
	put_bytes(&sha, private_hash, HD_SHA256_LEN);
	hd_sha256_final(&sha, h);
}

/*-------------------------------------------------------------------------
 *
 * chain.h
 *	  The hash chain of an item's log: what is hashed, and in which bytes.
 *
 *	  private_hash = sha256( 0x01, salt, actor, db_role, reason, detail )
 *	  h            = sha256( 0x01, h of the row before or 32 zeros,
 *	                         item, seq, at, xid, flow_version, round, from_state, to_state, action,
 *	                         claim_token, claimed_at, reason_code, idem, content_hash, private_hash )
 *
 * 0x01 is the version of the format.  A field is its length, four bytes with
 * the high one first, and its bytes; NULL is the length ffffffff.  Numbers are
 * eight bytes, high one first; times are microseconds since 2000-01-01 UTC;
 * texts are in UTF-8; the item is the text of its key; detail is the text of
 * the jsonb.  salt and the hash of the row before have no length: they are
 * 16 and 32 bytes.
 *
 * Who is erased loses salt, db_role, reason and detail, and gets another name
 * as actor: private_hash stays, so that h can be checked, and says no more
 * about what it was made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_CHAIN_H
#define HD_REVIEW_CHAIN_H

#include "common/sha256.h"

#define CHAIN_VERSION 1
#define CHAIN_SALT_LEN 16

/* Text in the encoding of the database, or NULL: data is NULL */
typedef struct ChainText
{
	const char *data;
	int32		len;
} ChainText;

typedef struct ChainNumber
{
	int64		value;
	bool		null;
} ChainNumber;

/* One row of the log */
typedef struct ChainEntry
{
	ChainText	item;
	int32		seq;
	int64		at;
	uint64		xid;
	int32		flow_version;
	int16		round;
	ChainText	from_state;
	ChainText	to_state;
	ChainText	action;
	ChainNumber claim_token;
	ChainNumber claimed_at;
	ChainText	reason_code;
	ChainText	idem;
	const uint8 *content_hash;	/* 32 bytes, or NULL */

	ChainText	actor;
	ChainText	db_role;
	ChainText	reason;
	ChainText	detail;
} ChainEntry;

extern void chain_private_hash(const ChainEntry *e, const uint8 *salt, uint8 *private_hash);

/* previous: 32 bytes, NULL for the first row of an item */
extern void chain_hash(const ChainEntry *e, const uint8 *previous, const uint8 *private_hash, uint8 *h);

#endif							/* HD_REVIEW_CHAIN_H */

/*-------------------------------------------------------------------------
 *
 * verify.c
 *	  review_verify(): is the history of every item whole, and does it lead to
 *	  where the item stands?
 *
 * Two queries in the order of items run side by side: all items, with their
 * row in the side table and in the user's; and the log, which is consumed
 * item by item.  Memory does not grow with the log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/proof.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

extern PGDLLEXPORT Datum review_verify(PG_FUNCTION_ARGS);

/* columns of the query of items */
enum
{
	ITEM_KEY = 1,
	ITEM_HAS_SIDE,
	ITEM_REV,
	ITEM_SIDE_STATE,
	ITEM_HEAD,
	ITEM_ROWS,					/* of the user's table: 0, 1, or more where a partitioned table has the key twice */
	ITEM_STATE
};

/* Where the chain of one item has come to */
typedef struct Chain
{
	int32		seq;			/* 0: no row yet */
	uint8		h[HD_SHA256_LEN];
	char		to_state[NAMEDATALEN];
	bool		gone;			/* the last row says that it was deleted */
	int64		at;
	bool		broken;			/* what comes after a break says nothing new */
} Chain;

typedef struct Verify
{
	Proof		p;
	ProofQuery	items;
	ProofQuery	log;
	HeapTuple	ahead;			/* the first row of the log that is not consumed */
	FmgrInfo   *equal;			/* of items */
	Oid			collation;
	MemoryContext cx;			/* of one row of the log */
} Verify;

static void
report(Verify *v, const char *item, int32 seq, const char *problem, const char *detail)
{
	SrfRow	   *row = &v->p.row;

	srf_cstring(row, item);
	if (seq > 0)
		srf_datum(row, Int32GetDatum(seq));
	else
		srf_null(row);
	srf_cstring(row, problem);
	srf_cstring(row, detail);
	srf_end_row(row);
}

/* ---- the chain ---- */

static char *
text_of(const ChainText *t)
{
	return t->data ? pnstrdup(t->data, t->len) : pstrdup("");
}

/* What is wrong with a row that follows others; NULL: nothing */
static const char *
row_problem(const Chain *c, const LogRow *row, const char **detail)
{
	uint8		digest[HD_SHA256_LEN];
	const char *from = c->gone ? "" : c->to_state;

	if (row->e.seq != c->seq + 1)
	{
		*detail = psprintf("Row %d of the log is not there.", c->seq + 1);
		return "gap";
	}
	if (row->h == NULL || row->private_hash == NULL)
	{
		*detail = "A hash is missing or has another length.";
		return "hash";
	}
	if (row->salt)
	{
		chain_private_hash(&row->e, row->salt, digest);
		if (memcmp(digest, row->private_hash, HD_SHA256_LEN) != 0)
		{
			*detail = "Actor, role, reason or detail are not those that were logged.";
			return "private";
		}
	}
	else if (!proof_is_erased(row))
	{
		*detail = "The salt is gone, but the row is not one that was erased.";
		return "private";
	}
	chain_hash(&row->e, c->seq > 0 ? c->h : NULL, row->private_hash, digest);
	if (memcmp(digest, row->h, HD_SHA256_LEN) != 0)
	{
		*detail = "The row, or one before it, is not what was logged.";
		return "hash";
	}
	/* whoever can compute hashes anew may yet have overlooked these; a row that was there before has no first event */
	if (c->seq > 0 && strcmp(text_of(&row->e.from_state), from) != 0)
	{
		*detail = psprintf("It starts from \"%s\", the row before led to \"%s\".", text_of(&row->e.from_state), from);
		return "order";
	}
	if (row->e.at < c->at && c->seq > 0)
	{
		*detail = psprintf("It is dated %s, before the row before it.", timestamptz_to_str(row->e.at));
		return "time";
	}
	return NULL;
}

static void
follow(Verify *v, Chain *c, const LogRow *row, const char *item)
{
	const char *detail = NULL;
	const char *problem = c->broken ? NULL : row_problem(c, row, &detail);

	if (problem)
	{
		report(v, item, row->e.seq, problem, detail);
		c->broken = true;
	}
	c->seq = row->e.seq;
	c->gone = row->e.to_state.data == NULL;
	strlcpy(c->to_state, text_of(&row->e.to_state), NAMEDATALEN);
	c->at = row->e.at;
	if (row->h)
		memcpy(c->h, row->h, HD_SHA256_LEN);
}

static void
follow_log(Verify *v, Datum key, Chain *c, const char *item)
{
	memset(c, 0, sizeof(*c));
	while (v->ahead)
	{
		MemoryContext old = MemoryContextSwitchTo(v->cx);
		LogRow		row;
		bool		same;

		proof_log_row(&v->p, &v->log, v->ahead, &row);
		same = DatumGetBool(FunctionCall2Coll(v->equal, v->collation, row.item, key));
		if (same)
			follow(v, c, &row, item);
		MemoryContextSwitchTo(old);
		MemoryContextReset(v->cx);
		if (!same)
			break;
		v->ahead = proof_next(&v->log);
	}
}

/* ---- where the item stands ---- */

/* The side table against the log */
static const char *
side_problem(const Verify *v, HeapTuple item, const Chain *c)
{
	const ProofQuery *q = &v->items;
	bool		null;
	bool		has_side = DatumGetBool(proof_datum(q, item, ITEM_HAS_SIDE, &null));
	int32		rev = DatumGetInt32(proof_datum(q, item, ITEM_REV, &null));
	const uint8 *head;

	if (c->seq > 0 && c->gone)
		return has_side ? "The log says that the item was deleted, the side table has a row." : NULL;
	if (!has_side)
		return c->seq > 0 ? "The log has the item, the side table does not." : NULL;
	if (rev != c->seq)
		return psprintf("The side table has revision %d, the log ends at %d.", rev, c->seq);
	if (c->seq == 0)
		return NULL;
	head = proof_digest(q, item, ITEM_HEAD, HD_SHA256_LEN);
	if (head == NULL || memcmp(head, c->h, HD_SHA256_LEN) != 0)
		return "The head in the side table is not the last hash of the log.";
	if (strcmp(proof_text(q, item, ITEM_SIDE_STATE), c->to_state) != 0)
		return psprintf("The side table says \"%s\", the log \"%s\".", proof_text(q, item, ITEM_SIDE_STATE), c->to_state);
	return NULL;
}

/* The user's table against the side table */
static const char *
user_problem(const Verify *v, HeapTuple item)
{
	const ProofQuery *q = &v->items;
	bool		null;
	bool		has_side = DatumGetBool(proof_datum(q, item, ITEM_HAS_SIDE, &null));
	int64		rows = DatumGetInt64(proof_datum(q, item, ITEM_ROWS, &null));
	char	   *state;

	if (rows > 1)
		return psprintf("The table has " INT64_FORMAT " rows with this key.", rows);
	if (rows == 0)
		return has_side ? "The side table has the item, the table does not." : NULL;
	if (!has_side)
		return "The table has the item, the side table does not.";
	state = proof_text(q, item, ITEM_STATE);
	if (state == NULL || strcmp(state, proof_text(q, item, ITEM_SIDE_STATE)) != 0)
		return psprintf("The row is in state \"%s\", the side table says \"%s\".", state ? state : "NULL",
						proof_text(q, item, ITEM_SIDE_STATE));
	return NULL;
}

static void
check_item(Verify *v, HeapTuple tuple)
{
	bool		null;
	Datum		key = proof_datum(&v->items, tuple, ITEM_KEY, &null);
	const char *item = review_key_text(v->p.t, key).data;
	Chain		c;
	const char *detail;

	follow_log(v, key, &c, item);
	detail = side_problem(v, tuple, &c);
	if (detail)
		report(v, item, c.seq, "side", detail);
	detail = user_problem(v, tuple);
	if (detail)
		report(v, item, c.seq, "row", detail);
}

/* ---- all of it ---- */

static void
open_queries(Verify *v)
{
	ReviewTable *t = v->p.t;
	const char *key = quote_identifier(t->args.key);
	const char *state = quote_identifier(t->args.state);
	const char *equals = review_equals(TupleDescAttr(RelationGetDescr(v->p.rel), t->key.att - 1)->atttypid);
	char	   *rel = proof_table(t->root);
	char	   *side = proof_table(t->side);
	char	   *log = proof_table(t->log);

	proof_query(&v->items,
				psprintf("SELECT i.item, s.item IS NOT NULL, coalesce(s.rev, 0), s.state, s.head,"
						 " coalesce(u.n, 0::bigint), u.state"
						 " FROM (SELECT item FROM %s UNION SELECT item FROM %s UNION SELECT %s FROM %s) i"
						 " LEFT JOIN %s s ON s.item %s i.item"
						 " LEFT JOIN (SELECT %s AS item, min(%s::text) AS state, count(*) AS n"
						 " FROM %s GROUP BY 1) u ON u.item %s i.item"
						 " ORDER BY 1",
						 log, side, key, rel, side, equals, key, state, rel, equals));
	proof_query(&v->log, psprintf("SELECT %s FROM %s l ORDER BY l.item, l.seq", proof_log_columns, log));
}

PG_FUNCTION_INFO_V1(review_verify);
Datum
review_verify(PG_FUNCTION_ARGS)
{
	Verify		v;
	const uint8 *root = NULL;
	MemoryContext item_cx;
	Form_pg_attribute key;
	HeapTuple	tuple;

	proof_begin(&v.p, fcinfo, false);
	if (!PG_ARGISNULL(1))
	{
		bytea	   *b = PG_GETARG_BYTEA_PP(1);

		if (VARSIZE_ANY_EXHDR(b) != HD_SHA256_LEN)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a root has %d bytes", HD_SHA256_LEN)));
		root = (const uint8 *) VARDATA_ANY(b);
	}
	v.cx = AllocSetContextCreate(CurrentMemoryContext, "hdata row of the log", ALLOCSET_SMALL_SIZES);
	item_cx = AllocSetContextCreate(CurrentMemoryContext, "hdata item", ALLOCSET_SMALL_SIZES);
	open_queries(&v);
	key = TupleDescAttr(RelationGetDescr(v.p.rel), v.p.t->key.att - 1);
	v.equal = &lookup_type_cache(key->atttypid, TYPECACHE_EQ_OPR_FINFO)->eq_opr_finfo;
	v.collation = key->attcollation;
	v.ahead = proof_next(&v.log);
	while ((tuple = proof_next(&v.items)) != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(item_cx);

		check_item(&v, tuple);
		MemoryContextSwitchTo(old);
		MemoryContextReset(item_cx);
	}
	proof_query_end(&v.items);
	proof_query_end(&v.log);
	proof_check_seal(&v.p, root);
	proof_end(&v.p);
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * seal.c
 *	  review_seal(): one number that stands for the whole log as it is now,
 *	  and the check of a log against it.
 *
 * Each item has its chain; what a chain cannot show is that its end was cut
 * off, or that an item is gone altogether.  A seal is the Merkle root over
 * the heads of all chains:
 *
 *	  leaf = length of item (4 bytes, high one first), item, seq (8), h
 *
 * in the order of the items' UTF-8 bytes.  Kept elsewhere, it convicts any
 * change of what was sealed.
 *
 * Which rows a seal covers must be known for ever.  It is: those that the
 * snapshot of the seal saw, by the transaction id which every row of the log
 * has within its hash.  After a dump and restore ids begin again; then rows
 * of the log may be there with ids that are still to come.  Such a seal (it
 * is marked) covers those, too, as far as they are not dated after its
 * latest row; and no seal covers rows dated after its latest row, so that
 * rows of the new cluster with ids of the old one are not taken for sealed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "common/args.h"
#include "common/compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "review/merkle.h"
#include "review/proof.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

extern PGDLLEXPORT Datum review_seal(PG_FUNCTION_ARGS);

/* What a seal says, but for who made it when */
typedef struct Seal
{
	int32		number;
	char	   *snapshot;		/* text of a pg_snapshot */
	bool		restored;		/* rows with ids beyond the snapshot were there */
	char	   *last_at;		/* text of a timestamptz; NULL: no rows */
	int64		items;
	int64		events;
	uint8		root[HD_SHA256_LEN];
} Seal;

/* columns of the table of seals */
enum
{
	SEAL_NUMBER = 1,
	SEAL_SNAPSHOT,
	SEAL_RESTORED,
	SEAL_LAST_AT,
	SEAL_ITEMS,
	SEAL_EVENTS,
	SEAL_ROOT
};

static char *
seal_table_name(const ReviewTable *t)
{
	return makeObjectName(get_rel_name(t->root), NULL, "review_seal");
}

/* ---- the tree ---- */

/* The rows of the log that a seal covers, as a condition on l */
static char *
covered(const Seal *seal)
{
	char	   *snapshot = quote_literal_cstr(seal->snapshot);

	if (seal->last_at == NULL)
		return pstrdup("false");
	return psprintf("l.at <= %s::timestamptz AND (pg_visible_in_snapshot(l.xid, %s::pg_snapshot)%s)",
					quote_literal_cstr(seal->last_at), snapshot,
					seal->restored ? psprintf(" OR l.xid >= pg_snapshot_xmax(%s::pg_snapshot)", snapshot) : "");
}

static void
add_head(Merkle *m, const ProofQuery *q, HeapTuple tuple, StringInfo leaf)
{
	bool		null;
	char	   *item = proof_text(q, tuple, 1);
	char	   *utf8 = pg_server_to_any(item, strlen(item), PG_UTF8);
	const uint8 *h = proof_digest(q, tuple, 3, HD_SHA256_LEN);
	uint32		len = pg_hton32((uint32) strlen(utf8));
	uint64		seq = pg_hton64((uint64) DatumGetInt32(proof_datum(q, tuple, 2, &null)));

	resetStringInfo(leaf);
	appendBinaryStringInfo(leaf, (char *) &len, sizeof(len));
	appendBinaryStringInfo(leaf, utf8, strlen(utf8));
	appendBinaryStringInfo(leaf, (char *) &seq, sizeof(seq));
	if (h)
		appendBinaryStringInfo(leaf, (const char *) h, HD_SHA256_LEN);
	merkle_add(m, (uint8 *) leaf->data, leaf->len);
}

/* Fills items, events and root */
static void
compute_root(const ReviewTable *t, Seal *seal)
{
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata head", ALLOCSET_SMALL_SIZES);
	Merkle		m;
	ProofQuery	q;
	HeapTuple	tuple;
	StringInfoData leaf;

	merkle_begin(&m);
	initStringInfo(&leaf);
	seal->events = 0;
	/* the text of an item sorts by its bytes in UTF-8 whatever the collation of the key is */
	proof_query(&q, psprintf("SELECT i, seq, h, n FROM"
							 " (SELECT DISTINCT ON (l.item) l.item::text AS i, l.seq, l.h,"
							 " count(*) OVER (PARTITION BY l.item) AS n FROM %s l WHERE %s"
							 " ORDER BY l.item, l.seq DESC) x"
							 " ORDER BY convert_to(i, 'UTF8')", proof_table(t->log), covered(seal)));
	while ((tuple = proof_next(&q)) != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(cx);
		bool		null;

		seal->events += DatumGetInt64(proof_datum(&q, tuple, 4, &null));
		add_head(&m, &q, tuple, &leaf);
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
	}
	proof_query_end(&q);
	seal->items = (int64) m.n;
	merkle_root(&m, seal->root);
}

/* ---- making one ---- */

/* What is to be covered: everything that is visible now */
static void
look_around(const ReviewTable *t, Seal *seal)
{
	ProofQuery	q;
	HeapTuple	tuple;
	bool		null;

	proof_query(&q, psprintf("SELECT pg_current_snapshot()::text,"
							 " coalesce(bool_or(l.xid >= pg_snapshot_xmax(pg_current_snapshot())"
							 " AND l.xid IS DISTINCT FROM pg_current_xact_id_if_assigned()), false),"
							 " max(l.at)::text FROM %s l", proof_table(t->log)));
	tuple = proof_next(&q);
	seal->snapshot = proof_text(&q, tuple, 1);
	seal->restored = DatumGetBool(proof_datum(&q, tuple, 2, &null));
	seal->last_at = proof_text(&q, tuple, 3);
	proof_query_end(&q);
}

static void
make_seal_table(const ReviewTable *t, const char *name)
{
	const char *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(t->root)), name);

	if (SPI_execute(psprintf("CREATE TABLE %s (seal integer PRIMARY KEY, snapshot pg_snapshot NOT NULL,"
							 " restored boolean NOT NULL, last_at timestamptz, items bigint NOT NULL,"
							 " events bigint NOT NULL, root bytea NOT NULL,"
							 " sealed_at timestamptz NOT NULL, sealed_by text NOT NULL)", table),
					false, 0) != SPI_OK_UTILITY ||
		SPI_execute(psprintf("COMMENT ON TABLE %s IS %s", table,
							 quote_literal_cstr(psprintf("hdata: seals of the log of %s", get_rel_name(t->root)))),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the table of seals");
	CommandCounterIncrement();
	review_revoke(table);
}

static const char *const seal_columns = "seal, snapshot::text, restored, last_at::text, items, events, root";

static void
read_seal(const ProofQuery *q, HeapTuple tuple, Seal *seal)
{
	bool		null;
	const uint8 *root = proof_digest(q, tuple, SEAL_ROOT, HD_SHA256_LEN);

	seal->number = DatumGetInt32(proof_datum(q, tuple, SEAL_NUMBER, &null));
	seal->snapshot = proof_text(q, tuple, SEAL_SNAPSHOT);
	seal->restored = DatumGetBool(proof_datum(q, tuple, SEAL_RESTORED, &null));
	seal->last_at = proof_text(q, tuple, SEAL_LAST_AT);
	seal->items = DatumGetInt64(proof_datum(q, tuple, SEAL_ITEMS, &null));
	seal->events = DatumGetInt64(proof_datum(q, tuple, SEAL_EVENTS, &null));
	memset(seal->root, 0, HD_SHA256_LEN);
	if (root)
		memcpy(seal->root, root, HD_SHA256_LEN);
}

/* Locked against other seals; made if it is not there */
static Oid
seal_table(const ReviewTable *t)
{
	const char *name = seal_table_name(t);
	Oid			relid = get_relname_relid(name, get_rel_namespace(t->root));
	Relation	rel;

	if (!OidIsValid(relid))
	{
		make_seal_table(t, name);
		relid = get_relname_relid(name, get_rel_namespace(t->root));
	}
	rel = relation_open(relid, ShareRowExclusiveLock);
	if (rel->rd_rel->relkind != RELKIND_RELATION || rel->rd_rel->relowner != t->owner ||
		get_attnum(relid, "snapshot") != SEAL_SNAPSHOT || get_attnum(relid, "root") != SEAL_ROOT)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation \"%s\" already exists", name),
				 errdetail("It is not a table of seals."),
				 errtable(rel)));
	relation_close(rel, NoLock);
	return relid;
}

static Datum
bytea_datum(const uint8 *p, int len)
{
	bytea	   *b = palloc(VARHDRSZ + len);

	SET_VARSIZE(b, VARHDRSZ + len);
	memcpy(VARDATA(b), p, len);
	return PointerGetDatum(b);
}

static void
store(const ReviewTable *t, Seal *seal, const char *sealed_by)
{
	Oid			relid = seal_table(t);
	Oid			type[] = {TEXTOID, BOOLOID, TEXTOID, INT8OID, INT8OID, BYTEAOID, TIMESTAMPTZOID, TEXTOID};
	Datum		value[] = {CStringGetTextDatum(seal->snapshot), BoolGetDatum(seal->restored),
		seal->last_at ? CStringGetTextDatum(seal->last_at) : (Datum) 0,
		Int64GetDatum(seal->items), Int64GetDatum(seal->events), bytea_datum(seal->root, HD_SHA256_LEN),
	TimestampTzGetDatum(GetCurrentTimestamp()), CStringGetTextDatum(sealed_by)};
	char	   *sql;
	int			done;
	bool		null;

	sql = psprintf("INSERT INTO %s SELECT coalesce(max(seal), 0) + 1, $1::pg_snapshot, $2,"
				   " $3::timestamptz, $4, $5, $6, $7, $8 FROM %s RETURNING seal",
				   proof_table(relid), proof_table(relid));
	done = SPI_execute_with_args(sql, lengthof(type), type, value, seal->last_at ? NULL : "  n     ", false, 0);
	if (done != SPI_OK_INSERT_RETURNING || SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("the seal was not stored")));
	seal->number = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

PG_FUNCTION_INFO_V1(review_seal);
Datum
review_seal(PG_FUNCTION_ARGS)
{
	Proof		p;
	Seal		seal = {0};
	const char *sealed_by;

	proof_begin(&p, fcinfo, true);
	sealed_by = GetUserNameFromId(GetOuterUserId(), false);
	look_around(p.t, &seal);
	compute_root(p.t, &seal);
	store(p.t, &seal, sealed_by);
	srf_datum(&p.row, Int32GetDatum(seal.number));
	srf_datum(&p.row, Int64GetDatum(seal.items));
	srf_datum(&p.row, Int64GetDatum(seal.events));
	srf_datum(&p.row, bytea_datum(seal.root, HD_SHA256_LEN));
	srf_end_row(&p.row);
	proof_end(&p);
	return (Datum) 0;
}

/* ---- checking against one ---- */

static void
report(Proof *p, const char *detail)
{
	srf_null(&p->row);
	srf_null(&p->row);
	srf_cstring(&p->row, "seal");
	srf_cstring(&p->row, detail);
	srf_end_row(&p->row);
}

static char *
hex(const uint8 *p, int len)
{
	char	   *s = palloc(2 * len + 1);

	for (int i = 0; i < len; i++)
		sprintf(s + 2 * i, "%02x", p[i]);
	return s;
}

static bool
find_seal(const ReviewTable *t, const uint8 *root, Seal *seal)
{
	Oid			relid = get_relname_relid(seal_table_name(t), get_rel_namespace(t->root));
	ProofQuery	q;
	HeapTuple	tuple;

	if (!OidIsValid(relid))
		return false;
	proof_query(&q, psprintf("SELECT %s FROM %s%s ORDER BY seal DESC LIMIT 1", seal_columns, proof_table(relid),
							 root ? psprintf(" WHERE root = '\\x%s'::bytea", hex(root, HD_SHA256_LEN)) : ""));
	tuple = proof_next(&q);
	if (tuple)
		read_seal(&q, tuple, seal);
	proof_query_end(&q);
	return tuple != NULL;
}

void
proof_check_seal(Proof *p, const uint8 *root)
{
	Seal		seal;
	Seal		now;

	if (!find_seal(p->t, root, &seal))
	{
		if (root)
			report(p, "There is no seal with this root.");
		return;
	}
	now = seal;
	compute_root(p->t, &now);
	if (memcmp(now.root, seal.root, HD_SHA256_LEN) != 0 || now.items != seal.items || now.events != seal.events)
		report(p, psprintf("Seal %d covers " INT64_FORMAT " item(s) and " INT64_FORMAT " row(s) with another root;"
						   " of these, the log has " INT64_FORMAT " and " INT64_FORMAT ".",
						   seal.number, seal.items, seal.events, now.items, now.events));
}

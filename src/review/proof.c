/*-------------------------------------------------------------------------
 *
 * proof.c
 *	  Reading the log of a table under review in order to prove something.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "common/args.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "review/content.h"
#include "review/proof.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#define FETCH_ROWS 256

/* ---- begin and end ---- */

/* Hidden rows would look like lost ones */
static void
check_sees_all(Oid relid)
{
	AclResult	acl = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);

	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_TABLE, get_rel_name(relid));
	if (check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("row security may hide rows of table \"%s\"", get_rel_name(relid)),
				 errdetail("Rows that are hidden could not be told from rows that are lost."),
				 errhint("Call it as the owner of the table, or as a role with BYPASSRLS.")));
}

void
proof_begin(Proof *p, FunctionCallInfo fcinfo, bool as_owner)
{
	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	srf_begin(fcinfo, &p->row);
	p->rel = relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (as_owner)
		check_table_owner(RelationGetRelid(p->rel));
	p->t = review_table(p->rel);
	if (p->t->root != p->t->relid)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table \"%s\" is a partition", RelationGetRelationName(p->rel)),
				 errhint("Name the partitioned table that is under review: \"%s\".", get_rel_name(p->t->root))));
	check_sees_all(p->t->root);
	check_sees_all(p->t->side);
	check_sees_all(p->t->log);
	SPI_connect();
	owner_begin(&p->scope, p->t->owner);
	settle_settings();			/* texts of keys, within SQL */
}

void
proof_end(Proof *p)
{
	owner_end(&p->scope);
	SPI_finish();
	relation_close(p->rel, AccessShareLock);
}

char *
proof_table(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* ---- queries ---- */

void
proof_query(ProofQuery *q, const char *sql)
{
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, 0, NULL, 0);

	if (plan == NULL)
		elog(ERROR, "could not prepare: %s", sql);
	q->portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	q->table = NULL;
	q->next = 0;
	q->desc = NULL;
}

HeapTuple
proof_next(ProofQuery *q)
{
	if (q->table == NULL || q->next == q->table->numvals)
	{
		CHECK_FOR_INTERRUPTS();
		if (q->table)
			SPI_freetuptable(q->table);
		SPI_cursor_fetch(q->portal, true, FETCH_ROWS);
		q->table = SPI_tuptable;
		q->desc = q->table->tupdesc;
		q->next = 0;
		if (q->table->numvals == 0)
			return NULL;
	}
	return q->table->vals[q->next++];
}

void
proof_query_end(ProofQuery *q)
{
	if (q->table)
		SPI_freetuptable(q->table);
	SPI_cursor_close(q->portal);
}

Datum
proof_datum(const ProofQuery *q, HeapTuple tuple, int column, bool *null)
{
	return heap_getattr(tuple, column, q->desc, null);
}

char *
proof_text(const ProofQuery *q, HeapTuple tuple, int column)
{
	bool		null;
	Datum		d = proof_datum(q, tuple, column, &null);

	return null ? NULL : TextDatumGetCString(d);
}

/* NULL, or of another length: NULL */
const uint8 *
proof_digest(const ProofQuery *q, HeapTuple tuple, int column, int len)
{
	bool		null;
	Datum		d = proof_datum(q, tuple, column, &null);
	bytea	   *b;

	if (null)
		return NULL;
	b = DatumGetByteaPP(d);
	return VARSIZE_ANY_EXHDR(b) == len ? (const uint8 *) VARDATA_ANY(b) : NULL;
}

/* ---- rows of the log ---- */

const char *const proof_log_columns =
"l.item, l.at, l.xid, l.claim_token, l.claimed_at, l.seq, l.flow_version, l.round, l.from_state, l.to_state, l.action,"
" l.reason_code, l.idem, l.content_hash, l.actor, l.db_role, l.reason, l.detail, l.salt, l.private_hash, l.h";

static ChainText
chain_text(const ProofQuery *q, HeapTuple tuple, int column)
{
	ChainText	t = {NULL, 0};
	bool		null;
	Datum		d = proof_datum(q, tuple, column, &null);

	if (!null)
	{
		text	   *v = DatumGetTextPP(d);

		t.data = VARDATA_ANY(v);
		t.len = VARSIZE_ANY_EXHDR(v);
	}
	return t;
}

static ChainNumber
chain_number(const ProofQuery *q, HeapTuple tuple, int column)
{
	ChainNumber n;

	n.value = DatumGetInt64(proof_datum(q, tuple, column, &n.null));
	if (n.null)
		n.value = 0;
	return n;
}

static ChainText
chain_json(const ProofQuery *q, HeapTuple tuple, int column)
{
	ChainText	t = {NULL, 0};
	bool		null;
	Datum		d = proof_datum(q, tuple, column, &null);

	if (!null)
	{
		Jsonb	   *jb = DatumGetJsonbP(d);

		t.data = JsonbToCString(NULL, &jb->root, VARSIZE(jb));
		t.len = strlen(t.data);
	}
	return t;
}

void
proof_log_row(const Proof *p, const ProofQuery *q, HeapTuple tuple, LogRow *row)
{
	bool		null;

	row->item = proof_datum(q, tuple, LOG_ITEM, &null);
	row->e.item = review_key_text(p->t, row->item);
	row->e.at = DatumGetTimestampTz(proof_datum(q, tuple, LOG_AT, &null));
	row->e.xid = (uint64) DatumGetInt64(proof_datum(q, tuple, LOG_XID, &null));
	row->e.claim_token = chain_number(q, tuple, LOG_CLAIM_TOKEN);
	row->e.claimed_at = chain_number(q, tuple, LOG_CLAIMED_AT);
	row->e.seq = DatumGetInt32(proof_datum(q, tuple, LOG_SEQ, &null));
	row->e.flow_version = DatumGetInt32(proof_datum(q, tuple, LOG_FLOW_VERSION, &null));
	row->e.round = DatumGetInt16(proof_datum(q, tuple, LOG_ROUND, &null));
	row->e.from_state = chain_text(q, tuple, LOG_FROM_STATE);
	row->e.to_state = chain_text(q, tuple, LOG_TO_STATE);
	row->e.action = chain_text(q, tuple, LOG_ACTION);
	row->e.reason_code = chain_text(q, tuple, LOG_REASON_CODE);
	row->e.idem = chain_text(q, tuple, LOG_IDEM);
	row->e.content_hash = proof_digest(q, tuple, LOG_CONTENT_HASH, HD_SHA256_LEN);
	row->e.actor = chain_text(q, tuple, LOG_ACTOR);
	row->e.db_role = chain_text(q, tuple, LOG_DB_ROLE);
	row->e.reason = chain_text(q, tuple, LOG_REASON);
	row->e.detail = chain_json(q, tuple, LOG_DETAIL);
	row->salt = proof_digest(q, tuple, LOG_SALT, CHAIN_SALT_LEN);
	row->private_hash = proof_digest(q, tuple, LOG_PRIVATE_HASH, HD_SHA256_LEN);
	row->h = proof_digest(q, tuple, LOG_H, HD_SHA256_LEN);
}

bool
proof_is_erased(const LogRow *row)
{
	const ChainText *actor = &row->e.actor;
	int			prefix = strlen(ERASED_PREFIX);

	if (row->e.db_role.data || row->e.reason.data || row->e.detail.data || actor->len != prefix + ERASED_DIGITS ||
		memcmp(actor->data, ERASED_PREFIX, prefix) != 0)
		return false;
	for (int i = prefix; i < actor->len; i++)
		if (strchr("0123456789abcdef", actor->data[i]) == NULL)
			return false;
	return true;
}

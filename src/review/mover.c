/*-------------------------------------------------------------------------
 *
 * mover.c
 *	  What the movers share: the table and the caller, an item, its row.
 *
 * The caller needs SELECT on the table's key and state, and sees under row
 * security what policies let him see; he needs no right to write.  The rows
 * are locked and written with the rights of the owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "review/move.h"
#include "review/owner.h"
#include "review/writer.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"

static void
check_select(const Mover *m)
{
	Oid			relid = RelationGetRelid(m->rel);
	Oid			user = GetUserId();

	if (pg_class_aclcheck(relid, user, ACL_SELECT) != ACLCHECK_OK &&
		(pg_attribute_aclcheck(relid, m->t->key.att, user, ACL_SELECT) != ACLCHECK_OK ||
		 pg_attribute_aclcheck(relid, m->t->state.att, user, ACL_SELECT) != ACLCHECK_OK))
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(m->rel->rd_rel->relkind), RelationGetRelationName(m->rel));
}

static void
begin(Mover *m, Oid relid, const char *actor, LOCKMODE lock)
{
	/* who may read nothing of it may not lock it either */
	if (get_rel_relkind(relid) != '\0' && pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relid, GetUserId(), ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
	m->rel = relation_open(relid, lock);
	m->t = review_table(m->rel);
	if (m->t->root != m->t->relid)
	{
		Oid			root = m->t->root;

		relation_close(m->rel, NoLock);
		m->rel = relation_open(root, lock);
		m->t = review_table(m->rel);
	}
	check_select(m);
	m->row_security = check_enable_rls(RelationGetRelid(m->rel), InvalidOid, false) == RLS_ENABLED;
	actor_named(m->t, m->rel, actor, &m->actor);
	m->row = OidIsValid(m->t->key_index) ? table_slot_create(m->rel, NULL) : NULL;
}

void
mover_begin(Mover *m, Oid relid, const char *actor)
{
	begin(m, relid, actor, AccessShareLock);
}

void
mover_begin_writing(Mover *m, Oid relid, const char *actor, const char *name)
{
	/* rows are written without queries, which would have asked */
	PreventCommandIfReadOnly(name);
	PreventCommandIfParallelMode(name);
	begin(m, relid, actor, RowExclusiveLock);
}

void
mover_end(Mover *m)
{
	if (m->row)
		ExecDropSingleTupleTableSlot(m->row);
	relation_close(m->rel, NoLock);
}

/* ---- items ---- */

Datum
mover_key(const Mover *m, Datum item, ItemKind kind)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(m->rel), m->t->key.att - 1);
	char	   *literal;

	if (kind == ITEM_BIGINT && att->atttypid == INT8OID)
		return item;
	if (kind == ITEM_UUID && att->atttypid == UUIDOID)
		return item;
	if (kind == ITEM_TEXT && att->atttypid == TEXTOID)
		return item;
	switch (kind)
	{
		case ITEM_BIGINT:
			literal = psprintf(INT64_FORMAT, DatumGetInt64(item));
			break;
		case ITEM_UUID:
			literal = OidOutputFunctionCall(F_UUID_OUT, item);
			break;
		default:
			literal = TextDatumGetCString(item);
	}
	return mover_value(m, att, literal);
}

/* The type may be a domain, whose checks are the owner's code */
Datum
mover_value(const Mover *m, Form_pg_attribute att, const char *literal)
{
	OwnerScope	scope;
	Oid			input;
	Oid			param;
	Datum		value;

	getTypeInputInfo(att->atttypid, &input, &param);
	owner_begin(&scope, m->t->owner);
	value = OidInputFunctionCall(input, unconstify(char *, literal), param, att->atttypmod);
	owner_end(&scope);
	return value;
}

const char *
mover_item(const Mover *m, Datum key)
{
	return review_key_text(m->t, key).data;
}

/* ---- rows ---- */

static const char *
table_name(const Mover *m)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(m->rel)), RelationGetRelationName(m->rel));
}

/* WHERE key = $1 */
static const char *
where_key(const Mover *m)
{
	Oid			type = TupleDescAttr(RelationGetDescr(m->rel), m->t->key.att - 1)->atttypid;

	return psprintf("WHERE t.%s %s $1", quote_identifier(m->t->args.key), review_equals(type));
}

SPIPlanPtr
mover_plan(const Mover *m, SPIPlanPtr *kept, int n_args, const char *before, const char *after)
{
	if (*kept == NULL)
	{
		TupleDesc	desc = RelationGetDescr(m->rel);
		Oid			type[2] = {
			TupleDescAttr(desc, m->t->key.att - 1)->atttypid, TupleDescAttr(desc, m->t->state.att - 1)->atttypid
		};
		SPIPlanPtr	plan = SPI_prepare(psprintf("%s %s %s", before, where_key(m), after), n_args, type);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare a statement on table \"%s\"", RelationGetRelationName(m->rel));
		*kept = plan;
	}
	return *kept;
}

/* With the rights of the current user: policies are his */
bool
mover_sees(Mover *m, Datum key)
{
	SPIPlanPtr	plan;
	int			level;
	bool		sees;

	if (!m->row_security)
		return true;
	SPI_connect();
	level = path_begin();
	plan = mover_plan(m, &m->t->visible_plan, 1, psprintf("SELECT 1 FROM %s t", table_name(m)), "");
	if (SPI_execute_plan(plan, &key, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for a row of \"%s\"", RelationGetRelationName(m->rel));
	sees = SPI_processed > 0;
	path_end(level);
	SPI_finish();
	return sees;
}

static SPIPlanPtr
row_plan(Mover *m, RowLock lock)
{
	ReviewTable *t = m->t;
	SPIPlanPtr *kept[] = {&t->read_plan, &t->lock_plan, &t->skip_plan};
	const char *const after[] = {"", "FOR NO KEY UPDATE", "FOR NO KEY UPDATE SKIP LOCKED"};

	if (*kept[lock])
		return *kept[lock];
	return mover_plan(m, kept[lock], 1,
					  psprintf("SELECT t.%s, %s, t.%s FROM %s t", quote_identifier(t->args.state),
							   t->args.author ? psprintf("t.%s", quote_identifier(t->args.author)) : "NULL",
							   quote_identifier(t->args.key), table_name(m)), after[lock]);
}

/* The key as the row has it, which may be another than the one that was asked for and equals it: 1.0 and 1 */
static void
set_key(const Mover *m, ItemState *item, Datum key, MemoryContext cx)
{
	MemoryContext old = MemoryContextSwitchTo(cx);

	item->key = datumCopy(key, m->t->key.byval, m->t->key.len);
	MemoryContextSwitchTo(old);
}

static bool
row_by_query(Mover *m, Datum key, RowLock lock, ItemState *item)
{
	MemoryContext cx = CurrentMemoryContext;
	OwnerScope	scope;
	bool		found;

	SPI_connect();
	owner_begin(&scope, m->t->owner);
	if (SPI_execute_plan(row_plan(m, lock), &key, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read a row of \"%s\"", RelationGetRelationName(m->rel));
	found = SPI_processed > 0;
	if (found)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		null;
		Datum		value = SPI_getbinval(tuple, desc, 1, &null);

		item->state = null ? FLOW_NONE : review_state_number(m->t, value);
		value = SPI_getbinval(tuple, desc, 2, &null);
		if (!null)
		{
			MemoryContext old = MemoryContextSwitchTo(cx);

			item->author = review_column_text(&m->t->author, value);
			MemoryContextSwitchTo(old);
		}
		set_key(m, item, SPI_getbinval(tuple, desc, 3, &null), cx);
	}
	owner_end(&scope);
	SPI_finish();
	return found;
}

/* The row as the snapshot has it, into m->row */
static bool
fetch_row(Mover *m, Datum key, Snapshot snapshot)
{
	Relation	index = index_open(m->t->key_index, AccessShareLock);
	IndexScanDesc scan = hd_index_beginscan(m->rel, index, snapshot, 1);
	ScanKeyData skey;
	bool		found;

	scan_key_init(&skey, index, 1, key);
	index_rescan(scan, &skey, 1, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, m->row);
	if (found)
		ExecMaterializeSlot(m->row);
	index_endscan(scan);
	index_close(index, NoLock);
	return found;
}

/* As LockRows does (nodeLockRows.c): its newest version is locked; false: it is gone, or (ROW_SKIP) somebody else has it */
static bool
lock_fetched_row(Mover *m, RowLock lock, Snapshot snapshot, bool *again)
{
	ItemPointerData tid = m->row->tts_tid;
	uint8		flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
	TM_FailureData tmfd;
	TM_Result	result;

	*again = false;
	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	result = table_tuple_lock(m->rel, &tid, snapshot, m->row, GetCurrentCommandId(true), LockTupleNoKeyExclusive,
							  lock == ROW_SKIP ? LockWaitSkip : LockWaitBlock, flags, &tmfd);
	ExecMaterializeSlot(m->row);	/* lets go of the page */
	switch (result)
	{
		case TM_Ok:
			/* a newer version has the same key, or the guard was off: then it is another item */
			*again = tmfd.traversed;
			return true;
		case TM_WouldBlock:
			return false;
		case TM_SelfModified:
		case TM_Invisible:
			CommandCounterIncrement();
			*again = true;
			return true;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot() && lock != ROW_SKIP)
				ereport(ERROR,
						(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						 errmsg("could not serialize access due to concurrent %s",
								result == TM_Updated ? "update" : "delete")));
			return false;
		default:
			elog(ERROR, "unexpected result %d of locking a row", result);
	}
}

static bool
row_by_index(Mover *m, Datum key, RowLock lock, ItemState *item)
{
	bool		again;
	bool		null;
	Datum		value;

	do
	{
		Snapshot	snapshot = RegisterSnapshot(review_snapshot());
		bool		found = fetch_row(m, key, snapshot);

		again = false;
		if (found && lock != ROW_READ)
			found = lock_fetched_row(m, lock, snapshot, &again);
		UnregisterSnapshot(snapshot);
		if (!found)
			return false;
		CHECK_FOR_INTERRUPTS();
	} while (again);

	value = slot_getattr(m->row, m->t->state.att, &null);
	item->state = null ? FLOW_NONE : review_state_number(m->t, value);
	if (m->t->author.att != 0)
	{
		value = slot_getattr(m->row, m->t->author.att, &null);
		if (!null)
			item->author = review_column_text(&m->t->author, value);
	}
	set_key(m, item, slot_getattr(m->row, m->t->key.att, &null), CurrentMemoryContext);
	return true;
}

bool
mover_row(Mover *m, Datum key, RowLock lock, ItemState *item)
{
	memset(item, 0, sizeof(*item));
	item->key = key;
	return m->row ? row_by_index(m, key, lock, item) : row_by_query(m, key, lock, item);
}

/* ---- updating the row that is locked ---- */

/* What ExecModifyTable would do for one row; the caller has become the owner */
bool
mover_update_row(Mover *m, Datum state)
{
	bool		updated;
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *rri = makeNode(ResultRelInfo);
	TupleDesc	desc = RelationGetDescr(m->rel);
	TupleTableSlot *new;
	EPQState	epq;

	InitResultRelInfo(rri, m->rel, 0, NULL, 0);
	estate->es_opened_result_relations = list_make1(rri);
	ExecOpenIndices(rri, false);
	new = table_slot_create(m->rel, &estate->es_tupleTable);
	slot_getallattrs(m->row);
	ExecClearTuple(new);
	memcpy(new->tts_values, m->row->tts_values, desc->natts * sizeof(Datum));
	memcpy(new->tts_isnull, m->row->tts_isnull, desc->natts * sizeof(bool));
	new->tts_values[m->t->state.att - 1] = state;
	new->tts_isnull[m->t->state.att - 1] = false;
	ExecStoreVirtualTuple(new);
	ItemPointerSetInvalid(&new->tts_tid);

	PushActiveSnapshot(GetTransactionSnapshot());
	estate->es_snapshot = GetActiveSnapshot();
	estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	hd_epq_init(&epq, estate);
	ExecSimpleRelationUpdate(rri, estate, &epq, m->row, new);
	updated = ItemPointerIsValid(&new->tts_tid);
	EvalPlanQualEnd(&epq);
	AfterTriggerEndQuery(estate);
	PopActiveSnapshot();

	ExecResetTupleTable(estate->es_tupleTable, false);
	ExecCloseIndices(rri);
	FreeExecutorState(estate);
	CommandCounterIncrement();
	return updated;
}

/*-------------------------------------------------------------------------
 *
 * writer.c
 *	  The side table and the log, open for writing: rows without queries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "executor/executor.h"
#include "review/owner.h"
#include "review/writer.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* ---- opening ---- */

static void
open_table(Writer *w, OpenTable *o, Oid relid, bool plain)
{
	o->rel = table_open(relid, RowExclusiveLock);
	o->rri = makeNode(ResultRelInfo);
	InitResultRelInfo(o->rri, o->rel, 0, NULL, 0);
	/* where its own triggers look for it */
	w->estate->es_opened_result_relations = lappend(w->estate->es_opened_result_relations, o->rri);
	o->old = table_slot_create(o->rel, &w->estate->es_tupleTable);
	o->new = table_slot_create(o->rel, &w->estate->es_tupleTable);
	/* its owner may have changed it while we waited for the lock */
	o->plain = plain && w->t->valid;
}

/*
 * What a writer opens belongs to a resource owner of its own, below that of
 * the (sub)transaction: it may be held open for longer than whoever opened it.
 */
static ResourceOwner
enter(Writer *w)
{
	ResourceOwner before = CurrentResourceOwner;

	CurrentResourceOwner = w->owner;
	return before;
}

void
writer_open_indexes(Writer *w, OpenTable *o)
{
	ResourceOwner before;
	MemoryContext old;

	if (o->indexed)
		return;
	before = enter(w);
	old = MemoryContextSwitchTo(w->cx);
	if (o->plain)
		ExecOpenIndices(o->rri, false);
	else
	{
		/* simplifies expressions and predicates, which calls functions */
		OwnerScope	scope;

		owner_begin(&scope, w->t->owner);
		ExecOpenIndices(o->rri, false);
		owner_end(&scope);
	}
	o->indexed = true;
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = before;
}

void
writer_look_again(Writer *w)
{
	ResourceOwner before = enter(w);
	MemoryContext old = MemoryContextSwitchTo(w->cx);

	if (w->find)
		index_endscan(w->find);
	if (w->snapshot)
		UnregisterSnapshot(w->snapshot);
	w->snapshot = RegisterSnapshot(review_snapshot());
	w->find = hd_index_beginscan(w->side.rel, w->side_key, w->snapshot, 1);
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = before;
}

Writer *
writer_open(ReviewTable *t, bool with_log)
{
	MemoryContext cx = AllocSetContextCreate(TopTransactionContext, "hdata review log", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	Writer	   *w = palloc0(sizeof(*w));
	ResourceOwner before;

	w->t = t;
	w->cx = cx;
	w->owner = ResourceOwnerCreate(CurTransactionResourceOwner, "hdata review log");
	before = enter(w);
	w->estate = CreateExecutorState();
	open_table(w, &w->side, t->side, t->side_plain);
	w->side_key = index_open(t->side_key, RowExclusiveLock);
	scan_key_init(&w->find_key, w->side_key, 1, (Datum) 0);
	if (with_log)
		open_table(w, &w->log, t->log, t->log_plain);
	CurrentResourceOwner = before;
	writer_look_again(w);
	MemoryContextSwitchTo(old);
	return w;
}

static void
close_table(OpenTable *o)
{
	if (o->rel == NULL)
		return;
	if (o->indexed)
		ExecCloseIndices(o->rri);
	table_close(o->rel, NoLock);
}

/* Locks stay until the end of the transaction, with the owner above */
void
writer_close(Writer *w)
{
	ResourceOwner before = enter(w);

	index_endscan(w->find);
	UnregisterSnapshot(w->snapshot);
	ExecResetTupleTable(w->estate->es_tupleTable, false);
	index_close(w->side_key, NoLock);
	close_table(&w->side);
	close_table(&w->log);
	FreeExecutorState(w->estate);
	CurrentResourceOwner = before;
	ResourceOwnerRelease(w->owner, RESOURCE_RELEASE_BEFORE_LOCKS, true, false);
	ResourceOwnerRelease(w->owner, RESOURCE_RELEASE_LOCKS, true, false);
	ResourceOwnerRelease(w->owner, RESOURCE_RELEASE_AFTER_LOCKS, true, false);
	ResourceOwnerDelete(w->owner);
	MemoryContextDelete(w->cx);
}

/* ---- tables with code of the user's: it runs as the owner, at once ---- */

static ResourceOwner
begin_as_owner(Writer *w, OwnerScope *scope)
{
	ResourceOwner before = enter(w);

	owner_begin(scope, w->t->owner);
	PushActiveSnapshot(GetTransactionSnapshot());
	w->estate->es_snapshot = GetActiveSnapshot();
	w->estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	return before;
}

static void
end_as_owner(Writer *w, const OwnerScope *scope, ResourceOwner before)
{
	AfterTriggerEndQuery(w->estate);
	PopActiveSnapshot();
	w->estate->es_snapshot = InvalidSnapshot;
	owner_end(scope);
	CurrentResourceOwner = before;
}

/* A change that is not logged must not be made */
static void
check_written(const OpenTable *o)
{
	if (!ItemPointerIsValid(&o->new->tts_tid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a trigger suppressed a row of table \"%s\"", RelationGetRelationName(o->rel)),
				 errhint("See hdata.review_doctor()."),
				 errtable(o->rel)));
}

void
writer_insert(Writer *w, OpenTable *o)
{
	ExecStoreVirtualTuple(o->new);
	o->new->tts_tableOid = RelationGetRelid(o->rel);
	writer_open_indexes(w, o);
	if (o->plain)
	{
		table_tuple_insert(o->rel, o->new, GetCurrentCommandId(true), 0, NULL);
		if (o->rri->ri_NumIndices > 0)
			list_free(hd_insert_index_tuples(o->rri, o->new, w->estate, false, HD_ALL_INDEXES));
	}
	else
	{
		OwnerScope	scope;
		ResourceOwner before = begin_as_owner(w, &scope);

		ItemPointerSetInvalid(&o->new->tts_tid);
		ExecSimpleRelationInsert(o->rri, w->estate, o->new);
		check_written(o);
		end_as_owner(w, &scope, before);
	}
	ResetPerTupleExprContext(w->estate);
}

/* ---- the side table ---- */

bool
writer_find(Writer *w, Datum key, SideRow *row)
{
	OpenTable  *o = &w->side;
	ResourceOwner before = enter(w);
	MemoryContext old = MemoryContextSwitchTo(w->cx);
	bool		found;

	memset(row, 0, sizeof(*row));
	w->find_key.sk_argument = key;
	index_rescan(w->find, &w->find_key, 1, NULL, 0);
	found = index_getnext_slot(w->find, ForwardScanDirection, o->old);
	if (found)
		ExecMaterializeSlot(o->old);
	/* lets go of the pages */
	index_rescan(w->find, &w->find_key, 1, NULL, 0);
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = before;
	if (found)
		side_row_from_slot(o->old, row);
	return found;
}

void
writer_set_value(TupleTableSlot *slot, AttrNumber att, Datum value)
{
	slot->tts_values[att - 1] = value;
	slot->tts_isnull[att - 1] = false;
}

void
writer_set_null(TupleTableSlot *slot, AttrNumber att)
{
	slot->tts_values[att - 1] = (Datum) 0;
	slot->tts_isnull[att - 1] = true;
}

void
writer_set_text(TupleTableSlot *slot, AttrNumber att, const char *value)
{
	if (value)
		writer_set_value(slot, att, CStringGetTextDatum(value));
	else
		writer_set_null(slot, att);
}

void
writer_set_bytes(TupleTableSlot *slot, AttrNumber att, const uint8 *data, int len)
{
	bytea	   *bytes;

	if (data == NULL)
	{
		writer_set_null(slot, att);
		return;
	}
	bytes = palloc(VARHDRSZ + len);
	SET_VARSIZE(bytes, VARHDRSZ + len);
	memcpy(VARDATA(bytes), data, len);
	writer_set_value(slot, att, PointerGetDatum(bytes));
}

static void
fill_side(const ReviewTable *t, TupleTableSlot *slot, const SideRow *row)
{
	int32		state = flow_state(t->flow, row->state, strlen(row->state));

	writer_set_value(slot, SIDE_REV, Int32GetDatum(row->rev));
	writer_set_value(slot, SIDE_ROUND, Int16GetDatum(row->round));
	writer_set_value(slot, SIDE_PRIORITY, Float4GetDatum(row->priority));
	writer_set_value(slot, SIDE_ENTERED_AT, TimestampTzGetDatum(row->entered_at));
	writer_set_text(slot, SIDE_STATE, row->state);
	writer_set_text(slot, SIDE_AUTHOR, row->author);
	writer_set_text(slot, SIDE_LAST_REVIEWER, row->last_reviewer);
	writer_set_text(slot, SIDE_CLAIMED_BY, row->claimed_by);
	if (row->claimed_by)
	{
		writer_set_value(slot, SIDE_CLAIM_TOKEN, Int64GetDatum(row->claim_token));
		writer_set_value(slot, SIDE_CLAIMED_AT, TimestampTzGetDatum(row->claimed_at));
		writer_set_value(slot, SIDE_CLAIM_UNTIL, TimestampTzGetDatum(row->claim_until));
	}
	else
	{
		writer_set_null(slot, SIDE_CLAIM_TOKEN);
		writer_set_null(slot, SIDE_CLAIMED_AT);
		writer_set_null(slot, SIDE_CLAIM_UNTIL);
	}
	writer_set_bytes(slot, SIDE_HEAD, row->has_head ? row->head : NULL, HD_SHA256_LEN);
	writer_set_text(slot, SIDE_QUEUE, state >= 0 && (t->queued >> state & 1) ? row->state : NULL);
}

/* A tuple that is not plain is locked first: the executor's function takes no answer but yes */
static TM_Result
lock_old(OpenTable *o, Snapshot snapshot)
{
	TM_FailureData tmfd;
	ItemPointerData tid = o->old->tts_tid;
	TM_Result	result = table_tuple_lock(o->rel, &tid, snapshot, o->old, GetCurrentCommandId(true),
										  LockTupleNoKeyExclusive, LockWaitBlock, 0, &tmfd);

	ExecMaterializeSlot(o->old);	/* lets go of the page */
	return result;
}

static TM_Result
checked(TM_Result result)
{
	if ((result == TM_Updated || result == TM_Deleted) && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	return result;
}

TM_Result
writer_update_side(Writer *w, const SideRow *row)
{
	OpenTable  *o = &w->side;
	ItemPointerData tid = o->old->tts_tid;
	TM_Result	result;

	/* what we do not know (columns that the user added) stays as it is */
	slot_getallattrs(o->old);
	ExecClearTuple(o->new);
	memcpy(o->new->tts_values, o->old->tts_values, RelationGetDescr(o->rel)->natts * sizeof(Datum));
	memcpy(o->new->tts_isnull, o->old->tts_isnull, RelationGetDescr(o->rel)->natts * sizeof(bool));
	fill_side(w->t, o->new, row);
	ExecStoreVirtualTuple(o->new);
	o->new->tts_tableOid = RelationGetRelid(o->rel);

	if (o->plain)
	{
		TM_FailureData tmfd;
		LockTupleMode mode;
		HdUpdateIndexes which;

		result = table_tuple_update(o->rel, &tid, o->new, GetCurrentCommandId(true), w->snapshot, InvalidSnapshot,
									true, &tmfd, &mode, &which);
		if (result == TM_Ok && !HD_NO_INDEXES(which))
		{
			writer_open_indexes(w, o);
			list_free(hd_insert_index_tuples(o->rri, o->new, w->estate, true, which));
		}
	}
	else
	{
		result = lock_old(o, w->snapshot);
		writer_open_indexes(w, o);
		if (result == TM_Ok)
		{
			OwnerScope	scope;
			EPQState	epq;
			ResourceOwner before = begin_as_owner(w, &scope);

			hd_epq_init(&epq, w->estate);
			ItemPointerSetInvalid(&o->new->tts_tid);
			ExecSimpleRelationUpdate(o->rri, w->estate, &epq, o->old, o->new);
			check_written(o);
			EvalPlanQualEnd(&epq);
			end_as_owner(w, &scope, before);
		}
	}
	ResetPerTupleExprContext(w->estate);
	return checked(result);
}

TM_Result
writer_delete_side(Writer *w)
{
	OpenTable  *o = &w->side;
	ItemPointerData tid = o->old->tts_tid;
	TM_FailureData tmfd;
	TM_Result	result;

	if (o->plain)
		return checked(table_tuple_delete(o->rel, &tid, GetCurrentCommandId(true), w->snapshot, InvalidSnapshot,
										  true, &tmfd, false));
	result = lock_old(o, w->snapshot);
	if (result == TM_Ok)
	{
		OwnerScope	scope;
		EPQState	epq;
		ResourceOwner before = begin_as_owner(w, &scope);

		hd_epq_init(&epq, w->estate);
		ExecSimpleRelationDelete(o->rri, w->estate, &epq, o->old);
		EvalPlanQualEnd(&epq);
		end_as_owner(w, &scope, before);
	}
	return checked(result);
}

void
writer_insert_side(Writer *w, Datum key, const SideRow *row)
{
	OpenTable  *o = &w->side;

	ExecClearTuple(o->new);
	memset(o->new->tts_isnull, true, RelationGetDescr(o->rel)->natts * sizeof(bool));
	writer_set_value(o->new, SIDE_ITEM, key);
	fill_side(w->t, o->new, row);
	writer_insert(w, o);
}

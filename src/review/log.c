/*-------------------------------------------------------------------------
 *
 * log.c
 *	  The side table and the log.
 *
 * Rows are found through the primary keys and written by the executor's own
 * functions, without a plan.  The row of the user's table is locked by whoever
 * gets here, so of an item's row in the side table only claims can change
 * meanwhile: then it is read again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "executor/executor.h"
#include "review/log.h"
#include "review/writer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* ---- snapshots ---- */

/*
 * What is committed now, and what this transaction did; under REPEATABLE READ
 * what was committed when it began: who changes what changed since fails.
 */
Snapshot
review_snapshot(void)
{
	return IsolationUsesXactSnapshot() ? GetTransactionSnapshot() : GetLatestSnapshot();
}

/* ---- reading ---- */

/* A scan of the leading columns of an index; nothing of it outlives it but copies */
typedef struct KeyScan
{
	Relation	rel;
	Relation	index;
	Snapshot	snapshot;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} KeyScan;

void
scan_key_init(ScanKey key, Relation index, int column, Datum value)
{
	Oid			type = index->rd_opcintype[column - 1];
	Oid			op = get_opfamily_member(index->rd_opfamily[column - 1], type, type, BTEqualStrategyNumber);

	ScanKeyEntryInitialize(key, 0, column, BTEqualStrategyNumber, type, index->rd_indcollation[column - 1],
						   get_opcode(op), value);
}

static void
key_scan_begin(KeyScan *s, Oid relid, Oid index, Datum value)
{
	ScanKeyData key;

	s->rel = table_open(relid, AccessShareLock);
	s->index = index_open(index, AccessShareLock);
	s->snapshot = RegisterSnapshot(review_snapshot());
	s->slot = table_slot_create(s->rel, NULL);
	scan_key_init(&key, s->index, 1, value);
	s->scan = hd_index_beginscan(s->rel, s->index, s->snapshot, 1);
	index_rescan(s->scan, &key, 1, NULL, 0);
}

static bool
key_scan_next(KeyScan *s, ScanDirection direction)
{
	return index_getnext_slot(s->scan, direction, s->slot);
}

static void
key_scan_end(KeyScan *s)
{
	index_endscan(s->scan);
	ExecDropSingleTupleTableSlot(s->slot);
	UnregisterSnapshot(s->snapshot);
	index_close(s->index, NoLock);
	table_close(s->rel, NoLock);
}

static Oid
primary_key(Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	Oid			index;

	(void) RelationGetIndexList(rel);
	index = rel->rd_pkindex;
	table_close(rel, NoLock);
	return index;
}

static char *
slot_text(TupleTableSlot *slot, AttrNumber att)
{
	bool		null;
	Datum		value = slot_getattr(slot, att, &null);

	return null ? NULL : TextDatumGetCString(value);
}

static Datum
slot_value(TupleTableSlot *slot, AttrNumber att)
{
	bool		null;
	Datum		value = slot_getattr(slot, att, &null);

	return null ? (Datum) 0 : value;
}

static bool
slot_digest(TupleTableSlot *slot, AttrNumber att, uint8 *digest)
{
	bool		null;
	Datum		value = slot_getattr(slot, att, &null);
	bytea	   *bytes;

	if (null)
		return false;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) != HD_SHA256_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a hash in the log of a review has %d bytes instead of %d",
						(int) VARSIZE_ANY_EXHDR(bytes), HD_SHA256_LEN)));
	memcpy(digest, VARDATA_ANY(bytes), HD_SHA256_LEN);
	return true;
}

void
side_row_from_slot(TupleTableSlot *slot, SideRow *row)
{
	slot_getallattrs(slot);
	row->found = true;
	row->rev = DatumGetInt32(slot_value(slot, SIDE_REV));
	row->round = DatumGetInt16(slot_value(slot, SIDE_ROUND));
	row->priority = DatumGetFloat4(slot_value(slot, SIDE_PRIORITY));
	row->entered_at = DatumGetTimestampTz(slot_value(slot, SIDE_ENTERED_AT));
	row->state = slot_text(slot, SIDE_STATE);
	row->author = slot_text(slot, SIDE_AUTHOR);
	row->last_reviewer = slot_text(slot, SIDE_LAST_REVIEWER);
	row->claimed_by = slot_text(slot, SIDE_CLAIMED_BY);
	row->claim_token = DatumGetInt64(slot_value(slot, SIDE_CLAIM_TOKEN));
	row->claimed_at = DatumGetTimestampTz(slot_value(slot, SIDE_CLAIMED_AT));
	row->claim_until = DatumGetTimestampTz(slot_value(slot, SIDE_CLAIM_UNTIL));
	row->has_head = slot_digest(slot, SIDE_HEAD, row->head);
}

void
side_read(ReviewTable *t, Datum key, SideRow *row)
{
	KeyScan		s;

	memset(row, 0, sizeof(*row));
	key_scan_begin(&s, t->side, t->side_key, key);
	if (key_scan_next(&s, ForwardScanDirection))
		side_row_from_slot(s.slot, row);
	key_scan_end(&s);
}

int64
log_count(ReviewTable *t, Datum key, const char *from, const char *action)
{
	int64		n = 0;
	KeyScan		s;

	key_scan_begin(&s, t->log, primary_key(t->log), key);
	while (key_scan_next(&s, ForwardScanDirection))
	{
		char	   *row_from = slot_text(s.slot, LOG_FROM_STATE);
		char	   *row_action = slot_text(s.slot, LOG_ACTION);

		if (row_from && slot_value(s.slot, LOG_TO_STATE) != 0 && strcmp(row_from, from) == 0 &&
			strcmp(row_action, action) == 0)
			n++;
	}
	key_scan_end(&s);
	return n;
}

/* The index of idempotency keys: unique, on that column alone */
static Oid
idem_index(Oid log)
{
	Relation	rel = table_open(log, AccessShareLock);
	Oid			found = InvalidOid;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index->rd_index->indisunique && index->rd_index->indisvalid && index->rd_index->indnkeyatts == 1 &&
			index->rd_index->indkey.values[0] == LOG_IDEM)
			found = RelationGetRelid(index);
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	if (!OidIsValid(found))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the unique index of idempotency keys on \"%s\" is gone", get_rel_name(log)),
				 errhint("CREATE UNIQUE INDEX ON %s (idem) WHERE idem IS NOT NULL", get_rel_name(log))));
	return found;
}

bool
log_find_idem(ReviewTable *t, const char *idem, LoggedMove *move)
{
	KeyScan		s;
	bool		found;

	key_scan_begin(&s, t->log, idem_index(t->log), CStringGetTextDatum(idem));
	found = key_scan_next(&s, ForwardScanDirection);
	if (found)
	{
		move->item = review_key_text(t, slot_value(s.slot, LOG_ITEM)).data;
		move->seq = DatumGetInt32(slot_value(s.slot, LOG_SEQ));
		move->from = slot_text(s.slot, LOG_FROM_STATE);
		move->to = slot_text(s.slot, LOG_TO_STATE);
		move->action = slot_text(s.slot, LOG_ACTION);
		move->actor = slot_text(s.slot, LOG_ACTOR);
		move->reason_code = slot_text(s.slot, LOG_REASON_CODE);
		move->at = DatumGetTimestampTz(slot_value(s.slot, LOG_AT));
	}
	key_scan_end(&s);
	return found;
}

/* The end of the log of an item whose row in the side table is not there */
void
read_log_end(ReviewTable *t, Datum key, SideRow *row)
{
	KeyScan		s;

	key_scan_begin(&s, t->log, primary_key(t->log), key);
	if (key_scan_next(&s, BackwardScanDirection))
	{
		row->rev = DatumGetInt32(slot_value(s.slot, LOG_SEQ));
		row->round = DatumGetInt16(slot_value(s.slot, LOG_ROUND));
		row->entered_at = DatumGetTimestampTz(slot_value(s.slot, LOG_AT));
		row->has_head = slot_digest(s.slot, LOG_H, row->head);
	}
	key_scan_end(&s);
}

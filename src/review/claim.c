/*-------------------------------------------------------------------------
 *
 * claim.c
 *	  Claims: leases on items, on the rows of the side table.
 *
 * The lease stands in the very row that is locked to take it.  With leases in
 * a table of their own, SKIP LOCKED hands items to two workers: the snapshot
 * is older than the other's commit, and the row that is locked was never
 * changed.  Here whoever finds the row changed since his snapshot leaves it
 * alone, under any isolation level, and looks at the next.
 *
 * Nobody waits: rows that are locked are passed over, and so are items whose
 * row in the user's table is locked, because it is about to be moved.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/hashfn.h"
#include "common/srf.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "review/move.h"
#include "review/owner.h"
#include "review/writer.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Claims that have run out are few: what is not among the oldest so many waits for the next call */
#define MAX_EXPIRED 64

/*
 * One state that is searched: items that nobody holds, from an index in the
 * order of the queue, or items whose claim has run out, sorted.
 */
typedef struct Queue
{
	int32		state;
	IndexScanDesc scan;			/* NULL: expired */
	HeapTuple  *expired;
	int			n_expired;
	int			next;
	TupleTableSlot *slot;
	ItemPointerData tid;		/* of the row in slot */
	bool		more;			/* slot holds a row */
} Queue;

typedef struct Claimer
{
	Mover		m;
	Writer	   *w;
	Relation	queue_index;
	Relation	expiry_index;
	Relation	claim_index;
	Snapshot	snapshot;
	TimestampTz now;
	int64		ttl;
} Claimer;

/* ---- indexes of the side table ---- */

static Relation
index_of(const OpenTable *side, int n, const AttrNumber *column, const char *definition)
{
	for (int i = 0; i < side->rri->ri_NumIndices; i++)
	{
		Relation	index = side->rri->ri_IndexRelationDescs[i];
		bool		same = index->rd_index->indnkeyatts == n && index->rd_index->indisvalid;

		for (int j = 0; same && j < n; j++)
			same = index->rd_index->indkey.values[j] == column[j];
		if (same)
			return index;
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" has lost an index", RelationGetRelationName(side->rel)),
			 errhint("CREATE INDEX ON %s %s", RelationGetRelationName(side->rel), definition),
			 errtable(side->rel)));
}

static void
claimer_begin(Claimer *c, Oid relid, const char *actor, const Interval *ttl, const char *name)
{
	static const AttrNumber queue[] = {SIDE_QUEUE, SIDE_PRIORITY, SIDE_ITEM};
	static const AttrNumber expiry[] = {SIDE_QUEUE, SIDE_CLAIM_UNTIL};
	static const AttrNumber claim[] = {SIDE_CLAIMED_BY, SIDE_CLAIM_TOKEN};

	memset(c, 0, sizeof(*c));
	mover_begin_writing(&c->m, relid, actor, name);
	c->w = writer_open(c->m.t, false);
	writer_open_indexes(c->w, &c->w->side);
	c->queue_index = index_of(&c->w->side, 3, queue, REVIEW_QUEUE_INDEX);
	c->expiry_index = index_of(&c->w->side, 2, expiry, REVIEW_EXPIRY_INDEX);
	c->claim_index = index_of(&c->w->side, 2, claim, REVIEW_CLAIM_INDEX);
	c->ttl = ttl ? review_ttl(ttl) : c->m.t->args.claim_ttl;
}

static void
claimer_end(Claimer *c)
{
	writer_close(c->w);
	mover_end(&c->m);
	/* the next call sees it, also one of the same statement */
	CommandCounterIncrement();
}

/* ---- the limit of open claims ---- */

/* Counting without a lock lets two calls of one actor both pass */
static void
lock_actor(const Claimer *c)
{
	char	   *name = psprintf("hdata claim:%u:%s", c->m.t->root, c->m.actor.name);
	uint64		key = hash_bytes_extended((unsigned char *) name, strlen(name), 0);
	LOCKTAG		tag;

	/* not of the classes 1 and 2, which everybody can lock by pg_advisory_lock() */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (key >> 32), (uint32) key, 3);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static int64
count_open(Claimer *c)
{
	OpenTable  *side = &c->w->side;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	IndexScanDesc scan = hd_index_beginscan(side->rel, c->claim_index, snapshot, 1);
	ScanKeyData key;
	int64		n = 0;

	scan_key_init(&key, c->claim_index, 1, CStringGetTextDatum(c->m.actor.name));
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, side->old))
	{
		SideRow		row;

		side_row_from_slot(side->old, &row);
		if (row.claim_until > c->now)
			n++;
	}
	ExecClearTuple(side->old);	/* its page belongs to the caller, not to the writer */
	index_endscan(scan);
	UnregisterSnapshot(snapshot);
	return n;
}

/* How many of n the actor may still claim */
static int64
within_limit(Claimer *c, int64 n)
{
	int32		limit = c->m.t->args.claim_limit;
	int64		open;

	if (limit == 0)
		return n;
	lock_actor(c);
	open = count_open(c);
	if (open >= limit)
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_TOO_MANY_CLAIMS),
				 errmsg("\"%s\" holds " INT64_FORMAT " claims, of %d at most", c->m.actor.name, open, limit),
				 errhint("Finish or release one first."),
				 errtable(c->m.rel),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "claim_limit")));
	return Min(n, limit - open);
}

/* ---- which states ---- */

/* Edges that need a claim, or every edge of a state that has none such */
static bool
edge_counts(const Claimer *c, const FlowEdge *edge)
{
	const FlowState *state = &c->m.t->flow->state[edge->from];

	if (edge->claim)
		return true;
	for (int i = state->first_edge; i < state->first_edge + state->n_edges; i++)
		if (c->m.t->flow->edge[i].claim)
			return false;
	return true;
}

/* Can the actor's roles take any edge from the state for which a claim is of use? */
static bool
state_is_open(Claimer *c, int32 number)
{
	const Flow *flow = c->m.t->flow;
	const FlowState *state = &flow->state[number];

	for (int i = state->first_edge; i < state->first_edge + state->n_edges; i++)
		if (edge_counts(c, &flow->edge[i]) && actor_may(c->m.t, &flow->edge[i], &c->m.actor))
			return true;
	return false;
}

/* The named states, or all that have an edge with "claim"; ascending */
static uint64
choose_states(FunctionCallInfo fcinfo, Claimer *c)
{
	const Flow *flow = c->m.t->flow;
	uint64		set = 0;

	if (PG_ARGISNULL(2))
	{
		if (c->m.t->queued == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("nothing is claimed from table \"%s\"", RelationGetRelationName(c->m.rel)),
					 errhint("Mark edges of flow \"%s\" with \"claim\", or name states in review_attach(queue => ...).",
							 c->m.t->args.flow)));
		for (int32 i = 0; i < flow->n_states; i++)
			if ((c->m.t->queued >> i & 1) && state_is_open(c, i))
				set |= UINT64CONST(1) << i;
	}
	else
	{
		int			n;
		Datum	   *name = arg_text_array(fcinfo, 2, "states", &n);

		for (int i = 0; i < n; i++)
		{
			text	   *t = DatumGetTextPP(name[i]);
			int32		state = flow_state(flow, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));

			if (state < 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("flow \"%s\" has no state \"%s\"", c->m.t->args.flow, text_to_cstring(t))));
			if (!(c->m.t->queued >> state & 1))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("nothing is claimed from state \"%s\"", text_to_cstring(t)),
						 errhint("Mark an edge that leaves it with \"claim\", or name it in review_attach(queue => ...).")));
			if (state_is_open(c, state))
				set |= UINT64CONST(1) << state;
		}
	}
	return set;
}

/* ---- the search ---- */

static void
queue_next(Queue *q)
{
	if (q->scan)
	{
		q->more = index_getnext_slot(q->scan, ForwardScanDirection, q->slot);
		if (q->more)
			q->tid = q->slot->tts_tid;
		return;
	}
	q->more = q->next < q->n_expired;
	if (q->more)
	{
		q->tid = q->expired[q->next]->t_self;
		ExecForceStoreHeapTuple(q->expired[q->next++], q->slot, false);
	}
}

static float4
priority_of(const Queue *q)
{
	bool		null;

	return DatumGetFloat4(slot_getattr(q->slot, SIDE_PRIORITY, &null));
}

static int
by_priority(const void *a, const void *b, void *arg)
{
	TupleDesc	desc = arg;
	bool		null;
	float4		x = DatumGetFloat4(heap_getattr(*(const HeapTuple *) a, SIDE_PRIORITY, desc, &null));
	float4		y = DatumGetFloat4(heap_getattr(*(const HeapTuple *) b, SIDE_PRIORITY, desc, &null));

	if (x != y)
		return x > y ? -1 : 1;
	return ItemPointerCompare(&(*(const HeapTuple *) a)->t_self, &(*(const HeapTuple *) b)->t_self);
}

static bool
affine(const Claimer *c, const SideRow *row)
{
	bool		own = row->last_reviewer && strcmp(row->last_reviewer, c->m.actor.name) == 0;

	switch (c->m.t->args.affinity)
	{
		case AFFINITY_SAME:
			return own || row->last_reviewer == NULL;
		case AFFINITY_OTHER:
			return !own;
		default:
			return true;
	}
}

/* Could the actor take any edge with the item once it is claimed? */
static bool
of_use(Claimer *c, int32 state, Datum key, const SideRow *row)
{
	const Flow *flow = c->m.t->flow;
	ItemState	item = {
		.key = key,
		.state = state,
		.author = row->author,
		.side_read = true,
		.side = *row,
		.now = c->now,
		.reason = "given"
	};

	item.side.claimed_by = c->m.actor.name;
	item.side.claim_until = PG_INT64_MAX;
	for (int i = flow->state[state].first_edge; i < flow->state[state].first_edge + flow->state[state].n_edges; i++)
	{
		int32		to;

		if (edge_counts(c, &flow->edge[i]) && edge_refusal(c->m.t, &flow->edge[i], &c->m.actor, &item, &to) == NULL)
			return true;
	}
	return false;
}

static void
collect_expired(Claimer *c, Queue *q)
{
	Relation	rel = c->w->side.rel;
	Oid			later = get_opfamily_member(c->expiry_index->rd_opfamily[1], TIMESTAMPTZOID, TIMESTAMPTZOID,
											BTLessEqualStrategyNumber);
	IndexScanDesc scan = hd_index_beginscan(rel, c->expiry_index, c->snapshot, 2);
	ScanKeyData key[2];
	MemoryContext cx;

	q->expired = palloc(MAX_EXPIRED * sizeof(HeapTuple));
	scan_key_init(&key[0], c->expiry_index, 1, CStringGetTextDatum(c->m.t->flow->state[q->state].name));
	ScanKeyEntryInitialize(&key[1], 0, 2, BTLessEqualStrategyNumber, TIMESTAMPTZOID, InvalidOid, get_opcode(later),
						   TimestampTzGetDatum(c->now));
	index_rescan(scan, key, 2, NULL, 0);
	/* what is of no use to this actor must not keep him from the rest */
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata claim", ALLOCSET_SMALL_SIZES);
	while (q->n_expired < MAX_EXPIRED && index_getnext_slot(scan, ForwardScanDirection, q->slot))
	{
		MemoryContext old = MemoryContextSwitchTo(cx);
		bool		null;
		bool		useful;
		SideRow		row;

		CHECK_FOR_INTERRUPTS();
		side_row_from_slot(q->slot, &row);
		useful = affine(c, &row) && of_use(c, q->state, slot_getattr(q->slot, SIDE_ITEM, &null), &row);
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
		if (useful)
			q->expired[q->n_expired++] = ExecCopySlotHeapTuple(q->slot);
	}
	MemoryContextDelete(cx);
	ExecClearTuple(q->slot);
	index_endscan(scan);
	qsort_arg(q->expired, q->n_expired, sizeof(HeapTuple), by_priority, RelationGetDescr(rel));
}

static Queue *
new_queue(Claimer *c, Queue *queue, int *n, int32 state)
{
	Queue	   *q = &queue[(*n)++];

	memset(q, 0, sizeof(*q));
	q->state = state;
	q->slot = table_slot_create(c->w->side.rel, NULL);
	return q;
}

/* Two for each state */
static Queue *
open_queues(Claimer *c, uint64 states, int *n)
{
	Queue	   *queue = palloc(2 * FLOW_MAX_STATES * sizeof(Queue));

	*n = 0;
	for (int32 i = 0; i < c->m.t->flow->n_states; i++)
		if (states >> i & 1)
		{
			Queue	   *q = new_queue(c, queue, n, i);
			ScanKeyData key;

			collect_expired(c, q);
			queue_next(q);
			q = new_queue(c, queue, n, i);
			q->scan = hd_index_beginscan(c->w->side.rel, c->queue_index, c->snapshot, 1);
			scan_key_init(&key, c->queue_index, 1, CStringGetTextDatum(c->m.t->flow->state[i].name));
			index_rescan(q->scan, &key, 1, NULL, 0);
			queue_next(q);
		}
	return queue;
}

/* The queue whose next row has the highest priority */
static Queue *
best_queue(Queue *queue, int n)
{
	Queue	   *best = NULL;

	for (int i = 0; i < n; i++)
		if (queue[i].more && (best == NULL || priority_of(&queue[i]) > priority_of(best)))
			best = &queue[i];
	return best;
}

static bool
is_claimed(const Claimer *c, TupleTableSlot *slot)
{
	bool		null;
	Datum		until;

	(void) slot_getattr(slot, SIDE_CLAIMED_BY, &null);
	if (null)
		return false;
	until = slot_getattr(slot, SIDE_CLAIM_UNTIL, &null);
	return !null && DatumGetTimestampTz(until) > c->now;
}

/* Locks both rows without waiting; false: somebody else is at it, or it is no longer as the snapshot has it */
static bool
lock_item(Claimer *c, Queue *q, Datum key)
{
	OpenTable  *side = &c->w->side;
	ItemPointerData tid = q->tid;
	TM_FailureData tmfd;
	TM_Result	result;
	ItemState	item;

	result = table_tuple_lock(side->rel, &tid, c->snapshot, side->old, GetCurrentCommandId(true),
							  LockTupleNoKeyExclusive, LockWaitSkip, 0, &tmfd);
	ExecMaterializeSlot(side->old);		/* lets go of the page */
	if (result != TM_Ok)
		return false;
	return mover_row(&c->m, key, ROW_SKIP, &item) && item.state == q->state;
}

static bool
try_claim(Claimer *c, Queue *q, SrfRow *result)
{
	SideRow		row;
	bool		null;
	Datum		key;

	if (is_claimed(c, q->slot))
		return false;
	side_row_from_slot(q->slot, &row);
	key = slot_getattr(q->slot, SIDE_ITEM, &null);
	if (!affine(c, &row) || !of_use(c, q->state, key, &row) || !mover_sees(&c->m, key) || !lock_item(c, q, key))
		return false;

	row.claimed_by = c->m.actor.name;
	row.claim_token = nextval_internal(c->m.t->tokens, false);
	row.claimed_at = c->now;
	row.claim_until = c->now + c->ttl;
	if (writer_update_side(c->w, &row) != TM_Ok)
		elog(ERROR, "a row of the side table changed although it was locked");
	srf_cstring(result, mover_item(&c->m, key));
	srf_int64(result, row.claim_token);
	srf_datum(result, TimestampTzGetDatum(row.claim_until));
	srf_end_row(result);
	return true;
}

PG_FUNCTION_INFO_V1(review_claim);
Datum
review_claim(PG_FUNCTION_ARGS)
{
	MemoryContext cx = CurrentMemoryContext;
	MemoryContext row_cx;
	SrfRow		result;
	Claimer		c;
	Queue	   *queue;
	Queue	   *q;
	uint64		states;
	int64		n;
	int			n_queues;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	if (PG_ARGISNULL(1))
		arg_is_null("n");
	n = PG_GETARG_INT32(1);
	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n must be at least 1")));
	srf_begin(fcinfo, &result);
	claimer_begin(&c, PG_GETARG_OID(0), PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4)),
				  PG_ARGISNULL(3) ? NULL : PG_GETARG_INTERVAL_P(3), "review_claim()");
	states = choose_states(fcinfo, &c);
	c.now = GetCurrentTimestamp();
	n = within_limit(&c, n);

	writer_look_again(c.w);
	c.snapshot = c.w->snapshot;
	queue = open_queues(&c, states, &n_queues);
	row_cx = AllocSetContextCreate(CurrentMemoryContext, "review_claim", ALLOCSET_SMALL_SIZES);
	while (n > 0 && (q = best_queue(queue, n_queues)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row_cx);
		if (try_claim(&c, q, &result))
			n--;
		MemoryContextSwitchTo(cx);
		MemoryContextReset(row_cx);
		queue_next(q);
	}
	for (int i = 0; i < n_queues; i++)
	{
		if (queue[i].scan)
			index_endscan(queue[i].scan);
		ExecDropSingleTupleTableSlot(queue[i].slot);
	}
	claimer_end(&c);
	return (Datum) 0;
}

/* ---- one claim by its token ---- */

/* The row into side.old */
static bool
find_claim(Claimer *c, int64 token, SideRow *row)
{
	OpenTable  *side = &c->w->side;
	IndexScanDesc scan = hd_index_beginscan(side->rel, c->claim_index, c->w->snapshot, 2);
	ScanKeyData key[2];
	bool		found;

	scan_key_init(&key[0], c->claim_index, 1, CStringGetTextDatum(c->m.actor.name));
	scan_key_init(&key[1], c->claim_index, 2, Int64GetDatum(token));
	index_rescan(scan, key, 2, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, side->old);
	if (found)
	{
		side_row_from_slot(side->old, row);
		ExecMaterializeSlot(side->old);
	}
	index_endscan(scan);
	return found;
}

/* Gives the claim a new end, or (ttl 0) ends it; false: the actor holds no such claim */
static bool
change_claim(Claimer *c, int64 token, int64 ttl, TimestampTz *until)
{
	TM_Result	result;

	do
	{
		SideRow		row;

		CHECK_FOR_INTERRUPTS();
		writer_look_again(c->w);
		if (!find_claim(c, token, &row))
			return false;
		if (ttl > 0)
			*until = row.claim_until = GetCurrentTimestamp() + ttl;
		else
			row.claimed_by = NULL;
		result = writer_update_side(c->w, &row);
		if (result == TM_SelfModified || result == TM_Invisible)
			CommandCounterIncrement();
	} while (result != TM_Ok);
	return true;
}

static int64
token_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	if (PG_ARGISNULL(1))
		arg_is_null("token");
	return PG_GETARG_INT64(1);
}

PG_FUNCTION_INFO_V1(review_renew);
Datum
review_renew(PG_FUNCTION_ARGS)
{
	int64		token = token_argument(fcinfo);
	TimestampTz until = 0;
	Claimer		c;

	claimer_begin(&c, PG_GETARG_OID(0), PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3)),
				  PG_ARGISNULL(2) ? NULL : PG_GETARG_INTERVAL_P(2), "review_renew()");
	if (!change_claim(&c, token, c.ttl, &until))
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_NO_CLAIM),
				 errmsg("\"%s\" does not hold claim " INT64_FORMAT " any more", c.m.actor.name, token),
				 errdetail("The item was moved, or claimed by somebody else after the claim had run out."),
				 errhint("Claim again."),
				 errtable(c.m.rel),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "claim")));
	claimer_end(&c);
	PG_RETURN_TIMESTAMPTZ(until);
}

PG_FUNCTION_INFO_V1(review_release);
Datum
review_release(PG_FUNCTION_ARGS)
{
	int64		token = token_argument(fcinfo);
	Claimer		c;
	bool		held;

	claimer_begin(&c, PG_GETARG_OID(0), PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)), NULL,
				  "review_release()");
	held = change_claim(&c, token, 0, NULL);
	claimer_end(&c);
	PG_RETURN_BOOL(held);
}

PG_FUNCTION_INFO_V1(review_sweep);
Datum
review_sweep(PG_FUNCTION_ARGS)
{
	OwnerScope	scope;
	Mover		m;
	const char *side;
	int64		n;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	mover_begin_writing(&m, PG_GETARG_OID(0), NULL, "review_sweep()");
	side = quote_qualified_identifier(get_namespace_name(get_rel_namespace(m.t->side)), get_rel_name(m.t->side));
	SPI_connect();
	owner_begin(&scope, m.t->owner);
	if (SPI_execute(psprintf("UPDATE %s SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, claim_until = NULL"
							 " WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE claimed_by IS NOT NULL"
							 " AND claim_until <= pg_catalog.clock_timestamp() FOR NO KEY UPDATE SKIP LOCKED))",
							 side, side), false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not sweep claims");
	n = SPI_processed;
	owner_end(&scope);
	SPI_finish();
	mover_end(&m);
	PG_RETURN_INT64(n);
}

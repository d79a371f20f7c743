/*-------------------------------------------------------------------------
 *
 * transition.c
 *	  A change of state, into the log and the side table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "review/writer.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* ---- the log ---- */

/* 16 random bytes, taken from the system by the thousand */
static void
make_salt(uint8 *salt)
{
	static uint8 pool[256 * CHAIN_SALT_LEN];
	static int	used = sizeof(pool);
	static int	pid = 0;

	if (used == sizeof(pool) || pid != MyProcPid)
	{
		if (!pg_strong_random(pool, sizeof(pool)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate random values")));
		used = 0;
		pid = MyProcPid;
	}
	memcpy(salt, pool + used, CHAIN_SALT_LEN);
	memset(pool + used, 0, CHAIN_SALT_LEN);
	used += CHAIN_SALT_LEN;
}

static ChainText
chain_text(const char *s)
{
	ChainText	t = {s, s ? strlen(s) : 0};

	return t;
}

/*
 * The row of the log into log.new, and its hash, which is the new head.
 * before: the row of the side table before the transition; the claim goes into
 * the log if it was the actor's.
 */
static void
prepare_log(Writer *w, const Transition *tr, const SideRow *before, int16 round, uint8 *head)
{
	TupleTableSlot *slot = w->log.new;
	uint8		salt[CHAIN_SALT_LEN];
	uint8		private_hash[HD_SHA256_LEN];
	uint64		xid = U64FromFullTransactionId(GetTopFullTransactionId());
	bool		claimed = before->claimed_by && strcmp(before->claimed_by, tr->actor.name) == 0;
	ChainEntry	e = {
		.item = review_key_text(w->t, tr->key),
		.seq = tr->seq,
		.at = tr->at,
		.xid = xid,
		.flow_version = w->t->flow->version,
		.round = round,
		.from_state = chain_text(tr->from),
		.to_state = chain_text(tr->to),
		.action = chain_text(tr->action),
		.claim_token = {before->claim_token, !claimed},
		.claimed_at = {before->claimed_at, !claimed},
		.reason_code = chain_text(tr->reason_code),
		.idem = chain_text(tr->idem),
		.content_hash = tr->has_content ? tr->content_hash : NULL,
		.actor = chain_text(tr->actor.name),
		.db_role = chain_text(tr->actor.db_role),
		.reason = chain_text(tr->reason)
	};

	if (tr->has_detail)
	{
		Jsonb	   *detail = DatumGetJsonbP(tr->detail);

		e.detail = chain_text(JsonbToCString(NULL, &detail->root, VARSIZE(detail)));
	}
	make_salt(salt);
	chain_private_hash(&e, salt, private_hash);
	chain_hash(&e, before->has_head ? before->head : NULL, private_hash, head);

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, RelationGetDescr(w->log.rel)->natts * sizeof(bool));
	writer_set_value(slot, LOG_ITEM, tr->key);
	writer_set_value(slot, LOG_AT, TimestampTzGetDatum(tr->at));
	writer_set_value(slot, LOG_XID, UInt64GetDatum(xid));
	if (claimed)
	{
		writer_set_value(slot, LOG_CLAIM_TOKEN, Int64GetDatum(before->claim_token));
		writer_set_value(slot, LOG_CLAIMED_AT, TimestampTzGetDatum(before->claimed_at));
	}
	writer_set_value(slot, LOG_SEQ, Int32GetDatum(tr->seq));
	writer_set_value(slot, LOG_FLOW_VERSION, Int32GetDatum(e.flow_version));
	writer_set_value(slot, LOG_ROUND, Int16GetDatum(round));
	writer_set_text(slot, LOG_FROM_STATE, tr->from);
	writer_set_text(slot, LOG_TO_STATE, tr->to);
	writer_set_text(slot, LOG_ACTION, tr->action);
	writer_set_text(slot, LOG_REASON_CODE, tr->reason_code);
	writer_set_text(slot, LOG_IDEM, tr->idem);
	writer_set_bytes(slot, LOG_CONTENT_HASH, e.content_hash, HD_SHA256_LEN);
	writer_set_text(slot, LOG_ACTOR, tr->actor.name);
	writer_set_text(slot, LOG_DB_ROLE, tr->actor.db_role);
	writer_set_text(slot, LOG_REASON, tr->reason);
	if (tr->has_detail)
		writer_set_value(slot, LOG_DETAIL, tr->detail);
	writer_set_bytes(slot, LOG_SALT, salt, CHAIN_SALT_LEN);
	writer_set_bytes(slot, LOG_PRIVATE_HASH, private_hash, HD_SHA256_LEN);
	writer_set_bytes(slot, LOG_H, head, HD_SHA256_LEN);
}

/* Another item may have taken the same idempotency key a moment ago, and committed while we waited for it */
static void
insert_log(Writer *w, const Transition *tr)
{
	MemoryContext cx = CurrentMemoryContext;

	if (tr->idem == NULL)
	{
		writer_insert(w, &w->log);
		return;
	}
	PG_TRY();
	{
		writer_insert(w, &w->log);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(cx);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION || error->table_name == NULL ||
			strcmp(error->table_name, RelationGetRelationName(w->log.rel)) != 0)
			PG_RE_THROW();
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_BAD_IDEM),
				 errmsg("idempotency key \"%s\" was used for another move", tr->idem),
				 errhint("Use a new key for a new move."),
				 errtable(w->log.rel),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "idem")));
	}
	PG_END_TRY();
}

/* ---- transitions ---- */

/*
 * A claim lasts as long as its holder moves the item to states from which he
 * can take an edge that needs it.
 */
static bool
claim_lasts(ReviewTable *t, const SideRow *after, const Transition *tr)
{
	const char *actor = tr->actor.name;
	int32		to = tr->to ? flow_state(t->flow, tr->to, strlen(tr->to)) : FLOW_NONE;
	const FlowState *state;

	if (to < 0 || !(t->queued >> to & 1) || after->claimed_by == NULL || strcmp(after->claimed_by, actor) != 0)
		return false;
	state = &t->flow->state[to];
	for (int i = state->first_edge; i < state->first_edge + state->n_edges; i++)
	{
		const FlowEdge *edge = &t->flow->edge[i];
		bool		author = after->author && strcmp(after->author, actor) == 0;

		if (edge->claim && actor_may(t, edge, &tr->actor) && !(edge->author && !author) &&
			!(edge->not_author && author) &&
			!(edge->not_reviewer && after->last_reviewer && strcmp(after->last_reviewer, actor) == 0))
			return true;
	}
	return false;
}

/* Where the item stands after it */
static void
advance(ReviewTable *t, SideRow *row, const Transition *tr, const uint8 *head)
{
	row->rev = tr->seq;
	row->entered_at = tr->at;
	row->state = tr->to;
	row->author = tr->author;
	row->has_head = true;
	memcpy(row->head, head, HD_SHA256_LEN);
	if (tr->edge && tr->edge->author)
		row->round++;
	else if (tr->edge && (tr->author == NULL || strcmp(tr->author, tr->actor.name) != 0))
		row->last_reviewer = tr->actor.name;
	if (!claim_lasts(t, row, tr))
		row->claimed_by = NULL;
}

typedef enum Outcome
{
	DONE,
	AGAIN,						/* the row changed meanwhile */
	WAITS						/* for an earlier change of the same transaction to be logged */
} Outcome;

static Outcome
try_transition(Writer *w, Transition *tr)
{
	SideRow		before;
	SideRow		after;
	uint8		head[HD_SHA256_LEN];
	TM_Result	result = TM_Ok;

	if (writer_find(w, tr->key, &before))
	{
		if (tr->follows_own && tr->from && strcmp(before.state, tr->from) != 0)
			return WAITS;
		if (tr->from == NULL && w->t->relid != w->t->root)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("item \"%s\" is in table \"%s\" already", review_key_text(w->t, tr->key).data,
							get_rel_name(w->t->root)),
					 errdetail("The key of an item is unique across partitions."),
					 errhint("If its row was removed past the triggers, call hdata.review_adopt()."),
					 errtable(w->side.rel)));
	}
	else
	{
		if (tr->follows_own && tr->from)
			return WAITS;
		read_log_end(w->t, tr->key, &before);
	}

	tr->seq = before.rev + 1;
	tr->at = Max(GetCurrentTimestamp(), before.entered_at);
	prepare_log(w, tr, &before, before.round + (tr->edge && tr->edge->author), head);
	after = before;
	advance(w->t, &after, tr, head);
	if (before.found && tr->to == NULL)
		result = writer_delete_side(w);
	else if (before.found)
		result = writer_update_side(w, &after);
	else if (tr->to != NULL)
		writer_insert_side(w, tr->key, &after);
	if (result != TM_Ok)
		return AGAIN;
	insert_log(w, tr);
	return DONE;
}

/* ---- transitions that wait for an earlier one of the same item ---- */

typedef struct Waiting
{
	ReviewTable *t;
	SubTransactionId subid;
	Transition	tr;
} Waiting;

static List *waiting = NIL;		/* of Waiting *, in TopTransactionContext */

static void
at_end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
	{
		if (waiting != NIL)
		{
			Waiting    *first = linitial(waiting);

			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the change of item \"%s\" from \"%s\" to \"%s\" cannot be logged",
							review_key_text(first->t, first->tr.key).data, first->tr.from,
							first->tr.to ? first->tr.to : "deleted"),
					 errdetail("This transaction changed its state before, past the log trigger.")));
		}
	}
	else
		waiting = NIL;
}

static void
at_end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	ListCell   *cell;

	foreach(cell, waiting)
	{
		Waiting    *one = lfirst(cell);

		if (one->subid != subid)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			one->subid = parent;
		else if (event == SUBXACT_EVENT_ABORT_SUB)
			waiting = foreach_delete_current(waiting, cell);
	}
}

static const char *
keep(const char *s)
{
	return s ? pstrdup(s) : NULL;
}

static void
let_wait(ReviewTable *t, const Transition *tr)
{
	static bool registered = false;
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Waiting    *one = palloc(sizeof(*one));

	if (!registered)
	{
		RegisterXactCallback(at_end_of_transaction, NULL);
		RegisterSubXactCallback(at_end_of_subtransaction, NULL);
		registered = true;
	}
	one->t = t;
	one->subid = GetCurrentSubTransactionId();
	one->tr = *tr;
	one->tr.key = datumCopy(tr->key, t->key.byval, t->key.len);
	one->tr.from = keep(tr->from);
	one->tr.to = keep(tr->to);
	one->tr.action = keep(tr->action);
	one->tr.actor.name = keep(tr->actor.name);
	one->tr.actor.db_role = keep(tr->actor.db_role);
	one->tr.author = keep(tr->author);
	one->tr.reason_code = keep(tr->reason_code);
	one->tr.reason = keep(tr->reason);
	one->tr.idem = keep(tr->idem);
	if (tr->has_detail)
		one->tr.detail = datumCopy(tr->detail, false, -1);
	waiting = lappend(waiting, one);
	MemoryContextSwitchTo(old);
}

/* One that can be written now that the item is in a state */
static Waiting *
next_waiting(const ReviewTable *t, const Transition *tr)
{
	ListCell   *cell;

	foreach(cell, waiting)
	{
		Waiting    *one = lfirst(cell);

		if (one->t->root == t->root && tr->to && strcmp(one->tr.from, tr->to) == 0 &&
			strcmp(review_key_text(t, one->tr.key).data, review_key_text(t, tr->key).data) == 0)
		{
			waiting = foreach_delete_current(waiting, cell);
			return one;
		}
	}
	return NULL;
}

/* False: it waits */
static bool
write_transition(Writer *w, Transition *tr)
{
	int			tries = 0;

	if (w->snapshot->curcid != GetCurrentCommandId(false))
		writer_look_again(w);
	for (;;)
	{
		Outcome		outcome = try_transition(w, tr);

		if (outcome == DONE)
			return true;
		if (outcome == WAITS && tries > 0)
			return false;
		/* what this very command wrote is seen after the next one begins */
		tries++;
		CHECK_FOR_INTERRUPTS();
		CommandCounterIncrement();
		writer_look_again(w);
	}
}

/* ---- a writer for all rows of a statement ---- */

static Writer *held = NULL;

static void
let_go(void)
{
	Writer	   *w = held;

	held = NULL;
	if (w)
		writer_close(w);
}

/* The context that lives as long as the firing of the triggers is gone */
static void
batch_is_over(void *serial)
{
	/* in the middle of a row: an error ends all of it, and whatever was held then is released with the (sub)transaction */
	if (held && held->serial == (uint64) (uintptr_t) serial && !held->busy)
		let_go();
}

static void
held_at_end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
		let_go();
	else if (event == XACT_EVENT_ABORT)
		held = NULL;			/* its resource owner and its context go with the transaction */
}

static void
held_at_end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	if (held == NULL || held->subid != subid)
		return;
	if (event == SUBXACT_EVENT_PRE_COMMIT_SUB)
		let_go();
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		MemoryContext cx = held->cx;

		held = NULL;
		MemoryContextDelete(cx);
	}
}

/*
 * AFTER triggers are called in a context that is reset after each row; its
 * parent lives until all rows are done.  Opening the tables for each row would
 * cost as much as writing the rows.
 */
static Writer *
writer_hold(ReviewTable *t)
{
	static bool registered = false;
	static uint64 serial = 0;
	MemoryContext batch = MemoryContextGetParent(CurrentMemoryContext);
	MemoryContextCallback *callback;

	if (held && held->t == t && held->batch == batch && held->subid == GetCurrentSubTransactionId() && t->valid)
		return held;
	if (!registered)
	{
		RegisterXactCallback(held_at_end_of_transaction, NULL);
		RegisterSubXactCallback(held_at_end_of_subtransaction, NULL);
		registered = true;
	}
	let_go();
	callback = MemoryContextAlloc(batch, sizeof(*callback));
	held = writer_open(t, true);
	held->serial = ++serial;
	held->batch = batch;
	held->subid = GetCurrentSubTransactionId();
	callback->func = batch_is_over;
	callback->arg = (void *) (uintptr_t) held->serial;
	MemoryContextRegisterResetCallback(batch, callback);
	return held;
}

void
log_transition(ReviewTable *t, Transition *tr, bool in_trigger)
{
	/* a trigger of the user's on the log or the side table may get here again */
	bool		hold = in_trigger && !(held && held->busy);
	Writer	   *w = hold ? writer_hold(t) : writer_open(t, true);

	w->busy = true;
	if (!write_transition(w, tr))
		let_wait(t, tr);
	else
		while (unlikely(waiting != NIL))
		{
			Waiting    *next = next_waiting(t, tr);

			if (next == NULL)
				break;
			CommandCounterIncrement();
			if (!write_transition(w, &next->tr))
				elog(ERROR, "a transition that waited could not be written");
			tr = &next->tr;
		}
	w->busy = false;
	if (!hold)
		writer_close(w);
}

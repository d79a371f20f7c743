/*-------------------------------------------------------------------------
 *
 * move.c
 *	  review_move(), review_move_many(), review_can().
 *
 * A move: the row is locked; a key of idempotency that was used for it already
 * gives the receipt of then; what the caller expects is compared with what
 * is; the edge, the role, the author, the claim, the round and the reason are
 * checked; then one UPDATE of the user's row, whose log trigger writes the
 * side table and the log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/srf.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "review/guard.h"
#include "review/move.h"
#include "review/owner.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* What is asked for */
typedef struct Request
{
	const char *action;
	const char *expect;
	bool		has_rev;
	int32		rev;
	bool		has_claim;
	int64		claim;
	const char *reason_code;
	const char *reason;
	Datum		detail;
	bool		has_detail;
	const char *actor;
	const char *idem;
	const char *to_state;
} Request;

typedef struct Receipt
{
	const char *item;
	int32		seq;
	const char *from;
	const char *to;
	int32		rev;
	TimestampTz at;
	bool		replayed;
} Receipt;

/* ---- refusals of their own ---- */

static Refusal *
refuse(int sqlstate, const char *constraint, char *message, char *detail, char *hint)
{
	Refusal    *r = palloc0(sizeof(*r));

	r->sqlstate = sqlstate;
	r->constraint = constraint;
	r->message = message;
	r->detail = detail;
	r->hint = hint;
	return r;
}

static Refusal *
not_found(const Mover *m, const char *item)
{
	return refuse(ERRCODE_NO_DATA_FOUND, NULL,
				  psprintf("there is no item \"%s\" in table \"%s\"", item, RelationGetRelationName(m->rel)),
				  m->row_security ? "Policies may hide it." : NULL, NULL);
}

static Refusal *
stale(const Mover *m, const ItemState *item, const char *constraint, char *message)
{
	const SideRow *side = &item->side;

	return refuse(ERRCODE_REVIEW_STALE, constraint, message,
				  psprintf("It is in state \"%s\", rev %d, since %s.",
						   item->state >= 0 ? m->t->flow->state[item->state].name : "?", side->rev,
						   side->found ? timestamptz_to_str(side->entered_at) : "?"),
				  "Read it again: somebody decided meanwhile.");
}

/* ---- one move ---- */

/* The receipt of the move that was made under this key; a refusal if it was another one */
static Refusal *
replay(const Mover *m, const Request *a, const char *item, const LoggedMove *was, Receipt *receipt)
{
	if (strcmp(was->item, item) != 0 || strcmp(was->action, a->action) != 0 || strcmp(was->actor, m->actor.name) != 0 ||
		(was->reason_code == NULL) != (a->reason_code == NULL) ||
		(was->reason_code && strcmp(was->reason_code, a->reason_code) != 0) ||
		(a->to_state && strcmp(was->to, a->to_state) != 0))
		return refuse(ERRCODE_REVIEW_BAD_IDEM, "idem",
					  psprintf("idempotency key \"%s\" was used for another move", a->idem),
					  /* policies may hide that item */
					  m->row_security ? NULL : psprintf("It was action \"%s\" with item \"%s\".", was->action, was->item),
					  "Use a new key for a new move.");
	receipt->item = item;
	receipt->seq = was->seq;
	receipt->rev = was->seq;
	receipt->from = was->from;
	receipt->to = was->to;
	receipt->at = was->at;
	receipt->replayed = true;
	return NULL;
}

static Refusal *
check_expected(Mover *m, const Request *a, ItemState *item, const char *text)
{
	const char *state = item->state >= 0 ? m->t->flow->state[item->state].name : "?";
	const SideRow *side = &item->side;

	/* it is read where it is needed, as it costs as much as the rest */
	if (a->has_rev || a->has_claim || (a->expect && strcmp(a->expect, state) != 0))
	{
		side_read(m->t, item->key, &item->side);
		item->side_read = true;
	}
	if (a->expect && strcmp(a->expect, state) != 0)
		return stale(m, item, "expect", psprintf("item \"%s\" is not in state \"%s\" any more", text, a->expect));
	if (a->has_rev && a->rev != side->rev)
		return stale(m, item, "rev", psprintf("item \"%s\" is not at rev %d any more", text, a->rev));
	/* who brings a token must hold the claim, whether the edge needs one or not */
	if (a->has_claim && !(side->claimed_by && side->claim_token == a->claim && side->claim_until > item->now &&
						  strcmp(side->claimed_by, m->actor.name) == 0))
		return refuse(ERRCODE_REVIEW_NO_CLAIM, "claim",
					  psprintf("claim " INT64_FORMAT " of item \"%s\" is not held by \"%s\" any more", a->claim, text,
							   m->actor.name),
					  side->claimed_by ? psprintf("Claim " INT64_FORMAT " is held by \"%s\" until %s.", side->claim_token,
												  side->claimed_by, timestamptz_to_str(side->claim_until))
					  : "Nobody has claimed it.",
					  "Claim it again.");
	return NULL;
}

/* "It leads to approved or rejected." */
static char *
targets(const Flow *flow, int32 from, const char *action)
{
	const FlowState *state = &flow->state[from];
	StringInfoData s;

	initStringInfo(&s);
	for (int i = state->first_edge; i < state->first_edge + state->n_edges; i++)
		if (strcmp(flow->edge[i].action, action) == 0)
			appendStringInfo(&s, "%s\"%s\"", s.len > 0 ? " or " : "It leads to ", flow->state[flow->edge[i].to].name);
	appendStringInfoChar(&s, '.');
	return s.data;
}

static Refusal *
find_edge(const Mover *m, const Request *a, const ItemState *item, const FlowEdge **edge)
{
	const Flow *flow = m->t->flow;
	int32		to = FLOW_NONE;
	int32		found;

	if (item->state < 0)
		return refusal_no_edge(m->t, item->state, "the item is in no state of the flow");
	if (a->to_state)
	{
		to = flow_state(flow, a->to_state, strlen(a->to_state));
		if (to < 0)
			return refusal_no_edge(m->t, item->state,
								   psprintf("flow \"%s\" has no state \"%s\"", m->t->args.flow, a->to_state));
	}
	found = flow_edge(flow, item->state, a->action, to);
	if (found == FLOW_AMBIGUOUS)
		return refuse(ERRCODE_INVALID_PARAMETER_VALUE, "to_state",
					  psprintf("action \"%s\" leads from \"%s\" to several states", a->action,
							   flow->state[item->state].name),
					  targets(flow, item->state, a->action), "Say which in to_state.");
	if (found < 0)
		return refusal_no_edge(m->t, item->state,
							   psprintf("there is no action \"%s\" from state \"%s\"%s%s", a->action,
										flow->state[item->state].name, a->to_state ? " to " : "",
										a->to_state ? psprintf("\"%s\"", a->to_state) : ""));
	*edge = &flow->edge[found];
	return NULL;
}

static Datum
state_value(const Mover *m, const char *state)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(m->rel), m->t->state.att - 1);

	return att->atttypid == TEXTOID ? CStringGetTextDatum(state) : mover_value(m, att, state);
}

pg_noreturn static void
not_made(const Mover *m, const char *item, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the move of item \"%s\" was not made", item),
			 errdetail_internal("%s", detail),
			 errhint("See hdata.review_doctor()."),
			 errtable(m->rel)));
}

/* By a query; how many rows were updated */
static uint64
update_by_query(Mover *m, Datum key, Datum state)
{
	ReviewTable *t = m->t;
	Datum		value[2] = {key, state};
	SPIPlanPtr	plan;
	uint64		n;

	SPI_connect();
	plan = t->update_plan
		? t->update_plan
		: mover_plan(m, &t->update_plan, 2,
					 psprintf("UPDATE %s t SET %s = $2",
							  quote_qualified_identifier(get_namespace_name(RelationGetNamespace(m->rel)),
														 RelationGetRelationName(m->rel)),
							  quote_identifier(t->args.state)), "");
	if (SPI_execute_plan(plan, value, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not update a row of \"%s\"", RelationGetRelationName(m->rel));
	n = SPI_processed;
	SPI_finish();
	return n;
}

/* Did the triggers see what was to be done? */
static void
check_made(const Mover *m, const Move *move, uint64 n)
{
	if (!move->guarded)
		not_made(m, move->item, n == 0 ? "A trigger of the table suppressed it, or the row is gone."
				 : "The guard did not fire: it is disabled, or a trigger changed the state that was to be set.");
	if (!move->logged)
		not_made(m, move->item, n == 0 ? "A trigger of the table suppressed it."
				 : "The log trigger did not fire, or saw another state than the guard.");
}

/* The UPDATE of the user's row, as its owner */
static void
update_row(Mover *m, Datum key, Move *move)
{
	ReviewTable *t = m->t;
	Move	   *outer = current_move;
	volatile uint64 n = 1;

	if (t->row_plain)
	{
		current_move = move;
		PG_TRY();
		{
			mover_update_row(m, state_value(m, t->flow->state[move->to].name));
		}
		PG_FINALLY();
		{
			current_move = outer;
		}
		PG_END_TRY();
		check_made(m, move, 1);
		return;
	}
	PG_TRY();
	{
		OwnerScope	scope;
		Datum		state;

		current_move = move;
		owner_begin_path(&scope, t->owner, t->path);
		state = state_value(m, t->flow->state[move->to].name);
		if (t->direct_update)
			n = mover_update_row(m, state) ? 1 : 0;
		else
			n = update_by_query(m, key, state);
		owner_end(&scope);
	}
	PG_FINALLY();
	{
		current_move = outer;
	}
	PG_END_TRY();
	check_made(m, move, n);
}

/* A move to the state that the item is in is a row of the log, and no change of the table */
static void
make_move(Mover *m, const Request *a, ItemState *item, const FlowEdge *edge, int32 to, Receipt *receipt)
{
	Move		move = {
		.root = m->t->root,
		.item = mover_item(m, item->key),
		.from = item->state,
		.to = to,
		.transition = {
			.key = item->key,
			.from = m->t->flow->state[item->state].name,
			.to = m->t->flow->state[to].name,
			.action = edge->action,
			.edge = edge,
			.actor = m->actor,
			.author = item->author,
			.reason_code = a->reason_code,
			.reason = a->reason,
			.idem = a->idem,
			.detail = a->detail,
			.has_detail = a->has_detail
		}
	};

	if (to == item->state)
		log_transition(m->t, &move.transition, false);
	else
		update_row(m, item->key, &move);
	receipt->item = move.item;
	receipt->seq = move.transition.seq;
	receipt->rev = move.transition.seq;
	receipt->from = m->t->flow->state[item->state].name;
	receipt->to = m->t->flow->state[to].name;
	receipt->at = move.transition.at;
	receipt->replayed = false;
}

static Refusal *
move_item(Mover *m, const Request *a, Datum key, Receipt *receipt)
{
	const char *text = mover_item(m, key);
	const FlowEdge *edge = NULL;
	LoggedMove	was;
	ItemState	item;
	Refusal    *r;
	int32		to;

	if (!mover_sees(m, key) || !mover_row(m, key, ROW_LOCK, &item))
	{
		/* it may have gone there by this very move */
		if (a->idem && log_find_idem(m->t, a->idem, &was) && replay(m, a, text, &was, receipt) == NULL)
			return NULL;
		return not_found(m, text);
	}
	text = mover_item(m, item.key);
	item.now = GetCurrentTimestamp();
	item.has_token = a->has_claim;
	item.token = a->claim;
	item.reason_code = a->reason_code;
	item.reason = a->reason;
	if (a->idem && log_find_idem(m->t, a->idem, &was))
		return replay(m, a, text, &was, receipt);
	if ((r = check_expected(m, a, &item, text)) != NULL ||
		(r = find_edge(m, a, &item, &edge)) != NULL ||
		(r = edge_refusal(m->t, edge, &m->actor, &item, &to)) != NULL)
		return r;
	make_move(m, a, &item, edge, to, receipt);
	return NULL;
}

/* ---- review_move ---- */

static const char *
maybe_text(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

static const char *
needed_text(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (PG_ARGISNULL(arg))
		arg_is_null(what);
	return text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

static Datum
receipt_datum(FunctionCallInfo fcinfo, const Receipt *r)
{
	Datum		value[7];
	bool		null[7] = {false};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	/* it is yet to be logged, after an earlier change of the same row: made by a trigger of that change */
	null[1] = null[4] = null[5] = r->seq == 0;
	value[0] = CStringGetTextDatum(r->item);
	value[1] = Int32GetDatum(r->seq);
	null[2] = r->from == NULL;
	value[2] = r->from ? CStringGetTextDatum(r->from) : (Datum) 0;
	null[3] = r->to == NULL;
	value[3] = r->to ? CStringGetTextDatum(r->to) : (Datum) 0;
	value[4] = Int32GetDatum(r->rev);
	value[5] = TimestampTzGetDatum(r->at);
	value[6] = BoolGetDatum(r->replayed);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, null));
}

static void
read_reasons(FunctionCallInfo fcinfo, int first, Request *a)
{
	a->reason_code = maybe_text(fcinfo, first);
	a->reason = maybe_text(fcinfo, first + 1);
	a->has_detail = !PG_ARGISNULL(first + 2);
	if (a->has_detail)
		a->detail = PG_GETARG_DATUM(first + 2);
	a->actor = maybe_text(fcinfo, first + 3);
	a->idem = maybe_text(fcinfo, first + 4);
	a->to_state = maybe_text(fcinfo, first + 5);
}

/*
 * rel, item, action, expect, rev, claim, reason_code, reason, detail, actor, idem, to_state
 */
static Datum
move_call(FunctionCallInfo fcinfo, ItemKind kind)
{
	Request		a = {0};
	Receipt		receipt;
	Refusal    *refusal;
	Mover		m;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	if (PG_ARGISNULL(1))
		arg_is_null("item");
	a.action = needed_text(fcinfo, 2, "action");
	a.expect = maybe_text(fcinfo, 3);
	a.has_rev = !PG_ARGISNULL(4);
	a.rev = a.has_rev ? PG_GETARG_INT32(4) : 0;
	a.has_claim = !PG_ARGISNULL(5);
	a.claim = a.has_claim ? PG_GETARG_INT64(5) : 0;
	read_reasons(fcinfo, 6, &a);

	mover_begin_writing(&m, PG_GETARG_OID(0), a.actor, "review_move()");
	refusal = move_item(&m, &a, mover_key(&m, PG_GETARG_DATUM(1), kind), &receipt);
	if (refusal)
		refusal_raise(refusal, m.t, m.rel);
	mover_end(&m);
	return receipt_datum(fcinfo, &receipt);
}

PG_FUNCTION_INFO_V1(review_move_text);
Datum
review_move_text(PG_FUNCTION_ARGS)
{
	return move_call(fcinfo, ITEM_TEXT);
}

PG_FUNCTION_INFO_V1(review_move_bigint);
Datum
review_move_bigint(PG_FUNCTION_ARGS)
{
	return move_call(fcinfo, ITEM_BIGINT);
}

PG_FUNCTION_INFO_V1(review_move_uuid);
Datum
review_move_uuid(PG_FUNCTION_ARGS)
{
	return move_call(fcinfo, ITEM_UUID);
}

/* ---- review_move_many ---- */

typedef struct KeyOrder
{
	FmgrInfo   *cmp;
	Oid			collation;
} KeyOrder;

static int
by_key(const void *a, const void *b, void *arg)
{
	KeyOrder   *order = arg;

	return DatumGetInt32(FunctionCall2Coll(order->cmp, order->collation, *(const Datum *) a, *(const Datum *) b));
}

/* The items in the order of their keys, each once: whoever locks in one order does not deadlock */
static Datum *
sorted_keys(const Mover *m, ArrayType *array, ItemKind kind, int *n)
{
	static const Oid type[] = {TEXTOID, INT8OID, UUIDOID};
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(m->rel), m->t->key.att - 1);
	TypeCacheEntry *entry = lookup_type_cache(att->atttypid, TYPECACHE_CMP_PROC_FINFO);
	KeyOrder	order = {&entry->cmp_proc_finfo, att->attcollation};
	Datum	   *key;
	bool	   *null;
	int16		len;
	bool		byval;
	char		align;
	int			kept = 0;

	get_typlenbyvalalign(type[kind], &len, &byval, &align);
	deconstruct_array(array, type[kind], len, byval, align, &key, &null, n);
	for (int i = 0; i < *n; i++)
	{
		if (null[i])
			arg_is_null("an item");
		key[i] = mover_key(m, key[i], kind);
	}
	if (!OidIsValid(entry->cmp_proc_finfo.fn_oid))
		elog(ERROR, "the key of \"%s\" has no order", RelationGetRelationName(m->rel));
	qsort_arg(key, *n, sizeof(Datum), by_key, &order);
	for (int i = 0; i < *n; i++)
		if (kept == 0 || by_key(&key[kept - 1], &key[i], &order) != 0)
			key[kept++] = key[i];
	*n = kept;
	return key;
}

static void
put_number(SrfRow *row, int32 n, bool known)
{
	if (known)
		srf_datum(row, Int32GetDatum(n));
	else
		srf_null(row);
}

static void
put_result(SrfRow *row, const Mover *m, Datum key, const Receipt *r, const Refusal *refusal)
{
	srf_cstring(row, mover_item(m, key));
	if (refusal)
	{
		for (int i = 0; i < 5; i++)
			srf_null(row);
		srf_datum(row, BoolGetDatum(false));
		srf_cstring(row, unpack_sql_state(refusal->sqlstate));
		srf_cstring(row, refusal->message);
	}
	else
	{
		bool		logged = r->seq > 0;

		put_number(row, r->seq, logged);
		srf_cstring(row, r->from);
		srf_cstring(row, r->to);
		put_number(row, r->rev, logged);
		if (logged)
			srf_datum(row, TimestampTzGetDatum(r->at));
		else
			srf_null(row);
		srf_datum(row, BoolGetDatum(r->replayed));
		srf_null(row);
		srf_null(row);
	}
	srf_end_row(row);
}

/*
 * rel, items, action, expect, reason_code, reason, detail, actor, idem, to_state, on_refusal
 */
static Datum
move_many_call(FunctionCallInfo fcinfo, ItemKind kind)
{
	static const ArgChoice on_refusal[] = {{"abort", false}, {"skip", true}, {NULL}};
	Request		a = {0};
	const char *idem;
	MemoryContext item_cx;
	MemoryContext cx;
	bool		skip;
	SrfRow		row;
	Datum	   *key;
	int			n;
	Mover		m;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	if (PG_ARGISNULL(1))
		arg_is_null("items");
	a.action = needed_text(fcinfo, 2, "action");
	a.expect = maybe_text(fcinfo, 3);
	read_reasons(fcinfo, 4, &a);
	skip = arg_choice(fcinfo, 10, "on_refusal", on_refusal);
	idem = a.idem;

	srf_begin(fcinfo, &row);
	mover_begin_writing(&m, PG_GETARG_OID(0), a.actor, "review_move_many()");
	key = sorted_keys(&m, PG_GETARG_ARRAYTYPE_P(1), kind, &n);
	item_cx = AllocSetContextCreate(CurrentMemoryContext, "review_move_many", ALLOCSET_DEFAULT_SIZES);
	cx = MemoryContextSwitchTo(item_cx);
	for (int i = 0; i < n; i++)
	{
		Receipt		receipt;
		Refusal    *refusal;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(item_cx);
		/* a row of the log has a key of its own */
		if (idem)
			a.idem = psprintf("%s/%s", idem, mover_item(&m, key[i]));
		refusal = move_item(&m, &a, key[i], &receipt);
		if (refusal && !skip)
			refusal_raise(refusal, m.t, m.rel);
		put_result(&row, &m, key[i], &receipt, refusal);
	}
	MemoryContextSwitchTo(cx);
	mover_end(&m);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(review_move_many_text);
Datum
review_move_many_text(PG_FUNCTION_ARGS)
{
	return move_many_call(fcinfo, ITEM_TEXT);
}

PG_FUNCTION_INFO_V1(review_move_many_bigint);
Datum
review_move_many_bigint(PG_FUNCTION_ARGS)
{
	return move_many_call(fcinfo, ITEM_BIGINT);
}

PG_FUNCTION_INFO_V1(review_move_many_uuid);
Datum
review_move_many_uuid(PG_FUNCTION_ARGS)
{
	return move_many_call(fcinfo, ITEM_UUID);
}

/* ---- review_can ---- */

/* rel, item, actor: what could be done with the item now; a reason is taken as given */
static Datum
can_call(FunctionCallInfo fcinfo, ItemKind kind)
{
	const FlowState *state;
	const Flow *flow;
	ItemState	item;
	SrfRow		row;
	Mover		m;
	Datum		key;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	if (PG_ARGISNULL(1))
		arg_is_null("item");
	srf_begin(fcinfo, &row);
	mover_begin(&m, PG_GETARG_OID(0), maybe_text(fcinfo, 2));
	key = mover_key(&m, PG_GETARG_DATUM(1), kind);
	if (!mover_sees(&m, key) || !mover_row(&m, key, ROW_READ, &item))
		refusal_raise(not_found(&m, mover_item(&m, key)), m.t, m.rel);
	item.now = GetCurrentTimestamp();
	item.reason = "given";
	flow = m.t->flow;
	state = item.state < 0 ? NULL : &flow->state[item.state];
	for (int i = 0; state && i < state->n_edges; i++)
	{
		const FlowEdge *edge = &flow->edge[state->first_edge + i];
		int32		to;
		Refusal    *r = edge_refusal(m.t, edge, &m.actor, &item, &to);

		srf_cstring(&row, edge->action);
		srf_cstring(&row, flow->state[to].name);
		srf_datum(&row, BoolGetDatum(r == NULL));
		srf_datum(&row, BoolGetDatum(edge->reason));
		srf_cstring(&row, r ? unpack_sql_state(r->sqlstate) : NULL);
		srf_cstring(&row, r ? r->message : NULL);
		srf_end_row(&row);
	}
	mover_end(&m);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(review_can_text);
Datum
review_can_text(PG_FUNCTION_ARGS)
{
	return can_call(fcinfo, ITEM_TEXT);
}

PG_FUNCTION_INFO_V1(review_can_bigint);
Datum
review_can_bigint(PG_FUNCTION_ARGS)
{
	return can_call(fcinfo, ITEM_BIGINT);
}

PG_FUNCTION_INFO_V1(review_can_uuid);
Datum
review_can_uuid(PG_FUNCTION_ARGS)
{
	return can_call(fcinfo, ITEM_UUID);
}

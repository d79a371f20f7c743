/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  The triggers: what may be written, and what was.
 *
 * The guard fires BEFORE every row, last of all (its name sorts late), and
 * sees the row as it will be.  The log fires AFTER, once the change is certain.
 *
 * Rows that move to another partition: see crossing.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "review/content.h"
#include "review/crossing.h"
#include "review/guard.h"
#include "review/owner.h"
#include "review/rules.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

Move	   *current_move = NULL;

/* A change that a trigger of the user's made, and undid in a subtransaction, has not been made */
static void
undo_move(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	Move	   *m = current_move;

	if (m == NULL || m->subid != subid)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		m->subid = parent;
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		m->guarded = m->logged = false;
		m->subid = InvalidSubTransactionId;
	}
}

static void
seen_by_guard(Move *m)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterSubXactCallback(undo_move, NULL);
		registered = true;
	}
	m->guarded = true;
	m->subid = GetCurrentSubTransactionId();
}

/* ---- rows ---- */

typedef struct Row
{
	HeapTuple	tuple;
	TupleDesc	desc;
	Datum		key;
	Datum		state;
	bool		state_null;
	int32		number;			/* of the state */
} Row;

static void
read_row(const ReviewTable *t, HeapTuple tuple, TupleDesc desc, Row *row)
{
	bool		null;

	row->tuple = tuple;
	row->desc = desc;
	row->key = heap_getattr(tuple, t->key.att, desc, &null);
	if (null)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("the key \"%s\" of an item is NULL", t->args.key)));
	row->state = heap_getattr(tuple, t->state.att, desc, &row->state_null);
	row->number = row->state_null ? FLOW_NONE : review_state_number(t, row->state);
}

static char *
author_of(const ReviewTable *t, const Row *row)
{
	bool		null;
	Datum		value;

	if (t->author.att == 0)
		return NULL;
	value = heap_getattr(row->tuple, t->author.att, row->desc, &null);
	return null ? NULL : review_column_text(&t->author, value);
}

static const char *
state_of(const ReviewTable *t, const Row *row)
{
	if (row->state_null)
		return NULL;
	return row->number >= 0 ? t->flow->state[row->number].name : review_state_text(t, row->state);
}

static char *
quoted_state(const ReviewTable *t, const Row *row)
{
	return row->state_null ? "NULL" : psprintf("\"%s\"", state_of(t, row));
}

static void
item_of(const ReviewTable *t, const Row *row, ItemState *item)
{
	memset(item, 0, sizeof(*item));
	item->key = row->key;
	item->state = row->number;
	item->author = t->authors_matter ? author_of(t, row) : NULL;
	item->now = GetCurrentStatementStartTimestamp();
	item->direct = true;
}

/* ---- what may be written ---- */

static HeapTuple
with_value(HeapTuple tuple, TupleDesc desc, AttrNumber att, Datum value)
{
	bool		null = false;
	int			column = att;

	return heap_modify_tuple_by_cols(tuple, desc, 1, &column, &value, &null);
}

static Datum
text_value(const ReviewColumn *column, TupleDesc desc, const char *text)
{
	Form_pg_attribute att = TupleDescAttr(desc, column->att - 1);
	Oid			input;
	Oid			param;

	getTypeInputInfo(att->atttypid, &input, &param);
	return OidInputFunctionCall(input, unconstify(char *, text), param, att->atttypmod);
}

/* An author is the actor, unless the owner or a service says otherwise: work of nobody's could be reviewed by who made it */
static void
check_author(const ReviewTable *t, Relation rel, const char *author)
{
	ReviewActor actor;

	actor_self(&actor);
	if ((author == NULL || strcmp(author, actor.name) != 0) && !actor_is_trusted(t, actor.role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 author ? errmsg("role \"%s\" may not name \"%s\" as the author", actor.name, author)
				 : errmsg("role \"%s\" may not leave an item without an author", actor.name),
				 errdetail("Only the owner of the table and its service role may."),
				 errtablecol(rel, t->author.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "author")));
}

static HeapTuple
with_author(const ReviewTable *t, TriggerData *td, HeapTuple tuple, const Row *row)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	const char *author = author_of(t, row);
	ReviewActor actor;

	if (author == NULL && (t->author.type == TEXTOID || t->author.type == VARCHAROID || t->author.type == NAMEOID))
	{
		actor_self(&actor);
		if (!actor_is_trusted(t, actor.role))
			return with_value(tuple, desc, t->author.att, text_value(&t->author, desc, actor.name));
	}
	check_author(t, td->tg_relation, author);
	return tuple;
}

static void
check_initial(const ReviewTable *t, Relation rel, const Row *row)
{
	if (row->number != 0)
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_NOT_INITIAL),
				 errmsg("rows of \"%s\" begin in state \"%s\", not in %s", RelationGetRelationName(rel),
						t->flow->state[0].name, quoted_state(t, row)),
				 errhint("Leave the column out, also in INSERT ... ON CONFLICT DO UPDATE, which proposes a new row first."
						 " To load history, the owner of the table sets hdata.review_import = on."),
				 errtablecol(rel, t->state.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "initial")));
}

pg_noreturn static void
refuse_frozen(const ReviewTable *t, Relation rel, int32 state, AttrNumber which)
{
	ereport(ERROR,
			(errcode(ERRCODE_REVIEW_FROZEN),
			 errmsg("content is frozen in state \"%s\"", t->flow->state[state].name),
			 errdetail_internal("%s", flow_allowed_from(t->flow, state)),
			 t->flow->state[state].n_edges > 0 ? errhint("Move the item to a state that is not frozen first.") : 0,
			 which > 0 ? errtablecol(rel, which) : errtable(rel),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "frozen")));
}

static void
check_new_author(const ReviewTable *t, Relation rel, const char *old, const char *new, int32 state)
{
	if (old && state != 0)
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_FROZEN),
				 errmsg("the author of an item cannot change in state \"%s\"",
						state >= 0 ? t->flow->state[state].name : "?"),
				 errdetail("It can while the item is in state \"%s\".", t->flow->state[0].name),
				 errtablecol(rel, t->author.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "author")));
	check_author(t, rel, new);
}

static void
check_content(const ReviewTable *t, Relation rel, const Row *old, const Row *new)
{
	AttrNumber	which;

	if (old->number >= 0 && t->flow->state[old->number].frozen &&
		content_differs(t, old->tuple, new->tuple, old->desc, &which))
		refuse_frozen(t, rel, old->number, which);
	if (column_differs(&t->key, old->tuple, new->tuple, old->desc))
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_FROZEN),
				 errmsg("the key of an item under review cannot change"),
				 errtablecol(rel, t->key.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "key")));
	if (t->author.att != 0 && column_differs(&t->author, old->tuple, new->tuple, old->desc))
		check_new_author(t, rel, author_of(t, old), author_of(t, new), old->number);
}

/* Is the row that arrives in another partition the one that left?  Triggers on INSERT have fired since. */
static void
check_arrival(const ReviewTable *t, Relation rel, const Row *row, const CrossingRow *was)
{
	const char *author = author_of(t, row);
	uint8		content[HD_SHA256_LEN];

	if (importing(t))
		return;
	if (was->frozen && content_hash(t, row->tuple, row->desc, content) &&
		memcmp(content, was->content, HD_SHA256_LEN) != 0)
		refuse_frozen(t, rel, row->number, 0);
	if (t->author.att != 0 && strcmp(author ? author : "", was->author ? was->author : "") != 0)
		check_new_author(t, rel, was->author, author, row->number);
}

static void
begin_crossing(const ReviewTable *t, const Row *old, const Row *new)
{
	CrossingRow row = {.author = author_of(t, new)};

	if (new->number >= 0 && t->flow->state[new->number].frozen)
		row.frozen = content_hash(t, new->tuple, new->desc, row.content);
	crossing_begin(t, new->key, old->number, new->number, &row);
}

static HeapTuple
guard_insert(ReviewTable *t, TriggerData *td)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	HeapTuple	tuple = td->tg_trigtuple;
	const char *initial = t->flow->state[0].name;
	const CrossingRow *was;
	Row			row;

	read_row(t, tuple, desc, &row);
	if (t->relid != t->root && (was = crossing_arrives(t, row.key, row.number)) != NULL)
	{
		check_arrival(t, td->tg_relation, &row, was);
		return tuple;
	}
	if (importing(t))
	{
		/* version 0: the flow itself is yet to be loaded */
		if (row.number < 0 && t->flow->version > 0)
			ereport(ERROR,
					(errcode(ERRCODE_REVIEW_NO_EDGE),
					 errmsg("%s is no state of flow \"%s\"", quoted_state(t, &row), t->args.flow),
					 errtablecol(td->tg_relation, t->state.att)));
		return tuple;
	}
	if (row.state_null)
		tuple = with_value(tuple, desc, t->state.att, text_value(&t->state, desc, initial));
	else
		check_initial(t, td->tg_relation, &row);

	return t->author.att == 0 ? tuple : with_author(t, td, tuple, &row);
}

static bool
is_current_move(const ReviewTable *t, const Row *old, const Row *new)
{
	Move	   *m = current_move;

	return m && !m->logged && m->root == t->root && m->from == old->number && m->to == new->number &&
		strcmp(m->item, review_key_text(t, new->key).data) == 0;
}

/* The edge that a plain UPDATE takes, or an ERROR; NULL if they are not checked */
static const FlowEdge *
direct_edge(ReviewTable *t, Relation rel, const Row *old, const Row *new, ReviewActor *actor)
{
	const FlowEdge *edge;
	Refusal    *refusal;
	ItemState	item;

	if (new->number < 0 || old->number < 0)
		refusal_raise(refusal_no_edge(t, old->number,
									  psprintf("review state cannot go from %s to %s", quoted_state(t, old),
											   quoted_state(t, new))), t, rel);
	actor_self(actor);
	if (t->args.direct == DIRECT_REFUSE)
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_NO_EDGE),
				 errmsg("the state of \"%s\" is changed by hdata.review_move() alone", RelationGetRelationName(rel)),
				 errdetail_internal("%s", flow_allowed_from(t->flow, old->number)),
				 errtablecol(rel, t->state.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "direct")));
	item_of(t, old, &item);
	if (t->args.direct == DIRECT_OFF)
		return NULL;
	edge = edge_to(t, new->number, actor, &item, &refusal);
	if (edge == NULL)
		refusal_raise(refusal, t, rel);
	return edge;
}

static HeapTuple
guard_update(ReviewTable *t, TriggerData *td)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	Row			old;
	Row			new;
	ReviewActor actor;

	read_row(t, td->tg_trigtuple, desc, &old);
	read_row(t, td->tg_newtuple, desc, &new);
	if (old.number == new.number && (new.number >= 0 || !column_differs(&t->state, old.tuple, new.tuple, desc)))
	{
		if (!importing(t))
			check_content(t, td->tg_relation, &old, &new);
	}
	else if (is_current_move(t, &old, &new))
	{
		check_content(t, td->tg_relation, &old, &new);
		seen_by_guard(current_move);
	}
	else if (!importing(t) || new.number < 0)
	{
		check_content(t, td->tg_relation, &old, &new);
		(void) direct_edge(t, td->tg_relation, &old, &new, &actor);
	}
	if (t->relid != t->root)
		begin_crossing(t, &old, &new);
	return td->tg_newtuple;
}

static void
check_deletable(const ReviewTable *t, Relation rel, const Row *old)
{
	if (old->number >= 0 && !t->flow->state[old->number].deletable)
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_NOT_DELETABLE),
				 errmsg("a row in state \"%s\" cannot be deleted", state_of(t, old)),
				 errdetail_internal("%s", flow_allowed_from(t->flow, old->number)),
				 t->flow->state[old->number].n_edges > 0 ? errhint("Move it to a deletable state first.") : 0,
				 errtablecol(rel, t->state.att),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "deletable")));
}

static HeapTuple
guard_delete(ReviewTable *t, TriggerData *td)
{
	Row			old;

	read_row(t, td->tg_trigtuple, RelationGetDescr(td->tg_relation), &old);
	if ((t->relid != t->root && crossing_leaves(t, old.key, old.number)) || importing(t))
		return td->tg_trigtuple;
	check_deletable(t, td->tg_relation, &old);
	return td->tg_trigtuple;
}

static void
check_called(FunctionCallInfo fcinfo, const char *name, bool (*fits) (TriggerEvent))
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function %s was not called by the trigger manager", name)));
	if (!fits(((TriggerData *) fcinfo->context)->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger function %s is not fired as review_attach() would have it", name)));
}

static bool
before_row(TriggerEvent event)
{
	return TRIGGER_FIRED_BEFORE(event) && TRIGGER_FIRED_FOR_ROW(event);
}

static bool
after_row(TriggerEvent event)
{
	return TRIGGER_FIRED_AFTER(event) && TRIGGER_FIRED_FOR_ROW(event);
}

static bool
before_truncate(TriggerEvent event)
{
	return TRIGGER_FIRED_BEFORE(event) && TRIGGER_FIRED_BY_TRUNCATE(event);
}

PG_FUNCTION_INFO_V1(review_guard);
Datum
review_guard(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	ReviewTable *t;

	check_called(fcinfo, "review_guard", before_row);
	t = review_table(td->tg_relation);
	if (TRIGGER_FIRED_BY_UPDATE(td->tg_event))
		return PointerGetDatum(guard_update(t, td));
	if (TRIGGER_FIRED_BY_INSERT(td->tg_event))
		return PointerGetDatum(guard_insert(t, td));
	return PointerGetDatum(guard_delete(t, td));
}

/* ---- what was written ---- */

static void
log_change(ReviewTable *t, TriggerData *td, const Row *old, const Row *new, Transition *tr)
{
	const Row  *row = new ? new : old;

	tr->key = row->key;
	tr->from = old ? state_of(t, old) : NULL;
	tr->to = new ? state_of(t, new) : NULL;
	tr->author = author_of(t, row);
	/* who wrote the old row is not known where it has moved to another partition */
	tr->follows_own = old && !(new && old->tuple == new->tuple) &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(old->tuple->t_data));
	if (new)
		tr->has_content = content_hash(t, row->tuple, row->desc, tr->content_hash);
	log_transition(t, tr, true);
}

/* A change of state by UPDATE: of a mover, or a plain one, whose edge is looked up again as nothing has changed since */
static void
log_update(ReviewTable *t, TriggerData *td, const Row *old, const Row *new)
{
	Transition	tr = {0};

	if (is_current_move(t, old, new))
	{
		current_move->logged = true;
		log_change(t, td, old, new, &current_move->transition);
		return;
	}
	actor_self(&tr.actor);
	if (importing(t))
		return;
	tr.edge = direct_edge(t, td->tg_relation, old, new, &tr.actor);
	tr.action = tr.edge ? tr.edge->action : "update";
	log_change(t, td, old, new, &tr);
}

static void
log_insert_or_delete(ReviewTable *t, TriggerData *td, bool insert)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	Transition	tr = {0};
	int32		from;
	Row			row;

	read_row(t, td->tg_trigtuple, desc, &row);
	if (t->relid != t->root && !insert && crossing_left(t, row.key))
		return;
	if (t->relid != t->root && insert && crossing_arrived(t, row.key, &from))
	{
		Row			old = row;

		old.number = from;
		if (from != row.number)
			log_update(t, td, &old, &row);
		return;
	}
	if (importing(t))
		return;
	/* as the guard, whom a later trigger or one that swallowed half of a move between partitions has passed */
	if (insert)
		check_initial(t, td->tg_relation, &row);
	else
		check_deletable(t, td->tg_relation, &row);
	actor_self(&tr.actor);
	tr.action = insert ? "insert" : "delete";
	log_change(t, td, insert ? NULL : &row, insert ? &row : NULL, &tr);
}

PG_FUNCTION_INFO_V1(review_log);
Datum
review_log(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	ReviewTable *t;

	check_called(fcinfo, "review_log", after_row);
	t = review_table(td->tg_relation);
	if (TRIGGER_FIRED_BY_UPDATE(td->tg_event))
	{
		Row			old;
		Row			new;

		read_row(t, td->tg_trigtuple, RelationGetDescr(td->tg_relation), &old);
		read_row(t, td->tg_newtuple, RelationGetDescr(td->tg_relation), &new);
		log_update(t, td, &old, &new);
	}
	else
		log_insert_or_delete(t, td, TRIGGER_FIRED_BY_INSERT(td->tg_event));
	return PointerGetDatum(NULL);
}

PG_FUNCTION_INFO_V1(review_truncate);
Datum
review_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	ReviewTable *t;

	check_called(fcinfo, "review_truncate", before_truncate);
	t = review_table(td->tg_relation);
	if (!importing(t))
		ereport(ERROR,
				(errcode(ERRCODE_REVIEW_NOT_DELETABLE),
				 errmsg("table \"%s\" is under review and cannot be truncated", RelationGetRelationName(td->tg_relation)),
				 errhint("Delete the rows that may be deleted. To start over, the owner sets hdata.review_import = on."),
				 errtable(td->tg_relation),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "truncate")));
	return PointerGetDatum(NULL);
}

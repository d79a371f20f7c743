/*-------------------------------------------------------------------------
 *
 * redefine.c
 *	  review_redefine(): a new version of a flow, for all attached tables at
 *	  once.
 *
 * All attached tables and their partitions are locked against writers first,
 * so no move is checked by one version and logged by another, and no item can
 * be in a state of which the new version knows nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "review/attachment.h"
#include "review/flow_define.h"
#include "review/flow_parse.h"
#include "review/guard.h"
#include "review/owner.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

extern PGDLLEXPORT Datum review_redefine(PG_FUNCTION_ARGS);

/* Where the items of an old state go: {name, name}; no pair for those that stay */
typedef struct Mapping
{
	int			n;
	const char *from[FLOW_MAX_STATES];
	const char *to[FLOW_MAX_STATES];
} Mapping;

/* ---- the mapping ---- */

static char *
names_of_states(const Flow *flow)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int32 i = 0; i < flow->n_states; i++)
		appendStringInfo(&s, "%s%s", i > 0 ? ", " : "", flow->state[i].name);
	return s.data;
}

static const char *
checked_state(const Flow *flow, const JsonbValue *v, const char *which)
{
	int32		i = flow_state(flow, v->val.string.val, v->val.string.len);

	if (i == FLOW_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.*s\" is not a state of the %s flow", v->val.string.len, v->val.string.val, which),
				 errdetail("Its states are %s.", names_of_states(flow))));
	return flow->state[i].name;
}

pg_noreturn static void
bad_mapping(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("mapping must be a JSON object of names of states"),
			 errhint("Write: {\"old state\": \"new state\"}.")));
}

/* jsonb has each key once, so there is at most one pair for each state */
static void
read_mapping(Jsonb *jb, const Flow *old, const Flow *new, Mapping *m)
{
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;

	m->n = 0;
	if (!JB_ROOT_IS_OBJECT(jb))
		bad_mapping();
	it = JsonbIteratorInit(&jb->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		m->from[m->n] = checked_state(old, &v, "old");
		token = JsonbIteratorNext(&it, &v, true);
		if (token != WJB_VALUE || v.type != jbvString)
			bad_mapping();
		m->to[m->n] = checked_state(new, &v, "new");
		if (strcmp(m->from[m->n], m->to[m->n]) != 0)
			m->n++;
	}
}

static const char *
mapped_to(const Mapping *m, const char *state)
{
	for (int i = 0; i < m->n; i++)
		if (strcmp(m->from[i], state) == 0)
			return m->to[i];
	return NULL;
}

/* Is there a state that the new flow does not have, and that is not mapped? */
static bool
loses_states(const Flow *old, const Flow *new, const Mapping *m)
{
	for (int32 i = 0; i < old->n_states; i++)
	{
		const char *name = old->state[i].name;

		if (flow_state(new, name, strlen(name)) == FLOW_NONE && !mapped_to(m, name))
			return true;
	}
	return false;
}

/* ---- attached tables ---- */

/* Those of this flow, locked with their partitions */
static List *
lock_attached(const char *name)
{
	List	   *all = review_attached_all();
	List	   *ours = NIL;
	ListCell   *cell;

	foreach(cell, all)
	{
		ReviewAttached *a = lfirst(cell);

		if (strcmp(a->args.flow, name) != 0)
			continue;
		LockRelationOid(a->relid, ShareRowExclusiveLock);
		list_free(find_all_inheritors(a->relid, ShareRowExclusiveLock, NULL));
		/* it may have been dropped or detached before the lock was granted */
		a = review_attached_find(a->relid);
		if (a && strcmp(a->args.flow, name) == 0)
			ours = lappend(ours, a);
	}
	return ours;
}

static const char *
table_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* Refuses if rows are in states that the new flow does not have, and that are not mapped */
static void
check_states_in_use(const ReviewAttached *a, const Flow *new, const Mapping *m)
{
	StringInfoData lost;

	if (SPI_execute(psprintf("SELECT s, pg_catalog.count(*)::pg_catalog.text"
							 " FROM (SELECT %s::pg_catalog.text AS s FROM %s) t"
							 " WHERE s IS NOT NULL GROUP BY s ORDER BY s COLLATE \"C\"",
							 quote_identifier(a->args.state), table_name(a->relid)), false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of table \"%s\"", get_rel_name(a->relid));
	initStringInfo(&lost);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *s = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		char	   *n = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		if (flow_state(new, s, strlen(s)) == FLOW_NONE && !mapped_to(m, s))
			appendStringInfo(&lost, "%s\"%s\" (%s)", lost.len > 0 ? ", " : "", s, n);
	}
	SPI_freetuptable(SPI_tuptable);
	if (lost.len > 0)
	{
		Relation	rel = relation_open(a->relid, NoLock);

		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("table \"%s\" has rows in states that the new flow does not have", get_rel_name(a->relid)),
				 errdetail("States and numbers of rows: %s.", lost.data),
				 errhint("Say where they go: mapping => '{\"old state\": \"new state\"}'."),
				 errtable(rel)));
	}
}

/* ---- moving the items ---- */

/*
 * One item, as a mover would move it: the triggers let exactly this change
 * pass, and log it as the action "redefine" under the new version.
 */
static void
move_item(ReviewTable *t, SPIPlanPtr update, Datum key, const char *from, const char *to)
{
	Move		move = {0};
	Datum		value[2] = {key, CStringGetTextDatum(to)};

	move.root = t->root;
	move.item = review_key_text(t, key).data;
	move.from = flow_state(t->flow, from, strlen(from));
	move.to = flow_state(t->flow, to, strlen(to));
	move.transition.action = "redefine";
	actor_self(&move.transition.actor);
	current_move = &move;
	if (SPI_execute_plan(update, value, NULL, false, 0) != SPI_OK_UPDATE || SPI_processed != 1 || !move.logged)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("item \"%s\" of table \"%s\" could not be moved from \"%s\" to \"%s\"", move.item,
						get_rel_name(t->root), from, to),
				 errdetail("A trigger or rule of the table kept it from being updated, or being logged."),
				 errhint("See hdata.review_doctor().")));
}

/* All items first, then the changes: two states may change places */
static void
move_items(ReviewTable *t, SPIPlanPtr update, const Mapping *m)
{
	Datum		from[FLOW_MAX_STATES];
	Datum		value;
	Oid			type = TEXTARRAYOID;
	const char *state = quote_identifier(t->args.state);
	char	   *sql;
	SPITupleTable *rows;
	MemoryContext cx;

	for (int i = 0; i < m->n; i++)
		from[i] = CStringGetTextDatum(m->from[i]);
	value = PointerGetDatum(construct_array(from, m->n, TEXTOID, -1, false, TYPALIGN_INT));
	sql = psprintf("SELECT %s, %s::pg_catalog.text FROM %s"
				   " WHERE %s::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1) ORDER BY 1",
				   quote_identifier(t->args.key), state, table_name(t->root), state);
	if (SPI_execute_with_args(sql, 1, &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the items of table \"%s\"", get_rel_name(t->root));
	rows = SPI_tuptable;
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata item", ALLOCSET_SMALL_SIZES);
	for (uint64 i = 0; i < rows->numvals; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(cx);
		bool		null;
		Datum		key = SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &null);
		char	   *was = SPI_getvalue(rows->vals[i], rows->tupdesc, 2);

		HD_CHECK_EVERY(i);
		move_item(t, update, key, was, mapped_to(m, was));
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
	}
	MemoryContextDelete(cx);
	SPI_freetuptable(rows);
}

static void
apply_mapping(const ReviewAttached *a, const Mapping *m)
{
	Move	   *outer = current_move;
	Relation	rel = relation_open(a->relid, NoLock);
	ReviewTable *t = review_table(rel);
	Form_pg_attribute key = TupleDescAttr(RelationGetDescr(rel), t->key.att - 1);
	Form_pg_attribute state = TupleDescAttr(RelationGetDescr(rel), t->state.att - 1);
	Oid			type[2] = {key->atttypid, TEXTOID};
	char	   *state_type = format_type_extended(state->atttypid, state->atttypmod,
												  FORMAT_TYPE_FORCE_QUALIFY);
	SPIPlanPtr	update = SPI_prepare(psprintf("UPDATE %s SET %s = $2::%s WHERE %s %s $1",
											  table_name(a->relid), quote_identifier(a->args.state),
											  state_type, quote_identifier(a->args.key),
											  review_equals(key->atttypid)), 2, type);

	if (update == NULL)
		elog(ERROR, "could not prepare the update of table \"%s\"", get_rel_name(a->relid));
	set_path(t->path);			/* what the user's triggers find, as when they fire for a move */
	PG_TRY();
	{
		move_items(t, update, m);
	}
	PG_FINALLY();
	{
		current_move = outer;
	}
	PG_END_TRY();
	SPI_freeplan(update);
	relation_close(rel, NoLock);
}

/* ---- review_redefine ---- */

/* Its owner, and who may do anything with the table of flows */
static void
check_flow_owner(const char *name, const FlowRow *row)
{
	Oid			owner = get_role_oid(row->owner, true);

	if ((OidIsValid(owner) && has_privs_of_role(GetUserId(), owner)) || owns_table(review_flows_relid(), GetUserId()))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("must be owner of review flow \"%s\"", name),
			 errdetail("It is owned by \"%s\".", row->owner)));
}

static void
for_each_as_owner(List *attached, void (*act) (const ReviewAttached *, const Flow *, const Mapping *),
				  const Flow *new, const Mapping *m)
{
	ListCell   *cell;

	foreach(cell, attached)
	{
		const ReviewAttached *a = lfirst(cell);
		Relation	rel = relation_open(a->relid, NoLock);
		OwnerScope	scope;

		SPI_connect();
		owner_begin(&scope, rel->rd_rel->relowner);
		act(a, new, m);
		owner_end(&scope);
		SPI_finish();
		relation_close(rel, NoLock);
	}
}

static void
act_mapping(const ReviewAttached *a, const Flow *new, const Mapping *m)
{
	apply_mapping(a, m);
}

static void
act_queue(const ReviewAttached *a, const Flow *new, const Mapping *m)
{
	review_requeue(a, new);
}

PG_FUNCTION_INFO_V1(review_redefine);
Datum
review_redefine(PG_FUNCTION_ARGS)
{
	char	   *name = flow_name_argument(fcinfo, 0);
	FlowRow		row;
	Flow	   *old;
	Flow	   *new;
	struct varlena *value;
	Mapping		m;
	List	   *attached;
	ListCell   *cell;

	if (PG_ARGISNULL(1))
		arg_is_null("flow");
	if (PG_ARGISNULL(2))
		arg_is_null("mapping");
	/* an older snapshot would not show the rows that were moved before the locks were granted */
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("review_redefine must run in a READ COMMITTED transaction"),
				 errhint("BEGIN ISOLATION LEVEL READ COMMITTED;")));
	LockRelationOid(review_flows_relid(), ShareRowExclusiveLock);
	if (!flow_row_get(name, 0, &row))
		(void) flow_lookup(name, false);	/* ERROR: it does not exist */
	check_flow_owner(name, &row);
	value = (struct varlena *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(1));
	old = flow_compile(row.value);
	new = flow_compile(value);
	read_mapping(PG_GETARG_JSONB_P(2), old, new, &m);
	if (m.n == 0 && VARSIZE(value) == VARSIZE_ANY(row.value) && memcmp(value, row.value, VARSIZE(value)) == 0)
	{
		ereport(NOTICE,
				(errmsg("review flow \"%s\" is version %d already", name, row.version)));
		PG_RETURN_INT32(row.version);
	}
	flow_warn(new);
	attached = lock_attached(name);
	if (loses_states(old, new, &m))
		for_each_as_owner(attached, check_states_in_use, new, &m);
	flow_insert_version(name, row.version + 1, PointerGetDatum(value), row.owner);
	foreach(cell, attached)
		review_table_changed(((ReviewAttached *) lfirst(cell))->relid);
	CommandCounterIncrement();
	if (m.n > 0)
		for_each_as_owner(attached, act_mapping, new, &m);
	for_each_as_owner(attached, act_queue, new, &m);
	PG_RETURN_INT32(row.version + 1);
}

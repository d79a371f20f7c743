/*-------------------------------------------------------------------------
 *
 * attach.c
 *	  review_attach(), review_detach(), review_adopt(): the triggers of an
 *	  attachment, and its two tables in the user's schema.
 *
 * The tables belong to the owner of the attached table and are made with his
 * rights.  The triggers are made with the caller's, who is that owner, or a
 * member, or a superuser: CREATE TRIGGER asks for EXECUTE on the function.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "common/args.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "review/attachment.h"
#include "review/owner.h"
#include "review/table.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

static void
execute(const char *sql, int expected)
{
	if (SPI_execute(sql, false, 0) != expected)
		elog(ERROR, "could not execute: %s", sql);
}

static const char *
option_text(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (PG_ARGISNULL(arg))
		arg_is_null(what);
	return text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

static const char *
maybe_text(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

/* ---- what can be attached ---- */

/* Number of a column that is no system column, and not generated: the guard fires before those are computed */
static AttrNumber
column_number(Relation rel, const char *name)
{
	AttrNumber	att = get_attnum(RelationGetRelid(rel), name);

	if (att == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", name, RelationGetRelationName(rel)),
				 errtable(rel)));
	if (att < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("\"%s\" is a system column", name),
				 errtable(rel)));
	if (TupleDescAttr(RelationGetDescr(rel), att - 1)->attgenerated)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("column \"%s\" of table \"%s\" is generated", name, RelationGetRelationName(rel)),
				 errdetail("Generated columns are computed after the guard has seen the row."),
				 errhint("Name the columns that it is computed from."),
				 errtablecol(rel, att)));
	return att;
}

static void
check_relation(Relation rel)
{
	const char *why = NULL;

	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(rel))));
	if (rel->rd_rel->relispartition)
		why = "It is a partition: attach the partitioned table.";
	else if (rel->rd_rel->relkind == RELKIND_RELATION && has_subclass(RelationGetRelid(rel)))
		why = "Tables inherit from it, and triggers are not inherited: use partitions.";
	else if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		why = "It is temporary.";
	else if (IsSystemRelation(rel))
		why = "It is a system catalog.";
	if (why)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" cannot be put under review", RelationGetRelationName(rel)),
				 errdetail_internal("%s", why)));
}

/* The key must be NOT NULL and unique: alone, or in a partitioned table together with the partition key */
static void
check_key(Relation rel, AttrNumber key)
{
	bool		partitioned = rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	bool		unique = false;
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		Form_pg_index form = index->rd_index;

		if (form->indisunique && form->indisvalid && heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
			for (int i = 0; i < form->indnkeyatts; i++)
				if (form->indkey.values[i] == key && (partitioned || form->indnkeyatts == 1))
					unique = true;
		index_close(index, AccessShareLock);
	}
	if (!unique || !TupleDescAttr(RelationGetDescr(rel), key - 1)->attnotnull)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("column \"%s\" of table \"%s\" does not identify a row",
						NameStr(TupleDescAttr(RelationGetDescr(rel), key - 1)->attname), RelationGetRelationName(rel)),
				 errdetail("It must be NOT NULL, and have a unique index of its own%s.",
						   partitioned ? " or one together with the partition key" : ""),
				 errtablecol(rel, key)));
}

static void
check_state_column(Relation rel, AttrNumber state)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), state - 1);

	if (!review_state_type(att->atttypid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" is of type %s", NameStr(att->attname),
						RelationGetRelationName(rel), format_type_be(att->atttypid)),
				 errdetail("A state is text, varchar or an enum."),
				 errtablecol(rel, state)));
	/* the log's trigger fires when states differ, and so must those that the flow tells apart */
	if (OidIsValid(att->attcollation) && !get_collation_isdeterministic(att->attcollation))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" has a nondeterministic collation", NameStr(att->attname),
						RelationGetRelationName(rel)),
				 errtablecol(rel, state)));
}

static void
check_content(Relation rel, const ReviewArgs *args)
{
	for (int i = 0; i < args->n_content; i++)
	{
		AttrNumber	att = column_number(rel, args->content[i]);

		if (strcmp(args->content[i], args->state) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the state is not content"),
					 errtablecol(rel, att)));
		for (int j = 0; j < i; j++)
			if (strcmp(args->content[i], args->content[j]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("column \"%s\" is named twice", args->content[i]),
						 errtablecol(rel, att)));
	}
}

/* A table or view with the columns actor and role */
static const char *
roles_table(Oid relid)
{
	char	   *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
	const char *column[] = {"actor", "role"};

	for (int i = 0; i < 2; i++)
	{
		AttrNumber	att = get_attnum(relid, column[i]);

		if (att <= 0 || getBaseType(get_atttype(relid, att)) != TEXTOID)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("\"%s\" has no column \"%s\" of type text", name, column[i]),
					 errhint("A table of members has the columns actor text and role text.")));
	}
	return name;
}

/* ---- the tables ---- */

static char *
column_type(Relation rel, AttrNumber attno)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	char	   *type = format_type_extended(att->atttypid, att->atttypmod,
											FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);

	if (OidIsValid(att->attcollation) && att->attcollation != DEFAULT_COLLATION_OID)
		type = psprintf("%s COLLATE %s", type, generate_collation_name(att->attcollation));
	return type;
}

/* Name of a table of ours: that of the user's and a suffix, shortened to what a name may have */
static char *
own_name(Relation rel, const char *suffix)
{
	return makeObjectName(RelationGetRelationName(rel), NULL, suffix);
}

static const char *
qualified(Relation rel, const char *name)
{
	return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), name);
}

static void
create_side(Relation rel, const char *name, const char *type)
{
	const char *table = qualified(rel, name);
	const char *sequence = qualified(rel, makeObjectName(name, NULL, "token_seq"));

	execute(psprintf("CREATE TABLE %s (item %s PRIMARY KEY, rev integer NOT NULL DEFAULT 0,"
					 " priority real NOT NULL DEFAULT 0, entered_at timestamptz NOT NULL, claim_token bigint,"
					 " claimed_at timestamptz, claim_until timestamptz, round smallint NOT NULL DEFAULT 0,"
					 " state text NOT NULL, author text, last_reviewer text, claimed_by text, head bytea, queue text)"
					 " WITH (fillfactor = 70)", table, type), SPI_OK_UTILITY);
	execute(psprintf("CREATE INDEX ON %s " REVIEW_QUEUE_INDEX, table), SPI_OK_UTILITY);
	execute(psprintf("CREATE INDEX ON %s " REVIEW_EXPIRY_INDEX, table), SPI_OK_UTILITY);
	execute(psprintf("CREATE INDEX ON %s " REVIEW_CLAIM_INDEX, table), SPI_OK_UTILITY);
	execute(psprintf("CREATE SEQUENCE %s OWNED BY %s.claim_token", sequence, table), SPI_OK_UTILITY);
	review_revoke(sequence);
	execute(psprintf("COMMENT ON TABLE %s IS %s", table,
					 quote_literal_cstr(psprintf("hdata: where each row of %s stands", RelationGetRelationName(rel)))),
			SPI_OK_UTILITY);
}

static void
create_log(Relation rel, const char *name, const char *type)
{
	const char *table = qualified(rel, name);

	execute(psprintf("CREATE TABLE %s (item %s NOT NULL, at timestamptz NOT NULL, xid xid8 NOT NULL, claim_token bigint,"
					 " claimed_at timestamptz, seq integer NOT NULL, flow_version integer NOT NULL, round smallint NOT NULL,"
					 " from_state text, to_state text, action text NOT NULL, reason_code text, idem text, content_hash bytea,"
					 " actor text NOT NULL, db_role text, reason text, detail jsonb, salt bytea, private_hash bytea NOT NULL,"
					 " h bytea NOT NULL, PRIMARY KEY (item, seq))", table, type), SPI_OK_UTILITY);
	execute(psprintf("CREATE UNIQUE INDEX ON %s (idem) WHERE idem IS NOT NULL", table), SPI_OK_UTILITY);
	execute(psprintf("COMMENT ON TABLE %s IS %s", table,
					 quote_literal_cstr(psprintf("hdata: every change of state of %s", RelationGetRelationName(rel)))),
			SPI_OK_UTILITY);
}

/* A table of that name is taken over if an earlier attachment left it */
static void
make_table(Relation rel, const char *name, AttrNumber key,
		   void (*create) (Relation, const char *, const char *), bool (*fits) (Relation, Oid))
{
	Oid			there = get_relname_relid(name, RelationGetNamespace(rel));

	if (!OidIsValid(there))
	{
		create(rel, name, column_type(rel, key));
		CommandCounterIncrement();
		review_revoke(qualified(rel, name));
	}
	else
	{
		Relation	table = relation_open(there, ShareRowExclusiveLock);

		if (table->rd_rel->relkind != RELKIND_RELATION ||
			!fits(table, TupleDescAttr(RelationGetDescr(rel), key - 1)->atttypid) ||
			table->rd_rel->relowner != rel->rd_rel->relowner)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_TABLE),
					 errmsg("relation \"%s\" already exists", name),
					 errdetail("It was not left there by an earlier attachment of this table."),
					 errtable(table)));
		relation_close(table, NoLock);
	}
}

/* Long names of two tables may be cut to the same name of a table of ours */
static void
check_names(Relation rel, const ReviewArgs *args)
{
	ListCell   *cell;

	foreach(cell, review_attached_all())
	{
		const ReviewAttached *a = lfirst(cell);

		if (get_rel_namespace(a->relid) == RelationGetNamespace(rel) &&
			(strcmp(a->args.side, args->side) == 0 || strcmp(a->args.log, args->log) == 0))
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_TABLE),
					 errmsg("relation \"%s\" belongs to table \"%s\"", args->side, get_rel_name(a->relid)),
					 errhint("Give one of the two tables another name before it is put under review."),
					 errtable(rel)));
	}
}

/* ---- the triggers ---- */

static void
create_trigger(Relation rel, Oid on, const char *name, const char *when, const char *function, const char *arguments)
{
	execute(psprintf("CREATE TRIGGER %s %s EXECUTE FUNCTION hdata.%s(%s)",
					 quote_identifier(name),
					 psprintf(when, quote_qualified_identifier(get_namespace_name(get_rel_namespace(on)), get_rel_name(on))),
					 function, arguments),
			SPI_OK_UTILITY);
}

static void
create_triggers(Relation rel, const ReviewArgs *args)
{
	StringInfoData arguments;
	char	  **arg;
	int			n;
	const char *state = quote_identifier(args->state);
	List	   *tables = find_all_inheritors(RelationGetRelid(rel), ShareRowExclusiveLock, NULL);
	ListCell   *cell;

	initStringInfo(&arguments);
	arg = review_args_write(args, &n);
	for (int i = 0; i < n; i++)
		appendStringInfo(&arguments, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(arg[i]));

	create_trigger(rel, RelationGetRelid(rel), REVIEW_GUARD_TRIGGER,
				   "BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW", "review_guard", arguments.data);
	create_trigger(rel, RelationGetRelid(rel), REVIEW_LOG_TRIGGER,
				   "AFTER INSERT OR DELETE ON %s FOR EACH ROW", "review_log", "");
	create_trigger(rel, RelationGetRelid(rel), REVIEW_LOG_UPDATE_TRIGGER,
				   psprintf("AFTER UPDATE ON %%s FOR EACH ROW WHEN (OLD.%s IS DISTINCT FROM NEW.%s)", state, state),
				   "review_log", "");
	/* triggers of statements are not cloned to partitions */
	foreach(cell, tables)
		create_trigger(rel, lfirst_oid(cell), REVIEW_TRUNCATE_TRIGGER,
					   "BEFORE TRUNCATE ON %s FOR EACH STATEMENT", "review_truncate", "");
}

/* BEFORE triggers fire in the order of their names: what fires after the guard changes rows behind its back */
static void
warn_of_later_triggers(Relation rel)
{
	TriggerDesc *triggers = rel->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Trigger    *t = &triggers->triggers[i];

		if (TRIGGER_FOR_ROW(t->tgtype) && TRIGGER_FOR_BEFORE(t->tgtype) && strcmp(t->tgname, REVIEW_GUARD_TRIGGER) > 0)
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("trigger \"%s\" fires after the guard", t->tgname),
					 errdetail("The guard does not see what it changes; the log trigger refuses a state that it sets."),
					 errhint("Rename it, so that it sorts before \"%s\".", REVIEW_GUARD_TRIGGER)));
	}
}

/* ---- rows that are there already ---- */

static void
check_states(Relation rel, const ReviewArgs *args, const Flow *flow)
{
	const char *state = quote_identifier(args->state);

	if (SPI_execute(psprintf("SELECT DISTINCT t.%s::pg_catalog.text FROM %s t", state,
							 qualified(rel, RelationGetRelationName(rel))), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (value == NULL || flow_state(flow, value, strlen(value)) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_REVIEW_NO_EDGE),
					 value ? errmsg("rows of \"%s\" are in state \"%s\", which flow \"%s\" does not have",
									RelationGetRelationName(rel), value, args->flow)
					 : errmsg("rows of \"%s\" have no state", RelationGetRelationName(rel)),
					 errhint("Update them before the table is put under review."),
					 errtablecol(rel, get_attnum(RelationGetRelid(rel), args->state))));
	}
}

/* The column "queue" of the side table, which follows from the state and the flow */
static void
requeue(const char *side, const ReviewArgs *args, const Flow *flow)
{
	uint64		queued = review_queue_states(args, flow);
	StringInfoData states;

	initStringInfo(&states);
	for (int i = 0; i < flow->n_states; i++)
		if (queued >> i & 1)
			appendStringInfo(&states, ", %s", quote_literal_cstr(flow->state[i].name));
	execute(psprintf("UPDATE %s SET queue = CASE WHEN state IN (NULL%s) THEN state END"
					 " WHERE queue IS DISTINCT FROM CASE WHEN state IN (NULL%s) THEN state END",
					 side, states.data, states.data), SPI_OK_UPDATE);
}

/* For a flow that has changed; inside SPI, as the owner of the table */
void
review_requeue(const ReviewAttached *attached, const Flow *flow)
{
	requeue(quote_qualified_identifier(get_namespace_name(get_rel_namespace(attached->side)), get_rel_name(attached->side)),
			&attached->args, flow);
}

/* Rows of the side table for rows that have none, and the state of those that are out of step */
static int64
adopt_rows(Relation rel, const ReviewArgs *args, const Flow *flow)
{
	const char *table = qualified(rel, RelationGetRelationName(rel));
	const char *side = qualified(rel, args->side);
	const char *log = qualified(rel, args->log);
	const char *key = quote_identifier(args->key);
	const char *state = quote_identifier(args->state);
	const char *equals = review_equals(get_atttype(RelationGetRelid(rel), get_attnum(RelationGetRelid(rel), args->key)));
	const char *author = args->author ? psprintf("t.%s::pg_catalog.text", quote_identifier(args->author)) : "NULL";
	int64		n;

	execute(psprintf("DELETE FROM %s s WHERE NOT EXISTS (SELECT FROM %s t WHERE t.%s %s s.item)", side, table, key, equals),
			SPI_OK_DELETE);
	n = SPI_processed;
	execute(psprintf("UPDATE %s s SET state = t.%s::pg_catalog.text, entered_at = pg_catalog.clock_timestamp(),"
					 " claimed_by = NULL, claim_token = NULL, claimed_at = NULL, claim_until = NULL"
					 " FROM %s t WHERE t.%s %s s.item AND s.state <> t.%s::pg_catalog.text", side, state, table, key, equals, state),
			SPI_OK_UPDATE);
	n += SPI_processed;
	execute(psprintf("INSERT INTO %s (item, rev, entered_at, round, state, author, head)"
					 " SELECT t.%s, coalesce(l.seq, 0), coalesce(l.at, pg_catalog.clock_timestamp()), coalesce(l.round, 0),"
					 " t.%s::pg_catalog.text, %s, l.h"
					 " FROM %s t LEFT JOIN LATERAL (SELECT l.seq, l.at, l.round, l.h FROM %s l WHERE l.item %s t.%s"
					 "  ORDER BY l.seq DESC LIMIT 1) l ON true"
					 " WHERE NOT EXISTS (SELECT FROM %s s WHERE s.item %s t.%s)", side, key, state, author, table, log,
					 equals, key, side, equals, key),
			SPI_OK_INSERT);
	n += SPI_processed;
	requeue(side, args, flow);
	return n;
}

/* ---- SQL ---- */

static void
read_args(FunctionCallInfo fcinfo, Relation rel, ReviewArgs *args)
{
	static const ArgChoice direct[] = {
		{"check", DIRECT_CHECK}, {"refuse", DIRECT_REFUSE}, {"off", DIRECT_OFF}, {NULL}
	};
	static const ArgChoice affinity[] = {
		{"pool", AFFINITY_POOL}, {"same", AFFINITY_SAME}, {"other", AFFINITY_OTHER}, {NULL}
	};
	Interval   *ttl;

	memset(args, 0, sizeof(*args));
	args->flow = option_text(fcinfo, 1, "flow");
	args->key = option_text(fcinfo, 2, "key");
	args->state = option_text(fcinfo, 3, "state");
	args->author = maybe_text(fcinfo, 4);
	args->n_content = -1;
	if (!PG_ARGISNULL(5))
	{
		Datum	   *name = arg_text_array(fcinfo, 5, "content", &args->n_content);

		args->content = palloc((args->n_content + 1) * sizeof(char *));
		for (int i = 0; i < args->n_content; i++)
			args->content[i] = TextDatumGetCString(name[i]);
	}
	args->direct = arg_choice(fcinfo, 6, "direct", direct);
	args->service = maybe_text(fcinfo, 7);
	if (args->service)
		(void) get_role_oid(args->service, false);
	if (!PG_ARGISNULL(8))
		args->roles = roles_table(PG_GETARG_OID(8));
	if (!PG_ARGISNULL(9))
	{
		args->claim_limit = PG_GETARG_INT32(9);
		if (args->claim_limit < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("claim_limit must be at least 1, or NULL for none")));
	}
	if (PG_ARGISNULL(10))
		arg_is_null("claim_ttl");
	ttl = PG_GETARG_INTERVAL_P(10);
	args->claim_ttl = review_ttl(ttl);
	args->affinity = arg_choice(fcinfo, 11, "affinity", affinity);
	if (!PG_ARGISNULL(12))
	{
		Datum	   *name = arg_text_array(fcinfo, 12, "queue", &args->n_queue);

		args->queue = palloc((args->n_queue + 1) * sizeof(char *));
		for (int i = 0; i < args->n_queue; i++)
			args->queue[i] = TextDatumGetCString(name[i]);
	}
	args->side = own_name(rel, "review");
	args->log = own_name(rel, "review_log");
}

/* Who does not own it may not lock it either */
static Relation
open_own_table(Oid relid)
{
	Relation	rel;

	if (get_rel_relkind(relid) != '\0')
		check_table_owner(relid);
	rel = relation_open(relid, ShareRowExclusiveLock);
	check_table_owner(relid);
	return rel;
}

PG_FUNCTION_INFO_V1(review_attach);
Datum
review_attach(PG_FUNCTION_ARGS)
{
	ReviewArgs	args;
	OwnerScope	scope;
	Relation	rel;
	AttrNumber	key;
	const Flow *flow;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	rel = open_own_table(PG_GETARG_OID(0));
	check_relation(rel);
	read_args(fcinfo, rel, &args);
	if (review_attached_find(RelationGetRelid(rel)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("table \"%s\" is under review already", RelationGetRelationName(rel)),
				 errhint("Call review_detach() first: the side table and the log are kept."),
				 errtable(rel)));
	flow_hold();
	flow = flow_lookup(args.flow, false);
	key = column_number(rel, args.key);
	check_key(rel, key);
	check_state_column(rel, column_number(rel, args.state));
	if (args.author)
		(void) column_number(rel, args.author);
	check_content(rel, &args);
	check_names(rel, &args);
	for (int i = 0; i < args.n_queue; i++)
		if (flow_state(flow, args.queue[i], strlen(args.queue[i])) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("flow \"%s\" has no state \"%s\"", args.flow, args.queue[i])));

	SPI_connect();
	owner_begin(&scope, rel->rd_rel->relowner);
	check_states(rel, &args, flow);
	make_table(rel, args.side, key, create_side, review_side_fits);
	make_table(rel, args.log, key, create_log, review_log_fits);
	adopt_rows(rel, &args, flow);
	owner_end(&scope);

	scope.guc_level = path_begin();
	create_triggers(rel, &args);
	path_end(scope.guc_level);
	SPI_finish();
	warn_of_later_triggers(rel);
	relation_close(rel, NoLock);
	PG_RETURN_VOID();
}

/* The attachment of the table in argument 0, which the caller must own; locked */
static ReviewAttached *
own_attachment(FunctionCallInfo fcinfo, Relation *rel)
{
	ReviewAttached *attached;

	if (PG_ARGISNULL(0))
		arg_is_null("rel");
	*rel = open_own_table(PG_GETARG_OID(0));
	attached = review_attached_find(RelationGetRelid(*rel));
	if (attached == NULL)
		review_not_attached(*rel);
	return attached;
}

PG_FUNCTION_INFO_V1(review_detach);
Datum
review_detach(PG_FUNCTION_ARGS)
{
	static const char *const trigger[] = {
		REVIEW_GUARD_TRIGGER, REVIEW_LOG_TRIGGER, REVIEW_LOG_UPDATE_TRIGGER
	};
	Relation	rel;
	List	   *tables;
	ListCell   *cell;
	int			level;

	(void) own_attachment(fcinfo, &rel);
	tables = find_all_inheritors(RelationGetRelid(rel), AccessExclusiveLock, NULL);
	SPI_connect();
	level = path_begin();
	for (int i = 0; i < lengthof(trigger); i++)
		execute(psprintf("DROP TRIGGER IF EXISTS %s ON %s", trigger[i], qualified(rel, RelationGetRelationName(rel))),
				SPI_OK_UTILITY);
	foreach(cell, tables)
	{
		Oid			table = lfirst_oid(cell);

		execute(psprintf("DROP TRIGGER IF EXISTS %s ON %s", REVIEW_TRUNCATE_TRIGGER,
						 quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table))),
				SPI_OK_UTILITY);
	}
	path_end(level);
	SPI_finish();
	relation_close(rel, NoLock);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(review_adopt);
Datum
review_adopt(PG_FUNCTION_ARGS)
{
	Relation	rel;
	ReviewAttached *attached = own_attachment(fcinfo, &rel);
	const Flow *flow = flow_lookup(attached->args.flow, false);
	OwnerScope	scope;
	int64		n;

	SPI_connect();
	owner_begin(&scope, rel->rd_rel->relowner);
	check_states(rel, &attached->args, flow);
	n = adopt_rows(rel, &attached->args, flow);
	owner_end(&scope);
	SPI_finish();
	relation_close(rel, NoLock);
	PG_RETURN_INT64(n);
}

/*-------------------------------------------------------------------------
 *
 * attachment.c
 *	  Attachments as they lie in trigger arguments, and finding them all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/indexing.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/srf.h"
#include "executor/spi.h"
#include "parser/parse_func.h"
#include "review/attachment.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"

static const char *const direct_name[] = {"check", "refuse", "off"};
static const char *const affinity_name[] = {"pool", "same", "other"};

static int
choose(const char *value, const char *const *name, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(value, name[i]) == 0)
			return i;
	return -1;
}

/* An array literal of column names; -1 if it is none */
static int
parse_names(char *literal, const char ***name)
{
	Datum		array = OidInputFunctionCall(F_ARRAY_IN, literal, TEXTOID, -1);
	Datum	   *value;
	bool	   *null;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	*name = palloc((n + 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		if (null[i])
			return -1;
		(*name)[i] = TextDatumGetCString(value[i]);
	}
	return n;
}

static char *
write_names(const char **name, int n)
{
	Datum	   *value = palloc((n + 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		value[i] = CStringGetTextDatum(name[i]);
	return OidOutputFunctionCall(F_ARRAY_OUT,
								 PointerGetDatum(construct_array(value, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The name of a table with its schema, quoted where it must be: it becomes part of a query; NULL if it is none */
static const char *
table_name(const char *value)
{
	RangeVar   *name = makeRangeVarFromNameList(stringToQualifiedNameList(value HD_NO_SOFT_ERRORS));

	return name->catalogname || !name->schemaname ? NULL : quote_qualified_identifier(name->schemaname, name->relname);
}

static bool
parse_args(int n, char **arg, ReviewArgs *out, const char **complaint)
{
	memset(out, 0, sizeof(*out));
	out->n_content = -1;
	out->claim_ttl = 30 * USECS_PER_MINUTE;
	for (int i = 0; i < n; i++)
	{
		char	   *value = strchr(arg[i], '=');
		int			len = value ? value - arg[i] : 0;
		int			choice = 0;

#define IS(s) (len == sizeof(s) - 1 && memcmp(arg[i], s, sizeof(s) - 1) == 0)
		if (value == NULL)
		{
			*complaint = psprintf("\"%s\" is not of the form name=value", arg[i]);
			return false;
		}
		value++;
		if (IS("flow"))
			out->flow = pstrdup(value);
		else if (IS("key"))
			out->key = pstrdup(value);
		else if (IS("state"))
			out->state = pstrdup(value);
		else if (IS("author"))
			out->author = pstrdup(value);
		else if (IS("content"))
			choice = out->n_content = parse_names(value, &out->content);
		else if (IS("direct"))
			choice = out->direct = choose(value, direct_name, lengthof(direct_name));
		else if (IS("service"))
			out->service = pstrdup(value);
		else if (IS("roles"))
		{
			out->roles = table_name(value);
			choice = out->roles ? 0 : -1;
		}
		else if (IS("side"))
			out->side = pstrdup(value);
		else if (IS("log"))
			out->log = pstrdup(value);
		else if (IS("claim_limit"))
			choice = out->claim_limit = pg_strtoint32(value);
		else if (IS("claim_ttl"))
			out->claim_ttl = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(value)));
		else if (IS("queue"))
			choice = out->n_queue = parse_names(value, &out->queue);
		else if (IS("affinity"))
			choice = out->affinity = choose(value, affinity_name, lengthof(affinity_name));
		else
			choice = -1;
#undef IS
		if (choice < 0)
		{
			*complaint = psprintf("\"%s\" is not understood", arg[i]);
			return false;
		}
	}
	if (!out->flow || !out->key || !out->state || !out->side || !out->log)
	{
		*complaint = "flow, key, state, side and log must be given";
		return false;
	}
	return true;
}

/*
 * False, and a complaint, if they are not what review_attach() writes: who may
 * write triggers of ours by hand must not be able to stop everybody who looks
 * for attached tables.  An unknown name is refused, too: it may be a
 * restriction of a later release.
 */
bool
review_args_parse(int n, char **arg, ReviewArgs *out, const char **complaint)
{
	MemoryContext cx = CurrentMemoryContext;
	volatile bool good = false;

	PG_TRY();
	{
		good = parse_args(n, arg, out, complaint);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		/* input functions hold nothing but memory */
		MemoryContextSwitchTo(cx);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
			error->sqlerrcode != ERRCODE_INVALID_NAME && error->sqlerrcode != ERRCODE_SYNTAX_ERROR)
			PG_RE_THROW();
		FlushErrorState();
		*complaint = error->message;
	}
	PG_END_TRY();
	return good;
}

char **
review_args_write(const ReviewArgs *args, int *n)
{
	char	  **arg = palloc(16 * sizeof(char *));
	int			i = 0;

	arg[i++] = psprintf("flow=%s", args->flow);
	arg[i++] = psprintf("key=%s", args->key);
	arg[i++] = psprintf("state=%s", args->state);
	if (args->author)
		arg[i++] = psprintf("author=%s", args->author);
	if (args->n_content >= 0)
		arg[i++] = psprintf("content=%s", write_names(args->content, args->n_content));
	arg[i++] = psprintf("direct=%s", direct_name[args->direct]);
	if (args->service)
		arg[i++] = psprintf("service=%s", args->service);
	if (args->roles)
		arg[i++] = psprintf("roles=%s", args->roles);
	arg[i++] = psprintf("side=%s", args->side);
	arg[i++] = psprintf("log=%s", args->log);
	if (args->claim_limit > 0)
		arg[i++] = psprintf("claim_limit=%d", args->claim_limit);
	arg[i++] = psprintf("claim_ttl=" INT64_FORMAT, args->claim_ttl);
	arg[i++] = psprintf("affinity=%s", affinity_name[args->affinity]);
	if (args->n_queue > 0)
		arg[i++] = psprintf("queue=%s", write_names(args->queue, args->n_queue));
	*n = i;
	return arg;
}

uint64
review_queue_states(const ReviewArgs *args, const Flow *flow)
{
	uint64		set = 0;

	for (int i = 0; i < flow->n_edges; i++)
		if (flow->edge[i].claim)
			set |= UINT64CONST(1) << flow->edge[i].from;
	for (int i = 0; i < args->n_queue; i++)
	{
		int32		state = flow_state(flow, args->queue[i], strlen(args->queue[i]));

		if (state >= 0)
			set |= UINT64CONST(1) << state;
	}
	return set;
}

static Oid
guard_function(void)
{
	return LookupFuncName(list_make2(makeString("hdata"), makeString("review_guard")), 0, NULL, false);
}

/* The arguments as pg_trigger holds them: strings, each ended by a zero byte */
static char **
split_arguments(Datum tgargs, int n)
{
	bytea	   *raw = DatumGetByteaPP(tgargs);
	char	   *p;
	char	  **arg = palloc((n + 1) * sizeof(char *));

	p = palloc(VARSIZE_ANY_EXHDR(raw) + 1);
	memcpy(p, VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw));
	p[VARSIZE_ANY_EXHDR(raw)] = '\0';
	for (int i = 0; i < n; i++)
	{
		arg[i] = p;
		p += strlen(p) + 1;
	}
	return arg;
}

/* NULL if the trigger is no guard, or a clone on a partition, or what it says is not understood */
static ReviewAttached *
read_trigger(Relation catalog, HeapTuple tuple, Oid guard)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);
	ReviewAttached *found;
	const char *complaint;
	Datum		value;
	bool		null;

	if (form->tgfoid != guard || OidIsValid(form->tgparentid) || form->tgnargs == 0 ||
		strcmp(NameStr(form->tgname), REVIEW_GUARD_TRIGGER) != 0)
		return NULL;
	value = heap_getattr(tuple, Anum_pg_trigger_tgargs, RelationGetDescr(catalog), &null);
	if (null)
		return NULL;
	found = palloc0(sizeof(*found));
	found->relid = form->tgrelid;
	if (!review_args_parse(form->tgnargs, split_arguments(value, form->tgnargs), &found->args, &complaint))
		return NULL;
	found->side = get_relname_relid(found->args.side, get_rel_namespace(form->tgrelid));
	found->log = get_relname_relid(found->args.log, get_rel_namespace(form->tgrelid));
	return found;
}

/* All guards of one relation, or of all, ascending by relation */
static List *
scan_triggers(Oid relid)
{
	Oid			guard = guard_function();
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	List	   *list = NIL;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, OidIsValid(relid) ? 1 : 0, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		ReviewAttached *found = read_trigger(catalog, tuple, guard);

		if (found)
			list = lappend(list, found);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return list;
}

static int
by_relid(const ListCell *a, const ListCell *b)
{
	Oid			x = ((ReviewAttached *) lfirst(a))->relid;
	Oid			y = ((ReviewAttached *) lfirst(b))->relid;

	return x < y ? -1 : x > y;
}

List *
review_attached_all(void)
{
	List	   *list = scan_triggers(InvalidOid);

	list_sort(list, by_relid);
	return list;
}

ReviewAttached *
review_attached_find(Oid relid)
{
	List	   *list = scan_triggers(relid);

	return list == NIL ? NULL : linitial(list);
}

static void
put_regclass(SrfRow *row, Oid relid)
{
	if (OidIsValid(relid))
		srf_datum(row, ObjectIdGetDatum(relid));
	else
		srf_null(row);
}

/* review_attachments(): what is attached to what */
PG_FUNCTION_INFO_V1(review_attachments);
Datum
review_attachments(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	ListCell   *cell;

	srf_begin(fcinfo, &row);
	foreach(cell, review_attached_all())
	{
		ReviewAttached *a = lfirst(cell);
		ReviewArgs *args = &a->args;
		Interval   *ttl;

		put_regclass(&row, a->relid);
		srf_cstring(&row, args->flow);
		srf_cstring(&row, args->key);
		srf_cstring(&row, args->state);
		srf_cstring(&row, args->author);
		if (args->n_content < 0)
			srf_null(&row);
		else
			srf_datum(&row, OidInputFunctionCall(F_ARRAY_IN, write_names(args->content, args->n_content),
												 TEXTOID, -1));
		srf_cstring(&row, direct_name[args->direct]);
		srf_cstring(&row, args->service);
		srf_cstring(&row, args->roles);
		if (args->claim_limit > 0)
			srf_datum(&row, Int32GetDatum(args->claim_limit));
		else
			srf_null(&row);
		ttl = palloc0(sizeof(*ttl));
		ttl->time = args->claim_ttl;
		srf_datum(&row, IntervalPGetDatum(ttl));
		srf_cstring(&row, affinity_name[args->affinity]);
		if (args->n_queue == 0)
			srf_null(&row);
		else
			srf_datum(&row, OidInputFunctionCall(F_ARRAY_IN, write_names(args->queue, args->n_queue), TEXTOID, -1));
		put_regclass(&row, a->side);
		put_regclass(&row, a->log);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- privileges ---- */

static void
execute(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not execute: %s", sql);
}

void
review_revoke(const char *table)
{
	SPITupleTable *rows;

	if (SPI_execute(psprintf("SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END,"
							 " bool_or(a.privilege_type = 'SELECT' AND c.relkind <> 'S')"
							 " FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee"
							 " WHERE c.oid = %s::regclass AND a.grantee <> c.relowner GROUP BY 1 ORDER BY 1",
							 quote_literal_cstr(table)), false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the privileges of %s", table);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < rows->numvals; i++)
	{
		char	   *role = SPI_getvalue(rows->vals[i], rows->tupdesc, 1);
		bool		reads = SPI_getvalue(rows->vals[i], rows->tupdesc, 2)[0] == 't';

		/* ALL is said in every version alike, and without TABLE of sequences, too */
		execute(psprintf("REVOKE ALL ON %s FROM %s", table, role));
		if (reads)
			execute(psprintf("GRANT SELECT ON %s TO %s", table, role));
	}
}

/*-------------------------------------------------------------------------
 *
 * doctor.c
 *	  review_doctor(): is everything in place that keeps states from being
 *	  bypassed and histories from being lost?
 *
 * Each check is a query that returns one detail a row.  Those of the catalogs
 * anybody may ask.  Those that read the tables are made as the owner, if the
 * caller may read them; if not, a row says that they were left out.
 *
 * It looks at what is there, and so does not go through review_table(), which
 * refuses what is damaged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "review/attachment.h"
#include "review/flow_define.h"
#include "review/proof.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

extern PGDLLEXPORT Datum review_doctor(PG_FUNCTION_ARGS);

/* parameters of the checks */
enum
{
	P_REL = 1,					/* the attached table */
	P_SIDE,						/* NULL if it is not there, as the next two */
	P_LOG,
	P_SEAL,
	P_STATE,					/* name of the column, as the next */
	P_KEY,
	P_FLOW,
	P_MEMBERS,					/* table of members, NULL: database roles */
	P_SERVICE,
	N_PARAMETERS = P_SERVICE
};

typedef struct Check
{
	const char *problem;
	const char *hint;
	const char *sql;
} Check;

/* $1 and its partitions, with their level */
#define TREE "(SELECT $1::oid AS relid, true AS is_root UNION SELECT relid, false FROM pg_partition_tree($1) WHERE relid <> $1)"

/* our triggers: name, function, and pg_trigger.tgtype as review_attach() makes it */
#define TRIGGERS "(VALUES ('" REVIEW_GUARD_TRIGGER "'::name, 'review_guard', 31), ('" REVIEW_LOG_TRIGGER "', 'review_log', 13)," \
	" ('" REVIEW_LOG_UPDATE_TRIGGER "', 'review_log', 17), ('" REVIEW_TRUNCATE_TRIGGER "', 'review_truncate', 34)) w (name, function, type)"

#define REATTACH "Call hdata.review_detach() and hdata.review_attach(): the log and the side table are kept."

static const Check catalog_checks[] = {
	{"trigger_missing", REATTACH,
		"SELECT format('Trigger %s is missing on %s.', w.name, r.relid::regclass) FROM " TREE " r, " TRIGGERS
		" WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.relid AND t.tgname = w.name)"},
	{"trigger_disabled", "ALTER TABLE ... ENABLE TRIGGER.",
		"SELECT format('Trigger %s on %s %s.', w.name, r.relid::regclass, CASE t.tgenabled WHEN 'D' THEN 'is disabled'"
		" ELSE 'fires in replication alone' END) FROM " TREE " r, " TRIGGERS ", pg_trigger t"
		" WHERE t.tgrelid = r.relid AND t.tgname = w.name AND t.tgenabled IN ('D', 'R')"},
	{"trigger_always", "ALTER TABLE ... ENABLE TRIGGER: a subscriber receives the log, and must not write it again.",
		"SELECT format('Trigger %s on %s fires in replication, too.', w.name, r.relid::regclass) FROM " TREE " r, " TRIGGERS ", pg_trigger t"
		" WHERE t.tgrelid = r.relid AND t.tgname = w.name AND t.tgenabled = 'A'"},
	{"trigger_changed", REATTACH,
		"SELECT format('Trigger %s on %s is not the one of review_attach().', w.name, r.relid::regclass)"
		" FROM " TREE " r, " TRIGGERS ", pg_trigger t, pg_proc p WHERE t.tgrelid = r.relid AND t.tgname = w.name AND p.oid = t.tgfoid"
		" AND (p.proname <> w.function OR p.pronamespace <> 'hdata'::regnamespace OR t.tgtype <> w.type"
		" OR (t.tgqual IS NOT NULL) <> (w.name = '" REVIEW_LOG_UPDATE_TRIGGER "') OR t.tgattr <> ''"
		" OR (w.name = '" REVIEW_LOG_UPDATE_TRIGGER "' AND t.tgqual IS NOT NULL AND position(format('(old.%1$I IS DISTINCT FROM new.%1$I)', $5) IN"
		" pg_get_triggerdef(t.oid)) = 0))"},
	{"trigger_order", "Give it a name that sorts before the guard's.",
		"SELECT format('Trigger %s on %s fires after the guard and may change the row behind its back.', t.tgname, r.relid::regclass)"
		" FROM " TREE " r, pg_trigger t WHERE t.tgrelid = r.relid AND t.tgparentid = 0 AND NOT t.tgisinternal AND t.tgenabled <> 'D'"
		" AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0 AND t.tgname > '" REVIEW_GUARD_TRIGGER "'::name"},
	{"index_not_hot", "Index the side table instead: it has the state, too.",
		"SELECT format('Index %s of %s mentions the state: no change of state can be a heap-only update.', i.indexrelid::regclass, r.relid::regclass)"
		" FROM " TREE " r, pg_attribute a, pg_index i, pg_class c, pg_am m WHERE a.attrelid = r.relid AND a.attname = $5 AND i.indrelid = r.relid"
		" AND c.oid = i.indexrelid AND m.oid = c.relam AND (m.amname <> 'brin' OR current_setting('server_version_num')::int < 160000)"
		" AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)"
		" AND (a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid"
		" AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.relid AND d.refobjsubid = a.attnum))"},
	{"table_missing", "Restore it from a dump. hdata.review_detach() and hdata.review_attach() make an empty one.",
		"SELECT format('The %s is not there.', w) FROM (VALUES ($2, 'side table'), ($3, 'log')) v (t, w) WHERE t IS NULL"},
	{"index_missing", "CREATE UNIQUE INDEX ON the log (idem) WHERE idem IS NOT NULL.",
		"SELECT format('%s has no unique index of idempotency keys: a move could be made twice.', $3::regclass) WHERE $3 IS NOT NULL"
		" AND NOT EXISTS (SELECT FROM pg_index i, pg_attribute a WHERE i.indrelid = $3 AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1"
		" AND a.attrelid = $3 AND a.attname = 'idem' AND a.attnum = i.indkey[0])"},
	{"owner", "ALTER TABLE ... OWNER TO the owner of the attached table.",
		"SELECT format('%s belongs to %I, %s to %I.', c.oid::regclass, pg_get_userbyid(c.relowner), r.oid::regclass, pg_get_userbyid(r.relowner))"
		" FROM pg_class r, pg_class c WHERE r.oid = $1 AND c.oid IN ($2, $3, $4) AND c.relowner <> r.relowner"},
	{"grant_extra", "REVOKE it: only the movers and the owner write there.",
		"SELECT format('%s may %s %s.', coalesce(quote_ident(g.rolname), 'PUBLIC'), string_agg(DISTINCT a.privilege_type, ', '), c.oid::regclass)"
		" FROM pg_class c, LATERAL (SELECT * FROM aclexplode(c.relacl) UNION SELECT x.* FROM pg_attribute t, aclexplode(t.attacl) x WHERE t.attrelid = c.oid) a"
		" LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE c.oid IN ($2, $3, $4) AND a.grantee <> c.relowner"
		" AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER') GROUP BY c.oid, a.grantee, g.rolname ORDER BY 1"},
	{"grant_public", "REVOKE ALL ON FUNCTION ... FROM PUBLIC.",
		"SELECT format('Everybody may call %s.', p.oid::regprocedure) FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
		" WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname LIKE 'review\\_%' AND p.provolatile = 'v' AND p.prokind = 'f' AND a.grantee = 0"
		" AND p.proname <> 'review_flows_changed' AND p.proname NOT LIKE 'review\\_path\\_%' AND p.proname NOT LIKE 'review\\_flow\\_%'"},
	{"grant_missing", "GRANT EXECUTE ON FUNCTION hdata.review_move(...) TO the role, or to the service.",
		"SELECT format('Role %I has actions in the flow and may not call %s.', g.rolname, f.name) FROM (SELECT DISTINCT role FROM hdata.review_flows w,"
		" hdata.review_edges(w.flow) e, unnest(e.roles) role WHERE w.name = $7 AND w.version = (SELECT max(version) FROM hdata.review_flows WHERE name = $7)) x"
		" JOIN pg_roles g ON g.rolname = x.role, (VALUES ('review_move')) f (name) WHERE $8::text IS NULL AND $9::text IS NULL"
		" AND EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname = f.name)"
		" AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'hdata'::regnamespace AND p.proname = f.name AND has_function_privilege(g.oid, p.oid, 'EXECUTE'))"
		" ORDER BY 1"},
	{"role_missing", "CREATE ROLE, or attach the table with a table of members (roles => ...).",
		"SELECT DISTINCT format('Role %I has actions in the flow and does not exist.', role) FROM hdata.review_flows w, hdata.review_edges(w.flow) e,"
		" unnest(e.roles) role WHERE w.name = $7 AND w.version = (SELECT max(version) FROM hdata.review_flows WHERE name = $7)"
		" AND $8::text IS NULL AND NOT EXISTS (SELECT FROM pg_roles g WHERE g.rolname = role) ORDER BY 1"},
	{"service_missing", "CREATE ROLE, or attach the table again without it.",
		"SELECT format('The service role %I does not exist.', $9) WHERE $9::text IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $9)"},
	{"flow_missing", "Restore hdata.review_flows, or define the flow anew: hdata.review_define().",
		"SELECT format('Flow \"%s\" is not defined.', $7) WHERE NOT EXISTS (SELECT FROM hdata.review_flows WHERE name = $7)"},
	{"publication", "ALTER PUBLICATION ... ADD TABLE.",
		"SELECT format('Publication %I has the table, and not %s.', p.pubname, x.t::regclass) FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid,"
		" (VALUES ($2), ($3)) x (t) WHERE r.prrelid = $1 AND x.t IS NOT NULL"
		" AND NOT EXISTS (SELECT FROM pg_publication_rel o WHERE o.prpubid = p.oid AND o.prrelid = x.t)"
		" AND NOT EXISTS (SELECT FROM pg_publication_namespace n JOIN pg_class c ON c.relnamespace = n.pnnspid WHERE n.pnpubid = p.oid AND c.oid = x.t)"},
	{"import_on", "ALTER ROLE ... RESET hdata.review_import: it is for loading history, in one session.",
		"SELECT format('hdata.review_import is on%s%s.', ' for role ' || quote_ident(g.rolname), ' in database ' || quote_ident(d.datname))"
		" FROM pg_db_role_setting s LEFT JOIN pg_roles g ON g.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) c"
		" WHERE c ~* '^hdata\\.review_import=(on|true|yes|1|t|y)$' AND (s.setdatabase = 0 OR d.datname = current_database())"},
};

/* with the names of {rel}, {side} and {log}, of the columns {key} and {state} of {rel}, and {=} for the equality of keys */
static const Check data_checks[] = {
	{"state_unknown", "hdata.review_redefine() with a mapping, or correct the rows under hdata.review_import.",
		"SELECT format('%s row(s) are in state \"%s\", which the flow does not have.', count(*), s) FROM (SELECT u.{state}::text AS s FROM {rel} u) x"
		" WHERE s IS NULL OR s <> ALL (ARRAY(SELECT t.state FROM hdata.review_flows w, hdata.review_states(w.flow) t WHERE w.name = $7"
		" AND w.version = (SELECT max(version) FROM hdata.review_flows WHERE name = $7))) GROUP BY s ORDER BY s COLLATE \"C\""},
	{"row_unadopted", "hdata.review_adopt().",
		"SELECT format('%s row(s) have no row in the side table, such as \"%s\".', count(*), min(u.{key}::text COLLATE \"C\")) FROM {rel} u"
		" WHERE NOT EXISTS (SELECT FROM {side} s WHERE s.item {=} u.{key}) HAVING count(*) > 0"},
	{"side_orphan", "DELETE them, as the owner, once it is known how their items were lost.",
		"SELECT format('%s row(s) of the side table have no item, such as \"%s\".', count(*), min(s.item::text COLLATE \"C\")) FROM {side} s"
		" WHERE NOT EXISTS (SELECT FROM {rel} u WHERE u.{key} {=} s.item) HAVING count(*) > 0"},
	{"flow_version", "Restore hdata.review_flows from the dump that the log is from.",
		"SELECT format('%s row(s) of the log name version %s of flow \"%s\", which is not there.', count(*), l.flow_version, $7) FROM {log} l"
		" WHERE NOT EXISTS (SELECT FROM hdata.review_flows w WHERE w.name = $7 AND w.version = l.flow_version) GROUP BY l.flow_version ORDER BY 1"},
};

/* ---- one check ---- */

typedef struct Doctor
{
	SrfRow		row;
	Oid			only;			/* InvalidOid: all tables */
	bool		found;			/* a table that is, or was, under review */
} Doctor;

static void
report(Doctor *d, Oid rel, const char *problem, const char *detail, const char *hint)
{
	srf_datum(&d->row, ObjectIdGetDatum(rel));
	srf_cstring(&d->row, problem);
	srf_cstring(&d->row, detail);
	srf_cstring(&d->row, hint);
	srf_end_row(&d->row);
}

static void
set_oid(Datum *value, char *null, int parameter, Oid oid)
{
	value[parameter - 1] = ObjectIdGetDatum(oid);
	null[parameter - 1] = OidIsValid(oid) ? ' ' : 'n';
}

static void
set_text(Datum *value, char *null, int parameter, const char *text)
{
	value[parameter - 1] = text ? CStringGetTextDatum(text) : (Datum) 0;
	null[parameter - 1] = text ? ' ' : 'n';
}

static Oid
seal_of(const ReviewAttached *a)
{
	return get_relname_relid(makeObjectName(get_rel_name(a->relid), NULL, "review_seal"), get_rel_namespace(a->relid));
}

static void
run_check(Doctor *d, const ReviewAttached *a, const Check *check, const char *sql)
{
	static const Oid types[N_PARAMETERS] = {OIDOID, OIDOID, OIDOID, OIDOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Oid			type[N_PARAMETERS];
	Datum		value[N_PARAMETERS];
	char		null[N_PARAMETERS + 1] = {0};

	memcpy(type, types, sizeof(types));
	set_oid(value, null, P_REL, a->relid);
	set_oid(value, null, P_SIDE, a->side);
	set_oid(value, null, P_LOG, a->log);
	set_oid(value, null, P_SEAL, seal_of(a));
	set_text(value, null, P_STATE, a->args.state);
	set_text(value, null, P_KEY, a->args.key);
	set_text(value, null, P_FLOW, a->args.flow);
	set_text(value, null, P_MEMBERS, a->args.roles);
	set_text(value, null, P_SERVICE, a->args.service);
	if (SPI_execute_with_args(sql, N_PARAMETERS, type, value, null, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not make check \"%s\"", check->problem);
	for (uint64 i = 0; i < SPI_processed; i++)
		report(d, a->relid, check->problem, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1), check->hint);
	SPI_freetuptable(SPI_tuptable);
}

/* ---- checks that read the tables ---- */

static bool
may_read(Oid relid)
{
	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}

static bool
table_fits(Oid relid, Oid key_type, bool (*fits) (Relation, Oid))
{
	Relation	rel = relation_open(relid, AccessShareLock);
	bool		good = rel->rd_rel->relkind == RELKIND_RELATION && fits(rel, key_type);

	relation_close(rel, NoLock);
	return good;
}

typedef struct Placeholder
{
	const char *what;
	const char *text;
} Placeholder;

static char *
fill_in(const char *sql, const Placeholder *name, int n)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*sql)
	{
		int			i = 0;

		while (i < n && strncmp(sql, name[i].what, strlen(name[i].what)) != 0)
			i++;
		if (i < n)
		{
			appendStringInfoString(&out, name[i].text);
			sql += strlen(name[i].what);
		}
		else
			appendStringInfoChar(&out, *sql++);
	}
	return out.data;
}

/* Are the tables so that they can be read?  Columns that are gone, or others. */
static bool
check_columns(Doctor *d, const ReviewAttached *a)
{
	AttrNumber	key = get_attnum(a->relid, a->args.key);
	const char *lost = key <= 0 ? a->args.key : get_attnum(a->relid, a->args.state) <= 0 ? a->args.state : NULL;
	bool		good = OidIsValid(a->side) && OidIsValid(a->log);

	if (lost)
	{
		report(d, a->relid, "column_missing", psprintf("Column \"%s\" is not there any more.", lost), REATTACH);
		return false;
	}
	if (OidIsValid(a->side) && !table_fits(a->side, get_atttype(a->relid, key), review_side_fits))
	{
		report(d, a->relid, "table_changed", "The side table has other columns than review_attach() gave it.", REATTACH);
		good = false;
	}
	if (OidIsValid(a->log) && !table_fits(a->log, get_atttype(a->relid, key), review_log_fits))
	{
		report(d, a->relid, "table_changed", "The log has other columns than review_attach() gave it.", REATTACH);
		good = false;
	}
	return good;
}

static void
check_data(Doctor *d, const ReviewAttached *a)
{
	OwnerScope	scope;
	Relation	rel;
	Placeholder name[] = {
		{"{rel}", proof_table(a->relid)},
		{"{side}", OidIsValid(a->side) ? proof_table(a->side) : ""},
		{"{log}", OidIsValid(a->log) ? proof_table(a->log) : ""},
		{"{key}", quote_identifier(a->args.key)},
		{"{state}", quote_identifier(a->args.state)},
		{"{=}", ""}
	};

	if (!check_columns(d, a))
		return;
	if (!may_read(a->relid) || !may_read(a->side) || !may_read(a->log))
	{
		report(d, a->relid, "not_checked", "The rows were not looked at: the current role may not read all of them.",
			   "Call it as the owner of the table.");
		return;
	}
	rel = relation_open(a->relid, AccessShareLock);
	name[lengthof(name) - 1].text = review_equals(get_atttype(a->relid, get_attnum(a->relid, a->args.key)));
	owner_begin(&scope, rel->rd_rel->relowner);
	for (int i = 0; i < lengthof(data_checks); i++)
		run_check(d, a, &data_checks[i], fill_in(data_checks[i].sql, name, lengthof(name)));
	owner_end(&scope);
	relation_close(rel, NoLock);
}

/* ---- all of it ---- */

static void
check_attached(Doctor *d, const ReviewAttached *a)
{
	d->found = true;
	for (int i = 0; i < lengthof(catalog_checks); i++)
		run_check(d, a, &catalog_checks[i], catalog_checks[i].sql);
	check_data(d, a);
}

static bool
is_listed(List *attached, Oid relid)
{
	ListCell   *cell;

	foreach(cell, attached)
		if (((ReviewAttached *) lfirst(cell))->relid == relid)
			return true;
	return false;
}

/* Tables with triggers of ours whose guard is gone, or says what is not understood */
static void
check_remains(Doctor *d, List *attached)
{
	SPITupleTable *rows;

	if (SPI_execute("SELECT t.tgrelid, bool_or(p.proname = 'review_guard') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
					" JOIN pg_class c ON c.oid = t.tgrelid WHERE p.pronamespace = 'hdata'::regnamespace"
					" AND p.proname IN ('review_guard', 'review_log', 'review_truncate') AND NOT c.relispartition"
					" GROUP BY 1 ORDER BY 1", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the triggers");
	rows = SPI_tuptable;
	for (uint64 i = 0; i < rows->numvals; i++)
	{
		bool		null;
		Oid			relid = DatumGetObjectId(SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &null));
		bool		guard = DatumGetBool(SPI_getbinval(rows->vals[i], rows->tupdesc, 2, &null));

		if ((OidIsValid(d->only) && relid != d->only) || is_listed(attached, relid))
			continue;
		d->found = true;
		if (guard)
			report(d, relid, "arguments", "The arguments of its guard are not understood.",
				   "Restore the trigger from a dump, or drop it and attach the table again: the log and the side table are kept.");
		else
			report(d, relid, "guard_missing", "It has triggers of review_attach(), but the guard is gone: states can be bypassed.",
				   "DROP the remaining triggers and attach the table again: the log and the side table are kept.");
	}
	SPI_freetuptable(rows);
}

PG_FUNCTION_INFO_V1(review_doctor);
Datum
review_doctor(PG_FUNCTION_ARGS)
{
	Doctor		d = {.only = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0)};
	List	   *attached;
	ListCell   *cell;
	int			level;

	srf_begin(fcinfo, &d.row);
	SPI_connect();
	level = path_begin();
	attached = review_attached_all();
	foreach(cell, attached)
	{
		const ReviewAttached *a = lfirst(cell);

		if (!OidIsValid(d.only) || a->relid == d.only)
			check_attached(&d, a);
	}
	check_remains(&d, attached);
	if (OidIsValid(d.only) && !d.found)
		report(&d, d.only, "not_attached", "It is not under review.", "hdata.review_attach().");
	path_end(level);
	SPI_finish();
	return (Datum) 0;
}

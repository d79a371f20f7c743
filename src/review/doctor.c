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
#include "review/doctor.h"
#include "review/flow_define.h"
#include "review/proof.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

extern PGDLLEXPORT Datum review_doctor(PG_FUNCTION_ARGS);

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
	const char *lost = key <= 0 ? a->args.key :
		get_attnum(a->relid, a->args.state) <= 0 ? a->args.state : NULL;
	bool		good = OidIsValid(a->side) && OidIsValid(a->log);

	if (lost)
	{
		report(d, a->relid, "column_missing", psprintf("Column \"%s\" is not there any more.", lost),
			   DOCTOR_REATTACH);
		return false;
	}
	if (OidIsValid(a->side) && !table_fits(a->side, get_atttype(a->relid, key), review_side_fits))
	{
		report(d, a->relid, "table_changed",
			   "The side table has other columns than review_attach() gave it.", DOCTOR_REATTACH);
		good = false;
	}
	if (OidIsValid(a->log) && !table_fits(a->log, get_atttype(a->relid, key), review_log_fits))
	{
		report(d, a->relid, "table_changed",
			   "The log has other columns than review_attach() gave it.", DOCTOR_REATTACH);
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
		report(d, a->relid, "not_checked",
			   "The rows were not looked at: the current role may not read all of them.",
			   "Call it as the owner of the table.");
		return;
	}
	rel = relation_open(a->relid, AccessShareLock);
	name[lengthof(name) - 1].text = review_equals(get_atttype(a->relid, get_attnum(a->relid, a->args.key)));
	owner_begin(&scope, rel->rd_rel->relowner);
	for (const Check *c = doctor_data_checks; c->problem; c++)
		run_check(d, a, c, fill_in(c->sql, name, lengthof(name)));
	owner_end(&scope);
	relation_close(rel, NoLock);
}

/* ---- all of it ---- */

static void
check_attached(Doctor *d, const ReviewAttached *a)
{
	d->found = true;
	for (const Check *c = doctor_catalog_checks; c->problem; c++)
		run_check(d, a, c, c->sql);
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

	if (SPI_execute("SELECT t.tgrelid, bool_or(p.proname = 'review_guard')"
					" FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
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
				   "Restore the trigger from a dump, or drop it and attach the table again: the log and"
				   " the side table are kept.");
		else
			report(d, relid, "guard_missing",
				   "It has triggers of review_attach(), but the guard is gone: states can be bypassed.",
				   "DROP the remaining triggers and attach the table again: the log and the side table"
				   " are kept.");
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

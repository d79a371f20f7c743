/*-------------------------------------------------------------------------
 *
 * release.c
 *	  release(), release_check() and manifest(): a data set leaves, or is
 *	  refused with the list of what fails.
 *
 * All of it runs with the caller's rights and in the caller's snapshot; that
 * snapshot must outlive the statement, so that COPY in the same transaction
 * writes the very rows that were checked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "executor/spi.h"
#include "export/release.h"
#include "fmgr.h"
#include "hdata.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(release_rows);
PG_FUNCTION_INFO_V1(release_manifest);
PG_FUNCTION_INFO_V1(release_record);

#define ERRCODE_RELEASE_REFUSED MAKE_SQLSTATE('2', '3', 'R', '1', '0')

/* ---- running the checks ---- */

static void
need_line_column(const UserQuery *query)
{
	Oid			type = user_query_type(query, "line");

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query has no column \"line\""),
				 errhint("Give what each line of the file shall hold as hdata.jsonl(...) AS line.")));
	if (type != TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"line\" must be of type text"),
				 errhint("Write hdata.jsonl(...) AS line.")));
}

void
release_run(Release *release)
{
	need_line_column(release->query);
	user_query_fetch(release->query);
	initStringInfo(&release->facts);
	appendStringInfoChar(&release->facts, '{');
	release_check_lines(release);
	release_fields(release);
	release_rubrics(release);
	release_check_people(release);
	release_check_items(release);
	release_check_review(release);
	release_check_records(release);
	release_check_attributes(release);
	release_check_pii(release);
	release_check_splits(release);
	release_check_duplicates(release);
	release_check_agreement(release);
}

/* Better said at once, with what to do, than after all checks by a query that the caller never wrote */
static void
need_privilege(const char *table, AclMode mode, const char *name)
{
	Oid			rel = RangeVarGetRelid(makeRangeVar("hdata", pstrdup(table), -1), NoLock, false);

	/* privileges on some columns may do, or not: the query will tell */
	if (pg_class_aclcheck(rel, GetUserId(), mode) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(rel, GetUserId(), mode, ACLMASK_ANY) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", table),
				 errhint("Its owner can allow it: GRANT %s ON hdata.%s TO %s;", name, table,
						 quote_identifier(GetUserNameFromId(GetUserId(), false)))));
}

/* Arguments from "first" on: query, purpose, format, review, options */
static Release *
release_of_args(FunctionCallInfo fcinfo, int first)
{
	Release    *release = palloc0(sizeof(Release));

	if (!arg_given(fcinfo, first))
		arg_is_null("query");
	if (!arg_given(fcinfo, first + 4))
		arg_is_null("options");
	release_options_read(PG_GETARG_JSONB_P(first + 4), &release->options);
	if (arg_given(fcinfo, first + 1))
		release->options.purpose = text_to_cstring(PG_GETARG_TEXT_PP(first + 1));
	if (arg_given(fcinfo, first + 2))
		release->options.format = text_to_cstring(PG_GETARG_TEXT_PP(first + 2));
	if (arg_given(fcinfo, first + 3))
		release->options.review = PG_GETARG_OID(first + 3);
	release->query = user_query(text_to_cstring(PG_GETARG_TEXT_PP(first)));
	if (user_query_column(release->query, "person") != 0)
		need_privilege("consent", ACL_SELECT, "SELECT");
	if (user_query_column(release->query, "item") != 0)
		need_privilege("withdrawn_items", ACL_SELECT, "SELECT");
	release_run(release);
	return release;
}

/* ---- the manifest ---- */

static void
checks_json(Release *release)
{
	StringInfoData buf;
	ListCell   *cell;

	initStringInfo(&buf);
	foreach(cell, release->checks)
	{
		ReleaseCheck *check = lfirst(cell);

		appendStringInfo(&buf, "%s{\"check\": %s, \"ok\": %s, \"n\": " INT64_FORMAT ", \"bound\": ",
						 buf.len > 0 ? ", " : "[", json_string(check->name), check->ok ? "true" : "false", check->n);
		if (isnan(check->bound))
			appendStringInfoString(&buf, "null}");
		else
			appendStringInfo(&buf, "%.17g}", check->bound);
	}
	appendStringInfoChar(&buf, ']');
	release_fact(release, "checks", buf.data);
}

/* What the one who receives the data needs to check it, as jsonb in the caller's context */
static Datum
manifest_of(Release *release, const char *name, MemoryContext caller)
{
	SpiRow		r;
	MemoryContext old;
	Datum		manifest;

	spi_one_row("SELECT pg_catalog.to_char(pg_catalog.transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
				"current_user, pg_catalog.current_database(), pg_catalog.current_setting('server_version'), "
				"pg_catalog.pg_current_snapshot()", &r);
	if (name != NULL)
		release_fact(release, "name", json_string(name));
	release_fact(release, "created_at", json_string(r.value[0]));
	release_fact(release, "created_by", json_string(r.value[1]));
	release_fact(release, "database", json_string(r.value[2]));
	release_fact(release, "snapshot", json_string(r.value[4]));
	release_fact(release, "query", json_string(release->query->text));
	release_fact(release, "versions", psprintf("{\"hdata\": %s, \"postgresql\": %s}",
											   json_string(HDATA_VERSION), json_string(r.value[3])));
	checks_json(release);
	appendStringInfoChar(&release->facts, '}');

	old = MemoryContextSwitchTo(caller);
	manifest = DirectFunctionCall1(jsonb_in, CStringGetDatum(release->facts.data));
	MemoryContextSwitchTo(old);
	return manifest;
}

/* manifest(query, purpose, format, review, options): without recording anything */
Datum
release_manifest(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Release    *release;
	Datum		manifest;

	SPI_connect();
	release = release_of_args(fcinfo, 0);
	manifest = manifest_of(release, NULL, caller);
	user_query_end(release->query);
	SPI_finish();
	PG_RETURN_DATUM(manifest);
}

/* release_check(query, purpose, format, review, options) */
Datum
release_rows(PG_FUNCTION_ARGS)
{
	Release    *release;
	ListCell   *cell;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	SPI_connect();
	release = release_of_args(fcinfo, 0);
	foreach(cell, release->checks)
	{
		ReleaseCheck *check = lfirst(cell);

		srf_cstring(&row, check->name);
		srf_datum(&row, BoolGetDatum(check->ok));
		srf_int64(&row, check->n);
		srf_float8(&row, check->bound);
		srf_cstring(&row, check->detail);
		srf_end_row(&row);
	}
	user_query_end(release->query);
	SPI_finish();
	return (Datum) 0;
}

/* ---- recording ---- */

static void
need_repeatable_read(void)
{
	if (!IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("a release needs a transaction of isolation level REPEATABLE READ"),
				 errdetail("COPY would see other rows than those that were checked."),
				 errhint("Begin with: BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;")));
}

static void
refuse_if_failed(Release *release)
{
	StringInfoData failed;
	int			n = 0;
	ListCell   *cell;

	initStringInfo(&failed);
	foreach(cell, release->checks)
	{
		ReleaseCheck *check = lfirst(cell);

		if (check->ok)
			continue;
		n++;
		appendStringInfo(&failed, "%s%s: " INT64_FORMAT, failed.len > 0 ? "\n" : "", check->name, check->n);
		if (!isnan(check->bound))
			appendStringInfo(&failed, ", at most %g allowed", check->bound);
		if (check->detail)
			appendStringInfo(&failed, " (%s)", check->detail);
	}
	if (n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_RELEASE_REFUSED),
				 errmsg_plural("release refused: %d check fails", "release refused: %d checks fail", n, n),
				 errdetail("%s", failed.data),
				 errhint("hdata.release_check() gives the same list as rows.")));
}

/* Runs a statement that changes a table of ours, with the caller's rights */
static void
spi_change(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls, int expected)
{
	int			result = SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0);

	if (result != expected)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
}

static int64
record_release(const Release *release, text *name, Datum manifest)
{
	Oid			types[] = {TEXTOID, TEXTOID, INT8OID, INT8OID, TEXTOID, JSONBOID};
	Datum		values[] = {PointerGetDatum(name), CStringGetTextDatum(release->query->text),
		Int64GetDatum(release->rows), Int64GetDatum(release->bytes), CStringGetTextDatum(release->sha256), manifest};
	bool		isnull;

	spi_change("INSERT INTO hdata.releases (name, query, n_rows, n_bytes, sha256, manifest) "
			   "VALUES ($1, $2, $3, $4, pg_catalog.decode($5, 'hex'), $6) RETURNING release",
			   6, types, values, NULL, SPI_OK_INSERT_RETURNING);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Who and what is in it, so that a later withdrawal finds it */
static void
record_contents(const Release *release, int64 id)
{
	static const char *const column[] = {"item", "person"};
	Oid			types[] = {INT8OID};
	Datum		values[] = {Int64GetDatum(id)};

	for (size_t i = 0; i < lengthof(column); i++)
	{
		if (user_query_column(release->query, column[i]) == 0)
			continue;
		spi_change(psprintf("INSERT INTO hdata.release_contents (release, kind, id, n_rows) "
							"SELECT $1, '%s', id, pg_catalog.count(*) FROM (SELECT %s AS id FROM %s) AS c WHERE id IS NOT NULL GROUP BY id",
							column[i], release_elements(release->query, column[i]), user_query_from(release->query)),
				   1, types, values, NULL, SPI_OK_INSERT);
	}
}

/*
 * Withdrawals wait from here on until the release is committed, and then find
 * it among the releases that they report.
 */
static void
lock_withdrawals(void)
{
	RangeVarGetRelid(makeRangeVar("hdata", "consent", -1), ShareLock, false);
	RangeVarGetRelid(makeRangeVar("hdata", "withdrawn_items", -1), ShareLock, false);
}

/* What was withdrawn since the caller's snapshot was taken, which cannot see it */
static void
refuse_if_withdrawn_since(const Release *release, int64 id)
{
	const char *purpose = release->options.purpose;
	SpiRow		r;

	PushActiveSnapshot(GetLatestSnapshot());
	spi_one_row(psprintf("SELECT pg_catalog.count(*) FILTER (WHERE kind OPERATOR(pg_catalog.=) 'person'), "
						 "pg_catalog.count(*) FILTER (WHERE kind OPERATOR(pg_catalog.=) 'item') "
						 "FROM hdata.release_contents AS c WHERE release OPERATOR(pg_catalog.=) " INT64_FORMAT
						 " AND CASE WHEN kind OPERATOR(pg_catalog.=) 'person' THEN NOT hdata.may_leave(id, %s) "
						 "ELSE EXISTS (SELECT FROM hdata.withdrawn_items AS w WHERE w.item OPERATOR(pg_catalog.=) c.id) END",
						 id, purpose ? quote_literal_cstr(purpose) : "NULL"), &r);
	PopActiveSnapshot();
	if (spi_int64(&r, 0) + spi_int64(&r, 1) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_RELEASE_REFUSED),
				 errmsg("release refused: its content was withdrawn since this transaction began"),
				 errdetail("Withdrawn meanwhile: persons %s, items %s.", r.value[0], r.value[1]),
				 errhint("Roll back, and begin a new transaction.")));
}

/* release(name, query, purpose, format, review, options) */
Datum
release_record(PG_FUNCTION_ARGS)
{
	static const char *const written[] = {"releases", "release_contents"};
	MemoryContext caller = CurrentMemoryContext;
	Release    *release;
	Datum		manifest;
	text	   *name;
	int64		id;

	if (!arg_given(fcinfo, 0))
		arg_is_null("name");
	name = PG_GETARG_TEXT_PP(0);
	need_repeatable_read();
	for (size_t i = 0; i < lengthof(written); i++)
	{
		need_privilege(written[i], ACL_SELECT, "SELECT, INSERT");
		need_privilege(written[i], ACL_INSERT, "SELECT, INSERT");
	}
	SPI_connect();
	release = release_of_args(fcinfo, 1);
	refuse_if_failed(release);
	manifest = manifest_of(release, text_to_cstring(name), caller);
	lock_withdrawals();
	id = record_release(release, name, manifest);
	record_contents(release, id);
	refuse_if_withdrawn_since(release, id);
	user_query_end(release->query);
	SPI_finish();
	PG_RETURN_DATUM(manifest);
}

/*-------------------------------------------------------------------------
 *
 * person_report.c
 *	  person_report(): everything that is held about one person.
 *
 * It reads tables of anybody with the caller's rights, so nothing that their
 * owners wrote may run: no policy (row_security is off, and what a policy would
 * hide is not left out in silence), no cast of their types.
 *
 * Each part is a query of its own, in a subtransaction: what cannot be read (a table without the right to SELECT,
 * stored states that do not merge) is a row that says so, and hides nothing
 * else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "executor/spi.h"
#include "export/spi_query.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/resowner.h"

PG_FUNCTION_INFO_V1(export_person_report);

/* section, source, what: text; n: bigint; value, ci_low, ci_high, expected: float8; detail: text */
#define PERSON_COLUMNS 9

typedef struct PersonReport
{
	SrfRow		row;
	Datum		person;			/* text */
} PersonReport;

static void
emit_tuple(PersonReport *report, HeapTuple tuple, TupleDesc desc)
{
	for (int i = 1; i <= PERSON_COLUMNS; i++)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(tuple, desc, i, &isnull);

		if (isnull)
			srf_null(&report->row);
		else
			srf_datum(&report->row, value);
	}
	srf_end_row(&report->row);
}

/* A query of $1, the person, that gives rows of this shape */
static void
run_query(PersonReport *report, const char *sql)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {report->person};
	int			result = SPI_execute_with_args(sql, 1, types, values, NULL, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
	Assert(SPI_tuptable->tupdesc->natts == PERSON_COLUMNS);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		emit_tuple(report, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
emit_failure(PersonReport *report, const char *section, const char *source, const char *message)
{
	srf_cstring(&report->row, section);
	srf_cstring(&report->row, source);
	srf_cstring(&report->row, "could not be read");
	for (int i = 0; i < 5; i++)
		srf_null(&report->row);
	srf_cstring(&report->row, message);
	srf_end_row(&report->row);
}

/* Did it work? */
static bool
run_part(PersonReport *report, const char *section, const char *source, const char *sql)
{
	volatile bool ok = false;
	MemoryContext cx = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(cx);
	PG_TRY();
	{
		run_query(report, sql);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(cx);
		CurrentResourceOwner = owner;
		ok = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(cx);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(cx);
		CurrentResourceOwner = owner;
		/* a cancel, or a server that runs out of something, ends the report */
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		report->row.n = 0;
		emit_failure(report, section, source, error->message);
	}
	PG_END_TRY();
	return ok;
}

/* ---- the parts ---- */

static void
report_consent(PersonReport *report)
{
	run_part(report, "consent", "hdata.consent",
			 "SELECT 'consent', 'hdata.consent', CASE WHEN given THEN 'gave consent' ELSE 'withdrew consent' END "
			 "OPERATOR(pg_catalog.||) CASE purpose WHEN '*' THEN ' to everything' ELSE pg_catalog.format(' to \"%s\"', purpose) END, "
			 "NULL::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, "
			 "pg_catalog.concat_ws(', ', pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), note, 'recorded by ' OPERATOR(pg_catalog.||) recorded_by::text) "
			 "FROM hdata.consent WHERE person OPERATOR(pg_catalog.=) $1 ORDER BY at, purpose COLLATE \"C\"");
	run_part(report, "release", "hdata.releases",
			 "SELECT 'release', 'hdata.releases', pg_catalog.format('rows in release %s, \"%s\"', r.release, r.name), c.n_rows, "
			 "NULL::float8, NULL::float8, NULL::float8, NULL::float8, "
			 "pg_catalog.format('%s, sha256 %s', pg_catalog.to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), pg_catalog.encode(r.sha256, 'hex')) "
			 "FROM hdata.release_contents AS c JOIN hdata.releases AS r ON r.release OPERATOR(pg_catalog.=) c.release "
			 "WHERE c.kind OPERATOR(pg_catalog.=) 'person' AND c.id OPERATOR(pg_catalog.=) $1 ORDER BY r.release");
}

/*
 * Stored ratings: how many are this person's, row by row, and how they agree
 * with the others', which takes all rows as one.  Rows that do not merge (of
 * projects whose items have the same ids) leave the count to be told.
 */
static void
report_ratings(PersonReport *report, const char *table, const char *column, const char *source)
{
	if (!run_part(report, "ratings", source,
				  psprintf("SELECT 'ratings', %3$s, 'ratings held', pg_catalog.sum(o.n)::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL "
						   "FROM %2$s AS t, LATERAL (SELECT hdata.n_ratings(hdata.only_raters(t.%1$s, ARRAY[$1])) AS n) AS o "
						   "HAVING pg_catalog.sum(o.n) OPERATOR(pg_catalog.>) 0",
						   column, table, quote_literal_cstr(source))))
		return;
	run_part(report, "ratings", source,
			 psprintf("WITH hdata_state AS (SELECT hdata.rollup(%1$s) AS r FROM %2$s) "
					  "SELECT 'ratings', %3$s, 'agreement with the others on the same items', a.n, a.value, a.ci_low, a.ci_high, a.expected, a.evidence "
					  "FROM hdata_state AS s, LATERAL hdata.rater_agreement(s.r) AS a WHERE a.rater OPERATOR(pg_catalog.=) $1",
					  column, table, quote_literal_cstr(source)));
}

static void
report_states(PersonReport *report)
{
	SPITupleTable *columns;
	uint64		n;

	if (SPI_execute("SELECT pg_catalog.format('%I.%I', \"schema\", \"table\"), pg_catalog.quote_ident(\"column\"), state, "
					"column_type OPERATOR(pg_catalog.=) ANY ('{ratings,hdata.ratings}'), pg_catalog.format('%I.%I.%I', \"schema\", \"table\", \"column\"), remove_by "
					"FROM hdata.state_columns() WHERE \"schema\" OPERATOR(pg_catalog.<>) 'hdata' ORDER BY \"schema\" COLLATE \"C\", \"table\" COLLATE \"C\", \"column\" COLLATE \"C\"", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed");
	columns = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		char	   *value[6];

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < 6; k++)
			value[k] = SPI_getvalue(columns->vals[i], columns->tupdesc, k + 1);
		if (value[3][0] == 't')
			report_ratings(report, value[0], value[1], value[4]);
		else
			run_part(report, "state", value[4],
					 psprintf("SELECT 'state', %s, 'may hold this person', pg_catalog.count(%s), NULL::float8, NULL::float8, NULL::float8, NULL::float8, %s "
							  "FROM %s HAVING pg_catalog.count(%s) OPERATOR(pg_catalog.>) 0 AND $1 IS NOT NULL",
							  quote_literal_cstr(value[4]), value[1],
							  value[5] ? quote_literal_cstr(psprintf("removed by: %s", value[5])) : "NULL", value[0], value[1]));
	}
}

/* One table under review: what the person wrote, what became of it, what the person decided, how to appeal */
static void
report_attachment(PersonReport *report, char **v)
{
	const char *rel = v[0],
			   *key = quote_identifier(v[1]),
			   *log = v[4],
			   *flow = v[5],
			   *source = quote_literal_cstr(v[0]);
	Oid			oid = atooid(v[6]);
	const char *key_text = column_as_text(oid, "t", v[1]),
			   *state = column_as_text(oid, "t", v[2]),
			   *author = v[3] ? column_as_text(oid, "t", v[3]) : NULL;

	if (author != NULL)
	{
		run_part(report, "review", rel,
				 psprintf("SELECT 'review', %1$s, pg_catalog.format('items written, in state \"%%s\"', %2$s), pg_catalog.count(*), "
						  "NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL FROM %3$s AS t WHERE %4$s OPERATOR(pg_catalog.=) $1 "
						  "GROUP BY %2$s ORDER BY %2$s COLLATE \"C\"", source, state, rel, author));
		run_part(report, "review", rel,
				 psprintf("SELECT 'review', %1$s, pg_catalog.format('decisions of others on these items: %%s', l.action), pg_catalog.count(*), "
						  "NULL::float8, NULL::float8, NULL::float8, NULL::float8, "
						  "pg_catalog.format('%%s of them with a reason', pg_catalog.count(l.reason_code)) FROM %2$s AS l JOIN %3$s AS t ON t.%4$s OPERATOR(pg_catalog.=) l.item "
						  "WHERE %5$s OPERATOR(pg_catalog.=) $1 AND l.actor OPERATOR(pg_catalog.<>) $1 AND l.from_state IS NOT NULL GROUP BY l.action ORDER BY l.action COLLATE \"C\"",
						  source, log, rel, key, author));
		run_part(report, "release", rel,
				 psprintf("SELECT 'release', %1$s, pg_catalog.format('items written that are in release %%s, \"%%s\"', r.release, r.name), pg_catalog.count(*), "
						  "NULL::float8, NULL::float8, NULL::float8, NULL::float8, pg_catalog.to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD') "
						  "FROM %2$s AS t JOIN hdata.release_contents AS c ON c.kind OPERATOR(pg_catalog.=) 'item' AND c.id OPERATOR(pg_catalog.=) %3$s "
						  "JOIN hdata.releases AS r ON r.release OPERATOR(pg_catalog.=) c.release "
						  "WHERE %4$s OPERATOR(pg_catalog.=) $1 GROUP BY r.release, r.name, r.at ORDER BY r.release",
						  source, rel, key_text, author));
		run_part(report, "appeal", rel,
				 psprintf("SELECT 'appeal', %1$s, pg_catalog.format('items on which the person may \"%%s\"', e.action), pg_catalog.count(*), "
						  "NULL::float8, NULL::float8, NULL::float8, NULL::float8, pg_catalog.format('from state \"%%s\" to \"%%s\"', e.from_state, e.to_state) "
						  "FROM %2$s AS t, (SELECT DISTINCT ON (f.name) f.flow FROM hdata.review_flows AS f WHERE f.name OPERATOR(pg_catalog.=) %3$s ORDER BY f.name, f.version DESC) AS f, "
						  "LATERAL hdata.review_edges(f.flow) AS e WHERE e.author AND EXISTS "
						  "(SELECT FROM hdata.review_edges(f.flow) AS d WHERE d.to_state OPERATOR(pg_catalog.=) e.from_state AND NOT d.author) AND e.from_state OPERATOR(pg_catalog.=) %4$s "
						  "AND %5$s OPERATOR(pg_catalog.=) $1 GROUP BY e.action, e.from_state, e.to_state "
						  "ORDER BY e.action COLLATE \"C\", e.from_state COLLATE \"C\"",
						  source, rel, quote_literal_cstr(flow), state, author));
	}
	run_part(report, "review", rel,
			 psprintf("SELECT 'review', %1$s, pg_catalog.format('actions taken: %%s', action), pg_catalog.count(*), "
					  "NULL::float8, NULL::float8, NULL::float8, NULL::float8, "
					  "pg_catalog.format('%%s to %%s', pg_catalog.to_char(pg_catalog.min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), "
					  "pg_catalog.to_char(pg_catalog.max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD')) "
					  "FROM %2$s WHERE actor OPERATOR(pg_catalog.=) $1 GROUP BY action ORDER BY action COLLATE \"C\"", source, log));
}

static void
report_review(PersonReport *report)
{
	SPITupleTable *attached;
	uint64		n;

	/* the owner of a table owns its log, too, and may have put a view or columns of other types in its place */
	if (SPI_execute("SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), a.key, a.state, a.author, "
					"pg_catalog.format('%I.%I', ln.nspname, l.relname), a.flow, a.rel::oid, "
					"c.relkind IN ('r', 'p') AND l.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS x "
					"WHERE x.attrelid OPERATOR(pg_catalog.=) l.oid AND x.attnum > 0 AND NOT x.attisdropped AND x.atttypid OPERATOR(pg_catalog.<>) "
					"CASE x.attname WHEN 'item' THEN (SELECT k.atttypid FROM pg_catalog.pg_attribute AS k WHERE k.attrelid OPERATOR(pg_catalog.=) a.rel "
					"AND k.attname OPERATOR(pg_catalog.=) a.key) WHEN 'actor' THEN 25 WHEN 'action' THEN 25 WHEN 'at' THEN 1184 ELSE x.atttypid END) "
					"FROM hdata.review_attachments() AS a JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.rel "
					"JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
					"JOIN pg_catalog.pg_class AS l ON l.oid OPERATOR(pg_catalog.=) a.log "
					"JOIN pg_catalog.pg_namespace AS ln ON ln.oid OPERATOR(pg_catalog.=) l.relnamespace ORDER BY 1", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed");
	attached = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		char	   *value[8];

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < 8; k++)
			value[k] = SPI_getvalue(attached->vals[i], attached->tupdesc, k + 1);
		if (value[7][0] == 't')
			report_attachment(report, value);
		else
			emit_failure(report, "review", value[0], "table or log is not as review_attach() made it");
	}
}

/* person_report(person text) */
Datum
export_person_report(PG_FUNCTION_ARGS)
{
	PersonReport report;

	srf_begin(fcinfo, &report.row);
	SPI_connect();
	report.person = PG_GETARG_DATUM(0);
	report_consent(&report);
	report_states(&report);
	report_review(&report);
	SPI_finish();
	return (Datum) 0;
}

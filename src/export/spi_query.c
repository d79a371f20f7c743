/*-------------------------------------------------------------------------
 *
 * spi_query.c
 *	  A query that a user hands over as text, and queries about its rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "executor/spi.h"
#include "export/spi_query.h"
#include "executor/tstoreReceiver.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* Under this name the rows of a query stand in FROM; unqualified, it wins over any table */
#define FETCHED "hdata_fetched"

/* Without spaces and semicolons at its end, so that it can stand in parentheses */
static char *
trimmed(const char *text)
{
	char	   *s = pstrdup(text);
	size_t		len = strlen(s);

	while (len > 0 && strchr(" \t\r\n;", s[len - 1]))
		s[--len] = '\0';
	return s;
}

static pg_noinline void
not_a_query(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the query must be one SELECT without parameters"),
			 errdetail("%s", detail)));
}

/*
 * The text is parsed by itself first: what is one SELECT here stays one
 * inside the parentheses that the other queries put around it.
 */
UserQuery *
user_query(const char *text)
{
	UserQuery  *q = palloc0(sizeof(UserQuery));
	char	   *s = trimmed(text);
	SPIPlanPtr	plan;
	List	   *sources;
	CachedPlanSource *source;
	Query	   *query;

	if (s[0] == '\0')
		not_a_query("It is empty.");
	plan = SPI_prepare(s, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	sources = SPI_plan_get_plan_sources(plan);
	if (list_length(sources) != 1)
		not_a_query("It holds several statements.");
	source = (CachedPlanSource *) linitial(sources);
	if (source->commandTag != CMDTAG_SELECT || source->resultDesc == NULL ||
		list_length(source->query_list) != 1)
		not_a_query("It is another kind of statement.");
	query = linitial_node(Query, source->query_list);
	if (query->hasModifyingCTE || query->rowMarks != NIL)
		not_a_query("It changes or locks rows.");
	q->text = s;
	q->ordered = query->sortClause != NIL;
	q->columns = CreateTupleDescCopy(source->resultDesc);
	SPI_freeplan(plan);
	return q;
}

/* The number of a column from 1, or 0 */
int
user_query_column(const UserQuery *q, const char *name)
{
	for (int i = 0; i < q->columns->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(q->columns, i)->attname), name) == 0)
			return i + 1;
	return 0;
}

Oid
user_query_type(const UserQuery *q, const char *name)
{
	int			i = user_query_column(q, name);

	return i == 0 ? InvalidOid : TupleDescAttr(q->columns, i - 1)->atttypid;
}

/*
 * The rows are kept as an ephemeral relation, as transition tables are, so
 * that a dozen questions about them do not run the query a dozen times.
 */
void
user_query_fetch(UserQuery *q)
{
	EphemeralNamedRelation enr = palloc0(sizeof(EphemeralNamedRelationData));
	SPIExecuteOptions options = {.read_only = true};
	SPIPlanPtr	plan = SPI_prepare_cursor(q->text, 0, NULL, CURSOR_OPT_PARALLEL_OK);
	int			result;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	q->rows = tuplestore_begin_heap(false, false, work_mem);
	options.dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(options.dest, q->rows, CurrentMemoryContext, false, NULL, NULL);
	result = SPI_execute_plan_extended(plan, &options);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	SPI_freeplan(plan);

	enr->md.name = FETCHED;
	enr->md.reliddesc = InvalidOid;
	enr->md.tupdesc = q->columns;
	enr->md.enrtype = ENR_NAMED_TUPLESTORE;
	enr->md.enrtuples = tuplestore_tuple_count(q->rows);
	enr->reldata = q->rows;
	if (SPI_register_relation(enr) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the rows of a query");
}

void
user_query_end(UserQuery *q)
{
	if (q->rows == NULL)
		return;
	SPI_unregister_relation(FETCHED);
	tuplestore_end(q->rows);
	q->rows = NULL;
}

char *
user_query_from(const UserQuery *q)
{
	if (q->rows != NULL)
		return pstrdup(FETCHED " AS hdata_query");
	/* a comment may end the text, so the parenthesis has a line of its own */
	return psprintf("(\n%s\n) AS hdata_query", q->text);
}

char *
column_as_text(Oid relation, const char *alias, const char *column)
{
	AttrNumber	attnum = get_attnum(relation, column);
	Oid			type = attnum == InvalidAttrNumber ? InvalidOid : getBaseType(get_atttype(relation, attnum));

	column = quote_identifier(column);
	/* of all others what they write; format() makes '' of NULL */
	return type < FirstNormalObjectId
		? psprintf("%s.%s::pg_catalog.text", alias, column)
		: psprintf("CASE WHEN NOT %s.%s IS NULL THEN pg_catalog.format('%%s', %s.%s) END", alias, column, alias, column);
}

void
spi_one_row(const char *sql, SpiRow *row)
{
	MemoryContext caller = CurrentMemoryContext;
	int			result = SPI_execute(sql, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
	if (SPI_processed != 1)
		elog(ERROR, "one row expected, " UINT64_FORMAT " found", SPI_processed);
	row->n = SPI_tuptable->tupdesc->natts;
	Assert(row->n <= SPI_ROW_MAX_COLUMNS);
	for (int i = 0; i < row->n; i++)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1);

		row->value[i] = value == NULL ? NULL : MemoryContextStrdup(caller, value);
	}
	SPI_freetuptable(SPI_tuptable);
}

int64
spi_int64(const SpiRow *row, int column)
{
	return row->value[column] == NULL ? 0 : pg_strtoint64(row->value[column]);
}

double
spi_float8(const SpiRow *row, int column)
{
	return row->value[column] == NULL ? NAN : strtod(row->value[column], NULL);
}

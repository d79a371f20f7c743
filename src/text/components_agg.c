/*-------------------------------------------------------------------------
 *
 * components_agg.c
 *	  SQL functions of the type "components": its frame, its aggregates, and
 *	  what looks into it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "text/components_state.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(components, components_type);

/* ---- transitions: (state, a, b) ---- */

static inline bool
is_edge(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(1) && !PG_ARGISNULL(2);
}

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static Datum
add_edge(FunctionCallInfo fcinfo, IdKind kind, const ColumnKey *a, const ColumnKey *b)
{
	ComponentsState *c = (ComponentsState *) state_for_row(&components_type, fcinfo);

	components_add(c, kind, a, b);
	PG_RETURN_DATUM(state_datum(&c->state));
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static Datum
integer_edge(FunctionCallInfo fcinfo, int64 x, int64 y)
{
	ColumnKey	a,
				b;

	int64_column_key(x, &a);
	int64_column_key(y, &b);
	return add_edge(fcinfo, ID_INT8, &a, &b);
}

/* All widths have overloads: with one on "any" beside it, that on bigint would not be found for the others */
STATE_FUNCTION(components_trans_int8, !is_edge(fcinfo) ? skipped_row(fcinfo) :
			   integer_edge(fcinfo, PG_GETARG_INT64(1), PG_GETARG_INT64(2)));
STATE_FUNCTION(components_trans_int4, !is_edge(fcinfo) ? skipped_row(fcinfo) :
			   integer_edge(fcinfo, PG_GETARG_INT32(1), PG_GETARG_INT32(2)));
STATE_FUNCTION(components_trans_int2, !is_edge(fcinfo) ? skipped_row(fcinfo) :
			   integer_edge(fcinfo, PG_GETARG_INT16(1), PG_GETARG_INT16(2)));

PG_FUNCTION_INFO_V1(components_trans_uuid);
Datum
components_trans_uuid(PG_FUNCTION_ARGS)
{
	ColumnKey	a,
				b;

	if (!is_edge(fcinfo))
		return skipped_row(fcinfo);
	uuid_column_key(PG_GETARG_DATUM(1), &a);
	uuid_column_key(PG_GETARG_DATUM(2), &b);
	return add_edge(fcinfo, ID_UUID, &a, &b);
}

PG_FUNCTION_INFO_V1(components_trans_text);
Datum
components_trans_text(PG_FUNCTION_ARGS)
{
	ColumnKey	a,
				b;

	if (!is_edge(fcinfo))
		return skipped_row(fcinfo);
	text_column_key(PG_GETARG_DATUM(1), &a);
	text_column_key(PG_GETARG_DATUM(2), &b);
	return add_edge(fcinfo, ID_TEXT, &a, &b);
}

PG_FUNCTION_INFO_V1(components_trans_any);
Datum
components_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *column = fcinfo->flinfo->fn_extra;
	ColumnKey	a,
				b;

	if (!is_edge(fcinfo))
		return skipped_row(fcinfo);
	if (column == NULL)
	{
		column = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(AnyColumn));
		any_column_init(&column[0], fcinfo, 1, "id");
		any_column_init(&column[1], fcinfo, 2, "id");
		if (column[0].id_kind != column[1].id_kind)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("the two ids of an edge are of different kinds"),
					 errhint("Cast the columns to one type, for example text.")));
		fcinfo->flinfo->fn_extra = column;
	}
	any_id_key(&column[0], PG_GETARG_DATUM(1), &a);
	any_id_key(&column[1], PG_GETARG_DATUM(2), &b);
	return add_edge(fcinfo, column[0].id_kind, &a, &b);
}

/* ---- looking into it ---- */

PG_FUNCTION_INFO_V1(components_n);
Datum
components_n(PG_FUNCTION_ARGS)
{
	ComponentsState *c = components_get(PG_GETARG_DATUM(0));
	int64		n = 0;

	for (uint32 i = 0; i < c->ids.n; i++)
		n += c->set.parent[i] == (int32) i;
	PG_RETURN_INT64(n);
}

PG_FUNCTION_INFO_V1(components_rows);
Datum
components_rows(PG_FUNCTION_ARGS)
{
	ComponentsState *c = components_get(PG_GETARG_DATUM(0));
	int64	   *size = array_alloc0(c->ids.n, sizeof(int64));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (uint32 i = 0; i < c->ids.n; i++)
		size[c->set.parent[i]]++;
	for (uint32 i = 0; i < c->ids.n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, id_cstring(c->id_kind, &c->ids, i));
		srf_cstring(&row, id_cstring(c->id_kind, &c->ids, (uint32) c->set.parent[i]));
		MemoryContextSwitchTo(old);
		srf_int64(&row, size[c->set.parent[i]]);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- cast to jsonb ---- */

static void
append_id(StringInfo buf, const ComponentsState *c, uint32 code)
{
	char	   *s = id_cstring(c->id_kind, &c->ids, code);

	if (c->id_kind == ID_INT8)
		appendStringInfoString(buf, s);
	else
		escape_json(buf, s);
	pfree(s);
}

/* [[id, first of its component], ...] */
PG_FUNCTION_INFO_V1(components_to_jsonb);
Datum
components_to_jsonb(PG_FUNCTION_ARGS)
{
	ComponentsState *c = components_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (uint32 i = 0; i < c->ids.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		appendStringInfoString(&buf, i > 0 ? ", [" : "[");
		append_id(&buf, c, i);
		appendStringInfoString(&buf, ", ");
		append_id(&buf, c, (uint32) c->set.parent[i]);
		appendStringInfoChar(&buf, ']');
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

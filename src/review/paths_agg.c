/*-------------------------------------------------------------------------
 *
 * paths_agg.c
 *	  SQL functions of the type "review_paths": its frame, its aggregates, and
 *	  what looks into it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "review/km.h"
#include "review/paths.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/timestamp.h"

STATE_FUNCTIONS(review_paths, paths_type);

/* ---- transitions: (paths, item, state, at [, seq]) ---- */

#define ARG_ITEM 1
#define ARG_STATE 2
#define ARG_AT 3
#define ARG_SEQ 4

static inline bool
is_event(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(ARG_ITEM) || PG_ARGISNULL(ARG_STATE) || PG_ARGISNULL(ARG_AT))
		return false;
	path_check_event(fcinfo, ARG_AT);
	return true;
}

static inline Datum
skipped_event(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static inline Datum
add_event(FunctionCallInfo fcinfo, IdKind kind, const ColumnKey *item, const ColumnKey *name)
{
	ReviewPaths *p = (ReviewPaths *) state_for_row(&paths_type, fcinfo);

	if (PG_NARGS() > ARG_SEQ)
		paths_put(p, kind, item, name, PG_GETARG_TIMESTAMPTZ(ARG_AT), PG_GETARG_INT64(ARG_SEQ), PATH_BY_SEQ);
	else
		paths_put(p, kind, item, name, PG_GETARG_TIMESTAMPTZ(ARG_AT), 0, PATH_BY_TIME);
	PG_RETURN_DATUM(state_datum(&p->state));
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	ColumnKey	item,
				name;

	if (!is_event(fcinfo))
		return skipped_event(fcinfo);
	id_column_key(kind, PG_GETARG_DATUM(ARG_ITEM), &item);
	text_column_key(PG_GETARG_DATUM(ARG_STATE), &name);
	return add_event(fcinfo, kind, &item, &name);
}

STATE_FUNCTION(review_paths_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(review_paths_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(review_paths_trans_text, typed_transition(fcinfo, ID_TEXT));

PG_FUNCTION_INFO_V1(review_paths_trans_any);
Datum
review_paths_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *column = fcinfo->flinfo->fn_extra;
	ColumnKey	item,
				name;

	if (!is_event(fcinfo))
		return skipped_event(fcinfo);
	if (column == NULL)
	{
		column = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(AnyColumn));
		any_column_init(&column[0], fcinfo, ARG_ITEM, "item");
		path_state_column_init(&column[1], fcinfo, ARG_STATE);
		fcinfo->flinfo->fn_extra = column;
	}
	any_id_key(&column[0], PG_GETARG_DATUM(ARG_ITEM), &item);
	any_id_key(&column[1], PG_GETARG_DATUM(ARG_STATE), &name);
	return add_event(fcinfo, column[0].id_kind, &item, &name);
}

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(review_paths_n_events);
Datum
review_paths_n_events(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(paths_get(PG_GETARG_DATUM(0))->n);
}

PG_FUNCTION_INFO_V1(review_paths_n_items);
Datum
review_paths_n_items(PG_FUNCTION_ARGS)
{
	ReviewPaths *p = paths_get(PG_GETARG_DATUM(0));
	PathEvents	events;
	int64		n = 0;

	for (size_t i = 0; paths_next_item(p, &i, &events);)
		n++;
	PG_RETURN_INT64(n);
}

/* The path of one item, as a value */
static Datum
path_datum(const ReviewPaths *p, const PathEvents *events)
{
	LOCAL_FCINFO(none, 0);
	ReviewPath *one;

	InitFunctionCallInfoData(*none, NULL, 0, InvalidOid, NULL, NULL);
	one = (ReviewPath *) state_new(&path_type, none);
	for (uint32 j = 0; j < events->n; j++)
	{
		const PathEvent *e = path_event(events, j);
		uint8		tmp[8];
		ColumnKey	name = {p->names.entry[e->state].prefix, NULL, 0};

		HD_CHECK_EVERY(j + 1);
		name.bytes = dict_key(&p->names, e->state, tmp, &name.len);
		path_put(one, &name, e->at, e->seq, p->order);
	}
	return state_datum(&one->state);
}

/* An item and its path, a row for each */
PG_FUNCTION_INFO_V1(review_paths_rows);
Datum
review_paths_rows(PG_FUNCTION_ARGS)
{
	ReviewPaths *p = paths_get(PG_GETARG_DATUM(0));
	PathEvents	events;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (size_t i = 0, from = 0; paths_next_item(p, &i, &events); from = i)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, paths_item_cstring(p, p->row[from].item));
		srf_datum(&row, path_datum(p, &events));
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* [[item, state, at], ...] or [[item, state, at, seq], ...] */
PG_FUNCTION_INFO_V1(review_paths_to_jsonb);
Datum
review_paths_to_jsonb(PG_FUNCTION_ARGS)
{
	ReviewPaths *p = (ReviewPaths *) state_get(&paths_type, PG_GETARG_DATUM(0));
	StringInfoData buf;
	size_t		len;

	/* settled: events that contradict each other are shown as well */
	(void) state_flat(&p->state, &len);
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (size_t i = 0; i < p->n; i++)
	{
		char	   *item = paths_item_cstring(p, p->row[i].item);

		HD_CHECK_EVERY(i + 1);
		appendStringInfoString(&buf, i > 0 ? ", [" : "[");
		if (p->item_kind == ID_INT8)
			appendStringInfoString(&buf, item);
		else
			escape_json(&buf, item);
		appendStringInfoString(&buf, ", ");
		path_event_json(&buf, &p->names, p->order, &p->row[i].event);
		appendStringInfoChar(&buf, ']');
		pfree(item);
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/*-------------------------------------------------------------------------
 *
 * flow_rows.c
 *	  A review flow as rows, as JSON and as a drawing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/srf.h"
#include "review/flow_parse.h"
#include "utils/array.h"
#include "utils/json.h"
#include "utils/jsonb.h"

extern PGDLLEXPORT Datum review_states(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_edges(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_dot(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum review_flow_to_jsonb(PG_FUNCTION_ARGS);

static Flow *
flow_argument(FunctionCallInfo fcinfo)
{
	return flow_compile((struct varlena *) PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)));
}

/* ---- rows ---- */

PG_FUNCTION_INFO_V1(review_states);
Datum
review_states(PG_FUNCTION_ARGS)
{
	Flow	   *flow = flow_argument(fcinfo);
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < flow->n_states; i++)
	{
		const FlowState *s = &flow->state[i];

		srf_cstring(&row, s->name);
		srf_datum(&row, BoolGetDatum(i == 0));
		srf_datum(&row, BoolGetDatum(s->terminal));
		srf_datum(&row, BoolGetDatum(s->accepting));
		srf_datum(&row, BoolGetDatum(s->frozen));
		srf_datum(&row, BoolGetDatum(s->deletable));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

static void
put_roles(SrfRow *row, const FlowEdge *e)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);
	Datum		role[FLOW_MAX_ROLES];

	for (int32 i = 0; i < e->n_roles; i++)
		role[i] = CStringGetTextDatum(e->role[i]);
	if (e->n_roles == 0)
		srf_null(row);
	else
		srf_datum(row, PointerGetDatum(construct_array(role, e->n_roles, TEXTOID, -1, false, TYPALIGN_INT)));
	MemoryContextSwitchTo(old);
}

PG_FUNCTION_INFO_V1(review_edges);
Datum
review_edges(PG_FUNCTION_ARGS)
{
	Flow	   *flow = flow_argument(fcinfo);
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];

		srf_cstring(&row, flow->state[e->from].name);
		srf_cstring(&row, e->action);
		srf_cstring(&row, flow->state[e->to].name);
		put_roles(&row, e);
		srf_datum(&row, BoolGetDatum(e->author));
		srf_datum(&row, BoolGetDatum(e->not_author));
		srf_datum(&row, BoolGetDatum(e->not_reviewer));
		srf_datum(&row, BoolGetDatum(e->claim));
		srf_datum(&row, BoolGetDatum(e->reason));
		if (e->at_most > 0)
			srf_datum(&row, Int32GetDatum(e->at_most));
		else
			srf_null(&row);
		srf_cstring(&row, e->otherwise < 0 ? NULL : flow->state[e->otherwise].name);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- JSON ---- */

static void
write_names(const Flow *flow, const char *key, bool (*has) (const FlowState *s), StringInfo out)
{
	bool		first = true;

	appendStringInfo(out, ", \"%s\": [", key);
	for (int32 i = 0; i < flow->n_states; i++)
		if (has(&flow->state[i]))
		{
			appendStringInfo(out, "%s\"%s\"", first ? "" : ", ", flow->state[i].name);
			first = false;
		}
	appendStringInfoChar(out, ']');
}

static bool
is_state(const FlowState *s)
{
	return true;
}

static bool
is_terminal(const FlowState *s)
{
	return s->terminal;
}

static bool
is_accepting(const FlowState *s)
{
	return s->accepting;
}

static bool
is_frozen(const FlowState *s)
{
	return s->frozen;
}

static bool
is_deletable(const FlowState *s)
{
	return s->deletable;
}

static void
write_edge(const Flow *flow, const FlowEdge *e, StringInfo out)
{
	appendStringInfo(out, "{\"from\": \"%s\", \"action\": \"%s\", \"to\": \"%s\"",
					 flow->state[e->from].name, e->action, flow->state[e->to].name);
	for (int32 i = 0; i < e->n_roles; i++)
	{
		appendStringInfoString(out, i == 0 ? ", \"roles\": [" : ", ");
		escape_json(out, e->role[i]);
	}
	if (e->n_roles > 0)
		appendStringInfoChar(out, ']');
	if (e->author || e->not_author)
		appendStringInfo(out, ", \"author\": %s", e->author ? "true" : "false");
	if (e->not_reviewer)
		appendStringInfoString(out, ", \"reviewer\": false");
	if (e->claim)
		appendStringInfoString(out, ", \"claim\": true");
	if (e->reason)
		appendStringInfoString(out, ", \"reason\": true");
	if (e->at_most > 0)
		appendStringInfo(out, ", \"at_most\": %d", e->at_most);
	if (e->otherwise >= 0)
		appendStringInfo(out, ", \"else\": \"%s\"", flow->state[e->otherwise].name);
	appendStringInfoChar(out, '}');
}

PG_FUNCTION_INFO_V1(review_flow_to_jsonb);
Datum
review_flow_to_jsonb(PG_FUNCTION_ARGS)
{
	Flow	   *flow = flow_argument(fcinfo);
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfo(&s, "{\"initial\": \"%s\"", flow->state[0].name);
	write_names(flow, "states", is_state, &s);
	write_names(flow, "terminal", is_terminal, &s);
	write_names(flow, "accepting", is_accepting, &s);
	write_names(flow, "frozen", is_frozen, &s);
	write_names(flow, "deletable", is_deletable, &s);
	appendStringInfoString(&s, ", \"edges\": [");
	for (int32 i = 0; i < flow->n_edges; i++)
	{
		if (i > 0)
			appendStringInfoString(&s, ", ");
		write_edge(flow, &flow->edge[i], &s);
	}
	appendStringInfoString(&s, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(s.data)));
}

/* ---- Graphviz ---- */

/* the inside of a quoted string of Graphviz */
static void
write_quoted(StringInfo out, const char *s)
{
	for (; *s; s++)
	{
		if (*s == '"' || *s == '\\')
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, *s);
	}
}

static void
draw_state(const FlowState *s, bool initial, StringInfo out)
{
	appendStringInfo(out, "  \"%s\" [style=\"rounded%s%s\"%s%s];\n", s->name,
					 initial ? ",bold" : "", s->accepting ? ",filled" : "",
					 s->accepting ? ", fillcolor=\"#d5f0d5\"" : "",
					 s->terminal ? ", peripheries=2" : "");
}

static void
draw_edge(const Flow *flow, const FlowEdge *e, StringInfo out)
{
	appendStringInfo(out, "  \"%s\" -> \"%s\" [label=\"%s", flow->state[e->from].name,
					 flow->state[e->to].name, e->action);
	for (int32 i = 0; i < e->n_roles; i++)
	{
		appendStringInfoString(out, i == 0 ? "\\n" : ", ");
		write_quoted(out, e->role[i]);
	}
	appendStringInfoString(out, "\"];\n");
	if (e->otherwise >= 0)
		appendStringInfo(out, "  \"%s\" -> \"%s\" [label=\"%s\\nafter %d\", style=dashed];\n",
						 flow->state[e->from].name, flow->state[e->otherwise].name, e->action, e->at_most);
}

PG_FUNCTION_INFO_V1(review_dot);
Datum
review_dot(PG_FUNCTION_ARGS)
{
	Flow	   *flow = flow_argument(fcinfo);
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfoString(&s, "digraph review {\n  rankdir=LR;\n  node [shape=box];\n");
	for (int32 i = 0; i < flow->n_states; i++)
		draw_state(&flow->state[i], i == 0, &s);
	for (int32 i = 0; i < flow->n_edges; i++)
	{
		/* several targets of one action share the dashed edge */
		FlowEdge	e = flow->edge[i];

		if (i > 0 && flow->edge[i - 1].from == e.from && strcmp(flow->edge[i - 1].action, e.action) == 0)
			e.otherwise = FLOW_NONE;
		draw_edge(flow, &e, &s);
	}
	appendStringInfoString(&s, "}\n");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(s.data, s.len));
}

/*-------------------------------------------------------------------------
 *
 * flow_write.c
 *	  A compiled flow as text: the canonical one, and a drawing.
 *
 * Edges that differ in their source alone are one statement; "*" is written
 * where a statement leaves every state that it could.  So equal flows have
 * equal text, however they were written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/flow_parse.h"

/* The edges of one action from one state */
typedef struct Action
{
	const FlowEdge *edge;		/* the first; NULL once written */
	uint64		to;
} Action;

/* ---- parts ---- */

void
flow_write_role(StringInfo out, const char *role)
{
	if (flow_is_name(role, strlen(role)))
	{
		appendStringInfoString(out, role);
		return;
	}
	appendStringInfoChar(out, '"');
	for (const char *s = role; *s; s++)
	{
		if (*s == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *s);
	}
	appendStringInfoChar(out, '"');
}

static void
write_states(const Flow *flow, uint64 set, const char *between, StringInfo out)
{
	bool		first = true;

	for (int32 i = 0; i < flow->n_states; i++)
		if (set & flow_bit(i))
		{
			appendStringInfo(out, "%s%s", first ? "" : between, flow->state[i].name);
			first = false;
		}
}

static void
write_attributes(const Flow *flow, const FlowEdge *e, StringInfo out)
{
	for (int32 i = 0; i < e->n_roles; i++)
	{
		appendStringInfoString(out, i == 0 ? " [" : ", ");
		flow_write_role(out, e->role[i]);
	}
	if (e->n_roles > 0)
		appendStringInfoChar(out, ']');
	if (e->author)
		appendStringInfoString(out, " author");
	if (e->not_author)
		appendStringInfoString(out, " !author");
	if (e->not_reviewer)
		appendStringInfoString(out, " !reviewer");
	if (e->claim)
		appendStringInfoString(out, " claim");
	if (e->reason)
		appendStringInfoString(out, " reason");
	if (e->at_most == 1 && e->otherwise < 0)
		appendStringInfoString(out, " once");
	else if (e->at_most > 0)
		appendStringInfo(out, " at most %d", e->at_most);
	if (e->otherwise >= 0)
		appendStringInfo(out, " else %s", flow->state[e->otherwise].name);
}

/* ---- canonical text ---- */

/* Edges by action; how many actions */
static int32
collect_actions(const Flow *flow, Action *action)
{
	int32		n = 0;

	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];

		if (n > 0 && action[n - 1].edge->from == e->from && strcmp(action[n - 1].edge->action, e->action) == 0)
			action[n - 1].to |= flow_bit(e->to);
		else
			action[n++] = (Action) {e, flow_bit(e->to)};
	}
	return n;
}

/* The states that "*" would stand for in a statement with these targets */
static uint64
any_source(const Flow *flow, const Action *a)
{
	uint64		set = 0;

	for (int32 i = 0; i < flow->n_states; i++)
		if (!flow->state[i].terminal && i != a->edge->otherwise)
			set |= flow_bit(i);
	return set & ~a->to;
}

/* Takes out the actions that differ from this one in their source alone; the sources */
static uint64
take_sources(Action *action, int32 n, int32 first)
{
	const FlowEdge *e = action[first].edge;
	uint64		sources = 0;

	for (int32 i = first; i < n; i++)
		if (action[i].edge && action[i].to == action[first].to && flow_same_attributes(action[i].edge, e))
		{
			sources |= flow_bit(action[i].edge->from);
			action[i].edge = NULL;
		}
	return sources;
}

static void
write_statement(const Flow *flow, uint64 sources, bool all, const FlowEdge *e, uint64 to, StringInfo out)
{
	if (all)
		appendStringInfoChar(out, '*');
	else
		write_states(flow, sources, " | ", out);
	appendStringInfoString(out, " -> ");
	write_states(flow, to, " | ", out);
	appendStringInfo(out, " as %s", e->action);
	write_attributes(flow, e, out);
	appendStringInfoString(out, ";\n");
}

static void
write_edges(const Flow *flow, StringInfo out)
{
	Action	   *action = palloc(sizeof(Action) * flow->n_edges);
	int32		n = collect_actions(flow, action);
	StringInfoData last;		/* what leaves all states comes last */

	initStringInfo(&last);
	for (int32 i = 0; i < n; i++)
	{
		const FlowEdge *e = action[i].edge;
		uint64		every;
		uint64		sources;
		bool		all;

		if (e == NULL)
			continue;
		every = any_source(flow, &action[i]);
		sources = take_sources(action, n, i);
		/* of one state alone, its name says more */
		all = sources == every && (sources & (sources - 1)) != 0;
		write_statement(flow, sources, all, e, action[i].to, all ? &last : out);
	}
	appendBinaryStringInfo(out, last.data, last.len);
	pfree(last.data);
	pfree(action);
}

static uint64
marked_states(const Flow *flow, FlowMarkKind kind)
{
	uint64		set = 0;

	for (int32 i = 0; i < flow->n_states; i++)
	{
		const FlowState *s = &flow->state[i];
		bool		on = kind == FLOW_MARK_INITIAL ? i == 0 : kind == FLOW_MARK_TERMINAL ? s->terminal :
			kind == FLOW_MARK_ACCEPTING ? s->accepting : kind == FLOW_MARK_FROZEN ? s->frozen : s->deletable;

		if (on)
			set |= flow_bit(i);
	}
	return set;
}

void
flow_write(const Flow *flow, StringInfo out)
{
	write_edges(flow, out);
	for (int kind = 0; kind < FLOW_N_MARKS; kind++)
	{
		uint64		set = marked_states(flow, kind);

		/* "deletable;" differs from nothing at all */
		if (set == 0 && kind != FLOW_MARK_DELETABLE)
			continue;
		appendStringInfo(out, "%s%s", flow_mark_name[kind], set ? " " : "");
		write_states(flow, set, ", ", out);
		appendStringInfoString(out, kind == FLOW_MARK_DELETABLE ? ";" : ";\n");
	}
}

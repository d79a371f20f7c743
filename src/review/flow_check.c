/*-------------------------------------------------------------------------
 *
 * flow_check.c
 *	  Is what has been read a state machine that work can pass through?  Every
 *	  state can be reached and can reach an end, and every action means one
 *	  thing.  Then number it canonically.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/flow_parse.h"

/* An edge of a draft: the states have their numbers there */
typedef struct DraftEdge
{
	int32		from;
	int32		to;
	int32		statement;
} DraftEdge;

typedef struct FlowCheck
{
	const FlowDraft *d;
	int32		n_edges;
	DraftEdge  *edge;
	uint64		out[FLOW_MAX_STATES];	/* states that edges lead to, "else" included */
	uint64		in[FLOW_MAX_STATES];
} FlowCheck;

static uint64
marked(const FlowDraft *d, FlowMarkKind kind)
{
	return d->mark[kind].set;
}

/* ---- names of states ---- */

/* The states that an edge leads from or to, but for those that are only named by "else"; "*" is any that may be left */
static uint64
on_edges(const FlowDraft *d)
{
	uint64		set = d->on_edge;

	for (int32 i = 0; i < d->n_statements; i++)
		if (d->statement[i].any_source)
			set |= ~marked(d, FLOW_MARK_TERMINAL);
	return set;
}

static void
check_marks(const FlowDraft *d)
{
	uint64		known = on_edges(d);

	for (int32 i = 0; i < d->n_statements; i++)
		if (d->statement[i].otherwise.state >= 0)
			known |= flow_bit(d->statement[i].otherwise.state);
	for (int kind = 0; kind < FLOW_N_MARKS; kind++)
		for (int32 i = 0; i < d->mark[kind].n; i++)
		{
			FlowMention m = d->mark[kind].list[i];

			if (!(known & flow_bit(m.state)))
				flow_fail(d, m.at, "Is the name of a state misspelt?",
						  "%s state \"%s\" is not on any edge", flow_mark_name[kind], d->name[m.state]);
		}
}

static void
check_statement(const FlowDraft *d, const FlowStatement *s)
{
	uint64		terminal = marked(d, FLOW_MARK_TERMINAL);
	FlowMention otherwise = s->otherwise;

	for (int32 i = 0; i < s->from.n; i++)
	{
		FlowMention m = s->from.list[i];

		if (terminal & flow_bit(m.state))
			flow_fail(d, m.at, NULL, "an edge leaves state \"%s\", which is terminal", d->name[m.state]);
		if (s->to.set & flow_bit(m.state))
			flow_fail(d, m.at, NULL, "an edge leads from state \"%s\" to itself", d->name[m.state]);
	}
	if (otherwise.state < 0)
		return;
	if (!((on_edges(d) | terminal) & flow_bit(otherwise.state)))
		flow_fail(d, otherwise.at, "Is the name of the state misspelt?",
				  "state \"%s\" after \"else\" is neither terminal nor on any edge", d->name[otherwise.state]);
	if ((s->from.set | s->to.set) & flow_bit(otherwise.state))
		flow_fail(d, otherwise.at, NULL, "\"else\" must lead to another state than the edge leads from and to");
}

/* ---- edges ---- */

/* What "*" stands for: every state that may be left and is no target */
static uint64
sources_of(const FlowDraft *d, const FlowStatement *s)
{
	uint64		all = d->n_states == FLOW_MAX_STATES ? ~UINT64CONST(0) : flow_bit(d->n_states) - 1;

	if (!s->any_source)
		return s->from.set;
	if (s->otherwise.state >= 0)
		all &= ~flow_bit(s->otherwise.state);
	all &= ~(s->to.set | marked(d, FLOW_MARK_TERMINAL));
	if (all == 0)
		flow_fail(d, s->at, NULL, "\"*\" stands for no state here: all are terminal or targets");
	return all;
}

static void
add_edges(FlowCheck *c, int32 statement)
{
	const FlowDraft *d = c->d;
	const FlowStatement *s = &d->statement[statement];
	uint64		sources = sources_of(d, s);

	for (int32 from = 0; from < d->n_states; from++)
	{
		if (!(sources & flow_bit(from)))
			continue;
		for (int32 i = 0; i < s->to.n; i++)
		{
			if (c->n_edges == FLOW_MAX_EDGES)
				flow_fail(d, s->at, NULL, "more than %d edges", FLOW_MAX_EDGES);
			c->edge[c->n_edges++] = (DraftEdge) {from, s->to.list[i].state, statement};
		}
		c->out[from] |= s->to.set;
		if (s->otherwise.state >= 0)
			c->out[from] |= flow_bit(s->otherwise.state);
	}
}

static int
compare_draft_edges(const void *a, const void *b, void *draft)
{
	const FlowDraft *d = draft;
	const DraftEdge *x = a;
	const DraftEdge *y = b;
	int			r = (x->from > y->from) - (x->from < y->from);

	if (r == 0)
		r = strcmp(d->statement[x->statement].edge.action, d->statement[y->statement].edge.action);
	if (r == 0)
		r = (x->statement > y->statement) - (x->statement < y->statement);
	if (r == 0)
		r = strcmp(d->name[x->to], d->name[y->to]);
	return r;
}

/* Sorts the edges by state, action, target; an action of one state must come from one statement */
static void
check_actions(FlowCheck *c)
{
	const FlowDraft *d = c->d;
	const DraftEdge *twice = NULL;

	qsort_arg(c->edge, c->n_edges, sizeof(DraftEdge), compare_draft_edges, (void *) d);
	for (int32 i = 1; i < c->n_edges; i++)
	{
		const DraftEdge *e = &c->edge[i];
		const DraftEdge *before = &c->edge[i - 1];

		if (e->from == before->from && e->statement != before->statement &&
			strcmp(d->statement[e->statement].edge.action, d->statement[before->statement].edge.action) == 0 &&
			(twice == NULL || e->statement < twice->statement))
			twice = e;
	}
	if (twice)
		flow_fail(d, d->statement[twice->statement].action_at,
				  "An action that leads to several states has them in one statement: a -> b | c as decide.",
				  "action \"%s\" leaves state \"%s\" already",
				  d->statement[twice->statement].edge.action, d->name[twice->from]);
}

/* ---- reachability ---- */

static uint64
spread(const uint64 *step, int32 n, uint64 set)
{
	uint64		before;

	do
	{
		before = set;
		for (int32 i = 0; i < n; i++)
			if (before & flow_bit(i))
				set |= step[i];
	} while (set != before);
	return set;
}

static void
check_reach(FlowCheck *c)
{
	const FlowDraft *d = c->d;
	int32		initial = d->mark[FLOW_MARK_INITIAL].list[0].state;
	uint64		reached;
	uint64		ending;

	for (int32 from = 0; from < d->n_states; from++)
		for (int32 to = 0; to < d->n_states; to++)
			if (c->out[from] & flow_bit(to))
				c->in[to] |= flow_bit(from);
	reached = spread(c->out, d->n_states, flow_bit(initial));
	ending = spread(c->in, d->n_states, marked(d, FLOW_MARK_TERMINAL));
	for (int32 i = 0; i < d->n_states; i++)
	{
		if (!(reached & flow_bit(i)))
			flow_fail(d, d->named_at[i], NULL, "state \"%s\" cannot be reached from the initial state \"%s\"",
					  d->name[i], d->name[initial]);
		if (!(ending & flow_bit(i)))
			flow_fail(d, d->named_at[i], "Declare it terminal, or add an edge that leads out.",
					  "from state \"%s\" no terminal state can be reached", d->name[i]);
	}
}

/* ---- canonical numbers ---- */

/*
 * Breadth first from the initial state, edges by action and target: a number
 * depends on the flow alone, not on the order in which it was written.
 * number[] of all states, which can all be reached.
 */
static void
number_states(const FlowCheck *c, int32 *number)
{
	const FlowDraft *d = c->d;
	int32		order[FLOW_MAX_STATES];
	int32		n = 0;

	memset(number, -1, sizeof(int32) * FLOW_MAX_STATES);
	order[0] = d->mark[FLOW_MARK_INITIAL].list[0].state;
	number[order[0]] = n++;
	for (int32 i = 0; i < n; i++)
		for (int32 k = 0; k < c->n_edges; k++)
		{
			const DraftEdge *e = &c->edge[k];
			int32		to[2] = {e->to, d->statement[e->statement].otherwise.state};

			if (e->from != order[i])
				continue;
			for (int j = 0; j < 2; j++)
				if (to[j] >= 0 && number[to[j]] < 0)
				{
					number[to[j]] = n;
					order[n++] = to[j];
				}
		}
	Assert(n == d->n_states);
}

static int
compare_edges(const void *a, const void *b)
{
	const FlowEdge *x = a;
	const FlowEdge *y = b;
	int			r = (x->from > y->from) - (x->from < y->from);

	if (r == 0)
		r = strcmp(x->action, y->action);
	if (r == 0)
		r = (x->to > y->to) - (x->to < y->to);
	return r;
}

static void
fill_edges(const FlowCheck *c, const int32 *number, Flow *flow)
{
	flow->n_edges = c->n_edges;
	flow->edge = palloc(sizeof(FlowEdge) * flow->n_edges);
	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowStatement *s = &c->d->statement[c->edge[i].statement];
		FlowEdge   *e = &flow->edge[i];

		*e = s->edge;
		e->from = number[c->edge[i].from];
		e->to = number[c->edge[i].to];
		e->otherwise = s->otherwise.state < 0 ? FLOW_NONE : number[s->otherwise.state];
	}
	qsort(flow->edge, flow->n_edges, sizeof(FlowEdge), compare_edges);
	for (int32 i = flow->n_edges - 1; i >= 0; i--)
	{
		FlowState  *from = &flow->state[flow->edge[i].from];

		from->first_edge = i;
		from->n_edges++;
	}
}

static Flow *
number_flow(const FlowCheck *c)
{
	const FlowDraft *d = c->d;
	Flow	   *flow = palloc0(sizeof(Flow));
	int32		number[FLOW_MAX_STATES];

	number_states(c, number);
	flow->n_states = d->n_states;
	flow->state = palloc0(sizeof(FlowState) * d->n_states);
	for (int32 i = 0; i < d->n_states; i++)
	{
		FlowState  *s = &flow->state[number[i]];

		s->name = d->name[i];
		s->terminal = (marked(d, FLOW_MARK_TERMINAL) & flow_bit(i)) != 0;
		s->accepting = (marked(d, FLOW_MARK_ACCEPTING) & flow_bit(i)) != 0;
		s->frozen = (marked(d, FLOW_MARK_FROZEN) & flow_bit(i)) != 0;
		/* unless it is said: what nobody has looked at, and what was taken back */
		s->deletable = d->deletable_given ? (marked(d, FLOW_MARK_DELETABLE) & flow_bit(i)) != 0 :
			number[i] == 0 || (s->terminal && strcmp(s->name, "withdrawn") == 0);
	}
	fill_edges(c, number, flow);
	return flow;
}

Flow *
flow_of_draft(const FlowDraft *d)
{
	FlowCheck	c = {.d = d};

	if (d->n_statements == 0)
		flow_fail(d, d->len, "Write: draft -> done as finish; initial draft; terminal done;", "expected an edge");
	if (d->mark[FLOW_MARK_INITIAL].n == 0)
		flow_fail(d, d->len, "Add: initial and the name of a state.", "expected an initial state");
	if (d->mark[FLOW_MARK_TERMINAL].n == 0)
		flow_fail(d, d->len, "Add: terminal and the names of states that end the work.",
				  "expected a terminal state");
	check_marks(d);
	for (int32 i = 0; i < d->n_statements; i++)
		check_statement(d, &d->statement[i]);
	c.edge = palloc(sizeof(DraftEdge) * FLOW_MAX_EDGES);
	for (int32 i = 0; i < d->n_statements; i++)
		add_edges(&c, i);
	check_actions(&c);
	check_reach(&c);
	return number_flow(&c);
}

/* ---- questions about a flow ---- */

uint64
flow_reach(const Flow *flow, uint64 from, bool backwards)
{
	uint64		step[FLOW_MAX_STATES] = {0};

	for (int32 i = 0; i < flow->n_edges; i++)
	{
		const FlowEdge *e = &flow->edge[i];
		uint64		to = flow_bit(e->to) | (e->otherwise < 0 ? 0 : flow_bit(e->otherwise));

		for (int32 k = 0; k < flow->n_states; k++)
			if (!(to & flow_bit(k)))
				continue;
			else if (backwards)
				step[k] |= flow_bit(e->from);
			else
				step[e->from] |= flow_bit(k);
	}
	return spread(step, flow->n_states, from);
}

bool
flow_same_attributes(const FlowEdge *a, const FlowEdge *b)
{
	if (strcmp(a->action, b->action) != 0 || a->n_roles != b->n_roles || a->author != b->author ||
		a->not_author != b->not_author || a->not_reviewer != b->not_reviewer || a->claim != b->claim ||
		a->reason != b->reason || a->at_most != b->at_most || a->otherwise != b->otherwise)
		return false;
	for (int32 i = 0; i < a->n_roles; i++)
		if (strcmp(a->role[i], b->role[i]) != 0)
			return false;
	return true;
}

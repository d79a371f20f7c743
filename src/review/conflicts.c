/*-------------------------------------------------------------------------
 *
 * conflicts.c
 *	  review_conflicts(): what was logged although the flow forbids it.
 *
 * Movers and guard let none of it pass; history that was loaded, changes made
 * under direct => 'off' and data of before the attachment may hold it.  Each
 * row is judged by the version of the flow that it names.  Who had which role
 * at the time is not known any more, and is not judged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/flow_parse.h"
#include "review/proof.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/typcache.h"

extern PGDLLEXPORT Datum review_conflicts(PG_FUNCTION_ARGS);

/* behind the columns of the log */
#define COLUMN_AUTHOR (LOG_NATTS + 1)
#define COLUMN_HAS_SIDE (LOG_NATTS + 2)

/* What has happened to the item so far */
typedef struct History
{
	bool		begun;
	Datum		item;
	MemoryContext cx;			/* of everything here */
	char	   *last_reviewer;
	int			n;				/* actions and how often they were taken */
	struct
	{
		char	   *from;
		char	   *action;
		int32		times;
	}		   *taken;
	int			cap;
} History;

typedef struct Event
{
	const char *item;
	int32		seq;
	const char *from;			/* NULL: it was inserted */
	const char *to;				/* NULL: deleted */
	const char *action;
	const char *actor;
	const char *author;			/* NULL: none */
	bool		author_known;	/* not of an item that was deleted since */
	bool		erased;
	bool		reason;
	bool		claim;
	int32		version;
} Event;

static void
report(Proof *p, const Event *e, const char *rule, const char *detail)
{
	srf_cstring(&p->row, e->item);
	srf_datum(&p->row, Int32GetDatum(e->seq));
	srf_cstring(&p->row, e->action);
	srf_cstring(&p->row, e->actor);
	srf_cstring(&p->row, rule);
	srf_cstring(&p->row, detail);
	srf_end_row(&p->row);
}

/* ---- the history of an item ---- */

static int32
times_taken(History *h, const Event *e)
{
	MemoryContext old;

	for (int i = 0; i < h->n; i++)
		if (strcmp(h->taken[i].from, e->from) == 0 && strcmp(h->taken[i].action, e->action) == 0)
			return ++h->taken[i].times;
	old = MemoryContextSwitchTo(h->cx);
	if (h->n == h->cap)
	{
		h->cap = h->cap ? 2 * h->cap : 8;
		h->taken = h->taken ? repalloc(h->taken, sizeof(*h->taken) * h->cap)
			: palloc(sizeof(*h->taken) * h->cap);
	}
	h->taken[h->n].from = pstrdup(e->from);
	h->taken[h->n].action = pstrdup(e->action);
	h->taken[h->n].times = 1;
	h->n++;
	MemoryContextSwitchTo(old);
	return 1;
}

static void
note_reviewer(History *h, const Event *e, const FlowEdge *edge)
{
	if (edge == NULL || edge->author || (e->author && strcmp(e->actor, e->author) == 0))
		return;
	if (h->last_reviewer)
		pfree(h->last_reviewer);
	h->last_reviewer = MemoryContextStrdup(h->cx, e->actor);
}

/* ---- one row ---- */

/* The edge that was taken; NULL: none leads there */
static const FlowEdge *
edge_taken(const Flow *flow, const Event *e)
{
	int32		from = flow_state(flow, e->from, strlen(e->from));
	int32		to = flow_state(flow, e->to, strlen(e->to));

	if (from < 0 || to < 0)
		return NULL;
	for (int32 i = flow->state[from].first_edge; i < flow->state[from].first_edge + flow->state[from].n_edges; i++)
	{
		const FlowEdge *edge = &flow->edge[i];

		if ((edge->to == to || edge->otherwise == to) && strcmp(edge->action, e->action) == 0)
			return edge;
	}
	return NULL;
}

static void
check_ends(Proof *p, const Flow *flow, const Event *e)
{
	int32		state = e->from ? flow_state(flow, e->from, strlen(e->from)) : FLOW_NONE;

	if (e->from == NULL && e->to && strcmp(e->to, flow->state[0].name) != 0)
		report(p, e, "initial", psprintf("It begins in state \"%s\".", e->to));
	if (e->to == NULL && state >= 0 && !flow->state[state].deletable)
		report(p, e, "deletable", psprintf("It was deleted in state \"%s\".", e->from));
}

static void
check_edge(Proof *p, History *h, const Flow *flow, const Event *e, const FlowEdge *edge)
{
	int32		times = times_taken(h, e);
	int32		to = flow_state(flow, e->to, strlen(e->to));

	if (edge->author && e->author_known && (e->author == NULL || strcmp(e->actor, e->author) != 0))
		report(p, e, "author", e->author ? psprintf("The author is \"%s\".", e->author) : "The item has no author.");
	if (edge->not_author && e->author && strcmp(e->actor, e->author) == 0)
		report(p, e, "not_author", "The actor is the author.");
	if (edge->not_reviewer && h->last_reviewer && strcmp(e->actor, h->last_reviewer) == 0)
		report(p, e, "not_reviewer", "The actor is who reviewed the item before.");
	if (edge->claim && !e->claim)
		report(p, e, "claim", "The actor held no claim.");
	if (edge->reason && !e->reason && !e->erased)
		report(p, e, "reason", "No reason was given.");
	if (edge->at_most > 0 && times > edge->at_most && to == edge->to)
		report(p, e, "at_most", psprintf("It was taken %d times, the limit is %d.", times, edge->at_most));
}

static void
check_event(Proof *p, History *h, const Event *e)
{
	const Flow *flow = flow_lookup_version(p->t->args.flow, e->version, true);
	const FlowEdge *edge = NULL;

	if (flow == NULL)
	{
		report(p, e, "version", psprintf("Flow \"%s\" has no version %d.", p->t->args.flow, e->version));
		return;
	}
	if (e->from == NULL || e->to == NULL)
		check_ends(p, flow, e);
	else if (strcmp(e->action, "redefine") != 0)
	{
		edge = edge_taken(flow, e);
		if (edge)
			check_edge(p, h, flow, e, edge);
		else
			report(p, e, "edge", psprintf("No such action leads from \"%s\" to \"%s\".", e->from, e->to));
	}
	note_reviewer(h, e, edge);
}

static const char *
cstring_of(const ChainText *t)
{
	return t->data ? pnstrdup(t->data, t->len) : NULL;
}

static void
read_event(const ProofQuery *q, HeapTuple tuple, const LogRow *row, Event *e)
{
	bool		null;

	e->item = cstring_of(&row->e.item);
	e->seq = row->e.seq;
	e->from = cstring_of(&row->e.from_state);
	e->to = cstring_of(&row->e.to_state);
	e->action = cstring_of(&row->e.action);
	e->actor = cstring_of(&row->e.actor);
	e->author = proof_text(q, tuple, COLUMN_AUTHOR);
	e->author_known = DatumGetBool(proof_datum(q, tuple, COLUMN_HAS_SIDE, &null));
	e->erased = row->salt == NULL;
	e->reason = row->e.reason_code.data || row->e.reason.data;
	e->claim = !row->e.claim_token.null;
	e->version = row->e.flow_version;
}

/* ---- all of them ---- */

static void
begin_item(History *h, Datum item, bool byval, int16 len)
{
	MemoryContext old;

	MemoryContextReset(h->cx);
	old = MemoryContextSwitchTo(h->cx);
	h->begun = true;
	h->item = datumCopy(item, byval, len);
	h->last_reviewer = NULL;
	h->n = h->cap = 0;
	h->taken = NULL;
	MemoryContextSwitchTo(old);
}

PG_FUNCTION_INFO_V1(review_conflicts);
Datum
review_conflicts(PG_FUNCTION_ARGS)
{
	Proof		p;
	ProofQuery	q;
	HeapTuple	tuple;
	History		h = {0};
	MemoryContext cx;
	Form_pg_attribute key;
	FmgrInfo   *equal;

	proof_begin(&p, fcinfo, false);
	key = TupleDescAttr(RelationGetDescr(p.rel), p.t->key.att - 1);
	equal = &lookup_type_cache(key->atttypid, TYPECACHE_EQ_OPR_FINFO)->eq_opr_finfo;
	cx = AllocSetContextCreate(CurrentMemoryContext, "hdata row of the log", ALLOCSET_SMALL_SIZES);
	h.cx = AllocSetContextCreate(CurrentMemoryContext, "hdata history of an item", ALLOCSET_SMALL_SIZES);
	proof_query(&q, psprintf("SELECT %s, s.author, s.item IS NOT NULL FROM %s l LEFT JOIN %s s"
							 " ON s.item %s l.item ORDER BY l.item, l.seq",
							 proof_log_columns, proof_table(p.t->log), proof_table(p.t->side),
							 review_equals(key->atttypid)));
	while ((tuple = proof_next(&q)) != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(cx);
		LogRow		row;
		Event		e;

		proof_log_row(&p, &q, tuple, &row);
		if (!h.begun || !DatumGetBool(FunctionCall2Coll(equal, key->attcollation, row.item, h.item)))
			begin_item(&h, row.item, key->attbyval, key->attlen);
		read_event(&q, tuple, &row, &e);
		check_event(&p, &h, &e);
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
	}
	proof_query_end(&q);
	proof_end(&p);
	return (Datum) 0;
}

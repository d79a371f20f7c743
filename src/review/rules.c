/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  May this actor take this edge with this item now, and if not, why?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "review/rules.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static Refusal *
refuse(int sqlstate, const char *constraint, char *message)
{
	Refusal    *r = palloc0(sizeof(*r));

	r->sqlstate = sqlstate;
	r->constraint = constraint;
	r->message = message;
	return r;
}

static const char *
state_name(const ReviewTable *t, int32 state)
{
	return state >= 0 ? t->flow->state[state].name : "?";
}

/* "revise" of "in_review" */
static char *
edge_name(const ReviewTable *t, const FlowEdge *edge)
{
	return psprintf("action \"%s\" from state \"%s\"", edge->action, state_name(t, edge->from));
}

Refusal *
refusal_no_edge(ReviewTable *t, int32 from, const char *message)
{
	Refusal    *r = refuse(ERRCODE_REVIEW_NO_EDGE, "edge", pstrdup(message));

	r->about_state = true;
	if (from >= 0)
		r->detail = flow_allowed_from(t->flow, from);
	return r;
}

static Refusal *
refuse_role(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor)
{
	StringInfoData roles;
	Refusal    *r = refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "role",
						   psprintf("\"%s\" may not take %s", actor->name, edge_name(t, edge)));

	initStringInfo(&roles);
	for (int i = 0; i < edge->n_roles; i++)
		appendStringInfo(&roles, "%s\"%s\"", i > 0 ? ", " : "", edge->role[i]);
	r->detail = psprintf("It is for %s.", roles.data);
	if (t->args.roles)
		r->hint = psprintf("Roles are those in table %s.", t->args.roles);
	else if (actor->named)
		r->hint = "Roles are those of the database: name an actor who is one, or attach the table with a table of members (roles => ...).";
	return r;
}

static void
read_side(ReviewTable *t, ItemState *item)
{
	if (!item->side_read)
		side_read(t, item->key, &item->side);
	item->side_read = true;
}

static Refusal *
check_claim(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor, ItemState *item)
{
	const SideRow *side = &item->side;
	Refusal    *r;
	bool		open;

	read_side(t, item);
	open = side->found && side->claimed_by && side->claim_until > item->now;
	if (open && strcmp(side->claimed_by, actor->name) == 0 &&
		(!item->has_token || item->token == side->claim_token))
		return NULL;

	r = refuse(ERRCODE_REVIEW_NO_CLAIM, "claim",
			   psprintf("%s needs a claim that \"%s\" does not hold", edge_name(t, edge), actor->name));
	if (open)
		r->detail = strcmp(side->claimed_by, actor->name) == 0
			? psprintf("It was claimed again since, with another token.")
			: psprintf("It is claimed by \"%s\" until %s.", side->claimed_by, timestamptz_to_str(side->claim_until));
	else if (side->found && side->claimed_by)
		r->detail = psprintf("The claim of \"%s\" ended at %s.", side->claimed_by, timestamptz_to_str(side->claim_until));
	else
		r->detail = "Nobody has claimed it.";
	r->hint = "Claim it with hdata.review_claim().";
	return r;
}

/* A claim in another's hands also bars those whose edge needs none?  No: leads and authors act past the queue. */
Refusal *
edge_refusal(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor, ItemState *item, int32 *to)
{
	*to = edge->to;
	if (!actor_may(t, edge, actor))
		return refuse_role(t, edge, actor);
	if (edge->author && (item->author == NULL || strcmp(item->author, actor->name) != 0))
	{
		Refusal    *r = refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "author",
							   psprintf("%s is for the author alone", edge_name(t, edge)));

		r->detail = item->author ? psprintf("The author is \"%s\", not \"%s\".", item->author, actor->name)
			: "The item has no author.";
		return r;
	}
	if (edge->not_author && item->author && strcmp(item->author, actor->name) == 0)
		return refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "not_author",
					  psprintf("\"%s\" is the author and may not take %s", actor->name, edge_name(t, edge)));
	if (edge->not_reviewer)
	{
		read_side(t, item);
		if (item->side.last_reviewer && strcmp(item->side.last_reviewer, actor->name) == 0)
			return refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "not_reviewer",
						  psprintf("\"%s\" reviewed the item before and may not take %s", actor->name,
								   edge_name(t, edge)));
	}
	if (edge->claim)
	{
		Refusal    *r = check_claim(t, edge, actor, item);

		if (r)
			return r;
	}
	if (edge->at_most > 0 && log_count(t, item->key, state_name(t, edge->from), edge->action) >= edge->at_most)
	{
		Refusal    *r;

		if (edge->otherwise < 0)
		{
			r = refuse(ERRCODE_REVIEW_NO_EDGE, "at_most",
					   psprintf("%s was taken %d time(s), which is all that the flow allows", edge_name(t, edge),
								edge->at_most));
			r->about_state = true;
			return r;
		}
		*to = edge->otherwise;
	}
	if (edge->reason && item->reason_code == NULL && item->reason == NULL)
	{
		Refusal    *r = refuse(ERRCODE_REVIEW_NO_REASON, "reason",
							   psprintf("%s needs a reason", edge_name(t, edge)));

		r->hint = item->direct ? "Use hdata.review_move() with reason_code or reason." : "Pass reason_code or reason.";
		return r;
	}
	return NULL;
}

const FlowEdge *
edge_to(ReviewTable *t, int32 to, const ReviewActor *actor, ItemState *item, Refusal **refusal)
{
	const Flow *flow = t->flow;
	const FlowState *state = &flow->state[item->state];
	Refusal    *first = NULL;

	for (int i = state->first_edge; i < state->first_edge + state->n_edges; i++)
	{
		const FlowEdge *edge = &flow->edge[i];
		Refusal    *r;
		int32		leads;

		if (edge->to != to && edge->otherwise != to)
			continue;
		r = edge_refusal(t, edge, actor, item, &leads);
		if (r == NULL && leads == to)
			return edge;
		if (r && first == NULL)
			first = r;
	}
	if (first == NULL)
	{
		first = refusal_no_edge(t, item->state,
								psprintf("review state cannot go from \"%s\" to \"%s\"", state->name, state_name(t, to)));
	}
	*refusal = first;
	return NULL;
}

void
refusal_raise(const Refusal *r, ReviewTable *t, Relation rel)
{
	ereport(ERROR,
			(errcode(r->sqlstate),
			 errmsg_internal("%s", r->message),
			 r->detail ? errdetail_internal("%s", r->detail) : 0,
			 r->hint ? errhint("%s", r->hint) : 0,
			 r->about_state ? errtablecol(rel, t->state.att) : errtable(rel),
			 r->constraint ? err_generic_string(PG_DIAG_CONSTRAINT_NAME, r->constraint) : 0));
}

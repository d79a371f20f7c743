/*-------------------------------------------------------------------------
 *
 * rules.h
 *	  May this actor take this edge with this item now, and if not, why?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_RULES_H
#define HD_REVIEW_RULES_H

#include "review/actor.h"
#include "review/log.h"

/* Why not, as an error would say it; a batch or a dry run goes on */
typedef struct Refusal
{
	int			sqlstate;
	char	   *message;
	char	   *detail;
	char	   *hint;
	const char *constraint;
	bool		about_state;	/* COLUMN: the state */
} Refusal;

/* What the rules look at */
typedef struct ItemState
{
	Datum		key;
	int32		state;			/* FLOW_NONE: no state of the flow */
	const char *author;			/* NULL: none */
	bool		side_read;		/* the row of the side table is read when a rule asks for it */
	SideRow		side;
	TimestampTz now;

	/* what the caller brought; a plain UPDATE brings nothing */
	bool		direct;
	bool		has_token;
	int64		token;
	const char *reason_code;
	const char *reason;
} ItemState;

/* NULL if he may: then *to is where the edge leads, "else" considered */
extern Refusal *edge_refusal(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor,
							 ItemState *item, int32 *to);

/* The edge that a plain UPDATE to a state stands for: the first that he may take; else NULL and why not the first */
extern const FlowEdge *edge_to(ReviewTable *t, int32 to, const ReviewActor *actor, ItemState *item,
							   Refusal **refusal);

extern Refusal *refusal_no_edge(ReviewTable *t, int32 from, const char *message);
pg_noreturn extern void refusal_raise(const Refusal *refusal, ReviewTable *t, Relation rel);

#endif							/* HD_REVIEW_RULES_H */

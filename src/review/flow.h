/*-------------------------------------------------------------------------
 *
 * flow.h
 *	  A compiled review flow: the states of an item of work and the edges
 *	  between them, as the rest of the module sees them.
 *
 * The language is described in flow_parse.c and docs/review.md.  Whatever
 * text a flow was written in, the compiled one is canonical: equal flows have
 * the same states and edges at the same numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_FLOW_H
#define HD_FLOW_H

#include "fmgr.h"

#define FLOW_MAX_STATES 64		/* so that a set of states is one uint64 */
#define FLOW_MAX_EDGES 2048
#define FLOW_MAX_ROLES 64		/* of one edge */
#define FLOW_MAX_TIMES 32767	/* at most N */

/* SQLSTATEs of the module (research/review-quality.md C4) */
#define ERRCODE_REVIEW_NO_EDGE			MAKE_SQLSTATE('2','3','R','0','1')
#define ERRCODE_REVIEW_NOT_INITIAL		MAKE_SQLSTATE('2','3','R','0','2')
#define ERRCODE_REVIEW_FROZEN			MAKE_SQLSTATE('2','3','R','0','3')
#define ERRCODE_REVIEW_NO_REASON		MAKE_SQLSTATE('2','3','R','0','4')
#define ERRCODE_REVIEW_NOT_DELETABLE	MAKE_SQLSTATE('2','3','R','0','5')
#define ERRCODE_REVIEW_STALE			MAKE_SQLSTATE('5','5','R','0','1')
#define ERRCODE_REVIEW_NO_CLAIM			MAKE_SQLSTATE('5','5','R','0','2')
#define ERRCODE_REVIEW_PAUSED			MAKE_SQLSTATE('5','5','R','0','3')
#define ERRCODE_REVIEW_TOO_MANY_CLAIMS	MAKE_SQLSTATE('5','3','R','0','1')
#define ERRCODE_REVIEW_BAD_FLOW			MAKE_SQLSTATE('2','2','R','0','1')
#define ERRCODE_REVIEW_BAD_IDEM			MAKE_SQLSTATE('2','2','R','0','2')

/* A state; numbers are those in Flow.state: the initial one is 0 */
typedef struct FlowState
{
	const char *name;			/* [a-z_][a-z0-9_]{0,62}, so ASCII */
	bool		terminal;		/* no edge leaves it */
	bool		accepting;		/* to get here is to be accepted */
	bool		frozen;			/* the content may not change */
	bool		deletable;		/* the row may be deleted */
	int32		first_edge;		/* in Flow.edge: the edges that leave it */
	int32		n_edges;
} FlowState;

/*
 * An edge.  An action may lead from one state to several ("escalated ->
 * approved | rejected as decide"): these are edges that differ in "to" alone,
 * next to each other, and the mover must be told which.
 */
typedef struct FlowEdge
{
	int32		from;
	int32		to;
	const char *action;			/* as names of states */
	int32		n_roles;		/* 0: open to any role */
	const char **role;			/* ascending by bytes, in the encoding of the database */
	bool		author;			/* the author of the item alone */
	bool		not_author;		/* anybody but the author */
	bool		not_reviewer;	/* anybody but whoever reviewed last */
	bool		claim;			/* the actor must hold the claim */
	bool		reason;			/* a reason must be given */
	int32		at_most;		/* how often one item may take the action from here; 0: any number.
								 * "once" is 1 with otherwise -1 */
	int32		otherwise;		/* where it leads after that; -1: it is refused */
} FlowEdge;

typedef struct Flow
{
	const char *name;			/* NULL: a value of the type that was not looked up by name */
	int32		version;		/* 1, 2, ...; 0 without a name */
	int32		n_states;
	FlowState  *state;			/* [0] is the initial one */
	int32		n_edges;
	FlowEdge   *edge;			/* ascending by from, action (bytes), to */
} Flow;

#define FLOW_NONE (-1)			/* no such state or edge */
#define FLOW_AMBIGUOUS (-2)		/* the action leads to several states */

/* Compiled in the current memory context from a value of type review_flow */
extern Flow *flow_compile(struct varlena *value);

/*
 * The newest version of a flow, or a certain one, by name; ERROR 42704 if
 * there is none (NULL with missing_ok).  What is returned lives as long as
 * the backend and never changes: hold it for as long as you like.  Whether it
 * is still the newest is known after a lock on an attached table was taken,
 * because review_redefine() locks them all.
 */
extern const Flow *flow_lookup(const char *name, bool missing_ok);
extern const Flow *flow_lookup_version(const char *name, int32 version, bool missing_ok);

/* A flow of version 0 and no state that a row could be in: for rows that are loaded before their flow is */
extern const Flow *flow_stand_in(void);

/* Until the transaction ends, no flow gets another version: for who attaches a table, which review_redefine() could not see */
extern void flow_hold(void);

/*
 * Goes up when some flow may have got another version, and when an extension
 * was dropped: what was derived from flow_lookup() is good as long as it stays.
 */
extern uint64 flow_generation;

/* Number of a state, or FLOW_NONE; the name need not be terminated */
extern int32 flow_state(const Flow *flow, const char *name, size_t len);

/*
 * The edge of an action from a state: FLOW_NONE if there is none.  If the
 * action leads to several states, "to" says which; FLOW_AMBIGUOUS if it does not
 * (to is FLOW_NONE).  With a "to" that the action does not lead to: FLOW_NONE.
 */
extern int32 flow_edge(const Flow *flow, int32 from, const char *action, int32 to);

/* Bit set of the states that edges lead to from a state, "else" included: for plain UPDATEs */
extern uint64 flow_targets(const Flow *flow, int32 from);

/* "submit, withdraw": what can be done from a state and by whom, for DETAILs; "" if nothing */
extern char *flow_actions_from(const Flow *flow, int32 from);

/* The same as a sentence, also where nothing leads on */
extern char *flow_allowed_from(const Flow *flow, int32 from);

#endif							/* HD_FLOW_H */

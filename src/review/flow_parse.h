/*-------------------------------------------------------------------------
 *
 * flow_parse.h
 *	  From the text of a review flow to a compiled one, and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_FLOW_PARSE_H
#define HD_FLOW_PARSE_H

#include "common/compat.h"
#include "lib/stringinfo.h"
#include "review/flow.h"

/* What statements declare about states, in the order of canonical text */
typedef enum FlowMarkKind
{
	FLOW_MARK_INITIAL,
	FLOW_MARK_TERMINAL,
	FLOW_MARK_ACCEPTING,
	FLOW_MARK_FROZEN,
	FLOW_MARK_DELETABLE
} FlowMarkKind;
#define FLOW_N_MARKS 5

extern const char *const flow_mark_name[];	/* NULL ends it */

/* A state where it is written; "at" is an offset in bytes */
typedef struct FlowMention
{
	int32		state;
	int32		at;
} FlowMention;

typedef struct FlowMentions
{
	int32		n;
	uint64		set;			/* of the states */
	FlowMention *list;			/* as they are written; room for FLOW_MAX_STATES */
} FlowMentions;

/* "from -> to as action [roles] attributes": one edge for each pair of from and to */
typedef struct FlowStatement
{
	int32		at;
	bool		any_source;		/* "*" */
	FlowMentions from;
	FlowMentions to;
	FlowMention otherwise;		/* state -1: none */
	int32		action_at;
	FlowEdge	edge;			/* the rest of each; from, to and otherwise are not set */
} FlowStatement;

/* What has been read; states are numbered as they come */
typedef struct FlowDraft
{
	const char *text;
	size_t		len;
	int			sqlerrcode;
	int32		n_states;
	const char *name[FLOW_MAX_STATES];
	int32		named_at[FLOW_MAX_STATES];
	uint64		on_edge;		/* states that some statement leads from or to */
	FlowMentions mark[FLOW_N_MARKS];
	bool		deletable_given;
	int32		n_statements;
	int32		cap_statements;
	FlowStatement *statement;
} FlowDraft;

/* "review flow is not valid at character N: ..."; hint may be NULL */
pg_noreturn extern void flow_fail(const FlowDraft *d, int32 at, const char *hint,
								  const char *format,...) pg_attribute_printf(4, 5);

/*
 * Text in the encoding of the database, in the current memory context, which
 * the result shares.  Whatever is wrong is an ERROR with this SQLSTATE.
 */
extern Flow *flow_parse(const char *text, size_t len, int sqlerrcode);
extern Flow *flow_of_draft(const FlowDraft *d);		/* its second half: flow_check.c */

/* Canonical text, in the encoding of the database */
extern void flow_write(const Flow *flow, StringInfo out);

/* a role as it stands between [ and ], quoted where it must be */
extern void flow_write_role(StringInfo out, const char *role);

extern bool flow_is_name(const char *s, size_t len);

/* do two edges from one state have the same action, do all their attributes agree? */
extern bool flow_same_attributes(const FlowEdge *a, const FlowEdge *b);

/* every state that can be reached from those of a set, these included, along or against the edges */
extern uint64 flow_reach(const Flow *flow, uint64 from, bool backwards);

static inline uint64
flow_bit(int32 state)
{
	return UINT64CONST(1) << state;
}

#endif							/* HD_FLOW_PARSE_H */

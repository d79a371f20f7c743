/*-------------------------------------------------------------------------
 *
 * log.h
 *	  The side table and the log: reading a row, writing a transition.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_LOG_H
#define HD_REVIEW_LOG_H

#include "review/actor.h"

typedef struct SideRow
{
	bool		found;
	int32		rev;
	int16		round;
	float4		priority;
	TimestampTz entered_at;
	const char *state;
	const char *author;			/* NULL, as those below */
	const char *last_reviewer;
	const char *claimed_by;
	int64		claim_token;	/* 0: none */
	TimestampTz claimed_at;
	TimestampTz claim_until;
	bool		has_head;
	uint8		head[HD_SHA256_LEN];
} SideRow;

extern void side_read(ReviewTable *t, Datum key, SideRow *row);

/* How often the item took the action from the state */
extern int64 log_count(ReviewTable *t, Datum key, const char *from, const char *action);

/* The row with an idempotency key */
typedef struct LoggedMove
{
	const char *item;
	int32		seq;
	const char *from;
	const char *to;
	const char *action;
	const char *actor;
	const char *reason_code;
	TimestampTz at;
} LoggedMove;

extern bool log_find_idem(ReviewTable *t, const char *idem, LoggedMove *move);

/* A change of state that has happened */
typedef struct Transition
{
	Datum		key;
	const char *from;			/* NULL: the row is new */
	const char *to;				/* NULL: the row is gone */
	const char *action;
	const FlowEdge *edge;		/* NULL: none, for inserts, deletes and direct => 'off' */
	ReviewActor actor;
	const char *author;			/* of the item, after it */
	const char *reason_code;
	const char *reason;
	const char *idem;
	Datum		detail;			/* jsonb */
	bool		has_detail;
	bool		has_content;
	uint8		content_hash[HD_SHA256_LEN];
	bool		follows_own;	/* the state before was set by this transaction */

	/* what became of it */
	int32		seq;
	TimestampTz at;
} Transition;

/*
 * Writes the row of the log and brings that of the side table in step.  A
 * trigger of the user's may change the state again before the first change is
 * logged: then the later one waits until the earlier is written.
 */
extern void log_transition(ReviewTable *t, Transition *transition, bool in_trigger);

#endif							/* HD_REVIEW_LOG_H */

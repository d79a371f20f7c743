/*-------------------------------------------------------------------------
 *
 * attachment.h
 *	  A table under review: what review_attach() said, and where its side
 *	  table and its log are.
 *
 * An attachment lives in the arguments of the triggers on the user's table,
 * each "name=value", which pg_dump carries.  The side table and the log lie
 * in the schema of the attached table, belong to its owner, and have the
 * columns below at these very numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_ATTACHMENT_H
#define HD_REVIEW_ATTACHMENT_H

#include "nodes/pg_list.h"
#include "review/flow.h"
#include "utils/rel.h"

#define REVIEW_GUARD_TRIGGER "zzz_hdata_review_guard"	/* BEFORE ROW triggers fire in the order of names */
#define REVIEW_LOG_TRIGGER "zzz_hdata_review_log"	/* AFTER INSERT OR DELETE ROW */
#define REVIEW_LOG_UPDATE_TRIGGER "zzz_hdata_review_log_update"	/* AFTER UPDATE ROW WHEN the state changed */
#define REVIEW_TRUNCATE_TRIGGER "zzz_hdata_review_truncate"

/* columns of the side table: one narrow row an item, which is what is locked and claimed */
enum
{
	SIDE_ITEM = 1,				/* type of the key column; PRIMARY KEY */
	SIDE_REV,					/* integer: seq of the last row of the log, 0 if there is none */
	SIDE_PRIORITY,				/* real */
	SIDE_ENTERED_AT,			/* timestamptz: when the state was entered */
	SIDE_CLAIM_TOKEN,			/* bigint */
	SIDE_CLAIMED_AT,			/* timestamptz */
	SIDE_CLAIM_UNTIL,			/* timestamptz */
	SIDE_ROUND,					/* smallint: how often the author took an edge marked "author" */
	SIDE_STATE,					/* text */
	SIDE_AUTHOR,				/* text */
	SIDE_LAST_REVIEWER,			/* text: who last took an edge that is not marked "author", not being the author */
	SIDE_CLAIMED_BY,			/* text */
	SIDE_HEAD,					/* bytea: h of the last row of the log */
	SIDE_QUEUE,					/* text: the state, if it is one to claim from; NULL else, so that changes between states
								 * that nobody claims from change no index */
	SIDE_NATTS = SIDE_QUEUE
};

/*
 * Its indexes: what is free, in the order in which it is claimed; claims that
 * run out; claims of an actor.  A change between states that nobody claims
 * from touches none of their columns.
 */
#define REVIEW_QUEUE_INDEX "(queue, priority DESC, item) WHERE queue IS NOT NULL AND claimed_by IS NULL"
#define REVIEW_EXPIRY_INDEX "(queue, claim_until) WHERE queue IS NOT NULL AND claimed_by IS NOT NULL"
#define REVIEW_CLAIM_INDEX "(claimed_by, claim_token) WHERE claimed_by IS NOT NULL"

/* columns of the log: see chain.h for what is hashed */
enum
{
	LOG_ITEM = 1,				/* type of the key column; PRIMARY KEY (item, seq) */
	LOG_AT,						/* timestamptz: never before that of the row before */
	LOG_XID,					/* xid8 */
	LOG_CLAIM_TOKEN,			/* bigint */
	LOG_CLAIMED_AT,				/* timestamptz */
	LOG_SEQ,					/* integer: 1, 2, ... without gaps */
	LOG_FLOW_VERSION,			/* integer */
	LOG_ROUND,					/* smallint */
	LOG_FROM_STATE,				/* text: NULL for an insert */
	LOG_TO_STATE,				/* text: NULL for a delete */
	LOG_ACTION,					/* text: that of the edge; "insert", "delete", "update" */
	LOG_REASON_CODE,			/* text */
	LOG_IDEM,					/* text; UNIQUE where not NULL */
	LOG_CONTENT_HASH,			/* bytea */
	LOG_ACTOR,					/* text: private, as are the next three */
	LOG_DB_ROLE,				/* text */
	LOG_REASON,					/* text */
	LOG_DETAIL,					/* jsonb */
	LOG_SALT,					/* bytea: NULL once the private columns were erased */
	LOG_PRIVATE_HASH,			/* bytea: sha256(salt, private columns) */
	LOG_H,						/* bytea: sha256(h of the row before, public columns, private_hash) */
	LOG_NATTS = LOG_H
};

typedef enum ReviewDirect
{
	DIRECT_CHECK,				/* a plain UPDATE of the state is checked as a move is */
	DIRECT_REFUSE,				/* refused */
	DIRECT_OFF					/* logged and not checked */
} ReviewDirect;

typedef enum ReviewAffinity
{
	AFFINITY_POOL,				/* whoever claims first */
	AFFINITY_SAME,				/* an item that was reviewed goes to who reviewed it last */
	AFFINITY_OTHER				/* or to anybody else */
} ReviewAffinity;

/* What the trigger arguments say */
typedef struct ReviewArgs
{
	const char *flow;
	const char *key;			/* column, as are the next three */
	const char *state;
	const char *author;			/* NULL: items have no author */
	int			n_content;		/* -1: every column except key, state, author and generated ones */
	const char **content;
	ReviewDirect direct;
	const char *service;		/* role that may name another actor, or NULL */
	const char *roles;			/* qualified name of a table (actor, role), or NULL: database roles */
	const char *side;			/* names without schema: they are in that of the table */
	const char *log;
	int32		claim_limit;	/* open claims of one actor; 0: any number */
	int64		claim_ttl;		/* microseconds */
	ReviewAffinity affinity;
	int			n_queue;		/* states to claim from, besides those that edges with "claim" leave */
	const char **queue;
} ReviewArgs;

/* One attached table, as found in pg_trigger */
typedef struct ReviewAttached
{
	Oid			relid;			/* the table named in review_attach(): the root, if it is partitioned */
	Oid			side;			/* InvalidOid: there is no table of that name */
	Oid			log;
	ReviewArgs	args;
} ReviewAttached;

/* All attached tables of the database, ascending by oid, of ReviewAttached *; in the current memory context */
extern List *review_attached_all(void);

/* That of one table, or NULL */
extern ReviewAttached *review_attached_find(Oid relid);

/* The side table's queue after the flow has changed; inside SPI, as the owner of the table */
extern void review_requeue(const ReviewAttached *attached, const Flow *flow);

/*
 * Takes back what default privileges gave to others on a table or sequence
 * that was just made, but for SELECT; inside SPI, as its owner.
 */
extern void review_revoke(const char *table);

/* Trigger arguments and back */
extern bool review_args_parse(int n, char **arg, ReviewArgs *out, const char **complaint);
/* The states of a flow that can be claimed from, as a set of bits */
extern uint64 review_queue_states(const ReviewArgs *args, const Flow *flow);

extern char **review_args_write(const ReviewArgs *args, int *n);

#endif							/* HD_REVIEW_ATTACHMENT_H */

/*-------------------------------------------------------------------------
 *
 * actor.h
 *	  Who acts: the outer role, or whom a service says.
 *
 * The outer role is the one of SET ROLE, or else of the session, also inside
 * functions that run with another's rights.  No setting is ever believed:
 * every role could set it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_ACTOR_H
#define HD_REVIEW_ACTOR_H

#include "review/table.h"

typedef struct ReviewActor
{
	Oid			role;			/* the outer one */
	const char *db_role;		/* its name */
	const char *name;			/* who acts */
	bool		named;			/* by a service */
} ReviewActor;

/* The outer role itself */
extern void actor_self(ReviewActor *actor);

/* Whom the caller names, NULL: himself; ERROR 42501 if he may not */
extern void actor_named(const ReviewTable *t, Relation rel, const char *name, ReviewActor *actor);

/* Is the outer role a service of this table, or its owner? */
extern bool actor_is_trusted(const ReviewTable *t, Oid role);

/* May he take an edge as far as roles go? */
extern bool actor_may(ReviewTable *t, const FlowEdge *edge, const ReviewActor *actor);

/* Has the outer role hdata.review_import on, and does it own the table? */
extern bool review_import;
extern bool importing(const ReviewTable *t);

#endif							/* HD_REVIEW_ACTOR_H */

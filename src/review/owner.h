/*-------------------------------------------------------------------------
 *
 * owner.h
 *	  Acting as the owner of an attached table, and as nobody more.
 *
 * What fires on the way (triggers, index expressions, defaults, casts of the
 * user's tables) runs with the rights of the table's owner, as it does under
 * referential integrity triggers; it cannot leave anything behind that would
 * run later with the rights of the caller (a restricted operation allows no
 * deferred triggers and no temporary tables); and the caller's search_path
 * does not reach it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_OWNER_H
#define HD_REVIEW_OWNER_H

#include "postgres_ext.h"

typedef struct OwnerScope
{
	Oid			user;			/* who was the current user */
	int			sec_context;
	int			guc_level;
} OwnerScope;

/* An error needs no end: the end of the (sub)transaction restores all of it */
extern void owner_begin(OwnerScope *scope, Oid owner);
extern void owner_begin_path(OwnerScope *scope, Oid owner, const char *path);
extern void owner_end(const OwnerScope *scope);

/*
 * The search_path for triggers of the user's: the schema of the table as well,
 * if nobody but its owner and who is trusted anyway can create objects there.
 */
extern const char *trigger_path(Oid schema, Oid owner);
extern void set_path(const char *path);	/* until the scope ends */

/* For statements of the caller: their search_path is pinned alone */
extern int	path_begin(void);
extern void path_end(int guc_level);

/* ERROR 42501 unless the current user owns the table */
extern void check_table_owner(Oid relid);
extern bool owns_table(Oid relid, Oid role);

#endif							/* HD_REVIEW_OWNER_H */

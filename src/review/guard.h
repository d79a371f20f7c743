/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What a mover tells the triggers about the change that it makes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_GUARD_H
#define HD_REVIEW_GUARD_H

#include "review/log.h"

/*
 * The move that is under way: not a setting, which every role could set, but a
 * variable of this library.  The guard lets exactly this change pass, and the
 * log trigger writes what stands here.
 */
typedef struct Move
{
	Oid			root;
	const char *item;			/* text of the key */
	int32		from;
	int32		to;
	bool		guarded;		/* the guard has seen it */
	SubTransactionId subid;		/* there */
	bool		logged;
	Transition	transition;
} Move;

extern Move *current_move;

#endif							/* HD_REVIEW_GUARD_H */

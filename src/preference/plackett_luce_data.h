/*-------------------------------------------------------------------------
 *
 * plackett_luce_data.h
 *	  What the files that prepare the model share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PLACKETT_LUCE_DATA_H
#define HD_PLACKETT_LUCE_DATA_H

#include "preference/connectivity.h"
#include "preference/plackett_luce.h"

/* What rankings say of an item */
typedef struct LinkSeen
{
	bool		above;			/* of another */
	bool		below;
	bool		tied;
} LinkSeen;

/* The rankings as pairs, as few as say the same of who is linked to whom */
typedef struct Links
{
	int64		n;
	int32	   *a;
	int32	   *b;
	uint8	   *outcome;		/* Outcome: a wins, or a tie */
	LinkSeen   *seen;			/* [n_items] */
} Links;

extern void pl_find_status(PlModel *m, const Links *w);

#endif							/* HD_PLACKETT_LUCE_DATA_H */

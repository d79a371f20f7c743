/*-------------------------------------------------------------------------
 *
 * item_access.h
 *	  From a score_matrix argument and what is to be done about missing
 *	  values to the data of the kernels.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ITEM_ACCESS_H
#define HD_ITEM_ACCESS_H

#include "rubric/item_moments.h"

typedef enum Missing
{
	MISSING_ERROR,
	MISSING_COMPLETE,			/* units that have every item */
	MISSING_PAIRWISE			/* each pair of items, the units that have both */
} Missing;

typedef struct ItemData
{
	ScoreMatrix *matrix;
	Missing		missing;
	bool		incomplete;		/* the matrix has gaps */
	Coverage	coverage;
	ScoreTable	table;			/* what is left: all of it, or the complete units */
} ItemData;

/* Argument 0 with the option "missing" at arg; 55000 where the option or the design does not allow it */
extern void item_data(FunctionCallInfo fcinfo, int arg, ItemData *d);
extern ItemMoments *item_data_moments(const ItemData *d);

#endif							/* HD_ITEM_ACCESS_H */

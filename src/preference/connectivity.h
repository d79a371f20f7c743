/*-------------------------------------------------------------------------
 *
 * connectivity.h
 *	  Which items comparisons tie together.
 *
 * Plain arrays, no SQL.  Two graphs over the items:
 *
 * undirected: an edge where two items were compared at all.  Items of
 * different components have no common scale.
 *
 * directed: an edge from the winner to the loser, and both ways for a tie.
 * The maximum likelihood estimate of a Bradley-Terry model exists, finite and
 * unique, iff this graph is strongly connected (Zermelo 1929; Ford 1957,
 * assumption A; Hunter 2004, assumption 1).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CONNECTIVITY_H
#define HD_CONNECTIVITY_H

#include "preference/preference_data.h"

/* What ties do; it must be what the fit does with them */
typedef enum TieEdges
{
	TIES_BOTH_WAYS,				/* half a win for each, or Davidson's model */
	TIES_DROPPED				/* as if the comparison had not been made */
} TieEdges;

typedef struct Components
{
	int32		n_components;
	int32		n_strong;
	int32	   *component;		/* [n_items] from 0, in the order of their first item */
	int32	   *strong;			/* [n_items] likewise */
	int32	   *size;			/* [n_components] items */
	int32	   *n_strong_in;	/* [n_components] strong components */
	int32	   *strong_size;	/* [n_strong] items */
	bool	   *beaten;			/* [n_strong] does somebody outside win over somebody inside? */
	bool	   *beats;			/* [n_strong] and the other way round */
} Components;

/* Items that no comparison with a decision reaches are components of their own */
extern void preference_components(const PreferenceData *p, TieEdges ties, Components *out);

/* What the position of an item in the two graphs says about its estimate */
typedef enum ItemStanding
{
	STANDING_OK,					/* its component is strongly connected: all is finite */
	STANDING_UNDEFEATED,			/* never lost or tied against anybody: estimate is +infinity */
	STANDING_WINLESS,				/* never won or tied: -infinity */
	STANDING_IN_TOP_GROUP,			/* its group was never beaten by others: +infinity with it */
	STANDING_IN_BOTTOM_GROUP,		/* its group never beat others: -infinity with it */
	STANDING_BETWEEN,				/* its group both beat and was beaten, never both by the same side */
	STANDING_ALONE					/* not compared to anybody */
} ItemStanding;

extern ItemStanding preference_item_standing(const Components *g, int32 item);
extern const char *item_standing_name(ItemStanding s);

/* Is the maximum likelihood estimate finite and unique, on one scale for all items? */
extern bool preference_estimate_exists(const Components *g);

#endif							/* HD_CONNECTIVITY_H */

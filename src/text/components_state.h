/*-------------------------------------------------------------------------
 *
 * components_state.h
 *	  The state type "components": what belongs together by the user's edges.
 *
 * A keyed state: the partition that the edges make, not the edges.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPONENTS_STATE_H
#define HD_COMPONENTS_STATE_H

#include "common/column.h"
#include "common/state.h"
#include "text/clusters.h"

typedef struct ComponentsState
{
	State		state;
	uint8		id_kind;		/* IdKind; ID_NONE: no edge yet */
	bool		settled;		/* ids in canonical order, parents are first members */
	Dict		ids;
	Components	set;			/* over codes; its n is the room in it */
	size_t		next_check;		/* at how many bytes to look at the size limit */
} ComponentsState;

extern const StateType components_type;

extern void components_add(ComponentsState *c, IdKind kind, const ColumnKey *a, const ColumnKey *b);
/* Settled, to read */
extern ComponentsState *components_get(Datum d);

#endif							/* HD_COMPONENTS_STATE_H */

/*-------------------------------------------------------------------------
 *
 * sketch_state.h
 *	  The state type "sketch": 128 minima of a set of shingles.
 *
 * A keyed state: the sketch of a union is the minima of both, place by place.
 * A compact one keeps eight bits of each; it is merged with nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SKETCH_STATE_H
#define HD_SKETCH_STATE_H

#include "common/state.h"
#include "text/shingles.h"
#include "text/sketch.h"

#define SKETCH_SLOTS 128

typedef enum SketchForm
{
	SKETCH_OF_NOTHING = 0,		/* of an empty set */
	SKETCH_FULL = 1,
	SKETCH_COMPACT = 2
} SketchForm;

typedef struct SketchState
{
	State		state;
	uint8		unit;			/* of the shingles; 0: none yet */
	uint8		unicode;
	uint8		form;			/* SketchForm */
	uint64		slot[SKETCH_SLOTS];	/* of a compact one, eight bits each */
} SketchState;

extern const StateType sketch_type;

extern void sketch_add(SketchState *k, const ShingleSet *s);
/* dst is empty */
extern void sketch_compact(SketchState *dst, const SketchState *src);
/* Estimate of the Jaccard similarity */
extern double sketch_similarity(const SketchState *a, const SketchState *b);

#endif							/* HD_SKETCH_STATE_H */

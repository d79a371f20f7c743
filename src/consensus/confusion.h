/*-------------------------------------------------------------------------
 *
 * confusion.h
 *	  The state type "confusion": how often each reference label was met with
 *	  each predicted label.
 *
 * A counting state: a matrix over the union of the labels of both sides, kept
 * sparse.  A predicted label may be missing (the judge gave no answer); rows
 * without a reference are only counted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CONFUSION_H
#define HD_CONFUSION_H

#include "common/column.h"
#include "common/state.h"

/* the code of "no predicted label": behind all labels */
#define NOT_COVERED PG_UINT32_MAX

typedef struct Confusion
{
	State		state;
	uint8		kind;			/* ValueKind of both columns; VALUE_NONE: no row yet */
	bool		settled;		/* codes and cells are in canonical order */
	Dict		labels;
	Dict		cells;			/* prefix = reference << 32 | predicted */
	int64	   *count;			/* [cells.cap_count] of each cell, never 0 */
	uint32		cap_count;
	int64		n_skipped;		/* rows without a reference */
	int64		total;			/* all rows: no count overflows before it */
	size_t		next_check;		/* at how many bytes to look at the size limit */
} Confusion;

extern const StateType confusion_type;

static inline uint32
cell_reference(const Confusion *c, uint32 i)
{
	return (uint32) (c->cells.entry[i].prefix >> 32);
}

static inline uint32
cell_predicted(const Confusion *c, uint32 i)
{
	return (uint32) c->cells.entry[i].prefix;
}

/* ---- confusion.c ---- */

extern void confusion_set_kind(Confusion *c, uint8 kind);
extern void confusion_add(Confusion *c, uint32 reference, uint32 predicted, int64 n);
extern void confusion_skip(Confusion *c, int64 n);
extern void confusion_settle(Confusion *c);

/* A state to read, settled */
extern Confusion *confusion_get(Datum d);

#endif							/* HD_CONFUSION_H */

/*-------------------------------------------------------------------------
 *
 * edits.h
 *	  The state type "edits": how much people change in what they correct.
 *
 * A counting state: exact sums over corrections, for each editor apart, so
 * that one editor can be taken out again without a trace.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EDITS_H
#define HD_EDITS_H

#include "common/column.h"
#include "common/shortsum.h"
#include "common/state.h"
#include "common/wide.h"
#include "text/correction_counts.h"

/* From this edit rate on, exclusive, a text was written anew */
#define REWRITTEN_RATE 0.5

typedef struct EditSums
{
	int64		n;				/* corrections */
	int64		emptied;		/* of which nothing was left: they have no rate */
	int64		untouched;
	int64		rewritten;		/* emptied ones are */
	int64		edits;
	int64		tokens;			/* of what came out */
	ShortSum	rate;
	ShortSum	square;			/* of rates */
} EditSums;

typedef struct Edits
{
	State		state;
	uint8		id_kind;		/* of editors; ID_NONE: nobody by name */
	bool		sorted;			/* codes are in canonical order */
	Dict		editors;
	uint32		cap;
	EditSums   *sums;			/* [editors.n] */
	EditSums	nobody;			/* corrections by nobody by name */
} Edits;

extern const StateType edits_type;

/* editor NULL: nobody by name */
extern void edits_add(Edits *s, const EditCounts *e, IdKind kind, const ColumnKey *editor);
extern void edits_add_sums(Edits *s, const EditSums *sums, IdKind kind, const ColumnKey *editor);

/* In canonical order, to read */
extern Edits *edits_get(Datum d);

/* Sums over everybody; ERROR where they pass 64 bits */
extern void edits_total(const Edits *s, EditSums *total);
extern void edit_sums_merge(EditSums *dst, MemoryContext cx, const EditSums *src);

#endif							/* HD_EDITS_H */

/*-------------------------------------------------------------------------
 *
 * passk.h
 *	  The state type "passk": attempts and successes of each task; and what
 *	  k attempts would give.
 *
 * A counting state.  Tasks are identifiers of one kind, or there is a single
 * task without a name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PASSK_H
#define HD_PASSK_H

#include "common/column.h"
#include "common/state.h"

#define PASSK_NO_KIND 0xFF		/* no row yet */

typedef struct Passk
{
	State		state;
	uint8		kind;			/* IdKind of the tasks; ID_NONE: one task without a name */
	bool		settled;		/* tasks are in canonical order */
	Dict		tasks;
	int64	   *n;				/* [cap] attempts, never 0 */
	int64	   *c;				/* [cap] successes */
	uint32		cap;
	int64		n_skipped;		/* rows without an outcome or a task */
	int64		total;			/* all rows: no count overflows before it */
	size_t		next_check;		/* at how many bytes to look at the size limit */
} Passk;

extern const StateType passk_type;

extern void passk_set_kind(Passk *p, uint8 kind);
extern void passk_add(Passk *p, const ColumnKey *task, int64 n, int64 c);
extern void passk_skip(Passk *p, int64 n);

/* A state to read, settled */
extern Passk *passk_get(Datum d);

/* ---- passk_math.c: no SQL, no memory ---- */

#define PASSK_MOST 1e12			/* counts beyond are refused */

/*
 * Of n attempts c succeeded: the probability that of k of them, drawn without
 * replacement, at least one (all) succeeded.  Whole numbers, 0 <= c <= n,
 * k >= 1; NaN where n < k.
 */
extern double pass_at_k_of(double n, double c, double k);
extern double pass_hat_k_of(double n, double c, double k);

#endif							/* HD_PASSK_H */

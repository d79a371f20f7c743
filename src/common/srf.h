/*-------------------------------------------------------------------------
 *
 * srf.h
 *	  Set-returning functions: rows go into the caller's tuplestore.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SRF_H
#define HD_SRF_H

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define SRF_MAX_COLUMNS 20

/* One row in the making; columns are set from left to right */
typedef struct SrfRow
{
	ReturnSetInfo *rsinfo;
	MemoryContext row_cx;		/* reset after each row */
	int			n;
	Datum		value[SRF_MAX_COLUMNS];
	bool		null[SRF_MAX_COLUMNS];
} SrfRow;

extern void srf_begin(FunctionCallInfo fcinfo, SrfRow *row);
extern void srf_end_row(SrfRow *row);

static inline void
srf_datum(SrfRow *row, Datum d)
{
	row->null[row->n] = false;
	row->value[row->n++] = d;
}

static inline void
srf_null(SrfRow *row)
{
	row->null[row->n] = true;
	row->value[row->n++] = (Datum) 0;
}

static inline void
srf_int64(SrfRow *row, int64 v)
{
	srf_datum(row, Int64GetDatum(v));
}

/* NaN stands for "undefined": it never leaves as NaN */
static inline void
srf_float8(SrfRow *row, double v)
{
	if (v != v)
		srf_null(row);
	else
		srf_datum(row, Float8GetDatum(v));
}

/* NULL pointer: NULL.  The text lives until the end of the row. */
static inline void
srf_cstring(SrfRow *row, const char *s)
{
	if (s == NULL)
		srf_null(row);
	else
	{
		MemoryContext old = MemoryContextSwitchTo(row->row_cx);

		srf_datum(row, CStringGetTextDatum(s));
		MemoryContextSwitchTo(old);
	}
}

#endif							/* HD_SRF_H */

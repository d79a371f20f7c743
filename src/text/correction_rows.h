/*-------------------------------------------------------------------------
 *
 * correction_rows.h
 *	  The edits between two texts of the database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CORRECTION_ROWS_H
#define HD_CORRECTION_ROWS_H

#include "text/correction_counts.h"
#include "text/source_tokens.h"

extern void count_edits_of_texts(Datum before, Datum after, TokenUnit unit, bool shifts, EditCounts *e);

#endif							/* HD_CORRECTION_ROWS_H */

/*-------------------------------------------------------------------------
 *
 * content.h
 *	  The hash of the content columns of a row: what was decided upon.
 *
 *	  content_hash = sha256( 0x01, column 1, column 2, ... )
 *
 * in the order of review_attach().  A column is its length, four bytes with the
 * high one first, and its bytes; NULL is the length ffffffff.  The bytes are
 * those of the value's text, in UTF-8, whatever the settings of the session:
 * date and time in ISO 8601 ("2026-01-31T12:00:00+00:00", UTC), floats in
 * the shortest digits; bytea is itself; other types as with DateStyle ISO,
 * TimeZone UTC, IntervalStyle iso_8601, extra_float_digits 1, bytea_output hex.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_REVIEW_CONTENT_H
#define HD_REVIEW_CONTENT_H

#include "access/htup.h"
#include "review/table.h"

/* false: there are no content columns.  Output functions of the user's types run with the rights of the current user. */
extern bool content_hash(const ReviewTable *t, HeapTuple tuple, TupleDesc desc, uint8 *hash);

/* Do two rows differ in their content, byte for byte? */
extern bool content_differs(const ReviewTable *t, HeapTuple a, HeapTuple b, TupleDesc desc, AttrNumber *which);

/* Do two values of a column differ? */
extern bool column_differs(const ReviewColumn *column, HeapTuple a, HeapTuple b, TupleDesc desc);

/* The text of a value of any type, the same whatever the settings of the session are */
extern char *settled_text(const ReviewColumn *column, Datum value);

/* Those settings, until the end of the level that the caller has begun */
extern void settle_settings(void);

#endif							/* HD_REVIEW_CONTENT_H */

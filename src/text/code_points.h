/*-------------------------------------------------------------------------
 *
 * code_points.h
 *	  Text as an array of Unicode code points: what the string measures see.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CODE_POINTS_H
#define HD_CODE_POINTS_H

typedef struct CodePoints
{
	int32		n;
	const uint32 *c;
} CodePoints;

/*
 * From text in the database encoding.  An SQL_ASCII database has no
 * characters: there its bytes are taken one by one.
 */
extern CodePoints code_points_of_text(Datum d);

/* Is it white space?  The characters that Unicode says so of, and U+001C to U+001F */
extern bool code_point_is_space(uint32 c);

#endif							/* HD_CODE_POINTS_H */

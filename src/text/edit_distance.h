/*-------------------------------------------------------------------------
 *
 * edit_distance.h
 *	  Edit distances and the longest common subsequence of two strings.
 *
 * All but the unrestricted Damerau distance are bit-parallel: 64 cells of the
 * dynamic programming matrix in one word.  Memory is linear.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EDIT_DISTANCE_H
#define HD_EDIT_DISTANCE_H

#include "text/code_points.h"

#define NO_CUTOFF PG_INT32_MAX

/* The distance, or cutoff + 1 if it is larger */
extern int32 levenshtein_distance(CodePoints a, CodePoints b, int32 cutoff);

/* A string of which each byte is a character */
typedef struct ByteString
{
	int32		n;
	const uint8 *c;
} ByteString;

extern bool bytes_are_ascii(ByteString s);

/* As levenshtein_distance, for cutoffs from 0 to so many */
#define BYTES_MOST_CUTOFF 31
extern int32 levenshtein_bytes(ByteString a, ByteString b, int32 cutoff);

/* The distance of the first i characters of p from t, for i = 0 .. p.n */
extern void levenshtein_column(CodePoints p, CodePoints t, int32 *column);

/* Optimal string alignment: no substring is edited twice */
extern int32 osa_distance(CodePoints a, CodePoints b);

/* Damerau-Levenshtein, transposed characters may be edited further */
extern int32 damerau_distance(CodePoints a, CodePoints b);

/* Length of the longest common subsequence */
extern int32 lcs_length(CodePoints a, CodePoints b);

/* The largest 2 lcs / (n + m) of the shorter string and a window of the longer one */
extern double best_window_similarity(CodePoints a, CodePoints b);

#endif							/* HD_EDIT_DISTANCE_H */

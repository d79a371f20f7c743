/*-------------------------------------------------------------------------
 *
 * jaro.h
 *	  Similarities of names, and of strings as bags of words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_JARO_H
#define HD_JARO_H

#include "text/code_points.h"

/* in [0, 1] */
extern double jaro_similarity(CodePoints a, CodePoints b);
extern double jaro_winkler_similarity(CodePoints a, CodePoints b);
extern double indel_similarity(CodePoints a, CodePoints b);
extern double token_sort_similarity(CodePoints a, CodePoints b);
extern double token_set_similarity(CodePoints a, CodePoints b);

#endif							/* HD_JARO_H */

/*-------------------------------------------------------------------------
 *
 * rasch_access.h
 *	  A score matrix as zeros and ones, for the models of items.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RASCH_ACCESS_H
#define HD_RASCH_ACCESS_H

#include "rubric/rasch.h"
#include "rubric/score_matrix.h"

/* Argument 0, not NULL; ERROR where a value is neither 0 nor 1 */
extern ScoreMatrix *binary_scores(FunctionCallInfo fcinfo, BinaryTable *out);

extern const char *rasch_status_name(ItemStatus s);

#endif							/* HD_RASCH_ACCESS_H */

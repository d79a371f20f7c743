/*-------------------------------------------------------------------------
 *
 * score_matrix.h
 *	  The state type "score_matrix": which value each unit (response, model,
 *	  person) has on each item (criterion, task).
 *
 * A keyed state: a set of facts (unit, item, value).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SCORE_MATRIX_H
#define HD_SCORE_MATRIX_H

#include "common/column.h"
#include "common/state.h"

/* What kernels see: facts sorted by unit, and within a unit by item; codes in canonical order */
typedef struct ScoreTable
{
	int32		n_units;
	int32		n_items;
	int32		n_obs;
	const int32 *start;			/* [n_units + 1] */
	const int32 *item;			/* [n_obs] ascending within a unit, no repeats */
	const double *value;		/* [n_obs] */
} ScoreTable;

typedef struct ScoreMatrix ScoreMatrix;

extern const StateType score_matrix_type;

/* Settled; 21000 if one unit has two values on one item */
extern ScoreMatrix *score_matrix_get(Datum d);
extern const ScoreTable *score_matrix_table(ScoreMatrix *m);
/* names, as text in the database encoding */
extern char *score_matrix_unit_name(ScoreMatrix *m, int32 unit);
extern char *score_matrix_item_name(ScoreMatrix *m, int32 item);

#endif							/* HD_SCORE_MATRIX_H */

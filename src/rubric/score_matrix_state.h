/*-------------------------------------------------------------------------
 *
 * score_matrix_state.h
 *	  Inside of the type "score_matrix", for its own files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SCORE_MATRIX_STATE_H
#define HD_SCORE_MATRIX_STATE_H

#include "agreement/ratings.h"
#include "rubric/score_matrix.h"

struct ScoreMatrix
{
	Ratings    *facts;			/* items are units, raters are items */
	ScoreTable	table;
};

/* Settled, contradictions included */
extern Ratings *score_matrix_facts(Datum d);

extern void score_matrix_set_kind(Ratings *m, const RatingsKind *k);

#endif							/* HD_SCORE_MATRIX_STATE_H */

/*-------------------------------------------------------------------------
 *
 * correction.h
 *	  What somebody changed in a text, run by run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CORRECTION_H
#define HD_CORRECTION_H

#include "text/code_points.h"
#include "text/source_tokens.h"

typedef enum CorrectionOp
{
	CORRECTION_KEPT,
	CORRECTION_DELETED,
	CORRECTION_INSERTED,
	CORRECTION_MOVED
} CorrectionOp;

/* before[before .. before + n_before - 1] became after[after .. after + n_after - 1] */
typedef struct CorrectionRun
{
	CorrectionOp op;
	int32		before;
	int32		n_before;
	int32		after;
	int32		n_after;
} CorrectionRun;

/*
 * In the order of the result; what was deleted stands where it would stand.
 * least_move: shorter runs do not count as moved.
 */
extern CorrectionRun *correction_runs(CodePoints before, CodePoints after, int32 least_move, int32 *n);

#endif							/* HD_CORRECTION_H */

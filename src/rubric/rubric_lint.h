/*-------------------------------------------------------------------------
 *
 * rubric_lint.h
 *	  Findings about a rubric that is valid and yet may not do what its
 *	  author wants.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_LINT_H
#define HD_RUBRIC_LINT_H

#include "rubric/rubric.h"
#include "rubric/score_matrix.h"

typedef enum LintSeverity
{
	LINT_INFO,					/* worth knowing */
	LINT_WARNING				/* rarely meant */
} LintSeverity;

#define LINT_WHOLE (-1)			/* a finding about the rubric as a whole */

typedef struct Finding
{
	LintSeverity severity;
	const char *code;
	int32		node;			/* or LINT_WHOLE */
	int32		serial;
	const char *message;		/* in the encoding of the database */
} Finding;

typedef struct Lint
{
	const Rubric *r;
	double		dominant;		/* share of the whole from which on a leaf dominates */
	double		negligible;		/* what the lightest leaves may hold together */
	double		confidence;
	int64		min_units;
	int32		n;
	int32		cap;
	Finding    *finding;
} Lint;

extern void lint_add(Lint *l, LintSeverity severity, const char *code, int32 node,
					 const char *fmt,...) pg_attribute_printf(5, 6);

/* of the rubric alone */
extern void lint_structure(Lint *l);
extern void lint_levels(Lint *l);
extern void lint_texts(Lint *l);

/* of grades: leaf[] is the leaf of each item, or -1 */
extern void lint_grades(Lint *l, const ScoreTable *t, const int32 *leaf);
extern void lint_implied(Lint *l, const ScoreTable *t, const int32 *leaf);

#endif							/* HD_RUBRIC_LINT_H */

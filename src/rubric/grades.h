/*-------------------------------------------------------------------------
 *
 * grades.h
 *	  The state type "grades": what several graders gave one criterion.
 *
 * A counting state: how many graders, of what weight together, gave each
 * value.  There may be millions of them, of a few values each.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_GRADES_H
#define HD_GRADES_H

#include "common/shortsum.h"
#include "common/state.h"

/* How grades become one; the numbers are stored */
typedef enum GradesHow
{
	HOW_OPEN = 0,				/* grades_agg: said when it is read */
	HOW_MAJORITY = 1,
	HOW_MEAN = 2,
	HOW_MEDIAN = 3,
	HOW_UNANIMOUS = 4,
	HOW_ANY = 5,
	HOW_WORST = 6
} GradesHow;

#define HOW_LAST HOW_WORST

typedef struct GradeCell
{
	double		value;			/* in [0, 1] */
	int64		n;				/* graders */
	ShortSum	weight;
} GradeCell;

/* met and not met need no allocation of their own */
#define FEW_CELLS 2

/* One criterion has few grades; more values than these lack a GROUP BY */
#define GRADES_MAX_VALUES 10000

typedef struct Grades
{
	State		state;
	bool		any;			/* a row was added: points and how are known */
	uint8		how;			/* GradesHow */
	double		points;
	int64		n_na;
	int32		n_cells;
	int32		cap;
	GradeCell  *cell;			/* ascending by value */
	GradeCell	few[FEW_CELLS];
} Grades;

extern const StateType grades_type;

/* value NaN: N/A */
extern void grades_add(Grades *g, double value, double weight, double points, GradesHow how);

/* NaN: no grader with weight gave a grade */
extern double grades_merged(const Grades *g, GradesHow how);
/* Two or more values share the greatest weight */
extern bool grades_tied(const Grades *g);
extern int64 grades_n(const Grades *g);

#endif							/* HD_GRADES_H */

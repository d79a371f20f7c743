/*-------------------------------------------------------------------------
 *
 * z14.h
 *	  The single sampling plans and switching rules of ANSI/ASQ Z1.4
 *	  (MIL-STD-105E): plain numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_Z14_H
#define HD_Z14_H

typedef enum Inspection
{
	INSPECT_NORMAL,
	INSPECT_TIGHTENED,
	INSPECT_REDUCED,
	INSPECT_NONE				/* discontinued */
} Inspection;

typedef struct Z14Plan
{
	char		letter;			/* of the plan, after the arrows */
	int			n;
	int			ac;
	int			re;
} Z14Plan;

#define Z14_N_AQL 26
#define Z14_N_LEVELS 7
extern const char *const z14_aql_name[Z14_N_AQL];
extern const char *const z14_level_name[Z14_N_LEVELS];

/* code letter of a lot of at least 2 items, as an index from 0; Table I */
extern int	z14_letter(int64 lot, int level);
extern char z14_letter_name(int letter);
extern Z14Plan z14_plan_of(int letter, int aql, Inspection inspection);

/* Where the rules stand between two lots */
typedef struct Z14Switch
{
	Inspection	inspection;
	int			accepted;		/* in a row, under this inspection */
	int			recent;			/* the last five lots, one bit each: not accepted */
	int			rejected;		/* not accepted under tightened inspection, until it ends */
} Z14Switch;

/* A lot was inspected; why is set to the rule that changed the inspection, or NULL */
extern void z14_next(Z14Switch *s, const Z14Plan *plan, double bad, bool *accepted, const char **why);

#endif							/* HD_Z14_H */

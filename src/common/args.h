/*-------------------------------------------------------------------------
 *
 * args.h
 *	  Reading options of SQL functions, with errors that list what is accepted.
 *
 * Functions with a NULL default are not STRICT, so every option is checked
 * here: an explicit NULL where it has no meaning is an ERROR.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ARGS_H
#define HD_ARGS_H

#include "common/compat.h"
#include "fmgr.h"

typedef struct ArgChoice
{
	const char *name;			/* NULL ends the list */
	int			value;
} ArgChoice;

/* Is the argument there and not NULL?  Shorter overloads leave options out. */
static inline bool
arg_given(FunctionCallInfo fcinfo, int arg)
{
	return arg < PG_NARGS() && !PG_ARGISNULL(arg);
}

/* One of a list of names */
extern int	arg_choice(FunctionCallInfo fcinfo, int arg, const char *what,
					   const ArgChoice *choice);

/* A level of confidence, strictly between 0 and 1 */
extern double arg_confidence(FunctionCallInfo fcinfo, int arg);

/* A finite number; "missing" if it is NULL */
extern double arg_float8(FunctionCallInfo fcinfo, int arg, const char *what, double missing);

/* text[] without NULL elements; NULL array: *n = -1 */
extern Datum *arg_text_array(FunctionCallInfo fcinfo, int arg, const char *what, int *n);

pg_noreturn extern pg_noinline void arg_is_null(const char *what);

#endif							/* HD_ARGS_H */

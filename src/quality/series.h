/*-------------------------------------------------------------------------
 *
 * series.h
 *	  What the functions of this module share: series of observations as SQL
 *	  arrays, options that are probabilities, and the rows of all charts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SERIES_H
#define HD_SERIES_H

#include "common/args.h"
#include "common/srf.h"

/* The row type of a function that returns one row, looked up once a call site */
extern TupleDesc row_type(FunctionCallInfo fcinfo);

/* float8[] as numbers, NULL elements as NaN, NaN and infinity refused; NULL array: *n = -1 */
extern double *series_numbers(FunctionCallInfo fcinfo, int arg, const char *what, int *n);
/* boolean[]: 0, 1, or -1 for NULL */
extern signed char *series_booleans(FunctionCallInfo fcinfo, int arg, int *n);

/* An option that must not be NULL: any finite number; one above 0; a probability strictly between 0 and 1 */
extern double option_number(FunctionCallInfo fcinfo, int arg, const char *what);
extern double option_positive(FunctionCallInfo fcinfo, int arg, const char *what);
extern double option_probability(FunctionCallInfo fcinfo, int arg, const char *what);
/* From 0 to 1, both included */
extern double option_share(FunctionCallInfo fcinfo, int arg, const char *what);
/* A whole number from least to most */
extern double option_whole(FunctionCallInfo fcinfo, int arg, const char *what, double least, double most);

/* successes of n: 22003 and 22023 as the intervals of a proportion raise them */
extern void check_counts(double successes, double n);

/* One point of a chart; NaN is NULL, since = 0 is NULL */
typedef struct ChartPoint
{
	int64		at;				/* place in the series, from 1 */
	double		n;				/* observations behind the statistic */
	double		statistic;
	double		limit;
	bool		alarm;
	double		statistic_low;	/* of the lower side, where it has one of its own */
	double		limit_low;
	int64		since;
	double		estimate;
	double		ci_low;
	double		ci_high;
	const char *evidence;		/* palloc'ed, freed by chart_row */
} ChartPoint;

extern void chart_row(SrfRow *row, const ChartPoint *p);

#endif							/* HD_SERIES_H */

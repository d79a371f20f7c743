/*-------------------------------------------------------------------------
 *
 * line.h
 *	  A line as an argument of the aggregates over lines.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LINE_H
#define HD_LINE_H

#include "common/compat.h"
#include "fmgr.h"

/* Its UTF-8.  NULL and what holds a line break are errors. */
extern const char *line_of_argument(FunctionCallInfo fcinfo, int arg, int *len);

#endif							/* HD_LINE_H */

/*-------------------------------------------------------------------------
 *
 * path.h
 *	  The state type "review_path": the way of one item through its states.
 *
 * A keyed state: a set of events (state, at [, seq]).  What accessors read is
 * the walk over them in their order, one step for each stay in a state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PATH_H
#define HD_PATH_H

#include "common/column.h"
#include "common/state.h"
#include "datatype/timestamp.h"

/* what orders the events; also the second byte of the stored form */
typedef enum PathOrder
{
	PATH_BY_TIME = 0,
	PATH_BY_SEQ = 1,
	PATH_EMPTY = 0xFF			/* no event yet */
} PathOrder;

typedef struct PathEvent
{
	int64		seq;			/* 0 where time is the order */
	TimestampTz at;
	uint32		state;			/* code */
} PathEvent;

typedef struct ReviewPath
{
	State		state;
	uint8		order;			/* PathOrder */
	bool		ordered;		/* events are in order, each once */
	bool		settled;		/* and the names too */
	Dict		names;			/* of states */
	PathEvent  *event;
	uint32		n;
	uint32		cap;
	size_t		next_check;		/* at how many bytes to look at the size limit */
} ReviewPath;

extern const StateType path_type;

extern void path_put(ReviewPath *p, const ColumnKey *name, TimestampTz at, int64 seq, PathOrder order);

/* To read: events in order, names in order of arrival; an ERROR where the order is not known */
extern ReviewPath *path_get(Datum d);

/* ---- path_walk.c: no SQL, no memory ---- */

#define PATH_NO_END PG_INT64_MAX	/* "as of" is not given */

/* A stay in one state */
typedef struct PathStep
{
	uint32		state;
	uint32		n_events;		/* that put it there, or left it there */
	TimestampTz entered;
	TimestampTz left;			/* "as of" where it is still there */
	bool		open;
} PathStep;

typedef struct PathWalk
{
	const PathEvent *event;
	uint32		n;
	uint32		i;
	TimestampTz as_of;
	TimestampTz clock;			/* time never runs backwards */
} PathWalk;

extern void path_walk(PathWalk *w, const ReviewPath *p, TimestampTz as_of);
extern bool path_next(PathWalk *w, PathStep *step);

/* Microseconds between the first entry to one state and the next to another; observed: it was reached */
extern bool path_cycle(const ReviewPath *p, int64 from, int64 to, TimestampTz as_of,
					   int64 *duration, bool *observed);

/* ---- path_agg.c ---- */

extern int64 path_duration(TimestampTz from, TimestampTz to);
/* code of a state with this name, or -1 */
extern int64 path_find(ReviewPath *p, Datum name);
extern TimestampTz path_arg_as_of(FunctionCallInfo fcinfo, int arg);

#endif							/* HD_PATH_H */

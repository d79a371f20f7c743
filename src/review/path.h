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
#include "lib/stringinfo.h"

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

/*
 * There is a state for each item, and rows may come in any order: what most
 * items need lies in the state itself, so that a row touches few cache lines.
 */
#define PATH_FEW_NAMES 6
#define PATH_FEW_NAME_BYTES 48
#define PATH_FEW_EVENTS 6

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

	/* what names and event point to at first */
	DictEntry	few_names[PATH_FEW_NAMES];
	uint8		few_name_bytes[PATH_FEW_NAME_BYTES];
	PathEvent	few_events[PATH_FEW_EVENTS];
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

/* Events lie one behind the other, or each behind the item it belongs to */
typedef struct PathEvents
{
	const char *first;
	size_t		stride;
	uint32		n;
} PathEvents;

typedef struct PathWalk
{
	PathEvents	events;
	uint32		i;
	TimestampTz as_of;
	TimestampTz clock;			/* time never runs backwards */
} PathWalk;

static inline const PathEvent *
path_event(const PathEvents *events, uint32 i)
{
	return (const PathEvent *) (events->first + i * events->stride);
}

static inline PathEvents
path_events(const ReviewPath *p)
{
	return (PathEvents) {(const char *) p->event, sizeof(PathEvent), p->n};
}

/* seq, then time, then state */
static inline int
path_event_cmp(const PathEvent *a, const PathEvent *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->state < b->state ? -1 : a->state > b->state;
}

/* Of two events next to each other: is it unknown which was first? */
static inline bool
path_order_unknown(PathOrder order, const PathEvent *a, const PathEvent *b)
{
	return a->seq == b->seq && (order == PATH_BY_SEQ || a->at == b->at);
}

extern void path_walk(PathWalk *w, PathEvents events, TimestampTz as_of);
extern bool path_next(PathWalk *w, PathStep *step);

/* Microseconds between the first entry to one state and the next to another; observed: it was reached */
extern bool path_cycle(PathEvents events, int64 from, int64 to, TimestampTz as_of,
					   int64 *duration, bool *observed);

/* ---- path.c: what both types of paths share ---- */

pg_noreturn extern pg_noinline void path_mixed_order(const char *type);
pg_noreturn extern pg_noinline void path_order_fail(PathOrder order, const char *item, const Dict *names,
													const PathEvent *a, const PathEvent *b);
extern void path_write_event(WireWriter *w, PathOrder order, const PathEvent *e, const PathEvent *before, int64 at_before);
extern void path_read_event(WireReader *r, PathOrder order, PathEvent *e, const PathEvent *before, int64 at_before,
							uint32 n_names, bool *used);

/* ---- path_agg.c ---- */

extern int64 path_duration(TimestampTz from, TimestampTz to);
extern Datum path_interval(int64 us);
/* code of a state with this name, or -1 */
extern int64 path_find(Dict *names, Datum name);
/* PATH_NO_END if it is not given; the other insists */
extern TimestampTz path_arg_as_of(FunctionCallInfo fcinfo, int arg);
extern TimestampTz path_needed_as_of(FunctionCallInfo fcinfo, int arg);
/* mark[code] = value for the names in text[] argument arg */
extern void path_mark_names(FunctionCallInfo fcinfo, int arg, const char *what, Dict *names, uint8 value, uint8 *mark);
extern void path_state_column_init(AnyColumn *column, FunctionCallInfo fcinfo, int arg);
extern void path_event_json(StringInfo buf, const Dict *names, PathOrder order, const PathEvent *e);
pg_noreturn extern pg_noinline void path_bad_event(bool infinite);

/* The time of an event, at argument arg, and the seq behind it if it is taken */
static inline void
path_check_event(FunctionCallInfo fcinfo, int arg)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(DatumGetInt64(fcinfo->args[arg].value))))
		path_bad_event(true);
	if (PG_NARGS() > arg + 1 && unlikely(fcinfo->args[arg + 1].isnull))
		path_bad_event(false);
}

#endif							/* HD_PATH_H */

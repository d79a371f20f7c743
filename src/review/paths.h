/*-------------------------------------------------------------------------
 *
 * paths.h
 *	  The state type "review_paths": the ways of many items, for the metrics
 *	  of a process.
 *
 * A keyed state: a set of events (item, state, at [, seq]).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PATHS_H
#define HD_PATHS_H

#include "review/path.h"

/* 32 bytes, for radix_sort */
typedef struct PathsRow
{
	uint64		item;			/* the key itself of a bigint, else a code */
	PathEvent	event;
} PathsRow;

typedef struct ReviewPaths
{
	State		state;
	uint8		item_kind;		/* IdKind; ID_NONE: no event yet */
	uint8		order;			/* PathOrder */
	bool		settled;		/* rows by item and in their order, names and items too */
	Dict		items;			/* unused where items are bigint */
	Dict		names;			/* of states */
	PathsRow   *row;
	size_t		n;
	size_t		cap;
	size_t		next_check;		/* at how many bytes to look at the size limit */
} ReviewPaths;

extern const StateType paths_type;

extern void paths_put(ReviewPaths *p, IdKind kind, const ColumnKey *item, const ColumnKey *name,
					  TimestampTz at, int64 seq, PathOrder order);

/* Settled, to read; an ERROR where the order of events of an item is not known */
extern ReviewPaths *paths_get(Datum d);

/* The events of the item at row i, to begin with 0; false at the end */
static inline bool
paths_next_item(const ReviewPaths *p, size_t *i, PathEvents *events)
{
	size_t		from = *i;
	size_t		to = from;

	if (from >= p->n)
		return false;
	while (to < p->n && p->row[to].item == p->row[from].item)
		to++;
	*events = (PathEvents) {(const char *) &p->row[from].event, sizeof(PathsRow), (uint32) (to - from)};
	*i = to;
	return true;
}

extern char *paths_item_cstring(const ReviewPaths *p, uint64 item);

#endif							/* HD_PATHS_H */

/*-------------------------------------------------------------------------
 *
 * path_walk.c
 *	  From the events of an item to its stays in states.
 *
 * An event that leaves the state as it was begins no new stay.  Where the
 * clock of an event is behind that of the event before, in the order of seq,
 * it counts as having been at that time: no stay is shorter than nothing, and
 * all of them together are as long as the path.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/interrupts.h"
#include "review/path.h"

void
path_walk(PathWalk *w, const ReviewPath *p, TimestampTz as_of)
{
	w->event = p->event;
	w->n = p->n;
	w->i = 0;
	w->as_of = as_of;
	w->clock = PG_INT64_MIN;
}

/* The next stay that had begun by "as of" */
bool
path_next(PathWalk *w, PathStep *step)
{
	uint32		first = w->i;

	if (first >= w->n)
		return false;
	w->clock = Max(w->clock, w->event[first].at);
	if (w->clock > w->as_of)
		return false;
	step->state = w->event[first].state;
	step->entered = w->clock;
	step->n_events = 0;
	while (w->i < w->n && w->event[w->i].state == step->state && w->clock <= w->as_of)
	{
		HD_CHECK_EVERY(w->i + 1);
		step->n_events++;
		if (++w->i < w->n)
			w->clock = Max(w->clock, w->event[w->i].at);
	}
	step->open = w->i >= w->n || w->clock > w->as_of;
	step->left = step->open ? w->as_of : w->clock;
	return true;
}

bool
path_cycle(const ReviewPath *p, int64 from, int64 to, TimestampTz as_of, int64 *duration, bool *observed)
{
	PathWalk	w;
	PathStep	step;
	TimestampTz begun = 0;
	bool		running = false;

	if (from < 0)
		return false;
	path_walk(&w, p, as_of);
	while (path_next(&w, &step))
	{
		if (running && step.state == to)
		{
			*duration = path_duration(begun, step.entered);
			*observed = true;
			return true;
		}
		if (!running && step.state == from)
		{
			begun = step.entered;
			running = true;
		}
	}
	if (!running)
		return false;
	*observed = false;
	*duration = as_of == PATH_NO_END ? 0 : path_duration(begun, as_of);
	return true;
}

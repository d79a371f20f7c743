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
path_walk(PathWalk *w, PathEvents events, TimestampTz as_of)
{
	w->events = events;
	w->i = 0;
	w->as_of = as_of;
	w->clock = PG_INT64_MIN;
}

/* The next stay that had begun by "as of" */
bool
path_next(PathWalk *w, PathStep *step)
{
	const PathEvent *e;

	if (w->i >= w->events.n)
		return false;
	e = path_event(&w->events, w->i);
	w->clock = Max(w->clock, e->at);
	if (w->clock > w->as_of)
		return false;
	step->state = e->state;
	step->entered = w->clock;
	step->n_events = 0;
	step->open = true;
	while (step->open && w->clock <= w->as_of)
	{
		HD_CHECK_EVERY(w->i + 1);
		step->n_events++;
		if (++w->i >= w->events.n)
			break;
		e = path_event(&w->events, w->i);
		w->clock = Max(w->clock, e->at);
		step->open = e->state == step->state || w->clock > w->as_of;
	}
	step->left = step->open ? w->as_of : w->clock;
	return true;
}

bool
path_cycle(PathEvents events, int64 from, int64 to, TimestampTz as_of, int64 *duration, bool *observed)
{
	PathWalk	w;
	PathStep	step;
	TimestampTz begun = 0;
	bool		running = false;

	if (from < 0)
		return false;
	path_walk(&w, events, as_of);
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

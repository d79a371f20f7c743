/*-------------------------------------------------------------------------
 *
 * km.c
 *	  The state type "km": counting, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  varint	number of different durations
 *	  for each, ascending:
 *		number	the duration
 *		varint	how many ended
 *		varint	how many were censored
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "common/radix.h"
#include "review/km.h"
#include "utils/memutils.h"

#define FIRST_ROWS 8
#define FIRST_CHECK 4096		/* rows of the log */
#define DURATION_BYTES 10		/* no less than one takes */

static void
km_init(State *s)
{
	((Km *) s)->next_check = FIRST_CHECK;
}

/* ---- settling ---- */

/* One more row behind the settled columns, which have room */
static inline void
append_row(Km *to, double time, uint64 what)
{
	int64		i = to->n - 1;

	if (i < 0 || to->time[i] != time)
	{
		i = to->n++;
		to->time[i] = time;
		to->ended[i] = to->censored[i] = 0;
	}
	if (what & 1)
		to->ended[i] += (int64) (what >> 1);
	else
		to->censored[i] += (int64) (what >> 1);
}

static void
allocate_columns(Km *k, MemoryContext cx, size_t n)
{
	k->time = array_alloc_in(cx, n, sizeof(double));
	k->ended = array_alloc_in(cx, n, sizeof(int64));
	k->censored = array_alloc_in(cx, n, sizeof(int64));
}

static size_t
count_different(const KmRow *log, size_t n)
{
	size_t		different = 0;

	for (size_t i = 0; i < n; i++)
		different += i == 0 || log[i].key != log[i - 1].key;
	return different;
}

/* Log and columns into new columns; an ERROR leaves the old as they are */
void
km_settle(Km *k)
{
	KmRow	   *tmp;
	Km			to = {0};
	int64		old = 0;

	if (k->n_log == 0)
		return;
	tmp = array_alloc_in(k->state.cx, k->n_log, sizeof(KmRow));
	/* the rows may come to lie in the other array, which has room for no more than them */
	k->cap_log = k->n_log;
	radix_sort((void **) &k->log, (void **) &tmp, k->n_log, sizeof(KmRow));
	pfree(tmp);
	allocate_columns(&to, k->state.cx, (size_t) k->n + count_different(k->log, k->n_log));
	for (size_t i = 0; i < k->n_log; i++)
	{
		double		time = dict_prefix_float8(k->log[i].key);

		HD_CHECK_EVERY(i + 1);
		for (; old < k->n && k->time[old] <= time; old++)
		{
			append_row(&to, k->time[old], (uint64) k->ended[old] << 1 | 1);
			append_row(&to, k->time[old], (uint64) k->censored[old] << 1);
		}
		append_row(&to, time, k->log[i].what);
	}
	for (; old < k->n; old++)
	{
		HD_CHECK_EVERY(old + 1);
		append_row(&to, k->time[old], (uint64) k->ended[old] << 1 | 1);
		append_row(&to, k->time[old], (uint64) k->censored[old] << 1);
	}

	/* from here on nothing fails */
	if (k->time)
	{
		pfree(k->time);
		pfree(k->ended);
		pfree(k->censored);
	}
	k->n = to.n;
	k->time = to.time;
	k->ended = to.ended;
	k->censored = to.censored;
	pfree(k->log);
	k->log = NULL;
	k->n_log = k->cap_log = 0;
}

Km *
km_get(Datum d)
{
	Km		   *k = (Km *) state_get(&km_type, d);

	km_settle(k);
	return k;
}

/* ---- growing ---- */

static inline void
km_count(Km *k, int64 n)
{
	count_add(&k->total, n);
	/* a count is shifted by one bit in the log */
	if (unlikely(k->total > PG_INT64_MAX / 2))
		count_add(&k->total, PG_INT64_MAX);
}

/* Repeats are added up before the log grows beyond what there is, and the size limit is looked at */
static void
check_size(Km *k)
{
	if (k->n_log < k->next_check)
		return;
	km_settle(k);
	if ((size_t) k->n > state_size_limit() / DURATION_BYTES)
	{
		size_t		bytes;

		(void) state_flat(&k->state, &bytes);
		state_changed(&k->state);
		if (bytes > state_size_limit())
			wire_too_large(km_type.name, state_size_limit());
	}
	k->next_check = Max((size_t) k->n * 2, FIRST_CHECK);
}

static pg_noinline void
km_enlarge(Km *k)
{
	size_t		cap;

	check_size(k);
	if (k->n_log < k->cap_log)
		return;
	cap = Max(k->cap_log * 2, FIRST_ROWS);
	k->log = k->log ? repalloc_huge(k->log, mul_size(cap, sizeof(KmRow))) :
		array_alloc_in(k->state.cx, cap, sizeof(KmRow));
	k->cap_log = cap;
}

void
km_put(Km *k, double v, int64 n, bool observed)
{
	KmRow	   *row;

	km_count(k, n);
	if (unlikely(k->n_log == k->cap_log))
		km_enlarge(k);
	row = &k->log[k->n_log++];
	row->key = dict_key_float8(v);
	row->what = (uint64) n << 1 | observed;
}

Km *
km_new(void)
{
	LOCAL_FCINFO(none, 0);

	InitFunctionCallInfoData(*none, NULL, 0, InvalidOid, NULL, NULL);
	return (Km *) state_new(&km_type, none);
}

static void
km_merge(State *d, State *s)
{
	Km		   *dst = (Km *) d;
	Km		   *src = (Km *) s;

	km_settle(src);
	state_changed(d);
	for (int64 i = 0; i < src->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (src->ended[i] > 0)
			km_put(dst, src->time[i], src->ended[i], true);
		if (src->censored[i] > 0)
			km_put(dst, src->time[i], src->censored[i], false);
	}
}

/* ---- bytes ---- */

static void
km_encode(State *s, WireWriter *w)
{
	Km		   *k = (Km *) s;

	km_settle(k);
	wire_put_byte(w, HDATA_KM_VERSION);
	wire_put_varint(w, k->n);
	for (int64 i = 0; i < k->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		keys_put_number(w, k->time[i]);
		wire_put_varint(w, k->ended[i]);
		wire_put_varint(w, k->censored[i]);
	}
}

static int64
get_count(WireReader *r, Km *k)
{
	uint64		n = wire_get_varint(r);

	if (n > (uint64) (PG_INT64_MAX / 2 - k->total))
		wire_fail(r, "A count is out of range.");
	k->total += (int64) n;
	return (int64) n;
}

static void
km_decode(State *s, WireReader *r)
{
	Km		   *k = (Km *) s;

	if (wire_get_byte(r) != HDATA_KM_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	k->n = wire_get_count(r, DURATION_BYTES);
	if (k->n == 0)
		wire_fail(r, "There are no durations.");
	allocate_columns(k, s->cx, k->n);
	for (int64 i = 0; i < k->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		k->time[i] = keys_get_number(r);
		if (k->time[i] < 0 || (i > 0 && k->time[i] <= k->time[i - 1]))
			wire_fail(r, "Durations are negative or not in ascending order.");
		k->ended[i] = get_count(r, k);
		k->censored[i] = get_count(r, k);
		if (k->ended[i] == 0 && k->censored[i] == 0)
			wire_fail(r, "A duration has no count.");
	}
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType km_type = {
	.name = "km",
	.size = sizeof(Km),
	.init = km_init,
	.encode = km_encode,
	.decode = km_decode,
	.merge = km_merge
};

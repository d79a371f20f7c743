/*-------------------------------------------------------------------------
 *
 * path_agg.c
 *	  SQL functions of the type "review_path": its frame, its aggregates, and
 *	  what is read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "review/path.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/timestamp.h"

STATE_FUNCTIONS(review_path, path_type);

/* ---- transitions: (path, state, at [, seq]) ---- */

void
path_bad_event(bool infinite)
{
	if (infinite)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the time of an event must be finite")));
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("seq must not be null"),
			 errhint("Leave it out where time alone orders the events.")));
}

void
path_state_column_init(AnyColumn *column, FunctionCallInfo fcinfo, int arg)
{
	any_column_init(column, fcinfo, arg, "state");
	if (column->id_kind != ID_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a state must be text or an enum"),
				 errhint("Cast it to text.")));
}

/* Is there an event?  NULL states and times are no observation. */
static inline bool
is_event(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	path_check_event(fcinfo, 2);
	return true;
}

static inline Datum
skipped_event(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static inline Datum
add_event(FunctionCallInfo fcinfo, const ColumnKey *name)
{
	ReviewPath *p = (ReviewPath *) state_for_row(&path_type, fcinfo);

	if (PG_NARGS() > 3)
		path_put(p, name, PG_GETARG_TIMESTAMPTZ(2), PG_GETARG_INT64(3), PATH_BY_SEQ);
	else
		path_put(p, name, PG_GETARG_TIMESTAMPTZ(2), 0, PATH_BY_TIME);
	PG_RETURN_DATUM(state_datum(&p->state));
}

/*
 * Rows of many items come in any order: what of the state is touched is asked
 * for at once, rather than one cache miss after the other.
 */
static inline void
prefetch_state(FunctionCallInfo fcinfo)
{
	const char *p = DatumGetPointer(fcinfo->args[0].value);

	if (!fcinfo->args[0].isnull)
		for (size_t i = 0; i < sizeof(ReviewPath); i += 64)
			__builtin_prefetch(p + i, 1);
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
PG_FUNCTION_INFO_V1(review_path_trans_text);
Datum
review_path_trans_text(PG_FUNCTION_ARGS)
{
	ColumnKey	name;

	prefetch_state(fcinfo);
	if (!is_event(fcinfo))
		return skipped_event(fcinfo);
	text_column_key(PG_GETARG_DATUM(1), &name);
	return add_event(fcinfo, &name);
}

/* States of an enum, and of whatever else has a text form */
PG_FUNCTION_INFO_V1(review_path_trans_any);
Datum
review_path_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *column = fcinfo->flinfo->fn_extra;
	ColumnKey	name;

	if (!is_event(fcinfo))
		return skipped_event(fcinfo);
	if (column == NULL)
	{
		column = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AnyColumn));
		path_state_column_init(column, fcinfo, 1);
		fcinfo->flinfo->fn_extra = column;
	}
	any_id_key(column, PG_GETARG_DATUM(1), &name);
	return add_event(fcinfo, &name);
}

/* ---- arguments ---- */

int64
path_find(Dict *names, Datum name)
{
	ColumnKey	key;

	text_column_key(name, &key);
	return dict_find(names, key.prefix, key.bytes, key.len);
}

TimestampTz
path_arg_as_of(FunctionCallInfo fcinfo, int arg)
{
	TimestampTz t;

	if (!arg_given(fcinfo, arg))
		return PATH_NO_END;
	t = PG_GETARG_TIMESTAMPTZ(arg);
	if (TIMESTAMP_NOT_FINITE(t))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("as_of must be a finite time")));
	return t;
}

/* Where an open stay counts, it must be said until when */
TimestampTz
path_needed_as_of(FunctionCallInfo fcinfo, int arg)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null("as_of");
	return path_arg_as_of(fcinfo, arg);
}

/* Is a state among the names of text[] argument arg?  NULL: no names */
static bool
names_contain(FunctionCallInfo fcinfo, int arg, const char *what, Datum name)
{
	int			n;
	Datum	   *names = arg_text_array(fcinfo, arg, what, &n);
	ColumnKey	key,
				other;

	text_column_key(name, &key);
	for (int i = 0; i < n; i++)
	{
		text_column_key(names[i], &other);
		if (other.prefix == key.prefix && other.len == key.len &&
			(key.len <= 8 || memcmp(other.bytes, key.bytes, key.len) == 0))
			return true;
	}
	return false;
}

/* Marks with a value those codes whose names are in text[] argument arg */
void
path_mark_names(FunctionCallInfo fcinfo, int arg, const char *what, Dict *names, uint8 value, uint8 *mark)
{
	int			n;
	Datum	   *given = arg_text_array(fcinfo, arg, what, &n);

	for (int i = 0; i < n; i++)
	{
		int64		code = path_find(names, given[i]);

		if (code >= 0)
			mark[code] = value;
	}
}

/* ---- durations ---- */

int64
path_duration(TimestampTz from, TimestampTz to)
{
	int64		us;

	if (pg_sub_s64_overflow(to, from, &us))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
	return us;
}

/* As the difference of two times is shown: days and what is left of them */
Datum
path_interval(int64 us)
{
	Interval   *v = palloc(sizeof(Interval));

	v->month = 0;
	v->day = (int32) (us / USECS_PER_DAY);
	v->time = us % USECS_PER_DAY;
	return IntervalPGetDatum(v);
}

/* ---- accessors ---- */

/* time_in(path, state, as_of, terminal) */
PG_FUNCTION_INFO_V1(review_path_time_in);
Datum
review_path_time_in(PG_FUNCTION_ARGS)
{
	ReviewPath *p;
	TimestampTz as_of;
	PathWalk	w;
	PathStep	step;
	int64		state;
	int64		sum = 0;
	bool		seen = false;

	as_of = path_needed_as_of(fcinfo, 2);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	state = path_find(&p->names, PG_GETARG_DATUM(1));
	if (state < 0 || (arg_given(fcinfo, 3) && names_contain(fcinfo, 3, "terminal", PG_GETARG_DATUM(1))))
		PG_RETURN_NULL();
	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
	{
		if (step.state != state)
			continue;
		seen = true;
		if (pg_add_s64_overflow(sum, path_duration(step.entered, step.left), &sum))
			path_duration(PG_INT64_MIN, PG_INT64_MAX);
	}
	if (!seen)
		PG_RETURN_NULL();
	return path_interval(sum);
}

static int64
count_visits(const ReviewPath *p, int64 state, TimestampTz as_of)
{
	PathWalk	w;
	PathStep	step;
	int64		n = 0;

	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
		n += step.state == state;
	return n;
}

/* visits(path, state, as_of) */
PG_FUNCTION_INFO_V1(review_path_visits);
Datum
review_path_visits(PG_FUNCTION_ARGS)
{
	ReviewPath *p;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	PG_RETURN_INT64(count_visits(p, path_find(&p->names, PG_GETARG_DATUM(1)), path_arg_as_of(fcinfo, 2)));
}

/* loops(path, state, as_of): visits after the first, of one state or of the one visited most */
PG_FUNCTION_INFO_V1(review_path_loops);
Datum
review_path_loops(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 2);
	ReviewPath *p;
	int64		most = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
		most = count_visits(p, path_find(&p->names, PG_GETARG_DATUM(1)), as_of);
	else
	{
		int64	   *n = array_alloc0(p->names.n, sizeof(int64));
		PathWalk	w;
		PathStep	step;

		path_walk(&w, path_events(p), as_of);
		while (path_next(&w, &step))
		{
			n[step.state]++;
			most = Max(most, n[step.state]);
		}
		pfree(n);
	}
	PG_RETURN_INT64(Max(most - 1, 0));
}

/* first_pass(path, accepting, decisions, as_of): was the first decision an accepting one? */
PG_FUNCTION_INFO_V1(review_path_first_pass);
Datum
review_path_first_pass(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 3);
	ReviewPath *p;
	PathWalk	w;
	PathStep	step;
	uint8	   *kind;

	if (PG_ARGISNULL(1))
		arg_is_null("accepting");
	if (PG_ARGISNULL(2))
		arg_is_null("decisions");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	kind = array_alloc0(p->names.n, sizeof(uint8));
	path_mark_names(fcinfo, 2, "decisions", &p->names, 1, kind);
	path_mark_names(fcinfo, 1, "accepting", &p->names, 2, kind);
	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
		if (kind[step.state] > 0)
			PG_RETURN_BOOL(kind[step.state] == 2);
	PG_RETURN_NULL();
}

/* cycle(path, from_state, to_state, as_of) */
PG_FUNCTION_INFO_V1(review_path_cycle);
Datum
review_path_cycle(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 3);
	ReviewPath *p;
	int64		us;
	bool		observed;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	if (!path_cycle(path_events(p), path_find(&p->names, PG_GETARG_DATUM(1)), path_find(&p->names, PG_GETARG_DATUM(2)), as_of, &us, &observed) ||
		!observed)
		PG_RETURN_NULL();
	return path_interval(us);
}

/* cycle_time(path, from_state, to_state, as_of): a row (duration, observed), no row where it never began */
PG_FUNCTION_INFO_V1(review_path_cycle_time);
Datum
review_path_cycle_time(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_needed_as_of(fcinfo, 3);
	ReviewPath *p;
	SrfRow		row;
	int64		us;
	bool		observed;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	p = path_get(PG_GETARG_DATUM(0));
	if (path_cycle(path_events(p), path_find(&p->names, PG_GETARG_DATUM(1)), path_find(&p->names, PG_GETARG_DATUM(2)), as_of, &us, &observed))
	{
		srf_datum(&row, path_interval(us));
		srf_datum(&row, BoolGetDatum(observed));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* open_state(path, as_of, terminal): where it is, unless it has ended */
PG_FUNCTION_INFO_V1(review_path_open_state);
Datum
review_path_open_state(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 1);
	ReviewPath *p;
	PathWalk	w;
	PathStep	step;
	text	   *name = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p = path_get(PG_GETARG_DATUM(0));
	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
		if (step.open)
			name = id_text(ID_TEXT, &p->names, step.state);
	if (name == NULL || (arg_given(fcinfo, 2) && names_contain(fcinfo, 2, "terminal", PointerGetDatum(name))))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(name);
}

PG_FUNCTION_INFO_V1(review_path_n_events);
Datum
review_path_n_events(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(path_get(PG_GETARG_DATUM(0))->n);
}

static void
put_time(SrfRow *row, TimestampTz t)
{
	if (t == PATH_NO_END)
		srf_null(row);
	else
		srf_datum(row, TimestampTzGetDatum(t));
}

/* steps(path, as_of, terminal) */
PG_FUNCTION_INFO_V1(review_path_steps);
Datum
review_path_steps(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = path_arg_as_of(fcinfo, 1);
	ReviewPath *p;
	PathWalk	w;
	PathStep	step;
	uint8	   *terminal;
	SrfRow		row;
	int64		n = 0;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = path_get(PG_GETARG_DATUM(0));
	terminal = array_alloc0(p->names.n, sizeof(uint8));
	if (arg_given(fcinfo, 2))
		path_mark_names(fcinfo, 2, "terminal", &p->names, 1, terminal);
	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_int64(&row, ++n);
		srf_datum(&row, PointerGetDatum(id_text(ID_TEXT, &p->names, step.state)));
		srf_datum(&row, TimestampTzGetDatum(step.entered));
		put_time(&row, step.open ? PATH_NO_END : step.left);
		if (terminal[step.state] || step.left == PATH_NO_END)
			srf_null(&row);
		else
			srf_datum(&row, path_interval(path_duration(step.entered, step.left)));
		srf_datum(&row, BoolGetDatum(step.open && !terminal[step.state]));
		srf_int64(&row, step.n_events);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- cast to jsonb ---- */

/* state, at [, seq] */
void
path_event_json(StringInfo buf, const Dict *names, PathOrder order, const PathEvent *e)
{
	char	   *name = id_cstring(ID_TEXT, names, e->state);
	char		at[MAXDATELEN + 1];
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(e->at, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "timestamp out of range");
	tm.tm_isdst = 0;			/* so that the zone is written: UTC */
	EncodeDateTime(&tm, fsec, true, 0, NULL, USE_XSD_DATES, at);
	escape_json(buf, name);
	appendStringInfo(buf, ", \"%s\"", at);
	if (order == PATH_BY_SEQ)
		appendStringInfo(buf, ", " INT64_FORMAT, e->seq);
	pfree(name);
}

/* [[state, at], ...] or [[state, at, seq], ...], in order */
PG_FUNCTION_INFO_V1(review_path_to_jsonb);
Datum
review_path_to_jsonb(PG_FUNCTION_ARGS)
{
	ReviewPath *p = (ReviewPath *) state_get(&path_type, PG_GETARG_DATUM(0));
	StringInfoData buf;
	size_t		len;

	/* settled: events that contradict each other are shown as well */
	(void) state_flat(&p->state, &len);
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (uint32 i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		appendStringInfoString(&buf, i > 0 ? ", [" : "[");
		path_event_json(&buf, &p->names, p->order, &p->event[i]);
		appendStringInfoChar(&buf, ']');
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

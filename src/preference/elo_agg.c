/*-------------------------------------------------------------------------
 *
 * elo_agg.c
 *	  SQL functions of the type "elo": its frame, its aggregates, its ratings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "lib/stringinfo.h"
#include "nodes/execnodes.h"
#include "nodes/plannodes.h"
#include "preference/elo.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

STATE_FUNCTIONS(elo, elo_type);

/* ---- aggregates ---- */

/* Rows in no order at all would give ratings that mean nothing, and change from run to run */
static void
require_order(FunctionCallInfo fcinfo)
{
	Aggref	   *call = AggGetAggref(fcinfo);
	bool		ordered = true;

	if (call)
		ordered = call->aggorder != NIL;
	else if (AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_WINDOW)
	{
		WindowAggState *window = (WindowAggState *) fcinfo->context;

		ordered = ((WindowAgg *) window->ss.ps.plan)->ordNumCols > 0;
	}
	if (!ordered)
		ereport(ERROR,
				(errcode(ERRCODE_GROUPING_ERROR),
				 errmsg("elo_agg needs the order of games"),
				 errdetail("Elo ratings depend on the order of games."),
				 errhint("Write elo_agg(a, b, outcome, at), or elo_agg(a, b, outcome ORDER BY ...).")));
}

static Outcome
outcome_argument(FunctionCallInfo fcinfo, int arg)
{
	double		v = PG_GETARG_FLOAT8(arg);

	if (v == 1)
		return OUTCOME_A;
	if (v == 0)
		return OUTCOME_B;
	if (v == 0.5)
		return OUTCOME_TIE;
	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("outcome must be a finite number"),
				 errhint("Use NULL where there was no game.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("outcome must be 1, 0 or 0.5"),
			 errdetail("It is %g.", v),
			 errhint("1 means that a wins, 0 that b wins, 0.5 a tie, NULL no game.")));
}

static void
against_itself(IdKind kind, const ColumnKey *k)
{
	Dict		one;

	dict_init(&one, CurrentMemoryContext);
	dict_add(&one, k->prefix, k->bytes, k->len);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("item \"%s\" plays against itself", id_cstring(kind, &one, 0)),
			 errhint("Leave such rows out with FILTER (WHERE a <> b).")));
}

static Elo *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&elo_type, fcinfo);

	if (s == NULL)
		s = PG_ARGISNULL(0) ? state_new(&elo_type, fcinfo) : state_get_rw(&elo_type, fcinfo, 0);
	state_changed(s);
	return (Elo *) s;
}

static int64
at_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("\"at\" of elo_agg must not be null"),
				 errdetail("Elo ratings depend on the order of games.")));
	return PG_GETARG_INT64(4);
}

static Datum
transition(FunctionCallInfo fcinfo, IdKind kind, EloOrder order)
{
	Elo		   *e;
	EloGame		g = {.count = 1};
	ColumnKey	a,
				b;

	if (order == ELO_SEQUENCE && PG_ARGISNULL(0))
		require_order(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	id_column_key(kind, PG_GETARG_DATUM(1), &a);
	id_column_key(kind, PG_GETARG_DATUM(2), &b);
	g.outcome = outcome_argument(fcinfo, 3);
	if (order != ELO_SEQUENCE)
		g.at = at_argument(fcinfo);
	if (a.prefix == b.prefix && a.len == b.len &&
		(a.len <= 8 || memcmp(a.bytes, b.bytes, a.len) == 0))
		against_itself(kind, &a);

	e = transition_state(fcinfo);
	elo_check_kind(e, kind, order);
	/* codes are looked up behind this, for it may settle */
	elo_make_room(e, 1);
	g.a = dict_add(&e->items, a.prefix, a.bytes, a.len);
	g.b = dict_add(&e->items, b.prefix, b.bytes, b.len);
	elo_push(e, &g);
	PG_RETURN_DATUM(state_datum(&e->state));
}

#define TRANSITIONS(name, kind) \
	STATE_FUNCTION(elo_trans_##name, transition(fcinfo, kind, ELO_SEQUENCE)); \
	STATE_FUNCTION(elo_trans_##name##_at, transition(fcinfo, kind, ELO_TIME)); \
	STATE_FUNCTION(elo_trans_##name##_rev, transition(fcinfo, kind, ELO_REVISION))

TRANSITIONS(int8, ID_INT8);
TRANSITIONS(uuid, ID_UUID);
TRANSITIONS(text, ID_TEXT);

/* ---- ratings ---- */

static double
required_float8(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	return arg_float8(fcinfo, arg, what, 0);
}

static double
positive_float8(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		v = required_float8(fcinfo, arg, what);

	if (v <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than zero", what),
				 errdetail("It is %g.", v)));
	return v;
}

PG_FUNCTION_INFO_V1(elo_elo_ratings);
Datum
elo_elo_ratings(PG_FUNCTION_ARGS)
{
	double		k = positive_float8(fcinfo, 1, "k");
	double		initial = required_float8(fcinfo, 2, "initial");
	double		scale = positive_float8(fcinfo, 3, "scale");
	Elo		   *e;
	EloRating  *rating;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	e = elo_get(PG_GETARG_DATUM(0));
	rating = array_alloc(e->items.n, sizeof(EloRating));
	elo_rate(e->items.n, e->game, e->n, e->order != ELO_SEQUENCE, k, initial, scale, rating);
	for (uint32 i = 0; i < e->items.n; i++)
	{
		const EloRating *r = &rating[i];

		if (!isfinite(r->rating))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("rating of \"%s\" is out of range",
							id_cstring(e->item_kind, &e->items, i))));
		srf_cstring(&row, id_cstring(e->item_kind, &e->items, i));
		srf_float8(&row, r->rating);
		srf_int64(&row, r->wins + r->losses + r->ties);
		srf_int64(&row, r->wins);
		srf_int64(&row, r->losses);
		srf_int64(&row, r->ties);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(elo_n_games);
Datum
elo_n_games(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(elo_get(PG_GETARG_DATUM(0))->total);
}

PG_FUNCTION_INFO_V1(elo_games);
Datum
elo_games(PG_FUNCTION_ARGS)
{
	Elo		   *e = elo_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int64 i = 0; i < e->n; i++)
	{
		const EloGame *g = &e->game[i];

		if (e->order == ELO_TIME)
			srf_datum(&row, TimestampTzGetDatum(g->at));
		else
			srf_null(&row);
		if (e->order == ELO_REVISION)
			srf_int64(&row, g->at);
		else
			srf_null(&row);
		srf_cstring(&row, id_cstring(e->item_kind, &e->items, g->a));
		srf_cstring(&row, id_cstring(e->item_kind, &e->items, g->b));
		srf_float8(&row, g->outcome / 2.0);
		srf_int64(&row, g->count);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

static void
json_at(StringInfo buf, const Elo *e, int64 at)
{
	if (e->order == ELO_REVISION)
		appendStringInfo(buf, ", " INT64_FORMAT, at);
	else if (e->order == ELO_TIME)
	{
		char		text[MAXDATELEN + 1];
		int			utc = 0;

		JsonEncodeDateTime(text, TimestampTzGetDatum(at), TIMESTAMPTZOID, &utc);
		appendStringInfo(buf, ", \"%s\"", text);
	}
}

/* {"order": ..., "items": [...], "games": [[a, b, outcome, n(, at)], ...]} by position */
PG_FUNCTION_INFO_V1(elo_to_jsonb);
Datum
elo_to_jsonb(PG_FUNCTION_ARGS)
{
	static const char *const order[] = {"none", "sequence", "time", "revision"};
	Elo		   *e = elo_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_games\": " INT64_FORMAT ", \"n_items\": %u, \"order\": \"%s\", \"items\": [",
					 e->total, e->items.n, order[e->order]);
	for (uint32 i = 0; i < e->items.n; i++)
	{
		char	   *s = id_cstring(e->item_kind, &e->items, i);

		HD_CHECK_EVERY(i);
		if (i > 0)
			appendStringInfoString(&buf, ", ");
		if (e->item_kind == ID_INT8)
			appendStringInfoString(&buf, s);
		else
			escape_json(&buf, s);
		pfree(s);
	}
	appendStringInfoString(&buf, "], \"games\": [");
	for (int64 i = 0; i < e->n; i++)
	{
		const EloGame *g = &e->game[i];

		HD_CHECK_EVERY(i);
		appendStringInfo(&buf, "%s[%u, %u, %s, " INT64_FORMAT, i > 0 ? ", " : "", g->a, g->b,
						 number_cstring(g->outcome / 2.0), g->count);
		json_at(&buf, e, g->at);
		appendStringInfoChar(&buf, ']');
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

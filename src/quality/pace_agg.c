/*-------------------------------------------------------------------------
 *
 * pace_agg.c
 *	  SQL functions of the type "pace": its frame, its aggregates and what is
 *	  read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/args.h"
#include "common/stats.h"
#include "quality/pace.h"
#include "utils/fmgrprotos.h"

STATE_FUNCTIONS(pace, pace_type);

/* ---- aggregates ---- */

/* A NULL item, person or time is not an observation */
static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static void
time_key(double seconds, ColumnKey *k)
{
	number_column_key(seconds, k);
	if (!(seconds > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("seconds must be greater than 0"),
				 errdetail("They are %g.", seconds),
				 errhint("Leave out rows whose time is not known, with a FILTER or NULL.")));
}

/* Keys are read already, so that bad values leave nothing behind */
static inline Datum
add_row(FunctionCallInfo fcinfo, IdKind item_kind, const ColumnKey *item, IdKind person_kind, const ColumnKey *person,
		const ColumnKey *seconds)
{
	Ratings    *r = (Ratings *) state_for_row(&pace_type, fcinfo);

	if (unlikely(r->kind.item != item_kind || r->kind.rater != person_kind))
	{
		RatingsKind k = {.item = item_kind,.rater = person_kind,.value = VALUE_NUMBER,.at = AT_NONE};

		pace_set_kind(r, &k);
	}
	ratings_make_room(r);
	(void) ratings_add(r, item, person, seconds);
	PG_RETURN_DATUM(state_datum(&r->state));
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind id)
{
	ColumnKey	item,
				person,
				seconds;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	id_column_key(id, PG_GETARG_DATUM(1), &item);
	id_column_key(id, PG_GETARG_DATUM(2), &person);
	time_key(PG_GETARG_FLOAT8(3), &seconds);
	return add_row(fcinfo, id, &item, id, &person, &seconds);
}

STATE_FUNCTION(pace_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(pace_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(pace_trans_text, typed_transition(fcinfo, ID_TEXT));

/* Every other mix of types, on one node */
PG_FUNCTION_INFO_V1(pace_trans_any);
Datum
pace_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *c = fcinfo->flinfo->fn_extra;
	ColumnKey	item,
				person,
				seconds;

	if (c == NULL)
	{
		c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(AnyColumn));
		any_column_init(&c[0], fcinfo, 1, "item");
		any_column_init(&c[1], fcinfo, 2, "person");
		fcinfo->flinfo->fn_extra = c;
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	any_id_key(&c[0], PG_GETARG_DATUM(1), &item);
	any_id_key(&c[1], PG_GETARG_DATUM(2), &person);
	time_key(PG_GETARG_FLOAT8(3), &seconds);
	return add_row(fcinfo, c[0].id_kind, &item, c[1].id_kind, &person, &seconds);
}

/* ---- reading ---- */

static void
pace_table(const Ratings *r, PaceTable *t)
{
	double	   *y = array_alloc(r->n_obs, sizeof(double));

	for (int32 j = 0; j < r->n_obs; j++)
	{
		HD_CHECK_EVERY(j);
		y[j] = log(dict_prefix_float8(r->labels.entry[r->label[j]].prefix));
	}
	*t = (PaceTable) {r->n_items, (int32) r->raters.n, r->n_obs, r->start, r->rater, y};
}

typedef struct PaceBounds
{
	double		low,
				high;
} PaceBounds;

/* Person k's place among those with an interval: how many are faster, and how many slower, beyond doubt */
static void
rank_bounds(int32 n, const PaceBounds *b, int32 k, int64 *low, int64 *high)
{
	int64		faster = 0,
				slower = 0,
				all = 0;

	for (int32 i = 0; i < n; i++)
	{
		if (isnan(b[i].low))
			continue;
		all++;
		faster += b[i].high < b[k].low;
		slower += b[i].low > b[k].high;
	}
	*low = 1 + faster;
	*high = all - slower;
}

/* (pace, confidence) */
PG_FUNCTION_INFO_V1(pace_paces);
Datum
pace_paces(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Ratings    *r;
	PaceTable	t;
	PersonPace *p;
	PaceBounds *b;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = pace_get(PG_GETARG_DATUM(0), true);
	pace_table(r, &t);
	p = array_alloc(t.n_persons, sizeof(PersonPace));
	b = array_alloc(t.n_persons, sizeof(PaceBounds));
	pace_fit(&t, p);
	for (int32 k = 0; k < t.n_persons; k++)
	{
		double		half = p[k].n > 1 ? hd_t_quantile((1 + confidence) / 2, p[k].n - 1) * p[k].se : NAN;

		b[k] = (PaceBounds) {p[k].value - half, p[k].value + half};
	}
	for (int32 k = 0; k < t.n_persons; k++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		int64		rank_low,
					rank_high;

		srf_cstring(&row, id_cstring(r->kind.rater, &r->raters, k));
		srf_int64(&row, p[k].n);
		srf_float8(&row, exp(p[k].value));
		srf_float8(&row, exp(b[k].low));
		srf_float8(&row, exp(b[k].high));
		srf_float8(&row, exp(p[k].own));
		srf_float8(&row, exp(p[k].own - p[k].value));
		srf_float8(&row, exp(p[k].shrunk));
		if (isnan(b[k].low))
		{
			srf_null(&row);
			srf_null(&row);
		}
		else
		{
			rank_bounds(t.n_persons, b, k, &rank_low, &rank_high);
			srf_int64(&row, rank_low);
			srf_int64(&row, rank_high);
		}
		srf_int64(&row, p[k].n_alone);
		srf_cstring(&row, p[k].n > 0 ? psprintf("%d of %d items in less time than expected", p[k].n_faster, p[k].n) : NULL);
		srf_cstring(&row, p[k].n == 0 ? "no item that others did too" : p[k].n == 1 ? "one item: no interval" : NULL);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(pace_observations);
Datum
pace_observations(PG_FUNCTION_ARGS)
{
	Ratings    *r = pace_get(PG_GETARG_DATUM(0), false);
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < r->n_items; i++)
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
		{
			MemoryContext old = MemoryContextSwitchTo(row.row_cx);

			srf_cstring(&row, id_cstring(r->kind.item, &r->items, i));
			srf_cstring(&row, id_cstring(r->kind.rater, &r->raters, r->rater[j]));
			srf_float8(&row, dict_prefix_float8(r->labels.entry[r->label[j]].prefix));
			MemoryContextSwitchTo(old);
			srf_end_row(&row);
		}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(pace_without_persons);
Datum
pace_without_persons(PG_FUNCTION_ARGS)
{
	Ratings    *r = pace_get(PG_GETARG_DATUM(0), false);
	bool	   *keep = array_alloc(r->n_obs, sizeof(bool));
	bool	   *hit = ratings_listed(fcinfo, "persons", r->kind.rater, &r->raters);

	for (int32 j = 0; j < r->n_obs; j++)
		keep[j] = !hit[r->rater[j]];
	PG_RETURN_DATUM(state_datum(&ratings_filter(fcinfo, r, keep)->state));
}

/* {"items": [...], "persons": [...], "observations": [[item, person, seconds], ...]}, items and persons by position */
PG_FUNCTION_INFO_V1(pace_to_jsonb);
Datum
pace_to_jsonb(PG_FUNCTION_ARGS)
{
	Ratings    *r = pace_get(PG_GETARG_DATUM(0), false);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n\": %d", r->n_obs);
	ratings_json_names(&buf, "items", &r->items, r->kind.item, false);
	ratings_json_names(&buf, "persons", &r->raters, r->kind.rater, false);
	appendStringInfoString(&buf, ", \"observations\": [");
	for (int32 i = 0; i < r->n_items; i++)
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
		{
			char	   *value = value_cstring(VALUE_NUMBER, &r->labels, r->label[j]);

			HD_CHECK_EVERY(j);
			appendStringInfo(&buf, "%s[%d, %d, %s]", j > 0 ? ", " : "", i, r->rater[j], value);
			pfree(value);
		}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

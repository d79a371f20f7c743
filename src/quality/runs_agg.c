/*-------------------------------------------------------------------------
 *
 * runs_agg.c
 *	  SQL functions of the type "label_runs": its frame, its aggregates and
 *	  what is read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "quality/label_runs.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/timestamp.h"

STATE_FUNCTIONS(label_runs, label_runs_type);

/* ---- aggregates ---- */

/* A NULL label or time is not an observation */
static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static Datum
add_row(FunctionCallInfo fcinfo, IdKind label_kind, const ColumnKey *label, AtKind at_kind)
{
	LabelRuns  *r;
	int64		at = PG_GETARG_INT64(2);

	if (at_kind == RUNS_AT_TIMESTAMP && TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("at must be a finite time")));
	r = (LabelRuns *) state_for_row(&label_runs_type, fcinfo);
	label_runs_set_kind(r, label_kind, at_kind);
	label_runs_add(r, label, at);
	PG_RETURN_DATUM(state_datum(&r->state));
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static Datum
text_transition(FunctionCallInfo fcinfo, AtKind at_kind)
{
	ColumnKey	label;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	text_column_key(PG_GETARG_DATUM(1), &label);
	return add_row(fcinfo, ID_TEXT, &label, at_kind);
}

STATE_FUNCTION(runs_trans_text_at, text_transition(fcinfo, RUNS_AT_TIMESTAMP));
STATE_FUNCTION(runs_trans_text_rev, text_transition(fcinfo, RUNS_AT_BIGINT));

static Datum
any_transition(FunctionCallInfo fcinfo, AtKind at_kind)
{
	AnyColumn  *c = fcinfo->flinfo->fn_extra;
	ColumnKey	label;

	if (c == NULL)
	{
		c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AnyColumn));
		any_column_init(c, fcinfo, 1, "label");
		fcinfo->flinfo->fn_extra = c;
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	any_id_key(c, PG_GETARG_DATUM(1), &label);
	return add_row(fcinfo, c->id_kind, &label, at_kind);
}

STATE_FUNCTION(runs_trans_any_at, any_transition(fcinfo, RUNS_AT_TIMESTAMP));
STATE_FUNCTION(runs_trans_any_rev, any_transition(fcinfo, RUNS_AT_BIGINT));

/* ---- reading ---- */

/* (label_runs, confidence) */
PG_FUNCTION_INFO_V1(label_runs_runs);
Datum
label_runs_runs(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	LabelRuns  *r;
	RunsFigures f;
	double		low,
				high;
	SrfRow		row;
	MemoryContext old;
	const char *note = NULL;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = label_runs_get(PG_GETARG_DATUM(0));
	runs_figures(r->row, r->n, r->labels.n, confidence, &f);
	hd_wilson((double) f.n_mode, (double) r->n, confidence, &low, &high);
	old = MemoryContextSwitchTo(row.row_cx);
	if (r->labels.n == 1)
		note = "one label: its order says nothing";
	else if (f.n_tied > 0)
		note = psprintf(INT64_FORMAT " rows share a time with another label: the longest run may be longer", f.n_tied);
	srf_int64(&row, (int64) r->n);
	srf_int64(&row, r->labels.n);
	srf_int64(&row, f.longest);
	srf_cstring(&row, id_cstring(r->label_kind, &r->labels, f.label));
	if (f.from > 0)
		srf_int64(&row, f.from);
	else
		srf_null(&row);
	srf_float8(&row, f.expected);
	srf_float8(&row, f.expected_low);
	srf_float8(&row, f.expected_high);
	srf_float8(&row, r->labels.n > 1 ? f.probability : NAN);
	srf_float8(&row, f.entropy);
	srf_cstring(&row, id_cstring(r->label_kind, &r->labels, f.mode));
	srf_float8(&row, (double) f.n_mode / (double) r->n);
	srf_float8(&row, low);
	srf_float8(&row, high);
	srf_int64(&row, f.n_tied);
	srf_cstring(&row, psprintf(INT64_FORMAT " in a row of " INT64_FORMAT, f.longest, (int64) r->n));
	srf_cstring(&row, note);
	MemoryContextSwitchTo(old);
	srf_end_row(&row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(label_runs_observations);
Datum
label_runs_observations(PG_FUNCTION_ARGS)
{
	LabelRuns  *r = label_runs_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (size_t i = 0; i < r->n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_int64(&row, (int64) i + 1);
		srf_cstring(&row, id_cstring(r->label_kind, &r->labels, r->row[i].label));
		if (r->at_kind == RUNS_AT_TIMESTAMP)
		{
			srf_datum(&row, Int64GetDatum(r->row[i].at));
			srf_null(&row);
		}
		else
		{
			srf_null(&row);
			srf_int64(&row, r->row[i].at);
		}
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* {"n": ..., "labels": {label: how many, ...}, "observations": [[at, label], ...]}, at in microseconds since 2000 or as given */
PG_FUNCTION_INFO_V1(label_runs_to_jsonb);
Datum
label_runs_to_jsonb(PG_FUNCTION_ARGS)
{
	LabelRuns  *r = label_runs_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n\": %zu, \"labels\": [", r->n);
	for (uint32 i = 0; i < r->labels.n; i++)
	{
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		escape_json(&buf, id_cstring(r->label_kind, &r->labels, i));
	}
	appendStringInfo(&buf, "], \"at\": \"%s\", \"observations\": [", r->at_kind == RUNS_AT_BIGINT ? "bigint" : "microseconds since 2000");
	for (size_t i = 0; i < r->n; i++)
	{
		HD_CHECK_EVERY(i);
		appendStringInfo(&buf, "%s[" INT64_FORMAT ", %u]", i > 0 ? ", " : "", r->row[i].at, r->row[i].label);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

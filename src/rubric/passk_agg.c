/*-------------------------------------------------------------------------
 *
 * passk_agg.c
 *	  SQL functions of the type "passk": its frame, its aggregate, and what is
 *	  read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/passk.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

STATE_FUNCTIONS(passk, passk_type);

/* ---- aggregates ---- */

/* One attempt; without outcome or task it is only counted */
static Datum
count_attempt(FunctionCallInfo fcinfo, uint8 kind, const ColumnKey *task)
{
	Passk	   *p = (Passk *) state_for_row(&passk_type, fcinfo);

	passk_set_kind(p, kind);
	if (task == NULL || PG_ARGISNULL(1))
		passk_skip(p, 1);
	else
		passk_add(p, task, 1, PG_GETARG_BOOL(1) ? 1 : 0);
	PG_RETURN_DATUM(state_datum(&p->state));
}

PG_FUNCTION_INFO_V1(passk_trans);
Datum
passk_trans(PG_FUNCTION_ARGS)
{
	static const ColumnKey no_name = {0, NULL, 0};

	return count_attempt(fcinfo, ID_NONE, &no_name);
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	ColumnKey	task = {0};

	if (PG_ARGISNULL(2))
		return count_attempt(fcinfo, kind, NULL);
	if (kind == ID_INT8)
		int64_column_key(PG_GETARG_INT64(2), &task);
	else if (kind == ID_UUID)
		uuid_column_key(PG_GETARG_DATUM(2), &task);
	else
		text_column_key(PG_GETARG_DATUM(2), &task);
	return count_attempt(fcinfo, kind, &task);
}

STATE_FUNCTION(passk_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(passk_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(passk_trans_text, typed_transition(fcinfo, ID_TEXT));

PG_FUNCTION_INFO_V1(passk_trans_any);
Datum
passk_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *column = fcinfo->flinfo->fn_extra;
	ColumnKey	task = {0};

	if (column == NULL)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 1);

		/* declared "any" so that a boolean and an integer find the overload on bigint */
		if (OidIsValid(type) && getBaseType(type) != BOOLOID && !(type == UNKNOWNOID && PG_ARGISNULL(1)))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("the outcome of an attempt must be of type boolean"),
					 errhint("Compare a score with what passes, for example passk_agg(score >= 1, task).")));
		column = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AnyColumn));
		any_column_init(column, fcinfo, 2, "task");
		fcinfo->flinfo->fn_extra = column;
	}
	if (PG_ARGISNULL(2))
		return count_attempt(fcinfo, column->id_kind, NULL);
	any_id_key(column, PG_GETARG_DATUM(2), &task);
	return count_attempt(fcinfo, column->id_kind, &task);
}

/* ---- from counts ---- */

typedef double (*PassFunction) (double n, double c, double k);

static double
whole_number(double v, const char *what, double least)
{
	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite number", what)));
	if (v < least || v != floor(v))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a whole number of at least %g", what, least),
				 errdetail("It is %g.", v)));
	if (v > PASSK_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must not be greater than %g", what, PASSK_MOST)));
	return v;
}

static Datum
from_counts(FunctionCallInfo fcinfo, PassFunction pass)
{
	double		n = whole_number(PG_GETARG_FLOAT8(0), "n", 0);
	double		c = whole_number(PG_GETARG_FLOAT8(1), "c", 0);
	double		k = whole_number(PG_GETARG_FLOAT8(2), "k", 1);
	double		v;

	if (c > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("c must not be greater than n"),
				 errdetail("There are %.17g successes in %.17g attempts.", c, n)));
	v = pass(n, c, k);
	if (isnan(v))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(v);
}

STATE_FUNCTION(rubric_pass_at_k, from_counts(fcinfo, pass_at_k_of));
STATE_FUNCTION(rubric_pass_hat_k, from_counts(fcinfo, pass_hat_k_of));

/* ---- over tasks ---- */

typedef struct PassMean
{
	int64		n_tasks;
	int64		n_attempts;
	int64		n_short;		/* tasks of fewer than k attempts: the mean is undefined */
	double		mean;
	double		variance;		/* of the mean, tasks being the sample */
} PassMean;

static void
pass_mean(const Passk *p, PassFunction pass, double k, PassMean *m)
{
	double	   *value = array_alloc(p->tasks.n, sizeof(double));
	ExactSum	sum,
				squares;

	memset(m, 0, sizeof(*m));
	m->mean = m->variance = NAN;
	exactsum_init(&sum);
	for (uint32 i = 0; i < p->tasks.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		m->n_tasks++;
		m->n_attempts += p->n[i];
		if (p->n[i] > PASSK_MOST)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("a task has more than %g attempts", PASSK_MOST)));
		value[i] = pass((double) p->n[i], (double) p->c[i], k);
		if (isnan(value[i]))
			m->n_short++;
		else
			exactsum_add(&sum, value[i]);
	}
	if (m->n_tasks == 0 || m->n_short > 0)
		return;
	m->mean = exactsum_value(&sum) / (double) m->n_tasks;
	if (m->n_tasks < 2)
		return;
	exactsum_init(&squares);
	for (uint32 i = 0; i < p->tasks.n; i++)
		exactsum_add(&squares, (value[i] - m->mean) * (value[i] - m->mean));
	m->variance = exactsum_value(&squares) / ((double) m->n_tasks * ((double) m->n_tasks - 1));
}

static Datum
over_tasks(FunctionCallInfo fcinfo, PassFunction pass)
{
	double		k = whole_number(PG_GETARG_FLOAT8(1), "k", 1);
	PassMean	m;

	pass_mean(passk_get(PG_GETARG_DATUM(0)), pass, k, &m);
	if (isnan(m.mean))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(m.mean);
}

STATE_FUNCTION(passk_pass_at_k, over_tasks(fcinfo, pass_at_k_of));
STATE_FUNCTION(passk_pass_hat_k, over_tasks(fcinfo, pass_hat_k_of));

/*
 * Interval of the mean over tasks.  Attempts at one task are not independent:
 * the tasks are the sample (Miller 2024, arXiv:2411.00640).
 */
static void
pass_interval(const PassMean *m, double confidence, double *se, double *low, double *high, const char **note)
{
	double		half;

	*se = *low = *high = NAN;
	*note = NULL;
	if (m->n_tasks == 0)
		*note = "no attempts";
	else if (m->n_short > 0)
		*note = psprintf(INT64_FORMAT " of " INT64_FORMAT " tasks have fewer than k attempts", m->n_short, m->n_tasks);
	else if (m->n_tasks == 1)
		*note = "one task: no interval over tasks; tasks() has that of its rate";
	else if (m->variance > 1e-30)
	{
		*se = sqrt(m->variance);
		half = hd_t_quantile((1 + confidence) / 2, (double) m->n_tasks - 1) * *se;
		*low = Max(0, m->mean - half);
		*high = Min(1, m->mean + half);
	}
	else if (m->mean == 0 || m->mean == 1)
	{
		/* a mean of shares is no further from the end than the share of tasks that are not there */
		hd_clopper_pearson(m->mean * (double) m->n_tasks, (double) m->n_tasks, confidence, low, high);
		*note = psprintf("the same in " INT64_FORMAT " tasks: bounds of Clopper and Pearson", m->n_tasks);
	}
	else
		*note = "no interval: all tasks have the same value";
}

static Datum
pass_row(FunctionCallInfo fcinfo, PassFunction pass)
{
	double		confidence = arg_confidence(fcinfo, 2);
	PassMean	m;
	double		se,
				low,
				high;
	const char *note;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	pass_mean(passk_get(PG_GETARG_DATUM(0)), pass, whole_number(PG_GETARG_FLOAT8(1), "k", 1), &m);
	pass_interval(&m, confidence, &se, &low, &high, &note);
	srf_float8(&row, m.mean);
	srf_float8(&row, se);
	srf_float8(&row, low);
	srf_float8(&row, high);
	srf_int64(&row, m.n_tasks);
	srf_int64(&row, m.n_attempts);
	srf_cstring(&row, note);
	srf_end_row(&row);
	return (Datum) 0;
}

STATE_FUNCTION(passk_pass_at_k_ci, pass_row(fcinfo, pass_at_k_of));
STATE_FUNCTION(passk_pass_hat_k_ci, pass_row(fcinfo, pass_hat_k_of));

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(passk_n_tasks);
Datum
passk_n_tasks(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(passk_get(PG_GETARG_DATUM(0))->tasks.n);
}

PG_FUNCTION_INFO_V1(passk_n_attempts);
Datum
passk_n_attempts(PG_FUNCTION_ARGS)
{
	Passk	   *p = passk_get(PG_GETARG_DATUM(0));

	PG_RETURN_INT64(p->total - p->n_skipped);
}

PG_FUNCTION_INFO_V1(passk_n_skipped);
Datum
passk_n_skipped(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(passk_get(PG_GETARG_DATUM(0))->n_skipped);
}

PG_FUNCTION_INFO_V1(passk_tasks);
Datum
passk_tasks(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Passk	   *p;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = passk_get(PG_GETARG_DATUM(0));
	for (uint32 i = 0; i < p->tasks.n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		double		low,
					high;

		srf_cstring(&row, p->kind == ID_NONE ? NULL : id_cstring(p->kind, &p->tasks, i));
		MemoryContextSwitchTo(old);
		hd_wilson((double) p->c[i], (double) p->n[i], confidence, &low, &high);
		srf_int64(&row, p->n[i]);
		srf_int64(&row, p->c[i]);
		srf_float8(&row, (double) p->c[i] / (double) p->n[i]);
		srf_float8(&row, low);
		srf_float8(&row, high);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* {"n_skipped": ..., "tasks": [[task or null, n, c], ...]} */
PG_FUNCTION_INFO_V1(passk_to_jsonb);
Datum
passk_to_jsonb(PG_FUNCTION_ARGS)
{
	Passk	   *p = passk_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_skipped\": " INT64_FORMAT ", \"tasks\": [", p->n_skipped);
	for (uint32 i = 0; i < p->tasks.n; i++)
	{
		HD_CHECK_EVERY(i);
		appendStringInfoString(&buf, i > 0 ? ", [" : "[");
		if (p->kind == ID_NONE)
			appendStringInfoString(&buf, "null");
		else
		{
			char	   *s = id_cstring(p->kind, &p->tasks, i);

			if (p->kind == ID_INT8)
				appendStringInfoString(&buf, s);
			else
				escape_json(&buf, s);
			pfree(s);
		}
		appendStringInfo(&buf, ", " INT64_FORMAT ", " INT64_FORMAT "]", p->n[i], p->c[i]);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

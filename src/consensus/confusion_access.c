/*-------------------------------------------------------------------------
 *
 * confusion_access.c
 *	  SQL functions: single numbers of a confusion, its cells, and its cast
 *	  to jsonb.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "consensus/confusion_table.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

/* NaN is how kernels say "undefined" */
#define RETURN_DEFINED(v) \
	do { \
		double		v_ = (v); \
		if (isnan(v_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(v_); \
	} while (0)

/* ---- counts ---- */

PG_FUNCTION_INFO_V1(confusion_n);
Datum
confusion_n(PG_FUNCTION_ARGS)
{
	ConfusionTable t;

	confusion_table(PG_GETARG_DATUM(0), &t);
	PG_RETURN_INT64(t.counts.n);
}

PG_FUNCTION_INFO_V1(confusion_n_skipped);
Datum
confusion_n_skipped(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(confusion_get(PG_GETARG_DATUM(0))->n_skipped);
}

PG_FUNCTION_INFO_V1(confusion_n_not_covered);
Datum
confusion_n_not_covered(PG_FUNCTION_ARGS)
{
	ConfusionTable t;

	confusion_table(PG_GETARG_DATUM(0), &t);
	PG_RETURN_INT64(t.n_not_covered);
}

PG_FUNCTION_INFO_V1(confusion_coverage);
Datum
confusion_coverage(PG_FUNCTION_ARGS)
{
	ConfusionTable t;
	double		all;

	confusion_table(PG_GETARG_DATUM(0), &t);
	all = (double) (t.counts.n + t.n_not_covered);
	RETURN_DEFINED(all > 0 ? (double) t.counts.n / all : NAN);
}

/* ---- metrics ---- */

static Datum
plain_metric(FunctionCallInfo fcinfo, LabelMetric metric)
{
	ConfusionTable t;

	confusion_table(PG_GETARG_DATUM(0), &t);
	RETURN_DEFINED(label_metric(&t.counts, metric, NULL, NULL));
}

STATE_FUNCTION(confusion_accuracy, plain_metric(fcinfo, METRIC_ACCURACY));
STATE_FUNCTION(confusion_mcc, plain_metric(fcinfo, METRIC_MCC));
STATE_FUNCTION(confusion_weighted_f1, plain_metric(fcinfo, METRIC_WEIGHTED_F1));

static const ArgChoice weight_names[] = {
	{"identity", DISTANCE_IDENTITY}, {"linear", DISTANCE_LINEAR}, {"quadratic", DISTANCE_QUADRATIC}, {NULL}
};

PG_FUNCTION_INFO_V1(confusion_cohen_kappa);
Datum
confusion_cohen_kappa(PG_FUNCTION_ARGS)
{
	LabelDistance kind = arg_choice(fcinfo, 1, "weights", weight_names);
	ConfusionTable t;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	confusion_table(PG_GETARG_DATUM(0), &t);
	if (kind == DISTANCE_IDENTITY)
		RETURN_DEFINED(label_metric(&t.counts, METRIC_KAPPA, NULL, NULL));
	if (t.x == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weighted kappa needs labels that have an order"),
				 errhint("Give numbers or an enum to confusion_agg.")));
	RETURN_DEFINED(label_distance_kappa(&t.counts, kind, t.x, observed_distance(&t, kind), NULL));
}

/* The labels to average over, as a flag for each label of the table; a listed one that never occurred: *absent */
static bool *
listed_labels(FunctionCallInfo fcinfo, int arg, ConfusionTable *t, bool *absent)
{
	int			n;
	Datum	   *name = arg_text_array(fcinfo, arg, "labels", &n);
	bool	   *listed;

	*absent = false;
	if (n < 0)
	{
		/* an enum declares its labels, used or not */
		if (t->c->kind != VALUE_ORDERED)
			return NULL;
		listed = array_alloc(t->counts.n_labels, sizeof(bool));
		memset(listed, true, t->counts.n_labels);
		return listed;
	}
	listed = array_alloc0(t->counts.n_labels, sizeof(bool));
	for (int i = 0; i < n; i++)
	{
		int64		code = label_code(t->c, name[i]);

		HD_CHECK_EVERY(i);
		if (code < 0)
			*absent = true;
		else
			listed[code] = true;
	}
	return listed;
}

PG_FUNCTION_INFO_V1(confusion_macro_f1);
Datum
confusion_macro_f1(PG_FUNCTION_ARGS)
{
	ConfusionTable t;
	bool	   *domain;
	bool		absent;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	confusion_table(PG_GETARG_DATUM(0), &t);
	domain = listed_labels(fcinfo, 1, &t, &absent);
	RETURN_DEFINED(absent ? NAN : label_metric(&t.counts, METRIC_MACRO_F1, domain, NULL));
}

PG_FUNCTION_INFO_V1(confusion_bias);
Datum
confusion_bias(PG_FUNCTION_ARGS)
{
	ConfusionTable t;
	double		range;
	double	   *value;
	Bias		b;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	confusion_table(PG_GETARG_DATUM(0), &t);
	value = label_values(&t, fcinfo, 1, &range);
	if (value == NULL)
		no_positive_label();
	label_bias(&t, value, &b);
	RETURN_DEFINED(b.value);
}

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(confusion_cells);
Datum
confusion_cells(PG_FUNCTION_ARGS)
{
	Confusion  *c = confusion_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		uint32		p = cell_predicted(c, i);

		srf_cstring(&row, value_cstring(c->kind, &c->labels, cell_reference(c, i)));
		srf_cstring(&row, p == NOT_COVERED ? NULL : value_cstring(c->kind, &c->labels, p));
		srf_int64(&row, c->count[i]);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* {"n_skipped": ..., "labels": [...], "cells": [[reference, predicted or null, n], ...]} by position */
PG_FUNCTION_INFO_V1(confusion_to_jsonb);
Datum
confusion_to_jsonb(PG_FUNCTION_ARGS)
{
	Confusion  *c = confusion_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_skipped\": " INT64_FORMAT ", \"labels\": [", c->n_skipped);
	for (uint32 i = 0; i < c->labels.n; i++)
	{
		char	   *s = value_cstring(c->kind, &c->labels, i);

		HD_CHECK_EVERY(i);
		if (i > 0)
			appendStringInfoString(&buf, ", ");
		if (c->kind == VALUE_NUMBER)
			appendStringInfoString(&buf, s);
		else
			escape_json(&buf, s);
		pfree(s);
	}
	appendStringInfoString(&buf, "], \"cells\": [");
	for (uint32 i = 0; i < c->cells.n; i++)
	{
		uint32		p = cell_predicted(c, i);

		HD_CHECK_EVERY(i);
		appendStringInfo(&buf, "%s[%u, ", i > 0 ? ", " : "", cell_reference(c, i));
		if (p == NOT_COVERED)
			appendStringInfoString(&buf, "null");
		else
			appendStringInfo(&buf, "%u", p);
		appendStringInfo(&buf, ", " INT64_FORMAT "]", c->count[i]);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

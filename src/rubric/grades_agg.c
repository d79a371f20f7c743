/*-------------------------------------------------------------------------
 *
 * grades_agg.c
 *	  SQL functions of the type "grades": its frame, grades_agg, merge_grades
 *	  and what reads it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/args.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/srf.h"
#include "rubric/grades.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(grades, grades_type);

static const ArgChoice how_choices[] = {
	{"majority", HOW_MAJORITY}, {"mean", HOW_MEAN}, {"median", HOW_MEDIAN}, {"unanimous", HOW_UNANIMOUS},
	{"any", HOW_ANY}, {"worst", HOW_WORST}, {NULL, 0}
};

/* arguments of the transition */
#define ARG_VALUE	1
#define ARG_WEIGHT	2
#define ARG_POINTS	3
#define ARG_HOW		4

static double
finite_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (PG_ARGISNULL(arg))
		arg_is_null(what);
	return arg_float8(fcinfo, arg, what, 0);
}

static double
value_arg(FunctionCallInfo fcinfo, bool boolean)
{
	double		value;

	if (PG_ARGISNULL(ARG_VALUE))
		return NAN;
	if (boolean)
		return PG_GETARG_BOOL(ARG_VALUE) ? 1 : 0;
	value = arg_float8(fcinfo, ARG_VALUE, "value", 0);
	if (!(value >= 0 && value <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value must be between 0 and 1"),
				 errdetail("It is %g.", value)));
	return value;
}

static pg_attribute_always_inline Datum
transition(FunctionCallInfo fcinfo, bool boolean)
{
	double		value = value_arg(fcinfo, boolean);
	double		weight = finite_arg(fcinfo, ARG_WEIGHT, "weight");
	double		points = finite_arg(fcinfo, ARG_POINTS, "points");
	GradesHow	how = PG_NARGS() > ARG_HOW ? arg_choice(fcinfo, ARG_HOW, "way to merge grades", how_choices) : HOW_OPEN;
	State	   *s = state_peek_rw(&grades_type, fcinfo);

	if (weight < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must not be negative"),
				 errdetail("It is %g.", weight),
				 errhint("A grader of weight 0 is counted and has no say.")));
	/* a subnormal number has lost digits, and its product with a value loses more */
	if (unlikely(weight < DBL_MIN && weight != 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight is too small for double precision"),
				 errdetail("It is %g.", weight)));
	if (s == NULL)
		s = PG_ARGISNULL(0) ? state_new(&grades_type, fcinfo) : state_get_rw(&grades_type, fcinfo, 0);
	state_changed(s);
	grades_add((Grades *) s, value, weight, points, how);
	PG_RETURN_DATUM(state_datum(s));
}

STATE_FUNCTION(grades_agg_trans_float8, transition(fcinfo, false));
STATE_FUNCTION(grades_agg_trans_bool, transition(fcinfo, true));

static Grades *
grades_get(Datum d)
{
	return (Grades *) state_get(&grades_type, d);
}

static Datum
number(FunctionCallInfo fcinfo, double v)
{
	if (isnan(v))
		PG_RETURN_NULL();
	if (isinf(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of weights is out of range")));
	PG_RETURN_FLOAT8(v);
}

/* Final function of merge_grades, whose rows said how */
PG_FUNCTION_INFO_V1(merge_grades_final);
Datum
merge_grades_final(PG_FUNCTION_ARGS)
{
	Grades	   *g;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	g = grades_get(PG_GETARG_DATUM(0));
	return number(fcinfo, grades_merged(g, g->how));
}

PG_FUNCTION_INFO_V1(grades_merged_by);
Datum
grades_merged_by(PG_FUNCTION_ARGS)
{
	GradesHow	how = arg_choice(fcinfo, 1, "way to merge grades", how_choices);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return number(fcinfo, grades_merged(grades_get(PG_GETARG_DATUM(0)), how));
}

PG_FUNCTION_INFO_V1(grades_is_tied);
Datum
grades_is_tied(PG_FUNCTION_ARGS)
{
	Grades	   *g = grades_get(PG_GETARG_DATUM(0));

	if (isnan(grades_merged(g, HOW_MAJORITY)))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(grades_tied(g));
}

PG_FUNCTION_INFO_V1(grades_n_grades);
Datum
grades_n_grades(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(grades_n(grades_get(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(grades_n_na);
Datum
grades_n_na(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(grades_get(PG_GETARG_DATUM(0))->n_na);
}

PG_FUNCTION_INFO_V1(grades_points);
Datum
grades_points(PG_FUNCTION_ARGS)
{
	Grades	   *g = grades_get(PG_GETARG_DATUM(0));

	if (!g->any)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(g->points);
}

PG_FUNCTION_INFO_V1(grades_counts);
Datum
grades_counts(PG_FUNCTION_ARGS)
{
	Grades	   *g = grades_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < g->n_cells; i++)
	{
		double		weight = shortsum_value(&g->cell[i].weight);

		if (isinf(weight))
			(void) number(fcinfo, weight);
		srf_float8(&row, g->cell[i].value);
		srf_int64(&row, g->cell[i].n);
		srf_float8(&row, weight);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(grades_to_jsonb);
Datum
grades_to_jsonb(PG_FUNCTION_ARGS)
{
	Grades	   *g = grades_get(PG_GETARG_DATUM(0));
	StringInfoData buf;
	const char *how = NULL;

	for (const ArgChoice *c = how_choices; c->name; c++)
		if (c->value == g->how)
			how = c->name;
	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"points\": %s, \"n_na\": " INT64_FORMAT, g->any ? number_cstring(g->points) : "null", g->n_na);
	if (how)
		appendStringInfo(&buf, ", \"how\": \"%s\"", how);
	appendStringInfoString(&buf, ", \"grades\": [");
	for (int32 i = 0; i < g->n_cells; i++)
	{
		double		weight = shortsum_value(&g->cell[i].weight);

		appendStringInfo(&buf, "%s{\"value\": %s, \"n\": " INT64_FORMAT ", \"weight\": %s}", i > 0 ? ", " : "",
						 number_cstring(g->cell[i].value), g->cell[i].n, isfinite(weight) ? number_cstring(weight) : "null");
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

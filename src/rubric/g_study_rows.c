/*-------------------------------------------------------------------------
 *
 * g_study_rows.c
 *	  SQL functions: generalisability and decision studies.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "common/srf.h"
#include "rubric/g_study.h"
#include "utils/array.h"

static GDesign
design_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice designs[] = {
		{"p x r", G_CROSSED},
		{"r:p", G_NESTED},
		{"p x r x c", G_CRITERIA},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "design", designs);
}

static void
run_study(FunctionCallInfo fcinfo, GDesign design, int categories, double confidence,
		  Measure *q, GStudy *out)
{
	Graded		g;
	ItemPairs	pairs = {0};

	graded_ratings(fcinfo, categories, q, &g);
	if (design == G_CRITERIA)
		item_pairs_of(q, &pairs);
	g_study(&g, design, &pairs, &g_words_ratings, confidence, out);
}

static const char *
component_note(const GStudy *s, bool clustered, int i)
{
	if (s->why)
		return s->why;
	if (s->variance[i] < 0)
		return psprintf("estimated as %.6g, set to 0", s->variance[i]);
	if (isnan(s->se[i]))
		return "no variance was seen";
	if (s->n < G_MAX && clustered)
		return "items of one cluster are taken as independent; design 'p x r x c' has criteria as a facet";
	return NULL;
}

static void
put_components(SrfRow *row, const GStudy *s, int64 n_values, bool clustered)
{
	double		total = 0;

	for (int i = 0; i < s->n; i++)
		if (s->variance[i] > 0)
			total += s->variance[i];
	for (int i = 0; i < s->n; i++)
	{
		double		v = isnan(s->variance[i]) ? NAN : Max(s->variance[i], 0);

		srf_cstring(row, s->name[i]);
		srf_float8(row, v);
		srf_float8(row, s->se[i]);
		srf_float8(row, s->ci_low[i]);
		srf_float8(row, s->ci_high[i]);
		srf_float8(row, total > 0 ? 100 * v / total : NAN);
		srf_float8(row, s->df[i] > 0 ? s->df[i] : NAN);
		srf_float8(row, s->ms[i]);
		srf_int64(row, s->levels[i]);
		srf_int64(row, n_values);
		srf_cstring(row, s->method);
		srf_cstring(row, component_note(s, clustered, i));
		srf_end_row(row);
	}
}

PG_FUNCTION_INFO_V1(ratings_g_study);
Datum
ratings_g_study(PG_FUNCTION_ARGS)
{
	GDesign		design = design_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	Measure		q;
	GStudy		s;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	run_study(fcinfo, design, 3, confidence, &q, &s);
	put_components(&row, &s, q.m.n_obs, q.m.n_clusters > 0);
	return (Datum) 0;
}

/* Counts of raters or items, as asked for */
static double *
counts_arg(FunctionCallInfo fcinfo, int arg, const char *what, int *n)
{
	Datum	   *value;
	bool	   *null;
	double	   *count;

	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &value, &null, n);
	count = array_alloc(*n, sizeof(double));
	for (int i = 0; i < *n; i++)
	{
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not contain nulls", what)));
		if (DatumGetInt64(value[i]) < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be 1 or more", what),
					 errdetail("It is " INT64_FORMAT ".", DatumGetInt64(value[i]))));
		count[i] = (double) DatumGetInt64(value[i]);
	}
	return count;
}

/* NaN: as many as there are */
static double
criteria_arg(FunctionCallInfo fcinfo, int arg, GDesign design)
{
	int64		n;

	if (!arg_given(fcinfo, arg))
		return NAN;
	n = PG_GETARG_INT64(arg);
	if (design != G_CRITERIA)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n_criteria needs the design \"p x r x c\"")));
	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n_criteria must be 1 or more"),
				 errdetail("It is " INT64_FORMAT ".", n)));
	return (double) n;
}

static void
put_reliability(SrfRow *row, const GStudy *s, const DStudyRow *d)
{
	srf_float8(row, d->e_rho2);
	srf_float8(row, d->e_rho2_low);
	srf_float8(row, d->e_rho2_high);
	srf_float8(row, d->phi);
	srf_float8(row, d->phi_low);
	srf_float8(row, d->phi_high);
	srf_float8(row, d->sem_relative);
	srf_float8(row, d->sem_absolute);
	srf_cstring(row, s->method);
	srf_cstring(row, d->note);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(ratings_d_study);
Datum
ratings_d_study(PG_FUNCTION_ARGS)
{
	GDesign		design = design_arg(fcinfo, 1);
	int			n;
	double	   *count = counts_arg(fcinfo, 2, "n_raters", &n);
	double		n_criteria = criteria_arg(fcinfo, 3, design);
	double		confidence = arg_confidence(fcinfo, 4);
	Measure		q;
	GStudy		s;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	run_study(fcinfo, design, 5, confidence, &q, &s);
	if (isnan(n_criteria))
		n_criteria = s.n_criteria;
	for (int i = 0; i < n; i++)
	{
		DStudyRow	d;

		d_study(&s, count[i], n_criteria, confidence, &d);
		srf_int64(&row, (int64) count[i]);
		if (design == G_CRITERIA)
			srf_int64(&row, (int64) n_criteria);
		else
			srf_null(&row);
		put_reliability(&row, &s, &d);
	}
	return (Datum) 0;
}

/* ---- score matrices: units crossed with items ---- */

static GDesign
matrix_design_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice designs[] = {
		{"p x i", G_CROSSED},
		{"i:p", G_NESTED},
		{NULL, 0}
	};

	return arg_choice(fcinfo, arg, "design", designs);
}

PG_FUNCTION_INFO_V1(score_matrix_g_study);
Datum
score_matrix_g_study(PG_FUNCTION_ARGS)
{
	GDesign		design = matrix_design_arg(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 2);
	Graded		g;
	GStudy		s;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_matrix(PG_GETARG_DATUM(0), &g);
	g_study(&g, design, NULL, &g_words_matrix, confidence, &s);
	put_components(&row, &s, g.n_obs, false);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(score_matrix_d_study);
Datum
score_matrix_d_study(PG_FUNCTION_ARGS)
{
	GDesign		design = matrix_design_arg(fcinfo, 1);
	int			n;
	double	   *count = counts_arg(fcinfo, 2, "n_items", &n);
	double		confidence = arg_confidence(fcinfo, 3);
	Graded		g;
	GStudy		s;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	graded_matrix(PG_GETARG_DATUM(0), &g);
	g_study(&g, design, NULL, &g_words_matrix, confidence, &s);
	for (int i = 0; i < n; i++)
	{
		DStudyRow	d;

		d_study(&s, count[i], 1, confidence, &d);
		srf_int64(&row, (int64) count[i]);
		put_reliability(&row, &s, &d);
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * score_summary_access.c
 *	  SQL functions of the type "score_summary": its frame, score_agg and what
 *	  reads it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/rubric_score.h"
#include "rubric/score_summary.h"
#include "utils/array.h"
#include "utils/json.h"
#include "utils/jsonb.h"

STATE_FUNCTIONS(score_summary, score_summary_type);

/* ---- score_agg ---- */

/* arguments of the transitions */
#define ARG_SCORE	1
#define ARG_CLUSTER 2
#define ARG_MIXED	3
#define ARG_NORM	4
#define ARG_NA		5

static ScoreSummary *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&score_summary_type, fcinfo);

	if (s == NULL)
		s = PG_ARGISNULL(0) ? state_new(&score_summary_type, fcinfo) :
			state_get_rw(&score_summary_type, fcinfo, 0);
	state_changed(s);
	return (ScoreSummary *) s;
}

/* A score into the state; NULL is counted */
static void
add_score(FunctionCallInfo fcinfo, ScoreSummary *s, double score, bool isnull)
{
	ColumnKey	cluster;

	if (isnull)
		s->n_null++;
	else if (arg_given(fcinfo, ARG_CLUSTER))
	{
		text_column_key(PG_GETARG_DATUM(ARG_CLUSTER), &cluster);
		score_summary_add(s, score, &cluster);
	}
	else
		score_summary_add(s, score, NULL);
}

PG_FUNCTION_INFO_V1(score_agg_trans_float8);
Datum
score_agg_trans_float8(PG_FUNCTION_ARGS)
{
	bool		isnull = PG_ARGISNULL(ARG_SCORE);
	double		score = isnull ? 0 : PG_GETARG_FLOAT8(ARG_SCORE);
	ScoreSummary *s;

	if (!isfinite(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score must be a finite number"),
				 errhint("Use NULL for a score that is missing.")));
	s = transition_state(fcinfo);
	if (!isnull)
		score_summary_bind(s, SUMMARY_UNBOUND, NULL);
	add_score(fcinfo, s, score, isnull);
	PG_RETURN_DATUM(state_datum(&s->state));
}

PG_FUNCTION_INFO_V1(score_agg_trans_rubric);
Datum
score_agg_trans_rubric(PG_FUNCTION_ARGS)
{
	ScoreOptions o = SCORE_DEFAULTS;
	bool		mixed = false;
	ScoreSummary *s;
	RubricScore *r;
	double		score;
	bool		isnull;

	if (PG_NARGS() > ARG_MIXED)
	{
		if (PG_ARGISNULL(ARG_MIXED))
			arg_is_null("mixed");
		mixed = PG_GETARG_BOOL(ARG_MIXED);
	}
	if (PG_NARGS() > ARG_NORM)
	{
		score_norm_arg(fcinfo, ARG_NORM, &o);
		score_na_arg(fcinfo, ARG_NA, &o);
	}
	s = transition_state(fcinfo);
	if (PG_ARGISNULL(ARG_SCORE))
	{
		s->n_null++;
		PG_RETURN_DATUM(state_datum(&s->state));
	}
	r = rubric_score_get(PG_GETARG_DATUM(ARG_SCORE));
	score = rubric_score_value(r, &o, &isnull);
	if (mixed)
		score_summary_bind(s, SUMMARY_MIXED, NULL);
	else if (r->binding)
		score_summary_bind(s, SUMMARY_BOUND, r->binding->hash);
	else if (!isnull)
		score_summary_bind(s, SUMMARY_UNBOUND, NULL);
	add_score(fcinfo, s, score, isnull);
	PG_RETURN_DATUM(state_datum(&s->state));
}

/* ---- options ---- */

static ScoreClip
clip_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice clip[] = {
		{"dataset", CLIP_DATASET}, {"example", CLIP_EXAMPLE}, {"none", CLIP_NONE}, {NULL, 0}
	};

	return arg_choice(fcinfo, arg, "clip", clip);
}

static StderrMethod
method_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice method[] = {
		{"clustered", STDERR_CLUSTERED}, {"sample", STDERR_SAMPLE}, {"bootstrap", STDERR_BOOTSTRAP}, {NULL, 0}
	};

	return arg_choice(fcinfo, arg, "method", method);
}

static double
in_range(double v)
{
	if (isinf(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of scores is out of range")));
	return v == 0 ? 0 : v;
}

static Datum
number(FunctionCallInfo fcinfo, double v)
{
	if (isnan(v))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(in_range(v));
}

/* ---- reading ---- */

PG_FUNCTION_INFO_V1(score_summary_mean);
Datum
score_summary_mean(PG_FUNCTION_ARGS)
{
	ScoreClip	clip = clip_arg(fcinfo, 1);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return number(fcinfo, summary_mean(score_summary_get(PG_GETARG_DATUM(0)), clip));
}

PG_FUNCTION_INFO_V1(score_summary_stderr);
Datum
score_summary_stderr(PG_FUNCTION_ARGS)
{
	ScoreClip	clip = clip_arg(fcinfo, 1);
	StderrMethod method = method_arg(fcinfo, 2);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return number(fcinfo, summary_stderr(score_summary_get(PG_GETARG_DATUM(0)), clip, method));
}

/* Why there is no interval, or what is to be known of it */
static const char *
interval_note(const ScoreSummary *s, ScoreClip clip, double units, double se, StderrMethod method)
{
	double		mean = summary_mean(s, CLIP_NONE);

	if (s->all.n == 0)
		return "no scores";
	if (units < 2)
		return method == STDERR_CLUSTERED && s->all.n > 1 ? "one cluster" : "one score";
	if (se == 0)
		return method == STDERR_CLUSTERED && s->clusters ? "no variation between clusters" : "all scores are equal";
	if (clip == CLIP_DATASET && (mean < 0 || mean > 1))
		return "the interval is that of the mean before clipping";
	return NULL;
}

PG_FUNCTION_INFO_V1(score_summary_ci);
Datum
score_summary_ci(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	ScoreClip	clip = clip_arg(fcinfo, 2);
	StderrMethod method = method_arg(fcinfo, 3);
	ScoreSummary *s;
	SrfRow		row;
	double		units,
				centre,
				se,
				half;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	s = score_summary_get(PG_GETARG_DATUM(0));
	units = method == STDERR_CLUSTERED ? (double) summary_n_clusters(s) : (double) s->all.n;
	centre = in_range(summary_mean(s, clip == CLIP_DATASET ? CLIP_NONE : clip));
	se = in_range(summary_stderr(s, clip, method));
	half = units >= 2 && se > 0 ? hd_t_quantile((1 + confidence) / 2, units - 1) * se : NAN;

	srf_float8(&row, in_range(summary_mean(s, clip)));
	srf_float8(&row, se);
	srf_float8(&row, centre - half);
	srf_float8(&row, centre + half);
	srf_int64(&row, s->all.n);
	srf_int64(&row, summary_n_clusters(s));
	srf_float8(&row, units >= 2 ? units - 1 : NAN);
	srf_cstring(&row, interval_note(s, clip, units, se, method));
	srf_end_row(&row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(score_summary_n_scores);
Datum
score_summary_n_scores(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(score_summary_get(PG_GETARG_DATUM(0))->all.n);
}

PG_FUNCTION_INFO_V1(score_summary_n_null);
Datum
score_summary_n_null(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(score_summary_get(PG_GETARG_DATUM(0))->n_null);
}

PG_FUNCTION_INFO_V1(score_summary_n_clusters);
Datum
score_summary_n_clusters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(summary_n_clusters(score_summary_get(PG_GETARG_DATUM(0))));
}

PG_FUNCTION_INFO_V1(score_summary_min);
Datum
score_summary_min(PG_FUNCTION_ARGS)
{
	ScoreSummary *s = score_summary_get(PG_GETARG_DATUM(0));

	return number(fcinfo, s->all.n > 0 ? s->min : NAN);
}

PG_FUNCTION_INFO_V1(score_summary_max);
Datum
score_summary_max(PG_FUNCTION_ARGS)
{
	ScoreSummary *s = score_summary_get(PG_GETARG_DATUM(0));

	return number(fcinfo, s->all.n > 0 ? s->max : NAN);
}

PG_FUNCTION_INFO_V1(score_summary_cluster_means);
Datum
score_summary_cluster_means(PG_FUNCTION_ARGS)
{
	ScoreSummary *s = score_summary_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (uint32 i = 0; s->clusters && i < s->clusters->dict.n; i++)
	{
		srf_cstring(&row, score_summary_cluster_name(s, i));
		srf_int64(&row, s->clusters->sums[i].n);
		srf_float8(&row, in_range(cluster_mean(&s->clusters->sums[i], false)));
		srf_float8(&row, in_range(cluster_mean(&s->clusters->sums[i], true)));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- cast to jsonb ---- */

static const char *
json_number(double v)
{
	return isfinite(v) ? number_cstring(v) : "null";
}

PG_FUNCTION_INFO_V1(score_summary_to_jsonb);
Datum
score_summary_to_jsonb(PG_FUNCTION_ARGS)
{
	ScoreSummary *s = score_summary_get(PG_GETARG_DATUM(0));
	bool		any = s->all.n > 0;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n\": " INT64_FORMAT ", \"n_null\": " INT64_FORMAT ", \"sum\": %s, \"sum_clipped\": %s, \"sum_of_squares\": %s",
					 s->all.n, s->n_null, json_number(shortsum_value(&s->all.sum)),
					 json_number(wide_add(shortsum_wide(&s->all.sum), shortsum_wide(&s->all.clip)).high),
					 json_number(shortsum_value(&s->square)));
	appendStringInfo(&buf, ", \"min\": %s, \"max\": %s", any ? json_number(s->min) : "null", any ? json_number(s->max) : "null");
	if (s->binding == SUMMARY_BOUND)
		appendStringInfo(&buf, ", \"rubric\": \"%s\"", rubric_hash_cstring(s->hash));
	else
		appendStringInfo(&buf, ", \"rubric\": %s", s->binding == SUMMARY_MIXED ? "\"mixed\"" : "null");
	appendStringInfoString(&buf, ", \"clusters\": {");
	for (uint32 i = 0; s->clusters && i < s->clusters->dict.n; i++)
	{
		HD_CHECK_EVERY(i);
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		escape_json(&buf, score_summary_cluster_name(s, i));
		appendStringInfo(&buf, ": {\"n\": " INT64_FORMAT ", \"sum\": %s}", s->clusters->sums[i].n,
						 json_number(shortsum_value(&s->clusters->sums[i].sum)));
	}
	appendStringInfoString(&buf, "}}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/* ---- small things around scores ---- */

static double *
number_array(FunctionCallInfo fcinfo, int arg, const char *what, int *n)
{
	Datum	   *value;
	bool	   *null;
	double	   *v;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &value, &null, n);
	v = palloc(sizeof(double) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
	{
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not contain nulls", what)));
		v[i] = DatumGetFloat8(value[i]);
		if (!isfinite(v[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s must contain finite numbers", what)));
	}
	return v;
}

PG_FUNCTION_INFO_V1(hdata_pooled_stderr);
Datum
hdata_pooled_stderr(PG_FUNCTION_ARGS)
{
	int			n,
				m;
	double	   *se = number_array(fcinfo, 0, "stderr", &n);
	double	   *size = number_array(fcinfo, 1, "n", &m);

	if (n != m)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stderr and n must be of one length"),
				 errdetail("They have %d and %d elements.", n, m)));
	for (int i = 0; i < n; i++)
		if (se[i] < 0 || size[i] < 1 || size[i] != floor(size[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("stderr must not be negative, and n must be a whole number from 1"),
					 errdetail("Element %d is %g of %g scores.", i + 1, se[i], size[i])));
	return number(fcinfo, pooled_stderr(n, se, size));
}

/* HealthBench Professional: simple-evals, pull request 108 */
PG_FUNCTION_INFO_V1(hdata_length_adjusted);
Datum
hdata_length_adjusted(PG_FUNCTION_ARGS)
{
	double		v[4];

	for (int i = 0; i < 4; i++)
	{
		v[i] = PG_GETARG_FLOAT8(i);
		if (!isfinite(v[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("score, length, center and penalty must be finite numbers")));
	}
	return number(fcinfo, v[0] - v[3] * ((v[1] - v[2]) / 500));
}

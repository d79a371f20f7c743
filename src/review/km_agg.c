/*-------------------------------------------------------------------------
 *
 * km_agg.c
 *	  SQL functions of the type "km": its frame, its aggregates, and what is
 *	  read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/args.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "datatype/timestamp.h"
#include "review/km.h"
#include "review/path.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

STATE_FUNCTIONS(km, km_type);

/* ---- transitions ---- */

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static pg_noinline void
bad_duration(double v)
{
	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a duration must be a finite number")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a duration must not be negative"),
			 errdetail("It is %g.", v)));
}

static inline Datum
add_duration(FunctionCallInfo fcinfo, double v)
{
	Km		   *k;

	if (unlikely(!(v >= 0 && v <= DBL_MAX)))
		bad_duration(v);
	k = (Km *) state_for_row(&km_type, fcinfo);
	km_put(k, v, 1, PG_GETARG_BOOL(2));
	PG_RETURN_DATUM(state_datum(&k->state));
}

/* From whole microseconds: the same double for the same interval, however it is written */
double
km_interval_seconds(const Interval *v)
{
	if (unlikely(hd_interval_is_infinite(v)))
		bad_duration(INFINITY);
	if (unlikely(v->month != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a duration in months or years has no fixed length"),
				 errhint("Use the difference of two times.")));
	return (double) ((int128) v->day * USECS_PER_DAY + v->time) / USECS_PER_SEC;
}

/* (km, duration, observed) */
PG_FUNCTION_INFO_V1(km_trans);
Datum
km_trans(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	return add_duration(fcinfo, PG_GETARG_FLOAT8(1));
}

PG_FUNCTION_INFO_V1(km_trans_interval);
Datum
km_trans_interval(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	return add_duration(fcinfo, km_interval_seconds(PG_GETARG_INTERVAL_P(1)));
}

void
km_put_microseconds(Km *k, int64 us, bool observed)
{
	km_put(k, (double) us / USECS_PER_SEC, 1, observed);
}

/* (km, path, state, as_of): every stay in the state */
PG_FUNCTION_INFO_V1(km_trans_path);
Datum
km_trans_path(PG_FUNCTION_ARGS)
{
	Km		   *k = NULL;
	ReviewPath *p;
	PathWalk	w;
	PathStep	step;
	int64		state;
	TimestampTz as_of;

	as_of = path_needed_as_of(fcinfo, 3);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	p = path_get(PG_GETARG_DATUM(1));
	state = path_find(&p->names, PG_GETARG_DATUM(2));
	if (state < 0)
		return skipped_row(fcinfo);
	path_walk(&w, path_events(p), as_of);
	while (path_next(&w, &step))
	{
		if (step.state != state)
			continue;
		if (k == NULL)
			k = (Km *) state_for_row(&km_type, fcinfo);
		km_put_microseconds(k, path_duration(step.entered, step.left), !step.open);
	}
	if (k == NULL)
		return skipped_row(fcinfo);
	PG_RETURN_DATUM(state_datum(&k->state));
}

/* (km, path, from_state, to_state, as_of): the time from one to the other */
PG_FUNCTION_INFO_V1(km_trans_cycle);
Datum
km_trans_cycle(PG_FUNCTION_ARGS)
{
	Km		   *k;
	ReviewPath *p;
	TimestampTz as_of;
	int64		us;
	bool		observed;

	as_of = path_needed_as_of(fcinfo, 4);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	p = path_get(PG_GETARG_DATUM(1));
	if (!path_cycle(path_events(p), path_find(&p->names, PG_GETARG_DATUM(2)), path_find(&p->names, PG_GETARG_DATUM(3)), as_of, &us, &observed))
		return skipped_row(fcinfo);
	k = (Km *) state_for_row(&km_type, fcinfo);
	km_put_microseconds(k, us, observed);
	PG_RETURN_DATUM(state_datum(&k->state));
}

/* ---- arguments ---- */

static const ArgChoice band_choice[] = {
	{"log-log", KM_LOG_LOG},
	{"log", KM_LOG},
	{"plain", KM_PLAIN},
	{NULL}
};

static double
arg_share(FunctionCallInfo fcinfo, int arg)
{
	double		p = PG_GETARG_FLOAT8(arg);

	if (!(p > 0 && p <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p must be above 0 and at most 1"),
				 errdetail("It is %g.", p)));
	return p;
}

static double
arg_time(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		t = arg_float8(fcinfo, arg, what, 0);

	if (t < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", what),
				 errdetail("It is %g.", t)));
	return t;
}

#define RETURN_DEFINED(v) \
	do { \
		double		v_ = (v); \
		if (isnan(v_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(v_); \
	} while (0)

static KmCurve *
arg_curve(FunctionCallInfo fcinfo, int arg)
{
	return km_curve_of(km_get(PG_GETARG_DATUM(arg)));
}

/* ---- quantiles ---- */

PG_FUNCTION_INFO_V1(km_quantile);
Datum
km_quantile(PG_FUNCTION_ARGS)
{
	RETURN_DEFINED(km_quantile_of(arg_curve(fcinfo, 0), arg_share(fcinfo, 1)));
}

PG_FUNCTION_INFO_V1(km_median);
Datum
km_median(PG_FUNCTION_ARGS)
{
	RETURN_DEFINED(km_quantile_of(arg_curve(fcinfo, 0), 0.5));
}

static void
put_counts(SrfRow *row, const KmCurve *c)
{
	srf_int64(row, c->total);
	srf_int64(row, c->n_ended);
	srf_int64(row, c->total - c->n_ended);
}

/* (km, p, confidence, band) */
PG_FUNCTION_INFO_V1(km_quantile_ci);
Datum
km_quantile_ci(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 2);
	KmBand		band = arg_choice(fcinfo, 3, "band", band_choice);
	KmCurve    *c;
	SrfRow		row;
	double		p,
				value,
				low,
				high;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	p = arg_share(fcinfo, 1);
	c = arg_curve(fcinfo, 0);
	value = km_quantile_of(c, p);
	km_quantile_bounds(c, p, confidence, band, &low, &high);
	srf_float8(&row, value);
	srf_float8(&row, low);
	srf_float8(&row, high);
	put_counts(&row, c);
	srf_cstring(&row, isnan(value) ? psprintf("survival is still %.3g at the end", c->survival[c->n - 1]) : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- the curve ---- */

/* After the last duration S stays what it is only if it is 0 */
static bool
is_known(const KmCurve *c, double t)
{
	return t <= c->time[c->n - 1] || c->survival[c->n - 1] == 0;
}

PG_FUNCTION_INFO_V1(km_survival);
Datum
km_survival(PG_FUNCTION_ARGS)
{
	KmCurve    *c = arg_curve(fcinfo, 0);
	double		t = arg_time(fcinfo, 1, "t");
	int64		i = km_place(c, t);

	if (!is_known(c, t))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(i < 0 ? 1 : c->survival[i]);
}

/* (km, t, confidence, band) */
PG_FUNCTION_INFO_V1(km_survival_ci);
Datum
km_survival_ci(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 2);
	KmBand		band = arg_choice(fcinfo, 3, "band", band_choice);
	KmCurve    *c;
	SrfRow		row;
	double		t,
				low,
				high;
	int64		i;
	bool		known;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	t = arg_time(fcinfo, 1, "t");
	c = arg_curve(fcinfo, 0);
	i = km_place(c, t);
	known = is_known(c, t);
	km_bounds(c, i, confidence, band, &low, &high);
	if (i < 0)
		hd_clopper_pearson((double) c->total, (double) c->total, confidence, &low, &high);
	srf_float8(&row, !known ? NAN : i < 0 ? 1 : c->survival[i]);
	srf_float8(&row, known ? km_se(c, i) : NAN);
	srf_float8(&row, known ? low : NAN);
	srf_float8(&row, known ? high : NAN);
	srf_int64(&row, i + 1 < c->n ? c->at_risk[i + 1] : 0);
	srf_cstring(&row, !known ? psprintf("nothing was seen for longer than %g", c->time[c->n - 1]) :
				i >= 0 && c->survival[i] == 0 ? "nothing is left: no interval" :
				i < 0 || c->greenwood[i] == 0 ? "nothing has ended: bounds of Clopper and Pearson" : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

/* (km, confidence, band) */
PG_FUNCTION_INFO_V1(km_curve);
Datum
km_curve(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	KmBand		band = arg_choice(fcinfo, 2, "band", band_choice);
	KmCurve    *c;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = arg_curve(fcinfo, 0);
	for (int64 i = 0; i < c->n; i++)
	{
		double		low,
					high;

		km_bounds(c, i, confidence, band, &low, &high);
		srf_float8(&row, c->time[i]);
		srf_int64(&row, c->at_risk[i]);
		srf_int64(&row, c->ended[i]);
		srf_int64(&row, c->censored[i]);
		srf_float8(&row, c->survival[i]);
		srf_float8(&row, km_se(c, i));
		srf_float8(&row, low);
		srf_float8(&row, high);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- restricted mean ---- */

PG_FUNCTION_INFO_V1(km_rmst);
Datum
km_rmst(PG_FUNCTION_ARGS)
{
	double		variance;

	RETURN_DEFINED(km_area(arg_curve(fcinfo, 0), arg_time(fcinfo, 1, "tau"), &variance));
}

/* (km, tau, confidence) */
PG_FUNCTION_INFO_V1(km_rmst_ci);
Datum
km_rmst_ci(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 2);
	KmCurve    *c;
	SrfRow		row;
	double		tau,
				value,
				variance,
				se,
				half;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	tau = arg_time(fcinfo, 1, "tau");
	c = arg_curve(fcinfo, 0);
	value = km_area(c, tau, &variance);
	se = variance > 0 ? sqrt(variance) : NAN;
	half = hd_norm_quantile((1 + confidence) / 2) * se;
	srf_float8(&row, value);
	srf_float8(&row, se);
	srf_float8(&row, isnan(half) ? NAN : Max(0, value - half));
	srf_float8(&row, isnan(half) ? NAN : Min(tau, value + half));
	put_counts(&row, c);
	srf_cstring(&row, isnan(value) ? psprintf("nothing was seen for longer than %g", c->time[c->n - 1]) :
				isnan(se) ? "no interval: nothing varies before tau" : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- two of them ---- */

/* of the logarithm of a ratio that the one-step estimate is taken for */
#define FARTHEST_RATIO 5.0

/* (km, km, confidence, null_value) */
PG_FUNCTION_INFO_V1(km_compare);
Datum
km_compare(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 2);
	double		null_value = arg_float8(fcinfo, 3, "null_value", NAN);
	KmCurve    *a,
			   *b;
	LogRank		r;
	SrfRow		row;
	double		beta = NAN,
				se = NAN,
				half;
	bool		far;

	if (null_value <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("null_value, a ratio of hazards, must be positive")));
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	a = arg_curve(fcinfo, 0);
	b = arg_curve(fcinfo, 1);
	km_log_rank(a, b, &r);
	if (r.variance > 0)
	{
		beta = ((double) a->n_ended - r.expected_a) / r.variance;
		se = 1 / sqrt(r.variance);
	}
	half = hd_norm_quantile((1 + confidence) / 2) * se;
	/* one step from no difference: of groups of unequal size it goes beyond any ratio there is, with a narrow interval */
	far = fabs(beta) > FARTHEST_RATIO;
	srf_int64(&row, a->total);
	srf_int64(&row, a->n_ended);
	srf_float8(&row, r.expected_a);
	srf_int64(&row, b->total);
	srf_int64(&row, b->n_ended);
	srf_float8(&row, r.expected_b);
	srf_float8(&row, beta / se);
	srf_float8(&row, far ? NAN : exp(beta));
	srf_float8(&row, far ? NAN : exp(beta - half));
	srf_float8(&row, far ? NAN : exp(beta + half));
	/* that there is no difference can be tested all the same */
	srf_float8(&row, far && null_value != 1 ? NAN : hd_norm_sf((beta - log(null_value)) / se));
	srf_cstring(&row, isnan(beta) ? "nothing ended while both were at risk" :
				far ? "too far from 1 for a ratio by the one-step estimate: see z" : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(km_n_ended);
Datum
km_n_ended(PG_FUNCTION_ARGS)
{
	Km		   *k = km_get(PG_GETARG_DATUM(0));
	int64		n = 0;

	for (int64 i = 0; i < k->n; i++)
		n += k->ended[i];
	PG_RETURN_INT64(n);
}

PG_FUNCTION_INFO_V1(km_n_censored);
Datum
km_n_censored(PG_FUNCTION_ARGS)
{
	Km		   *k = km_get(PG_GETARG_DATUM(0));
	int64		n = 0;

	for (int64 i = 0; i < k->n; i++)
		n += k->censored[i];
	PG_RETURN_INT64(n);
}

/* [[duration, ended, censored], ...] */
PG_FUNCTION_INFO_V1(km_to_jsonb);
Datum
km_to_jsonb(PG_FUNCTION_ARGS)
{
	Km		   *k = km_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (int64 i = 0; i < k->n; i++)
	{
		char	   *t = number_cstring(k->time[i]);

		HD_CHECK_EVERY(i + 1);
		appendStringInfo(&buf, "%s[%s, " INT64_FORMAT ", " INT64_FORMAT "]", i > 0 ? ", " : "", t,
						 k->ended[i], k->censored[i]);
		pfree(t);
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

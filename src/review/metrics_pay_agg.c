/*-------------------------------------------------------------------------
 *
 * metrics_pay_agg.c
 *	  SQL functions: pay by the hour, from the state type "pay"; and the speed
 *	  signal, from the state type "km".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "datatype/timestamp.h"
#include "port.h"
#include "review/km.h"
#include "review/metrics_pay.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

STATE_FUNCTIONS(pay, pay_type);

/* ---- transitions: (pay, amount, time) ---- */

static Datum
add_pay(FunctionCallInfo fcinfo, double seconds)
{
	double		amount = PG_GETARG_FLOAT8(1);
	Pay		   *p;

	if (!isfinite(amount) || !isfinite(seconds))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("pay and time must be finite numbers")));
	if (amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pay must not be negative"),
				 errdetail("It is %g.", amount)));
	if (seconds <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the time that is paid must be positive"),
				 errdetail("It is %g seconds.", seconds),
				 errhint("Leave out what took no time with FILTER, or with nullif(seconds, 0).")));
	p = (Pay *) state_for_row(&pay_type, fcinfo);
	pay_put(p, amount, seconds, 1);
	PG_RETURN_DATUM(state_datum(&p->state));
}

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

PG_FUNCTION_INFO_V1(pay_trans);
Datum
pay_trans(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	return add_pay(fcinfo, PG_GETARG_FLOAT8(2));
}

PG_FUNCTION_INFO_V1(pay_trans_interval);
Datum
pay_trans_interval(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	return add_pay(fcinfo, km_interval_seconds(PG_GETARG_INTERVAL_P(2)));
}

/* ---- values with counts ---- */

typedef struct Weighted
{
	double		value;
	int64		count;
} Weighted;

static int
weighted_ascending(const void *a, const void *b, void *arg)
{
	double		x = ((const Weighted *) a)->value;
	double		y = ((const Weighted *) b)->value;

	return (x > y) - (x < y);
}

static void
sort_weighted(Weighted *v, size_t n)
{
	qsort_interruptible(v, n, sizeof(Weighted), weighted_ascending, NULL);
}

/* The k-th of sorted values, from 1 */
static double
nth_value(const Weighted *v, size_t n, int64 k)
{
	int64		seen = 0;

	for (size_t i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		seen += v[i].count;
		if (seen >= k)
			return v[i].value;
	}
	return NAN;
}

static double
median_of(const Weighted *v, size_t n, int64 total)
{
	double		low = nth_value(v, n, (total + 1) / 2);
	double		high = total % 2 ? low : nth_value(v, n, total / 2 + 1);

	return low + (high - low) / 2;
}

/*
 * Order statistics that enclose the median (Conover 1999, 3.2): free of any
 * distribution.  NaN where so few values cannot.
 */
static void
median_bounds(const Weighted *v, size_t n, int64 total, double confidence, double *low, double *high)
{
	int64		rank = 0;
	int64		step;

	/* the greatest rank with P(X < rank) <= alpha / 2, X ~ Bin(total, 1/2) */
	for (step = 1; step < total; step *= 2)
		;
	for (; step > 0; step /= 2)
		if (rank + step <= total / 2 && hd_binom_cdf((double) (rank + step - 1), (double) total, 0.5) <= (1 - confidence) / 2)
			rank += step;
	*low = *high = NAN;
	if (rank == 0)
		return;
	*low = nth_value(v, n, rank);
	*high = nth_value(v, n, total + 1 - rank);
}

/* ---- pay by the hour ---- */

typedef struct PaySums
{
	double		n;
	double		mean_rate;
	double		rate_se;
	double		ratio;
	double		ratio_se;
} PaySums;

static void
pay_sums(const Pay *p, const Weighted *rate, PaySums *s)
{
	ExactSum	pay,
				seconds,
				rates,
				rate_squares,
				ratio_squares;
	double		hours;

	exactsum_init(&pay);
	exactsum_init(&seconds);
	exactsum_init(&rates);
	exactsum_init(&rate_squares);
	exactsum_init(&ratio_squares);
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		exactsum_add_product(&pay, p->row[i].pay, (double) p->row[i].count);
		exactsum_add_product(&seconds, p->row[i].seconds, (double) p->row[i].count);
		exactsum_add_product(&rates, rate[i].value, (double) rate[i].count);
	}
	s->n = (double) p->total;
	s->mean_rate = exactsum_value(&rates) / s->n;
	hours = exactsum_value(&seconds) / 3600;
	s->ratio = exactsum_value(&pay) / hours;
	if (!isfinite(s->ratio) || !isfinite(hours) || !isfinite(s->mean_rate))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a sum of pay, time or hourly rates is out of range")));
	for (size_t i = 0; i < p->n; i++)
	{
		double		r = rate[i].value - s->mean_rate;
		double		e = p->row[i].pay - s->ratio * (p->row[i].seconds / 3600);

		HD_CHECK_EVERY(i + 1);
		exactsum_add_product(&rate_squares, r * r, (double) p->row[i].count);
		exactsum_add_product(&ratio_squares, e * e, (double) p->row[i].count);
	}
	s->rate_se = sqrt(exactsum_value(&rate_squares) / (s->n * (s->n - 1)));
	s->ratio_se = sqrt(exactsum_value(&ratio_squares) * s->n / (s->n - 1)) / hours;
}

static void
metric_row(SrfRow *row, const char *metric, double value, double low, double high, int64 n, const char *note)
{
	srf_cstring(row, metric);
	srf_float8(row, isfinite(value) ? value : NAN);
	srf_float8(row, isfinite(low) ? low : NAN);
	srf_float8(row, isfinite(high) ? high : NAN);
	srf_int64(row, n);
	srf_cstring(row, note);
	srf_end_row(row);
}

/* pay_metrics(pay, minimum, confidence) */
PG_FUNCTION_INFO_V1(pay_metrics);
Datum
pay_metrics(PG_FUNCTION_ARGS)
{
	double		minimum = arg_float8(fcinfo, 1, "minimum", NAN);
	double		confidence = arg_confidence(fcinfo, 2);
	Pay		   *p;
	Weighted   *rate;
	PaySums		s;
	SrfRow		row;
	int64		below = 0;
	double		t,
				low,
				high;
	const char *note;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = pay_get(PG_GETARG_DATUM(0));
	rate = array_alloc(p->n, sizeof(Weighted));
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		rate[i] = (Weighted) {p->row[i].pay / p->row[i].seconds * 3600, p->row[i].count};
		if (!isfinite(rate[i].value))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("an hourly rate is out of range")));
		below += rate[i].value < minimum ? rate[i].count : 0;
	}
	pay_sums(p, rate, &s);
	sort_weighted(rate, p->n);
	note = p->total < 2 ? "no interval from one row" : NULL;
	t = p->total < 2 ? NAN : hd_t_quantile((1 + confidence) / 2, s.n - 1);
	median_bounds(rate, p->n, p->total, confidence, &low, &high);
	metric_row(&row, "median_hourly", median_of(rate, p->n, p->total), low, high, p->total,
			   isnan(low) ? "too few rows for an interval" : NULL);
	metric_row(&row, "mean_hourly", s.mean_rate, Max(0, s.mean_rate - t * s.rate_se), s.mean_rate + t * s.rate_se, p->total, note);
	metric_row(&row, "ratio_of_sums", s.ratio, Max(0, s.ratio - t * s.ratio_se), s.ratio + t * s.ratio_se, p->total, note);
	if (!isnan(minimum))
	{
		hd_wilson((double) below, s.n, confidence, &low, &high);
		metric_row(&row, "share_below_minimum", (double) below / s.n, low, high, p->total, NULL);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(pay_n);
Datum
pay_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(pay_get(PG_GETARG_DATUM(0))->total);
}

/* [[pay, seconds, count], ...] */
PG_FUNCTION_INFO_V1(pay_to_jsonb);
Datum
pay_to_jsonb(PG_FUNCTION_ARGS)
{
	Pay		   *p = pay_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (size_t i = 0; i < p->n; i++)
	{
		char	   *amount = number_cstring(p->row[i].pay);
		char	   *seconds = number_cstring(p->row[i].seconds);

		HD_CHECK_EVERY(i + 1);
		appendStringInfo(&buf, "%s[%s, %s, " INT64_FORMAT "]", i > 0 ? ", " : "", amount, seconds, p->row[i].count);
		pfree(amount);
		pfree(seconds);
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/* ---- the speed signal ---- */

/* makes the median absolute deviation of a normal distribution its standard deviation, as it is usually written */
#define MAD_SCALE 1.4826

typedef struct LogMad
{
	int64		n;				/* durations that ended */
	double		median;			/* of logarithms; -infinity where half took no time */
	double		scale;			/* 1.4826 MAD */
} LogMad;

static void
log_mad_of(const Km *k, LogMad *m)
{
	Weighted   *v = array_alloc(k->n, sizeof(Weighted));
	size_t		n = 0;

	m->n = 0;
	m->median = m->scale = NAN;
	for (int64 i = 0; i < k->n; i++)
	{
		if (k->ended[i] == 0)
			continue;
		v[n++] = (Weighted) {k->time[i] > 0 ? log(k->time[i]) : -DBL_MAX, k->ended[i]};
		m->n += k->ended[i];
	}
	if (m->n == 0)
		return;
	m->median = median_of(v, n, m->n);
	if (m->median < -1e9)
	{
		m->median = NAN;
		return;
	}
	for (size_t i = 0; i < n; i++)
		v[i].value = fabs(v[i].value - m->median);
	sort_weighted(v, n);
	m->scale = MAD_SCALE * median_of(v, n, m->n);
	if (!(m->scale > 0 && m->scale < 1e9))
		m->scale = NAN;
	pfree(v);
}

static double
arg_threshold(FunctionCallInfo fcinfo, int arg)
{
	double		v;

	if (!arg_given(fcinfo, arg))
		arg_is_null("threshold");
	v = arg_float8(fcinfo, arg, "threshold", NAN);
	if (v <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold must be positive"),
				 errdetail("It is %g.", v)));
	return v;
}

/* speed_limits(km, threshold) */
PG_FUNCTION_INFO_V1(km_speed_limits);
Datum
km_speed_limits(PG_FUNCTION_ARGS)
{
	double		threshold = arg_threshold(fcinfo, 1);
	LogMad		m;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	log_mad_of(km_get(PG_GETARG_DATUM(0)), &m);
	srf_int64(&row, m.n);
	srf_float8(&row, exp(m.median));
	srf_float8(&row, m.scale);
	srf_float8(&row, exp(m.median - threshold * m.scale));
	srf_float8(&row, exp(m.median + threshold * m.scale));
	srf_cstring(&row, m.n == 0 ? "nothing has ended" : isnan(m.median) ? "half took no time at all" :
				isnan(m.scale) ? "no scale: half took the same time" : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

/* speed_signals(km, threshold) */
PG_FUNCTION_INFO_V1(km_speed_signals);
Datum
km_speed_signals(PG_FUNCTION_ARGS)
{
	double		threshold = arg_threshold(fcinfo, 1);
	Km		   *k;
	LogMad		m;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	k = km_get(PG_GETARG_DATUM(0));
	log_mad_of(k, &m);
	for (int64 i = 0; i < k->n; i++)
	{
		double		z = k->time[i] > 0 ? (log(k->time[i]) - m.median) / m.scale : NAN;

		if (k->ended[i] == 0)
			continue;
		srf_float8(&row, k->time[i]);
		srf_int64(&row, k->ended[i]);
		srf_float8(&row, z);
		srf_cstring(&row, isnan(m.scale) ? NULL : k->time[i] == 0 || z < -threshold ? "fast" : z > threshold ? "slow" : NULL);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * sequential_access.c
 *	  SQL functions: sequential tests of an error rate, and the Bernoulli
 *	  CUSUM with its limit.
 *
 * Whoever stops when the data say so may not use an interval for a fixed
 * number of observations: these functions give always-valid ones.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "quality/beta_prior.h"
#include "quality/sequential.h"
#include "quality/series.h"

/* p0 (acceptable) and p1 (not acceptable) from this argument on */
static void
two_rates(FunctionCallInfo fcinfo, int arg, double *p0, double *p1)
{
	*p0 = option_probability(fcinfo, arg, "p0");
	*p1 = option_probability(fcinfo, arg + 1, "p1");
	if (*p0 >= *p1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p0 must be less than p1"),
				 errdetail("They are %g and %g.", *p0, *p1),
				 errhint("p0 is the rate of errors that is good enough, p1 the one that is not.")));
}

/* p0, p1, alpha, beta from this argument on */
static Sprt
sprt_args(FunctionCallInfo fcinfo, int arg)
{
	double		p0,
				p1,
				alpha,
				beta;

	two_rates(fcinfo, arg, &p0, &p1);
	alpha = option_probability(fcinfo, arg + 2, "alpha");
	beta = option_probability(fcinfo, arg + 3, "beta");
	if (alpha + beta >= 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("alpha and beta must add up to less than 1"),
				 errdetail("They are %g and %g.", alpha, beta)));
	return sprt_of(p0, p1, alpha, beta);
}

PG_FUNCTION_INFO_V1(quality_sprt_lines);
Datum
quality_sprt_lines(PG_FUNCTION_ARGS)
{
	Sprt		s = sprt_args(fcinfo, 0);
	double		k = s.bad - s.good;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	srf_float8(&row, k);
	srf_float8(&row, -s.accept / k);
	srf_float8(&row, s.reject / k);
	srf_float8(&row, -s.good / k);
	srf_float8(&row, s.reject);
	srf_float8(&row, s.accept);
	srf_end_row(&row);
	return (Datum) 0;
}

static const char *const verdict_name[] = {"continue", "accept", "reject"};

/* Where the test stands, and between which counts of errors it goes on */
static char *
sprt_evidence(double bad, double n, double accept, double reject)
{
	return psprintf("%.15g bad of %.15g; %s, %s", bad, n,
					accept < 0 ? "too early to accept" : psprintf("accept at %.15g or fewer", accept),
					reject > n ? "too early to reject" : psprintf("reject at %.15g or more", reject));
}

/* The row of a test that stands at n observations with so many errors */
static void
sprt_row(SrfRow *row, const Sprt *s, int64 at, double bad, double n, double confidence)
{
	double		llr = sprt_llr(s, bad, n);
	double		low = NAN,
				high = NAN;
	double		k = s->bad - s->good;
	MemoryContext old;

	if (n > 0)
		always_valid_interval(bad, n, confidence, 0.5, 0.5, &low, &high);
	srf_cstring(row, verdict_name[sprt_verdict(s, llr)]);
	if (at > 0)
		srf_int64(row, at);
	else
		srf_null(row);
	srf_float8(row, n);
	srf_float8(row, bad);
	srf_float8(row, llr);
	srf_float8(row, s->accept);
	srf_float8(row, s->reject);
	srf_float8(row, n > 0 ? bad / n : NAN);
	srf_float8(row, low);
	srf_float8(row, high);
	old = MemoryContextSwitchTo(row->row_cx);
	srf_cstring(row, sprt_evidence(bad, n, floor((s->accept - n * s->good) / k), ceil((s->reject - n * s->good) / k)));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

/* (bad, n, p0, p1, alpha, beta, confidence) */
PG_FUNCTION_INFO_V1(quality_sprt_counts);
Datum
quality_sprt_counts(PG_FUNCTION_ARGS)
{
	Sprt		s = sprt_args(fcinfo, 2);
	double		confidence = arg_confidence(fcinfo, 6);
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	check_counts(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1));
	if (PG_GETARG_FLOAT8(0) != floor(PG_GETARG_FLOAT8(0)) || PG_GETARG_FLOAT8(1) != floor(PG_GETARG_FLOAT8(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bad and n must be whole numbers")));
	if (PG_GETARG_FLOAT8(1) > ALWAYS_VALID_MOST_N)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("n of a sequential test must not be greater than %g", ALWAYS_VALID_MOST_N),
				 errdetail("It is %.15g.", PG_GETARG_FLOAT8(1))));
	sprt_row(&row, &s, 0, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), confidence);
	return (Datum) 0;
}

/* (errors[], p0, p1, alpha, beta, confidence): to the first verdict */
PG_FUNCTION_INFO_V1(quality_sprt_series);
Datum
quality_sprt_series(PG_FUNCTION_ARGS)
{
	int			places;
	signed char *x = series_booleans(fcinfo, 0, &places);
	Sprt		s = sprt_args(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 5);
	double		bad = 0,
				n = 0;
	int64		at = 0;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (places < 0)
		return (Datum) 0;
	for (int i = 0; i < places; i++)
	{
		if (x[i] < 0)
			continue;
		n++;
		bad += x[i];
		if (sprt_verdict(&s, sprt_llr(&s, bad, n)) != VERDICT_CONTINUE)
		{
			at = i + 1;
			break;
		}
	}
	sprt_row(&row, &s, at, bad, n, confidence);
	return (Datum) 0;
}

/* The same as a chart, which ends with the verdict */
PG_FUNCTION_INFO_V1(quality_sprt_chart);
Datum
quality_sprt_chart(PG_FUNCTION_ARGS)
{
	int			places;
	signed char *x = series_booleans(fcinfo, 0, &places);
	Sprt		s = sprt_args(fcinfo, 1);
	double		confidence = arg_confidence(fcinfo, 5);
	double		bad = 0,
				n = 0;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int i = 0; i < places; i++)
	{
		ChartPoint	p = {.statistic_low = NAN};
		Verdict		v;
		MemoryContext old;

		if (x[i] < 0)
			continue;
		p.at = i + 1;
		p.n = ++n;
		bad += x[i];
		p.statistic = p.statistic_low = sprt_llr(&s, bad, n);
		p.limit = s.reject;
		p.limit_low = s.accept;
		v = sprt_verdict(&s, p.statistic);
		p.alarm = v == VERDICT_REJECT;
		p.estimate = bad / n;
		always_valid_interval(bad, n, confidence, 0.5, 0.5, &p.ci_low, &p.ci_high);
		old = MemoryContextSwitchTo(row.row_cx);
		p.evidence = psprintf("%s: %.15g bad of %.15g", verdict_name[v], bad, n);
		MemoryContextSwitchTo(old);
		chart_row(&row, &p);
		if (v != VERDICT_CONTINUE)
			break;
	}
	return (Datum) 0;
}

#define LONGEST_TEST 1000000

static Datum
outcome_row(FunctionCallInfo fcinfo, const Outcome *o, bool with_accept)
{
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (with_accept)
		srf_float8(&row, o->accept);
	srf_float8(&row, o->reject);
	srf_float8(&row, o->undecided);
	srf_float8(&row, o->asn);
	srf_end_row(&row);
	return (Datum) 0;
}

/* (p, p0, p1, alpha, beta, n_max) */
PG_FUNCTION_INFO_V1(quality_sprt_oc);
Datum
quality_sprt_oc(PG_FUNCTION_ARGS)
{
	Sprt		s = sprt_args(fcinfo, 1);
	Outcome		o = sprt_outcome(&s, option_share(fcinfo, 0, "p"), (int) option_whole(fcinfo, 5, "n_max", 1, LONGEST_TEST));

	return outcome_row(fcinfo, &o, true);
}

/* (p, most, n_min, n_max) */
PG_FUNCTION_INFO_V1(quality_running_threshold_oc);
Datum
quality_running_threshold_oc(PG_FUNCTION_ARGS)
{
	int			n_max = (int) option_whole(fcinfo, 3, "n_max", 1, 20000);
	int			n_min = (int) option_whole(fcinfo, 2, "n_min", 1, n_max);
	Outcome		o = threshold_outcome(option_share(fcinfo, 0, "p"), option_probability(fcinfo, 1, "most"), n_min, n_max);

	return outcome_row(fcinfo, &o, false);
}

/* ---- Bernoulli CUSUM ---- */

/* (errors[], p0, p1, h, confidence) */
PG_FUNCTION_INFO_V1(quality_bernoulli_cusum);
Datum
quality_bernoulli_cusum(PG_FUNCTION_ARGS)
{
	int			places;
	signed char *x = series_booleans(fcinfo, 0, &places);
	double		p0,
				p1,
				gamma,
				h,
				confidence,
				b = 0;
	double		n = 0,
				n_since = 0,
				bad_since = 0;
	int64		since = 0;
	SrfRow		row;

	two_rates(fcinfo, 1, &p0, &p1);
	h = option_positive(fcinfo, 3, "h");
	confidence = arg_confidence(fcinfo, 4);
	gamma = bernoulli_gamma(p0, p1);
	srf_begin(fcinfo, &row);
	for (int i = 0; i < places; i++)
	{
		ChartPoint	p = {.statistic_low = NAN,.limit_low = NAN,.estimate = NAN,.ci_low = NAN,.ci_high = NAN};

		if (x[i] < 0)
			continue;
		n++;
		b = Max(0, b + x[i] - gamma);
		if (b == 0)
			n_since = bad_since = 0;
		else
		{
			if (n_since == 0)
				since = i + 1;
			n_since++;
			bad_since += x[i];
		}
		p.at = i + 1;
		p.n = n;
		p.statistic = b;
		p.limit = h;
		p.alarm = b > h;
		if (n_since > 0)
		{
			MemoryContext old = MemoryContextSwitchTo(row.row_cx);

			p.since = since;
			p.estimate = bad_since / n_since;
			always_valid_interval(bad_since, n_since, confidence, 0.5, 0.5, &p.ci_low, &p.ci_high);
			p.evidence = psprintf("%.15g bad of %.15g since " INT64_FORMAT, bad_since, n_since, since);
			MemoryContextSwitchTo(old);
		}
		chart_row(&row, &p);
	}
	return (Datum) 0;
}

static Lattice
lattice_args(double p0, double p1)
{
	double		gamma = bernoulli_gamma(p0, p1);

	if (!(gamma >= LEAST_GAMMA && gamma <= 1 - LEAST_GAMMA))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p0 and p1 are too close to 0 or 1 for run lengths"),
				 errdetail("Their gamma is %g, and must be from %g to %g.", gamma, LEAST_GAMMA, 1 - LEAST_GAMMA)));
	return lattice_of(gamma);
}

/* (p, p0, p1, h) */
PG_FUNCTION_INFO_V1(quality_bernoulli_arl);
Datum
quality_bernoulli_arl(PG_FUNCTION_ARGS)
{
	double		p = option_share(fcinfo, 0, "p");
	double		p0,
				p1,
				h,
				arl;
	Lattice		l;

	two_rates(fcinfo, 1, &p0, &p1);
	h = option_positive(fcinfo, 3, "h");
	if (h > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("h must not be greater than 100"),
				 errdetail("It is %g.", h)));
	l = lattice_args(p0, p1);
	arl = bernoulli_arl(p, l, (int) floor(h * l.denominator + 1e-9));
	if (!(arl < 1e300))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(arl);
}

#define LONGEST_ARL 1e9

/* (p0, p1, arl): the smallest limit with this average run length at p0, between two places of the lattice */
PG_FUNCTION_INFO_V1(quality_cusum_limit);
Datum
quality_cusum_limit(PG_FUNCTION_ARGS)
{
	double		p0,
				p1,
				arl;
	Lattice		l;
	int			low = -1,
				high;

	two_rates(fcinfo, 0, &p0, &p1);
	arl = option_number(fcinfo, 2, "arl");
	if (!(arl >= 1 && arl <= LONGEST_ARL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arl must be from 1 to %g", LONGEST_ARL),
				 errdetail("It is %g.", arl)));
	l = lattice_args(p0, p1);
	high = l.denominator;
	while (bernoulli_arl(p0, l, high) < arl)
	{
		low = high;
		high *= 2;
	}
	while (high - low > 1)
	{
		int			mid = low + (high - low) / 2;

		if (bernoulli_arl(p0, l, mid) >= arl)
			high = mid;
		else
			low = mid;
	}
	PG_RETURN_FLOAT8((high + 0.5) / l.denominator);
}

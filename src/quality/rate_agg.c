/*-------------------------------------------------------------------------
 *
 * rate_agg.c
 *	  SQL functions of the type "rate_estimate", and the rate behind the
 *	  findings of imperfect reviewers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "quality/rate_estimate.h"
#include "quality/series.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

STATE_FUNCTIONS(rate_estimate, rate_estimate_type);

/* ---- aggregate ---- */

/* (bad, probability [, cluster]) */
PG_FUNCTION_INFO_V1(rate_agg_trans);
Datum
rate_agg_trans(PG_FUNCTION_ARGS)
{
	RateEstimate *r;
	double		probability = 0;

	/* not looked at: no observation */
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (!PG_ARGISNULL(2))
	{
		probability = PG_GETARG_FLOAT8(2);
		/* written so that NaN fails */
		if (!(probability >= RATE_LEAST_PROBABILITY && probability <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the probability of review must be from %g to 1", RATE_LEAST_PROBABILITY),
					 errdetail("It is %g.", probability),
					 errhint("It is that with which the item came into the sample, known beforehand; NULL for one that was sent for a reason.")));
	}
	r = (RateEstimate *) state_for_row(&rate_estimate_type, fcinfo);
	if (PG_ARGISNULL(2))
		rate_estimate_exclude(r);
	else if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
	{
		ColumnKey	k;

		text_column_key(PG_GETARG_DATUM(3), &k);
		rate_estimate_add(r, PG_GETARG_BOOL(1), probability, &k);
	}
	else
		rate_estimate_add(r, PG_GETARG_BOOL(1), probability, NULL);
	PG_RETURN_DATUM(state_datum(&r->state));
}

/* ---- the estimate ---- */

enum
{
	METHOD_WILSON,
	METHOD_CLOPPER_PEARSON,
	METHOD_JEFFREYS
};

static const ArgChoice methods[] = {{"wilson", METHOD_WILSON}, {"clopper_pearson", METHOD_CLOPPER_PEARSON},
{"jeffreys", METHOD_JEFFREYS}, {NULL}};

typedef struct RateFigures
{
	double		value;			/* Hajek: sum w y / sum w */
	double		se;				/* linearised, between clusters */
	double		units;			/* clusters, and rows that are one of their own */
	double		kish;			/* (sum W)^2 / sum W^2 over the units */
	double		kish_rows;		/* the same over the rows */
} RateFigures;

/*
 * Var(p) = m / (m - 1) sum over the m units of (W_bad - p W)^2, over (sum w)^2:
 * the ratio linearised, units drawn with replacement (Särndal, Swensson &
 * Wretman 1992, section 5.8): it is that of the process that made the items,
 * and not of these items alone.
 */
static RateFigures
figures_of(const RateEstimate *r)
{
	RateFigures f = {NAN, NAN, 0, NAN, NAN};
	bool		clustered = r->clusters.n > 0;
	const RateSquares *loose = clustered ? &r->loose : &r->squares;
	double		w = shortsum_value(&r->all.w);
	double		ww = shortsum_value(&loose->ww);
	double		ww_bad = shortsum_value(&loose->ww_bad);
	double		squares,
				sizes = ww,
				p;
	ShortSum	good = {0};

	if (r->all.n == 0)
		return f;
	p = f.value = r->n_bad == r->all.n ? 1 : r->n_bad == 0 ? 0 : shortsum_value(&r->all.w_bad) / w;
	shortsum_merge(&good, CurrentMemoryContext, &loose->ww);
	shortsum_subtract(&good, CurrentMemoryContext, &loose->ww_bad);
	squares = (1 - p) * (1 - p) * ww_bad + p * p * shortsum_value(&good);
	for (uint32 i = 0; i < r->clusters.n; i++)
	{
		double		c = shortsum_value(&r->cluster[i].w);
		double		e = shortsum_value(&r->cluster[i].w_bad) - p * c;

		HD_CHECK_EVERY(i);
		squares += e * e;
		sizes += c * c;
	}
	f.units = (double) r->clusters.n + (double) loose->n;
	f.kish = w * w / sizes;
	f.kish_rows = w * w / shortsum_value(&r->squares.ww);
	/* what rounding alone leaves of clusters that are all alike is no variance */
	if (squares <= f.units * (1e-14 * w) * (1e-14 * w))
		squares = 0;
	if (f.units > 1)
		f.se = sqrt(f.units / (f.units - 1) * squares) / w;
	return f;
}

/* (rate_estimate, confidence, method) */
PG_FUNCTION_INFO_V1(rate_estimate_rate);
Datum
rate_estimate_rate(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	int			method = arg_choice(fcinfo, 2, "method", methods);
	RateEstimate *r;
	RateFigures f;
	double		n = NAN,
				low = NAN,
				high = NAN;
	const char *note = NULL;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = rate_estimate_get(PG_GETARG_DATUM(0));
	f = figures_of(r);
	if (r->all.n == 0)
		note = "no item of the random sample";
	else if (f.units < 2)
		note = "one cluster: no interval";
	else
	{
		/*
		 * Korn & Graubard (1998): the interval of a binomial share at the
		 * effective number of items, which is never above Kish's; fewer still
		 * by Student's quantile, as few units do not know their own variance.
		 * Without a variance, each unit counts as one item.
		 */
		double		z = hd_norm_quantile((1 + confidence) / 2);
		double		t = hd_t_quantile((1 + confidence) / 2, f.units - 1);

		n = f.kish;
		if (f.se > 0)
			n = Min(f.kish_rows, f.value * (1 - f.value) / (f.se * f.se));
		else
		{
			f.se = NAN;
			note = r->n_bad == 0 ? "no bad item: the interval is that of the effective number of clusters" :
				r->n_bad == r->all.n ? "no good item: the interval is that of the effective number of clusters" :
				"all clusters are alike: the interval is that of their effective number";
		}
		n *= (z / t) * (z / t);
		if (method == METHOD_WILSON)
			hd_wilson(f.value * n, n, confidence, &low, &high);
		else if (method == METHOD_JEFFREYS)
			hd_jeffreys(f.value * n, n, confidence, &low, &high);
		else
			hd_clopper_pearson(f.value * n, n, confidence, &low, &high);
	}
	srf_float8(&row, f.value);
	srf_float8(&row, f.se);
	srf_float8(&row, low);
	srf_float8(&row, high);
	srf_int64(&row, r->all.n);
	srf_int64(&row, r->n_bad);
	srf_float8(&row, n);
	srf_int64(&row, (int64) f.units);
	srf_int64(&row, r->n_excluded);
	srf_cstring(&row, note);
	srf_end_row(&row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(rate_estimate_to_jsonb);
Datum
rate_estimate_to_jsonb(PG_FUNCTION_ARGS)
{
	RateEstimate *r = rate_estimate_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n\": " INT64_FORMAT ", \"n_bad\": " INT64_FORMAT ", \"n_excluded\": " INT64_FORMAT ", \"weight\": %s, \"weight_bad\": %s, \"clusters\": {",
					 r->all.n, r->n_bad, r->n_excluded, number_cstring(shortsum_value(&r->all.w)), number_cstring(shortsum_value(&r->all.w_bad)));
	for (uint32 i = 0; i < r->clusters.n; i++)
	{
		uint8		tmp[8];
		uint32		len;
		const uint8 *p = dict_key(&r->clusters, i, tmp, &len);

		HD_CHECK_EVERY(i);
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		escape_json(&buf, text_key_cstring(p, len));
		appendStringInfo(&buf, ": {\"n\": " INT64_FORMAT ", \"weight\": %s, \"weight_bad\": %s}", r->cluster[i].n,
						 number_cstring(shortsum_value(&r->cluster[i].w)), number_cstring(shortsum_value(&r->cluster[i].w_bad)));
	}
	appendStringInfoString(&buf, "}}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/* ---- imperfect reviewers ---- */

/*
 * Rogan & Gladen (1978): p = (found + specificity - 1) / (sensitivity +
 * specificity - 1).  The interval is that of Lang & Reiczigel (2014, eq. 6 to
 * 8), which carries what is not known of sensitivity and specificity.
 */
static void
true_rate_interval(double x, double n, double caught, double n_caught, double cleared, double n_cleared, double confidence,
				   double *low, double *high)
{
	double		z = hd_norm_quantile((1 + confidence) / 2);
	double		m = n + z * z;
	double		found = (x + z * z / 2) / m;
	double		se = (caught + 1) / (n_caught + 2);
	double		sp = (cleared + 1) / (n_cleared + 2);
	double		v_se = se * (1 - se) / (n_caught + 2);
	double		v_sp = sp * (1 - sp) / (n_cleared + 2);
	double		youden = se + sp - 1;
	double		p = (found + sp - 1) / youden;
	double		shift = 2 * z * z * (p * v_se - (1 - p) * v_sp);
	double		half = z * sqrt(found * (1 - found) / m + p * p * v_se + (1 - p) * (1 - p) * v_sp) / youden;

	*low = *high = NAN;
	/* the pseudo-observations may leave no reviewer who is better than chance */
	if (youden <= 0)
		return;
	*low = Min(Max(p + shift - half, 0), 1);
	*high = Min(Max(p + shift + half, 0), 1);
}

/* (bad, n, caught, n_caught, cleared, n_cleared, confidence) */
PG_FUNCTION_INFO_V1(quality_true_rate);
Datum
quality_true_rate(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 6);
	double		v[6];
	double		observed,
				se,
				sp,
				raw = NAN,
				low = NAN,
				high = NAN;
	const char *note = NULL;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int i = 0; i < 6; i++)
	{
		if (PG_ARGISNULL(i))
			return (Datum) 0;
		v[i] = PG_GETARG_FLOAT8(i);
	}
	for (int i = 0; i < 6; i += 2)
		check_counts(v[i], v[i + 1]);
	observed = v[1] > 0 ? v[0] / v[1] : NAN;
	se = v[3] > 0 ? v[2] / v[3] : NAN;
	sp = v[5] > 0 ? v[4] / v[5] : NAN;
	if (isnan(observed))
		note = "nothing was reviewed";
	else if (isnan(se) || isnan(sp))
		note = "nothing is known of the reviewers: no checks of bad, or of good items";
	else if (se + sp <= 1)
		note = "the reviewers find bad items no better than chance";
	else
	{
		raw = (observed + sp - 1) / (se + sp - 1);
		true_rate_interval(v[0], v[1], v[2], v[3], v[4], v[5], confidence, &low, &high);
		if (isnan(low))
			note = "too few checks of the reviewers for an interval";
		else if (raw < 0)
			note = "fewer findings than false alarms alone would give";
		else if (raw > 1)
			note = "more findings than the reviewers would make if all were bad";
	}
	srf_float8(&row, isnan(raw) ? NAN : Min(Max(raw, 0), 1));
	srf_float8(&row, raw);
	srf_float8(&row, low);
	srf_float8(&row, high);
	srf_float8(&row, observed);
	srf_float8(&row, se);
	srf_float8(&row, sp);
	srf_cstring(&row, note);
	srf_end_row(&row);
	return (Datum) 0;
}

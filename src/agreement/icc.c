/*-------------------------------------------------------------------------
 *
 * icc.c
 *	  Intraclass correlations, from mean squares.
 *
 * Shrout & Fleiss (1979, Psychol. Bull. 86:420) and McGraw & Wong (1996,
 * Psychol. Methods 1:30).  With n items, k raters and the mean squares B
 * between items, J between raters, W within items, E residual:
 *
 *		ICC(1,1)  (B - W)/(B + (k-1) W)
 *		ICC(2,1)  (B - E)/(B + (k-1) E + k (J - E)/n)
 *		ICC(3,1)  (B - E)/(B + (k-1) E)
 *		ICC(1,k)  (B - W)/B
 *		ICC(2,k)  (B - E)/(B + (J - E)/n)
 *		ICC(3,k)  (B - E)/B
 *
 * All of them are ratios of three variances, between items, between raters
 * and residual, which is how they are computed here: where cells are missing
 * the variances are estimated otherwise, and the rest stays the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/continuous.h"
#include "agreement/disagreement.h"
#include "agreement/fixedsum.h"
#include "agreement/two_way.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/stats.h"

/* Sums of squares below this share of the total are rounding */
#define SS_ZERO 1e-24

typedef struct MeanSquares
{
	double		n;				/* items */
	double		k;				/* raters; ratings an item, k0, where cells are missing */
	double		total_ss;
	double		b,				/* between items */
				w;				/* within items */
	double		df_w;
	/* two-way; NaN where not estimable */
	double		f,				/* of items, given raters */
				df_e;
	double		j,				/* between raters: complete designs only */
				e;
	double		var_item,
				var_rater;
	const char *why;			/* why there is no two-way analysis, or NULL */
} MeanSquares;

/*
 * Values less their mean, in fixed point, so that sums within items and
 * raters do not depend on the numbering of either.
 */
static double
center_values(const RatingMatrix *m, const double *x, int64 *y)
{
	ExactSum	sum;
	double		mean;
	double		bound = 0;
	double		scale;

	exactsum_init(&sum);
	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		exactsum_add(&sum, x[m->category[o]]);
	}
	mean = exactsum_value(&sum) / m->n_obs;
	for (int32 o = 0; o < m->n_obs; o++)
		bound = Max(bound, fabs(x[m->category[o]] - mean));
	scale = fixed_scale(bound, 1);
	for (int32 k = 0; k < m->n_categories; k++)
		y[k] = fabs(x[k] - mean) <= bound ? (int64) ((x[k] - mean) * scale) : 0;
	return scale;
}

static inline double
square(double v)
{
	return v * v;
}

static double
zero_if_rounding(double ss, double total)
{
	return ss > SS_ZERO * total ? ss : 0;
}

/* One-way analysis of variance */
static void
one_way(const RatingMatrix *m, const int64 *y, double scale, MeanSquares *ms)
{
	ExactSum	between,
				within,
				total;
	FixedSum	all = {0, 0};
	double		mean;
	double		k_sq = 0;

	exactsum_init(&between);
	exactsum_init(&within);
	exactsum_init(&total);
	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		fixedsum_add(&all, y[m->category[o]]);
	}
	mean = fixedsum_value(&all, scale) / m->n_obs;
	for (int32 i = 0; i < m->n_items; i++)
	{
		double		r = m->start[i + 1] - m->start[i];
		FixedSum	sum = {0, 0};
		double		item;

		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			fixedsum_add(&sum, y[m->category[o]]);
		item = fixedsum_value(&sum, scale) / r;
		exactsum_add(&between, r * square(item - mean));
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			double		v = (double) y[m->category[o]] / scale;

			exactsum_add(&within, square(v - item));
			exactsum_add(&total, square(v - mean));
		}
		k_sq += r * r;
	}
	ms->n = m->n_items;
	ms->total_ss = exactsum_value(&total);
	ms->df_w = (double) m->n_obs - m->n_items;
	/* Snedecor & Cochran (1967): the k of a balanced design, if k_i vary */
	ms->k = (m->n_obs - k_sq / m->n_obs) / (ms->n - 1);
	ms->b = zero_if_rounding(exactsum_value(&between), ms->total_ss) / (ms->n - 1);
	ms->w = zero_if_rounding(exactsum_value(&within), ms->total_ss) / ms->df_w;
}

/* Two-way analysis of a complete design */
static void
two_way_complete(const RatingMatrix *m, const int64 *y, double scale, MeanSquares *ms)
{
	double		n = ms->n;
	double		k = ms->k;
	FixedSum   *rater = array_alloc0(m->n_raters, sizeof(FixedSum));
	FixedSum	all = {0, 0};
	double		mean;
	ExactSum	between,
				residual;

	exactsum_init(&between);
	exactsum_init(&residual);
	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		fixedsum_add(&all, y[m->category[o]]);
		fixedsum_add(&rater[m->rater[o]], y[m->category[o]]);
	}
	mean = fixedsum_value(&all, scale) / m->n_obs;
	for (int32 o = m->start[0]; o < m->start[1]; o++)
		exactsum_add(&between, n * square(fixedsum_value(&rater[m->rater[o]], scale) / n - mean));
	for (int32 i = 0; i < m->n_items; i++)
	{
		FixedSum	sum = {0, 0};
		double		item;

		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			fixedsum_add(&sum, y[m->category[o]]);
		item = fixedsum_value(&sum, scale) / k - mean;
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			exactsum_add(&residual, square((double) y[m->category[o]] / scale - item -
										   fixedsum_value(&rater[m->rater[o]], scale) / n));
	}
	ms->df_e = (n - 1) * (k - 1);
	ms->j = zero_if_rounding(exactsum_value(&between), ms->total_ss) / (k - 1);
	ms->e = zero_if_rounding(exactsum_value(&residual), ms->total_ss) / ms->df_e;
	ms->f = ms->b / ms->e;
	ms->var_item = (ms->b - ms->e) / k;
	ms->var_rater = (ms->j - ms->e) / n;
	pfree(rater);
}

/*
 * Two-way analysis with missing cells: Henderson's (1953, Biometrics 9:226)
 * method III, that is reductions in sums of squares by fitting constants.
 * With N ratings, one a cell,
 *		E R(items | raters) = (n-1) var_e + (N - k) var_item,
 *		E R(raters | items) = (k-1) var_e + (N - n) var_rater.
 * A complete design gives the classical estimates.
 */
static void
two_way_incomplete(const RatingMatrix *m, const int64 *y, double scale,
				   int32 raters, MeanSquares *ms)
{
	TwoWay		fit;
	double		n = ms->n;

	ms->why = two_way_fit(m, y, scale, &fit);
	if (ms->why)
		return;
	ms->df_e = (double) m->n_obs - n - raters + 1;
	if (ms->df_e < 1)
	{
		ms->why = "too few ratings: nothing is left for the residual";
		return;
	}
	ms->e = zero_if_rounding(fit.residual, ms->total_ss) / ms->df_e;
	ms->f = zero_if_rounding(fit.items_given_raters, ms->total_ss) / (n - 1) / ms->e;
	ms->var_item = (fit.items_given_raters - (n - 1) * ms->e) / ((double) m->n_obs - raters);
	ms->var_rater = (fit.raters_given_items - (raters - 1) * ms->e) / (m->n_obs - n);
}

/* The reliability of a mean of k, from that of one (Spearman 1910, Brown 1910) */
static double
spearman_brown(double rho, double k)
{
	return k * rho / (1 + (k - 1) * rho);
}

/* Limits of one rating and of the mean of k from F, for ICC(1) and ICC(C) */
static void
limits_from_f(double f, double df1, double df2, double k, double tail,
			  IccRow *one, IccRow *mean)
{
	double		low = f / hd_f_quantile(tail, df1, df2);
	double		high = f * hd_f_quantile(tail, df2, df1);

	one->ci_low = (low - 1) / (low + k - 1);
	one->ci_high = (high - 1) / (high + k - 1);
	mean->ci_low = 1 - 1 / low;
	mean->ci_high = 1 - 1 / high;
}

/* McGraw & Wong (1996), table 7: absolute agreement */
static void
limits_of_agreement(const MeanSquares *ms, double tail, IccRow *one, IccRow *mean)
{
	double		n = ms->n;
	double		k = ms->k;
	double		rho = one->value;
	double		a = k * rho / (n * (1 - rho));
	double		b = 1 + k * rho * (n - 1) / (n * (1 - rho));
	double		v = square(a * ms->j + b * ms->e) /
		(square(a * ms->j) / (k - 1) + square(b * ms->e) / ((n - 1) * (k - 1)));
	double		rest = k * ms->j + (k * n - k - n) * ms->e;
	double		f;

	if (!(v > 0))
		return;
	f = hd_f_quantile(tail, n - 1, v);
	one->ci_low = n * (ms->b - f * ms->e) / (f * rest + n * ms->b);
	f = hd_f_quantile(tail, v, n - 1);
	one->ci_high = n * (f * ms->b - ms->e) / (rest + n * f * ms->b);
	mean->ci_low = spearman_brown(one->ci_low, k);
	mean->ci_high = spearman_brown(one->ci_high, k);
}

static void
set_note(IccRow *one, IccRow *mean, const char *note)
{
	one->note = mean->note = note;
}

/* value = part / whole, if the variances add up to something */
static void
set_value(IccRow *r, double part, double whole)
{
	if (whole > 0)
		r->value = part / whole;
	else if (r->note == NULL)
		r->note = "the estimated variances do not add up to more than zero";
}

static void
one_way_rows(const MeanSquares *ms, bool equal, double tail, IccRow *one, IccRow *mean)
{
	double		item = (ms->b - ms->w) / ms->k;

	if (ms->df_w < 1)
	{
		set_note(one, mean, "no item has two ratings");
		return;
	}
	one->df1 = mean->df1 = ms->n - 1;
	one->df2 = mean->df2 = ms->df_w;
	set_value(one, item, item + ms->w);
	set_value(mean, item, item + ms->w / ms->k);
	if (ms->w == 0)
	{
		set_note(one, mean, "no disagreement: no interval");
		return;
	}
	one->f = mean->f = ms->b / ms->w;
	if (ms->b > 0)
		limits_from_f(one->f, ms->n - 1, ms->df_w, ms->k, tail, one, mean);
	if (!equal && one->note == NULL)
		set_note(one, mean, "approximate interval: the number of ratings an item varies");
}

static void
two_way_rows(const MeanSquares *ms, bool complete, double tail, IccRow *row)
{
	IccRow	   *a1 = &row[ICC_2_1];
	IccRow	   *ak = &row[ICC_2_K];
	IccRow	   *c1 = &row[ICC_3_1];
	IccRow	   *ck = &row[ICC_3_K];
	double		k = ms->k;

	if (ms->why)
	{
		set_note(a1, ak, ms->why);
		set_note(c1, ck, ms->why);
		return;
	}
	set_value(a1, ms->var_item, ms->var_item + ms->var_rater + ms->e);
	set_value(ak, ms->var_item, ms->var_item + (ms->var_rater + ms->e) / k);
	set_value(c1, ms->var_item, ms->var_item + ms->e);
	set_value(ck, ms->var_item, ms->var_item + ms->e / k);
	a1->df1 = ak->df1 = c1->df1 = ck->df1 = ms->n - 1;
	a1->df2 = ak->df2 = c1->df2 = ck->df2 = ms->df_e;
	if (ms->e == 0)
	{
		const char *note = ms->w == 0 ? "no disagreement: no interval" :
			"raters differ by constants only: no interval";

		set_note(a1, ak, note);
		set_note(c1, ck, note);
		return;
	}
	a1->f = ak->f = c1->f = ck->f = ms->f;
	if (!complete)
	{
		set_note(a1, ak, "ratings are missing: Henderson's method III, no interval");
		set_note(c1, ck, a1->note);
		return;
	}
	if (!(ms->b > 0))
		return;
	limits_from_f(ms->f, ms->n - 1, ms->df_e, k, tail, c1, ck);
	if (!isnan(a1->value) && !isnan(ak->value))
		limits_of_agreement(ms, tail, a1, ak);
}

static int32
count_raters(const RatingMatrix *m)
{
	bool	   *seen = array_alloc0(m->n_raters, sizeof(bool));
	int32		n = 0;

	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		if (!seen[m->rater[o]])
			n++;
		seen[m->rater[o]] = true;
	}
	pfree(seen);
	return n;
}

static bool
one_value_only(const RatingMatrix *m, const double *x)
{
	for (int32 o = 1; o < m->n_obs; o++)
		if (x[m->category[o]] != x[m->category[0]])
			return false;
	return true;
}

/* Why nothing at all can be said, or NULL */
static const char *
nothing_to_analyse(const RatingMatrix *m, const double *x, const IccTable *t)
{
	if (t->n_raters < 2)
		return "fewer than two raters";
	if (m->n_items < 2)
		return "fewer than two items";
	if (one_value_only(m, x))
		return "no variation: all values are equal";
	return NULL;
}

void
icc_table(const RatingMatrix *m, const double *x, double confidence, IccTable *out)
{
	MeanSquares ms;
	int64	   *y;
	double		scale;
	double		tail = (1 + confidence) / 2;
	bool		equal = true;
	const char *why;

	memset(out, 0, sizeof(*out));
	for (int f = 0; f < ICC_COUNT; f++)
		out->row[f].value = out->row[f].ci_low = out->row[f].ci_high =
			out->row[f].f = out->row[f].df1 = out->row[f].df2 = NAN;
	out->n_raters = count_raters(m);
	out->complete = (int64) m->n_items * out->n_raters == m->n_obs;
	why = nothing_to_analyse(m, x, out);
	if (why)
	{
		for (int f = 0; f < ICC_COUNT; f++)
			out->row[f].note = why;
		return;
	}
	for (int32 i = 1; i < m->n_items; i++)
		equal = equal && m->start[i + 1] - m->start[i] == m->start[1] - m->start[0];

	memset(&ms, 0, sizeof(ms));
	y = array_alloc(m->n_categories, sizeof(int64));
	scale = center_values(m, x, y);
	one_way(m, y, scale, &ms);
	one_way_rows(&ms, equal, tail, &out->row[ICC_1_1], &out->row[ICC_1_K]);
	if (out->complete)
		two_way_complete(m, y, scale, &ms);
	else
		two_way_incomplete(m, y, scale, out->n_raters, &ms);
	two_way_rows(&ms, out->complete, tail, out->row);
	pfree(y);
}

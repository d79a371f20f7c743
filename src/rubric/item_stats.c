/*-------------------------------------------------------------------------
 *
 * item_stats.c
 *	  SQL functions about items, one by one and in pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "common/stats.h"
#include "rubric/item_access.h"
#include "rubric/item_cross.h"

typedef struct Bounds
{
	double		low;
	double		high;
} Bounds;

static const Bounds nothing = {NAN, NAN};

/* ---- item_stats ---- */

/* Wilson (1927) for 0 and 1, else Student's t about the mean */
static Bounds
mean_interval(const ItemMoments *m, int32 j, double confidence)
{
	Bounds	i = nothing;
	double		n = m->n[j];
	double		half;

	if (m->binary)
		hd_wilson(rint(m->mean[j] * n), n, confidence, &i.low, &i.high);
	else if (n >= 2 && m->var[j] > 0)
	{
		half = hd_t_quantile((1 + confidence) / 2, n - 1) * sqrt(m->var[j] / n);
		i.low = m->mean[j] - half;
		i.high = m->mean[j] + half;
	}
	return i;
}

/* Fisher (1921): atanh(r) is about normal with variance 1/(n - 3) */
static Bounds
correlation_interval(double r, double n, double confidence)
{
	Bounds	i = nothing;
	double		half;

	if (!(n > 3 && fabs(r) < 1))
		return i;
	half = hd_norm_quantile((1 + confidence) / 2) / sqrt(n - 3);
	i.low = tanh(atanh(r) - half);
	i.high = tanh(atanh(r) + half);
	return i;
}

/* Undefined where one does not vary, or where pairwise covariances contradict each other */
static double
correlation(double cov, double var_a, double var_b)
{
	double		r;

	if (!(var_a > 0 && var_b > 0))
		return NAN;
	r = cov / sqrt(var_a * var_b);
	if (fabs(r) > 1)
		return fabs(r) > 1 + 1e-9 ? NAN : copysign(1, r);
	return r;
}

/* Cronbach's alpha of the other items */
static double
alpha_without(const ItemMoments *m, int32 j)
{
	double		k = m->n_items - 1;

	if (k < 2 || !(m->var_rest[j] > 0))
		return NAN;
	return k / (k - 1) * (1 - (m->sum_var - m->var[j]) / m->var_rest[j]);
}

/*
 * What a look at the item should begin with.  All values the same: nobody is
 * told apart by it.  Negative: those who do well on the rest do badly on it.
 */
static const char *
item_flag(const ItemMoments *m, int32 j, double item_rest)
{
	if (isnan(m->var[j]))
		return NULL;
	if (m->var[j] == 0)
	{
		if (m->low >= 0 && m->high <= 1 && m->mean[j] == 1)
			return "all_pass";
		if (m->low >= 0 && m->high <= 1 && m->mean[j] == 0)
			return "all_fail";
		return "constant";
	}
	return item_rest < 0 ? "negative" : "ok";
}

static void
put_item(SrfRow *row, const ItemData *d, const ItemMoments *m, int32 j, double confidence)
{
	double		rest = m->n_items < 2 ? NAN : correlation(m->cov_rest[j], m->var[j], m->var_rest[j]);
	Bounds	difficulty = mean_interval(m, j, confidence);
	Bounds	r = correlation_interval(rest, m->n_least[j], confidence);
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, score_matrix_item_name(d->matrix, j));
	MemoryContextSwitchTo(old);
	srf_int64(row, m->n[j]);
	srf_float8(row, m->mean[j]);
	srf_float8(row, difficulty.low);
	srf_float8(row, difficulty.high);
	srf_float8(row, sqrt(m->var[j]));
	srf_float8(row, correlation(m->cov_total[j], m->var[j], m->var_total));
	srf_float8(row, rest);
	srf_float8(row, r.low);
	srf_float8(row, r.high);
	srf_float8(row, m->d27[j]);
	srf_float8(row, alpha_without(m, j));
	srf_cstring(row, item_flag(m, j, rest));
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(score_matrix_item_stats);
Datum
score_matrix_item_stats(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	ItemData	d;
	ItemMoments *m;
	double		confidence;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	confidence = arg_confidence(fcinfo, 2);
	item_data(fcinfo, 1, &d);
	m = item_data_moments(&d);
	for (int32 j = 0; j < m->n_items; j++)
		put_item(&row, &d, m, j, confidence);
	return (Datum) 0;
}

/* ---- item_pairs ---- */

/* The four numbers of a two-by-two table */
static void
put_binary(SrfRow *row, const CrossRow *r, int32 j)
{
	double		n = r->n[j];
	double		a = r->a[j];
	double		b = r->b[j];
	double		both = r->ab[j];
	double		either = a + b - both;
	double		same = n - a - b + 2 * both;
	double		chance = a * b + (n - a) * (n - b);	/* times n */

	srf_float8(row, either > 0 ? both / either : NAN);
	srf_float8(row, a > 0 ? both / a : NAN);
	srf_float8(row, b > 0 ? both / b : NAN);
	/* Cohen (1960): 1 - observed over expected disagreement */
	srf_float8(row, chance < n * n ? 1 - (n - same) * n / (n * n - chance) : NAN);
}

PG_FUNCTION_INFO_V1(score_matrix_item_pairs);
Datum
score_matrix_item_pairs(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	ScoreMatrix *matrix;
	const ScoreTable *t;
	ItemCross  *cross;

	srf_begin(fcinfo, &row);
	/* pairs stand for themselves: gaps and blocks do no harm here */
	matrix = score_matrix_get(PG_GETARG_DATUM(0));
	t = score_matrix_table(matrix);
	cross = item_cross_make(t);
	for (int32 i = 0; i < t->n_items; i++)
	{
		CrossRow	r;

		item_cross_row(cross, i, &r);
		for (int32 k = 0; k < r.n_met; k++)
		{
			int32		j = r.met[k];
			MemoryContext old = MemoryContextSwitchTo(row.row_cx);

			srf_cstring(&row, score_matrix_item_name(matrix, i));
			srf_cstring(&row, score_matrix_item_name(matrix, j));
			MemoryContextSwitchTo(old);
			srf_int64(&row, (int64) r.n[j]);
			srf_float8(&row, cross_correlation(&r, j));
			if (item_cross_binary(cross))
				put_binary(&row, &r, j);
			else
				for (int c = 0; c < 4; c++)
					srf_null(&row);
			srf_end_row(&row);
		}
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * item_moments.c
 *	  Means, variances and covariances of items with the total and with the
 *	  rest.
 *
 * Values that are multiples of a not too small power of two (0 and 1, whole
 * points, halves, quarters) are scaled to whole numbers, whose sums a double
 * holds exactly; numerators of variances are then taken in 128 bits and
 * rounded once.  Other values are taken from their mean first, and rounded
 * products are summed exactly, so that neither order nor names of units
 * matter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/dict.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "rubric/item_cross.h"
#include "rubric/item_moments.h"

/* whole numbers to 2^53 are exact as double */
#define EXACT_LIMIT 9007199254740992.0

/* values may have so many binary digits behind the point */
#define FRACTION_BITS 20

/* relative variance that is nothing but rounding */
#define NO_VARIANCE 1e-13

/* Kelley (1939): the best tails to compare */
#define TAIL_SHARE 0.27

static ItemMoments *
moments_alloc(int32 n_units, int32 n_items)
{
	ItemMoments *m = palloc0(sizeof(ItemMoments));

	m->n_units = n_units;
	m->n_items = n_items;
	m->lacking[0] = m->lacking[1] = -1;
	m->n = array_alloc(n_items, sizeof(int64));
	m->n_least = array_alloc(n_items, sizeof(int64));
	m->mean = array_alloc0(n_items, sizeof(double));
	m->var = array_alloc0(n_items, sizeof(double));
	m->cov_total = array_alloc0(n_items, sizeof(double));
	m->cov_rest = array_alloc0(n_items, sizeof(double));
	m->var_rest = array_alloc0(n_items, sizeof(double));
	m->d27 = array_alloc0(n_items, sizeof(double));
	return m;
}

static double
sum_of(const double *x, int32 n)
{
	ExactSum	s;

	exactsum_init(&s);
	for (int32 i = 0; i < n; i++)
		exactsum_add(&s, x[i]);
	return exactsum_value(&s);
}

/* ---- whole numbers ---- */

/*
 * The power of two that makes all values whole numbers, if the sum of squared
 * totals stays exact then; else 0.
 */
static double
exact_scale(const ScoreGrid *g, double largest)
{
	Size		n = (Size) g->n_units * g->n_items;
	uint64		bits = 0;
	int			shift = FRACTION_BITS;
	double		total;

	if (largest > 4294967296.0)
		return 0;
	for (Size j = 0; j < n; j++)
	{
		double		y = g->value[j] * (double) (1 << FRACTION_BITS);
		int64		i = (int64) y;

		HD_CHECK_EVERY(j);
		if ((double) i != y)
			return 0;
		bits |= (uint64) i;		/* trailing zeros of -i are those of i */
	}
	for (; shift > 0 && (bits & 1) == 0; bits >>= 1)
		shift--;
	total = largest * (double) (1 << shift) * g->n_items;
	return total * total * g->n_units < EXACT_LIMIT ? (double) (1 << shift) : 0;
}

/* n(n - 1) times the covariance, exactly */
static __int128
cross_numerator(int64 n, double ab, double a, double b)
{
	return (__int128) n * (int64) ab - (__int128) (int64) a * (int64) b;
}

static void
exact_moments(const ScoreGrid *g, double scale, ItemMoments *m, double *total)
{
	int32		k = g->n_items;
	int64		n = g->n_units;
	double	   *s = array_alloc0(k, sizeof(double));
	double	   *ss = array_alloc0(k, sizeof(double));
	double	   *st = array_alloc0(k, sizeof(double));
	double		t_sum = 0;
	double		tt_sum = 0;
	double		over = (double) n * (double) (n - 1) * scale * scale;
	__int128	tt;

	for (int32 u = 0; u < n; u++)
	{
		const double *x = g->value + (Size) u * k;
		double		t = 0;

		HD_CHECK_EVERY(u);
		for (int32 j = 0; j < k; j++)
			t += x[j];
		total[u] = t;
		t *= scale;
		t_sum += t;
		tt_sum += t * t;
		for (int32 j = 0; j < k; j++)
		{
			double		y = x[j] * scale;

			s[j] += y;
			ss[j] += y * y;
			st[j] += y * t;
		}
	}
	tt = cross_numerator(n, tt_sum, t_sum, t_sum);
	m->var_total = (double) tt / over;
	for (int32 j = 0; j < k; j++)
	{
		__int128	xx = cross_numerator(n, ss[j], s[j], s[j]);
		__int128	xt = cross_numerator(n, st[j], s[j], t_sum);

		HD_CHECK_EVERY(j);
		m->mean[j] = s[j] / ((double) n * scale);
		m->var[j] = (double) xx / over;
		m->cov_total[j] = (double) xt / over;
		m->cov_rest[j] = (double) (xt - xx) / over;
		m->var_rest[j] = (double) (tt + xx - 2 * xt) / over;
	}
	pfree(s);
	pfree(ss);
	pfree(st);
}

/* ---- any numbers ---- */

/* Sum of a row to the last digit or so (Neumaier 1974) */
static double
row_total(const double *x, int32 k)
{
	double		sum = 0;
	double		lost = 0;

	for (int32 j = 0; j < k; j++)
	{
		double		t = sum + x[j];

		lost += fabs(sum) >= fabs(x[j]) ? (sum - t) + x[j] : (x[j] - t) + sum;
		sum = t;
	}
	return sum + lost;
}

static ExactSum *
sums_alloc(int32 n)
{
	ExactSum   *s = array_alloc(n, sizeof(ExactSum));

	for (int32 i = 0; i < n; i++)
		exactsum_init(&s[i]);
	return s;
}

/* A covariance with the rest that is nothing but rounding is none */
static void
clean_rest(ItemMoments *m, int32 j)
{
	if (m->var_rest[j] <= NO_VARIANCE * (m->var_total + m->var[j]))
		m->var_rest[j] = 0;
}

static void
float_moments(const ScoreGrid *g, ItemMoments *m, double *total)
{
	int32		k = g->n_items;
	int32		n = g->n_units;
	ExactSum   *a = sums_alloc(k);
	ExactSum   *b = sums_alloc(k);
	ExactSum	t;
	bool	   *varies = array_alloc0(k, sizeof(bool));
	double		mean_total;
	double		largest = 0;

	exactsum_init(&t);
	for (int32 u = 0; u < n; u++)
	{
		const double *x = g->value + (Size) u * k;

		HD_CHECK_EVERY(u);
		total[u] = row_total(x, k);
		largest = Max(largest, fabs(total[u]));
		exactsum_add(&t, total[u]);
		for (int32 j = 0; j < k; j++)
		{
			exactsum_add(&a[j], x[j]);
			varies[j] |= x[j] != g->value[j];
		}
	}
	mean_total = exactsum_value(&t) / n;
	exactsum_init(&t);
	for (int32 j = 0; j < k; j++)
	{
		/* what does not vary must not by the rounding of its mean */
		m->mean[j] = varies[j] ? exactsum_value(&a[j]) / n : g->value[j];
		exactsum_init(&a[j]);
	}
	for (int32 u = 0; u < n; u++)
	{
		const double *x = g->value + (Size) u * k;
		double		dt = total[u] - mean_total;

		HD_CHECK_EVERY(u);
		exactsum_add(&t, dt * dt);
		for (int32 j = 0; j < k; j++)
		{
			double		d = x[j] - m->mean[j];

			exactsum_add(&a[j], d * d);
			exactsum_add(&b[j], d * dt);
		}
	}
	m->var_total = exactsum_value(&t) / (n - 1.0);
	/* totals that differ by their own rounding do not differ */
	if (m->var_total <= 1e-28 * largest * largest)
		m->var_total = 0;
	for (int32 j = 0; j < k; j++)
	{
		m->var[j] = exactsum_value(&a[j]) / (n - 1.0);
		m->cov_total[j] = exactsum_value(&b[j]) / (n - 1.0);
		m->cov_rest[j] = m->cov_total[j] - m->var[j];
		m->var_rest[j] = m->var_total + m->var[j] - 2 * m->cov_total[j];
		clean_rest(m, j);
	}
	pfree(a);
	pfree(b);
	pfree(varies);
}

/* ---- the upper and the lower 27 % ---- */

typedef struct TotalRow
{
	uint64		key;
	double		total;
} TotalRow;

/*
 * A unit whose total is at the cut counts as a part of one: ties share the
 * places that are left, so that the order of rows cannot matter.
 */
typedef struct Tail
{
	double		cut;
	double		share;
} Tail;

static Tail
tail_of(const TotalRow *row, int32 n, int32 size, bool upper, double tolerance)
{
	Tail		tail;
	int32		beyond = 0;
	int32		at = 0;

	tail.cut = row[upper ? n - size : size - 1].total;
	for (int32 u = 0; u < n; u++)
	{
		double		d = upper ? row[u].total - tail.cut : tail.cut - row[u].total;

		HD_CHECK_EVERY(u);
		beyond += d > tolerance;
		at += fabs(d) <= tolerance;
	}
	tail.share = (double) (size - beyond) / at;
	return tail;
}

static double
tail_weight(const Tail *tail, double total, bool upper, double tolerance)
{
	double		d = upper ? total - tail->cut : tail->cut - total;

	return d > tolerance ? 1 : d >= -tolerance ? tail->share : 0;
}

static void
upper_lower(const ScoreGrid *g, const double *total, double tolerance, double *d27)
{
	int32		n = g->n_units;
	int32		k = g->n_items;
	int32		size = Max(1, (int32) floor(TAIL_SHARE * n + 0.5));
	TotalRow   *row = array_alloc(n, sizeof(TotalRow));
	TotalRow   *tmp = array_alloc(n, sizeof(TotalRow));
	double	   *sum[2][2];		/* [upper][at the cut] */
	Tail		tail[2];

	for (int32 u = 0; u < n; u++)
	{
		row[u].total = total[u];
		row[u].key = dict_key_float8(total[u]);
	}
	radix_sort((void **) &row, (void **) &tmp, n, sizeof(TotalRow));
	for (int side = 0; side < 2; side++)
	{
		tail[side] = tail_of(row, n, size, side, tolerance);
		for (int at = 0; at < 2; at++)
			sum[side][at] = array_alloc0(k, sizeof(double));
	}
	for (int32 u = 0; u < n; u++)
	{
		HD_CHECK_EVERY(u);
		for (int side = 0; side < 2; side++)
		{
			double		w = tail_weight(&tail[side], total[u], side, tolerance);
			double	   *s = sum[side][w != 1];
			const double *x = g->value + (Size) u * k;

			if (w == 0)
				continue;
			for (int32 j = 0; j < k; j++)
				s[j] += x[j];
		}
	}
	for (int32 j = 0; j < k; j++)
		d27[j] = ((sum[1][0][j] + tail[1].share * sum[1][1][j]) -
				  (sum[0][0][j] + tail[0].share * sum[0][1][j])) / size;
	for (int side = 0; side < 2; side++)
		for (int at = 0; at < 2; at++)
			pfree(sum[side][at]);
	pfree(row);
	pfree(tmp);
}

/* ---- both together ---- */

static void
undefined_moments(ItemMoments *m, const ScoreGrid *g)
{
	for (int32 j = 0; j < m->n_items; j++)
	{
		m->mean[j] = g->n_units > 0 ? g->value[j] : NAN;
		m->var[j] = m->cov_total[j] = m->cov_rest[j] = m->var_rest[j] = m->d27[j] = NAN;
	}
	m->var_total = m->sum_var = NAN;
}

ItemMoments *
item_moments(const ScoreGrid *g)
{
	ItemMoments *m = moments_alloc(g->n_units, g->n_items);
	double	   *total = array_alloc(g->n_units, sizeof(double));
	double		largest;
	double		scale;

	m->binary = value_range(g->value, (Size) g->n_units * g->n_items, &m->low, &m->high);
	for (int32 j = 0; j < m->n_items; j++)
		m->n[j] = m->n_least[j] = g->n_units;
	if (g->n_units < 2)
	{
		undefined_moments(m, g);
		return m;
	}
	largest = Max(fabs(m->low), fabs(m->high));
	scale = exact_scale(g, largest);
	if (scale > 0)
		exact_moments(g, scale, m, total);
	else
		float_moments(g, m, total);
	m->sum_var = sum_of(m->var, m->n_items);
	upper_lower(g, total, scale > 0 ? 0 : 1e-12 * largest * g->n_items, m->d27);
	pfree(total);
	return m;
}

/* ---- pairwise ---- */

ItemMoments *
item_moments_pairwise(const ScoreTable *t)
{
	int32		k = t->n_items;
	ItemMoments *m = moments_alloc(t->n_units, k);
	ItemCross  *cross = item_cross_make(t);
	ExactSum   *row = sums_alloc(k);
	ExactSum	all;
	CrossRow	r;

	m->binary = value_range(t->value, t->n_obs, &m->low, &m->high);
	exactsum_init(&all);
	for (int32 i = 0; i < k; i++)
	{
		m->n[i] = item_cross_n(cross, i);
		m->n_least[i] = m->n[i];
		m->mean[i] = item_cross_mean(cross, i);
		m->d27[i] = NAN;
	}
	for (int32 i = 0; i < k; i++)
	{
		item_cross_row(cross, i, &r);
		for (int32 j = i; j < k; j++)
		{
			double		cov = cross_covariance(&r, j);

			HD_CHECK_EVERY(j);
			m->n_least[i] = Min(m->n_least[i], (int64) r.n[j]);
			m->n_least[j] = Min(m->n_least[j], (int64) r.n[j]);
			if (isnan(cov))
			{
				m->lacking[0] = i;
				m->lacking[1] = j;
				m->lacking_n = r.n[j];
				return m;
			}
			if (i == j)
				m->var[i] = cov;
			else
			{
				exactsum_add(&row[i], cov);
				exactsum_add(&row[j], cov);
			}
		}
	}
	for (int32 i = 0; i < k; i++)
	{
		m->cov_rest[i] = exactsum_value(&row[i]);
		exactsum_add(&all, m->cov_rest[i]);
		m->cov_total[i] = m->cov_rest[i] + m->var[i];
	}
	m->sum_var = sum_of(m->var, k);
	m->var_total = m->sum_var + exactsum_value(&all);
	for (int32 i = 0; i < k; i++)
	{
		m->var_rest[i] = m->var_total + m->var[i] - 2 * m->cov_total[i];
		clean_rest(m, i);
	}
	pfree(row);
	return m;
}

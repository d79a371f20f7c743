/*-------------------------------------------------------------------------
 *
 * alpha.c
 *	  How reliable is the sum of items?  Cronbach's alpha and its relatives.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "rubric/alpha.h"
#include "rubric/item_cross.h"

#define MINRES_SWEEPS 20000
#define MINRES_TOLERANCE 1e-13

/* Cronbach (1951): k/(k - 1) (1 - sum of variances / variance of the sum) */
double
cronbach_alpha_of(const ItemMoments *m)
{
	double		k = m->n_items;

	if (k < 2 || !(m->var_total > 0))
		return NAN;
	return k / (k - 1) * (1 - m->sum_var / m->var_total);
}

/* ---- the matrix ---- */

ItemMatrix *
item_matrix(const ScoreTable *t)
{
	ItemMatrix *m = palloc(sizeof(ItemMatrix));
	ItemCross  *cross = item_cross_make(t);
	Size		k = t->n_items;
	CrossRow	row;

	Assert(k <= ALPHA_MAX_ITEMS);
	m->n_items = t->n_items;
	m->n = t->n_units;
	m->cov = array_alloc(k * k, sizeof(double));
	m->cor = array_alloc(k * k, sizeof(double));
	for (Size i = 0; i < k; i++)
	{
		item_cross_row(cross, i, &row);
		for (Size j = i; j < k; j++)
		{
			HD_CHECK_EVERY(j);
			m->n = Min(m->n, row.n[j]);
			m->cov[i * k + j] = m->cov[j * k + i] = cross_covariance(&row, j);
			m->cor[i * k + j] = m->cor[j * k + i] = cross_correlation(&row, j);
		}
	}
	return m;
}

/* ---- standardized alpha ---- */

double
average_r(const ItemMatrix *m)
{
	Size		k = m->n_items;
	ExactSum	s;

	if (k < 2)
		return NAN;
	exactsum_init(&s);
	for (Size i = 0; i < k; i++)
		for (Size j = i + 1; j < k; j++)
		{
			HD_CHECK_EVERY(j);
			if (isnan(m->cor[i * k + j]))
				return NAN;
			exactsum_add(&s, m->cor[i * k + j]);
		}
	return exactsum_value(&s) / ((double) k * (k - 1) / 2);
}

/* Spearman (1910) and Brown (1910), with the mean correlation */
double
standardized_alpha_of(const ItemMatrix *m)
{
	double		k = m->n_items;
	double		r = average_r(m);
	double		d = 1 + (k - 1) * r;

	/* items that cancel each other out have a sum that does not vary */
	return d > 1e-12 ? k * r / d : NAN;
}

/* ---- intervals ---- */

/*
 * Duhachek & Iacobucci (2004, J. Appl. Psychol. 89:792), eqs. 3 and 4, after
 * van Zyl, Neudecker & Nel (2000, Psychometrika 65:271): Q = 2 k^2 / ((k - 1)^2
 * (j'Vj)^3) ((j'Vj)(tr V^2 + tr^2 V) - 2 tr V (j'V^2 j)), variance Q / n.
 */
double
alpha_se(const ItemMatrix *m)
{
	Size		k = m->n_items;
	double		trace = 0;
	double		trace_sq = 0;	/* tr V^2 */
	double		total = 0;		/* j'Vj */
	double		total_sq = 0;	/* j'V^2 j */
	double		q;

	if (k < 2 || m->n < 2)
		return NAN;
	for (Size i = 0; i < k; i++)
	{
		double		row = 0;
		double		squares = 0;

		CHECK_FOR_INTERRUPTS();
		for (Size j = 0; j < k; j++)
		{
			row += m->cov[i * k + j];
			squares += m->cov[i * k + j] * m->cov[i * k + j];
		}
		trace += m->cov[i * k + i];
		trace_sq += squares;
		total += row;
		total_sq += row * row;
	}
	/* a sum that does not vary has no alpha */
	if (!(total > 1e-13 * trace))
		return NAN;
	q = total * (trace_sq + trace * trace) - 2 * trace * total_sq;
	q *= 2.0 * k * k / ((k - 1.0) * (k - 1.0) * total * total * total);
	return sqrt(Max(q, 0) / m->n);
}

void
feldt_interval(double alpha, double n, double k, double confidence, double *low, double *high)
{
	double		df1 = n - 1;
	double		df2 = (n - 1) * (k - 1);
	double		tail = (1 - confidence) / 2;

	*low = *high = NAN;
	if (isnan(alpha) || n < 2 || k < 2)
		return;
	*low = 1 - (1 - alpha) * hd_f_quantile(1 - tail, df1, df2);
	*high = 1 - (1 - alpha) * hd_f_quantile(tail, df1, df2);
}

/* ---- one factor ---- */

/*
 * The largest eigenvector of R by the power method, its length the square root
 * of the eigenvalue: where minres starts.  A correlation matrix has no
 * eigenvalue below zero to compete (a pairwise one hardly).
 */
static void
principal_loadings(const double *r, Size k, double *loading)
{
	double	   *y = array_alloc(k, sizeof(double));
	double		most = -1;
	double		value = 1;

	/* from the item that is correlated most with all */
	for (Size i = 0; i < k; i++)
	{
		double		s = 0;

		for (Size j = 0; j < k; j++)
			s += r[i * k + j] * r[i * k + j];
		if (s > most)
		{
			most = s;
			memcpy(loading, r + i * k, sizeof(double) * k);
		}
	}
	for (int step = 0; step < 50; step++)
	{
		double		norm = 0;

		for (Size i = 0; i < k; i++)
		{
			y[i] = 0;
			for (Size j = 0; j < k; j++)
				y[i] += r[i * k + j] * loading[j];
			norm += y[i] * y[i];
			HD_CHECK_EVERY(i);
		}
		CHECK_FOR_INTERRUPTS();
		/* only a pairwise matrix can map it to nothing: what there is must do */
		if (norm == 0)
			break;
		norm = sqrt(norm);
		value = norm;
		for (Size i = 0; i < k; i++)
			loading[i] = y[i] / norm;
	}
	/* y = R x with |x| = 1: its length is the eigenvalue */
	for (Size i = 0; i < k; i++)
		loading[i] *= sqrt(value);
	pfree(y);
}

/*
 * Minres (Harman & Jones 1966): the loadings that leave the least sum of
 * squared residual correlations.  Of one factor, the best l_i given the others
 * is sum_j r_ij l_j / sum_j l_j^2 over j other than i; no communality passes 1
 * (Harman & Fukuda 1966).  Each sweep lessens the sum.
 */
static double
minres_sweep(const double *r, Size k, double *loading)
{
	double		all = 0;
	double		change = 0;

	for (Size j = 0; j < k; j++)
		all += loading[j] * loading[j];
	for (Size i = 0; i < k; i++)
	{
		double		num = -r[i * k + i] * loading[i];
		double		den = all - loading[i] * loading[i];
		double		l;

		for (Size j = 0; j < k; j++)
			num += r[i * k + j] * loading[j];
		l = den > 1e-12 ? Max(-1, Min(1, num / den)) : 0;
		change = Max(change, fabs(l - loading[i]));
		all += l * l - loading[i] * loading[i];
		loading[i] = l;
	}
	CHECK_FOR_INTERRUPTS();
	return change;
}

bool
one_factor(const ItemMatrix *m, OneFactor *f)
{
	Size		k = m->n_items;
	double		sum = 0;
	double		unique = 0;

	f->omega = NAN;
	f->converged = false;
	if (k < 3 || isnan(average_r(m)))
		return false;
	f->loading = array_alloc(k, sizeof(double));
	principal_loadings(m->cor, k, f->loading);
	for (f->sweeps = 0; f->sweeps < MINRES_SWEEPS && !f->converged; f->sweeps++)
		f->converged = minres_sweep(m->cor, k, f->loading) < MINRES_TOLERANCE;
	if (!f->converged)
		return true;
	for (Size i = 0; i < k; i++)
	{
		sum += f->loading[i];
		unique += 1 - f->loading[i] * f->loading[i];
	}
	/* McDonald (1999), eq. 6.20a, of standardized items with one factor */
	if (sum * sum + unique > 0)
		f->omega = sum * sum / (sum * sum + unique);
	return true;
}

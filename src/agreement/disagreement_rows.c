/*-------------------------------------------------------------------------
 *
 * disagreement_rows.c
 *	  Sums of disagreements over many categories: V p and p'V p.
 *
 * Continuous values make nearly as many categories as ratings, so nothing
 * here may be quadratic where the metric has a structure to use: distances on
 * a line are summed by recursion from both ends (all terms of one sign, so
 * without cancellation), angles by addition theorems, and the ratio metric
 * by sums of exponentials, which turn it into quadratic distances.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/disagreement.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/* Supports up to these sizes are summed pair by pair */
#define RATIO_DIRECT 2048
#define CIRCULAR_DIRECT 512

#define CATEGORY(j) (idx ? idx[j] : (j))

double
exact_dot(int32 m, const double *p, const double *u)
{
	ExactSum	sum;

	exactsum_init(&sum);
	for (int32 j = 0; j < m; j++)
	{
		HD_CHECK_EVERY(j);
		exactsum_add_product(&sum, p[j], u[j]);
	}
	return exactsum_value(&sum);
}

/*
 * The sum of all p but p_j.  The total is exact, so that only a p_j near it
 * cancels; there (for one or two j) the difference is taken exactly too.
 */
static void
rows_identity(int32 m, const double *p, double *out)
{
	ExactSum	all;
	double		total;

	exactsum_init(&all);
	for (int32 j = 0; j < m; j++)
	{
		HD_CHECK_EVERY(j);
		exactsum_add(&all, p[j]);
	}
	total = exactsum_value(&all);
	for (int32 j = 0; j < m; j++)
	{
		if (fabs(p[j]) > fabs(total) / 2 && fabs(p[j]) < fabs(total) * 2)
		{
			ExactSum	rest = all;

			exactsum_add(&rest, -p[j]);
			out[j] = exactsum_value(&rest);
		}
		else
			out[j] = total - p[j];
	}
}

/*
 * out_j += sum_l (c1 |t_j - t_l| + c2 (t_j - t_l)^2) p_l for ascending
 * positions t, where step(j) = t_j - t_{j-1}.  With count P, first moment L
 * and second moment M of what lies below t_j, a step up by h makes
 * M += 2 h L + h^2 P and L += h P; then the same from above.
 */
static inline void
line_sums(int32 m, const double *step, const double *p, double c1, double c2,
		  double *out)
{
	double		count = 0;
	double		first = 0;
	double		second = 0;

	for (int32 j = 0; j < m; j++)
	{
		double		h = step[j];

		second += 2 * h * first + h * h * count;
		first += h * count;
		out[j] += c1 * first + c2 * second;
		count += p[j];
	}
	count = first = second = 0;
	for (int32 j = m - 1; j >= 0; j--)
	{
		double		h = j < m - 1 ? step[j + 1] : 0;

		second += 2 * h * first + h * h * count;
		first += h * count;
		out[j] += c1 * first + c2 * second;
		count += p[j];
	}
}

static void
rows_line(const Disagreement *d, int32 m, const int32 *idx, const double *p,
		  double *out)
{
	double	   *step = array_alloc(m, sizeof(double));
	double		c1 = 0;
	double		c2 = 0;

	if (d->kind == DIS_LINEAR)
		c1 = 1;
	else if (d->kind == DIS_ORDINAL)
		c1 = c2 = 1 / Max((double) d->q * (d->q - 1.0), 1);
	else
		c2 = 1;
	for (int32 j = 0; j < m; j++)
	{
		out[j] = 0;
		if (j == 0)
			step[j] = 0;
		else if (d->kind == DIS_ORDINAL)
			step[j] = (double) CATEGORY(j) - (double) CATEGORY(j - 1);
		else
			step[j] = (d->x[CATEGORY(j)] - d->x[CATEGORY(j - 1)]) / d->scale;
	}
	CHECK_FOR_INTERRUPTS();
	line_sums(m, step, p, c1, c2, out);
	pfree(step);
}

/*
 * sin^2(t/2) = (1 - cos t)/2, and cos(a - b) = cos a cos b + sin a sin b.
 */
static void
rows_circular(const Disagreement *d, int32 m, const int32 *idx, const double *p,
			  double *out)
{
	double		turn = d->hi - d->lo + 1;
	double		total = 0;
	double		cosines = 0;
	double		sines = 0;

	for (int32 j = 0; j < m; j++)
	{
		double		t = 2 * M_PI * ((d->x[CATEGORY(j)] - d->lo) / turn);

		HD_CHECK_EVERY(j);
		total += p[j];
		cosines += p[j] * cos(t);
		sines += p[j] * sin(t);
	}
	for (int32 j = 0; j < m; j++)
	{
		double		t = 2 * M_PI * ((d->x[CATEGORY(j)] - d->lo) / turn);

		HD_CHECK_EVERY(j);
		out[j] = (total - cos(t) * cosines - sin(t) * sines) / (2 * d->scale);
	}
}

/*
 * With s = a + b,
 *		1/s^2 = int exp(2u - s e^u) du  over the real line,
 * and the trapezoid rule of step h converges like exp(-pi^2/h) (Beylkin &
 * Monzon 2005, Appl. Comput. Harmon. Anal. 19:17).  At each node t = e^u the
 * exponential splits into exp(-a t) exp(-b t), so that the ratio metric
 * (a - b)^2/s^2 is a sum of squared distances on a line, each O(m), and all
 * terms are positive.  h = 1/4 leaves 1e-14; the ends are cut where
 * s e^u < 1e-7 (squared: 1e-14) and where s e^u > 40.
 */
static void
rows_ratio(const Disagreement *d, int32 m, const int32 *idx, const double *p,
		   double *out)
{
	const double h = 0.25;
	double	   *a = array_alloc(m, sizeof(double));
	double	   *step = array_alloc(m, sizeof(double));
	double	   *decay = array_alloc(m, sizeof(double));
	double	   *q = array_alloc(m, sizeof(double));
	double	   *part = array_alloc(m, sizeof(double));
	double		u_first;
	double		u_last;

	for (int32 j = 0; j < m; j++)
	{
		a[j] = d->x[CATEGORY(j)] / d->hi;
		step[j] = j ? a[j] - a[j - 1] : 0;
		out[j] = 0;
	}
	u_first = log(1e-7 / (2 * a[m - 1]));
	u_last = log(40 / (a[0] + a[1]));
	for (double u = u_first; u < u_last + h; u += h)
	{
		double		t = exp(u);
		double		weight = h * t * t / (d->scale * d->scale);
		int32		n = 0;

		while (n < m && a[n] * t < 700)
		{
			HD_CHECK_EVERY(n);
			decay[n] = exp(-a[n] * t);
			q[n] = p[n] * decay[n];
			part[n++] = 0;
		}
		line_sums(n, step, q, 0, 1, part);
		for (int32 j = 0; j < n; j++)
			out[j] += weight * decay[j] * part[j];
	}
	pfree(a);
	pfree(step);
	pfree(decay);
	pfree(q);
	pfree(part);
}

static void
rows_direct(const Disagreement *d, int32 m, const int32 *idx, const double *p,
			double *out)
{
	if (m > DIS_MAX_DIRECT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many distinct values for these weights"),
				 errdetail("There are %d distinct values; radical, bipolar and set-valued disagreements compare every pair and take at most %d.",
						   (int) m, DIS_MAX_DIRECT),
				 errhint("Round the values, or use linear, quadratic, ordinal or ratio weights.")));
	for (int32 j = 0; j < m; j++)
	{
		double		sum = 0;

		CHECK_FOR_INTERRUPTS();
		for (int32 l = 0; l < m; l++)
			sum += dis_at(d, CATEGORY(j), CATEGORY(l)) * p[l];
		out[j] = sum;
	}
}

void
dis_rows(const Disagreement *d, int32 m, const int32 *idx, const double *p,
		 double *out)
{
	switch (d->kind)
	{
		case DIS_IDENTITY:
			rows_identity(m, p, out);
			return;
		case DIS_LINEAR:
		case DIS_QUADRATIC:
		case DIS_ORDINAL:
		case DIS_RANK:
			rows_line(d, m, idx, p, out);
			return;
		case DIS_CIRCULAR:
			if (m <= CIRCULAR_DIRECT)
				break;
			rows_circular(d, m, idx, p, out);
			return;
		case DIS_RATIO:
			if (m <= RATIO_DIRECT)
				break;
			rows_ratio(d, m, idx, p, out);
			return;
		default:
			break;
	}
	rows_direct(d, m, idx, p, out);
}

double
dis_quad(const Disagreement *d, int32 m, const int32 *idx, const double *p)
{
	double	   *out = array_alloc(m, sizeof(double));
	double		sum;

	dis_rows(d, m, idx, p, out);
	sum = exact_dot(m, p, out);
	pfree(out);
	return sum;
}

double
dis_total(const Disagreement *d)
{
	double	   *ones;
	double		total;

	if (d->kind == DIS_IDENTITY)
		return (double) d->q * (d->q - 1.0);
	ones = array_alloc(d->q, sizeof(double));
	for (int32 k = 0; k < d->q; k++)
		ones[k] = 1;
	total = dis_quad(d, d->q, NULL, ones);
	pfree(ones);
	return total;
}

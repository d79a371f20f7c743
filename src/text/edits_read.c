/*-------------------------------------------------------------------------
 *
 * edits_read.c
 *	  Means and shares of corrections, and how sure they are.
 *
 * Corrections by one person are not independent.  With C clusters c of n_c
 * observations that add up to S_c, n and S in all and m = S / n, the standard
 * error of the mean is
 *
 *	  sqrt(C / (C - 1) * sum_c (S_c - n_c m)^2) / n
 *
 * (Miller 2024, "Adding error bars to evals", arXiv:2411.00640, eq. 4, with
 * the correction for a finite number of clusters).  Times n^2 the sum is
 * n^2 sum S_c^2 - 2 n S sum n_c S_c + S^2 sum n_c^2, so that each editor can be
 * left out of sums that are made once.  It is taken of exact sums in numbers
 * of 106 bits; what is below their last digits is zero.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "common/stats.h"
#include "text/edits_read.h"

/* Of 106 bits, some are lost on the way */
#define WIDE_ZERO ldexp(1, -90)

static void
add_to(Wide *dst, Wide x, double sign)
{
	*dst = wide_add(*dst, sign < 0 ? wide_negate(x) : x);
}

/* A cluster of n observations with this sum comes in or, with sign -1, goes out */
static void
add_cluster(ClusterMoments *m, int64 n, Wide sum, double sign)
{
	Wide		size = wide_of((double) n);

	if (n == 0)
		return;
	m->clusters += sign;
	add_to(&m->n, size, sign);
	add_to(&m->sum, sum, sign);
	add_to(&m->sum_square, wide_multiply(sum, sum), sign);
	add_to(&m->size_sum, wide_multiply(size, sum), sign);
	add_to(&m->size_square, wide_multiply(size, size), sign);
}

/* n clusters of one observation each */
static void
add_singles(ClusterMoments *m, int64 n, Wide sum, Wide square)
{
	Wide		size = wide_of((double) n);

	m->clusters += (double) n;
	add_to(&m->n, size, 1);
	add_to(&m->sum, sum, 1);
	add_to(&m->sum_square, square, 1);
	add_to(&m->size_sum, sum, 1);
	add_to(&m->size_square, size, 1);
}

static void
add_editor(EditMoments *m, const EditSums *e, double sign)
{
	add_cluster(&m->rate, e->n - e->emptied, shortsum_wide(&e->rate), sign);
	add_cluster(&m->untouched, e->n, wide_of((double) e->untouched), sign);
	add_cluster(&m->rewritten, e->n, wide_of((double) e->rewritten), sign);
}

void
edit_moments_of_one(const EditSums *e, EditMoments *m)
{
	Wide		untouched = wide_of((double) e->untouched);
	Wide		rewritten = wide_of((double) e->rewritten);

	memset(m, 0, sizeof(*m));
	add_singles(&m->rate, e->n - e->emptied, shortsum_wide(&e->rate), shortsum_wide(&e->square));
	add_singles(&m->untouched, e->n, untouched, untouched);
	add_singles(&m->rewritten, e->n, rewritten, rewritten);
}

void
edit_moments(const Edits *s, EditMoments *m)
{
	edit_moments_of_one(&s->nobody, m);
	for (uint32 i = 0; i < s->editors.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		add_editor(m, &s->sums[i], 1);
	}
}

void
edit_moments_without(EditMoments *m, const EditSums *e)
{
	add_editor(m, e, -1);
}

/* sum_c (S_c - n_c m)^2 * n^2, zero where it is rounding alone */
static double
squared_deviations(const ClusterMoments *m)
{
	Wide		first = wide_multiply(wide_multiply(m->n, m->n), m->sum_square);
	Wide		second = wide_multiply(wide_multiply(m->n, m->sum), m->size_sum);
	Wide		third = wide_multiply(wide_multiply(m->sum, m->sum), m->size_square);
	double		d = wide_add(wide_add(first, third), wide_negate(wide_add(second, second))).high;

	return d > first.high * WIDE_ZERO ? d : 0;
}

Estimate
moments_estimate(const ClusterMoments *m)
{
	Estimate	e = {NAN, NAN, NAN};
	double		n = m->n.high;

	if (n < 1)
		return e;
	e.value = wide_divide(m->sum, m->n).high;
	if (m->clusters < 2)
		return e;
	e.df = m->clusters - 1;
	e.se = sqrt(squared_deviations(m) * m->clusters / e.df) / n / n;
	return e;
}

/* No spread says nothing of how sure it is: no interval */
void
estimate_interval(const Estimate *e, double confidence, double *low, double *high)
{
	double		half = e->se > 0 ? e->se * hd_t_quantile((1 + confidence) / 2, e->df) : NAN;

	/* rates are not negative; fmax() would swallow NaN */
	*low = e->value - half < 0 ? 0 : e->value - half;
	*high = e->value + half;
}

void
share_interval(const ClusterMoments *m, double confidence, double *share, double *low, double *high)
{
	Estimate	e = moments_estimate(m);
	double		n = m->n.high;
	double		binomial = e.value * (1 - e.value) / n;
	double		worth = n;

	*share = e.value;
	if (isnan(e.value))
	{
		*low = *high = NAN;
		return;
	}
	if (binomial > 0 && e.se * e.se > binomial)
		worth = n * binomial / (e.se * e.se);
	hd_wilson(e.value * worth, worth, confidence, low, high);
}

/* Welch (1947); degrees of freedom by Satterthwaite */
void
difference_interval(const Estimate *a, const Estimate *b, double confidence,
					double *difference, double *low, double *high)
{
	double		va = a->se * a->se;
	double		vb = b->se * b->se;
	Estimate	d = {a->value - b->value, sqrt(va + vb), (va + vb) * (va + vb) / (va * va / a->df + vb * vb / b->df)};
	double		half = d.se > 0 ? d.se * hd_t_quantile((1 + confidence) / 2, d.df) : NAN;

	*difference = d.value;
	*low = d.value - half;
	*high = d.value + half;
}

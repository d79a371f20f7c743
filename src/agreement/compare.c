/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  The difference of two coefficients, over items that may be shared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/compare.h"
#include "agreement/fixedsum.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/stats.h"

static int32
units_of(const CoefficientEstimate *e)
{
	return e->n_clusters > 0 ? e->n_clusters : e->n_items;
}

/* What a psi of this side is multiplied by: its squares then add up to se^2 */
static double
factor(const ComparedSide *s, bool published)
{
	double		units = units_of(s->e);

	if (published && s->e->n_clusters == 0)
		return 1.0 / s->e->n_items;
	return sqrt(units / (units - 1)) / s->e->n_items;
}

static double
largest(const ComparedSide *s, double f)
{
	double		bound = 0;

	for (int32 i = 0; i < s->n_items; i++)
		bound = Max(bound, fabs(f * s->psi[i]));
	return bound;
}

/*
 * Gwet (2016, Educ. Psychol. Meas. 76:609): where both rest on the same n
 * items, the variance of the difference is sum (psi_a - psi_b)^2/(n (n - 1));
 * where they share none, variances add.  Both are cases of
 *		sum over units of (f_a psi_a - f_b psi_b)^2
 * with psi 0 for an item that one side has not.
 */
static double
difference_variance(const ComparedSide *a, const ComparedSide *b, int32 n_units,
					bool published, bool *all_shared)
{
	double		f_a = factor(a, published);
	double		f_b = factor(b, published);
	int64	   *sum = array_alloc0(n_units, sizeof(int64));
	int32	   *n = array_alloc0(n_units, sizeof(int32));
	uint8	   *side = array_alloc0(n_units, sizeof(uint8));
	int32		most = 1;
	double		scale;
	ExactSum	squares;

	exactsum_init(&squares);
	for (int32 i = 0; i < a->n_items; i++)
	{
		side[a->unit[i]] |= 1;
		most = Max(most, ++n[a->unit[i]]);
	}
	for (int32 i = 0; i < b->n_items; i++)
	{
		side[b->unit[i]] |= 2;
		most = Max(most, ++n[b->unit[i]]);
	}
	scale = fixed_scale(Max(largest(a, f_a), largest(b, f_b)), most);
	for (int32 i = 0; i < a->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		sum[a->unit[i]] += (int64) (f_a * a->psi[i] * scale);
	}
	for (int32 i = 0; i < b->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		sum[b->unit[i]] -= (int64) (f_b * b->psi[i] * scale);
	}
	*all_shared = true;
	for (int32 u = 0; u < n_units; u++)
	{
		double		d = (double) sum[u] / scale;

		HD_CHECK_EVERY(u);
		exactsum_add(&squares, d * d);
		*all_shared = *all_shared && (side[u] == 0 || side[u] == 3);
	}
	pfree(sum);
	pfree(n);
	pfree(side);
	return exactsum_value(&squares);
}

void
compare_estimates(const ComparedSide *a, const ComparedSide *b, int32 n_units,
				  bool published, double lowest, double confidence, Difference *out)
{
	double		var;
	double		var_a = a->e->se * a->e->se;
	double		var_b = b->e->se * b->e->se;
	double		df;
	double		t;
	bool		all_shared;

	memset(out, 0, sizeof(*out));
	out->value = a->e->value - b->e->value;
	out->se = out->ci_low = out->ci_high = NAN;
	if (isnan(var_a) || isnan(var_b))
		return;
	var = difference_variance(a, b, n_units, published, &all_shared);
	if (var < 1e-18 * (var_a + var_b))
	{
		out->note = "the two do not differ in any item";
		return;
	}
	out->se = sqrt(var);

	/* Welch (1947) for independent samples, the fewer of both for one sample */
	if (all_shared)
		df = Min(a->e->df, b->e->df);
	else
		df = (var_a + var_b) * (var_a + var_b) /
			(var_a * var_a / a->e->df + var_b * var_b / b->e->df);
	t = hd_t_quantile((1 + confidence) / 2, df);
	out->ci_low = Max(lowest - 1, out->value - t * out->se);
	out->ci_high = Min(1 - lowest, out->value + t * out->se);
}

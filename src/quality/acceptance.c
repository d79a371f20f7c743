/*-------------------------------------------------------------------------
 *
 * acceptance.c
 *	  Acceptance sampling by attributes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "common/stats.h"
#include "quality/acceptance.h"

/* P(at most k bad of n), where "taken" items with "taken_bad" bad ones have left the lot */
static double
at_most(double k, double n, double p, double lot, double taken, double taken_bad)
{
	double		bad;

	if (k < 0)
		return 0;
	if (n <= 0 || k >= n)
		return 1;
	if (lot == 0)
		return hd_binom_cdf(k, n, p);
	bad = floor(lot * p + 0.5) - taken_bad;
	if (bad <= k)
		return 1;
	return hd_hyper_cdf(k, lot - taken, bad, n);
}

static double
exactly(double k, double n, double p, double lot)
{
	return Max(0, at_most(k, n, p, lot, 0, 0) - at_most(k - 1, n, p, lot, 0, 0));
}

double
plan_accepts(const SamplingPlan *plan, double p, double lot)
{
	double		pa = at_most(plan->ac1, plan->n1, p, lot, 0, 0);

	if (plan->n2 > 0)
		for (double d = plan->ac1 + 1; d < plan->re1 && d <= plan->ac2; d++)
		{
			CHECK_FOR_INTERRUPTS();
			/* more bad items than the lot has */
			if (lot > 0 && d > floor(lot * p + 0.5))
				break;
			pa += exactly(d, plan->n1, p, lot) * at_most(plan->ac2 - d, plan->n2, p, lot, plan->n1, d);
		}
	return Min(1, pa);
}

double
plan_asn(const SamplingPlan *plan, double p, double lot)
{
	if (plan->n2 <= 0)
		return plan->n1;
	return plan->n1 + plan->n2 * Max(0, at_most(plan->re1 - 1, plan->n1, p, lot, 0, 0) - at_most(plan->ac1, plan->n1, p, lot, 0, 0));
}

double
single_quantile(const SamplingPlan *plan, double accept, double lot)
{
	double		low = 0,
				high;

	if (plan->ac1 >= plan->n1)
		return NAN;				/* always accepts */
	if (lot == 0)
		return hd_beta_quantile(1 - accept, plan->ac1 + 1, plan->n1 - plan->ac1);
	/* the greatest number of bad items that is accepted at least as often */
	high = lot;
	while (low < high)
	{
		double		mid = floor((low + high + 1) / 2);

		if (plan_accepts(plan, mid / lot, lot) >= accept)
			low = mid;
		else
			high = mid - 1;
	}
	return low / lot;
}

/* The smallest n at which the plan accepts p with at most the probability; 0 if there is none up to most */
static double
smallest_n(SamplingPlan plan, bool is_double, double p, double beta, double lot, double most)
{
	double		low = plan.ac1;	/* a sample of no more is always accepted */
	double		high = Max(low + 1, 4);

#define TRY(size) (plan.n1 = (size), plan.n2 = is_double ? (size) : 0, plan_accepts(&plan, p, lot) <= beta)
	if (low >= most)
		return 0;
	high = Min(high, most);
	while (!TRY(high))
	{
		if (high >= most)
			return 0;
		low = high;
		high = Min(high * 2, most);
	}
	while (high - low > 1)
	{
		double		mid = floor((low + high) / 2);

		if (TRY(mid))
			high = mid;
		else
			low = mid;
	}
#undef TRY
	return high;
}

/*
 * The smallest acceptance number for which some sample size holds both risks,
 * and the smallest such sample size (Guenther 1969).
 */
bool
find_single(double p1, double p2, double alpha, double beta, double lot, SamplingPlan *plan)
{
	double		most = lot > 0 ? lot : PLAN_MOST_N;

	for (double c = 0; c < most; c++)
	{
		CHECK_FOR_INTERRUPTS();
		*plan = (SamplingPlan) {.ac1 = c,.re1 = c + 1,.ac2 = c};
		plan->n1 = smallest_n(*plan, false, p2, beta, lot, most);
		if (plan->n1 == 0)
			return false;		/* with more allowed, more would be needed */
		if (plan_accepts(plan, p1, lot) >= 1 - alpha)
			return true;
	}
	return false;
}

/*
 * Two samples of one size, one final rejection number: of all that hold both
 * risks that with the least average number inspected at p1.
 */
bool
find_double(double p1, double p2, double alpha, double beta, double lot, const SamplingPlan *single, SamplingPlan *plan)
{
	double		best = INFINITY;
	double		most = lot > 0 ? floor(lot / 2) : single->n1 * 2;

	for (double c2 = 1; c2 <= single->ac1 + 4; c2++)
		for (double c1 = 0; c1 < c2; c1++)
		{
			SamplingPlan		t = {.ac1 = c1,.re1 = c2 + 1,.ac2 = c2};
			double		asn;

			CHECK_FOR_INTERRUPTS();
			t.n1 = smallest_n(t, true, p2, beta, lot, most);
			if (t.n1 == 0)
				continue;
			t.n2 = t.n1;
			if (plan_accepts(&t, p1, lot) < 1 - alpha)
				continue;
			asn = plan_asn(&t, p1, lot);
			if (asn < best)
			{
				best = asn;
				*plan = t;
			}
		}
	return isfinite(best);
}

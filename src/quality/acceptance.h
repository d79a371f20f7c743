/*-------------------------------------------------------------------------
 *
 * acceptance.h
 *	  Acceptance sampling by attributes: plain numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ACCEPTANCE_H
#define HD_ACCEPTANCE_H

/*
 * A single plan has n2 = 0: accept where at most ac1 of n1 are bad.  A double
 * plan accepts at ac1, rejects from re1 on, and else takes n2 more and accepts
 * where at most ac2 are bad in both.
 */
typedef struct SamplingPlan
{
	double		n1;
	double		ac1;
	double		re1;
	double		n2;
	double		ac2;
} SamplingPlan;

/* lot = 0: a long series, binomial; else hypergeometric, with the nearest whole number of bad items */
extern double plan_accepts(const SamplingPlan *plan, double p, double lot);
/* average number inspected */
extern double plan_asn(const SamplingPlan *plan, double p, double lot);
/* the p at which a single plan accepts with this probability */
extern double single_quantile(const SamplingPlan *plan, double accept, double lot);

/* false: no plan in reach */
extern bool find_single(double p1, double p2, double alpha, double beta, double lot, SamplingPlan *plan);
extern bool find_double(double p1, double p2, double alpha, double beta, double lot, const SamplingPlan *single, SamplingPlan *plan);

#define PLAN_MOST_N 1e7
/* of the single plan from which a double one is sought */
#define PLAN_MOST_AC 30

#endif							/* HD_ACCEPTANCE_H */

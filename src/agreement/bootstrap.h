/*-------------------------------------------------------------------------
 *
 * bootstrap.h
 *	  Bootstrap of the coefficients over items or clusters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BOOTSTRAP_H
#define HD_BOOTSTRAP_H

#include "agreement/coefficients.h"

#define BOOTSTRAP_MAX_DRAWS 1000000

/* NaN stands for "undefined" */
typedef struct BootstrapResult
{
	double		se;				/* standard deviation of the draws */
	double		ci_low,
				ci_high;		/* percentiles (Efron 1979, 1981) */
	int64		n_defined;		/* draws in which the coefficient is defined */
	bool		constant;		/* all of those are equal: nothing varies */
} BootstrapResult;

/*
 * w: weights of the kappas, or the metric for COEF_ALPHA.  COEF_COHEN needs
 * two raters; COEF_SCOTT is not there.
 */
extern void bootstrap(const RatingMatrix *m, const Disagreement *w, Coefficient coef,
					  int64 draws, double confidence, uint64 seed,
					  BootstrapResult *out);

#endif							/* HD_BOOTSTRAP_H */

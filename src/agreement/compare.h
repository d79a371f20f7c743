/*-------------------------------------------------------------------------
 *
 * compare.h
 *	  Two groups of ratings: do they agree as well among themselves, and
 *	  with each other?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPARE_H
#define HD_COMPARE_H

#include "agreement/coefficients.h"

/* One side of a comparison */
typedef struct ComparedSide
{
	const CoefficientEstimate *e;
	int32		n_items;		/* of the matrix */
	const double *psi;			/* [n_items] influence values */
	const int32 *unit;			/* [n_items] clusters or items, numbered over both sides */
} ComparedSide;

/* NaN stands for "undefined" */
typedef struct Difference
{
	double		value;			/* a - b */
	double		se;
	double		ci_low,
				ci_high;
	const char *note;			/* static, or NULL */
} Difference;

/* "published": without clusters, variances are divided by n (Cohen's kappa) */
extern void compare_estimates(const ComparedSide *a, const ComparedSide *b,
							  int32 n_units, bool published, double lowest,
							  double confidence, Difference *out);

/* ---- agreement between groups ---- */

typedef struct CrossValue
{
	double		value;
	double		se;
	double		ci_low,
				ci_high;
	const char *note;
} CrossValue;

typedef struct CrossAgreement
{
	CrossValue	raw;			/* weighted agreement between the groups */
	CrossValue	kappa;			/* cross-replication reliability */
	CrossValue	normalised;		/* by the geometric mean of the groups' alphas */
} CrossAgreement;

/*
 * Item i of a and of b are the same; clusters are those of a.  alpha_a and
 * alpha_b: the groups' own reliabilities over these items, psi_a and psi_b
 * their influence values.  d may be DIS_RANK: it gets the ranks of both.
 */
extern void cross_agreement(const RatingMatrix *a, const RatingMatrix *b, Disagreement *d,
							const CoefficientEstimate *alpha_a, const double *psi_a,
							const CoefficientEstimate *alpha_b, const double *psi_b,
							double confidence, CrossAgreement *out);

#endif							/* HD_COMPARE_H */

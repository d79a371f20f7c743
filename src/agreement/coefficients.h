/*-------------------------------------------------------------------------
 *
 * coefficients.h
 *	  Chance-corrected agreement coefficients with their intervals.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COEFFICIENTS_H
#define HD_COEFFICIENTS_H

#include "agreement/disagreement.h"

typedef enum Coefficient
{
	COEF_PERCENT,				/* raw agreement, never weighted */
	COEF_WEIGHTED,				/* agreement by weights */
	COEF_COHEN,					/* two raters, items that both rated */
	COEF_SCOTT,					/* two raters: Fleiss on the items both rated */
	COEF_FLEISS,
	COEF_CONGER,
	COEF_GWET,
	COEF_BP,
	COEF_ALPHA,
	COEF_COUNT
} Coefficient;

#define COEF_BIT(c) (1 << (c))

typedef enum VarianceKind
{
	VARIANCE_RATIO,				/* ratio linearisation, the default */
	VARIANCE_GWET,				/* as printed in Gwet (2014) */
	VARIANCE_CAUTIOUS			/* and one item more, of the rarest label */
} VarianceKind;

typedef struct InferenceOptions
{
	double		confidence;
	bool		random_raters;	/* add the delete-one-rater jackknife variance */
	VarianceKind variance;
	double		null_value;		/* NaN: no test */
	bool		point_only;		/* values alone: skip variances */
} InferenceOptions;

/* NaN stands for "undefined" and becomes NULL */
typedef struct CoefficientEstimate
{
	double		value;
	double		observed;		/* agreement seen, 1 - D_o */
	double		expected;		/* agreement expected by chance, 1 - D_e */
	double		se;
	double		df;
	double		ci_low,
				ci_high;
	double		p_value;
	int32		n_items;		/* items that the variance is taken over */
	int32		n_clusters;		/* clusters of those items; 0 without clusters */
	int32		n_raters;		/* raters with a rating */
	int64		n_ratings;
	const char *inference;		/* how the interval was made: static or palloc'd */
	const char *note;			/* why something is missing, or NULL */
} CoefficientEstimate;

/*
 * Compute the coefficients in "mask".  w: weights of the kappas; a: metric of
 * alpha (DIS_RANK gets its ranks here).  COEF_COHEN and COEF_SCOTT are
 * undefined unless m->n_raters is 2.  Intervals are value +- t se, where t has
 * one degree of freedom less than there are items (clusters) with two ratings;
 * all items for VARIANCE_GWET; after Satterthwaite for random raters.  Memory
 * is left to the caller's context.
 *
 * Results do not depend on the numbering of items and raters, nor of
 * categories where the disagreement is by identity: see fixedsum.h.
 */
extern void agreement_coefficients(const RatingMatrix *m, const Disagreement *w,
								   Disagreement *a, uint32 mask,
								   const InferenceOptions *opt,
								   CoefficientEstimate out[COEF_COUNT]);

/*
 * Likewise of one coefficient, with the influence values of the items in
 * psi[n_items], which must be zero before: the variance is that of their mean.
 * They stay zero where the coefficient is undefined.
 */
extern void coefficient_influence(const RatingMatrix *m, const Disagreement *w,
								  Disagreement *a, Coefficient coef,
								  const InferenceOptions *opt,
								  CoefficientEstimate *out, double *psi);

/* ---- breakdowns; arrays are palloc'd by the callee ---- */

typedef struct RaterPairRow
{
	int32		a,
				b;
	int64		n_items;
	double		percent_agreement;	/* equal answers, never weighted */
	double		expected;		/* those by chance, from the two margins */
	double		kappa,			/* by the weights given */
				se,
				ci_low,
				ci_high;
} RaterPairRow;

/* One row a pair with an item in common, through a callback (a < b ascending) */
typedef void (*RaterPairSink) (void *arg, const RaterPairRow *row);
extern void rater_pair_rows(const RatingMatrix *m, const Disagreement *w,
							double confidence, RaterPairSink sink, void *arg);

/* A rater against the others on the same items: leave-one-out throughout */
typedef struct RaterRow
{
	int64		n_ratings;
	int64		n_items;		/* items with a rating by somebody else */
	double		value,			/* mean agreement with the others */
				ci_low,
				ci_high;		/* Korn & Graubard (1998) */
	double		expected;		/* mean agreement among the others there, items with >= 2 others */
	int64		n_expected;		/* items behind "expected" and "excess" */
	double		excess,			/* value - expected on those items */
				excess_low,
				excess_high;
	double		shrunk;			/* value shrunk to the mean of all raters (empirical Bayes) */
	int32		rank_low,		/* 0 where there is no value */
				rank_high;		/* best and worst rank that the intervals allow */
} RaterRow;

extern RaterRow *rater_rows(const RatingMatrix *m, const Disagreement *w,
							double confidence);		/* [n_raters] */

typedef struct ItemRow
{
	int32		n_ratings;
	double		agreement;		/* a_i; NaN below two ratings */
	int32		n_labels;		/* distinct */
	int32		majority;		/* category, -1 where tied */
	int32		majority_count;
	double		entropy;		/* of the labels, in bits */
} ItemRow;

extern ItemRow *item_rows(const RatingMatrix *m, const Disagreement *w);	/* [n_items] */

typedef struct CategoryRow
{
	int64		n_ratings;
	int64		n_items;
	double		share;			/* mean over items of r_ik / r_i */
	double		specific,		/* specific agreement (Cicchetti & Feinstein 1990) */
				se,
				ci_low,
				ci_high;
	double		kappa;			/* Fleiss (1971) for this category against the rest */
} CategoryRow;

extern CategoryRow *category_rows(const RatingMatrix *m, double confidence);	/* [n_categories] */

/* Krippendorff's coincidence matrix o[k * q + l] and its margins n[k] */
extern void coincidence_matrix(const RatingMatrix *m, double *o, double *n);

#endif							/* HD_COEFFICIENTS_H */

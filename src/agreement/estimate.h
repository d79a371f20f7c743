/*-------------------------------------------------------------------------
 *
 * estimate.h
 *	  From a value and its variance to an interval, with the edge cases.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ESTIMATE_H
#define HD_ESTIMATE_H

#include "agreement/coefficients.h"

/* What is known of one coefficient before its interval is made */
typedef struct EstimateBasis
{
	double		d_o,			/* disagreement observed and expected: */
				d_e;			/* value = 1 - d_o / d_e */
	double		lowest;			/* -1, or 0 for agreement itself */
	double		sum_sq;			/* of psi, over items or clusters */
	const char *published;		/* two raters: variance with 1/n, by this name */
	bool		gwet;			/* VARIANCE_GWET */
	double		unseen_var;		/* VARIANCE_CAUTIOUS: of the item that was not seen */
	bool		clustered;
	int32		n_items;		/* items that the variance is over */
	int32		n_units;		/* clusters, or items */
	int32		n_pair_units;	/* of them with two ratings of an item */
	bool		random_raters;
	double		rater_var;		/* delete-one-rater variance; NaN: not estimable */
	int32		n_replicates;	/* raters behind it */
	int32		n_undefined;	/* raters whose removal leaves nothing */
	bool		silent;			/* numbers alone: no strings are made */
	const char *flat;			/* why psi would be zero throughout */
} EstimateBasis;

extern void estimate_finish(CoefficientEstimate *e, const EstimateBasis *b,
							const InferenceOptions *opt);

/* "old; text", either part NULL */
extern const char *add_note(const char *old, const char *text);

#endif							/* HD_ESTIMATE_H */

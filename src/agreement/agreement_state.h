/*-------------------------------------------------------------------------
 *
 * agreement_state.h
 *	  What agreement_coefficients() has worked out of a rating matrix, as the
 *	  delete-one-rater jackknife needs it too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_AGREEMENT_STATE_H
#define HD_AGREEMENT_STATE_H

#include "agreement/coefficients.h"
#include "agreement/margins.h"

typedef struct AgreementState
{
	const RatingMatrix *m;
	const Disagreement *w;		/* weights of the kappas */
	const Disagreement *a;		/* metric of alpha */
	uint32		mask;
	Disagreement identity;		/* for percent agreement */
	Margins    *mg;
	PairSums   *raw;			/* by identity, for percent agreement */
	PairSums   *by_w;
	PairSums   *by_a;

	/* Fleiss */
	double	   *v_pi;			/* [q] V pi */
	double		pi_v_pi;
	/* Gwet, Brennan-Prediger */
	double		pi_sq;			/* sum pi^2 */
	double		domain_v;		/* sum of v over the domain */
	/* Conger: p_gk = n_gk / n_g, s = sum_g p_g */
	RaterCells *cells;
	double	   *v_s;			/* [q] V s */
	double		s_v_s;
	double	   *p_v_p;			/* [n_raters] p_g'V p_g */
	double	   *p_v_s;			/* [n_raters] p_g'V s */
	double		sum_p_v_p;
	/* Krippendorff, over pairable counts */
	double	   *v_n;			/* [q] V n */
	double		n_v_n;
} AgreementState;

/* The delete-one-rater replicates of one coefficient */
typedef struct RaterJackknife
{
	double		variance;		/* (R - 1)/R sum (theta_(g) - mean)^2; NaN below three */
	int32		n_replicates;
	int32		n_undefined;
	double	   *theta;			/* [n_raters], NaN where undefined or rater unused */
} RaterJackknife;

extern void jackknife_raters(const AgreementState *st, RaterJackknife out[COEF_COUNT]);

#endif							/* HD_AGREEMENT_STATE_H */

/*-------------------------------------------------------------------------
 *
 * beta_prior.h
 *	  The beta distribution from which the rates of many persons may have
 *	  come, and the always-valid interval of one rate: plain numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BETA_PRIOR_H
#define HD_BETA_PRIOR_H

typedef enum PriorMethod
{
	PRIOR_MOMENTS,
	PRIOR_ML
} PriorMethod;

typedef enum PriorStatus
{
	PRIOR_FITTED,
	PRIOR_CAPPED,				/* rates differ no more than by chance: alpha + beta is the number of trials */
	PRIOR_TOO_FEW,				/* fewer than two units with trials */
	PRIOR_ONE_SIDED,			/* no success, or no failure, in any unit */
	PRIOR_TOO_SPREAD			/* variance >= mean (1 - mean): no beta distribution has it */
} PriorStatus;

typedef struct BetaPrior
{
	PriorStatus status;
	int			n_units;		/* with trials */
	double		n;				/* trials */
	double		mean;			/* of the rates (moments) or of the prior (likelihood) */
	double		sd;
	double		alpha;			/* NaN unless fitted or capped */
	double		beta;
} BetaPrior;

/* Units without trials (n = 0) do not count; "leave" is left out too, -1 for none */
extern BetaPrior fit_beta_prior(int units, const double *x, const double *n, int leave, PriorMethod method);

/*
 * All beta distributions that the rates may have come from, weighted by what
 * the units say of them and by the prior of Gelman et al. for them,
 * (alpha + beta)^-5/2 (Bayesian Data Analysis, 3rd edition, eq. 5.9).
 */
typedef struct PriorMixture
{
	int			cells;
	double	   *alpha;
	double	   *beta;
	double	   *log_weight;		/* by all units */
} PriorMixture;

extern void make_prior_mixture(int units, const double *x, const double *n, PriorMixture *m);
/* weights by all units; by all but the one with x of n: what is expected of it */
extern double *mixture_weights(const PriorMixture *m, double x_left_out, double n_left_out);

/* x > 0 */
extern double log_gamma_of(double x);
extern double log_beta(double a, double b);

/* n beyond it: the logarithms of the mixture have no digits left */
#define ALWAYS_VALID_MOST_N 1e12

/*
 * The set of p that a beta(a, b) mixture martingale has not excluded after x
 * successes in n: it covers the truth at all n at once with the confidence
 * (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021).
 */
extern void always_valid_interval(double x, double n, double confidence, double a, double b, double *low, double *high);

#endif							/* HD_BETA_PRIOR_H */

/*-------------------------------------------------------------------------
 *
 * stats.h
 *	  Distribution functions: pure numeric code, no memory, no errors.
 *
 * Undefined results are NaN; the caller turns them into NULL.  Accuracy is
 * 1e-12 relative or better, in both tails, for parameters from 0.05 (0.1
 * degrees of freedom) to 1e9 (test/unit/common_test.c); below that, the tail
 * of a nearly certain event still has 15 digits, its complement may have
 * fewer.  No function loops for ever or allocates; none uses lgamma(), which
 * writes to a global.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_STATS_H
#define HD_STATS_H

/* standard normal */
extern double hd_norm_cdf(double x);
extern double hd_norm_sf(double x);			/* 1 - cdf, without cancellation */
extern double hd_norm_quantile(double p);

/* regularised incomplete gamma P(a, x) and Q(a, x); chi-squared through it */
extern double hd_gamma_p(double a, double x);
extern double hd_gamma_q(double a, double x);
extern double hd_chisq_cdf(double x, double df);
extern double hd_chisq_sf(double x, double df);
extern double hd_chisq_quantile(double p, double df);

/* regularised incomplete beta I_x(a, b) and its inverse */
extern double hd_beta_cdf(double x, double a, double b);
extern double hd_beta_sf(double x, double a, double b);
extern double hd_beta_quantile(double p, double a, double b);

/* Student's t, any df > 0, infinity included */
extern double hd_t_cdf(double x, double df);
extern double hd_t_sf(double x, double df);
extern double hd_t_quantile(double p, double df);

/* F */
extern double hd_f_cdf(double x, double df1, double df2);
extern double hd_f_sf(double x, double df1, double df2);
extern double hd_f_quantile(double p, double df1, double df2);

/* binomial and hypergeometric, for acceptance sampling; lots to 1e12 */
extern double hd_binom_cdf(double k, double n, double p);
extern double hd_binom_sf(double k, double n, double p);	/* P(X > k) */
extern double hd_hyper_cdf(double k, double lot, double bad, double n);

/* Clopper & Pearson (1934); successes and n may be fractional (effective n) */
extern void hd_clopper_pearson(double successes, double n, double confidence,
							   double *low, double *high);
/* Wilson (1927) */
extern void hd_wilson(double successes, double n, double confidence,
					  double *low, double *high);
/* Jeffreys' prior; the bound at an end is the end (Brown, Cai & DasGupta 2001) */
extern void hd_jeffreys(double successes, double n, double confidence,
						double *low, double *high);
/* Agresti & Coull (1998), cut to [0, 1] */
extern void hd_agresti_coull(double successes, double n, double confidence,
							 double *low, double *high);

#endif							/* HD_STATS_H */

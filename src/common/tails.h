/*-------------------------------------------------------------------------
 *
 * tails.h
 *	  The incomplete gamma and beta integrals as tails, for stats.c alone.
 *
 * "f" is the argument over its mean: x / a for gamma, and the odds
 * (x / a) / (y / b) for beta, which is the variance ratio F.  Densities and
 * quantiles are taken with respect to log f: on that scale every tail is
 * log-concave, so that Newton's method on the log tail cannot go astray.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_TAILS_H
#define HD_TAILS_H

#include <stdbool.h>

#define HALF_LOG_2PI	0.91893853320467274178
#define SUM_ENOUGH		1e-20	/* relative size of a term that ends a sum */

/*
 * One tail: exp(log_density) * ratio, the density being that of log f.  The
 * other tail is its complement.
 */
typedef struct Tail
{
	bool		lower;			/* P(X <= x), else P(X > x) */
	double		log_density;
	double		ratio;
} Tail;

typedef Tail (*TailFunction) (double f, double a, double b);

/*
 * A point of the beta distribution.  y = 1 - x; delta = a y - b x, which is
 * n (mean - x), is kept apart because it decides the accuracy of the density
 * for large a and b.
 */
typedef struct BetaPoint
{
	double		a;
	double		b;
	double		x;
	double		y;
	double		delta;
} BetaPoint;

/* finite and greater than zero */
extern bool hd_positive(double x);

/* log Gamma(a + 1) less the main terms of Stirling's formula */
extern double hd_log_stirling(double a);
/* mean - a + a log(a / mean), with delta = a - mean known (Loader 2000) */
extern double hd_deviance(double a, double mean, double delta);

extern Tail hd_gamma_tail(double a, double x, double delta);
extern Tail hd_gamma_tail_at(double f, double a, double b);
extern BetaPoint hd_beta_point_at_x(double x, double a, double b);
extern BetaPoint hd_beta_point_at_f(double f, double a, double b);
extern Tail hd_beta_tail(BetaPoint t);
extern Tail hd_beta_tail_at(double f, double a, double b);

#endif							/* HD_TAILS_H */

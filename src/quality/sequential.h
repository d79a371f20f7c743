/*-------------------------------------------------------------------------
 *
 * sequential.h
 *	  Sequential tests of an error rate: Wald's test, the running threshold,
 *	  the Bernoulli CUSUM.  Plain numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SEQUENTIAL_H
#define HD_SEQUENTIAL_H

typedef enum Verdict
{
	VERDICT_CONTINUE,
	VERDICT_ACCEPT,
	VERDICT_REJECT
} Verdict;

typedef struct Sprt
{
	double		bad;			/* ln(p1 / p0): what an error adds to the log likelihood ratio */
	double		good;			/* ln((1 - p1) / (1 - p0)), negative */
	double		reject;			/* ln((1 - beta) / alpha) */
	double		accept;			/* ln(beta / (1 - alpha)), negative */
} Sprt;

extern Sprt sprt_of(double p0, double p1, double alpha, double beta);

static inline double
sprt_llr(const Sprt *s, double bad, double n)
{
	return bad * s->bad + (n - bad) * s->good;
}

static inline Verdict
sprt_verdict(const Sprt *s, double llr)
{
	return llr >= s->reject ? VERDICT_REJECT : llr <= s->accept ? VERDICT_ACCEPT : VERDICT_CONTINUE;
}

/* What becomes of a sequence of up to n_max observations with error rate p */
typedef struct Outcome
{
	double		accept;
	double		reject;
	double		undecided;
	double		asn;			/* average number of observations */
} Outcome;

extern Outcome sprt_outcome(const Sprt *s, double p, int n_max);
/* stops when bad / n > most at any n from n_min on */
extern Outcome threshold_outcome(double p, double most, int n_min, int n_max);

/* B = max(0, B + x - gamma) (Reynolds & Stoumbos 1999) */
extern double bernoulli_gamma(double p0, double p1);

/* gamma as a fraction, so that the statistic lives on multiples of 1 / denominator */
typedef struct Lattice
{
	int			numerator;
	int			denominator;
} Lattice;

/* below this, or as near to 1, the lattice would be too fine */
#define LEAST_GAMMA 5e-4
extern Lattice lattice_of(double gamma);
/* average number of observations until the statistic exceeds "top" places of the lattice */
extern double bernoulli_arl(double p, Lattice l, int top);

#endif							/* HD_SEQUENTIAL_H */

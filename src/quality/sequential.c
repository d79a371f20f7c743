/*-------------------------------------------------------------------------
 *
 * sequential.c
 *	  Sequential tests of an error rate: Wald's test, the running threshold,
 *	  the Bernoulli CUSUM.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "quality/sequential.h"

/* ln(p1 / p0), of which the ratio may be out of range */
static double
log_of_ratio(double p0, double p1)
{
	double		ratio = p1 / p0;

	return isfinite(ratio) ? log(ratio) : log(p1) - log(p0);
}

Sprt
sprt_of(double p0, double p1, double alpha, double beta)
{
	Sprt		s;

	s.bad = log_of_ratio(p0, p1);
	s.good = log1p(-p1) - log1p(-p0);
	s.reject = log((1 - beta) / alpha);
	s.accept = log(beta / (1 - alpha));
	return s;
}

/* ---- exact outcomes of a rule that looks at the counts (n, bad) alone ---- */

typedef struct Rule
{
	Verdict		(*verdict) (const struct Rule *r, double n, double bad);
	const Sprt *sprt;
	double		most;
	int			n_min;
} Rule;

static Verdict
verdict_of_sprt(const Rule *r, double n, double bad)
{
	return sprt_verdict(r->sprt, sprt_llr(r->sprt, bad, n));
}

static Verdict
verdict_of_threshold(const Rule *r, double n, double bad)
{
	/* bad / n > most, and 20 % of 10 is not more than 20 %, whatever the rounding */
	return n >= r->n_min && bad - r->most * n > 1e-9 * n ? VERDICT_REJECT : VERDICT_CONTINUE;
}

/*
 * Forward recursion over the number of errors: alive[x] is the probability
 * that no verdict fell before and x errors were seen.  Places where a verdict
 * fell are left, so that work is the width of the region times its length.
 */
static Outcome
outcome_of(const Rule *rule, double p, int n_max)
{
	double	   *alive = array_alloc0((Size) n_max + 2, sizeof(double));
	Outcome		o = {0};
	int			lo = 0,
				hi = 0;
	double		left = 1;

	alive[0] = 1;
	for (int n = 1; n <= n_max && lo <= hi; n++)
	{
		double		carried = 0;

		CHECK_FOR_INTERRUPTS();
		o.asn += left;
		left = 0;
		for (int x = lo; x <= hi + 1; x++)
		{
			double		here = x <= hi ? alive[x] : 0;
			double		mass = here * (1 - p) + carried * p;
			Verdict		v = rule->verdict(rule, n, x);

			carried = here;
			alive[x] = 0;
			if (v == VERDICT_ACCEPT)
				o.accept += mass;
			else if (v == VERDICT_REJECT)
				o.reject += mass;
			else
			{
				alive[x] = mass;
				left += mass;
			}
		}
		hi++;
		while (lo <= hi && alive[lo] == 0)
			lo++;
		while (hi >= lo && alive[hi] == 0)
			hi--;
	}
	o.undecided = left;
	if (lo > hi)
		o.undecided = 0;
	pfree(alive);
	return o;
}

Outcome
sprt_outcome(const Sprt *s, double p, int n_max)
{
	Rule		r = {.verdict = verdict_of_sprt,.sprt = s};

	return outcome_of(&r, p, n_max);
}

Outcome
threshold_outcome(double p, double most, int n_min, int n_max)
{
	Rule		r = {.verdict = verdict_of_threshold,.most = most,.n_min = n_min};

	return outcome_of(&r, p, n_max);
}

/* ---- Bernoulli CUSUM ---- */

double
bernoulli_gamma(double p0, double p1)
{
	double		good = log1p(-p1) - log1p(-p0);

	return -good / (log_of_ratio(p0, p1) - good);
}

/*
 * The last convergent of the continued fraction whose denominator is at most
 * 1000, or four times what the fraction needs to be told from 0 and 1: off by
 * less than 1 / (1000 denominator).
 */
Lattice
lattice_of(double gamma)
{
	double		most = Max(1000, 4 / Min(gamma, 1 - gamma));
	double		h[2] = {1, 0};
	double		k[2] = {0, 1};
	double		rest = gamma;
	Lattice		l = {0, 1};

	for (int i = 0; i < 40; i++)
	{
		double		a = floor(rest);
		double		hn = a * h[0] + h[1];
		double		kn = a * k[0] + k[1];

		if (kn > most)
			break;
		l = (Lattice) {(int) hn, (int) kn};
		h[1] = h[0];
		h[0] = hn;
		k[1] = k[0];
		k[0] = kn;
		if (fabs(gamma - hn / kn) < 1e-13 || rest == a)
			break;
		rest = 1 / (rest - a);
	}
	return l;
}

/*
 * The statistic starts anew whenever it is 0, so the run length is a number of
 * cycles: ARL = E(length of a cycle) / P(a cycle ends in the alarm), both by
 * forward recursion over the lattice until nothing is left that matters.
 */
double
bernoulli_arl(double p, Lattice l, int top)
{
	int			up = l.denominator - l.numerator;
	int			down = l.numerator;
	double	   *now = array_alloc0((Size) top + 1, sizeof(double));
	double	   *next = array_alloc0((Size) top + 1, sizeof(double));
	double		length = 1;
	double		alarm = 0;
	double		mass = p;

	if (up > top)
	{
		alarm = p;
		mass = 0;
	}
	else
		now[up] = p;
	while (mass > 1e-300 && !(mass < 1e-14 * alarm))
	{
		double		left = 0;

		CHECK_FOR_INTERRUPTS();
		length += mass;
		memset(next, 0, ((Size) top + 1) * sizeof(double));
		for (int i = 1; i <= top; i++)
		{
			double		m = now[i];

			if (m == 0)
				continue;
			if (i > down)
			{
				next[i - down] += m * (1 - p);
				left += m * (1 - p);
			}
			if (i + up > top)
				alarm += m * p;
			else
			{
				next[i + up] += m * p;
				left += m * p;
			}
		}
		mass = left;
		{
			double	   *t = now;

			now = next;
			next = t;
		}
	}
	pfree(now);
	pfree(next);
	return length / alarm;
}

/*-------------------------------------------------------------------------
 *
 * passk_math.c
 *	  pass@k and pass^k from counts: pure numeric code.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/stats.h"
#include "rubric/passk.h"

/* products of more terms than this are left to the hypergeometric distribution */
#define MOST_TERMS 100000.0

/*
 * Chen et al. (2021, arXiv:2107.03374, eq. 1): 1 - C(n - c, k) / C(n, k).
 *
 * Summed as the probability that draw j is the first success: all terms are
 * positive, so nothing cancels and pass@1 is c / n to the last bit.  The
 * formula is symmetric in c and k: the smaller one is the number of terms.
 */
double
pass_at_k_of(double n, double c, double k)
{
	double		draws = Min(c, k);
	double		good = Max(c, k);
	double		none = 1;		/* no success so far */
	double		sum = 0;

	if (n < k)
		return NAN;
	if (c == 0)
		return 0;
	if (n - c < k)
		return 1;
	if (draws > MOST_TERMS)
		return 1 - hd_hyper_cdf(0, n, c, k);
	for (double j = 0; j < draws; j++)
	{
		sum += none * (good / (n - j));
		none *= (n - good - j) / (n - j);
		if (none == 0)
			break;
	}
	return Min(sum, 1);
}

/*
 * All of k succeed (Yao et al. 2024, tau-bench, arXiv:2406.12045):
 * C(c, k) / C(n, k), as the product over the draws or over the failures,
 * whichever are fewer.
 */
double
pass_hat_k_of(double n, double c, double k)
{
	double		failures = n - c;
	double		terms = Min(failures, k);
	double		taken = Max(failures, k);
	double		product = 1;

	if (n < k)
		return NAN;
	if (c < k)
		return 0;
	if (terms > MOST_TERMS)
		return hd_hyper_cdf(0, n, failures, k);
	for (double j = 0; j < terms && product > 0; j++)
		product *= (n - taken - j) / (n - j);
	return product;
}

/*-------------------------------------------------------------------------
 *
 * runs_test.c
 *	  How long the longest run of equal labels is, and would be if the same
 *	  labels had come in random order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/exactsum.h"
#include "common/interrupts.h"
#include "common/rng.h"
#include "quality/beta_prior.h"
#include "quality/label_runs.h"

/* up to so many rows random orders are looked at, and this many of them */
#define SHUFFLE_ROWS 10000
#define SHUFFLES 500
#define SHUFFLE_SEED 20261126

static double
log_choose(double n, double k)
{
	return log_gamma_of(n + 1) - log_gamma_of(k + 1) - log_gamma_of(n - k + 1);
}

/*
 * The m of one label fall into the g = n - m + 1 gaps between the others, all
 * C(n, m) ways alike; by inclusion and exclusion over the gaps with at least
 * "length" of them
 *
 *	  P = sum over j >= 1 of (-1)^(j + 1) C(g, j) C(n - j length, g - 1) / C(n, m)
 *
 * The first term is the expected number of such runs.  Where it is large the
 * sum would lose its digits, and the probability is 1 but for e^-term.
 */
double
longest_run_tail(double n, double m, double length)
{
	double		g = n - m + 1;
	double		all = log_choose(n, m);
	double		p = 0;

	if (length > m)
		return 0;
	if (length <= 0 || g <= 1)
		return 1;
	for (double j = 1; j * length <= m && j <= g; j++)
	{
		double		term = exp(log_choose(g, j) + log_choose(n - j * length, g - 1) - all);

		if (j == 1 && term > 12)
			return 1;
		p += fmod(j, 2) == 1 ? term : -term;
		if (term < 1e-18 * p)
			break;
	}
	return Min(Max(p, 0), 1);
}

/*
 * The longest run.  Rows of one "at" have no order among themselves: where
 * their labels differ, the run before ends there, and inside only what no
 * order can avoid counts, so that the figure is never too large.
 */
static void
longest_run(const RunRow *row, size_t n, RunsFigures *f)
{
	int64		length = 0,
				from = 0;
	uint32		current = 0;

	f->longest = 0;
	f->n_tied = 0;
	for (size_t i = 0; i < n;)
	{
		size_t		end = i + 1,
					most = 0,
					same = 0;
		uint32		most_label = row[i].label;

		HD_CHECK_EVERY(i);
		while (end < n && row[end].at == row[i].at)
			end++;
		if (row[i].label == row[end - 1].label)
		{
			/* rows of one time are sorted by label: all are the same */
			if (length == 0 || row[i].label != current)
			{
				length = 0;
				from = (int64) i + 1;
				current = row[i].label;
			}
			length += (int64) (end - i);
			if (length > f->longest)
			{
				f->longest = length;
				f->label = current;
				f->from = from;
			}
			i = end;
			continue;
		}
		for (size_t j = i; j < end; j++)
		{
			same = j > i && row[j].label == row[j - 1].label ? same + 1 : 1;
			if (same > most)
			{
				most = same;
				most_label = row[j].label;
			}
		}
		f->n_tied += (int64) (end - i);
		/* most of them among the others leave a run of at least this */
		most = (most + (end - i - most)) / (end - i - most + 1);
		if ((int64) most > f->longest)
		{
			f->longest = (int64) most;
			f->label = most_label;
			f->from = 0;
		}
		length = 0;
		i = end;
	}
}

static int
int64_ascending(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* Mean and quantiles of the longest run over random orders, the same ones for the same labels */
static void
shuffle(const int64 *count, size_t n, uint32 n_labels, double confidence, RunsFigures *f)
{
	const int	draws = SHUFFLES;
	uint32	   *label = array_alloc(n, sizeof(uint32));
	int64	   *longest = array_alloc(draws, sizeof(int64));
	double		sum = 0;
	HdRng		rng;

	hd_rng_seed(&rng, SHUFFLE_SEED);
	for (uint32 k = 0, i = 0; k < n_labels; k++)
		for (int64 c = 0; c < count[k]; c++)
			label[i++] = k;
	for (int d = 0; d < draws; d++)
	{
		int64		length = 0;

		longest[d] = 0;
		for (size_t i = 0; i < n; i++)
		{
			size_t		j = i + hd_rng_below(&rng, n - i);
			uint32		t = label[j];

			HD_CHECK_EVERY(i);
			label[j] = label[i];
			label[i] = t;
			length = i > 0 && t == label[i - 1] ? length + 1 : 1;
			longest[d] = Max(longest[d], length);
		}
		sum += (double) longest[d];
	}
	qsort(longest, draws, sizeof(int64), int64_ascending);
	f->expected = sum / draws;
	f->expected_low = (double) longest[(int) floor((1 - confidence) / 2 * (draws - 1))];
	f->expected_high = (double) longest[(int) ceil((1 + confidence) / 2 * (draws - 1))];
}

/* Expected number of runs of at least "length" in random order */
static double
expected_runs(double n, double m, double length)
{
	double		g = n - m + 1;

	if (length > m)
		return 0;
	return exp(log(g) + log_choose(n - length, g - 1) - log_choose(n, m));
}

/*
 * The same for long series: long runs are rare and hardly depend on each
 * other, so that their number is near to Poisson's distribution and
 * P(longest < L) to exp(-their expected number) (Arratia, Goldstein & Gordon
 * 1990).
 */
static void
poisson_runs(size_t n, const int64 *count, uint32 n_labels, double confidence, RunsFigures *f)
{
	double		low = (1 - confidence) / 2;
	double		high = (1 + confidence) / 2;

	f->expected = 0;
	for (int64 length = 1;; length++)
	{
		double		runs = 0;

		HD_CHECK_EVERY(length);
		for (uint32 k = 0; k < n_labels; k++)
			if (count[k] >= length)
				runs += expected_runs((double) n, (double) count[k], (double) length);
		f->expected -= expm1(-runs);
		/* exp(-runs) is P(longest <= length - 1) */
		if (isnan(f->expected_low) && exp(-runs) >= low)
			f->expected_low = Max((double) length - 1, 1);
		if (isnan(f->expected_high) && exp(-runs) >= high)
			f->expected_high = Max((double) length - 1, 1);
		if (runs < 1e-12)
			break;
	}
}

/* n > 0; labels are codes below n_labels, each used */
void
runs_figures(const RunRow *row, size_t n, uint32 n_labels, double confidence, RunsFigures *f)
{
	int64	   *count = array_alloc0(n_labels, sizeof(int64));

	memset(f, 0, sizeof(*f));
	f->expected = f->expected_low = f->expected_high = NAN;
	longest_run(row, n, f);
	for (size_t i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		count[row[i].label]++;
	}
	for (uint32 k = 0; k < n_labels; k++)
	{
		double		share = (double) count[k] / (double) n;

		f->entropy -= share * log2(share);
		if (count[k] > f->n_mode)
		{
			f->n_mode = count[k];
			f->mode = k;
		}
		/* no more than the sum over the labels (Boole) */
		f->probability += longest_run_tail((double) n, (double) count[k], (double) f->longest);
	}
	f->probability = Min(f->probability, 1);
	f->entropy = Max(f->entropy, 0);
	if (n_labels < 2)
		return;
	if (n > SHUFFLE_ROWS)
		poisson_runs(n, count, n_labels, confidence, f);
	else
		shuffle(count, n, n_labels, confidence, f);
}

/*-------------------------------------------------------------------------
 *
 * copy_counts.c
 *	  How many texts two groups have in common, against what the other groups
 *	  have.
 *
 * The model: between groups of n and m texts the number that is copied is a
 * Poisson variable with mean r n m, and r is the same for all pairs of groups.
 * What two groups are judged by is r as it is among all pairs of which neither
 * is a member.  The difference between what was counted and what was to be
 * expected has the interval that MOVER makes (Zou and Donner 2008) of Garwood's
 * exact intervals (1936) of the two counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "text/copy_counts.h"

static int
compare_copied(const void *x, const void *y, void *arg)
{
	const CopiedTexts *p = x;
	const CopiedTexts *q = y;

	for (int i = 0; i < 2; i++)
		if (p->group[i] != q->group[i])
			return p->group[i] < q->group[i] ? -1 : 1;
	for (int i = 0; i < 2; i++)
		if (p->text[i] != q->text[i])
			return p->text[i] < q->text[i] ? -1 : 1;
	return 0;
}

static int
compare_int32(const void *x, const void *y, void *arg)
{
	int32		a = *(const int32 *) x;
	int32		b = *(const int32 *) y;

	return (a > b) - (a < b);
}

/* How many different texts on one side of n pairs */
static int64
count_texts(const CopiedTexts *copied, int64 n, int side)
{
	int32	   *text = array_alloc(n, sizeof(int32));
	int64		different = 0;

	for (int64 i = 0; i < n; i++)
		text[i] = copied[i].text[side];
	qsort_interruptible(text, n, sizeof(int32), compare_int32, NULL);
	for (int64 i = 0; i < n; i++)
		different += i == 0 || text[i] != text[i - 1];
	pfree(text);
	return different;
}

static GroupPair *
count_pairs(CopiedTexts *copied, int64 n_copied, int64 *n)
{
	GroupPair  *pair = NULL;
	int64		cap = 0;

	*n = 0;
	if (n_copied > 1)
		qsort_interruptible(copied, n_copied, sizeof(CopiedTexts), compare_copied, NULL);
	for (int64 i = 0, end; i < n_copied; i = end)
	{
		GroupPair	p = {.group = {copied[i].group[0], copied[i].group[1]}};

		HD_CHECK_EVERY(*n + 1);
		for (end = i; end < n_copied && copied[end].group[0] == p.group[0] && copied[end].group[1] == p.group[1];)
			end++;
		p.n_pairs = end - i;
		p.n_copied = Min(count_texts(copied + i, end - i, 0), count_texts(copied + i, end - i, 1));
		if (*n == cap)
		{
			cap = Max(cap * 2, 64);
			pair = pair ? repalloc_huge(pair, cap * sizeof(GroupPair)) : array_alloc(cap, sizeof(GroupPair));
		}
		pair[(*n)++] = p;
	}
	return pair;
}

/* Sums over all pairs of groups, and over those that a group is a member of */
typedef struct Sums
{
	int64		copied;
	double		squares;		/* copied^2 / (n m) */
} Sums;

/* Texts of all groups, from which those of two can be taken away exactly */
typedef struct Exposure
{
	int64		groups;			/* that have a text */
	uint64		texts;			/* at most 2^31 */
	uint64		squares;
} Exposure;

static void
garwood(double n, double confidence, double *low, double *high)
{
	double		tail = (1 - confidence) / 2;

	*low = n > 0 ? hd_chisq_quantile(tail, 2 * n) / 2 : 0;
	*high = hd_chisq_quantile(1 - tail, 2 * n + 2) / 2;
}

/* Pearson's statistic of the others over its degrees of freedom, sum (n - e)^2 / e with e = r n m */
static double
dispersion_of(const Sums *others, double exposure, int64 n_others)
{
	double		rate = others->copied / exposure;

	if (n_others < 2 || others->copied == 0)
		return NAN;
	return Max(others->squares / rate - others->copied, 0) / (n_others - 1);
}

static void
judge(GroupPair *p, const Sums *all, const Sums *row, const Exposure *e, const int64 *n_texts, double confidence)
{
	int32		a = p->group[0],
				b = p->group[1];
	uint64		n = n_texts[a],
				m = n_texts[b];
	uint64		texts = e->texts - n - m;
	uint64		exposure = (texts * texts - (e->squares - n * n - m * m)) / 2;
	int64		groups = e->groups - 2;
	Sums		others = {all->copied - row[a].copied - row[b].copied + p->n_copied};
	double		l[2],
				u[2],
				scale;

	p->n_others = groups * (groups - 1) / 2;
	p->expected = p->low = p->high = p->dispersion = NAN;
	if (p->n_others == 0)
		return;
	others.squares = all->squares - row[a].squares - row[b].squares + (double) p->n_copied * p->n_copied / ((double) n * m);
	scale = (double) n * m / exposure;
	p->expected = others.copied * scale;
	p->dispersion = dispersion_of(&others, exposure, p->n_others);
	garwood(p->n_copied, confidence, &l[0], &u[0]);
	garwood(others.copied, confidence, &l[1], &u[1]);
	p->low = p->n_copied - p->expected - hypot(p->n_copied - l[0], u[1] * scale - p->expected);
	p->high = p->n_copied - p->expected + hypot(u[0] - p->n_copied, p->expected - l[1] * scale);
}

GroupPair *
copy_counts(CopiedTexts *copied, int64 n_copied, const int64 *n_texts, int32 n_groups, double confidence, int64 *n)
{
	GroupPair  *pair = count_pairs(copied, n_copied, n);
	Sums		all = {0};
	Sums	   *row = array_alloc0(n_groups, sizeof(Sums));
	Exposure	e = {0};

	for (int32 g = 0; g < n_groups; g++)
	{
		e.groups += n_texts[g] > 0;
		e.texts += n_texts[g];
		e.squares += (uint64) n_texts[g] * n_texts[g];
	}
	for (int64 i = 0; i < *n; i++)
	{
		double		square = (double) pair[i].n_copied * pair[i].n_copied /
			((double) n_texts[pair[i].group[0]] * n_texts[pair[i].group[1]]);

		all.copied += pair[i].n_copied;
		all.squares += square;
		for (int s = 0; s < 2; s++)
		{
			row[pair[i].group[s]].copied += pair[i].n_copied;
			row[pair[i].group[s]].squares += square;
		}
	}
	for (int64 i = 0; i < *n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		judge(&pair[i], &all, row, &e, n_texts, confidence);
	}
	pfree(row);
	return pair;
}

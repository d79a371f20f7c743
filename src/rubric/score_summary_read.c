/*-------------------------------------------------------------------------
 *
 * score_summary_read.c
 *	  The mean of scores and its standard error.
 *
 * With n scores x of C clusters c and m their mean, the clustered standard
 * error is
 *
 *	  sqrt(C / (C - 1) * sum_c (sum_{i in c} (x_i - m))^2) / n
 *
 * (Miller 2024, "Adding error bars to evals", arXiv:2411.00640, eq. 4, with
 * the correction for a finite number of clusters).  A score without a cluster
 * is a cluster of its own, and if all are, this is the sample standard error.
 * The bootstrap of a mean needs no random numbers: its standard deviation is
 * sqrt(sum (x - m)^2 / n) / sqrt(n) (Efron & Tibshirani 1993, eq. 5.4).
 *
 * Deviations are taken times n, of exact sums, and each is rounded once: where
 * all scores are equal they are exactly zero.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "rubric/score_summary.h"

/* A sum as doubles that add up to it, but for 2^-159 of it */
#define N_PARTS 3

typedef struct Parts
{
	double		part[N_PARTS];
} Parts;

/* The sum as it is to be read: as it is, or with what clipping adds */
static void
clipped_sum(ExactSum *e, const ShortSum *sum, const ShortSum *clip, bool clipped)
{
	ExactSum	more;

	shortsum_to_exact(sum, e);
	if (!clipped)
		return;
	shortsum_to_exact(clip, &more);
	exactsum_merge(e, &more);
}

static Parts
parts_of(const ShortSum *sum, const ShortSum *clip, bool clipped)
{
	ExactSum	e;
	Parts		p = {{0}};

	clipped_sum(&e, sum, clip, clipped);
	for (int i = 0; i < N_PARTS; i++)
	{
		p.part[i] = exactsum_value(&e);
		if (p.part[i] == 0 || !isfinite(p.part[i]))
			break;
		exactsum_add(&e, -p.part[i]);
	}
	return p;
}

static Wide
wide_of_sums(const ClusterSums *c, bool clipped)
{
	Wide		w = shortsum_wide(&c->sum);

	return clipped ? wide_add(w, shortsum_wide(&c->clip)) : w;
}

double
cluster_mean(const ClusterSums *c, bool clipped)
{
	Wide		w = wide_of_sums(c, clipped);

	if (c->n == 0)
		return NAN;
	return isfinite(w.high) ? wide_divide(w, wide_of((double) c->n)).high : INFINITY;
}

double
summary_mean(const ScoreSummary *s, ScoreClip clip)
{
	double		m = cluster_mean(&s->all, clip == CLIP_EXAMPLE);

	if (clip == CLIP_DATASET && isfinite(m))
		m = Min(Max(m, 0), 1);
	return m;
}

int64
summary_n_clusters(const ScoreSummary *s)
{
	if (s->clusters == NULL)
		return s->all.n;
	return s->clusters->dict.n + (s->all.n - s->clusters->total.n);
}

/* ---- variance ---- */

/* a * b * c, in four terms that are exact */
static void
add_product(ExactSum *e, double a, double b, double c)
{
	double		p = a * b;

	exactsum_add_product(e, p, c);
	if (isfinite(p))
		exactsum_add_product(e, fma(a, b, -p), c);
}

/*
 * n^2 sum (x - m)^2 over scores of which there are k, with sum T and sum of
 * squares Q; n scores in all have the sum S: n^2 Q - 2 n S T + k S^2.
 */
static void
add_deviations(ExactSum *e, double n, const Parts *S, double k, const Parts *T, const Parts *Q)
{
	for (int i = 0; i < N_PARTS; i++)
	{
		add_product(e, n, n, Q->part[i]);
		for (int j = 0; j < N_PARTS; j++)
		{
			add_product(e, -2 * n, S->part[i], T->part[j]);
			add_product(e, k, S->part[i], S->part[j]);
		}
	}
}

/* n^2 sum_c (sum_{i in c} (x_i - m))^2 over the clusters that have a name */
static void
add_cluster_deviations(ExactSum *e, const ScoreSummary *s, double n, const Parts *S, bool clipped)
{
	const SummaryClusters *c = s->clusters;

	for (uint32 i = 0; i < c->dict.n; i++)
	{
		Parts		T = parts_of(&c->sums[i].sum, &c->sums[i].clip, clipped);
		ExactSum	d;
		double		v;

		HD_CHECK_EVERY(i);
		exactsum_init(&d);
		for (int j = 0; j < N_PARTS; j++)
		{
			exactsum_add_product(&d, n, T.part[j]);
			exactsum_add_product(&d, -(double) c->sums[i].n, S->part[j]);
		}
		v = exactsum_value(&d);
		exactsum_add_product(e, v, v);
	}
}

static Parts
parts_less(const ShortSum *all, const ShortSum *clip, const ShortSum *part, const ShortSum *part_clip, bool clipped)
{
	ShortSum	a = {0},
				c = {0};

	shortsum_merge(&a, CurrentMemoryContext, all);
	shortsum_subtract(&a, CurrentMemoryContext, part);
	shortsum_merge(&c, CurrentMemoryContext, clip);
	shortsum_subtract(&c, CurrentMemoryContext, part_clip);
	return parts_of(&a, &c, clipped);
}

double
summary_stderr(const ScoreSummary *s, ScoreClip clip, StderrMethod method)
{
	bool		clipped = clip == CLIP_EXAMPLE;
	const SummaryClusters *c = method == STDERR_CLUSTERED ? s->clusters : NULL;
	double		n = (double) s->all.n;
	double		units = c ? (double) summary_n_clusters(s) : n;
	Parts		S,
				T,
				Q;
	ExactSum	e;
	double		squares;
	double		greatest;
	double		low = clipped ? Min(Max(s->min, 0), 1) : s->min;
	double		high = clipped ? Min(Max(s->max, 0), 1) : s->max;

	if (units < (method == STDERR_BOOTSTRAP ? 1 : 2))
		return NAN;
	exactsum_init(&e);
	S = parts_of(&s->all.sum, &s->all.clip, clipped);
	squares = parts_of(&s->square, &s->clip_square, clipped).part[0];
	/* scores that differ, and whose squares are too small to have digits */
	if (low != high && squares < DBL_MIN)
		return INFINITY;
	/* no term of what follows is greater than this, by Cauchy and Schwarz */
	greatest = 2 * n * n * squares;
	if (!isfinite(greatest) || !isfinite(n * S.part[0] * S.part[0]))
		return INFINITY;
	if (c)
	{
		T = parts_less(&s->all.sum, &s->all.clip, &c->total.sum, &c->total.clip, clipped);
		Q = parts_less(&s->square, &s->clip_square, &c->square, &c->clip_square, clipped);
		if (s->all.n > c->total.n)
			add_deviations(&e, n, &S, (double) (s->all.n - c->total.n), &T, &Q);
		add_cluster_deviations(&e, s, n, &S, clipped);
	}
	else
	{
		Q = parts_of(&s->square, &s->clip_square, clipped);
		add_deviations(&e, n, &S, n, &S, &Q);
	}
	squares = exactsum_value(&e);
	/* only states that nobody aggregated have less */
	if (squares < 0)
		squares = 0;
	if (method != STDERR_BOOTSTRAP)
		squares *= units / (units - 1);
	return sqrt(squares) / n / n;
}

/*
 * sum (n_i - 1) s_i^2 / sum (n_i - 1) / sum n_i, where s_i^2 = n_i se_i^2 is
 * the variance within sample i
 */
double
pooled_stderr(int n, const double *se, const double *size)
{
	ExactSum	squares;
	double		total = 0;
	double		df = 0;

	exactsum_init(&squares);
	for (int i = 0; i < n; i++)
	{
		add_product(&squares, se[i] * se[i], size[i], size[i] - 1);
		total += size[i];
		df += size[i] - 1;
	}
	return df > 0 ? sqrt(exactsum_value(&squares) / df / total) : NAN;
}

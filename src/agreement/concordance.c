/*-------------------------------------------------------------------------
 *
 * concordance.c
 *	  Kendall's W and Lin's concordance correlation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/continuous.h"
#include "agreement/margins.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/* ---- pairs of raters over the items that both rated ---- */

typedef struct Shared
{
	int32		other;			/* rater */
	int32		a,				/* categories */
				b;
} Shared;

/* n items that raters g < other both rated, in no particular order */
typedef void (*PairVisit) (void *arg, int32 n, Shared *s);

static int
by_other(const void *p, const void *q)
{
	const Shared *x = p;
	const Shared *y = q;

	CHECK_FOR_INTERRUPTS();
	return (x->other > y->other) - (x->other < y->other);
}

static void
visit_pairs(const RatingMatrix *m, PairVisit visit, void *arg)
{
	ByRater    *by = by_rater(m);
	Shared	   *list = NULL;
	int64		cap = 0;

	for (int32 g = 0; g < m->n_raters; g++)
	{
		int64		n = 0;
		int64		most = 0;

		for (int32 j = by->start[g]; j < by->start[g + 1]; j++)
			most += m->start[by->item[j] + 1] - 1 - by->obs[j];
		if (most > cap)
		{
			if (list)
				pfree(list);
			cap = most;
			list = array_alloc(cap, sizeof(Shared));
		}
		for (int32 j = by->start[g]; j < by->start[g + 1]; j++)
		{
			int32		mine = by->obs[j];

			HD_CHECK_EVERY(j);
			for (int32 o = mine + 1; o < m->start[by->item[j] + 1]; o++)
			{
				list[n].other = m->rater[o];
				list[n].a = m->category[mine];
				list[n++].b = m->category[o];
			}
		}
		CHECK_FOR_INTERRUPTS();
		if (m->n_raters > 2)
			qsort(list, n, sizeof(Shared), by_other);
		for (int64 from = 0, to; from < n; from = to)
		{
			CHECK_FOR_INTERRUPTS();
			for (to = from + 1; to < n && list[to].other == list[from].other; to++)
				;
			visit(arg, (int32) (to - from), list + from);
		}
	}
	if (list)
		pfree(list);
	by_rater_free(by);
}

/* ---- Kendall's W ---- */

/*
 * Twice the mid-ranks of each rater's categories by cell, and the sum over
 * ties t of t^3 - t.
 */
static int64 *
double_ranks(const RatingMatrix *m, const RaterCells *cells, ExactSum *ties)
{
	int64	   *rank = array_alloc0(cells->n_cells, sizeof(int64));
	int32	   *idx = array_alloc(cells->max_support, sizeof(int32));
	int32	   *cell = array_alloc(cells->max_support, sizeof(int32));
	double	   *count = array_alloc(cells->max_support, sizeof(double));

	for (int32 g = 0; g < m->n_raters; g++)
	{
		int32		support = rater_support(m, cells, g, idx, count, cell);
		int64		below = 0;

		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < support; j++)
		{
			double		t = count[j];

			rank[cell[j]] = 2 * below + (int64) t + 1;
			below += (int64) t;
			exactsum_add(ties, t * (t * t - 1));
		}
	}
	pfree(idx);
	pfree(cell);
	pfree(count);
	return rank;
}

/*
 * Kendall & Babington Smith (1939), corrected for ties (Kendall 1948):
 * W = 12 S/(k^2 (n^3 - n) - k sum T), S the sum of squares of the items' sums
 * of ranks about their mean k (n + 1)/2.  Here with doubled ranks: 3 (2S)^2.
 */
static double
complete_w(const RatingMatrix *m, double k)
{
	RaterCells *cells = rater_cells(m);
	ExactSum	ties,
				squares;
	int64	   *rank;
	double		n = m->n_items;
	double		whole;

	exactsum_init(&ties);
	exactsum_init(&squares);
	rank = double_ranks(m, cells, &ties);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int64		sum = 0;
		double		d;

		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			sum += rank[cells->dense ? m->rater[o] * m->n_categories + m->category[o] : cells->of_obs[o]];
		d = (double) (sum - (int64) k * (m->n_items + 1));
		exactsum_add_product(&squares, d, d);
	}
	pfree(rank);
	whole = k * (k * (n * n * n - n) - exactsum_value(&ties));
	return whole > 0 ? 3 * exactsum_value(&squares) / whole : NAN;
}

typedef struct Rhos
{
	ExactSum	sum;
	int64		n;
} Rhos;

static int
by_a(const void *p, const void *q)
{
	const Shared *x = p;
	const Shared *y = q;

	CHECK_FOR_INTERRUPTS();
	return (x->a > y->a) - (x->a < y->a);
}

static int
by_b(const void *p, const void *q)
{
	const Shared *x = p;
	const Shared *y = q;

	CHECK_FOR_INTERRUPTS();
	return (x->b > y->b) - (x->b < y->b);
}

/* Categories become twice their mid-ranks */
static void
rank_shared(int32 n, Shared *s, bool first)
{
	qsort(s, n, sizeof(Shared), first ? by_a : by_b);
	for (int32 from = 0, to; from < n; from = to)
	{
		for (to = from + 1; to < n && (first ? s[to].a == s[from].a : s[to].b == s[from].b); to++)
			;
		/* from + 1 + ... + to, doubled and divided by their number */
		for (int32 j = from + 1; j < to; j++)
		{
			if (first)
				s[j].a = from + to + 1;
			else
				s[j].b = from + to + 1;
		}
		if (first)
			s[from].a = from + to + 1;
		else
			s[from].b = from + to + 1;
	}
}

/* Spearman's rho of a pair: Pearson's r of the mid-ranks */
static void
add_rho(void *arg, int32 n, Shared *s)
{
	Rhos	   *r = arg;
	ExactSum	aa,
				bb,
				ab;
	double		va,
				vb;

	exactsum_init(&aa);
	exactsum_init(&bb);
	exactsum_init(&ab);
	rank_shared(n, s, true);
	rank_shared(n, s, false);
	for (int32 j = 0; j < n; j++)
	{
		double		a = (double) s[j].a - n - 1;
		double		b = (double) s[j].b - n - 1;

		HD_CHECK_EVERY(j);
		exactsum_add(&aa, a * a);
		exactsum_add(&bb, b * b);
		exactsum_add(&ab, a * b);
	}
	va = exactsum_value(&aa);
	vb = exactsum_value(&bb);
	if (!(va > 0 && vb > 0))
		return;
	exactsum_add(&r->sum, exactsum_value(&ab) / (sqrt(va) * sqrt(vb)));
	r->n++;
}

double
kendall_w(const RatingMatrix *m)
{
	Margins    *mg = margins_make(m);
	double		k = mg->n_raters;
	Rhos		rhos;

	if (mg->n_raters < 2 || m->n_items < 2)
		return NAN;
	if ((int64) m->n_items * mg->n_raters == m->n_obs)
		return complete_w(m, k);
	exactsum_init(&rhos.sum);
	rhos.n = 0;
	visit_pairs(m, add_rho, &rhos);
	if (rhos.n == 0)
		return NAN;
	return (1 + exactsum_value(&rhos.sum) / (double) rhos.n * (k - 1)) / k;
}

/* ---- Lin's concordance ---- */

typedef struct Moments
{
	const double *x;
	ExactSum	product;		/* of 2 s_ab over pairs of raters */
	ExactSum	whole;			/* of s_a^2 + s_b^2 + (mean_a - mean_b)^2 */
} Moments;

/*
 * Moments with 1/n (Lin 1989), about the means.  Values that are all equal
 * give zeros, which rounding of the means would blur.
 */
static void
add_moments(void *arg, int32 n, Shared *s)
{
	Moments    *mo = arg;
	ExactSum	a,
				b,
				ab,
				squares;
	double		mean_a,
				mean_b;
	bool		varies = false;

	for (int32 j = 0; j < n && !varies; j++)
		varies = s[j].a != s[0].a || s[j].b != s[0].a;
	if (n < 2 || !varies)
		return;
	exactsum_init(&a);
	exactsum_init(&b);
	exactsum_init(&ab);
	exactsum_init(&squares);
	for (int32 j = 0; j < n; j++)
	{
		HD_CHECK_EVERY(j);
		exactsum_add(&a, mo->x[s[j].a]);
		exactsum_add(&b, mo->x[s[j].b]);
	}
	mean_a = exactsum_value(&a) / n;
	mean_b = exactsum_value(&b) / n;
	for (int32 j = 0; j < n; j++)
	{
		double		da = mo->x[s[j].a] - mean_a;
		double		db = mo->x[s[j].b] - mean_b;

		HD_CHECK_EVERY(j);
		exactsum_add(&ab, da * db);
		exactsum_add(&squares, da * da + db * db);
	}
	exactsum_add(&mo->product, 2 * exactsum_value(&ab) / n);
	exactsum_add(&mo->whole, exactsum_value(&squares) / n + (mean_a - mean_b) * (mean_a - mean_b));
}

/*
 * Lin (1989, Biometrics 45:255); of more than two raters the overall
 * coefficient of Barnhart, Haber & Song (2002, Biometrics 58:1020), which is
 * the pairs' numerators by the pairs' denominators.
 */
double
lin_ccc(const RatingMatrix *m, const double *x)
{
	Moments		mo;
	double		whole;

	mo.x = x;
	exactsum_init(&mo.product);
	exactsum_init(&mo.whole);
	visit_pairs(m, add_moments, &mo);
	whole = exactsum_value(&mo.whole);
	return whole > 0 ? exactsum_value(&mo.product) / whole : NAN;
}

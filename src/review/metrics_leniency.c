/*-------------------------------------------------------------------------
 *
 * metrics_leniency.c
 *	  Observed against expected: a reviewer against others on the same
 *	  authors, by indirect standardisation.
 *
 * Expected are so many acceptances as others would have given: the rate of
 * each author with all other reviewers, over the work of that author which
 * this reviewer saw.  So whose work one was dealt makes nobody lenient.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/ranks.h"
#include "common/stats.h"
#include "review/metrics_decisions.h"

static void
cell_counts(const DecisionCell *c, CountOf of, double *n, double *x)
{
	double		accepted = 0,
				all = 0;

	if (of == COUNT_OVERTURNED)
	{
		*x = (double) (c->count[SECOND_OVERTURNED << 1] + c->count[SECOND_OVERTURNED << 1 | 1]);
		*n = *x + (double) (c->count[SECOND_UPHELD << 1] + c->count[SECOND_UPHELD << 1 | 1]);
		return;
	}
	for (int o = 0; o < N_OUTCOMES; o++)
	{
		all += (double) c->count[o];
		if (o & 1)
			accepted += (double) c->count[o];
	}
	*n = all;
	*x = accepted;
}

/* Sums over the authors of one reviewer that have a reference */
typedef struct Standard
{
	double		n;
	double		x;
	double		expected;
	double		by_chance;		/* variance of x if the reviewer were like the reference */
	double		by_reference;	/* variance of what is expected */
} Standard;

/*
 * The rate of an author with others is known from m of their decisions.  Its
 * variance is that of a rate with half a decision more of each kind, or one
 * that was always the same would seem to be known for certain.
 */
static void
add_author(Standard *s, double n, double x, double m, double m_x, bool all)
{
	double		p = m_x / m;
	double		q = (m_x + 0.5) / (m + 1);

	s->n += n;
	s->x += x;
	s->expected += n * p;
	if (all)
		s->by_chance += n * p * (1 - p);
	else
	{
		s->by_chance += n * q * (1 - q);
		s->by_reference += n * n * q * (1 - q) / m;
	}
}

/*
 * Intervals of a difference and of a ratio from those of the two shares
 * (Newcombe 1998, Stat. Med. 17:873, method 10; Donner & Zou 2012, Stat.
 * Methods Med. Res. 21:347): Wilson's for either, the expected share being
 * that of so many decisions as would have its variance.
 */
static void
set_intervals(LeniencyRow *row, const Standard *s, double confidence)
{
	double		a = s->x / s->n;
	double		b = s->expected / s->n;
	double		a_low,
				a_high;
	double		b_low = b,
				b_high = b;

	row->excess = a - b;
	row->ratio = b > 0 ? a / b : NAN;
	hd_wilson(s->x, s->n, confidence, &a_low, &a_high);
	if (s->by_reference > 0)
	{
		double		q = (s->expected + 0.5) / (s->n + 1);
		double		n = q * (1 - q) * s->n * s->n / s->by_reference;

		hd_wilson(b * n, n, confidence, &b_low, &b_high);
	}
	row->excess_low = a - b - hypot(a - a_low, b_high - b);
	row->excess_high = a - b + hypot(a_high - a, b - b_low);
	if (b > 0)
	{
		double		low = a * a * b * b - a_low * b_high * (2 * a - a_low) * (2 * b - b_high);
		double		high = a * a * b * b - a_high * b_low * (2 * a - a_high) * (2 * b - b_low);

		/* multiplied by the conjugate: b_high may be near 2 b */
		row->ratio_low = a > 0 ? a_low * (2 * a - a_low) / (a * b + sqrt(Max(low, 0))) : 0;
		row->ratio_high = b_low > 0 ? (a * b + sqrt(Max(high, 0))) / (b_low * (2 * b - b_low)) : NAN;
	}
}

static void
reviewer_row(LeniencyRow *row, const Decisions *d, uint32 from, uint32 to, CountOf of, bool all,
			 const double *author_n, const double *author_x, double confidence)
{
	Standard	s = {0};

	row->reviewer = d->cell[from].reviewer;
	row->excess = row->excess_low = row->excess_high = row->ratio = row->ratio_low = row->ratio_high = NAN;
	row->z = row->shrunk = row->x_expected = NAN;
	for (uint32 i = from; i < to; i++)
	{
		const DecisionCell *c = &d->cell[i];
		double		n,
					x;
		double		m,
					m_x;

		cell_counts(c, of, &n, &x);
		row->n += (int64) n;
		row->x += (int64) x;
		m = author_n[c->author] - (all ? 0 : n);
		m_x = author_x[c->author] - (all ? 0 : x);
		if (n == 0 || m <= 0)
			continue;
		row->n_authors++;
		add_author(&s, n, x, m, m_x, all);
	}
	row->value = row->n > 0 ? (double) row->x / (double) row->n : NAN;
	hd_wilson((double) row->x, (double) row->n, confidence, &row->low, &row->high);
	row->n_expected = (int64) s.n;
	if (s.n == 0)
		return;
	row->x_expected = s.expected;
	if (s.by_chance + s.by_reference > 0)
		row->z = (s.x - s.expected) / sqrt(s.by_chance + s.by_reference);
	set_intervals(row, &s, confidence);
}

/*
 * Empirical Bayes: the variance between reviewers by DerSimonian & Laird
 * (1986), then each excess is drawn to their mean by the share of its
 * variance that is chance.
 */
static void
shrink(LeniencyRow *row, uint32 n, double confidence)
{
	double		z = hd_norm_quantile((1 + confidence) / 2);
	double	   *v = array_alloc(n, sizeof(double));
	double		w = 0,
				w2 = 0,
				wx = 0,
				k = 0,
				q = 0,
				mean,
				between;

	for (uint32 i = 0; i < n; i++)
	{
		double		se = (row[i].excess_high - row[i].excess_low) / (2 * z);

		v[i] = se * se;
		if (!(v[i] > 0))
			continue;
		k++;
		w += 1 / v[i];
		w2 += 1 / (v[i] * v[i]);
		wx += row[i].excess / v[i];
	}
	if (k >= 2)
	{
		mean = wx / w;
		for (uint32 i = 0; i < n; i++)
			if (v[i] > 0)
				q += (row[i].excess - mean) * (row[i].excess - mean) / v[i];
		between = Max(0, (q - (k - 1)) / (w - w2 / w));
		w = wx = 0;
		for (uint32 i = 0; i < n; i++)
		{
			if (!(v[i] > 0))
				continue;
			w += 1 / (between + v[i]);
			wx += row[i].excess / (between + v[i]);
		}
		mean = wx / w;
		for (uint32 i = 0; i < n; i++)
			if (v[i] > 0)
				row[i].shrunk = (between * row[i].excess + v[i] * mean) / (between + v[i]);
	}
	pfree(v);
}

/* Ranks that the intervals of excess allow, 1 the highest */
static void
rank_rows(LeniencyRow *row, uint32 n)
{
	double	   *low = array_alloc(n, sizeof(double));
	double	   *high = array_alloc(n, sizeof(double));
	int64		k = 0;

	for (uint32 i = 0; i < n; i++)
	{
		if (isnan(row[i].excess))
			continue;
		low[k] = -row[i].excess_low;
		high[k++] = row[i].excess_high;
	}
	qsort(low, k, sizeof(double), double_ascending);
	qsort(high, k, sizeof(double), double_ascending);
	for (uint32 i = 0; i < n; i++)
	{
		if (isnan(row[i].excess))
			continue;
		row[i].rank_low = 1 + count_below(low, k, -row[i].excess_high);
		row[i].rank_high = k - count_below(high, k, row[i].excess_low);
	}
	pfree(low);
	pfree(high);
}

LeniencyRow *
leniency_rows(const Decisions *d, CountOf of, bool all, double confidence, uint32 *n)
{
	LeniencyRow *row = array_alloc0(d->people.n, sizeof(LeniencyRow));
	double	   *author_n = array_alloc0(d->people.n, sizeof(double));
	double	   *author_x = array_alloc0(d->people.n, sizeof(double));
	uint32		to;

	*n = 0;
	for (uint32 i = 0; i < d->n; i++)
	{
		double		c_n,
					c_x;

		HD_CHECK_EVERY(i + 1);
		cell_counts(&d->cell[i], of, &c_n, &c_x);
		author_n[d->cell[i].author] += c_n;
		author_x[d->cell[i].author] += c_x;
	}
	for (uint32 from = 0; from < d->n; from = to)
	{
		CHECK_FOR_INTERRUPTS();
		for (to = from; to < d->n && d->cell[to].reviewer == d->cell[from].reviewer; to++)
			;
		reviewer_row(&row[*n], d, from, to, of, all, author_n, author_x, confidence);
		*n += row[*n].n > 0;
		if (*n < d->people.n)
			memset(&row[*n], 0, sizeof(LeniencyRow));
	}
	shrink(row, *n, confidence);
	rank_rows(row, *n);
	pfree(author_n);
	pfree(author_x);
	return row;
}

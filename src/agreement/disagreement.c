/*-------------------------------------------------------------------------
 *
 * disagreement.c
 *	  Single disagreements, and their sums over the ratings of one item.
 *
 * Weights follow Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.,
 * ch. 3, as irrCAC computes them; metrics follow Krippendorff (2019), Content
 * Analysis, 4th ed., ch. 12.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/disagreement.h"
#include "common/compat.h"
#include "common/interrupts.h"

/* Domains up to this size keep all their v in a table */
#define DIS_TABLE_MAX 128

/* Items with at most so many ratings are summed pair by pair */
#define DIS_SMALL_ITEM 24

/*
 * Jaccard distance, or MASI (Passonneau 2006): 1 - J * M with monotonicity M
 * 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, 0 for disjoint sets.
 * Two empty sets are equal.
 */
static double
set_distance(const LabelSets *s, int32 k, int32 l, bool masi)
{
	const int32 *a = s->element + s->start[k];
	const int32 *b = s->element + s->start[l];
	int32		na = s->start[k + 1] - s->start[k];
	int32		nb = s->start[l + 1] - s->start[l];
	int32		i = 0;
	int32		j = 0;
	int32		common = 0;
	int32		thirds = 3;
	int32		all;

	while (i < na && j < nb)
	{
		if (a[i] == b[j])
		{
			common++;
			i++;
			j++;
		}
		else if (a[i] < b[j])
			i++;
		else
			j++;
	}
	all = na + nb - common;
	if (all == 0)
		return 0;
	if (masi && (na != common || nb != common))
		thirds = (na == common || nb == common) ? 2 : 1;
	return (3.0 * all - (double) thirds * common) / (3.0 * all);
}

static double
dis_compute(const Disagreement *d, int32 k, int32 l)
{
	double		t;

	if (k == l)
		return 0;
	switch (d->kind)
	{
		case DIS_IDENTITY:
			return 1;
		case DIS_LINEAR:
			return fabs(d->x[k] - d->x[l]) / d->scale;
		case DIS_QUADRATIC:
		case DIS_RANK:
			t = (d->x[k] - d->x[l]) / d->scale;
			return t * t;
		case DIS_ORDINAL:
			t = fabs((double) k - (double) l);
			return t * (t + 1) / ((double) d->q * (d->q - 1.0));
		case DIS_RADICAL:
			return sqrt(fabs(d->x[k] - d->x[l]) / d->scale);
		case DIS_RATIO:
			t = d->x[k] / d->hi + d->x[l] / d->hi;
			if (t <= 0)
				return 0;
			t = fabs(d->x[k] / d->hi - d->x[l] / d->hi) / t / d->scale;
			return t * t;
		case DIS_CIRCULAR:
			t = sin(M_PI * fabs(d->x[k] - d->x[l]) / (d->hi - d->lo + 1));
			return t * t / d->scale;
		case DIS_BIPOLAR:
			{
				double		a = (d->x[k] - d->lo) / d->scale;
				double		b = (d->x[l] - d->lo) / d->scale;

				t = (d->x[k] - d->x[l]) / d->scale;
				return t * t / ((a + b) * (2 - (a + b)));
			}
		case DIS_JACCARD:
			return set_distance(d->sets, k, l, false);
		case DIS_MASI:
			return set_distance(d->sets, k, l, true);
	}
	return 0;					/* keep compilers quiet */
}

double
dis_at(const Disagreement *d, int32 k, int32 l)
{
	if (d->table)
		return d->table[k * d->q + l];
	return dis_compute(d, k, l);
}

/*
 * The largest sin^2(pi (x_l - x_k) / U): of all pairs, the one whose distance
 * is nearest to half a turn.  Positions ascend, so l only moves forward.
 */
static double
circular_max(const Disagreement *d)
{
	double		turn = d->hi - d->lo + 1;
	double		best = 0;
	int32		l = 0;

	for (int32 k = 0; k < d->q; k++)
	{
		HD_CHECK_EVERY(k);
		while (l < d->q - 1 && d->x[l] - d->x[k] < turn / 2)
			l++;
		for (int32 j = Max(l - 1, 0); j <= l; j++)
		{
			double		t = sin(M_PI * fabs(d->x[j] - d->x[k]) / turn);

			best = Max(best, t * t);
		}
	}
	return best;
}

/* What v is divided by; 1 for a domain without extent, where no v is asked */
static double
find_scale(const Disagreement *d)
{
	double		scale = 1;

	switch (d->kind)
	{
		case DIS_LINEAR:
		case DIS_QUADRATIC:
		case DIS_RADICAL:
		case DIS_BIPOLAR:		/* largest at (lo, hi), where it is 1 */
		case DIS_RANK:
			scale = d->hi - d->lo;
			break;
		case DIS_RATIO:
			scale = (1 - d->lo / d->hi) / (1 + d->lo / d->hi);
			break;
		case DIS_CIRCULAR:
			scale = circular_max(d);
			break;
		default:
			break;
	}
	if (isinf(scale))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("range of the values is out of range for type double precision")));
	return scale > 0 ? scale : 1;
}

static void
set_positions(Disagreement *d, const double *x)
{
	d->x = x;
	if (x && d->q > 0)
	{
		d->lo = x[0];
		d->hi = x[d->q - 1];
	}
	d->scale = find_scale(d);
	if (d->kind == DIS_IDENTITY || d->q > DIS_TABLE_MAX || (d->kind == DIS_RANK && !x))
		return;
	if (d->table == NULL)
		d->table = array_alloc((Size) d->q * d->q, sizeof(double));
	for (int32 k = 0; k < d->q; k++)
		for (int32 l = 0; l < d->q; l++)
			d->table[k * d->q + l] = dis_compute(d, k, l);
}

void
dis_init(Disagreement *d, DisagreementKind kind, int32 q,
		 const double *x, const LabelSets *sets)
{
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->q = q;
	d->sets = sets;
	if (kind == DIS_RATIO && q > 0 && x[0] < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("ratio level needs values that are zero or positive")));
	set_positions(d, kind == DIS_RANK ? NULL : x);
}

void
dis_set_ranks(Disagreement *d, const double *n)
{
	double		below = 0;

	if (d->own_x == NULL)
		d->own_x = array_alloc(d->q, sizeof(double));
	for (int32 k = 0; k < d->q; k++)
	{
		d->own_x[k] = below + n[k] / 2;
		below += n[k];
	}
	set_positions(d, d->own_x);
}

void
dis_scratch_init(DisScratch *s, int32 q, int32 max_r)
{
	s->count = array_alloc0(q, sizeof(int32));
	s->sorted = array_alloc(max_r, sizeof(int32));
	s->idx = array_alloc(max_r, sizeof(int32));
	s->p = array_alloc(max_r, sizeof(double));
	s->out = array_alloc(max_r, sizeof(double));
}

void
dis_scratch_free(DisScratch *s)
{
	pfree(s->count);
	pfree(s->sorted);
	pfree(s->idx);
	pfree(s->p);
	pfree(s->out);
}

/* Ratings that differ, in ordered pairs: r^2 - sum_k r_k^2 */
static double
identity_pairs(int32 r, const int32 *cat, DisScratch *s)
{
	int64		differ = 0;

	if (r <= DIS_SMALL_ITEM)
	{
		for (int32 j = 1; j < r; j++)
			for (int32 l = 0; l < j; l++)
				differ += cat[j] != cat[l];
		return (double) (2 * differ);
	}
	for (int32 j = 0; j < r; j++)
		differ += j - s->count[cat[j]]++;
	for (int32 j = 0; j < r; j++)
		s->count[cat[j]] = 0;
	return (double) (2 * differ);
}

/* An item's categories, ascending */
static void
sort_ratings(int32 r, const int32 *cat, int32 *sorted)
{
	if (r > DIS_SMALL_ITEM)
	{
		memcpy(sorted, cat, sizeof(int32) * (Size) r);
		qsort(sorted, r, sizeof(int32), int32_ascending);
		return;
	}
	for (int32 j = 0; j < r; j++)
	{
		int32		k = cat[j];
		int32		l = j;

		while (l > 0 && sorted[l - 1] > k)
		{
			sorted[l] = sorted[l - 1];
			l--;
		}
		sorted[l] = k;
	}
}

/* The distinct ones of s->sorted into s->idx and s->p; s->out = V p */
static int32
distinct_rows(const Disagreement *d, int32 r, DisScratch *s)
{
	int32		m = 0;

	for (int32 j = 0; j < r; j++)
	{
		if (m == 0 || s->idx[m - 1] != s->sorted[j])
		{
			s->idx[m] = s->sorted[j];
			s->p[m++] = 0;
		}
		s->p[m - 1] += 1;
	}
	dis_rows(d, m, s->idx, s->p, s->out);
	return m;
}

double
dis_item(const Disagreement *d, int32 r, const int32 *cat, DisScratch *s)
{
	double		sum = 0;

	if (r < 2)
		return 0;
	if (d->kind == DIS_IDENTITY)
		return identity_pairs(r, cat, s);
	if (r == 2)
		return 2 * dis_at(d, cat[0], cat[1]);
	sort_ratings(r, cat, s->sorted);
	if (r <= DIS_SMALL_ITEM)
	{
		for (int32 j = 1; j < r; j++)
			for (int32 l = 0; l < j; l++)
				sum += dis_at(d, s->sorted[l], s->sorted[j]);
		return 2 * sum;
	}
	else
	{
		int32		m = distinct_rows(d, r, s);

		for (int32 j = 0; j < m; j++)
			sum += s->p[j] * s->out[j];
		return sum;
	}
}

void
dis_item_rows(const Disagreement *d, int32 r, const int32 *cat,
			  double *out, DisScratch *s)
{
	if (d->kind == DIS_IDENTITY)
	{
		for (int32 j = 0; j < r; j++)
			s->count[cat[j]]++;
		for (int32 j = 0; j < r; j++)
			out[j] = r - s->count[cat[j]];
		for (int32 j = 0; j < r; j++)
			s->count[cat[j]] = 0;
		return;
	}
	sort_ratings(r, cat, s->sorted);
	if (r <= DIS_SMALL_ITEM)
	{
		for (int32 j = 0; j < r; j++)
		{
			out[j] = 0;
			for (int32 l = 0; l < r; l++)
				out[j] += dis_at(d, cat[j], s->sorted[l]);
		}
	}
	else
	{
		int32		m = distinct_rows(d, r, s);

		for (int32 j = 0; j < m; j++)
			s->count[s->idx[j]] = j;
		for (int32 j = 0; j < r; j++)
			out[j] = s->out[s->count[cat[j]]];
		for (int32 j = 0; j < m; j++)
			s->count[s->idx[j]] = 0;
	}
}

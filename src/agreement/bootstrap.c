/*-------------------------------------------------------------------------
 *
 * bootstrap.c
 *	  Bootstrap of the coefficients over items or clusters.
 *
 * Items are drawn with replacement (Efron 1979, Ann. Statist. 7:1), or whole
 * clusters of them.  Items with the same ratings are the same to a
 * coefficient, so a sample of items is a multinomial one over the distinct
 * patterns of ratings: a draw costs the same for a thousand items as for a
 * million.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/binomial.h"
#include "agreement/bootstrap.h"
#include "agreement/margins.h"
#include "agreement/patterns.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/ranks.h"

typedef struct Sampler
{
	const RatingMatrix *m;
	Coefficient coef;
	const Disagreement *w;
	Disagreement ranks;			/* ordinal alpha: remade for each draw */
	double		domain_v;		/* of Gwet, Brennan & Prediger */
	Patterns   *pat;
	double	   *s;				/* [n] disagreement within a pattern, in ordered pairs */
	double	   *p;				/* [q] or [2 q] margins of a draw */
	int64	   *weight;			/* [n] items of the draw by pattern */

	/* Conger: cells are the pairs (rater, category) that occur */
	int32	   *cell_of;		/* [ratings of patterns] */
	int32	   *cell_start;		/* [n_raters + 1] */
	int32	   *cell_category;
	double	   *cell;			/* [cells] margins of a draw */

	/* clusters: patterns of cluster c are cluster_pattern[cluster_start[c]] ... */
	int32		n_clusters;
	int32	   *cluster_start;
	int32	   *cluster_pattern;
} Sampler;

/* ---- preparation ---- */

static void
find_pair_sums(Sampler *s)
{
	DisScratch	scratch;

	s->s = array_alloc(s->pat->n, sizeof(double));
	dis_scratch_init(&scratch, s->m->n_categories, s->pat->max_r);
	for (int32 j = 0; j < s->pat->n; j++)
	{
		HD_CHECK_EVERY(j);
		s->s[j] = dis_item(s->w, s->pat->start[j + 1] - s->pat->start[j],
						   s->pat->category + s->pat->start[j], &scratch);
	}
	dis_scratch_free(&scratch);
}

static int
compare_cells(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	CHECK_FOR_INTERRUPTS();
	return (x > y) - (x < y);
}

/* Number the pairs (rater, category), by rater and ascending category */
static void
number_cells(Sampler *s)
{
	int32		n = s->pat->start[s->pat->n];
	uint64	   *key = array_alloc(n, sizeof(uint64));
	int32		n_cells = 0;

	for (int32 j = 0; j < n; j++)
		key[j] = ((uint64) s->pat->rater[j] << 32) | (uint32) s->pat->category[j];
	CHECK_FOR_INTERRUPTS();
	qsort(key, n, sizeof(uint64), compare_cells);
	for (int32 j = 0; j < n; j++)
		if (j == 0 || key[j] != key[n_cells - 1])
			key[n_cells++] = key[j];
	s->cell_of = array_alloc(n, sizeof(int32));
	s->cell_category = array_alloc(n_cells, sizeof(int32));
	s->cell = array_alloc(n_cells, sizeof(double));
	s->cell_start = array_alloc0((Size) s->m->n_raters + 1, sizeof(int32));
	for (int32 c = 0; c < n_cells; c++)
	{
		s->cell_category[c] = (int32) (key[c] & 0xFFFFFFFF);
		s->cell_start[(key[c] >> 32) + 1] = c + 1;
	}
	for (int32 g = 0; g < s->m->n_raters; g++)
		s->cell_start[g + 1] = Max(s->cell_start[g + 1], s->cell_start[g]);
	for (int32 j = 0; j < n; j++)
	{
		uint64		want = ((uint64) s->pat->rater[j] << 32) | (uint32) s->pat->category[j];
		uint64	   *at = bsearch(&want, key, n_cells, sizeof(uint64), compare_cells);

		HD_CHECK_EVERY(j);
		s->cell_of[j] = (int32) (at - key);
	}
	pfree(key);
}

/*
 * What each cluster holds.  Clusters come in the order of their first item,
 * items and so clusters in canonical order.
 */
static void
gather_clusters(Sampler *s)
{
	const RatingMatrix *m = s->m;
	int32	   *at = array_alloc0((Size) m->n_clusters + 1, sizeof(int32));
	int32	   *code = array_alloc(m->n_clusters, sizeof(int32));

	for (int32 c = 0; c < m->n_clusters; c++)
		code[c] = -1;
	for (int32 i = 0; i < m->n_items; i++)
	{
		if (code[m->cluster[i]] < 0)
			code[m->cluster[i]] = s->n_clusters++;
		at[code[m->cluster[i]] + 1]++;
	}
	for (int32 c = 0; c < s->n_clusters; c++)
		at[c + 1] += at[c];
	s->cluster_start = array_alloc((Size) s->n_clusters + 1, sizeof(int32));
	memcpy(s->cluster_start, at, sizeof(int32) * ((Size) s->n_clusters + 1));
	s->cluster_pattern = array_alloc(m->n_items, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
		s->cluster_pattern[at[code[m->cluster[i]]]++] = s->pat->of_item[i];
	pfree(at);
	pfree(code);
}

/* ---- a draw ---- */

static void
draw_items(Sampler *s, HdRng *rng)
{
	int64		left = s->m->n_items;
	int64		whole = s->m->n_items;

	for (int32 j = 0; j < s->pat->n; j++)
	{
		HD_CHECK_EVERY(j);
		s->weight[j] = binomial_draw(rng, left, s->pat->count[j], whole);
		left -= s->weight[j];
		whole -= s->pat->count[j];
	}
}

static void
draw_clusters(Sampler *s, HdRng *rng)
{
	memset(s->weight, 0, sizeof(int64) * (Size) s->pat->n);
	for (int32 d = 0; d < s->n_clusters; d++)
	{
		int32		c = (int32) hd_rng_below(rng, s->n_clusters);

		HD_CHECK_EVERY(d);
		for (int32 j = s->cluster_start[c]; j < s->cluster_start[c + 1]; j++)
			s->weight[s->cluster_pattern[j]]++;
	}
}

/* ---- the coefficient of a draw ---- */

/* p'V p over a support of m categories, without the exact sums of dis_quad where few */
static double
quad(const Disagreement *d, int32 m, const int32 *idx, const double *p)
{
	double		sum = 0;

	if (d->kind == DIS_IDENTITY)
	{
		double		squares = 0;

		for (int32 j = 0; j < m; j++)
		{
			sum += p[j];
			squares += p[j] * p[j];
		}
		return sum * sum - squares;
	}
	if (m > 64)
		return dis_quad(d, m, idx, p);
	for (int32 j = 1; j < m; j++)
		for (int32 l = 0; l < j; l++)
			sum += dis_at(d, idx ? idx[j] : j, idx ? idx[l] : l) * p[j] * p[l];
	return 2 * sum;
}

/* Margins of a draw: p[k] = sum of r_ik / r_i, and the observed disagreement's parts */
typedef struct DrawSums
{
	int64		n;				/* items */
	int64		n_pairable;
	double		d_sum;			/* of s / (r (r - 1)) */
	double		o_sum;			/* of s / (r - 1) */
	double		n_ratings;		/* pairable */
} DrawSums;

static void
sum_draw(const Sampler *s, DrawSums *d)
{
	memset(d, 0, sizeof(*d));
	for (int32 j = 0; j < s->pat->n; j++)
	{
		double		r = s->pat->start[j + 1] - s->pat->start[j];
		double		w = (double) s->weight[j];

		HD_CHECK_EVERY(j);
		if (w == 0)
			continue;
		d->n += s->weight[j];
		if (r < 2)
			continue;
		d->n_pairable += s->weight[j];
		d->n_ratings += w * r;
		d->d_sum += w * s->s[j] / (r * (r - 1));
		d->o_sum += w * s->s[j] / (r - 1);
	}
}

/* p[k]: means of shares, or counts of pairable ratings */
static void
sum_margins(const Sampler *s, bool pairable)
{
	memset(s->p, 0, sizeof(double) * (Size) s->m->n_categories);
	for (int32 j = 0; j < s->pat->n; j++)
	{
		int32		r = s->pat->start[j + 1] - s->pat->start[j];
		double		w = (double) s->weight[j];

		HD_CHECK_EVERY(j);
		if (w == 0 || (pairable && r < 2))
			continue;
		if (!pairable)
			w /= r;
		for (int32 o = s->pat->start[j]; o < s->pat->start[j + 1]; o++)
			s->p[s->pat->category[o]] += w;
	}
}

/* D_e of Conger, see chance.c; NaN with fewer than two raters in the draw */
static double
conger_chance(const Sampler *s)
{
	int32		q = s->m->n_categories;
	double		own = 0;
	double		raters = 0;

	memset(s->cell, 0, sizeof(double) * (Size) s->cell_start[s->m->n_raters]);
	memset(s->p, 0, sizeof(double) * (Size) q);
	for (int32 j = 0; j < s->pat->n; j++)
	{
		HD_CHECK_EVERY(j);
		for (int32 o = s->pat->start[j]; o < s->pat->start[j + 1] && s->weight[j] > 0; o++)
			s->cell[s->cell_of[o]] += (double) s->weight[j];
	}
	for (int32 g = 0; g < s->m->n_raters; g++)
	{
		int32		from = s->cell_start[g];
		int32		to = s->cell_start[g + 1];
		double		n = 0;

		HD_CHECK_EVERY(g);
		for (int32 c = from; c < to; c++)
			n += s->cell[c];
		if (n == 0)
			continue;
		raters++;
		for (int32 c = from; c < to; c++)
		{
			s->cell[c] /= n;
			s->p[s->cell_category[c]] += s->cell[c];
		}
		own += quad(s->w, to - from, s->cell_category + from, s->cell + from);
	}
	if (raters < 2)
		return NAN;
	return (quad(s->w, q, NULL, s->p) - own) / (raters * (raters - 1));
}

/* D_e of Cohen: p_1'V p_2, by polarisation 2 a'V b = (a+b)'V(a+b) - a'V a - b'V b */
static double
cohen_chance(const Sampler *s, const DrawSums *d)
{
	int32		q = s->m->n_categories;
	double	   *first = s->p + q;
	double	   *second = s->p + 2 * (Size) q;
	double		n = (double) d->n_pairable;

	memset(s->p, 0, 3 * sizeof(double) * (Size) q);
	for (int32 j = 0; j < s->pat->n; j++)
	{
		int32		o = s->pat->start[j];

		HD_CHECK_EVERY(j);
		if (s->pat->start[j + 1] - o < 2)
			continue;
		first[s->pat->category[o]] += (double) s->weight[j];
		second[s->pat->category[o + 1]] += (double) s->weight[j];
	}
	for (int32 k = 0; k < q; k++)
		s->p[k] = first[k] + second[k];
	return (quad(s->w, q, NULL, s->p) - quad(s->w, q, NULL, first) - quad(s->w, q, NULL, second)) / 2 / (n * n);
}

/*
 * Krippendorff's alpha.  The ordinal metric depends on the counts of the draw:
 * it is the squared distance of mid-ranks among them.
 */
static double
alpha_of_draw(Sampler *s, const DrawSums *d)
{
	double		n = d->n_ratings;
	double		o_sum = d->o_sum;
	double		expected;

	sum_margins(s, true);
	if (s->w->kind == DIS_RANK)
	{
		dis_set_ranks(&s->ranks, s->p);
		o_sum = 0;
		for (int32 j = 0; j < s->pat->n; j++)
		{
			double		r = s->pat->start[j + 1] - s->pat->start[j];
			double		sum = 0;
			double		squares = 0;

			HD_CHECK_EVERY(j);
			if (s->weight[j] == 0 || r < 2)
				continue;
			for (int32 o = s->pat->start[j]; o < s->pat->start[j + 1]; o++)
			{
				double		x = (s->ranks.x[s->pat->category[o]] - s->ranks.x[s->pat->category[s->pat->start[j]]]) / s->ranks.scale;

				sum += x;
				squares += x * x;
			}
			o_sum += (double) s->weight[j] * 2 * (r * squares - sum * sum) / (r - 1);
		}
		expected = quad(&s->ranks, s->m->n_categories, NULL, s->p);
	}
	else
		expected = quad(s->w, s->m->n_categories, NULL, s->p);
	return expected > 0 ? 1 - o_sum / n / (expected / (n * (n - 1))) : NAN;
}

static double
coefficient_of_draw(Sampler *s)
{
	double		q = s->m->n_categories;
	DrawSums	d;
	double		d_o;
	double		d_e = 1;

	sum_draw(s, &d);
	if (d.n_pairable == 0)
		return NAN;
	d_o = d.d_sum / (double) d.n_pairable;
	switch (s->coef)
	{
		case COEF_PERCENT:
		case COEF_WEIGHTED:
			return 1 - d_o;
		case COEF_ALPHA:
			return alpha_of_draw(s, &d);
		case COEF_COHEN:
			d_e = cohen_chance(s, &d);
			break;
		case COEF_CONGER:
			d_e = conger_chance(s);
			break;
		case COEF_FLEISS:
			sum_margins(s, false);
			d_e = quad(s->w, s->m->n_categories, NULL, s->p) / ((double) d.n * (double) d.n);
			break;
		case COEF_GWET:
			{
				double		squares = 0;

				sum_margins(s, false);
				for (int32 k = 0; k < s->m->n_categories; k++)
					squares += s->p[k] / (double) d.n * (s->p[k] / (double) d.n);
				d_e = q < 2 ? 0 : 1 - (q * q - s->domain_v) / (q * (q - 1)) * (1 - squares);
			}
			break;
		case COEF_BP:
			d_e = s->domain_v / (q * q);
			break;
		case COEF_SCOTT:
		case COEF_COUNT:
			return NAN;
	}
	/* what rounding leaves of zero is zero */
	return d_e > 1e-14 ? 1 - d_o / d_e : NAN;
}

/* ---- the whole ---- */

/* The value at rank (n + 1) p of n sorted ones, between the two nearest */
static double
percentile(const double *sorted, int64 n, double p)
{
	double		at = (double) (n + 1) * p;
	int64		below = (int64) floor(at);

	if (below < 1)
		return sorted[0];
	if (below >= n)
		return sorted[n - 1];
	return sorted[below - 1] + (at - (double) below) * (sorted[below] - sorted[below - 1]);
}

static void
summarise(double *value, int64 n, double confidence, BootstrapResult *out)
{
	double		mean = 0;
	double		squares = 0;

	out->n_defined = n;
	out->se = out->ci_low = out->ci_high = NAN;
	if (n < 2)
		return;
	qsort(value, n, sizeof(double), double_ascending);
	/* draws are sorted: their sums do not depend on anything else */
	for (int64 j = 0; j < n; j++)
		mean += (value[j] - value[0]) / (double) n;
	mean += value[0];
	for (int64 j = 0; j < n; j++)
		squares += (value[j] - mean) * (value[j] - mean);
	out->constant = value[n - 1] - value[0] < 1e-12;
	if (out->constant)
		return;
	out->se = sqrt(squares / (double) (n - 1));
	out->ci_low = percentile(value, n, (1 - confidence) / 2);
	out->ci_high = percentile(value, n, (1 + confidence) / 2);
}

void
bootstrap(const RatingMatrix *m, const Disagreement *w, Coefficient coef,
		  int64 draws, double confidence, uint64 seed, BootstrapResult *out)
{
	Sampler		s = {.m = m, .coef = coef, .w = w};
	double	   *value = array_alloc(draws, sizeof(double));
	int64		n = 0;
	HdRng		rng;

	memset(out, 0, sizeof(*out));
	s.pat = find_patterns(m, coef == COEF_COHEN || coef == COEF_CONGER);
	s.weight = array_alloc0(s.pat->n, sizeof(int64));
	s.p = array_alloc0((Size) 3 * m->n_categories, sizeof(double));
	s.ranks = *w;
	if (w->kind == DIS_RANK)
		s.s = array_alloc0(s.pat->n, sizeof(double));
	else
		find_pair_sums(&s);
	if (coef == COEF_GWET || coef == COEF_BP)
		s.domain_v = dis_total(w);
	if (coef == COEF_CONGER)
		number_cells(&s);
	if (m->n_clusters > 0)
		gather_clusters(&s);

	hd_rng_seed(&rng, seed);
	for (int64 b = 0; b < draws; b++)
	{
		CHECK_FOR_INTERRUPTS();
		if (m->n_clusters > 0)
			draw_clusters(&s, &rng);
		else
			draw_items(&s, &rng);
		value[n] = coefficient_of_draw(&s);
		if (!isnan(value[n]))
			n++;
	}
	summarise(value, n, confidence, out);
	pfree(value);
}

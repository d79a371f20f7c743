/*-------------------------------------------------------------------------
 *
 * agreement_invariance.c
 *	  Results must not change by a bit when items, raters, clusters or nominal
 *	  categories are numbered otherwise.
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#undef printf
#include <stdio.h>
#include <string.h>

#include "stubs.h"

typedef struct Design
{
	int			items,
				raters,
				q,
				n_clusters;
	int		   *category;
	int		   *cluster;
} Design;

/* What a numbering is mapped to: new[old] */
typedef struct Renumbering
{
	int		   *item;
	int		   *rater;
	int		   *category;
	int		   *cluster;
} Renumbering;

static int *
permutation(int n, bool identity)
{
	int		   *p = palloc(sizeof(int) * (n + 1));

	for (int j = 0; j < n; j++)
		p[j] = j;
	for (int j = n - 1; j > 0 && !identity; j--)
	{
		int			k = rnd_int(j + 1);
		int			t = p[j];

		p[j] = p[k];
		p[k] = t;
	}
	return p;
}

static Design
random_design(void)
{
	Design		d;
	double		missing = 0.1 * rnd_int(8);
	double		agree = 0.2 + 0.8 * rnd_unit();

	d.items = 2 + rnd_int(60);
	d.raters = rnd_int(20) ? 2 + rnd_int(8) : 30 + rnd_int(20);
	d.q = rnd_int(20) ? 1 + rnd_int(12) : 300;
	d.n_clusters = rnd_int(2) ? 1 + rnd_int(d.items) : 0;
	d.category = palloc(sizeof(int) * d.items * d.raters);
	d.cluster = palloc(sizeof(int) * d.items);
	for (int i = 0; i < d.items; i++)
	{
		int			truth = rnd_int(d.q);

		d.cluster[i] = d.n_clusters ? rnd_int(d.n_clusters) : 0;
		for (int g = 0; g < d.raters; g++)
		{
			int			k = rnd_unit() < agree ? truth : rnd_int(d.q);

			d.category[i * d.raters + g] = rnd_unit() < missing ? -1 : k;
		}
	}
	return d;
}

static Design
renumber(const Design *d, const Renumbering *p)
{
	Design		e = *d;

	e.category = palloc(sizeof(int) * d->items * d->raters);
	e.cluster = palloc(sizeof(int) * d->items);
	for (int i = 0; i < d->items; i++)
	{
		e.cluster[p->item[i]] = p->cluster[d->cluster[i]];
		for (int g = 0; g < d->raters; g++)
		{
			int			k = d->category[i * d->raters + g];

			e.category[p->item[i] * d->raters + p->rater[g]] = k < 0 ? -1 : p->category[k];
		}
	}
	return e;
}

static RatingMatrix *
matrix(const Design *d)
{
	return matrix_of(d->items, d->raters, d->q, d->category, d->n_clusters, d->n_clusters ? d->cluster : NULL);
}

/* Every number of an estimate, as bits */
static bool
same_estimate(const CoefficientEstimate *a, const CoefficientEstimate *b)
{
	const char *x = a->note ? a->note : "";
	const char *y = b->note ? b->note : "";

	return memcmp(a, b, offsetof(CoefficientEstimate, inference)) == 0 && strcmp(x, y) == 0;
}

static bool
same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof(double)) == 0 || (isnan(a) && isnan(b));
}

typedef struct PairTable
{
	RaterPairRow *row;			/* [raters * raters] */
	int			raters;
	int			n;
} PairTable;

static void
collect_pair(void *arg, const RaterPairRow *row)
{
	PairTable  *t = arg;

	t->row[row->a * t->raters + row->b] = *row;
	t->row[row->b * t->raters + row->a] = *row;
	t->n++;
}

static void
same_pairs(const RatingMatrix *m, const RatingMatrix *n, const Disagreement *w, const Renumbering *p)
{
	int			raters = m->n_raters;
	PairTable	a = {palloc0(sizeof(RaterPairRow) * raters * raters), raters, 0};
	PairTable	b = {palloc0(sizeof(RaterPairRow) * raters * raters), raters, 0};
	bool		ok;

	rater_pair_rows(m, w, 0.95, collect_pair, &a);
	rater_pair_rows(n, w, 0.95, collect_pair, &b);
	ok = a.n == b.n;
	for (int g = 0; g < raters; g++)
		for (int h = 0; h < raters; h++)
		{
			RaterPairRow *x = &a.row[g * raters + h];
			RaterPairRow *y = &b.row[p->rater[g] * raters + p->rater[h]];

			ok = ok && memcmp(&x->n_items, &y->n_items, sizeof(RaterPairRow) - offsetof(RaterPairRow, n_items)) == 0;
		}
	check(ok, "rater pairs change with the numbering");
}

static void
same_raters(const RatingMatrix *m, const RatingMatrix *n, const Disagreement *w, const Renumbering *p)
{
	RaterRow   *a = rater_rows(m, w, 0.9);
	RaterRow   *b = rater_rows(n, w, 0.9);
	bool		ok = true;

	for (int g = 0; g < m->n_raters; g++)
		ok = ok && memcmp(&a[g], &b[p->rater[g]], sizeof(RaterRow)) == 0;
	check(ok, "rater rows change with the numbering");
}

static void
same_categories(const RatingMatrix *m, const RatingMatrix *n, const Renumbering *p)
{
	CategoryRow *a = category_rows(m, 0.9);
	CategoryRow *b = category_rows(n, 0.9);
	bool		ok = true;

	for (int k = 0; k < m->n_categories; k++)
	{
		CategoryRow *x = &a[k];
		CategoryRow *y = &b[p->category[k]];

		ok = ok && x->n_ratings == y->n_ratings && x->n_items == y->n_items && same_double(x->share, y->share) &&
			same_double(x->specific, y->specific) && same_double(x->se, y->se) && same_double(x->ci_low, y->ci_low) &&
			same_double(x->ci_high, y->ci_high) && same_double(x->kappa, y->kappa);
	}
	check(ok, "category rows change with the numbering");
}

static void
one_round(void)
{
	Design		d = random_design();
	DisagreementKind kind = rnd_int(2) ? DIS_IDENTITY : (DisagreementKind) rnd_int(9);
	Renumbering p;
	Design		e;
	RatingMatrix *m;
	RatingMatrix *n;
	double	   *x = palloc(sizeof(double) * d.q);
	CoefficientEstimate a[COEF_COUNT];
	CoefficientEstimate b[COEF_COUNT];
	InferenceOptions opt = {.confidence = 0.95, .null_value = 0.1};
	Disagreement w;
	Disagreement metric;
	uint32		mask = (1 << COEF_COUNT) - 1;

	opt.random_raters = rnd_int(2);
	opt.variance = rnd_int(2) ? VARIANCE_RATIO : VARIANCE_GWET;
	for (int k = 0; k < d.q; k++)
		x[k] = k ? x[k - 1] + rnd_unit() + 0.01 : rnd_unit();
	p.item = permutation(d.items, false);
	p.rater = permutation(d.raters, false);
	p.category = permutation(d.q, kind != DIS_IDENTITY);
	p.cluster = permutation(Max(d.n_clusters, 1), false);
	e = renumber(&d, &p);
	m = matrix(&d);
	n = matrix(&e);
	if (m->n_items == 0)
		return;
	dis_init(&w, kind == DIS_RANK ? DIS_ORDINAL : kind, d.q, x, NULL);
	dis_init(&metric, kind, d.q, x, NULL);
	agreement_coefficients(m, &w, &metric, mask, &opt, a);
	dis_init(&metric, kind, d.q, x, NULL);
	agreement_coefficients(n, &w, &metric, mask, &opt, b);
	for (int c = 0; c < COEF_COUNT; c++)
		check(same_estimate(&a[c], &b[c]),
			  "%s kind %d changes with the numbering: %.17g +- %.17g, %.17g +- %.17g (%d x %d x %d, %d clusters)",
			  coef_name[c], kind, a[c].value, a[c].se, b[c].value, b[c].se, d.items, d.raters, d.q, d.n_clusters);
	same_pairs(m, n, &w, &p);
	same_raters(m, n, &w, &p);
	same_categories(m, n, &p);
}

void
test_invariance(int rounds)
{
	int			before = n_failed;

	for (int j = 0; j < rounds; j++)
	{
		one_round();
		stub_reset();
	}
	printf("invariance: %d failed\n", n_failed - before);
}

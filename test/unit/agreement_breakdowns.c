/*-------------------------------------------------------------------------
 *
 * agreement_breakdowns.c
 *	  Rows by pair of raters, rater, item and category, against definitions
 *	  written out in full; and timings.
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#undef printf
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/stats.h"
#include "stubs.h"

typedef struct Table
{
	int			items,
				raters,
				q,
				n_clusters;
	int		   *category;
	int		   *cluster;
	double	   *x;
	Disagreement d;
} Table;

#define AT(t, i, g) ((t)->category[(i) * (t)->raters + (g)])

static void
random_table(Table *t, bool clustered)
{
	double		agree = rnd_unit();

	memset(t, 0, sizeof(*t));
	t->items = 3 + rnd_int(40);
	t->raters = 2 + rnd_int(6);
	t->q = 2 + rnd_int(5);
	t->n_clusters = clustered ? 2 + rnd_int(10) : 0;
	t->category = palloc(sizeof(int) * t->items * t->raters);
	t->cluster = palloc(sizeof(int) * t->items);
	t->x = palloc(sizeof(double) * t->q);
	for (int k = 0; k < t->q; k++)
		t->x[k] = k + 1;
	for (int i = 0; i < t->items; i++)
	{
		int			truth = rnd_int(t->q);

		t->cluster[i] = clustered ? rnd_int(t->n_clusters) : 0;
		for (int g = 0; g < t->raters; g++)
			AT(t, i, g) = rnd_unit() < 0.3 ? -1 : rnd_unit() < agree ? truth : rnd_int(t->q);
		AT(t, i, 0) = Max(AT(t, i, 0), 0);	/* no item is empty */
	}
	dis_init(&t->d, rnd_int(2) ? DIS_IDENTITY : DIS_LINEAR, t->q, t->x, NULL);
}

static RatingMatrix *
table_matrix(const Table *t)
{
	return matrix_of(t->items, t->raters, t->q, t->category, t->n_clusters, t->n_clusters ? t->cluster : NULL);
}

static bool
near(double a, double b)
{
	return isnan(a) || isnan(b) ? isnan(a) && isnan(b) : fabs(a - b) < 1e-10;
}

/* Each pair must be Cohen's kappa of the two alone */
static void
check_pair(void *arg, const RaterPairRow *row)
{
	Table	   *t = arg;
	int		   *two = palloc(sizeof(int) * t->items * 2);
	int		   *cluster = palloc(sizeof(int) * t->items);
	int			n = 0;
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
	CoefficientEstimate e[COEF_COUNT];
	CoefficientEstimate raw[COEF_COUNT];
	Disagreement identity;
	Disagreement a = t->d;

	for (int i = 0; i < t->items; i++)
	{
		if (AT(t, i, row->a) < 0 || AT(t, i, row->b) < 0)
			continue;
		two[2 * n] = AT(t, i, row->a);
		two[2 * n + 1] = AT(t, i, row->b);
		cluster[n++] = t->cluster[i];
	}
	agreement_coefficients(matrix_of(n, 2, t->q, two, t->n_clusters, t->n_clusters ? cluster : NULL),
						   &t->d, &a, COEF_BIT(COEF_COHEN), &opt, e);
	dis_init(&identity, DIS_IDENTITY, t->q, NULL, NULL);
	agreement_coefficients(matrix_of(n, 2, t->q, two, 0, NULL), &identity, &identity,
						   COEF_BIT(COEF_COHEN), &opt, raw);
	check(row->n_items == n && n > 0 && near(row->percent_agreement, raw[COEF_COHEN].observed) &&
		  near(row->expected, raw[COEF_COHEN].expected) && near(row->kappa, e[COEF_COHEN].value) &&
		  near(row->se, e[COEF_COHEN].se) && near(row->ci_low, e[COEF_COHEN].ci_low) &&
		  near(row->ci_high, e[COEF_COHEN].ci_high),
		  "pair %d %d: kappa %.12g +- %.12g, alone %.12g +- %.12g", row->a, row->b, row->kappa, row->se,
		  e[COEF_COHEN].value, e[COEF_COHEN].se);
}

/* Mean agreement of rating g of item i with the others; NaN without any */
static double
with_others(const Table *t, int i, int g)
{
	double		sum = 0;
	int			n = 0;

	for (int h = 0; h < t->raters; h++)
		if (h != g && AT(t, i, h) >= 0)
		{
			sum += 1 - dis_at(&t->d, AT(t, i, g), AT(t, i, h));
			n++;
		}
	return n ? sum / n : NAN;
}

static double
among_others(const Table *t, int i, int g)
{
	double		sum = 0;
	int			n = 0;

	for (int h = 0; h < t->raters; h++)
		for (int k = 0; k < t->raters; k++)
			if (h != g && k != g && h != k && AT(t, i, h) >= 0 && AT(t, i, k) >= 0)
			{
				sum += 1 - dis_at(&t->d, AT(t, i, h), AT(t, i, k));
				n++;
			}
	return n ? sum / n : NAN;
}

/* t interval of a mean, over clusters where there are any */
static double
half_width(const Table *t, const double *v, const bool *use, double mean, double confidence)
{
	int			n_sums = Max(t->items, t->n_clusters);
	double	   *sum = palloc0(sizeof(double) * n_sums);
	bool	   *seen = palloc0(n_sums);
	double		squares = 0;
	double		n = 0;
	double		units = 0;

	for (int i = 0; i < t->items; i++)
	{
		int			c = t->n_clusters ? t->cluster[i] : i;

		if (!use[i])
			continue;
		n++;
		units += !seen[c];
		seen[c] = true;
		sum[c] += v[i] - mean;
	}
	for (int c = 0; c < n_sums; c++)
		squares += sum[c] * sum[c];
	if (units < 2 || squares < 1e-15)
		return NAN;
	return hd_t_quantile((1 + confidence) / 2, units - 1) * sqrt(squares * units / (units - 1)) / n;
}

static void
check_rater(const Table *t, int g, const RaterRow *row)
{
	double	   *excess = palloc0(sizeof(double) * t->items);
	bool	   *use = palloc0(t->items);
	double		value = 0;
	double		expected = 0;
	double		mean = 0;
	int			n = 0;
	int			m = 0;

	for (int i = 0; i < t->items; i++)
	{
		double		v;
		double		e;

		if (AT(t, i, g) < 0)
			continue;
		v = with_others(t, i, g);
		e = among_others(t, i, g);
		if (isnan(v))
			continue;
		value += v;
		n++;
		if (isnan(e))
			continue;
		expected += e;
		excess[i] = v - e;
		mean += v - e;
		use[i] = true;
		m++;
	}
	check(row->n_items == n && row->n_expected == m && near(row->value, n ? value / n : NAN) &&
		  near(row->expected, m ? expected / m : NAN) && near(row->excess, m ? mean / m : NAN),
		  "rater %d: value %.12g of %d, want %.12g of %d", g, row->value, (int) row->n_items, value / n, n);
	if (m > 0)
	{
		double		half = half_width(t, excess, use, mean / m, 0.9);

		check(near(row->excess_low, isnan(half) ? NAN : Max(-1, mean / m - half)) &&
			  near(row->excess_high, isnan(half) ? NAN : Min(1, mean / m + half)),
			  "rater %d: excess %.12g %.12g, want %.12g +- %.12g", g, row->excess_low, row->excess_high, mean / m, half);
	}
	if (n > 0)
		check(row->ci_low <= row->value && row->value <= row->ci_high && row->ci_low >= 0 && row->ci_high <= 1 &&
			  row->ci_low < row->ci_high && (isnan(row->shrunk) || (row->shrunk >= -1e-12 && row->shrunk <= 1 + 1e-12)),
			  "rater %d: %g in %g %g, shrunk %g", g, row->value, row->ci_low, row->ci_high, row->shrunk);
}

static void
check_ranks(int n, const RaterRow *rows)
{
	for (int g = 0; g < n; g++)
	{
		int			better = 0;
		int			worse = 0;
		int			all = 0;

		for (int h = 0; h < n; h++)
		{
			better += rows[h].n_items > 0 && rows[h].ci_low > rows[g].ci_high;
			worse += rows[h].n_items > 0 && rows[h].ci_high < rows[g].ci_low;
			all += rows[h].n_items > 0;
		}
		if (rows[g].n_items > 0)
			check(rows[g].rank_low == 1 + better && rows[g].rank_high == all - worse, "rank of rater %d: %d to %d",
				  g, rows[g].rank_low, rows[g].rank_high);
	}
}

static void
check_items(const Table *t, const RatingMatrix *m)
{
	ItemRow    *rows = item_rows(m, &t->d);

	for (int i = 0; i < t->items; i++)
	{
		int			count[16] = {0};
		int			r = 0;
		int			labels = 0;
		int			most = 0;
		int			ties = 0;
		double		entropy = 0;
		double		agreement = 0;

		for (int g = 0; g < t->raters; g++)
			if (AT(t, i, g) >= 0)
			{
				count[AT(t, i, g)]++;
				r++;
				agreement += with_others(t, i, g);
			}
		for (int k = 0; k < t->q; k++)
		{
			labels += count[k] > 0;
			entropy -= count[k] ? (double) count[k] / r * log2((double) count[k] / r) : 0;
			ties = count[k] == most ? ties + 1 : count[k] > most ? 1 : ties;
			most = Max(most, count[k]);
		}
		check(rows[i].n_ratings == r && rows[i].n_labels == labels && rows[i].majority_count == most &&
			  (rows[i].majority == -1) == (ties > 1) && (ties > 1 || count[rows[i].majority] == most) &&
			  near(rows[i].entropy, entropy) && near(rows[i].agreement, r > 1 ? agreement / r : NAN),
			  "item %d: agreement %.12g, majority %d, entropy %.12g, want %.12g %.12g", i, rows[i].agreement,
			  rows[i].majority, rows[i].entropy, agreement / r, entropy);
	}
}

/* Kappa of a category is Fleiss' kappa of category against rest */
static void
check_categories(const Table *t, const RatingMatrix *m)
{
	CategoryRow *rows = category_rows(m, 0.9);
	int		   *binary = palloc(sizeof(int) * t->items * t->raters);
	InferenceOptions opt = {.point_only = true};
	CoefficientEstimate e[COEF_COUNT];
	Disagreement d;

	dis_init(&d, DIS_IDENTITY, 2, NULL, NULL);
	for (int k = 0; k < t->q; k++)
	{
		double		same = 0;
		double		total = 0;

		for (int i = 0; i < t->items; i++)
			for (int g = 0; g < t->raters; g++)
			{
				binary[i * t->raters + g] = AT(t, i, g) < 0 ? -1 : AT(t, i, g) == k;
				for (int h = 0; h < t->raters; h++)
					if (g != h && AT(t, i, g) == k && AT(t, i, h) >= 0)
					{
						same += AT(t, i, h) == k;
						total++;
					}
			}
		agreement_coefficients(matrix_of(t->items, t->raters, 2, binary, 0, NULL), &d, &d, COEF_BIT(COEF_FLEISS), &opt, e);
		if (rows[k].n_items > 0)
			check(near(rows[k].kappa, e[COEF_FLEISS].value) && near(rows[k].specific, total > 0 ? same / total : NAN),
				  "category %d: kappa %.12g, want %.12g; specific %.12g, want %.12g", k, rows[k].kappa,
				  e[COEF_FLEISS].value, rows[k].specific, same / total);
		if (!isnan(rows[k].ci_low))
			check(rows[k].ci_low <= rows[k].specific && rows[k].specific <= rows[k].ci_high, "interval of category %d", k);
	}
}

static void
check_coincidences(const Table *t, const RatingMatrix *m)
{
	double	   *o = palloc(sizeof(double) * t->q * t->q);
	double	   *n = palloc(sizeof(double) * t->q);
	double	   *want = palloc0(sizeof(double) * t->q * t->q);
	bool		ok = true;

	coincidence_matrix(m, o, n);
	for (int i = 0; i < t->items; i++)
	{
		int			r = 0;

		for (int g = 0; g < t->raters; g++)
			r += AT(t, i, g) >= 0;
		for (int g = 0; g < t->raters; g++)
			for (int h = 0; h < t->raters; h++)
				if (g != h && AT(t, i, g) >= 0 && AT(t, i, h) >= 0)
					want[AT(t, i, g) * t->q + AT(t, i, h)] += 1 / (r - 1.0);
	}
	for (int k = 0; k < t->q; k++)
	{
		double		sum = 0;

		for (int l = 0; l < t->q; l++)
		{
			ok = ok && near(o[k * t->q + l], want[k * t->q + l]);
			sum += o[k * t->q + l];
		}
		ok = ok && near(sum, n[k]);
	}
	check(ok, "coincidence matrix");
}

static bool
said(const char *note, const char *text)
{
	return note && strstr(note, text) != NULL;
}

/* A third rating wherever two disagree must be noticed; elsewhere not */
static void
check_third_on_disagreement(void)
{
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
	CoefficientEstimate e[COEF_COUNT];
	Disagreement d;
	int			biased[200 * 3];
	int			fair[200 * 3];

	for (int i = 0; i < 200; i++)
	{
		for (int g = 0; g < 3; g++)
			biased[3 * i + g] = fair[3 * i + g] = rnd_unit() < 0.7 ? 0 : 1 + rnd_int(2);
		if (biased[3 * i] == biased[3 * i + 1])
			biased[3 * i + 2] = -1;
		if (i % 2)
			fair[3 * i + 2] = -1;
	}
	dis_init(&d, DIS_IDENTITY, 3, NULL, NULL);
	agreement_coefficients(matrix_of(200, 3, 3, biased, 0, NULL), &d, &d, COEF_BIT(COEF_FLEISS), &opt, e);
	check(said(e[COEF_FLEISS].note, "first_ratings"), "third rating on disagreement: note %s", e[COEF_FLEISS].note);
	agreement_coefficients(matrix_of(200, 3, 3, fair, 0, NULL), &d, &d, COEF_BIT(COEF_FLEISS), &opt, e);
	check(e[COEF_FLEISS].note == NULL, "third rating at random: note %s", e[COEF_FLEISS].note);
}

void
test_breakdowns(int rounds)
{
	int			before = n_failed;

	for (int j = 0; j < rounds; j++)
	{
		Table		t;
		RatingMatrix *m;
		RaterRow   *rows;

		random_table(&t, j % 2);
		m = table_matrix(&t);
		rater_pair_rows(m, &t.d, 0.95, check_pair, &t);
		rows = rater_rows(m, &t.d, 0.9);
		for (int g = 0; g < t.raters; g++)
			check_rater(&t, g, &rows[g]);
		check_ranks(t.raters, rows);
		check_items(&t, m);
		check_categories(&t, m);
		check_coincidences(&t, m);
		stub_reset();
	}
	check_third_on_disagreement();
	stub_reset();
	printf("breakdowns: %d failed\n", n_failed - before);
}

/* ---- timings ---- */

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void
time_one(const char *name, int items, int raters, int q, DisagreementKind kind, uint32 mask, bool random_raters,
		 bool point_only, bool continuous)
{
	int		   *category = palloc_extended(sizeof(int) * items * raters, MCXT_ALLOC_HUGE);
	double	   *x = palloc_extended(sizeof(double) * q, MCXT_ALLOC_HUGE);
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN, .random_raters = random_raters, .point_only = point_only};
	CoefficientEstimate e[COEF_COUNT];
	RatingMatrix *m = palloc0(sizeof(RatingMatrix));
	int32	   *start = palloc_extended(sizeof(int32) * (items + 1), MCXT_ALLOC_HUGE);
	int32	   *rater = palloc_extended(sizeof(int32) * items * raters, MCXT_ALLOC_HUGE);
	double		best = 1e9;

	for (int k = 0; k < q; k++)
		x[k] = k + 1;
	for (int i = 0; i < items; i++)
	{
		int			truth = rnd_int(q);

		start[i] = i * raters;
		for (int g = 0; g < raters; g++)
		{
			rater[i * raters + g] = g;
			category[i * raters + g] = continuous || rnd_unit() > 0.7 ? rnd_int(q) : truth;
		}
	}
	start[items] = items * raters;
	m->n_items = items;
	m->n_raters = raters;
	m->n_categories = q;
	m->n_obs = items * raters;
	m->start = start;
	m->rater = rater;
	m->category = category;
	for (int run = 0; run < 3; run++)
	{
		Disagreement w;
		Disagreement a;
		double		from = seconds();

		dis_init(&w, kind == DIS_RANK ? DIS_ORDINAL : kind, q, x, NULL);
		dis_init(&a, kind, q, x, NULL);
		agreement_coefficients(m, &w, &a, mask, &opt, e);
		best = Min(best, seconds() - from);
	}
	printf("%-44s %9d ratings %8.1f ms %6.2f ns a rating\n", name, items * raters, best * 1e3,
		   best * 1e9 / ((double) items * raters));
	stub_reset();
}

void
test_speed(void)
{
	const uint32 nominal = COEF_BIT(COEF_PERCENT) | COEF_BIT(COEF_FLEISS) | COEF_BIT(COEF_CONGER) |
		COEF_BIT(COEF_GWET) | COEF_BIT(COEF_BP) | COEF_BIT(COEF_ALPHA);
	const uint32 all = nominal | COEF_BIT(COEF_WEIGHTED);

	time_one("all nominal coefficients", 1000000, 3, 5, DIS_IDENTITY, nominal, false, false, false);
	time_one("all nominal, values alone", 1000000, 3, 5, DIS_IDENTITY, nominal, false, true, false);
	time_one("alpha alone", 1000000, 3, 5, DIS_IDENTITY, COEF_BIT(COEF_ALPHA), false, false, false);
	time_one("all nominal, random raters", 1000000, 3, 5, DIS_IDENTITY, nominal, true, false, false);
	time_one("all ordinal", 1000000, 3, 5, DIS_RANK, all, false, false, false);
	time_one("all interval", 1000000, 3, 5, DIS_QUADRATIC, all, false, false, false);
	time_one("all interval, a million values", 1000000, 3, 1000000, DIS_QUADRATIC, all, false, false, true);
	time_one("all ratio, 100 000 values", 100000, 3, 100000, DIS_RATIO, all, false, false, true);
	time_one("all nominal, 100 raters", 30000, 100, 5, DIS_IDENTITY, nominal, false, false, false);
	time_one("all nominal, 100 random raters", 30000, 100, 5, DIS_IDENTITY, nominal, true, false, false);
	time_one("all nominal, 10 M items", 10000000, 3, 5, DIS_IDENTITY, nominal, false, false, false);
}

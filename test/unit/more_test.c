/*-------------------------------------------------------------------------
 *
 * more_test.c
 *	  Tests of the kernels for numbers, resampling and comparison of groups,
 *	  without a server, against slow but obvious computations.
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#include <stdarg.h>
#undef printf
#undef vprintf
#include <stdio.h>
#include <string.h>

#include "agreement/binomial.h"
#include "agreement/bootstrap.h"
#include "agreement/compare.h"
#include "agreement/continuous.h"
#include "agreement/label_use.h"
#include "agreement/patterns.h"
#include "common/stats.h"
#include "stubs.h"

/* binomial_draw of (1000000, 1/3), (100, .02), (1000, .9) from seed 42 */
#define SEED_FIRST 332544
#define SEED_SECOND 3
#define SEED_THIRD 892

/* The backend's, for the few elements of these tests */
void
qsort_arg(void *base, size_t n, size_t size, qsort_arg_comparator cmp, void *arg)
{
	char	   *b = base;
	char		tmp[64];

	for (size_t i = 1; i < n; i++)
	{
		size_t		j = i;

		memcpy(tmp, b + i * size, size);
		for (; j > 0 && cmp(b + (j - 1) * size, tmp, arg) > 0; j--)
			memcpy(b + j * size, b + (j - 1) * size, size);
		memcpy(b + j * size, tmp, size);
	}
}

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * Max(1, fabs(b));
}

/* ---- random designs: a table of items x raters, -1 = missing ---- */

#define ITEMS 40
#define RATERS 5

typedef struct Table
{
	int			n;
	int			raters;
	int			q;
	int			cell[ITEMS][RATERS];
	int			cluster[ITEMS];
	bool		clustered;
} Table;

static void
random_table(Table *t, int n, int raters, int q, double missing, double noise)
{
	t->n = n;
	t->raters = raters;
	t->q = q;
	t->clustered = false;
	for (int i = 0; i < n; i++)
	{
		int			truth = rnd_int(q);

		t->cluster[i] = i / 3;
		for (int g = 0; g < raters; g++)
		{
			t->cell[i][g] = rnd_unit() < noise ? rnd_int(q) : truth;
			if (rnd_unit() < missing)
				t->cell[i][g] = -1;
		}
		if (missing > 0)		/* no item without a rating */
			t->cell[i][rnd_int(raters)] = truth;
	}
}

/* Items in the order given, raters renumbered by "shift" */
static RatingMatrix *
matrix(const Table *t, bool reverse, int shift, int leave_out)
{
	RatingMatrix *m = palloc0(sizeof(RatingMatrix));
	int32	   *start = palloc(sizeof(int32) * (ITEMS + 1));
	int32	   *rater = palloc(sizeof(int32) * ITEMS * RATERS);
	int32	   *category = palloc(sizeof(int32) * ITEMS * RATERS);
	int32	   *cluster = palloc(sizeof(int32) * ITEMS);

	start[0] = 0;
	for (int j = 0; j < t->n; j++)
	{
		int			i = reverse ? t->n - 1 - j : j;

		if (i == leave_out)
			continue;
		for (int h = 0; h < t->raters; h++)
		{
			int			g = (h + shift) % t->raters;

			if (t->cell[i][g] < 0)
				continue;
			rater[m->n_obs] = h;
			category[m->n_obs++] = t->cell[i][g];
		}
		cluster[m->n_items] = t->cluster[i];
		start[++m->n_items] = m->n_obs;
	}
	m->n_raters = t->raters;
	m->n_categories = t->q;
	m->start = start;
	m->rater = rater;
	m->category = category;
	if (t->clustered)
	{
		m->n_clusters = ITEMS;
		m->cluster = cluster;
	}
	return m;
}

/* ---- intraclass correlations ---- */

/*
 * Residual sum of squares after items and (or) raters: means are swept out in
 * turn until nothing changes.
 */
static double
residual(const Table *t, const double *x, bool items, bool raters)
{
	double		y[ITEMS][RATERS];
	double		ss = 0;

	for (int i = 0; i < t->n; i++)
		for (int g = 0; g < t->raters; g++)
			y[i][g] = t->cell[i][g] < 0 ? 0 : x[t->cell[i][g]];
	for (int round = 0; round < 1000; round++)
	{
		for (int i = 0; items && i < t->n; i++)
		{
			double		sum = 0;
			int			n = 0;

			for (int g = 0; g < t->raters; g++)
				if (t->cell[i][g] >= 0)
					sum += y[i][g], n++;
			for (int g = 0; g < t->raters; g++)
				if (t->cell[i][g] >= 0)
					y[i][g] -= sum / n;
		}
		for (int g = 0; raters && g < t->raters; g++)
		{
			double		sum = 0;
			int			n = 0;

			for (int i = 0; i < t->n; i++)
				if (t->cell[i][g] >= 0)
					sum += y[i][g], n++;
			for (int i = 0; i < t->n && n > 0; i++)
				if (t->cell[i][g] >= 0)
					y[i][g] -= sum / n;
		}
	}
	for (int i = 0; i < t->n; i++)
		for (int g = 0; g < t->raters; g++)
			if (t->cell[i][g] >= 0)
				ss += y[i][g] * y[i][g];
	return ss;
}

static void
test_icc(int rounds)
{
	double		x[] = {-1.5, 0, 0.25, 2, 1e3};

	for (int round = 0; round < rounds; round++)
	{
		Table		t;
		IccTable	got,
					turned;
		RatingMatrix *m;
		double		both,
					after_raters,
					after_items,
					n,
					all,
					var_e,
					var_i,
					var_r;

		stub_reset();
		random_table(&t, 8 + rnd_int(20), 3 + rnd_int(3), 4, round % 3 == 0 ? 0 : 0.4, 0.5);
		m = matrix(&t, false, 0, -1);
		icc_table(m, x, 0.95, &got);
		icc_table(matrix(&t, true, 2, -1), x, 0.95, &turned);
		for (int f = 0; f < ICC_COUNT; f++)
			check(isnan(got.row[f].value) ? isnan(turned.row[f].value) : near(got.row[f].value, turned.row[f].value, 1e-12),
				  "icc %d depends on numbering: %.17g %.17g", f, got.row[f].value, turned.row[f].value);
		if (isnan(got.row[ICC_3_1].value))
			continue;
		both = residual(&t, x, true, true);
		after_raters = residual(&t, x, false, true);
		after_items = residual(&t, x, true, false);
		n = t.n;
		all = m->n_obs;
		var_e = both / (all - n - t.raters + 1);
		var_i = (after_raters - both - (n - 1) * var_e) / (all - t.raters);
		var_r = (after_items - both - (t.raters - 1) * var_e) / (all - n);
		check(near(got.row[ICC_3_1].value, var_i / (var_i + var_e), 1e-8), "round %d: ICC(3,1) %g, want %g",
			  round, got.row[ICC_3_1].value, var_i / (var_i + var_e));
		check(near(got.row[ICC_2_1].value, var_i / (var_i + var_r + var_e), 1e-8), "round %d: ICC(2,1) %g, want %g",
			  round, got.row[ICC_2_1].value, var_i / (var_i + var_r + var_e));
		check(near(got.row[ICC_2_1].f, (after_raters - both) / (n - 1) / var_e, 1e-8), "F %g", got.row[ICC_2_1].f);
		if (got.complete)
			for (int f = 0; f < ICC_COUNT; f++)
				check(got.row[f].ci_low <= got.row[f].value && got.row[f].value <= got.row[f].ci_high,
					  "interval of form %d: %g [%g, %g]", f, got.row[f].value, got.row[f].ci_low, got.row[f].ci_high);
	}
}

/* ---- concordance ---- */

static void
test_concordance(int rounds)
{
	double		x[] = {1, 2, 4, 7, 11};

	for (int round = 0; round < rounds; round++)
	{
		Table		t;
		double		num = 0,
					den = 0;

		stub_reset();
		random_table(&t, 5 + rnd_int(20), 2 + rnd_int(4), 5, round % 2 ? 0.3 : 0, 0.6);
		for (int g = 0; g < t.raters; g++)
			for (int h = g + 1; h < t.raters; h++)
			{
				double		a = 0,
							b = 0,
							aa = 0,
							bb = 0,
							ab = 0;
				int			n = 0;

				for (int i = 0; i < t.n; i++)
				{
					double		u,
								v;

					if (t.cell[i][g] < 0 || t.cell[i][h] < 0)
						continue;
					u = x[t.cell[i][g]];
					v = x[t.cell[i][h]];
					a += u, b += v, aa += u * u, bb += v * v, ab += u * v, n++;
				}
				if (n < 2)
					continue;
				num += 2 * (ab / n - a / n * b / n);
				den += aa / n - a / n * a / n + bb / n - b / n * b / n + (a - b) / n * (a - b) / n;
			}
		check(near(lin_ccc(matrix(&t, false, 0, -1), x), num / den, 1e-10), "ccc");
		check(near(lin_ccc(matrix(&t, true, 1, -1), x), num / den, 1e-10), "ccc of others");
		check(near(kendall_w(matrix(&t, false, 0, -1)), kendall_w(matrix(&t, true, 1, -1)), 1e-12), "W depends on numbering");
	}
}

/* ---- random numbers, patterns, bootstrap ---- */

static double
binomial_mass(int k, int n, double p)
{
	return hd_binom_cdf(k, n, p) - (k > 0 ? hd_binom_cdf(k - 1, n, p) : 0);
}

/* Pearson's chi-squared over the values of 100000 draws */
static void
test_binomial(void)
{
	static const int ns[] = {1, 7, 50, 1000, 1000000};
	static const int parts[] = {1, 10, 37, 50, 63, 99};
	HdRng		rng;

	hd_rng_seed(&rng, 1);
	for (int a = 0; a < (int) lengthof(ns); a++)
		for (int b = 0; b < (int) lengthof(parts); b++)
		{
			int			n = ns[a];
			double		p = parts[b] / 100.0;
			int			draws = 100000;
			double		sd = sqrt(n * p * (1 - p));
			int			low = (int) Max(0, floor(n * p - 4 * sd));
			int			width = (int) Max(1, ceil(sd / 4));
			double		count[64] = {0};
			double		chi = 0;
			int			df = -1;

			for (int d = 0; d < draws; d++)
			{
				int64		k = binomial_draw(&rng, n, parts[b], 100);

				if (!(k >= 0 && k <= n))
					check(false, "binomial out of range");
				count[Max(0, Min(63, ((int) k - low) / width))] += 1;
			}
			for (int j = 0; j < 64; j++)
			{
				double		from = low + (double) j * width;
				double		want = draws * (hd_binom_cdf(Min(from + width - 1, n), n, p) -
											(from > 0 && j > 0 ? hd_binom_cdf(Min(from - 1, n), n, p) : 0));

				if (j == 63)
					want = draws * (1 - (from > n ? 1 : hd_binom_cdf(from - 1, n, p)));
				if (want < 5)
					continue;
				chi += (count[j] - want) * (count[j] - want) / want;
				df++;
			}
			check(df < 1 || hd_chisq_sf(chi, df) > 1e-5, "binomial(%d, %g): chi-squared %g with %d df", n, p, chi, df);
		}
	check(near(binomial_mass(3, 7, 0.37), 35 * pow(0.37, 3) * pow(0.63, 4), 1e-12), "the reference itself");

	/* the digits of a seed never change */
	hd_rng_seed(&rng, 42);
	{
		int64		first = binomial_draw(&rng, 1000000, 1, 3);
		int64		second = binomial_draw(&rng, 100, 1, 50);
		int64		third = binomial_draw(&rng, 1000, 9, 10);

		check(first == SEED_FIRST && second == SEED_SECOND && third == SEED_THIRD, "digits of seed 42: %d %d %d",
			  (int) first, (int) second, (int) third);
	}
}

static void
test_patterns(int rounds)
{
	for (int round = 0; round < rounds; round++)
	{
		Table		t;
		RatingMatrix *m;
		Patterns   *p,
				   *turned;
		bool		same = true;
		int64		n = 0;

		stub_reset();
		random_table(&t, 1 + rnd_int(ITEMS), 1 + rnd_int(RATERS), 3, 0.3, 0.5);
		m = matrix(&t, false, 0, -1);
		p = find_patterns(m, round % 2);
		turned = find_patterns(matrix(&t, true, 0, -1), round % 2);
		same = p->n == turned->n;
		for (int32 j = 0; same && j < p->n; j++)
		{
			n += p->count[j];
			same = p->count[j] == turned->count[j] && p->start[j + 1] == turned->start[j + 1];
		}
		for (int32 o = 0; same && o < p->start[p->n]; o++)
			same = p->category[o] == turned->category[o] && (!p->rater || p->rater[o] == turned->rater[o]);
		check(same && n == m->n_items, "patterns of round %d", round);
		for (int32 i = 0; i < m->n_items; i++)
			check(m->start[i + 1] - m->start[i] == p->start[p->of_item[i] + 1] - p->start[p->of_item[i]], "pattern of an item");
	}
}

static void
test_bootstrap(int rounds)
{
	static const DisagreementKind kinds[] = {DIS_IDENTITY, DIS_QUADRATIC, DIS_ORDINAL, DIS_RANK};
	static const Coefficient coefs[] = {COEF_PERCENT, COEF_WEIGHTED, COEF_FLEISS, COEF_CONGER, COEF_GWET, COEF_BP, COEF_ALPHA, COEF_COHEN};
	double		x[] = {0, 1, 3};

	for (int round = 0; round < rounds; round++)
	{
		DisagreementKind kind = kinds[round % 4];

		for (int c = 0; c < (int) lengthof(coefs); c++)
		{
			Table		t;
			Disagreement w;
			BootstrapResult a,
						b;
			CoefficientEstimate e[COEF_COUNT];
			InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
			RatingMatrix *m;
			Disagreement metric;

			stub_reset();
			if (kind == DIS_RANK && coefs[c] != COEF_ALPHA)
				continue;
			random_table(&t, ITEMS, coefs[c] == COEF_COHEN ? 2 : 4, 3, 0.2, 0.4);
			t.clustered = round % 8 >= 4;
			m = matrix(&t, false, 0, -1);
			dis_init(&w, coefs[c] == COEF_PERCENT ? DIS_IDENTITY : kind, 3, x, NULL);
			metric = w;
			bootstrap(m, &w, coefs[c], 2000, 0.95, (uint64) round, &a);
			if (!t.clustered)
			{
				bootstrap(matrix(&t, true, 0, -1), &w, coefs[c], 2000, 0.95, (uint64) round, &b);
				check(a.se == b.se && a.ci_low == b.ci_low && a.ci_high == b.ci_high, "bootstrap depends on the order of items");
			}
			agreement_coefficients(m, &w, &metric, COEF_BIT(coefs[c]), &opt, e);
			check(a.se > 0.6 * e[coefs[c]].se && a.se < 1.6 * e[coefs[c]].se, "coefficient %d, kind %d: se %g, linearised %g",
				  coefs[c], kind, a.se, e[coefs[c]].se);
			check(a.ci_low < e[coefs[c]].value && a.ci_high > e[coefs[c]].value, "interval holds the value");
		}
	}
}

/* ---- two groups ---- */

static double
value_without(const Table *t, Coefficient c, int i)
{
	Disagreement w,
				a;
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN, .point_only = true};
	CoefficientEstimate e[COEF_COUNT];

	dis_init(&w, DIS_IDENTITY, t->q, NULL, NULL);
	a = w;
	agreement_coefficients(matrix(t, false, 0, i), &w, &a, COEF_BIT(c), &opt, e);
	return e[c].value;
}

/* The delete-one-item jackknife of a difference over the same items */
static void
test_difference(int rounds)
{
	static const Coefficient coefs[] = {COEF_PERCENT, COEF_FLEISS, COEF_CONGER, COEF_GWET, COEF_ALPHA, COEF_COHEN};

	for (int round = 0; round < rounds; round++)
	{
		Coefficient c = coefs[round % (int) lengthof(coefs)];
		int			raters = c == COEF_COHEN ? 2 : 3;
		Table		t,
					u;
		Disagreement w,
					metric;
		InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
		CoefficientEstimate a,
					b;
		double		psi_a[ITEMS] = {0},
					psi_b[ITEMS] = {0};
		int32		unit[ITEMS],
					other[ITEMS];
		ComparedSide x = {&a, ITEMS, psi_a, unit};
		ComparedSide y = {&b, ITEMS, psi_b, unit};
		Difference	d;
		double		mean = 0,
					ss = 0,
					theta[ITEMS];

		stub_reset();
		random_table(&t, ITEMS, raters, 3, 0, 0.4);
		u = t;
		for (int i = 0; i < ITEMS; i++)
		{
			unit[i] = i;
			other[i] = ITEMS + i;
			for (int g = 0; g < raters; g++)
				if (rnd_unit() < 0.3)
					u.cell[i][g] = rnd_int(3);
		}
		dis_init(&w, DIS_IDENTITY, 3, NULL, NULL);
		metric = w;
		coefficient_influence(matrix(&t, false, 0, -1), &w, &metric, c, &opt, &a, psi_a);
		coefficient_influence(matrix(&u, false, 0, -1), &w, &metric, c, &opt, &b, psi_b);
		compare_estimates(&x, &y, ITEMS, c == COEF_COHEN, -1, 0.95, &d);
		for (int i = 0; i < ITEMS; i++)
		{
			theta[i] = value_without(&t, c, i) - value_without(&u, c, i);
			mean += theta[i] / ITEMS;
		}
		for (int i = 0; i < ITEMS; i++)
			ss += (theta[i] - mean) * (theta[i] - mean);
		ss = sqrt(ss * (ITEMS - 1) / ITEMS);
		check(near(d.se, ss, 0.06 * ss / Max(1, ss)), "difference of %d: se %g, jackknife %g", c, d.se, ss);
		y.unit = other;
		compare_estimates(&x, &y, 2 * ITEMS, c == COEF_COHEN, -1, 0.95, &d);
		check(near(d.se, sqrt(a.se * a.se + b.se * b.se), 1e-9), "apart: se %g", d.se);
		y.e = x.e;
		y.psi = x.psi;
		y.unit = x.unit;
		compare_estimates(&x, &y, ITEMS, c == COEF_COHEN, -1, 0.95, &d);
		check(isnan(d.se) && d.note != NULL, "the same twice has no se");
	}
}

static void
cross_of(const Table *t, const Table *u, int leave_out, CrossAgreement *out)
{
	RatingMatrix *a = matrix(t, false, 0, leave_out);
	RatingMatrix *b = matrix(u, false, 0, leave_out);
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
	CoefficientEstimate alpha_a,
				alpha_b;
	double		psi_a[ITEMS] = {0},
				psi_b[ITEMS] = {0};
	double		x[] = {0, 1, 3};
	Disagreement d,
				w;

	dis_init(&d, DIS_QUADRATIC, 3, x, NULL);
	w = d;
	coefficient_influence(a, &w, &w, COEF_ALPHA, &opt, &alpha_a, psi_a);
	coefficient_influence(b, &w, &w, COEF_ALPHA, &opt, &alpha_b, psi_b);
	cross_agreement(a, b, &d, &alpha_a, psi_a, &alpha_b, psi_b, 0.95, out);
}

static void
test_cross(int rounds)
{
	for (int round = 0; round < rounds; round++)
	{
		Table		t,
					u;
		CrossAgreement all,
					without;
		double		mean[3] = {0},
					sq[3] = {0},
					ss;
		const CrossValue *v;

		stub_reset();
		random_table(&t, ITEMS, 3, 3, round % 2 ? 0.2 : 0, 0.3);
		random_table(&u, ITEMS, 2, 3, 0, 0.3);
		for (int i = 0; i < ITEMS; i++)
			for (int g = 0; g < 2; g++)
				if (rnd_unit() < 0.7 && t.cell[i][0] >= 0)
					u.cell[i][g] = t.cell[i][0];
		cross_of(&t, &u, -1, &all);
		for (int i = 0; i < ITEMS; i++)
		{
			double		theta[3];

			cross_of(&t, &u, i, &without);
			theta[0] = without.raw.value;
			theta[1] = without.kappa.value;
			theta[2] = without.normalised.value;
			for (int j = 0; j < 3; j++)
			{
				mean[j] += theta[j] / ITEMS;
				sq[j] += theta[j] * theta[j];
			}
		}
		v = &all.raw;
		for (int j = 0; j < 3; j++)
		{
			v = j == 0 ? &all.raw : j == 1 ? &all.kappa : &all.normalised;
			ss = sqrt((sq[j] - ITEMS * mean[j] * mean[j]) * (ITEMS - 1) / ITEMS);
			check(fabs(v->se - ss) < 0.12 * ss, "cross value %d: se %g, jackknife %g", j, v->se, ss);
		}
	}
}

/* ---- use of labels ---- */

typedef struct Uses
{
	const Table *t;
	int			n;
} Uses;

static void
check_use(void *arg, const LabelUse *row)
{
	Uses	   *s = arg;
	const Table *t = s->t;
	double		sum = 0;
	double		squares = 0;
	int			n = 0;

	s->n++;
	for (int i = 0; i < t->n; i++)
	{
		double		others = 0;
		double		d;
		int			r = 0;

		if (t->cell[i][row->rater] < 0)
			continue;
		for (int g = 0; g < t->raters; g++)
		{
			if (g == row->rater || t->cell[i][g] < 0)
				continue;
			r++;
			others += t->cell[i][g] == row->category;
		}
		if (r == 0)
			continue;
		d = (t->cell[i][row->rater] == row->category) - others / r;
		sum += d;
		squares += d * d;
		n++;
	}
	check(row->n_items == n && near(row->excess, sum / n, 1e-12), "label use of %d: %g", row->rater, row->excess);
	if (!isnan(row->excess_low) && row->excess_low > -1)
		check(near(row->excess - row->excess_low, hd_t_quantile(0.975, n - 1) *
				   sqrt((squares - sum * sum / n) / (n * (n - 1.0))), 1e-9), "its interval");
}

static void
test_label_use(int rounds)
{
	for (int round = 0; round < rounds; round++)
	{
		Table		t;
		Uses		s = {&t, 0};

		stub_reset();
		random_table(&t, 12 + rnd_int(20), 3, 4, 0.3, 0.4);
		label_use_rows(matrix(&t, false, 0, -1), 0.95, check_use, &s);
		check(s.n >= 3, "rows of label_use");
	}
}

int
main(void)
{
	rnd_state = 7;
	test_icc(60);
	test_concordance(100);
	test_binomial();
	test_patterns(200);
	test_bootstrap(16);
	test_difference(60);
	test_cross(20);
	test_label_use(50);
	return summary("numbers, resampling, groups");
}

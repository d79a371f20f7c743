/*-------------------------------------------------------------------------
 *
 * agreement_oracle.c
 *	  Comparison with definitions written out in full, on random data.
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#undef printf
#include <stdio.h>
#include <string.h>

#include "stubs.h"

/* A random design and what the definitions need of it */
typedef struct World
{
	int			items,
				raters,
				q;
	int		   *category;		/* [items * raters], -1 = missing */
	double	   *weight;			/* [items] */
	bool	   *without;		/* [raters] */
	int			n_clusters;
	int		   *cluster;
	double	   *x;
	const Disagreement *d;
} World;

#define CAT(w, i, g) ((w)->without[g] ? -1 : (w)->category[(i) * (w)->raters + (g)])

/* D_i, r_i */
static double
item_disagreement(const World *w, int i, int *r)
{
	double		sum = 0;

	*r = 0;
	for (int g = 0; g < w->raters; g++)
	{
		*r += CAT(w, i, g) >= 0;
		for (int h = 0; h < w->raters; h++)
			if (g != h && CAT(w, i, g) >= 0 && CAT(w, i, h) >= 0)
				sum += dis_at(w->d, CAT(w, i, g), CAT(w, i, h));
	}
	return *r < 2 ? 0 : sum / (*r * (*r - 1.0));
}

static double
quad(const World *w, const double *p, const double *u)
{
	double		sum = 0;

	for (int k = 0; k < w->q; k++)
		for (int l = 0; l < w->q && p[k] != 0; l++)
			sum += p[k] * u[l] * dis_at(w->d, k, l);
	return sum;
}

/* Distribution of the ratings of one rater (all: g < 0), by items' means or by ratings */
static void
distribution(const World *w, int rater, bool by_item, int least, double *p, double *total)
{
	*total = 0;
	memset(p, 0, sizeof(double) * w->q);
	for (int i = 0; i < w->items; i++)
	{
		int			r;

		item_disagreement(w, i, &r);
		if (r < least || r == 0)
			continue;
		if (by_item)
			*total += w->weight[i];
		for (int g = 0; g < w->raters; g++)
		{
			if (CAT(w, i, g) < 0 || (rater >= 0 && g != rater))
				continue;
			p[CAT(w, i, g)] += w->weight[i] / (by_item ? r : 1);
			if (!by_item)
				*total += w->weight[i];
		}
	}
	for (int k = 0; k < w->q; k++)
		p[k] /= *total > 0 ? *total : 1;
}

static double
conger_d_e(const World *w)
{
	double	   *p = palloc(sizeof(double) * w->q * w->raters);
	double	   *ratings = palloc(sizeof(double) * w->raters);
	double		sum = 0;
	int			pairs = 0;

	for (int g = 0; g < w->raters; g++)
		distribution(w, g, false, 1, p + g * w->q, &ratings[g]);
	for (int g = 0; g < w->raters; g++)
		for (int h = 0; h < w->raters; h++)
			if (g != h && ratings[g] > 0 && ratings[h] > 0)
			{
				sum += quad(w, p + g * w->q, p + h * w->q);
				pairs++;
			}
	return sum / pairs;
}

/* One coefficient by its definition; "corrected": alpha with N(N-1) */
static double
definition(const World *w, int coef, bool corrected)
{
	double	   *p = palloc0(sizeof(double) * w->q);
	double	   *u = palloc0(sizeof(double) * w->q);
	double		n = 0;
	double		d_o = 0;
	double		d_e = 1;
	double		total;
	double		domain = 0;
	double		sq = 0;

	for (int i = 0; i < w->items; i++)
	{
		int			r;
		double		d = item_disagreement(w, i, &r);

		if (r < 2)
			continue;
		d_o += w->weight[i] * d * (coef == COEF_ALPHA ? r : 1);
		n += w->weight[i] * (coef == COEF_ALPHA ? r : 1);
	}
	d_o /= n;
	for (int k = 0; k < w->q; k++)
		for (int l = 0; l < w->q; l++)
			domain += dis_at(w->d, k, l);
	switch (coef)
	{
		case COEF_COHEN:
			distribution(w, 0, false, 2, p, &total);
			distribution(w, 1, false, 2, u, &total);
			d_e = quad(w, p, u);
			break;
		case COEF_SCOTT:
			distribution(w, -1, true, 2, p, &total);
			d_e = quad(w, p, p);
			break;
		case COEF_FLEISS:
			distribution(w, -1, true, 1, p, &total);
			d_e = quad(w, p, p);
			break;
		case COEF_CONGER:
			d_e = conger_d_e(w);
			break;
		case COEF_GWET:
			distribution(w, -1, true, 1, p, &total);
			for (int k = 0; k < w->q; k++)
				sq += p[k] * p[k];
			d_e = 1 - ((double) w->q * w->q - domain) / (w->q * (w->q - 1.0)) * (1 - sq);
			break;
		case COEF_BP:
			d_e = domain / ((double) w->q * w->q);
			break;
		case COEF_ALPHA:
			distribution(w, -1, false, 2, p, &total);
			d_e = quad(w, p, p) * (corrected ? n / (n - 1) : 1);
			break;
		default:
			break;
	}
	pfree(p);
	pfree(u);
	return d_e > 1e-12 ? 1 - d_o / d_e : NAN;
}

static void
random_world(World *w, int items, int raters, int q, double missing)
{
	double		agree = rnd_unit();

	memset(w, 0, sizeof(*w));
	w->items = items;
	w->raters = raters;
	w->q = q;
	w->category = palloc(sizeof(int) * items * raters);
	w->weight = palloc(sizeof(double) * items);
	w->without = palloc0(sizeof(bool) * raters);
	w->cluster = palloc(sizeof(int) * items);
	w->x = palloc(sizeof(double) * q);
	w->n_clusters = 2 + rnd_int(items / 2 + 1);
	for (int k = 0; k < q; k++)
		w->x[k] = (k ? w->x[k - 1] : rnd_unit() * rnd_int(2)) + (k ? 0.1 + rnd_unit() : 0);
	for (int i = 0; i < items; i++)
	{
		int			truth = rnd_int(q);
		bool		any = false;

		w->weight[i] = 1;
		w->cluster[i] = rnd_int(w->n_clusters);
		while (!any)
		{
			for (int g = 0; g < raters; g++)
			{
				int			k = rnd_unit() < agree ? truth : rnd_int(q);

				w->category[i * raters + g] = rnd_unit() < missing ? -1 : k;
				any = any || w->category[i * raters + g] >= 0;
			}
		}
	}
}

/*
 * sum psi^2 / (n(n-1)) with psi the numeric derivative of the definition by
 * the item's weight, summed within clusters where there are any.
 */
static double
numeric_se(World *w, int coef, bool clustered)
{
	const double eps = 1e-5;
	double	   *sum = palloc0(sizeof(double) * w->items);
	double		total = 0;
	double		n = 0;
	double		clusters = 0;
	bool	   *seen = palloc0(w->n_clusters);
	bool		pairable = coef == COEF_COHEN || coef == COEF_SCOTT || coef == COEF_ALPHA;
	bool		fce = coef == COEF_COHEN || coef == COEF_SCOTT;

	for (int i = 0; i < w->items; i++)
	{
		double		up;
		double		down;
		int			r;

		item_disagreement(w, i, &r);
		if (r < (pairable ? 2 : 1))
			continue;
		n++;
		clusters += !seen[w->cluster[i]];
		seen[w->cluster[i]] = true;
		w->weight[i] = 1 + eps;
		up = definition(w, coef, false);
		w->weight[i] = 1 - eps;
		down = definition(w, coef, false);
		w->weight[i] = 1;
		sum[clustered ? w->cluster[i] : i] += (up - down) / (2 * eps);
	}
	for (int i = 0; i < w->items; i++)
		total += sum[i] * sum[i];
	if (clustered)
		return sqrt(total * clusters / (clusters - 1));
	return sqrt(fce ? total : total * n / (n - 1));
}

static double
rater_jackknife(World *w, int coef)
{
	double		theta[64];
	int			n = 0;
	double		mean = 0;
	double		var = 0;

	for (int g = 0; g < w->raters; g++)
	{
		bool		used = false;

		for (int i = 0; i < w->items; i++)
			used = used || CAT(w, i, g) >= 0;
		if (!used)
			continue;
		w->without[g] = true;
		theta[n] = definition(w, coef, true);
		w->without[g] = false;
		n += !isnan(theta[n]);
	}
	for (int g = 0; g < n; g++)
		mean += theta[g] / n;
	for (int g = 0; g < n; g++)
		var += (theta[g] - mean) * (theta[g] - mean);
	return n < 3 ? NAN : var * (n - 1) / n;
}

static bool
close_to(double got, double want, double tolerance)
{
	if (isnan(got) || isnan(want))
		return isnan(got) == isnan(want);
	return fabs(got - want) <= tolerance * Max(1e-2, fabs(want));
}

static void
compare_world(World *w, DisagreementKind kind, bool clustered)
{
	InferenceOptions opt = {.confidence = 0.9, .null_value = NAN};
	InferenceOptions random_raters = {.confidence = 0.9, .null_value = NAN, .random_raters = true};
	RatingMatrix *m = matrix_of(w->items, w->raters, w->q, w->category, w->n_clusters,
								clustered ? w->cluster : NULL);
	CoefficientEstimate fixed[COEF_COUNT];
	CoefficientEstimate random[COEF_COUNT];
	Disagreement d;
	Disagreement a;
	Disagreement identity;

	dis_init(&d, kind == DIS_RANK ? DIS_ORDINAL : kind, w->q, w->x, NULL);
	dis_init(&a, kind, w->q, w->x, NULL);
	dis_init(&identity, DIS_IDENTITY, w->q, NULL, NULL);
	agreement_coefficients(m, &d, &a, (1 << COEF_COUNT) - 1, &opt, fixed);
	agreement_coefficients(m, &d, &a, (1 << COEF_COUNT) - 1, &random_raters, random);
	for (int coef = 0; coef < COEF_COUNT; coef++)
	{
		bool		two = coef == COEF_COHEN || coef == COEF_SCOTT;
		double		want;

		if (two && w->raters != 2)
			continue;
		w->d = coef == COEF_PERCENT ? &identity : coef == COEF_ALPHA ? &a : &d;
		want = definition(w, coef, true);
		check(close_to(fixed[coef].value, want, 1e-11), "value %s kind %d: got %.15g, want %.15g (%d x %d x %d)",
			  coef_name[coef], kind, fixed[coef].value, want, w->items, w->raters, w->q);
		if (isnan(fixed[coef].se) || fixed[coef].se < 1e-4)
			continue;
		want = numeric_se(w, coef, clustered);
		check(close_to(fixed[coef].se, want, 1e-5), "se %s kind %d: got %.12g, want %.12g (%d x %d x %d%s)",
			  coef_name[coef], kind, fixed[coef].se, want, w->items, w->raters, w->q, clustered ? ", clusters" : "");
		want = w->raters < 3 ? NAN : sqrt(fixed[coef].se * fixed[coef].se + rater_jackknife(w, coef));
		check(close_to(random[coef].se, want, 1e-10), "random raters %s kind %d: got %.15g, want %.15g (%d x %d x %d) %s",
			  coef_name[coef], kind, random[coef].se, want, w->items, w->raters, w->q, random[coef].note);
	}
}

/* V p over a random support, against all pairs */
static void
compare_rows(DisagreementKind kind, int q, int m)
{
	double	   *x = palloc(sizeof(double) * q);
	double	   *p = palloc(sizeof(double) * q);
	double	   *out = palloc(sizeof(double) * q);
	int32	   *idx = palloc(sizeof(int32) * q);
	double		largest = 0;
	double		n[1000];
	int			used = 0;
	Disagreement d;

	for (int k = 0; k < q; k++)
	{
		x[k] = (k ? x[k - 1] : 0) + (rnd_int(3) ? rnd_unit() : 10 * rnd_unit()) * (rnd_int(50) ? 1 : 20) + 1e-3;
		n[k % 1000] = 1 + rnd_int(5);
	}
	dis_init(&d, kind, q, x, NULL);
	if (kind == DIS_RANK)
	{
		double	   *all = palloc(sizeof(double) * q);

		for (int k = 0; k < q; k++)
			all[k] = n[k % 1000];
		dis_set_ranks(&d, all);
	}
	for (int k = 0; k < q && used < m; k++)
		if (rnd_int(q - k) < m - used)
			idx[used++] = k;
	for (int j = 0; j < used; j++)
		p[j] = rnd_unit();
	dis_rows(&d, used, idx, p, out);
	for (int j = 0; j < used; j += 1 + used / 200)
	{
		long double want = 0;

		for (int l = 0; l < used; l++)
			want += (long double) dis_at(&d, idx[j], idx[l]) * p[l];
		largest = Max(largest, fabs((double) (out[j] / want - 1)));
	}
	check(largest < (kind == DIS_CIRCULAR ? 1e-11 : 1e-12), "rows kind %d, %d of %d: %g", kind, used, q, largest);
}

static void
compare_items(DisagreementKind kind)
{
	int			q = 2 + rnd_int(200);
	int			r = 1 + rnd_int(60);
	double	   *x = palloc(sizeof(double) * q);
	int32		cat[64];
	double		rows[64];
	double		sum = 0;
	DisScratch	s;
	Disagreement d;
	bool		ok = true;

	for (int k = 0; k < q; k++)
		x[k] = k ? x[k - 1] + 0.01 + rnd_unit() : rnd_unit();
	dis_init(&d, kind, q, x, NULL);
	dis_scratch_init(&s, q, 64);
	for (int j = 0; j < r; j++)
		cat[j] = rnd_int(q);
	dis_item_rows(&d, r, cat, rows, &s);
	for (int j = 0; j < r; j++)
	{
		double		want = 0;

		for (int l = 0; l < r; l++)
			want += dis_at(&d, cat[j], cat[l]);
		ok = ok && close_to(rows[j], want, 1e-12);
		sum += want;
	}
	check(ok, "item rows, kind %d, r %d, q %d", kind, r, q);
	check(close_to(dis_item(&d, r, cat, &s), sum, 1e-12), "item, kind %d, r %d, q %d", kind, r, q);
}

static void
compare_limits(void)
{
	double	   *x = palloc(sizeof(double) * 30000);
	double		negative[] = {-1, 2};
	Disagreement d;

	for (int k = 0; k < 30000; k++)
		x[k] = k;
	stub_expecting = true;
	if (setjmp(stub_jump) == 0)
	{
		dis_init(&d, DIS_RADICAL, 30000, x, NULL);
		dis_total(&d);
		check(false, "radical weights of 30000 values were taken");
	}
	else
		check(stub_sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED, "sqlstate of too many values");
	if (setjmp(stub_jump) == 0)
	{
		dis_init(&d, DIS_RATIO, 2, negative, NULL);
		check(false, "ratio level took a negative value");
	}
	else
		check(stub_sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "sqlstate of a negative ratio value");
	stub_expecting = false;
	stub_reset();
}

/*
 * Rater x category cells too many for a table, and many ratings per item:
 * the same as with the unused categories left out.
 */
static void
compare_cells(DisagreementKind kind)
{
	const uint32 mask = COEF_BIT(COEF_CONGER) | COEF_BIT(COEF_FLEISS) | COEF_BIT(COEF_ALPHA);
	InferenceOptions opt = {.confidence = 0.9, .null_value = NAN, .random_raters = true};
	CoefficientEstimate wide[COEF_COUNT];
	CoefficientEstimate narrow[COEF_COUNT];
	double		x[40];
	double	   *all = palloc(sizeof(double) * 40000);
	Disagreement d;
	World		w;

	random_world(&w, 12, 30, 40, 0.5);
	all[0] = 0;
	for (int k = 1; k < 40000; k++)
		all[k] = all[k - 1] + 0.1 + rnd_unit();
	for (int k = 0; k < 40; k++)
		x[k] = all[k * 997];
	dis_init(&d, kind, 40, x, NULL);
	agreement_coefficients(matrix_of(w.items, w.raters, 40, w.category, 0, NULL), &d, &d, mask, &opt, narrow);
	for (int i = 0; i < w.items * w.raters; i++)
		w.category[i] = w.category[i] < 0 ? -1 : w.category[i] * 997;
	dis_init(&d, kind, 40000, all, NULL);
	agreement_coefficients(matrix_of(w.items, w.raters, 40000, w.category, 0, NULL), &d, &d, mask, &opt, wide);
	for (int c = COEF_FLEISS; c < COEF_COUNT; c++)
		if (mask & COEF_BIT(c))
			check(close_to(wide[c].value, narrow[c].value, 1e-11) && close_to(wide[c].se, narrow[c].se, 1e-11),
				  "sparse cells %s: %.15g %.15g, dense %.15g %.15g", coef_name[c], wide[c].value, wide[c].se,
				  narrow[c].value, narrow[c].se);
	stub_reset();
}

void
test_oracle(int rounds)
{
	int			before = n_failed;

	for (int j = 0; j < rounds; j++)
	{
		DisagreementKind kind = (DisagreementKind) (j % 9);
		int			items = 4 + rnd_int(40);
		int			raters = 2 + rnd_int(5);
		int			q = 2 + rnd_int(6);
		World		w;

		compare_rows(kind, 30 * items, 8 * items);
		if (j < 18)
			compare_rows(kind, 3000, 2500);
		if (kind != DIS_RANK)
			compare_items(kind);
		stub_reset();
		random_world(&w, items, raters, q, 0.1 * rnd_int(7));
		compare_world(&w, kind, rnd_int(3) == 0);
		stub_reset();
	}
	compare_cells(DIS_IDENTITY);
	compare_cells(DIS_QUADRATIC);
	compare_limits();
	printf("oracle: %d failed\n", n_failed - before);
}

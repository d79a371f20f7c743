/*-------------------------------------------------------------------------
 *
 * agreement_golden.c
 *	  Comparison with published and reference values, and the edge cases.
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#undef printf
#undef fprintf
#undef sprintf
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/stats.h"
#include "stubs.h"

typedef struct GoldenCase
{
	char		id[128];
	int			items,
				raters,
				q,
				n_rows;
	double	   *x;
	double	   *rank;
	int		   *category;
	int32	   *set_start;
	int32	   *set_element;
	int			n_sets;
	bool		single;			/* some item has one rating */
	RatingMatrix *m;
	LabelSets	sets;
} GoldenCase;

static double worst[3];			/* largest deviation by tolerance 1e-9, 1e-6, jackknife */
static int	n_worst[3];

static DisagreementKind
kind_of(const char *name)
{
	static const char *const names[] = {
		"identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular",
		"bipolar", "rank", "jaccard", "masi"
	};

	for (int j = 0; j < (int) lengthof(names); j++)
		if (strcmp(names[j], name) == 0)
			return (DisagreementKind) j;
	fprintf(stderr, "unknown weights %s\n", name);
	exit(2);
}

static int
coef_of(const char *name)
{
	for (int j = 0; j < COEF_COUNT; j++)
		if (strcmp(coef_name[j], name) == 0)
			return j;
	fprintf(stderr, "unknown coefficient %s\n", name);
	exit(2);
}

static void
read_numbers(const char *line, double *out, int n)
{
	char	   *end;

	for (int j = 0; j < n; j++)
	{
		out[j] = strtod(line, &end);
		line = end;
	}
}

static void
begin_data(GoldenCase *c, const char *line)
{
	int			numeric;

	sscanf(line, "%d %d %d %d", &c->items, &c->raters, &c->q, &numeric);
	c->x = palloc0(sizeof(double) * c->q);
	c->rank = palloc0(sizeof(double) * c->q);
	for (int k = 0; k < c->q; k++)
		c->rank[k] = k + 1;
	c->category = palloc0(sizeof(int) * c->items * c->raters);
	c->set_start = palloc0(sizeof(int32) * (c->q + 1));
	c->set_element = palloc0(sizeof(int32) * 1000);
	c->n_rows = c->n_sets = 0;
	c->single = false;
	c->m = NULL;
}

static void
add_row(GoldenCase *c, const char *line)
{
	double		v[64];
	int			rated = 0;

	read_numbers(line, v, c->raters);
	for (int g = 0; g < c->raters; g++)
	{
		c->category[c->n_rows * c->raters + g] = (int) v[g];
		rated += v[g] >= 0;
	}
	c->single = c->single || rated == 1;
	c->n_rows++;
}

static void
add_set(GoldenCase *c, const char *line)
{
	int32		at = c->set_start[c->n_sets];
	char	   *end;

	for (;;)
	{
		long		element = strtol(line, &end, 10);

		if (end == line)
			break;
		c->set_element[at++] = (int32) element;
		line = end;
	}
	c->set_start[++c->n_sets] = at;
}

static CoefficientEstimate
compute(GoldenCase *c, int coef, const char *weights, const char *positions, VarianceKind variance)
{
	const double *x = strcmp(positions, "rank") == 0 ? c->rank : c->x;
	InferenceOptions opt = {.confidence = 0.95, .variance = variance, .null_value = 0};
	CoefficientEstimate out[COEF_COUNT];
	Disagreement d;
	Disagreement a;

	if (c->m == NULL)
		c->m = matrix_of(c->items, c->raters, c->q, c->category, 0, NULL);
	c->sets.start = c->set_start;
	c->sets.element = c->set_element;
	dis_init(&d, coef == COEF_ALPHA ? DIS_IDENTITY : kind_of(weights), c->q, x, &c->sets);
	dis_init(&a, coef == COEF_ALPHA ? kind_of(weights) : DIS_IDENTITY, c->q, x, &c->sets);
	agreement_coefficients(c->m, &d, &a, COEF_BIT(coef), &opt, out);
	return out[coef];
}

/*
 * irrCAC's pa of alpha is (1 - 1/N) (1 - D_o) + 1/N, its pe p'Wp; ours are
 * Krippendorff's 1 - D_o and 1 - D_e.
 */
static double
field_of(const CoefficientEstimate *e, int coef, const char *field)
{
	double		n = (double) e->n_ratings;
	bool		alpha = coef == COEF_ALPHA;

	if (strcmp(field, "value") == 0)
		return e->value;
	if (strcmp(field, "pa") == 0)
		return alpha ? (1 - 1 / n) * e->observed + 1 / n : e->observed;
	if (strcmp(field, "pe") == 0)
		return alpha ? 1 - (1 - e->expected) * (n - 1) / n : e->expected;
	if (strcmp(field, "ci_low") == 0)
		return e->ci_low;
	if (strcmp(field, "ci_high") == 0)
		return e->ci_high;
	if (strcmp(field, "p_gwet") == 0)
		return coef <= COEF_WEIGHTED ? hd_t_sf(e->value / e->se, e->df) : e->p_value;
	return e->se;
}

static void
expect(GoldenCase *c, const char *line)
{
	char		name[64],
				weights[64],
				positions[64],
				field[64];
	double		want,
				tolerance,
				got,
				error;
	int			coef;
	bool		gwet;
	bool		inference;
	CoefficientEstimate e;

	if (sscanf(line, "%63s %63s %63s %63s %lf %lf", name, weights, positions, field, &want, &tolerance) != 6)
		exit(2);
	coef = coef_of(name);
	gwet = strcmp(field, "se_gwet") == 0 || strcmp(field, "p_gwet") == 0 || strncmp(field, "ci_", 3) == 0;
	inference = gwet || strncmp(field, "se", 2) == 0;
	/* irrCAC takes all items into the degrees of freedom of alpha */
	if (coef == COEF_ALPHA && c->single && gwet && strcmp(field, "se_gwet") != 0)
		return;
	e = compute(c, coef, weights, positions, gwet ? VARIANCE_GWET : VARIANCE_RATIO);
	got = field_of(&e, coef, field);
	/* where nothing varies the references print 0 or rounding noise */
	if (inference && isnan(got))
	{
		check(e.note != NULL, "%s %s %s: missing %s without a note", c->id, name, weights, field);
		return;
	}
	/* nothing varies: a bound instead of a zero-width interval (DESIGN.md section 2) */
	if (strncmp(field, "ci_", 3) == 0 && strcmp(e.inference, "Clopper-Pearson bound") == 0)
		return;
	/* the jackknife is a sanity check, not for a handful of items */
	if (strcmp(field, "se_jackknife") == 0 && e.n_items < 8)
		return;
	if (strcmp(field, "ci_low") == 0)
		want = Max(want, coef <= COEF_WEIGHTED ? 0 : -1);
	error = fabs(got - want) / Max(fabs(want), strcmp(field, "se_jackknife") == 0 ? 0 : 1e-3);
	if (check(error <= tolerance, "%s %s %s(%s) %s: got %.15g, want %.15g", c->id, name, weights, positions,
			  field, got, want))
	{
		int			at = tolerance == 1e-9 ? 0 : tolerance == 1e-6 ? 1 : 2;

		worst[at] = Max(worst[at], error);
		n_worst[at]++;
	}
}

static void
expect_category(GoldenCase *c, const char *line)
{
	int			k;
	double		want,
				tolerance;
	CategoryRow *rows;

	sscanf(line, "category identity %d kappa %lf %lf", &k, &want, &tolerance);
	if (c->m == NULL)
		c->m = matrix_of(c->items, c->raters, c->q, c->category, 0, NULL);
	rows = category_rows(c->m, 0.95);
	check(fabs(rows[k].kappa - want) <= -tolerance, "%s category %d: got %.9g, want %.9g", c->id, k,
		  rows[k].kappa, want);
}

void
test_golden(const char *file)
{
	static char line[1 << 16];
	FILE	   *in = fopen(file, "r");
	GoldenCase	c;

	if (in == NULL)
	{
		fprintf(stderr, "cannot read %s\n", file);
		exit(2);
	}
	memset(&c, 0, sizeof(c));
	while (fgets(line, sizeof(line), in))
	{
		if (strncmp(line, "case ", 5) == 0)
		{
			stub_reset();
			sscanf(line + 5, "%127s", c.id);
		}
		else if (strncmp(line, "data ", 5) == 0)
			begin_data(&c, line + 5);
		else if (strncmp(line, "x ", 2) == 0)
			read_numbers(line + 2, c.x, c.q);
		else if (strncmp(line, "set", 3) == 0)
			add_set(&c, line + 3);
		else if (strncmp(line, "row ", 4) == 0)
			add_row(&c, line + 4);
		else if (strncmp(line, "expect category ", 16) == 0)
			expect_category(&c, line + 7);
		else if (strncmp(line, "expect ", 7) == 0)
			expect(&c, line + 7);
	}
	fclose(in);
	stub_reset();
	printf("golden: %d passed, %d failed; largest deviation %.1e of %d (two tools), %.1e of %d (one), %.2f of %d (jackknife)\n",
		   n_passed, n_failed, worst[0], n_worst[0], worst[1], n_worst[1], worst[2], n_worst[2]);
}

/* ---- edge cases: the policy of DESIGN.md section 2 ---- */

static void
edge(const char *name, int items, int raters, int q, const int *category,
	 const double *value, const char *note)
{
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
	CoefficientEstimate out[COEF_COUNT];
	RatingMatrix *m = matrix_of(items, raters, q, category, 0, NULL);
	Disagreement d;
	Disagreement a;

	dis_init(&d, DIS_IDENTITY, q, NULL, NULL);
	dis_init(&a, DIS_IDENTITY, q, NULL, NULL);
	agreement_coefficients(m, &d, &a, (1 << COEF_COUNT) - 1, &opt, out);
	for (int j = 0; j < COEF_COUNT; j++)
	{
		if (raters != 2 && (j == COEF_COHEN || j == COEF_SCOTT))
			continue;
		check(isnan(value[j]) ? isnan(out[j].value) : fabs(out[j].value - value[j]) < 1e-12,
			  "%s %s: got %.15g, want %.15g", name, coef_name[j], out[j].value, value[j]);
		check(isnan(out[j].se) && out[j].note, "%s %s: se %g, note %s", name, coef_name[j], out[j].se,
			  out[j].note ? out[j].note : "missing");
		if (isnan(value[j]) && note)
			check(strstr(out[j].note, note) != NULL, "%s %s: note %s", name, coef_name[j], out[j].note);
	}
	stub_reset();
}

/* All coefficients of a small complete design */
static void
estimate_all(int items, int raters, int q, const int *category, int n_clusters, const int *cluster,
			 CoefficientEstimate out[COEF_COUNT])
{
	InferenceOptions opt = {.confidence = 0.95, .null_value = NAN};
	RatingMatrix *m = matrix_of(items, raters, q, category, n_clusters, cluster);
	Disagreement d;

	dis_init(&d, DIS_IDENTITY, q, NULL, NULL);
	agreement_coefficients(m, &d, &d, (1 << COEF_COUNT) - 1, &opt, out);
}

static void
note_is(const char *name, const CoefficientEstimate *e, const char *note)
{
	check(isnan(e->se) && e->note && strcmp(e->note, note) == 0, "%s: se %g, note %s", name, e->se,
		  e->note ? e->note : "missing");
}

/* Where no standard error is possible, and what is said instead */
static void
test_missing_errors(void)
{
	const int	perfect[] = {0, 0, 1, 1, 2, 2, 0, 0};
	const int	constant[] = {0, 0, 0, 1, 0, 0, 0, 2};
	const int	alike[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0};
	const int	one_pair[] = {0, 1, 0, 1, -1, 1, -1, 0};
	const int	mixed[] = {0, 0, 1, 1, 0, 1, 1, 1, 0, 0};
	const int	clusters[] = {0, 0, 0, 0, 0};
	const double low = pow(0.025, 0.25);
	CoefficientEstimate e[COEF_COUNT];

	estimate_all(4, 2, 3, perfect, 0, NULL, e);
	note_is("perfect agreement", &e[COEF_FLEISS], "no disagreement in 4 items");
	check(fabs(e[COEF_PERCENT].ci_low - low) < 1e-12 && e[COEF_PERCENT].ci_high == 1, "bound of percent agreement");
	check(fabs(e[COEF_BP].ci_low - (1 - (1 - low) * 1.5)) < 1e-12 && e[COEF_BP].ci_high == 1, "bound of Brennan-Prediger");
	estimate_all(4, 2, 3, constant, 0, NULL, e);
	note_is("constant rater", &e[COEF_COHEN], "a rater used one category only");
	check(e[COEF_COHEN].value == 0 && e[COEF_PERCENT].se > 0, "constant rater: kappa %g", e[COEF_COHEN].value);
	estimate_all(4, 3, 2, alike, 0, NULL, e);
	note_is("items alike", &e[COEF_PERCENT], "every item shows the same disagreement");
	estimate_all(4, 2, 2, one_pair, 0, NULL, e);
	check(e[COEF_PERCENT].note != NULL && isnan(e[COEF_PERCENT].se), "four items");
	estimate_all(5, 2, 2, mixed, 1, clusters, e);
	note_is("one cluster", &e[COEF_GWET], "one cluster");
	estimate_all(0, 2, 2, mixed, 0, NULL, e);
	check(isnan(e[COEF_ALPHA].value) && strcmp(e[COEF_ALPHA].note, "fewer than two raters") == 0, "no ratings");
	stub_reset();
}

void
test_edges(void)
{
	const double none[] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	const double all[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
	const double agree_one[] = {1, 1, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	const double agree_two[] = {1, 1, NAN, NAN, NAN, NAN, 1, 1, NAN};
	const double one_differs[] = {0, 0, 0, -1, -1, 0, -1, -1, 0};
	const double after_pairing[] = {1, 1, NAN, NAN, 1, 1, 1, 1, NAN};
	const double opposed[] = {0, 0, -1, -1, -1, -1, -1, -1, -0.75};
	const int	same[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	const int	alone[] = {0, 1, 0, 2};
	const int	apart[] = {0, -1, -1, 1, 0, -1};
	const int	pairing[] = {0, 0, 0, 0, 1, -1};
	const int	differ[] = {0, 1};
	const int	perfect[] = {0, 0, 1, 1, 2, 2, 0, 0};
	const int	crossed[] = {0, 1, 1, 0, 0, 1, 1, 0};

	edge("one category", 5, 2, 1, same, agree_one, "one category used");
	edge("one of two categories", 5, 2, 2, same, agree_two, "one category used");
	edge("one rater", 4, 1, 3, alone, none, "fewer than two raters");
	edge("no pairs", 3, 2, 2, apart, none, "no item has two ratings");
	edge("one category after pairing", 3, 2, 2, pairing, after_pairing, "one category used");
	edge("one item, agreement", 1, 2, 1, same, agree_one, "one category used");
	edge("one item, disagreement", 1, 2, 2, differ, one_differs, NULL);
	edge("perfect agreement", 4, 2, 3, perfect, all, NULL);
	edge("total disagreement", 4, 2, 2, crossed, opposed, NULL);
	test_missing_errors();
}

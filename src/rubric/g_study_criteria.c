/*-------------------------------------------------------------------------
 *
 * g_study_criteria.c
 *	  Components of variance of persons crossed with raters and criteria, one
 *	  rating a cell.
 *
 * Henderson's (1953, Biometrics 9:226) method 1, which Brennan (2001,
 * Generalizability Theory, ch. 7) calls analogous ANOVA: the uncorrected sums
 * of squares T(a) = sum over the cells of a margin of (sum)^2 / n are set equal
 * to their expectations,
 *
 *		E T(a) = N mu^2 + sum over components b of k(a, b) var_b,
 *		k(a, b) = sum over the cells u of the margin a+b of n_u^2 / n_(a of u),
 *
 * and the linear equations are solved.  Where data are complete this is the
 * analysis of variance with its expected mean squares.
 *
 * Where cells are missing, the sums of squares are neither independent nor
 * chi-squared, and a difference of them may even be negative.  The covariance
 * of the estimates is simulated then, from the normal model with the estimated
 * variances over the cells that are there.  The seed is fixed: equal ratings
 * give equal results.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "common/rng.h"
#include "rubric/g_study.h"

#define N_MARGINS 8				/* sets of facets, as bits; 0 the whole, 7 the cells */

typedef struct Margin
{
	int32	   *cell;			/* [n_obs] dense code */
	int32		n;
	int32	   *count;			/* [n] observations */
	double	   *sum;			/* [n] */
	double		t;				/* sum of (sum)^2 / count */
} Margin;

/* order of the components, and of the mean squares */
static const int component_facets[G_MAX] = {
	G_P, G_R, G_C, G_P | G_R, G_P | G_C, G_R | G_C, G_P | G_R | G_C
};
static const char *const component_name[G_MAX] = {
	"p", "r", "c", "pr", "pc", "rc", "prc,e"
};

typedef struct KeyedRow
{
	uint64		key;
	uint64		obs;
} KeyedRow;

/* Cells of two facets, by sorting */
static int32
dense_codes(const uint64 *key, int32 n, int32 *code)
{
	void	   *rows = array_alloc(n, sizeof(KeyedRow));
	void	   *tmp = array_alloc(n, sizeof(KeyedRow));
	int32		cells = 0;

	for (int32 o = 0; o < n; o++)
	{
		((KeyedRow *) rows)[o].key = key[o];
		((KeyedRow *) rows)[o].obs = o;
	}
	radix_sort(&rows, &tmp, n, sizeof(KeyedRow));
	for (int32 j = 0; j < n; j++)
	{
		const KeyedRow *row = (KeyedRow *) rows + j;

		HD_CHECK_EVERY(j);
		cells += j == 0 || row->key != row[-1].key;
		code[row->obs] = cells - 1;
	}
	pfree(rows);
	pfree(tmp);
	return cells;
}

static void
make_margin(Margin *m, const Graded *g, int facets, int32 *const level[3], const int32 n_level[3])
{
	uint64	   *key = array_alloc(g->n_obs, sizeof(uint64));

	m->cell = array_alloc(g->n_obs, sizeof(int32));
	/* at most two facets of three: the third is the residual */
	for (int32 o = 0; o < g->n_obs; o++)
	{
		key[o] = 0;
		for (int f = 0; f < 3; f++)
			if (facets & (1 << f))
				key[o] = key[o] * (uint64) n_level[f] + (uint64) level[f][o];
	}
	m->n = dense_codes(key, g->n_obs, m->cell);
	m->count = array_alloc0(m->n, sizeof(int32));
	m->sum = array_alloc(m->n, sizeof(double));
	for (int32 o = 0; o < g->n_obs; o++)
		m->count[m->cell[o]]++;
	pfree(key);
}

static void
find_totals(Margin *margin, int32 n_obs, const double *y)
{
	for (int set = 0; set < N_MARGINS; set++)
	{
		Margin	   *m = &margin[set];

		memset(m->sum, 0, m->n * sizeof(double));
		m->t = 0;
		for (int32 o = 0; o < n_obs; o++)
		{
			HD_CHECK_EVERY(o);
			m->sum[m->cell[o]] += y[o];
		}
		for (int32 j = 0; j < m->n; j++)
			m->t += m->sum[j] * m->sum[j] / m->count[j];
	}
}

/* k(a, b): n_u / n_(a of u), summed over observations */
static double
expected_share(const Graded *g, const Margin *a, const Margin *both)
{
	double		k = 0;

	for (int32 o = 0; o < g->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		k += (double) both->count[both->cell[o]] / a->count[a->cell[o]];
	}
	return k;
}

/* Solve a x = b for as many right sides as unknowns, with pivots; false: singular */
static bool
invert(double a[G_MAX][G_MAX], double inverse[G_MAX][G_MAX])
{
	double		most = 0;

	for (int i = 0; i < G_MAX; i++)
		for (int j = 0; j < G_MAX; j++)
		{
			inverse[i][j] = i == j;
			most = Max(most, fabs(a[i][j]));
		}
	for (int k = 0; k < G_MAX; k++)
	{
		int			pivot = k;

		for (int i = k + 1; i < G_MAX; i++)
			if (fabs(a[i][k]) > fabs(a[pivot][k]))
				pivot = i;
		if (!(fabs(a[pivot][k]) > 1e-11 * most))
			return false;
		for (int j = 0; j < G_MAX; j++)
		{
			double		x = a[k][j];
			double		y = inverse[k][j];

			a[k][j] = a[pivot][j];
			a[pivot][j] = x;
			inverse[k][j] = inverse[pivot][j];
			inverse[pivot][j] = y;
		}
		for (int i = 0; i < G_MAX; i++)
		{
			double		f = a[i][k] / a[k][k];

			if (i == k || f == 0)
				continue;
			for (int j = 0; j < G_MAX; j++)
			{
				a[i][j] -= f * a[k][j];
				inverse[i][j] -= f * inverse[k][j];
			}
		}
	}
	for (int i = 0; i < G_MAX; i++)
		for (int j = 0; j < G_MAX; j++)
			inverse[i][j] /= a[i][i];
	return true;
}

/* -1 to the number of facets in which the subset lacks */
static double
moebius(int set, int subset)
{
	double		sign = 1;

	for (int f = 1; f < N_MARGINS; f <<= 1)
		if ((set & f) && !(subset & f))
			sign = -sign;
	return sign;
}

/* Sums of squares and degrees of freedom, as if data were complete */
static void
analogous_squares(GStudy *s, const Margin *margin)
{
	for (int i = 0; i < G_MAX; i++)
	{
		int			set = component_facets[i];
		double		ss = 0;
		double		df = 0;

		for (int sub = 0; sub < N_MARGINS; sub++)
		{
			if ((sub & set) != sub)
				continue;
			ss += moebius(set, sub) * margin[sub].t;
			df += moebius(set, sub) * margin[sub].n;
		}
		if (fabs(ss) < 1e-13 * margin[N_MARGINS - 1].t)
			ss = 0;
		s->df[i] = df;
		s->ms[i] = df > 0 ? ss / df : NAN;
		s->df_interval[i] = df;
	}
}

/*
 * variances = inverse of the equations times (T - T(0)), and T(a) - T(0) is the
 * sum of the sums of squares of all components within a.
 */
static void
weights_of_squares(GStudy *s, double inverse[G_MAX][G_MAX])
{
	for (int i = 0; i < G_MAX; i++)
		for (int j = 0; j < G_MAX; j++)
		{
			double		w = 0;

			for (int a = 0; a < G_MAX; a++)
				if ((component_facets[j] & component_facets[a]) == component_facets[j])
					w += inverse[i][a] * s->df[j];
			/* what cancels in complete data */
			s->weight[i][j] = fabs(w) < 1e-12 ? 0 : w;
		}
}

/* inverse of the equations times T - T(0) */
static void
solve_totals(const Margin *margin, double inverse[G_MAX][G_MAX], double *variance)
{
	for (int i = 0; i < G_MAX; i++)
	{
		variance[i] = 0;
		for (int j = 0; j < G_MAX; j++)
			variance[i] += inverse[i][j] * (margin[component_facets[j]].t - margin[0].t);
	}
}

/* More than a hundred draws where that takes less than a second or so */
static int
how_many_draws(int32 n_obs)
{
	return (int) Max(Min(8e6 / n_obs, 400), 100);
}

static void
draw_values(const GStudy *s, const Margin *margin, int32 n_obs, HdRng *rng, double *effect, double *y)
{
	memset(y, 0, n_obs * sizeof(double));
	for (int i = 0; i < G_MAX; i++)
	{
		const Margin *m = &margin[component_facets[i]];
		double		sd = sqrt(Max(s->variance[i], 0));

		if (sd == 0)
			continue;
		for (int32 j = 0; j < m->n; j++)
		{
			HD_CHECK_EVERY(j);
			effect[j] = sd * hd_rng_normal(rng);
		}
		for (int32 o = 0; o < n_obs; o++)
			y[o] += effect[m->cell[o]];
	}
}

static void
simulate_covariance(GStudy *s, Margin *margin, int32 n_obs, double inverse[G_MAX][G_MAX])
{
	int			draws = how_many_draws(n_obs);
	double	   *y = array_alloc(n_obs, sizeof(double));
	double	   *effect = array_alloc(n_obs, sizeof(double));
	double		(*drawn)[G_MAX] = array_alloc(draws, sizeof(*drawn));
	double		mean[G_MAX] = {0};
	HdRng		rng;

	hd_rng_seed(&rng, 1);
	for (int d = 0; d < draws; d++)
	{
		draw_values(s, margin, n_obs, &rng, effect, y);
		find_totals(margin, n_obs, y);
		solve_totals(margin, inverse, drawn[d]);
		for (int i = 0; i < G_MAX; i++)
			mean[i] += drawn[d][i] / draws;
	}
	for (int i = 0; i < G_MAX; i++)
		for (int j = 0; j < G_MAX; j++)
		{
			double		c = 0;

			for (int d = 0; d < draws; d++)
				c += (drawn[d][i] - mean[i]) * (drawn[d][j] - mean[j]);
			s->cov[i][j] = c / (draws - 1);
		}
	s->simulated = true;
	pfree(y);
	pfree(effect);
	pfree(drawn);
}

static const char *
too_small(const Margin *margin)
{
	if (margin[G_P].n < 2)
		return "fewer than two responses";
	if (margin[G_R].n < 2)
		return "fewer than two raters";
	if (margin[G_C].n < 2)
		return "fewer than two criteria";
	return NULL;
}

/* The margins of every set of facets; of the cells, one rating in each */
static void
make_margins(const Graded *g, const ItemPairs *pairs, Margin *margin)
{
	int32	   *level[3];
	int32		n_level[3] = {pairs->n_first, g->n_raters, pairs->n_second};
	Margin	   *cells = &margin[N_MARGINS - 1];

	for (int f = 0; f < 3; f++)
		level[f] = array_alloc(g->n_obs, sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			level[0][o] = pairs->first[i];
			level[1][o] = g->rater[o];
			level[2][o] = pairs->second[i];
		}
	for (int set = 0; set < N_MARGINS - 1; set++)
		make_margin(&margin[set], g, set, level, n_level);
	cells->n = g->n_obs;
	cells->cell = array_alloc(g->n_obs, sizeof(int32));
	cells->count = array_alloc(g->n_obs, sizeof(int32));
	cells->sum = array_alloc(g->n_obs, sizeof(double));
	for (int32 o = 0; o < g->n_obs; o++)
	{
		cells->cell[o] = o;
		cells->count[o] = 1;
	}
	for (int f = 0; f < 3; f++)
		pfree(level[f]);
}

/* E T(a) - E T(0) in terms of the variances */
static void
make_equations(const Graded *g, const Margin *margin, double equations[G_MAX][G_MAX])
{
	for (int i = 0; i < G_MAX; i++)
		for (int j = 0; j < G_MAX; j++)
		{
			const Margin *both = &margin[component_facets[i] | component_facets[j]];

			equations[i][j] = expected_share(g, &margin[component_facets[i]], both) -
				expected_share(g, &margin[0], &margin[component_facets[j]]);
		}
}

void
g_study_criteria(const Graded *g, const ItemPairs *pairs, GStudy *s)
{
	Margin		margin[N_MARGINS] = {0};
	double		equations[G_MAX][G_MAX];
	double		inverse[G_MAX][G_MAX];

	make_margins(g, pairs, margin);
	s->n = G_MAX;
	for (int i = 0; i < G_MAX; i++)
	{
		s->name[i] = component_name[i];
		s->facets[i] = component_facets[i];
		s->levels[i] = margin[component_facets[i]].n;
	}
	s->n_criteria = margin[G_C].n;
	s->complete = (double) margin[G_P].n * margin[G_R].n * margin[G_C].n == g->n_obs;
	s->method = s->complete ? "ANOVA expected mean squares" : "Henderson method 1 (analogous ANOVA), errors simulated";
	s->why = too_small(margin);
	if (s->why)
		return;
	find_totals(margin, g->n_obs, g->y);
	analogous_squares(s, margin);
	make_equations(g, margin, equations);
	if (!invert(equations, inverse))
	{
		s->why = "too few ratings, or raters nested in responses or criteria: the components cannot be told apart";
		return;
	}
	if (s->complete)
	{
		weights_of_squares(s, inverse);
		s->p_in_ms = 1 / s->weight[0][0];
		return;
	}
	for (int i = 0; i < G_MAX; i++)
		s->ms[i] = NAN;
	solve_totals(margin, inverse, s->variance);
	simulate_covariance(s, margin, g->n_obs, inverse);
}

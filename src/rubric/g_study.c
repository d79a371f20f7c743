/*-------------------------------------------------------------------------
 *
 * g_study.c
 *	  Components of variance of one rating a cell: raters crossed with
 *	  persons, or nested within them.
 *
 * Complete data: expected mean squares (Brennan 2001, Generalizability
 * Theory, ch. 3).  Cells missing, crossed: Henderson's (1953, Biometrics
 * 9:226) method 3, fitting constants: R(p | r), R(r | p) and the residual of
 * the additive model, whose expectations hold whatever cells are missing
 * (completely at random or by person and rater):
 *
 *		E R(p | r) = (N - raters) var_p + (persons - components) var_e
 *		E R(r | p) = (N - persons) var_r + (raters - components) var_e
 *
 * Nested, unequal numbers: the analysis of variance of one way (Searle 1971,
 * Linear Models, ch. 10).  All of them are the same where data are complete.
 *
 * R(p | r) is a sum of independent chi-squared terms with weights var_e + l
 * var_p, l the eigenvalues of its information matrix; its degrees of freedom
 * for intervals are those of the chi-squared with the same two moments
 * (Satterthwaite 1946, Biometrics Bull. 2:110), which needs traces alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "rubric/g_study.h"
#include "rubric/severity.h"

const GWords g_words_ratings = {"item", "rater", {"p", "r", "pr,e"}, {"p", "r:p,e"}};
const GWords g_words_matrix = {"unit", "item", {"p", "i", "pi,e"}, {"p", "i:p,e"}};

static inline double
square(double v)
{
	return v * v;
}

static void
name_component(GStudy *s, int i, const char *name, int facets, int64 levels, double df)
{
	s->name[i] = name;
	s->facets[i] = facets;
	s->levels[i] = levels;
	s->df[i] = df;
}

/* two moments: terms * e + trace * v, and the like of the squares */
static double
satterthwaite(double terms, double trace, double trace_sq, double e, double v)
{
	double		sum = terms * e + trace * v;
	double		squares = terms * e * e + 2 * e * v * trace + v * v * trace_sq;

	return squares > 0 ? sum * sum / squares : terms;
}

/* ---- crossed ---- */

/* sum of squares about the raters' means */
static double
within_raters(const Additive *a)
{
	const Graded *g = a->g;
	double	   *mean = array_alloc0(g->n_raters, sizeof(double));
	double		ss = 0;

	for (int32 o = 0; o < g->n_obs; o++)
		mean[g->rater[o]] += g->y[o] / a->rater_n[g->rater[o]];
	for (int32 o = 0; o < g->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		ss += square(g->y[o] - mean[g->rater[o]]);
	}
	pfree(mean);
	return ss;
}

/*
 * Trace of the square of diag(k_i) - N diag(1/n_g) N': sum k_i^2
 * - 2 sum_i k_i sum_(g in i) 1/n_g + sum_gh m_gh^2 / (n_g n_h), m_gh the items
 * that g and h both rated.
 */
static double
person_trace_sq(const Additive *a)
{
	const Graded *g = a->g;
	double		trace = 0;
	RaterIndex	by;
	int32	   *both;

	if (a->complete)
		return square(a->k) * (g->n_items - 1.0);
	for (int32 i = 0; i < g->n_items; i++)
	{
		double		k = g->start[i + 1] - g->start[i];

		HD_CHECK_EVERY(i);
		trace += k * k;
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
			trace -= 2 * k / a->rater_n[g->rater[o]];
	}
	rater_index(g, &by);
	both = array_alloc0(g->n_raters, sizeof(int32));
	for (int32 r = 0; r < g->n_raters; r++)
	{
		for (int32 j = by.start[r]; j < by.start[r + 1]; j++)
		{
			int32		i = by.item[j];

			HD_CHECK_EVERY(j);
			for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
				both[g->rater[o]]++;
		}
		for (int32 h = 0; h < g->n_raters; h++)
		{
			if (both[h] > 0)
				trace += square(both[h]) / ((double) a->rater_n[r] * a->rater_n[h]);
			both[h] = 0;
		}
	}
	pfree(both);
	pfree(by.start);
	pfree(by.item);
	pfree(by.obs);
	return trace;
}

static void
crossed(const Graded *g, const GWords *words, GStudy *s)
{
	Additive	a;
	double		between;
	double		trace_p,
				trace_r;

	additive_fit(g, false, &a);
	s->n = 3;
	s->complete = a.complete;
	s->method = a.complete ? "ANOVA expected mean squares" : "Henderson method 3 (fitting constants)";
	name_component(s, 0, words->crossed[0], G_P, g->n_items, (double) g->n_items - a.comp.n);
	name_component(s, 1, words->crossed[1], G_R, a.k, (double) a.k - a.comp.n);
	name_component(s, 2, words->crossed[2], G_P | G_R, g->n_obs, a.df);
	if (g->n_items < 2)
		s->why = psprintf("fewer than two %ss", words->object);
	else if (a.k < 2)
		s->why = psprintf("fewer than two %ss", words->rater);
	else if (s->df[1] < 1)
		s->why = psprintf("no %s has two values", words->object);
	else if (s->df[0] < 1)
		s->why = psprintf("no %s has two %ss", words->rater, words->object);
	else if (s->df[2] < 1)
		s->why = "too few values: nothing is left for the residual";
	if (s->why)
		return;

	between = within_raters(&a) - a.sse;
	trace_p = (double) g->n_obs - a.k;
	trace_r = (double) g->n_obs - g->n_items;
	/* what is smaller is rounding of the difference */
	if (between < 1e-13 * (between + a.sse))
		between = 0;
	s->ms[0] = between / s->df[0];
	s->ms[1] = a.raters_given_items / s->df[1];
	s->ms[2] = a.sse / s->df[2];
	s->p_in_ms = trace_p / s->df[0];
	s->weight[0][0] = 1 / s->p_in_ms;
	s->weight[0][2] = -1 / s->p_in_ms;
	s->weight[1][1] = s->df[1] / trace_r;
	s->weight[1][2] = -s->df[1] / trace_r;
	s->weight[2][2] = 1;
	s->df_interval[0] = satterthwaite(s->df[0], trace_p, person_trace_sq(&a), s->ms[2],
									  Max(s->ms[0] - s->ms[2], 0) / s->p_in_ms);
	s->df_interval[1] = satterthwaite(s->df[1], trace_r, a.trace_sq, s->ms[2],
									  Max(s->ms[1] - s->ms[2], 0) * s->df[1] / trace_r);
	s->df_interval[2] = s->df[2];
}

/* ---- nested ---- */

static void
nested(const Graded *g, const GWords *words, GStudy *s)
{
	double		n = g->n_obs;
	double		sum_sq = 0,
				sum_cube = 0;
	double		within = 0,
				between = 0;
	double		trace;

	s->n = 2;
	s->complete = true;
	for (int32 i = 0; i < g->n_items; i++)
	{
		double		k = g->start[i + 1] - g->start[i];
		double		mean = 0;

		HD_CHECK_EVERY(i);
		s->complete = s->complete && k == g->start[1];
		sum_sq += k * k;
		sum_cube += k * k * k;
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
			mean += g->y[o] / k;
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
			within += square(g->y[o] - mean);
		between += k * mean * mean;
	}
	s->method = s->complete ? "ANOVA expected mean squares" : "ANOVA of one way, unequal numbers";
	name_component(s, 0, words->nested[0], G_P, g->n_items, g->n_items - 1.0);
	name_component(s, 1, words->nested[1], G_P | G_R, g->n_obs, n - g->n_items);
	if (g->n_items < 2)
		s->why = psprintf("fewer than two %ss", words->object);
	else if (s->df[1] < 1)
		s->why = psprintf("no %s has two values", words->object);
	if (s->why)
		return;

	trace = n - sum_sq / n;
	s->ms[0] = between <= 1e-24 * (within + between) ? 0 : between / s->df[0];
	s->ms[1] = within <= 1e-24 * (within + between) ? 0 : within / s->df[1];
	s->p_in_ms = trace / s->df[0];
	s->weight[0][0] = 1 / s->p_in_ms;
	s->weight[0][1] = -1 / s->p_in_ms;
	s->weight[1][1] = 1;
	s->df_interval[0] = satterthwaite(s->df[0], trace, sum_sq - 2 * sum_cube / n + square(sum_sq / n), s->ms[1],
									  Max(s->ms[0] - s->ms[1], 0) / s->p_in_ms);
	s->df_interval[1] = s->df[1];
}

/* ---- the whole ---- */

static bool
all_equal(const Graded *g)
{
	for (int32 o = 1; o < g->n_obs; o++)
		if (g->y[o] != g->y[0])
			return false;
	return true;
}

void
g_study(const Graded *g, GDesign design, const ItemPairs *pairs, const GWords *words,
		double confidence, GStudy *out)
{
	memset(out, 0, sizeof(*out));
	out->n_criteria = 1;
	for (int i = 0; i < G_MAX; i++)
		out->df[i] = out->ms[i] = out->df_interval[i] = out->variance[i] =
			out->se[i] = out->ci_low[i] = out->ci_high[i] = NAN;
	if (design == G_CRITERIA)
		g_study_criteria(g, pairs, out);
	else if (design == G_NESTED)
		nested(g, words, out);
	else
		crossed(g, words, out);
	if (!out->why && all_equal(g))
		out->why = "all values are equal";
	if (!out->why)
		g_study_intervals(out, confidence);
}

/*-------------------------------------------------------------------------
 *
 * rubric_lint_data.c
 *	  Findings about a rubric from the grades that were given by it.
 *
 * A rubric is a formative measure: its criteria make up the quality that is
 * scored, they are no repeated readings of one trait, and they need not
 * correlate (Diamantopoulos & Winklhofer 2001).  So no finding rests on
 * Cronbach's alpha, or on criteria being uncorrelated; a correlation with the
 * rest of the score is reported only where its whole interval has the wrong
 * sign.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "rubric/item_cross.h"
#include "rubric/rubric_lint.h"

/* What the grades of one item sum up to */
typedef struct ItemGrades
{
	int64		n;
	int64		n_met;			/* 1 */
	int64		n_unmet;		/* 0 */
	int64		n_outside;		/* not in [0, 1] */
	double		low;
	double		high;

	/* over the units that have a score on the rest: of the value and that score */
	int64		n_rest;
	double		mean_value;
	double		mean_rest;
	double		sum_value;		/* squares and products about the means */
	double		sum_rest;
	double		sum_both;
} ItemGrades;

static ItemGrades *
item_grades(const ScoreTable *t)
{
	ItemGrades *g = array_alloc0(t->n_items, sizeof(ItemGrades));

	for (int32 o = 0; o < t->n_obs; o++)
	{
		ItemGrades *i = &g[t->item[o]];
		double		v = t->value[o];

		HD_CHECK_EVERY(o);
		i->low = i->n == 0 ? v : Min(i->low, v);
		i->high = i->n == 0 ? v : Max(i->high, v);
		i->n++;
		i->n_met += v == 1;
		i->n_unmet += v == 0;
		i->n_outside += v < 0 || v > 1;
	}
	return g;
}

/* ---- each item against the rest of its unit's score ---- */

/* Welford (1962), with two variables */
static void
add_pair(ItemGrades *g, double value, double rest)
{
	double		dv = value - g->mean_value;
	double		dr = rest - g->mean_rest;

	g->n_rest++;
	g->mean_value += dv / g->n_rest;
	g->mean_rest += dr / g->n_rest;
	g->sum_value += dv * (value - g->mean_value);
	g->sum_rest += dr * (rest - g->mean_rest);
	g->sum_both += dv * (rest - g->mean_rest);
}

/*
 * The score of a unit on all its graded criteria but one is (A - w v) /
 * (P - p), A the sum of w v, P of the positive w (of all, of a rubric of
 * penalties), over what the unit was graded on.
 */
static void
add_rest_scores(const Lint *l, const ScoreTable *t, const int32 *leaf, ItemGrades *g)
{
	double	   *w = array_alloc(t->n_items, sizeof(double));

	for (int32 j = 0; j < t->n_items; j++)
		w[j] = leaf[j] < 0 ? 0 : rubric_effective_weight(l->r, leaf[j]);
	for (int32 u = 0; u < t->n_units; u++)
	{
		double		a = 0,
					p = 0;

		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
		{
			double		weight = w[t->item[o]];

			HD_CHECK_EVERY(o);
			a += weight * t->value[o];
			p += l->r->penalty_only ? -weight : Max(weight, 0);
		}
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
		{
			double		weight = w[t->item[o]];
			double		rest = p - (l->r->penalty_only ? -weight : Max(weight, 0));

			/* nothing else counts, or only what rounding left */
			if (rest > 1e-9 * p)
				add_pair(&g[t->item[o]], t->value[o], (a - weight * t->value[o]) / rest);
		}
	}
	pfree(w);
}

/* Does the sign of the correlation with the rest say anything about this item? */
static bool
sign_is_testable(const Lint *l, int32 leaf, const ItemGrades *g)
{
	/* rounding leaves a trace of a spread that is not there */
	return leaf >= 0 && l->r->node[leaf].points != 0 &&
		g->n_outside == 0 && g->n >= l->min_units && g->n_rest >= 4 &&
		g->sum_value > 1e-12 * g->n_rest && g->sum_rest > 1e-12 * g->n_rest;
}

/*
 * Half the width of the intervals of atanh(r), times sqrt(n - 3) (Fisher
 * 1921): of so many items, all of them hold at once with the confidence
 * (Bonferroni).
 */
static double
simultaneous_z(const Lint *l, const ScoreTable *t, const int32 *leaf, const ItemGrades *g)
{
	int32		n = 0;

	for (int32 j = 0; j < t->n_items; j++)
		n += sign_is_testable(l, leaf[j], &g[j]);
	return -hd_norm_quantile((1 - l->confidence) / (2.0 * Max(n, 1)));
}

static void
lint_sign(Lint *l, int32 leaf, const ItemGrades *g, double z)
{
	double		points = l->r->node[leaf].points;
	double		r,
				half,
				low,
				high;

	if (!sign_is_testable(l, leaf, g))
		return;
	r = g->sum_both / sqrt(g->sum_value * g->sum_rest);
	r = Max(-1, Min(1, r));
	half = z / sqrt((double) g->n_rest - 3);
	low = tanh(atanh(r) - half);
	high = tanh(atanh(r) + half);
	if (points > 0 && high < 0)
		lint_add(l, LINT_WARNING, "negative_item_rest", leaf,
				 "the better the rest of a response, the lower the value: correlation %.3f (%.3f to %.3f), n " INT64_FORMAT,
				 r, low, high, g->n_rest);
	else if (points < 0 && low > 0)
		lint_add(l, LINT_WARNING, "sign_suspect", leaf,
				 "a penalty that the better responses get: correlation with the rest %.3f (%.3f to %.3f), n " INT64_FORMAT,
				 r, low, high, g->n_rest);
}

/* ---- items that tell nobody apart ---- */

static void
lint_constant(Lint *l, int32 leaf, const ItemGrades *g)
{
	double		low,
				high;

	if (g->low != g->high)
		return;
	hd_clopper_pearson(g->low == 1 ? g->n : 0, g->n, l->confidence, &low, &high);
	if (g->low == 0)
		lint_add(l, LINT_INFO, "never_met", leaf,
				 "met by none of " INT64_FORMAT " (interval 0 to %.3g)", g->n, high);
	else if (g->low == 1)
		lint_add(l, LINT_INFO, "always_met", leaf,
				 "met by all of " INT64_FORMAT " (interval %.3g to 1)", g->n, low);
	else
		lint_add(l, LINT_INFO, "constant_value", leaf,
				 "all of " INT64_FORMAT " have the value %.3g", g->n, g->low);
}

static void
lint_item(Lint *l, int32 leaf, const ItemGrades *g, double z)
{
	if (g->n_outside > 0)
	{
		lint_add(l, LINT_WARNING, "value_outside", leaf,
				 INT64_FORMAT " of " INT64_FORMAT " values are not between 0 and 1", g->n_outside, g->n);
		return;
	}
	if (g->n < l->min_units)
	{
		lint_add(l, LINT_INFO, "n_too_small", leaf, "only " INT64_FORMAT " units have a value: nothing else is said from data", g->n);
		return;
	}
	lint_constant(l, leaf, g);
	lint_sign(l, leaf, g, z);
}

void
lint_grades(Lint *l, const ScoreTable *t, const int32 *leaf)
{
	ItemGrades *g = item_grades(t);
	bool	   *seen = array_alloc0(l->r->n_nodes, sizeof(bool));
	double		z;

	add_rest_scores(l, t, leaf, g);
	z = simultaneous_z(l, t, leaf, g);
	for (int32 j = 0; j < t->n_items; j++)
	{
		if (leaf[j] < 0)
			continue;
		seen[leaf[j]] = true;
		lint_item(l, leaf[j], &g[j], z);
	}
	for (int32 i = 0; i < l->r->n_nodes; i++)
		if (l->r->node[i].leaf && !seen[i])
			lint_add(l, LINT_WARNING, "unanimous_na", i,
					 "none of %d units has a value: never graded, or never applicable", t->n_units);
	pfree(g);
	pfree(seen);
}

/* ---- pairs ---- */

/* Items of 0 and 1 that vary, with enough units */
static int32
binary_items(const Lint *l, const ScoreTable *t, const int32 *leaf, int32 *code)
{
	ItemGrades *g = item_grades(t);
	int32		n = 0;

	for (int32 j = 0; j < t->n_items; j++)
	{
		bool		use = leaf[j] >= 0 && g[j].n >= l->min_units && g[j].n_met > 0 &&
			g[j].n_unmet > 0 && g[j].n_met + g[j].n_unmet == g[j].n;

		code[j] = use ? n++ : -1;
	}
	pfree(g);
	return n;
}

/* The part of a table that has a code */
static ScoreTable *
coded_part(const ScoreTable *t, const int32 *code, int32 n_items)
{
	ScoreTable *part = palloc0(sizeof(ScoreTable));
	int32	   *start = array_alloc(t->n_units + 1, sizeof(int32));
	int32	   *item = array_alloc(t->n_obs, sizeof(int32));
	double	   *value = array_alloc(t->n_obs, sizeof(double));
	int32		n = 0;

	for (int32 u = 0; u < t->n_units; u++)
	{
		start[u] = n;
		for (int32 o = t->start[u]; o < t->start[u + 1]; o++)
		{
			HD_CHECK_EVERY(o);
			if (code[t->item[o]] < 0)
				continue;
			item[n] = code[t->item[o]];
			value[n++] = t->value[o];
		}
	}
	start[t->n_units] = n;
	part->n_units = t->n_units;
	part->n_items = n_items;
	part->n_obs = n;
	part->start = start;
	part->item = item;
	part->value = value;
	return part;
}

/*
 * Log of the chance that all of a units are among b of n, if the two have
 * nothing to do with each other; not below the limit
 */
static double
log_chance(double a, double b, double n, double limit)
{
	double		sum = 0;

	for (double k = 0; k < a && sum > limit; k++)
		sum += log((b - k) / (n - k));
	return sum;
}

/* What implies an item: the one that was met most, and how many others do */
typedef struct Implied
{
	int32		equal;			/* the first item with the same values, or -1 */
	double		n_equal;		/* units that have both */
	int32		by;				/* or -1 */
	int32		others;
	double		met;			/* of "by" */
	double		n;				/* units with both */
} Implied;

static void
implied_by(Implied *e, int32 by, double met, double n)
{
	if (e->by >= 0)
		e->others++;
	if (e->by < 0 || met > e->met)
	{
		e->by = by;
		e->met = met;
		e->n = n;
	}
}

static void
find_implied(const Lint *l, const ScoreTable *t, Implied *e)
{
	ItemCross  *cross = item_cross_make(t);
	double		pairs = (double) t->n_items * (t->n_items - 1);
	double		limit = log((1 - l->confidence) / pairs);

	for (int32 a = 0; a < t->n_items; a++)
	{
		CrossRow	r;

		item_cross_row(cross, a, &r);
		for (int32 b = a + 1; b < t->n_items; b++)
		{
			double		n = r.n[b],
						na = r.a[b],
						nb = r.b[b],
						both = r.ab[b];

			HD_CHECK_EVERY(b);
			if (n < l->min_units || both == 0 || (both < na && both < nb))
				continue;
			if (log_chance(Min(na, nb), Max(na, nb), n, limit) > limit)
				continue;
			if (na < nb)
				implied_by(&e[b], a, na, n);
			else if (nb < na)
				implied_by(&e[a], b, nb, n);
			else if (e[b].equal < 0)
			{
				e[b].equal = a;
				e[b].n_equal = n;
			}
		}
	}
}

/*
 * Criteria that are met whenever another is.  Found by chance alone with
 * probability 1 - confidence at most, over all pairs (Bonferroni), if criteria
 * were independent.
 */
void
lint_implied(Lint *l, const ScoreTable *t, const int32 *leaf)
{
	int32	   *code = array_alloc(t->n_items, sizeof(int32));
	int32		n = binary_items(l, t, leaf, code);
	int32	   *node = array_alloc(n, sizeof(int32));
	Implied    *e = array_alloc(n, sizeof(Implied));

	if (n < 2)
		return;
	for (int32 j = 0; j < t->n_items; j++)
		if (code[j] >= 0)
			node[code[j]] = leaf[j];
	for (int32 k = 0; k < n; k++)
		e[k] = (Implied) {.equal = -1, .by = -1};
	find_implied(l, coded_part(t, code, n), e);

	for (int32 k = 0; k < n; k++)
	{
		if (e[k].equal >= 0)
			lint_add(l, LINT_WARNING, "implied_by", node[k], "met exactly when %s is, in all of %.0f units that have both",
					 rubric_path(l->r, node[e[k].equal]), e[k].n_equal);
		else if (e[k].by >= 0)
			lint_add(l, LINT_INFO, "implied_by", node[k], "met whenever %s is, %.0f of %.0f times%s",
					 rubric_path(l->r, node[e[k].by]), e[k].met, e[k].n,
					 e[k].others > 0 ? psprintf("; %d more imply it", e[k].others) : "");
	}
}

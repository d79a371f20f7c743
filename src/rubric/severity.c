/*-------------------------------------------------------------------------
 *
 * severity.c
 *	  How high or low each rater scores, given the items; and scores with
 *	  that taken out.
 *
 * The level of a rater is the effect in value = mean + item + rater by least
 * squares (severity_fit.c).  It moves by exactly c if the rater adds c to all
 * of his ratings: his own level does not soften the yardstick.  Beside it
 * stands a comparison in which his ratings do not occur at all: his mean on
 * shared items less the mean of the others there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/ranks.h"
#include "common/stats.h"
#include "rubric/severity.h"

typedef struct Work
{
	const Additive *a;
	RaterIndex	by;
	double		confidence;
	SeverityVariance variance;
	double	   *robust_var;		/* [n_raters], or NULL */
	int32	   *stamp;			/* [n_clusters] last rater + 1 that was seen there */
	/* the shared items of one rater, gathered by cluster */
	double	   *unit_sum;		/* [n_clusters or n_items] */
	int32	   *unit_list;
} Work;

static inline int32
unit_of(const Graded *g, int32 item)
{
	return g->n_clusters > 0 ? g->cluster[item] : item;
}

static inline bool
is_shared(const Graded *g, int32 item)
{
	return g->start[item + 1] - g->start[item] > 1;
}

/* ---- the variance that the scatter between clusters shows ---- */

/* items by cluster; one without clusters is its own */
typedef struct ClusterIndex
{
	int32		n;
	int32	   *start;
	int32	   *item;
} ClusterIndex;

static void
cluster_index(const Graded *g, ClusterIndex *out)
{
	int32	   *fill;

	out->n = g->n_clusters > 0 ? g->n_clusters : g->n_items;
	out->start = array_alloc0((Size) out->n + 1, sizeof(int32));
	out->item = array_alloc(g->n_items, sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
		out->start[unit_of(g, i) + 1]++;
	for (int32 c = 0; c < out->n; c++)
		out->start[c + 1] += out->start[c];
	fill = array_alloc(out->n, sizeof(int32));
	memcpy(fill, out->start, out->n * sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
		out->item[fill[unit_of(g, i)]++] = i;
	pfree(fill);
}

/* What one cluster brings: u_g, the sum of g's residuals there, for its raters */
typedef struct ClusterSum
{
	double	   *u;				/* [n_raters] */
	int32	   *rater;
	int32		n;
	int32	   *stamp;			/* [n_raters] the last cluster + 1 */
	double	   *influence;		/* [raters of a component] C+ u */
} ClusterSum;

static void
sum_cluster(const Additive *a, const ClusterIndex *index, int32 c, ClusterSum *s)
{
	const Graded *g = a->g;

	s->n = 0;
	for (int32 j = index->start[c]; j < index->start[c + 1]; j++)
	{
		int32		i = index->item[j];

		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			int32		r = g->rater[o];

			if (s->stamp[r] != c + 1)
			{
				s->stamp[r] = c + 1;
				s->rater[s->n++] = r;
				s->u[r] = 0;
			}
			s->u[r] += a->residual[o];
		}
	}
}

/* var += (C+ u)^2, for the raters of one component */
static void
add_influence(const Additive *a, int32 component, ClusterSum *s, double *var)
{
	int32		n = a->comp.size[component];
	const int32 *member = a->comp.member + a->comp.first[component];
	double	   *influence = s->influence;

	memset(influence, 0, n * sizeof(double));
	for (int32 x = 0; x < s->n; x++)
	{
		int32		r = s->rater[x];
		const double *row = a->inverse[component] + (Size) a->comp.position[r] * n;
		double		u = s->u[r];

		if (a->comp.of_rater[r] != component)
			continue;
		for (int32 h = 0; h < n; h++)
			influence[h] += row[h] * u;
	}
	for (int32 h = 0; h < n; h++)
		var[member[h]] += influence[h] * influence[h];
}

/*
 * The diagonal of C+ (sum over clusters of u u') C+ (Liang & Zeger 1986,
 * Biometrika 73:13), one cluster after the other: its raters are few.
 */
static double *
robust_variances(const Additive *a)
{
	const Graded *g = a->g;
	double	   *var = array_alloc0(g->n_raters, sizeof(double));
	ClusterIndex index;
	ClusterSum	s;

	cluster_index(g, &index);
	s.u = array_alloc(g->n_raters, sizeof(double));
	s.rater = array_alloc(g->n_raters, sizeof(int32));
	s.stamp = array_alloc0(g->n_raters, sizeof(int32));
	s.influence = array_alloc(g->n_raters, sizeof(double));
	for (int32 c = 0; c < index.n; c++)
	{
		CHECK_FOR_INTERRUPTS();
		sum_cluster(a, &index, c, &s);
		for (int32 x = 0; x < s.n; x++)
		{
			int32		component = a->comp.of_rater[s.rater[x]];
			bool		seen = a->comp.size[component] < 2;

			/* nearly always all raters of a cluster are of one component */
			for (int32 y = 0; y < x && !seen; y++)
				seen = a->comp.of_rater[s.rater[y]] == component;
			if (!seen)
				add_influence(a, component, &s, var);
		}
	}
	pfree(s.u);
	pfree(s.rater);
	pfree(s.stamp);
	pfree(s.influence);
	pfree(index.start);
	pfree(index.item);
	return var;
}

/* ---- one rater ---- */

/* Counts, means, and the comparison with the others on shared items */
static void
compare_with_others(Work *w, int32 r, SeverityRow *row)
{
	const Graded *g = w->a->g;
	double		sum = 0,
				shared_sum = 0,
				others = 0,
				total = 0,
				squares = 0;
	int32		units = 0;

	for (int32 j = w->by.start[r]; j < w->by.start[r + 1]; j++)
	{
		int32		i = w->by.item[j];
		double		y = g->y[w->by.obs[j]];
		double		k = g->start[i + 1] - g->start[i];
		double		rest;
		int32		unit = unit_of(g, i);

		HD_CHECK_EVERY(j);
		row->n++;
		sum += y;
		if (k < 2)
			continue;
		rest = (w->a->item_mean[i] * k - y) / (k - 1);
		row->n_shared++;
		shared_sum += y;
		others += rest;
		if (w->stamp[unit] != r + 1)
		{
			w->stamp[unit] = r + 1;
			w->unit_sum[unit] = 0;
			w->unit_list[units++] = unit;
		}
		w->unit_sum[unit] += y - rest;
		total += y * y + rest * rest;
	}
	row->n_units = units;
	row->naive_mean = g->mean + sum / row->n;
	if (row->n_shared == 0)
		return;
	row->expected = g->mean + others / row->n_shared;
	row->excess = (shared_sum - others) / row->n_shared;
	if (units < 2)
		return;
	/* scatter about the mean: a unit's sum less its items times the mean */
	for (int32 j = w->by.start[r]; j < w->by.start[r + 1]; j++)
		if (is_shared(g, w->by.item[j]))
			w->unit_sum[unit_of(g, w->by.item[j])] -= row->excess;
	for (int32 u = 0; u < units; u++)
		squares += w->unit_sum[w->unit_list[u]] * w->unit_sum[w->unit_list[u]];
	/* what is smaller is rounding */
	if (squares > 1e-24 * total)
	{
		double		var = squares * units / ((units - 1.0) * row->n_shared * row->n_shared);
		double		half = hd_t_quantile((1 + w->confidence) / 2, units - 1.0) * sqrt(var);

		row->excess_low = row->excess - half;
		row->excess_high = row->excess + half;
	}
}

/* se and interval by one of the two; unchanged where there is none */
static void
set_interval(const Work *w, double var, double df, SeverityRow *row)
{
	double		half;

	if (!(df > 0) || !(var > 0))
		return;
	half = hd_t_quantile((1 + w->confidence) / 2, df) * sqrt(var);
	if (row->ci_high - row->severity >= half)
		return;
	row->df = df;
	row->se = sqrt(var);
	row->ci_low = row->severity - half;
	row->ci_high = row->severity + half;
}

static void
severity_interval(const Work *w, int32 r, SeverityRow *row)
{
	const Additive *a = w->a;
	bool		few = row->n_units < SEVERITY_ENOUGH;

	/* no interval of width zero where the model leaves nothing */
	if (isnan(row->severity) || !(a->sse > 0))
		return;
	if (w->variance != SEVERITY_MODEL && row->n_units > 1)
		set_interval(w, w->robust_var[r] * row->n_units / (row->n_units - 1.0), row->n_units - 1.0, row);
	/* the scatter of a handful of items may be small by chance */
	if (w->variance == SEVERITY_MODEL || (w->variance == SEVERITY_AUTO && few))
		set_interval(w, a->sse / a->df * additive_cov(a, r, r), a->df, row);
}

/* ---- raters of one component beside each other ---- */

/*
 * Empirical Bayes: effects are drawn to zero by the share of their variance
 * that is chance; the variance between raters is that of DerSimonian & Laird
 * (1986, Control. Clin. Trials 7:177), with equal weights.
 */
static void
shrink_component(const Additive *a, int32 c, SeverityRow *rows)
{
	const int32 *member = a->comp.member + a->comp.first[c];
	int32		n = a->comp.size[c];
	int32		known = 0;
	double		between = 0;
	double		chance = 0;

	for (int32 j = 0; j < n; j++)
	{
		if (isnan(rows[member[j]].se))
			continue;
		known++;
		between += rows[member[j]].severity * rows[member[j]].severity;
		chance += rows[member[j]].se * rows[member[j]].se;
	}
	if (known < 2)
		return;
	/* effects that sum to zero: the se's are of deviations from the mean already */
	between = Max((between - chance) / (known - 1), 0);
	for (int32 j = 0; j < n; j++)
	{
		SeverityRow *row = &rows[member[j]];

		if (!isnan(row->se))
			row->shrunk = row->severity * between / (between + row->se * row->se);
	}
}

/* Ranks that the intervals allow, 1 the lowest effect */
static void
rank_component(const Additive *a, int32 c, SeverityRow *rows)
{
	const int32 *member = a->comp.member + a->comp.first[c];
	double	   *low = array_alloc(a->comp.size[c], sizeof(double));
	double	   *high = array_alloc(a->comp.size[c], sizeof(double));
	int32		n = 0;

	for (int32 j = 0; j < a->comp.size[c]; j++)
	{
		if (isnan(rows[member[j]].ci_low))
			continue;
		high[n] = rows[member[j]].ci_high;
		/* descending order is ascending order of the negatives */
		low[n++] = -rows[member[j]].ci_low;
	}
	qsort(low, n, sizeof(double), double_ascending);
	qsort(high, n, sizeof(double), double_ascending);
	for (int32 j = 0; j < a->comp.size[c]; j++)
	{
		SeverityRow *row = &rows[member[j]];

		if (isnan(row->ci_low))
			continue;
		/* behind those that are certainly lower, ahead of those certainly higher */
		row->rank_low = 1 + count_below(high, n, row->ci_low);
		row->rank_high = n - count_below(low, n, -row->ci_high);
	}
	pfree(low);
	pfree(high);
}

SeverityRow *
severity_rows(const Additive *a, SeverityVariance variance, double confidence)
{
	const Graded *g = a->g;
	SeverityRow *rows = array_alloc0(g->n_raters, sizeof(SeverityRow));
	int32		n_units = g->n_clusters > 0 ? g->n_clusters : g->n_items;
	Work		w = {.a = a, .confidence = confidence, .variance = variance};

	rater_index(g, &w.by);
	w.stamp = array_alloc0(n_units, sizeof(int32));
	w.unit_sum = array_alloc(n_units, sizeof(double));
	w.unit_list = array_alloc(n_units, sizeof(int32));
	if (variance != SEVERITY_MODEL)
		w.robust_var = robust_variances(a);
	for (int32 r = 0; r < g->n_raters; r++)
	{
		SeverityRow *row = &rows[r];

		CHECK_FOR_INTERRUPTS();
		row->se = row->df = row->ci_low = row->ci_high = row->shrunk = NAN;
		row->naive_mean = row->expected = row->excess = row->excess_low = row->excess_high = NAN;
		row->severity = a->effect[r];
		if (a->rater_n[r] == 0)
			continue;
		compare_with_others(&w, r, row);
		severity_interval(&w, r, row);
	}
	for (int32 c = 0; c < a->comp.n; c++)
	{
		if (a->comp.size[c] < 2)
			continue;
		shrink_component(a, c, rows);
		rank_component(a, c, rows);
	}
	return rows;
}

/* ---- items ---- */

/*
 * The item's mean less the mean effect of its raters.  An item's mean and the
 * effects are uncorrelated, so that their variances add.
 */
void
adjusted_row(const Additive *a, int32 item, double t, AdjustedRow *out)
{
	const Graded *g = a->g;
	int32		from = g->start[item];
	int32		k = g->start[item + 1] - from;
	double		effect = 0;
	double		var = 0;

	out->naive_mean = g->mean + a->item_mean[item];
	out->adjusted = out->se = out->ci_low = out->ci_high = NAN;
	for (int32 o = from; o < from + k; o++)
		effect += a->effect[g->rater[o]];
	/* a rater who shares nothing has no effect that could be taken out */
	if (isnan(effect))
		return;
	out->adjusted = out->naive_mean - effect / k;
	if (!(a->df > 0) || !(a->sse > 0))
		return;
	for (int32 o = from; o < from + k; o++)
		for (int32 p = from; p < from + k; p++)
			var += additive_cov(a, g->rater[o], g->rater[p]);
	var = a->sse / a->df * (1.0 / k + Max(var, 0) / ((double) k * k));
	out->se = sqrt(var);
	out->ci_low = out->adjusted - t * out->se;
	out->ci_high = out->adjusted + t * out->se;
}

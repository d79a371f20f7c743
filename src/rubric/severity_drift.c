/*-------------------------------------------------------------------------
 *
 * severity_drift.c
 *	  Does a rater become stricter or milder with time, compared with the
 *	  others on the same items?
 *
 * For rater g the differences d = value of g - value of another h on one item
 * are regressed on the time of g's rating, with an intercept for each h: the
 * levels of the others, and who of them happens to sit beside g when, drop
 * out, and g's own ratings do not enter what they are compared with.  An item
 * counts once: its pairs have the weight 1 / (raters - 1).  Standard errors
 * sum over items, or clusters (Liang & Zeger 1986).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "rubric/severity.h"

/* What is known of the pair (g, h) */
typedef struct PairSum
{
	double		w;
	double		w_sq;
	double		t;				/* sums, then means */
	double		d;
} PairSum;

typedef struct Work
{
	const Graded *g;
	RaterIndex	by;
	double		unit;
	double		confidence;
	PairSum    *pair;			/* [n_raters] */
	double		longest;		/* time from the origin */
	double	   *score;			/* [clusters or items] */
	int32	   *stamp;
	int32	   *list;
} Work;

static inline double
time_of(const Work *w, int64 at, int64 origin)
{
	/* the difference of two int64 may overflow */
	return ((double) at - (double) origin) / w->unit;
}

/* How far a time is from the mean of its pair; what is smaller is rounding */
static inline double
from_mean(const Work *w, double t, const PairSum *p)
{
	double		x = t - p->t;

	return fabs(x) > 1e-12 * w->longest ? x : 0;
}

static void
pair_means(Work *w, int32 r, int64 origin)
{
	const Graded *g = w->g;

	memset(w->pair, 0, g->n_raters * sizeof(PairSum));
	w->longest = 0;
	for (int32 j = w->by.start[r]; j < w->by.start[r + 1]; j++)
	{
		int32		i = w->by.item[j];
		int32		self = w->by.obs[j];
		double		weight = 1.0 / (g->start[i + 1] - g->start[i] - 1);
		double		t = time_of(w, g->at[self], origin);

		HD_CHECK_EVERY(j);
		w->longest = Max(w->longest, fabs(t));
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			PairSum    *p = &w->pair[g->rater[o]];

			if (o == self)
				continue;
			p->w += weight;
			p->w_sq += weight * weight;
			p->t += weight * t;
			p->d += weight * (g->y[self] - g->y[o]);
		}
	}
	for (int32 h = 0; h < g->n_raters; h++)
	{
		if (w->pair[h].w > 0)
		{
			w->pair[h].t /= w->pair[h].w;
			w->pair[h].d /= w->pair[h].w;
		}
	}
}

/*
 * sum of w (t - mean)^2 and of w (t - mean)(d - mean), the size of
 * the squares that the latter's terms come from, and the items that bring
 * something
 */
static double
cross_products(Work *w, int32 r, int64 origin, double *txy, double *total, DriftRow *row)
{
	const Graded *g = w->g;
	double		txx = 0;

	*txy = *total = 0;
	for (int32 j = w->by.start[r]; j < w->by.start[r + 1]; j++)
	{
		int32		i = w->by.item[j];
		int32		self = w->by.obs[j];
		double		weight = 1.0 / (g->start[i + 1] - g->start[i] - 1);
		double		t = time_of(w, g->at[self], origin);
		bool		useful = false;

		HD_CHECK_EVERY(j);
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			const PairSum *p = &w->pair[g->rater[o]];
			double		x = from_mean(w, t, p);
			double		y = g->y[self] - g->y[o] - p->d;

			if (o == self)
				continue;
			useful = useful || x != 0;
			txx += weight * x * x;
			*txy += weight * x * y;
			*total += weight * weight * x * x * (g->y[self] * g->y[self] + g->y[o] * g->y[o]);
		}
		row->n += useful;
	}
	return txx;
}

static double
squared_scores(Work *w, int32 r, int64 origin, double slope, DriftRow *row)
{
	const Graded *g = w->g;
	double		squares = 0;
	int32		n = 0;

	for (int32 j = w->by.start[r]; j < w->by.start[r + 1]; j++)
	{
		int32		i = w->by.item[j];
		int32		self = w->by.obs[j];
		int32		unit = g->n_clusters > 0 ? g->cluster[i] : i;
		double		weight = 1.0 / (g->start[i + 1] - g->start[i] - 1);
		double		t = time_of(w, g->at[self], origin);
		double		score = 0;
		bool		useful = false;

		HD_CHECK_EVERY(j);
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			const PairSum *p = &w->pair[g->rater[o]];
			double		x = from_mean(w, t, p);

			if (o == self)
				continue;
			useful = useful || x != 0;
			score += weight * x * (g->y[self] - g->y[o] - p->d - slope * x);
		}
		if (!useful)
			continue;
		if (w->stamp[unit] != r + 1)
		{
			w->stamp[unit] = r + 1;
			w->score[unit] = 0;
			w->list[n++] = unit;
		}
		w->score[unit] += score;
	}
	for (int32 u = 0; u < n; u++)
		squares += w->score[w->list[u]] * w->score[w->list[u]];
	row->n_units = n;
	return squares;
}

/*
 * What the intercepts take off the degrees of freedom, in items: one for each
 * h where items have two raters, one in all where every item has all of them.
 */
static double
intercepts(const Work *w)
{
	double		p = 0;

	for (int32 h = 0; h < w->g->n_raters; h++)
		if (w->pair[h].w > 0)
			p += w->pair[h].w_sq / w->pair[h].w;
	return p;
}

static void
drift_of(Work *w, int32 r, DriftRow *row)
{
	const Graded *g = w->g;
	int64		origin;
	double		txx,
				txy,
				total,
				squares;
	double		df;

	row->slope = row->se = row->ci_low = row->ci_high = NAN;
	if (w->by.start[r] == w->by.start[r + 1])
		return;
	origin = g->at[w->by.obs[w->by.start[r]]];
	pair_means(w, r, origin);
	txx = cross_products(w, r, origin, &txy, &total, row);
	if (!(txx > 0))
		return;
	row->slope = txy / txx;
	squares = squared_scores(w, r, origin, row->slope, row);
	/* a unit is a cluster of several items, which share the burden */
	df = row->n_units - 1 - Min(intercepts(w) * row->n_units / row->n, row->n_units - 1.0);
	/* what is smaller is rounding */
	if (df < 1 || !(squares > 1e-24 * total))
		return;
	row->se = sqrt(squares * row->n_units / df) / txx;
	row->ci_low = row->slope - hd_t_quantile((1 + w->confidence) / 2, df) * row->se;
	row->ci_high = row->slope + hd_t_quantile((1 + w->confidence) / 2, df) * row->se;
}

DriftRow *
drift_rows(const Graded *g, double unit, double confidence)
{
	DriftRow   *rows = array_alloc0(g->n_raters, sizeof(DriftRow));
	int32		n_units = g->n_clusters > 0 ? g->n_clusters : g->n_items;
	Work		w = {.g = g, .unit = unit, .confidence = confidence};

	rater_index(g, &w.by);
	w.pair = array_alloc(g->n_raters, sizeof(PairSum));
	w.score = array_alloc(n_units, sizeof(double));
	w.stamp = array_alloc0(n_units, sizeof(int32));
	w.list = array_alloc(n_units, sizeof(int32));
	for (int32 r = 0; r < g->n_raters; r++)
	{
		CHECK_FOR_INTERRUPTS();
		drift_of(&w, r, &rows[r]);
	}
	return rows;
}

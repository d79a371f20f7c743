/*-------------------------------------------------------------------------
 *
 * severity_halo.c
 *	  Do a rater's grades of one response on several criteria lie closer
 *	  together than the others' grades of the same response?
 *
 * The index is the standard deviation between criteria within a response
 * (Saal, Downey & Lahey 1980, Psychol. Bull. 88:413): an impression of the
 * whole that colours every criterion makes it small.  What is small is said by
 * the others on the same responses; the rater's own grades do not enter that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "rubric/severity.h"

/* One rater on one response */
typedef struct Spread
{
	int32		n;				/* criteria */
	double		mean;
	double		squares;
} Spread;

typedef struct Work
{
	const Graded *g;
	int32	   *start;			/* [responses + 1] */
	int32	   *item;			/* items by response */
	Spread	   *spread;			/* [n_raters] */
	int32	   *touched;		/* raters of this response */
	double	   *mean_sq;		/* [n_raters] squared deviations of the excess from its mean so far */
} Work;

static void
items_by_response(const Graded *g, const ItemPairs *pairs, Work *w)
{
	int32	   *fill = array_alloc(pairs->n_first, sizeof(int32));

	w->start = array_alloc0((Size) pairs->n_first + 1, sizeof(int32));
	w->item = array_alloc(g->n_items, sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
		w->start[pairs->first[i] + 1]++;
	for (int32 p = 0; p < pairs->n_first; p++)
		w->start[p + 1] += w->start[p];
	memcpy(fill, w->start, pairs->n_first * sizeof(int32));
	for (int32 i = 0; i < g->n_items; i++)
		w->item[fill[pairs->first[i]]++] = i;
	pfree(fill);
}

/* Spread of every rater on response p; how many raters there are */
static int32
find_spreads(Work *w, int32 p)
{
	const Graded *g = w->g;
	int32		n = 0;

	for (int32 j = w->start[p]; j < w->start[p + 1]; j++)
	{
		HD_CHECK_EVERY(j);
		for (int32 o = g->start[w->item[j]]; o < g->start[w->item[j] + 1]; o++)
		{
			Spread	   *s = &w->spread[g->rater[o]];

			if (s->n == 0)
				w->touched[n++] = g->rater[o];
			s->n++;
			s->mean += (g->y[o] - s->mean) / s->n;
		}
	}
	for (int32 j = w->start[p]; j < w->start[p + 1]; j++)
		for (int32 o = g->start[w->item[j]]; o < g->start[w->item[j] + 1]; o++)
		{
			Spread	   *s = &w->spread[g->rater[o]];

			s->squares += (g->y[o] - s->mean) * (g->y[o] - s->mean);
		}
	return n;
}

static inline double
deviation(const Spread *s)
{
	return sqrt(s->squares / (s->n - 1));
}

/* Running means, and squares about them (Welford 1962) */
static void
add_response(Work *w, HaloRow *row, int32 r, double own, double others)
{
	double		excess = own - others;
	double		before = row->excess;

	row->n_shared++;
	row->value += (own - row->value) / (double) row->n_shared;
	row->expected += (others - row->expected) / (double) row->n_shared;
	row->excess += (excess - before) / (double) row->n_shared;
	w->mean_sq[r] += (excess - before) * (excess - row->excess);
}

static void
compare_response(Work *w, int32 n, HaloRow *rows)
{
	double		sum = 0;
	int32		raters = 0;

	for (int32 t = 0; t < n; t++)
	{
		if (w->spread[w->touched[t]].n < 2)
			continue;
		raters++;
		sum += deviation(&w->spread[w->touched[t]]);
		rows[w->touched[t]].n++;
	}
	for (int32 t = 0; t < n; t++)
	{
		const Spread *s = &w->spread[w->touched[t]];

		if (s->n >= 2 && raters >= 2)
		{
			double		own = deviation(s);

			add_response(w, &rows[w->touched[t]], w->touched[t], own, (sum - own) / (raters - 1));
		}
	}
	for (int32 t = 0; t < n; t++)
		memset(&w->spread[w->touched[t]], 0, sizeof(Spread));
}

HaloRow *
halo_rows(const Graded *g, const ItemPairs *pairs, double confidence)
{
	HaloRow    *rows = array_alloc0(g->n_raters, sizeof(HaloRow));
	Work		w = {.g = g};

	items_by_response(g, pairs, &w);
	w.spread = array_alloc0(g->n_raters, sizeof(Spread));
	w.touched = array_alloc(g->n_raters, sizeof(int32));
	w.mean_sq = array_alloc0(g->n_raters, sizeof(double));
	for (int32 p = 0; p < pairs->n_first; p++)
	{
		HD_CHECK_EVERY(p);
		compare_response(&w, find_spreads(&w, p), rows);
	}
	for (int32 r = 0; r < g->n_raters; r++)
	{
		HaloRow    *row = &rows[r];
		double		n = (double) row->n_shared;

		row->excess_low = row->excess_high = NAN;
		if (n == 0)
			row->value = row->expected = row->excess = NAN;
		else if (n >= 2 && w.mean_sq[r] > 1e-24 * n * (row->value * row->value + row->expected * row->expected))
		{
			double		half = hd_t_quantile((1 + confidence) / 2, n - 1) * sqrt(w.mean_sq[r] / (n * (n - 1)));

			row->excess_low = row->excess - half;
			row->excess_high = row->excess + half;
		}
	}
	return rows;
}

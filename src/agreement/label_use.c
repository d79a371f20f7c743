/*-------------------------------------------------------------------------
 *
 * label_use.c
 *	  How raters use labels, compared with the others on the same items.
 *
 * For item i and label k, d_ik is 1 if the rater gave the label, less the
 * share of the others who did.  The excess is the mean of d_ik, its variance
 * that of a mean of sums within units u (clusters, or items):
 *		U/(U-1) sum_u (S_u - n_u mean)^2 / N^2.
 * Items on which nobody gave the label have d_ik = 0; the square is taken
 * apart, so that they need not be visited:
 *		sum S_u^2 - 2 mean sum n_u S_u + mean^2 sum n_u^2.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/fixedsum.h"
#include "agreement/label_use.h"
#include "agreement/margins.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/stats.h"

/* One rating of the rater, to be taken by cluster */
typedef struct OwnRating
{
	int32		unit;
	int32		item;
	int32		obs;
} OwnRating;

/* Sums of one label over a rater's units */
typedef struct LabelSums
{
	int64		n;				/* given by the rater */
	FixedSum	others;			/* of the others' shares */
	FixedSum	squares;		/* of S_u^2 */
	FixedSum	products;		/* of n_u S_u */
	int64		unit;			/* S_u of the current unit */
	bool		used;			/* by this rater or the others */
	bool		in_unit;
} LabelSums;

typedef struct UseWork
{
	const RatingMatrix *m;
	OwnRating  *own;
	int32		n_own;			/* items that somebody else rated too */
	LabelSums  *label;			/* [q] all zero between raters */
	int32	   *used;			/* labels with .used */
	int32		n_used;
	int32	   *in_unit;		/* labels with .in_unit */
	int32		n_in_unit;
	double		share_scale;	/* of shares and S_u */
	double		square_scale;
	int64		n_units;
	double		unit_squares;	/* sum of n_u^2 */
} UseWork;

static int
by_unit(const void *a, const void *b)
{
	const OwnRating *x = a;
	const OwnRating *y = b;

	CHECK_FOR_INTERRUPTS();
	return (x->unit > y->unit) - (x->unit < y->unit);
}

static void
gather_own(UseWork *w, const ByRater *by, int32 g)
{
	const RatingMatrix *m = w->m;

	w->n_own = 0;
	for (int32 j = by->start[g]; j < by->start[g + 1]; j++)
	{
		int32		i = by->item[j];

		HD_CHECK_EVERY(j);
		if (m->start[i + 1] - m->start[i] < 2)
			continue;
		w->own[w->n_own].unit = m->n_clusters > 0 ? m->cluster[i] : i;
		w->own[w->n_own].item = i;
		w->own[w->n_own++].obs = by->obs[j];
	}
	if (m->n_clusters > 0)
		qsort(w->own, w->n_own, sizeof(OwnRating), by_unit);
}

static LabelSums *
touch(UseWork *w, int32 k)
{
	LabelSums  *l = &w->label[k];

	if (!l->used)
	{
		l->used = true;
		w->used[w->n_used++] = k;
	}
	if (!l->in_unit)
	{
		l->in_unit = true;
		w->in_unit[w->n_in_unit++] = k;
	}
	return l;
}

static void
add_item(UseWork *w, const OwnRating *own)
{
	const RatingMatrix *m = w->m;
	int32		from = m->start[own->item];
	int32		to = m->start[own->item + 1];
	int64		share = (int64) (w->share_scale / (to - from - 1));
	LabelSums  *mine = touch(w, m->category[own->obs]);

	mine->n++;
	mine->unit += share * (to - from - 1);
	for (int32 o = from; o < to; o++)
	{
		LabelSums  *l;

		if (o == own->obs)
			continue;
		l = touch(w, m->category[o]);
		l->unit -= share;
		fixedsum_add(&l->others, share);
	}
}

static void
end_unit(UseWork *w, double n)
{
	for (int32 j = 0; j < w->n_in_unit; j++)
	{
		LabelSums  *l = &w->label[w->in_unit[j]];
		double		s = (double) l->unit / w->share_scale;

		fixedsum_add(&l->squares, (int64) (s * s * w->square_scale));
		fixedsum_add(&l->products, (int64) (s * n * w->square_scale));
		l->unit = 0;
		l->in_unit = false;
	}
	w->n_in_unit = 0;
	w->n_units++;
	w->unit_squares += n * n;
}

static void
add_items(UseWork *w)
{
	int32		most = 1;

	for (int32 from = 0, to; from < w->n_own; from = to)
	{
		for (to = from + 1; to < w->n_own && w->own[to].unit == w->own[from].unit; to++)
			;
		most = Max(most, to - from);
	}
	w->share_scale = fixed_scale(1, most);
	w->square_scale = fixed_scale((double) most * most, 1);
	w->n_units = 0;
	w->unit_squares = 0;
	for (int32 from = 0, to; from < w->n_own; from = to)
	{
		for (to = from; to < w->n_own && w->own[to].unit == w->own[from].unit; to++)
		{
			HD_CHECK_EVERY(to);
			add_item(w, &w->own[to]);
		}
		end_unit(w, to - from);
	}
}

static void
label_row(const UseWork *w, const LabelSums *l, double confidence, LabelUse *row)
{
	double		n = w->n_own;
	double		units = (double) w->n_units;
	double		squares;
	double		half;

	row->n_items = w->n_own;
	row->n_units = w->n_units;
	row->n = l->n;
	row->share = (double) l->n / n;
	row->others_share = fixedsum_value(&l->others, w->share_scale) / n;
	row->excess = row->share - row->others_share;
	row->excess_low = row->excess_high = NAN;
	squares = fixedsum_value(&l->squares, w->square_scale) -
		2 * row->excess * fixedsum_value(&l->products, w->square_scale) +
		row->excess * row->excess * w->unit_squares;
	/* a root mean square below 1e-6 is rounding */
	if (units < 2 || !(squares > 1e-12 * n))
		return;
	half = hd_t_quantile((1 + confidence) / 2, units - 1) *
		sqrt(units / (units - 1) * squares) / n;
	row->excess_low = Max(-1, row->excess - half);
	row->excess_high = Min(1, row->excess + half);
}

void
label_use_rows(const RatingMatrix *m, double confidence, LabelUseSink sink, void *arg)
{
	ByRater    *by = by_rater(m);
	UseWork		w = {.m = m};
	int32		most = 0;

	for (int32 g = 0; g < m->n_raters; g++)
		most = Max(most, by->start[g + 1] - by->start[g]);
	w.own = array_alloc(most, sizeof(OwnRating));
	w.label = array_alloc0(m->n_categories, sizeof(LabelSums));
	w.used = array_alloc(m->n_categories, sizeof(int32));
	w.in_unit = array_alloc(m->n_categories, sizeof(int32));
	for (int32 g = 0; g < m->n_raters; g++)
	{
		CHECK_FOR_INTERRUPTS();
		gather_own(&w, by, g);
		add_items(&w);
		qsort(w.used, w.n_used, sizeof(int32), int32_ascending);
		for (int32 j = 0; j < w.n_used; j++)
		{
			LabelUse	row = {.rater = g, .category = w.used[j]};

			label_row(&w, &w.label[w.used[j]], confidence, &row);
			memset(&w.label[w.used[j]], 0, sizeof(LabelSums));
			sink(arg, &row);
		}
		w.n_used = 0;
	}
	pfree(w.own);
	pfree(w.label);
	pfree(w.used);
	pfree(w.in_unit);
	by_rater_free(by);
}

/*-------------------------------------------------------------------------
 *
 * bradley_terry_pairs.c
 *	  SQL function: the chance that one item is preferred to another, beside
 *	  what their own comparisons say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "preference/bradley_terry_args.h"

typedef struct PairWork
{
	SrfRow		row;
	Comparisons *c;
	const BtModel *m;
	Strengths  *s;
} PairWork;

/* a shown first, b second; NULL: never */
static const BtPair *
find_pair(const BtModel *m, int32 a, int32 b)
{
	int32		low = 0;
	int32		high = m->n_pairs;

	while (low < high)
	{
		int32		mid = low + (high - low) / 2;
		const BtPair *p = &m->pair[mid];

		if (p->a < a || (p->a == a && p->b < b))
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n_pairs && m->pair[low].a == a && m->pair[low].b == b ? &m->pair[low] : NULL;
}

static int64
pair_count(const BtModel *m, const BtPair *p)
{
	int64		n = 0;

	for (int64 r = p ? p->start : 0; p && r < p->end; r++)
	{
		if (m->opt.ties != BT_TIES_DROP || m->d->outcome[r] != OUTCOME_TIE)
			n += m->d->count[r];
	}
	return n;
}

/* Of e^difference to 1; infinite differences are certain */
static double
chance(double difference)
{
	return 1 / (1 + exp(-difference));
}

static void
put_pair(PairWork *w, int32 a, int32 b)
{
	const BtPair *forth = find_pair(w->m, a, b);
	const BtPair *back = find_pair(w->m, b, a);
	double		half;
	double		difference = bt_difference(w->m, w->s, a, b, &half);
	double		won = 0;
	double		all = 0;
	MemoryContext old = MemoryContextSwitchTo(w->row.row_cx);

	if (forth)
	{
		won += forth->win + forth->tie / 2;
		all += forth->win + forth->tie + forth->loss;
	}
	if (back)
	{
		won += back->loss + back->tie / 2;
		all += back->win + back->tie + back->loss;
	}
	srf_cstring(&w->row, comparisons_item_name(w->c, a));
	srf_cstring(&w->row, comparisons_item_name(w->c, b));
	srf_float8(&w->row, chance(difference));
	srf_float8(&w->row, chance(difference - half));
	srf_float8(&w->row, chance(difference + half));
	srf_int64(&w->row, pair_count(w->m, forth) + pair_count(w->m, back));
	srf_float8(&w->row, all > 0 ? won / all : NAN);
	MemoryContextSwitchTo(old);
	srf_end_row(&w->row);
}

PG_FUNCTION_INFO_V1(comparisons_preference_probability);
Datum
comparisons_preference_probability(PG_FUNCTION_ARGS)
{
	BtOptions	opt = {.ties = bt_ties_arg(fcinfo, 3), .prior = bt_prior_arg(fcinfo, 4), .anchor = -1,
		.order_effect = bt_bool_arg(fcinfo, 6, "order_effect"), .confidence = arg_confidence(fcinfo, 7)};
	bool		by_component = bt_components_arg(fcinfo, 8);
	const PreferenceData *d;
	BtModel    *m;
	PairWork	w;
	int32		a;
	int32		b;

	srf_begin(fcinfo, &w.row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	w.c = comparisons_get(PG_GETARG_DATUM(0));
	d = comparisons_data(w.c);
	a = bt_item_arg(fcinfo, 1, "item", w.c);
	b = bt_item_arg(fcinfo, 2, "item", w.c);
	opt.variance = bt_variance_arg(fcinfo, 5, d);
	w.m = m = bt_prepare(d, &opt);
	if (!by_component)
		bt_require_connected(m, w.c);
	bt_fit_or_fail(m);
	bt_covary(m);
	w.s = bt_strengths(m);
	for (int32 i = a < 0 ? 0 : a; i < (a < 0 ? d->n_items : a + 1); i++)
	{
		for (int32 j = b < 0 ? 0 : b; j < (b < 0 ? d->n_items : b + 1); j++)
		{
			/* without any name each pair comes once */
			if (i != j && (a >= 0 || b >= 0 || i < j))
				put_pair(&w, i, j);
		}
	}
	return (Datum) 0;
}

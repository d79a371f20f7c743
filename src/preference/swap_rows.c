/*-------------------------------------------------------------------------
 *
 * swap_rows.c
 *	  SQL functions about the order in which things were shown.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "common/stats.h"
#include "preference/comparisons_state.h"
#include "preference/swap.h"

static void
put_share(SrfRow *row, const Share *s)
{
	srf_float8(row, s->value);
	srf_float8(row, s->low);
	srf_float8(row, s->high);
}

static const char *
rater_name(Comparisons *c, int32 rater)
{
	return rater < 0 || rater >= (int32) c->raters.n ? NULL : comparisons_rater_name(c, rater);
}

/* ---- consistency ---- */

static void
put_swap_sums(SrfRow *row, const char *scope, const char *rater, const SwapSums *s, double confidence)
{
	Share		consistency = {NAN, NAN, NAN};
	Share		first;

	if (s->n > 0)
	{
		consistency.value = s->consistent / (double) s->n;
		hd_wilson(s->consistent, (double) s->n, confidence, &consistency.low, &consistency.high);
	}
	pick_share(&s->pick, confidence, &first);
	srf_cstring(row, scope);
	srf_cstring(row, rater);
	srf_int64(row, s->n);
	srf_float8(row, s->consistent);
	put_share(row, &consistency);
	srf_float8(row, s->always_first);
	srf_float8(row, s->always_second);
	srf_float8(row, s->half_tie);
	srf_float8(row, s->pick.decisive);
	srf_float8(row, s->pick.picked);
	put_share(row, &first);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(comparisons_swap_consistency);
Datum
comparisons_swap_consistency(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Comparisons *c;
	const PreferenceData *p;
	PairTable	t;
	SwapSums   *sums;
	SwapSums	all;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	p = comparisons_data(c);
	preference_pairs(p, &t);
	sums = array_alloc((Size) p->n_raters + 1, sizeof(SwapSums));
	swap_sums(p, &t, sums, &all);
	put_swap_sums(&row, "all", NULL, &all, confidence);
	for (int32 g = 0; g < p->n_raters; g++)
		put_swap_sums(&row, "rater", comparisons_rater_name(c, g), &sums[g], confidence);
	/* of raters who are not named, where others are */
	if (p->n_raters > 0 && sums[p->n_raters].n > 0)
		put_swap_sums(&row, "rater", NULL, &sums[p->n_raters], confidence);
	return (Datum) 0;
}

/* ---- each judgement ---- */

/* The verdict of one order: of several that differ, "mixed"; of none, NULL */
static const char *
verdict(const double w[3])
{
	int			kinds = (w[OUTCOME_A] > 0) + (w[OUTCOME_B] > 0) + (w[OUTCOME_TIE] > 0);

	if (kinds == 0)
		return NULL;
	if (kinds > 1)
		return "mixed";
	return w[OUTCOME_A] > 0 ? "a" : w[OUTCOME_B] > 0 ? "b" : "tie";
}

PG_FUNCTION_INFO_V1(comparisons_swap_pairs);
Datum
comparisons_swap_pairs(PG_FUNCTION_ARGS)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));
	const PreferenceData *p = comparisons_data(c);
	JudgementCursor cursor;
	Judgement	j;
	PairTable	t;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	preference_pairs(p, &t);
	judgements_open(&cursor, p, &t);
	while (judgements_next(&cursor, &j))
	{
		SwapSums	one;

		if (!judgement_is_swapped(&j))
			continue;
		memset(&one, 0, sizeof(one));
		swap_add(&one, &j);
		srf_cstring(&row, j.prompt < 0 ? NULL : comparisons_prompt_name(c, j.prompt));
		srf_cstring(&row, rater_name(c, j.rater));
		srf_cstring(&row, comparisons_item_name(c, t.a[j.pair]));
		srf_cstring(&row, comparisons_item_name(c, t.b[j.pair]));
		srf_cstring(&row, verdict(j.weight[0]));
		srf_cstring(&row, verdict(j.weight[1]));
		srf_float8(&row, one.consistent);
		srf_float8(&row, judgement_reconciled(&j) / 2.0);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- a state in which a win has survived the swap ---- */

typedef enum Unpaired
{
	UNPAIRED_DROP,
	UNPAIRED_KEEP
} Unpaired;

static const ArgChoice unpaired_choices[] = {
	{"drop", UNPAIRED_DROP},
	{"keep", UNPAIRED_KEEP},
	{NULL, 0}
};

static void
add_comparison(Comparisons *c, int32 a, int32 b, Outcome outcome, const Judgement *j, double weight)
{
	ComparisonRow *row;

	comparisons_reserve(c, 1);
	comparisons_count(c, 1);
	row = comparisons_push(c, comparison_pair(a, b, outcome),
						   comparison_who(j->rater + 1, j->prompt + 1));
	row->count = 1;
	row->weight = weight;
}

/* Mean weight of a judgement's comparisons: 1 where no weights were given */
static double
mean_weight(const Judgement *j)
{
	double		weight = 0;
	double		count = 0;

	for (int o = 0; o < 2; o++)
		for (int k = 0; k < 3; k++)
		{
			weight += j->weight[o][k];
			count += (double) j->count[o][k];
		}
	return weight / count;
}

PG_FUNCTION_INFO_V1(comparisons_swap_reconciled);
Datum
comparisons_swap_reconciled(PG_FUNCTION_ARGS)
{
	Unpaired	unpaired = arg_choice(fcinfo, 1, "unpaired", unpaired_choices);
	Comparisons *src,
			   *dst;
	const PreferenceData *p;
	JudgementCursor cursor;
	Judgement	j;
	PairTable	t;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	src = comparisons_get(PG_GETARG_DATUM(0));
	p = comparisons_data(src);
	dst = comparisons_like(fcinfo, src);
	preference_pairs(p, &t);
	judgements_open(&cursor, p, &t);
	while (judgements_next(&cursor, &j))
	{
		bool		a_first = j.count[0][OUTCOME_A] + j.count[0][OUTCOME_B] + j.count[0][OUTCOME_TIE] > 0;
		int32		a = t.a[j.pair];
		int32		b = t.b[j.pair];
		Outcome		o = judgement_reconciled(&j);

		if (judgement_is_swapped(&j) || (unpaired == UNPAIRED_KEEP && a_first))
			add_comparison(dst, a, b, o, &j, mean_weight(&j));
		else if (unpaired == UNPAIRED_KEEP)
			add_comparison(dst, b, a, OUTCOME_A - o, &j, mean_weight(&j));
	}
	comparisons_finish(dst);
	PG_RETURN_DATUM(state_datum(&dst->state));
}

/* ---- position bias ---- */

static const char *
evidence_of(const PositionRow *r)
{
	if (!(r->pick.decisive > 0))
		return "no decisive verdict";
	if (r->pick.units < 10 || r->first.high - r->first.low > 1.0 / 3)
		return psprintf("too little: %.0f decisive judgements", r->pick.units);
	if (!(r->n_expected > 0))
		return psprintf("%.0f decisive judgements, none of the same pair in the same order by others: the bias and the pairs that were shown cannot be told apart",
						r->pick.units);
	return psprintf("%.0f decisive judgements, %.0f verdicts on pairs that others saw in the same order",
					r->pick.units, r->n_expected);
}

static void
put_position(SrfRow *row, const char *rater, const PositionRow *r)
{
	MemoryContext old;

	srf_cstring(row, rater);
	srf_float8(row, r->n);
	srf_float8(row, r->ties);
	put_share(row, &r->tie_rate);
	srf_float8(row, r->pick.decisive);
	srf_float8(row, r->pick.picked);
	put_share(row, &r->first);
	srf_float8(row, r->n_expected);
	srf_float8(row, r->expected);
	put_share(row, &r->excess);
	old = MemoryContextSwitchTo(row->row_cx);
	srf_cstring(row, evidence_of(r));
	MemoryContextSwitchTo(old);
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(comparisons_position_bias);
Datum
comparisons_position_bias(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Comparisons *c;
	const PreferenceData *p;
	PairTable	t;
	PositionRow *rows;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	p = comparisons_data(c);
	preference_pairs(p, &t);
	rows = position_rows(p, &t, confidence);
	for (int32 g = 0; g < p->n_raters; g++)
		put_position(&row, comparisons_rater_name(c, g), &rows[g]);
	if (rows[p->n_raters].n > 0)
		put_position(&row, NULL, &rows[p->n_raters]);
	return (Datum) 0;
}

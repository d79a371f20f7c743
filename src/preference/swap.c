/*-------------------------------------------------------------------------
 *
 * swap.c
 *	  Does the order in which two things are shown decide who wins?
 *
 * The unit is a judgement: all that one rater said about one pair on one
 * prompt.  A rater is consistent where the verdict survives the swap (Zheng
 * et al. 2023, "Judging LLM-as-a-judge", NeurIPS, section 4.2).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "preference/swap.h"

/* ---- share of picks of what was shown first ---- */

void
pick_add(PickSums *s, double picked, double decisive)
{
	if (decisive <= 0)
		return;
	s->units++;
	s->picked += picked;
	s->decisive += decisive;
	s->pp += picked * picked;
	s->pd += picked * decisive;
	s->dd += decisive * decisive;
}

/*
 * Wilson's interval for as many independent verdicts as would have this
 * variance: that of a ratio over units (Cochran 1977, section 6.4; effective n
 * as Korn and Graubard 1998).  Never more of them than verdicts; where nothing
 * varies because all picked alike, as many as there are units.
 */
void
pick_share(const PickSums *s, double confidence, Share *out)
{
	double		r,
				n,
				squares,
				var;

	out->value = out->low = out->high = NAN;
	if (!(s->decisive > 0))
		return;
	r = s->picked / s->decisive;
	n = s->decisive;
	if (r <= 0 || r >= 1)
		n = Min(n, s->units);
	else if (s->units > 1)
	{
		squares = s->pp - 2 * r * s->pd + r * r * s->dd;
		var = s->units / (s->units - 1) * Max(squares, 0) / (s->decisive * s->decisive);
		if (var > 1e-18)
			n = Min(n, r * (1 - r) / var);
	}
	out->value = r;
	hd_wilson(r * n, n, confidence, &out->low, &out->high);
}

/* ---- judgements in both orders ---- */

static double
order_total(const double w[3])
{
	return w[OUTCOME_A] + w[OUTCOME_B] + w[OUTCOME_TIE];
}

bool
judgement_is_swapped(const Judgement *j)
{
	return order_total(j->weight[0]) > 0 && order_total(j->weight[1]) > 0;
}

static void
add_picks(PickSums *s, const Judgement *j)
{
	double		first = j->weight[0][OUTCOME_A] + j->weight[1][OUTCOME_B];
	double		second = j->weight[0][OUTCOME_B] + j->weight[1][OUTCOME_A];

	pick_add(s, first, first + second);
}

/*
 * With one verdict in each order a judgement is of one kind.  With more, of a
 * verdict of one order and one of the other, taken at random.
 */
void
swap_add(SwapSums *s, const Judgement *j)
{
	double		pairs = order_total(j->weight[0]) * order_total(j->weight[1]);
	const double *x = j->weight[0];
	const double *y = j->weight[1];
	double		same = x[OUTCOME_A] * y[OUTCOME_A] + x[OUTCOME_B] * y[OUTCOME_B] + x[OUTCOME_TIE] * y[OUTCOME_TIE];
	double		first = x[OUTCOME_A] * y[OUTCOME_B];
	double		second = x[OUTCOME_B] * y[OUTCOME_A];

	s->n++;
	s->consistent += same / pairs;
	s->always_first += first / pairs;
	s->always_second += second / pairs;
	s->half_tie += (x[OUTCOME_TIE] * (y[OUTCOME_A] + y[OUTCOME_B]) +
					y[OUTCOME_TIE] * (x[OUTCOME_A] + x[OUTCOME_B])) / pairs;
	add_picks(&s->pick, j);
}

static inline int32
rater_slot(const PreferenceData *p, int32 rater)
{
	return rater >= 0 ? rater : p->n_raters;
}

void
swap_sums(const PreferenceData *p, const PairTable *t, SwapSums *per_rater, SwapSums *all)
{
	JudgementCursor cursor;
	Judgement	j;

	memset(all, 0, sizeof(*all));
	memset(per_rater, 0, sizeof(*per_rater) * ((Size) p->n_raters + 1));
	judgements_open(&cursor, p, t);
	while (judgements_next(&cursor, &j))
	{
		if (!judgement_is_swapped(&j))
			continue;
		swap_add(&per_rater[rater_slot(p, j.rater)], &j);
		swap_add(all, &j);
	}
}

Outcome
judgement_reconciled(const Judgement *j)
{
	double		a = j->weight[0][OUTCOME_A] + j->weight[1][OUTCOME_A];
	double		b = j->weight[0][OUTCOME_B] + j->weight[1][OUTCOME_B];
	double		tie = j->weight[0][OUTCOME_TIE] + j->weight[1][OUTCOME_TIE];

	if (tie == 0 && b == 0)
		return OUTCOME_A;
	if (tie == 0 && a == 0)
		return OUTCOME_B;
	return OUTCOME_TIE;
}

/* ---- position bias of each rater ---- */

/* What raters said about (prompt, a, b) as it was shown */
typedef struct CellWork
{
	double	   *picked;			/* [n_raters + 1] in this cell */
	double	   *decisive;
	int32	   *seen;			/* slots of raters with decisive verdicts here */
	int32		n_seen;
	/* [n_raters + 1] over cells where others decided, too */
	double	   *n_expected;
	double	   *expected;		/* sum of decisive verdicts times the others' share */
	double	   *cells;
	double	   *e;				/* excess of the cell: picked - decisive * share */
	double	   *ee;
	double	   *ed;
	double	   *dd;
} CellWork;

static void
cell_work_init(CellWork *w, int32 n)
{
	w->picked = array_alloc0(n, sizeof(double));
	w->decisive = array_alloc0(n, sizeof(double));
	w->seen = array_alloc(n, sizeof(int32));
	w->n_seen = 0;
	w->n_expected = array_alloc0(n, sizeof(double));
	w->expected = array_alloc0(n, sizeof(double));
	w->cells = array_alloc0(n, sizeof(double));
	w->e = array_alloc0(n, sizeof(double));
	w->ee = array_alloc0(n, sizeof(double));
	w->ed = array_alloc0(n, sizeof(double));
	w->dd = array_alloc0(n, sizeof(double));
}

static void
cell_add(CellWork *w, const PreferenceData *p, int64 row)
{
	int32		g = rater_slot(p, p->rater ? p->rater[row] : -1);

	if (p->outcome[row] == OUTCOME_TIE)
		return;
	if (w->decisive[g] == 0)
		w->seen[w->n_seen++] = g;
	w->decisive[g] += p->weight[row];
	if (p->outcome[row] == OUTCOME_A)
		w->picked[g] += p->weight[row];
}

/* A rater's own verdicts never enter what they are measured by */
static void
cell_end(CellWork *w)
{
	double		picked = 0;
	double		decisive = 0;

	for (int32 i = 0; i < w->n_seen; i++)
	{
		picked += w->picked[w->seen[i]];
		decisive += w->decisive[w->seen[i]];
	}
	for (int32 i = 0; i < w->n_seen && w->n_seen > 1; i++)
	{
		int32		g = w->seen[i];
		double		d = w->decisive[g];
		double		share = (picked - w->picked[g]) / (decisive - d);
		double		e = w->picked[g] - d * share;

		w->cells[g]++;
		w->n_expected[g] += d;
		w->expected[g] += d * share;
		w->e[g] += e;
		w->ee[g] += e * e;
		w->ed[g] += e * d;
		w->dd[g] += d * d;
	}
	for (int32 i = 0; i < w->n_seen; i++)
		w->picked[w->seen[i]] = w->decisive[w->seen[i]] = 0;
	w->n_seen = 0;
}

/* Rows of one cell together: by prompt, then by a and b, in which rows are sorted already */
static RowKey *
rows_by_cell(const PreferenceData *p)
{
	RowKey	   *k = array_alloc(p->n_rows, sizeof(RowKey));
	uint64		pair = 0;

	for (int64 r = 0; r < p->n_rows; r++)
	{
		HD_CHECK_EVERY(r);
		if (r > 0 && (p->a[r] != p->a[r - 1] || p->b[r] != p->b[r - 1]))
			pair++;
		k[r].key = (uint64) (p->prompt ? p->prompt[r] + 1 : 0) << 32 | pair;
		k[r].row = r;
	}
	row_keys_sort(&k, p->n_rows);
	return k;
}

static void
walk_cells(CellWork *w, const PreferenceData *p)
{
	RowKey	   *k = rows_by_cell(p);

	for (int64 i = 0; i < p->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		cell_add(w, p, k[i].row);
		if (i + 1 == p->n_rows || k[i + 1].key != k[i].key)
			cell_end(w);
	}
	pfree(k);
}

/* Mean difference to the others over cells, with the t interval of a ratio */
static void
excess_share(const CellWork *w, int32 g, double confidence, PositionRow *row)
{
	double		d = w->n_expected[g];
	double		c = w->cells[g];
	double		m,
				squares,
				half;

	row->n_expected = d;
	row->expected = row->excess.value = row->excess.low = row->excess.high = NAN;
	if (!(d > 0))
		return;
	row->expected = w->expected[g] / d;
	m = row->excess.value = w->e[g] / d;
	if (c < 2)
		return;
	squares = w->ee[g] - 2 * m * w->ed[g] + m * m * w->dd[g];
	/* nothing varies but by rounding, whatever the scale of weights */
	if (!(squares > 1e-18 * w->dd[g]))
		return;
	half = hd_t_quantile((1 + confidence) / 2, c - 1) * sqrt(c / (c - 1) * squares) / d;
	row->excess.low = Max(-1, m - half);
	row->excess.high = Min(1, m + half);
}

PositionRow *
position_rows(const PreferenceData *p, const PairTable *t, double confidence)
{
	int32		n = p->n_raters + 1;
	PositionRow *rows = array_alloc0(n, sizeof(PositionRow));
	JudgementCursor cursor;
	Judgement	j;
	CellWork	w;

	judgements_open(&cursor, p, t);
	while (judgements_next(&cursor, &j))
	{
		PositionRow *row = &rows[rater_slot(p, j.rater)];

		row->n += order_total(j.weight[0]) + order_total(j.weight[1]);
		row->ties += j.weight[0][OUTCOME_TIE] + j.weight[1][OUTCOME_TIE];
		add_picks(&row->pick, &j);
	}
	cell_work_init(&w, n);
	walk_cells(&w, p);
	for (int32 g = 0; g < n; g++)
	{
		PositionRow *row = &rows[g];

		row->tie_rate.value = row->tie_rate.low = row->tie_rate.high = NAN;
		if (row->n > 0)
		{
			row->tie_rate.value = row->ties / row->n;
			hd_wilson(row->ties, row->n, confidence, &row->tie_rate.low, &row->tie_rate.high);
		}
		pick_share(&row->pick, confidence, &row->first);
		excess_share(&w, g, confidence, row);
	}
	return rows;
}

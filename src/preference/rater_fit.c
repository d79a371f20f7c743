/*-------------------------------------------------------------------------
 *
 * rater_fit.c
 *	  The fit of the others to each rater: strengths without the rater's
 *	  comparisons, at the pairs that the rater compared.
 *
 * Let V be the inverse information of all comparisons, D the pairs of the
 * rater (a column e_a - e_b each), A = D'VD, W the rater's information and s
 * the rater's score at these pairs.  Newton's step from the fit of all to the
 * fit of the others moves eta = D'theta by -(I - AW)^-1 A s (Woodbury; cf.
 * Pregibon 1981, Ann. Stat. 9:705), and the variance of eta becomes
 * (I - AW)^-1 A.  The error of the step is of the order of its square, so a
 * step below SMALL_STEP is taken as it is.  Else the others' fit is iterated
 * with V in place of the exact inverse, or, where that is slow or moves eta
 * far, where the others do not connect all items, or where the rater has a
 * large share of the comparisons (which few can have), made from scratch.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "preference/rater_fit.h"
#include "preference/rater_fit_sums.h"
#include "utils/memutils.h"

#define SMALL_STEP 0.005
#define LARGE_STEP 0.05			/* beyond it the variance has moved, too */
#define MOST_PAIRS 100			/* of a rater, for the direct step */
#define MOST_ROUNDS 20
#define ROUND_ENDS 2e-5			/* a step this small: each is a fraction of the one before */
#define LARGE_SHARE 0.05		/* of the weight of a block */
#define EVEN 1e-7				/* a difference this small has no favourite: it comes of rounding */

/* One rater's comparisons in one block */
typedef struct Own
{
	const BtBlock *b;
	int32		block;
	BtRows		rows;			/* a part of those sorted by rater */
	int32		n;				/* ordered pairs */
	int32	   *pair;			/* [n] */
	int32	   *at;				/* [rows.n] which of them */
	double	   *win;			/* [n] weights */
	double	   *tie;
	double	   *loss;
	double	   *eta;			/* [n] of the others; NaN: they have no view */
	double	   *variance;		/* [n] of eta */
} Own;

typedef struct FitWork
{
	BtModel    *m;
	int32	   *place;			/* [n_pairs] among the rater's pairs, or -1 */
	int32	   *block_start;	/* [n_blocks + 1] into block_pair */
	int32	   *block_pair;		/* pairs by block */
	double	   *block_weight;
} FitWork;

/* ---- the pairs of a block ---- */

static void
work_init(FitWork *w, BtModel *m)
{
	int32	   *next = array_alloc(m->n_blocks, sizeof(int32));

	w->m = m;
	w->place = array_alloc(m->n_pairs, sizeof(int32));
	w->block_start = array_alloc0((Size) m->n_blocks + 1, sizeof(int32));
	w->block_pair = array_alloc(m->n_pairs, sizeof(int32));
	w->block_weight = array_alloc0(m->n_blocks, sizeof(double));
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		w->place[k] = -1;
		if (m->pair[k].block >= 0)
			w->block_start[m->pair[k].block + 1]++;
	}
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		w->block_start[k + 1] += w->block_start[k];
		next[k] = w->block_start[k];
	}
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];

		if (p->block < 0)
			continue;
		w->block_pair[next[p->block]++] = k;
		w->block_weight[p->block] += p->win + p->tie + p->loss;
	}
	pfree(next);
}

static void
own_begin(FitWork *w, int32 block, BtRows rows, Own *o)
{
	const PreferenceData *d = w->m->d;

	o->b = &w->m->block[block];
	o->block = block;
	o->rows = rows;
	o->n = 0;
	o->pair = array_alloc(rows.n, sizeof(int32));
	o->at = array_alloc(rows.n, sizeof(int32));
	o->win = array_alloc0(rows.n, sizeof(double));
	o->tie = array_alloc0(rows.n, sizeof(double));
	o->loss = array_alloc0(rows.n, sizeof(double));
	o->eta = array_alloc(rows.n, sizeof(double));
	o->variance = array_alloc(rows.n, sizeof(double));
	for (int64 k = 0; k < rows.n; k++)
	{
		int32		r = rows.row[k].row;
		int32		at = w->place[rows.row[k].pair];

		HD_CHECK_EVERY(k);
		if (at < 0)
		{
			at = w->place[rows.row[k].pair] = o->n++;
			o->pair[at] = rows.row[k].pair;
		}
		o->at[k] = at;
		*(d->outcome[r] == OUTCOME_A ? &o->win[at] : d->outcome[r] == OUTCOME_TIE ? &o->tie[at] : &o->loss[at]) +=
			d->weight[r];
	}
}

static void
own_end(FitWork *w, Own *o)
{
	for (int32 k = 0; k < o->n; k++)
		w->place[o->pair[k]] = -1;
	pfree(o->pair);
	pfree(o->at);
	pfree(o->win);
	pfree(o->tie);
	pfree(o->loss);
	pfree(o->eta);
	pfree(o->variance);
}

static inline double
own_weight(const Own *o, int32 k)
{
	return o->win[k] + o->tie[k] + o->loss[k];
}

static double
own_total(const Own *o)
{
	double		sum = 0;

	for (int32 k = 0; k < o->n; k++)
		sum += own_weight(o, k);
	return sum;
}

/* The rater's score at the pair */
static inline double
own_residual(const Own *o, int32 k, const BtPair *p)
{
	return o->win[k] * p->p_loss - o->tie[k] * (p->p_win - p->p_loss) / 2 - o->loss[k] * p->p_win;
}

/* x_i - x_j for the pair */
static inline double
gap(const BtPair *p, const double *x)
{
	return x[p->row] - x[p->col];
}

/* variance of theta_a - theta_b, or covariance with another such difference */
static inline double
pair_covariance(const BtBlock *b, const BtPair *p, const BtPair *q)
{
	return gap(q, b->info + (Size) p->row * b->n) - gap(q, b->info + (Size) p->col * b->n);
}

/* ---- one step ---- */

/* How far the step moves eta at most: infinity where it cannot be made, NaN where that is not tried */
static double
one_step(FitWork *w, Own *o)
{
	const BtPair *pair = w->m->pair;
	const int32 n = o->n;
	double	   *a;
	double	   *left;
	double	   *root;
	double	   *shift;
	double		longest = 0;

	if (n > MOST_PAIRS)
		return NAN;
	a = array_alloc((Size) n * n, sizeof(double));
	left = array_alloc((Size) n * n, sizeof(double));
	root = array_alloc(n, sizeof(double));
	shift = array_alloc0(n, sizeof(double));
	for (int32 k = 0; k < n; k++)
	{
		const BtPair *p = &pair[o->pair[k]];

		root[k] = sqrt(own_weight(o, k) * p->p_win * p->p_loss);
		for (int32 q = 0; q < n; q++)
			a[(Size) k * n + q] = pair_covariance(o->b, p, &pair[o->pair[q]]);
	}
	/* I - W^1/2 A W^1/2, and W^1/2 A s */
	for (int32 k = 0; k < n; k++)
		for (int32 q = 0; q < n; q++)
		{
			left[(Size) k * n + q] = (k == q) - root[k] * a[(Size) k * n + q] * root[q];
			shift[k] += root[k] * a[(Size) k * n + q] * own_residual(o, q, &pair[o->pair[q]]);
		}
	if (hd_cholesky(left, n, 1e-9))
	{
		hd_cholesky_solve(left, n, shift, shift);
		hd_cholesky_inverse(left, n, a);
		for (int32 k = 0; k < n; k++)
		{
			shift[k] /= root[k];
			o->eta[k] = gap(&pair[o->pair[k]], o->b->theta) - shift[k];
			o->variance[k] = (a[(Size) k * n + k] - 1) / (root[k] * root[k]);
			/* written so that NaN, of a chance of 0, is far */
			if (!(fabs(shift[k]) <= longest))
				longest = isnan(shift[k]) ? INFINITY : fabs(shift[k]);
		}
	}
	else
		longest = INFINITY;
	pfree(a);
	pfree(left);
	pfree(root);
	pfree(shift);
	return longest;
}

/* ---- iterating ---- */

static int32
root_of(int32 *parent, int32 i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* Do the others' comparisons connect all items of the block? */
static bool
others_connect(const FitWork *w, const Own *o)
{
	const int32 n = o->b->n;
	int32	   *parent = array_alloc(n, sizeof(int32));
	int32		left = n - 1;

	for (int32 i = 0; i < n; i++)
		parent[i] = i;
	for (int32 k = w->block_start[o->block]; k < w->block_start[o->block + 1] && left > 0; k++)
	{
		const BtPair *p = &w->m->pair[w->block_pair[k]];
		int32		own = w->place[w->block_pair[k]];
		int32		a;
		int32		b;

		HD_CHECK_EVERY(k);
		/* sums in another order may differ by rounding */
		if (own >= 0 && !(p->win + p->tie + p->loss > own_weight(o, own) * (1 + 1e-9)))
			continue;
		a = root_of(parent, p->row);
		b = root_of(parent, p->col);
		left -= a != b;
		parent[Max(a, b)] = Min(a, b);
	}
	pfree(parent);
	return left == 0;
}

/* The score of all is zero at the fit of all: that of the others is what the rater adds, turned */
static void
score_without(const FitWork *w, const Own *o, double *score)
{
	memset(score, 0, o->b->n * sizeof(double));
	for (int32 k = 0; k < o->n; k++)
	{
		const BtPair *p = &w->m->pair[o->pair[k]];
		double		residual = own_residual(o, k, p);

		score[p->row] -= residual;
		score[p->col] += residual;
	}
}

/* Score of the others at x */
static void
others_score(const FitWork *w, const Own *o, const double *x, double *score)
{
	const BtModel *m = w->m;
	const int32 n = o->b->n;
	double		most = -INFINITY;
	double		sum = 0;

	for (int32 i = 0; i < n; i++)
		most = fmax(most, x[i]);
	for (int32 i = 0; i < n; i++)
		sum += score[i] = exp(x[i] - most);
	for (int32 i = 0; i < n; i++)
		score[i] = m->opt.prior * (1 - n * score[i] / sum);
	for (int32 k = w->block_start[o->block]; k < w->block_start[o->block + 1]; k++)
	{
		const BtPair *p = &m->pair[w->block_pair[k]];
		int32		own = w->place[w->block_pair[k]];
		double		win = p->win;
		double		tie = p->tie;
		double		loss = p->loss;
		double		p_win;
		double		p_tie;
		double		p_loss;
		double		residual;

		HD_CHECK_EVERY(k);
		if (own >= 0)
		{
			win -= o->win[own];
			tie -= o->tie[own];
			loss -= o->loss[own];
		}
		bt_chances(gap(p, x), 0, &p_win, &p_tie, &p_loss);
		residual = win * p_loss - tie * (p_win - p_loss) / 2 - loss * p_win;
		score[p->row] += residual;
		score[p->col] -= residual;
	}
}

/* Converges where the rater is a part of many; false: not within the rounds, or far away */
static bool
iterate(FitWork *w, Own *o, bool has_variance)
{
	const BtBlock *b = o->b;
	const int32 n = b->n;
	double	   *x = array_alloc(n, sizeof(double));
	double	   *score = array_alloc(n, sizeof(double));
	double		own = own_total(o);
	double		all = w->block_weight[o->block];
	bool		done = false;

	memcpy(x, b->theta, n * sizeof(double));
	for (int round = 0; round < MOST_ROUNDS && !done; round++)
	{
		double		longest = 0;

		if (round == 0)
			score_without(w, o, score);
		else
			others_score(w, o, x, score);
		for (int32 i = 0; i < n; i++)
		{
			const double *row = b->info + (Size) i * n;
			double		step = 0;

			HD_CHECK_EVERY(i);
			for (int32 j = 0; j < n; j++)
				step += row[j] * score[j];
			x[i] += step;
			longest = fmax(longest, fabs(step));
		}
		done = longest <= ROUND_ENDS;
	}
	for (int32 k = 0; k < o->n; k++)
	{
		o->eta[k] = gap(&w->m->pair[o->pair[k]], x);
		done = done && fabs(o->eta[k] - gap(&w->m->pair[o->pair[k]], b->theta)) <= LARGE_STEP;
	}
	/* of a rater with many pairs, the variance of all in the proportion of the weights */
	for (int32 k = 0; k < o->n && !has_variance; k++)
	{
		const BtPair *p = &w->m->pair[o->pair[k]];

		o->variance[k] = pair_covariance(b, p, p) * all / (all - own);
	}
	pfree(x);
	pfree(score);
	return done;
}

/* ---- from scratch ---- */

/* The rows of the others in the block, as data of their own; codes of items stay */
static PreferenceData *
others_data(const FitWork *w, const Own *o)
{
	const PreferenceData *d = w->m->d;
	PreferenceData *other = palloc0(sizeof(PreferenceData));
	int32		rater = d->rater[o->rows.row[0].row];
	int64		n = 0;
	int32	   *a;
	int32	   *b;
	uint8	   *outcome;
	double	   *weight;
	int64	   *count;

	for (int32 k = w->block_start[o->block]; k < w->block_start[o->block + 1]; k++)
		n += w->m->pair[w->block_pair[k]].end - w->m->pair[w->block_pair[k]].start;
	a = array_alloc(n, sizeof(int32));
	b = array_alloc(n, sizeof(int32));
	outcome = array_alloc(n, sizeof(uint8));
	weight = array_alloc(n, sizeof(double));
	count = array_alloc(n, sizeof(int64));
	n = 0;
	for (int32 k = w->block_start[o->block]; k < w->block_start[o->block + 1]; k++)
	{
		const BtPair *p = &w->m->pair[w->block_pair[k]];

		for (int64 r = p->start; r < p->end; r++)
		{
			HD_CHECK_EVERY(r);
			if (d->rater[r] == rater)
				continue;
			a[n] = d->a[r];
			b[n] = d->b[r];
			outcome[n] = d->outcome[r];
			weight[n] = d->weight[r];
			count[n++] = d->count[r];
		}
	}
	*other = (PreferenceData) {.n_items = d->n_items, .n_rows = n, .a = a, .b = b,
	.outcome = outcome, .weight = weight, .count = count};
	return other;
}

static void
from_scratch(FitWork *w, Own *o)
{
	const BtModel *m = w->m;
	PreferenceData *d = others_data(w, o);
	BtModel    *other = bt_prepare(d, &m->opt);
	bool		fitted = bt_fit(other) == BT_DONE;

	if (fitted)
		bt_invert(other);
	for (int32 k = 0; k < o->n; k++)
	{
		const BtItem *a = &other->item[m->pair[o->pair[k]].a];
		const BtItem *b = &other->item[m->pair[o->pair[k]].b];
		const BtBlock *block;
		BtPair		p = {0};

		o->eta[k] = o->variance[k] = NAN;
		if (!fitted || a->block < 0 || a->block != b->block)
			continue;
		block = &other->block[a->block];
		p.row = a->slot;
		p.col = b->slot;
		o->eta[k] = gap(&p, block->theta);
		o->variance[k] = pair_covariance(block, &p, &p);
	}
}

/* ---- a rater ---- */

/*
 * The chance of the item that the others favour, with the uncertainty of
 * their fit in it (MacKay 1992, Neural Comput. 4:720): without that, few
 * comparisons would seem to know more than they do.
 */
static double
favourite_chance(double eta, double variance)
{
	double		x = fabs(eta) / sqrt(1 + M_PI / 8 * variance);

	return 1 / (1 + exp(-x));
}

static void
add_block(FitWork *w, int32 block, BtRows rows, RaterSums *sums)
{
	const PreferenceData *d = w->m->d;
	Own			o;
	double		step;

	own_begin(w, block, rows, &o);
	if (own_total(&o) > LARGE_SHARE * w->block_weight[block] || !others_connect(w, &o))
		from_scratch(w, &o);
	else
	{
		step = one_step(w, &o);
		if (step > LARGE_STEP || (!(step <= SMALL_STEP) && !iterate(w, &o, !isnan(step))))
			from_scratch(w, &o);
	}
	for (int64 k = 0; k < rows.n; k++)
	{
		int32		r = rows.row[k].row;
		double		eta = o.eta[o.at[k]];
		double		credit = d->outcome[r] / 2.0;

		if (isnan(eta))
			continue;
		credit = eta > EVEN ? credit : eta < -EVEN ? 1 - credit : 0.5;
		rater_sums_add(sums, credit, favourite_chance(eta, o.variance[o.at[k]]), d->weight[r], d->count[r]);
	}
	own_end(w, &o);
}

RaterFitRow *
rater_fit_rows(BtModel *m, double confidence)
{
	const PreferenceData *d = m->d;
	RaterFitRow *rows = array_alloc0(d->n_raters, sizeof(RaterFitRow));
	RaterSums  *sums = array_alloc0(d->n_raters, sizeof(RaterSums));
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata rater fit", ALLOCSET_DEFAULT_SIZES);
	FitWork		w;
	BtRows		by;

	work_init(&w, m);
	by = bt_rows_by(m, w.block_pair, w.block_start[m->n_blocks], d->rater, d->n_raters);
	for (int64 r = 0; r < d->n_rows; r++)
	{
		if (d->rater[r] >= 0)
			rows[d->rater[r]].n_comparisons += d->count[r];
	}
	for (int64 from = 0, to; from < by.n; from = to)
	{
		int32		rater = d->rater[by.row[from].row];
		int32		block = m->pair[by.row[from].pair].block;
		MemoryContext old;

		for (to = from + 1; to < by.n; to++)
		{
			if (d->rater[by.row[to].row] != rater || m->pair[by.row[to].pair].block != block)
				break;
		}
		if (rater < 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		old = MemoryContextSwitchTo(cx);
		add_block(&w, block, (BtRows) {to - from, by.row + from}, &sums[rater]);
		MemoryContextSwitchTo(old);
		MemoryContextReset(cx);
	}
	MemoryContextDelete(cx);
	rater_sums_finish(sums, d->n_raters, confidence, rows);
	return rows;
}

/*-------------------------------------------------------------------------
 *
 * rater_pairs.c
 *	  Cohen's kappa of every pair of raters with an item in common.
 *
 * Pairs are gathered for one rater at a time, so that memory stays within the
 * number of ratings whatever the number of pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/coefficients.h"
#include "agreement/estimate.h"
#include "agreement/margins.h"
#include "agreement/unit_squares.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/* One item that two raters share */
typedef struct Meeting
{
	int32		cat_a;
	int32		cat_b;
	int32		cluster;
} Meeting;

typedef struct PairWork
{
	const RatingMatrix *m;
	const Disagreement *w;
	double		confidence;
	Meeting    *meeting;		/* of one rater, by the other */
	int32	   *count;			/* [n_raters] zero between raters */
	int32	   *partner;		/* [n_raters] those met */
	int32	   *position;		/* [n_categories] place in idx, -1 = none */
	int32	   *idx;			/* categories of one pair, ascending */
	double	   *p_a,
			   *p_b,
			   *v_a,			/* V p_b, by a's category */
			   *v_b;
	double	   *psi;			/* by meeting */
	int32	   *cluster;		/* by meeting */
	UnitScratch units;
} PairWork;

/* Categories of the pair into idx, their shares into p_a and p_b */
static int32
pair_margins(PairWork *pw, const Meeting *at, int32 n)
{
	int32		m = 0;

	for (int32 j = 0; j < n; j++)
	{
		const int32 both[2] = {at[j].cat_a, at[j].cat_b};

		for (int side = 0; side < 2; side++)
		{
			if (pw->position[both[side]] < 0)
			{
				pw->position[both[side]] = 0;
				pw->idx[m++] = both[side];
			}
		}
	}
	qsort(pw->idx, m, sizeof(int32), int32_ascending);
	for (int32 k = 0; k < m; k++)
	{
		pw->position[pw->idx[k]] = k;
		pw->p_a[k] = pw->p_b[k] = 0;
	}
	for (int32 j = 0; j < n; j++)
	{
		pw->p_a[pw->position[at[j].cat_a]] += 1;
		pw->p_b[pw->position[at[j].cat_b]] += 1;
	}
	return m;
}

/* psi_i as in chance_cohen() */
static void
pair_influences(PairWork *pw, const Meeting *at, int32 n, double d_o, double d_e)
{
	for (int32 j = 0; j < n; j++)
	{
		double		v = dis_at(pw->w, at[j].cat_a, at[j].cat_b);
		double		u = pw->v_a[pw->position[at[j].cat_a]] + pw->v_b[pw->position[at[j].cat_b]];

		pw->psi[j] = (d_o - v) / d_e + d_o / d_e * (u - 2 * d_e) / d_e;
		pw->cluster[j] = at[j].cluster;
	}
}

/* Mean disagreement of the meetings; an exact sum, whatever their order */
static double
pair_d_o(const PairWork *pw, const Meeting *at, int32 n)
{
	ExactSum	sum;
	int32		differ = 0;

	if (pw->w->kind == DIS_IDENTITY)
	{
		for (int32 j = 0; j < n; j++)
			differ += at[j].cat_a != at[j].cat_b;
		return (double) differ / n;
	}
	exactsum_init(&sum);
	for (int32 j = 0; j < n; j++)
		exactsum_add(&sum, dis_at(pw->w, at[j].cat_a, at[j].cat_b));
	return exactsum_value(&sum) / n;
}

/*
 * What is read beside the kappa: equal answers, and those that chance would
 * give by the two margins.  Never weighted: counts, so exact in any order.
 */
static void
pair_raw_agreement(const PairWork *pw, const Meeting *at, int32 n, int32 m, RaterPairRow *row)
{
	int32		equal = 0;
	double		by_chance = 0;

	for (int32 j = 0; j < n; j++)
		equal += at[j].cat_a == at[j].cat_b;
	for (int32 k = 0; k < m; k++)
		by_chance += pw->p_a[k] * pw->p_b[k];
	row->percent_agreement = (double) equal / n;
	row->expected = by_chance / ((double) n * n);
}

static void
pair_row(PairWork *pw, const Meeting *at, int32 n, RaterPairRow *row)
{
	const InferenceOptions opt = {.confidence = pw->confidence, .null_value = NAN};
	CoefficientEstimate e;
	EstimateBasis b;
	int32		m = pair_margins(pw, at, n);

	memset(&e, 0, sizeof(e));
	memset(&b, 0, sizeof(b));
	e.se = e.ci_low = e.ci_high = NAN;
	b.lowest = -1;
	b.published = "Fleiss, Cohen & Everitt (1969)";
	b.silent = true;
	b.clustered = pw->m->n_clusters > 0;
	b.n_items = b.n_units = b.n_pair_units = n;
	b.d_o = pair_d_o(pw, at, n);
	dis_rows(pw->w, m, pw->idx, pw->p_b, pw->v_a);
	dis_rows(pw->w, m, pw->idx, pw->p_a, pw->v_b);
	b.d_e = (exact_dot(m, pw->p_a, pw->v_a) + exact_dot(m, pw->p_b, pw->v_b)) / 2 / ((double) n * n);

	row->n_items = n;
	pair_raw_agreement(pw, at, n, m, row);
	row->kappa = b.d_e > 0 ? 1 - b.d_o / b.d_e : NAN;
	if (b.d_e > 0)
	{
		for (int32 k = 0; k < m; k++)
		{
			pw->v_a[k] /= n;
			pw->v_b[k] /= n;
		}
		pair_influences(pw, at, n, b.d_o, b.d_e);
		b.sum_sq = unit_squares(&pw->units, n, pw->psi, pw->cluster, &b.n_units);
		b.n_pair_units = b.n_units;
		e.value = row->kappa;
		estimate_finish(&e, &b, &opt);
	}
	row->se = e.se;
	row->ci_low = e.ci_low;
	row->ci_high = e.ci_high;
	for (int32 k = 0; k < m; k++)
		pw->position[pw->idx[k]] = -1;
}

/* Count the meetings of rater a with later raters; returns the number of partners */
static int32
count_meetings(PairWork *pw, const ByRater *b, int32 a)
{
	const RatingMatrix *m = pw->m;
	int32		partners = 0;

	for (int32 j = b->start[a]; j < b->start[a + 1]; j++)
	{
		HD_CHECK_EVERY(j);
		for (int32 o = b->obs[j] + 1; o < m->start[b->item[j] + 1]; o++)
			if (pw->count[m->rater[o]]++ == 0)
				pw->partner[partners++] = m->rater[o];
	}
	qsort(pw->partner, partners, sizeof(int32), int32_ascending);
	return partners;
}

/* Put them in order of the other rater; count[] becomes the end of each run */
static void
gather_meetings(PairWork *pw, const ByRater *b, int32 a, int32 partners)
{
	const RatingMatrix *m = pw->m;
	int32		n = 0;

	for (int32 j = 0; j < partners; j++)
	{
		int32		size = pw->count[pw->partner[j]];

		pw->count[pw->partner[j]] = n;
		n += size;
	}
	for (int32 j = b->start[a]; j < b->start[a + 1]; j++)
	{
		int32		i = b->item[j];

		HD_CHECK_EVERY(j);
		for (int32 o = b->obs[j] + 1; o < m->start[i + 1]; o++)
		{
			Meeting    *at = &pw->meeting[pw->count[m->rater[o]]++];

			at->cat_a = m->category[b->obs[j]];
			at->cat_b = m->category[o];
			at->cluster = m->n_clusters > 0 ? m->cluster[i] : 0;
		}
	}
}

/* Meetings of the rater who has most of them */
static int32
most_meetings(const RatingMatrix *m)
{
	int32	   *n = array_alloc0(m->n_raters, sizeof(int32));
	int32		most = 0;

	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			n[m->rater[o]] += m->start[i + 1] - 1 - o;
	}
	for (int32 g = 0; g < m->n_raters; g++)
		most = Max(most, n[g]);
	pfree(n);
	return most;
}

static void
pair_work_init(PairWork *pw, const RatingMatrix *m, const Disagreement *w, double confidence)
{
	int32		most = most_meetings(m);
	int32		support = Min(m->n_categories, (int64) 2 * most);

	pw->m = m;
	pw->w = w;
	pw->confidence = confidence;
	pw->meeting = array_alloc(most, sizeof(Meeting));
	pw->psi = array_alloc(most, sizeof(double));
	pw->cluster = array_alloc(most, sizeof(int32));
	unit_scratch_init(&pw->units, m);
	pw->count = array_alloc0(m->n_raters, sizeof(int32));
	pw->partner = array_alloc(m->n_raters, sizeof(int32));
	pw->position = array_alloc(m->n_categories, sizeof(int32));
	pw->idx = array_alloc(support, sizeof(int32));
	pw->p_a = array_alloc(support, sizeof(double));
	pw->p_b = array_alloc(support, sizeof(double));
	pw->v_a = array_alloc(support, sizeof(double));
	pw->v_b = array_alloc(support, sizeof(double));
	for (int32 k = 0; k < m->n_categories; k++)
		pw->position[k] = -1;
}

void
rater_pair_rows(const RatingMatrix *m, const Disagreement *w,
				double confidence, RaterPairSink sink, void *arg)
{
	ByRater    *b = by_rater(m);
	PairWork	pw;

	pair_work_init(&pw, m, w, confidence);
	for (int32 a = 0; a < m->n_raters; a++)
	{
		int32		partners = count_meetings(&pw, b, a);
		int32		begin = 0;

		gather_meetings(&pw, b, a, partners);
		for (int32 j = 0; j < partners; j++)
		{
			int32		end = pw.count[pw.partner[j]];
			RaterPairRow row;

			CHECK_FOR_INTERRUPTS();
			memset(&row, 0, sizeof(row));
			row.a = a;
			row.b = pw.partner[j];
			pair_row(&pw, pw.meeting + begin, end - begin, &row);
			sink(arg, &row);
			pw.count[pw.partner[j]] = 0;
			begin = end;
		}
	}
	by_rater_free(b);
}

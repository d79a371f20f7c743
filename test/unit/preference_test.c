/*-------------------------------------------------------------------------
 *
 * preference_test.c
 *	  Tests of the Bradley-Terry kernels against slow but obvious
 *	  computations: one general likelihood over all parameters, derivatives by
 *	  hand, plain Gaussian elimination, reachability by closure.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/stats.h"
#include "preference/rater_fit.h"
#include "utils/memutils.h"

#define MAX_ITEMS 12
#define MAX_ROWS 4000
#define MAX_PAR (MAX_ITEMS + 2)

/* contexts are one heap here, and what is left goes at stub_reset() */
MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size min, Size initial, Size max)
{
	return NULL;
}

void
MemoryContextReset(MemoryContext cx)
{
}

void
MemoryContextDelete(MemoryContext cx)
{
}

/* ---- data ---- */

typedef struct Rows
{
	int			n;
	int			n_items;
	int			n_raters;
	int			n_prompts;
	int32		a[MAX_ROWS];
	int32		b[MAX_ROWS];
	uint8		outcome[MAX_ROWS];
	int32		rater[MAX_ROWS];
	int32		prompt[MAX_ROWS];
	double		weight[MAX_ROWS];
	int64		count[MAX_ROWS];
} Rows;

static Rows rows;

typedef struct Vote
{
	int			key[5];
	double		weight;
	int64		count;
} Vote;

static int
vote_compare(const void *x, const void *y)
{
	return memcmp(x, y, 0) + (((const Vote *) x)->key[0] != ((const Vote *) y)->key[0] ? ((const Vote *) x)->key[0] - ((const Vote *) y)->key[0] :
							  ((const Vote *) x)->key[1] != ((const Vote *) y)->key[1] ? ((const Vote *) x)->key[1] - ((const Vote *) y)->key[1] :
							  ((const Vote *) x)->key[2] != ((const Vote *) y)->key[2] ? ((const Vote *) x)->key[2] - ((const Vote *) y)->key[2] :
							  ((const Vote *) x)->key[3] != ((const Vote *) y)->key[3] ? ((const Vote *) x)->key[3] - ((const Vote *) y)->key[3] :
							  ((const Vote *) x)->key[4] - ((const Vote *) y)->key[4]);
}

/* Canonical rows, as the state gives them */
static void
make_rows(Vote *vote, int n)
{
	rows.n = 0;
	qsort(vote, n, sizeof(Vote), vote_compare);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && memcmp(vote[i].key, vote[i - 1].key, sizeof(vote[i].key)) == 0)
		{
			rows.weight[rows.n - 1] += vote[i].weight;
			rows.count[rows.n - 1] += vote[i].count;
			continue;
		}
		rows.a[rows.n] = vote[i].key[0];
		rows.b[rows.n] = vote[i].key[1];
		rows.outcome[rows.n] = (uint8) vote[i].key[2];
		rows.rater[rows.n] = vote[i].key[3];
		rows.prompt[rows.n] = vote[i].key[4];
		rows.weight[rows.n] = vote[i].weight;
		rows.count[rows.n++] = vote[i].count;
	}
}

/* Random votes; "spread" of strengths decides how often somebody stays undefeated */
static void
random_votes(int n_votes, double spread, double ties, bool weighted, bool missing, int most_raters)
{
	static Vote vote[MAX_ROWS];
	double		theta[MAX_ITEMS];

	rows.n_items = 2 + rnd_int(MAX_ITEMS - 1);
	rows.n_raters = 2 + rnd_int(most_raters);
	rows.n_prompts = 2 + rnd_int(15);
	for (int i = 0; i < rows.n_items; i++)
		theta[i] = spread * (rnd_unit() - 0.5);
	for (int k = 0; k < n_votes; k++)
	{
		Vote	   *v = &vote[k];
		double		p;

		v->key[0] = rnd_int(rows.n_items);
		v->key[1] = (v->key[0] + 1 + rnd_int(rows.n_items - 1)) % rows.n_items;
		p = 1 / (1 + exp(theta[v->key[1]] - theta[v->key[0]] - 0.3));
		v->key[2] = rnd_unit() < ties ? 1 : rnd_unit() < p ? 2 : 0;
		v->key[3] = missing && rnd_int(5) == 0 ? -1 : rnd_int(rows.n_raters);
		v->key[4] = missing && rnd_int(5) == 0 ? -1 : rnd_int(rows.n_prompts);
		v->weight = weighted ? 0.25 + rnd_unit() : 1;
		v->count = 1;
	}
	make_rows(vote, n_votes);
}

static PreferenceData
data_of_rows(void)
{
	return (PreferenceData) {rows.n_items, rows.n_raters, rows.n_prompts, rows.n, rows.a, rows.b, rows.outcome,
		rows.rater, rows.prompt, rows.weight, rows.count};
}

/* ---- the obvious computations ---- */

/* Gauss and Jordan with pivoting; false: singular */
static bool
invert(double a[MAX_PAR][MAX_PAR], int n)
{
	double		x[MAX_PAR][2 * MAX_PAR] = {{0}};

	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n; j++)
			x[i][j] = a[i][j];
		x[i][n + i] = 1;
	}
	for (int c = 0; c < n; c++)
	{
		int			best = c;
		double		pivot;

		for (int i = c; i < n; i++)
			if (fabs(x[i][c]) > fabs(x[best][c]))
				best = i;
		for (int j = 0; j < 2 * n; j++)
		{
			double		t = x[c][j];

			x[c][j] = x[best][j];
			x[best][j] = t;
		}
		pivot = x[c][c];
		if (fabs(pivot) < 1e-9)
			return false;
		for (int j = 0; j < 2 * n; j++)
			x[c][j] /= pivot;
		for (int i = 0; i < n; i++)
		{
			double		f = x[i][c];

			for (int j = 0; j < 2 * n && i != c; j++)
				x[i][j] -= f * x[c][j];
		}
	}
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			a[i][j] = x[i][n + j];
	return true;
}

/*
 * Parameters: theta_0 ... theta_{n-2} (the last item is 0), order, log nu.
 * Score of one vote of weight 1, by the definition of the chances.
 */
static void
vote_score(const BtOptions *o, const double *theta, double order, double nu, int a, int b, int outcome, double *g, double *info)
{
	const int	n = rows.n_items;
	double		eta = theta[a] - theta[b] + order;
	double		z = exp(eta / 2) + nu + exp(-eta / 2);
	double		p[3] = {exp(-eta / 2) / z, nu / z, exp(eta / 2) / z};
	double		score[3][MAX_PAR] = {{0}};
	double		mean = 0;
	double		tie = p[1];

	for (int k = 0; k < 3; k++)
		mean += p[k] * (k - 1) / 2.0;
	for (int k = 0; k < 3; k++)
	{
		double		d = (k - 1) / 2.0 - mean;

		if (a < n - 1)
			score[k][a] += d;
		if (b < n - 1)
			score[k][b] -= d;
		score[k][n - 1] = o->order_effect ? d : 0;
		score[k][n] = o->ties == BT_TIES_DAVIDSON ? (k == 1) - tie : 0;
	}
	for (int i = 0; i <= n; i++)
	{
		/* without nu a tie is half a win and half a loss, and its score comes out as 0 - mean all the same */
		g[i] = score[outcome][i];
		for (int j = 0; j <= n; j++)
		{
			info[i * MAX_PAR + j] = 0;
			for (int k = 0; k < 3; k++)
				info[i * MAX_PAR + j] += p[k] * score[k][i] * score[k][j];
		}
	}
}

/* Codes of units by which a vote belongs together with others */
static int
unit_of(BtVariance v, int r)
{
	int			a = rows.rater[r];
	int			b = rows.prompt[r];

	if (v == BT_RATER)
		return a < 0 ? -1 : a;
	if (v == BT_PROMPT)
		return b < 0 ? -1 : b;
	if (v == BT_TWO_WAY)
		return a < 0 || b < 0 ? -1 : a * 100 + b;
	return -1;
}

/* Covariance of the parameters, "kind" TWO_WAY being the intersection */
static bool
slow_covariance(const BtModel *m, BtVariance kind, double v[MAX_PAR][MAX_PAR], double *score_left)
{
	const BtOptions *o = &m->opt;
	const int	n = rows.n_items;
	int			n_par = 0;
	int			which[MAX_PAR];
	double		info[MAX_PAR][MAX_PAR] = {{0}};
	double		meat[MAX_PAR][MAX_PAR] = {{0}};
	static double unit[1000][MAX_PAR];
	double		sum[MAX_PAR] = {0};
	double		theta[MAX_ITEMS];
	double		order = m->has_order ? m->nuisance[0] : 0;
	double		nu = m->has_nu ? exp(m->nuisance[m->n_nuisance - 1]) : 0;

	memset(unit, 0, sizeof(unit));
	for (int i = 0; i < n - 1; i++)
		which[n_par++] = i;
	if (o->order_effect)
		which[n_par++] = n - 1;
	if (o->ties == BT_TIES_DAVIDSON && m->has_nu)
		which[n_par++] = n;
	for (int i = 0; i < n; i++)
		theta[i] = m->block[0].theta[i] - m->block[0].theta[n - 1];
	for (int r = 0; r < rows.n; r++)
	{
		double		g[MAX_PAR];
		double		h[MAX_PAR * MAX_PAR];
		int			u = unit_of(kind, r);

		if (o->ties == BT_TIES_DROP && rows.outcome[r] == OUTCOME_TIE)
			continue;
		vote_score(o, theta, order, nu, rows.a[r], rows.b[r], rows.outcome[r], g, h);
		for (int i = 0; i < n_par; i++)
		{
			sum[i] += rows.weight[r] * g[which[i]];
			if (u >= 0)
				unit[u][i] += rows.weight[r] * g[which[i]];
			for (int j = 0; j < n_par; j++)
			{
				info[i][j] += rows.weight[r] * h[which[i] * MAX_PAR + which[j]];
				if (u < 0)
					meat[i][j] += rows.weight[r] * rows.weight[r] / rows.count[r] * g[which[i]] * g[which[j]];
			}
		}
	}
	for (int u = 0; u < 1000; u++)
		for (int i = 0; i < n_par; i++)
			for (int j = 0; j < n_par; j++)
				meat[i][j] += unit[u][i] * unit[u][j];
	*score_left = 0;
	for (int i = 0; i < n_par; i++)
		*score_left = fmax(*score_left, fabs(sum[i]));
	if (!invert(info, n_par))
		return false;
	for (int i = 0; i < n_par; i++)
		for (int j = 0; j < n_par; j++)
		{
			v[i][j] = kind == BT_MODEL ? info[i][j] : 0;
			for (int k = 0; k < n_par && kind != BT_MODEL; k++)
				for (int q = 0; q < n_par; q++)
					v[i][j] += info[i][k] * meat[k][q] * info[q][j];
		}
	return true;
}

/* Variance of theta_i - theta_j with the last item as 0 */
static double
slow_difference(double v[MAX_PAR][MAX_PAR], int i, int j)
{
	int			last = rows.n_items - 1;
	double		s = 0;

	if (i < last)
		s += v[i][i];
	if (j < last)
		s += v[j][j];
	if (i < last && j < last)
		s -= 2 * v[i][j];
	return s;
}

static bool
close_to(double x, double y, double tolerance)
{
	if (isnan(x) || isnan(y))
		return isnan(x) && isnan(y);
	return fabs(x - y) <= tolerance * (1 + fabs(y));
}

/* ---- tests ---- */

/* Where everything is strongly connected: the score is zero, and all variances are those of the slow way */
static int
test_fit(BtOptions o, const char *name)
{
	PreferenceData d = data_of_rows();
	BtModel    *m = bt_prepare(&d, &o);
	Rating	   *rating;
	double		v[3][MAX_PAR][MAX_PAR];
	double		left;
	int			n_cov = o.variance == BT_TWO_WAY ? 3 : 1;

	if (m->n_blocks != 1 || m->block[0].n != rows.n_items)
		return 0;
	if (bt_fit(m) != BT_DONE)
		return 0;
	bt_covary(m);
	rating = bt_rate(m);
	if (o.variance == BT_TWO_WAY)
	{
		slow_covariance(m, BT_RATER, v[0], &left);
		slow_covariance(m, BT_PROMPT, v[1], &left);
	}
	if (!slow_covariance(m, o.variance, v[n_cov - 1], &left))
		return 0;
	check(left < 1e-7 * rows.n, "%s: score %g is left", name, left);
	for (int i = 0; i < rows.n_items; i++)
	{
		double		want = NAN;

		if (i != o.anchor)
		{
			double		x[3];

			for (int k = 0; k < n_cov; k++)
				x[k] = slow_difference(v[k], i, o.anchor);
			want = n_cov == 1 ? x[0] : fmax(x[0] + x[1] - x[2], fmax(x[0], x[1]));
			check(close_to(rating[i].rating, m->block[0].theta[i] - m->block[0].theta[o.anchor], 1e-12), "%s: rating", name);
			if (!isnan(rating[i].se))
				check(close_to(rating[i].se, sqrt(want), 1e-6), "%s: se %.12g, want %.12g", name, rating[i].se, sqrt(want));
			else
				check(o.variance >= BT_RATER, "%s: no se", name);
		}
		check(rating[i].rank_low >= 1 && rating[i].rank_low <= rating[i].rank_high && rating[i].rank_high <= rows.n_items,
			  "%s: ranks", name);
	}
	/* centred and worth scales are the same contrasts: by the slow covariances */
	if (n_cov == 1)
	{
		double		share[MAX_ITEMS];
		double		all = 0;
		int			n = rows.n_items;

		for (int i = 0; i < n; i++)
			all += share[i] = exp(m->block[0].theta[i]);
		for (int scale = 0; scale < 2; scale++)
		{
			Rating	   *r;

			m->opt.anchor = -1;
			m->opt.scale = scale == 0 ? SCALE_LOG : SCALE_WORTH;
			r = bt_rate(m);
			for (int i = 0; i < n; i++)
			{
				double		want = 0;
				double		c[MAX_ITEMS];

				for (int j = 0; j < n; j++)
					c[j] = (i == j) - (scale == 0 ? 1.0 / n : share[j] / all);
				for (int j = 0; j < n - 1; j++)
					for (int k = 0; k < n - 1; k++)
						want += c[j] * c[k] * v[0][j][k];
				want = sqrt(want) * (scale == 0 ? 1 : share[i] / all);
				if (!isnan(r[i].se))
					check(close_to(r[i].se, want, 1e-6), "%s: scale %d, se %.12g, want %.12g", name, scale, r[i].se, want);
			}
		}
	}
	return 1;
}

/* Order and nu */
static void
test_nuisance(void)
{
	BtOptions	o = {.ties = BT_TIES_DAVIDSON, .order_effect = true, .confidence = 0.95, .anchor = -1};
	PreferenceData d = data_of_rows();
	BtModel    *m = bt_prepare(&d, &o);
	double		v[MAX_PAR][MAX_PAR];
	double		left;
	int			n = rows.n_items;
	BtEstimate	e;

	if (m->n_blocks != 1 || m->block[0].n != n || bt_fit(m) != BT_DONE || !m->has_nu)
		return;
	bt_covary(m);
	slow_covariance(m, BT_MODEL, v, &left);
	e = bt_order_effect(m);
	check(close_to(e.se, sqrt(v[n - 1][n - 1]), 1e-7), "order effect: se %g", e.se);
	e = bt_nu(m);
	check(close_to(e.se, e.value * sqrt(v[n][n]), 1e-7), "nu: se %g", e.se);
}

/* Status from the transitive closure of "beats or ties"; ratings of the core against a tiny prior */
static int
test_status(void)
{
	BtOptions	o = {.ties = BT_TIES_HALF, .confidence = 0.95, .anchor = -1};
	PreferenceData d = data_of_rows();
	BtModel    *m = bt_prepare(&d, &o);
	BtModel    *regular;
	Rating	   *rating;
	bool		beats[MAX_ITEMS][MAX_ITEMS] = {{false}};
	int			n = rows.n_items;
	int			unusual = 0;
	int			core = -1;

	for (int r = 0; r < rows.n; r++)
	{
		if (rows.outcome[r] != OUTCOME_B)
			beats[rows.a[r]][rows.b[r]] = true;
		if (rows.outcome[r] != OUTCOME_A)
			beats[rows.b[r]][rows.a[r]] = true;
	}
	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				beats[i][j] |= beats[i][k] && beats[k][j];
	if (m->n_components != 1)
		return 0;
	if (!check(bt_fit(m) == BT_DONE, "a fit of the core"))
		return 0;
	bt_covary(m);
	rating = bt_rate(m);
	for (int i = 0; i < n && core < 0; i++)
		if (m->item[i].finite)
			core = i;
	o.prior = 1e-9;
	regular = bt_prepare(&d, &o);
	check(bt_fit(regular) == BT_DONE, "a fit with a tiny prior");
	for (int i = 0; i < n; i++)
	{
		RatingStatus	s = m->item[i].status;

		unusual += s != RATING_OK;
		check(!isnan(rating[i].rating) || s == RATING_UNLINKED, "a rating");
		if (core < 0)
		{
			check(!beats[i][i], "there was a core");
			continue;
		}
		if (beats[i][core] && beats[core][i])
		{
			check(s == RATING_OK && isfinite(rating[i].rating), "core is finite");
			if (regular->n_blocks == 1)
				check(close_to(rating[i].rating - rating[core].rating, regular->block[0].theta[i] - regular->block[0].theta[core], 1e-5),
					  "the core as with a tiny prior: %g, %g", rating[i].rating - rating[core].rating,
					  regular->block[0].theta[i] - regular->block[0].theta[core]);
		}
		else if (beats[i][core])
			check((s == RATING_ABOVE || s == RATING_UNDEFEATED) && rating[i].rating == INFINITY, "above is infinite");
		else if (beats[core][i])
			check((s == RATING_BELOW || s == RATING_WINLESS) && rating[i].rating == -INFINITY, "below is infinite");
		else
			check(s == RATING_UNLINKED && isnan(rating[i].rating), "unlinked");
		check((s == RATING_UNDEFEATED) == (m->item[i].loss == 0 && m->item[i].tie == 0 && beats[i][core]), "undefeated");
	}
	return unusual > 0;
}

/* Ranks by Holm's procedure from p-values of all differences */
static void
test_ranks(BtVariance variance)
{
	BtOptions	o = {.ties = BT_TIES_HALF, .confidence = 0.9, .anchor = -1, .variance = variance};
	PreferenceData d = data_of_rows();
	BtModel    *m = bt_prepare(&d, &o);
	Rating	   *rating;
	int			n = rows.n_items;

	if (m->n_blocks != 1 || m->block[0].n != n || bt_fit(m) != BT_DONE)
		return;
	bt_covary(m);
	rating = bt_rate(m);
	for (int i = 0; i < n; i++)
	{
		double		p[MAX_ITEMS];
		bool		passed[MAX_ITEMS] = {false};
		int			low = 1;
		int			high = n;

		for (int j = 0; j < n; j++)
		{
			const double *c = m->block[0].cov[0];
			double		var = c[i * n + i] + c[j * n + j] - 2 * c[i * n + j];
			double		z = fabs(m->block[0].theta[i] - m->block[0].theta[j]) / sqrt(var);

			p[j] = 2 * hd_norm_sf(z);
			if (m->item_clusters)
			{
				double		g = Min(m->item_clusters[i], m->item_clusters[j]);

				p[j] = g < 2 ? 1 : 2 * hd_t_sf(z * sqrt((g - 1) / g), g - 1);
			}
			if (!(var > 1e-9))
				p[j] = 1;
		}
		for (int left = n - 1; left > 0; left--)
		{
			int			best = -1;

			for (int j = 0; j < n; j++)
				if (j != i && !passed[j] && (best < 0 || p[j] < p[best]))
					best = j;
			if (p[best] > 0.1 / left)
				break;
			passed[best] = true;
			if (m->block[0].theta[best] > m->block[0].theta[i])
				low++;
			else
				high--;
		}
		check(rating[i].rank_low == low && rating[i].rank_high == high, "ranks %d to %d, want %d to %d",
			  rating[i].rank_low, rating[i].rank_high, low, high);
	}
}

/* The others' fit made anew for every rater, and their view of each vote */
static void
test_rater_fit(double prior)
{
	static Rows all;
	BtOptions	o = {.ties = BT_TIES_HALF, .confidence = 0.95, .anchor = -1, .prior = prior};
	PreferenceData d = data_of_rows();
	BtModel    *m = bt_prepare(&d, &o);
	RaterFitRow *fit;

	check(bt_fit(m) == BT_DONE, "a fit of all");
	bt_invert(m);
	fit = rater_fit_rows(m, 0.95);
	all = rows;
	for (int g = 0; g < all.n_raters; g++)
	{
		PreferenceData d_other;
		BtModel    *other;
		double		credit = 0;
		double		expected = 0;
		double		weight = 0;
		bool		even = false;

		rows.n = 0;
		for (int r = 0; r < all.n; r++)
		{
			if (all.rater[r] == g)
				continue;
			rows.a[rows.n] = all.a[r];
			rows.b[rows.n] = all.b[r];
			rows.outcome[rows.n] = all.outcome[r];
			rows.rater[rows.n] = all.rater[r];
			rows.prompt[rows.n] = all.prompt[r];
			rows.weight[rows.n] = all.weight[r];
			rows.count[rows.n++] = all.count[r];
		}
		d_other = data_of_rows();
		other = bt_prepare(&d_other, &o);
		check(bt_fit(other) == BT_DONE, "a fit of the others");
		bt_invert(other);
		for (int r = 0; r < all.n; r++)
		{
			const BtItem *a = &other->item[all.a[r]];
			const BtItem *b = &other->item[all.b[r]];
			const BtBlock *block;
			double		eta;
			double		var;

			if (all.rater[r] != g || a->block < 0 || a->block != b->block)
				continue;
			block = &other->block[a->block];
			eta = block->theta[a->slot] - block->theta[b->slot];
			var = block->info[a->slot * block->n + a->slot] + block->info[b->slot * block->n + b->slot] -
				2 * block->info[a->slot * block->n + b->slot];
			even |= fabs(eta) < 1e-4;
			credit += all.weight[r] * (eta > 0 ? all.outcome[r] / 2.0 : 1 - all.outcome[r] / 2.0);
			expected += all.weight[r] / (1 + exp(-fabs(eta) / sqrt(1 + M_PI / 8 * var)));
			weight += all.weight[r];
		}
		if (weight == 0)
		{
			check(fit[g].n == 0 && isnan(fit[g].value), "nothing to judge by");
			continue;
		}
		if (!even)
			check(close_to(fit[g].value, credit / weight, 1e-9), "rater fit: value %g, want %g", fit[g].value, credit / weight);
		/* of raters with less than a twentieth, the uncertainty of the others is approximate */
		check(close_to(fit[g].expected, expected / weight, 3e-3), "rater fit: expected %.9g, want %.9g", fit[g].expected, expected / weight);
		check(fit[g].ci_low <= fit[g].value && fit[g].value <= fit[g].ci_high, "rater fit: interval");
		check(close_to(fit[g].excess, fit[g].value - fit[g].expected, 1e-9), "rater fit: excess");
	}
	rows = all;
}

/*
 * Many items, so that matrices take several panels: H V is the projection
 * that centres, and the sandwich by rater is V (sum g g') V.
 */
static void
test_large(int n)
{
	static Vote vote[MAX_ROWS];
	BtOptions	o = {.ties = BT_TIES_HALF, .variance = BT_RATER, .confidence = 0.95, .anchor = -1, .prior = n % 2 ? 0.3 : 0};
	PreferenceData d;
	BtModel    *m;
	const BtBlock *b;
	double	   *h = calloc((size_t) n * n, sizeof(double));
	double	   *g = calloc((size_t) 5 * n, sizeof(double));
	double	   *x = calloc((size_t) 5 * n, sizeof(double));
	double		sum = 0;
	double		worst = 0;

	rows.n_items = n;
	rows.n_raters = 5;
	rows.n_prompts = 1;
	for (int k = 0; k < MAX_ROWS; k++)
	{
		int			i = rnd_int(n);

		vote[k] = (Vote) {{i, (i + 1 + rnd_int(n - 1)) % n, 2 * rnd_int(2), rnd_int(5), 0}, 1, 1};
	}
	make_rows(vote, MAX_ROWS);
	d = data_of_rows();
	m = bt_prepare(&d, &o);
	if (!check(m->n_blocks == 1 && m->block[0].n == n && bt_fit(m) == BT_DONE, "large: a fit"))
		return;
	bt_covary(m);
	b = &m->block[0];
	for (int k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];
		double		w = (p->win + p->loss) * p->p_win * p->p_loss;

		h[p->row * n + p->row] += w;
		h[p->col * n + p->col] += w;
		h[p->row * n + p->col] -= w;
		h[p->col * n + p->row] -= w;
		for (int64 r = p->start; r < p->end; r++)
		{
			double		score = rows.weight[r] * (rows.outcome[r] == OUTCOME_A ? p->p_loss : -p->p_win);

			g[rows.rater[r] * n + p->row] += score;
			g[rows.rater[r] * n + p->col] -= score;
		}
	}
	for (int i = 0; i < n; i++)
		sum += exp(b->theta[i]);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			h[i * n + j] += o.prior * n * ((i == j) * exp(b->theta[i]) / sum - exp(b->theta[i] + b->theta[j]) / sum / sum);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			double		s = 0;

			for (int k = 0; k < n; k++)
				s += h[i * n + k] * b->info[k * n + j];
			worst = fmax(worst, fabs(s - (i == j) + 1.0 / n));
		}
	check(worst < 1e-10, "large: H V is the projection up to %g", worst);
	for (int u = 0; u < 5; u++)
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n; k++)
				x[u * n + i] += b->info[i * n + k] * g[u * n + k];
	worst = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			double		s = 0;

			for (int u = 0; u < 5; u++)
				s += x[u * n + i] * x[u * n + j];
			worst = fmax(worst, fabs(s - b->cov[0][i * n + j]));
		}
	check(worst < 1e-10, "large: sandwich up to %g", worst);
	free(h);
	free(g);
	free(x);
}

/* Weights 10^40 apart: the fit says that it failed, or has a score of zero */
static void
test_extremes(void)
{
	BtOptions	o = {.ties = BT_TIES_HALF, .confidence = 0.95, .anchor = -1};
	int			failed = 0;
	int			done = 0;

	for (int k = 1; k <= 90; k++)
	{
		Vote		vote[3] = {{{0, 1, 2, 0, 0}, pow(10, k), 1}, {{0, 1, 0, 0, 0}, 1, 1}, {{1, 0, 1, 0, 0}, 1, 1}};
		PreferenceData d;
		BtModel    *m;
		BtResult	result;

		rows.n_items = 2;
		rows.n_raters = rows.n_prompts = 1;
		make_rows(vote, 3);
		d = data_of_rows();
		m = bt_prepare(&d, &o);
		result = bt_fit(m);
		failed += result != BT_DONE;
		done += result == BT_DONE;
		if (result == BT_DONE)
			check(close_to(m->block[0].theta[0] - m->block[0].theta[1], log((pow(10, k) + 0.5) / 1.5), 1e-9), "odds of 10^%d: %g", k,
				  m->block[0].theta[0] - m->block[0].theta[1]);
		stub_reset();
	}
	check(failed > 0 && done > 30, "extremes: %d done, %d refused", done, failed);
}

int
main(void)
{
	int			n_fits = 0;
	int			n_unusual = 0;
	BtVariance	kind[] = {BT_MODEL, BT_SANDWICH, BT_RATER, BT_PROMPT, BT_TWO_WAY};
	BtTies		ties[] = {BT_TIES_HALF, BT_TIES_DAVIDSON, BT_TIES_DROP};

	for (int round = 0; round < 60; round++)
		for (int v = 0; v < 5; v++)
			for (int t = 0; t < 3; t++)
			{
				random_votes(40 + rnd_int(300), 2, 0.2, round % 3 == 1, round % 2 == 1, 8);
				n_fits += test_fit((BtOptions) {.ties = ties[t], .variance = kind[v], .order_effect = round % 4 >= 2,
					.confidence = 0.95, .anchor = rnd_int(rows.n_items)}, "fit");
				test_nuisance();
				stub_reset();
			}
	check(n_fits > 600, "%d fits were compared", n_fits);
	for (int round = 0; round < 2000; round++)
	{
		random_votes(3 + rnd_int(40), 6, 0.05, false, false, 8);
		n_unusual += test_status();
		stub_reset();
	}
	check(n_unusual > 300, "%d fits with infinite ratings", n_unusual);
	for (int round = 0; round < 100; round++)
	{
		random_votes(40 + rnd_int(1500), 2, 0.1, false, false, 8);
		test_ranks(kind[round % 4]);
		stub_reset();
	}
	for (int round = 0; round < 200; round++)
	{
		random_votes(5 + rnd_int(round % 2 ? 60 : 3000), 3, 0.1, round % 3 == 0, round % 5 == 0, round % 4 < 2 ? 8 : 60);
		test_rater_fit(round % 2 ? 0.1 : 0.5);
		stub_reset();
	}
	for (int n = 30; n < 135; n += 7)
	{
		test_large(n);
		stub_reset();
	}
	test_extremes();
	return summary("preference_test");
}

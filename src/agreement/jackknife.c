/*-------------------------------------------------------------------------
 *
 * jackknife.c
 *	  Every coefficient without each rater in turn.
 *
 * Taking rater g out changes only the items that g rated, so that all R
 * replicates together cost about one walk over the ratings, and for the
 * margins one over each item's distinct labels per rating.  With c_ig the
 * disagreement of g's rating with the item's others, the item keeps
 * s_i - 2 c_ig over r_i - 1 ratings; its distribution p_i becomes
 * (r_i p_i - e_k)/(r_i - 1).  Quadratic forms follow their margins:
 * (x + d)'V(x + d) = x'Vx + 2 d'Vx + d'Vd with d on the few categories that
 * changed.
 *
 * The domain of categories, the scale of the weights and, for Krippendorff's
 * ordinal metric, the ranks stay those of all raters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/agreement_state.h"
#include "agreement/fixedsum.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/* A denominator so small, beside that of all raters, is zero but for rounding */
#define VANISHED 1e-12

/* What leaves with each rater, by rater */
typedef struct Leaving
{
	int32	   *n_items;		/* items that nobody else rated */
	int32	   *n_pairable;		/* items with one rating by somebody else */
	FixedSum   *d_sum;			/* change of sum_i D_i */
	FixedSum   *o_sum;			/* change of sum_i s_i/(r_i - 1) */
	double		d_scale;
	double		o_scale;
} Leaving;

/* Items as distinct labels with counts */
typedef struct Histograms
{
	int32	   *start;			/* [n_items + 1] */
	int32	   *category;
	int32	   *count;
} Histograms;

/* Change of the margins without one rater, over the categories touched */
typedef struct MarginChange
{
	FixedSum   *pi;				/* [q] of sum_i p_ik */
	int64	   *n_pair;			/* [q] of the pairable counts */
	bool	   *touched;		/* [q] */
	int32	   *idx;			/* [q] */
	int32		n;
	double		scale;			/* of pi */
	double	   *value;			/* [q] one or the other, as double, by position */
} MarginChange;

static void
count_leaving(const AgreementState *st, Leaving *l)
{
	const RatingMatrix *m = st->m;

	memset(l, 0, sizeof(*l));
	l->n_items = array_alloc0(m->n_raters, sizeof(int32));
	l->n_pairable = array_alloc0(m->n_raters, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];

		HD_CHECK_EVERY(i);
		if (r == 1)
			l->n_items[m->rater[m->start[i]]]++;
		if (r == 2)
		{
			l->n_pairable[m->rater[m->start[i]]]++;
			l->n_pairable[m->rater[m->start[i] + 1]]++;
		}
	}
}

/* Changes of the sums of disagreement, one walk over the items */
static void
sum_leaving(const AgreementState *st, const Disagreement *d, const PairSums *s, Leaving *l)
{
	const RatingMatrix *m = st->m;
	DisScratch	scratch;
	double	   *c = array_alloc(st->mg->max_r, sizeof(double));
	double		d_max = 0;
	double		o_max = 0;

	dis_scratch_init(&scratch, m->n_categories, st->mg->max_r);
	l->d_sum = array_alloc0(m->n_raters, sizeof(FixedSum));
	l->o_sum = array_alloc0(m->n_raters, sizeof(FixedSum));
	for (int32 g = 0; g < st->mg->n_groups; g++)
	{
		double		r = st->mg->group[g].r;

		d_max = Max(d_max, s->group_max[g] / Max(r * (r - 1), 2));
		o_max = Max(o_max, s->group_max[g] / Max(r - 1, 1));
	}
	/* s - 2c is at most s, over (r - 1)(r - 2) >= r (r - 1)/3 */
	l->d_scale = fixed_scale(4 * d_max, 1);
	l->o_scale = fixed_scale(4 * o_max, 1);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		begin = m->start[i];
		int32		r = m->start[i + 1] - begin;
		double		d_i;
		double		o_i;

		HD_CHECK_EVERY(i);
		if (r < 2)
			continue;
		d_i = s->s[i] / ((double) r * (r - 1.0));
		o_i = s->s[i] / (r - 1.0);
		dis_item_rows(d, r, m->category + begin, c, &scratch);
		for (int32 j = 0; j < r; j++)
		{
			double		rest = r > 2 ? (s->s[i] - 2 * c[j]) / (r - 2.0) : 0;
			int32		g = m->rater[begin + j];

			fixedsum_add(&l->d_sum[g], (int64) ((rest / (r - 1.0) - d_i) * l->d_scale));
			fixedsum_add(&l->o_sum[g], (int64) ((rest - o_i) * l->o_scale));
		}
	}
	dis_scratch_free(&scratch);
	pfree(c);
}

static void
free_sums(Leaving *l)
{
	pfree(l->d_sum);
	pfree(l->o_sum);
}

static void
make_histograms(const RatingMatrix *m, Histograms *h)
{
	int32	   *count = array_alloc0(m->n_categories, sizeof(int32));
	int32		n = 0;

	h->start = array_alloc((Size) m->n_items + 1, sizeof(int32));
	h->category = array_alloc(m->n_obs, sizeof(int32));
	h->count = array_alloc(m->n_obs, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		h->start[i] = n;
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			count[m->category[o]]++;
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			int32		k = m->category[o];

			if (count[k] == 0)
				continue;
			h->category[n] = k;
			h->count[n++] = count[k];
			count[k] = 0;
		}
	}
	h->start[m->n_items] = n;
	pfree(count);
}

static void
touch(MarginChange *c, int32 k)
{
	if (c->touched[k])
		return;
	c->touched[k] = true;
	c->idx[c->n++] = k;
}

/* One item that the rater gave category k */
static void
change_item(MarginChange *c, const Histograms *h, int32 item, int32 r, int32 k)
{
	touch(c, k);
	if (r == 1)
	{
		fixedsum_add(&c->pi[k], -(int64) c->scale);
		return;
	}
	fixedsum_add(&c->pi[k], -(int64) (c->scale / (r - 1.0)));
	for (int32 j = h->start[item]; j < h->start[item + 1]; j++)
	{
		int32		l = h->category[j];

		touch(c, l);
		fixedsum_add(&c->pi[l], h->count[j] * (int64) (c->scale / ((double) r * (r - 1.0))));
		if (r == 2)
			c->n_pair[l] -= h->count[j];
	}
	if (r > 2)
		c->n_pair[k]--;
}

/* The margins without rater g, in ascending categories */
static void
change_margins(const RatingMatrix *m, const ByRater *b, const Histograms *h, int32 g,
			   MarginChange *c)
{
	for (int32 j = 0; j < c->n; j++)
	{
		memset(&c->pi[c->idx[j]], 0, sizeof(FixedSum));
		c->n_pair[c->idx[j]] = 0;
		c->touched[c->idx[j]] = false;
	}
	c->n = 0;
	for (int32 j = b->start[g]; j < b->start[g + 1]; j++)
	{
		int32		i = b->item[j];

		HD_CHECK_EVERY(j);
		change_item(c, h, i, m->start[i + 1] - m->start[i], m->category[b->obs[j]]);
	}
	qsort(c->idx, c->n, sizeof(int32), int32_ascending);
}

/* d'u for a change d on few categories */
static double
change_dot(const MarginChange *c, const double *u)
{
	ExactSum	sum;

	exactsum_init(&sum);
	for (int32 j = 0; j < c->n; j++)
		exactsum_add_product(&sum, c->value[j], u[c->idx[j]]);
	return exactsum_value(&sum);
}

static void
theta_set(RaterJackknife *out, int32 g, double d_o, double d_e, double d_e_all)
{
	if (d_e > VANISHED * d_e_all && !isnan(d_o))
		out->theta[g] = 1 - d_o / d_e;
	else
		out->n_undefined++;
}

/* Coefficients whose chance term follows from pi, without rater g */
static void
replicate_pi(const AgreementState *st, const Leaving *l, MarginChange *c, int32 g,
			 double d_o, RaterJackknife out[COEF_COUNT])
{
	double		n = st->m->n_items;
	double		left = n - l->n_items[g];
	double		q = st->m->n_categories;

	for (int32 j = 0; j < c->n; j++)
		c->value[j] = fixedsum_value(&c->pi[c->idx[j]], c->scale);
	if (out[COEF_FLEISS].theta)
	{
		double		quad = n * n * st->pi_v_pi + 2 * n * change_dot(c, st->v_pi) +
			dis_quad(st->w, c->n, c->idx, c->value);

		theta_set(&out[COEF_FLEISS], g, d_o, quad / (left * left), st->pi_v_pi);
	}
	if (out[COEF_GWET].theta)
	{
		double		t = (q * q - st->domain_v) / (q * (q - 1));
		double		sq = n * n * st->pi_sq + 2 * n * change_dot(c, st->mg->pi) +
			exact_dot(c->n, c->value, c->value);

		theta_set(&out[COEF_GWET], g, d_o, 1 - t * (1 - sq / (left * left)), 1);
	}
}

static void
replicate_alpha(const AgreementState *st, const Leaving *l, MarginChange *c, int32 g,
				RaterJackknife *out)
{
	double		n = (double) st->mg->n_pairable_ratings;
	double		left = n;
	double		quad;

	for (int32 j = 0; j < c->n; j++)
	{
		c->value[j] = (double) c->n_pair[c->idx[j]];
		left += c->value[j];
	}
	if (left < 2)
	{
		out->n_undefined++;
		return;
	}
	quad = st->n_v_n + 2 * change_dot(c, st->v_n) + dis_quad(st->a, c->n, c->idx, c->value);
	theta_set(out, g, (st->by_a->o_sum + fixedsum_value(&l->o_sum[g], l->o_scale)) / left,
			  quad / (left * (left - 1)), st->n_v_n / (n * (n - 1)));
}

/* D_o without rater g, NaN where no item keeps two ratings */
static double
replicate_d_o(const AgreementState *st, const PairSums *s, const Leaving *l, int32 g)
{
	int32		left = st->mg->n_pairable - l->n_pairable[g];

	if (left == 0)
		return NAN;
	return Max(s->d_sum + fixedsum_value(&l->d_sum[g], l->d_scale), 0) / left;
}

/* Coefficients that need no change of pi */
static void
replicate_plain(const AgreementState *st, int32 g, double d_o, RaterJackknife out[COEF_COUNT])
{
	double		q = st->m->n_categories;
	double		raters = st->mg->n_raters;

	if (out[COEF_PERCENT].theta && st->raw == st->by_w)
		theta_set(&out[COEF_PERCENT], g, d_o, 1, 1);
	if (out[COEF_WEIGHTED].theta)
		theta_set(&out[COEF_WEIGHTED], g, d_o, 1, 1);
	if (out[COEF_BP].theta)
		theta_set(&out[COEF_BP], g, d_o, st->domain_v / (q * q), st->domain_v / (q * q));
	if (out[COEF_CONGER].theta)
	{
		/* the others' distributions stay: (s - p_g)'V(s - p_g) - sum_{h != g} p_h'V p_h */
		double		pairs = st->s_v_s - 2 * st->p_v_s[g] + st->p_v_p[g] -
			(st->sum_p_v_p - st->p_v_p[g]);

		theta_set(&out[COEF_CONGER], g, d_o, pairs / ((raters - 1) * (raters - 2)),
				  (st->s_v_s - st->sum_p_v_p) / (raters * (raters - 1)));
	}
}

static void
replicate_all(const AgreementState *st, Leaving *l, RaterJackknife out[COEF_COUNT])
{
	const RatingMatrix *m = st->m;
	bool		margins = out[COEF_FLEISS].theta || out[COEF_GWET].theta;
	bool		alpha = out[COEF_ALPHA].theta != NULL;
	Leaving		la = *l;
	ByRater    *b = by_rater(m);
	Histograms	h;
	MarginChange c;

	make_histograms(m, &h);
	memset(&c, 0, sizeof(c));
	c.pi = array_alloc0(m->n_categories, sizeof(FixedSum));
	c.n_pair = array_alloc0(m->n_categories, sizeof(int64));
	c.touched = array_alloc0(m->n_categories, sizeof(bool));
	c.idx = array_alloc(m->n_categories, sizeof(int32));
	c.value = array_alloc(m->n_categories, sizeof(double));
	c.scale = fixed_scale(1, 1);
	if (st->by_w)
		sum_leaving(st, st->w, st->by_w, l);
	if (alpha && st->by_a != st->by_w)
		sum_leaving(st, st->a, st->by_a, &la);
	else
		la = *l;

	for (int32 g = 0; g < m->n_raters; g++)
	{
		double		d_o;

		CHECK_FOR_INTERRUPTS();
		if (st->mg->rater_n[g] == 0)
			continue;
		if (margins || alpha)
			change_margins(m, b, &h, g, &c);
		if (alpha)
			replicate_alpha(st, &la, &c, g, &out[COEF_ALPHA]);
		if (st->by_w == NULL)
			continue;
		d_o = replicate_d_o(st, st->by_w, l, g);
		replicate_plain(st, g, d_o, out);
		if (margins)
			replicate_pi(st, l, &c, g, d_o, out);
	}
	by_rater_free(b);
	pfree(h.start);
	pfree(h.category);
	pfree(h.count);
	if (st->by_w)
		free_sums(l);
}

static void
replicate_percent(const AgreementState *st, Leaving *l, RaterJackknife *out)
{
	sum_leaving(st, &st->identity, st->raw, l);
	for (int32 g = 0; g < st->m->n_raters; g++)
	{
		if (st->mg->rater_n[g] > 0)
			theta_set(out, g, replicate_d_o(st, st->raw, l, g), 1, 1);
	}
	free_sums(l);
}

/* (R - 1)/R sum (theta - mean)^2 over the replicates that are defined */
static void
jackknife_variance(const RatingMatrix *m, RaterJackknife *out)
{
	ExactSum	sum;
	double		mean;
	double		n;

	exactsum_init(&sum);
	for (int32 g = 0; g < m->n_raters; g++)
	{
		if (isnan(out->theta[g]))
			continue;
		exactsum_add(&sum, out->theta[g]);
		out->n_replicates++;
	}
	n = out->n_replicates;
	if (n < 3)
		return;
	mean = exactsum_value(&sum) / n;
	exactsum_init(&sum);
	for (int32 g = 0; g < m->n_raters; g++)
	{
		double		d = out->theta[g] - mean;

		if (!isnan(d))
			exactsum_add_product(&sum, d, d);
	}
	out->variance = (n - 1) / n * exactsum_value(&sum);
}

void
jackknife_raters(const AgreementState *st, RaterJackknife out[COEF_COUNT])
{
	const uint32 two_raters = COEF_BIT(COEF_COHEN) | COEF_BIT(COEF_SCOTT);
	Leaving		l;

	memset(out, 0, sizeof(RaterJackknife) * COEF_COUNT);
	for (int coef = 0; coef < COEF_COUNT; coef++)
	{
		out[coef].variance = NAN;
		if (!(st->mask & ~two_raters & COEF_BIT(coef)) || st->mg->n_raters < 3 ||
			st->mg->n_pairable == 0 || (coef == COEF_GWET && st->m->n_categories < 2))
			continue;
		out[coef].theta = array_alloc(st->m->n_raters, sizeof(double));
		for (int32 g = 0; g < st->m->n_raters; g++)
			out[coef].theta[g] = NAN;
	}
	if (st->mg->n_raters < 3 || st->mg->n_pairable == 0)
		return;
	count_leaving(st, &l);
	if (st->mask & ~(two_raters | COEF_BIT(COEF_PERCENT)))
		replicate_all(st, &l, out);
	if (out[COEF_PERCENT].theta && st->raw != st->by_w)
		replicate_percent(st, &l, &out[COEF_PERCENT]);
	for (int coef = 0; coef < COEF_COUNT; coef++)
		if (out[coef].theta)
			jackknife_variance(st->m, &out[coef]);
}

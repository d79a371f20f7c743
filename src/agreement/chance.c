/*-------------------------------------------------------------------------
 *
 * chance.c
 *	  Disagreement expected by chance, and how an item moves it.
 *
 * In disagreements v = 1 - w, with V their matrix; pi_k the mean over items of
 * r_ik / r_i; p_g the distribution of rater g; R raters; q categories:
 *
 *		Cohen (1960, 1968)		p_1'V p_2, items that both rated
 *		Scott (1955)			pi'V pi, items that both rated
 *		Fleiss (1971)			pi'V pi
 *		Conger (1980)			mean of p_g'V p_h over ordered pairs g != h
 *		Gwet (2008, AC1, AC2)	1 - T_w/(q(q-1)) (1 - sum pi_k^2)
 *		Brennan & Prediger (1981)  1 - T_w/q^2
 *		Krippendorff (2019)		n'V n / (N(N-1)), n the pairable counts
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/chance.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/*
 * The vectors are symmetric in the two raters: u of one is V p of the other,
 * and D_e is the mean of the two ways to write it.
 */
void
chance_cohen(AgreementState *st, Chance *c)
{
	const RatingMatrix *m = st->m;
	int32		q = m->n_categories;
	double	   *p = array_alloc0((Size) 2 * q, sizeof(double));
	double		n = st->mg->n_pairable;

	c->n_u = 2 * q;
	c->u = array_alloc(c->n_u, sizeof(double));
	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		if (m->start[i + 1] - m->start[i] < 2)
			continue;
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			p[m->rater[o] * q + m->category[o]] += 1;
	}
	dis_rows(st->w, q, NULL, p + q, c->u);
	dis_rows(st->w, q, NULL, p, c->u + q);
	c->d_e = (exact_dot(q, p, c->u) + exact_dot(q, p + q, c->u + q)) / 2 / (n * n);
	for (int32 k = 0; k < 2 * q; k++)
		c->u[k] /= n;
	c->index = FORM_RATER_CATEGORY;
	c->per_rating = 1;
	c->center = 2 * c->d_e;
	pfree(p);
}

void
chance_scott(AgreementState *st, Chance *c)
{
	int32		q = st->m->n_categories;
	double		n = (double) st->mg->n_pairable_ratings;

	c->n_u = q;
	c->u = array_alloc(q, sizeof(double));
	dis_rows(st->w, q, NULL, st->mg->n_pair, c->u);
	c->d_e = exact_dot(q, st->mg->n_pair, c->u) / (n * n);
	for (int32 k = 0; k < q; k++)
		c->u[k] /= n;
	c->index = FORM_CATEGORY;
	c->per_rating = 2;
	c->mean = true;
	c->center = 2 * c->d_e;
}

void
chance_fleiss(AgreementState *st, Chance *c)
{
	int32		q = st->m->n_categories;

	st->v_pi = array_alloc(q, sizeof(double));
	dis_rows(st->w, q, NULL, st->mg->pi, st->v_pi);
	st->pi_v_pi = exact_dot(q, st->mg->pi, st->v_pi);
	c->d_e = st->pi_v_pi;
	c->index = FORM_CATEGORY;
	c->u = st->v_pi;
	c->n_u = q;
	c->per_rating = 2;
	c->mean = true;
	c->center = 2 * c->d_e;
}

void
chance_gwet(AgreementState *st, Chance *c)
{
	double		q = st->m->n_categories;
	double		t = (q * q - st->domain_v) / (q * (q - 1));

	st->pi_sq = exact_dot(st->m->n_categories, st->mg->pi, st->mg->pi);
	c->d_e = 1 - t * (1 - st->pi_sq);
	c->index = FORM_CATEGORY;
	c->u = st->mg->pi;
	c->n_u = st->m->n_categories;
	c->per_rating = 2 * t;
	c->mean = true;
	c->center = 2 * t * st->pi_sq;
}

void
chance_bp(AgreementState *st, Chance *c)
{
	double		q = st->m->n_categories;

	c->d_e = st->domain_v / (q * q);
	c->index = FORM_NONE;
}

/* s = sum_g p_g, exact over raters */
static double *
sum_of_rater_distributions(const AgreementState *st, int32 *idx, double *count, int32 *cell)
{
	const RatingMatrix *m = st->m;
	FixedSum   *sum = array_alloc0(m->n_categories, sizeof(FixedSum));
	double	   *s = array_alloc(m->n_categories, sizeof(double));
	double		scale = fixed_scale(1, 1);

	for (int32 g = 0; g < m->n_raters; g++)
	{
		int32		support = rater_support(m, st->cells, g, idx, count, cell);

		HD_CHECK_EVERY(g);
		for (int32 j = 0; j < support; j++)
			fixedsum_add(&sum[idx[j]], (int64) (count[j] / st->mg->rater_n[g] * scale));
	}
	for (int32 k = 0; k < m->n_categories; k++)
		s[k] = fixedsum_value(&sum[k], scale);
	pfree(sum);
	return s;
}

/*
 * With u_g = V (s - p_g), D_e = (s'V s - sum_g p_g'V p_g) / (R(R-1)), and a
 * rating of k by g moves it by 2/(R(R-1)) (n/n_g) (u_g[k] - p_g'u_g): the
 * influence of an item on p_g is (n/n_g) (e_k - p_g) if g rated it.
 */
void
chance_conger(AgreementState *st, Chance *c, bool point_only)
{
	const RatingMatrix *m = st->m;
	double		pairs = (double) st->mg->n_raters * (st->mg->n_raters - 1.0);
	int32	   *idx;
	int32	   *cell;
	double	   *p;
	double	   *u;
	double	   *s;

	st->cells = rater_cells(m);
	idx = array_alloc(st->cells->max_support, sizeof(int32));
	cell = array_alloc(st->cells->max_support, sizeof(int32));
	p = array_alloc(st->cells->max_support, sizeof(double));
	u = array_alloc(st->cells->max_support, sizeof(double));
	s = sum_of_rater_distributions(st, idx, p, cell);
	st->v_s = array_alloc(m->n_categories, sizeof(double));
	dis_rows(st->w, m->n_categories, NULL, s, st->v_s);
	st->s_v_s = exact_dot(m->n_categories, s, st->v_s);
	st->p_v_p = array_alloc0(m->n_raters, sizeof(double));
	st->p_v_s = array_alloc0(m->n_raters, sizeof(double));
	if (!point_only)
		c->u = array_alloc0(st->cells->n_cells, sizeof(double));

	for (int32 g = 0; g < m->n_raters; g++)
	{
		int32		support = rater_support(m, st->cells, g, idx, p, cell);
		double		n_g = st->mg->rater_n[g];
		double		p_u;

		CHECK_FOR_INTERRUPTS();
		if (support == 0)
			continue;
		dis_rows(st->w, support, idx, p, u);
		st->p_v_p[g] = exact_dot(support, p, u) / (n_g * n_g);
		for (int32 j = 0; j < support; j++)
		{
			p[j] /= n_g;
			u[j] = st->v_s[idx[j]] - u[j] / n_g;
		}
		p_u = exact_dot(support, p, u);
		st->p_v_s[g] = p_u + st->p_v_p[g];
		for (int32 j = 0; j < support && !point_only; j++)
			c->u[cell[j]] = m->n_items / n_g * (u[j] - p_u);
	}
	{
		ExactSum	sum;

		exactsum_init(&sum);
		for (int32 g = 0; g < m->n_raters; g++)
			exactsum_add(&sum, st->p_v_p[g]);
		st->sum_p_v_p = exactsum_value(&sum);
	}
	c->d_e = (st->s_v_s - st->sum_p_v_p) / pairs;
	c->index = st->cells->dense ? FORM_RATER_CATEGORY : FORM_CELL;
	c->n_u = st->cells->n_cells;
	c->per_rating = 2 / pairs;
	pfree(idx);
	pfree(cell);
	pfree(p);
	pfree(u);
	pfree(s);
}

void
chance_alpha(AgreementState *st, Chance *c)
{
	int32		q = st->m->n_categories;
	double		n = (double) st->mg->n_pairable_ratings;

	st->v_n = array_alloc(q, sizeof(double));
	dis_rows(st->a, q, NULL, st->mg->n_pair, st->v_n);
	st->n_v_n = exact_dot(q, st->mg->n_pair, st->v_n);
	c->d_e = st->n_v_n / (n * (n - 1));
	c->index = FORM_CATEGORY;
	c->u = st->v_n;
	c->n_u = q;
}

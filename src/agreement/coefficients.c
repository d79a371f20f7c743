/*-------------------------------------------------------------------------
 *
 * coefficients.c
 *	  Chance-corrected agreement coefficients with their intervals.
 *
 * Every coefficient is 1 - D_o/D_e.  Its variance over items is that of the
 * mean of influence values psi_i (linearisation of a ratio; Gwet 2014, ch. 5,
 * and research/agreement.md d.2, which differ where items have one rating),
 * its variance over raters that of the delete-one-rater jackknife.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/chance.h"
#include "agreement/estimate.h"
#include "common/compat.h"
#include "common/interrupts.h"

/* One coefficient on its way to an estimate */
typedef struct Term
{
	bool		wanted;
	const char *undefined;		/* why, or NULL */
	const PairSums *pairs;
	Chance		chance;
	double		d_o;
	LinearForm	form;
} Term;

/* Coefficients over the items that have two ratings, and nothing else */
static bool
pairable_only(int coef)
{
	return coef == COEF_COHEN || coef == COEF_SCOTT || coef == COEF_ALPHA;
}

static bool
is_plain_agreement(int coef)
{
	return coef == COEF_PERCENT || coef == COEF_WEIGHTED;
}

static bool
same_disagreement(const Disagreement *a, const Disagreement *b)
{
	return a->kind == b->kind && a->x == b->x && a->sets == b->sets;
}

/* Sums within items for each disagreement that the mask asks for, once */
static void
make_pair_sums(AgreementState *st, Disagreement *a)
{
	uint32		by_w = st->mask & ~(COEF_BIT(COEF_PERCENT) | COEF_BIT(COEF_ALPHA));

	if (by_w)
		st->by_w = pair_sums(st->mg, st->w);
	if (st->mask & COEF_BIT(COEF_ALPHA))
	{
		if (a->kind == DIS_RANK)
			dis_set_ranks(a, st->mg->n_pair);
		if (by_w && same_disagreement(a, st->w))
			st->by_a = st->by_w;
		else
			st->by_a = pair_sums(st->mg, a);
	}
	if (st->mask & COEF_BIT(COEF_PERCENT))
	{
		dis_init(&st->identity, DIS_IDENTITY, st->m->n_categories, NULL, NULL);
		if (by_w && st->w->kind == DIS_IDENTITY)
			st->raw = st->by_w;
		else if (st->by_a && a->kind == DIS_IDENTITY)
			st->raw = st->by_a;
		else
			st->raw = pair_sums(st->mg, &st->identity);
	}
}

/* What makes every coefficient undefined, or NULL */
static const char *
nothing_to_compare(const AgreementState *st, int coef)
{
	if (st->mg->n_raters < 2)
		return "fewer than two raters";
	if ((coef == COEF_COHEN || coef == COEF_SCOTT) && st->m->n_raters != 2)
		return "needs exactly two raters";
	if (st->mg->n_pairable == 0)
		return "no item has two ratings";
	return NULL;
}

static void
find_chance(AgreementState *st, int coef, Chance *c, bool point_only)
{
	memset(c, 0, sizeof(*c));
	switch ((Coefficient) coef)
	{
		case COEF_COHEN:
			chance_cohen(st, c);
			break;
		case COEF_SCOTT:
			chance_scott(st, c);
			break;
		case COEF_FLEISS:
			chance_fleiss(st, c);
			break;
		case COEF_CONGER:
			chance_conger(st, c, point_only);
			break;
		case COEF_GWET:
			if (st->m->n_categories >= 2)
				chance_gwet(st, c);
			break;
		case COEF_BP:
			chance_bp(st, c);
			break;
		case COEF_ALPHA:
			chance_alpha(st, c);
			break;
		case COEF_PERCENT:
		case COEF_WEIGHTED:
		case COEF_COUNT:
			c->d_e = 1;			/* nothing is expected: 1 - D_o */
			break;
	}
}

static void
term_begin(AgreementState *st, int coef, Term *t, bool point_only)
{
	t->undefined = nothing_to_compare(st, coef);
	if (t->undefined)
		return;
	find_chance(st, coef, &t->chance, point_only);
	t->pairs = coef == COEF_PERCENT ? st->raw : coef == COEF_ALPHA ? st->by_a : st->by_w;
	t->d_o = t->pairs->d_o;
	if (coef == COEF_ALPHA)
		t->d_o = t->pairs->o_sum / (double) st->mg->n_pairable_ratings;
	if (!(t->chance.d_e > 0))
		t->undefined = "no variation: one category used";
}

/*
 * psi_i = -(n/n') I_i (D_i - D_o)/D_e + (1 - kappa) dD_e,i/D_e.  Gwet (2014)
 * centres on kappa instead, which adds kappa ((n/n') I_i - 1); the two agree
 * where every item has two ratings.
 */
static void
kappa_form(const AgreementState *st, int coef, Term *t, bool gwet)
{
	const Margins *mg = st->mg;
	const Chance *c = &t->chance;
	double		ratio = t->d_o / c->d_e;
	double		share = (double) st->m->n_items / mg->n_pairable;

	if (pairable_only(coef))
		share = 1;
	for (int32 g = 0; g < mg->n_groups; g++)
	{
		double		r = mg->group[g].r;
		int32		at = mg->group[g].r;

		if (at < 2 && pairable_only(coef))
			continue;
		t->form.a[at] = -ratio * c->center / c->d_e;
		t->form.c[at] = ratio * c->per_rating / (c->mean ? r : 1) / c->d_e;
		if (at >= 2)
		{
			t->form.a[at] += share * ratio;
			t->form.b[at] = -share / (r * (r - 1) * c->d_e);
		}
		if (gwet && !pairable_only(coef))
			t->form.a[at] += (1 - ratio) * ((at >= 2 ? share : 0) - 1);
	}
}

/*
 * Gwet's (2011) linearisation of alpha, over the n pairable items: with
 * rb = N/n, p the pairable distribution and D' = p'V p,
 * psi_i = [D_o r_i - s_i/(r_i - 1)]/(rb D')
 *		   + 2 (D_o/D') [sum_{ratings} (V p)_k - D' r_i]/(rb D').
 */
static void
alpha_form(const AgreementState *st, Term *t)
{
	const Margins *mg = st->mg;
	double		n = (double) mg->n_pairable_ratings;
	double		rb = n / mg->n_pairable;
	double		d_e = st->n_v_n / (n * n);

	for (int32 g = 0; g < mg->n_groups; g++)
	{
		double		r = mg->group[g].r;
		int32		at = mg->group[g].r;

		if (at < 2)
			continue;
		t->form.a[at] = -t->d_o * r / (rb * d_e);
		t->form.b[at] = -1 / ((r - 1) * rb * d_e);
		t->form.c[at] = 2 * t->d_o / d_e / (rb * d_e) / n;
	}
}

static void
term_form(const AgreementState *st, int coef, Term *t, bool gwet)
{
	linear_form_init(&t->form, st->mg, t->pairs);
	t->form.index = t->chance.index;
	t->form.u = t->chance.u;
	t->form.n_u = t->chance.n_u;
	t->form.of_obs = st->cells ? st->cells->of_obs : NULL;
	if (coef == COEF_ALPHA)
		alpha_form(st, t);
	else
		kappa_form(st, coef, t, gwet);
}

/* Does a rater use one category only?  Then Cohen's kappa cannot vary. */
static bool
constant_rater(const RatingMatrix *m)
{
	int32	   *first = array_alloc(m->n_raters, sizeof(int32));
	bool		found = false;

	for (int32 g = 0; g < m->n_raters; g++)
		first[g] = -1;
	for (int32 o = 0; o < m->n_obs; o++)
	{
		int32		g = m->rater[o];

		HD_CHECK_EVERY(o);
		if (first[g] == -1)
			first[g] = m->category[o];
		else if (first[g] != m->category[o])
			first[g] = -2;
	}
	for (int32 g = 0; g < m->n_raters; g++)
		found = found || first[g] >= 0;
	pfree(first);
	return found;
}

/* What to say where psi is zero throughout */
static const char *
why_flat(const AgreementState *st, int coef)
{
	if (!is_plain_agreement(coef) && constant_rater(st->m))
		return "a rater used one category only";
	return "every item shows the same disagreement";
}

static const Disagreement *
weights_of(const AgreementState *st, int coef)
{
	return coef == COEF_ALPHA ? st->a : coef == COEF_PERCENT ? &st->identity : st->w;
}

/* Is what chance gives worked out of the margins, so that rare labels move it? */
static bool
rests_on_margins(int coef)
{
	return coef == COEF_COHEN || coef == COEF_SCOTT || coef == COEF_FLEISS ||
		coef == COEF_CONGER || coef == COEF_ALPHA;
}

/* The largest (V p)_k / p'V p of a label in use: that of the rarest one */
static double
rarest_distance(const AgreementState *st, int coef, const Chance *c)
{
	int32		q = st->m->n_categories;
	double		most = 1;

	for (int32 k = 0; k < q; k++)
	{
		double		v = NAN;

		if (!(st->mg->pi[k] > 0))
			continue;
		if (coef == COEF_FLEISS)
			v = st->v_pi[k] / c->d_e;
		else if (coef == COEF_SCOTT)
			v = c->u[k] / c->d_e;
		else if (coef == COEF_COHEN)
			v = (c->u[k] + c->u[k + q]) / 2 / c->d_e;
		else if (coef == COEF_CONGER)
			v = st->v_s[k] / st->mg->n_raters / c->d_e;
		else if (coef == COEF_ALPHA && st->mg->n_pair[k] > 0)
			v = st->v_n[k] * st->mg->n_pairable_ratings / st->n_v_n;
		most = fmax(most, v);
	}
	return most;
}

/*
 * Where a label is rare, the items that say most about chance may be missing
 * from the sample, and the variance is then too small.  The cautious variance
 * adds the influence of one item more, all of whose ratings are the rarest
 * label (clusters: of as many such items as a cluster holds).  For identity weights;
 * simulated coverage stays at 92 % and more (docs/agreement.md).  AC1 does not
 * need it: its chance term hardly moves with a rare label.
 */
static double
unseen_variance(const AgreementState *st, int coef, const Term *t, const EstimateBasis *b)
{
	const Disagreement *d = weights_of(st, coef);
	double		share = pairable_only(coef) ? 1 : (double) st->m->n_items / st->mg->n_pairable;
	double		psi = share;
	double		items = 1;

	if (d->kind != DIS_IDENTITY || coef == COEF_GWET)
		return 0;
	if (rests_on_margins(coef))
		psi += 2 * (rarest_distance(st, coef, &t->chance) - 1);
	psi *= t->d_o / t->chance.d_e;
	if (b->clustered)
		items = (double) st->mg->n_pairable / st->mg->n_pairable_clusters;
	return items * psi * psi / ((double) b->n_items * b->n_items);
}

static void
term_finish(const AgreementState *st, int coef, const Term *t,
			const InferenceOptions *opt, const RaterJackknife *jack,
			CoefficientEstimate *e)
{
	const Margins *mg = st->mg;
	EstimateBasis b;

	memset(&b, 0, sizeof(b));
	b.d_o = t->d_o;
	b.d_e = t->chance.d_e;
	b.lowest = is_plain_agreement(coef) ? 0 : -1;
	b.sum_sq = t->form.sum_sq;
	b.clustered = st->m->n_clusters > 0;
	if (coef == COEF_COHEN)
		b.published = "Fleiss, Cohen & Everitt (1969)";
	if (coef == COEF_SCOTT)
		b.published = "large-sample linearisation over items";
	b.gwet = opt->variance == VARIANCE_GWET;
	b.n_items = e->n_items;
	b.n_pair_units = b.clustered ? mg->n_pairable_clusters : mg->n_pairable;
	b.n_units = b.clustered ? e->n_clusters : e->n_items;
	b.random_raters = opt->random_raters;
	if (opt->random_raters)
	{
		b.rater_var = jack[coef].variance;
		b.n_replicates = jack[coef].n_replicates;
		b.n_undefined = jack[coef].n_undefined;
	}
	if (opt->variance == VARIANCE_CAUTIOUS)
		b.unseen_var = unseen_variance(st, coef, t, &b);
	if (b.sum_sq < 1e-12 * b.n_items)
		b.flat = why_flat(st, coef);
	estimate_finish(e, &b, opt);
}

static void
estimate_begin(const AgreementState *st, int coef, CoefficientEstimate *e)
{
	const Margins *mg = st->mg;
	bool		pairable = pairable_only(coef);

	memset(e, 0, sizeof(*e));
	e->value = e->observed = e->expected = NAN;
	e->se = e->df = e->ci_low = e->ci_high = e->p_value = NAN;
	e->n_items = pairable ? mg->n_pairable : st->m->n_items;
	e->n_clusters = pairable ? mg->n_pairable_clusters : mg->n_clusters;
	e->n_raters = mg->n_raters;
	e->n_ratings = pairable ? mg->n_pairable_ratings : st->m->n_obs;
}

/*
 * Values, and where intervals are wanted the forms that they need; "psi" is
 * for a mask of one coefficient.
 */
static void
estimate_values(AgreementState *st, Term *term, const InferenceOptions *opt,
				CoefficientEstimate *out, double *psi)
{
	LinearForm *forms[COEF_COUNT];
	int			n = 0;

	for (int coef = 0; coef < COEF_COUNT; coef++)
	{
		Term	   *t = &term[coef];
		CoefficientEstimate *e = &out[coef];

		estimate_begin(st, coef, e);
		if (!(st->mask & COEF_BIT(coef)))
			continue;
		t->wanted = true;
		term_begin(st, coef, t, opt->point_only);
		e->note = t->undefined;
		if (t->pairs)
		{
			e->observed = 1 - t->d_o;
			e->expected = 1 - t->chance.d_e;
		}
		if (t->undefined)
			continue;
		if (coef == COEF_PERCENT || coef == COEF_WEIGHTED)
			e->value = t->pairs->a_o;
		else
			e->value = 1 - t->d_o / t->chance.d_e;
		if (opt->point_only)
			continue;
		term_form(st, coef, t, opt->variance == VARIANCE_GWET);
		t->form.psi = psi;
		forms[n++] = &t->form;
	}
	if (n > 0)
		linear_forms_run(st->mg, n, forms);
}

/*
 * What chance would give rests on the rarer labels.  Where hardly any item
 * holds them, the sample cannot show how much it depends on these few, and
 * the variance comes out too small: simulated 95 % intervals of the kappas and
 * of alpha cover 60 to 90 % (test/bench/coverage.sh).  Ten items cure that.
 */
#define RARE_ENOUGH 10

/* Items (or clusters) with two ratings of which category k has no majority; stops at RARE_ENOUGH */
static int
units_without_majority(const RatingMatrix *m, int32 k)
{
	int32		seen[RARE_ENOUGH] = {0};
	int			n = 0;

	for (int32 i = 0; i < m->n_items && n < RARE_ENOUGH; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];
		int32		unit = m->n_clusters > 0 ? m->cluster[i] : i;
		int32		count = 0;
		bool		known = false;

		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			count += m->category[o] == k;
		if (r < 2 || 2 * count > r)
			continue;
		for (int j = 0; j < n; j++)
			known = known || seen[j] == unit;
		if (!known)
			seen[n++] = unit;
	}
	return n;
}

/*
 * Only where one label has most of the ratings are the others rare.  Returns
 * how many items or clusters speak of them, or -1 if enough do.
 */
static int
rare_label_units(const AgreementState *st)
{
	double		half = st->mg->n_pairable_ratings / 2.0;

	for (int32 k = 0; k < st->m->n_categories; k++)
		if (st->mg->n_pair[k] > half)
		{
			int			n = units_without_majority(st->m, k);

			return n < RARE_ENOUGH ? n : -1;
		}
	return -1;
}

/* The remedy is named where there is one: for identity */
static const char *
rare_label_note(const AgreementState *st, int units, const Disagreement *d)
{
	const char *unit = st->m->n_clusters > 0 ? "cluster" : "item";

	return psprintf("only %d %s to a rarer label: the interval is too narrow%s", units,
					psprintf(units == 1 ? "%s leans" : "%ss lean", unit),
					d->kind == DIS_IDENTITY ? ", see variance => 'cautious'" : "");
}

static void
estimate_all(const RatingMatrix *m, const Disagreement *w, Disagreement *a,
			 uint32 mask, const InferenceOptions *opt,
			 CoefficientEstimate out[COEF_COUNT], double *psi)
{
	AgreementState st;
	Term		term[COEF_COUNT];
	RaterJackknife jack[COEF_COUNT];
	const char *note = NULL;
	int			rare_units;

	memset(&st, 0, sizeof(st));
	memset(term, 0, sizeof(term));
	st.m = m;
	st.w = w;
	st.a = a;
	st.mask = mask;
	st.mg = margins_make(m);
	make_pair_sums(&st, a);
	if (mask & (COEF_BIT(COEF_GWET) | COEF_BIT(COEF_BP)))
		st.domain_v = dis_total(w);
	estimate_values(&st, term, opt, out, psi);
	if (opt->point_only)
		return;

	if (opt->random_raters)
		jackknife_raters(&st, jack);
	if (more_ratings_where_disagreement(st.mg, st.by_w ? st.by_w : st.raw ? st.raw : st.by_a))
		note = "items where raters disagree have more ratings: see first_ratings";
	rare_units = rare_label_units(&st);
	for (int coef = 0; coef < COEF_COUNT; coef++)
	{
		if (!term[coef].wanted || term[coef].undefined)
			continue;
		term_finish(&st, coef, &term[coef], opt, jack, &out[coef]);
		if (rare_units >= 0 && rests_on_margins(coef) && !isnan(out[coef].se) &&
			!(opt->variance == VARIANCE_CAUTIOUS && weights_of(&st, coef)->kind == DIS_IDENTITY))
			out[coef].note = add_note(out[coef].note, rare_label_note(&st, rare_units, weights_of(&st, coef)));
		out[coef].note = add_note(out[coef].note, note);
	}
}

void
agreement_coefficients(const RatingMatrix *m, const Disagreement *w,
					   Disagreement *a, uint32 mask,
					   const InferenceOptions *opt,
					   CoefficientEstimate out[COEF_COUNT])
{
	estimate_all(m, w, a, mask, opt, out, NULL);
}

void
coefficient_influence(const RatingMatrix *m, const Disagreement *w,
					  Disagreement *a, Coefficient coef,
					  const InferenceOptions *opt,
					  CoefficientEstimate *out, double *psi)
{
	CoefficientEstimate est[COEF_COUNT];

	estimate_all(m, w, a, COEF_BIT(coef), opt, est, psi);
	*out = est[coef];
}

/*-------------------------------------------------------------------------
 *
 * estimate.c
 *	  From a value and its variance to an interval, with the edge cases.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/estimate.h"
#include "common/stats.h"

/* Root mean square of psi (of order 1) below which it is zero but for rounding */
#define PSI_ZERO 1e-9

const char *
add_note(const char *old, const char *text)
{
	if (old == NULL || text == NULL)
		return old ? old : text;
	return psprintf("%s; %s", old, text);
}

static double
cut(double x, double lowest)
{
	return Max(lowest, Min(1.0, x));
}

/*
 * No disagreement was seen at all, or no agreement: nothing varies, and the
 * linearised variance would be zero.  The bound of Clopper & Pearson (1934) on
 * the share of units that agree, (alpha/2)^(1/n) where all n do, is carried
 * through 1 - (1 - p_a)/D_e.
 */
static void
finish_extreme(CoefficientEstimate *e, const EstimateBasis *b,
			   const InferenceOptions *opt)
{
	double		edge = pow((1 - opt->confidence) / 2, 1.0 / b->n_pair_units);
	bool		agree = b->d_o == 0;
	const char *unit = b->clustered ? "cluster" : "item";

	if (agree)
	{
		e->ci_low = cut(1 - (1 - edge) / b->d_e, b->lowest);
		e->ci_high = 1;
	}
	else
	{
		e->ci_low = cut(e->value, b->lowest);
		e->ci_high = cut(1 - edge / b->d_e, b->lowest);
	}
	if (b->silent)
		return;
	e->inference = "Clopper-Pearson bound";
	e->note = add_note(e->note, psprintf("no %s in %d %s%s", agree ? "disagreement" : "agreement",
										 (int) b->n_pair_units, unit,
										 b->n_pair_units == 1 ? "" : "s"));
}

/* Why there is no variance to estimate, or NULL */
static const char *
no_variance(const EstimateBasis *b)
{
	if (b->n_units < 2)
		return b->clustered ? "one cluster" : "one item";
	if (b->n_pair_units < 2)
		return b->clustered ? "one cluster with two ratings of an item" : "one item with two ratings";
	if (b->random_raters && b->n_replicates + b->n_undefined < 3)
		return "random raters need at least three raters";
	if (sqrt(b->sum_sq / b->n_items) < PSI_ZERO)
		return b->flat ? b->flat : "items do not vary";
	if (b->random_raters && isnan(b->rater_var))
		return "random raters: undefined without some of the raters";
	return NULL;
}

/*
 * Satterthwaite's (1946) degrees of freedom for the sum of the two variances.
 */
static double
combined_df(double var_items, double df_items, double var_raters, double df_raters)
{
	double		sum = var_items + var_raters;

	return sum * sum / (var_items * var_items / df_items + var_raters * var_raters / df_raters);
}

static const char *
inference_name(const EstimateBasis *b, double df)
{
	if (b->random_raters)
		return psprintf("items and raters: linearisation + delete-one-rater jackknife, t(%.1f)", df);
	if (b->clustered)
		return psprintf("%s over clusters, t(%d)", b->gwet ? "Gwet (2014) linearisation" : "ratio linearisation",
						(int) df);
	if (b->published)
		return psprintf("%s, t(%d)", b->published, (int) df);
	return psprintf("%s over items, t(%d)", b->gwet ? "Gwet (2014) linearisation" : "ratio linearisation",
					(int) df);
}

void
estimate_finish(CoefficientEstimate *e, const EstimateBasis *b,
				const InferenceOptions *opt)
{
	const char *why;
	double		n = b->n_items;
	double		units = b->n_units;
	double		var;
	double		t;

	if (b->d_o == 0 || b->d_o >= 1)
	{
		finish_extreme(e, b, opt);
		return;
	}
	why = no_variance(b);
	if (why)
	{
		if (!b->silent)
			e->note = add_note(e->note, why);
		return;
	}
	if (b->clustered)
		var = b->sum_sq * units / ((units - 1) * n * n);
	else
		var = b->sum_sq / (n * (b->published ? n : n - 1));

	/*
	 * Only units with two ratings say anything about disagreement, so their
	 * number gives the degrees of freedom.  Simulated coverage of 95 %
	 * intervals (Fleiss' kappa, 10 raters, 50 items, 5 % of them rated by all,
	 * where an interval exists): 96 %, and 83 % with the number of all items,
	 * which is what Gwet takes.
	 */
	e->df = (b->gwet ? b->n_units : b->n_pair_units) - 1;
	if (b->random_raters)
	{
		e->df = combined_df(var, e->df, b->rater_var, b->n_replicates - 1);
		var += b->rater_var;
		if (b->n_undefined > 0 && !b->silent)
			e->note = add_note(e->note, psprintf("undefined without %d of the raters, who are left out of the jackknife",
												 (int) b->n_undefined));
	}
	e->se = sqrt(var + b->unseen_var);
	t = hd_t_quantile((1 + opt->confidence) / 2, e->df);
	e->ci_low = cut(e->value - t * e->se, b->lowest);
	e->ci_high = cut(e->value + t * e->se, b->lowest);
	if (!b->silent)
		e->inference = b->unseen_var > 0 ?
			psprintf("%s, with one more item of the rarest label", inference_name(b, e->df)) :
			inference_name(b, e->df);
	if (!isnan(opt->null_value) && b->lowest < 0)
		e->p_value = hd_t_sf((e->value - opt->null_value) / e->se, e->df);
}

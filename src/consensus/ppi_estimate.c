/*-------------------------------------------------------------------------
 *
 * ppi_estimate.c
 *	  The true mean from a judge on all rows and people on some: plain
 *	  numbers, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/stats.h"
#include "consensus/ppi_estimate.h"

/* A variance and what it stands on */
typedef struct Part
{
	double		variance;
	double		df;
} Part;

/* Welch (1938) and Satterthwaite (1946): degrees of freedom of a sum of variances */
static double
joint_df(Part a, Part b)
{
	double		sum = a.variance + b.variance;
	double		parts = 0;

	if (a.variance > 0)
		parts += a.variance * a.variance / a.df;
	if (b.variance > 0)
		parts += b.variance * b.variance / b.df;
	return parts > 0 ? sum * sum / parts : b.df;
}

static void
set_interval(const PpiMoments *m, double variance, double df, double confidence, PpiEstimate *e)
{
	double		half;

	/* where nothing varies among the audited rows nothing is known of the error */
	if (!(df > 0) || !(variance > 1e-24 * m->scale * m->scale))
		return;
	e->se = sqrt(variance);
	half = hd_t_quantile((1 + confidence) / 2, df) * e->se;

	/*
	 * Audits that found no error say nothing of the variance of errors: add
	 * the rate of errors that Clopper & Pearson allow, each as large as can be.
	 */
	if (!m->differ && e->lambda > 0)
	{
		double		low,
					high;

		hd_clopper_pearson(0, m->n_audited, confidence, &low, &high);
		half += high * m->range * e->lambda;
	}
	e->low = e->value - half;
	e->high = e->value + half;
}

/*
 * Angelopoulos, Bates, Fannjiang, Jordan & Zrnic (2023, Science 382:669) with
 * the power tuning of PPI++ (Angelopoulos, Duchi & Zrnic 2023,
 * arXiv:2311.01453): lambda mean(f, rest) + mean(y - lambda f,
 * audited), lambda = cov(y, f) / ((1 + n / N) var(f)), in [0, 1].  n audited
 * and N other rows.  Estimating lambda takes one degree of freedom.
 */
static void
plain_sample(const PpiMoments *m, PpiMethod method, double confidence, PpiEstimate *e)
{
	const double n = m->n_audited;
	const double rest = m->n_rest;
	double		s_residual;
	Part		imputed = {0, 1};
	Part		rectifier;

	e->lambda = method == PPI_PLAIN ? 1 : 0;
	if (rest == 0)
		e->lambda = 0;
	else if (method == PPI_TUNED && n >= PPI_LEAST_TO_TUNE && m->s_all > 0)
	{
		double		variance = m->s_all / (n + rest - 1);

		e->lambda = m->s_fy / (n - 1) / ((1 + n / rest) * variance);
		e->lambda = Min(1, Max(0, e->lambda));
	}
	e->value = m->mean_y;
	if (e->lambda != 0)
		e->value = e->lambda * (m->mean_rest - m->mean_f) + m->mean_y;

	s_residual = m->s_yy - 2 * e->lambda * m->s_fy + e->lambda * e->lambda * m->s_ff;
	s_residual = Max(0, s_residual);
	rectifier.df = n - 1 - (method == PPI_TUNED && e->lambda != 0);
	rectifier.variance = rectifier.df > 0 ? s_residual / rectifier.df / n : NAN;
	if (e->lambda != 0)
	{
		/* of a single other row its own spread is that of all */
		imputed.df = rest > 1 ? rest - 1 : n + rest - 1;
		imputed.variance = e->lambda * e->lambda * (rest > 1 ? m->s_rest : m->s_all) / imputed.df / rest;
	}
	set_interval(m, imputed.variance + rectifier.variance, joint_df(imputed, rectifier), confidence, e);
}

/*
 * Rows audited with unequal, known probabilities (Zrnic & Candes 2024, "Active
 * statistical inference", arXiv:2403.03208), the residuals' mean as the ratio
 * of Hajek (1971): lambda mean(f, all) + sum w (y - lambda f) / sum w, w = 1 /
 * probability.  Linearised, a row's influence is U - lambda V with
 *		U = (N / W) w (y - mean y), V = (N / W) w (f - mean f) - (f - mean f of all),
 * rows that are not audited having w = 0; lambda takes the least variance.
 */
static void
weighted_sample(const PpiMoments *m, PpiMethod method, double confidence, PpiEstimate *e)
{
	const double all = m->n_audited + m->n_rest;
	const double r = all / m->w;
	const double effective = m->w * m->w / m->w2;	/* Kish (1965) */
	double		uu = r * r * m->w2_yy;
	double		uv = r * r * m->w2_fy - r * m->s_fy;
	double		vv = r * r * m->w2_ff - 2 * r * m->s_ff + m->s_all;
	double		squares;
	double		df;

	e->lambda = method == PPI_PLAIN ? 1 : 0;
	if (method == PPI_TUNED && m->n_audited >= PPI_LEAST_TO_TUNE && vv > 1e-12 * m->s_all)
		e->lambda = Min(1, Max(0, uv / vv));
	e->value = m->mean_y;
	if (e->lambda != 0)
		e->value = e->lambda * (m->mean_all - m->mean_f) + m->mean_y;
	squares = Max(0, uu - 2 * e->lambda * uv + e->lambda * e->lambda * vv);
	df = Min(m->n_audited, effective) - 1 - (method == PPI_TUNED && e->lambda != 0);
	set_interval(m, df > 0 ? squares / (all * all) * (df + 1) / df : NAN, df, confidence, e);
}

void
ppi_estimate(const PpiMoments *m, PpiMethod method, double confidence, PpiEstimate *e)
{
	e->value = e->se = e->low = e->high = e->lambda = NAN;
	if (m->n_audited == 0)
		return;
	if (m->weighted)
		weighted_sample(m, method, confidence, e);
	else
		plain_sample(m, method, confidence, e);
}

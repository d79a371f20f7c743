/*-------------------------------------------------------------------------
 *
 * g_study_interval.c
 *	  Intervals of components of variance, and decision studies.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/stats.h"
#include "rubric/g_study.h"

static inline double
square(double v)
{
	return v * v;
}

/* the upper point of F that is exceeded with probability alpha */
static double
f_upper(double alpha, double df1, double df2)
{
	if (isinf(df2))
		return hd_chisq_quantile(1 - alpha, df1) / df1;
	return hd_f_quantile(1 - alpha, df1, df2);
}

/*
 * Half of the modified large sample interval of a difference of mean squares
 * (Ting, Burdick, Graybill, Jeyaratnam & Lu 1990, J. Stat. Comput. Simul.
 * 35:135; Burdick & Graybill 1992, Confidence Intervals on Variance
 * Components, sec. 3.3): the squared distance from the estimate to the bound.
 * Coefficients c of the mean squares; the lower bound.  The upper bound is
 * minus the lower bound of minus the estimate.
 */
static double
lower_distance_sq(int n, const double *c, const double *ms, const double *df, double alpha)
{
	double		v = 0;
	int			plus = 0;

	for (int i = 0; i < n; i++)
		plus += c[i] * ms[i] > 0;
	for (int i = 0; i < n; i++)
	{
		double		x = c[i] * ms[i];
		double		g = 1 - 1 / f_upper(alpha, df[i], INFINITY);

		if (x == 0)
			continue;
		if (x < 0)
		{
			v += square(x * (1 / f_upper(1 - alpha, df[i], INFINITY) - 1));
			continue;
		}
		v += square(x * g);
		for (int j = 0; j < n; j++)
		{
			double		y = c[j] * ms[j];

			if (y < 0)
			{
				double		f = f_upper(alpha, df[i], df[j]);
				double		h = 1 / f_upper(1 - alpha, df[j], INFINITY) - 1;

				v += (square(f - 1) - square(g * f) - square(h)) / f * x * -y;
			}
			else if (y > 0 && j > i)
			{
				double		gj = 1 - 1 / f_upper(alpha, df[j], INFINITY);
				double		both = df[i] + df[j];
				double		s = square((1 - 1 / f_upper(alpha, both, INFINITY)) * both) / (df[i] * df[j]) -
					square(g) * df[i] / df[j] - square(gj) * df[j] / df[i];

				v += s / (plus - 1) * x * y;
			}
		}
	}
	return Max(v, 0);
}

static bool
have_interval(const GStudy *s, const double *c)
{
	for (int j = 0; j < s->n; j++)
		if (c[j] != 0 && !(s->df_interval[j] > 0 && s->ms[j] >= 0))
			return false;
	return true;
}

/*
 * An estimate is taken as a mean square, a multiple of a chi-squared with df
 * degrees of freedom, less the errors that it holds (Williams 1962, Biometrika
 * 49:278, with the errors known), so large that the variance is the one given.
 */
typedef struct Shifted
{
	double		ms;
	double		errors;
	double		df;
} Shifted;

static Shifted
shifted_square(double v, double var, double df)
{
	Shifted		s = {.ms = sqrt(var * df / 2), .df = df};

	if (!(df > 0) || s.ms < v)
	{
		s.ms = v;
		s.df = 2 * v * v / var;
	}
	s.errors = s.ms - v;
	return s;
}

static void
simulated_intervals(GStudy *s, double alpha)
{
	for (int i = 0; i < s->n; i++)
	{
		Shifted		m = shifted_square(s->variance[i], s->cov[i][i], s->df[i]);

		if (!(s->cov[i][i] > 0) || !(m.df > 0))
			continue;
		s->se[i] = sqrt(s->cov[i][i]);
		s->ci_low[i] = Max(m.ms / f_upper(alpha, m.df, INFINITY) - m.errors, 0);
		s->ci_high[i] = Max(m.ms / f_upper(1 - alpha, m.df, INFINITY) - m.errors, 0);
	}
}

void
g_study_intervals(GStudy *s, double confidence)
{
	double		alpha = (1 - confidence) / 2;

	if (s->simulated)
	{
		simulated_intervals(s, alpha);
		return;
	}
	for (int i = 0; i < s->n; i++)
	{
		double		minus[G_MAX];
		double		var = 0;
		double		v = 0;
		double		size = 0;

		for (int j = 0; j < s->n; j++)
		{
			minus[j] = -s->weight[i][j];
			if (s->weight[i][j] == 0)
				continue;
			v += s->weight[i][j] * s->ms[j];
			size += fabs(s->weight[i][j] * s->ms[j]);
			/* df + 2: without bias under normality (Brennan 2001, eq. 6.1) */
			var += 2 * square(s->weight[i][j] * s->ms[j]) / (s->df_interval[j] + 2);
		}
		/* what is left of a difference of equal terms is rounding */
		if (fabs(v) < 1e-13 * size)
			v = 0;
		s->variance[i] = v;
		/* nothing seen is no interval of width zero */
		if (size == 0)
			continue;
		if (!have_interval(s, s->weight[i]))
			continue;
		s->se[i] = sqrt(var);
		s->ci_low[i] = Max(v - sqrt(lower_distance_sq(s->n, s->weight[i], s->ms, s->df_interval, alpha)), 0);
		s->ci_high[i] = Max(v + sqrt(lower_distance_sq(s->n, minus, s->ms, s->df_interval, alpha)), 0);
	}
}

/* ---- decision studies ---- */

/*
 * Signal over signal and noise, with the bounds that come from the ratio of
 * ms[0], whose expectation is K var_p + base, to the combination of mean
 * squares that has the same expectation if var_p is theta times the noise:
 * W = K theta noise + base.  Its degrees of freedom are Satterthwaite's, at the
 * estimate.  For one rating a cell and complete data these are the intervals
 * of Shrout & Fleiss (1979) and McGraw & Wong (1996, table 7) of ICC(C,k) and
 * ICC(A,k).
 */
static void
reliability_of_squares(const GStudy *s, const double *noise_weight, double noise, double confidence,
			double *low, double *high)
{
	double		tail = (1 + confidence) / 2;
	double		signal = Max(s->variance[0], 0);
	double		base = s->ms[0] - s->p_in_ms * s->variance[0];
	double		theta;
	double		w;
	double		w_var = 0;
	double		df;

	if (!have_interval(s, noise_weight) || !have_interval(s, s->weight[0]))
		return;
	theta = signal / noise;
	w = s->p_in_ms * signal + base;
	for (int j = 1; j < s->n; j++)
	{
		/* what errors add to ms[0]: minus K times their weights in var_p */
		double		c = s->p_in_ms * (theta * noise_weight[j] - s->weight[0][j]);

		if (c != 0)
			w_var += square(c * s->ms[j]) / s->df_interval[j];
	}
	if (!(w > 0 && w_var > 0))
		return;
	df = w * w / w_var;
	theta = (s->ms[0] / hd_f_quantile(tail, s->df_interval[0], df) - base) / (s->p_in_ms * noise);
	theta = Max(theta, 0);
	*low = theta / (1 + theta);
	theta = (s->ms[0] * hd_f_quantile(tail, df, s->df_interval[0]) - base) / (s->p_in_ms * noise);
	theta = Max(theta, 0);
	*high = theta / (1 + theta);
}

/* Likewise where var_p and the noise have a simulated variance */
static void
reliability_of_draws(const GStudy *s, double noise, double noise_var, double confidence,
					 double *low, double *high)
{
	double		tail = (1 + confidence) / 2;
	Shifted		m = shifted_square(s->variance[0], s->cov[0][0], s->df[0]);
	double		theta = Max(s->variance[0], 0) / noise;
	double		w = theta * noise + m.errors;
	double		df = 2 * w * w / (theta * theta * noise_var);

	if (!(m.df > 0) || !(noise_var > 0))
		return;
	df = Min(df, 1e9);
	theta = Max((m.ms / hd_f_quantile(tail, m.df, df) - m.errors) / noise, 0);
	*low = theta / (1 + theta);
	theta = Max((m.ms * hd_f_quantile(tail, df, m.df) - m.errors) / noise, 0);
	*high = theta / (1 + theta);
}

/* share: what of each component is noise */
static void
reliability(const GStudy *s, const double *share, double confidence,
			double *value, double *low, double *high, double *noise)
{
	double		weight[G_MAX] = {0};
	double		signal = Max(s->variance[0], 0);
	double		var = 0;

	*value = *low = *high = NAN;
	*noise = 0;
	for (int i = 1; i < s->n; i++)
	{
		*noise += share[i] * Max(s->variance[i], 0);
		for (int j = 0; j < s->n; j++)
		{
			weight[j] += share[i] * s->weight[i][j];
			var += share[i] * share[j] * s->cov[i][j];
		}
	}
	if (!(signal + *noise > 0))
		return;
	*value = signal / (signal + *noise);
	if (!(*noise > 0))
		return;
	if (s->simulated)
		reliability_of_draws(s, *noise, var, confidence, low, high);
	else
		reliability_of_squares(s, weight, *noise, confidence, low, high);
}

void
d_study(const GStudy *s, double n_raters, double n_criteria, double confidence, DStudyRow *out)
{
	double		relative[G_MAX] = {0};
	double		absolute[G_MAX] = {0};
	double		rel,
				abs;

	memset(out, 0, sizeof(*out));
	out->note = s->why;
	if (s->why)
	{
		out->e_rho2 = out->e_rho2_low = out->e_rho2_high = NAN;
		out->phi = out->phi_low = out->phi_high = NAN;
		out->sem_relative = out->sem_absolute = NAN;
		return;
	}
	for (int i = 1; i < s->n; i++)
	{
		absolute[i] = (s->facets[i] & G_R ? 1 / n_raters : 1) * (s->facets[i] & G_C ? 1 / n_criteria : 1);
		relative[i] = s->facets[i] & G_P ? absolute[i] : 0;
	}
	reliability(s, relative, confidence, &out->e_rho2, &out->e_rho2_low, &out->e_rho2_high, &rel);
	reliability(s, absolute, confidence, &out->phi, &out->phi_low, &out->phi_high, &abs);
	out->sem_relative = sqrt(rel);
	out->sem_absolute = sqrt(abs);
	if (s->variance[0] < 0)
		out->note = "no variance of p was seen";
	else if (!(abs > 0))
		out->note = "no error was seen";
	else if (isnan(out->phi_low) || isnan(out->e_rho2_low))
		out->note = "no interval: the errors in the variance of p come out negative";
}

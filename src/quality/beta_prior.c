/*-------------------------------------------------------------------------
 *
 * beta_prior.c
 *	  The beta distribution from which the rates of many persons may have
 *	  come, and the always-valid interval of one rate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "quality/beta_prior.h"

#define LOG_2PI_HALF 0.91893853320467274178

/* ---- functions of the gamma family, for arguments above 0 ---- */

/* ln Gamma(x) by Stirling's series from 12 on; relative error below 1e-15 there */
double
log_gamma_of(double x)
{
	double		shift = 0;
	double		z;

	/* a product of at most twelve factors, each at least x: no overflow for x > 1e-20 */
	while (x < 12)
	{
		shift -= log(x);
		x += 1;
	}
	z = 1 / (x * x);
	return shift + (x - 0.5) * log(x) - x + LOG_2PI_HALF +
		(1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188))))) / x;
}

static double
digamma(double x)
{
	double		shift = 0;
	double		z;

	while (x < 12)
	{
		shift -= 1 / x;
		x += 1;
	}
	z = 1 / (x * x);
	return shift + log(x) - 0.5 / x - z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z / 132))));
}

static double
trigamma(double x)
{
	double		shift = 0;
	double		z;

	while (x < 12)
	{
		shift += 1 / (x * x);
		x += 1;
	}
	z = 1 / (x * x);
	return shift + 1 / x + z / 2 + z / x * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * 5 / 66))));
}

/* What Stirling's formula lacks of ln Gamma(x), from 12 on */
static double
stirling_rest(double x)
{
	double		z = 1 / (x * x);

	return (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188))))) / x;
}

/* Large arguments: x ln x of the three gamma functions is taken together, or its digits would be lost (Didonato & Morris 1992) */
double
log_beta(double a, double b)
{
	double		p = Min(a, b);
	double		q = Max(a, b);
	double		share = p / (p + q);

	if (q < 12)
		return log_gamma_of(a) + log_gamma_of(b) - log_gamma_of(a + b);
	if (p < 12)
		return log_gamma_of(p) + stirling_rest(q) - stirling_rest(p + q) +
			p - p * log(p + q) + (q - 0.5) * log1p(-share);
	return LOG_2PI_HALF - log(q) / 2 + stirling_rest(p) + stirling_rest(q) - stirling_rest(p + q) +
		(p - 0.5) * log(share) + q * log1p(-share);
}

/* ---- maximum likelihood ---- */

typedef struct Score
{
	double		log_likelihood;
	double		ga,
				gb;				/* gradient by ln alpha, ln beta */
	double		haa,
				hab,
				hbb;			/* second derivatives by the same */
} Score;

static void
score_at(int units, const double *x, const double *n, int leave, double a, double b, Score *s)
{
	double		l = 0,
				da = 0,
				db = 0,
				daa = 0,
				dbb = 0,
				dab = 0;
	double		base = log_beta(a, b);
	double		pa = digamma(a),
				pb = digamma(b),
				pn = digamma(a + b);
	double		qa = trigamma(a),
				qb = trigamma(b),
				qn = trigamma(a + b);

	for (int i = 0; i < units; i++)
	{
		double		f = n[i] - x[i];
		double		t;

		HD_CHECK_EVERY(i);
		if (i == leave || !(n[i] > 0))
			continue;
		l += log_beta(a + x[i], b + f) - base;
		t = digamma(a + b + n[i]) - pn;
		da += digamma(a + x[i]) - pa - t;
		db += digamma(b + f) - pb - t;
		t = trigamma(a + b + n[i]) - qn;
		daa += trigamma(a + x[i]) - qa - t;
		dbb += trigamma(b + f) - qb - t;
		dab -= t;
	}
	s->log_likelihood = l;
	s->ga = a * da;
	s->gb = b * db;
	s->haa = a * a * daa + a * da;
	s->hbb = b * b * dbb + b * db;
	s->hab = a * b * dab;
}

/*
 * Newton's method in ln alpha and ln beta with the step halved until the
 * likelihood grows; where the curvature is not that of a hill, the gradient.
 * Stops at the bounds of alpha + beta, which mean "no spread" and "all spread".
 */
static PriorStatus
maximise(int units, const double *x, const double *n, int leave, double most, double *alpha, double *beta)
{
	double		u = log(*alpha),
				v = log(*beta);
	Score		s;

	score_at(units, x, n, leave, exp(u), exp(v), &s);
	for (int round = 0; round < 200; round++)
	{
		double		det = s.haa * s.hbb - s.hab * s.hab;
		double		du,
					dv,
					step = 1;
		Score		next;

		CHECK_FOR_INTERRUPTS();
		if (s.haa < 0 && det > 0)
		{
			du = -(s.hbb * s.ga - s.hab * s.gb) / det;
			dv = -(s.haa * s.gb - s.hab * s.ga) / det;
		}
		else
		{
			double		size = hypot(s.ga, s.gb);

			if (size == 0)
				break;
			du = s.ga / size;
			dv = s.gb / size;
		}
		/* no more than a factor of e^2 at once */
		step = Min(1, 2 / Max(fabs(du), fabs(dv)));
		for (;;)
		{
			score_at(units, x, n, leave, exp(u + step * du), exp(v + step * dv), &next);
			if (next.log_likelihood >= s.log_likelihood || step < 1e-10)
				break;
			step /= 2;
		}
		u += step * du;
		v += step * dv;
		s = next;
		if (exp(u) + exp(v) > most)
			return PRIOR_CAPPED;
		if (exp(u) + exp(v) < 1e-8)
			return PRIOR_TOO_SPREAD;
		if (step < 1e-10 || (fabs(du) < 1e-12 && fabs(dv) < 1e-12))
			break;
	}
	*alpha = exp(u);
	*beta = exp(v);
	return PRIOR_FITTED;
}

/*
 * Moments of the raw rates, as Gelman et al. (Bayesian Data Analysis, 3rd
 * edition, section 5.1): alpha + beta = m (1 - m) / v - 1.  The prior weighs
 * no more than all the data that it was made of.
 */
BetaPrior
fit_beta_prior(int units, const double *x, const double *n, int leave, PriorMethod method)
{
	BetaPrior	p = {.alpha = NAN,.beta = NAN,.mean = NAN,.sd = NAN};
	double		sum = 0,
				squares = 0,
				total = 0,
				bad = 0,
				weight,
				v;

	for (int i = 0; i < units; i++)
	{
		if (i == leave || !(n[i] > 0))
			continue;
		p.n_units++;
		p.n += n[i];
		bad += x[i];
		sum += x[i] / n[i];
	}
	if (p.n_units < 2)
	{
		p.status = PRIOR_TOO_FEW;
		return p;
	}
	p.mean = sum / p.n_units;
	for (int i = 0; i < units; i++)
	{
		if (i == leave || !(n[i] > 0))
			continue;
		squares += (x[i] / n[i] - p.mean) * (x[i] / n[i] - p.mean);
	}
	v = squares / (p.n_units - 1);
	p.sd = sqrt(v);
	total = p.n;
	if (bad <= 0 || bad >= total)
	{
		p.status = PRIOR_ONE_SIDED;
		return p;
	}
	if (method == PRIOR_MOMENTS && v >= p.mean * (1 - p.mean))
	{
		p.status = PRIOR_TOO_SPREAD;
		return p;
	}
	weight = p.mean * (1 - p.mean) / v - 1;
	p.status = weight > total ? PRIOR_CAPPED : PRIOR_FITTED;
	if (method == PRIOR_ML)
	{
		double		start = weight > 0 ? Max(Min(weight, total), 0.1) : 0.1;

		p.alpha = p.mean * start;
		p.beta = (1 - p.mean) * start;
		p.status = maximise(units, x, n, leave, total, &p.alpha, &p.beta);
		if (p.status == PRIOR_TOO_SPREAD)
		{
			p.alpha = p.beta = NAN;
			return p;
		}
		if (p.status == PRIOR_CAPPED)
			p.mean = bad / total;
		else
		{
			p.mean = p.alpha / (p.alpha + p.beta);
			p.sd = sqrt(p.mean * (1 - p.mean) / (p.alpha + p.beta + 1));
			return p;
		}
	}
	if (p.status == PRIOR_CAPPED)
	{
		weight = total;
		if (method == PRIOR_ML)
			p.sd = sqrt(p.mean * (1 - p.mean) / (weight + 1));
	}
	p.alpha = p.mean * weight;
	p.beta = (1 - p.mean) * weight;
	return p;
}

/* ---- all priors at once ---- */

/* places on the scales of ln(alpha / beta) and ln(alpha + beta): to find where the weight is, and then to weigh */
#define COARSE_MEANS 33
#define COARSE_SIZES 21
#define FINE_MEANS 26
#define FINE_SIZES 30
#define CELL_MATTERS 25.0		/* cells whose ln weight is this far below the greatest are left out: 1e-11 */

typedef struct GridRange
{
	double		mean_low,
				mean_high,
				size_low,
				size_high;
} GridRange;

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

/* ln weight of a cell: likelihood, (alpha + beta)^-5/2, and the Jacobian alpha beta of the scales */
static double
cell_weight(int units, const double *x, const double *n, double alpha, double beta)
{
	double		l = log(alpha) + log(beta) - 2.5 * log(alpha + beta);
	double		base = log_beta(alpha, beta);

	for (int i = 0; i < units; i++)
		if (n[i] > 0)
			l += log_beta(alpha + x[i], beta + n[i] - x[i]) - base;
	return l;
}

static void
fill_grid(int units, const double *x, const double *n, const GridRange *g, int means, int sizes, PriorMixture *m)
{
	m->cells = 0;
	for (int i = 0; i < means; i++)
		for (int j = 0; j < sizes; j++)
		{
			double		mean = logistic(g->mean_low + (g->mean_high - g->mean_low) * i / (means - 1));
			double		size = exp(g->size_low + (g->size_high - g->size_low) * j / (sizes - 1));

			CHECK_FOR_INTERRUPTS();
			m->alpha[m->cells] = mean * size;
			m->beta[m->cells] = (1 - mean) * size;
			m->log_weight[m->cells] = cell_weight(units, x, n, mean * size, (1 - mean) * size);
			m->cells++;
		}
}

/* The part of the grid that matters, with one place more on each side */
static GridRange
where_it_matters(const PriorMixture *m, const GridRange *g, int means, int sizes)
{
	double		most = -INFINITY;
	int			mean_first = means,
				mean_last = 0,
				size_first = sizes,
				size_last = 0;
	double		mean_step = (g->mean_high - g->mean_low) / (means - 1);
	double		size_step = (g->size_high - g->size_low) / (sizes - 1);

	for (int c = 0; c < m->cells; c++)
		most = Max(most, m->log_weight[c]);
	for (int c = 0; c < m->cells; c++)
		if (m->log_weight[c] > most - CELL_MATTERS)
		{
			mean_first = Min(mean_first, c / sizes);
			mean_last = Max(mean_last, c / sizes);
			size_first = Min(size_first, c % sizes);
			size_last = Max(size_last, c % sizes);
		}
	return (GridRange) {
		g->mean_low + mean_step * Max(mean_first - 1, 0), g->mean_low + mean_step * Min(mean_last + 1, means - 1),
		g->size_low + size_step * Max(size_first - 1, 0), g->size_low + size_step * Min(size_last + 1, sizes - 1)
	};
}

void
make_prior_mixture(int units, const double *x, const double *n, PriorMixture *m)
{
	int			most = Max(COARSE_MEANS * COARSE_SIZES, FINE_MEANS * FINE_SIZES);
	double		bad = 0,
				total = 0,
				middle,
				greatest = -INFINITY;
	GridRange	g;
	int			kept = 0;

	m->alpha = array_alloc(most, sizeof(double));
	m->beta = array_alloc(most, sizeof(double));
	m->log_weight = array_alloc(most, sizeof(double));
	for (int i = 0; i < units; i++)
	{
		bad += x[i];
		total += n[i];
	}
	middle = log((bad + 0.5) / (total - bad + 0.5));
	g = (GridRange) {middle - 4, middle + 4, log(0.2), log(Max(total, 10) * 4)};
	fill_grid(units, x, n, &g, COARSE_MEANS, COARSE_SIZES, m);
	g = where_it_matters(m, &g, COARSE_MEANS, COARSE_SIZES);
	/* many units: the weight may lie between two places of the coarse grid */
	fill_grid(units, x, n, &g, FINE_MEANS, FINE_SIZES, m);
	g = where_it_matters(m, &g, FINE_MEANS, FINE_SIZES);
	fill_grid(units, x, n, &g, FINE_MEANS, FINE_SIZES, m);
	for (int c = 0; c < m->cells; c++)
		greatest = Max(greatest, m->log_weight[c]);
	for (int c = 0; c < m->cells; c++)
		if (m->log_weight[c] > greatest - CELL_MATTERS)
		{
			m->alpha[kept] = m->alpha[c];
			m->beta[kept] = m->beta[c];
			m->log_weight[kept++] = m->log_weight[c] - greatest;
		}
	m->cells = kept;
}

double *
mixture_weights(const PriorMixture *m, double x, double n)
{
	double	   *w = array_alloc(m->cells, sizeof(double));
	double		greatest = -INFINITY,
				sum = 0;

	for (int c = 0; c < m->cells; c++)
	{
		w[c] = m->log_weight[c];
		if (n > 0)
			w[c] -= log_beta(m->alpha[c] + x, m->beta[c] + n - x) - log_beta(m->alpha[c], m->beta[c]);
		greatest = Max(greatest, w[c]);
	}
	for (int c = 0; c < m->cells; c++)
		sum += w[c] = exp(w[c] - greatest);
	for (int c = 0; c < m->cells; c++)
		w[c] /= sum;
	return w;
}

/* ---- always valid ---- */

/* ln of the mixture's likelihood ratio against p */
static double
log_ratio(double x, double n, double mixture, double p)
{
	double		l = mixture;

	if (x > 0)
		l -= x * log(p);
	if (n > x)
		l -= (n - x) * log1p(-p);
	return l;
}

/*
 * Between an excluded end and the maximum of likelihood lies the bound.  The
 * ratio is convex in p: once halving has found a point outside that is no end,
 * Newton's method comes nearer from outside alone.
 */
static double
bound_between(double x, double n, double mixture, double threshold, double end, double in)
{
	double		out = end;

	for (int i = 0; i < 1100 && (i < 6 || out == end); i++)
	{
		double		mid = out + (in - out) / 2;

		if (mid == out || mid == in)
			return out;
		if (log_ratio(x, n, mixture, mid) >= threshold)
			out = mid;
		else
			in = mid;
	}
	for (int i = 0; i < 100; i++)
	{
		double		f = log_ratio(x, n, mixture, out) - threshold;
		double		next = out - f / ((n - x) / (1 - out) - x / out);

		if (!(f > 0) || fabs(next - out) <= 1e-15 * out)
			break;
		out = next;
	}
	return Min(Max(out, 0), 1);
}

void
always_valid_interval(double x, double n, double confidence, double a, double b, double *low, double *high)
{
	double		mixture = log_beta(x + a, n - x + b) - log_beta(a, b);
	double		threshold = -log1p(-confidence);
	double		best;

	*low = 0;
	*high = 1;
	if (n <= 0)
		return;
	best = x / n;
	if (x > 0)
		*low = bound_between(x, n, mixture, threshold, 0, best);
	if (x < n)
		*high = bound_between(x, n, mixture, threshold, 1, best);
}

/*-------------------------------------------------------------------------
 *
 * bradley_terry_fit.c
 *	  Maximum likelihood by Newton's method.
 *
 * Each block has its own strengths; the effect of order and the chance of a
 * tie are common to all blocks.  So the information is block diagonal with a
 * border of at most two columns, and a step is solved by Schur complement.
 *
 * Only differences of strengths are estimated: the information of a block is
 * the Laplacian of a graph, whose weights are the variances of comparisons.
 * With the last item as 0 it is factorized without a subtraction, each pivot
 * being the sum of the weights that are left (Grassmann, Taksar & Heyman 1985,
 * Oper. Res. 33:1107), so that items which only a few upsets link to the
 * others keep their digits.
 *
 * The prior gives each item "prior" wins against the whole field of its
 * block, in the sense of Luce (1959): it adds prior * sum(log(worth_i /
 * sum(worth))) to the log-likelihood.  That is the gamma prior of Caron &
 * Doucet (2012, J. Comput. Graph. Stat. 21:174) on the worths, without its
 * scale, and the "alpha" of choix.mm_pairwise.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "preference/bradley_terry.h"

#define HALVINGS 40
#define PANEL 32
/* on the log scale: the quadratic approximation says nothing so far away */
#define LONGEST_STEP 5.0

void
bt_chances(double eta, double nu, double *win, double *tie, double *loss)
{
	double		small = exp(-fabs(eta));
	double		even = nu > 0 ? nu * exp(-fabs(eta) / 2) : 0;
	double		sum = 1 + even + small;

	*win = (eta >= 0 ? 1 : small) / sum;
	*loss = (eta >= 0 ? small : 1) / sum;
	*tie = even / sum;
}

static inline double
eta_of(const BtModel *m, const BtPair *p)
{
	const double *theta = m->block[p->block].theta;

	return theta[p->row] - theta[p->col] + (m->has_order ? m->nuisance[0] : 0);
}

static inline double
nu_of(const BtModel *m)
{
	return m->has_nu ? exp(m->nuisance[m->n_nuisance - 1]) : 0;
}

/* ---- log-likelihood ---- */

/* Logarithms of the three chances, right where the chances themselves are 0 */
static void
log_chances(double eta, double nu, double *win, double *tie, double *loss)
{
	double		x = fabs(eta);
	double		even = nu > 0 ? nu * exp(-x / 2) : 0;
	double		log_sum = log1p(even + exp(-x));

	*win = (eta >= 0 ? 0 : eta) - log_sum;
	*loss = (eta >= 0 ? -eta : 0) - log_sum;
	/* of the larger chance the exponent is 0: both are taken relative to it */
	*tie = nu > 0 ? log(nu) - x / 2 - log_sum : 0;
}

static double
log_likelihood(const BtModel *m)
{
	double		nu = nu_of(m);
	double		sum = 0;

	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];
		double		win;
		double		tie;
		double		loss;

		HD_CHECK_EVERY(k);
		if (p->block < 0)
			continue;
		log_chances(eta_of(m, p), nu, &win, &tie, &loss);
		if (nu > 0)
			sum += p->win * win + p->tie * tie + p->loss * loss;
		else
			sum += (p->win + p->tie / 2) * win + (p->loss + p->tie / 2) * loss;
	}
	return sum;
}

/* log of the sum of the worths of a block */
static double
log_sum_worth(const BtBlock *b)
{
	double		most = b->theta[0];
	double		sum = 0;

	for (int32 i = 1; i < b->n; i++)
		most = fmax(most, b->theta[i]);
	for (int32 i = 0; i < b->n; i++)
		sum += exp(b->theta[i] - most);
	return most + log(sum);
}

static double
log_prior(const BtModel *m)
{
	double		sum = 0;

	if (m->opt.prior == 0)
		return 0;
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		const BtBlock *b = &m->block[k];
		double		all = log_sum_worth(b);

		for (int32 i = 0; i < b->n; i++)
			sum += b->theta[i] - all;
	}
	return m->opt.prior * sum;
}

static double
entropy_term(double x, double share)
{
	return x > 0 ? x * log(share) : 0;
}

/* Log-likelihood, and deviance against a rate of its own for each ordered pair */
static void
judge_fit(BtModel *m)
{
	double		saturated = 0;
	int64		n_pairs = 0;
	int64		n_strengths = 0;

	for (int32 k = 0; k < m->n_pairs; k++)
	{
		const BtPair *p = &m->pair[k];
		double		n = p->win + p->tie + p->loss;
		double		half = m->has_nu ? 0 : p->tie / 2;

		if (p->block < 0)
			continue;
		n_pairs++;
		m->n_weight += n;
		saturated += entropy_term(p->win + half, (p->win + half) / n) +
			entropy_term(p->loss + half, (p->loss + half) / n);
		if (m->has_nu)
			saturated += entropy_term(p->tie, p->tie / n);
	}
	for (int32 k = 0; k < m->n_blocks; k++)
		n_strengths += m->block[k].n - 1;
	m->log_likelihood = log_likelihood(m);
	m->deviance = fmax(0, 2 * (saturated - m->log_likelihood));
	m->deviance_df = n_pairs * (m->has_nu ? 2 : 1) - n_strengths - m->n_nuisance;
}

/* ---- score and information at the current estimate ---- */

static void
add_pair(BtModel *m, BtPair *p, double nu)
{
	BtBlock    *b = &m->block[p->block];
	double		n = p->win + p->tie + p->loss;
	double		residual;		/* of the score 1, 1/2, 0 of a win, tie, loss of a */
	double		spread;			/* its variance */
	double		skew;			/* its covariance with "is a tie" */
	double		apart;

	bt_chances(eta_of(m, p), nu, &p->p_win, &p->p_tie, &p->p_loss);
	/* written without 1 - p, which would lose the digits of a small chance */
	apart = (p->p_win - p->p_loss) / 2;
	residual = p->win * (p->p_loss + p->p_tie / 2) - p->tie * apart -
		p->loss * (p->p_win + p->p_tie / 2);
	spread = n * (p->p_win * p->p_loss + p->p_tie * (p->p_win + p->p_loss) / 4);
	b->score[p->row] += residual;
	b->score[p->col] -= residual;
	b->info[(Size) Min(p->row, p->col) * b->n + Max(p->row, p->col)] += spread;
	if (m->has_order)
	{
		m->nuisance_score[0] += residual;
		m->nuisance_info[0] += spread;
		b->border[p->row] += spread;
		b->border[p->col] -= spread;
	}
	if (m->has_nu)
	{
		int			v = m->n_nuisance - 1;

		skew = -n * p->p_tie * apart;
		m->nuisance_score[v] += p->tie * (p->p_win + p->p_loss) - (p->win + p->loss) * p->p_tie;
		m->nuisance_info[v * BT_MAX_NUISANCE + v] += n * p->p_tie * (p->p_win + p->p_loss);
		b->border[(Size) v * b->n + p->row] += skew;
		b->border[(Size) v * b->n + p->col] -= skew;
		if (m->has_order)
		{
			m->nuisance_info[1] += skew;
			m->nuisance_info[BT_MAX_NUISANCE] += skew;
		}
	}
}

static void
add_prior(const BtModel *m, BtBlock *b)
{
	double		all = log_sum_worth(b);
	double		prior = m->opt.prior;
	double	   *share = b->step;	/* not in use now */

	for (int32 i = 0; i < b->n; i++)
		share[i] = exp(b->theta[i] - all);
	for (int32 i = 0; i < b->n; i++)
	{
		double	   *row = b->info + (Size) i * b->n;
		double		weight = prior * b->n * share[i];

		CHECK_FOR_INTERRUPTS();
		b->score[i] += prior - weight;
		for (int32 j = i + 1; j < b->n; j++)
			row[j] += weight * share[j];
	}
}

static void
take_derivatives(BtModel *m)
{
	double		nu = nu_of(m);

	memset(m->nuisance_score, 0, sizeof(m->nuisance_score));
	memset(m->nuisance_info, 0, sizeof(m->nuisance_info));
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];

		CHECK_FOR_INTERRUPTS();
		memset(b->score, 0, b->n * sizeof(double));
		memset(b->info, 0, (Size) b->n * b->n * sizeof(double));
		memset(b->border, 0, (Size) b->n * BT_MAX_NUISANCE * sizeof(double));
	}
	for (int32 k = 0; k < m->n_pairs; k++)
	{
		HD_CHECK_EVERY(k);
		if (m->pair[k].block >= 0)
			add_pair(m, &m->pair[k], nu);
	}
	for (int32 k = 0; k < m->n_blocks && m->opt.prior > 0; k++)
		add_prior(m, &m->block[k]);
}

/* ---- solving ---- */

/* to += f[k] * row[k], one after the other, for elements from "first" on */
static void
add_rows(double *to, int32 first, int32 n, int count, const double *f, const double *const *row)
{
	int			k = 0;

	for (; k + 4 <= count; k += 4)
	{
		const double *r0 = row[k];
		const double *r1 = row[k + 1];
		const double *r2 = row[k + 2];
		const double *r3 = row[k + 3];

		for (int32 j = first; j < n; j++)
			to[j] = to[j] + f[k] * r0[j] + f[k + 1] * r1[j] + f[k + 2] * r2[j] + f[k + 3] * r3[j];
	}
	for (; k < count; k++)
	{
		for (int32 j = first; j < n; j++)
			to[j] += f[k] * row[k][j];
	}
}

/*
 * The Cholesky factor of the information of all items but the last, from the
 * weights above the diagonal of info, which are used up: eliminating an item
 * links those that it was linked to.  Items are eliminated by the panel, so
 * that the rows below are walked once for all of a panel.
 */
static bool
factorize(BtBlock *b)
{
	const int32 n = b->n;
	const double *panel[PANEL];
	double		pivot[PANEL];
	double		f[PANEL];

	for (int32 start = 0; start < n - 1; start += PANEL)
	{
		int			size = Min(PANEL, n - 1 - start);

		for (int32 i = start; i < n - 1; i++)
		{
			double	   *to = b->info + (Size) i * n;
			int			above = Min(i - start, size);	/* rows of the panel above this one */

			CHECK_FOR_INTERRUPTS();
			for (int k = 0; k < above; k++)
			{
				f[k] = panel[k][i] / pivot[k];
				b->factor[(Size) i * (n - 1) + start + k] = -panel[k][i] / sqrt(pivot[k]);
			}
			add_rows(to, i + 1, n, above, f, panel);
			if (above == size)
				continue;
			panel[above] = to;
			pivot[above] = 0;
			for (int32 j = i + 1; j < n; j++)
				pivot[above] += to[j];
			/* written so that NaN fails */
			if (!(pivot[above] > 0 && pivot[above] < 1e300))
				return false;
			b->factor[(Size) i * (n - 1) + i] = sqrt(pivot[above]);
		}
	}
	return true;
}

static void
centre(double *x, int32 n)
{
	double		sum = 0;

	for (int32 i = 0; i < n; i++)
		sum += x[i];
	for (int32 i = 0; i < n; i++)
		x[i] -= sum / n;
}

/* x = info^+ right, centred; right has sum zero */
static void
block_solve(const BtBlock *b, const double *right, double *x)
{
	hd_cholesky_solve(b->factor, b->n - 1, right, x);
	x[b->n - 1] = 0;
	centre(x, b->n);
}

/* Inverse of the Schur complement of the blocks: false if it has none */
static bool
invert_schur(BtModel *m)
{
	const int	v = m->n_nuisance;
	double	   *c = m->schur_inverse;
	double		own[BT_MAX_NUISANCE] = {0};
	double		det;

	if (v == 0)
		return true;
	memcpy(c, m->nuisance_info, sizeof(m->nuisance_info));
	for (int i = 0; i < v; i++)
		own[i] = c[i * BT_MAX_NUISANCE + i];
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		const BtBlock *b = &m->block[k];

		for (int i = 0; i < v; i++)
			for (int j = 0; j < v; j++)
			{
				const double *x = b->border + (Size) i * b->n;
				const double *y = b->solved + (Size) j * b->n;
				double		sum = 0;

				for (int32 q = 0; q < b->n; q++)
					sum += x[q] * y[q];
				c[i * BT_MAX_NUISANCE + j] -= sum;
			}
	}
	/* nothing left of the information: the parameter is confounded with the strengths */
	if (!(c[0] > 1e-10 * own[0]))
		return false;
	if (v == 1)
	{
		c[0] = 1 / c[0];
		return true;
	}
	det = c[0] * c[3] - c[1] * c[2];
	if (!(det > 1e-10 * c[0] * own[1]))
		return false;
	own[0] = c[0];
	c[0] = c[3] / det;
	c[3] = own[0] / det;
	c[1] = c[2] = -(c[1] + c[2]) / 2 / det;
	return true;
}

/* A Newton step; *decrement is its length in units of standard errors, squared */
static bool
solve_step(BtModel *m, double *decrement, double *longest)
{
	const int	v = m->n_nuisance;
	double		left[BT_MAX_NUISANCE];

	*decrement = *longest = 0;
	memcpy(left, m->nuisance_score, sizeof(left));
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];

		if (!factorize(b))
			return false;
		block_solve(b, b->score, b->step);
		for (int i = 0; i < v; i++)
		{
			block_solve(b, b->border + (Size) i * b->n, b->solved + (Size) i * b->n);
			for (int32 q = 0; q < b->n; q++)
				left[i] -= b->border[(Size) i * b->n + q] * b->step[q];
		}
	}
	if (!invert_schur(m))
		return false;
	for (int i = 0; i < v; i++)
	{
		m->nuisance_step[i] = 0;
		for (int j = 0; j < v; j++)
			m->nuisance_step[i] += m->schur_inverse[i * BT_MAX_NUISANCE + j] * left[j];
		*decrement += m->nuisance_step[i] * m->nuisance_score[i];
		*longest = fmax(*longest, fabs(m->nuisance_step[i]));
	}
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];

		for (int32 q = 0; q < b->n; q++)
		{
			for (int i = 0; i < v; i++)
				b->step[q] -= b->solved[(Size) i * b->n + q] * m->nuisance_step[i];
			*decrement += b->step[q] * b->score[q];
			*longest = fmax(*longest, fabs(b->step[q]));
		}
	}
	/* written so that NaN fails */
	return *longest < 1e300;
}

static void
move(BtModel *m, double length)
{
	for (int i = 0; i < m->n_nuisance; i++)
		m->nuisance[i] += length * m->nuisance_step[i];
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];

		for (int32 q = 0; q < b->n; q++)
			b->theta[q] += length * b->step[q];
	}
}

/* ---- the fit ---- */

static void
allocate_blocks(BtModel *m)
{
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];

		b->theta = array_alloc0(b->n, sizeof(double));
		b->info = array_alloc((Size) b->n * b->n, sizeof(double));
		b->factor = array_alloc((Size) (b->n - 1) * (b->n - 1), sizeof(double));
		b->border = array_alloc((Size) b->n * BT_MAX_NUISANCE, sizeof(double));
		b->solved = array_alloc((Size) b->n * BT_MAX_NUISANCE, sizeof(double));
		b->score = array_alloc(b->n, sizeof(double));
		b->step = array_alloc(b->n, sizeof(double));
	}
}

/* Which nuisances there are, and where they start; false: nothing but ties */
static bool
choose_nuisances(BtModel *m)
{
	double		decided = 0;
	double		tied = 0;

	for (int32 k = 0; k < m->n_pairs; k++)
	{
		if (m->pair[k].block < 0)
			continue;
		decided += m->pair[k].win + m->pair[k].loss;
		tied += m->pair[k].tie;
	}
	m->has_order = m->opt.order_effect && decided + tied > 0;
	/* no ties: their chance is 0, and what is left is the plain model */
	m->has_nu = m->opt.ties == BT_TIES_DAVIDSON && tied > 0;
	m->n_nuisance = m->has_order + m->has_nu;
	if (m->has_nu)
		m->nuisance[m->n_nuisance - 1] = log(2 * tied / decided);
	return !m->has_nu || decided > 0;
}

/*
 * Newton's method with step halving, until a step is as good as zero.  Where
 * rounding keeps steps longer than that, a small one of a millionth of a
 * standard error that does not shrink any more has arrived, too.  (Where no
 * finite estimate exists, steps stay near 1 for ever.)
 */
BtResult
bt_fit(BtModel *m)
{
	double		value;
	double		last = INFINITY;

	if (!choose_nuisances(m))
		return BT_ONLY_TIES;
	allocate_blocks(m);
	value = log_likelihood(m) + log_prior(m);
	for (m->iterations = 0;; m->iterations++)
	{
		double		decrement;
		double		longest;
		double		length;
		double		next = value;
		double		slack = 1e-12 * fabs(value) + 1e-300;

		take_derivatives(m);
		if (!solve_step(m, &decrement, &longest))
			return BT_SINGULAR;
		if (longest <= 1e-12 || (longest <= 1e-4 && decrement <= 1e-12 && longest > last / 2))
			break;
		if (m->iterations == BT_MAX_STEPS)
			return BT_NO_CONVERGENCE;
		length = Min(1, LONGEST_STEP / longest);
		move(m, length);
		for (int k = 0; k <= HALVINGS; k++)
		{
			next = log_likelihood(m) + log_prior(m);
			if (next >= value - slack)
				break;
			if (k == HALVINGS)
				return BT_NO_CONVERGENCE;
			length /= 2;
			move(m, -length);
		}
		value = next;
		last = longest;
	}
	for (int32 k = 0; k < m->n_blocks; k++)
		centre(m->block[k].theta, m->block[k].n);
	judge_fit(m);
	return BT_DONE;
}

/*
 * The pseudo-inverse of the information of every block, from its factor of
 * the last step: any inverse, centred by rows and by columns.
 */
void
bt_invert(BtModel *m)
{
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];
		const int32 n = b->n;
		double	   *mean = b->step;
		double		all = 0;

		/* n - 1 rows of n - 1 lie within info before they get their places */
		hd_cholesky_inverse(b->factor, n - 1, b->info);
		for (int32 i = n - 2; i > 0; i--)
			memmove(b->info + (Size) i * n, b->info + (Size) i * (n - 1), (n - 1) * sizeof(double));
		memset(b->info + (Size) (n - 1) * n, 0, n * sizeof(double));
		for (int32 i = 0; i < n; i++)
		{
			double	   *row = b->info + (Size) i * n;

			CHECK_FOR_INTERRUPTS();
			row[n - 1] = 0;
			mean[i] = 0;
			for (int32 j = 0; j < n; j++)
				mean[i] += row[j] / n;
			all += mean[i] / n;
		}
		for (int32 i = 0; i < n; i++)
		{
			double	   *row = b->info + (Size) i * n;

			CHECK_FOR_INTERRUPTS();
			for (int32 j = 0; j <= i; j++)
				row[j] = row[j] - mean[i] - mean[j] + all;
		}
		for (int32 i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int32 j = 0; j < i; j++)
				b->info[(Size) j * n + i] = b->info[(Size) i * n + j];
		}
		pfree(b->factor);
		b->factor = NULL;
	}
}

/*-------------------------------------------------------------------------
 *
 * run_length.c
 *	  Average run lengths of charts of normal observations.
 *
 * The run length L(z) of a chart that stands at z solves an integral equation
 * (Page 1954 for the CUSUM, Crowder 1987 for the EWMA), here by the method of
 * Nystrom on Gauss and Legendre's nodes: the kernels are smooth, so that the
 * error falls faster than any power of the number of nodes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/stats.h"
#include "quality/run_length.h"

#define INV_SQRT_2PI 0.39894228040143267794
#define NODES_MOST 500

static double
normal_density(double x)
{
	return INV_SQRT_2PI * exp(-x * x / 2);
}

/* Nodes and weights on [low, high]: Newton's method on the Legendre polynomial */
static void
gauss_legendre(int n, double low, double high, double *x, double *w)
{
	for (int i = 0; i < n; i++)
	{
		double		z = cos(M_PI * (i + 0.75) / (n + 0.5));
		double		slope = 1;

		for (int round = 0; round < 50; round++)
		{
			double		a = 1,
						b = 0,
						step;

			for (int j = 0; j < n; j++)
			{
				double		c = b;

				b = a;
				a = ((2 * j + 1) * z * b - j * c) / (j + 1);
			}
			slope = n * (z * a - b) / (z * z - 1);
			step = a / slope;
			z -= step;
			if (fabs(step) < 1e-15)
				break;
		}
		x[i] = (low + high) / 2 - (high - low) / 2 * z;
		w[i] = (high - low) / ((1 - z * z) * slope * slope);
	}
}

/* a x = b by elimination with row exchange; a and b are destroyed, b becomes x.  False if singular. */
static bool
solve(double *a, double *b, int n)
{
	for (int k = 0; k < n; k++)
	{
		int			pivot = k;

		CHECK_FOR_INTERRUPTS();
		for (int i = k + 1; i < n; i++)
			if (fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
				pivot = i;
		if (a[pivot * n + k] == 0)
			return false;
		if (pivot != k)
		{
			double		t = b[k];

			b[k] = b[pivot];
			b[pivot] = t;
			for (int j = k; j < n; j++)
			{
				t = a[k * n + j];
				a[k * n + j] = a[pivot * n + j];
				a[pivot * n + j] = t;
			}
		}
		for (int i = k + 1; i < n; i++)
		{
			double		f = a[i * n + k] / a[k * n + k];

			if (f == 0)
				continue;
			for (int j = k + 1; j < n; j++)
				a[i * n + j] -= f * a[k * n + j];
			b[i] -= f * b[k];
		}
	}
	for (int i = n - 1; i >= 0; i--)
	{
		for (int j = i + 1; j < n; j++)
			b[i] -= a[i * n + j] * b[j];
		b[i] /= a[i * n + i];
	}
	return true;
}

/* Beyond this the answer is noise: the equations are as good as singular */
static double
plausible(double arl)
{
	return arl >= 1 && arl < 1e12 ? arl : NAN;
}

double
cusum_run_length(double k, double h, double shift)
{
	int			r = Min(60 + (int) (8 * h), NODES_MOST);
	int			n = r + 1;		/* the last unknown is the run length from 0 */
	double	   *x = array_alloc(r, sizeof(double));
	double	   *w = array_alloc(r, sizeof(double));
	double	   *a = array_alloc((Size) n * n, sizeof(double));
	double	   *b = array_alloc(n, sizeof(double));

	gauss_legendre(r, 0, h, x, w);
	for (int i = 0; i < n; i++)
	{
		double		z = i < r ? x[i] : 0;

		for (int j = 0; j < r; j++)
			a[i * n + j] = (i == j) - w[j] * normal_density(x[j] + k - z - shift);
		a[i * n + r] = (i == r) - hd_norm_cdf(k - z - shift);
		b[i] = 1;
	}
	return plausible(solve(a, b, n) ? b[r] : NAN);
}

double
ewma_run_length(double lambda, double width, double shift)
{
	double		c = width * sqrt(lambda / (2 - lambda));
	int			r = (int) Min(60 + 8 * c / lambda, NODES_MOST);
	double	   *x = array_alloc(r, sizeof(double));
	double	   *w = array_alloc(r, sizeof(double));
	double	   *a = array_alloc((Size) r * r, sizeof(double));
	double	   *b = array_alloc(r, sizeof(double));
	double		arl = 1;

	gauss_legendre(r, -c, c, x, w);
	for (int i = 0; i < r; i++)
	{
		for (int j = 0; j < r; j++)
			a[i * r + j] = (i == j) - w[j] / lambda * normal_density((x[j] - (1 - lambda) * x[i]) / lambda - shift);
		b[i] = 1;
	}
	if (!solve(a, b, r))
		return NAN;
	for (int j = 0; j < r; j++)
		arl += w[j] / lambda * normal_density(x[j] / lambda - shift) * b[j];
	return plausible(arl);
}

/*-------------------------------------------------------------------------
 *
 * linalg.c
 *	  Dense symmetric matrices, for normal equations and information matrices.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/linalg.h"
#include "miscadmin.h"

#define AT_A_TIME 16

/*
 * Eight sums side by side, so that an addition need not wait for the one
 * before it; their order is fixed, so the digits are the same everywhere.
 */
static inline double
dot(const double *x, const double *y, int n)
{
	double		lane[8] = {0};
	int			i = 0;

	for (; i + 8 <= n; i += 8)
	{
		for (int k = 0; k < 8; k++)
			lane[k] += x[i + k] * y[i + k];
	}
	for (int k = 0; i < n; i++, k++)
		lane[k] += x[i] * y[i];
	return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

bool
hd_cholesky(double *a, int n, double tolerance)
{
	double		most = 0;

	for (int i = 0; i < n; i++)
		most = fmax(most, a[(size_t) i * n + i]);
	for (int i = 0; i < n; i++)
	{
		double	   *row = a + (size_t) i * n;
		double		pivot;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
		{
			const double *other = a + (size_t) j * n;

			row[j] = (row[j] - dot(row, other, j)) / other[j];
		}
		pivot = row[i] - dot(row, row, i);
		/* written so that NaN fails */
		if (!(pivot > tolerance * most))
			return false;
		row[i] = sqrt(pivot);
	}
	return true;
}

void
hd_cholesky_solve(const double *l, int n, const double *b, double *x)
{
	for (int i = 0; i < n; i++)
		x[i] = (b[i] - dot(l + (size_t) i * n, x, i)) / l[(size_t) i * n + i];
	for (int i = n - 1; i >= 0; i--)
	{
		const double *row = l + (size_t) i * n;

		x[i] /= row[i];
		for (int j = 0; j < i; j++)
			x[j] -= row[j] * x[i];
	}
}

/* Some rows or columns at a time, so that the others are walked once for all of them */
void
hd_cholesky_inverse(const double *l, int n, double *inverse)
{
	/* column by column of L^-1, kept as rows so that products are contiguous */
	double	   *inv_l = array_alloc0((Size) n * n, sizeof(double));

	for (int start = 0; start < n; start += AT_A_TIME)
	{
		int			end = Min(start + AT_A_TIME, n);

		for (int i = start; i < n; i++)
		{
			const double *row = l + (size_t) i * n;

			CHECK_FOR_INTERRUPTS();
			for (int c = start; c < end && c < i; c++)
			{
				double	   *col = inv_l + (size_t) c * n;

				col[i] = -dot(row + c, col + c, i - c) / row[i];
			}
			if (i < end)
				inv_l[(size_t) i * n + i] = 1 / row[i];
		}
	}
	for (int start = 0; start < n; start += AT_A_TIME)
	{
		int			end = Min(start + AT_A_TIME, n);

		for (int j = 0; j < end; j++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int i = Max(j, start); i < end; i++)
			{
				double		s = dot(inv_l + (size_t) i * n + i, inv_l + (size_t) j * n + i, n - i);

				inverse[(size_t) i * n + j] = s;
				inverse[(size_t) j * n + i] = s;
			}
		}
	}
	pfree(inv_l);
}

/* Turn rows and columns p and q so that a[p][q] becomes zero */
static void
rotate(double *a, double *v, int n, int p, int q)
{
	double		apq = a[(size_t) p * n + q];
	double		theta = (a[(size_t) q * n + q] - a[(size_t) p * n + p]) / (2 * apq);
	double		t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
	double		c = 1 / sqrt(t * t + 1);
	double		s = t * c;

	for (int k = 0; k < n; k++)
	{
		double		x = a[(size_t) k * n + p];
		double		y = a[(size_t) k * n + q];

		a[(size_t) k * n + p] = c * x - s * y;
		a[(size_t) k * n + q] = s * x + c * y;
	}
	for (int k = 0; k < n; k++)
	{
		double		x = a[(size_t) p * n + k];
		double		y = a[(size_t) q * n + k];

		a[(size_t) p * n + k] = c * x - s * y;
		a[(size_t) q * n + k] = s * x + c * y;
		x = v[(size_t) p * n + k];
		y = v[(size_t) q * n + k];
		v[(size_t) p * n + k] = c * x - s * y;
		v[(size_t) q * n + k] = s * x + c * y;
	}
}

void
hd_symmetric_eigen(double *a, int n, double *value, double *vector)
{
	double	   *v = array_alloc0((Size) n * n, sizeof(double));
	int		   *order = array_alloc(n, sizeof(int));

	for (int i = 0; i < n; i++)
		v[(size_t) i * n + i] = 1;
	for (int sweep = 0; sweep < 60; sweep++)
	{
		double		off = 0;
		double		diagonal = 0;

		for (int p = 0; p < n; p++)
		{
			diagonal += a[(size_t) p * n + p] * a[(size_t) p * n + p];
			for (int q = p + 1; q < n; q++)
				off += a[(size_t) p * n + q] * a[(size_t) p * n + q];
		}
		if (off <= 1e-32 * diagonal || off == 0)
			break;
		for (int p = 0; p < n; p++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int q = p + 1; q < n; q++)
				if (a[(size_t) p * n + q] != 0)
					rotate(a, v, n, p, q);
		}
	}

	/* insertion sort, descending; equal values stay in their order */
	for (int i = 0; i < n; i++)
	{
		int			j = i;

		for (; j > 0 && a[(size_t) order[j - 1] * n + order[j - 1]] < a[(size_t) i * n + i]; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (int i = 0; i < n; i++)
	{
		const double *from = v + (size_t) order[i] * n;
		double		sum = 0;

		value[i] = a[(size_t) order[i] * n + order[i]];
		if (vector == NULL)
			continue;
		for (int k = 0; k < n; k++)
			sum += from[k];
		for (int k = 0; k < n; k++)
			vector[(size_t) i * n + k] = sum < 0 ? -from[k] : from[k];
	}
	pfree(v);
	pfree(order);
}

/*-------------------------------------------------------------------------
 *
 * severity_fit.c
 *	  The additive model item + rater by least squares, cells missing or not.
 *
 * Items are eliminated first, which leaves as many equations as there are
 * raters: C b = q with C = diag(n_g) - N'diag(1/k_i)N and q_g the sum over g's
 * items of value less item mean (Searle 1971, Linear Models, ch. 7).  C is
 * singular once for each component of raters: there the sum of the effects is
 * set to zero by adding a constant to the component's block, which changes
 * neither b nor, once it is taken off again, the generalised inverse.
 *
 * Everything runs in canonical order, so that sums are the same whatever the
 * order of rows was.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/linalg.h"
#include "rubric/severity.h"

/* ---- components ---- */

static int32
find_root(int32 *parent, int32 g)
{
	while (parent[g] != g)
	{
		parent[g] = parent[parent[g]];
		g = parent[g];
	}
	return g;
}

static void
find_components(const Graded *g, const int32 *rater_n, RaterComponents *out)
{
	int32	   *parent = array_alloc(g->n_raters, sizeof(int32));
	int32	   *fill;

	for (int32 r = 0; r < g->n_raters; r++)
		parent[r] = r;
	for (int32 i = 0; i < g->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = g->start[i] + 1; o < g->start[i + 1]; o++)
		{
			int32		a = find_root(parent, g->rater[o - 1]);
			int32		b = find_root(parent, g->rater[o]);

			/* the smaller code stays the root */
			if (a != b)
				parent[Max(a, b)] = Min(a, b);
		}
	}
	out->n = 0;
	out->of_rater = array_alloc(g->n_raters, sizeof(int32));
	out->position = array_alloc0(g->n_raters, sizeof(int32));
	out->size = array_alloc0(g->n_raters, sizeof(int32));
	out->member = array_alloc(g->n_raters, sizeof(int32));
	out->first = array_alloc0((Size) g->n_raters + 1, sizeof(int32));
	for (int32 r = 0; r < g->n_raters; r++)
	{
		int32		root = find_root(parent, r);

		out->of_rater[r] = -1;
		if (rater_n[r] == 0)
			continue;
		out->of_rater[r] = root == r ? out->n++ : out->of_rater[root];
		out->position[r] = out->size[out->of_rater[r]]++;
	}
	for (int32 c = 0; c < out->n; c++)
		out->first[c + 1] = out->first[c] + out->size[c];
	fill = array_alloc(out->n, sizeof(int32));
	memcpy(fill, out->first, out->n * sizeof(int32));
	for (int32 r = 0; r < g->n_raters; r++)
		if (out->of_rater[r] >= 0)
			out->member[fill[out->of_rater[r]]++] = r;
	pfree(fill);
	pfree(parent);
}

/* ---- means ---- */

static void
find_means(Additive *a)
{
	const Graded *g = a->g;

	a->rater_n = array_alloc0(g->n_raters, sizeof(int32));
	a->item_mean = array_alloc(g->n_items, sizeof(double));
	a->k = 0;
	for (int32 i = 0; i < g->n_items; i++)
	{
		double		sum = 0;

		HD_CHECK_EVERY(i);
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
		{
			sum += g->y[o];
			a->k += a->rater_n[g->rater[o]]++ == 0;
		}
		a->item_mean[i] = sum / (g->start[i + 1] - g->start[i]);
	}
	a->complete = (int64) a->k * g->n_items == g->n_obs;
}

/* q_g: what lies above the means of g's items */
static double *
right_side(const Additive *a)
{
	const Graded *g = a->g;
	double	   *q = array_alloc0(g->n_raters, sizeof(double));

	for (int32 i = 0; i < g->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = g->start[i]; o < g->start[i + 1]; o++)
			q[g->rater[o]] += g->y[o] - a->item_mean[i];
	}
	return q;
}

/* ---- the equations ---- */

/*
 * Every rater rated every item: C = n (I - J/k), so that the effect is q/n
 * and no matrix is needed.
 */
static void
solve_complete(Additive *a, const double *q, bool want_inverse)
{
	int32		k = a->k;
	double		n = a->g->n_items;

	for (int32 r = 0; r < a->g->n_raters; r++)
		if (a->rater_n[r] > 0)
			a->effect[r] = k > 1 ? q[r] / n : NAN;
	a->trace_sq = n * n * (k - 1);
	if (!want_inverse)
		return;
	a->inverse[0] = array_alloc((Size) k * k, sizeof(double));
	for (int32 i = 0; i < k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < k; j++)
			a->inverse[0][(Size) i * k + j] = ((i == j) - 1.0 / k) / n;
	}
}

/* Lower triangles of C, by component */
static double **
build_matrices(Additive *a)
{
	const Graded *g = a->g;
	const RaterComponents *comp = &a->comp;
	double	  **c = array_alloc0(comp->n, sizeof(double *));

	for (int32 j = 0; j < comp->n; j++)
		c[j] = array_alloc0((Size) comp->size[j] * comp->size[j], sizeof(double));
	for (int32 i = 0; i < g->n_items; i++)
	{
		int32		from = g->start[i];
		int32		to = g->start[i + 1];
		double		share = 1.0 / (to - from);
		int32		j = comp->of_rater[g->rater[from]];

		CHECK_FOR_INTERRUPTS();
		for (int32 o = from; o < to && to - from > 1; o++)
		{
			double	   *row = c[j] + (Size) comp->position[g->rater[o]] * comp->size[j];

			/* positions ascend with codes, and codes within the item */
			for (int32 p = from; p < o; p++)
				row[comp->position[g->rater[p]]] -= share;
			row[comp->position[g->rater[o]]] += 1 - share;
		}
	}
	return c;
}

/* sum of squares of all elements */
static double
squared_norm(const double *c, int32 n)
{
	double		s = 0;

	for (int32 i = 0; i < n; i++)
	{
		const double *row = c + (Size) i * n;
		double		below = 0;

		for (int32 j = 0; j < i; j++)
			below += row[j] * row[j];
		s += 2 * below + row[i] * row[i];
	}
	return s;
}

static void
solve_component(Additive *a, int32 j, double *c, const double *q, bool want_inverse)
{
	int32		n = a->comp.size[j];
	const int32 *member = a->comp.member + a->comp.first[j];
	double	   *x = array_alloc(n, sizeof(double));
	double		lift = 0;
	double		sum = 0;

	for (int32 i = 0; i < n; i++)
		lift += c[(Size) i * n + i];
	lift /= (double) n * n;
	for (int32 i = 0; i < n; i++)
		for (int32 h = 0; h <= i; h++)
			c[(Size) i * n + h] += lift;
	if (!hd_cholesky(c, n, 1e-13))
		elog(ERROR, "connected raters make a singular matrix");
	for (int32 i = 0; i < n; i++)
		x[i] = q[member[i]];
	hd_cholesky_solve(c, n, x, x);
	for (int32 i = 0; i < n; i++)
		sum += x[i];
	for (int32 i = 0; i < n; i++)
		a->effect[member[i]] = x[i] - sum / n;
	if (want_inverse)
	{
		double		off = 1 / (lift * n * n);

		a->inverse[j] = array_alloc((Size) n * n, sizeof(double));
		hd_cholesky_inverse(c, n, a->inverse[j]);
		for (int32 i = 0; i < n; i++)
			for (int32 h = 0; h < n; h++)
				a->inverse[j][(Size) i * n + h] -= off;
	}
	pfree(x);
}

static void
check_size(const Additive *a)
{
	int64		cells = 0;

	for (int32 j = 0; j < a->comp.n; j++)
		cells += (int64) a->comp.size[j] * a->comp.size[j];
	if (cells > ADDITIVE_MAX_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many raters for the model item + rater"),
				 errdetail("There are %d raters; the limit is %d in one group that shares items.",
						   a->k, (int) sqrt((double) ADDITIVE_MAX_CELLS)),
				 errhint("Take a part of the ratings, for example a period or a project.")));
}

static void
find_residuals(Additive *a)
{
	const Graded *g = a->g;

	a->sse = 0;
	a->residual = array_alloc(g->n_obs, sizeof(double));
	for (int32 i = 0; i < g->n_items; i++)
	{
		int32		from = g->start[i];
		int32		to = g->start[i + 1];
		double		mean = 0;

		HD_CHECK_EVERY(i);
		if (to - from == 1)
		{
			a->residual[from] = 0;
			continue;
		}
		for (int32 o = from; o < to; o++)
			mean += a->effect[g->rater[o]];
		mean /= to - from;
		for (int32 o = from; o < to; o++)
		{
			double		e = g->y[o] - a->item_mean[i] - (a->effect[g->rater[o]] - mean);

			a->residual[o] = e;
			a->sse += e * e;
		}
	}
}

void
additive_fit(const Graded *g, bool want_inverse, Additive *out)
{
	double	   *q;
	double		total = 0;

	memset(out, 0, sizeof(*out));
	out->g = g;
	find_means(out);
	find_components(g, out->rater_n, &out->comp);
	q = right_side(out);
	out->effect = array_alloc(g->n_raters, sizeof(double));
	for (int32 r = 0; r < g->n_raters; r++)
		out->effect[r] = NAN;
	out->inverse = want_inverse ? array_alloc0(out->comp.n, sizeof(double *)) : NULL;
	if (want_inverse || !out->complete)
		check_size(out);
	if (out->complete && g->n_obs > 0)
		solve_complete(out, q, want_inverse);
	else
	{
		double	  **c = build_matrices(out);

		for (int32 j = 0; j < out->comp.n; j++)
		{
			out->trace_sq += squared_norm(c[j], out->comp.size[j]);
			if (out->comp.size[j] > 1)
				solve_component(out, j, c[j], q, want_inverse);
			pfree(c[j]);
		}
		pfree(c);
	}
	find_residuals(out);
	for (int32 r = 0; r < g->n_raters; r++)
		if (!isnan(out->effect[r]))
			out->raters_given_items += out->effect[r] * q[r];
	for (int32 o = 0; o < g->n_obs; o++)
		total += g->y[o] * g->y[o];
	/* what is smaller is rounding */
	if (out->sse < 1e-24 * total)
		out->sse = 0;
	if (out->raters_given_items < 1e-24 * total)
		out->raters_given_items = 0;
	out->df = (double) g->n_obs - g->n_items - out->k + out->comp.n;
	pfree(q);
}

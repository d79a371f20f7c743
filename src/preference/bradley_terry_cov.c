/*-------------------------------------------------------------------------
 *
 * bradley_terry_cov.c
 *	  Covariances of the strengths: of the model, and of sandwiches.
 *
 * A sandwich is V G V with V the pseudo-inverse of the information and G the
 * sum of g g' over independent units, g the score of a unit (Huber 1967, White
 * 1982; of clusters, Liang & Zeger 1986, Biometrika 73:13).  Units are
 * comparisons, raters or prompts.  For comparisons that depend on each other
 * both by rater and by prompt, three sandwiches are made: by rater, by prompt
 * and by both together (Cameron, Gelbach & Miller 2011, J. Bus. Econ. Stat.
 * 29:238).
 *
 * The scores of strengths are freed from the nuisances first: with border B
 * and Schur complement S, u = S^-1 (g_nu - B'V g) is a unit's influence on the
 * nuisances and V (g - B u) that on the strengths.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/bradley_terry.h"

#define ROWS_AT_A_TIME 16

/* Sums over units, as they come */
typedef struct Meat
{
	BtModel    *m;
	double	  **strengths;		/* [n_blocks][n * n] lower triangle of sum g g' */
	double	  **mixed;			/* [n_blocks][v][n] sum g u */
	double		nuisances[BT_MAX_NUISANCE * BT_MAX_NUISANCE];	/* sum u u' */

	/* the unit at hand */
	double	   *g;				/* [n_items] */
	int32	   *touched;		/* the items it compared */
	int32		n_touched;
	bool	   *is_touched;
	int32	   *slot;			/* of the touched, and their scores */
	double	   *packed;
	double		g_nuisance[BT_MAX_NUISANCE];
	int64	   *item_units;		/* [n_items] units that compared the item */
	int64		n_units;
} Meat;

static void
meat_init(Meat *t, BtModel *m)
{
	const int32 n_items = m->d->n_items;

	memset(t, 0, sizeof(*t));
	t->m = m;
	t->strengths = array_alloc(m->n_blocks, sizeof(double *));
	t->mixed = array_alloc(m->n_blocks, sizeof(double *));
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		Size		n = m->block[k].n;

		t->strengths[k] = array_alloc0(n * n, sizeof(double));
		t->mixed[k] = array_alloc0(n * BT_MAX_NUISANCE, sizeof(double));
	}
	t->g = array_alloc0(n_items, sizeof(double));
	t->touched = array_alloc(n_items, sizeof(int32));
	t->is_touched = array_alloc0(n_items, sizeof(bool));
	t->slot = array_alloc(n_items, sizeof(int32));
	t->packed = array_alloc(n_items, sizeof(double));
	t->item_units = array_alloc0(n_items, sizeof(int64));
}

static void
meat_free(Meat *t)
{
	for (int32 k = 0; k < t->m->n_blocks; k++)
	{
		if (t->strengths[k])
			pfree(t->strengths[k]);
		pfree(t->mixed[k]);
	}
	pfree(t->strengths);
	pfree(t->mixed);
	pfree(t->g);
	pfree(t->touched);
	pfree(t->is_touched);
	pfree(t->slot);
	pfree(t->packed);
}

static inline void
touch(Meat *t, int32 item, double g)
{
	if (!t->is_touched[item])
	{
		t->is_touched[item] = true;
		t->touched[t->n_touched++] = item;
	}
	t->g[item] += g;
}

/* The score of a row, of which "times" make the whole row */
static inline void
add_score(Meat *t, const BtRow *r, double times)
{
	const BtModel *m = t->m;
	double		residual = r->residual / times;

	touch(t, r->a, residual);
	touch(t, r->b, -residual);
	if (m->has_order)
		t->g_nuisance[0] += residual;
	if (m->has_nu)
	{
		const BtPair *p = &m->pair[r->pair];

		t->g_nuisance[m->n_nuisance - 1] += m->d->weight[r->row] / times *
			(m->d->outcome[r->row] == OUTCOME_TIE ? p->p_win + p->p_loss : -p->p_tie);
	}
}

/* u of the unit at hand */
static void
unit_influence(const Meat *t, double *u)
{
	const BtModel *m = t->m;
	double		left[BT_MAX_NUISANCE];

	for (int v = 0; v < m->n_nuisance; v++)
	{
		left[v] = t->g_nuisance[v];
		for (int32 k = 0; k < t->n_touched; k++)
		{
			const BtItem *item = &m->item[t->touched[k]];
			const BtBlock *b = &m->block[item->block];

			left[v] -= b->solved[(Size) v * b->n + item->slot] * t->g[t->touched[k]];
		}
	}
	for (int v = 0; v < m->n_nuisance; v++)
	{
		u[v] = 0;
		for (int w = 0; w < m->n_nuisance; w++)
			u[v] += m->schur_inverse[v * BT_MAX_NUISANCE + w] * left[w];
	}
}

static void
add_products(Meat *t, double times)
{
	const BtModel *m = t->m;
	int32	   *slot = t->slot;
	double	   *packed = t->packed;

	/* ascending, so that a row of the lower triangle is that of the later one */
	if (t->n_touched > 2)
		qsort(t->touched, t->n_touched, sizeof(int32), int32_ascending);
	else if (t->touched[0] > t->touched[1])
	{
		int32		first = t->touched[0];

		t->touched[0] = t->touched[1];
		t->touched[1] = first;
	}
	for (int32 k = 0; k < t->n_touched; k++)
	{
		const BtItem *item = &m->item[t->touched[k]];
		double	   *row = t->strengths[item->block] + (Size) item->slot * m->block[item->block].n;
		double		g = t->g[t->touched[k]] * times;

		slot[k] = item->slot;
		packed[k] = t->g[t->touched[k]];
		if (m->n_blocks == 1)
		{
			for (int32 q = 0; q <= k; q++)
				row[slot[q]] += g * packed[q];
			continue;
		}
		for (int32 q = 0; q <= k; q++)
		{
			if (m->item[t->touched[q]].block == item->block)
				row[slot[q]] += g * packed[q];
		}
	}
}

/* The same where one block has nearly all items of the unit: without looking up */
static void
add_products_dense(Meat *t)
{
	const BtBlock *b = &t->m->block[0];
	double	   *packed = t->packed;

	for (int32 i = 0; i < b->n; i++)
		packed[i] = t->g[b->item[i]];
	for (int32 i = 0; i < b->n; i++)
	{
		double	   *row = t->strengths[0] + (Size) i * b->n;
		double		g = packed[i];

		if (g == 0)
			continue;
		for (int32 j = 0; j <= i; j++)
			row[j] += g * packed[j];
	}
}

/* The unit at hand is complete; it stands for "times" units of equal score */
static void
end_unit(Meat *t, double times, int64 count)
{
	const BtModel *m = t->m;
	double		u[BT_MAX_NUISANCE];

	if (t->n_touched == 0)
		return;
	t->n_units += count;
	if (m->n_blocks == 1 && times == 1 && t->n_touched > m->block[0].n / 4)
		add_products_dense(t);
	else
		add_products(t, times);
	if (m->n_nuisance > 0)
	{
		unit_influence(t, u);
		for (int v = 0; v < m->n_nuisance; v++)
		{
			for (int w = 0; w < m->n_nuisance; w++)
				t->nuisances[v * BT_MAX_NUISANCE + w] += times * u[v] * u[w];
			for (int32 k = 0; k < t->n_touched; k++)
			{
				const BtItem *item = &m->item[t->touched[k]];

				t->mixed[item->block][(Size) v * m->block[item->block].n + item->slot] +=
					times * u[v] * t->g[t->touched[k]];
			}
		}
	}
	for (int32 k = 0; k < t->n_touched; k++)
	{
		int32		i = t->touched[k];

		t->item_units[i] += count;
		t->is_touched[i] = false;
		t->g[i] = 0;
	}
	t->n_touched = 0;
	memset(t->g_nuisance, 0, sizeof(t->g_nuisance));
}

/*
 * Each comparison of a row as a unit of its own.  All are taken to have the
 * mean weight of the row.
 */
static void
add_alone(Meat *t, const BtRow *r)
{
	int64		n = t->m->d->count[r->row];

	add_score(t, r, (double) n);
	end_unit(t, (double) n, n);
}

/* ---- rows by unit ---- */

static inline double
row_residual(const BtPair *p, Outcome outcome, double weight)
{
	if (outcome == OUTCOME_A)
		return weight * (p->p_loss + p->p_tie / 2);
	if (outcome == OUTCOME_B)
		return -weight * (p->p_win + p->p_tie / 2);
	return weight * (p->p_loss - p->p_win) / 2;
}

/* Rows pair by pair; pairs in the order of a list, or as they are */
static BtRows
used_rows(const BtModel *m, const int32 *list, int32 n_list)
{
	const PreferenceData *d = m->d;
	BtRows		u = {0, array_alloc(d->n_rows, sizeof(BtRow))};

	for (int32 k = 0; k < n_list; k++)
	{
		int32		which = list ? list[k] : k;
		const BtPair *p = &m->pair[which];

		if (p->block < 0)
			continue;
		for (int64 r = p->start; r < p->end; r++)
		{
			HD_CHECK_EVERY(r);
			if (m->opt.ties == BT_TIES_DROP && d->outcome[r] == OUTCOME_TIE)
				continue;
			u.row[u.n++] = (BtRow) {(int32) r, which, p->a, p->b, row_residual(p, d->outcome[r], d->weight[r])};
		}
	}
	return u;
}

/* Stable counting sort by code, those without one (-1) first */
static void
sort_rows(BtRows *u, const int32 *code, int32 n_codes)
{
	int64	   *start = array_alloc0((Size) n_codes + 2, sizeof(int64));
	BtRow	   *row = array_alloc(u->n, sizeof(BtRow));

	for (int64 k = 0; k < u->n; k++)
	{
		HD_CHECK_EVERY(k);
		start[code[u->row[k].row] + 2]++;
	}
	for (int32 c = 0; c <= n_codes; c++)
		start[c + 1] += start[c];
	for (int64 k = 0; k < u->n; k++)
	{
		HD_CHECK_EVERY(k);
		row[start[code[u->row[k].row] + 1]++] = u->row[k];
	}
	pfree(start);
	pfree(u->row);
	u->row = row;
}

BtRows
bt_rows_by(const BtModel *m, const int32 *list, int32 n_list, const int32 *code, int32 n_codes)
{
	BtRows		u = used_rows(m, list, n_list);

	sort_rows(&u, code, n_codes);
	return u;
}

/*
 * Rows that agree in both codes make a unit.  One whose code is missing may
 * be anybody's: each of its comparisons is a unit of its own.
 */
static void
add_units(Meat *t, const int32 *code, int32 n_codes, const int32 *other, int32 n_others)
{
	BtRows		u = used_rows(t->m, NULL, t->m->n_pairs);

	if (other)
		sort_rows(&u, other, n_others);
	sort_rows(&u, code, n_codes);
	for (int64 k = 0; k < u.n; k++)
	{
		int32		r = u.row[k].row;
		int32		next = k + 1 < u.n ? u.row[k + 1].row : -1;

		HD_CHECK_EVERY(k);
		if (code[r] < 0 || (other && other[r] < 0))
		{
			add_alone(t, &u.row[k]);
			continue;
		}
		add_score(t, &u.row[k], 1);
		if (next < 0 || code[next] != code[r] || (other && other[next] != other[r]))
		{
			CHECK_FOR_INTERRUPTS();
			end_unit(t, 1, 1);
		}
	}
	pfree(u.row);
}

static void
add_comparisons(Meat *t)
{
	BtRows		u = used_rows(t->m, NULL, t->m->n_pairs);

	for (int64 k = 0; k < u.n; k++)
	{
		HD_CHECK_EVERY(k);
		add_alone(t, &u.row[k]);
	}
	pfree(u.row);
}

/* ---- the sandwich ---- */

/*
 * out = x y with y symmetric, some rows at a time, so that y is walked once
 * for all of them; of a symmetric product only the lower triangle is made,
 * then mirrored
 */
static void
multiply(const double *x, const double *y, int32 n, bool symmetric, double *out)
{
	for (int32 start = 0; start < n; start += ROWS_AT_A_TIME)
	{
		int32		end = Min(start + ROWS_AT_A_TIME, n);

		memset(out + (Size) start * n, 0, (Size) (end - start) * n * sizeof(double));
		for (int32 k = 0; k < n; k++)
		{
			const double *row = y + (Size) k * n;

			HD_CHECK_EVERY(k);
			for (int32 i = start; i < end; i++)
			{
				double	   *to = out + (Size) i * n;
				double		f = x[(Size) i * n + k];
				int32		width = symmetric ? i + 1 : n;

				for (int32 j = 0; j < width; j++)
					to[j] += f * row[j];
			}
		}
		CHECK_FOR_INTERRUPTS();
	}
	for (int32 i = 0; i < n && symmetric; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j < i; j++)
			out[(Size) j * n + i] = out[(Size) i * n + j];
	}
}

/* The whole symmetric sum over units of (g - B u)(g - B u)' */
static void
finish_meat(Meat *t, int32 block)
{
	const BtModel *m = t->m;
	const BtBlock *b = &m->block[block];
	double	   *g = t->strengths[block];

	for (int32 i = 0; i < b->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int32 j = 0; j <= i; j++)
		{
			double		s = g[(Size) i * b->n + j];

			for (int v = 0; v < m->n_nuisance; v++)
			{
				const double *border = b->border + (Size) v * b->n;
				const double *mixed = t->mixed[block] + (Size) v * b->n;

				s -= mixed[i] * border[j] + border[i] * mixed[j];
				for (int w = 0; w < m->n_nuisance; w++)
					s += t->nuisances[v * BT_MAX_NUISANCE + w] * border[i] * b->border[(Size) w * b->n + j];
			}
			g[(Size) i * b->n + j] = g[(Size) j * b->n + i] = s;
		}
	}
}

static void
keep_sandwich(Meat *t)
{
	BtModel    *m = t->m;
	int			slot = m->n_blocks > 0 ? m->block[0].n_cov : 0;

	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];
		double	   *half = array_alloc((Size) b->n * b->n, sizeof(double));

		finish_meat(t, k);
		multiply(b->info, t->strengths[k], b->n, false, half);
		multiply(half, b->info, b->n, true, t->strengths[k]);
		pfree(half);
		b->cov[b->n_cov++] = t->strengths[k];
		t->strengths[k] = NULL;
	}
	for (int v = 0; v < m->n_nuisance; v++)
		m->nuisance_cov[slot][v] = t->nuisances[v * BT_MAX_NUISANCE + v];
	if (m->item_clusters == NULL)
	{
		m->item_clusters = t->item_units;
		m->n_clusters = t->n_units;
	}
	else
	{
		for (int32 i = 0; i < m->d->n_items; i++)
			m->item_clusters[i] = Min(m->item_clusters[i], t->item_units[i]);
		m->n_clusters = Min(m->n_clusters, t->n_units);
		pfree(t->item_units);
	}
	meat_free(t);
}

/* Model covariance: V, and what the nuisances add */
static void
keep_model(BtModel *m)
{
	for (int32 k = 0; k < m->n_blocks; k++)
	{
		BtBlock    *b = &m->block[k];
		double	   *cov = array_alloc((Size) b->n * b->n, sizeof(double));

		for (int32 i = 0; i < b->n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int32 j = 0; j < b->n; j++)
			{
				double		s = b->info[(Size) i * b->n + j];

				for (int v = 0; v < m->n_nuisance; v++)
					for (int w = 0; w < m->n_nuisance; w++)
						s += m->schur_inverse[v * BT_MAX_NUISANCE + w] *
							b->solved[(Size) v * b->n + i] * b->solved[(Size) w * b->n + j];
				cov[(Size) i * b->n + j] = s;
			}
		}
		b->cov[b->n_cov++] = cov;
	}
	for (int v = 0; v < m->n_nuisance; v++)
		m->nuisance_cov[0][v] = m->schur_inverse[v * (BT_MAX_NUISANCE + 1)];
}

void
bt_covary(BtModel *m)
{
	const PreferenceData *d = m->d;
	Meat		t;

	bt_invert(m);
	if (m->opt.variance == BT_MODEL)
	{
		keep_model(m);
		return;
	}
	if (m->opt.variance == BT_SANDWICH)
	{
		meat_init(&t, m);
		add_comparisons(&t);
		keep_sandwich(&t);
		/* comparisons are many: the normal distribution will do */
		pfree(m->item_clusters);
		m->item_clusters = NULL;
		return;
	}
	if (m->opt.variance == BT_RATER || m->opt.variance == BT_TWO_WAY)
	{
		meat_init(&t, m);
		add_units(&t, d->rater, d->n_raters, NULL, 0);
		keep_sandwich(&t);
	}
	if (m->opt.variance == BT_PROMPT || m->opt.variance == BT_TWO_WAY)
	{
		meat_init(&t, m);
		add_units(&t, d->prompt, d->n_prompts, NULL, 0);
		keep_sandwich(&t);
	}
	if (m->opt.variance == BT_TWO_WAY)
	{
		int64	   *clusters = m->item_clusters;
		int64		n_clusters = m->n_clusters;

		meat_init(&t, m);
		add_units(&t, d->rater, d->n_raters, d->prompt, d->n_prompts);
		m->item_clusters = NULL;
		keep_sandwich(&t);
		pfree(m->item_clusters);
		m->item_clusters = clusters;
		m->n_clusters = n_clusters;
	}
}

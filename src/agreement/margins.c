/*-------------------------------------------------------------------------
 *
 * margins.c
 *	  What all coefficients share of a rating matrix: margins and the sums of
 *	  disagreement within items.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/margins.h"
#include "common/compat.h"
#include "common/exactsum.h"
#include "common/interrupts.h"

/* Rater x category tables up to this size are dense */
#define DENSE_CELLS (1024 * 1024)

static void
group_items(Margins *mg)
{
	const RatingMatrix *m = mg->m;
	int32	   *at;
	int32		j = 0;

	for (int32 i = 0; i < m->n_items; i++)
		mg->max_r = Max(mg->max_r, m->start[i + 1] - m->start[i]);
	at = array_alloc0((Size) mg->max_r + 2, sizeof(int32));
	for (int32 i = 0; i < m->n_items; i++)
		at[m->start[i + 1] - m->start[i]]++;
	for (int32 r = 1; r <= mg->max_r; r++)
		mg->n_groups += at[r] > 0;
	mg->group = array_alloc(mg->n_groups, sizeof(ItemGroup));
	mg->n_groups = 0;
	for (int32 r = 1; r <= mg->max_r; r++)
	{
		ItemGroup  *g = &mg->group[mg->n_groups];

		if (at[r] == 0)
			continue;
		g->r = r;
		g->begin = j;
		g->end = j + at[r];
		at[r] = j;
		j = g->end;
		mg->n_groups++;
		if (r >= 2)
		{
			mg->n_pairable += g->end - g->begin;
			mg->n_pairable_ratings += (int64) (g->end - g->begin) * r;
		}
	}
	if (mg->n_groups > 1)
	{
		mg->order = array_alloc(m->n_items, sizeof(int32));
		for (int32 i = 0; i < m->n_items; i++)
			mg->order[at[m->start[i + 1] - m->start[i]]++] = i;
	}
	pfree(at);
}

/* Counts of one group of items into pi and n_pair; count is zero around it */
static void
add_group(Margins *mg, const ItemGroup *g, int32 *count)
{
	const RatingMatrix *m = mg->m;
	int32		q = m->n_categories;
	bool		sweep = (int64) (g->end - g->begin) * g->r >= q;

	for (int32 j = g->begin; j < g->end; j++)
	{
		int32		i = GROUP_ITEM(mg, j);

		HD_CHECK_EVERY(j);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
			count[m->category[o]]++;
	}
	for (int32 j = g->begin; !sweep && j < g->end; j++)
	{
		int32		i = GROUP_ITEM(mg, j);

		HD_CHECK_EVERY(j);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			int32		k = m->category[o];

			mg->pi[k] += (double) count[k] / g->r;
			if (g->r >= 2)
				mg->n_pair[k] += count[k];
			count[k] = 0;
		}
	}
	for (int32 k = 0; sweep && k < q; k++)
	{
		mg->pi[k] += (double) count[k] / g->r;
		if (g->r >= 2)
			mg->n_pair[k] += count[k];
		count[k] = 0;
	}
}

static void
count_clusters(Margins *mg)
{
	const RatingMatrix *m = mg->m;
	int32	   *items;
	bool	   *pairable;

	mg->max_cluster = 1;
	if (m->n_clusters == 0)
		return;
	items = array_alloc0(m->n_clusters, sizeof(int32));
	pairable = array_alloc0(m->n_clusters, sizeof(bool));
	for (int32 i = 0; i < m->n_items; i++)
	{
		items[m->cluster[i]]++;
		if (m->start[i + 1] - m->start[i] >= 2)
			pairable[m->cluster[i]] = true;
	}
	for (int32 c = 0; c < m->n_clusters; c++)
	{
		mg->max_cluster = Max(mg->max_cluster, items[c]);
		mg->n_clusters += items[c] > 0;
		mg->n_pairable_clusters += pairable[c];
	}
	pfree(items);
	pfree(pairable);
}

Margins *
margins_make(const RatingMatrix *m)
{
	Margins    *mg = palloc0(sizeof(Margins));
	int32	   *count = array_alloc0(m->n_categories, sizeof(int32));

	mg->m = m;
	group_items(mg);
	mg->pi = array_alloc0(m->n_categories, sizeof(double));
	mg->n_pair = array_alloc0(m->n_categories, sizeof(double));
	for (int32 g = 0; g < mg->n_groups; g++)
		add_group(mg, &mg->group[g], count);
	for (int32 k = 0; k < m->n_categories; k++)
		mg->pi[k] /= m->n_items;
	pfree(count);

	mg->rater_n = array_alloc0(m->n_raters, sizeof(int32));
	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		mg->rater_n[m->rater[o]]++;
	}
	for (int32 g = 0; g < m->n_raters; g++)
		mg->n_raters += mg->rater_n[g] > 0;
	count_clusters(mg);
	return mg;
}

/* s_i of one group of items and its sums */
static void
group_pair_sums(const Margins *mg, const Disagreement *d, int32 g,
				PairSums *out, DisScratch *scratch)
{
	const RatingMatrix *m = mg->m;
	int32		r = mg->group[g].r;
	bool		integer = d->kind == DIS_IDENTITY;
	int64		count = 0;
	double		largest = 0;
	ExactSum	sum;
	ExactSum	sumsq;

	exactsum_init(&sum);
	exactsum_init(&sumsq);
	for (int32 j = mg->group[g].begin; j < mg->group[g].end; j++)
	{
		int32		i = GROUP_ITEM(mg, j);
		double		s = dis_item(d, r, m->category + m->start[i], scratch);

		HD_CHECK_EVERY(j);
		out->s[i] = s;
		largest = Max(largest, s);
		if (integer)
			count += (int64) s;
		else
			exactsum_add(&sum, s);
		if (out->group_sumsq)
			exactsum_add_product(&sumsq, s, s);
	}
	out->group_max[g] = largest;
	out->group_sum[g] = integer ? (double) count : exactsum_value(&sum);
	if (out->group_sumsq)
		out->group_sumsq[g] = exactsum_value(&sumsq);
}

PairSums *
pair_sums(const Margins *mg, const Disagreement *d)
{
	PairSums   *out = palloc0(sizeof(PairSums));
	DisScratch	scratch;
	double		a_sum = 0;

	dis_scratch_init(&scratch, mg->m->n_categories, mg->max_r);
	out->s = array_alloc(mg->m->n_items, sizeof(double));
	out->group_sum = array_alloc(mg->n_groups, sizeof(double));
	out->group_max = array_alloc(mg->n_groups, sizeof(double));
	if (mg->n_groups > 1)
		out->group_sumsq = array_alloc(mg->n_groups, sizeof(double));
	for (int32 g = 0; g < mg->n_groups; g++)
	{
		double		r = mg->group[g].r;
		double		pairs = r * (r - 1) * (mg->group[g].end - mg->group[g].begin);

		group_pair_sums(mg, d, g, out, &scratch);
		if (r < 2)
			continue;
		a_sum += (pairs - out->group_sum[g]) / (r * (r - 1));
		out->d_sum += out->group_sum[g] / (r * (r - 1));
		out->o_sum += out->group_sum[g] / (r - 1);
	}
	out->d_o = mg->n_pairable > 0 ? out->d_sum / mg->n_pairable : NAN;
	out->a_o = mg->n_pairable > 0 ? a_sum / mg->n_pairable : NAN;
	dis_scratch_free(&scratch);
	return out;
}

bool
more_ratings_where_disagreement(const Margins *mg, const PairSums *s)
{
	double		n[2] = {0, 0};
	double		sum[2] = {0, 0};
	double		sumsq[2] = {0, 0};
	double		diff;
	double		var = 0;
	int			side = 0;

	if (s->group_sumsq == NULL)
		return false;
	for (int32 g = 0; g < mg->n_groups; g++)
	{
		double		pairs = (double) mg->group[g].r * (mg->group[g].r - 1.0);

		if (pairs < 2)
			continue;
		n[side] += mg->group[g].end - mg->group[g].begin;
		sum[side] += s->group_sum[g] / pairs;
		sumsq[side] += s->group_sumsq[g] / (pairs * pairs);
		side = 1;
	}
	if (n[0] < 10 || n[1] < 10)
		return false;
	diff = sum[1] / n[1] - sum[0] / n[0];
	for (side = 0; side < 2; side++)
		var += (sumsq[side] - sum[side] * sum[side] / n[side]) / (n[side] * (n[side] - 1));
	/* beyond doubt, and large enough to matter: half as much again */
	return diff > 1e-9 && diff * diff > 16 * Max(var, 0) && diff > 0.5 * sum[0] / n[0];
}

/* Observations by rater, each rater's by category: two counting sorts */
static int32 *
sort_cells(const RatingMatrix *m)
{
	int32	   *by_category = array_alloc(m->n_obs, sizeof(int32));
	int32	   *sorted = array_alloc(m->n_obs, sizeof(int32));
	int32	   *at = array_alloc0((Size) m->n_categories + 1, sizeof(int32));

	for (int32 o = 0; o < m->n_obs; o++)
		at[m->category[o] + 1]++;
	for (int32 k = 0; k < m->n_categories; k++)
		at[k + 1] += at[k];
	for (int32 o = 0; o < m->n_obs; o++)
		by_category[at[m->category[o]]++] = o;
	pfree(at);
	CHECK_FOR_INTERRUPTS();

	at = array_alloc0((Size) m->n_raters + 1, sizeof(int32));
	for (int32 o = 0; o < m->n_obs; o++)
		at[m->rater[o] + 1]++;
	for (int32 g = 0; g < m->n_raters; g++)
		at[g + 1] += at[g];
	for (int32 j = 0; j < m->n_obs; j++)
		sorted[at[m->rater[by_category[j]]]++] = by_category[j];
	pfree(at);
	pfree(by_category);
	CHECK_FOR_INTERRUPTS();
	return sorted;
}

static void
sparse_cells(const RatingMatrix *m, RaterCells *c)
{
	int32	   *sorted = sort_cells(m);
	int32		rater = -1;

	c->of_obs = array_alloc(m->n_obs, sizeof(int32));
	c->count = array_alloc(m->n_obs, sizeof(int32));
	c->category = array_alloc(m->n_obs, sizeof(int32));
	c->start = array_alloc((Size) m->n_raters + 1, sizeof(int32));
	for (int32 j = 0; j < m->n_obs; j++)
	{
		int32		o = sorted[j];

		HD_CHECK_EVERY(j);
		if (j == 0 || m->rater[o] != m->rater[sorted[j - 1]] ||
			m->category[o] != m->category[sorted[j - 1]])
		{
			while (rater < m->rater[o])
				c->start[++rater] = c->n_cells;
			c->category[c->n_cells] = m->category[o];
			c->count[c->n_cells++] = 0;
		}
		c->count[c->n_cells - 1]++;
		c->of_obs[o] = c->n_cells - 1;
	}
	while (rater < m->n_raters)
		c->start[++rater] = c->n_cells;
	for (int32 g = 0; g < m->n_raters; g++)
		c->max_support = Max(c->max_support, c->start[g + 1] - c->start[g]);
	pfree(sorted);
}

RaterCells *
rater_cells(const RatingMatrix *m)
{
	RaterCells *c = palloc0(sizeof(RaterCells));

	c->dense = (int64) m->n_raters * m->n_categories <= DENSE_CELLS;
	if (!c->dense)
	{
		sparse_cells(m, c);
		return c;
	}
	c->n_cells = m->n_raters * m->n_categories;
	c->max_support = m->n_categories;
	c->count = array_alloc0(c->n_cells, sizeof(int32));
	for (int32 o = 0; o < m->n_obs; o++)
	{
		HD_CHECK_EVERY(o);
		c->count[m->rater[o] * m->n_categories + m->category[o]]++;
	}
	return c;
}

int32
rater_support(const RatingMatrix *m, const RaterCells *cells, int32 rater,
			  int32 *idx, double *count, int32 *cell)
{
	int32		q = m->n_categories;
	int32		n = 0;

	if (cells->dense)
	{
		for (int32 k = 0; k < q; k++)
		{
			if (cells->count[rater * q + k] == 0)
				continue;
			idx[n] = k;
			count[n] = cells->count[rater * q + k];
			cell[n++] = rater * q + k;
		}
		return n;
	}
	for (int32 j = cells->start[rater]; j < cells->start[rater + 1]; j++)
	{
		idx[n] = cells->category[j];
		count[n] = cells->count[j];
		cell[n++] = j;
	}
	return n;
}

ByRater *
by_rater(const RatingMatrix *m)
{
	ByRater    *b = palloc(sizeof(ByRater));
	int32	   *at = array_alloc(m->n_raters, sizeof(int32));

	b->start = array_alloc0((Size) m->n_raters + 1, sizeof(int32));
	b->obs = array_alloc(m->n_obs, sizeof(int32));
	b->item = array_alloc(m->n_obs, sizeof(int32));
	for (int32 o = 0; o < m->n_obs; o++)
		b->start[m->rater[o] + 1]++;
	for (int32 g = 0; g < m->n_raters; g++)
	{
		at[g] = b->start[g];
		b->start[g + 1] += b->start[g];
	}
	for (int32 i = 0; i < m->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 o = m->start[i]; o < m->start[i + 1]; o++)
		{
			int32		j = at[m->rater[o]]++;

			b->obs[j] = o;
			b->item[j] = i;
		}
	}
	pfree(at);
	return b;
}

void
by_rater_free(ByRater *b)
{
	pfree(b->start);
	pfree(b->obs);
	pfree(b->item);
	pfree(b);
}

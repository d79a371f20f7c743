/*-------------------------------------------------------------------------
 *
 * linear_form.c
 *	  Influence values of items, and the sum of their squares.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/linear_form.h"
#include "common/compat.h"
#include "common/interrupts.h"

/* Items per block: all forms run over a block while it is in the cache */
#define BLOCK 2048

void
linear_form_init(LinearForm *f, const Margins *mg, const PairSums *pairs)
{
	memset(f, 0, sizeof(*f));
	f->a = array_alloc0((Size) mg->max_r + 1, sizeof(double));
	f->b = array_alloc0((Size) mg->max_r + 1, sizeof(double));
	f->c = array_alloc0((Size) mg->max_r + 1, sizeof(double));
	f->pairs = pairs;
}

/* u in fixed point, and from it a bound on |psi| */
static void
form_begin(LinearForm *f, const Margins *mg)
{
	double		u_max = 0;
	double		scale;

	for (int32 k = 0; k < f->n_u; k++)
		u_max = Max(u_max, fabs(f->u[k]));
	scale = fixed_scale(u_max, mg->max_r);
	f->unit = 1 / scale;
	if (f->index != FORM_NONE)
	{
		f->fixed = array_alloc(f->n_u, sizeof(int64));
		for (int32 k = 0; k < f->n_u; k++)
			f->fixed[k] = (int64) (f->u[k] * scale);
	}
	for (int32 g = 0; g < mg->n_groups; g++)
	{
		int32		r = mg->group[g].r;

		f->bound = Max(f->bound, fabs(f->a[r]) + fabs(f->b[r]) * f->pairs->group_max[g] +
					   fabs(f->c[r]) * r * u_max);
		f->c[r] *= f->unit;
	}
	if (mg->m->n_clusters > 0)
	{
		f->cluster = array_alloc0(mg->m->n_clusters, sizeof(int64));
		f->scale = fixed_scale(f->bound, mg->max_cluster);
	}
	else
		f->scale = fixed_scale(f->bound * f->bound, 1);
}

static inline void
form_block(LinearForm *f, const RatingMatrix *m, int32 begin, int32 end,
		   const FormIndex index)
{
	FixedSum	squares = f->squares;

	for (int32 i = begin; i < end; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];
		int64		x = 0;
		double		psi;

		for (int32 o = m->start[i]; index != FORM_NONE && o < m->start[i + 1]; o++)
		{
			if (index == FORM_CATEGORY)
				x += f->fixed[m->category[o]];
			else if (index == FORM_RATER_CATEGORY)
				x += f->fixed[m->rater[o] * m->n_categories + m->category[o]];
			else
				x += f->fixed[f->of_obs[o]];
		}
		psi = f->a[r] + f->b[r] * f->pairs->s[i] + f->c[r] * (double) x;
		if (f->psi)
			f->psi[i] = psi;
		if (f->cluster)
			f->cluster[m->cluster[i]] += (int64) (psi * f->scale);
		else
			fixedsum_add(&squares, (int64) (psi * psi * f->scale));
	}
	f->squares = squares;
}

/* Square the sums within clusters, scaled to the largest of them */
static void
form_clusters(LinearForm *f, const RatingMatrix *m)
{
	int64		largest = 0;
	double		scale;

	for (int32 c = 0; c < m->n_clusters; c++)
		largest = Max(largest, f->cluster[c] < 0 ? -f->cluster[c] : f->cluster[c]);
	scale = fixed_scale((double) largest / f->scale * ((double) largest / f->scale), 1);
	for (int32 c = 0; c < m->n_clusters; c++)
	{
		double		psi = (double) f->cluster[c] / f->scale;

		fixedsum_add(&f->squares, (int64) (psi * psi * scale));
	}
	f->scale = scale;
	pfree(f->cluster);
	f->cluster = NULL;
}

void
linear_forms_run(const Margins *mg, int n, LinearForm **forms)
{
	const RatingMatrix *m = mg->m;

	for (int j = 0; j < n; j++)
		form_begin(forms[j], mg);
	for (int32 begin = 0; begin < m->n_items; begin += Min(BLOCK, m->n_items - begin))
	{
		int32		end = begin + Min(BLOCK, m->n_items - begin);

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < n; j++)
		{
			switch (forms[j]->index)
			{
				case FORM_NONE:
					form_block(forms[j], m, begin, end, FORM_NONE);
					break;
				case FORM_CATEGORY:
					form_block(forms[j], m, begin, end, FORM_CATEGORY);
					break;
				case FORM_RATER_CATEGORY:
					form_block(forms[j], m, begin, end, FORM_RATER_CATEGORY);
					break;
				case FORM_CELL:
					form_block(forms[j], m, begin, end, FORM_CELL);
					break;
			}
		}
	}
	for (int j = 0; j < n; j++)
	{
		if (forms[j]->cluster)
			form_clusters(forms[j], m);
		forms[j]->sum_sq = fixedsum_value(&forms[j]->squares, forms[j]->scale);
		if (forms[j]->fixed)
			pfree(forms[j]->fixed);
		pfree(forms[j]->a);
		pfree(forms[j]->b);
		pfree(forms[j]->c);
	}
}

/*-------------------------------------------------------------------------
 *
 * plackett_luce_status.c
 *	  Which items have a finite rating, and why others have none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/plackett_luce_data.h"

/* Links as arrows from better to worse; a tie is one each way */
static int64
make_arrows(const Links *w, int32 *better, int32 *worse)
{
	int64		n = 0;

	for (int64 e = 0; e < w->n; e++)
	{
		HD_CHECK_EVERY(e);
		better[n] = w->a[e];
		worse[n++] = w->b[e];
		if (w->outcome[e] != OUTCOME_TIE)
			continue;
		better[n] = w->b[e];
		worse[n++] = w->a[e];
	}
	return n;
}

void
pl_find_status(PlModel *m, const Links *w)
{
	const int32 n = m->d->n_items;
	int32	   *component = array_alloc(n, sizeof(int32));
	int32	   *block = array_alloc(n, sizeof(int32));
	double	   *weight = array_alloc0(m->n_blocks, sizeof(double));
	int32	   *better = array_alloc(2 * w->n, sizeof(int32));
	int32	   *worse = array_alloc(2 * w->n, sizeof(int32));
	int64		n_arrows = make_arrows(w, better, worse);
	RatingStatus *status = array_alloc(n, sizeof(RatingStatus));
	bool	   *finite = array_alloc(n, sizeof(bool));

	for (int32 i = 0; i < n; i++)
	{
		component[i] = m->item[i].component;
		block[i] = m->item[i].block;
	}
	for (int64 s = 0; s < m->n_sets; s++)
		weight[m->set[s].block] += m->set[s].weight;
	find_rating_status(&(Field)
				   {
					   n, m->opt.anchor, m->n_components, component, m->component_size,
					   m->n_blocks, block, weight, n_arrows, better, worse
				   }, status, finite);
	for (int32 i = 0; i < n; i++)
	{
		m->item[i].status = status[i];
		m->item[i].finite = finite[i];
	}
	pfree(component);
	pfree(block);
	pfree(weight);
	pfree(better);
	pfree(worse);
	pfree(status);
	pfree(finite);
}

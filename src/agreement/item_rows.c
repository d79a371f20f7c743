/*-------------------------------------------------------------------------
 *
 * item_rows.c
 *	  Agreement item by item, and Krippendorff's coincidence matrix.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "agreement/coefficients.h"
#include "agreement/margins.h"
#include "common/compat.h"
#include "common/interrupts.h"

/*
 * Entropy of counts c with sum r, in bits: log2 r - (1/r) sum c log2 c, in
 * ascending order of c so that the numbering of categories does not matter.
 */
static double
entropy_of(int32 n, int32 *c, int32 r)
{
	double		sum = 0;

	if (n == 1)
		return 0;
	qsort(c, n, sizeof(int32), int32_ascending);
	for (int32 j = 0; j < n; j++)
		sum += c[j] * log2(c[j]);
	return log2(r) - sum / r;
}

/* Distinct labels, the most frequent one and the entropy of one item */
static void
describe_labels(int32 r, const int32 *cat, DisScratch *s, ItemRow *row)
{
	row->majority = -1;
	for (int32 j = 0; j < r; j++)
		s->count[cat[j]]++;
	for (int32 j = 0; j < r; j++)
	{
		int32		c = s->count[cat[j]];

		if (c == 0)
			continue;
		s->count[cat[j]] = 0;
		s->sorted[row->n_labels++] = c;
		if (c > row->majority_count)
		{
			row->majority_count = c;
			row->majority = cat[j];
		}
		else if (c == row->majority_count)
			row->majority = -1;
	}
	row->entropy = entropy_of(row->n_labels, s->sorted, r);
}

ItemRow *
item_rows(const RatingMatrix *m, const Disagreement *w)
{
	ItemRow    *rows = array_alloc0(m->n_items, sizeof(ItemRow));
	int32		max_r = 0;
	DisScratch	scratch;

	for (int32 i = 0; i < m->n_items; i++)
		max_r = Max(max_r, m->start[i + 1] - m->start[i]);
	dis_scratch_init(&scratch, m->n_categories, max_r);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];
		const int32 *cat = m->category + m->start[i];

		HD_CHECK_EVERY(i);
		rows[i].n_ratings = r;
		rows[i].agreement = NAN;
		if (r >= 2)
		{
			double		pairs = (double) r * (r - 1.0);

			rows[i].agreement = (pairs - dis_item(w, r, cat, &scratch)) / pairs;
		}
		describe_labels(r, cat, &scratch, &rows[i]);
	}
	dis_scratch_free(&scratch);
	return rows;
}

/* Ordered pairs of one item's r ratings by labels; count[] is zero before and after */
static void
add_item_pairs(int32 r, const int32 *cat, Size q, int64 *count, int32 *label, int64 *pairs)
{
	int32		n = 0;

	for (int32 s = 0; s < r; s++)
		if (count[cat[s]]++ == 0)
			label[n++] = cat[s];
	for (int32 s = 0; s < n; s++)
	{
		HD_CHECK_EVERY(s);
		for (int32 t = 0; t < n; t++)
			pairs[label[s] * q + label[t]] += count[label[s]] * (count[label[t]] - (s == t));
	}
	for (int32 s = 0; s < n; s++)
		count[label[s]] = 0;
}

/*
 * o_kl = sum_i (r_ik r_il - [k = l] r_ik)/(r_i - 1): whole numbers for each r,
 * divided once (fixedsum.h).
 */
void
coincidence_matrix(const RatingMatrix *m, double *o, double *n)
{
	Size		q = m->n_categories;
	Margins    *mg = margins_make(m);
	int64	   *pairs = array_alloc0(mul_size(q, q), sizeof(int64));
	int64	   *count = array_alloc0(q, sizeof(int64));
	int32	   *label = array_alloc(q, sizeof(int32));

	memset(o, 0, mul_size(mul_size(q, q), sizeof(double)));
	memcpy(n, mg->n_pair, q * sizeof(double));
	for (int32 g = 0; g < mg->n_groups; g++)
	{
		int32		r = mg->group[g].r;

		if (r < 2)
			continue;
		for (int32 j = mg->group[g].begin; j < mg->group[g].end; j++)
		{
			HD_CHECK_EVERY(j);
			add_item_pairs(r, m->category + m->start[GROUP_ITEM(mg, j)], q, count, label, pairs);
		}
		CHECK_FOR_INTERRUPTS();
		for (Size k = 0; k < q * q; k++)
		{
			o[k] += (double) pairs[k] / (r - 1.0);
			pairs[k] = 0;
		}
	}
	pfree(pairs);
	pfree(count);
	pfree(label);
}

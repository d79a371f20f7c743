/*-------------------------------------------------------------------------
 *
 * item_cross.h
 *	  Sums over the units that have two items, for each pair of items: what
 *	  covariances, correlations and two-by-two tables are made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ITEM_CROSS_H
#define HD_ITEM_CROSS_H

#include <math.h>

#include "rubric/score_matrix.h"

typedef struct ItemCross ItemCross;

/*
 * Item i against the items j >= i; what is before i is not set.  Sums run over
 * the units that have both, of values less the item's mean; of binary data, of
 * the values themselves: then all of them are counts.
 *
 * "met" lists the items after i that some unit has as well, ascending: where a
 * matrix is sparse they are few.
 */
typedef struct CrossRow
{
	int32		n_met;
	const int32 *met;
	const double *n;
	const double *a;			/* sum of item i */
	const double *b;			/* sum of item j */
	const double *aa;
	const double *bb;
	const double *ab;
} CrossRow;

extern ItemCross *item_cross_make(const ScoreTable *t);
extern void item_cross_row(ItemCross *c, int32 i, CrossRow *row);
extern bool item_cross_binary(const ItemCross *c);
extern int64 item_cross_n(const ItemCross *c, int32 i);
extern double item_cross_mean(const ItemCross *c, int32 i);

/* Of the units that have both; NaN below two of them */
static inline double
cross_covariance(const CrossRow *r, int32 j)
{
	if (r->n[j] < 2)
		return NAN;
	return (r->ab[j] - r->a[j] * r->b[j] / r->n[j]) / (r->n[j] - 1);
}

/* Pearson's correlation; NaN where one of the items does not vary */
extern double cross_correlation(const CrossRow *r, int32 j);

#endif							/* HD_ITEM_CROSS_H */

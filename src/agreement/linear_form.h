/*-------------------------------------------------------------------------
 *
 * linear_form.h
 *	  Influence values of items, and the sum of their squares.
 *
 * The influence of item i on every coefficient here has one form,
 *
 *		psi_i = a(r_i) + b(r_i) s_i + c(r_i) sum_{ratings of i} u,
 *
 * with s_i the disagreement within the item (PairSums.s) and u a number that
 * belongs to the rating's category, or to its rater and category.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LINEAR_FORM_H
#define HD_LINEAR_FORM_H

#include "agreement/fixedsum.h"
#include "agreement/margins.h"

typedef enum FormIndex
{
	FORM_NONE,					/* no u */
	FORM_CATEGORY,				/* u[category] */
	FORM_RATER_CATEGORY,		/* u[rater * q + category] */
	FORM_CELL					/* u[RaterCells.of_obs] */
} FormIndex;

typedef struct LinearForm
{
	double	   *a,
			   *b,
			   *c;				/* [max_r + 1] */
	const PairSums *pairs;
	FormIndex	index;
	const double *u;
	int32		n_u;
	const int32 *of_obs;
	double		sum_sq;			/* result: sum over items, or over clusters of the
								 * sum within, of psi squared */
	double	   *psi;			/* [n_items] to be filled too, or NULL */

	/* working state */
	int64	   *fixed;			/* u in fixed point */
	double		unit;			/* of fixed */
	double		bound;			/* of |psi| */
	double		scale;
	FixedSum	squares;
	int64	   *cluster;		/* sums of psi within clusters */
} LinearForm;

extern void linear_form_init(LinearForm *f, const Margins *mg, const PairSums *pairs);

/* All forms in one walk over the items */
extern void linear_forms_run(const Margins *mg, int n, LinearForm **forms);

#endif							/* HD_LINEAR_FORM_H */

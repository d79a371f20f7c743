/*-------------------------------------------------------------------------
 *
 * chance.h
 *	  Disagreement expected by chance, and how an item moves it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CHANCE_H
#define HD_CHANCE_H

#include "agreement/agreement_state.h"
#include "agreement/linear_form.h"

/*
 * Item i moves D_e by  per_rating * sum_{ratings} u - center,  the sum being a
 * mean over the item's ratings where "mean" is set.
 */
typedef struct Chance
{
	double		d_e;
	FormIndex	index;
	double	   *u;
	int32		n_u;
	double		per_rating;
	bool		mean;
	double		center;
} Chance;

extern void chance_cohen(AgreementState *st, Chance *c);
extern void chance_scott(AgreementState *st, Chance *c);
extern void chance_fleiss(AgreementState *st, Chance *c);
extern void chance_conger(AgreementState *st, Chance *c, bool point_only);
extern void chance_gwet(AgreementState *st, Chance *c);
extern void chance_bp(AgreementState *st, Chance *c);
extern void chance_alpha(AgreementState *st, Chance *c);

#endif							/* HD_CHANCE_H */

/*-------------------------------------------------------------------------
 *
 * irt.h
 *	  Item response models with abilities from N(0, 1): marginal maximum
 *	  likelihood of P(solved) = 1/(1 + exp(-a (theta - b))).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_IRT_H
#define HD_IRT_H

#include "rubric/rasch.h"

/* The information matrix is dense, of the square of the parameters */
#define IRT_MAX_ITEMS 1000

typedef enum IrtModel
{
	IRT_1PL,					/* one discrimination for all items */
	IRT_2PL
} IrtModel;

/* Units that gave the same answers to the same items, once */
typedef struct IrtData
{
	const BinaryTable *t;
	ItemStatus *status;			/* [n_items] */
	int32	   *answers;		/* [n_items] */
	int32		n_active;
	int32	   *active;			/* [n_active] items */
	int32	   *position;		/* [n_items] among the active, or -1 */
	int32		n_patterns;
	int32	   *start;			/* [n_patterns + 1] into item and x */
	int32	   *item;			/* positions among the active */
	uint8	   *x;
	int64	   *weight;			/* [n_patterns] units */
	int32	   *unit_pattern;	/* [n_units], -1 without an active item */
} IrtData;

extern void irt_data(const BinaryTable *t, IrtData *out);

typedef struct IrtFit
{
	/* [n_active] */
	double	   *a,
			   *a_se;
	double	   *b,
			   *b_se;
	double		loglik;
	int			iterations;
	int32		worst;			/* where it failed: the item whose discrimination went farthest */
	/* [n_patterns] mean and standard deviation of the ability, given the answers */
	double	   *theta,
			   *theta_sd;
} IrtFit;

/* false: no convergence */
extern bool irt_fit(const IrtData *d, IrtModel model, bool want_se, IrtFit *out);

#endif							/* HD_IRT_H */

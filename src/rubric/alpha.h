/*-------------------------------------------------------------------------
 *
 * alpha.h
 *	  How reliable is the sum of items?  Cronbach's alpha and its relatives.
 *
 * Undefined: NaN.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ALPHA_H
#define HD_ALPHA_H

#include "rubric/item_moments.h"

/* matrices of items by items are held in memory up to here */
#define ALPHA_MAX_ITEMS 8192

/* Covariances and correlations of all pairs of items, full and symmetric */
typedef struct ItemMatrix
{
	int32		n_items;
	double		n;				/* units: the fewest that a pair has in common */
	double	   *cov;
	double	   *cor;			/* NaN where an item does not vary */
} ItemMatrix;

typedef struct OneFactor
{
	double		omega;
	int			sweeps;
	bool		converged;
	double	   *loading;		/* [n_items] */
} OneFactor;

extern double cronbach_alpha_of(const ItemMoments *m);

extern ItemMatrix *item_matrix(const ScoreTable *t);

/* Mean correlation of different items; NaN if an item does not vary */
extern double average_r(const ItemMatrix *m);
extern double standardized_alpha_of(const ItemMatrix *m);

/* Standard error of alpha under normality (van Zyl, Neudecker & Nel 2000; Duhachek & Iacobucci 2004, eq. 3) */
extern double alpha_se(const ItemMatrix *m);

/* Feldt (1965), by the F distribution */
extern void feldt_interval(double alpha, double n, double k, double confidence, double *low, double *high);

/* One factor by minres; omega total of it.  False: it has no solution (fewer than three items, an item that does not vary) */
extern bool one_factor(const ItemMatrix *m, OneFactor *f);

#endif							/* HD_ALPHA_H */

/*-------------------------------------------------------------------------
 *
 * bias_index.h
 *	  How far apart the biases of a judge towards several producers are:
 *	  plain numbers, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BIAS_INDEX_H
#define HD_BIAS_INDEX_H

typedef struct BiasIndex
{
	double		value;			/* largest - smallest; NaN below two producers */
	double		low;			/* simultaneous bounds, NaN where a variance is unknown */
	double		high;
	double		expected;		/* its mean if all biases were equal */
	int32		least;			/* which are the extremes */
	int32		most;
} BiasIndex;

/* n producers with biases, their variances (NaN: unknown) and degrees of freedom */
extern void bias_index(int32 n, const double *bias, const double *variance, const double *df,
					   double confidence, BiasIndex *b);

#endif							/* HD_BIAS_INDEX_H */

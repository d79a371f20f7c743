/*-------------------------------------------------------------------------
 *
 * ppi_estimate.h
 *	  The true mean from a judge on all rows and people on some: plain
 *	  numbers, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PPI_ESTIMATE_H
#define HD_PPI_ESTIMATE_H

/* f: the judge, y: a person; s_*: centred sums of squares and products, never below 0 */
typedef struct PpiMoments
{
	double		n_rest;			/* rows that are not audited */
	double		n_audited;
	double		mean_all;		/* of f over all rows */
	double		s_all;
	double		mean_rest;		/* of f over rows that are not audited */
	double		s_rest;
	/* audited rows; weighted ones count 1 / probability */
	double		mean_f;
	double		mean_y;
	double		s_ff;
	double		s_yy;
	double		s_fy;
	/* only of weighted rows, around the weighted means: sums of w^2 (.)(.), of w and of w^2 */
	bool		weighted;
	double		w2_ff;
	double		w2_yy;
	double		w2_fy;
	double		w;
	double		w2;
	/* how far apart values are, and whether judge and people differ anywhere */
	double		range;
	double		scale;			/* the largest size of a value: below 1e-12 of it is rounding noise */
	bool		differ;
} PpiMoments;

typedef enum PpiMethod
{
	PPI_TUNED,					/* ppi++ */
	PPI_PLAIN,					/* ppi: lambda = 1 */
	PPI_CLASSICAL				/* lambda = 0: the audited rows alone */
} PpiMethod;

/* fewer audited rows tell nothing about how judge and people go together */
#define PPI_LEAST_TO_TUNE 3

typedef struct PpiEstimate
{
	double		value;
	double		se;
	double		low;
	double		high;
	double		lambda;
} PpiEstimate;

/* Members that are undefined are NaN */
extern void ppi_estimate(const PpiMoments *m, PpiMethod method, double confidence, PpiEstimate *e);

#endif							/* HD_PPI_ESTIMATE_H */

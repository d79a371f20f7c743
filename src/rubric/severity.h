/*-------------------------------------------------------------------------
 *
 * severity.h
 *	  The additive model value = mean + item + rater by least squares, and
 *	  what it says of raters and items.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SEVERITY_H
#define HD_SEVERITY_H

#include "rubric/g_study_data.h"

/* Dense matrices of so many elements at most: 200 MB each */
#define ADDITIVE_MAX_CELLS INT64CONST(25000000)

/*
 * Raters are connected if they rated one item; a component is what is
 * connected by a chain of such pairs.  Matrices are kept by component.
 */
typedef struct RaterComponents
{
	int32		n;
	int32	   *of_rater;		/* [n_raters] 0 .. n - 1, -1 without a rating */
	int32	   *position;		/* [n_raters] within the component */
	int32	   *size;			/* [n] raters */
	int32	   *member;			/* raters by component */
	int32	   *first;			/* [n + 1] into member */
} RaterComponents;

typedef struct Additive
{
	const Graded *g;
	bool		complete;		/* every rater with a rating rated every item */
	int32		k;				/* raters with a rating */
	RaterComponents comp;
	int32	   *rater_n;		/* [n_raters] ratings */
	double	   *item_mean;		/* [n_items] */
	double	   *effect;			/* [n_raters] sums to zero in each component; NaN alone in it */
	double	  **inverse;		/* [n components] generalised inverse of C, or NULL */
	double	   *residual;		/* [n_obs] */
	double		sse;			/* residual sum of squares */
	double		raters_given_items; /* R(raters | items) */
	double		df;				/* of sse: ratings - items - raters + components */
	double		trace_sq;		/* of C squared */
} Additive;

/* want_inverse: fill "inverse"; ERROR 54000 where raters are too many */
extern void additive_fit(const Graded *g, bool want_inverse, Additive *out);

/* C's element, by raters of one component */
static inline double
additive_cov(const Additive *a, int32 g, int32 h)
{
	int32		c = a->comp.of_rater[g];

	return a->inverse[c][(size_t) a->comp.position[g] * a->comp.size[c] + a->comp.position[h]];
}

/* NaN stands for "undefined" */
typedef struct SeverityRow
{
	int64		n;				/* ratings */
	int64		n_shared;		/* of them on items that somebody else rated too */
	int64		n_units;		/* shared items or clusters */
	double		naive_mean;
	double		severity,
				se,
				df,
				ci_low,
				ci_high;
	double		expected;		/* mean of the others on the shared items */
	double		excess,			/* own mean there less that */
				excess_low,
				excess_high;
	double		shrunk;
	int32		rank_low,		/* within the component, 1 the lowest; 0 if unknown */
				rank_high;
} SeverityRow;

typedef enum SeverityVariance
{
	SEVERITY_AUTO,				/* robust; of few units the wider of both */
	SEVERITY_MODEL,				/* from the residual variance of all */
	SEVERITY_ROBUST				/* from the scatter between the rater's clusters (items) */
} SeverityVariance;

/* Shared items, or clusters, below which a row stands on too little */
#define SEVERITY_ENOUGH 10

extern SeverityRow *severity_rows(const Additive *a, SeverityVariance variance, double confidence);

typedef struct AdjustedRow
{
	double		naive_mean;
	double		adjusted,
				se,
				ci_low,
				ci_high;
} AdjustedRow;

extern void adjusted_row(const Additive *a, int32 item, double t, AdjustedRow *out);

typedef struct DriftRow
{
	int64		n;				/* shared items that tell something of a slope */
	int64		n_units;		/* of those, or of their clusters */
	double		slope,			/* a day, or a revision */
				se,
				ci_low,
				ci_high;
} DriftRow;

typedef struct HaloRow
{
	int64		n;				/* responses that the rater graded on two or more criteria */
	int64		n_shared;		/* of them those that somebody else graded so too */
	double		value;			/* mean spread between criteria there */
	double		expected;		/* mean spread of the others there */
	double		excess,
				excess_low,
				excess_high;
} HaloRow;

extern HaloRow *halo_rows(const Graded *g, const ItemPairs *pairs, double confidence);

/* unit: how many of "at" make one unit of the slope */
extern DriftRow *drift_rows(const Graded *g, double unit, double confidence);

#endif							/* HD_SEVERITY_H */

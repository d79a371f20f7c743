/*-------------------------------------------------------------------------
 *
 * human_ceiling.h
 *	  How well each grader does by the measure that a judge is held to: plain
 *	  arrays, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_HUMAN_CEILING_H
#define HD_HUMAN_CEILING_H

#include "agreement/rating_matrix.h"
#include "consensus/label_metrics.h"

typedef enum CeilingReference
{
	REFERENCE_PAIRWISE,			/* every other label, one row each */
	REFERENCE_MAJORITY			/* the label that more of the others gave than any other */
} CeilingReference;

/* A difference to the value, on the same items */
typedef struct Excess
{
	double		value;
	double		low;
	double		high;
} Excess;

typedef struct CeilingRow
{
	int64		n_items;		/* with a reference */
	int64		n_pairs;		/* rows of label and reference */
	double		value;
	double		variance;
	double		low;
	double		high;
	double		expected;		/* the others among themselves */
	int64		n_expected;		/* items of that */
	Excess		excess;			/* value - expected */
	double		judge;			/* the judge, by the same reference on the same items */
	int64		n_judge;		/* items of that */
	Excess		ahead;			/* judge - value */
	int32		n_units;		/* clusters or items */
	double		shrunk;
	int32		rank_low;		/* 0: no value */
	int32		rank_high;
} CeilingRow;

typedef struct Ceiling
{
	CeilingRow *rater;			/* [n_raters]; that of the judge is against all people */
	/* means over the people who have a value */
	int32		n_people;
	double		value;
	double		low;
	double		high;
	double		judge;
	int32		n_compared;		/* people on whose items the judge is, too */
	Excess		ahead;
	double		percentile;		/* share of people behind the judge, on their items */
} Ceiling;

/* judge is a rater or -1 */
extern Ceiling *human_ceiling(const RatingMatrix *m, int32 judge, LabelMetric metric,
							  CeilingReference reference, double confidence);

#endif							/* HD_HUMAN_CEILING_H */

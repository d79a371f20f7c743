/*-------------------------------------------------------------------------
 *
 * label_use.h
 *	  How raters use labels, compared with the others on the same items.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LABEL_USE_H
#define HD_LABEL_USE_H

#include "agreement/rating_matrix.h"

/* NaN stands for "undefined" */
typedef struct LabelUse
{
	int32		rater;
	int32		category;
	int64		n_items;		/* items that somebody else rated too */
	int64		n_units;		/* clusters of those, or items */
	int64		n;				/* of them with this label by the rater */
	double		share;			/* n / n_items */
	double		others_share;	/* mean over those items of the others' share */
	double		excess,			/* share - others_share */
				excess_low,
				excess_high;
} LabelUse;

/*
 * One row for each rater and label that the rater or the others gave to an
 * item of theirs, by rater and ascending category.
 */
typedef void (*LabelUseSink) (void *arg, const LabelUse *row);
extern void label_use_rows(const RatingMatrix *m, double confidence,
						   LabelUseSink sink, void *arg);

#endif							/* HD_LABEL_USE_H */

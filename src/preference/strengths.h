/*-------------------------------------------------------------------------
 *
 * strengths.h
 *	  From estimated strengths and their covariances to ratings with intervals
 *	  and ranks: what all models of preference have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_STRENGTHS_H
#define HD_STRENGTHS_H

typedef enum RatingScale
{
	SCALE_LOG,					/* log worth */
	SCALE_ELO,					/* 1000 + 400 / ln 10 * log worth */
	SCALE_WORTH					/* worth; of all items together 1, or of the anchor */
} RatingScale;

/* Log worths of items with finite differences */
typedef struct Strengths
{
	int32		n;
	const int32 *item;			/* [n] where their ratings go */
	const double *theta;		/* [n] */
	int			n_cov;			/* 1; or 3: by one unit, by the other, by both */
	const double *cov[3];		/* [n * n] */
	const double *model_cov;	/* [n * n] of the model, to know rounding by; or NULL */
	const int64 *clusters;		/* [n] independent units behind each item, or NULL: many */
	int32		anchor;			/* index of the item that is 0, or -1: the mean is */
	RatingScale scale;
	double		confidence;
} Strengths;

typedef struct Rating
{
	double		rating;			/* infinite, or NaN, where there is no finite one */
	double		se;				/* NaN: none */
	double		ci_low;
	double		ci_high;
	int32		rank_low;
	int32		rank_high;
} Rating;

/* Ranks count up and down from where they are */
extern void rate_strengths(const Strengths *s, Rating *rating);

/* Half the length of the interval of theta_i - theta_j; NaN: it has none */
extern double difference_half(const Strengths *s, int32 i, int32 j);

/* An item without finite strength: theta is infinite, or NaN if it is not known */
extern void rate_without_strength(RatingScale scale, double theta, Rating *rating);

/* The anchor: 0 by definition */
extern void rate_anchor(RatingScale scale, Rating *rating);

/*
 * The variance from those of one sandwich or of three; NaN where nothing
 * varied beside what the model says (NaN: it says nothing).
 */
extern double combined_variance(int n_cov, const double *v, double of_model);

/* Half the length of an interval in standard errors; clusters < 0: many */
extern double interval_half(int64 clusters, double confidence);

#endif							/* HD_STRENGTHS_H */

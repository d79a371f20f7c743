/*-------------------------------------------------------------------------
 *
 * g_study.h
 *	  Generalisability: components of variance and what they say of designs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_G_STUDY_H
#define HD_G_STUDY_H

#include "rubric/g_study_data.h"

typedef enum GDesign
{
	G_CROSSED,					/* p x r */
	G_NESTED,					/* r:p */
	G_CRITERIA					/* p x r x c */
} GDesign;

#define G_MAX 7

/* facets of a component */
#define G_P 1
#define G_R 2
#define G_C 4

/*
 * Variances are linear in the mean squares, and these are taken as
 * independent, each a multiple of a chi-squared with df_interval degrees of
 * freedom; where "simulated" is set, their covariance is there instead.  NaN stands for "undefined".
 */
typedef struct GStudy
{
	int			n;				/* components; the first is p, the last the residual */
	const char *name[G_MAX];
	int			facets[G_MAX];
	int64		levels[G_MAX];	/* persons, raters, cells */
	double		df[G_MAX];
	double		ms[G_MAX];
	double		df_interval[G_MAX];
	double		weight[G_MAX][G_MAX];	/* variance i = sum of weight[i][j] ms[j] */
	double		variance[G_MAX];	/* as estimated: may be negative */
	double		se[G_MAX];
	double		ci_low[G_MAX];
	double		ci_high[G_MAX];
	/* instead of mean squares, where their distribution is not known */
	bool		simulated;
	double		cov[G_MAX][G_MAX];	/* of the estimates */
	double		p_in_ms;		/* E ms[0] = p_in_ms * variance p + what errors add */
	double		n_criteria;		/* of the data; 1 where there is no such facet */
	bool		complete;
	const char *method;
	const char *why;			/* why nothing is estimable, or NULL */
} GStudy;

/* What the rows and columns of the data are called */
typedef struct GWords
{
	const char *object;			/* what is measured */
	const char *rater;
	const char *crossed[3];		/* names of the components */
	const char *nested[2];
} GWords;

extern const GWords g_words_ratings;
extern const GWords g_words_matrix;

/* pairs: for G_CRITERIA alone */
extern void g_study(const Graded *g, GDesign design, const ItemPairs *pairs,
					const GWords *words, double confidence, GStudy *out);

typedef struct DStudyRow
{
	double		e_rho2,
				e_rho2_low,
				e_rho2_high;
	double		phi,
				phi_low,
				phi_high;
	double		sem_relative,
				sem_absolute;
	const char *note;
} DStudyRow;

extern void d_study(const GStudy *s, double n_raters, double n_criteria,
					double confidence, DStudyRow *out);

/* ---- between the files of the kernel ---- */

extern void g_study_criteria(const Graded *g, const ItemPairs *pairs, GStudy *out);

/* variance, se and interval of each component, from mean squares and weights */
extern void g_study_intervals(GStudy *s, double confidence);

#endif							/* HD_G_STUDY_H */

/*-------------------------------------------------------------------------
 *
 * measure.h
 *	  From a ratings state and the options of a call to what the kernels
 *	  take: the matrix, the domain of categories, the disagreement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_MEASURE_H
#define HD_MEASURE_H

#include "agreement/coefficients.h"
#include "agreement/ratings.h"
#include "common/args.h"

typedef struct Measure
{
	Ratings    *r;
	RatingMatrix m;
	double	   *x;				/* positions of categories; NULL: no order is known */
	LabelSets  *sets;			/* of label sets, else NULL */
	Dict		domain;			/* the declared categories, if there are any */
	bool		declared;
} Measure;

/* The coefficients, as users name them, in the order of agreement() */
typedef struct NamedCoefficient
{
	Coefficient c;
	const char *name;
} NamedCoefficient;

#define N_COEFFICIENTS 8
extern const NamedCoefficient coefficients[N_COEFFICIENTS];

/* A level of measurement, as users name it */
typedef struct Level
{
	const char *name;
	DisagreementKind alpha;		/* metric of Krippendorff's alpha */
	DisagreementKind kappa;		/* weights of the kappas */
	const char *weights;		/* their name */
} Level;

extern const Level *level_arg(FunctionCallInfo fcinfo, int arg);
extern DisagreementKind weights_arg(FunctionCallInfo fcinfo, int arg);
extern DisagreementKind metric_arg(FunctionCallInfo fcinfo, int arg);

/* Read argument 0 (not NULL) and the declared categories in argument "categories" */
extern void measure_ratings(FunctionCallInfo fcinfo, int categories, Measure *q);

/*
 * Arguments 0 and 1 (not NULL) over one domain: the declared one, or the
 * categories of both.
 */
extern void measure_two_ratings(FunctionCallInfo fcinfo, int categories,
								Measure *a, Measure *b);

/* ERROR where the kind of values has no such distances */
extern void measure_disagreement(Measure *q, DisagreementKind kind, Disagreement *d);

/* The category as text */
extern char *category_cstring(const Measure *q, int32 category);

#endif							/* HD_MEASURE_H */

/*-------------------------------------------------------------------------
 *
 * label_metrics.h
 *	  Metrics of predicted against reference labels, with the gradients that
 *	  their standard errors are made of.  Plain arrays: no SQL.
 *
 * Every metric here depends on the table of counts only through its diagonal
 * and its margins (the weighted kappas also through the mean distance).  So
 * its derivative by the share of cell (i, j) is
 *		both[i] if i = j, + reference[i] + predicted[j] [+ distance * v(i, j)]
 * up to a constant, and the variance by the delta method for a multinomial
 * sample is the variance of that over the rows, divided by their number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LABEL_METRICS_H
#define HD_LABEL_METRICS_H

/* What the metrics need of the counts; 0 <= counts <= n */
typedef struct LabelCounts
{
	int32		n_labels;
	int64		n;				/* rows with both labels */
	int64	   *both;			/* [n_labels] reference and predicted */
	int64	   *reference;		/* [n_labels] */
	int64	   *predicted;		/* [n_labels] */
} LabelCounts;

typedef enum LabelMetric
{
	METRIC_ACCURACY,
	METRIC_KAPPA,
	METRIC_MCC,
	METRIC_MACRO_F1,
	METRIC_WEIGHTED_F1
} LabelMetric;

/* How far apart two labels are */
typedef enum LabelDistance
{
	DISTANCE_IDENTITY,
	DISTANCE_LINEAR,
	DISTANCE_QUADRATIC
} LabelDistance;

/* The derivative of a metric, up to a constant */
typedef struct LabelGradient
{
	double	   *both;			/* [n_labels] */
	double	   *reference;
	double	   *predicted;
	double		distance;		/* times the distance of the labels at positions x */
	LabelDistance kind;
	const double *x;
} LabelGradient;

extern void label_gradient_init(LabelGradient *g, int32 n_labels);

/*
 * NaN where the metric is undefined.  The domain of macro F1: a label for
 * each true entry, NULL: those that occur.  g may be NULL.
 */
extern double label_metric(const LabelCounts *c, LabelMetric metric, const bool *domain,
						   LabelGradient *g);

/*
 * Kappa with linear or quadratic weights, labels at positions x, ascending;
 * observed is the sum of the distances of all rows.
 */
extern double label_distance_kappa(const LabelCounts *c, LabelDistance kind, const double *x,
								   double observed, LabelGradient *g);

static inline double
label_distance(LabelDistance kind, double a, double b)
{
	double		d = a > b ? a - b : b - a;

	return kind == DISTANCE_QUADRATIC ? d * d : d;
}

/* The derivative at a cell */
static inline double
label_gradient_at(const LabelGradient *g, int32 reference, int32 predicted)
{
	double		d = g->reference[reference] + g->predicted[predicted];

	if (reference == predicted)
		d += g->both[reference];
	else if (g->distance != 0)
		d += g->distance * label_distance(g->kind, g->x[reference], g->x[predicted]);
	return d;
}

/* Is every row on the diagonal? */
extern bool label_nothing_differs(const LabelCounts *c);

/*
 * Lower bound of a metric where no row differs, from as many independent units
 * as given (rows, items, clusters)
 */
extern double label_perfect_bound(const LabelCounts *c, LabelMetric metric, const bool *domain,
								  double n_units, double confidence);

/* F1 = 2 J / (1 + J) of the share J = tp / (tp + fp + fn) */
static inline double
label_f1_of_share(double j)
{
	return 2 * j / (1 + j);
}

/* 2 tp / (2 tp + fp + fn); NaN where the label is on neither side */
extern double label_f1(const LabelCounts *c, int32 label);

#endif							/* HD_LABEL_METRICS_H */

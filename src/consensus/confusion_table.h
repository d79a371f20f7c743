/*-------------------------------------------------------------------------
 *
 * confusion_table.h
 *	  A confusion as the kernels of metrics want it, and the options that its
 *	  accessors share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CONFUSION_TABLE_H
#define HD_CONFUSION_TABLE_H

#include "common/args.h"
#include "consensus/confusion.h"
#include "consensus/label_metrics.h"

/* An interval of a proportion */
typedef void (*ProportionInterval) (double successes, double n, double confidence,
									double *low, double *high);

/* Labels in canonical order, rows without a predicted label left out */
typedef struct ConfusionTable
{
	Confusion  *c;
	LabelCounts counts;
	int64		n_not_covered;
	double	   *x;				/* positions of numbers and enums, else NULL */
} ConfusionTable;

extern void confusion_table(Datum d, ConfusionTable *t);

/* Sum of the distances of all covered rows, for label_distance_kappa(); t->x is there */
extern double observed_distance(const ConfusionTable *t, LabelDistance kind);

/* Rows whose labels are equal */
extern int64 n_equal_labels(const ConfusionTable *t);

/* wilson, clopper_pearson, jeffreys, agresti_coull */
extern ProportionInterval interval_arg(FunctionCallInfo fcinfo, int arg);

/* Code of the label of this name, or -1; ERROR where no label can have the name */
extern int64 label_code(Confusion *c, Datum name);

/*
 * What each label counts in a mean: numbers themselves, else 1 for the
 * positive label and 0 for others.  NULL where that is not known; *range is
 * how far apart two rows can be, NaN for numbers of more than two values.
 */
extern double *label_values(const ConfusionTable *t, FunctionCallInfo fcinfo, int positive, double *range);

/* Bias of predicted against reference; NaN without covered rows */
typedef struct Bias
{
	int64		n;
	int64		n_apart;		/* rows whose labels differ */
	double		value;
	double		variance;		/* of the value; NaN below two rows */
} Bias;

extern void label_bias(const ConfusionTable *t, const double *value, Bias *b);

/* ERROR 22023: whose bias? */
pg_noreturn extern void no_positive_label(void);

#endif							/* HD_CONFUSION_TABLE_H */

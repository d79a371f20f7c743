/*-------------------------------------------------------------------------
 *
 * svg.h
 *	  Charts of plain arrays: no SQL in here.
 *
 * A chart is drawn for a width, and its height follows.  A page holds each
 * chart twice, wide and narrow, and shows the one that suits the screen: so
 * type keeps its size, which scaling would not give.  Undefined numbers are
 * NaN.  All colours are classes, which the page's style sheet fills in.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_SVG_H
#define HD_EXPORT_SVG_H

#include "export/html.h"
#include "export/number_format.h"

#define SVG_WIDE 720
#define SVG_NARROW 320

#define SVG_FONT 13
#define SVG_SMALL 12
#define SVG_TINY 9

/* What every chart says of itself to those who do not see it */
typedef struct SvgName
{
	const char *id;				/* unique in the page, ASCII */
	const char *title;
	const char *desc;
} SvgName;

/* ---- scales ---- */

#define SVG_MAX_TICKS 12

typedef struct SvgScale
{
	double		low,
				high;			/* of the data */
	double		from,
				to;				/* in pixels */
	bool		log;
	NumberFormat format;
	int			n_ticks;
	double		tick[SVG_MAX_TICKS];
} SvgScale;

/* low and high may grow to the ticks around them, unless they are fixed */
extern void scale_init(SvgScale *s, double low, double high, bool low_fixed, bool high_fixed, bool log,
					   NumberFormat format, double from, double to);
extern const char *scale_tick_shown(const SvgScale *s, int i);
extern double scale_x(const SvgScale *s, double v);

/* ---- estimates with intervals, one a row: a forest plot, or bars ---- */

typedef struct SvgForest
{
	int			n;
	int			n_left_out;		/* rows that there is no room for */
	const char **label;
	const char **group;			/* NULL: none */
	const char **also;			/* what else is said of a row; NULL: nothing */
	double	   *value;
	double	   *low;
	double	   *high;
	double	   *other;			/* what to compare with; NULL: nothing */
	bool		bars;			/* from the scale's start: counts and shares */
	bool		counts;			/* not estimates: nothing is said where there is no interval */
	double		min,
				max;			/* NaN: as the data have it */
	bool		log;
	double		reference;		/* a line; NaN: none */
	const char *reference_title;
	NumberFormat format;
	const char *value_title;	/* what is on the axis */
	const char *interval_title;
	const char *other_title;
} SvgForest;

extern void svg_forest(Html *h, const SvgForest *f, const SvgName *name, int width);

/* ---- pairs: a triangle with the names on its diagonal, or rows by columns ---- */

/* Names that a wide chart and a narrow one have room for */
#define SVG_NAMES 40
#define SVG_NAMES_NARROW 15

typedef enum SvgMatrixScale
{
	MATRIX_SIGNED,				/* agreement beyond chance: 1 is best, 0 is chance */
	MATRIX_SHARE,				/* 0 to 1 */
	MATRIX_RATIO				/* times chance: 1 is as chance would have it */
} SvgMatrixScale;

typedef struct SvgMatrix
{
	bool		triangle;		/* column_name is row_name, cells with row > column */
	int			n_rows;
	int			n_columns;
	int			n_row_names;	/* n_rows and n_columns, if they were not cut to SVG_NAMES */
	int			n_column_names;
	const char **row_name;
	const char **column_name;
	const double *value;		/* [n_rows * n_columns] */
	const double *low;			/* NULL: no intervals */
	const double *high;
	SvgMatrixScale scale;
	NumberFormat format;
	const char *value_title;
	const char *row_title;
	const char *column_title;
} SvgMatrix;

extern void svg_matrix(Html *h, const SvgMatrix *m, const SvgName *name, int width);

/* ---- estimates over time, a panel a series ---- */

typedef struct SvgTrend
{
	int			n;
	int			n_left_out;
	const char **series;		/* rows of one stand together; NULL: there is but one */
	const double *x;
	const char **label;			/* of x */
	const double *value;
	const double *low;
	const double *high;
	double		min,
				max;			/* NaN: as the data have it */
	double		reference;		/* a line; NaN: none */
	NumberFormat format;
	const char *value_title;
	const char *interval_title;
} SvgTrend;

extern void svg_trend(Html *h, const SvgTrend *t, const SvgName *name, int width);

/* ---- pieces that charts share ---- */

extern void svg_begin(Html *h, const SvgName *name, int width, double height);
extern void svg_end(Html *h);

typedef enum SvgAnchor
{
	ANCHOR_START,
	ANCHOR_MIDDLE,
	ANCHOR_END
} SvgAnchor;

/* A text that is cut to a width, then with the whole of it as its title; width 0: as it is */
extern void svg_text(Html *h, const char *class, double x, double y, SvgAnchor anchor, const char *utf8,
					 double font_size, double width);

extern void svg_line(Html *h, const char *class, double x1, double y1, double x2, double y2);

#endif							/* HD_EXPORT_SVG_H */

/*-------------------------------------------------------------------------
 *
 * svg_forest.c
 *	  Estimates with their intervals, one a row: a forest plot, or bars.
 *
 * Wide, a row is a line: label, picture, numbers.  Narrow, the label and the
 * numbers stand above the picture, so that both keep their room.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "export/svg.h"

#define GAP 14.0
#define LEGEND_HEIGHT 24.0
#define AXIS_HEIGHT 40.0
#define GROUP_HEIGHT 30.0
#define RADIUS 4.5
#define BAR_HEIGHT 12.0

typedef struct Layout
{
	bool		narrow;
	double		width;
	double		label_width;
	double		numbers_x;		/* wide: where the column of numbers begins */
	double		numbers_width;
	double		also_x;
	double		also_width;
	double		row_height;
	double		track;			/* of the picture, below the top of its row */
	SvgScale	scale;
} Layout;

/* like: the number whose unit all have, or NaN for each its own */
static const char *
numbers_of(const SvgForest *f, int i, double like)
{
	const char *value;

	if (isnan(f->value[i]))
		return "not known";
	if (isnan(like))
		like = f->value[i];
	value = number_shown_like(f->value[i], f->format, like);
	if (!isnan(f->low[i]) && !isnan(f->high[i]))
		return psprintf("%s [%s]", value, interval_shown(f->low[i], f->high[i], f->format, like));
	if (f->counts)
		return value;
	return psprintf("%s, no interval", value);
}

static double
widest(const char **text, int n, double font_size)
{
	double		w = 0;

	for (int i = 0; i < n; i++)
		if (text[i])
			w = Max(w, text_width(text[i], font_size));
	return w;
}

static void
extend(double v, bool log, double *low, double *high)
{
	if (isnan(v) || (log && v <= 0))
		return;
	*low = isnan(*low) ? v : Min(*low, v);
	*high = isnan(*high) ? v : Max(*high, v);
}

static void
make_scale(const SvgForest *f, Layout *l, double from, double to)
{
	double		low = NAN,
				high = NAN;

	for (int i = 0; i < f->n; i++)
	{
		extend(f->value[i], f->log, &low, &high);
		extend(f->low[i], f->log, &low, &high);
		extend(f->high[i], f->log, &low, &high);
		if (f->other)
			extend(f->other[i], f->log, &low, &high);
	}
	extend(f->reference, f->log, &low, &high);
	if (f->bars && !f->log)
		extend(0, false, &low, &high);
	if (isnan(low))
		low = high = f->log ? 1 : 0;
	/* a fixed end is where the scale ends, unless what is drawn goes beyond it the other way */
	if (!isnan(f->min) && f->min < high)
		low = f->min;
	if (!isnan(f->max) && f->max > low)
		high = f->max;
	scale_init(&l->scale, low, high, !isnan(f->min), !isnan(f->max), f->log, f->format, from, to);
}

static void
make_layout(const SvgForest *f, const char **numbers, Layout *l, int width)
{
	double		numbers_width = widest(numbers, f->n, SVG_SMALL);

	l->narrow = width < 500;
	l->width = width;
	if (l->narrow)
	{
		l->numbers_width = Min(numbers_width, width * 0.6);
		l->label_width = width - l->numbers_width - GAP;
		l->row_height = f->also ? 60 : 44;
		l->track = f->also ? 43 : 28;
		make_scale(f, l, RADIUS + 2, width - RADIUS - 2);
	}
	else
	{
		double		label_width = widest(f->label, f->n, SVG_FONT);

		l->numbers_width = numbers_width;
		l->also_width = f->also ? Min(widest(f->also, f->n, SVG_SMALL), 180) : 0;
		/* the picture comes first, then long labels */
		l->label_width = Min(Max(label_width, 50), Max(150, width - numbers_width - l->also_width - 3 * GAP - 280));
		l->also_x = width - l->also_width;
		l->numbers_x = l->also_x - (f->also ? GAP : 0) - numbers_width;
		l->row_height = 26;
		l->track = 13;
		make_scale(f, l, l->label_width + GAP + RADIUS, l->numbers_x - GAP - RADIUS - 4);
	}
}

static bool
begins_group(const SvgForest *f, int i)
{
	return f->group && f->group[i] && (i == 0 || f->group[i - 1] == NULL || strcmp(f->group[i], f->group[i - 1]) != 0);
}

/* ---- marks ---- */

static void
put_dot(Html *h, const char *class, double x, double y)
{
	html_format(h, "<circle class=\"%s\"", class);
	html_at(h, "cx", x);
	html_at(h, "cy", y);
	html_at(h, "r", RADIUS);
	html_raw(h, "/>");
}

static void
put_diamond(Html *h, double x, double y)
{
	const double r = 5.5;

	html_raw(h, "<path class=\"o\" d=\"M");
	html_coordinate(h, x);
	html_raw(h, " ");
	html_coordinate(h, y - r);
	html_format(h, "l%g %gl%g %gl%g %gz\"/>", r, r, -r, r, -r, -r);
}

/* The part of an interval that goes beyond the scale is an arrow head */
static void
put_arrow(Html *h, double x, double y, double to)
{
	html_raw(h, "<path class=\"ci\" d=\"M");
	html_coordinate(h, x);
	html_raw(h, " ");
	html_coordinate(h, y - 4);
	html_format(h, "l%g 4l%g 4\" fill=\"none\"/>", to, -to);
}

static void
put_interval(Html *h, const SvgForest *f, const SvgScale *s, int i, double y)
{
	double		a,
				b;

	if (isnan(f->low[i]) || isnan(f->high[i]))
		return;
	a = scale_x(s, f->low[i]);
	b = scale_x(s, f->high[i]);
	svg_line(h, f->bars ? "ci w" : "ci", a, y, b, y);
	if (f->low[i] < s->low && !(s->log && f->low[i] <= 0))
		put_arrow(h, a + 4, y, -4);
	else
		svg_line(h, f->bars ? "ci w" : "ci", a, y - 3.5, a, y + 3.5);
	if (f->high[i] > s->high)
		put_arrow(h, b - 4, y, 4);
	else
		svg_line(h, f->bars ? "ci w" : "ci", b, y - 3.5, b, y + 3.5);
}

static void
put_bar(Html *h, const SvgForest *f, const SvgScale *s, int i, double y)
{
	double		zero = scale_x(s, s->log ? s->low : 0);
	double		x = scale_x(s, f->value[i]);

	html_raw(h, "<rect class=\"bar\"");
	html_at(h, "x", Min(zero, x));
	html_at(h, "y", y - BAR_HEIGHT / 2);
	html_at(h, "width", Max(fabs(x - zero), 1));
	html_at(h, "height", BAR_HEIGHT);
	html_raw(h, "/>");
}

static void
put_marks(Html *h, const SvgForest *f, const SvgScale *s, int i, double y)
{
	bool		known = f->counts || (!isnan(f->low[i]) && !isnan(f->high[i]));

	if (!isnan(f->value[i]) && f->bars)
		put_bar(h, f, s, i, y);
	put_interval(h, f, s, i, y);
	if (f->other && !isnan(f->other[i]))
		put_diamond(h, scale_x(s, f->other[i]), y);
	if (!isnan(f->value[i]) && !f->bars)
		put_dot(h, known ? "dot" : "dot h", scale_x(s, f->value[i]), y);
}

/* ---- rows, axis, legend ---- */

static void
put_grid(Html *h, const SvgForest *f, const Layout *l, double top, double bottom)
{
	for (int i = 0; i < l->scale.n_ticks; i++)
	{
		double		x = scale_x(&l->scale, l->scale.tick[i]);

		svg_line(h, "grid", x, top, x, bottom);
	}
	if (!isnan(f->reference))
	{
		double		x = scale_x(&l->scale, f->reference);

		svg_line(h, "ref", x, top, x, bottom);
	}
}

static void
put_row(Html *h, const SvgForest *f, const Layout *l, const char *numbers, int i, double y)
{
	if (l->narrow)
	{
		svg_text(h, "l", 0, y + 15, ANCHOR_START, f->label[i], SVG_FONT, l->label_width);
		svg_text(h, "v", l->width, y + 15, ANCHOR_END, numbers, SVG_SMALL, l->numbers_width);
		if (f->also && f->also[i])
			svg_text(h, "s", 0, y + 31, ANCHOR_START, f->also[i], SVG_SMALL, l->width);
	}
	else
	{
		svg_text(h, "l", 0, y + 17.5, ANCHOR_START, f->label[i], SVG_FONT, l->label_width);
		svg_text(h, "v", l->numbers_x, y + 17.5, ANCHOR_START, numbers, SVG_SMALL, l->numbers_width + 1);
		if (f->also && f->also[i])
			svg_text(h, "s", l->also_x, y + 17.5, ANCHOR_START, f->also[i], SVG_SMALL, l->also_width + 1);
	}
	svg_line(h, "track", l->scale.from, y + l->track, l->scale.to, y + l->track);
	if (l->narrow)
		put_grid(h, f, l, y + l->track - 8, y + l->track + 8);
	put_marks(h, f, &l->scale, i, y + l->track);
}

static void
put_axis(Html *h, const SvgForest *f, const Layout *l, double y)
{
	double		taken = -INFINITY;

	for (int i = 0; i < l->scale.n_ticks; i++)
	{
		double		x = scale_x(&l->scale, l->scale.tick[i]);
		const char *t = scale_tick_shown(&l->scale, i);
		double		half = text_width(t, SVG_SMALL) / 2;

		x = Min(Max(x, half), l->width - half);
		if (x - half < taken + 4)
			continue;			/* the numbers would touch */
		svg_text(h, "s", x, y + 15, ANCHOR_MIDDLE, t, SVG_SMALL, 0);
		taken = x + half;
	}
	svg_text(h, "s", l->narrow ? 0 : l->scale.from, y + 33, ANCHOR_START, f->value_title, SVG_SMALL,
			 l->width - (l->narrow ? 0 : l->scale.from));
}

/* The words of the legend, from left to right; a new line where one does not fit.  Returns its height. */
static double
put_legend(Html *h, const SvgForest *f, const Layout *l)
{
	double		x = 0,
				y = 12;

	for (int k = 0; k < 3; k++)
	{
		const char *t = k == 0 ? f->interval_title : k == 1 ? (f->other ? f->other_title : NULL) :
			(isnan(f->reference) ? NULL : f->reference_title);
		double		w;

		if (t == NULL)
			continue;
		w = 38 + Min(text_width(t, SVG_SMALL), l->width - 38);
		if (x > 0 && x + w > l->width)
		{
			x = 0;
			y += 20;
		}
		if (k == 0)
		{
			if (f->bars)
			{
				html_raw(h, "<rect class=\"bar\"");
				html_at(h, "x", x);
				html_at(h, "y", y - 6);
				html_raw(h, " width=\"20\" height=\"12\"/>");
				svg_line(h, "ci w", x + 12, y, x + 28, y);
			}
			else
			{
				svg_line(h, "ci", x, y, x + 28, y);
				put_dot(h, "dot", x + 14, y);
			}
		}
		else if (k == 1)
			put_diamond(h, x + 14, y);
		else
			svg_line(h, "ref", x + 14, y - 9, x + 14, y + 9);
		svg_text(h, "s", x + 34, y + 4, ANCHOR_START, t, SVG_SMALL, l->width - 34);
		x += w + GAP;
	}
	return x > 0 || y > 12 ? y + LEGEND_HEIGHT - 12 : 0;
}

void
svg_forest(Html *h, const SvgForest *f, const SvgName *name, int width)
{
	const char **numbers = palloc(sizeof(char *) * Max(f->n, 1));
	Layout		l;
	Html		rows;
	double		y,
				top;
	double		largest = NAN;

	for (int i = 0; i < f->n; i++)
		if (!f->log && !isnan(f->value[i]) && !(fabs(f->value[i]) <= largest))
			largest = fabs(f->value[i]);
	for (int i = 0; i < f->n; i++)
		numbers[i] = numbers_of(f, i, largest);
	make_layout(f, numbers, &l, width);

	/* the height is known when all is drawn */
	html_init(&rows);
	top = y = put_legend(&rows, f, &l);
	for (int i = 0; i < f->n; i++)
		y += l.row_height + (begins_group(f, i) ? GROUP_HEIGHT : 0);
	if (!l.narrow)
		put_grid(&rows, f, &l, top, y + 4);
	y = top;
	for (int i = 0; i < f->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (begins_group(f, i))
		{
			svg_text(&rows, "g", 0, y + 20, ANCHOR_START, f->group[i], SVG_FONT, l.narrow ? width : l.numbers_x);
			y += GROUP_HEIGHT;
		}
		put_row(&rows, f, &l, numbers[i], i, y);
		y += l.row_height;
	}
	put_axis(&rows, f, &l, y + 4);
	y += AXIS_HEIGHT + 4;
	if (f->n_left_out > 0)
	{
		svg_text(&rows, "s", 0, y + 12, ANCHOR_START,
				 psprintf(HTML_ELLIPSIS " and %d more in the table", f->n_left_out), SVG_SMALL, 0);
		y += 20;
	}

	svg_begin(h, name, width, y);
	appendBinaryStringInfo(&h->s, rows.s.data, rows.s.len);
	svg_end(h);
	pfree(rows.s.data);
}

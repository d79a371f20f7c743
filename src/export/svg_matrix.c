/*-------------------------------------------------------------------------
 *
 * svg_matrix.c
 *	  Pairs as cells: a triangle with the names on its diagonal, or rows by
 *	  columns.
 *
 * In a triangle a name stands where its row ends and its column begins, in
 * the half that is empty: no name is turned, none is written twice.  A cell
 * is the smaller the less is known of its pair; where there is room it says
 * its number and interval.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "export/svg.h"

#define CELL_MAX 66.0
#define CELL_MIN 8.0
#define GAP 8.0

static int
drawn_names(int n, int width)
{
	return Min(n, width < 500 ? SVG_NAMES_NARROW : SVG_NAMES);
}

/* Where the colours change; the classes k0, k1, ... are the steps between them */
typedef struct Steps
{
	int			n;
	double		bound[6];
	const char *class[7];
	const char *title[7];
} Steps;

static const Steps steps_of[] = {
	[MATRIX_SIGNED] = {5, {0, 0.2, 0.4, 0.6, 0.8}, {"n1", "p0", "p1", "p2", "p3", "p4"},
	{"below 0", "0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1"}},
	[MATRIX_SHARE] = {4, {0.2, 0.4, 0.6, 0.8}, {"p0", "p1", "p2", "p3", "p4"},
	{"below 20 %", "20 to 40 %", "40 to 60 %", "60 to 80 %", "80 to 100 %"}},
	[MATRIX_RATIO] = {5, {0.25, 0.5, 0.75, 1, 1.5}, {"p0", "p1", "p2", "p3", "n0", "n1"},
	{"below 0.25", "0.25 to 0.5", "0.5 to 0.75", "0.75 to 1", "1 to 1.5", "1.5 and more"}},
};

static int
step_of(const Steps *s, double v)
{
	int			i = 0;

	while (i < s->n && v >= s->bound[i])
		i++;
	return i;
}

/* How much of its side a cell takes */
static double
certainty(const SvgMatrix *m, int cell)
{
	double		width;

	if (m->low == NULL)
		return 1;
	width = m->high[cell] - m->low[cell];
	if (isnan(width))
		return 0.45;
	return width <= 0.25 ? 1 : width <= 0.5 ? 0.82 : width <= 1 ? 0.64 : 0.45;
}

static void
put_cell(Html *h, const SvgMatrix *m, int row, int column, double x, double y, double side)
{
	int			cell = row * m->n_columns + column;
	double		v = m->value[cell];
	const char *class = isnan(v) ? NULL : steps_of[m->scale].class[step_of(&steps_of[m->scale], v)];
	double		drawn;
	bool		interval = m->low && !isnan(m->low[cell]) && !isnan(m->high[cell]);

	if (class == NULL)
	{
		/* nothing is known of the pair: a dot, so that no cell is taken for a missing one */
		html_raw(h, "<circle class=\"none\"");
		html_at(h, "cx", x + side / 2);
		html_at(h, "cy", y + side / 2);
		html_at(h, "r", Min(1.5, side / 6));
		html_raw(h, "/>");
		return;
	}
	drawn = (side - Min(2, side * 0.12)) * (side >= 30 ? 1 : certainty(m, cell));
	html_format(h, "<rect class=\"%s\"", class);
	html_at(h, "x", x + (side - drawn) / 2);
	html_at(h, "y", y + (side - drawn) / 2);
	html_at(h, "width", drawn);
	html_at(h, "height", drawn);
	html_raw(h, "><title>");
	html_isolated(h, m->row_name[row]);
	html_raw(h, " / ");
	html_isolated(h, m->column_name[column]);
	html_raw(h, ": ");
	html_text(h, number_shown(v, m->format));
	if (interval)
	{
		html_raw(h, ", ");
		html_text(h, interval_shown(m->low[cell], m->high[cell], m->format, v));
	}
	html_raw(h, "</title></rect>");
	if (side >= 30)
	{
		const char *text_class = psprintf("c t%s", class);
		const char *shown = number_shown(v, m->format);
		const char *range = interval ? interval_shown(m->low[cell], m->high[cell], m->format, v) : "";

		if (interval && text_width(range, SVG_TINY) <= side)
		{
			svg_text(h, text_class, x + side / 2, y + side / 2 - 2, ANCHOR_MIDDLE, shown, SVG_SMALL, side);
			svg_text(h, psprintf("%s x", text_class), x + side / 2, y + side / 2 + 12, ANCHOR_MIDDLE,
					 range, SVG_TINY, side);
		}
		else
			svg_text(h, text_class, x + side / 2, y + side / 2 + 4, ANCHOR_MIDDLE, shown, side >= 36 ? SVG_SMALL : 10, 0);
	}
}

/* The steps that occur, as swatches.  Returns their height. */
static double
put_legend(Html *h, const SvgMatrix *m, double y, int width)
{
	const Steps *s = &steps_of[m->scale];
	bool		used[7] = {false};
	double		x = 0;

	for (int i = 0; i < m->n_rows * m->n_columns; i++)
		if (!isnan(m->value[i]) && (!m->triangle || i / m->n_columns > i % m->n_columns))
			used[step_of(s, m->value[i])] = true;
	svg_text(h, "s", 0, y + 12, ANCHOR_START, m->value_title, SVG_SMALL, width);
	y += 22;
	for (int i = 0; i <= s->n; i++)
	{
		double		w = 20 + text_width(s->title[i], SVG_SMALL);

		if (!used[i])
			continue;
		if (x > 0 && x + w > width)
		{
			x = 0;
			y += 20;
		}
		html_format(h, "<rect class=\"%s\"", s->class[i]);
		html_at(h, "x", x);
		html_at(h, "y", y);
		html_raw(h, " width=\"14\" height=\"14\"/>");
		svg_text(h, "s", x + 20, y + 12, ANCHOR_START, s->title[i], SVG_SMALL, 0);
		x += w + 14;
	}
	return y + 22;
}

static double
widest(const char **name, int n, double font_size)
{
	double		w = 0;

	for (int i = 0; i < n; i++)
		w = Max(w, text_width(name[i], font_size));
	return w;
}

static double
put_triangle(Html *h, const SvgMatrix *m, int width)
{
	int			n = drawn_names(m->n_rows, width);
	double		names = Min(widest(m->row_name, n, SVG_FONT), width < 500 ? 110 : 200);
	double		side = Max(CELL_MIN, Min(CELL_MAX, (width - names - GAP) / Max(n - 1, 1)));
	double		font = Min(SVG_FONT, side);
	double		first = 22;		/* the first name has no cells beside it */

	for (int i = 0; i < n; i++)
	{
		double		y = i == 0 ? 0 : first + side * (i - 1);
		double		height = i == 0 ? first : side;
		double		x = side * i;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
			put_cell(h, m, i, j, side * j, y, side);
		svg_text(h, font < SVG_FONT ? "l f" : "l", x + (i == 0 ? 0 : 5), i == 0 ? y + height - 6 : y + height / 2 + font * 0.35,
				 ANCHOR_START, m->row_name[i], SVG_FONT, width - x - 5);
	}
	return first + side * (n - 1);
}

static double
put_rectangle(Html *h, const SvgMatrix *m, int width)
{
	int			n_rows = drawn_names(m->n_rows, width);
	int			n_columns = drawn_names(m->n_columns, width);
	double		names = Min(widest(m->row_name, n_rows, SVG_FONT), width < 500 ? 100 : 180);
	double		side = Max(CELL_MIN, Min(CELL_MAX, (width - names - GAP) / Max(n_columns, 1)));
	double		head = Min(widest(m->column_name, n_columns, SVG_SMALL), 110) + 8;
	double		left = names + GAP;
	double		top = head + 20;

	if (m->column_title)
		svg_text(h, "s", left, 12, ANCHOR_START, m->column_title, SVG_SMALL, width - left);
	if (m->row_title)
		svg_text(h, "s", 0, top - 6, ANCHOR_START, m->row_title, SVG_SMALL, names);
	for (int j = 0; j < n_columns; j++)
	{
		html_raw(h, "<g transform=\"translate(");
		html_coordinate(h, left + side * (j + 0.5) + 4);
		html_raw(h, " ");
		html_coordinate(h, top - 6);
		html_raw(h, ") rotate(-90)\">");
		svg_text(h, "l", 0, 0, ANCHOR_START, m->column_name[j], SVG_SMALL, head);
		html_raw(h, "</g>");
	}
	for (int i = 0; i < n_rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		svg_text(h, "l", 0, top + side * (i + 0.5) + 4, ANCHOR_START, m->row_name[i], SVG_FONT, names);
		for (int j = 0; j < n_columns; j++)
			put_cell(h, m, i, j, left + side * j, top + side * i, side);
	}
	return top + side * n_rows;
}

void
svg_matrix(Html *h, const SvgMatrix *m, const SvgName *name, int width)
{
	Html		body;
	double		y;
	int			left_out;

	html_init(&body);
	y = m->triangle ? put_triangle(&body, m, width) : put_rectangle(&body, m, width);
	y = put_legend(&body, m, y + 14, width);
	left_out = m->n_row_names - drawn_names(m->n_rows, width);
	if (!m->triangle)
		left_out = Max(left_out, m->n_column_names - drawn_names(m->n_columns, width));
	if (left_out > 0)
	{
		svg_text(&body, "s", 0, y + 12, ANCHOR_START,
				 psprintf(HTML_ELLIPSIS " and %d more names", left_out), SVG_SMALL, 0);
		y += 20;
	}
	svg_begin(h, name, width, y);
	appendBinaryStringInfo(&h->s, body.s.data, body.s.len);
	svg_end(h);
	pfree(body.s.data);
}

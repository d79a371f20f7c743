/*-------------------------------------------------------------------------
 *
 * svg_trend.c
 *	  Estimates over time, each series in a panel of its own.
 *
 * Panels stand below each other and share both scales, so that series are
 * compared by looking down; no line crosses another, and no colour has to be
 * looked up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "export/svg.h"

#define HEAD 24.0				/* the name of a panel */
#define PLOT 92.0
#define GAP 12.0
#define RADIUS 3.5

typedef struct Panel
{
	double		left,
				right,
				top;
	SvgScale	y;
	double		x_low,
				x_high;
} Panel;

static double
x_of(const Panel *p, double x)
{
	if (!(p->x_high > p->x_low))
		return (p->left + p->right) / 2;
	return p->left + (p->right - p->left) * ((x - p->x_low) / (p->x_high - p->x_low));
}

static double
y_of(const Panel *p, double v)
{
	return p->top + PLOT - scale_x(&p->y, v);
}

static void
make_scales(const SvgTrend *t, Panel *p, int width)
{
	double		low = NAN,
				high = NAN;
	double		ticks_width = 0;

	p->x_low = p->x_high = NAN;
	for (int i = 0; i < t->n; i++)
	{
		const double v[] = {t->value[i], t->low[i], t->high[i]};

		for (int k = 0; k < 3; k++)
			if (!isnan(v[k]))
			{
				low = isnan(low) ? v[k] : Min(low, v[k]);
				high = isnan(high) ? v[k] : Max(high, v[k]);
			}
		p->x_low = isnan(p->x_low) ? t->x[i] : Min(p->x_low, t->x[i]);
		p->x_high = isnan(p->x_high) ? t->x[i] : Max(p->x_high, t->x[i]);
	}
	if (isnan(low))
		low = high = 0;
	if (!isnan(t->min) && t->min < high)
		low = t->min;
	if (!isnan(t->max) && t->max > low)
		high = t->max;
	scale_init(&p->y, low, high, !isnan(t->min), !isnan(t->max), false, t->format, 4, PLOT - 4);
	for (int i = 0; i < p->y.n_ticks; i++)
		ticks_width = Max(ticks_width, text_width(scale_tick_shown(&p->y, i), SVG_SMALL));
	p->left = ticks_width + 14;
	p->right = width - 8;
}

static void
put_grid(Html *h, const SvgTrend *t, const Panel *p)
{
	for (int i = 0; i < p->y.n_ticks; i++)
	{
		double		y = y_of(p, p->y.tick[i]);

		svg_line(h, "grid", p->left - 6, y, p->right + 6, y);
		svg_text(h, "s", p->left - 10, y + 4, ANCHOR_END, scale_tick_shown(&p->y, i), SVG_SMALL, 0);
	}
	if (!isnan(t->reference))
		svg_line(h, "ref", p->left - 6, y_of(p, t->reference), p->right + 6, y_of(p, t->reference));
}

/* The rows from..to - 1, one series in the order of x */
static void
put_series(Html *h, const SvgTrend *t, const Panel *p, int from, int to)
{
	int			before = -1;

	for (int i = from; i < to; i++)
	{
		double		x = x_of(p, t->x[i]);

		HD_CHECK_EVERY(i);
		if (isnan(t->value[i]))
		{
			before = -1;		/* a gap is a gap */
			continue;
		}
		if (before >= 0)
			svg_line(h, "thread", x_of(p, t->x[before]), y_of(p, t->value[before]), x, y_of(p, t->value[i]));
		before = i;
	}
	for (int i = from; i < to; i++)
	{
		double		x = x_of(p, t->x[i]);
		bool		known = !isnan(t->low[i]) && !isnan(t->high[i]);

		if (isnan(t->value[i]))
			continue;
		if (known)
			svg_line(h, "ci", x, y_of(p, t->low[i]), x, y_of(p, t->high[i]));
		html_format(h, "<circle class=\"%s\"", known ? "dot" : "dot h");
		html_at(h, "cx", x);
		html_at(h, "cy", y_of(p, t->value[i]));
		html_at(h, "r", RADIUS);
		html_raw(h, "/>");
	}
}

/* The newest value in words, at the end of the panel's head; the name has what is left */
static void
put_head(Html *h, const SvgTrend *t, int from, int to, int width, double y)
{
	const char *newest = NULL;
	double		room = 0;

	for (int i = to - 1; i >= from && newest == NULL; i--)
		if (!isnan(t->value[i]))
			newest = psprintf("%s: %s%s", t->label[i], number_shown(t->value[i], t->format),
							  isnan(t->low[i]) || isnan(t->high[i]) ? ", no interval" :
							  psprintf(" [%s]", interval_shown(t->low[i], t->high[i], t->format, t->value[i])));
	if (newest)
	{
		room = Min(text_width(newest, SVG_SMALL) + 1, width * 0.72);
		svg_text(h, "v", width, y, ANCHOR_END, newest, SVG_SMALL, room);
	}
	svg_text(h, "g", 0, y, ANCHOR_START, t->series ? t->series[from] : t->value_title, SVG_FONT, width - room - 12);
}

/* First, last, and those between them that have room */
static void
put_times(Html *h, const SvgTrend *t, const Panel *p, double y)
{
	double		taken = -INFINITY;
	double		last_x = x_of(p, p->x_high);
	double		last_width = 0;
	double		done = -INFINITY;

	for (int i = 0; i < t->n; i++)
		if (t->x[i] == p->x_high)
		{
			last_width = text_width(t->label[i], SVG_SMALL);
			svg_text(h, "s", p->right + 8, y, ANCHOR_END, t->label[i], SVG_SMALL, 0);
			break;
		}
	/* series have the same times mostly, and come sorted: each next time that is later */
	for (;;)
	{
		int			next = -1;
		double		half,
					x;

		for (int i = 0; i < t->n; i++)
			if (t->x[i] > done && t->x[i] < p->x_high && (next < 0 || t->x[i] < t->x[next]))
				next = i;
		if (next < 0)
			break;
		done = t->x[next];
		half = text_width(t->label[next], SVG_SMALL) / 2;
		x = Max(x_of(p, done), half);
		if (x - half < taken + 12 || x + half > Min(last_x + 8, p->right + 8) - last_width - 12)
			continue;
		svg_text(h, "s", x, y, ANCHOR_MIDDLE, t->label[next], SVG_SMALL, 0);
		taken = x + half;
	}
}

void
svg_trend(Html *h, const SvgTrend *t, const SvgName *name, int width)
{
	Panel		p;
	Html		body;
	double		y = 0;

	make_scales(t, &p, width);
	html_init(&body);
	svg_line(&body, "ci", 6, 4, 6, 24);
	html_raw(&body, "<circle class=\"dot\" cx=\"6\" cy=\"14\" r=\"3.5\"/>");
	svg_text(&body, "s", 20, 18, ANCHOR_START, t->interval_title, SVG_SMALL, width - 20);
	y = 30;
	for (int from = 0, to; from < t->n; from = to)
	{
		for (to = from + 1; to < t->n && (t->series == NULL || strcmp(t->series[to], t->series[from]) == 0);)
			to++;
		put_head(&body, t, from, to, width, y + 16);
		p.top = y + HEAD;
		put_grid(&body, t, &p);
		put_series(&body, t, &p, from, to);
		y = p.top + PLOT + GAP;
	}
	put_times(&body, t, &p, y + 8);
	svg_text(&body, "s", p.left, y + 27, ANCHOR_START, t->value_title, SVG_SMALL, width - p.left);
	y += 34;
	if (t->n_left_out > 0)
	{
		svg_text(&body, "s", 0, y + 12, ANCHOR_START, psprintf(HTML_ELLIPSIS " and %d more in the table", t->n_left_out), SVG_SMALL, 0);
		y += 20;
	}
	svg_begin(h, name, width, y);
	appendBinaryStringInfo(&h->s, body.s.data, body.s.len);
	svg_end(h);
	pfree(body.s.data);
}

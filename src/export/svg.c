/*-------------------------------------------------------------------------
 *
 * svg.c
 *	  Scales, and the pieces that charts share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "export/svg.h"

/* ---- scales ---- */

#define LINEAR_MAX 1e100
#define LOG_MIN 1e-9
#define LOG_MAX 1e12

static double
position(const SvgScale *s, double v)
{
	return s->log ? log(v) : v;
}

double
scale_x(const SvgScale *s, double v)
{
	double		a = position(s, s->low);
	double		b = position(s, s->high);

	v = position(s, Min(Max(v, s->low), s->high));
	return s->from + (s->to - s->from) * (v - a) / (b - a);
}

/* The step of 1, 2 or 5 times a power of ten that gives about n of them; of seconds, of clock times */
static double
nice_step(double range, int n, NumberKind kind)
{
	static const double clock[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400,
	21600, 43200, 86400, 172800, 432000};
	double		raw = range / n;
	double		power = pow(10, floor(log10(raw)));
	double		m = raw / power;

	if (kind == FORMAT_DURATION)
		for (int i = 0; i < lengthof(clock); i++)
			if (clock[i] >= raw)
				return clock[i];
	return power * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
}

static void
linear_ticks(SvgScale *s, bool low_fixed, bool high_fixed)
{
	int			wanted = s->to - s->from < 260 ? 4 : 5;
	double		step = nice_step(s->high - s->low, wanted, s->format.kind);
	double		first;

	if (s->format.kind == FORMAT_COUNT)
		step = Max(step, 1);
	if (!low_fixed)
		s->low = floor(s->low / step) * step;
	if (!high_fixed)
		s->high = ceil(s->high / step) * step;
	first = ceil(s->low / step - 1e-9);
	for (int i = 0; s->n_ticks < SVG_MAX_TICKS; i++)
	{
		double		t = (first + i) * step;

		if (t > s->high + step * 1e-9)
			break;
		s->tick[s->n_ticks++] = t;
	}
	/* as many digits as its steps have */
	if (s->format.kind == FORMAT_NUMBER)
		s->format.digits = Min(Max(0, (int) -floor(log10(step) + 1e-9)), 6);
	else if (s->format.kind == FORMAT_PERCENT)
		s->format.digits = Min(Max(0, (int) -floor(log10(step * 100) + 1e-9)), 6);
}

static void
log_ticks(SvgScale *s)
{
	static const double clock[] = {0.01, 0.1, 1, 10, 60, 600, 3600, 21600, 86400, 604800, 2592000, 31536000};
	static const double tens[] = {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	1e9, 1e10, 1e11, 1e12};
	const double *t = s->format.kind == FORMAT_DURATION ? clock : tens;
	int			n = s->format.kind == FORMAT_DURATION ? lengthof(clock) : lengthof(tens);
	int			a = 0,
				b = n - 1;

	while (a < n - 1 && t[a + 1] <= s->low)
		a++;
	while (b > 0 && t[b - 1] >= s->high)
		b--;
	if (b <= a)
		b = Min(a + 1, n - 1);
	s->low = Min(s->low, t[a]);
	s->high = Max(s->high, t[b]);
	/* no more than there is room for */
	for (int by = 1;; by++)
		if ((b - a) / by + 1 <= Min(SVG_MAX_TICKS, (s->to - s->from) / 55))
		{
			for (int i = a; i <= b; i += by)
				s->tick[s->n_ticks++] = t[i];
			break;
		}
}

const char *
scale_tick_shown(const SvgScale *s, int i)
{
	NumberFormat f = s->format;

	/* tens and tenths: each with the digits that it needs */
	if (s->log && f.kind == FORMAT_NUMBER)
		f.digits = s->tick[i] < 1 ? Min(9, (int) ceil(-log10(s->tick[i]) - 1e-9)) : 0;
	return number_shown(s->tick[i], f);
}

void
scale_init(SvgScale *s, double low, double high, bool low_fixed, bool high_fixed, bool log,
		   NumberFormat format, double from, double to)
{
	s->log = log && low > 0;
	s->format = format;
	s->from = from;
	s->to = to;
	s->n_ticks = 0;
	/* differences and ratios of these are finite; what is beyond is drawn at the end */
	low = Min(Max(low, s->log ? LOG_MIN : -LINEAR_MAX), s->log ? LOG_MAX : LINEAR_MAX);
	high = Min(Max(high, s->log ? LOG_MIN : -LINEAR_MAX), s->log ? LOG_MAX : LINEAR_MAX);
	/* all the same, or too near for steps between them */
	if (!(high - low > Max(1e-9 * Max(fabs(low), fabs(high)), 1 / LINEAR_MAX)))
	{
		double		room = Max(fabs(low), 1) * 0.5;

		if (!low_fixed || high_fixed)
			low -= s->log ? low * 0.5 : room;
		if (!high_fixed || low_fixed)
			high += room;
	}
	s->low = low;
	s->high = high;
	if (s->log)
		log_ticks(s);
	else
		linear_ticks(s, low_fixed, high_fixed);
}

/* ---- pieces ---- */

void
svg_begin(Html *h, const SvgName *name, int width, double height)
{
	html_format(h, "<svg role=\"img\" class=\"%s\" aria-labelledby=\"%s-t %s-d\"",
				width == SVG_WIDE ? "wide" : "narrow", name->id, name->id);
	html_format(h, " width=\"%d\"", width);
	html_at(h, "height", height);
	html_format(h, " viewBox=\"0 0 %d ", width);
	html_coordinate(h, height);
	html_format(h, "\"><title id=\"%s-t\">", name->id);
	html_text(h, name->title);
	html_format(h, "</title><desc id=\"%s-d\">", name->id);
	html_text(h, name->desc);
	html_raw(h, "</desc>");
}

void
svg_end(Html *h)
{
	html_raw(h, "</svg>");
}

void
svg_text(Html *h, const char *class, double x, double y, SvgAnchor anchor, const char *utf8,
		 double font_size, double width)
{
	const char *fit = width > 0 ? text_fit(utf8, font_size, width) : utf8;

	html_format(h, "<text class=\"%s%s\"", class,
				anchor == ANCHOR_END ? " e" : anchor == ANCHOR_MIDDLE ? " m" : "");
	html_at(h, "x", x);
	html_at(h, "y", y);
	html_raw(h, ">");
	if (fit != utf8)
	{
		html_raw(h, "<title>");
		html_text(h, utf8);
		html_raw(h, "</title>");
	}
	html_text(h, fit);
	html_raw(h, "</text>");
}

void
svg_line(Html *h, const char *class, double x1, double y1, double x2, double y2)
{
	html_format(h, "<line class=\"%s\"", class);
	html_at(h, "x1", x1);
	html_at(h, "y1", y1);
	html_at(h, "x2", x2);
	html_at(h, "y2", y2);
	html_raw(h, "/>");
}

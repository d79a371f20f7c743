/*-------------------------------------------------------------------------
 *
 * number_format.c
 *	  Numbers as a person reads them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "export/html.h"
#include "export/number_format.h"

#define MINUTE 60.0
#define HOUR 3600.0
#define DAY 86400.0

/* 1234567.5 -> "1,234,567.5", with the sign that is one, and none before zero */
static char *
grouped(double v, int digits)
{
	char	   *plain = psprintf("%.*f", digits, fabs(v));
	int			whole = strcspn(plain, ".");
	bool		negative = v < 0 && strspn(plain, "0.") != strlen(plain);
	StringInfoData s;

	initStringInfo(&s);
	if (negative)
		appendStringInfoString(&s, HTML_MINUS);
	for (int i = 0; i < whole; i++)
	{
		if (i > 0 && (whole - i) % 3 == 0)
			appendStringInfoChar(&s, ',');
		appendStringInfoChar(&s, plain[i]);
	}
	appendStringInfoString(&s, plain + whole);
	pfree(plain);
	return s.data;
}

/* ---- times ---- */

typedef struct TimeUnit
{
	double		seconds;
	const char *name;
} TimeUnit;

static const TimeUnit time_units[] = {{1, "s"}, {MINUTE, "min"}, {HOUR, "h"}, {DAY, "d"}};

static bool
is_multiple(double v, double unit)
{
	return v > 0 && fabs(v / unit - rint(v / unit)) < 1e-9;
}

/* The unit in which a time has one to three digits before the point; 3600 s are an hour, though */
static const TimeUnit *
time_unit(double v)
{
	v = fabs(v);
	if (is_multiple(v, DAY) || v >= 47.5 * HOUR)
		return &time_units[3];
	if (is_multiple(v, HOUR) || v >= 99.5 * MINUTE)
		return &time_units[2];
	return &time_units[is_multiple(v, MINUTE) || v >= 99.5];
}

/* two digits that count */
static char *
in_unit(double v, const TimeUnit *unit)
{
	v /= unit->seconds;
	return grouped(v, fabs(v) < 9.95 && v != rint(v) ? 1 : 0);
}

/* ---- all kinds ---- */

static char *
without_unit(double v, NumberFormat f, double like)
{
	/* beyond these, digits say nothing */
	if (fabs(v) >= 1e15)
		return psprintf("%s%.3g", v < 0 ? HTML_MINUS : "", fabs(v));
	switch (f.kind)
	{
		case FORMAT_PERCENT:
			return grouped(100 * v, f.digits < 0 ? 0 : f.digits);
		case FORMAT_COUNT:
			return grouped(v, f.digits >= 0 ? f.digits : v == rint(v) ? 0 : 1);
		case FORMAT_DURATION:
			return in_unit(v, time_unit(like));
		default:
			return grouped(v, f.digits < 0 ? 2 : f.digits);
	}
}

char *
number_shown_like(double v, NumberFormat f, double like)
{
	char	   *digits = without_unit(v, f, like);

	if (f.kind == FORMAT_PERCENT)
		return psprintf("%s %%", digits);
	if (f.kind == FORMAT_DURATION)
		return psprintf("%s %s", digits, time_unit(like)->name);
	return digits;
}

char *
number_shown(double v, NumberFormat f)
{
	return number_shown_like(v, f, v);
}

char *
interval_shown(double low, double high, NumberFormat f, double like)
{
	return psprintf("%s to %s", without_unit(low, f, like), without_unit(high, f, like));
}

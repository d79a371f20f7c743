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

static char *
of_unit(double v, const char *unit)
{
	/* two digits that count */
	return psprintf("%s %s", grouped(v, fabs(v) < 9.95 && v != rint(v) ? 1 : 0), unit);
}

static char *
duration(double v)
{
	double		a = fabs(v);

	if (a < 99.5)
		return of_unit(v, "s");
	if (a < 99.5 * MINUTE)
		return of_unit(v / MINUTE, "min");
	if (a < 47.5 * HOUR)
		return of_unit(v / HOUR, "h");
	return of_unit(v / DAY, "d");
}

char *
number_shown(double v, NumberFormat f)
{
	/* beyond these, digits say nothing */
	if (fabs(v) >= 1e15)
		return psprintf("%s%.3g", v < 0 ? HTML_MINUS : "", fabs(v));
	switch (f.kind)
	{
		case FORMAT_PERCENT:
			return psprintf("%s %%", grouped(100 * v, f.digits < 0 ? 0 : f.digits));
		case FORMAT_COUNT:
			return grouped(v, f.digits >= 0 ? f.digits : v == rint(v) ? 0 : 1);
		case FORMAT_DURATION:
			return duration(v);
		default:
			return grouped(v, f.digits < 0 ? 2 : f.digits);
	}
}

char *
interval_shown(double low, double high, NumberFormat f)
{
	return psprintf("%s to %s", number_shown(low, f), number_shown(high, f));
}

/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  The settings that the text of a value may depend on, held at fixed
 *	  values while an output function runs.
 *
 * As postgres_fdw does it (set_transmission_modes).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "export/settings.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/pg_locale.h"
#include "utils/xml.h"

static const struct
{
	int			bit;
	const char *name;
	const char *value;
}			pinned[] = {
	{PIN_DATESTYLE, "datestyle", "ISO"},
	{PIN_TIMEZONE, "timezone", "UTC"},
	{PIN_INTERVALSTYLE, "intervalstyle", "iso_8601"},
	{PIN_FLOAT_DIGITS, "extra_float_digits", "1"},
	{PIN_BYTEA_OUTPUT, "bytea_output", "hex"},
	{PIN_LC_MONETARY, "lc_monetary", "C"},
	{PIN_XMLBINARY, "xmlbinary", "base64"},
	/* reg* types print what is visible without its schema */
	{PIN_SEARCH_PATH, "search_path", "pg_catalog, pg_temp"}
};

/* Which of them have another value, or one that is not known here */
static int
not_as_pinned(int which)
{
	if (DateStyle == USE_ISO_DATES)
		which &= ~PIN_DATESTYLE;
	if (strcmp(pg_get_timezone_name(session_timezone), "UTC") == 0)
		which &= ~PIN_TIMEZONE;
	if (IntervalStyle == INTSTYLE_ISO_8601)
		which &= ~PIN_INTERVALSTYLE;
	if (extra_float_digits >= 1)	/* all of these write the shortest digits */
		which &= ~PIN_FLOAT_DIGITS;
	if (bytea_output == BYTEA_OUTPUT_HEX)
		which &= ~PIN_BYTEA_OUTPUT;
	if (strcmp(locale_monetary, "C") == 0)
		which &= ~PIN_LC_MONETARY;
	if (xmlbinary == XMLBINARY_BASE64)
		which &= ~PIN_XMLBINARY;
	return which;
}

int
pin_settings(int which)
{
	int			level = 0;

	which = not_as_pinned(which);
	for (int i = 0; which != 0 && i < lengthof(pinned); i++)
	{
		if (!(which & pinned[i].bit))
			continue;
		if (level == 0)
			level = NewGUCNestLevel();
		(void) set_config_option(pinned[i].name, pinned[i].value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	}
	return level;
}

void
unpin_settings(int level)
{
	if (level > 0)
		AtEOXact_GUC(true, level);
}

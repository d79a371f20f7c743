/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  The settings that the text of a value may depend on, held at fixed
 *	  values while an output function runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SETTINGS_H
#define HD_SETTINGS_H

#include "common/compat.h"
#include "datatype/timestamp.h"

#define PIN_DATESTYLE		0x01
#define PIN_TIMEZONE		0x02
#define PIN_INTERVALSTYLE	0x04
#define PIN_FLOAT_DIGITS	0x08
#define PIN_BYTEA_OUTPUT	0x10
#define PIN_LC_MONETARY		0x20
#define PIN_XMLBINARY		0x40
#define PIN_VALUES			0x7F
/* for types of core that print names; functions of others may need their own */
#define PIN_SEARCH_PATH		0x80

/*
 * To be undone by unpin_settings(); an ERROR in between undoes it too.  What
 * is as it should be is left alone: to set a setting takes longer than to
 * write most values.
 */
extern int	pin_settings(int which);
extern void unpin_settings(int level);

/* "infinity" and "-infinity" of release 17 and later, else NULL */
static inline const char *
hd_interval_special(const Interval *v)
{
#ifdef INTERVAL_NOT_FINITE
	if (INTERVAL_IS_NOBEGIN(v))
		return "-infinity";
	if (INTERVAL_IS_NOEND(v))
		return "infinity";
#endif
	return NULL;
}

#endif							/* HD_SETTINGS_H */

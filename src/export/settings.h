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

/*
 * To be undone by unpin_settings(); an ERROR in between undoes it too.
 * search_path is for types of core that print names; functions of others may
 * need their own.
 */
extern int	pin_settings(bool search_path);
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

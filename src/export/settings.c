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
#include "utils/guc.h"

static const char *const pinned[][2] = {
	{"datestyle", "ISO"},
	{"intervalstyle", "iso_8601"},
	{"timezone", "UTC"},
	{"extra_float_digits", "1"},
	{"bytea_output", "hex"},
	{"lc_monetary", "C"},
	{"xmlbinary", "base64"}
};

static void
pin(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

int
pin_settings(bool search_path)
{
	int			level = NewGUCNestLevel();

	for (int i = 0; i < lengthof(pinned); i++)
		pin(pinned[i][0], pinned[i][1]);
	/* reg* types print what is visible without its schema */
	if (search_path)
		pin("search_path", "pg_catalog, pg_temp");
	return level;
}

void
unpin_settings(int level)
{
	if (level > 0)
		AtEOXact_GUC(true, level);
}

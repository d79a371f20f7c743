/*-------------------------------------------------------------------------
 *
 * hdata.c
 *	  Module start: magic, settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/state.h"
#include "fmgr.h"
#include "hdata.h"
#include "utils/guc.h"

#if PG_VERSION_NUM >= 180000
PG_MODULE_MAGIC_EXT(.name = "hdata", .version = HDATA_VERSION);
#else
PG_MODULE_MAGIC;
#endif

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomIntVariable("hdata.max_state_size",
							"Sets the largest size of one state value.",
							"An aggregate whose state would grow larger is refused. Memory in use while it grows is a few times this.",
							&hdata_max_state_size,
							STATE_SIZE_MAX_KB, 64, STATE_SIZE_MAX_KB,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("hdata");
}

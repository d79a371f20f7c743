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
#include "review/actor.h"
#include "text/duplicates.h"
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
	DefineCustomIntVariable("hdata.join_mem",
							"Sets the memory that comparing the texts of a corpus may take.",
							"Past it, joins use an approximate method that takes less, or are refused.",
							&hdata_join_mem,
							2 * 1024 * 1024, 64, INT_MAX,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("hdata.review_import",
							 "Lets the owner of a table under review load rows in any state.",
							 "Nothing is checked or logged meanwhile. Without effect for anybody but the owner.",
							 &review_import,
							 false,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("hdata");
}

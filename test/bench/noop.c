/*-------------------------------------------------------------------------
 *
 * noop.c
 *	  A transition that counts rows with item, rater and value and does
 *	  nothing else: the floor of any aggregate over these three columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(noop_trans);
Datum
noop_trans(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(0);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_INT64(n);
	PG_RETURN_INT64(n + 1);
}

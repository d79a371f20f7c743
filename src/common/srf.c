/*-------------------------------------------------------------------------
 *
 * srf.c
 *	  Set-returning functions: rows go into the caller's tuplestore.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/srf.h"
#include "miscadmin.h"

void
srf_begin(FunctionCallInfo fcinfo, SrfRow *row)
{
	InitMaterializedSRF(fcinfo, 0);
	row->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	row->row_cx = AllocSetContextCreate(CurrentMemoryContext, "hdata row",
										ALLOCSET_SMALL_SIZES);
	row->n = 0;
}

void
srf_end_row(SrfRow *row)
{
	CHECK_FOR_INTERRUPTS();
	if (row->n != row->rsinfo->setDesc->natts)
		elog(ERROR, "row has %d columns, %d are declared", row->n,
			 row->rsinfo->setDesc->natts);
	tuplestore_putvalues(row->rsinfo->setResult, row->rsinfo->setDesc,
						 row->value, row->null);
	row->n = 0;
	MemoryContextReset(row->row_cx);
}

/*-------------------------------------------------------------------------
 *
 * release_find.c
 *	  releases_containing(): where an item or a person has gone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/srf.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(release_containing);

#define CONTAINING_COLUMNS 4

/*
 * releases_containing(kind, id): of a snapshot that is taken now.  A
 * withdrawal has waited for a release under way; the snapshot of its
 * transaction, if that is REPEATABLE READ, is older than the release.
 */
Datum
release_containing(PG_FUNCTION_ARGS)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	Datum		values[] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	SrfRow		row;
	int			result;

	srf_begin(fcinfo, &row);
	SPI_connect();
	PushActiveSnapshot(GetLatestSnapshot());
	result = SPI_execute_with_args("SELECT r.release, r.name, r.at, c.n_rows FROM hdata.release_contents AS c "
								   "JOIN hdata.releases AS r ON r.release OPERATOR(pg_catalog.=) c.release "
								   "WHERE c.kind OPERATOR(pg_catalog.=) $1 AND c.id OPERATOR(pg_catalog.=) $2 ORDER BY r.release",
								   2, types, values, NULL, true, 0);
	PopActiveSnapshot();
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		for (int k = 1; k <= CONTAINING_COLUMNS; k++)
		{
			bool		isnull;

			srf_datum(&row, SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, k, &isnull));
			Assert(!isnull);
		}
		srf_end_row(&row);
	}
	SPI_finish();
	return (Datum) 0;
}

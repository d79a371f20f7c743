/*-------------------------------------------------------------------------
 *
 * shingle_selectivity_analyze.c
 *	  ANALYZE of a column of shingles: the most common ones.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_type_d.h"
#include "commands/vacuum.h"
#include "common/alloc.h"
#include "common/compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "text/shingle_selectivity.h"
#include "text/shingles.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Of the sample's shingles this many are looked at, of rows that are spread
 * over it evenly: sorting more would answer late to a cancel.
 */
#define SHINGLES_LOOKED_AT (1 << 20)
#define ROW_TOO_LARGE 65536		/* bytes; one text must not be the whole sample */

typedef struct AnalyzeExtra
{
	AnalyzeAttrComputeStatsFunc std_compute;
	void	   *std_extra;
} AnalyzeExtra;

typedef struct CommonShingle
{
	uint32		hash;
	int32		n_rows;
} CommonShingle;

Oid
shingle_type_beside(Oid function, const char *name)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum(name), ObjectIdGetDatum(get_func_namespace(function)));
}

static int
by_hash(const void *a, const void *b)
{
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	return (x > y) - (x < y);
}

/* most rows first; the hash is the struct's first member */
static int
by_n_rows(const void *a, const void *b)
{
	int32		x = ((const CommonShingle *) a)->n_rows;
	int32		y = ((const CommonShingle *) b)->n_rows;

	return x != y ? (x < y) - (x > y) : by_hash(a, b);
}

/* Hashes of every step-th row; *n_rows is how many rows that is */
static uint32 *
collect(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc, int samplerows, int step, int32 *n, int32 *n_rows)
{
	uint32	   *hash = palloc(sizeof(uint32) * SHINGLES_LOOKED_AT);

	*n = *n_rows = 0;
	for (int i = 0; i < samplerows; i += step)
	{
		bool		isnull;
		Datum		d = fetchfunc(stats, i, &isnull);
		struct varlena *v;
		ShingleSet	s;

		hd_analyze_delay_point();
		if (isnull || toast_raw_datum_size(d) > ROW_TOO_LARGE)
			continue;
		v = PG_DETOAST_DATUM_PACKED(d);
		shingle_set_open(v, &s);
		if (s.n > SHINGLES_LOOKED_AT - *n)
			break;
		for (int32 j = 0; j < s.n; j++)
			hash[(*n)++] = shingle_at(&s, j);
		(*n_rows)++;
		if ((Pointer) v != DatumGetPointer(d))
			pfree(v);
	}
	return hash;
}

/* Runs of equal hashes of two rows or more; returns how many */
static int32
count_runs(uint32 *hash, int32 n, CommonShingle *common)
{
	int32		n_common = 0;

	qsort(hash, n, sizeof(uint32), by_hash);
	for (int32 i = 0, end; i < n; i = end)
	{
		for (end = i + 1; end < n && hash[end] == hash[i]; end++)
			;
		if (end - i >= 2)
			common[n_common++] = (CommonShingle) {hash[i], end - i};
	}
	return n_common;
}

static void
store(VacAttrStats *stats, int slot, const CommonShingle *common, int32 n, int32 n_rows, int32 most_of_others)
{
	MemoryContext old = MemoryContextSwitchTo(stats->anl_context);
	Datum	   *value = palloc(sizeof(Datum) * Max(n, 1));
	float4	   *share = palloc(sizeof(float4) * (n + 1));

	for (int32 i = 0; i < n; i++)
	{
		value[i] = Int32GetDatum((int32) common[i].hash);
		share[i] = (float4) common[i].n_rows / n_rows;
	}
	share[n] = (float4) most_of_others / n_rows;
	stats->stakind[slot] = STATISTIC_KIND_COMMON_SHINGLES;
	stats->staop[slot] = Int4EqualOperator;
	stats->stacoll[slot] = InvalidOid;
	stats->stavalues[slot] = value;
	stats->numvalues[slot] = n;
	stats->stanumbers[slot] = share;
	stats->numnumbers[slot] = n + 1;
	stats->statypid[slot] = INT4OID;
	stats->statyplen[slot] = sizeof(int32);
	stats->statypbyval[slot] = true;
	stats->statypalign[slot] = TYPALIGN_INT;
	MemoryContextSwitchTo(old);
}

static void
compute_common_shingles(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc, int samplerows)
{
	/* ten for one of the usual statistics, as for the elements of arrays */
	int32		wanted = Max(hd_statistics_target(stats), 1) * 10;
	double		shingles = (double) samplerows * Max(stats->stawidth, 1) / sizeof(uint32);
	int			step = 1 + (int) (shingles / SHINGLES_LOOKED_AT);
	int			slot = 0;
	int32		n,
				n_rows,
				n_common;
	uint32	   *hash;
	CommonShingle *common;

	while (slot < STATISTIC_NUM_SLOTS && stats->stakind[slot] != 0)
		slot++;
	if (slot == STATISTIC_NUM_SLOTS)
		return;
	hash = collect(stats, fetchfunc, samplerows, step, &n, &n_rows);
	if (n_rows == 0)
		return;
	common = array_alloc(n / 2, sizeof(CommonShingle));
	n_common = count_runs(hash, n, common);
	qsort(common, n_common, sizeof(CommonShingle), by_n_rows);
	n = Min(n_common, wanted);
	qsort(common, n, sizeof(CommonShingle), by_hash);
	store(stats, slot, common, n, n_rows, n_common > n ? common[n].n_rows : 1);
	pfree(common);
	pfree(hash);
}

static void
compute_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc, int samplerows, double totalrows)
{
	AnalyzeExtra *extra = stats->extra_data;

	/* the standard function finds its own data where it left them */
	stats->extra_data = extra->std_extra;
	extra->std_compute(stats, fetchfunc, samplerows, totalrows);
	stats->extra_data = extra;
	if (stats->stats_valid && stats->stanullfrac < 1)
		compute_common_shingles(stats, fetchfunc, samplerows);
}

PG_FUNCTION_INFO_V1(shingles_typanalyze);
Datum
shingles_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	AnalyzeExtra *extra;

	if (!std_typanalyze(stats))
		PG_RETURN_BOOL(false);
	/* somebody may have given this function to a type of another layout */
	if (getBaseType(stats->attrtypid) == shingle_type_beside(fcinfo->flinfo->fn_oid, "shingles"))
	{
		extra = palloc(sizeof(AnalyzeExtra));
		extra->std_compute = stats->compute_stats;
		extra->std_extra = stats->extra_data;
		stats->compute_stats = compute_stats;
		stats->extra_data = extra;
	}
	PG_RETURN_BOOL(true);
}

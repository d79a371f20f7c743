/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Everything that differs between PostgreSQL 15 and 18, and nothing else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COMPAT_H
#define HD_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "hdata needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* a prefix since 18; the older macro is an attribute that gcc and clang take there, too */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* mul_size() and add_size() moved to palloc.h in the minor releases of 2026 */
#include "storage/shmem.h"
#include "utils/palloc.h"

/*
 * Core's JSON parser (common/jsonapi.h): actions report an outcome since 16,
 * and the lexer may lie in memory of the caller's since 17.
 */
#if PG_VERSION_NUM >= 160000
#define HD_JSON_ACTION JsonParseErrorType
#define HD_JSON_ACTION_DONE return JSON_SUCCESS
#else
#define HD_JSON_ACTION void
#define HD_JSON_ACTION_DONE return
#endif
#if PG_VERSION_NUM >= 170000
#define hd_json_lexer(json, len, encoding) \
	makeJsonLexContextCstringLen(NULL, json, len, encoding, true)
#else
#define hd_json_lexer(json, len, encoding) \
	makeJsonLexContextCstringLen(json, len, encoding, true)
#endif

/* input functions take a context for soft errors since 16 */
#if PG_VERSION_NUM >= 160000
#define HD_NO_SOFT_ERRORS , NULL
#else
#define HD_NO_SOFT_ERRORS
#endif

/* intervals may be infinite since 17 */
#if PG_VERSION_NUM >= 170000
#define hd_interval_is_infinite(v) INTERVAL_NOT_FINITE(v)
#else
#define hd_interval_is_infinite(v) false
#endif

/* the statistics target of a column that is analyzed, in VacAttrStats itself since 17 */
#if PG_VERSION_NUM >= 170000
#define hd_statistics_target(stats) ((stats)->attstattarget)
#else
#define hd_statistics_target(stats) ((stats)->attr->attstattarget)
#endif
#if PG_VERSION_NUM >= 180000
#define hd_analyze_delay_point() vacuum_delay_point(true)
#else
#define hd_analyze_delay_point() vacuum_delay_point()
#endif

/* checks of ownership by class since 16, where role memberships know SET and INHERIT apart */
#if PG_VERSION_NUM >= 160000
#define hd_object_ownercheck(class, object, role) object_ownercheck(class, object, role)
#else
#define hd_object_ownercheck(class, object, role) pg_class_ownercheck(object, role)
#endif

/* the virtual transaction id of a backend moved into a struct in 17 */
#if PG_VERSION_NUM >= 170000
#define hd_lxid(proc) ((proc)->vxid.lxid)
#else
#define hd_lxid(proc) ((proc)->lxid)
#endif

/* since 16 it is told which relations are results */
#if PG_VERSION_NUM >= 160000
#define hd_epq_init(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#else
#define hd_epq_init(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#endif

/* index scans count their searches since 18 */
#if PG_VERSION_NUM >= 180000
#define hd_index_beginscan(heap, index, snapshot, nkeys) index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define hd_index_beginscan(heap, index, snapshot, nkeys) index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* an update says since 16 that only summarizing indexes (BRIN) need a new entry */
#if PG_VERSION_NUM >= 160000
#define HdUpdateIndexes TU_UpdateIndexes
#define HD_NO_INDEXES(u) ((u) == TU_None)
#define hd_insert_index_tuples(rri, slot, estate, update, which) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL, (which) == TU_Summarizing)
#define HD_ALL_INDEXES TU_All
#else
#define HdUpdateIndexes bool
#define HD_NO_INDEXES(u) (!(u))
#define hd_insert_index_tuples(rri, slot, estate, update, which) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL)
#define HD_ALL_INDEXES true
#endif

#endif							/* HD_COMPAT_H */

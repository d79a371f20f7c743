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

#endif							/* HD_COMPAT_H */

/*-------------------------------------------------------------------------
 *
 * shingle_selectivity.h
 *	  What ANALYZE keeps of a column of shingles, and planning reads.
 *
 * Beside the usual statistics (of which the histogram is a sample of values):
 * the most common shingles.  stavalues are their hashes as int4, ascending as
 * unsigned numbers; stanumbers the share of rows, not NULL ones, that have
 * each, and as one number more a share that no other shingle exceeds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHINGLE_SELECTIVITY_H
#define HD_SHINGLE_SELECTIVITY_H

/* pg_statistic.h leaves 10000 to 30000 to private use */
#define STATISTIC_KIND_COMMON_SHINGLES 27481

/* A type of the schema that one of our functions is in */
extern Oid	shingle_type_beside(Oid function, const char *name);

#endif							/* HD_SHINGLE_SELECTIVITY_H */

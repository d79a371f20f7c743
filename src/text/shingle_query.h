/*-------------------------------------------------------------------------
 *
 * shingle_query.h
 *	  The type "shingle_query": the right side of @~, which is a set of
 *	  shingles, a measure and a threshold, and may have document frequencies.
 *
 * The bytes of a value, the same on every machine: version, measure, two
 * zeros, the threshold (a double, little-endian), and the bytes of the set as
 * those of the type shingles.  With frequencies the version is another one,
 * and between the threshold and the set stands how many bytes the set has (four
 * bytes, little-endian); behind it come the bytes of the type idf.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHINGLE_QUERY_H
#define HD_SHINGLE_QUERY_H

#include "text/idf_measure.h"

/* numbers are stored */
typedef enum QueryMeasure
{
	QUERY_JACCARD = 1,
	QUERY_DICE = 2,
	QUERY_COSINE = 3,
	QUERY_OVERLAP = 4,
	QUERY_HELD = 5,				/* how much of the row is in the query */
	QUERY_HOLDS = 6				/* how much of the query is in the row */
} QueryMeasure;

#define SHINGLE_QUERY_HEADER 12 /* bytes before the set */
#define WEIGHTED_QUERY_HEADER 16

typedef struct ShingleQuery
{
	QueryMeasure measure;
	double		threshold;		/* above 0, at most 1 */
	ShingleSet	set;
	const char *idf_bytes;		/* NULL: each shingle weighs 1 */
	Size		idf_len;
	const Idf  *idf;			/* decoded and indexed, by shingle_query_decode() */
} ShingleQuery;

/*
 * What is wrong with bytes from outside; NULL: they are a canonical value.  Of
 * frequencies it complains itself, with sqlerrcode.
 */
extern const char *shingle_query_fault(const char *p, Size len, int sqlerrcode);

/* idf is a value of that type, or 0 */
extern struct varlena *shingle_query_make(QueryMeasure m, double threshold, struct varlena *set, Datum idf);

/* Look into a value; it must be detoasted, short headers are fine */
extern void shingle_query_open(struct varlena *v, ShingleQuery *q);

/* Before anything is judged; a cache in "parent" may stand at *cache, which is NULL at first */
extern void shingle_query_decode(ShingleQuery *q, void **cache, MemoryContext parent);

extern double shingle_query_similarity(QueryMeasure m, double both, double row, double query);

/* Does a row satisfy the query?  An empty set satisfies none and is found by none. */
extern bool shingle_query_matches(const ShingleQuery *q, const ShingleSet *row);

/*
 * What each shingle of the query weighs, and the least weight of the query that
 * a row which satisfies it can have: more than 0, at most that of all.  The
 * query's set must not be empty.
 */
extern double shingle_query_weights(const ShingleQuery *q, double *weight);

/*
 * A share of its own shingles that every row which satisfies the query has in
 * common with it; 0 where there is no such bound.  It counts shingles, so that
 * there is none where they have weights.
 */
extern double shingle_query_row_share(const ShingleQuery *q);

/* Of n shingles, the fewest that are this share of them or more */
extern int32 shingle_share_count(double share, int32 n);

/* Approximate search takes measures of sets of about the same size, without weights */
extern void shingle_query_check_symmetric(const ShingleQuery *q);

#endif							/* HD_SHINGLE_QUERY_H */

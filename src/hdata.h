/*-------------------------------------------------------------------------
 *
 * hdata.h
 *	  What other programs may rely on: the version, and the constants of
 *	  stored values (docs/storage.md).
 *
 * Stored values are written in these numbers for ever: they are never given
 * another meaning.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HDATA_H
#define HDATA_H

#define HDATA_VERSION "0.1.0"
#define HDATA_VERSION_NUM 100	/* major * 10000 + minor * 100 + patch */

/* the first byte of a value of each type */
#define HDATA_RATINGS_VERSION 1
#define HDATA_RUBRIC_VERSION 1
#define HDATA_RUBRIC_SCORE_VERSION 1
#define HDATA_SCORE_SUMMARY_VERSION 1
#define HDATA_GRADES_VERSION 1
#define HDATA_PASSK_VERSION 1
#define HDATA_CONFUSION_VERSION 1
#define HDATA_PPI_VERSION 1
#define HDATA_SCORE_MATRIX_VERSION 1
#define HDATA_COMPARISONS_VERSION 1
#define HDATA_RANKINGS_VERSION 1
#define HDATA_ELO_VERSION 1
#define HDATA_SHINGLES_VERSION 1
#define HDATA_SHINGLE_QUERY_VERSION 1
#define HDATA_WEIGHTED_QUERY_VERSION 2	/* a shingle_query with document frequencies */
#define HDATA_CORPUS_VERSION 1
#define HDATA_IDF_VERSION 1
#define HDATA_COMPONENTS_VERSION 1
#define HDATA_SKETCH_VERSION 1
#define HDATA_EDITS_VERSION 1
#define HDATA_LINE_DIGEST_VERSION 1
#define HDATA_REVIEW_FLOW_VERSION 1
#define HDATA_REVIEW_PATH_VERSION 1
#define HDATA_REVIEW_PATHS_VERSION 1
#define HDATA_KM_VERSION 1
#define HDATA_DECISIONS_VERSION 1
#define HDATA_PAY_VERSION 1
#define HDATA_LINE_DIGEST_VERSION 1
#define HDATA_RATE_ESTIMATE_VERSION 1
#define HDATA_PACE_VERSION 1
#define HDATA_LABEL_RUNS_VERSION 1
#define HDATA_REVIEW_FLOW_VERSION 1

/* the second byte of ratings: kind of item | kind of rater << 2 | kind of value << 4 */
typedef enum IdKind
{
	ID_NONE = 0,
	ID_INT8 = 1,
	ID_UUID = 2,
	ID_TEXT = 3
} IdKind;

typedef enum ValueKind
{
	VALUE_NONE = 0,
	VALUE_LABEL = 1,			/* text, bool and whatever else: unordered categories */
	VALUE_NUMBER = 2,
	VALUE_ORDERED = 3,			/* enum: categories in declared order */
	VALUE_SET = 4				/* array: set of labels */
} ValueKind;

/* its third byte: how "at" was used, and flags */
typedef enum AtMode
{
	AT_NONE = 0,
	AT_NEWEST = 1,				/* ratings_agg(..., at) */
	AT_FIRST = 2				/* ratings_first_agg */
} AtMode;

#define HDATA_FLAG_AT_MASK	0x03
#define HDATA_FLAG_REVISION 0x04	/* at is a revision number, else a timestamp */
#define HDATA_FLAG_CLUSTERS 0x08
#define HDATA_FLAG_ALL		0x0f

#endif							/* HDATA_H */

/*-------------------------------------------------------------------------
 *
 * score_summary.h
 *	  The state type "score_summary": scores of many responses, as the exact
 *	  sums from which their mean and its standard error are read.
 *
 * A counting state: merging adds.  Scores may belong to clusters (several
 * responses to one prompt); one without a cluster is a cluster of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SCORE_SUMMARY_H
#define HD_SCORE_SUMMARY_H

#include "common/column.h"
#include "common/shortsum.h"
#include "common/state.h"
#include "rubric/rubric.h"

/*
 * Sums of the scores, and what has to be added to have those of the scores
 * brought into [0, 1].  Most scores are there already.
 */
typedef struct ClusterSums
{
	int64		n;
	ShortSum	sum;
	ShortSum	clip;
} ClusterSums;

typedef struct SummaryClusters
{
	Dict		dict;
	uint32		cap;
	bool		sorted;			/* codes are in canonical order */
	ClusterSums *sums;			/* [dict.n] */
	ClusterSums total;			/* of all clusters */
	ShortSum	square;			/* of the scores that have a cluster */
	ShortSum	clip_square;
} SummaryClusters;

/* Whose scores they are; the numbers are stored */
typedef enum SummaryBinding
{
	SUMMARY_UNBOUND = 0,		/* plain numbers, or scores of rubric_agg */
	SUMMARY_BOUND = 1,			/* of one rubric */
	SUMMARY_MIXED = 2			/* of several, on purpose */
} SummaryBinding;

typedef struct ScoreSummary
{
	State		state;
	SummaryBinding binding;
	uint8		hash[RUBRIC_HASH_LEN];
	int64		n_null;
	double		min;			/* if there is any score */
	double		max;
	ClusterSums all;
	ShortSum	square;
	ShortSum	clip_square;
	SummaryClusters *clusters;	/* NULL: none of the scores has one */
} ScoreSummary;

extern const StateType score_summary_type;

/* ---- score_summary.c ---- */

/* cluster NULL: the score is a cluster of its own */
extern void score_summary_add(ScoreSummary *s, double score, const ColumnKey *cluster);
extern void score_summary_bind(ScoreSummary *s, SummaryBinding binding, const uint8 *hash);
extern void score_summary_settle(ScoreSummary *s);
extern ScoreSummary *score_summary_get(Datum d);
extern char *score_summary_cluster_name(const ScoreSummary *s, uint32 code);

static inline bool
score_summary_is_clipped(const ScoreSummary *s)
{
	return s->all.n > 0 && (s->min < 0 || s->max > 1);
}

/* ---- score_summary_codec.c ---- */

extern void score_summary_encode(State *s, WireWriter *w);
extern void score_summary_decode(State *s, WireReader *r);

/* ---- score_summary_read.c ---- */

typedef enum ScoreClip
{
	CLIP_DATASET,				/* the mean into [0, 1] */
	CLIP_EXAMPLE,				/* each score, before the mean is taken */
	CLIP_NONE
} ScoreClip;

typedef enum StderrMethod
{
	STDERR_CLUSTERED,			/* scores of one cluster are not independent */
	STDERR_SAMPLE,				/* all scores are */
	STDERR_BOOTSTRAP			/* what resampling the scores comes to */
} StderrMethod;

/* NaN: undefined; infinite: out of range */
extern double summary_mean(const ScoreSummary *s, ScoreClip clip);
extern double summary_stderr(const ScoreSummary *s, ScoreClip clip, StderrMethod method);
extern double cluster_mean(const ClusterSums *c, bool clipped);
/* clusters, and scores that are one of their own */
extern int64 summary_n_clusters(const ScoreSummary *s);

/* standard error of the mean over several samples by their pooled variance */
extern double pooled_stderr(int n, const double *se, const double *size);

#endif							/* HD_SCORE_SUMMARY_H */

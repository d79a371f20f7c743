/*-------------------------------------------------------------------------
 *
 * rubric_score.h
 *	  The state type "rubric_score": what the criteria of a rubric were graded,
 *	  as the sums from which every convention of scoring can be read.
 *
 * A counting state: merging adds.  There are many of them, one a response, so
 * that what most rows do not have (N/A, partial credit, gates, tags, a bound
 * rubric) lies behind pointers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_SCORE_H
#define HD_RUBRIC_SCORE_H

#include "common/column.h"
#include "common/shortsum.h"
#include "common/state.h"
#include "rubric/rubric.h"

/* What not every response has */
typedef struct ScoreRest
{
	int64		n_idle;			/* criteria with a grade and without points */
	int64		n_na;			/* criteria that were not graded, */
	int64		n_na_idle;		/* those without points among them */
	ShortSum	na_plus;		/* points of criteria that were not graded */
	ShortSum	na_minus;		/* negative ones, by their size; 0 in a tree */
	ShortSum	credit;			/* what criteria that did not pass still earn of 1 */

	/* of trees */
	int64		n_trees;		/* responses */
	int64		n_pruned;		/* those of them with a graded leaf */
	ShortSum	pruned;			/* sum of their scores without the leaves that are N/A */
} ScoreRest;

/*
 * Sums over a set of criteria: all of them, those of a tag.  What most rows
 * change stands together, for the sake of the cache.
 */
typedef struct ScoreSums
{
	ShortSum	achieved;		/* points * value */
	ShortSum	plus;			/* points > 0 of graded criteria; 0 in a tree */
	int64		n_pass;			/* criteria with a grade: full positive points, or no negative ones */
	int64		n_fail;			/* all others with points */
	ShortSum	minus;			/* points < 0 of graded criteria, by their size; 0 in a tree */
	ScoreRest  *rest;			/* NULL while all of it is zero */
} ScoreSums;

static inline int64
sums_n_graded(const ScoreSums *s)
{
	return s->n_pass + s->n_fail + (s->rest ? s->rest->n_idle : 0);
}

static inline int64
sums_n_na(const ScoreSums *s)
{
	return s->rest ? s->rest->n_na : 0;
}

typedef struct ScoreGates
{
	int64		open;
	int64		closed;
	int64		undecided;		/* N/A */
	ScoreSums	sums;			/* flat: of the gates alone; tree: of the tree without its gates */
} ScoreGates;

typedef struct ScoreTags
{
	Dict		dict;
	uint32		cap;
	bool		sorted;			/* codes are in canonical order */
	ScoreSums  *sums;			/* [dict.n] */
} ScoreTags;

/* The rubric that a state was graded by */
typedef struct ScoreBinding
{
	bool		tree;
	uint8		hash[RUBRIC_HASH_LEN];
	int64		n_responses;
	int64		n_missing;		/* leaves without a grade; they are N/A, too */
} ScoreBinding;

typedef struct RubricScore
{
	State		state;
	ScoreBinding *binding;		/* NULL: made by rubric_agg */
	ScoreSums	all;
	ScoreGates *gates;			/* NULL: none of the criteria is a gate */
	ScoreTags  *tags;			/* NULL: no tags */
} RubricScore;

extern const StateType rubric_score_type;

/* ---- rubric_score.c ---- */

extern ScoreRest *score_rest(ScoreSums *s, MemoryContext cx);

/* One criterion into sums of a flat rubric; value NaN: N/A */
extern void score_sums_add(ScoreSums *s, MemoryContext cx, double points, double value);
/* Its counts alone; idle: it has no points */
extern void score_sums_count(ScoreSums *s, MemoryContext cx, double value, bool positive, bool idle);

/* A gate of these points: its state alone */
extern void score_gate_count(RubricScore *s, double points, double value);

/* The gates and the tags of a state, made where there are none */
extern ScoreGates *rubric_score_gates(RubricScore *s);
extern uint32 rubric_score_tag(RubricScore *s, const ColumnKey *tag);

/* One criterion of a flat rubric; tag codes ascending without repeats */
extern void rubric_score_add(RubricScore *s, double points, double value, bool gate, const uint32 *tag, int n_tags);

/* Tags in canonical order */
extern void rubric_score_settle(RubricScore *s);
extern RubricScore *rubric_score_get(Datum d);

/* Nothing was added yet: a state that adopts whatever it is merged with */
extern bool rubric_score_is_empty(const RubricScore *s);

/* 42804 unless both are graded by one rubric, or by none that is known */
extern void rubric_score_check_binding(const ScoreBinding *a, const ScoreBinding *b);
extern char *rubric_hash_cstring(const uint8 *hash);

/* ---- rubric_score_codec.c ---- */

extern void rubric_score_encode(State *s, WireWriter *w);
extern void rubric_score_decode(State *s, WireReader *r);

/* ---- rubric_score_read.c: conventions ---- */

typedef enum ScoreNorm
{
	NORM_POSITIVE,
	NORM_MINMAX,
	NORM_ABS,
	NORM_PENALTY_ONLY
} ScoreNorm;

typedef enum ScoreNa
{
	NA_SKIP,
	NA_ZERO,
	NA_PARTIAL,
	NA_FAIL
} ScoreNa;

typedef struct ScoreOptions
{
	ScoreNorm	norm;
	ScoreNa		na;
	double		partial;		/* what N/A is worth under NA_PARTIAL */
	bool		penalty_only;	/* rubrics without positive points by NORM_PENALTY_ONLY */
} ScoreOptions;

#define SCORE_DEFAULTS {NORM_POSITIVE, NA_SKIP, 0.5, false}

/* NaN: undefined; infinite: out of range */
extern double sums_score(const ScoreSums *s, bool tree, const ScoreOptions *o);
extern double sums_achieved(const ScoreSums *s, const ScoreOptions *o);
extern double sums_possible(const ScoreSums *s, bool tree, const ScoreOptions *o);
/* mean over criteria with points of 1 for a pass, what was earned of 1 for the others */
extern double sums_mean_criteria(const ScoreSums *s);

/* The score by these options as SQL has it: *isnull where it is undefined, 22003 where it is out of range */
extern double rubric_score_value(const RubricScore *s, const ScoreOptions *o, bool *isnull);

/* Options of a function, each in this argument */
extern void score_norm_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o);
extern void score_na_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o);
extern void score_partial_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o);
extern void score_penalty_only_arg(FunctionCallInfo fcinfo, int arg, ScoreOptions *o);

static inline bool
rubric_score_is_tree(const RubricScore *s)
{
	return s->binding != NULL && s->binding->tree;
}

#endif							/* HD_RUBRIC_SCORE_H */

/*-------------------------------------------------------------------------
 *
 * lsh_join.h
 *	  Pairs of similar sets by locality-sensitive hashing: not quite all of
 *	  them, in less memory than sets_join takes.
 *
 * What is found is verified on the sets: no pair is wrong, and similarities
 * are those of the exact join to the last digit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LSH_JOIN_H
#define HD_LSH_JOIN_H

#include "text/corpus.h"
#include "text/set_join.h"

typedef struct LshPlan
{
	int			bands;
	int			rows;			/* in each band */
} LshPlan;

/* A pair that just reaches the threshold is missed so often, if places were independent */
#define LSH_MISS 0.01

/*
 * Bands for a threshold; false where a pair may reach it whatever their
 * Jaccard similarity (overlap and containment).
 */
extern bool lsh_plan(SetMeasure m, double threshold, LshPlan *plan);

/*
 * As sets_join, for one collection.  Of the sets that fall into a bucket "most"
 * are compared with those that come behind; what goes over that is counted in
 * stats->capped.
 */
extern void lsh_join(const LshPlan *plan, int most, const SetCollection *c, SetMeasure m, double threshold,
					 PairFound found, PairSkip skip, void *arg, JoinStats *stats);

/* The sets that corpus_sets() makes, in a fraction of the memory and some more time */
extern SetCollection *lsh_sets(const Corpus *corpus, int k, bool idf);

/* No less than the bytes that either way takes, the corpus itself not counted */
extern double exact_join_memory(double n_tokens, double n_sets);
extern double lsh_join_memory(const LshPlan *plan, double n_tokens, double n_sets);

#endif							/* HD_LSH_JOIN_H */

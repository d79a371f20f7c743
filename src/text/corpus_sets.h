/*-------------------------------------------------------------------------
 *
 * corpus_sets.h
 *	  From corpora to the sets that are joined.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CORPUS_SETS_H
#define HD_CORPUS_SETS_H

#include "text/corpus.h"
#include "text/set_join.h"

/*
 * Sets of word k-grams of all texts of a, and behind them of b if it is not
 * NULL (then sides are set, and document frequencies are those of a alone if
 * df_of_a).
 */
extern SetCollection *corpus_sets(const Corpus *a, const Corpus *b, int k, bool idf, bool df_of_a);

/* Word k-grams of a text, repeats included: as many as it has tokens at most; fewer tokens than k are one k-gram */
extern void corpus_grams(const uint32 *token, uint32 n, int k, uint32 *hash, int32 *count);

/* The hash of a token as a corpus keeps it */
extern void corpus_token_hashes(Datum text, uint32 **token, uint32 *n);

#endif							/* HD_CORPUS_SETS_H */

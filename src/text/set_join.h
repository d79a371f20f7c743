/*-------------------------------------------------------------------------
 *
 * set_join.h
 *	  All pairs of similar sets, exactly: plain arrays, no SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SET_JOIN_H
#define HD_SET_JOIN_H

typedef enum SetMeasure
{
	MEASURE_JACCARD,
	MEASURE_DICE,
	MEASURE_COSINE,
	MEASURE_OVERLAP,			/* of the smaller set */
	MEASURE_CONTAINMENT			/* of the sets of side 1 in those of side 0 */
} SetMeasure;

/*
 * Sets of tokens.  Tokens are numbered from the rarest to the most frequent;
 * those that only one set has are in no list, but count in the sizes.  Sets
 * that are equal to an earlier one are in no list either.
 */
typedef struct SetCollection
{
	int32		n;
	const uint64 *start;		/* [n + 1] */
	const uint32 *token;		/* ascending within a set */
	uint32		n_tokens;		/* different ones in lists */
	const double *weight;		/* [n_tokens]; NULL: each is 1 */
	const int32 *count;			/* [n] how many different tokens, those of no list counted; as size */
	const double *size;			/* [n] sum of weights, all tokens counted; of sets that are
								 * equal to an earlier one it is not known */
	const int32 *same_as;		/* [n] the first set that is equal; itself if it is that */
	const uint8 *side;			/* [n] NULL: one collection with itself; else pairs across sides alone */
} SetCollection;

/*
 * From pairs hash << 32 | set, sets ascending for each hash or not at all
 * sorted; they are destroyed.  idf: tokens weigh log(1 + n / df), n and df over the
 * n_df first sets, equal ones counted once, those without a token not at all.
 */
extern SetCollection *sets_make(uint64 *pair, uint64 n_pairs, int32 n_sets, bool idf,
								const uint8 *side, int32 n_df);

/*
 * Stable, by the upper 32 bits; the result is one of the two arrays, *spare
 * then the other.
 */
extern uint64 *sort_by_upper_half(uint64 *pair, uint64 **spare, uint64 n);

/* 128 bits that equal sets have in common; each token adds to the two sums */
typedef struct SetPrint
{
	uint64		sum[2];
} SetPrint;

extern void set_print_add(SetPrint *p, uint32 hash);

/* same_as of sets with these prints: sets of one side with the same tokens are one */
extern int32 *sets_find_equal(const SetPrint *print, int32 n, const uint8 *side);

/* How many different ones there are among the first n, those without a token not counted */
extern int32 sets_count_different(const SetPrint *print, const int32 *same_as, int32 n);

/*
 * The weight of a token that df of n different sets have (Sparck Jones 1972
 * with the 1 that keeps weights positive).  What no counted set has is as rare
 * as what one has.
 */
extern double set_token_weight(int32 n, uint32 df);

/* The measure of two sets, by the sum of weights they share */
extern double set_similarity(SetMeasure m, double both, double a, double b);
extern double set_shared(const SetCollection *c, int32 a, int32 b);

typedef struct JoinStats
{
	int64		candidates;
	int64		verified;
	int64		found;
	int64		capped;			/* sets that were not compared with all others of a bucket (lsh_join.h) */
} JoinStats;

/*
 * Calls found(arg, a, b, similarity) for each pair of different sets that
 * reaches the threshold; skip, if not NULL, is asked before a pair is
 * verified.  It must be transitive: if (a, b) and (b, c) are to be skipped,
 * (a, c) is.  Sets that are equal to another (same_as) take no part.
 */
typedef void (*PairFound) (void *arg, int32 a, int32 b, double similarity);
typedef bool (*PairSkip) (void *arg, int32 a, int32 b);

/* Compares two sets and says so if they reach the threshold */
extern void sets_verify(const SetCollection *c, SetMeasure m, double threshold, int32 x, int32 y,
						PairFound found, PairSkip skip, void *arg, JoinStats *stats);

extern void sets_join(const SetCollection *c, SetMeasure m, double threshold,
					  PairFound found, PairSkip skip, void *arg, JoinStats *stats);

/*
 * The same where found(arg, a, b) makes skip(arg, a, b) true: not all pairs are
 * told, but what they connect is connected.
 */
extern void sets_join_components(const SetCollection *c, SetMeasure m, double threshold,
								 PairFound found, PairSkip skip, void *arg, JoinStats *stats);

#endif							/* HD_SET_JOIN_H */

/*-------------------------------------------------------------------------
 *
 * duplicates.h
 *	  What the functions over corpora share: options, method, pairs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_DUPLICATES_H
#define HD_DUPLICATES_H

#include "common/srf.h"
#include "text/clusters.h"
#include "text/corpus_sets.h"
#include "text/lsh_join.h"

typedef enum JoinMethod
{
	METHOD_AUTO,
	METHOD_EXACT,
	METHOD_LSH
} JoinMethod;

typedef struct JoinOptions
{
	SetMeasure	measure;
	bool		idf;
	double		threshold;
	JoinMethod	method;
	int			k;				/* words in a shingle */
} JoinOptions;

/* GUC hdata.join_mem, in kB */
extern int	hdata_join_mem;

extern double threshold_arg(FunctionCallInfo fcinfo, int arg, const char *what);
extern void join_options(FunctionCallInfo fcinfo, int first, JoinOptions *o);
extern void method_arg(FunctionCallInfo fcinfo, int arg, JoinOptions *o);
/* "missing" words where the argument is NULL */
extern int	unit_arg(FunctionCallInfo fcinfo, int arg, int missing);
/* Measures weighted by rarity do best with single words, plain ones with three (docs/text.md) */
extern int	default_unit(const JoinOptions *o);

/* Within one corpus a text is contained in another if either is in the other */
extern SetMeasure measure_of_one_corpus(SetMeasure m);

/* How a join is going to be done */
typedef struct JoinPlan
{
	bool		by_lsh;
	LshPlan		lsh;
	double		memory;			/* bytes it takes at most, as estimated */
} JoinPlan;

/* Chooses the method within hdata.join_mem, or raises 54000; then makes the sets */
extern SetCollection *plan_join(const Corpus *c, const JoinOptions *o, JoinPlan *plan);
/* The same for what is always exact; the bytes it takes at most */
extern double check_exact_join(double n_tokens, double n_sets);
/* Room for more than "cap" pairs beside so much other memory within hdata.join_mem, or raises 54000 */
extern int64 grown_pairs(int64 cap, double pair_size, double memory);

typedef struct Pair
{
	int32		a;
	int32		b;
	double		similarity;
} Pair;

typedef struct Pairs
{
	Pair	   *pair;
	int64		n;
	int64		cap;
	double		memory;			/* bytes that are in use besides */
} Pairs;

/*
 * All pairs, those among and between equal sets included, in canonical order;
 * of those that skip() knows not to be wanted, none.
 */
extern Pairs all_pairs(const SetCollection *c, const JoinPlan *plan, SetMeasure m, double threshold,
					   PairSkip skip, void *arg);

/* Says so if two corpora were made with different versions of Unicode */
extern void warn_corpora_unicode(const Corpus *a, const Corpus *b);

extern void put_text_id(SrfRow *row, const Corpus *c, int32 text);

#endif							/* HD_DUPLICATES_H */

/*-------------------------------------------------------------------------
 *
 * duplicates.c
 *	  SQL functions: duplicates within a corpus and between two.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "text/duplicates.h"

/* ---- options ---- */

int			hdata_join_mem;

#define IDF_BIT 8

double
threshold_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		t;

	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	t = PG_GETARG_FLOAT8(arg);
	/* written so that NaN fails */
	if (!(t > 0 && t <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than 0 and not greater than 1", what),
				 errdetail("It is %g.", t)));
	return t;
}

int
default_unit(const JoinOptions *o)
{
	return o->idf ? 1 : 3;
}

int
unit_arg(FunctionCallInfo fcinfo, int arg, int missing)
{
	static const ArgChoice units[] = {{"w1", 1}, {"w2", 2}, {"w3", 3}, {"w4", 4}, {"w5", 5}, {NULL, 0}};

	if (!arg_given(fcinfo, arg))
		return missing;
	return arg_choice(fcinfo, arg, "unit", units);
}

void
join_options(FunctionCallInfo fcinfo, int first, JoinOptions *o)
{
	static const ArgChoice measures[] = {
		{"jaccard", MEASURE_JACCARD}, {"dice", MEASURE_DICE}, {"cosine", MEASURE_COSINE},
		{"overlap", MEASURE_OVERLAP}, {"containment", MEASURE_CONTAINMENT},
		{"idf_jaccard", MEASURE_JACCARD | IDF_BIT}, {"idf_dice", MEASURE_DICE | IDF_BIT},
		{"idf_cosine", MEASURE_COSINE | IDF_BIT}, {"idf_overlap", MEASURE_OVERLAP | IDF_BIT},
		{"idf_containment", MEASURE_CONTAINMENT | IDF_BIT}, {NULL, 0}
	};
	int			measure;

	o->threshold = threshold_arg(fcinfo, first, "threshold");
	measure = arg_choice(fcinfo, first + 1, "measure", measures);
	o->measure = measure & ~IDF_BIT;
	o->idf = (measure & IDF_BIT) != 0;
}

void
method_arg(FunctionCallInfo fcinfo, int arg, JoinOptions *o)
{
	static const ArgChoice methods[] = {{"auto", METHOD_AUTO}, {"exact", METHOD_EXACT}, {"lsh", METHOD_LSH}, {NULL, 0}};

	o->method = arg_choice(fcinfo, arg, "method", methods);
}

SetMeasure
measure_of_one_corpus(SetMeasure m)
{
	return m == MEASURE_CONTAINMENT ? MEASURE_OVERLAP : m;
}

/* ---- method ---- */

static inline double
join_limit(void)
{
	return 1024.0 * hdata_join_mem;
}

static void
join_too_large(const char *method, double memory, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("not enough memory for an %s join of this corpus", method),
			 errdetail("It may take %.0f kB, and hdata.join_mem allows %d kB.", memory / 1024, hdata_join_mem),
			 errhint("%s", hint)));
}

double
check_exact_join(double n_tokens, double n_sets)
{
	double		memory = exact_join_memory(n_tokens, n_sets);

	if (memory > join_limit())
		join_too_large("exact", memory, "Set hdata.join_mem higher, or compare parts of the corpora.");
	return memory;
}

int64
grown_pairs(int64 cap, double pair_size, double memory)
{
	double		most = floor((join_limit() - memory) / pair_size);

	if (most <= cap)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many pairs for the memory of a join"),
				 errdetail("More than " INT64_FORMAT " were found; hdata.join_mem allows %d kB, of which the join may take %.0f kB.",
						   cap, hdata_join_mem, memory / 1024),
				 errhint("Set the threshold or hdata.join_mem higher, or ask for clusters, which take no more memory for many pairs.")));
	return (int64) Min(most, Max(2.0 * cap, 256));
}

static void
choose_method(const Corpus *c, const JoinOptions *o, JoinPlan *plan)
{
	bool		possible = lsh_plan(measure_of_one_corpus(o->measure), o->threshold, &plan->lsh);

	plan->by_lsh = false;
	plan->memory = exact_join_memory(c->n_tokens, c->n_texts);
	if (o->method == METHOD_LSH && !possible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method lsh cannot find pairs by overlap or containment"),
				 errhint("It can by jaccard, dice, cosine, and by these weighted by idf.")));
	if (o->method != METHOD_LSH && plan->memory <= join_limit())
		return;
	if (o->method == METHOD_EXACT || !possible)
		join_too_large("exact", plan->memory, possible ?
					   "Set hdata.join_mem higher, or use method lsh, which takes less and finds nearly all." :
					   "Set hdata.join_mem higher, or use another measure, for which there is the method lsh.");
	plan->by_lsh = true;
	plan->memory = lsh_join_memory(&plan->lsh, c->n_tokens, c->n_texts);
	if (plan->memory > join_limit())
		join_too_large("approximate", plan->memory, "Set hdata.join_mem higher, or compare parts of the corpus (docs/text.md).");
	if (o->method == METHOD_AUTO)
		ereport(NOTICE,
				(errmsg("using method lsh, which finds nearly all pairs"),
				 errdetail("The exact join may take %.0f kB, and hdata.join_mem allows %d kB.",
						   exact_join_memory(c->n_tokens, c->n_texts) / 1024, hdata_join_mem)));
}

SetCollection *
plan_join(const Corpus *c, const JoinOptions *o, JoinPlan *plan)
{
	choose_method(c, o, plan);
	return plan->by_lsh ? lsh_sets(c, o->k, o->idf) : corpus_sets(c, NULL, o->k, o->idf, false);
}

/* ---- pairs ---- */

static void
add_pair(void *arg, int32 a, int32 b, double similarity)
{
	Pairs	   *p = arg;

	if (p->n == p->cap)
	{
		p->cap = grown_pairs(p->cap, sizeof(Pair), p->memory);
		p->pair = p->pair ? repalloc_huge(p->pair, p->cap * sizeof(Pair)) :
			array_alloc(p->cap, sizeof(Pair));
	}
	p->pair[p->n++] = (Pair) {a, b, similarity};
}

static inline int
compare_pairs(const Pair *p, const Pair *q)
{
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

#define ST_SORT sort_pairs
#define ST_ELEMENT_TYPE Pair
#define ST_COMPARE(a, b) compare_pairs(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sets that are equal stand behind one: next[i] is the next that is equal to i, or -1 */
static int32 *
chain_equal(const SetCollection *c)
{
	int32	   *next = array_alloc(c->n, sizeof(int32));
	int32	   *last = array_alloc(c->n, sizeof(int32));

	for (int32 i = 0; i < c->n; i++)
	{
		next[i] = -1;
		last[i] = i;
		if (c->same_as[i] != i)
		{
			next[last[c->same_as[i]]] = i;
			last[c->same_as[i]] = i;
		}
	}
	pfree(last);
	return next;
}

/* of a bucket so many sets are compared with all others */
#define MOST_OF_BUCKET 1000

Pairs
all_pairs(const SetCollection *c, const JoinPlan *plan, SetMeasure m, double threshold, PairSkip skip, void *arg)
{
	Pairs		found = {.memory = plan->memory},
				all = {0};
	int32	   *next = chain_equal(c);
	int64		work = 0;
	JoinStats	stats;

	if (plan->by_lsh)
		lsh_join(&plan->lsh, MOST_OF_BUCKET, c, m, threshold, add_pair, NULL, &found, &stats);
	else
		sets_join(c, m, threshold, add_pair, NULL, &found, &stats);
	all.memory = plan->memory + (double) found.cap * sizeof(Pair);
	for (int64 i = 0; i < found.n; i++)
		for (int32 x = found.pair[i].a; x >= 0; x = next[x])
			for (int32 y = found.pair[i].b; y >= 0; y = next[y])
			{
				bool		turned = c->side == NULL && x > y;

				work++;
				HD_CHECK_EVERY(work);
				if (skip == NULL || !skip(arg, turned ? y : x, turned ? x : y))
					add_pair(&all, turned ? y : x, turned ? x : y, found.pair[i].similarity);
			}
	if (c->side == NULL)
		for (int32 a = 0; a < c->n; a++)
			for (int32 b = next[a]; b >= 0; b = next[b])
			{
				work++;
				HD_CHECK_EVERY(work);
				if (skip == NULL || !skip(arg, a, b))
					add_pair(&all, a, b, 1);
			}
	if (all.n > 0)
		sort_pairs(all.pair, all.n);
	if (found.pair)
		pfree(found.pair);
	pfree(next);
	return all;
}

void
put_text_id(SrfRow *row, const Corpus *c, int32 text)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_cstring(row, id_cstring(c->id_kind, &c->ids, c->text[text].id));
	MemoryContextSwitchTo(old);
}

/* duplicate_pairs(corpus, threshold, measure, method, unit) */
PG_FUNCTION_INFO_V1(corpus_duplicate_pairs);
Datum
corpus_duplicate_pairs(PG_FUNCTION_ARGS)
{
	JoinOptions o;
	JoinPlan	plan;
	SrfRow		row;
	Corpus	   *c;
	SetCollection *sets;
	Pairs		pairs;

	join_options(fcinfo, 1, &o);
	method_arg(fcinfo, 3, &o);
	o.k = unit_arg(fcinfo, 4, default_unit(&o));
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = corpus_get_consistent(PG_GETARG_DATUM(0));
	sets = plan_join(c, &o, &plan);
	pairs = all_pairs(sets, &plan, measure_of_one_corpus(o.measure), o.threshold, NULL, NULL);
	for (int64 i = 0; i < pairs.n; i++)
	{
		put_text_id(&row, c, pairs.pair[i].a);
		put_text_id(&row, c, pairs.pair[i].b);
		srf_float8(&row, pairs.pair[i].similarity);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- between two corpora ---- */

void
warn_corpora_unicode(const Corpus *a, const Corpus *b)
{
	if (a->unicode != b->unicode && a->unicode != 0 && b->unicode != 0)
		ereport(WARNING,
				(errmsg("corpora were made with different versions of Unicode"),
				 errhint("Make the older one again from its texts.")));
}

/* Rows (id of a, id of b, similarity) */
static Datum
pairs_between(FunctionCallInfo fcinfo, const JoinOptions *o, bool df_of_a)
{
	SrfRow		row;
	Corpus	   *a,
			   *b;
	JoinPlan	plan = {.by_lsh = false};
	Pairs		pairs;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	a = corpus_get_consistent(PG_GETARG_DATUM(0));
	b = corpus_get_consistent(PG_GETARG_DATUM(1));
	warn_corpora_unicode(a, b);
	plan.memory = check_exact_join((double) a->n_tokens + b->n_tokens, (double) a->n_texts + b->n_texts);
	pairs = all_pairs(corpus_sets(a, b, o->k, o->idf, df_of_a), &plan, o->measure, o->threshold, NULL, NULL);
	for (int64 i = 0; i < pairs.n; i++)
	{
		put_text_id(&row, a, pairs.pair[i].a);
		put_text_id(&row, b, pairs.pair[i].b - a->n_texts);
		srf_float8(&row, pairs.pair[i].similarity);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* overlap_pairs(corpus, corpus, threshold, measure, unit) */
PG_FUNCTION_INFO_V1(corpus_overlap_pairs);
Datum
corpus_overlap_pairs(PG_FUNCTION_ARGS)
{
	JoinOptions o;

	join_options(fcinfo, 2, &o);
	o.k = unit_arg(fcinfo, 4, default_unit(&o));
	return pairs_between(fcinfo, &o, false);
}

/* contamination(corpus, benchmark, threshold, unit): how much of a benchmark's item is in a text */
PG_FUNCTION_INFO_V1(corpus_contamination);
Datum
corpus_contamination(PG_FUNCTION_ARGS)
{
	JoinOptions o = {.measure = MEASURE_CONTAINMENT, .idf = true};

	o.threshold = threshold_arg(fcinfo, 2, "threshold");
	o.k = unit_arg(fcinfo, 3, 3);
	return pairs_between(fcinfo, &o, true);
}

/* ---- clusters ---- */

typedef struct ClusterRun
{
	Corpus	   *corpus;
	SetCollection *sets;
	SetMeasure	measure;
	JoinPlan	plan;
	Clusters	clusters;
} ClusterRun;

/* duplicate_clusters and duplicate_stats: (corpus, threshold, measure, method, unit, refine) */
static void
run_clusters(FunctionCallInfo fcinfo, ClusterRun *r)
{
	JoinOptions o;
	bool		refine;

	join_options(fcinfo, 1, &o);
	method_arg(fcinfo, 3, &o);
	o.k = unit_arg(fcinfo, 4, default_unit(&o));
	if (!arg_given(fcinfo, 5))
		arg_is_null("refine");
	refine = PG_GETARG_BOOL(5);
	if (PG_ARGISNULL(0))
		return;
	r->corpus = corpus_get_consistent(PG_GETARG_DATUM(0));
	r->measure = measure_of_one_corpus(o.measure);
	r->sets = plan_join(r->corpus, &o, &r->plan);
	clusters_make(r->sets, r->plan.by_lsh ? &r->plan.lsh : NULL, r->measure, o.threshold, refine, &r->clusters);
}

/* How alike a text and its representative are; equal sets have no lists of their own */
static double
to_representative(const ClusterRun *r, int32 i)
{
	const SetCollection *c = r->sets;
	int32		a = c->same_as[r->clusters.representative[i]];
	int32		b = c->same_as[i];

	if (a == b)
		return 1;
	return set_similarity(r->measure, set_shared(c, a, b), c->size[a], c->size[b]);
}

PG_FUNCTION_INFO_V1(corpus_duplicate_clusters);
Datum
corpus_duplicate_clusters(PG_FUNCTION_ARGS)
{
	ClusterRun	r = {0};
	SrfRow		row;
	int32	   *number;
	int32		n = 0;

	srf_begin(fcinfo, &row);
	run_clusters(fcinfo, &r);
	if (r.corpus == NULL)
		return (Datum) 0;
	/* clusters are numbered by their first members */
	number = array_alloc0(r.sets->n, sizeof(int32));
	for (int32 i = 0; i < r.sets->n; i++)
	{
		int32		rep = r.clusters.representative[i];

		if (number[rep] == 0)
			number[rep] = ++n;
		put_text_id(&row, r.corpus, i);
		srf_int64(&row, number[rep]);
		put_text_id(&row, r.corpus, rep);
		srf_float8(&row, to_representative(&r, i));
		srf_int64(&row, r.clusters.size[rep]);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(corpus_duplicate_stats);
Datum
corpus_duplicate_stats(PG_FUNCTION_ARGS)
{
	ClusterRun	r = {0};
	SrfRow		row;
	int64		empty = 0,
				equal = 0,
				clusters = 0,
				duplicates = 0,
				largest = 0;

	srf_begin(fcinfo, &row);
	run_clusters(fcinfo, &r);
	if (r.corpus == NULL)
		return (Datum) 0;
	for (int32 i = 0; i < r.sets->n; i++)
	{
		int32		size = r.clusters.size[i];

		empty += r.corpus->text[i].n == 0;
		equal += r.sets->same_as[i] != i;
		clusters += size > 1;
		duplicates += size > 1 ? size : 0;
		largest = Max(largest, size);
	}
	srf_cstring(&row, r.plan.by_lsh ? "lsh" : "exact");
	srf_int64(&row, r.sets->n);
	srf_int64(&row, empty);
	srf_int64(&row, equal);
	srf_int64(&row, clusters);
	srf_int64(&row, duplicates);
	srf_int64(&row, largest);
	srf_int64(&row, r.clusters.stats.candidates);
	srf_int64(&row, r.clusters.stats.verified);
	srf_int64(&row, r.clusters.stats.capped);
	srf_int64(&row, (int64) r.plan.memory);
	srf_end_row(&row);
	return (Datum) 0;
}

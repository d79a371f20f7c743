/*-------------------------------------------------------------------------
 *
 * duplicates.c
 *	  SQL functions: duplicates within a corpus and between two.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "text/clusters.h"
#include "text/corpus_sets.h"
#include "text/shingles.h"

/* ---- options ---- */

typedef struct JoinOptions
{
	SetMeasure	measure;
	bool		idf;
	double		threshold;
	int			k;				/* words in a shingle */
} JoinOptions;

#define IDF_BIT 8

static double
threshold_arg(FunctionCallInfo fcinfo, int arg)
{
	double		t;

	if (!arg_given(fcinfo, arg))
		arg_is_null("threshold");
	t = PG_GETARG_FLOAT8(arg);
	/* written so that NaN fails */
	if (!(t > 0 && t <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold must be greater than 0 and not greater than 1"),
				 errdetail("It is %g.", t)));
	return t;
}

/* Measures weighted by rarity do best with single words, plain ones with three (docs/text.md) */
static int
unit_arg(FunctionCallInfo fcinfo, int arg, bool idf)
{
	static const ArgChoice units[] = {{"w1", 1}, {"w2", 2}, {"w3", 3}, {"w4", 4}, {"w5", 5}, {NULL, 0}};

	if (!arg_given(fcinfo, arg))
		return idf ? 1 : 3;
	return arg_choice(fcinfo, arg, "unit", units);
}

static void
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

	o->threshold = threshold_arg(fcinfo, first);
	measure = arg_choice(fcinfo, first + 1, "measure", measures);
	o->measure = measure & ~IDF_BIT;
	o->idf = (measure & IDF_BIT) != 0;
}

static void
method_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice methods[] = {{"auto", 0}, {"exact", 1}, {NULL, 0}};

	(void) arg_choice(fcinfo, arg, "method", methods);
}

/* Within one corpus a text is contained in another if either is in the other */
static SetMeasure
measure_of_one_corpus(SetMeasure m)
{
	return m == MEASURE_CONTAINMENT ? MEASURE_OVERLAP : m;
}

/* ---- pairs ---- */

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
} Pairs;

static void
add_pair(void *arg, int32 a, int32 b, double similarity)
{
	Pairs	   *p = arg;

	if (p->n == p->cap)
	{
		p->cap = Max(p->cap * 2, 256);
		p->pair = p->pair ? repalloc_huge(p->pair, p->cap * sizeof(Pair)) :
			array_alloc(p->cap, sizeof(Pair));
	}
	p->pair[p->n++] = (Pair) {a, b, similarity};
}

static int
compare_pairs(const void *x, const void *y)
{
	const Pair *p = x;
	const Pair *q = y;

	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

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

/* All pairs, those among and between equal sets included, in canonical order */
static Pairs
all_pairs(const SetCollection *c, SetMeasure m, double threshold, JoinStats *stats)
{
	Pairs		found = {0},
				all = {0};
	int32	   *next = chain_equal(c);
	int64		work = 0;

	sets_join(c, m, threshold, add_pair, NULL, &found, stats);
	for (int64 i = 0; i < found.n; i++)
		for (int32 a = found.pair[i].a; a >= 0; a = next[a])
			for (int32 b = found.pair[i].b; b >= 0; b = next[b])
			{
				work++;
				HD_CHECK_EVERY(work);
				if (c->side || a < b)
					add_pair(&all, a, b, found.pair[i].similarity);
				else
					add_pair(&all, b, a, found.pair[i].similarity);
			}
	if (c->side == NULL)
		for (int32 a = 0; a < c->n; a++)
			for (int32 b = next[a]; b >= 0; b = next[b])
			{
				work++;
				HD_CHECK_EVERY(work);
				add_pair(&all, a, b, 1);
			}
	if (all.n > 0)
		qsort(all.pair, all.n, sizeof(Pair), compare_pairs);
	pfree(next);
	return all;
}

static void
put_id(SrfRow *row, const Corpus *c, int32 text)
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
	JoinStats	stats;
	SrfRow		row;
	Corpus	   *c;
	Pairs		pairs;

	join_options(fcinfo, 1, &o);
	method_arg(fcinfo, 3);
	o.k = unit_arg(fcinfo, 4, o.idf);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = corpus_get_consistent(PG_GETARG_DATUM(0));
	pairs = all_pairs(corpus_sets(c, NULL, o.k, o.idf, false), measure_of_one_corpus(o.measure), o.threshold, &stats);
	for (int64 i = 0; i < pairs.n; i++)
	{
		put_id(&row, c, pairs.pair[i].a);
		put_id(&row, c, pairs.pair[i].b);
		srf_float8(&row, pairs.pair[i].similarity);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- between two corpora ---- */

/* Rows (id of a, id of b, similarity) */
static Datum
pairs_between(FunctionCallInfo fcinfo, const JoinOptions *o, bool df_of_a)
{
	JoinStats	stats;
	SrfRow		row;
	Corpus	   *a,
			   *b;
	Pairs		pairs;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	a = corpus_get_consistent(PG_GETARG_DATUM(0));
	b = corpus_get_consistent(PG_GETARG_DATUM(1));
	if (a->unicode != b->unicode && a->unicode != 0 && b->unicode != 0)
		ereport(WARNING,
				(errmsg("corpora were made with different versions of Unicode"),
				 errhint("Make the older one again from its texts.")));
	pairs = all_pairs(corpus_sets(a, b, o->k, o->idf, df_of_a), o->measure, o->threshold, &stats);
	for (int64 i = 0; i < pairs.n; i++)
	{
		put_id(&row, a, pairs.pair[i].a);
		put_id(&row, b, pairs.pair[i].b - a->n_texts);
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
	o.k = unit_arg(fcinfo, 4, o.idf);
	return pairs_between(fcinfo, &o, false);
}

/* contamination(corpus, benchmark, threshold, unit): how much of a benchmark's item is in a text */
PG_FUNCTION_INFO_V1(corpus_contamination);
Datum
corpus_contamination(PG_FUNCTION_ARGS)
{
	JoinOptions o = {.measure = MEASURE_CONTAINMENT, .idf = true};

	o.threshold = threshold_arg(fcinfo, 2);
	o.k = unit_arg(fcinfo, 3, false);
	return pairs_between(fcinfo, &o, true);
}

/* ---- clusters ---- */

typedef struct ClusterRun
{
	Corpus	   *corpus;
	SetCollection *sets;
	SetMeasure	measure;
	Clusters	clusters;
} ClusterRun;

/* duplicate_clusters and duplicate_stats: (corpus, threshold, measure, method, unit, refine) */
static void
run_clusters(FunctionCallInfo fcinfo, ClusterRun *r)
{
	JoinOptions o;
	bool		refine;

	join_options(fcinfo, 1, &o);
	method_arg(fcinfo, 3);
	o.k = unit_arg(fcinfo, 4, o.idf);
	if (!arg_given(fcinfo, 5))
		arg_is_null("refine");
	refine = PG_GETARG_BOOL(5);
	if (PG_ARGISNULL(0))
		return;
	r->corpus = corpus_get_consistent(PG_GETARG_DATUM(0));
	r->measure = measure_of_one_corpus(o.measure);
	r->sets = corpus_sets(r->corpus, NULL, o.k, o.idf, false);
	clusters_make(r->sets, r->measure, o.threshold, refine, &r->clusters);
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
		put_id(&row, r.corpus, i);
		srf_int64(&row, number[rep]);
		put_id(&row, r.corpus, rep);
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
	srf_cstring(&row, "exact");
	srf_int64(&row, r.sets->n);
	srf_int64(&row, empty);
	srf_int64(&row, equal);
	srf_int64(&row, clusters);
	srf_int64(&row, duplicates);
	srf_int64(&row, largest);
	srf_int64(&row, r.clusters.stats.candidates);
	srf_int64(&row, r.clusters.stats.verified);
	srf_end_row(&row);
	return (Datum) 0;
}

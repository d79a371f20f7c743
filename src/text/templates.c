/*-------------------------------------------------------------------------
 *
 * templates.c
 *	  SQL function: texts that share a template and are no duplicates.
 *
 * Plain Jaccard over three-word shingles takes forms that were filled in
 * differently for duplicates; Jaccard weighted by rarity does not.  Where a
 * cluster by the first falls into several by the second, what holds it together
 * is a template.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "text/duplicates.h"
#include "utils/memutils.h"

/* Clusters of one corpus by one measure */
typedef struct Grouping
{
	MemoryContext sets_cx;		/* of all that they take */
	SetCollection *sets;
	Clusters	clusters;
} Grouping;

/* Did it take the approximate join? */
static bool
group_texts(const Corpus *c, const JoinOptions *o, bool refine, Grouping *g)
{
	JoinPlan	plan;
	MemoryContext old;

	g->sets_cx = AllocSetContextCreate(CurrentMemoryContext, "hdata sets", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(g->sets_cx);
	g->sets = plan_join(c, o, &plan);
	MemoryContextSwitchTo(old);
	clusters_make(g->sets, plan.by_lsh ? &plan.lsh : NULL, o->measure, o->threshold, refine, &g->clusters);
	return plan.by_lsh;
}

static double
similarity_of(const Grouping *g, int32 a, int32 b)
{
	const SetCollection *c = g->sets;

	a = c->same_as[a];
	b = c->same_as[b];
	if (a == b)
		return 1;
	return set_similarity(MEASURE_JACCARD, set_shared(c, a, b), c->size[a], c->size[b]);
}

/* [n] with the representative; what the sets took is free for the next join */
static double *
similarities_alone(Grouping *g)
{
	int32		n = g->sets->n;
	double	   *similarity = array_alloc(n, sizeof(double));
	int64		work = 0;

	for (int32 i = 0; i < n; i++)
	{
		HD_CHECK_WORK(work, 16 + g->sets->start[i + 1] - g->sets->start[i]);
		similarity[i] = similarity_of(g, g->clusters.representative[i], i);
	}
	MemoryContextDelete(g->sets_cx);
	g->sets = NULL;
	return similarity;
}

typedef struct Variant
{
	int32		plain;			/* representative by the plain measure, and by the weighted one */
	int32		weighted;
} Variant;

static inline int
compare_variants(const Variant *a, const Variant *b)
{
	if (a->plain != b->plain)
		return a->plain < b->plain ? -1 : 1;
	return (a->weighted > b->weighted) - (a->weighted < b->weighted);
}

#define ST_SORT sort_variants
#define ST_ELEMENT_TYPE Variant
#define ST_COMPARE(a, b) compare_variants(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* [n] by plain representative: into how many weighted clusters its members fall */
static int64 *
count_variants(const Grouping *plain, const Grouping *weighted, int32 n)
{
	int64	   *count = array_alloc0(n, sizeof(int64));
	Variant    *v = array_alloc(n, sizeof(Variant));

	for (int32 i = 0; i < n; i++)
		v[i] = (Variant) {plain->clusters.representative[i], weighted->clusters.representative[i]};
	sort_variants(v, n);
	for (int32 i = 0; i < n; i++)
		if (i == 0 || compare_variants(&v[i - 1], &v[i]) != 0)
			count[v[i].plain]++;
	pfree(v);
	return count;
}

/* template_groups(corpus, threshold, duplicate_threshold, min_variants, method) */
PG_FUNCTION_INFO_V1(corpus_template_groups);
Datum
corpus_template_groups(PG_FUNCTION_ARGS)
{
	JoinOptions plain_options = {.measure = MEASURE_JACCARD, .k = 3};
	JoinOptions weighted_options = {.measure = MEASURE_JACCARD, .idf = true, .k = 1};
	Grouping	plain,
				weighted;
	SrfRow		row;
	Corpus	   *c;
	bool		by_lsh;
	int64		least,
				n = 0;
	int64	   *variants,
			   *number;
	double	   *similarity;

	plain_options.threshold = threshold_arg(fcinfo, 1, "threshold");
	weighted_options.threshold = threshold_arg(fcinfo, 2, "duplicate_threshold");
	if (!arg_given(fcinfo, 3))
		arg_is_null("min_variants");
	least = PG_GETARG_INT64(3);
	if (least < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_variants must be at least 2"),
				 errdetail("It is " INT64_FORMAT ".", least)));
	method_arg(fcinfo, 4, &plain_options);
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = corpus_get_consistent(PG_GETARG_DATUM(0));
	/* a template holds by components: its forms need not all be like the first */
	by_lsh = group_texts(c, &plain_options, false, &plain);
	similarity = similarities_alone(&plain);
	/* both take the same way, and one notice says so */
	weighted_options.method = by_lsh ? METHOD_LSH : METHOD_EXACT;
	group_texts(c, &weighted_options, true, &weighted);
	variants = count_variants(&plain, &weighted, (int32) c->n_texts);
	number = array_alloc0(c->n_texts, sizeof(int64));
	for (int32 i = 0; i < (int32) c->n_texts; i++)
	{
		int32		rep = plain.clusters.representative[i];

		if (variants[rep] < least)
			continue;
		if (number[rep] == 0)
			number[rep] = ++n;
		put_text_id(&row, c, i);
		srf_int64(&row, number[rep]);
		put_text_id(&row, c, rep);
		srf_int64(&row, plain.clusters.size[rep]);
		srf_int64(&row, variants[rep]);
		srf_float8(&row, similarity[i]);
		srf_float8(&row, similarity_of(&weighted, rep, i));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

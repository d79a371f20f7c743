/*-------------------------------------------------------------------------
 *
 * score_summary.c
 *	  The state type "score_summary": adding scores, merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "rubric/rubric_score.h"
#include "rubric/score_summary.h"
#include "utils/memutils.h"

/* what a cluster may take in the byte format beside its name, about */
#define CLUSTER_BYTES 20

/* ---- adding ---- */

/* x^2, and what takes it to the square of x brought into [0, 1] */
static void
add_square(ShortSum *square, ShortSum *clip, MemoryContext cx, double x)
{
	shortsum_add_product(square, cx, x, x);
	if (x < 0 || x > 1)
	{
		shortsum_add_product(clip, cx, -x, x);
		if (x > 1)
			shortsum_add(clip, cx, 1);
	}
}

static void
add_score(ClusterSums *c, MemoryContext cx, double x)
{
	c->n++;
	shortsum_add(&c->sum, cx, x);
	if (x < 0 || x > 1)
	{
		shortsum_add(&c->clip, cx, -x);
		if (x > 1)
			shortsum_add(&c->clip, cx, 1);
	}
}

static SummaryClusters *
summary_clusters(ScoreSummary *s)
{
	if (s->clusters == NULL)
	{
		s->clusters = MemoryContextAllocZero(s->state.cx, sizeof(SummaryClusters));
		dict_init(&s->clusters->dict, s->state.cx);
	}
	return s->clusters;
}

static ClusterSums *
find_cluster(ScoreSummary *s, const ColumnKey *k)
{
	SummaryClusters *c = summary_clusters(s);
	uint32		n = c->dict.n;
	uint32		code = dict_add(&c->dict, k->prefix, k->bytes, k->len);

	if (c->dict.n == n && code < c->cap)
		return &c->sums[code];
	c->sorted = false;
	if (code >= c->cap)
	{
		uint32		cap = Max(c->cap * 2, 4);
		ClusterSums *sums;

		if ((double) c->dict.key_bytes + (double) c->dict.n * CLUSTER_BYTES > (double) state_size_limit())
			wire_too_large(s->state.type->name, state_size_limit());
		sums = MemoryContextAllocExtended(s->state.cx, mul_size(cap, sizeof(ClusterSums)),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (c->cap > 0)
		{
			memcpy(sums, c->sums, c->cap * sizeof(ClusterSums));
			pfree(c->sums);
		}
		c->sums = sums;
		c->cap = cap;
	}
	return &c->sums[code];
}

void
score_summary_add(ScoreSummary *s, double x, const ColumnKey *cluster)
{
	MemoryContext cx = s->state.cx;

	if (x == 0)
		x = 0;					/* -0 is 0 */
	if (cluster)
	{
		ClusterSums *c = find_cluster(s, cluster);

		add_score(c, cx, x);
		add_score(&s->clusters->total, cx, x);
		add_square(&s->clusters->square, &s->clusters->clip_square, cx, x);
	}
	s->min = s->all.n == 0 ? x : Min(s->min, x);
	s->max = s->all.n == 0 ? x : Max(s->max, x);
	add_score(&s->all, cx, x);
	add_square(&s->square, &s->clip_square, cx, x);
}

void
score_summary_settle(ScoreSummary *s)
{
	SummaryClusters *c = s->clusters;
	Dict		dict;
	ClusterSums *sums;
	uint32	   *order;

	if (c == NULL || c->sorted)
		return;
	order = dict_sorted(&c->dict);
	dict_init(&dict, s->state.cx);
	dict_reorder(&dict, &c->dict, order, c->dict.n);
	sums = MemoryContextAllocExtended(s->state.cx, mul_size(c->cap, sizeof(ClusterSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < c->dict.n; i++)
		sums[i] = c->sums[order[i]];
	pfree(order);
	dict_free(&c->dict);
	pfree(c->sums);
	c->dict = dict;
	c->sums = sums;
	c->sorted = true;
}

/* ---- whose scores they are ---- */

static bool
is_neutral(const ScoreSummary *s)
{
	return s->binding == SUMMARY_UNBOUND && s->all.n == 0;
}

static const char *
binding_cstring(SummaryBinding binding, const uint8 *hash)
{
	return binding == SUMMARY_UNBOUND ? "scores that belong to no rubric" :
		binding == SUMMARY_MIXED ? "scores of several rubrics, on purpose" :
		psprintf("scores by the rubric %s", rubric_hash_cstring(hash));
}

void
score_summary_bind(ScoreSummary *s, SummaryBinding binding, const uint8 *hash)
{
	if (is_neutral(s))
	{
		s->binding = binding;
		if (binding == SUMMARY_BOUND)
			memcpy(s->hash, hash, RUBRIC_HASH_LEN);
		return;
	}
	if (s->binding == binding && (binding != SUMMARY_BOUND || memcmp(s->hash, hash, RUBRIC_HASH_LEN) == 0))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("scores by different rubrics cannot be averaged"),
			 errdetail("There are %s, and %s.", binding_cstring(s->binding, s->hash), binding_cstring(binding, hash)),
			 errhint("Group by the rubric. To average over several rubrics on purpose, use score_agg(score, cluster, true).")));
}

/* ---- the type ---- */

static void
score_summary_init(State *s)
{
	/* zero is the empty state */
}

static void
merge_sums(ClusterSums *dst, MemoryContext cx, const ClusterSums *src)
{
	count_add(&dst->n, src->n);
	shortsum_merge(&dst->sum, cx, &src->sum);
	shortsum_merge(&dst->clip, cx, &src->clip);
}

static void
merge_clusters(ScoreSummary *dst, const SummaryClusters *c)
{
	MemoryContext cx = dst->state.cx;

	for (uint32 i = 0; i < c->dict.n; i++)
	{
		ColumnKey	k;
		uint8		tmp[8];

		HD_CHECK_EVERY(i);
		k.bytes = dict_key(&c->dict, i, tmp, &k.len);
		k.prefix = c->dict.entry[i].prefix;
		merge_sums(find_cluster(dst, &k), cx, &c->sums[i]);
	}
	merge_sums(&dst->clusters->total, cx, &c->total);
	shortsum_merge(&dst->clusters->square, cx, &c->square);
	shortsum_merge(&dst->clusters->clip_square, cx, &c->clip_square);
}

static void
score_summary_merge(State *d, State *s)
{
	ScoreSummary *dst = (ScoreSummary *) d;
	ScoreSummary *src = (ScoreSummary *) s;

	if (!is_neutral(src))
		score_summary_bind(dst, src->binding, src->hash);
	state_changed(d);
	count_add(&dst->n_null, src->n_null);
	if (src->all.n == 0)
		return;
	dst->min = dst->all.n == 0 ? src->min : Min(dst->min, src->min);
	dst->max = dst->all.n == 0 ? src->max : Max(dst->max, src->max);
	merge_sums(&dst->all, d->cx, &src->all);
	shortsum_merge(&dst->square, d->cx, &src->square);
	shortsum_merge(&dst->clip_square, d->cx, &src->clip_square);
	if (src->clusters)
		merge_clusters(dst, src->clusters);
}

const StateType score_summary_type = {
	"score_summary",
	sizeof(ScoreSummary),
	score_summary_init,
	score_summary_encode,
	score_summary_decode,
	score_summary_merge
};

ScoreSummary *
score_summary_get(Datum d)
{
	ScoreSummary *s = (ScoreSummary *) state_get(&score_summary_type, d);

	score_summary_settle(s);
	return s;
}

char *
score_summary_cluster_name(const ScoreSummary *s, uint32 code)
{
	uint8		tmp[8];
	uint32		len;
	const uint8 *p = dict_key(&s->clusters->dict, code, tmp, &len);

	return text_key_cstring(p, len);
}

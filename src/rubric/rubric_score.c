/*-------------------------------------------------------------------------
 *
 * rubric_score.c
 *	  The state type "rubric_score": adding criteria, merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "rubric/rubric_score.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* what a tag may take in the byte format beside its name, about */
#define TAG_BYTES 40

/* ---- sums ---- */

ScoreRest *
score_rest(ScoreSums *s, MemoryContext cx)
{
	if (s->rest == NULL)
		s->rest = MemoryContextAllocZero(cx, sizeof(ScoreRest));
	return s->rest;
}

void
score_sums_count(ScoreSums *s, MemoryContext cx, double value, bool positive, bool idle)
{
	if (isnan(value))
	{
		ScoreRest  *rest = score_rest(s, cx);

		rest->n_na++;
		rest->n_na_idle += idle;
		return;
	}
	if (idle)
	{
		score_rest(s, cx)->n_idle++;
		return;
	}
	if (value == (positive ? 1 : 0))
	{
		s->n_pass++;
		return;
	}
	s->n_fail++;
	if (value > 0 && value < 1)
	{
		ShortSum   *credit = &score_rest(s, cx)->credit;

		if (positive)
			shortsum_add(credit, cx, value);
		else
		{
			/* 1 - value, without rounding */
			shortsum_add(credit, cx, 1);
			shortsum_add(credit, cx, -value);
		}
	}
}

void
score_sums_add(ScoreSums *s, MemoryContext cx, double points, double value)
{
	score_sums_count(s, cx, value, points > 0, points == 0);
	if (points == 0)
		return;
	if (isnan(value))
	{
		if (points > 0)
			shortsum_add(&s->rest->na_plus, cx, points);
		else
			shortsum_add(&s->rest->na_minus, cx, -points);
		return;
	}
	if (points > 0)
		shortsum_add(&s->plus, cx, points);
	else
		shortsum_add(&s->minus, cx, -points);
	if (value == 1)
		shortsum_add(&s->achieved, cx, points);
	else if (value != 0)
		shortsum_add_product(&s->achieved, cx, points, value);
}

static void
sums_merge(ScoreSums *dst, MemoryContext cx, const ScoreSums *src)
{
	int64		n;

	shortsum_merge(&dst->achieved, cx, &src->achieved);
	shortsum_merge(&dst->plus, cx, &src->plus);
	shortsum_merge(&dst->minus, cx, &src->minus);
	count_add(&dst->n_pass, src->n_pass);
	count_add(&dst->n_fail, src->n_fail);
	if (src->rest)
	{
		ScoreRest  *rest = score_rest(dst, cx);

		count_add(&rest->n_idle, src->rest->n_idle);
		count_add(&rest->n_na, src->rest->n_na);
		count_add(&rest->n_na_idle, src->rest->n_na_idle);
		count_add(&rest->n_trees, src->rest->n_trees);
		count_add(&rest->n_pruned, src->rest->n_pruned);
		shortsum_merge(&rest->na_plus, cx, &src->rest->na_plus);
		shortsum_merge(&rest->na_minus, cx, &src->rest->na_minus);
		shortsum_merge(&rest->credit, cx, &src->rest->credit);
		shortsum_merge(&rest->pruned, cx, &src->rest->pruned);
	}
	/* their sum is a bigint, too */
	n = dst->n_pass;
	count_add(&n, dst->n_fail);
	if (dst->rest)
		count_add(&n, dst->rest->n_idle);
}

/* ---- gates and tags ---- */

ScoreGates *
rubric_score_gates(RubricScore *s)
{
	if (s->gates == NULL)
		s->gates = MemoryContextAllocZero(s->state.cx, sizeof(ScoreGates));
	return s->gates;
}

/* A requirement (points >= 0) is open if it is met, a ban (points < 0) if it is not */
void
score_gate_count(RubricScore *s, double points, double value)
{
	ScoreGates *g = rubric_score_gates(s);

	if (isnan(value))
		g->undecided++;
	else if (value == (points < 0 ? 0 : 1))
		g->open++;
	else
		g->closed++;
}

uint32
rubric_score_tag(RubricScore *s, const ColumnKey *tag)
{
	ScoreTags  *t = s->tags;
	uint32		code;

	if (t == NULL)
	{
		t = MemoryContextAllocZero(s->state.cx, sizeof(ScoreTags));
		dict_init(&t->dict, s->state.cx);
		s->tags = t;
	}
	code = dict_add(&t->dict, tag->prefix, tag->bytes, tag->len);
	if (code < t->cap && (sums_n_graded(&t->sums[code]) > 0 || sums_n_na(&t->sums[code]) > 0))
		return code;
	/* a new one */
	if (t->dict.n > t->cap)
	{
		uint32		cap = Max(t->cap * 2, 4);
		ScoreSums  *sums;

		if ((double) t->dict.key_bytes + (double) t->dict.n * TAG_BYTES > (double) state_size_limit())
			wire_too_large(s->state.type->name, state_size_limit());
		sums = MemoryContextAllocExtended(s->state.cx, mul_size(cap, sizeof(ScoreSums)),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (t->cap > 0)
		{
			memcpy(sums, t->sums, t->cap * sizeof(ScoreSums));
			pfree(t->sums);
		}
		t->sums = sums;
		t->cap = cap;
	}
	t->sorted = false;
	return code;
}

void
rubric_score_add(RubricScore *s, double points, double value, bool gate, const uint32 *tag, int n_tags)
{
	MemoryContext cx = s->state.cx;

	score_sums_add(&s->all, cx, points, value);
	if (gate)
	{
		score_gate_count(s, points, value);
		score_sums_add(&s->gates->sums, cx, points, value);
	}
	for (int i = 0; i < n_tags; i++)
		score_sums_add(&s->tags->sums[tag[i]], cx, points, value);
}

void
rubric_score_settle(RubricScore *s)
{
	ScoreTags  *t = s->tags;
	Dict		dict;
	ScoreSums  *sums;
	uint32	   *order;

	if (t == NULL || t->sorted)
		return;
	order = dict_sorted(&t->dict);
	dict_init(&dict, s->state.cx);
	dict_reorder(&dict, &t->dict, order, t->dict.n);
	sums = MemoryContextAllocHuge(s->state.cx, mul_size(t->cap, sizeof(ScoreSums)));
	for (uint32 i = 0; i < t->dict.n; i++)
		sums[i] = t->sums[order[i]];
	memset(sums + t->dict.n, 0, (t->cap - t->dict.n) * sizeof(ScoreSums));
	pfree(order);
	dict_free(&t->dict);
	pfree(t->sums);
	t->dict = dict;
	t->sums = sums;
	t->sorted = true;
}

/* ---- the rubric they are bound to ---- */

char *
rubric_hash_cstring(const uint8 *hash)
{
	char	   *s = palloc(2 * RUBRIC_HASH_LEN + 1);

	hex_encode((const char *) hash, RUBRIC_HASH_LEN, s);
	s[2 * RUBRIC_HASH_LEN] = '\0';
	return s;
}

bool
rubric_score_is_empty(const RubricScore *s)
{
	return s->binding == NULL && s->all.n_pass == 0 && s->all.n_fail == 0 && s->all.rest == NULL;
}

static char *
binding_cstring(const ScoreBinding *b)
{
	return b ? psprintf("by the rubric %s", rubric_hash_cstring(b->hash)) : "by points that belong to no rubric (rubric_agg)";
}

void
rubric_score_check_binding(const ScoreBinding *a, const ScoreBinding *b)
{
	if (a == NULL && b == NULL)
		return;
	if (a && b && a->tree == b->tree && memcmp(a->hash, b->hash, RUBRIC_HASH_LEN) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("scores by different rubrics cannot be combined"),
			 errdetail("One is graded %s, another %s.", binding_cstring(a), binding_cstring(b)),
			 errhint("Group by the rubric. To average over several rubrics on purpose, use score_agg(score, cluster, true).")));
}

/* ---- the type ---- */

static void
rubric_score_init(State *s)
{
	/* zero is the empty state */
}

static void
merge_tags(RubricScore *dst, const RubricScore *src)
{
	const ScoreTags *t = src->tags;

	for (uint32 i = 0; i < t->dict.n; i++)
	{
		ColumnKey	k;
		uint8		tmp[8];
		uint32		code;

		HD_CHECK_EVERY(i);
		k.bytes = dict_key(&t->dict, i, tmp, &k.len);
		k.prefix = t->dict.entry[i].prefix;
		code = rubric_score_tag(dst, &k);
		sums_merge(&dst->tags->sums[code], dst->state.cx, &t->sums[i]);
	}
}

static void
rubric_score_merge(State *d, State *s)
{
	RubricScore *dst = (RubricScore *) d;
	RubricScore *src = (RubricScore *) s;
	MemoryContext cx = d->cx;

	if (rubric_score_is_empty(src))
		return;
	if (!rubric_score_is_empty(dst))
		rubric_score_check_binding(dst->binding, src->binding);
	state_changed(d);
	if (src->binding)
	{
		if (dst->binding == NULL)
		{
			dst->binding = MemoryContextAlloc(cx, sizeof(ScoreBinding));
			*dst->binding = *src->binding;
		}
		else
		{
			count_add(&dst->binding->n_responses, src->binding->n_responses);
			count_add(&dst->binding->n_missing, src->binding->n_missing);
		}
	}
	sums_merge(&dst->all, cx, &src->all);
	if (src->gates)
	{
		ScoreGates *g = rubric_score_gates(dst);

		count_add(&g->open, src->gates->open);
		count_add(&g->closed, src->gates->closed);
		count_add(&g->undecided, src->gates->undecided);
		sums_merge(&g->sums, cx, &src->gates->sums);
	}
	if (src->tags)
		merge_tags(dst, src);
}

const StateType rubric_score_type = {
	"rubric_score",
	sizeof(RubricScore),
	rubric_score_init,
	rubric_score_encode,
	rubric_score_decode,
	rubric_score_merge
};

RubricScore *
rubric_score_get(Datum d)
{
	RubricScore *s = (RubricScore *) state_get(&rubric_score_type, d);

	rubric_score_settle(s);
	return s;
}

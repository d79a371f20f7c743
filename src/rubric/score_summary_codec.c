/*-------------------------------------------------------------------------
 *
 * score_summary_codec.c
 *	  The byte format of the type "score_summary" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		flags: bound to one rubric, of several rubrics, clusters
 *	  [bound: hash, 32 bytes]
 *	  varint	scores, NULLs
 *	  [any scores:
 *		8 bytes	the least, 8 bytes the greatest
 *		sum		of the scores; [any outside of 0 to 1: sum of what clipping adds]
 *		sum		of their squares; [likewise: sum of what clipping adds to them]
 *		[clusters: varint number, at least 1; keys;
 *		  for each: varint scores, at least 1; sum; [clipped: sum of what clipping adds]
 *		  [not all scores have a cluster: sum of the squares of those that do; [clipped: sum]]]]
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "rubric/score_summary.h"
#include "utils/memutils.h"

#define FLAG_BOUND		1
#define FLAG_MIXED		2
#define FLAG_CLUSTERS	4
#define FLAGS_ALL		7

/* ---- writing ---- */

static void
put_clusters(WireWriter *w, const ScoreSummary *s, bool clipped)
{
	const SummaryClusters *c = s->clusters;

	wire_put_varint(w, c->dict.n);
	keys_put(w, &c->dict, KEYS_TEXT);
	for (uint32 i = 0; i < c->dict.n; i++)
	{
		HD_CHECK_EVERY(i);
		wire_put_varint(w, c->sums[i].n);
		shortsum_encode(&c->sums[i].sum, w);
		if (clipped)
			shortsum_encode(&c->sums[i].clip, w);
	}
	if (c->total.n < s->all.n)
	{
		shortsum_encode(&c->square, w);
		if (clipped)
			shortsum_encode(&c->clip_square, w);
	}
}

void
score_summary_encode(State *state, WireWriter *w)
{
	ScoreSummary *s = (ScoreSummary *) state;
	bool		clipped = score_summary_is_clipped(s);

	score_summary_settle(s);
	wire_put_byte(w, HDATA_SCORE_SUMMARY_VERSION);
	wire_put_byte(w, (s->binding == SUMMARY_BOUND ? FLAG_BOUND : s->binding == SUMMARY_MIXED ? FLAG_MIXED : 0) |
				  (s->clusters ? FLAG_CLUSTERS : 0));
	if (s->binding == SUMMARY_BOUND)
		wire_put_bytes(w, s->hash, RUBRIC_HASH_LEN);
	wire_put_varint(w, s->all.n);
	wire_put_varint(w, s->n_null);
	if (s->all.n == 0)
		return;
	keys_put_number(w, s->min);
	keys_put_number(w, s->max);
	shortsum_encode(&s->all.sum, w);
	if (clipped)
		shortsum_encode(&s->all.clip, w);
	shortsum_encode(&s->square, w);
	if (clipped)
		shortsum_encode(&s->clip_square, w);
	if (s->clusters)
		put_clusters(w, s, clipped);
}

/* ---- reading ---- */

/* Squares are not negative, and clipping takes nothing more from them than they have */
static void
get_squares(WireReader *r, ShortSum *square, ShortSum *clip, MemoryContext cx, bool clipped)
{
	ShortSum	t = {0};

	shortsum_decode(square, cx, r);
	if (clipped)
		shortsum_decode(clip, cx, r);
	shortsum_merge(&t, CurrentMemoryContext, square);
	shortsum_merge(&t, CurrentMemoryContext, clip);
	if (shortsum_sign(square) < 0 || shortsum_sign(&t) < 0)
		wire_fail(r, "A sum of squares is negative.");
}

static void
get_clusters(WireReader *r, ScoreSummary *s, bool clipped)
{
	MemoryContext cx = s->state.cx;
	SummaryClusters *c = MemoryContextAllocZero(cx, sizeof(SummaryClusters));
	uint32		n = wire_get_count(r, keys_min_bytes(KEYS_TEXT) + 2);

	if (n == 0)
		wire_fail(r, "A count is out of range.");
	dict_init(&c->dict, cx);
	keys_get(r, &c->dict, n, KEYS_TEXT);
	c->sums = MemoryContextAllocExtended(cx, mul_size(n, sizeof(ClusterSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	c->cap = n;
	c->sorted = true;
	for (uint32 i = 0; i < n; i++)
	{
		ClusterSums *sums = &c->sums[i];

		HD_CHECK_EVERY(i);
		sums->n = wire_get_total(r);
		if (sums->n == 0 || sums->n > s->all.n - c->total.n)
			wire_fail(r, "A count is out of range.");
		shortsum_decode(&sums->sum, cx, r);
		if (clipped)
			shortsum_decode(&sums->clip, cx, r);
		c->total.n += sums->n;
		shortsum_merge(&c->total.sum, cx, &sums->sum);
		shortsum_merge(&c->total.clip, cx, &sums->clip);
	}
	if (c->total.n < s->all.n)
		get_squares(r, &c->square, &c->clip_square, cx, clipped);
	else
	{
		shortsum_merge(&c->square, cx, &s->square);
		shortsum_merge(&c->clip_square, cx, &s->clip_square);
		/* all scores have a cluster: their sums are those of the clusters */
		shortsum_subtract(&c->total.sum, cx, &s->all.sum);
		shortsum_subtract(&c->total.clip, cx, &s->all.clip);
		if (shortsum_sign(&c->total.sum) != 0 || shortsum_sign(&c->total.clip) != 0)
			wire_fail(r, "Clusters do not add up.");
		shortsum_init(&c->total.sum);
		shortsum_init(&c->total.clip);
		shortsum_merge(&c->total.sum, cx, &s->all.sum);
		shortsum_merge(&c->total.clip, cx, &s->all.clip);
	}
	s->clusters = c;
}

void
score_summary_decode(State *state, WireReader *r)
{
	ScoreSummary *s = (ScoreSummary *) state;
	MemoryContext cx = state->cx;
	uint8		flags;
	bool		clipped;

	if (wire_get_byte(r) != HDATA_SCORE_SUMMARY_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	flags = wire_get_byte(r);
	if ((flags & ~FLAGS_ALL) != 0 || ((flags & FLAG_BOUND) && (flags & FLAG_MIXED)))
		wire_fail(r, "Its flags are not known to this release of hdata.");
	s->binding = (flags & FLAG_BOUND) ? SUMMARY_BOUND : (flags & FLAG_MIXED) ? SUMMARY_MIXED : SUMMARY_UNBOUND;
	if (s->binding == SUMMARY_BOUND)
		memcpy(s->hash, wire_get_bytes(r, RUBRIC_HASH_LEN), RUBRIC_HASH_LEN);
	s->all.n = wire_get_total(r);
	s->n_null = wire_get_total(r);
	if (s->all.n > 0)
	{
		s->min = keys_get_number(r);
		s->max = keys_get_number(r);
		if (s->min > s->max || (s->all.n == 1 && s->min != s->max))
			wire_fail(r, "A score is out of range.");
		clipped = score_summary_is_clipped(s);
		shortsum_decode(&s->all.sum, cx, r);
		if (clipped)
			shortsum_decode(&s->all.clip, cx, r);
		get_squares(r, &s->square, &s->clip_square, cx, clipped);
		if (flags & FLAG_CLUSTERS)
			get_clusters(r, s, clipped);
	}
	else if (flags & FLAG_CLUSTERS)
		wire_fail(r, "A count is out of range.");
	if (r->p != r->end)
		wire_fail(r, "There are bytes behind the end.");
}

/*-------------------------------------------------------------------------
 *
 * rate_estimate.c
 *	  The state type "rate_estimate": adding, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		1 if some row has a cluster, else 0
 *	  varint	rows, bad rows, rows that were excluded
 *	  [any rows:
 *		sum		of the weights, sum of their squares
 *		[any bad: the same two of the bad rows]
 *		[clusters: varint number, at least 1; keys;
 *		  for each: varint rows, at least 1; sum of weights, and of those of bad rows
 *		  varint rows without a cluster; [any: sum of their squares, and of those of the bad]]]
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "quality/rate_estimate.h"
#include "utils/memutils.h"

/* what a cluster takes at least in the stored form, besides its name */
#define CLUSTER_BYTES 8

static void
rate_estimate_init(State *s)
{
	RateEstimate *r = (RateEstimate *) s;

	dict_init(&r->clusters, s->cx);
	r->settled = true;
}

/* ---- adding ---- */

/* The sums of a cluster, which is added if it is new */
static RateSums *
find_cluster(RateEstimate *r, const ColumnKey *k)
{
	uint32		n = r->clusters.n;
	uint32		code = dict_add(&r->clusters, k->prefix, k->bytes, k->len);

	if (code < n)
		return &r->cluster[code];
	r->settled = false;
	/* until the first cluster came, all rows were loose */
	if (n == 0)
	{
		r->loose.n = r->squares.n;
		shortsum_merge(&r->loose.ww, r->state.cx, &r->squares.ww);
		shortsum_merge(&r->loose.ww_bad, r->state.cx, &r->squares.ww_bad);
	}
	if (code >= r->cap)
	{
		uint32		cap = Max(r->cap * 2, 4);
		RateSums   *sums;

		if ((double) r->clusters.key_bytes + (double) r->clusters.n * CLUSTER_BYTES > (double) state_size_limit())
			wire_too_large(r->state.type->name, state_size_limit());
		sums = MemoryContextAllocExtended(r->state.cx, mul_size(cap, sizeof(RateSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (r->cap > 0)
		{
			memcpy(sums, r->cluster, r->cap * sizeof(RateSums));
			pfree(r->cluster);
		}
		r->cluster = sums;
		r->cap = cap;
	}
	return &r->cluster[code];
}

static void
add_sums(RateSums *s, MemoryContext cx, double w, bool bad)
{
	count_add(&s->n, 1);
	shortsum_add(&s->w, cx, w);
	if (bad)
		shortsum_add(&s->w_bad, cx, w);
}

static void
add_squares(RateSquares *s, MemoryContext cx, double w, bool bad)
{
	count_add(&s->n, 1);
	shortsum_add_product(&s->ww, cx, w, w);
	if (bad)
		shortsum_add_product(&s->ww_bad, cx, w, w);
}

void
rate_estimate_add(RateEstimate *r, bool bad, double probability, const ColumnKey *cluster)
{
	MemoryContext cx = r->state.cx;
	double		w = 1 / probability;

	if (cluster)
		add_sums(find_cluster(r, cluster), cx, w, bad);
	else if (r->clusters.n > 0)
		add_squares(&r->loose, cx, w, bad);
	add_sums(&r->all, cx, w, bad);
	add_squares(&r->squares, cx, w, bad);
	r->n_bad += bad;
}

void
rate_estimate_exclude(RateEstimate *r)
{
	count_add(&r->n_excluded, 1);
}

/* ---- clusters in canonical order ---- */

static void
rate_estimate_settle(RateEstimate *r)
{
	MemoryContext cx = r->state.cx;
	Dict		dict;
	RateSums   *sums;
	uint32	   *order;

	if (r->settled)
		return;
	order = dict_sorted(&r->clusters);
	dict_init(&dict, cx);
	dict_reorder(&dict, &r->clusters, order, r->clusters.n);
	sums = MemoryContextAllocExtended(cx, mul_size(r->cap, sizeof(RateSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < dict.n; i++)
	{
		HD_CHECK_EVERY(i);
		sums[i] = r->cluster[order[i]];
	}

	/* from here on nothing can fail */
	dict_free(&r->clusters);
	pfree(r->cluster);
	r->clusters = dict;
	r->cluster = sums;
	r->settled = true;
	pfree(order);
}

RateEstimate *
rate_estimate_get(Datum d)
{
	RateEstimate *r = (RateEstimate *) state_get(&rate_estimate_type, d);

	rate_estimate_settle(r);
	return r;
}

/* ---- bytes ---- */

static void
rate_estimate_encode(State *s, WireWriter *w)
{
	RateEstimate *r = (RateEstimate *) s;
	bool		any_bad = r->n_bad > 0;

	rate_estimate_settle(r);
	wire_put_byte(w, HDATA_RATE_ESTIMATE_VERSION);
	wire_put_byte(w, r->clusters.n > 0);
	wire_put_varint(w, r->all.n);
	wire_put_varint(w, r->n_bad);
	wire_put_varint(w, r->n_excluded);
	if (r->all.n == 0)
		return;
	shortsum_encode(&r->all.w, w);
	shortsum_encode(&r->squares.ww, w);
	if (any_bad)
	{
		shortsum_encode(&r->all.w_bad, w);
		shortsum_encode(&r->squares.ww_bad, w);
	}
	if (r->clusters.n == 0)
		return;
	wire_put_varint(w, r->clusters.n);
	keys_put(w, &r->clusters, KEYS_TEXT);
	for (uint32 i = 0; i < r->clusters.n; i++)
	{
		HD_CHECK_EVERY(i);
		wire_put_varint(w, r->cluster[i].n);
		shortsum_encode(&r->cluster[i].w, w);
		shortsum_encode(&r->cluster[i].w_bad, w);
	}
	wire_put_varint(w, r->loose.n);
	if (r->loose.n > 0)
	{
		shortsum_encode(&r->loose.ww, w);
		shortsum_encode(&r->loose.ww_bad, w);
	}
}

/* no weight is greater, but for rounding */
#define MOST_WEIGHT (1.000001 / RATE_LEAST_PROBABILITY)

/* A sum of weights of up to n rows, power 1, or of their squares, power 2; of none it is 0 */
static void
get_sum(WireReader *r, MemoryContext cx, ShortSum *s, int power, double least, int64 n)
{
	double		v;

	shortsum_decode(s, cx, r);
	v = shortsum_value(s);
	if (shortsum_sign(s) < 0 || v < least || v > (double) n * (power == 1 ? MOST_WEIGHT : MOST_WEIGHT * MOST_WEIGHT))
		wire_fail(r, "A sum of weights is out of range.");
}

static void
get_clusters(WireReader *w, RateEstimate *r)
{
	MemoryContext cx = r->state.cx;
	uint32		n = wire_get_count(w, keys_min_bytes(KEYS_TEXT) + 3);
	int64		left = r->all.n;

	if (n == 0)
		wire_fail(w, "A count is out of range.");
	keys_get(w, &r->clusters, n, KEYS_TEXT);
	r->cluster = MemoryContextAllocExtended(cx, mul_size(n, sizeof(RateSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	r->cap = n;
	for (uint32 i = 0; i < n; i++)
	{
		RateSums   *c = &r->cluster[i];

		HD_CHECK_EVERY(i);
		c->n = wire_get_total(w);
		if (c->n == 0 || c->n > left)
			wire_fail(w, "A count is out of range.");
		left -= c->n;
		get_sum(w, cx, &c->w, 1, 1, c->n);
		get_sum(w, cx, &c->w_bad, 1, 0, c->n);
		if (shortsum_value(&c->w_bad) > shortsum_value(&c->w))
			wire_fail(w, "A sum of weights is out of range.");
	}
	r->loose.n = wire_get_total(w);
	if (r->loose.n != left)
		wire_fail(w, "Clusters do not add up.");
	if (left > 0)
	{
		get_sum(w, cx, &r->loose.ww, 2, 1, left);
		get_sum(w, cx, &r->loose.ww_bad, 2, 0, left);
		if (shortsum_value(&r->loose.ww_bad) > shortsum_value(&r->loose.ww))
			wire_fail(w, "A sum of weights is out of range.");
	}
}

static void
rate_estimate_decode(State *s, WireReader *w)
{
	RateEstimate *r = (RateEstimate *) s;
	MemoryContext cx = s->cx;
	uint8		with_clusters;

	if (wire_get_byte(w) != HDATA_RATE_ESTIMATE_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	with_clusters = wire_get_byte(w);
	if (with_clusters > 1)
		wire_fail(w, "Its flags are not known to this release of hdata.");
	r->all.n = r->squares.n = wire_get_total(w);
	r->n_bad = wire_get_total(w);
	r->n_excluded = wire_get_total(w);
	if (r->n_bad > r->all.n || (r->all.n == 0 && (with_clusters || r->n_excluded == 0)))
		wire_fail(w, "A count is out of range.");
	if (r->all.n > 0)
	{
		get_sum(w, cx, &r->all.w, 1, 1, r->all.n);
		get_sum(w, cx, &r->squares.ww, 2, 1, r->all.n);
		if (r->n_bad > 0)
		{
			get_sum(w, cx, &r->all.w_bad, 1, 1, r->n_bad);
			get_sum(w, cx, &r->squares.ww_bad, 2, 1, r->n_bad);
			if (shortsum_value(&r->all.w_bad) > shortsum_value(&r->all.w) ||
				shortsum_value(&r->squares.ww_bad) > shortsum_value(&r->squares.ww))
				wire_fail(w, "A sum of weights is out of range.");
		}
		if (with_clusters)
			get_clusters(w, r);
	}
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
}

/* ---- merging ---- */

static void
merge_sums(RateSums *dst, MemoryContext cx, const RateSums *src)
{
	count_add(&dst->n, src->n);
	shortsum_merge(&dst->w, cx, &src->w);
	shortsum_merge(&dst->w_bad, cx, &src->w_bad);
}

static void
merge_squares(RateSquares *dst, MemoryContext cx, const RateSquares *src)
{
	count_add(&dst->n, src->n);
	shortsum_merge(&dst->ww, cx, &src->ww);
	shortsum_merge(&dst->ww_bad, cx, &src->ww_bad);
}

static void
rate_estimate_merge(State *d, State *s)
{
	RateEstimate *dst = (RateEstimate *) d;
	RateEstimate *src = (RateEstimate *) s;

	state_changed(d);
	for (uint32 i = 0; i < src->clusters.n; i++)
	{
		ColumnKey	k;
		uint8		tmp[8];

		HD_CHECK_EVERY(i);
		k.bytes = dict_key(&src->clusters, i, tmp, &k.len);
		k.prefix = src->clusters.entry[i].prefix;
		merge_sums(find_cluster(dst, &k), d->cx, &src->cluster[i]);
	}
	if (dst->clusters.n > 0)
		merge_squares(&dst->loose, d->cx, src->clusters.n > 0 ? &src->loose : &src->squares);
	merge_sums(&dst->all, d->cx, &src->all);
	merge_squares(&dst->squares, d->cx, &src->squares);
	count_add(&dst->n_bad, src->n_bad);
	count_add(&dst->n_excluded, src->n_excluded);
}

const StateType rate_estimate_type = {
	.name = "rate_estimate",
	.size = sizeof(RateEstimate),
	.init = rate_estimate_init,
	.encode = rate_estimate_encode,
	.decode = rate_estimate_decode,
	.merge = rate_estimate_merge
};

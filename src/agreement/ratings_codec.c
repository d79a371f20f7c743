/*-------------------------------------------------------------------------
 *
 * ratings_codec.c
 *	  The byte format of the type "ratings" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of item | rater << 2 | value << 4
 *	  byte		flags: at mode (2 bits), at is a revision, clusters
 *	  varint	number of raters, labels, [clusters], items, observations
 *	  [varint]	the smallest "at", zigzag
 *	  keys		of raters, labels, [clusters], items, in canonical order
 *	  for each item:
 *		[varint]	number of clusters, and their codes as differences
 *		varint		number of observations, and for each of them:
 *			varint	rater, as difference to the one before
 *			varint	label
 *			[varint] at, as difference to the smallest
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "datatype/timestamp.h"

/* ---- writing ---- */

static void
put_observations(WireWriter *w, const Ratings *r, int64 base)
{
	int32		fact = 0;

	for (int32 i = 0; i < r->n_items; i++)
	{
		int32		rater = 0;

		HD_CHECK_EVERY(i);
		if (r->n_item_clusters > 0)
		{
			int32		from = fact;
			int32		last = 0;

			while (fact < r->n_item_clusters && r->cluster_item[fact] == i)
				fact++;
			wire_put_varint(w, fact - from);
			for (int32 f = from; f < fact; last = r->cluster[f++])
				wire_put_varint(w, r->cluster[f] - last);
		}
		wire_put_varint(w, r->start[i + 1] - r->start[i]);
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
		{
			wire_put_varint(w, r->rater[j] - rater);
			wire_put_varint(w, r->label[j]);
			if (r->at)
				wire_put_varint(w, (uint64) r->at[j] - (uint64) base);
			rater = r->rater[j];
		}
	}
}

static int64
smallest_at(const Ratings *r)
{
	int64		at = r->n_obs > 0 ? r->at[0] : 0;

	for (int32 j = 1; j < r->n_obs; j++)
		at = Min(at, r->at[j]);
	return at;
}

/* All but the version byte: another type may have the same form */
void
ratings_put(Ratings *r, WireWriter *w)
{
	int64		base = 0;

	ratings_settle(r);
	wire_put_byte(w, r->kind.item | r->kind.rater << 2 | r->kind.value << 4);
	wire_put_byte(w, r->kind.at | (r->kind.revision ? HDATA_FLAG_REVISION : 0) |
				  (r->n_item_clusters > 0 ? HDATA_FLAG_CLUSTERS : 0));
	wire_put_varint(w, r->raters.n);
	wire_put_varint(w, r->labels.n);
	if (r->n_item_clusters > 0)
		wire_put_varint(w, r->clusters.n);
	wire_put_varint(w, r->n_items);
	wire_put_varint(w, r->n_obs);
	if (r->kind.at != AT_NONE)
	{
		base = r->at ? smallest_at(r) : 0;
		wire_put_varint(w, wire_zigzag(base));
	}
	keys_put(w, &r->raters, keys_id_form(r->kind.rater));
	keys_put(w, &r->labels, keys_value_form(r->kind.value));
	if (r->n_item_clusters > 0)
		keys_put(w, &r->clusters, KEYS_TEXT);
	keys_put(w, &r->items, keys_id_form(r->kind.item));
	put_observations(w, r, base);
}

void
ratings_encode(State *s, WireWriter *w)
{
	wire_put_byte(w, HDATA_RATINGS_VERSION);
	ratings_put((Ratings *) s, w);
}

/* ---- reading ---- */

static bool *
alloc_used(uint32 n)
{
	return palloc_extended(Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static void
get_item_clusters(WireReader *w, Ratings *r, int32 i, int32 *cap, bool *used)
{
	uint32		n = wire_get_count(w, 1);
	uint64		code = 0;

	if (r->n_item_clusters + (int64) n > *cap)
	{
		int64		c = Min(Max((int64) *cap * 2, r->n_item_clusters + (int64) n), PG_INT32_MAX);

		r->cluster_item = repalloc_huge(r->cluster_item, mul_size(c, sizeof(int32)));
		r->cluster = repalloc_huge(r->cluster, mul_size(c, sizeof(int32)));
		*cap = (int32) c;
	}
	for (uint32 k = 0; k < n; k++)
	{
		uint64		step = wire_get_varint(w);

		if ((k > 0 && step == 0) || step >= r->clusters.n || code + step >= r->clusters.n)
			wire_fail(w, "A cluster is out of range.");
		code += step;
		used[code] = true;
		r->cluster_item[r->n_item_clusters] = i;
		r->cluster[r->n_item_clusters++] = (int32) code;
	}
}

static void
get_observations(WireReader *w, Ratings *r, int64 base, bool clusters)
{
	bool	   *rater_used = alloc_used(r->raters.n);
	bool	   *label_used = alloc_used(r->labels.n);
	bool	   *cluster_used = alloc_used(r->clusters.n);
	int32		cap_clusters = 16;
	bool		base_seen = false;
	int32		total = r->n_obs;
	int32		j = 0;

	if (clusters)
	{
		r->cluster_item = MemoryContextAlloc(r->state.cx, cap_clusters * sizeof(int32));
		r->cluster = MemoryContextAlloc(r->state.cx, cap_clusters * sizeof(int32));
	}
	for (int32 i = 0; i < r->n_items; i++)
	{
		uint64		n;
		uint64		rater = 0;

		HD_CHECK_EVERY(i);
		if (clusters)
			get_item_clusters(w, r, i, &cap_clusters, cluster_used);
		n = wire_get_varint(w);
		if (n == 0 || n > (uint64) (total - j))
			wire_fail(w, "The number of observations of an item is out of range.");
		r->start[i] = j;
		for (uint64 k = 0; k < n; k++, j++)
		{
			uint64		step = wire_get_varint(w);
			uint64		label = wire_get_varint(w);

			HD_CHECK_EVERY(k);
			if (step >= r->raters.n || rater + step >= r->raters.n)
				wire_fail(w, "A rater is out of range.");
			if (label >= r->labels.n)
				wire_fail(w, "A label is out of range.");
			if (k > 0 && step == 0 && label <= (uint64) r->label[j - 1])
				wire_fail(w, "Observations are not in ascending order.");
			rater += step;
			r->rater[j] = (int32) rater;
			r->label[j] = (int32) label;
			rater_used[rater] = true;
			label_used[label] = true;
			if (r->at)
			{
				uint64		d = wire_get_varint(w);

				if (d > (uint64) PG_INT64_MAX - (uint64) base)
					wire_fail(w, "A time is out of range.");
				r->at[j] = (int64) ((uint64) base + d);
				base_seen |= d == 0;
				if (!r->kind.revision && !TIMESTAMP_NOT_FINITE(r->at[j]) &&
					!IS_VALID_TIMESTAMP(r->at[j]))
					wire_fail(w, "A time is out of range.");
				if (k > 0 && step == 0 && r->at[j] != r->at[j - 1])
					wire_fail(w, "A rater has ratings of one item at different times.");
			}
		}
	}
	r->start[r->n_items] = j;
	if (j != total)
		wire_fail(w, "The number of observations is wrong.");
	if (r->at && !base_seen && total > 0)
		wire_fail(w, "The smallest time is wrong.");
	if (clusters && r->n_item_clusters == 0)
		wire_fail(w, "No item has a cluster.");
	keys_check_used(w, rater_used, r->raters.n);
	if (r->kind.value != VALUE_ORDERED)
		keys_check_used(w, label_used, r->labels.n);
	keys_check_used(w, cluster_used, r->clusters.n);
	pfree(rater_used);
	pfree(label_used);
	pfree(cluster_used);
}

static void
get_kind(WireReader *w, RatingsKind *k, bool *clusters)
{
	uint8		kinds,
				flags;

	kinds = wire_get_byte(w);
	flags = wire_get_byte(w);
	k->item = kinds & 3;
	k->rater = kinds >> 2 & 3;
	k->value = kinds >> 4;
	k->at = flags & HDATA_FLAG_AT_MASK;
	k->revision = (flags & HDATA_FLAG_REVISION) != 0;
	*clusters = (flags & HDATA_FLAG_CLUSTERS) != 0;

	/* a state that never saw a row has no kinds at all */
	if (kinds == 0 ? flags != 0 :
		k->item == ID_NONE || k->rater == ID_NONE ||
		k->value == VALUE_NONE || k->value > VALUE_SET ||
		flags > HDATA_FLAG_ALL || k->at > AT_FIRST || (k->at == AT_NONE && k->revision))
		wire_fail(w, "The kinds of its columns are not known.");
}

static int32 *
alloc_codes(MemoryContext cx, size_t n)
{
	return MemoryContextAllocHuge(cx, mul_size(Max(n, 1), sizeof(int32)));
}

void
ratings_take(Ratings *r, WireReader *w)
{
	MemoryContext cx = r->state.cx;
	bool		clusters;
	uint32		n_raters,
				n_labels,
				n_clusters = 0,
				n_items;
	int64		base = 0;
	KeyForm		item_form,
				rater_form,
				label_form;

	get_kind(w, &r->kind, &clusters);
	item_form = keys_id_form(r->kind.item);
	rater_form = keys_id_form(r->kind.rater);
	label_form = keys_value_form(r->kind.value);

	n_raters = wire_get_count(w, keys_min_bytes(rater_form));
	n_labels = wire_get_count(w, keys_min_bytes(label_form));
	if (clusters)
		n_clusters = wire_get_count(w, keys_min_bytes(KEYS_TEXT));
	n_items = wire_get_count(w, keys_min_bytes(item_form) + 3);
	r->n_obs = wire_get_count(w, 2);
	if (r->kind.at != AT_NONE)
		base = wire_unzigzag(wire_get_varint(w));
	if (r->kind.item == ID_NONE && n_raters + n_labels + n_items + r->n_obs > 0)
		wire_fail(w, "The kinds of its columns are not known.");
	if (r->n_obs == 0 && base != 0)
		wire_fail(w, "The smallest time is wrong.");

	dict_reserve(&r->items, n_items);
	keys_get(w, &r->raters, n_raters, rater_form);
	keys_get(w, &r->labels, n_labels, label_form);
	keys_get(w, &r->clusters, n_clusters, KEYS_TEXT);
	keys_get(w, &r->items, n_items, item_form);

	r->n_items = (int32) n_items;
	r->start = alloc_codes(cx, (size_t) n_items + 1);
	r->rater = alloc_codes(cx, r->n_obs);
	r->label = alloc_codes(cx, r->n_obs);
	if (r->kind.at != AT_NONE)
	{
		r->at = MemoryContextAllocHuge(cx, mul_size(Max(r->n_obs, 1), sizeof(int64)));
		r->row_size = sizeof(LogRow);
	}
	get_observations(w, r, base, clusters);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
	ratings_find_conflicts(r);
}

void
ratings_decode(State *s, WireReader *w)
{
	if (wire_get_byte(w) != HDATA_RATINGS_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	ratings_take((Ratings *) s, w);
}

/* ---- size ---- */

/* No less than the canonical bytes will be: cheap, for the size limit */
double
ratings_size_bound(const Ratings *r)
{
	double		obs = (double) r->n_obs + r->n_log;
	int			per_obs = wire_varint_bytes(r->raters.n) + wire_varint_bytes(r->labels.n);
	double		size = 64;

	if (r->kind.at != AT_NONE)
		per_obs += 10;
	size += obs * per_obs;
	size += keys_bound(&r->raters) + keys_bound(&r->labels) + keys_bound(&r->clusters);
	/* each row of the log may be an item of its own */
	if (r->kind.item == ID_INT8)
		size += 9.0 * (r->n_items + (double) r->n_log);
	else
		size += keys_bound(&r->items);
	size += (1.0 + 5 * (r->clusters.n > 0)) * Max(r->n_items + (double) r->n_log, 1);
	return size;
}

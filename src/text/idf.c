/*-------------------------------------------------------------------------
 *
 * idf.c
 *	  The state type "idf": counting, merging, freezing, bytes, look-up.
 *
 * Version 1:
 *	  byte		version
 *	  byte		unit of the shingles
 *	  byte		version of Unicode; 0 for the unit "given"
 *	  byte		1 if frozen
 *	  varint	number of documents
 *	  [varint]	if frozen: least document frequency of what is listed
 *	  [varint]	if frozen: document frequency of everything else
 *	  varint	number of hashes
 *	  for each hash, ascending:
 *		varint	hash, as difference to the one before
 *		varint	documents that have it
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "hdata.h"
#include "text/idf.h"
#include "text/set_join.h"

/* what came since the last settling waits until it is as much as what is settled, but at least so much */
#define MIN_WAITING 4096

static void
idf_init(State *s)
{
	((Idf *) s)->default_df = 1;
}

static void
forget_index(Idf *f)
{
	if (f->first == NULL)
		return;
	pfree(f->first);
	pfree(f->weight);
	f->first = NULL;
	f->weight = NULL;
}

/* ---- settling ---- */

static int
compare_rows(const void *x, const void *y)
{
	uint64		a = *(const uint64 *) x;
	uint64		b = *(const uint64 *) y;

	return (a > b) - (a < b);
}

static inline uint32
hash_of(uint64 row)
{
	return (uint32) (row >> 32);
}

static size_t
list_bytes(const uint64 *row, uint64 n)
{
	size_t		bytes = 0;
	uint32		last = 0;

	for (uint64 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		bytes += wire_varint_bytes(hash_of(row[i]) - last) + wire_varint_bytes((uint32) row[i]);
		last = hash_of(row[i]);
	}
	return bytes;
}

/* What waits is sorted beside the state and merged with what is settled: an ERROR loses nothing */
static void
idf_settle(Idf *f, bool check_size)
{
	uint64		waiting = f->n_rows - f->n_settled;
	uint64	   *sorted,
			   *spare,
			   *merged;
	uint64		i = 0,
				j = 0,
				n = 0;

	if (waiting == 0)
		return;
	sorted = array_alloc(waiting, sizeof(uint64));
	spare = array_alloc(waiting, sizeof(uint64));
	memcpy(sorted, f->row + f->n_settled, waiting * sizeof(uint64));
	if (waiting < MIN_WAITING)
		qsort(sorted, waiting, sizeof(uint64), compare_rows);
	else
		sorted = sort_by_upper_half(sorted, &spare, waiting);
	pfree(spare);
	merged = array_alloc_in(f->state.cx, f->n_rows, sizeof(uint64));
	while (i < f->n_settled || j < waiting)
	{
		uint64		row;

		HD_CHECK_EVERY(i + j + 1);
		if (j == waiting || (i < f->n_settled && hash_of(f->row[i]) <= hash_of(sorted[j])))
			row = f->row[i++];
		else
			row = sorted[j++];
		/* no overflow: no count is greater than the number of documents */
		if (n > 0 && hash_of(merged[n - 1]) == hash_of(row))
			merged[n - 1] += (uint32) row;
		else
			merged[n++] = row;
	}
	pfree(sorted);
	if (check_size && list_bytes(merged, n) > state_size_limit())
		wire_too_large("idf", state_size_limit());

	/* from here on nothing fails */
	pfree(f->row);
	f->row = merged;
	f->cap = f->n_rows;
	f->n_rows = f->n_settled = n;
}

Idf *
idf_get(Datum d)
{
	Idf		   *f = (Idf *) state_get(&idf_type, d);

	idf_settle(f, false);
	return f;
}

/* ---- growing ---- */

static void
check_kind(Idf *f, uint8 unit, uint8 unicode)
{
	if (f->unit == 0)
	{
		f->unit = unit;
		f->unicode = unicode;
	}
	if (f->unit != unit)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("shingles of different units cannot be counted together"),
				 errdetail("One has unit %s, the other %s.", shingle_unit_name(f->unit), shingle_unit_name(unit))));
	if (f->unicode != unicode)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("shingles made with different versions of Unicode cannot be counted together"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   f->unicode / 4, f->unicode % 4, unicode / 4, unicode % 4),
				 errhint("Make the older ones again from their texts.")));
}

/* Room for n more rows, and for more documents; all that may fail */
static void
make_room(Idf *f, uint64 n, uint64 documents)
{
	if (f->min_df != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a frozen value of type %s cannot be added to", "idf"),
				 errhint("Merge values that are not frozen, and freeze the result.")));
	if (documents > IDF_MAX_DOCUMENTS - f->n)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many documents in one value of type %s", "idf")));
	forget_index(f);
	if (f->n_rows - f->n_settled > Max(f->n_settled, MIN_WAITING))
		idf_settle(f, true);
	if (f->n_rows + n > f->cap)
	{
		uint64		cap = Max(f->cap * 2, Max(f->n_rows + n, 16));

		f->row = f->row ? repalloc_huge(f->row, mul_size(cap, sizeof(uint64))) :
			array_alloc_in(f->state.cx, cap, sizeof(uint64));
		f->cap = cap;
	}
}

void
idf_add(Idf *f, const ShingleSet *s)
{
	check_kind(f, s->unit, s->unicode);
	make_room(f, s->n, 1);
	for (int32 i = 0; i < s->n; i++)
		f->row[f->n_rows++] = (uint64) shingle_at(s, i) << 32 | 1;
	f->n++;
}

static void
idf_merge(State *d, State *s)
{
	Idf		   *dst = (Idf *) d;
	Idf		   *src = (Idf *) s;

	if (src->unit == 0)
		return;
	idf_settle(src, false);
	if (src->min_df != 0 && dst->n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a frozen value of type %s cannot be merged with another", "idf"),
				 errhint("Merge values that are not frozen, and freeze the result.")));
	check_kind(dst, src->unit, src->unicode);
	make_room(dst, src->n_rows, src->n);
	state_changed(d);
	if (src->n_rows > 0)
		memcpy(dst->row + dst->n_rows, src->row, src->n_rows * sizeof(uint64));
	/* what is settled into what is empty stays so */
	if (dst->n_rows == 0)
		dst->n_settled = src->n_rows;
	dst->n_rows += src->n_rows;
	dst->n += src->n;
	dst->min_df = src->min_df;
	dst->default_df = src->default_df;
}

/*
 * The list of what is in min_df documents or more.  The rest counts as
 * frequent as what is left out was on average.
 */
void
idf_freeze(Idf *dst, const Idf *src, uint32 min_df)
{
	uint64		n_left = 0,
				sum_left = 0;

	check_kind(dst, src->unit, src->unicode);
	make_room(dst, src->n_rows, src->n);
	dst->n = src->n;
	for (uint64 i = 0; i < src->n_rows; i++)
	{
		uint32		df = (uint32) src->row[i];

		HD_CHECK_EVERY(i + 1);
		if (df >= min_df)
			dst->row[dst->n_rows++] = src->row[i];
		else
		{
			n_left++;
			sum_left += df;
		}
	}
	dst->n_settled = dst->n_rows;
	dst->min_df = min_df;
	dst->default_df = n_left > 0 ? (uint32) ((sum_left + n_left / 2) / n_left) : 1;
}

/* ---- bytes ---- */

static void
idf_encode(State *s, WireWriter *w)
{
	Idf		   *f = (Idf *) s;
	uint32		last = 0;

	idf_settle(f, false);
	wire_put_byte(w, HDATA_IDF_VERSION);
	wire_put_byte(w, f->unit);
	wire_put_byte(w, f->unicode);
	wire_put_byte(w, f->min_df != 0);
	wire_put_varint(w, f->n);
	if (f->min_df != 0)
	{
		wire_put_varint(w, f->min_df);
		wire_put_varint(w, f->default_df);
	}
	wire_put_varint(w, f->n_rows);
	for (uint64 i = 0; i < f->n_rows; i++)
	{
		HD_CHECK_EVERY(i + 1);
		wire_put_varint(w, hash_of(f->row[i]) - last);
		wire_put_varint(w, (uint32) f->row[i]);
		last = hash_of(f->row[i]);
	}
}

static uint32
get_number(WireReader *r, uint64 least, uint64 most)
{
	uint64		v = wire_get_varint(r);

	if (v < least || v > most)
		wire_fail(r, "A number is out of range.");
	return (uint32) v;
}

static void
idf_decode(State *s, WireReader *r)
{
	Idf		   *f = (Idf *) s;
	uint8		frozen;
	uint64		hash = 0;
	uint32		n;

	if (wire_get_byte(r) != HDATA_IDF_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	f->unit = wire_get_byte(r);
	if (shingle_unit_name(f->unit) == NULL)
		wire_fail(r, "Its unit is not known.");
	f->unicode = wire_get_byte(r);
	if ((f->unit == UNIT_GIVEN) != (f->unicode == 0))
		wire_fail(r, "Its version of Unicode does not fit its unit.");
	frozen = wire_get_byte(r);
	if (frozen > 1)
		wire_fail(r, "A flag is not known.");
	f->n = get_number(r, 1, IDF_MAX_DOCUMENTS);
	if (frozen)
	{
		f->min_df = get_number(r, 1, IDF_MAX_DOCUMENTS);
		f->default_df = get_number(r, 1, Max(f->min_df - 1, 1));
	}
	n = wire_get_count(r, 2);
	f->row = array_alloc_in(s->cx, n, sizeof(uint64));
	f->cap = Max(n, 1);
	for (uint32 i = 0; i < n; i++)
	{
		uint64		step = wire_get_varint(r);
		uint32		df = get_number(r, Max(f->min_df, 1), f->n);

		HD_CHECK_EVERY(i + 1);
		if ((i > 0 && step == 0) || step > PG_UINT32_MAX - hash)
			wire_fail(r, "Its hashes are not in ascending order.");
		hash += step;
		f->row[i] = hash << 32 | df;
	}
	f->n_rows = f->n_settled = n;
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType idf_type = {
	"idf", sizeof(Idf), idf_init, idf_encode, idf_decode, idf_merge
};

/* ---- look-up ---- */

/* Sparck Jones 1972, with the 1 that keeps weights positive, as set_token_weight() */
static double
weight_of_df(const Idf *f, uint32 df)
{
	return log(1 + (double) f->n / df);
}

/* Most shingles have one of a few frequencies, and a logarithm takes longer than to look it up */
#define KNOWN_WEIGHTS 256

/* Hashes are as good as evenly spread: by their upper bits one knows where they are, almost */
void
idf_index(Idf *f)
{
	uint32	   *first;
	double	   *weight;
	double		known[KNOWN_WEIGHTS] = {0};
	int			bits = 0;

	if (f->first != NULL)
		return;
	while (bits < 24 && (UINT64CONST(1) << bits) < f->n_rows)
		bits++;
	weight = array_alloc_in(f->state.cx, f->n_rows, sizeof(double));
	first = array_alloc_in(f->state.cx, ((Size) 1 << bits) + 1, sizeof(uint32));
	memset(first, 0, (((Size) 1 << bits) + 1) * sizeof(uint32));
	for (uint64 i = 0; i < f->n_rows; i++)
	{
		uint32		df = (uint32) f->row[i];

		HD_CHECK_EVERY(i + 1);
		if (df >= KNOWN_WEIGHTS)
			weight[i] = weight_of_df(f, df);
		else
		{
			if (known[df] == 0)
				known[df] = weight_of_df(f, df);
			weight[i] = known[df];
		}
		first[((f->row[i] >> 32 << bits) >> 32) + 1]++;
	}
	for (Size b = 0; b < (Size) 1 << bits; b++)
		first[b + 1] += first[b];
	f->default_weight = weight_of_df(f, f->default_df);
	f->bits = bits;
	f->weight = weight;
	f->first = first;
}

int64
idf_find(const Idf *f, uint32 hash)
{
	Size		b = (Size) (((uint64) hash << f->bits) >> 32);
	uint32		low = f->first[b],
				high = f->first[b + 1];

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (hash_of(f->row[middle]) < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->first[b + 1] && hash_of(f->row[low]) == hash ? (int64) low : -1;
}

/*-------------------------------------------------------------------------
 *
 * dict.c
 *	  Dictionary of byte strings: key -> dense code, in order of arrival.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/dict.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "utils/memutils.h"

/* up to so many keys a linear search beats a table, and takes no memory */
#define DICT_LINEAR 8
#define DICT_START_BITS 6

#define DICT_START 4

void
dict_init(Dict *d, MemoryContext cx)
{
	memset(d, 0, sizeof(Dict));
	d->cx = cx;
}

void
dict_free(Dict *d)
{
	if (d->entry)
		pfree(d->entry);
	if (d->arena)
		pfree(d->arena);
	if (d->slot)
		pfree(d->slot);
	if (d->batch)
	{
		if (d->batch->buf)
			pfree(d->batch->buf);
		pfree(d->batch);
	}
	dict_init(d, d->cx);
}

/* The upper half of a key's hash is kept in its slot */
static inline uint32
entry_hash(const Dict *d, const DictEntry *e)
{
	return (uint32) (hd_hash_bytes(e->prefix, e->len > 8 ? d->arena + e->off : NULL, e->len) >> 32);
}

static inline void
slot_put(uint64 *slot, uint32 mask, int shift, uint32 hash, uint32 code)
{
	uint32		s = hash >> shift;

	while (slot[s] != 0)
		s = (s + 1) & mask;
	slot[s] = (uint64) hash << 32 | (code + 1);
}

/*
 * A table of 2^bits slots.  Places are the leading bits of the hash, so that
 * the slots of a smaller table move over in their order, without a look at
 * the keys.
 */
static void
slots_rebuild(Dict *d, int bits)
{
	uint64		n = UINT64CONST(1) << bits;
	uint64	   *slot = MemoryContextAllocExtended(d->cx, mul_size(sizeof(uint64), n),
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32		mask = (uint32) (n - 1);
	int			shift = 32 - bits;

	if (d->slot)
	{
		for (uint64 i = 0; i <= d->mask; i++)
		{
			HD_CHECK_EVERY(i);
			if (d->slot[i] != 0)
				slot_put(slot, mask, shift, (uint32) (d->slot[i] >> 32), (uint32) d->slot[i] - 1);
		}
		pfree(d->slot);
	}
	else
		for (uint32 i = 0; i < d->n; i++)
		{
			HD_CHECK_EVERY(i);
			slot_put(slot, mask, shift, entry_hash(d, &d->entry[i]), i);
		}
	d->slot = slot;
	d->mask = mask;
	d->shift = shift;
}

static void
entries_enlarge(Dict *d, uint32 cap)
{
	Size		size = mul_size(sizeof(DictEntry), cap);

	if (d->entry == NULL)
		d->entry = MemoryContextAllocHuge(d->cx, size);
	else
		d->entry = repalloc_huge(d->entry, size);
	d->cap = cap;
}

static void
arena_enlarge(Dict *d, size_t need)
{
	size_t		cap = Max((size_t) d->arena_cap * 2, (size_t) 64);

	while (cap < need)
		cap *= 2;
	if (cap > PG_UINT32_MAX)
	{
		if (need > PG_UINT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many bytes of identifiers in one state")));
		cap = PG_UINT32_MAX;
	}
	if (d->arena == NULL)
		d->arena = MemoryContextAllocHuge(d->cx, cap);
	else
		d->arena = repalloc_huge(d->arena, cap);
	d->arena_cap = (uint32) cap;
}

/* Only what is looked up is hashed: slots are made by the first look-up */
static inline void
need_slots(Dict *d)
{
	if (d->slot == NULL && d->n > DICT_LINEAR)
	{
		int			bits = DICT_START_BITS;

		while ((UINT64CONST(1) << bits) / 2 <= d->n)
			bits++;
		slots_rebuild(d, bits);
	}
}

uint32
dict_append(Dict *d, uint64 prefix, const uint8 *key, uint32 len)
{
	DictEntry  *e;

	if (d->n >= DICT_MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different identifiers in one state")));
	if (d->n == d->cap)
		entries_enlarge(d, d->cap ? (uint32) Min((uint64) d->cap * 2, DICT_MAX_KEYS) : DICT_START);
	e = &d->entry[d->n];
	e->prefix = prefix;
	e->len = len;
	e->off = 0;
	if (len > 8)
	{
		if ((size_t) d->arena_len + len > d->arena_cap)
			arena_enlarge(d, (size_t) d->arena_len + len);
		e->off = d->arena_len;
		memcpy(d->arena + d->arena_len, key, len);
		d->arena_len += len;
	}
	d->key_bytes += len;
	return d->n++;
}

static inline bool
entry_is(const Dict *d, const DictEntry *e, uint64 prefix, const uint8 *key, uint32 len)
{
	return e->prefix == prefix && e->len == len &&
		(len <= 8 || memcmp(d->arena + e->off + 8, key + 8, len - 8) == 0);
}

static inline uint32
add_hashed(Dict *d, uint32 hash, uint64 prefix, const uint8 *key, uint32 len)
{
	uint32		s = hash >> d->shift;
	uint32		code;

	for (; d->slot[s] != 0; s = (s + 1) & d->mask)
	{
		if ((uint32) (d->slot[s] >> 32) != hash)
			continue;
		code = (uint32) d->slot[s] - 1;
		if (entry_is(d, &d->entry[code], prefix, key, len))
			return code;
	}
	code = dict_append(d, prefix, key, len);
	d->slot[s] = (uint64) hash << 32 | (code + 1);
	if (d->n > d->mask / 2)
		slots_rebuild(d, 33 - d->shift);
	return code;
}

/* The first code + 1 whose hash fits, or 0: where a key is, if it is there */
static inline uint32
slot_candidate(const Dict *d, uint32 hash)
{
	uint32		s = hash >> d->shift;

	while (d->slot[s] != 0 && (uint32) (d->slot[s] >> 32) != hash)
		s = (s + 1) & d->mask;
	return (uint32) d->slot[s];
}

uint32
dict_add(Dict *d, uint64 prefix, const uint8 *key, uint32 len)
{
	need_slots(d);
	if (d->slot)
		return add_hashed(d, (uint32) (hd_hash_bytes(prefix, key, len) >> 32), prefix, key, len);

	for (uint32 i = 0; i < d->n; i++)
		if (entry_is(d, &d->entry[i], prefix, key, len))
			return i;
	return dict_append(d, prefix, key, len);
}

/* Make room for n keys at once */
void
dict_reserve(Dict *d, uint32 n)
{
	if (n > d->cap)
		entries_enlarge(d, n);
}

int64
dict_find(Dict *d, uint64 prefix, const uint8 *key, uint32 len)
{
	need_slots(d);
	if (d->slot)
	{
		uint32		hash = (uint32) (hd_hash_bytes(prefix, key, len) >> 32);

		for (uint32 s = hash >> d->shift; d->slot[s] != 0; s = (s + 1) & d->mask)
		{
			uint32		code = (uint32) d->slot[s] - 1;

			if ((uint32) (d->slot[s] >> 32) == hash &&
				entry_is(d, &d->entry[code], prefix, key, len))
				return code;
		}
		return -1;
	}
	for (uint32 i = 0; i < d->n; i++)
		if (entry_is(d, &d->entry[i], prefix, key, len))
			return i;
	return -1;
}

bool
dict_is_subsequence(const Dict *a, const Dict *b)
{
	uint32		i = 0;

	for (uint32 j = 0; j < b->n && i < a->n; j++)
	{
		HD_CHECK_EVERY(j);
		if (dict_compare(a, i, b, j) == 0)
			i++;
	}
	return i == a->n;
}

bool
dict_batch_add(Dict *d, uint64 prefix, const uint8 *key, uint32 len)
{
	DictBatch  *b = d->batch;

	if (b == NULL)
		b = d->batch = MemoryContextAllocZero(d->cx, sizeof(DictBatch));
	b->prefix[b->n] = prefix;
	b->len[b->n] = len;
	b->off[b->n] = b->used;
	b->hash[b->n] = (uint32) (hd_hash_bytes(prefix, key, len) >> 32);
	if (len > 8)
	{
		if (b->used + len > b->size)
		{
			size_t		size = Max(b->size * 2, b->used + Max(len, (uint32) 1024));

			b->buf = b->buf ? repalloc_huge(b->buf, size) : MemoryContextAllocHuge(d->cx, size);
			b->size = size;
		}
		memcpy(b->buf + b->used, key, len);
		b->used += len;
	}
	if (d->slot)
		__builtin_prefetch(&d->slot[b->hash[b->n] >> d->shift]);
	return ++b->n == DICT_BATCH || b->used >= DICT_BATCH_BYTES;
}

int
dict_batch_resolve(Dict *d, uint32 code[DICT_BATCH])
{
	DictBatch  *b = d->batch;
	int			n;

	if (b == NULL)
		return 0;
	n = b->n;
	/* the slots were asked for while queueing; now the entries, then the bytes */
	if (d->slot)
	{
		uint32		candidate[DICT_BATCH];

		for (int i = 0; i < n; i++)
		{
			candidate[i] = slot_candidate(d, b->hash[i]);
			if (candidate[i] != 0)
				__builtin_prefetch(&d->entry[candidate[i] - 1]);
		}
		for (int i = 0; i < n; i++)
			if (candidate[i] != 0 && d->entry[candidate[i] - 1].len > 8)
				__builtin_prefetch(d->arena + d->entry[candidate[i] - 1].off + 8);
	}
	for (int i = 0; i < n; i++)
	{
		const uint8 *key = b->len[i] > 8 ? b->buf + b->off[i] : NULL;

		code[i] = d->slot ? add_hashed(d, b->hash[i], b->prefix[i], key, b->len[i]) :
			dict_add(d, b->prefix[i], key, b->len[i]);
	}
	b->n = 0;
	b->used = 0;
	return n;
}

/* ---- canonical order ---- */

/*
 * Keys are sorted eight bytes at a time: all by their first eight bytes, then
 * each run of equals by the next eight, and so on.  So the arena is visited
 * once a level and key, not once a comparison, and a large run can be sorted
 * by radix.
 */
typedef struct SortKey
{
	uint64		chunk;			/* the eight bytes of this level, big-endian, zero-filled */
	uint32		len;
	uint32		code;
} SortKey;

#define RADIX_FROM 512

/* keys that share more than this are compared as a whole: no deep recursion */
#define MAX_DEPTH 256

/* Keys that end within this level: of equal bytes the shorter comes first */
static inline int
compare_chunks(const SortKey *a, const SortKey *b)
{
	if (a->chunk != b->chunk)
		return a->chunk < b->chunk ? -1 : 1;
	return (a->len > b->len) - (a->len < b->len);
}

#define ST_SORT sort_chunks
#define ST_ELEMENT_TYPE SortKey
#define ST_COMPARE(a, b) compare_chunks(a, b)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* the same over whole keys */
#define ST_SORT sort_whole_keys
#define ST_ELEMENT_TYPE SortKey
#define ST_COMPARE_ARG_TYPE const Dict
#define ST_COMPARE(a, b, d) dict_compare(d, (a)->code, d, (b)->code)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static void sort_level(const Dict *d, SortKey *k, SortKey *tmp, uint32 n, uint32 depth);

static void
load_level(const Dict *d, SortKey *k, uint32 n, uint32 depth)
{
	for (uint32 i = 0; i < n; i++)
	{
		const uint8 *p = d->arena + d->entry[k[i].code].off;

		HD_CHECK_EVERY(i);
		if (i + 16 < n)
			__builtin_prefetch(&d->entry[k[i + 16].code]);
		if (i + 8 < n)
			__builtin_prefetch(d->arena + d->entry[k[i + 8].code].off + depth);
		k[i].chunk = hd_load_prefix(p + depth, Min(k[i].len - depth, (uint32) 8));
	}
}

/* Equal chunks stand together: put those that end first, sort the rest deeper */
static void
sort_runs(const Dict *d, SortKey *k, SortKey *tmp, uint32 n, uint32 depth)
{
	for (uint32 i = 0, end; i < n; i = end)
	{
		uint32		more;

		for (end = i + 1; end < n && k[end].chunk == k[i].chunk;)
			end++;
		if (end - i == 1)
			continue;
		if (depth >= MAX_DEPTH)
		{
			sort_whole_keys(k + i, end - i, d);
			continue;
		}
		sort_chunks(k + i, end - i);
		for (more = i; more < end && k[more].len <= depth + 8;)
			more++;
		if (end - more > 1)
		{
			load_level(d, k + more, end - more, depth + 8);
			sort_level(d, k + more, tmp, end - more, depth + 8);
		}
	}
}

static void
sort_level(const Dict *d, SortKey *k, SortKey *tmp, uint32 n, uint32 depth)
{
	bool		sorted = true;

	CHECK_FOR_INTERRUPTS();
	for (uint32 i = 1; i < n && sorted; i++)
		sorted = k[i - 1].chunk <= k[i].chunk;
	if (!sorted && n < RADIX_FROM)
		sort_chunks(k, n);
	else if (!sorted)
	{
		void	   *rows = k,
				   *other = tmp;

		radix_sort(&rows, &other, n, sizeof(SortKey));
		if (rows != k)
			memcpy(k, rows, sizeof(SortKey) * n);
	}
	sort_runs(d, k, tmp, n, depth);
}

int
dict_compare(const Dict *a, uint32 i, const Dict *b, uint32 j)
{
	const DictEntry *x = &a->entry[i];
	const DictEntry *y = &b->entry[j];

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	if (x->len > 8 && y->len > 8)
	{
		int			r = memcmp(a->arena + x->off + 8, b->arena + y->off + 8,
							   Min(x->len, y->len) - 8);

		if (r != 0)
			return r;
	}
	/* equal so far: the shorter comes first (also "a" before "a\0") */
	return (x->len > y->len) - (x->len < y->len);
}

uint32 *
dict_sorted(const Dict *d)
{
	Size		size = mul_size(sizeof(SortKey), Max(d->n, 1));
	uint32	   *order = MemoryContextAllocHuge(CurrentMemoryContext,
											   mul_size(sizeof(uint32), Max(d->n, 1)));
	SortKey    *k = MemoryContextAllocHuge(CurrentMemoryContext, size);
	SortKey    *tmp = d->n < RADIX_FROM ? NULL :
		MemoryContextAllocHuge(CurrentMemoryContext, size);

	for (uint32 i = 0; i < d->n; i++)
	{
		k[i].chunk = d->entry[i].prefix;
		k[i].len = d->entry[i].len;
		k[i].code = i;
		HD_CHECK_EVERY(i);
	}
	sort_level(d, k, tmp, d->n, 0);
	for (uint32 i = 0; i < d->n; i++)
		order[i] = k[i].code;
	pfree(k);
	if (tmp)
		pfree(tmp);
	return order;
}

void
dict_reorder(Dict *dst, const Dict *src, const uint32 *order, uint32 n)
{
	Assert(dst->n == 0);
	if (n > 0)
		entries_enlarge(dst, n);
	if (src->arena_len > 0)
		arena_enlarge(dst, src->arena_len);
	for (uint32 i = 0; i < n; i++)
	{
		const DictEntry *e = &src->entry[order[i]];

		HD_CHECK_EVERY(i);
		/* keys in new order may be anywhere: ask for them some steps ahead */
		if (i + 16 < n)
			__builtin_prefetch(&src->entry[order[i + 16]]);
		if (i + 8 < n && src->arena)
			__builtin_prefetch(src->arena + src->entry[order[i + 8]].off);
		dict_append(dst, e->prefix, e->len > 8 ? src->arena + e->off : NULL, e->len);
	}
}

uint32 *
dict_translate(Dict *dst, const Dict *src)
{
	uint32	   *code = MemoryContextAllocHuge(CurrentMemoryContext,
											  mul_size(sizeof(uint32), Max(src->n, 1)));

	for (uint32 i = 0; i < src->n; i++)
	{
		const DictEntry *e = &src->entry[i];

		HD_CHECK_EVERY(i);
		code[i] = dict_add(dst, e->prefix, e->len > 8 ? src->arena + e->off : NULL, e->len);
	}
	return code;
}

/*-------------------------------------------------------------------------
 *
 * dict.h
 *	  Dictionary of byte strings: key -> dense code, in order of arrival.
 *
 * Every identifier of a state (item, rater, label, cluster) is a byte string
 * whose memcmp() order is its canonical order: integers and floats are stored
 * big-endian with the sign turned (dict_key_int64, dict_key_float8).
 *
 * An entry holds the first eight bytes of its key, so that short keys are
 * compared and sorted without touching the arena.  Small dictionaries are
 * searched without a hash table: a state of ten rows stays small.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_DICT_H
#define HD_DICT_H

#include "common/hash.h"

typedef struct DictEntry
{
	uint64		prefix;			/* first eight bytes, big-endian, zero-filled */
	uint32		len;
	uint32		off;			/* of the whole key in the arena, if len > 8 */
} DictEntry;

#define DICT_BATCH 32
#define DICT_BATCH_BYTES ((size_t) 1 << 20)

/* Keys that wait to be looked up together, so that cache misses overlap */
typedef struct DictBatch
{
	int			n;
	size_t		used;			/* bytes of buf in use */
	size_t		size;
	uint8	   *buf;
	uint32		hash[DICT_BATCH];
	uint64		prefix[DICT_BATCH];
	uint32		len[DICT_BATCH];
	size_t		off[DICT_BATCH];
} DictBatch;

typedef struct Dict
{
	MemoryContext cx;
	DictEntry  *entry;
	uint32		n;
	uint32		cap;
	uint8	   *arena;
	uint32		arena_len;
	uint32		arena_cap;
	uint64	   *slot;			/* hash << 32 | code + 1, or 0; NULL while small */
	uint32		mask;			/* number of slots - 1 */
	int			shift;			/* a hash's place is hash >> shift */
	size_t		key_bytes;		/* sum of key lengths */
	DictBatch  *batch;			/* NULL until dict_batch_add */
} Dict;

#define DICT_MAX_KEYS ((uint32) 0x7fffffff - 64)

extern void dict_init(Dict *d, MemoryContext cx);
extern void dict_free(Dict *d);
extern uint32 dict_add(Dict *d, uint64 prefix, const uint8 *key, uint32 len);
extern int64 dict_find(Dict *d, uint64 prefix, const uint8 *key, uint32 len);	/* -1: not there */

/* add a key that is known to be new */
extern uint32 dict_append(Dict *d, uint64 prefix, const uint8 *key, uint32 len);
extern void dict_reserve(Dict *d, uint32 n);

/*
 * Batched look-up for large dictionaries: dict_batch_add() queues a key and
 * answers true when the batch is full; dict_batch_resolve() then writes the
 * codes in the order of queueing and returns how many there were.
 */
extern bool dict_batch_add(Dict *d, uint64 prefix, const uint8 *key, uint32 len);
extern int	dict_batch_resolve(Dict *d, uint32 code[DICT_BATCH]);

/* codes in canonical order: order[rank] = code */
extern uint32 *dict_sorted(const Dict *d);

/* dst (empty) takes the keys order[0..n-1] of src as its codes 0..n-1 */
extern void dict_reorder(Dict *dst, const Dict *src, const uint32 *order, uint32 n);

/* the codes that the keys of src have in dst, to which they are added; palloc'ed */
extern uint32 *dict_translate(Dict *dst, const Dict *src);

/* is every key of a in b, in the same order of codes? */
extern bool dict_is_subsequence(const Dict *a, const Dict *b);

/* three-way comparison of key i of a and key j of b, in canonical order */
extern int	dict_compare(const Dict *a, uint32 i, const Dict *b, uint32 j);

static inline uint32
dict_add_int64(Dict *d, int64 v)
{
	return dict_add(d, (uint64) v ^ (UINT64CONST(1) << 63), NULL, 8);
}

static inline int64
dict_prefix_int64(uint64 prefix)
{
	return (int64) (prefix ^ (UINT64CONST(1) << 63));
}

/* order-preserving; -0 and 0 are one key, NaN and infinity never come here */
static inline uint64
dict_key_float8(double v)
{
	uint64		u;

	if (v == 0)
		v = 0;
	memcpy(&u, &v, 8);
	return (u >> 63) ? ~u : u | (UINT64CONST(1) << 63);
}

static inline double
dict_prefix_float8(uint64 k)
{
	double		v;
	uint64		u = (k >> 63) ? k & ~(UINT64CONST(1) << 63) : ~k;

	memcpy(&v, &u, 8);
	return v;
}

/* The key of a code: its bytes are written to tmp[8] if they are short */
static inline const uint8 *
dict_key(const Dict *d, uint32 code, uint8 tmp[8], uint32 *len)
{
	const DictEntry *e = &d->entry[code];

	*len = e->len;
	if (e->len <= 8)
	{
		uint64		be = pg_hton64(e->prefix);

		memcpy(tmp, &be, 8);
		return tmp;
	}
	return d->arena + e->off;
}

#endif							/* HD_DICT_H */

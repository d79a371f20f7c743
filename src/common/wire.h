/*-------------------------------------------------------------------------
 *
 * wire.h
 *	  The byte format of states: bounds-checked reading and writing.
 *
 * One canonical byte string serves as the value on disk, as the binary wire
 * form and, in hexadecimal, as the text form.  Integers are LEB128 varints of
 * minimal length, so equal states have equal bytes on every machine.
 *
 * A reader never trusts a length: counts are checked against the bytes that
 * are left before anything is allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_WIRE_H
#define HD_WIRE_H

#include "common/compat.h"

typedef struct WireReader
{
	const uint8 *p;
	const uint8 *end;
	const char *type;			/* SQL name of the type, for messages */
	int			sqlerrcode;		/* 22P02 from text, 22P03 from the wire, XX001 from disk */
} WireReader;

typedef struct WireWriter
{
	MemoryContext cx;
	const char *type;
	uint8	   *data;
	size_t		len;
	size_t		cap;
	size_t		limit;			/* raise 54000 beyond */
} WireWriter;

pg_noreturn extern pg_noinline void wire_fail(const WireReader *r, const char *detail);
pg_noreturn extern pg_noinline void wire_too_large(const char *type, size_t limit);
extern pg_noinline uint64 wire_get_varint_slow(WireReader *r);
extern pg_noinline void wire_enlarge(WireWriter *w, size_t need);

extern void wire_begin(WireWriter *w, MemoryContext cx, const char *type, size_t limit);
extern void wire_put_varint_slow(WireWriter *w, uint64 v);
extern void wire_put_bytes(WireWriter *w, const void *p, size_t len);

/* ---- reading ---- */

static inline size_t
wire_left(const WireReader *r)
{
	return r->end - r->p;
}

static inline uint8
wire_get_byte(WireReader *r)
{
	if (unlikely(r->p == r->end))
		wire_fail(r, "The value is truncated.");
	return *r->p++;
}

static inline uint64
wire_get_varint(WireReader *r)
{
	if (likely(r->p < r->end && *r->p < 0x80))
		return *r->p++;
	return wire_get_varint_slow(r);
}

/* A count of things that take at least min_bytes each of what is left */
static inline uint32
wire_get_count(WireReader *r, size_t min_bytes)
{
	uint64		n = wire_get_varint(r);

	if (unlikely(n > wire_left(r) / min_bytes || n > PG_INT32_MAX))
		wire_fail(r, "A count is larger than the value.");
	return (uint32) n;
}

/* A count of rows, which needs no room of its own in what is left */
static inline int64
wire_get_total(WireReader *r)
{
	uint64		n = wire_get_varint(r);

	if (unlikely(n > PG_INT64_MAX))
		wire_fail(r, "A count is out of range.");
	return (int64) n;
}

static inline const uint8 *
wire_get_bytes(WireReader *r, size_t len)
{
	const uint8 *p = r->p;

	if (unlikely(len > wire_left(r)))
		wire_fail(r, "The value is truncated.");
	r->p += len;
	return p;
}

static inline int64
wire_unzigzag(uint64 u)
{
	return (int64) (u >> 1) ^ -(int64) (u & 1);
}

/* ---- writing ---- */

static inline void
wire_put_byte(WireWriter *w, uint8 b)
{
	if (unlikely(w->len == w->cap))
		wire_enlarge(w, 1);
	w->data[w->len++] = b;
}

static inline void
wire_put_varint(WireWriter *w, uint64 v)
{
	if (likely(v < 0x80))
		wire_put_byte(w, (uint8) v);
	else
		wire_put_varint_slow(w, v);
}

/* how many bytes a varint takes */
static inline int
wire_varint_bytes(uint64 n)
{
	int			bytes = 1;

	for (; n >= 0x80; n >>= 7)
		bytes++;
	return bytes;
}

static inline uint64
wire_zigzag(int64 v)
{
	return ((uint64) v << 1) ^ (uint64) (v >> 63);
}

#endif							/* HD_WIRE_H */

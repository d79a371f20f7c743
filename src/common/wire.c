/*-------------------------------------------------------------------------
 *
 * wire.c
 *	  The byte format of states: bounds-checked reading and writing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/wire.h"
#include "utils/memutils.h"

#define VARINT_MAX_BYTES 10

void
wire_fail(const WireReader *r, const char *detail)
{
	ereport(ERROR,
			(errcode(r->sqlerrcode),
			 r->sqlerrcode == ERRCODE_INVALID_TEXT_REPRESENTATION ?
			 errmsg("invalid input syntax for type %s", r->type) :
			 r->sqlerrcode == ERRCODE_DATA_CORRUPTED ?
			 errmsg("stored value of type %s is corrupt", r->type) :
			 errmsg("invalid binary value for type %s", r->type),
			 errdetail_internal("%s", detail)));
}

void
wire_too_large(const char *type, size_t limit)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("value of type %s is too large", type),
			 errdetail("It would take more than %zu kB, which hdata.max_state_size allows.", limit / 1024),
			 errhint("Aggregate by a smaller unit with GROUP BY.")));
}

uint64
wire_get_varint_slow(WireReader *r)
{
	uint64		v = 0;

	for (int i = 0; i < VARINT_MAX_BYTES; i++)
	{
		uint8		b = wire_get_byte(r);

		/* the tenth byte has room for one bit */
		if (i == VARINT_MAX_BYTES - 1 && b > 1)
			break;
		v |= (uint64) (b & 0x7f) << (7 * i);
		if (b < 0x80)
		{
			/* a last byte of zero makes the number longer than it needs to be */
			if (b == 0 && i > 0)
				break;
			return v;
		}
	}
	wire_fail(r, "A number is not in its shortest form.");
}

void
wire_begin(WireWriter *w, MemoryContext cx, const char *type, size_t limit)
{
	w->cx = cx;
	w->type = type;
	w->limit = limit;
	w->cap = 64;
	w->len = 0;
	w->data = MemoryContextAlloc(cx, w->cap);
}

void
wire_enlarge(WireWriter *w, size_t need)
{
	size_t		cap = w->cap;

	if (w->len + need > w->limit)
		wire_too_large(w->type, w->limit);
	while (cap < w->len + need)
		cap *= 2;
	w->data = repalloc_huge(w->data, cap);
	w->cap = cap;
}

void
wire_put_varint_slow(WireWriter *w, uint64 v)
{
	if (w->cap - w->len < VARINT_MAX_BYTES)
		wire_enlarge(w, VARINT_MAX_BYTES);
	while (v >= 0x80)
	{
		w->data[w->len++] = (uint8) (v | 0x80);
		v >>= 7;
	}
	w->data[w->len++] = (uint8) v;
}

void
wire_put_bytes(WireWriter *w, const void *p, size_t len)
{
	if (w->cap - w->len < len)
		wire_enlarge(w, len);
	/* memcpy takes no NULL, not even of no bytes */
	if (len > 0)
		memcpy(w->data + w->len, p, len);
	w->len += len;
}

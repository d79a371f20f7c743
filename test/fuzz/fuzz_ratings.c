/*-------------------------------------------------------------------------
 *
 * fuzz_ratings.c
 *	  Hostile bytes through the byte format of ratings, under libFuzzer.
 *
 * What is refused must be refused with the error of the wire.  What is
 * accepted must be canonical: it is written as it was read, also after it
 * went through the log and was settled again; what is left when some of it is
 * taken out can be read; and two states of the same kinds merge to the same
 * bytes in either order, into nothing or into the other as it was read.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "postgres.h"

#include "agreement/ratings.h"
#include "mb/pg_wchar.h"
#include "stubs.h"
#include "utils/memutils.h"

/* ---- what the decoder needs of the backend beyond test/unit/stubs.c ---- */

/* one heap stands for all contexts: stub_reset() empties it */
MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size min_size,
							  Size init_size, Size max_size)
{
	return NULL;
}

void
MemoryContextDelete(MemoryContext cx)
{
}

void *
MemoryContextAllocZero(MemoryContext cx, Size n)
{
	return palloc0(n);
}

void *
MemoryContextAllocHuge(MemoryContext cx, Size n)
{
	return palloc_extended(n, MCXT_ALLOC_HUGE);
}

void *
MemoryContextAllocExtended(MemoryContext cx, Size n, int flags)
{
	return palloc_extended(n, flags);
}

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

/* Well-formed UTF-8 without zero bytes; overlong forms do not matter here */
bool
pg_verify_mbstr(int encoding, const char *s, int len, bool noError)
{
	for (int i = 0; i < len;)
	{
		unsigned char c = (unsigned char) s[i];
		int			n = c == 0 ? 0 : c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

		if (n == 0 || n > len - i)
			return false;
		for (int j = 1; j < n; j++)
			if (((unsigned char) s[i + j] & 0xc0) != 0x80)
				return false;
		i += n;
	}
	return true;
}

size_t
state_size_limit(void)
{
	return MaxAllocSize;
}

static Ratings *
new_ratings(void)
{
	Ratings    *r = palloc0(sizeof(Ratings));

	r->state.type = &ratings_type;
	ratings_type.init(&r->state);
	return r;
}

State *
state_new(const StateType *type, FunctionCallInfo fcinfo)
{
	return &new_ratings()->state;
}

State *
state_get(const StateType *type, Datum d)
{
	abort();
}

/* ---- the properties ---- */

static Ratings *
read_ratings(const uint8_t *data, size_t size)
{
	Ratings    *r = new_ratings();
	WireReader	w = {data, data + size, "ratings", ERRCODE_INVALID_BINARY_REPRESENTATION};

	ratings_decode(&r->state, &w);
	return r;
}

static WireWriter
write_ratings(Ratings *r)
{
	WireWriter	w;

	wire_begin(&w, NULL, "ratings", MaxAllocSize);
	ratings_encode(&r->state, &w);
	return w;
}

static void
must_be(Ratings *r, const uint8_t *data, size_t size)
{
	WireWriter	w = write_ratings(r);

	if (w.len != size || memcmp(w.data, data, size) != 0)
		abort();
	/* the limit relies on this bound */
	if (ratings_size_bound(r) < (double) size)
		abort();
}

static void
take_out_some(Ratings *r, uint32 seed)
{
	bool	   *keep = palloc(r->n_obs + 1);
	WireWriter	w;

	for (int32 j = 0; j < r->n_obs; j++)
	{
		seed = seed * 1664525 + 1013904223;
		keep[j] = (seed >> 16) % 3 != 0;
	}
	w = write_ratings(ratings_filter(NULL, r, keep));
	must_be(read_ratings(w.data, w.len), w.data, w.len);
}

/* All that must hold of one accepted state */
static void
check_one(const uint8_t *data, size_t size)
{
	Ratings    *r = read_ratings(data, size);

	must_be(r, data, size);
	take_out_some(r, (uint32) size);
	ratings_reopen(r);
	if (r->n_log > 0)
		must_be(r, data, size);
}

/* b is merged into a as it was read, or into nothing and then a */
static WireWriter
merged(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, bool into_empty)
{
	Ratings    *dst = into_empty ? new_ratings() : read_ratings(a, na);

	if (into_empty)
		ratings_type.merge(&dst->state, &read_ratings(a, na)->state);
	ratings_type.merge(&dst->state, &read_ratings(b, nb)->state);
	ratings_type.merge(&dst->state, &read_ratings(b, nb)->state);
	return write_ratings(dst);
}

static void
check_two(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
	WireWriter	ab;
	WireWriter	other;

	/* a state without a row merges as nothing, whatever it names */
	if (read_ratings(a, na)->n_obs == 0 || read_ratings(b, nb)->n_obs == 0)
		return;
	ab = merged(a, na, b, nb, false);
	must_be(read_ratings(ab.data, ab.len), ab.data, ab.len);
	for (int way = 0; way < 3; way++)
	{
		other = way == 0 ? merged(b, nb, a, na, false) : way == 1 ? merged(a, na, b, nb, true) : merged(b, nb, a, na, true);
		if (other.len != ab.len || memcmp(other.data, ab.data, ab.len) != 0)
			abort();
	}
}

/* The input: the length of one state in two bytes, that state, another one */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile int stage = 0;
	const uint8_t *a = data + 2;
	size_t		na;

	if (size < 2)
		return 0;
	na = Min((size_t) data[0] | (size_t) data[1] << 8, size - 2);
	stub_expecting = true;
	if (setjmp(stub_jump) == 0)
	{
		(void) read_ratings(a, na);
		stage = 1;
		check_one(a, na);
		stage = 2;
		(void) read_ratings(a + na, size - 2 - na);
		stage = 3;
		check_two(a, na, a + na, size - 2 - na);
	}
	else if (stage % 2 == 0 ? stub_sqlstate != ERRCODE_INVALID_BINARY_REPRESENTATION :
			 stage == 1 || stub_sqlstate != ERRCODE_DATATYPE_MISMATCH)
		abort();
	stub_reset();
	return 0;
}

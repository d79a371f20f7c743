/*-------------------------------------------------------------------------
 *
 * state.c
 *	  The frame that every mergeable state type stands in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/hashfn.h"
#include "common/state.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

int			hdata_max_state_size = STATE_SIZE_MAX_KB;

size_t
state_size_limit(void)
{
	return (size_t) hdata_max_state_size * 1024;
}

/* ---- expanded objects ---- */

const uint8 *
state_flat(State *s, size_t *len)
{
	if (s->flat == NULL)
	{
		/*
		 * What is tidied on the way leaves its scratch here: a sort flattens in
		 * a context of tuples, which since 17 cannot free.
		 */
		MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "hdata encode",
												   ALLOCSET_DEFAULT_SIZES);
		MemoryContext old = MemoryContextSwitchTo(work);
		WireWriter	w;

		/* what was accepted may be written even if the GUC is lower by now */
		wire_begin(&w, s->cx, s->type->name, (size_t) STATE_SIZE_MAX_KB * 1024);
		s->type->encode(s, &w);
		MemoryContextSwitchTo(old);
		MemoryContextDelete(work);
		if (w.len > w.limit)
			wire_too_large(s->type->name, w.limit);
		s->flat_len = w.len;
		s->flat = w.data;
	}
	*len = s->flat_len;
	return s->flat;
}

static Size
state_get_flat_size(ExpandedObjectHeader *eohptr)
{
	size_t		len;

	(void) state_flat((State *) eohptr, &len);
	return len + VARHDRSZ;
}

static void
state_flatten_into(ExpandedObjectHeader *eohptr, void *result, Size allocated_size)
{
	size_t		len;
	const uint8 *p = state_flat((State *) eohptr, &len);

	Assert(allocated_size == len + VARHDRSZ);
	SET_VARSIZE(result, allocated_size);
	memcpy(VARDATA(result), p, len);
}

static const ExpandedObjectMethods state_methods = {
	state_get_flat_size,
	state_flatten_into
};

/* one address marks the contexts that are ours */
static const char shared_ident[] = "all hdata states of one aggregate context";

static MemoryContext
shared_context(MemoryContext aggcontext)
{
	MemoryContext c;

	/* our context is the first child or close to it */
	for (c = aggcontext->firstchild; c != NULL; c = c->nextchild)
		if (c->ident == shared_ident)
			return c;
	c = AllocSetContextCreate(aggcontext, "hdata states", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSetIdentifier(c, shared_ident);
	return c;
}

static State *
state_create(const StateType *type, MemoryContext cx)
{
	State	   *s = MemoryContextAllocZero(cx, type->size);

	EOH_init_header(&s->hdr, &state_methods, cx);
	s->type = type;
	s->cx = cx;
	type->init(s);
	return s;
}

State *
state_new(const StateType *type, FunctionCallInfo fcinfo)
{
	MemoryContext cx;

	if (AggCheckCallContext(fcinfo, &cx))
		cx = shared_context(cx);
	else
		cx = AllocSetContextCreate(CurrentMemoryContext, "hdata state",
								   ALLOCSET_SMALL_SIZES);
	return state_create(type, cx);
}

/* Is it an expanded state?  Types guard what we are given, this guards types. */
static State *
expanded_state(const StateType *type, Datum d)
{
	State	   *s;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
		return NULL;
	s = (State *) DatumGetEOHP(d);
	if (s->hdr.eoh_methods != &state_methods || s->type != type)
		elog(ERROR, "expanded object is no value of type %s", type->name);
	return s;
}

static void
decode_datum(State *s, Datum d)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(d);
	WireReader	r;

	r.p = (const uint8 *) VARDATA_ANY(v);
	r.end = r.p + VARSIZE_ANY_EXHDR(v);
	r.type = s->type->name;
	r.sqlerrcode = ERRCODE_DATA_CORRUPTED;
	s->type->decode(s, &r);
	if ((Pointer) v != DatumGetPointer(d))
		pfree(v);
}

State *
state_get(const StateType *type, Datum d)
{
	State	   *s = expanded_state(type, d);

	if (s == NULL)
	{
		s = state_create(type, CurrentMemoryContext);
		decode_datum(s, d);
	}
	return s;
}

State *
state_of_bytes(const StateType *type, const uint8 *p, size_t len, const char *name, int sqlerrcode)
{
	State	   *s = state_create(type, CurrentMemoryContext);
	WireReader	r = {p, p + len, name, sqlerrcode};

	type->decode(s, &r);
	return s;
}

State *
state_get_rw(const StateType *type, FunctionCallInfo fcinfo, int arg)
{
	Datum		d = PG_GETARG_DATUM(arg);
	State	   *src = expanded_state(type, d);
	State	   *s;

	if (src && VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(d)))
		return src;
	s = state_new(type, fcinfo);
	if (src)
		type->merge(s, src);
	else
		decode_datum(s, d);
	return s;
}

/* ---- comparison and hashing, over canonical bytes ---- */

/* The bytes of a value, and the copy to free where one had to be made of it */
static const uint8 *
state_bytes(const StateType *type, Datum d, size_t *len, void **copy)
{
	State	   *s = expanded_state(type, d);
	struct varlena *v;

	*copy = NULL;
	if (s)
		return state_flat(s, len);
	v = PG_DETOAST_DATUM_PACKED(d);
	if ((Pointer) v != DatumGetPointer(d))
		*copy = v;
	*len = VARSIZE_ANY_EXHDR(v);
	return (const uint8 *) VARDATA_ANY(v);
}

static void
free_copy(void *copy)
{
	if (copy)
		pfree(copy);
}

/* A sort compares millions of times in one context: nothing may stay behind */
int
state_cmp(const StateType *type, FunctionCallInfo fcinfo)
{
	void	   *acopy,
			   *bcopy;
	size_t		alen,
				blen;
	const uint8 *a = state_bytes(type, PG_GETARG_DATUM(0), &alen, &acopy);
	const uint8 *b = state_bytes(type, PG_GETARG_DATUM(1), &blen, &bcopy);
	int			r = memcmp(a, b, Min(alen, blen));

	if (r == 0)
		r = (alen > blen) - (alen < blen);
	free_copy(acopy);
	free_copy(bcopy);
	return r < 0 ? -1 : r > 0;
}

Datum
state_hash(const StateType *type, FunctionCallInfo fcinfo)
{
	void	   *copy;
	size_t		len;
	const uint8 *p = state_bytes(type, PG_GETARG_DATUM(0), &len, &copy);
	Datum		h = hash_any(p, (int) len);

	free_copy(copy);
	return h;
}

Datum
state_hash_extended(const StateType *type, FunctionCallInfo fcinfo)
{
	void	   *copy;
	size_t		len;
	const uint8 *p = state_bytes(type, PG_GETARG_DATUM(0), &len, &copy);
	Datum		h = hash_any_extended(p, (int) len, PG_GETARG_INT64(1));

	free_copy(copy);
	return h;
}

/* ---- input and output ---- */

/* Validate bytes by decoding them, and keep them as they are: they are canonical */
static Datum
checked_value(const StateType *type, const uint8 *p, size_t len, int sqlerrcode)
{
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata state input",
											 ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	WireReader	r;
	struct varlena *v;

	r.p = p;
	r.end = p + len;
	r.type = type->name;
	r.sqlerrcode = sqlerrcode;
	type->decode(state_create(type, cx), &r);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cx);

	v = palloc(add_size(len, VARHDRSZ));
	SET_VARSIZE(v, len + VARHDRSZ);
	memcpy(VARDATA(v), p, len);
	PG_RETURN_POINTER(v);
}

Datum
state_in(const StateType *type, FunctionCallInfo fcinfo)
{
	char	   *str = PG_GETARG_CSTRING(0);
	size_t		len = strlen(str);
	uint8	   *bytes;
	uint64		n;

	if (len < 2 || str[0] != '\\' || str[1] != 'x' || len % 2 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", type->name),
				 errdetail("A value is written as \\x and an even number of hexadecimal digits.")));
	for (size_t i = 2; i < len; i++)
		if (!isxdigit((unsigned char) str[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s", type->name),
					 errdetail("Character %zu is no hexadecimal digit.", i + 1)));
	bytes = palloc(len / 2);
	n = hex_decode(str + 2, len - 2, (char *) bytes);
	return checked_value(type, bytes, n, ERRCODE_INVALID_TEXT_REPRESENTATION);
}

Datum
state_out(const StateType *type, FunctionCallInfo fcinfo)
{
	void	   *copy;
	size_t		len;
	const uint8 *p = state_bytes(type, PG_GETARG_DATUM(0), &len, &copy);
	char	   *str;

	if (len > (MaxAllocSize - 3) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type %s is too large to be written as text", type->name),
				 errhint("Use binary COPY or a binary cursor.")));
	str = palloc(len * 2 + 3);
	str[0] = '\\';
	str[1] = 'x';
	hex_encode((const char *) p, len, str + 2);
	str[len * 2 + 2] = '\0';
	free_copy(copy);
	PG_RETURN_CSTRING(str);
}

Datum
state_recv(const StateType *type, FunctionCallInfo fcinfo)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const uint8 *p = (const uint8 *) pq_getmsgbytes(buf, len);

	return checked_value(type, p, len, ERRCODE_INVALID_BINARY_REPRESENTATION);
}

Datum
state_send(const StateType *type, FunctionCallInfo fcinfo)
{
	void	   *copy;
	size_t		len;
	const uint8 *p = state_bytes(type, PG_GETARG_DATUM(0), &len, &copy);
	bytea	   *b = palloc(add_size(len, VARHDRSZ));

	SET_VARSIZE(b, len + VARHDRSZ);
	memcpy(VARDATA(b), p, len);
	free_copy(copy);
	PG_RETURN_BYTEA_P(b);
}

/* ---- aggregates ---- */

/* Not strict: a worker that saw no row brings NULL */
Datum
state_combine(const StateType *type, FunctionCallInfo fcinfo)
{
	State	   *dst,
			   *src;
	MemoryContext work,
				old;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	dst = PG_ARGISNULL(0) ? state_new(type, fcinfo) : state_get_rw(type, fcinfo, 0);

	/* what is decoded here is needed no longer than this call */
	work = AllocSetContextCreate(CurrentMemoryContext, "hdata combine",
								 ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work);
	src = state_get(type, PG_GETARG_DATUM(1));
	/* merging a value with itself: take the source as it is now */
	if (src == dst)
	{
		size_t		len;
		const uint8 *p = state_flat(src, &len);
		WireReader	r = {p, p + len, type->name, ERRCODE_DATA_CORRUPTED};
		State	   *copy = state_create(type, work);

		type->decode(copy, &r);
		src = copy;
	}
	type->merge(dst, src);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	PG_RETURN_DATUM(state_datum(dst));
}

/*
 * Final function of the aggregates that return a state: hand out the running
 * object itself, read-only, so that release 15 does not flatten and decode a
 * large state between an aggregate and its accessor (16 and later do not).
 * The pointer is copied, since 15 keeps a result as it is only if it lies in
 * the current context.
 */
Datum
state_final(const StateType *type, FunctionCallInfo fcinfo)
{
	State	   *s;
	char	   *p;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	s = expanded_state(type, PG_GETARG_DATUM(0));
	if (s == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	p = palloc(EXPANDED_POINTER_SIZE);
	memcpy(p, s->hdr.eoh_ro_ptr, EXPANDED_POINTER_SIZE);
	PG_RETURN_POINTER(p);
}

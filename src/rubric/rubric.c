/*-------------------------------------------------------------------------
 *
 * rubric.c
 *	  The type "rubric" in SQL: input, output, comparison, casts, hashes.
 *
 * A value is a version byte and canonical JSON in UTF-8, so it says what it
 * means to whoever reads the bytes, and equal rubrics are equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/column.h"
#include "common/compat.h"
#include "common/state.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "rubric/rubric_parse.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

/* Comparison and hashing are those of any canonical bytes; the rest is here */
static const StateType rubric_type = {.name = "rubric"};

STATE_COMPARISONS(rubric, rubric_type);
STATE_FUNCTION(rubric_hash_value, state_hash(&rubric_type, fcinfo));
STATE_FUNCTION(rubric_hash_value_extended, state_hash_extended(&rubric_type, fcinfo));

extern PGDLLEXPORT Datum rubric_in(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_out(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_recv(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_send(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_from_jsonb(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_to_jsonb(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_hash(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_text_hash(PG_FUNCTION_ARGS);

/* ---- values ---- */

/* The canonical JSON of a value, behind the version byte that is checked */
static const char *
stored_json(struct varlena *v, size_t *len)
{
	const char *p = VARDATA_ANY(v);

	*len = VARSIZE_ANY_EXHDR(v);
	if (*len < 2 || (uint8) p[0] != HDATA_RUBRIC_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type rubric is corrupt"),
				 errdetail("Its version is not known.")));
	*len -= 1;
	return p + 1;
}

static Rubric *
rubric_of_value(struct varlena *v)
{
	size_t		len;
	const char *json = stored_json(v, &len);
	Rubric	   *r = rubric_parse(json, len, PG_UTF8, ERRCODE_DATA_CORRUPTED);

	rubric_scoring_hash(r, r->hash);
	return r;
}

/* Version byte and canonical JSON of what has been parsed */
static struct varlena *
make_value(const Rubric *r)
{
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfoSpaces(&s, VARHDRSZ);
	appendStringInfoChar(&s, (char) HDATA_RUBRIC_VERSION);
	rubric_write(r, &s);
	if (s.len > state_size_limit())
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type rubric is too large"),
				 errdetail("It would take more than %zu kB, which hdata.max_state_size allows.",
						   state_size_limit() / 1024)));
	SET_VARSIZE(s.data, s.len);
	return (struct varlena *) s.data;
}

/* Parse in a context that is thrown away: what is made on the way is larger than the value */
static struct varlena *
value_of_json(const char *json, size_t len, int encoding, int sqlerrcode)
{
	MemoryContext cx = AllocSetContextCreate(CurrentMemoryContext, "hdata rubric input",
											 ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	Rubric	   *r = rubric_parse(json, len, encoding, sqlerrcode);
	struct varlena *v;

	MemoryContextSwitchTo(old);
	v = make_value(r);
	MemoryContextDelete(cx);
	return v;
}

Rubric *
rubric_get(Datum d)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(d);
	Rubric	   *r = rubric_of_value(v);

	if ((Pointer) v != DatumGetPointer(d))
		pfree(v);
	return r;
}

/* What a call site remembers */
typedef struct RubricCache
{
	MemoryContext cx;			/* of the two below */
	struct varlena *value;		/* NULL while a new one is parsed */
	Rubric	   *rubric;
} RubricCache;

static bool
same_value(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

Rubric *
rubric_get_cached(FunctionCallInfo fcinfo, Datum d)
{
	RubricCache *c = fcinfo->flinfo->fn_extra;
	struct varlena *v = PG_DETOAST_DATUM_PACKED(d);
	MemoryContext old;

	if (c == NULL)
	{
		c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RubricCache));
		c->cx = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "hdata rubric",
									  ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = c;
	}
	if (c->value == NULL || !same_value(c->value, v))
	{
		struct varlena *copy;

		c->value = NULL;
		MemoryContextReset(c->cx);
		old = MemoryContextSwitchTo(c->cx);
		c->rubric = rubric_of_value(v);
		copy = palloc(VARSIZE_ANY(v));
		memcpy(copy, v, VARSIZE_ANY(v));
		c->value = copy;
		MemoryContextSwitchTo(old);
	}
	if ((Pointer) v != DatumGetPointer(d))
		pfree(v);
	return c->rubric;
}

/* ---- input and output ---- */

PG_FUNCTION_INFO_V1(rubric_in);
Datum
rubric_in(PG_FUNCTION_ARGS)
{
	const char *s = PG_GETARG_CSTRING(0);

	PG_RETURN_POINTER(value_of_json(s, strlen(s), GetDatabaseEncoding(),
									ERRCODE_INVALID_TEXT_REPRESENTATION));
}

/* Canonical JSON in the encoding of the database */
static char *
json_of_datum(Datum d)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(d);
	size_t		len;
	const char *json = stored_json(v, &len);
	char	   *s = text_key_cstring((const uint8 *) json, (uint32) len);

	if ((Pointer) v != DatumGetPointer(d))
		pfree(v);
	return s;
}

PG_FUNCTION_INFO_V1(rubric_out);
Datum
rubric_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(json_of_datum(PG_GETARG_DATUM(0)));
}

pg_noreturn static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value for type rubric"),
			 errdetail_internal("%s", detail)));
}

/* The wire form is the stored one; only canonical JSON is accepted */
PG_FUNCTION_INFO_V1(rubric_recv);
Datum
rubric_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	size_t		len = buf->len - buf->cursor;
	const char *p = pq_getmsgbytes(buf, (int) len);
	struct varlena *v;

	if (len < 2 || (uint8) p[0] != HDATA_RUBRIC_VERSION)
		bad_binary("Its version is not known.");
	if (!text_key_is_valid((const uint8 *) p + 1, (uint32) len - 1))
		bad_binary("It is not valid UTF-8.");
	v = value_of_json(p + 1, len - 1, PG_UTF8, ERRCODE_INVALID_BINARY_REPRESENTATION);
	if (VARSIZE(v) - VARHDRSZ != len || memcmp(VARDATA(v), p, len) != 0)
		bad_binary("It is not in canonical form.");
	PG_RETURN_POINTER(v);
}

PG_FUNCTION_INFO_V1(rubric_send);
Datum
rubric_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

PG_FUNCTION_INFO_V1(rubric_from_jsonb);
Datum
rubric_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jb = PG_GETARG_JSONB_P(0);
	char	   *s = JsonbToCString(NULL, &jb->root, VARSIZE(jb));

	PG_RETURN_POINTER(value_of_json(s, strlen(s), GetDatabaseEncoding(),
									ERRCODE_INVALID_TEXT_REPRESENTATION));
}

PG_FUNCTION_INFO_V1(rubric_to_jsonb);
Datum
rubric_to_jsonb(PG_FUNCTION_ARGS)
{
	char	   *s = json_of_datum(PG_GETARG_DATUM(0));

	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(s)));
}

/* ---- hashes: of a table of grades, many rows have one rubric ---- */

static bytea *
hash_bytea(const uint8 *hash)
{
	bytea	   *b = palloc(VARHDRSZ + RUBRIC_HASH_LEN);

	SET_VARSIZE(b, VARHDRSZ + RUBRIC_HASH_LEN);
	memcpy(VARDATA(b), hash, RUBRIC_HASH_LEN);
	return b;
}

PG_FUNCTION_INFO_V1(rubric_hash);
Datum
rubric_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_bytea(rubric_get_cached(fcinfo, PG_GETARG_DATUM(0))->hash));
}

PG_FUNCTION_INFO_V1(rubric_text_hash);
Datum
rubric_text_hash(PG_FUNCTION_ARGS)
{
	uint8		hash[RUBRIC_HASH_LEN];

	rubric_texts_hash(rubric_get_cached(fcinfo, PG_GETARG_DATUM(0)), hash);
	PG_RETURN_BYTEA_P(hash_bytea(hash));
}

/*-------------------------------------------------------------------------
 *
 * shingles_type.c
 *	  SQL functions: the type "shingles" and its measures.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/hash.h"
#include "common/hashfn.h"
#include "common/state.h"
#include "hdata.h"
#include "libpq/pqformat.h"
#include "text/shingles.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

/* ---- making ---- */

static inline void
put_uint32(char *p, uint32 v)
{
#ifdef WORDS_BIGENDIAN
	v = pg_bswap32(v);
#endif
	memcpy(p, &v, sizeof(uint32));
}

/* hash is sorted and freed */
static struct varlena *
make_value(uint32 *hash, int32 n, uint8 unit)
{
	int32		unique = shingle_unique(hash, n);
	Size		size = VARHDRSZ + SHINGLES_HEADER + (Size) unique * sizeof(uint32);
	struct varlena *v;
	char	   *p;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text has too many different shingles"),
				 errdetail("It has %d.", unique)));
	v = palloc(size);
	SET_VARSIZE(v, size);
	p = VARDATA(v);
	p[0] = HDATA_SHINGLES_VERSION;
	p[1] = unit;
	p[2] = unit == UNIT_GIVEN ? 0 : hd_unicode_version();
	p[3] = unit == UNIT_GIVEN ? 0 : CANONICAL_VERSION;
	put_uint32(p + 4, n);
	for (int32 i = 0; i < unique; i++)
		put_uint32(p + SHINGLES_HEADER + (Size) i * sizeof(uint32), hash[i]);
	pfree(hash);
	return v;
}

PG_FUNCTION_INFO_V1(shingles_of_text);
Datum
shingles_of_text(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	uint8		unit = shingle_unit_of_name(name);
	CanonicalText t;
	uint32	   *hash;
	int32		n;

	if (unit == 0 || unit == UNIT_GIVEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized unit \"%s\"", name),
				 errhint("Accepted are: w1 to w5 (words), c3 to c7 (characters), auto.")));
	canonical_text_make(PG_GETARG_DATUM(0), &t);
	hash = shingle_hashes(&t, unit, &n);
	PG_RETURN_POINTER(make_value(hash, n, unit));
}

/* The elements of an array as they stand, NULLs left out: for units of one's own */
PG_FUNCTION_INFO_V1(shingles_of_array);
Datum
shingles_of_array(PG_FUNCTION_ARGS)
{
	Datum	   *element;
	bool	   *null;
	int			n;
	uint32	   *hash;
	int32		count = 0;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &element, &null, &n);
	hash = array_alloc(n, sizeof(uint32));
	for (int i = 0; i < n; i++)
	{
		text	   *t;
		const uint8 *p;
		int32		len;

		if (null[i])
			continue;
		t = DatumGetTextPP(element[i]);
		p = (const uint8 *) VARDATA_ANY(t);
		len = VARSIZE_ANY_EXHDR(t);
		hash[count++] = (uint32) (hd_hash_bytes(hd_load_prefix(p, len), p, len) >> 32);
	}
	PG_RETURN_POINTER(make_value(hash, count, UNIT_GIVEN));
}

/* ---- input and output ---- */

/* What is wrong with bytes from outside; NULL: they are a canonical value */
const char *
shingles_fault(const char *p, Size len)
{
	ShingleSet	s;

	if (len < SHINGLES_HEADER || (len - SHINGLES_HEADER) % sizeof(uint32) != 0)
		return "The value is truncated.";
	if ((uint8) p[0] != HDATA_SHINGLES_VERSION)
		return "Its version is not known to this release of hdata.";
	if (shingle_unit_name((uint8) p[1]) == NULL)
		return "Its unit is not known.";
	if ((uint8) p[1] == UNIT_GIVEN ? (p[2] != 0 || p[3] != 0) : p[2] == 0 || p[3] == 0)
		return "Its version of Unicode does not fit its unit.";
	shingle_set_open_bytes(p, len, &s);
	if (s.n_grams < s.n || s.n_grams > PG_INT32_MAX || (s.n_grams > 0) != (s.n > 0))
		return "It counts fewer shingles than it has.";
	for (int32 i = 1; i < s.n; i++)
		if (shingle_at(&s, i - 1) >= shingle_at(&s, i))
			return "Its hashes are not in ascending order.";
	return NULL;
}

struct varlena *
shingles_checked(const char *p, Size len, int sqlerrcode, const char *type, const char *detail)
{
	struct varlena *v;

	if (detail)
		ereport(ERROR,
				(errcode(sqlerrcode),
				 sqlerrcode == ERRCODE_INVALID_TEXT_REPRESENTATION ?
				 errmsg("invalid input syntax for type %s", type) :
				 errmsg("invalid binary value of type %s", type),
				 errdetail("%s", detail)));
	v = palloc(VARHDRSZ + len);
	SET_VARSIZE(v, VARHDRSZ + len);
	memcpy(VARDATA(v), p, len);
	return v;
}

/* The bytes that a text form stands for */
char *
shingles_from_hex(const char *str, const char *type, const char *hint, Size *n)
{
	Size		len = strlen(str);
	char	   *bytes;

	if (len < 2 || str[0] != '\\' || str[1] != 'x' || len % 2 != 0 || strspn(str + 2, "0123456789abcdefABCDEF") != len - 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", type),
				 errdetail("A value is written as \\x and an even number of hexadecimal digits."),
				 errhint("%s", hint)));
	*n = (len - 2) / 2;
	bytes = palloc(Max(*n, 1));
	hex_decode(str + 2, len - 2, bytes);
	return bytes;
}

char *
shingles_to_hex(struct varlena *v, const char *type)
{
	Size		len = VARSIZE_ANY_EXHDR(v);
	char	   *str;

	if (len > (MaxAllocSize - 3) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type %s is too large to be written as text", type),
				 errhint("Use binary COPY or a binary cursor.")));
	str = palloc(2 * len + 3);
	memcpy(str, "\\x", 2);
	hex_encode(VARDATA_ANY(v), len, str + 2);
	str[2 * len + 2] = '\0';
	return str;
}

PG_FUNCTION_INFO_V1(shingles_in);
Datum
shingles_in(PG_FUNCTION_ARGS)
{
	Size		len;
	char	   *bytes = shingles_from_hex(PG_GETARG_CSTRING(0), "shingles",
										  "A call with a bare literal is taken for a cast: write shingles('...'::text).", &len);

	PG_RETURN_POINTER(shingles_checked(bytes, len, ERRCODE_INVALID_TEXT_REPRESENTATION, "shingles", shingles_fault(bytes, len)));
}

PG_FUNCTION_INFO_V1(shingles_out);
Datum
shingles_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(shingles_to_hex(PG_GETARG_VARLENA_PP(0), "shingles"));
}

PG_FUNCTION_INFO_V1(shingles_recv);
Datum
shingles_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);

	PG_RETURN_POINTER(shingles_checked(bytes, len, ERRCODE_INVALID_BINARY_REPRESENTATION, "shingles", shingles_fault(bytes, len)));
}

PG_FUNCTION_INFO_V1(shingles_send);
Datum
shingles_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* ---- comparison, over the bytes ---- */

static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size		alen = VARSIZE_ANY_EXHDR(a);
	Size		blen = VARSIZE_ANY_EXHDR(b);
	int			r = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(alen, blen));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	if (r == 0)
		r = (alen > blen) - (alen < blen);
	return r < 0 ? -1 : r > 0;
}

STATE_FUNCTION(shingles_eq, BoolGetDatum(compare(fcinfo) == 0));
STATE_FUNCTION(shingles_ne, BoolGetDatum(compare(fcinfo) != 0));
STATE_FUNCTION(shingles_lt, BoolGetDatum(compare(fcinfo) < 0));
STATE_FUNCTION(shingles_le, BoolGetDatum(compare(fcinfo) <= 0));
STATE_FUNCTION(shingles_gt, BoolGetDatum(compare(fcinfo) > 0));
STATE_FUNCTION(shingles_ge, BoolGetDatum(compare(fcinfo) >= 0));
STATE_FUNCTION(shingles_cmp, Int32GetDatum(compare(fcinfo)));

PG_FUNCTION_INFO_V1(shingles_hash);
Datum
shingles_hash(PG_FUNCTION_ARGS)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_DATUM(hash_any((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v)));
}

PG_FUNCTION_INFO_V1(shingles_hash_extended);
Datum
shingles_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_DATUM(hash_any_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), PG_GETARG_INT64(1)));
}

/* ---- looking into it ---- */

PG_FUNCTION_INFO_V1(shingles_n_shingles);
Datum
shingles_n_shingles(PG_FUNCTION_ARGS)
{
	ShingleSet	s;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	PG_RETURN_INT64(s.n);
}

static void
push_key(JsonbParseState **state, char *key)
{
	JsonbValue	k = {.type = jbvString, .val.string = {(int) strlen(key), key}};

	pushJsonbValue(state, WJB_KEY, &k);
}

static void
push_number(JsonbParseState **state, JsonbIteratorToken token, int64 n)
{
	JsonbValue	v = {.type = jbvNumeric, .val.numeric = DatumGetNumeric(DirectFunctionCall1(int8_numeric, Int64GetDatum(n)))};

	pushJsonbValue(state, token, &v);
}

PG_FUNCTION_INFO_V1(shingles_to_jsonb);
Datum
shingles_to_jsonb(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	ShingleSet	s;
	JsonbValue	unit;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	unit.type = jbvString;
	unit.val.string.val = pstrdup(shingle_unit_name(s.unit));
	unit.val.string.len = strlen(unit.val.string.val);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, "unit");
	pushJsonbValue(&state, WJB_VALUE, &unit);
	push_key(&state, "n");
	push_number(&state, WJB_VALUE, s.n_grams);
	push_key(&state, "hashes");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int32 i = 0; i < s.n; i++)
		push_number(&state, WJB_ELEM, shingle_at(&s, i));
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* ---- measures ---- */

/* Sets of different units have nothing to do with each other */
void
shingles_check_units(const ShingleSet *a, const ShingleSet *b)
{
	if (a->unit != b->unit)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("shingles of different units cannot be compared"),
				 errdetail("One has unit %s, the other %s.", shingle_unit_name(a->unit), shingle_unit_name(b->unit))));
}

/* Those of different versions of Unicode have little to do with each other; is it so? */
bool
shingles_warn_unicode(const ShingleSet *a, const ShingleSet *b)
{
	if (a->unicode != b->unicode)
		ereport(WARNING,
				(errmsg("shingles were made with different versions of Unicode"),
				 errdetail("One was made with %d.%d, the other with %d.%d.",
						   a->unicode / 4, a->unicode % 4, b->unicode / 4, b->unicode % 4),
				 errhint("Make them again from their texts.")));
	return a->unicode != b->unicode;
}

typedef double (*SetMeasure) (double both, double a, double b);

/* Of two empty sets every measure is 1, of an empty and another one 0 */
static Datum
measured(FunctionCallInfo fcinfo, SetMeasure measure)
{
	ShingleSet	a,
				b;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &a);
	shingle_set_open(PG_GETARG_VARLENA_PP(1), &b);
	shingles_check_units(&a, &b);
	shingles_warn_unicode(&a, &b);
	if (a.n == 0 && b.n == 0)
		PG_RETURN_FLOAT8(1);
	PG_RETURN_FLOAT8(measure(shingle_overlap(&a, &b), a.n, b.n));
}

static double
jaccard(double both, double a, double b)
{
	return both / (a + b - both);
}

static double
dice(double both, double a, double b)
{
	return 2 * both / (a + b);
}

static double
cosine(double both, double a, double b)
{
	return both == 0 ? 0 : both / sqrt(a * b);
}

static double
overlap(double both, double a, double b)
{
	return both == 0 ? 0 : both / Min(a, b);
}

/* How much of a is in b: all of an empty set is in every set */
static double
containment(double both, double a, double b)
{
	return a == 0 ? 1 : both / a;
}

STATE_FUNCTION(shingles_jaccard, measured(fcinfo, jaccard));
STATE_FUNCTION(shingles_dice, measured(fcinfo, dice));
STATE_FUNCTION(shingles_cosine, measured(fcinfo, cosine));
STATE_FUNCTION(shingles_overlap, measured(fcinfo, overlap));
STATE_FUNCTION(shingles_containment, measured(fcinfo, containment));

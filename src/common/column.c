/*-------------------------------------------------------------------------
 *
 * column.c
 *	  What users' columns become inside a state: identifiers and values of
 *	  any type, as keys of dict.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* ---- encoding ---- */

/* Text is UTF-8, or has no known encoding: taken as it is.  Asked for every row. */
static inline bool
takes_bytes(void)
{
	static int	encoding = -1;

	if (unlikely(encoding < 0))
		encoding = GetDatabaseEncoding();
	return encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

static inline bool
all_ascii(const uint8 *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] & 0x80)
			return false;
	return true;
}

static void
utf8_key(const char *p, size_t len, ColumnKey *k)
{
	if (!takes_bytes() && !all_ascii((const uint8 *) p, len))
	{
		char	   *u = pg_server_to_any(p, (int) len, PG_UTF8);

		if (u != p)
		{
			p = u;
			len = strlen(u);
		}
	}
	k->bytes = (const uint8 *) p;
	k->len = (uint32) len;
	k->prefix = hd_load_prefix(p, len);
}

/* A text key in the encoding of the database */
char *
text_key_cstring(const uint8 *p, uint32 len)
{
	char	   *s = pnstrdup((const char *) p, len);

	if (!takes_bytes() && !all_ascii(p, len))
		return pg_any_to_server(s, (int) len, PG_UTF8);
	return s;
}

bool
text_key_is_valid(const uint8 *p, uint32 len)
{
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return memchr(p, 0, len) == NULL;
	return pg_verify_mbstr(PG_UTF8, (const char *) p, (int) len, true);
}

/* ---- typed columns ---- */

void
text_column_key(Datum d, ColumnKey *k)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(d);

	/* labels are short and plain: no call for each row */
	if (unlikely(VARATT_IS_EXTERNAL(v) || VARATT_IS_COMPRESSED(v)))
		v = PG_DETOAST_DATUM_PACKED(d);
	utf8_key(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), k);
}

void
uuid_column_key(Datum d, ColumnKey *k)
{
	k->bytes = DatumGetUUIDP(d)->data;
	k->len = UUID_LEN;
	k->prefix = hd_load_prefix(k->bytes, UUID_LEN);
}

void
number_column_key(double v, ColumnKey *k)
{
	if (unlikely(isnan(v) || isinf(v)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value must be a finite number"),
				 errhint("Use NULL for a value that is missing.")));
	if (unlikely(!number_is_exact(v)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value is too large to be measured as a number"),
				 errdetail("Integers of 2^53 and beyond are not exact as double precision."),
				 errhint("Cast the value to text if it is an identifier.")));
	k->prefix = dict_key_float8(v);
	k->bytes = NULL;
	k->len = 8;
}

/*
 * Text of a value that does not depend on any GUC: the same column must give
 * the same state in every session.
 */
static char *
stable_text(Oid type, FmgrInfo *out, Datum d)
{
	char		buf[MAXDATELEN + 1];
	int			utc = 0;

	switch (type)
	{
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return pstrdup(JsonEncodeDateTime(buf, d, type, &utc));
		case INTERVALOID:
			{
				struct pg_itm itm;

#if PG_VERSION_NUM >= 170000
				if (INTERVAL_NOT_FINITE(DatumGetIntervalP(d)))
					return OutputFunctionCall(out, d);
#endif
				interval2itm(*DatumGetIntervalP(d), &itm);
				EncodeInterval(&itm, INTSTYLE_ISO_8601, buf);
				return pstrdup(buf);
			}
		case BOOLOID:
			return pstrdup(DatumGetBool(d) ? "true" : "false");
		case FLOAT4OID:
			return number_cstring(DatumGetFloat4(d));
		case FLOAT8OID:
			return number_cstring(DatumGetFloat8(d));
		case NUMERICOID:
			/* 1 and 1.0 are one number */
			return numeric_normalize(DatumGetNumeric(d));
		case BPCHAROID:
			/* as a cast to text has it: without the padding */
			{
				BpChar	   *b = DatumGetBpCharPP(d);

				return pnstrdup(VARDATA_ANY(b), bpchartruelen(VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)));
			}
		case BYTEAOID:
			{
				bytea	   *b = DatumGetByteaPP(d);
				size_t		len = VARSIZE_ANY_EXHDR(b);
				char	   *s = palloc(add_size(mul_size(len, 2), 3));

				s[0] = '\\';
				s[1] = 'x';
				hex_encode(VARDATA_ANY(b), len, s + 2);
				s[2 + 2 * len] = '\0';
				return s;
			}
		default:
			return OutputFunctionCall(out, d);
	}
}

/* ---- label sets ---- */

static int
compare_elements(const void *a, const void *b)
{
	const ColumnKey *x = a;
	const ColumnKey *y = b;
	int			r = memcmp(x->bytes, y->bytes, Min(x->len, y->len));

	return r != 0 ? r : (x->len > y->len) - (x->len < y->len);
}

static size_t
put_length(uint8 *p, uint32 v)
{
	size_t		n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (uint8) (v | 0x80);
	p[n++] = (uint8) v;
	return n;
}

/* Elements in byte order without repeats, each behind its length as a varint */
static void
set_key(ColumnKey *element, int n, ColumnKey *k)
{
	size_t		size = 1;
	size_t		len = 0;
	uint8	   *buf;

	qsort(element, n, sizeof(ColumnKey), compare_elements);
	for (int i = 0; i < n; i++)
		size = add_size(size, add_size(element[i].len, 5));
	buf = palloc(size);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && compare_elements(&element[i - 1], &element[i]) == 0)
			continue;
		len += put_length(buf + len, element[i].len);
		memcpy(buf + len, element[i].bytes, element[i].len);
		len += element[i].len;
	}
	k->bytes = buf;
	k->len = (uint32) len;
	k->prefix = hd_load_prefix(buf, len);
}

/* Length of the next element, or -1 at the end or where bytes are wrong */
int
set_key_next(const uint8 **p, const uint8 *end, const uint8 **element)
{
	uint32		len = 0;

	for (int shift = 0; *p < end && shift <= 28; shift += 7)
	{
		uint8		b = *(*p)++;

		len |= (uint32) (b & 0x7f) << shift;
		if (b < 0x80)
		{
			if ((b == 0 && shift > 0) || len > end - *p)
				return -1;
			*element = *p;
			*p += len;
			return (int) len;
		}
	}
	return -1;
}

bool
set_key_is_valid(const uint8 *p, uint32 len)
{
	const uint8 *end = p + len;
	const uint8 *element = NULL;
	ColumnKey	last = {0, NULL, 0};

	while (p < end)
	{
		int			n = set_key_next(&p, end, &element);
		ColumnKey	k = {0, element, (uint32) n};

		if (n < 0 || !text_key_is_valid(element, n) ||
			(last.bytes && compare_elements(&last, &k) >= 0))
			return false;
		last = k;
	}
	return true;
}

static void
array_set_key(AnyColumn *c, Datum d, ColumnKey *k)
{
	ArrayType  *a = DatumGetArrayTypeP(d);
	Datum	   *value;
	bool	   *null;
	int			n,
				m = 0;
	ColumnKey  *element;

	deconstruct_array(a, c->element, c->typlen, c->typbyval, c->typalign,
					  &value, &null, &n);
	element = palloc(mul_size(sizeof(ColumnKey), Max(n, 1)));
	for (int i = 0; i < n; i++)
	{
		char	   *s;

		/* a missing element is no label */
		if (null[i])
			continue;
		s = stable_text(c->element, &c->out, value[i]);
		utf8_key(s, strlen(s), &element[m++]);
	}
	set_key(element, m, k);
}

/* ---- columns of any type ---- */

static bool
is_number_type(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID ||
		type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

void
any_column_init(AnyColumn *c, FunctionCallInfo fcinfo, int arg, const char *what)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, arg);
	Oid			out;
	bool		isvarlena;

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_DATATYPE),
				 errmsg("could not determine the type of the %s", what),
				 errhint("Cast item, rater and value to text, so that all of them have one type.")));
	memset(c, 0, sizeof(AnyColumn));
	type = getBaseType(type);
	c->type = type;
	c->is_unknown = (type == UNKNOWNOID);
	if (type == INT2OID || type == INT4OID || type == INT8OID)
		c->id_kind = ID_INT8;
	else if (type == UUIDOID)
		c->id_kind = ID_UUID;
	else
		c->id_kind = ID_TEXT;

	c->element = get_element_type(type);
	if (OidIsValid(c->element))
		c->element = getBaseType(c->element);
	if (is_number_type(type))
		c->value_kind = VALUE_NUMBER;
	else if (type_is_enum(type))
		c->value_kind = VALUE_ORDERED;
	else if (OidIsValid(c->element))
		c->value_kind = VALUE_SET;
	else
		c->value_kind = VALUE_LABEL;

	if (c->value_kind == VALUE_SET)
		get_typlenbyvalalign(c->element, &c->typlen, &c->typbyval, &c->typalign);
	getTypeOutputInfo(c->value_kind == VALUE_SET ? c->element : type, &out, &isvarlena);
	fmgr_info_cxt(out, &c->out, fcinfo->flinfo->fn_mcxt);
}

static void
stable_text_key(AnyColumn *c, Datum d, ColumnKey *k)
{
	char	   *s;

	if (c->type == TEXTOID || c->type == VARCHAROID)
	{
		text_column_key(d, k);
		return;
	}
	s = c->is_unknown ? DatumGetCString(d) : stable_text(c->type, &c->out, d);
	utf8_key(s, strlen(s), k);
}

static int64
integer_datum(Oid type, Datum d)
{
	return type == INT2OID ? DatumGetInt16(d) :
		type == INT4OID ? DatumGetInt32(d) : DatumGetInt64(d);
}

void
any_id_key(AnyColumn *c, Datum d, ColumnKey *k)
{
	if (c->id_kind == ID_INT8)
		int64_column_key(integer_datum(c->type, d), k);
	else if (c->id_kind == ID_UUID)
		uuid_column_key(d, k);
	else
	{
		/* rows and arrays as identifiers: by their text */
		if (c->value_kind == VALUE_SET)
		{
			Oid			out;
			bool		isvarlena;
			char	   *s;

			getTypeOutputInfo(c->type, &out, &isvarlena);
			s = OidOutputFunctionCall(out, d);
			utf8_key(s, strlen(s), k);
		}
		else
			stable_text_key(c, d, k);
	}
}

/* The value of a column of one of the number types */
double
any_number(const AnyColumn *c, Datum d)
{
	switch (c->type)
	{
		case FLOAT4OID:
			return DatumGetFloat4(d);
		case FLOAT8OID:
			return DatumGetFloat8(d);
		case NUMERICOID:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8, d));
		default:
			return (double) integer_datum(c->type, d);
	}
}

void
any_value_key(AnyColumn *c, Datum d, ColumnKey *k)
{
	if (c->value_kind == VALUE_SET)
		array_set_key(c, d, k);
	else if (c->value_kind == VALUE_NUMBER)
		number_column_key(any_number(c, d), k);
	else
		stable_text_key(c, d, k);
}

void
enum_labels(Oid type, Dict *labels)
{
	Relation	rel = table_open(EnumRelationId, AccessShareLock);
	Relation	index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(type));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		Form_pg_enum e = (Form_pg_enum) GETSTRUCT(tuple);
		ColumnKey	k;

		utf8_key(NameStr(e->enumlabel), strlen(NameStr(e->enumlabel)), &k);
		dict_add(labels, k.prefix, k.bytes, k.len);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
}

/* ---- back to SQL ---- */

char *
number_cstring(double v)
{
	char	   *s = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	/* -0 is 0 */
	double_to_shortest_decimal_buf(v == 0 ? 0 : v, s);
	return s;
}

char *
id_cstring(IdKind kind, const Dict *d, uint32 code)
{
	uint8		tmp[8];
	uint32		len;
	const uint8 *p = dict_key(d, code, tmp, &len);

	if (kind == ID_INT8)
		return psprintf(INT64_FORMAT, dict_prefix_int64(d->entry[code].prefix));
	if (kind == ID_UUID)
		return DatumGetCString(DirectFunctionCall1(uuid_out, PointerGetDatum(p)));
	return text_key_cstring(p, len);
}

static char *
set_cstring(const uint8 *p, uint32 len)
{
	const uint8 *end = p + len;
	const uint8 *element;
	ArrayBuildState *a = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Datum		array;
	int			n;

	while (p < end && (n = set_key_next(&p, end, &element)) >= 0)
		accumArrayResult(a, CStringGetTextDatum(text_key_cstring(element, n)), false,
						 TEXTOID, CurrentMemoryContext);
	array = makeArrayResult(a, CurrentMemoryContext);
	return OidOutputFunctionCall(F_ARRAY_OUT, array);
}

char *
value_cstring(ValueKind kind, const Dict *d, uint32 code)
{
	uint8		tmp[8];
	uint32		len;
	const uint8 *p = dict_key(d, code, tmp, &len);

	if (kind == VALUE_NUMBER)
		return number_cstring(dict_prefix_float8(d->entry[code].prefix));
	if (kind == VALUE_SET)
		return set_cstring(p, len);
	return text_key_cstring(p, len);
}

text *
id_text(IdKind kind, const Dict *d, uint32 code)
{
	return cstring_to_text(id_cstring(kind, d, code));
}

text *
value_text(ValueKind kind, const Dict *d, uint32 code)
{
	return cstring_to_text(value_cstring(kind, d, code));
}

static bool
uuid_key_of_cstring(const char *s, ColumnKey *k)
{
	bool		hyphens = strlen(s) == 36;
	uint8	   *uuid = palloc(UUID_LEN);
	char		hex[2 * UUID_LEN];
	int			n = 0;

	if (!hyphens && strlen(s) != sizeof(hex))
		return false;
	for (int i = 0; s[i] != '\0'; i++)
	{
		if (hyphens && (i == 8 || i == 13 || i == 18 || i == 23))
		{
			if (s[i] != '-')
				return false;
		}
		else if (!isxdigit((unsigned char) s[i]))
			return false;
		else
			hex[n++] = s[i];
	}
	hex_decode(hex, sizeof(hex), (char *) uuid);
	k->bytes = uuid;
	k->len = UUID_LEN;
	k->prefix = hd_load_prefix(uuid, UUID_LEN);
	return true;
}

/* An identifier as id_cstring() writes it; a uuid with or without hyphens, in any case */
bool
id_key_of_text(IdKind kind, Datum d, ColumnKey *k)
{
	char	   *s;
	int64		v;

	text_column_key(d, k);
	if (kind == ID_TEXT)
		return true;
	s = TextDatumGetCString(d);
	if (kind == ID_INT8)
	{
		char	   *end;

		errno = 0;
		v = strtoll(s, &end, 10);
		if (end == s || *end != '\0' || errno != 0 ||
			strcmp(psprintf(INT64_FORMAT, v), s) != 0)
			return false;
		int64_column_key(v, k);
		return true;
	}
	return uuid_key_of_cstring(s, k);
}

bool
value_key_of_text(ValueKind kind, Datum d, ColumnKey *k)
{
	char	   *s,
			   *end;
	double		v;

	text_column_key(d, k);
	if (kind != VALUE_NUMBER)
		return kind != VALUE_SET;
	s = TextDatumGetCString(d);
	errno = 0;
	v = strtod(s, &end);
	if (end == s || *end != '\0' || isnan(v) || isinf(v) || strpbrk(s, "xX") != NULL)
		return false;
	number_column_key(v, k);
	return true;
}

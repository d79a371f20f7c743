/*-------------------------------------------------------------------------
 *
 * jsonl.c
 *	  SQL function: any value as one line of JSON.
 *
 * What core's row_to_json writes, but for what depends on settings, on the
 * spacing of stored json, or breaks a line.  For each call site a tree of
 * writers is made once, one for each column; a row only runs through it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/shortest_dec.h"
#include "common/utf8.h"
#include "export/json_text.h"
#include "export/settings.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

typedef struct Writer Writer;
typedef void (*WriteFunction) (JsonOut *out, Writer *w, Datum d);

typedef struct RecordWriter
{
	Oid			type;
	int32		typmod;
	uint64		identifier;		/* of the row type as it was when this was made */
	TupleDesc	desc;
	Datum	   *value;
	bool	   *null;
	char	  **name;			/* for messages; NULL: a dropped column */
	char	  **start;			/* {"name": of the first column, ,"name": of others */
	int		   *start_len;
	Writer	   *column;
	int			n;
} RecordWriter;

struct Writer
{
	WriteFunction write;
	Oid			type;			/* no domain */
	MemoryContext cx;			/* for what is found out later */
	FmgrInfo	function;		/* output, or cast to json */
	int			pinned;			/* PIN_*: the settings that the function may look at */

	/* elements of an array */
	Oid			element_type;
	Writer	   *element;
	int16		typlen;
	bool		typbyval;
	char		typalign;

	RecordWriter *record;
};

static void writer_init(Writer *w, Oid type, MemoryContext cx);

static inline void
write_value(JsonOut *out, Writer *w, Datum d, bool null)
{
	if (null)
		appendBinaryStringInfo(&out->buf, "null", 4);
	else
		w->write(out, w, d);
}

/* ---- scalars ---- */

static void
write_bool(JsonOut *out, Writer *w, Datum d)
{
	if (DatumGetBool(d))
		appendBinaryStringInfo(&out->buf, "true", 4);
	else
		appendBinaryStringInfo(&out->buf, "false", 5);
}

static void
put_int64(JsonOut *out, int64 v)
{
	enlargeStringInfo(&out->buf, MAXINT8LEN + 1);
	out->buf.len += pg_lltoa(v, out->buf.data + out->buf.len);
}

static void
write_int2(JsonOut *out, Writer *w, Datum d)
{
	put_int64(out, DatumGetInt16(d));
}

static void
write_int4(JsonOut *out, Writer *w, Datum d)
{
	put_int64(out, DatumGetInt32(d));
}

static void
write_int8(JsonOut *out, Writer *w, Datum d)
{
	put_int64(out, DatumGetInt64(d));
}

/* JSON has no such numbers: as strings, as core has them */
static bool
put_no_number(JsonOut *out, double v)
{
	if (isfinite(v))
		return false;
	appendStringInfoString(&out->buf, isnan(v) ? "\"NaN\"" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	return true;
}

static void
write_float4(JsonOut *out, Writer *w, Datum d)
{
	float4		v = DatumGetFloat4(d);

	if (put_no_number(out, v))
		return;
	enlargeStringInfo(&out->buf, FLOAT_SHORTEST_DECIMAL_LEN);
	out->buf.len += float_to_shortest_decimal_buf(v, out->buf.data + out->buf.len);
}

static void
write_float8(JsonOut *out, Writer *w, Datum d)
{
	float8		v = DatumGetFloat8(d);

	if (put_no_number(out, v))
		return;
	enlargeStringInfo(&out->buf, DOUBLE_SHORTEST_DECIMAL_LEN);
	out->buf.len += double_to_shortest_decimal_buf(v, out->buf.data + out->buf.len);
}

static void
write_numeric(JsonOut *out, Writer *w, Datum d)
{
	char	   *s = OutputFunctionCall(&w->function, d);
	bool		number = isdigit((unsigned char) s[s[0] == '-']);

	if (!number)
		appendStringInfoCharMacro(&out->buf, '"');
	appendStringInfoString(&out->buf, s);
	if (!number)
		appendStringInfoCharMacro(&out->buf, '"');
	pfree(s);
}

static void
put_server_string(JsonOut *out, const char *s, int len)
{
	int			utf8_len;
	const char *utf8 = hd_to_utf8(s, len, &utf8_len);

	json_put_string(out, utf8, utf8_len);
	if (utf8 != s)
		pfree(unconstify(char *, utf8));
}

static void
write_text(JsonOut *out, Writer *w, Datum d)
{
	text	   *t = DatumGetTextPP(d);

	put_server_string(out, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	if (PointerGetDatum(t) != d)
		pfree(t);
}

static void
write_name(JsonOut *out, Writer *w, Datum d)
{
	put_server_string(out, NameStr(*DatumGetName(d)), strlen(NameStr(*DatumGetName(d))));
}

static void
write_bytea(JsonOut *out, Writer *w, Datum d)
{
	bytea	   *b = DatumGetByteaPP(d);
	int			len = VARSIZE_ANY_EXHDR(b);

	appendBinaryStringInfo(&out->buf, "\"\\\\x", 4);
	if (len > (int) (MaxAllocSize / 2))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("bytea of %d bytes is too large for a line of JSON", len)));
	enlargeStringInfo(&out->buf, 2 * len + 1);
	out->buf.len += hex_encode(VARDATA_ANY(b), len, out->buf.data + out->buf.len);
	appendStringInfoCharMacro(&out->buf, '"');
	if (PointerGetDatum(b) != d)
		pfree(b);
}

/* date, time, timetz, timestamp and, as that of UTC, timestamptz */
static void
write_datetime(JsonOut *out, Writer *w, Datum d)
{
	char		s[MAXDATELEN + 1];
	int			utc = 0;

	JsonEncodeDateTime(s, d, w->type, &utc);
	json_put_string(out, s, strlen(s));
}

static void
write_interval(JsonOut *out, Writer *w, Datum d)
{
	Interval   *v = DatumGetIntervalP(d);
	struct pg_itm itm;
	char		s[MAXDATELEN + 1];

	if (hd_interval_special(v))
		strcpy(s, hd_interval_special(v));
	else
	{
		interval2itm(*v, &itm);
		EncodeInterval(&itm, INTSTYLE_ISO_8601, s);
	}
	json_put_string(out, s, strlen(s));
}

static void
write_json(JsonOut *out, Writer *w, Datum d)
{
	text	   *t = DatumGetTextPP(d);
	int			len;
	const char *s = hd_to_utf8(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &len);

	json_put_document(out, s, len);
	if (s != VARDATA_ANY(t))
		pfree(unconstify(char *, s));
	if (PointerGetDatum(t) != d)
		pfree(t);
}

static void
write_jsonb(JsonOut *out, Writer *w, Datum d)
{
	json_put_jsonb(out, DatumGetJsonbP(d));
}

/* By what the type itself writes; settings that it may look at are as they are everywhere */
static void
write_output(JsonOut *out, Writer *w, Datum d)
{
	int			level = pin_settings(w->pinned);
	char	   *s = OutputFunctionCall(&w->function, d);

	unpin_settings(level);
	put_server_string(out, s, strlen(s));
	pfree(s);
}

static void
write_cast_to_json(JsonOut *out, Writer *w, Datum d)
{
	int			level = pin_settings(PIN_VALUES);
	Datum		json = FunctionCall1(&w->function, d);

	unpin_settings(level);
	write_json(out, w, json);
}

/* ---- arrays ---- */

static Writer *
element_writer(Writer *w, Oid type)
{
	if (w->element == NULL || w->element_type != type)
	{
		Writer	   *element = MemoryContextAllocZero(w->cx, sizeof(Writer));

		writer_init(element, type, w->cx);
		get_typlenbyvalalign(type, &w->typlen, &w->typbyval, &w->typalign);
		w->element_type = type;
		w->element = element;
	}
	return w->element;
}

typedef struct ArrayPlace
{
	Datum	   *value;
	bool	   *null;
	int			next;
} ArrayPlace;

static void
put_dimension(JsonOut *out, Writer *element, ArrayPlace *place, int ndim, const int *dim)
{
	JsonFrame	frame = {out->frame, NULL, 0};

	appendStringInfoCharMacro(&out->buf, '[');
	out->frame = &frame;
	for (int i = 0; i < dim[0]; i++)
	{
		CHECK_FOR_INTERRUPTS();
		frame.index = i;
		if (i > 0)
			appendStringInfoCharMacro(&out->buf, ',');
		if (ndim > 1)
			put_dimension(out, element, place, ndim - 1, dim + 1);
		else
		{
			write_value(out, element, place->value[place->next], place->null[place->next]);
			place->next++;
		}
	}
	out->frame = frame.up;
	appendStringInfoCharMacro(&out->buf, ']');
}

static void
write_array(JsonOut *out, Writer *w, Datum d)
{
	ArrayType  *a = DatumGetArrayTypeP(d);
	Writer	   *element = element_writer(w, ARR_ELEMTYPE(a));
	ArrayPlace	place = {0};
	int			n;

	check_stack_depth();
	if (ARR_NDIM(a) == 0)
		appendBinaryStringInfo(&out->buf, "[]", 2);
	else
	{
		deconstruct_array(a, w->element_type, w->typlen, w->typbyval, w->typalign, &place.value, &place.null, &n);
		put_dimension(out, element, &place, ARR_NDIM(a), ARR_DIMS(a));
		pfree(place.value);
		pfree(place.null);
	}
	if (PointerGetDatum(a) != d)
		pfree(a);
}

/* ---- rows ---- */

/* What stands before the value of a column */
static void
start_of_column(RecordWriter *r, int i, JsonMode mode)
{
	JsonOut		start = {.mode = mode};

	initStringInfo(&start.buf);
	appendStringInfoChar(&start.buf, r->n == 0 ? '{' : ',');
	put_server_string(&start, r->name[i], strlen(r->name[i]));
	appendStringInfoChar(&start.buf, ':');
	r->start[i] = start.buf.data;
	r->start_len[i] = start.buf.len;
	r->n++;
}

static RecordWriter *
record_writer(Oid type, int32 typmod, MemoryContext parent, JsonMode mode)
{
	MemoryContext cx = AllocSetContextCreate(parent, "hdata jsonl row type", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cx);
	RecordWriter *r = palloc0(sizeof(RecordWriter));
	TupleDesc	desc = lookup_rowtype_tupdesc(type, typmod);
	int			natts = desc->natts;

	r->type = type;
	r->typmod = typmod;
	r->identifier = assign_record_type_identifier(type, typmod);
	r->desc = CreateTupleDescCopy(desc);
	ReleaseTupleDesc(desc);
	r->value = palloc(Max(natts, 1) * sizeof(Datum));
	r->null = palloc(Max(natts, 1) * sizeof(bool));
	r->name = palloc0(Max(natts, 1) * sizeof(char *));
	r->start = palloc0(Max(natts, 1) * sizeof(char *));
	r->start_len = palloc0(Max(natts, 1) * sizeof(int));
	r->column = palloc0(Max(natts, 1) * sizeof(Writer));
	for (int i = 0; i < natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(r->desc, i);

		if (att->attisdropped)
			continue;
		r->name[i] = NameStr(att->attname);
		start_of_column(r, i, mode);
		writer_init(&r->column[i], att->atttypid, cx);
	}
	MemoryContextSwitchTo(old);
	return r;
}

/* The writers of a row; made anew when rows of another type come, or the type was altered */
static RecordWriter *
writer_of_row(Writer *w, HeapTupleHeader row, JsonMode mode)
{
	Oid			type = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	RecordWriter *r = w->record;

	if (r && r->type == type && r->typmod == typmod && r->identifier == assign_record_type_identifier(type, typmod))
		return r;
	w->record = NULL;
	if (r)
		MemoryContextDelete(GetMemoryChunkContext(r));
	return w->record = record_writer(type, typmod, w->cx, mode);
}

static void
write_row(JsonOut *out, Writer *w, Datum d)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(d);
	HeapTupleData tuple;
	RecordWriter *r;
	JsonFrame	frame = {out->frame, NULL, 0};

	check_stack_depth();
	r = writer_of_row(w, row, out->mode);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, r->desc, r->value, r->null);
	out->frame = &frame;
	if (r->n == 0)
		appendStringInfoCharMacro(&out->buf, '{');
	for (int i = 0; i < r->desc->natts; i++)
	{
		if (r->name[i] == NULL)
			continue;
		frame.name = r->name[i];
		appendBinaryStringInfo(&out->buf, r->start[i], r->start_len[i]);
		write_value(out, &r->column[i], r->value[i], r->null[i]);
	}
	appendStringInfoCharMacro(&out->buf, '}');
	out->frame = frame.up;
	if (PointerGetDatum(row) != d)
		pfree(row);
}

/* ---- which writer a type has ---- */

/* The settings that the text of a type may depend on */
static int
settings_of_type(Oid type)
{
	switch (type)
	{
		case OIDOID:
		case XIDOID:
		case XID8OID:
		case CIDOID:
		case TIDOID:
		case CHAROID:
		case UUIDOID:
		case INETOID:
		case CIDROID:
		case MACADDROID:
		case MACADDR8OID:
		case BITOID:
		case VARBITOID:
		case XMLOID:
		case TSVECTOROID:
		case TSQUERYOID:
		case JSONPATHOID:
		case PG_LSNOID:
		case INT2VECTOROID:
		case OIDVECTOROID:
		case INT4RANGEOID:
		case INT8RANGEOID:
		case NUMRANGEOID:
		case INT4MULTIRANGEOID:
		case INT8MULTIRANGEOID:
		case NUMMULTIRANGEOID:
		case UNKNOWNOID:
		case CSTRINGOID:
			return 0;
		case DATERANGEOID:
		case DATEMULTIRANGEOID:
		case TSRANGEOID:
		case TSMULTIRANGEOID:
			return PIN_DATESTYLE;
		case TSTZRANGEOID:
		case TSTZMULTIRANGEOID:
			return PIN_DATESTYLE | PIN_TIMEZONE;
		case POINTOID:
		case LSEGOID:
		case PATHOID:
		case BOXOID:
		case POLYGONOID:
		case LINEOID:
		case CIRCLEOID:
			return PIN_FLOAT_DIGITS;
		case CASHOID:
			return PIN_LC_MONETARY;
		default:
			if (type_is_enum(type))
				return 0;
			return type < FirstNormalObjectId ? PIN_VALUES | PIN_SEARCH_PATH : PIN_VALUES;
	}
}

static void
writer_of_other_type(Writer *w)
{
	Oid			function = InvalidOid;
	bool		is_varlena;

	if (w->type == RECORDOID || type_is_rowtype(w->type))
		w->write = write_row;
	else if (w->type == ANYARRAYOID || OidIsValid(get_element_type(w->type)))
		w->write = write_array;
	else if (w->type >= FirstNormalObjectId &&
			 find_coercion_pathway(JSONOID, w->type, COERCION_EXPLICIT, &function) == COERCION_PATH_FUNC &&
			 get_func_nargs(function) == 1)
		w->write = write_cast_to_json;
	else
	{
		getTypeOutputInfo(w->type, &function, &is_varlena);
		w->write = write_output;
		w->pinned = settings_of_type(w->type);
	}
	if (OidIsValid(function))
		fmgr_info_cxt(function, &w->function, w->cx);
}

static void
writer_init(Writer *w, Oid type, MemoryContext cx)
{
	w->type = getBaseType(type);
	w->cx = cx;
	switch (w->type)
	{
		case BOOLOID:
			w->write = write_bool;
			break;
		case INT2OID:
			w->write = write_int2;
			break;
		case INT4OID:
			w->write = write_int4;
			break;
		case INT8OID:
			w->write = write_int8;
			break;
		case FLOAT4OID:
			w->write = write_float4;
			break;
		case FLOAT8OID:
			w->write = write_float8;
			break;
		case NUMERICOID:
			w->write = write_numeric;
			fmgr_info_cxt(F_NUMERIC_OUT, &w->function, cx);
			break;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			w->write = write_text;
			break;
		case NAMEOID:
			w->write = write_name;
			break;
		case BYTEAOID:
			w->write = write_bytea;
			break;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			w->write = write_datetime;
			break;
		case INTERVALOID:
			w->write = write_interval;
			break;
		case JSONOID:
			w->write = write_json;
			break;
		case JSONBOID:
			w->write = write_jsonb;
			break;
		default:
			writer_of_other_type(w);
	}
}

/* ---- jsonl(anyelement, mode, replace) ---- */

typedef struct Jsonl
{
	JsonMode	mode;
	MemoryContext cx;
	Writer		writer;
} Jsonl;

static Jsonl *
jsonl_for_call(FunctionCallInfo fcinfo, JsonMode mode)
{
	Jsonl	   *j = fcinfo->flinfo->fn_extra;
	Oid			type;
	MemoryContext cx;

	if (j && j->mode == mode)
		return j;
	type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_DATATYPE),
				 errmsg("could not determine the type of the value")));
	fcinfo->flinfo->fn_extra = NULL;
	if (j)
		MemoryContextDelete(j->cx);
	cx = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "hdata jsonl", ALLOCSET_SMALL_SIZES);
	j = MemoryContextAllocZero(cx, sizeof(Jsonl));
	j->mode = mode;
	j->cx = cx;
	writer_init(&j->writer, type, cx);
	fcinfo->flinfo->fn_extra = j;
	return j;
}

PG_FUNCTION_INFO_V1(export_jsonl);
Datum
export_jsonl(PG_FUNCTION_ARGS)
{
	static const ArgChoice modes[] = {
		{"line_safe", JSON_LINE_SAFE}, {"utf8", JSON_UTF8}, {"ascii", JSON_ASCII}, {NULL, 0}
	};
	JsonOut		out = {.mode = arg_choice(fcinfo, 1, "mode", modes)};
	Jsonl	   *j;

	if (PG_ARGISNULL(2))
		arg_is_null("replace");
	out.replace = PG_GETARG_BOOL(2);
	if (PG_ARGISNULL(0))
		PG_RETURN_TEXT_P(cstring_to_text("null"));
	j = jsonl_for_call(fcinfo, out.mode);
	initStringInfo(&out.buf);
	j->writer.write(&out, &j->writer, PG_GETARG_DATUM(0));
	PG_RETURN_TEXT_P(hd_text_of_utf8(out.buf.data, out.buf.len));
}

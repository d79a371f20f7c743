/*-------------------------------------------------------------------------
 *
 * content.c
 *	  The hash of the content columns of a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "review/content.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/json.h"

/* Types whose text no setting changes, of those that are not handled by themselves */
static bool
independent_of_settings(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case CHAROID:
		case NAMEOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case NUMERICOID:
		case UUIDOID:
		case JSONBOID:
		case BPCHAROID:
			return true;
		default:
			return false;
	}
}

static void
put(HdSha256 *sha, const void *data, size_t len)
{
	uint32		n = pg_hton32((uint32) len);

	hd_sha256_update(sha, &n, sizeof(n));
	hd_sha256_update(sha, data, len);
}

static void
put_text(HdSha256 *sha, const char *data, int len)
{
	char	   *utf8 = pg_server_to_any(data, len, PG_UTF8);

	put(sha, utf8, utf8 == data ? len : strlen(utf8));
	if (utf8 != data)
		pfree(utf8);
}

static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
settle_settings(void)
{
	set("DateStyle", "ISO");
	set("TimeZone", "UTC");
	set("IntervalStyle", "iso_8601");
	set("extra_float_digits", "1");
	set("bytea_output", "hex");
	set("lc_monetary", "C");
	set("search_path", "pg_catalog, pg_temp");
}

char *
settled_text(const ReviewColumn *column, Datum value)
{
	FmgrInfo   *out = unconstify(FmgrInfo *, &column->out);
	int			level;
	char	   *text;

	if (independent_of_settings(column->type))
		return OutputFunctionCall(out, value);
	level = NewGUCNestLevel();
	settle_settings();
	text = OutputFunctionCall(out, value);
	AtEOXact_GUC(false, level);
	return text;
}

static void
put_value(HdSha256 *sha, const ReviewColumn *column, Datum value)
{
	char		buf[MAXDATELEN + 1];
	int			utc = 0;
	char	   *text;

	switch (column->type)
	{
		case TEXTOID:
		case VARCHAROID:
		case JSONOID:
			{
				struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

				put_text(sha, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
				return;
			}
		case BYTEAOID:
			{
				struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

				put(sha, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
				return;
			}
		case INT8OID:
			put(sha, buf, pg_lltoa(DatumGetInt64(value), buf));
			return;
		case INT4OID:
			put(sha, buf, pg_ltoa(DatumGetInt32(value), buf));
			return;
		case FLOAT8OID:
			put(sha, buf, double_to_shortest_decimal_bufn(DatumGetFloat8(value), buf));
			return;
		case FLOAT4OID:
			put(sha, buf, float_to_shortest_decimal_bufn(DatumGetFloat4(value), buf));
			return;
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			JsonEncodeDateTime(buf, value, column->type, column->type == TIMESTAMPTZOID ? &utc : NULL);
			put(sha, buf, strlen(buf));
			return;
		default:
			text = settled_text(column, value);
			put_text(sha, text, strlen(text));
			pfree(text);
	}
}

bool
content_hash(const ReviewTable *t, HeapTuple tuple, TupleDesc desc, uint8 *hash)
{
	uint8		version = 1;
	HdSha256	sha;

	if (t->n_content == 0)
		return false;
	hd_sha256_init(&sha);
	hd_sha256_update(&sha, &version, 1);
	for (int i = 0; i < t->n_content; i++)
	{
		bool		null;
		Datum		value = heap_getattr(tuple, t->content[i].att, desc, &null);

		if (null)
		{
			uint32		n = 0xffffffff;

			hd_sha256_update(&sha, &n, sizeof(n));
		}
		else
			put_value(&sha, &t->content[i], value);
	}
	hd_sha256_final(&sha, hash);
	return true;
}

bool
column_differs(const ReviewColumn *column, HeapTuple a, HeapTuple b, TupleDesc desc)
{
	bool		a_null,
				b_null;
	Datum		a_value = heap_getattr(a, column->att, desc, &a_null);
	Datum		b_value = heap_getattr(b, column->att, desc, &b_null);

	if (a_null || b_null)
		return a_null != b_null;
	return !datum_image_eq(a_value, b_value, column->byval, column->len);
}

bool
content_differs(const ReviewTable *t, HeapTuple a, HeapTuple b, TupleDesc desc, AttrNumber *which)
{
	for (int i = 0; i < t->n_content; i++)
		if (column_differs(&t->content[i], a, b, desc))
		{
			*which = t->content[i].att;
			return true;
		}
	return false;
}

/*-------------------------------------------------------------------------
 *
 * column.h
 *	  What users' columns become inside a state: identifiers and values of
 *	  any type, as keys of dict.h.
 *
 * Text is kept in UTF-8, whatever the database encoding is, so that states
 * can travel; an SQL_ASCII database keeps its bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_COLUMN_H
#define HD_COLUMN_H

#include <math.h>

#include "common/dict.h"
#include "fmgr.h"
#include "hdata.h"

typedef struct ColumnKey
{
	uint64		prefix;
	const uint8 *bytes;			/* whole key; may be NULL up to eight bytes */
	uint32		len;
} ColumnKey;

/* How to read one argument declared "any": made once per call site */
typedef struct AnyColumn
{
	Oid			type;
	IdKind		id_kind;
	ValueKind	value_kind;
	Oid			element;		/* of an array */
	int16		typlen;			/* of the element */
	bool		typbyval;
	char		typalign;
	bool		is_unknown;
	FmgrInfo	out;			/* output function of the type, or of the element */
} AnyColumn;

/* ---- typed columns ---- */

extern void text_column_key(Datum d, ColumnKey *k);

static inline void
int64_column_key(int64 v, ColumnKey *k)
{
	k->prefix = (uint64) v ^ (UINT64CONST(1) << 63);
	k->bytes = NULL;
	k->len = 8;
}

/* Integers of 2^53 and beyond do not all exist as float8: they are refused */
static inline bool
number_is_exact(double v)
{
	return fabs(v) < 9007199254740992.0 || v != floor(v);
}

extern void uuid_column_key(Datum d, ColumnKey *k);
extern void number_column_key(double v, ColumnKey *k);

/* An identifier of a typed column */
static inline void
id_column_key(IdKind kind, Datum d, ColumnKey *k)
{
	if (kind == ID_INT8)
		int64_column_key(DatumGetInt64(d), k);
	else if (kind == ID_UUID)
		uuid_column_key(d, k);
	else
		text_column_key(d, k);
}

/* for messages */
static inline const char *
id_kind_sql_name(uint8 kind)
{
	return kind == ID_INT8 ? "bigint" : kind == ID_UUID ? "uuid" : "text";
}

/* ---- columns of any type ---- */

extern void any_column_init(AnyColumn *c, FunctionCallInfo fcinfo, int arg,
							const char *what);
extern void any_id_key(AnyColumn *c, Datum d, ColumnKey *k);
extern void any_value_key(AnyColumn *c, Datum d, ColumnKey *k);
extern double any_number(const AnyColumn *c, Datum d);	/* value_kind is VALUE_NUMBER */

/* labels of an enum type in their order, as UTF-8 keys */
extern void enum_labels(Oid type, Dict *labels);

/* ---- back to SQL ---- */

extern text *id_text(IdKind kind, const Dict *d, uint32 code);
extern text *value_text(ValueKind kind, const Dict *d, uint32 code);
extern char *id_cstring(IdKind kind, const Dict *d, uint32 code);
extern char *value_cstring(ValueKind kind, const Dict *d, uint32 code);

/* A key from its text form, as users write it in a list; false: no such form */
extern bool id_key_of_text(IdKind kind, Datum d, ColumnKey *k);
extern bool value_key_of_text(ValueKind kind, Datum d, ColumnKey *k);

/* shortest text that reads back as the same number, whatever the GUCs */
extern char *number_cstring(double v);

/* ---- stored keys ---- */

extern char *text_key_cstring(const uint8 *p, uint32 len);
extern bool text_key_is_valid(const uint8 *p, uint32 len);
extern bool set_key_is_valid(const uint8 *p, uint32 len);
extern int	set_key_next(const uint8 **p, const uint8 *end, const uint8 **element);

#endif							/* HD_COLUMN_H */

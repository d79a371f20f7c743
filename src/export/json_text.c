/*-------------------------------------------------------------------------
 *
 * json_text.c
 *	  JSON on one line: strings, documents, jsonb.  All in UTF-8.
 *
 * Most bytes are copied as they stand, so the work is to find the next one
 * that is not: sixteen at a time where the processor can.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/utf8.h"
#include "export/json_text.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* ---- strings ---- */

/* May this byte not simply be copied?  In mode line_safe it may only begin a character that may not. */
static inline bool
is_special(uint8 c, JsonMode mode)
{
	return c < 0x20 || c == '"' || c == '\\' ||
		(mode == JSON_LINE_SAFE && (c == 0xC2 || c == 0xE2)) ||
		(mode == JSON_ASCII && c >= 0x7F);
}

/* The first special byte, or the end */
static pg_attribute_always_inline const uint8 *
find_special(const uint8 *p, const uint8 *end, JsonMode mode)
{
#ifdef __SSE2__
	const __m128i control = _mm_set1_epi8(0x1F);
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i c2 = _mm_set1_epi8((char) 0xC2);
	const __m128i e2 = _mm_set1_epi8((char) 0xE2);
	const __m128i del = _mm_set1_epi8(0x7F);

	for (; end - p >= 16; p += 16)
	{
		__m128i		v = _mm_loadu_si128((const __m128i *) p);
		__m128i		hit = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(v, control), v),
									   _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
		int			bits;

		if (mode == JSON_LINE_SAFE)
			hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(v, c2), _mm_cmpeq_epi8(v, e2)));
		else if (mode == JSON_ASCII)
			hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(v, del), v));
		bits = _mm_movemask_epi8(hit);
		if (bits != 0)
			return p + __builtin_ctz(bits);
	}
#endif
	while (p < end && !is_special(*p, mode))
		p++;
	return p;
}

static const char hex_digit[] = "0123456789abcdef";

static void
put_unit(StringInfo buf, uint32 unit)
{
	char		s[6] = {'\\', 'u', hex_digit[unit >> 12 & 15], hex_digit[unit >> 8 & 15],
	hex_digit[unit >> 4 & 15], hex_digit[unit & 15]};

	appendBinaryStringInfo(buf, s, 6);
}

static void
put_escaped(StringInfo buf, pg_wchar c)
{
	if (c >= 0x10000)
	{
		put_unit(buf, 0xD800 + ((c - 0x10000) >> 10));
		c = 0xDC00 + (c & 0x3FF);
	}
	put_unit(buf, c);
}

static void
put_control(StringInfo buf, uint8 c)
{
	/* the short forms, as all common writers have them */
	static const char letter[] = "\0\0\0\0\0\0\0\0btn\0fr";
	char		s[2] = {'\\', c == '"' || c == '\\' ? c : c < 14 ? letter[c] : 0};

	if (s[1])
		appendBinaryStringInfo(buf, s, 2);
	else
		put_unit(buf, c);
}

/*
 * The bytes up to the end or, in a document, to a quote or backslash that
 * stands for itself; returns where it stopped.
 */
static pg_attribute_always_inline const uint8 *
put_run(StringInfo buf, const uint8 *p, const uint8 *end, JsonMode mode, bool in_document)
{
	const uint8 *start = p;

	for (;;)
	{
		int			len = 1;
		uint8		c;

		p = find_special(p, end, mode);
		if (p == end)
			break;
		c = *p;
		if (in_document && (c == '"' || c == '\\'))
			break;
		if (c >= 0x80)
		{
			len = Min(pg_utf_mblen(p), end - p);
			if (mode == JSON_LINE_SAFE &&
				!(c == 0xC2 && len == 2 && p[1] == 0x85) &&
				!(c == 0xE2 && len == 3 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9)))
			{
				/* another character with the same first byte */
				p += len;
				continue;
			}
		}
		CHECK_FOR_INTERRUPTS();
		appendBinaryStringInfo(buf, (const char *) start, p - start);
		if (c >= 0x7F)
			put_escaped(buf, utf8_to_unicode(p));
		else
			put_control(buf, c);
		p += len;
		start = p;
	}
	appendBinaryStringInfo(buf, (const char *) start, p - start);
	return p;
}

/* One copy of the loop for each mode */
static const uint8 *
put_run_of_mode(JsonOut *out, const uint8 *p, const uint8 *end, bool in_document)
{
	switch (out->mode)
	{
		case JSON_UTF8:
			return put_run(&out->buf, p, end, JSON_UTF8, in_document);
		case JSON_LINE_SAFE:
			return put_run(&out->buf, p, end, JSON_LINE_SAFE, in_document);
		default:
			return put_run(&out->buf, p, end, JSON_ASCII, in_document);
	}
}

void
json_put_string(JsonOut *out, const char *s, int len)
{
	const uint8 *p = (const uint8 *) s;

	appendStringInfoCharMacro(&out->buf, '"');
	(void) put_run_of_mode(out, p, p + len, false);
	appendStringInfoCharMacro(&out->buf, '"');
}

/* ---- documents ---- */

/* Columns and places from the outside in; names of columns are in the database's encoding, the path is UTF-8 */
static void
put_frames(StringInfo path, const JsonFrame *f)
{
	if (f == NULL)
		return;
	put_frames(path, f->up);
	if (f->name)
	{
		int			len;
		const char *name = hd_to_utf8(f->name, strlen(f->name), &len);

		appendStringInfo(path, ".%.*s", len, name);
	}
	else
		appendStringInfo(path, "[%d]", f->index);
}

typedef struct Level
{
	int			index;			/* in an array, else -1 */
	const char *key;
	int			key_len;
} Level;

/* Where in the document byte "at" stands */
static void
put_document_path(StringInfo path, const char *s, const char *at)
{
	int			cap = 16,
				depth = 0;
	Level	   *level = palloc(cap * sizeof(Level));
	const char *string = NULL;
	int			string_len = 0;

	for (const char *p = s; p < at; p++)
	{
		switch (*p)
		{
			case '"':
				string = p + 1;
				for (p++; p < at && *p != '"'; p++)
					if (*p == '\\')
						p++;
				string_len = p - string;
				break;
			case '{':
			case '[':
				if (depth == cap)
					level = repalloc_huge(level, (Size) (cap *= 2) * sizeof(Level));
				level[depth++] = (Level) {*p == '[' ? 0 : -1, NULL, 0};
				break;
			case '}':
			case ']':
				depth--;
				break;
			case ':':
				level[depth - 1].key = string;
				level[depth - 1].key_len = string_len;
				break;
			case ',':
				if (level[depth - 1].index >= 0)
					level[depth - 1].index++;
				else
					level[depth - 1].key = NULL;
				break;
			default:
				break;
		}
	}
	for (int i = 0; i < depth; i++)
	{
		if (level[i].index >= 0)
			appendStringInfo(path, "[%d]", level[i].index);
		else if (level[i].key)
			appendStringInfo(path, ".%.*s", level[i].key_len, level[i].key);
	}
	pfree(level);
}

/* Longer ones are cut: keys may be of any length, and messages go to the log of the server */
#define LONGEST_PATH 400

static void
cut_path(StringInfo path)
{
	int			len = LONGEST_PATH;

	if (path->len <= LONGEST_PATH)
		return;
	while ((path->data[len] & 0xC0) == 0x80)
		len--;
	path->len = len;
	path->data[len] = '\0';
	appendStringInfoString(path, "...");
}

pg_noreturn static pg_noinline void
lone_surrogate(const JsonOut *out, const char *document, const char *at)
{
	StringInfoData path;
	text	   *shown;

	initStringInfo(&path);
	appendStringInfoChar(&path, '$');
	put_frames(&path, out->frame);
	put_document_path(&path, document, at);
	cut_path(&path);
	shown = hd_text_of_utf8(path.data, path.len);
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("half a surrogate pair in a JSON string"),
			 errdetail("\"%.6s\" at %s stands for no character, and what readers make of it differs.",
					   at, text_to_cstring(shown)),
			 errhint("Mend the value, or use hdata.jsonl(..., replace => true), which writes U+FFFD in its place.")));
}

/* The code unit of \uXXXX, or -1 */
static int32
unit_of_escape(const uint8 *p, const uint8 *end)
{
	int32		unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++)
	{
		uint8		c = p[i];

		if (c >= '0' && c <= '9')
			c -= '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			c = (c | 0x20) - 'a' + 10;
		else
			return -1;
		unit = unit << 4 | c;
	}
	return unit;
}

/* An escape of a document, as it stands; returns what is behind it */
static const uint8 *
put_escape(JsonOut *out, const char *document, const uint8 *p, const uint8 *end)
{
	int32		unit = unit_of_escape(p, end);
	int			len = unit < 0 ? 2 : 6;

	if (unit >= 0xD800 && unit <= 0xDFFF)
	{
		int32		low = unit_of_escape(p + 6, end);

		if (unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF)
			len = 12;
		else if (!out->replace)
			lone_surrogate(out, document, (const char *) p);
		else
		{
			if (out->mode == JSON_ASCII)
				put_unit(&out->buf, 0xFFFD);
			else
				appendBinaryStringInfo(&out->buf, "\xEF\xBF\xBD", 3);
			return p + 6;
		}
	}
	len = Min(len, end - p);
	appendBinaryStringInfo(&out->buf, (const char *) p, len);
	return p + len;
}

void
json_put_document(JsonOut *out, const char *s, int len)
{
	const uint8 *p = (const uint8 *) s;
	const uint8 *end = p + len;

	while (p < end)
	{
		const uint8 *start = p;

		CHECK_FOR_INTERRUPTS();
		while (p < end && *p > ' ' && *p != '"')
			p++;
		appendBinaryStringInfo(&out->buf, (const char *) start, p - start);
		if (p == end)
			break;
		if (*p++ != '"')
			continue;			/* white space between tokens */
		appendStringInfoCharMacro(&out->buf, '"');
		for (;;)
		{
			p = put_run_of_mode(out, p, end, true);
			if (p == end)
				break;
			if (*p == '"')
			{
				appendStringInfoCharMacro(&out->buf, '"');
				p++;
				break;
			}
			p = put_escape(out, s, p, end);
		}
	}
}

/* ---- jsonb ---- */

static void
put_scalar(JsonOut *out, const JsonbValue *v)
{
	const char *s;
	char	   *number;
	int			len;

	switch (v->type)
	{
		case jbvString:
			s = hd_to_utf8(v->val.string.val, v->val.string.len, &len);
			json_put_string(out, s, len);
			if (s != v->val.string.val)
				pfree(unconstify(char *, s));
			break;
		case jbvNumeric:
			number = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric)));
			appendStringInfoString(&out->buf, number);
			pfree(number);
			break;
		case jbvBool:
			appendStringInfoString(&out->buf, v->val.boolean ? "true" : "false");
			break;
		case jbvNull:
			appendStringInfoString(&out->buf, "null");
			break;
		default:
			elog(ERROR, "unexpected type of a jsonb value: %d", (int) v->type);
	}
}

void
json_put_jsonb(JsonOut *out, Jsonb *jb)
{
	JsonbIterator *it = JsonbIteratorInit(&jb->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	bool		first = true;
	bool		raw = false;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (!first && (token == WJB_KEY || token == WJB_ELEM || token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT))
			appendStringInfoCharMacro(&out->buf, ',');
		first = false;
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
				raw = v.val.array.rawScalar;
				if (!raw)
					appendStringInfoCharMacro(&out->buf, '[');
				first = true;
				break;
			case WJB_BEGIN_OBJECT:
				appendStringInfoCharMacro(&out->buf, '{');
				first = true;
				break;
			case WJB_END_ARRAY:
				if (!raw)
					appendStringInfoCharMacro(&out->buf, ']');
				break;
			case WJB_END_OBJECT:
				appendStringInfoCharMacro(&out->buf, '}');
				break;
			case WJB_KEY:
				put_scalar(out, &v);
				appendStringInfoCharMacro(&out->buf, ':');
				first = true;	/* of its value */
				break;
			default:
				put_scalar(out, &v);
		}
	}
}

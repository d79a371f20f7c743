/*-------------------------------------------------------------------------
 *
 * source_tokens.c
 *	  Tokens of texts with their places.
 *
 * What a reader sees as one sign is one token: marks, zero-width characters
 * and variation selectors belong to what stands before them, pictographs
 * joined by U+200D and the pair of letters of a flag are one (UAX #29, rules
 * GB9, GB11 and GB12).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "mb/pg_wchar.h"
#include "text/canonical.h"
#include "text/source_tokens.h"

#define ZERO_WIDTH_JOINER 0x200D

void
token_codes_init(TokenCodes *k, TokenUnit unit)
{
	k->unit = unit;
	dict_init(&k->dict, CurrentMemoryContext);
}

static uint32
code_of(TokenCodes *k, const char *s, uint32 len)
{
	uint32		code = dict_add(&k->dict, hd_load_prefix((const uint8 *) s, len), (const uint8 *) s, len);

	if (code >= TOKEN_CODE_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("texts have too many different tokens")));
	return code;
}

/* ---- text as code points, with the place of each in bytes ---- */

typedef struct Utf8Text
{
	const char *s;
	int32		n;				/* code points */
	uint32	   *c;
	int32	   *byte;			/* [n + 1] */
} Utf8Text;

static void
decode(Datum d, Utf8Text *t)
{
	int32		len;
	bool		ascii;

	t->s = canonical_utf8(d, &len, &ascii);
	t->c = array_alloc(len, sizeof(uint32));
	t->byte = array_alloc((Size) len + 1, sizeof(int32));
	t->n = 0;
	for (int32 i = 0; i < len;)
	{
		const unsigned char *p = (const unsigned char *) t->s + i;

		HD_CHECK_EVERY(t->n + 1);
		t->byte[t->n] = i;
		t->c[t->n++] = *p < 0x80 ? *p : utf8_to_unicode(p);
		i += *p < 0x80 ? 1 : pg_utf_mblen(p);
	}
	t->byte[t->n] = len;
}

/* substr() counts bytes where the database has no encoding */
static void
places_as_substr_counts(SourceTokens *t, const Utf8Text *u)
{
	if (GetDatabaseEncoding() != PG_SQL_ASCII)
		return;
	for (int32 i = 0; i < t->codes.n; i++)
	{
		t->from[i] = u->byte[t->from[i]];
		t->to[i] = u->byte[t->to[i]];
	}
}

/* ---- tokens as they stand ---- */

/* Does it belong to what stands right before it? */
static inline bool
extends(uint32 c)
{
	return c >= 0x80 && (u_hasBinaryProperty(c, UCHAR_GRAPHEME_EXTEND) ||
						 u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
						 u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER));
}

static inline bool
is_regional(uint32 c)
{
	return c >= 0x1F1E6 && c <= 0x1F1FF;
}

static inline bool
is_pictograph(uint32 c)
{
	return c >= 0x80 && u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

/* Behind the token that begins at i, which is no white space */
static int32
token_end(const Utf8Text *t, int32 i)
{
	uint32		first = t->c[i++];
	bool		word = canonical_char_class(first) == CHAR_OF_WORD;

	if (is_regional(first) && i < t->n && is_regional(t->c[i]))
		i++;
	while (i < t->n)
	{
		uint32		c = t->c[i];

		if (code_point_is_space(c))
			break;
		if (!(word && canonical_char_class(c) == CHAR_OF_WORD) && !extends(c) &&
			!(t->c[i - 1] == ZERO_WIDTH_JOINER && is_pictograph(first) && is_pictograph(c)))
			break;
		i++;
		HD_CHECK_EVERY(i);
	}
	return i;
}

static void
surface_tokens(TokenCodes *k, const Utf8Text *u, SourceTokens *t)
{
	uint32	   *code = array_alloc(u->n, sizeof(uint32));
	int32		n = 0;

	t->from = array_alloc(u->n, sizeof(int32));
	t->to = array_alloc(u->n, sizeof(int32));
	for (int32 i = 0; i < u->n;)
	{
		int32		end;

		HD_CHECK_EVERY(i + 1);
		if (code_point_is_space(u->c[i]))
		{
			i++;
			continue;
		}
		end = token_end(u, i);
		code[n] = code_of(k, u->s + u->byte[i], u->byte[end] - u->byte[i]);
		t->from[n] = i;
		t->to[n++] = end;
		i = end;
	}
	t->codes = (CodePoints) {n, code};
}

/* ---- characters, words ---- */

static void
characters(const Utf8Text *u, SourceTokens *t)
{
	t->from = array_alloc(u->n, sizeof(int32));
	t->to = array_alloc(u->n, sizeof(int32));
	for (int32 i = 0; i < u->n; i++)
	{
		t->from[i] = i;
		t->to[i] = i + 1;
	}
	t->codes = (CodePoints) {u->n, u->c};
}

static void
words(TokenCodes *k, Datum d, SourceTokens *t)
{
	CanonicalText text;
	uint32	   *code;

	canonical_text_map(d, &text, &t->from, &t->to);
	code = array_alloc(text.n_tokens, sizeof(uint32));
	for (int32 i = 0; i < text.n_tokens; i++)
	{
		HD_CHECK_EVERY(i + 1);
		code[i] = code_of(k, text.s + text.start[i], text.end[i] - text.start[i]);
	}
	t->codes = (CodePoints) {text.n_tokens, code};
	pfree(text.s);
	pfree(text.start);
	pfree(text.end);
}

void
source_tokens_make(TokenCodes *k, Datum d, SourceTokens *t)
{
	Utf8Text	u = {NULL, 0, NULL, NULL};

	if (k->unit != UNIT_WORDS || GetDatabaseEncoding() == PG_SQL_ASCII)
		decode(d, &u);
	if (k->unit == UNIT_WORDS)
		words(k, d, t);
	else if (k->unit == UNIT_CHARACTERS)
		characters(&u, t);
	else
		surface_tokens(k, &u, t);
	places_as_substr_counts(t, &u);
	if (u.byte)
		pfree(u.byte);
	if (u.c && k->unit != UNIT_CHARACTERS)
		pfree(u.c);
}

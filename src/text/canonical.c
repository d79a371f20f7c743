/*-------------------------------------------------------------------------
 *
 * canonical.c
 *	  Text as it is compared.
 *
 * In this order: NFKC_Casefold (UAX #31, #44: compatibility forms, width and
 * case folded, default ignorable characters removed); letters, numbers, marks
 * and pictographs are kept, everything else separates; and inside a word that
 * also has an ASCII letter, letters of other scripts that look like an ASCII
 * letter become it (UTS #39), so that a disguised word equals the plain one.
 * A word wholly in another script is left alone.
 *
 * Text that is all ASCII takes none of these steps but the folding of case,
 * with a table, to the same result.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/utf8.h"
#include "mb/pg_wchar.h"
#include "text/canonical.h"
#include "utils/memutils.h"

/* Looked up once in a backend: ICU's properties, and what a letter looks like */
#define PAGE_SIZE	256
static uint8 *class_page[0x110000 / PAGE_SIZE];

#define LOOKALIKE_SLOTS 1024
typedef struct Lookalike
{
	UChar32		c;
	UChar32		ascii;			/* 0: like none */
} Lookalike;
static Lookalike lookalike[LOOKALIKE_SLOTS];
static USpoofChecker *spoof_checker = NULL;

static void
icu_failed(const char *what, UErrorCode status)
{
	ereport(ERROR,
			(errcode(status == U_MEMORY_ALLOCATION_ERROR ? ERRCODE_OUT_OF_MEMORY : ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("could not %s: %s", what, u_errorName(status))));
}

uint8
hd_unicode_version(void)
{
	UVersionInfo v;

	u_getUnicodeVersion(v);
	return (uint8) (v[0] * 4 + Min(v[1], 3));
}

/* ---- characters ---- */

static bool
script_without_spaces(UChar32 c)
{
	UErrorCode	status = U_ZERO_ERROR;

	switch (uscript_getScript(c, &status))
	{
		case USCRIPT_HAN:
		case USCRIPT_HIRAGANA:
		case USCRIPT_KATAKANA:
		case USCRIPT_KATAKANA_OR_HIRAGANA:
		case USCRIPT_BOPOMOFO:
		case USCRIPT_THAI:
		case USCRIPT_LAO:
		case USCRIPT_KHMER:
		case USCRIPT_MYANMAR:
			return true;
		default:
			return false;
	}
}

static CharClass
class_of(UChar32 c)
{
	if (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK))
		return script_without_spaces(c) ? CHAR_ALONE : CHAR_OF_WORD;
	/* flags are pairs of regional indicators */
	if (c >= 0x80 && (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) ||
					  u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR)))
		return CHAR_ALONE;
	return CHAR_SEPARATES;
}

static inline CharClass
char_class(UChar32 c)
{
	uint8	  **page = &class_page[c / PAGE_SIZE];

	if (unlikely(*page == NULL))
		*page = MemoryContextAllocZero(TopMemoryContext, PAGE_SIZE);
	if (unlikely((*page)[c % PAGE_SIZE] == 0))
		(*page)[c % PAGE_SIZE] = class_of(c);
	return (*page)[c % PAGE_SIZE];
}

CharClass
canonical_char_class(uint32 c)
{
	return char_class((UChar32) c);
}

/* The ASCII letter that a letter of another script looks like, or 0 */
static UChar32
find_lookalike(UChar32 c)
{
	UErrorCode	status = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(c, &status);
	UChar		from[2];
	UChar		skeleton[8];
	int32		n = 0,
				len;

	/* Latin letters with accents are letters of their own; marks belong to all scripts */
	if (script == USCRIPT_LATIN || script == USCRIPT_COMMON || script == USCRIPT_INHERITED || !u_isalpha(c))
		return 0;
	if (spoof_checker == NULL)
	{
		spoof_checker = uspoof_open(&status);
		if (U_FAILURE(status))
		{
			spoof_checker = NULL;
			icu_failed("open ICU's table of confusable characters", status);
		}
	}
	U16_APPEND_UNSAFE(from, n, c);
	len = uspoof_getSkeleton(spoof_checker, 0, from, n, skeleton, lengthof(skeleton), &status);
	if (U_FAILURE(status) || len != 1)
		return 0;
	if (skeleton[0] >= 'A' && skeleton[0] <= 'Z')
		return skeleton[0] - 'A' + 'a';
	return skeleton[0] >= 'a' && skeleton[0] <= 'z' ? skeleton[0] : 0;
}

static UChar32
ascii_lookalike(UChar32 c)
{
	Lookalike  *l = &lookalike[c % LOOKALIKE_SLOTS];

	if (l->c != c)
	{
		l->ascii = find_lookalike(c);
		l->c = c;
	}
	return l->ascii;
}

/* ---- ICU's UTF-16 ---- */

/* ICU does not look for a cancel: it gets pieces of some milliseconds */
#define ICU_PIECE (1 << 18)

static void
text_too_long(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("text is too long")));
}

static UChar *
utf16_of(const char *s, int32 len, int32 *n)
{
	UChar	   *u = array_alloc((Size) len + 1, sizeof(UChar));

	*n = 0;
	for (int32 at = 0; at < len;)
	{
		UErrorCode	status = U_ZERO_ERROR;
		int32		end = len - at > ICU_PIECE ? at + ICU_PIECE : len;
		int32		size;

		CHECK_FOR_INTERRUPTS();
		while (end < len && ((unsigned char) s[end] & 0xc0) == 0x80)
			end++;
		u_strFromUTF8(u + *n, len - *n + 1, &size, s + at, end - at, &status);
		if (U_FAILURE(status))
			icu_failed("convert text to UTF-16", status);
		*n += size;
		at = end;
	}
	return u;
}

/* The first place from "at" on where what stands before does not matter (UAX #15, section 9) */
static int32
next_boundary(const UNormalizer2 *normalizer, const UChar *u, int32 n, int32 at)
{
	/* not between surrogates */
	U16_SET_CP_START(u, 0, at);
	while (at < n)
	{
		int32		here = at;
		UChar32		c;

		U16_NEXT(u, at, n, c);
		if (c < 0x80 || unorm2_hasBoundaryBefore(normalizer, c))
			return here;
	}
	return n;
}

static UChar *
nfkc_casefold(const UChar *u, int32 n, int32 *folded)
{
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&status);
	int64		room = (int64) n + 16;
	UChar	   *out = array_alloc(room, sizeof(UChar));

	if (U_FAILURE(status))
		icu_failed("load the data of NFKC_Casefold", status);
	*folded = 0;
	for (int32 at = 0; at < n;)
	{
		int32		end = n - at > ICU_PIECE ? next_boundary(normalizer, u, n, at + ICU_PIECE) : n;
		int32		size = unorm2_normalize(normalizer, u + at, end - at, out + *folded,
											(int32) Min(room - *folded, PG_INT32_MAX), &status);

		CHECK_FOR_INTERRUPTS();
		if (status == U_BUFFER_OVERFLOW_ERROR)
		{
			/* some characters become up to 18: room for this piece, and as much as is left of the text */
			status = U_ZERO_ERROR;
			room = (int64) *folded + size + (n - end) + 16;
			if (room > PG_INT32_MAX)
				text_too_long();
			out = repalloc_huge(out, (Size) room * sizeof(UChar));
			continue;
		}
		if (U_FAILURE(status))
			icu_failed("normalize text", status);
		*folded += size;
		at = end;
	}
	return out;
}

/* ---- canonical text ---- */

static void
begin_token(CanonicalText *t)
{
	t->start[t->n_tokens] = t->len;
}

static void
end_token(CanonicalText *t)
{
	t->end[t->n_tokens++] = t->len;
}

/* A space before a token, but not between characters that are tokens of their own */
static void
separate(CanonicalText *t, bool space)
{
	if (space && t->len > 0)
		t->s[t->len++] = ' ';
	begin_token(t);
}

static void
allocate(CanonicalText *t, int32 chars, int32 bytes)
{
	t->s = array_alloc(bytes, 1);
	t->start = array_alloc((Size) chars + 1, sizeof(int32));
	t->end = array_alloc((Size) chars + 1, sizeof(int32));
	t->len = 0;
	t->n_tokens = 0;
}

/* Lower case of letters and digits; 0 separates */
#define FOLD_8(c) (c), (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7
#define FOLD_LETTERS FOLD_8('a'), FOLD_8('i'), FOLD_8('q'), 'y', 'z'
static const char ascii_fold[128] = {
	['0'] = FOLD_8('0'), '8', '9',
	['A'] = FOLD_LETTERS,
	['a'] = FOLD_LETTERS
};

static void
canonical_ascii(const char *s, int32 len, CanonicalText *t)
{
	const unsigned char *p = (const unsigned char *) s;
	char	   *out;
	int32		i = 0,
				n = 0;

	allocate(t, len / 2 + 1, len + 1);
	out = t->s;
	for (;;)
	{
		char		c;

		HD_CHECK_EVERY(t->n_tokens + 1);
		while (i < len && ascii_fold[p[i]] == 0)
			i++;
		if (i == len)
			break;
		if (n > 0)
			out[n++] = ' ';
		t->start[t->n_tokens] = n;
		while (i < len && (c = ascii_fold[p[i]]) != 0)
		{
			out[n++] = c;
			i++;
		}
		t->end[t->n_tokens++] = n;
	}
	t->len = n;
}

static void
append_char(CanonicalText *t, UChar32 c)
{
	uint8	   *s = (uint8 *) t->s;

	U8_APPEND_UNSAFE(s, t->len, c);
}

/* A word of UTF-16, with its lookalikes turned into ASCII if it mixes */
static void
append_word(CanonicalText *t, const UChar *u, int32 n)
{
	bool		ascii = false,
				other = false;

	for (int32 i = 0; i < n; i++)
	{
		ascii |= u[i] >= 'a' && u[i] <= 'z';
		other |= u[i] >= 0x80;
	}
	for (int32 i = 0; i < n;)
	{
		UChar32		c;

		U16_NEXT(u, i, n, c);
		if (ascii && other && c >= 0x80)
		{
			UChar32		like = ascii_lookalike(c);

			if (like != 0)
				c = like;
		}
		append_char(t, c);
	}
}

/* Tokens of folded text.  Token i is made of its units first[i] .. end[i] - 1, where that is asked for */
static void
tokens_of_folded(const UChar *u, int32 folded, CanonicalText *t, int32 *first, int32 *end)
{
	bool		was_alone = false;	/* the last token is a character of its own, nothing behind it */

	/* a UTF-16 unit takes up to three bytes, and a space may come before it */
	if (folded > PG_INT32_MAX / 4 - 8)
		text_too_long();
	allocate(t, folded, 4 * folded + 1);
	for (int32 i = 0; i < folded;)
	{
		int32		begin = i;
		UChar32		c;
		CharClass	class;

		HD_CHECK_EVERY(begin + 1);
		U16_NEXT(u, i, folded, c);
		class = char_class(c);
		if (class == CHAR_SEPARATES)
		{
			was_alone = false;
			continue;
		}
		if (class == CHAR_ALONE)
		{
			separate(t, !was_alone);
			append_char(t, c);
		}
		else
		{
			for (int32 next = i; next < folded; i = next)
			{
				U16_NEXT(u, next, folded, c);
				if (char_class(c) != CHAR_OF_WORD)
					break;
			}
			separate(t, true);
			append_word(t, u + begin, i - begin);
		}
		if (first)
		{
			first[t->n_tokens] = begin;
			end[t->n_tokens] = i;
		}
		end_token(t);
		was_alone = class == CHAR_ALONE;
	}
}

static void
canonical_unicode(const char *s, int32 len, CanonicalText *t)
{
	int32		n,
				folded;
	UChar	   *raw = utf16_of(s, len, &n);
	UChar	   *u = nfkc_casefold(raw, n, &folded);

	pfree(raw);
	tokens_of_folded(u, folded, t, NULL, NULL);
	pfree(u);
}

/* A text's bytes in UTF-8.  An SQL_ASCII database says nothing of its bytes: they must be UTF-8 there. */
const char *
canonical_utf8(Datum d, int32 *len, bool *ascii)
{
	text	   *t = DatumGetTextPP(d);
	const char *s = VARDATA_ANY(t);

	*len = VARSIZE_ANY_EXHDR(t);
	*ascii = hd_is_ascii(s, *len);
	return *ascii ? s : hd_to_utf8(s, *len, len);
}

void
canonical_text_make(Datum d, CanonicalText *t)
{
	int32		len;
	bool		ascii;
	const char *s = canonical_utf8(d, &len, &ascii);

	if (ascii)
		canonical_ascii(s, len, t);
	else
		canonical_unicode(s, len, t);
}

/* ---- where tokens come from ---- */

/* Folded text, and for each of its units the characters that it was made of */
typedef struct FoldedText
{
	UChar	   *u;
	int32		n;
	int32		room;
	int32	   *from;
	int32	   *to;
} FoldedText;

static void
folded_room(FoldedText *f, int32 more)
{
	if (f->room - f->n >= more)
		return;
	if (f->n > PG_INT32_MAX / 4 - more)
		text_too_long();
	f->room = 2 * f->n + more;
	f->u = repalloc_huge(f->u, (Size) f->room * sizeof(UChar));
	f->from = repalloc_huge(f->from, (Size) f->room * sizeof(int32));
	f->to = repalloc_huge(f->to, (Size) f->room * sizeof(int32));
}

/* Folds one piece, the characters from .. to - 1, which nothing around it has an influence on */
static void
fold_piece(const UNormalizer2 *normalizer, const UChar *u, int32 n, int32 from, int32 to, FoldedText *f)
{
	int32		begin = f->n;

	folded_room(f, n + 16);
	if (n == 1 && u[0] < 0x80)
		f->u[f->n++] = u[0] >= 'A' && u[0] <= 'Z' ? u[0] + ('a' - 'A') : u[0];
	else
	{
		UErrorCode	status = U_ZERO_ERROR;
		int32		size = unorm2_normalize(normalizer, u, n, f->u + f->n, f->room - f->n, &status);

		if (status == U_BUFFER_OVERFLOW_ERROR)
		{
			status = U_ZERO_ERROR;
			folded_room(f, size + 1);
			size = unorm2_normalize(normalizer, u, n, f->u + f->n, f->room - f->n, &status);
		}
		if (U_FAILURE(status))
			icu_failed("normalize text", status);
		f->n += size;
	}
	for (int32 i = begin; i < f->n; i++)
	{
		f->from[i] = from;
		f->to[i] = to;
	}
}

/*
 * NFKC_Casefold piece by piece, cut where the normalizer says that what stands
 * before a character does not matter (UAX #15, section 9): the pieces of the
 * result are those of the whole.
 */
static void
fold_with_map(const UChar *u, int32 n, FoldedText *f)
{
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&status);
	int32		begin = 0,		/* of the piece */
				from = 0,		/* its first character */
				at = 0;			/* number of characters before unit i */

	if (U_FAILURE(status))
		icu_failed("load the data of NFKC_Casefold", status);
	f->n = 0;
	f->room = n + 16;
	f->u = array_alloc(f->room, sizeof(UChar));
	f->from = array_alloc(f->room, sizeof(int32));
	f->to = array_alloc(f->room, sizeof(int32));
	for (int32 i = 0; i < n; at++)
	{
		int32		here = i;
		UChar32		c;

		HD_CHECK_EVERY(at + 1);
		U16_NEXT(u, i, n, c);
		if (here > begin && (c < 0x80 || unorm2_hasBoundaryBefore(normalizer, c)))
		{
			fold_piece(normalizer, u + begin, here - begin, from, at, f);
			begin = here;
			from = at;
		}
	}
	if (n > begin)
		fold_piece(normalizer, u + begin, n - begin, from, at, f);
}

void
canonical_text_map(Datum d, CanonicalText *t, int32 **from, int32 **to)
{
	int32		len,
				n;
	bool		ascii;
	const char *s = canonical_utf8(d, &len, &ascii);
	UChar	   *raw = utf16_of(s, len, &n);
	FoldedText	f;
	int32	   *first,
			   *end;

	fold_with_map(raw, n, &f);
	pfree(raw);
	first = array_alloc(f.n, sizeof(int32));
	end = array_alloc(f.n, sizeof(int32));
	tokens_of_folded(f.u, f.n, t, first, end);
	for (int32 i = 0; i < t->n_tokens; i++)
	{
		HD_CHECK_EVERY(i + 1);
		first[i] = f.from[first[i]];
		end[i] = f.to[end[i] - 1];
	}
	*from = first;
	*to = end;
	pfree(f.u);
	pfree(f.from);
	pfree(f.to);
}

/* ---- words for people ---- */

void
icu_words(Datum d, void (*word) (void *arg, const char *s, int32 len), void *arg)
{
	UErrorCode	status = U_ZERO_ERROR;
	int32		len,
				n,
				folded,
				begin;
	bool		ascii;
	const char *s = canonical_utf8(d, &len, &ascii);
	UChar	   *raw = utf16_of(s, len, &n);
	UChar	   *u = nfkc_casefold(raw, n, &folded);
	UBreakIterator *iterator = ubrk_open(UBRK_WORD, "", u, folded, &status);

	if (U_FAILURE(status))
		icu_failed("open ICU's word iterator", status);
	PG_TRY();
	{
		begin = ubrk_first(iterator);
		for (int32 end = ubrk_next(iterator); end != UBRK_DONE; begin = end, end = ubrk_next(iterator))
		{
			char	   *utf8;
			int32		size;

			HD_CHECK_EVERY(end + 1);
			/* spaces and punctuation have statuses below */
			if (ubrk_getRuleStatus(iterator) < UBRK_WORD_NONE_LIMIT)
				continue;
			utf8 = palloc((Size) 3 * (end - begin) + 1);
			u_strToUTF8(utf8, 3 * (end - begin) + 1, &size, u + begin, end - begin, &status);
			if (U_FAILURE(status))
				icu_failed("convert a word from UTF-16", status);
			word(arg, utf8, size);
		}
	}
	PG_FINALLY();
	{
		ubrk_close(iterator);
	}
	PG_END_TRY();
}

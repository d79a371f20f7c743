/*-------------------------------------------------------------------------
 *
 * canonical.h
 *	  Text as it is compared: case, width, composition, punctuation and
 *	  disguises taken out; and its tokens.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CANONICAL_H
#define HD_CANONICAL_H

#include "common/compat.h"
#include "fmgr.h"

/*
 * Changes whenever the canonical form of some text would change for a reason
 * other than a new version of Unicode.
 */
#define CANONICAL_VERSION 1

/* The version of Unicode that ICU knows, major * 4 + minor: stored in values */
extern uint8 hd_unicode_version(void);

/*
 * Canonical text in UTF-8: words of letters, digits and marks, one space
 * between any two.  In scripts that do not put spaces between words, and of
 * pictographs, every character is a token of its own, so that tokens are the
 * stretches between spaces and each such character.
 */
typedef struct CanonicalText
{
	char	   *s;
	int32		len;
	int32		n_tokens;
	int32	   *start;			/* [n_tokens + 1] token i is s[start[i] .. end[i]) */
	int32	   *end;
} CanonicalText;

extern void canonical_text_make(Datum d, CanonicalText *t);

/*
 * The same tokens, and where each stands in the text as it was given: token i
 * is made of the characters from[i] .. to[i] - 1, counted from 0.  Both are
 * arrays of t->n_tokens.  Characters are Unicode code points.
 */
extern void canonical_text_map(Datum d, CanonicalText *t, int32 **from, int32 **to);

/* What becomes of a character */
typedef enum CharClass
{
	CHAR_SEPARATES = 1,			/* 0: not looked up yet */
	CHAR_OF_WORD,
	CHAR_ALONE					/* a token of its own */
} CharClass;

extern CharClass canonical_char_class(uint32 c);

/* A text's bytes in UTF-8, whatever the database's encoding */
extern const char *canonical_utf8(Datum d, int32 *len, bool *ascii);

/* The words that ICU finds in the text after NFKC_Casefold: for people to read */
extern void icu_words(Datum d, void (*word) (void *arg, const char *s, int32 len), void *arg);

#endif							/* HD_CANONICAL_H */

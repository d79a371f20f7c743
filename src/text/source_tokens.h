/*-------------------------------------------------------------------------
 *
 * source_tokens.h
 *	  The tokens of two texts as numbers that are equal where the tokens are,
 *	  and where each token stands in its text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SOURCE_TOKENS_H
#define HD_SOURCE_TOKENS_H

#include "common/dict.h"
#include "text/code_points.h"

/* What a token is */
typedef enum TokenUnit
{
	UNIT_TOKENS,				/* words, marks and signs as they stand; no white space */
	UNIT_WORDS,					/* canonical tokens: case and punctuation do not count */
	UNIT_CHARACTERS				/* every character, white space too */
} TokenUnit;

/* Codes are below this; kernels use those above for what equals nothing */
#define TOKEN_CODE_LIMIT ((uint32) 1 << 30)

typedef struct SourceTokens
{
	CodePoints	codes;
	int32	   *from;			/* [n] first character, from 0, as substr() counts */
	int32	   *to;				/* [n] behind its last */
} SourceTokens;

/* The tokens of several texts get their codes from one dictionary */
typedef struct TokenCodes
{
	TokenUnit	unit;
	Dict		dict;
} TokenCodes;

extern void token_codes_init(TokenCodes *k, TokenUnit unit);
extern void source_tokens_make(TokenCodes *k, Datum d, SourceTokens *t);

#endif							/* HD_SOURCE_TOKENS_H */

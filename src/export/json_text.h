/*-------------------------------------------------------------------------
 *
 * json_text.h
 *	  JSON on one line: strings, documents, jsonb.  All in UTF-8.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_JSON_TEXT_H
#define HD_JSON_TEXT_H

#include "common/compat.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

typedef enum JsonMode
{
	JSON_UTF8,					/* only what JSON itself demands is escaped */
	JSON_LINE_SAFE,				/* and U+0085, U+2028, U+2029, where some readers end a line */
	JSON_ASCII					/* and all that is not printable ASCII */
} JsonMode;

/* Where in a value we are, for messages: columns and array places from the outside in */
typedef struct JsonFrame
{
	const struct JsonFrame *up;
	const char *name;			/* of a column, or NULL: a place in an array */
	int			index;
} JsonFrame;

typedef struct JsonOut
{
	StringInfoData buf;
	JsonMode	mode;
	bool		replace;		/* half a surrogate pair becomes U+FFFD; else it is an ERROR */
	const JsonFrame *frame;
} JsonOut;

/* A string with its quotes */
extern void json_put_string(JsonOut *out, const char *s, int len);

/* A valid document, without the white space between its tokens */
extern void json_put_document(JsonOut *out, const char *s, int len);

/* The same of a jsonb, whose text is of the database's encoding */
extern void json_put_jsonb(JsonOut *out, Jsonb *jb);

#endif							/* HD_JSON_TEXT_H */

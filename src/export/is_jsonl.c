/*-------------------------------------------------------------------------
 *
 * is_jsonl.c
 *	  is_jsonl(text): one JSON value on one line.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"

PG_FUNCTION_INFO_V1(export_is_jsonl);

Datum
export_is_jsonl(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	char	   *s = VARDATA_ANY(t);
	int			len = VARSIZE_ANY_EXHDR(t);
	JsonLexContext *lex;

	/* a raw line break may stand between tokens: valid JSON, but two lines */
	if (memchr(s, '\n', len) || memchr(s, '\r', len))
		PG_RETURN_BOOL(false);
	lex = hd_json_lexer(s, len, GetDatabaseEncoding());
	PG_RETURN_BOOL(pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS);
}

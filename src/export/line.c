/*-------------------------------------------------------------------------
 *
 * line.c
 *	  A line as an argument of the aggregates over lines.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/utf8.h"
#include "export/line.h"

const char *
line_of_argument(FunctionCallInfo fcinfo, int arg, int *len)
{
	text	   *line;
	const char *s;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a line must not be null"),
				 errhint("hdata.jsonl() makes the line \"null\" of it; FILTER (WHERE ...) leaves it out.")));
	line = PG_GETARG_TEXT_PP(arg);
	s = hd_to_utf8(VARDATA_ANY(line), VARSIZE_ANY_EXHDR(line), len);
	if (memchr(s, '\n', *len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a line must not hold a line break"),
				 errdetail("With it two lines would have the digest of one, and COPY would not write it as it is."),
				 errhint("hdata.jsonl() escapes line breaks.")));
	return s;
}

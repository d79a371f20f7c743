/*-------------------------------------------------------------------------
 *
 * strings.c
 *	  SQL functions: edit distances and similarities of two strings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/state.h"
#include "mb/pg_wchar.h"
#include "text/edit_distance.h"
#include "text/jaro.h"
#include "utils/builtins.h"

/* ---- from text to code points ---- */

static int32
decode_utf8(const unsigned char *p, int32 len, uint32 *out)
{
	int32		n = 0;

	for (int32 i = 0; i < len;)
	{
		int			size = pg_utf_mblen(p + i);

		HD_CHECK_EVERY(n + 1);
		out[n++] = utf8_to_unicode(p + i);
		i += size;
	}
	return n;
}

CodePoints
code_points_of_text(Datum d)
{
	text	   *t = DatumGetTextPP(d);
	const unsigned char *p = (const unsigned char *) VARDATA_ANY(t);
	int32		len = VARSIZE_ANY_EXHDR(t);
	uint32	   *c = array_alloc(len, sizeof(uint32));
	int32		ascii = 0;

	while (ascii < len && p[ascii] < 0x80)
	{
		HD_CHECK_EVERY(ascii + 1);
		c[ascii] = p[ascii];
		ascii++;
	}
	if (ascii == len)
		return (CodePoints) {len, c};
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
	{
		for (int32 i = 0; i < len; i++)
		{
			HD_CHECK_EVERY(i + 1);
			c[i] = p[i];
		}
		return (CodePoints) {len, c};
	}
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		char	   *utf8 = pg_server_to_any((const char *) p, len, PG_UTF8);

		len = (int32) strlen(utf8);
		p = (const unsigned char *) utf8;
		pfree(c);
		c = array_alloc(len, sizeof(uint32));
	}
	return (CodePoints) {decode_utf8(p, len, c), c};
}

/* White_Space of Unicode, and the separators U+001C to U+001F, as Python's str.split() has it */
bool
code_point_is_space(uint32 c)
{
	if (c < 0x80)
		return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
		c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* ---- the functions ---- */

typedef double (*Measure) (CodePoints a, CodePoints b);

static Datum
measured(FunctionCallInfo fcinfo, Measure measure, double scale)
{
	CodePoints	a = code_points_of_text(PG_GETARG_DATUM(0));
	CodePoints	b = code_points_of_text(PG_GETARG_DATUM(1));

	PG_RETURN_FLOAT8(scale * measure(a, b));
}

typedef int32 (*Distance) (CodePoints a, CodePoints b);

static Datum
counted(FunctionCallInfo fcinfo, Distance distance)
{
	CodePoints	a = code_points_of_text(PG_GETARG_DATUM(0));
	CodePoints	b = code_points_of_text(PG_GETARG_DATUM(1));

	PG_RETURN_INT64(distance(a, b));
}

static int32
levenshtein_whole(CodePoints a, CodePoints b)
{
	return levenshtein_distance(a, b, NO_CUTOFF);
}

STATE_FUNCTION(string_levenshtein, counted(fcinfo, levenshtein_whole));
STATE_FUNCTION(string_osa, counted(fcinfo, osa_distance));
STATE_FUNCTION(string_damerau, counted(fcinfo, damerau_distance));
STATE_FUNCTION(string_lcs, counted(fcinfo, lcs_length));
STATE_FUNCTION(string_indel_ratio, measured(fcinfo, indel_similarity, 1));
STATE_FUNCTION(string_jaro, measured(fcinfo, jaro_similarity, 1));
STATE_FUNCTION(string_jaro_winkler, measured(fcinfo, jaro_winkler_similarity, 1));
STATE_FUNCTION(string_ratio, measured(fcinfo, indel_similarity, 100));
STATE_FUNCTION(string_partial_ratio, measured(fcinfo, best_window_similarity, 100));
STATE_FUNCTION(string_token_sort_ratio, measured(fcinfo, token_sort_similarity, 100));
STATE_FUNCTION(string_token_set_ratio, measured(fcinfo, token_set_similarity, 100));

static ByteString
bytes_of_text(Datum d)
{
	text	   *t = DatumGetTextPP(d);

	return (ByteString) {VARSIZE_ANY_EXHDR(t), (const uint8 *) VARDATA_ANY(t)};
}

/* levenshtein(a, b, cutoff): cutoff + 1 where the distance is larger */
PG_FUNCTION_INFO_V1(string_levenshtein_cutoff);
Datum
string_levenshtein_cutoff(PG_FUNCTION_ARGS)
{
	int64		cutoff = PG_GETARG_INT64(2);

	if (cutoff < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cutoff must not be negative")));
	if (cutoff <= BYTES_MOST_CUTOFF)
	{
		ByteString	a = bytes_of_text(PG_GETARG_DATUM(0));
		ByteString	b = bytes_of_text(PG_GETARG_DATUM(1));

		if (pg_database_encoding_max_length() == 1 || (bytes_are_ascii(a) && bytes_are_ascii(b)))
			PG_RETURN_INT64(levenshtein_bytes(a, b, (int32) cutoff));
	}
	PG_RETURN_INT64(levenshtein_distance(code_points_of_text(PG_GETARG_DATUM(0)), code_points_of_text(PG_GETARG_DATUM(1)),
										 (int32) Min(cutoff, NO_CUTOFF - 1)));
}

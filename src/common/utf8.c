/*-------------------------------------------------------------------------
 *
 * utf8.c
 *	  Text as UTF-8, whatever the encoding of the database.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/utf8.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

bool
hd_is_ascii(const char *s, int len)
{
	int			i = 0;

	for (; i + 8 <= len; i += 8)
	{
		uint64		eight;

		memcpy(&eight, s + i, sizeof(eight));
		if (eight & UINT64CONST(0x8080808080808080))
			return false;
	}
	for (; i < len; i++)
		if ((unsigned char) s[i] >= 0x80)
			return false;
	return true;
}

const char *
hd_to_utf8(const char *s, int len, int *utf8_len)
{
	*utf8_len = len;
	if (GetDatabaseEncoding() == PG_UTF8 || hd_is_ascii(s, len))
		return s;
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
	{
		(void) pg_verify_mbstr(PG_UTF8, s, len, false);
		return s;
	}
	s = pg_server_to_any(s, len, PG_UTF8);
	*utf8_len = (int) strlen(s);
	return s;
}

text *
hd_text_of_utf8(const char *s, int len)
{
	char	   *converted;

	if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII || hd_is_ascii(s, len))
		return cstring_to_text_with_len(s, len);
	converted = pg_any_to_server(s, len, PG_UTF8);
	return converted == s ? cstring_to_text_with_len(s, len) : cstring_to_text(converted);
}

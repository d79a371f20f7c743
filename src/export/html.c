/*-------------------------------------------------------------------------
 *
 * html.c
 *	  A page in the making: the one place where text becomes HTML.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "export/html.h"
#include "mb/pg_wchar.h"

void
html_init(Html *h)
{
	initStringInfo(&h->s);
	h->utf8 = GetDatabaseEncoding() == PG_UTF8;
}

/* ---- markup ---- */

void
html_format(Html *h, const char *fmt,...)
{
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&h->s, fmt, args);
		va_end(args);
		if (needed == 0)
			return;
		enlargeStringInfo(&h->s, needed);
	}
}

void
html_coordinate(Html *h, double v)
{
	char		buf[32];
	int			len;

	v = rint(v * 100) / 100;
	len = snprintf(buf, sizeof(buf), "%.2f", v == 0 ? 0 : v);
	while (buf[len - 1] == '0')
		len--;
	if (buf[len - 1] == '.')
		len--;
	appendBinaryStringInfo(&h->s, buf, len);
}

void
html_at(Html *h, const char *name, double v)
{
	html_format(h, " %s=\"", name);
	html_coordinate(h, v);
	appendStringInfoChar(&h->s, '"');
}

/* ---- text ---- */

static void
put_code_point(StringInfo s, uint32 c)
{
	unsigned char u[MAX_MULTIBYTE_CHAR_LEN + 1];

	unicode_to_utf8(c, u);
	appendBinaryStringInfo(s, (char *) u, pg_utf_mblen(u));
}

/*
 * What a reader is to see of a character: controls as their pictures, and
 * neither non-characters nor marks that embed or override directions, which
 * would reach out of the label that they stand in.
 */
static uint32
shown(uint32 c)
{
	if (c == '\n' || c == '\t')
		return c;
	if (c < 0x20)
		return 0x2400 + c;
	if (c == 0x7F)
		return 0x2421;
	if ((c >= 0x80 && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
		(c >= 0xD800 && c < 0xE000) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF))
		return 0xFFFD;
	return c;
}

char *
page_text(const char *s, int len)
{
	StringInfoData out;
	char	   *u = GetDatabaseEncoding() == PG_SQL_ASCII ? (char *) s : pg_server_to_any(s, len, PG_UTF8);

	if (u != s)
		len = strlen(u);
	initStringInfo(&out);
	for (int i = 0; i < len;)
	{
		const unsigned char *p = (const unsigned char *) u + i;
		int			size = pg_utf_mblen(p);

		HD_CHECK_EVERY(i);
		if (size > len - i || !pg_utf8_islegal(p, size))
		{
			put_code_point(&out, 0xFFFD);	/* only where the database has no encoding */
			i++;
			continue;
		}
		put_code_point(&out, shown(utf8_to_unicode(p)));
		i += size;
	}
	return out.data;
}

void
html_text(Html *h, const char *utf8)
{
	for (const unsigned char *p = (const unsigned char *) utf8; *p;)
	{
		int			size = pg_utf_mblen(p);

		switch (*p)
		{
			case '&':
				html_raw(h, "&amp;");
				break;
			case '<':
				html_raw(h, "&lt;");
				break;
			case '>':
				html_raw(h, "&gt;");
				break;
			case '"':
				html_raw(h, "&quot;");
				break;
			case '\'':
				html_raw(h, "&#39;");
				break;
			case '\\':
				html_raw(h, "&#92;");
				break;
			case '\n':
			case '\t':
				html_raw(h, " ");
				break;
			default:
				if (size == 1 || h->utf8)
					appendBinaryStringInfo(&h->s, (const char *) p, size);
				else
					html_format(h, "&#%u;", (unsigned) utf8_to_unicode(p));
		}
		p += size;
	}
}

void
html_isolated(Html *h, const char *utf8)
{
	html_text(h, "\xe2\x81\xa8");	/* first strong isolate */
	html_text(h, utf8);
	html_text(h, "\xe2\x81\xa9");	/* pop it */
}

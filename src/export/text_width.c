/*-------------------------------------------------------------------------
 *
 * text_width.c
 *	  How wide a text will be when somebody else's font draws it.
 *
 * Nobody can know; a chart only needs that nothing collides.  So the widths
 * are those of wide sans-serif fonts (DejaVu Sans and Verdana are the widest
 * that are common), East Asian characters and emoji take the square that they
 * are made for, and marks take nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>

#include "export/html.h"
#include "mb/pg_wchar.h"

/* in em */
static double
character_width(uint32 c)
{
	if (c < 0x80)
	{
		if (strchr("ijl.,:;'|!()[]{}It ", (int) c))
			return 0.37;
		if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '@' || c == '%')
			return 0.95;
		if (c >= 'A' && c <= 'Z')
			return 0.70;
		return c == '+' || c == '=' || c == '<' || c == '>' || c == '~' ? 0.84 : 0.62;
	}
	switch (u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH))
	{
		case U_EA_WIDE:
		case U_EA_FULLWIDTH:
			return u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION) ? 1.4 : 1.05;
		default:
			break;
	}
	if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC))
		return 1.4;
	if (c == 0x2212)
		return 0.84;			/* minus */
	if (c >= 0x0400 && c < 0x0530)
		return 0.75;			/* Cyrillic */
	if (c < 0x0590)
		return 0.68;
	if (c >= 0x12000)
		return 1.1;				/* cuneiform and what else is beyond the common scripts */
	return 0.75;
}

/* Does the grapheme that ends with "before" go on with c? (UAX #29, but for emoji sequences, which ZWJ decides here) */
static bool
goes_on(uint32 before, uint32 c, int n_flags)
{
	switch (u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK))
	{
		case U_GCB_EXTEND:
		case U_GCB_SPACING_MARK:
		case U_GCB_ZWJ:
		case U_GCB_V:
		case U_GCB_T:
			return true;
		case U_GCB_REGIONAL_INDICATOR:
			return n_flags % 2 == 1;
		default:
			return before == 0x200D || u_getIntPropertyValue(before, UCHAR_GRAPHEME_CLUSTER_BREAK) == U_GCB_PREPEND;
	}
}

/* Bytes of the first grapheme of a text, and its width in em */
static int
grapheme(const unsigned char *p, double *width)
{
	uint32		before = utf8_to_unicode(p);
	int			len = pg_utf_mblen(p);
	int			n_flags = before >= 0x1F1E6 && before <= 0x1F1FF;

	*width = character_width(before);
	while (p[len])
	{
		uint32		c = utf8_to_unicode(p + len);

		if (c < 0x80 || !goes_on(before, c, n_flags))
			break;
		/* joined pictures may be drawn apart, where the font does not know them together */
		if (u_charType(c) == U_COMBINING_SPACING_MARK || u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) ||
			u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK) == U_GCB_SPACING_MARK)
			*width += character_width(c);
		n_flags += c >= 0x1F1E6 && c <= 0x1F1FF;
		before = c;
		len += pg_utf_mblen(p + len);
	}
	return len;
}

double
text_width(const char *utf8, double font_size)
{
	double		sum = 0;

	for (const unsigned char *p = (const unsigned char *) utf8; *p;)
	{
		double		w;

		p += grapheme(p, &w);
		sum += w;
	}
	return sum * font_size;
}

const char *
text_fit(const char *utf8, double font_size, double width)
{
	const unsigned char *p = (const unsigned char *) utf8;
	const unsigned char *cut = p;	/* the end of what fits beside an ellipsis */
	double		sum = 0;

	while (*p)
	{
		double		w;

		p += grapheme(p, &w);
		sum += w;
		if ((sum + 1) * font_size <= width)
			cut = p;
		if (sum * font_size > width)
			return psprintf("%.*s" HTML_ELLIPSIS, (int) (cut - (const unsigned char *) utf8), utf8);
	}
	return utf8;
}

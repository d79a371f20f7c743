/*-------------------------------------------------------------------------
 *
 * html.h
 *	  A page in the making: the one place where text becomes HTML.
 *
 * What a page says comes from data, so it is written by html_text(), which
 * escapes it for elements and for attributes in double quotes alike.  Markup
 * is written by html_raw() and html_format(), which take what stands in the
 * source: ASCII and no data.  Texts are UTF-8 here, whatever the database
 * has; page_text() makes them of what comes from outside.
 *
 * A page has no line break, tab or backslash, so that COPY in its text format
 * writes it byte for byte.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_HTML_H
#define HD_EXPORT_HTML_H

#include "common/compat.h"
#include "lib/stringinfo.h"

typedef struct Html
{
	StringInfoData s;
	bool		utf8;			/* else every character beyond ASCII as &#N; */
} Html;

#define HTML_ELLIPSIS "\xe2\x80\xa6"
#define HTML_MINUS "\xe2\x88\x92"
#define HTML_DASH "\xe2\x80\x93"

extern void html_init(Html *h);

/* ---- markup ---- */

static inline void
html_raw(Html *h, const char *markup)
{
	appendStringInfoString(&h->s, markup);
}

extern void html_format(Html *h, const char *fmt,...) pg_attribute_printf(2, 3);

/* a coordinate: two decimals at the most, no "-0" */
extern void html_coordinate(Html *h, double v);

/* ' name="12.5"' */
extern void html_at(Html *h, const char *name, double v);

/* ---- text ---- */

/* Clean UTF-8 of a text in the database's encoding: what no page may hold is made visible */
extern char *page_text(const char *s, int len);

extern void html_text(Html *h, const char *utf8);

/* The same within a sentence that is no markup: it does not reorder what stands around it */
extern void html_isolated(Html *h, const char *utf8);

/* ---- how wide a text will be ---- */

/* An upper estimate in pixels, in any script, of a sans-serif font of that size */
extern double text_width(const char *utf8, double font_size);

/* The text itself, or as much of it as fits, with an ellipsis; cuts between graphemes */
extern const char *text_fit(const char *utf8, double font_size, double width);

#endif							/* HD_EXPORT_HTML_H */

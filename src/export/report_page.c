/*-------------------------------------------------------------------------
 *
 * report_page.c
 *	  The page of a report, from its sections.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/interrupts.h"
#include "export/report_page.h"
#include "export/report_style.h"
#include "hdata.h"

#define TABLE_ROWS 1000			/* of a table in a page */

/* ---- tables ---- */

static bool
is_numeric(const ReportColumn *c)
{
	return c->format.kind != FORMAT_TEXT;
}

static void
put_cell(Html *h, const ReportColumn *c, const ReportCell *cell, bool heads_row)
{
	const char *tag;

	/* what is empty heads nothing */
	heads_row = heads_row && cell->text && cell->text[strspn(cell->text, " \t\n")] != '\0';
	tag = heads_row ? "th scope=\"row\"" : "td";
	if (is_numeric(c))
	{
		html_format(h, "<%s class=\"num\">", tag);
		if (cell->text == NULL)
			html_raw(h, "&#8211;");
		else
		{
			/* the number that the SQL function gave, and how a person reads it */
			html_format(h, "<data value=\"%s\">", cell->text);
			html_text(h, number_shown(cell->number, c->format));
			html_raw(h, "</data>");
		}
	}
	else
	{
		html_format(h, "<%s class=\"t\" dir=\"auto\">", tag);
		if (cell->text)
			html_text(h, cell->text);
	}
	html_format(h, "</%s>", heads_row ? "th" : "td");
}

/* The class of a column's head: sentences want room, and a few words some */
static const char *
head_class(const ReportSection *s, int column)
{
	size_t		longest = 0;

	if (is_numeric(&s->column[column]))
		return " class=\"num\"";
	for (int i = 0; i < Min(s->n_rows, TABLE_ROWS); i++)
	{
		const char *t = s->cell[(Size) i * s->n_columns + column].text;

		if (t)
			longest = Max(longest, strlen(t));
	}
	return longest > 40 ? " class=\"long\"" : longest > 12 ? " class=\"some\"" : "";
}

/* The first column of text names the row */
static int
heading_column(const ReportSection *s)
{
	if (s->role[ROLE_LABEL] >= 0)
		return s->role[ROLE_LABEL];
	for (int j = 0; j < s->n_columns; j++)
		if (!is_numeric(&s->column[j]))
			return j;
	return -1;
}

void
report_table(Html *h, const ReportSection *s, int nth)
{
	int			n = Min(s->n_rows, TABLE_ROWS);
	int			heading = heading_column(s);

	html_format(h, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Table of section %d\"><table><thead><tr>", nth);
	for (int j = 0; j < s->n_columns; j++)
	{
		html_format(h, "<th scope=\"col\"%s>", head_class(s, j));
		html_text(h, s->column[j].title);
		html_raw(h, "</th>");
	}
	html_raw(h, "</tr></thead><tbody>");
	for (int i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		html_raw(h, "<tr>");
		for (int j = 0; j < s->n_columns; j++)
			put_cell(h, &s->column[j], &s->cell[(Size) i * s->n_columns + j], j == heading);
		html_raw(h, "</tr>");
	}
	html_raw(h, "</tbody></table></div>");
	if (s->n_rows > n)
		html_format(h, "<p class=\"note\">&#8230; and %d more rows, which this page leaves out.</p>", s->n_rows - n);
}

static void
put_hidden_table(Html *h, const ReportSection *s, int nth)
{
	html_format(h, "<details><summary>The numbers as a table: %d %s</summary>", s->n_rows, s->n_rows == 1 ? "row" : "rows");
	report_table(h, s, nth);
	html_raw(h, "</details>");
}

/* ---- figures ---- */

static const char *
cell_shown(const ReportSection *s, int row, ColumnRole role)
{
	const ReportCell *cell = section_cell(s, row, role);

	if (cell == NULL || cell->text == NULL)
		return NULL;
	if (isnan(cell->number) || s->column[s->role[role]].format.kind == FORMAT_TEXT)
		return cell->text;
	return number_shown(cell->number, s->column[s->role[role]].format);
}

static void
put_tile_text(Html *h, const char *tag, const char *class, const char *text)
{
	html_format(h, "<%s%s dir=\"auto\">", tag, class);
	html_text(h, text);
	html_format(h, "</%s>", tag);
}

static void
put_figures(Html *h, const ReportSection *s)
{
	html_raw(h, "<dl class=\"tiles\">");
	for (int i = 0; i < s->n_rows; i++)
	{
		const char *value = cell_shown(s, i, ROLE_VALUE);
		const char *low = cell_shown(s, i, ROLE_LOW);
		const char *high = cell_shown(s, i, ROLE_HIGH);
		const char *note = cell_shown(s, i, ROLE_NOTE);
		const char *label = cell_shown(s, i, ROLE_LABEL);

		html_raw(h, "<div>");
		put_tile_text(h, "dt", "", label ? label : "");
		put_tile_text(h, "dd", "", value ? value : "not known");
		if (low && high)
			put_tile_text(h, "dd", " class=\"also\"", psprintf("%s to %s", low, high));
		if (note)
			put_tile_text(h, "dd", " class=\"also\"", note);
		html_raw(h, "</div>");
	}
	html_raw(h, "</dl>");
}

/* ---- sections ---- */

static void
put_paragraph(Html *h, const char *class, const char *text)
{
	html_format(h, "<p%s dir=\"auto\">", class);
	html_text(h, text);
	html_raw(h, "</p>");
}

/* Paragraphs are divided by empty lines, lines within them stay lines */
static void
put_body(Html *h, const char *body)
{
	char	   *text = pstrdup(body);
	bool		open = false;

	for (char *line = text; line;)
	{
		char	   *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (line[strspn(line, " \t")] == '\0')
		{
			html_raw(h, open ? "</p>" : "");
			open = false;
		}
		else
		{
			html_raw(h, open ? "<br>" : "<p dir=\"auto\">");
			html_text(h, line);
			open = true;
		}
		line = end ? end + 1 : NULL;
	}
	html_raw(h, open ? "</p>" : "");
	pfree(text);
}

/* Nothing to draw: no rows, or a heat map without a cell */
static bool
is_empty(const ReportSection *s)
{
	if (s->kind == SECTION_MATRIX)
	{
		for (int i = 0; i < s->n_rows; i++)
			if (!isnan(section_cell(s, i, ROLE_VALUE)->number))
				return false;
		return true;
	}
	return s->kind != SECTION_TEXT && s->n_rows == 0;
}

static void
put_section(Html *h, const ReportSection *s, int nth)
{
	if (s->title)
	{
		html_format(h, "<section id=\"s%d\" aria-labelledby=\"h%d\"><h2 id=\"h%d\"><span class=\"no\">%d</span><bdi>", nth, nth, nth, nth);
		html_text(h, s->title);
		html_raw(h, "</bdi></h2>");
	}
	else
		html_raw(h, "<section class=\"plain\">");
	if (s->body)
		put_body(h, s->body);
	if (is_empty(s))
		put_paragraph(h, " class=\"empty\"", s->empty ? s->empty : "There is nothing to show.");
	else
	{
		if (s->reading)
			put_paragraph(h, " class=\"reading\"", s->reading);
		switch (s->kind)
		{
			case SECTION_TEXT:
				break;
			case SECTION_FIGURES:
				put_figures(h, s);
				break;
			case SECTION_TABLE:
				report_table(h, s, nth);
				break;
			default:
				report_chart(h, s, nth);
				put_hidden_table(h, s, nth);
		}
	}
	for (int i = 0; i < s->n_notes; i++)
		put_paragraph(h, " class=\"note\"", s->note[i]);
	html_raw(h, "</section>");
}

static void
put_contents(Html *h, const ReportSection *section, int n)
{
	html_raw(h, "<nav aria-label=\"Contents\"><div><strong>Contents</strong><ol>");
	for (int i = 0, nth = 0; i < n; i++)
	{
		if (section[i].title == NULL)
			continue;
		nth++;
		html_format(h, "<li><a href=\"#s%d\"><span class=\"no\">%d</span><bdi>", nth, nth);
		html_text(h, section[i].title);
		html_raw(h, "</bdi></a></li>");
	}
	html_raw(h, "</ol></div></nav>");
}

void
report_page(Html *h, const char *title, const ReportSection *section, int n)
{
	int			n_titled = 0;

	for (int i = 0; i < n; i++)
		n_titled += section[i].title != NULL;

	html_raw(h, "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
			 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
			 "<meta name=\"color-scheme\" content=\"light dark\">"
			 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;\">"
			 "<meta name=\"generator\" content=\"hdata " HDATA_VERSION "\"><title>");
	html_text(h, title);
	html_raw(h, "</title>");
	html_raw(h, report_style);
	html_raw(h, "</head><body><a class=\"skip\" href=\"#main\">To the report</a><div class=\"page\"><header><h1 dir=\"auto\">");
	html_text(h, title);
	html_raw(h, "</h1></header>");
	if (n_titled > 1)
		put_contents(h, section, n);
	html_raw(h, "<main id=\"main\">");
	if (n == 0)
		put_paragraph(h, " class=\"empty\"", "This report has no sections.");
	for (int i = 0, nth = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		nth += section[i].title != NULL;
		put_section(h, &section[i], nth);
	}
	html_raw(h, "</main><footer>Made by hdata " HDATA_VERSION ". Intervals are of 95 % where nothing else is said. "
			 "The tables hold the numbers as they were computed, in full in their source.</footer></div></body></html>");
}

/*-------------------------------------------------------------------------
 *
 * report_chart.c
 *	  From the rows of a section to the arrays of its chart.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "export/report_page.h"
#include "export/svg.h"
#include "lib/stringinfo.h"

/* ---- cells ---- */

static double
number_of(const ReportSection *s, int row, ColumnRole role)
{
	const ReportCell *cell = section_cell(s, row, role);

	return cell ? cell->number : NAN;
}

static double *
numbers_of(const ReportSection *s, int n, ColumnRole role)
{
	double	   *v = array_alloc(n, sizeof(double));

	for (int i = 0; i < n; i++)
		v[i] = number_of(s, i, role);
	return v;
}

static const char *
text_of(const ReportSection *s, int row, ColumnRole role)
{
	const ReportCell *cell = section_cell(s, row, role);

	return cell && cell->text ? cell->text : "(without a name)";
}

/* "84 items, rank 1-3": what is said of a row beside its numbers; NULL: nothing */
static const char *
also_of(const ReportSection *s, int row)
{
	StringInfoData t;
	double		n = number_of(s, row, ROLE_N);
	double		low = number_of(s, row, ROLE_RANK_LOW);
	double		high = number_of(s, row, ROLE_RANK_HIGH);
	const NumberFormat count = {FORMAT_COUNT, -1};

	initStringInfo(&t);
	if (!isnan(n))
	{
		if (s->n_title && n != 1)
			appendStringInfo(&t, "%s %s", number_shown(n, count), s->n_title);
		else
			appendStringInfo(&t, "n = %s", number_shown(n, count));
	}
	if (!isnan(low) && !isnan(high))
		appendStringInfo(&t, "%srank %s", t.len > 0 ? ", " : "",
						 low == high ? number_shown(low, count) : psprintf("%s" HTML_DASH "%s", number_shown(low, count), number_shown(high, count)));
	return t.len > 0 ? t.data : NULL;
}

/* ---- estimates ---- */

static void
forest_of(const ReportSection *s, SvgForest *f)
{
	int			n = Min(s->n_rows, s->limit);
	bool		also = false;

	memset(f, 0, sizeof(*f));
	f->n = n;
	f->n_left_out = s->n_rows - n;
	f->label = array_alloc(n, sizeof(char *));
	f->also = array_alloc(n, sizeof(char *));
	f->group = s->role[ROLE_GROUP] < 0 ? NULL : array_alloc(n, sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		f->label[i] = text_of(s, i, ROLE_LABEL);
		if (f->group)
			f->group[i] = text_of(s, i, ROLE_GROUP);
		f->also[i] = also_of(s, i);
		also = also || f->also[i];
	}
	if (!also)
		f->also = NULL;
	f->value = numbers_of(s, n, ROLE_VALUE);
	f->low = numbers_of(s, n, ROLE_LOW);
	f->high = numbers_of(s, n, ROLE_HIGH);
	f->other = s->role[ROLE_OTHER] < 0 ? NULL : numbers_of(s, n, ROLE_OTHER);
	f->bars = s->kind == SECTION_BARS;
	f->counts = s->counts;
	f->min = s->min;
	f->max = s->max;
	f->log = s->log;
	f->reference = s->reference;
	f->reference_title = s->reference_title;
	f->format = s->column[s->role[ROLE_VALUE]].format;
	f->value_title = s->value_title ? s->value_title : s->column[s->role[ROLE_VALUE]].title;
	f->interval_title = s->interval_title ? s->interval_title : s->counts ? NULL : "value, with its 95 % interval";
	f->other_title = s->role[ROLE_OTHER] < 0 ? NULL :
		s->other_title ? s->other_title : s->column[s->role[ROLE_OTHER]].title;
}

/* ---- estimates over time ---- */

/* no time in any unit is beyond it, and differences are exact enough to draw */
#define TREND_X_MAX 1e15

/* Rows whose time is not known cannot be drawn: they are in the table */
static void
trend_of(const ReportSection *s, SvgTrend *t)
{
	int			n = 0;
	int		   *row = array_alloc(s->n_rows, sizeof(int));
	double	   *v[4];
	static const ColumnRole role[4] = {ROLE_X, ROLE_VALUE, ROLE_LOW, ROLE_HIGH};

	memset(t, 0, sizeof(*t));
	for (int i = 0; i < s->n_rows && n < s->limit; i++)
		if (fabs(number_of(s, i, ROLE_X)) <= TREND_X_MAX)
			row[n++] = i;
	for (int k = 0; k < 4; k++)
	{
		v[k] = array_alloc(n, sizeof(double));
		for (int i = 0; i < n; i++)
			v[k][i] = number_of(s, row[i], role[k]);
	}
	t->n = n;
	t->n_left_out = s->n_rows - n;
	t->x = v[0];
	t->value = v[1];
	t->low = v[2];
	t->high = v[3];
	t->label = array_alloc(n, sizeof(char *));
	t->series = s->role[ROLE_GROUP] < 0 ? NULL : array_alloc(n, sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		t->label[i] = text_of(s, row[i], ROLE_LABEL);
		if (t->series)
			t->series[i] = text_of(s, row[i], ROLE_GROUP);
	}
	t->min = s->min;
	t->max = s->max;
	t->reference = s->reference;
	t->format = s->column[s->role[ROLE_VALUE]].format;
	t->value_title = s->value_title ? s->value_title : s->column[s->role[ROLE_VALUE]].title;
	t->interval_title = s->interval_title ? s->interval_title : "value, with its 95 % interval";
}

/* ---- pairs ---- */

/* The names of one side, those that are drawn first to the front */
typedef struct PairName
{
	const char *name;
	int			nth;			/* when it first appeared */
	double		weight;			/* of its pairs: how much is known of it */
} PairName;

typedef struct PairNames
{
	int			n;
	PairName   *sorted;			/* by bytes, for finding; nth is the place in the chart */
	int			n_drawn;
	const char **drawn;
} PairNames;

static int
by_bytes(const void *a, const void *b)
{
	const PairName *x = a;
	const PairName *y = b;
	int			c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->nth > y->nth) - (x->nth < y->nth);
}

static int
by_appearance(const void *a, const void *b)
{
	return ((const PairName *) a)->nth - ((const PairName *) b)->nth;
}

static int
by_weight(const void *a, const void *b)
{
	const PairName *x = a;
	const PairName *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return by_appearance(a, b);
}

static void
add_names(const ReportSection *s, ColumnRole role, PairName *all, int n_before)
{
	for (int i = 0; i < s->n_rows; i++)
	{
		PairName   *name = &all[n_before + i];
		double		n = number_of(s, i, ROLE_N);

		HD_CHECK_EVERY(i);
		name->name = text_of(s, i, role);
		name->nth = n_before + i;
		name->weight = isnan(n) ? 1 : n;
	}
}

/* Merges equal names and finds their places: as they come, and where there are too many, the best known first */
static void
order_names(PairName *all, int n, PairNames *out)
{
	out->n = 0;
	qsort(all, n, sizeof(PairName), by_bytes);
	for (int i = 0; i < n; i++)
		if (out->n > 0 && strcmp(all[out->n - 1].name, all[i].name) == 0)
			all[out->n - 1].weight += all[i].weight;
		else
			all[out->n++] = all[i];
	qsort(all, out->n, sizeof(PairName), out->n > SVG_NAMES_NARROW ? by_weight : by_appearance);
	out->n_drawn = Min(out->n, SVG_NAMES);
	out->drawn = array_alloc(out->n_drawn, sizeof(char *));
	for (int i = 0; i < out->n; i++)
	{
		all[i].nth = i;
		if (i < out->n_drawn)
			out->drawn[i] = all[i].name;
	}
	qsort(all, out->n, sizeof(PairName), by_bytes);
	out->sorted = all;
}

static int
by_name(const void *key, const void *element)
{
	return strcmp(key, ((const PairName *) element)->name);
}

static int
place_of(const PairNames *names, const char *name)
{
	const PairName *found = bsearch(name, names->sorted, names->n, sizeof(PairName), by_name);

	return found->nth;
}

static void
matrix_of(const ReportSection *s, SvgMatrix *m)
{
	PairNames		rows,
				columns;
	double	   *v[3];
	static const ColumnRole role[3] = {ROLE_VALUE, ROLE_LOW, ROLE_HIGH};

	memset(m, 0, sizeof(*m));
	if (s->triangle || s->square)
	{
		PairName   *all = array_alloc(2 * (Size) s->n_rows, sizeof(PairName));

		/* in the order of rows, which is that of the query; what is only in the second column comes after it */
		add_names(s, ROLE_ROW, all, 0);
		add_names(s, ROLE_COLUMN, all, s->n_rows);
		order_names(all, 2 * s->n_rows, &rows);
		columns = rows;
	}
	else
	{
		PairName   *row = array_alloc(s->n_rows, sizeof(PairName));
		PairName   *column = array_alloc(s->n_rows, sizeof(PairName));

		add_names(s, ROLE_ROW, row, 0);
		order_names(row, s->n_rows, &rows);
		add_names(s, ROLE_COLUMN, column, 0);
		order_names(column, s->n_rows, &columns);
	}
	m->triangle = s->triangle;
	m->n_rows = rows.n_drawn;
	m->n_row_names = rows.n;
	m->row_name = rows.drawn;
	m->n_columns = columns.n_drawn;
	m->n_column_names = columns.n;
	m->column_name = columns.drawn;
	for (int k = 0; k < 3; k++)
	{
		v[k] = array_alloc(m->n_rows * m->n_columns, sizeof(double));
		for (int i = 0; i < m->n_rows * m->n_columns; i++)
			v[k][i] = NAN;
	}
	for (int i = 0; i < s->n_rows; i++)
	{
		int			a = place_of(&rows, text_of(s, i, ROLE_ROW));
		int			b = place_of(&columns, text_of(s, i, ROLE_COLUMN));

		HD_CHECK_EVERY(i);
		if (s->triangle && a < b)
		{
			int			swap = a;

			a = b;
			b = swap;
		}
		if (a < m->n_rows && b < m->n_columns)
			for (int k = 0; k < 3; k++)
				v[k][a * m->n_columns + b] = number_of(s, i, role[k]);
	}
	m->value = v[0];
	if (s->role[ROLE_LOW] >= 0 && s->role[ROLE_HIGH] >= 0)
	{
		m->low = v[1];
		m->high = v[2];
	}
	m->scale = s->scale;
	m->format = s->column[s->role[ROLE_VALUE]].format;
	m->value_title = s->value_title ? s->value_title : s->column[s->role[ROLE_VALUE]].title;
	m->row_title = s->column[s->role[ROLE_ROW]].title;
	m->column_title = s->column[s->role[ROLE_COLUMN]].title;
}

/* ---- what a chart says of itself ---- */

static void
add_isolated(StringInfo t, const char *name)
{
	appendStringInfo(t, "\xe2\x81\xa8%s\xe2\x81\xa9", name);
}

/* "from 0.41 (tone) to 0.92 (safety)" */
static void
add_range(StringInfo t, const ReportSection *s)
{
	int			low = -1,
				high = -1;
	ColumnRole	role = s->kind == SECTION_MATRIX ? ROLE_ROW : ROLE_LABEL;
	NumberFormat format = s->column[s->role[ROLE_VALUE]].format;

	for (int i = 0; i < s->n_rows; i++)
	{
		double		v = number_of(s, i, ROLE_VALUE);

		if (isnan(v))
			continue;
		if (low < 0 || v < number_of(s, low, ROLE_VALUE))
			low = i;
		if (high < 0 || v > number_of(s, high, ROLE_VALUE))
			high = i;
	}
	for (int k = 0; k < 2; k++)
	{
		int			i = k == 0 ? low : high;

		if (i < 0)
			return;
		appendStringInfo(t, k == 0 ? " Values from %s (" : " to %s (", number_shown(number_of(s, i, ROLE_VALUE), format));
		if (s->kind != SECTION_MATRIX && s->role[ROLE_GROUP] >= 0)
		{
			add_isolated(t, text_of(s, i, ROLE_GROUP));
			appendStringInfoString(t, ", ");
		}
		add_isolated(t, text_of(s, i, role));
		if (s->kind == SECTION_MATRIX)
		{
			appendStringInfoString(t, " and ");
			add_isolated(t, text_of(s, i, ROLE_COLUMN));
		}
		appendStringInfoChar(t, ')');
	}
	appendStringInfoChar(t, '.');
}

void
report_chart(Html *h, const ReportSection *s, int nth)
{
	StringInfoData desc;
	SvgForest	forest;
	SvgTrend	trend;
	SvgMatrix	matrix;

	initStringInfo(&desc);
	if (s->kind == SECTION_MATRIX)
	{
		matrix_of(s, &matrix);
		appendStringInfo(&desc, "Heat map of %d pairs.", s->n_rows);
	}
	else if (s->kind == SECTION_TREND)
	{
		trend_of(s, &trend);
		appendStringInfo(&desc, "Values over time, %d points.", s->n_rows);
	}
	else
	{
		forest_of(s, &forest);
		appendStringInfo(&desc, "%s chart of %d %s.", s->kind == SECTION_BARS ? "Bar" : "Interval", s->n_rows,
						 s->n_rows == 1 ? "row" : "rows");
	}
	add_range(&desc, s);
	appendStringInfoString(&desc, " All numbers are in the table that follows.");

	html_raw(h, "<figure>");
	for (int k = 0; k < 2; k++)
	{
		int			width = k == 0 ? SVG_WIDE : SVG_NARROW;
		SvgName		name = {psprintf("c%d%s", nth, k == 0 ? "" : "n"), s->title, desc.data};

		if (s->kind == SECTION_MATRIX)
			svg_matrix(h, &matrix, &name, width);
		else if (s->kind == SECTION_TREND)
			svg_trend(h, &trend, &name, width);
		else
			svg_forest(h, &forest, &name, width);
	}
	html_raw(h, "</figure>");
}

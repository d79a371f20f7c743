/*-------------------------------------------------------------------------
 *
 * report_section.h
 *	  A section of a report: a table, and how to draw it (docs/report.md).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_EXPORT_REPORT_SECTION_H
#define HD_EXPORT_REPORT_SECTION_H

#include "export/number_format.h"
#include "utils/jsonb.h"

typedef enum SectionKind
{
	SECTION_TEXT,
	SECTION_FIGURES,
	SECTION_TABLE,
	SECTION_FOREST,
	SECTION_BARS,
	SECTION_TREND,
	SECTION_MATRIX
} SectionKind;

/* What a column may be drawn as */
typedef enum ColumnRole
{
	ROLE_LABEL,
	ROLE_GROUP,
	ROLE_VALUE,
	ROLE_LOW,
	ROLE_HIGH,
	ROLE_N,
	ROLE_OTHER,
	ROLE_RANK_LOW,
	ROLE_RANK_HIGH,
	ROLE_NOTE,
	ROLE_ROW,
	ROLE_COLUMN,
	ROLE_X,
	ROLE_COUNT
} ColumnRole;

typedef struct ReportColumn
{
	const char *key;			/* in the encoding of the database, as in the rows */
	int			key_len;
	const char *title;
	NumberFormat format;
} ReportColumn;

typedef struct ReportCell
{
	const char *text;			/* clean UTF-8; of a number its shortest digits; NULL: null */
	double		number;			/* NaN: none */
} ReportCell;

typedef struct ReportSection
{
	SectionKind kind;
	const char *title;
	const char *reading;		/* how to read it */
	const char *empty;			/* what is said where there are no rows */
	const char *body;			/* of a text */
	int			n_notes;
	const char **note;

	int			n_columns;
	ReportColumn *column;
	int			n_rows;
	ReportCell *cell;			/* [n_rows * n_columns] */

	int			role[ROLE_COUNT];	/* column, or -1 */
	double		min,
				max,
				reference;		/* NaN: none */
	bool		log;
	bool		counts;			/* values are counts, not estimates */
	bool		triangle;		/* pairs without an order */
	bool		square;			/* rows and columns have the same names */
	int			limit;			/* rows that are drawn */
	int			scale;			/* SvgMatrixScale */
	const char *value_title;
	const char *interval_title;
	const char *other_title;
	const char *reference_title;
	const char *n_title;		/* "items" */
} ReportSection;

/* nth: from 1, for messages */
extern void report_section_read(Jsonb *jb, int nth, ReportSection *s);

static inline const ReportCell *
section_cell(const ReportSection *s, int row, ColumnRole role)
{
	return s->role[role] < 0 ? NULL : &s->cell[row * s->n_columns + s->role[role]];
}

#endif							/* HD_EXPORT_REPORT_SECTION_H */

/*-------------------------------------------------------------------------
 *
 * label_runs.h
 *	  The state type "label_runs": which labels somebody gave, in which order.
 *
 * A counting state: a bag of (at, label).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LABEL_RUNS_H
#define HD_LABEL_RUNS_H

#include "common/column.h"
#include "common/state.h"

/* the second byte of the stored form: kind of label | kind of "at" << 2 */
typedef enum AtKind
{
	RUNS_AT_NONE = 0,
	RUNS_AT_TIMESTAMP = 1,
	RUNS_AT_BIGINT = 2
} AtKind;

typedef struct RunRow
{
	int64		at;
	uint32		label;			/* code; in canonical order once settled */
} RunRow;

typedef struct LabelRuns
{
	State		state;
	uint8		label_kind;		/* IdKind; ID_NONE while empty */
	uint8		at_kind;
	bool		settled;
	Dict		labels;
	size_t		n;
	size_t		cap;
	RunRow	   *row;			/* settled: by at and label */
} LabelRuns;

extern const StateType label_runs_type;

extern void label_runs_set_kind(LabelRuns *r, uint8 label_kind, uint8 at_kind);
extern void label_runs_add(LabelRuns *r, const ColumnKey *label, int64 at);
extern LabelRuns *label_runs_get(Datum d);

/* ---- runs_test.c: plain arrays ---- */

typedef struct RunsFigures
{
	int64		longest;
	uint32		label;			/* of the longest run */
	int64		from;			/* where it begins, from 1; 0 if inside a tie */
	int64		n_tied;			/* rows whose order is not known */
	double		expected;		/* longest run in random order */
	double		expected_low;
	double		expected_high;
	double		probability;	/* of one as long in random order: at most */
	double		entropy;		/* bits */
	uint32		mode;
	int64		n_mode;
} RunsFigures;

extern void runs_figures(const RunRow *row, size_t n, uint32 n_labels, double confidence, RunsFigures *f);
/* P(the longest run of m of n is at least "length") in random order */
extern double longest_run_tail(double n, double m, double length);

#endif							/* HD_LABEL_RUNS_H */

/*-------------------------------------------------------------------------
 *
 * metrics_decisions.h
 *	  The state type "decisions": how often each reviewer accepted the work of
 *	  each author; and who is more lenient than others on the same authors.
 *
 * A counting state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_METRICS_DECISIONS_H
#define HD_METRICS_DECISIONS_H

#include "common/column.h"
#include "common/state.h"

/* A decision: accepted | second opinion << 1, the second being one of these */
typedef enum SecondOpinion
{
	SECOND_NONE,
	SECOND_UPHELD,
	SECOND_OVERTURNED
} SecondOpinion;

#define N_OUTCOMES 6

/* A row of the log: 16 bytes, for radix_sort */
typedef struct DecisionRow
{
	uint64		who;			/* reviewer << 32 | author */
	uint64		what;			/* count << 3 | outcome */
} DecisionRow;

typedef struct DecisionCell
{
	uint32		reviewer;
	uint32		author;
	int64		count[N_OUTCOMES];
} DecisionCell;

typedef struct Decisions
{
	State		state;
	uint8		kind;			/* IdKind of people; ID_NONE: no row yet */
	Dict		people;

	DecisionRow *log;
	size_t		n_log;
	size_t		cap_log;
	size_t		next_check;		/* at how many rows to settle and look at the size limit */

	/* settled: by reviewer and author, people in canonical order */
	DecisionCell *cell;
	uint32		n;

	int64		total;
} Decisions;

extern const StateType decisions_type;

extern void decisions_put(Decisions *d, IdKind kind, const ColumnKey *reviewer, const ColumnKey *author,
						  bool accepted, SecondOpinion second);
extern Decisions *decisions_get(Datum d);
/* A new state without the cells of the people who are marked */
extern Decisions *decisions_without(FunctionCallInfo fcinfo, Decisions *d, const bool *gone);

/* ---- metrics_leniency.c: no SQL ---- */

typedef struct LeniencyRow
{
	uint32		reviewer;
	int64		n;
	int64		x;
	double		value;			/* x / n */
	double		low;
	double		high;
	int64		n_authors;		/* whose work others decided on, too */
	int64		n_expected;		/* decisions on their work */
	double		x_expected;
	double		ratio;
	double		ratio_low;
	double		ratio_high;
	double		excess;
	double		excess_low;
	double		excess_high;
	double		z;
	double		shrunk;
	int64		rank_low;
	int64		rank_high;
} LeniencyRow;

typedef enum CountOf
{
	COUNT_ACCEPTED,				/* of all decisions */
	COUNT_OVERTURNED			/* of those with a second opinion */
} CountOf;

/* A row for each reviewer with a decision; all: the reviewer's own decisions stay in the reference */
extern LeniencyRow *leniency_rows(const Decisions *d, CountOf of, bool all, double confidence, uint32 *n);

#endif							/* HD_METRICS_DECISIONS_H */

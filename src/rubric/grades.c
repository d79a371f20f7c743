/*-------------------------------------------------------------------------
 *
 * grades.c
 *	  The state type "grades": what several graders gave one criterion, and how
 *	  that becomes one grade.
 *
 * Ties go to the verdict that minimises the score (autorubric, Rao 2026,
 * _decide_binary): not met where points are positive, met where they are
 * negative.  Awarding a tie would pay for doubt.
 *
 * Version 1 of the byte format (docs/storage.md):
 *	  byte		version
 *	  byte		how
 *	  8 bytes	points
 *	  varint	graders without a grade (N/A)
 *	  varint	number of values, and for each, ascending:
 *		8 bytes	value
 *		varint	graders, at least 1
 *		sum		of their weights
 * A state without any row is its first two bytes, how being 0.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/keys.h"
#include "common/count.h"
#include "hdata.h"
#include "rubric/grades.h"
#include "utils/memutils.h"

/* ---- cells ---- */

/* Where the value is, or would be */
static int32
cell_position(const Grades *g, double value)
{
	int32		low = 0;
	int32		high = g->n_cells;

	while (low < high)
	{
		int32		mid = (low + high) / 2;

		if (g->cell[mid].value < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static GradeCell *
find_cell(Grades *g, double value)
{
	int32		at = cell_position(g, value);
	GradeCell  *c = g->cell + at;

	if (at < g->n_cells && c->value == value)
		return c;
	if (g->n_cells == GRADES_MAX_VALUES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d different grades in one state", GRADES_MAX_VALUES),
				 errhint("A state holds the grades of one criterion of one response: GROUP BY both.")));
	if (g->n_cells == g->cap)
	{
		int32		cap = g->cap * 2;
		GradeCell  *cell = MemoryContextAlloc(g->state.cx, cap * sizeof(GradeCell));

		memcpy(cell, g->cell, g->n_cells * sizeof(GradeCell));
		if (g->cell != g->few)
			pfree(g->cell);
		g->cell = cell;
		g->cap = cap;
		c = cell + at;
	}
	memmove(c + 1, c, (g->n_cells - at) * sizeof(GradeCell));
	memset(c, 0, sizeof(GradeCell));
	c->value = value;
	g->n_cells++;
	return c;
}

/* All rows of a state speak of one criterion */
static void
check_head(Grades *g, double points, uint8 how)
{
	if (!g->any)
	{
		g->any = true;
		g->points = points;
		g->how = how;
		return;
	}
	if (g->points != points)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("grades of criteria with different points cannot be merged"),
				 errdetail("There are points of %g and of %g.", g->points, points),
				 errhint("A state holds the grades of one criterion of one response: GROUP BY both.")));
	if (g->how != how)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("grades that are to be merged in different ways cannot be combined")));
}

void
grades_add(Grades *g, double value, double weight, double points, GradesHow how)
{
	GradeCell  *c;

	check_head(g, points == 0 ? 0 : points, how);
	if (isnan(value))
	{
		g->n_na++;
		return;
	}
	c = find_cell(g, value == 0 ? 0 : value);
	c->n++;
	shortsum_add(&c->weight, g->state.cx, weight);
}

/* ---- one grade of many ---- */

/* Weights such as 0.1 + 0.2 and 0.3 are meant to be equal */
#define SAME_WEIGHT (1 - 1e-12)

static double
greatest_weight(const Grades *g)
{
	double		most = 0;

	for (int32 i = 0; i < g->n_cells; i++)
		most = Max(most, shortsum_value(&g->cell[i].weight));
	return most;
}

static inline bool
has_weight(const Grades *g, int32 i)
{
	return shortsum_sign(&g->cell[i].weight) > 0;
}

/* The least value that has weight, or the greatest */
static double
extreme(const Grades *g, bool least)
{
	for (int32 k = 0; k < g->n_cells; k++)
	{
		int32		i = least ? k : g->n_cells - 1 - k;

		if (has_weight(g, i))
			return g->cell[i].value;
	}
	return NAN;
}

static double
majority(const Grades *g)
{
	double		most = greatest_weight(g);
	double		found = NAN;

	/* ascending: the first of a tie where that is the worst, else the last */
	for (int32 i = 0; i < g->n_cells; i++)
	{
		if (most > 0 && shortsum_value(&g->cell[i].weight) >= most * SAME_WEIGHT &&
			(isnan(found) || g->points < 0))
			found = g->cell[i].value;
	}
	return found;
}

static void
total_weight(const Grades *g, ShortSum *total)
{
	shortsum_init(total);
	for (int32 i = 0; i < g->n_cells; i++)
		shortsum_merge(total, CurrentMemoryContext, &g->cell[i].weight);
}

static double
weighted_mean(const Grades *g)
{
	ShortSum	total;
	ShortSum	sum = {0};
	Wide		n,
				s;

	total_weight(g, &total);
	n = shortsum_wide(&total);
	if (n.high == 0)
		return NAN;
	for (int32 i = 0; i < g->n_cells; i++)
	{
		Wide		w = shortsum_wide(&g->cell[i].weight);

		shortsum_add_product(&sum, CurrentMemoryContext, w.high, g->cell[i].value);
		shortsum_add_product(&sum, CurrentMemoryContext, w.low, g->cell[i].value);
	}
	s = shortsum_wide(&sum);
	return isfinite(s.high) && isfinite(n.high) ? wide_divide(s, n).high : INFINITY;
}

/* Where half of the weight lies on either side; between two values, their mean */
static double
weighted_median(const Grades *g)
{
	ShortSum	total;
	ShortSum	below = {0};
	double		half;
	double		lower = NAN;

	total_weight(g, &total);
	half = shortsum_value(&total) / 2;
	for (int32 i = 0; i < g->n_cells; i++)
	{
		double		w;

		if (!has_weight(g, i))
			continue;
		if (!isnan(lower))
			return (lower + g->cell[i].value) / 2;
		shortsum_merge(&below, CurrentMemoryContext, &g->cell[i].weight);
		w = shortsum_value(&below);
		if (w > half * (2 - SAME_WEIGHT))
			return g->cell[i].value;
		if (w >= half * SAME_WEIGHT)
			lower = g->cell[i].value;
	}
	return lower;
}

double
grades_merged(const Grades *g, GradesHow how)
{
	switch (how)
	{
		case HOW_MAJORITY:
			return majority(g);
		case HOW_MEAN:
			return weighted_mean(g);
		case HOW_MEDIAN:
			return weighted_median(g);
		case HOW_UNANIMOUS:
			return extreme(g, true);
		case HOW_ANY:
			return extreme(g, false);
		case HOW_WORST:
			return extreme(g, g->points >= 0);
		case HOW_OPEN:
			break;
	}
	return NAN;
}

bool
grades_tied(const Grades *g)
{
	double		most = greatest_weight(g);
	int			n = 0;

	for (int32 i = 0; i < g->n_cells; i++)
		n += most > 0 && shortsum_value(&g->cell[i].weight) >= most * SAME_WEIGHT;
	return n > 1;
}

int64
grades_n(const Grades *g)
{
	int64		n = 0;

	for (int32 i = 0; i < g->n_cells; i++)
		n += g->cell[i].n;
	return n;
}

/* ---- the type ---- */

static void
grades_init(State *s)
{
	Grades	   *g = (Grades *) s;

	g->cell = g->few;
	g->cap = FEW_CELLS;
}

static void
grades_merge(State *d, State *s)
{
	Grades	   *dst = (Grades *) d;
	Grades	   *src = (Grades *) s;
	int64		n;

	if (!src->any)
		return;
	check_head(dst, src->points, src->how);
	state_changed(d);
	count_add(&dst->n_na, src->n_na);
	for (int32 i = 0; i < src->n_cells; i++)
	{
		GradeCell  *c = find_cell(dst, src->cell[i].value);

		count_add(&c->n, src->cell[i].n);
		shortsum_merge(&c->weight, d->cx, &src->cell[i].weight);
	}
	/* the number of graders is a bigint, too */
	n = dst->n_na;
	for (int32 i = 0; i < dst->n_cells; i++)
		count_add(&n, dst->cell[i].n);
}

static void
grades_encode(State *s, WireWriter *w)
{
	Grades	   *g = (Grades *) s;

	wire_put_byte(w, HDATA_GRADES_VERSION);
	wire_put_byte(w, g->how);
	if (!g->any)
		return;
	keys_put_number(w, g->points);
	wire_put_varint(w, g->n_na);
	wire_put_varint(w, g->n_cells);
	for (int32 i = 0; i < g->n_cells; i++)
	{
		keys_put_number(w, g->cell[i].value);
		wire_put_varint(w, g->cell[i].n);
		shortsum_encode(&g->cell[i].weight, w);
	}
}

/* A count that keeps the total of all counts a bigint */
static int64
get_number(WireReader *r, int64 *total)
{
	int64		n = wire_get_total(r);

	if (n > PG_INT64_MAX - *total)
		wire_fail(r, "A count is out of range.");
	*total += n;
	return n;
}

static void
get_cells(WireReader *r, Grades *g, uint32 n, int64 *total)
{
	g->n_cells = n;
	if (n > FEW_CELLS)
	{
		g->cell = MemoryContextAllocZero(g->state.cx, n * sizeof(GradeCell));
		g->cap = n;
	}
	for (uint32 i = 0; i < n; i++)
	{
		GradeCell  *c = &g->cell[i];

		c->value = keys_get_number(r);
		if (c->value < 0 || c->value > 1 || (i > 0 && c->value <= g->cell[i - 1].value))
			wire_fail(r, "A grade is out of range.");
		c->n = get_number(r, total);
		shortsum_decode(&c->weight, g->state.cx, r);
		if (c->n == 0 || shortsum_sign(&c->weight) < 0)
			wire_fail(r, "A count is out of range.");
	}
}

static void
grades_decode(State *s, WireReader *r)
{
	Grades	   *g = (Grades *) s;

	if (wire_get_byte(r) != HDATA_GRADES_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	g->how = wire_get_byte(r);
	if (g->how > HOW_LAST)
		wire_fail(r, "Its way of merging is not known to this release of hdata.");
	if (wire_left(r) > 0)
	{
		int64		total = 0;
		uint32		n;

		g->any = true;
		g->points = keys_get_number(r);
		g->n_na = get_number(r, &total);
		n = wire_get_count(r, 8 + 1 + 1);
		if (n > GRADES_MAX_VALUES || (n == 0 && g->n_na == 0))
			wire_fail(r, "A count is out of range.");
		get_cells(r, g, n, &total);
		if (r->p != r->end)
			wire_fail(r, "There are bytes behind the end.");
	}
	else if (g->how != HOW_OPEN)
		wire_fail(r, "The value is truncated.");
}

const StateType grades_type = {
	"grades",
	sizeof(Grades),
	grades_init,
	grades_encode,
	grades_decode,
	grades_merge
};

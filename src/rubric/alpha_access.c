/*-------------------------------------------------------------------------
 *
 * alpha_access.c
 *	  SQL functions about the reliability of the sum of all items.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/args.h"
#include "common/compat.h"
#include "common/srf.h"
#include "common/stats.h"
#include "lib/stringinfo.h"
#include "rubric/alpha.h"
#include "rubric/item_access.h"

#define RETURN_FLOAT8_OR_NULL(v) \
	do { \
		double		v_ = (v); \
		if (isnan(v_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(v_); \
	} while (0)

static void
check_matrix_size(const ItemData *d)
{
	if (d->table.n_items > ALPHA_MAX_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many items to correlate each with each"),
				 errdetail("There are %d items; the limit is %d.", d->table.n_items, ALPHA_MAX_ITEMS),
				 errhint("cronbach_alpha() and item_stats() of a complete matrix need no correlations.")));
}

static ItemMatrix *
matrix_of(const ItemData *d)
{
	ItemMatrix *x;

	check_matrix_size(d);
	x = item_matrix(&d->table);
	/* a pair of items that nobody has both: this one raises the error */
	if (d->incomplete && x->n < 2)
		(void) item_data_moments(d);
	return x;
}

PG_FUNCTION_INFO_V1(score_matrix_cronbach_alpha);
Datum
score_matrix_cronbach_alpha(PG_FUNCTION_ARGS)
{
	ItemData	d;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	item_data(fcinfo, 1, &d);
	RETURN_FLOAT8_OR_NULL(cronbach_alpha_of(item_data_moments(&d)));
}

PG_FUNCTION_INFO_V1(score_matrix_standardized_alpha);
Datum
score_matrix_standardized_alpha(PG_FUNCTION_ARGS)
{
	ItemData	d;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	item_data(fcinfo, 1, &d);
	RETURN_FLOAT8_OR_NULL(standardized_alpha_of(matrix_of(&d)));
}

static void
raise_no_convergence(const OneFactor *f)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the one-factor model did not converge"),
			 errdetail("Loadings still change after %d sweeps.", f->sweeps),
			 errhint("Items that hardly correlate have no common factor: look at item_pairs().")));
}

PG_FUNCTION_INFO_V1(score_matrix_omega_total);
Datum
score_matrix_omega_total(PG_FUNCTION_ARGS)
{
	ItemData	d;
	OneFactor	f;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	item_data(fcinfo, 1, &d);
	if (one_factor(matrix_of(&d), &f) && !f.converged)
		raise_no_convergence(&f);
	RETURN_FLOAT8_OR_NULL(f.omega);
}

/* ---- alpha(): all of it ---- */

typedef enum AlphaInterval
{
	INTERVAL_FELDT,
	INTERVAL_DUHACHEK
} AlphaInterval;

static const ArgChoice interval_choice[] = {
	{"feldt", INTERVAL_FELDT},
	{"duhachek", INTERVAL_DUHACHEK},
	{NULL, 0}
};

/* The next remark begins */
static StringInfo
remark(StringInfo note)
{
	if (note->len > 0)
		appendStringInfoString(note, "; ");
	return note;
}

static void
note_missing(StringInfo note, const ItemData *d, const ItemMatrix *x)
{
	const ScoreTable *all = score_matrix_table(d->matrix);

	if (!d->incomplete)
		return;
	if (d->missing == MISSING_COMPLETE)
		appendStringInfo(remark(note), "%d of %d units have every item, the others are left out",
			   d->table.n_units, all->n_units);
	else
		appendStringInfo(remark(note), "missing values: pairs of items have %.0f to %d units, the interval takes the fewest",
			   x->n, all->n_units);
}

static void
note_constant(StringInfo note, const ItemData *d, const ItemMoments *m)
{
	int32		n = 0;
	int32		first = -1;

	for (int32 j = 0; j < m->n_items; j++)
		if (m->var[j] == 0)
		{
			n++;
			if (first < 0)
				first = j;
		}
	if (n == 1)
		appendStringInfo(remark(note), "item \"%s\" is the same for all units and correlates with none", score_matrix_item_name(d->matrix, first));
	else if (n > 1)
		appendStringInfo(remark(note), "%d items are the same for all units and correlate with none, the first is \"%s\"", n,
			   score_matrix_item_name(d->matrix, first));
}

static void
note_alpha(StringInfo note, const ItemData *d, const ItemMoments *m, double alpha)
{
	if (m->n_items == 0)
		appendStringInfo(remark(note), "there are no values");
	else if (m->n_items < 2)
		appendStringInfo(remark(note), "one item has no alpha");
	else if (m->n_units < 2)
		appendStringInfo(remark(note), "one unit has no alpha");
	else if (isnan(alpha))
		appendStringInfo(remark(note), "the sum of the items is the same for all units");
	else if (alpha > 1 - 1e-12)
		appendStringInfo(remark(note), "items agree but for their means: nothing to take an interval from");
	else if (alpha < 0)
		appendStringInfo(remark(note), "alpha is negative, since items vary against each other: check item codings and signs");
}

PG_FUNCTION_INFO_V1(score_matrix_alpha);
Datum
score_matrix_alpha(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	ItemData	d;
	ItemMoments *m;
	ItemMatrix *x;
	OneFactor	f;
	AlphaInterval method;
	StringInfoData note;
	double		confidence,
				value,
				se,
				low = NAN,
				high = NAN;
	bool		perfect;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	confidence = arg_confidence(fcinfo, 1);
	method = arg_choice(fcinfo, 3, "interval", interval_choice);
	item_data(fcinfo, 2, &d);
	x = matrix_of(&d);
	m = item_data_moments(&d);
	value = cronbach_alpha_of(m);
	/* items that are one and the same tell nothing of how far they might differ */
	perfect = value > 1 - 1e-12;
	se = isnan(value) || perfect ? NAN : alpha_se(x);
	if (perfect)
		low = high = NAN;
	else if (method == INTERVAL_FELDT)
		feldt_interval(value, x->n, x->n_items, confidence, &low, &high);
	else if (!isnan(se))
	{
		low = value - hd_norm_quantile((1 + confidence) / 2) * se;
		high = Min(1, value + hd_norm_quantile((1 + confidence) / 2) * se);
	}
	initStringInfo(&note);
	note_missing(&note, &d, x);
	note_constant(&note, &d, m);
	note_alpha(&note, &d, m, value);
	if (m->n_items == 2)
		appendStringInfo(remark(&note), "omega needs three items");
	if (one_factor(x, &f) && !f.converged)
		appendStringInfo(remark(&note), "omega: the one-factor model did not converge");

	srf_float8(&row, value);
	srf_float8(&row, se);
	srf_float8(&row, low);
	srf_float8(&row, high);
	srf_int64(&row, d.table.n_units);
	srf_int64(&row, d.table.n_items);
	srf_float8(&row, average_r(x));
	srf_float8(&row, standardized_alpha_of(x));
	srf_float8(&row, f.omega);
	srf_cstring(&row, note.len > 0 ? note.data : NULL);
	srf_end_row(&row);
	return (Datum) 0;
}

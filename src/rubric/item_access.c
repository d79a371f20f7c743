/*-------------------------------------------------------------------------
 *
 * item_access.c
 *	  From a score_matrix argument and what is to be done about missing
 *	  values to the data of the kernels.
 *
 * Nothing is left out unless the caller says so, and never all of it: several
 * rubrics in one matrix, or units none of which has every item, are an ERROR.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "rubric/item_access.h"

static void
raise_blocks(const ItemData *d)
{
	const Coverage *c = &d->coverage;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("score matrix holds several rubrics"),
			 errdetail("Its units and items fall into %d blocks that have nothing in common: units \"%s\" and \"%s\", for example, share no item, directly or through others.",
					   c->n_blocks,
					   score_matrix_unit_name(d->matrix, c->apart[0]),
					   score_matrix_unit_name(d->matrix, c->apart[1])),
			 errhint("Make one matrix of each rubric: aggregate with GROUP BY, or take a part with only_items().")));
}

static void
raise_no_complete(const ItemData *d)
{
	const ScoreTable *t = score_matrix_table(d->matrix);

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no unit of the score matrix has every item"),
			 errdetail("There are %d units and %d items; unit \"%s\", for example, has no value on item \"%s\".",
					   t->n_units, t->n_items,
					   score_matrix_unit_name(d->matrix, d->coverage.gap_unit),
					   score_matrix_item_name(d->matrix, d->coverage.gap_item)),
			 errhint("If units were graded by different rubrics, make one matrix of each with GROUP BY; missing => 'pairwise' takes each pair of items from the units that have both.")));
}

static void
raise_missing(const ItemData *d)
{
	const ScoreTable *t = score_matrix_table(d->matrix);

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("score matrix has missing values"),
			 errdetail("%d of %d units have a value on every one of %d items; unit \"%s\", for example, has none on item \"%s\".",
					   d->coverage.n_complete, t->n_units, t->n_items,
					   score_matrix_unit_name(d->matrix, d->coverage.gap_unit),
					   score_matrix_item_name(d->matrix, d->coverage.gap_item)),
			 errhint("Say what to do: missing => 'complete' takes the complete units alone, missing => 'pairwise' takes each pair of items from the units that have both; or give a value where one is missing.")));
}

static const ArgChoice missing_choice[] = {
	{"error", MISSING_ERROR},
	{"complete", MISSING_COMPLETE},
	{"pairwise", MISSING_PAIRWISE},
	{NULL, 0}
};

/* A complete part of the table, as a table */
static void
table_of_grid(ItemData *d)
{
	ScoreGrid	g;
	int32	   *start;
	int32	   *item;

	complete_grid(&d->table, &d->coverage, &g);
	start = array_alloc((Size) g.n_units + 1, sizeof(int32));
	item = array_alloc(mul_size(g.n_units, g.n_items), sizeof(int32));
	for (int32 u = 0; u <= g.n_units; u++)
		start[u] = u * g.n_items;
	for (int32 u = 0; u < g.n_units; u++)
		for (int32 j = 0; j < g.n_items; j++)
			item[start[u] + j] = j;
	d->table.n_units = g.n_units;
	d->table.n_obs = g.n_units * g.n_items;
	d->table.start = start;
	d->table.item = item;
	d->table.value = g.value;
}

void
item_data(FunctionCallInfo fcinfo, int arg, ItemData *d)
{
	d->missing = arg_choice(fcinfo, arg, "treatment of missing values", missing_choice);
	d->matrix = score_matrix_get(PG_GETARG_DATUM(0));
	d->table = *score_matrix_table(d->matrix);
	item_coverage(&d->table, &d->coverage);
	d->incomplete = d->coverage.gap_unit >= 0;
	if (!d->incomplete)
		return;
	if (d->coverage.n_blocks > 1)
		raise_blocks(d);
	if (d->missing == MISSING_PAIRWISE)
		return;
	if (d->coverage.n_complete == 0)
		raise_no_complete(d);
	if (d->missing == MISSING_ERROR)
		raise_missing(d);
	table_of_grid(d);
}

ItemMoments *
item_data_moments(const ItemData *d)
{
	ScoreGrid	g;
	ItemMoments *m;

	if (!d->incomplete || d->missing != MISSING_PAIRWISE)
	{
		g.n_units = d->table.n_units;
		g.n_items = d->table.n_items;
		g.value = d->table.value;
		return item_moments(&g);
	}
	m = item_moments_pairwise(&d->table);
	if (m->lacking[0] >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("too few units have the same items"),
				 errdetail("%.0f units have both item \"%s\" and item \"%s\"; two are needed for each pair.", m->lacking_n,
						   score_matrix_item_name(d->matrix, m->lacking[0]),
						   score_matrix_item_name(d->matrix, m->lacking[1])),
				 errhint("If units were graded by different rubrics, make one matrix of each with GROUP BY; item_pairs() tells how many units each pair has.")));
	return m;
}

/*-------------------------------------------------------------------------
 *
 * score_matrix.c
 *	  The state type "score_matrix": which value each unit has on each item.
 *
 * A set of facts (unit, item, value) is a set of facts (item, rater, value)
 * under other names: the log, the settling and the byte format are those of
 * ratings (agreement/ratings.h), with units as items, items as raters, and
 * numbers as values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "rubric/score_matrix_state.h"

/* ---- kinds of columns ---- */

static const char *
kind_name(uint8 kind)
{
	return kind == ID_INT8 ? "bigint" : kind == ID_UUID ? "uuid" : "text";
}

static void
kind_mismatch(const char *what, uint8 a, uint8 b)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("score matrices of different kinds cannot be put together"),
			 errdetail("The %s is of kind %s in one and %s in the other.", what,
					   kind_name(a), kind_name(b)),
			 errhint("Cast the column to one type, for example text.")));
}

/* The first row, or state, says of what kinds units and items are */
void
score_matrix_set_kind(Ratings *m, const RatingsKind *k)
{
	if (m->kind.item != ID_NONE && m->kind.item != k->item)
		kind_mismatch("unit", m->kind.item, k->item);
	if (m->kind.rater != ID_NONE && m->kind.rater != k->rater)
		kind_mismatch("item", m->kind.rater, k->rater);
	ratings_set_kind(m, k);
}

static void
score_matrix_merge(State *dst, State *src)
{
	Ratings    *s = (Ratings *) src;

	if (s->kind.item == ID_NONE)
		return;
	score_matrix_set_kind((Ratings *) dst, &s->kind);
	ratings_merge(dst, src);
}

/* ---- the byte format: that of ratings behind a version of its own ---- */

static void
score_matrix_encode(State *s, WireWriter *w)
{
	wire_put_byte(w, HDATA_SCORE_MATRIX_VERSION);
	ratings_put((Ratings *) s, w);
}

static void
score_matrix_decode(State *s, WireReader *w)
{
	Ratings    *m = (Ratings *) s;

	if (wire_get_byte(w) != HDATA_SCORE_MATRIX_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	ratings_take(m, w);
	if (m->kind.item != ID_NONE &&
		(m->kind.value != VALUE_NUMBER || m->kind.at != AT_NONE || m->n_item_clusters > 0))
		wire_fail(w, "It holds what a score matrix cannot have.");
}

const StateType score_matrix_type = {
	.name = "score_matrix",
	.size = sizeof(Ratings),
	.init = ratings_init,
	.encode = score_matrix_encode,
	.decode = score_matrix_decode,
	.merge = score_matrix_merge
};

/* ---- reading ---- */

Ratings *
score_matrix_facts(Datum d)
{
	Ratings    *m = (Ratings *) state_get(&score_matrix_type, d);

	ratings_settle(m);
	return m;
}

static void
raise_conflict(const Ratings *m)
{
	int32		j = m->conflict;
	int32		u = 0;

	while (m->start[u + 1] <= j)
		u++;
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("unit \"%s\" has more than one value on item \"%s\"",
					id_cstring(m->kind.item, &m->items, u),
					id_cstring(m->kind.rater, &m->raters, m->rater[j])),
			 errdetail("The values are %s and %s.",
					   value_cstring(VALUE_NUMBER, &m->labels, m->label[j - 1]),
					   value_cstring(VALUE_NUMBER, &m->labels, m->label[j])),
			 errhint("Give one value for each unit and item: merge several graders or attempts first, for example with merge_grades() or avg().")));
}

ScoreMatrix *
score_matrix_get(Datum d)
{
	ScoreMatrix *s = palloc(sizeof(ScoreMatrix));
	Ratings    *m = score_matrix_facts(d);
	double	   *value;

	if (m->conflict >= 0)
		raise_conflict(m);
	value = array_alloc(m->n_obs, sizeof(double));
	for (int32 j = 0; j < m->n_obs; j++)
	{
		HD_CHECK_EVERY(j);
		value[j] = dict_prefix_float8(m->labels.entry[m->label[j]].prefix);
	}
	s->facts = m;
	s->table.n_units = m->n_items;
	s->table.n_items = (int32) m->raters.n;
	s->table.n_obs = m->n_obs;
	s->table.start = m->start;
	s->table.item = m->rater;
	s->table.value = value;
	return s;
}

const ScoreTable *
score_matrix_table(ScoreMatrix *s)
{
	return &s->table;
}

char *
score_matrix_unit_name(ScoreMatrix *s, int32 unit)
{
	return id_cstring(s->facts->kind.item, &s->facts->items, unit);
}

char *
score_matrix_item_name(ScoreMatrix *s, int32 item)
{
	return id_cstring(s->facts->kind.rater, &s->facts->raters, item);
}

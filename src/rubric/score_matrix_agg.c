/*-------------------------------------------------------------------------
 *
 * score_matrix_agg.c
 *	  SQL functions of the type "score_matrix": its frame and its aggregates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "rubric/score_matrix_state.h"
#include "utils/builtins.h"

STATE_FUNCTIONS(score_matrix, score_matrix_type);

static Ratings *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&score_matrix_type, fcinfo);

	if (likely(s != NULL))
	{
		state_changed(s);
		return (Ratings *) s;
	}
	if (PG_ARGISNULL(0))
		return (Ratings *) state_new(&score_matrix_type, fcinfo);
	return (Ratings *) state_get_rw(&score_matrix_type, fcinfo, 0);
}

/* A NULL unit, item or value is not an observation */
static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Keys are read already, so that bad values leave nothing behind */
static inline Datum
add_row(FunctionCallInfo fcinfo, IdKind unit_kind, const ColumnKey *unit, IdKind item_kind,
		const ColumnKey *item, const ColumnKey *value)
{
	Ratings    *m = transition_state(fcinfo);

	if (unlikely(m->kind.item != unit_kind || m->kind.rater != item_kind))
	{
		RatingsKind k = {.item = unit_kind, .rater = item_kind, .value = VALUE_NUMBER, .at = AT_NONE};

		score_matrix_set_kind(m, &k);
	}
	ratings_make_room(m);
	(void) ratings_add(m, unit, item, value);
	PG_RETURN_DATUM(state_datum(&m->state));
}

/*
 * Transition for typed columns.  No fn_extra and no fn_expr here: Citus calls
 * transitions with neither.
 */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind id)
{
	ColumnKey	unit,
				item,
				value;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	id_column_key(id, PG_GETARG_DATUM(1), &unit);
	id_column_key(id, PG_GETARG_DATUM(2), &item);
	number_column_key(PG_GETARG_FLOAT8(3), &value);
	return add_row(fcinfo, id, &unit, id, &item, &value);
}

STATE_FUNCTION(score_matrix_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(score_matrix_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(score_matrix_trans_text, typed_transition(fcinfo, ID_TEXT));

static AnyColumn *
any_columns(FunctionCallInfo fcinfo)
{
	AnyColumn  *c = fcinfo->flinfo->fn_extra;

	if (c == NULL)
	{
		c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 3 * sizeof(AnyColumn));
		any_column_init(&c[0], fcinfo, 1, "unit");
		any_column_init(&c[1], fcinfo, 2, "item");
		any_column_init(&c[2], fcinfo, 3, "value");
		if (c[2].type != BOOLOID && c[2].value_kind != VALUE_NUMBER)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("value of a score matrix must be a number or boolean, not %s",
							format_type_be(c[2].type)),
					 errhint("Cast the value to double precision; boolean counts as 0 and 1.")));
		fcinfo->flinfo->fn_extra = c;
	}
	return c;
}

/* Transition for every other mix of types, on one node */
PG_FUNCTION_INFO_V1(score_matrix_trans_any);
Datum
score_matrix_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *c;
	ColumnKey	unit,
				item,
				value;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	c = any_columns(fcinfo);
	any_id_key(&c[0], PG_GETARG_DATUM(1), &unit);
	any_id_key(&c[1], PG_GETARG_DATUM(2), &item);
	if (c[2].type == BOOLOID)
		number_column_key(PG_GETARG_BOOL(3) ? 1 : 0, &value);
	else
		any_value_key(&c[2], PG_GETARG_DATUM(3), &value);
	return add_row(fcinfo, c[0].id_kind, &unit, c[1].id_kind, &item, &value);
}

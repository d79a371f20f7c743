/*-------------------------------------------------------------------------
 *
 * comparisons_agg.c
 *	  SQL functions of the type "comparisons": its frame and its aggregates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "preference/comparisons_state.h"

STATE_FUNCTIONS(comparisons, comparisons_type);

/* arguments of a transition, behind the state */
#define ARG_A		1
#define ARG_B		2
#define ARG_OUTCOME	3
#define ARG_RATER	4
#define ARG_PROMPT	5
#define ARG_WEIGHT	6
#define N_ARGS		7

/* One row that was read, before anything is changed */
typedef struct RowKeys
{
	IdKind		item_kind;
	IdKind		rater_kind;		/* ID_NONE: not named */
	IdKind		prompt_kind;
	ColumnKey	a;
	ColumnKey	b;
	ColumnKey	rater;
	ColumnKey	prompt;
	Outcome		outcome;
	double		weight;
} RowKeys;

static Comparisons *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&comparisons_type, fcinfo);

	if (likely(s != NULL))
	{
		state_changed(s);
		return (Comparisons *) s;
	}
	if (PG_ARGISNULL(0))
		return (Comparisons *) state_new(&comparisons_type, fcinfo);
	return (Comparisons *) state_get_rw(&comparisons_type, fcinfo, 0);
}

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static inline bool
given(FunctionCallInfo fcinfo, int arg)
{
	return arg < PG_NARGS() && !PG_ARGISNULL(arg);
}

/* ---- checks ---- */

static pg_noinline void
bad_outcome(double v)
{
	if (isnan(v) || isinf(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("outcome must be a finite number"),
				 errhint("Use NULL where there was no vote.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("outcome must be 1, 0 or 0.5"),
			 errdetail("It is %g.", v),
			 errhint("1 means that a wins, 0 that b wins, 0.5 a tie, NULL no vote. Graded preferences: see weights in the documentation.")));
}

static inline Outcome
outcome_of_number(double v)
{
	if (v == 1)
		return OUTCOME_A;
	if (v == 0)
		return OUTCOME_B;
	if (unlikely(v != 0.5))
		bad_outcome(v);
	return OUTCOME_TIE;
}

static pg_noinline void
bad_weight(double v)
{
	if (!isnan(v) && !isinf(v) && v < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must not be negative"),
				 errdetail("It is %g.", v)));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("weight is out of range"),
			 errdetail("It is %g.", v),
			 errhint("A weight is 0 or a number from 1e-100 to 1e100.")));
}

static pg_noinline void
weight_is_null(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("weight must not be null"),
			 errhint("A weight of 0 leaves the comparison out.")));
}

/* false: a weight of 0, which leaves the row out */
static inline bool
check_weight(double v)
{
	if (unlikely(!(v == 0 || (v >= COMPARISON_MIN_WEIGHT && v <= COMPARISON_MAX_WEIGHT))))
		bad_weight(v);
	return v != 0;
}

static pg_noinline void
compared_to_itself(const RowKeys *k)
{
	Dict		one;

	dict_init(&one, CurrentMemoryContext);
	dict_add(&one, k->a.prefix, k->a.bytes, k->a.len);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("item \"%s\" is compared to itself", id_cstring(k->item_kind, &one, 0)),
			 errhint("Leave such rows out with FILTER (WHERE a <> b).")));
}

static inline bool
same_key(const ColumnKey *a, const ColumnKey *b)
{
	return a->prefix == b->prefix && a->len == b->len &&
		(a->len <= 8 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* ---- adding ---- */

static inline uint32
add_key(Dict *d, const ColumnKey *k)
{
	return dict_add(d, k->prefix, k->bytes, k->len);
}

/* Append the row: keys are read already, so that bad values leave nothing behind */
static inline void
add_row(Comparisons *c, const RowKeys *k)
{
	ComparisonRow *row;
	uint32		a,
				b;
	uint32		rater = 0,
				prompt = 0;

	if (unlikely(same_key(&k->a, &k->b)))
		compared_to_itself(k);
	/* this may settle: kinds, codes and the width of the log are looked at behind it */
	comparisons_make_room(c);
	if (unlikely(c->item_kind != k->item_kind))
		comparisons_check_kind("item", &c->item_kind, k->item_kind);
	if (unlikely(c->rater_kind != k->rater_kind))
		comparisons_check_kind("rater", &c->rater_kind, k->rater_kind);
	if (unlikely(c->prompt_kind != k->prompt_kind))
		comparisons_check_kind("prompt", &c->prompt_kind, k->prompt_kind);
	if (unlikely(k->weight != 1))
		comparisons_widen(c);
	a = add_key(&c->items, &k->a);
	b = add_key(&c->items, &k->b);
	if (k->rater_kind != ID_NONE)
		rater = add_key(&c->raters, &k->rater) + 1;
	if (k->prompt_kind != ID_NONE)
		prompt = add_key(&c->prompts, &k->prompt) + 1;
	comparisons_count(c, 1);
	row = comparisons_push(c, comparison_pair(a, b, k->outcome), comparison_who(rater, prompt));
	if (c->row_size == sizeof(ComparisonRow))
	{
		row->count = 1;
		row->weight = k->weight;
	}
}

/*
 * Transition for typed columns.  No fn_extra and no fn_expr here: Citus calls
 * transitions with neither.
 */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	Comparisons *c;
	RowKeys		k;

	if (PG_ARGISNULL(ARG_A) || PG_ARGISNULL(ARG_B) || PG_ARGISNULL(ARG_OUTCOME))
		return skipped_row(fcinfo);
	k.outcome = outcome_of_number(PG_GETARG_FLOAT8(ARG_OUTCOME));
	k.weight = 1;
	if (PG_NARGS() > ARG_WEIGHT)
	{
		if (PG_ARGISNULL(ARG_WEIGHT))
			weight_is_null();
		k.weight = PG_GETARG_FLOAT8(ARG_WEIGHT);
		if (!check_weight(k.weight))
			return skipped_row(fcinfo);
	}
	k.item_kind = kind;
	id_column_key(kind, PG_GETARG_DATUM(ARG_A), &k.a);
	id_column_key(kind, PG_GETARG_DATUM(ARG_B), &k.b);
	k.rater_kind = k.prompt_kind = ID_NONE;
	if (given(fcinfo, ARG_RATER))
	{
		k.rater_kind = kind;
		id_column_key(kind, PG_GETARG_DATUM(ARG_RATER), &k.rater);
	}
	if (given(fcinfo, ARG_PROMPT))
	{
		k.prompt_kind = kind;
		id_column_key(kind, PG_GETARG_DATUM(ARG_PROMPT), &k.prompt);
	}
	c = transition_state(fcinfo);
	add_row(c, &k);
	PG_RETURN_DATUM(state_datum(&c->state));
}

STATE_FUNCTION(comparisons_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(comparisons_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(comparisons_trans_text, typed_transition(fcinfo, ID_TEXT));

/* ---- every other mix of types, on one node ---- */

static AnyColumn *
any_columns(FunctionCallInfo fcinfo)
{
	static const char *const name[N_ARGS] = {NULL, "first item", "second item", "outcome", "rater", "prompt", "weight"};
	AnyColumn  *col = fcinfo->flinfo->fn_extra;

	if (col == NULL)
	{
		col = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, N_ARGS * sizeof(AnyColumn));
		for (int arg = 1; arg < PG_NARGS(); arg++)
			any_column_init(&col[arg], fcinfo, arg, name[arg]);
		fcinfo->flinfo->fn_extra = col;
	}
	return col;
}

static double
any_float8(FunctionCallInfo fcinfo, const AnyColumn *col, int arg, const char *what)
{
	if (col[arg].type == BOOLOID && arg == ARG_OUTCOME)
		return PG_GETARG_BOOL(arg) ? 1 : 0;
	if (col[arg].value_kind != VALUE_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s must be a number", what),
				 arg == ARG_OUTCOME ?
				 errhint("Use outcome_of(winner, a, b) for the name of the winner.") : 0));
	return any_number(&col[arg], PG_GETARG_DATUM(arg));
}

PG_FUNCTION_INFO_V1(comparisons_trans_any);
Datum
comparisons_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *col;
	Comparisons *c;
	RowKeys		k;

	if (PG_ARGISNULL(ARG_A) || PG_ARGISNULL(ARG_B) || PG_ARGISNULL(ARG_OUTCOME))
		return skipped_row(fcinfo);
	col = any_columns(fcinfo);
	k.outcome = outcome_of_number(any_float8(fcinfo, col, ARG_OUTCOME, "outcome"));
	k.weight = 1;
	if (PG_NARGS() > ARG_WEIGHT)
	{
		if (PG_ARGISNULL(ARG_WEIGHT))
			weight_is_null();
		k.weight = any_float8(fcinfo, col, ARG_WEIGHT, "weight");
		if (!check_weight(k.weight))
			return skipped_row(fcinfo);
	}
	k.item_kind = col[ARG_A].id_kind;
	comparisons_check_kind("item", &(uint8) {k.item_kind}, col[ARG_B].id_kind);
	any_id_key(&col[ARG_A], PG_GETARG_DATUM(ARG_A), &k.a);
	any_id_key(&col[ARG_B], PG_GETARG_DATUM(ARG_B), &k.b);
	k.rater_kind = k.prompt_kind = ID_NONE;
	if (given(fcinfo, ARG_RATER))
	{
		k.rater_kind = col[ARG_RATER].id_kind;
		any_id_key(&col[ARG_RATER], PG_GETARG_DATUM(ARG_RATER), &k.rater);
	}
	if (given(fcinfo, ARG_PROMPT))
	{
		k.prompt_kind = col[ARG_PROMPT].id_kind;
		any_id_key(&col[ARG_PROMPT], PG_GETARG_DATUM(ARG_PROMPT), &k.prompt);
	}
	c = transition_state(fcinfo);
	add_row(c, &k);
	PG_RETURN_DATUM(state_datum(&c->state));
}

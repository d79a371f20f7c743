/*-------------------------------------------------------------------------
 *
 * confusion_agg.c
 *	  SQL functions of the type "confusion": its frame and its aggregate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "consensus/confusion.h"

STATE_FUNCTIONS(confusion, confusion_type);

/* Count a row whose reference is there; predicted NULL: not covered */
static void
count_row(Confusion *c, const ColumnKey *reference, const ColumnKey *predicted)
{
	uint32		r = dict_add(&c->labels, reference->prefix, reference->bytes, reference->len);
	uint32		p = predicted == NULL ? NOT_COVERED :
		dict_add(&c->labels, predicted->prefix, predicted->bytes, predicted->len);

	confusion_add(c, r, p, 1);
}

/* The labels of a boolean are those of its text */
static void
boolean_key(bool v, ColumnKey *k)
{
	k->bytes = (const uint8 *) (v ? "true" : "false");
	k->len = v ? 4 : 5;
	k->prefix = hd_load_prefix(k->bytes, k->len);
}

typedef enum LabelType
{
	LABEL_TEXT,
	LABEL_BOOLEAN,
	LABEL_NUMBER
} LabelType;

static pg_attribute_always_inline void
typed_key(LabelType type, Datum d, ColumnKey *k)
{
	if (type == LABEL_BOOLEAN)
		boolean_key(DatumGetBool(d), k);
	else if (type == LABEL_NUMBER)
		number_column_key(DatumGetFloat8(d), k);
	else
		text_column_key(d, k);
}

/*
 * Transition for typed columns.  No fn_extra and no fn_expr here: distributed
 * engines call transitions with neither.
 */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, LabelType type)
{
	Confusion  *c;
	ColumnKey	reference = {0},
				predicted = {0};

	/* keys first, so that bad values leave nothing behind */
	if (!PG_ARGISNULL(1))
		typed_key(type, PG_GETARG_DATUM(1), &reference);
	if (!PG_ARGISNULL(2))
		typed_key(type, PG_GETARG_DATUM(2), &predicted);
	c = (Confusion *) state_for_row(&confusion_type, fcinfo);
	confusion_set_kind(c, type == LABEL_NUMBER ? VALUE_NUMBER : VALUE_LABEL);
	if (PG_ARGISNULL(1))
		confusion_skip(c, 1);
	else
		count_row(c, &reference, PG_ARGISNULL(2) ? NULL : &predicted);
	PG_RETURN_DATUM(state_datum(&c->state));
}

STATE_FUNCTION(confusion_trans_text, typed_transition(fcinfo, LABEL_TEXT));
STATE_FUNCTION(confusion_trans_boolean, typed_transition(fcinfo, LABEL_BOOLEAN));
STATE_FUNCTION(confusion_trans_float8, typed_transition(fcinfo, LABEL_NUMBER));

static AnyColumn *
any_columns(FunctionCallInfo fcinfo)
{
	AnyColumn  *c = fcinfo->flinfo->fn_extra;

	if (c != NULL)
		return c;
	c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(AnyColumn));
	any_column_init(&c[0], fcinfo, 1, "reference");
	any_column_init(&c[1], fcinfo, 2, "predicted");
	/* a bare NULL is of any type */
	if (c[0].is_unknown && PG_ARGISNULL(1))
		c[0] = c[1];
	if (c[1].is_unknown && PG_ARGISNULL(2))
		c[1] = c[0];
	if (c[0].value_kind != c[1].value_kind ||
		(c[0].value_kind == VALUE_ORDERED && c[0].type != c[1].type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("reference and predicted must be of one type"),
				 errhint("Cast both columns to one type, for example text.")));
	fcinfo->flinfo->fn_extra = c;
	return c;
}

/* A state from before ALTER TYPE ... ADD VALUE does not know where a new label belongs */
static void
check_ordered_label(Confusion *c, const ColumnKey *label)
{
	if (dict_find(&c->labels, label->prefix, label->bytes, label->len) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("label \"%s\" is not in the state's list of ordered labels",
						text_key_cstring(label->bytes, label->len)),
				 errhint("Aggregate the new rows by themselves and merge the two states with rollup().")));
}

/* Transition for every other pair of types, on one node */
static Datum
any_transition(FunctionCallInfo fcinfo)
{
	AnyColumn  *any = any_columns(fcinfo);
	Confusion  *c;
	ColumnKey	reference = {0},
				predicted = {0};

	if (!PG_ARGISNULL(1))
		any_value_key(&any[0], PG_GETARG_DATUM(1), &reference);
	if (!PG_ARGISNULL(2))
		any_value_key(&any[1], PG_GETARG_DATUM(2), &predicted);
	c = (Confusion *) state_for_row(&confusion_type, fcinfo);
	confusion_set_kind(c, any[0].value_kind);
	if (PG_ARGISNULL(1))
	{
		confusion_skip(c, 1);
		PG_RETURN_DATUM(state_datum(&c->state));
	}
	if (c->kind == VALUE_ORDERED)
	{
		if (c->labels.n == 0)
			enum_labels(any[0].type, &c->labels);
		check_ordered_label(c, &reference);
		if (!PG_ARGISNULL(2))
			check_ordered_label(c, &predicted);
	}
	count_row(c, &reference, PG_ARGISNULL(2) ? NULL : &predicted);
	PG_RETURN_DATUM(state_datum(&c->state));
}

STATE_FUNCTION(confusion_trans_any, any_transition(fcinfo));

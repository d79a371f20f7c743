/*-------------------------------------------------------------------------
 *
 * ratings_agg.c
 *	  SQL functions of the type "ratings": its frame and its aggregates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "common/compat.h"
#include "utils/builtins.h"

STATE_FUNCTIONS(ratings, ratings_type);

/* How the argument "at" is to be read */
typedef struct AtForm
{
	AtMode		mode;
	bool		revision;
} AtForm;

/* A NULL item, rater or value is not an observation */
static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* The row's kinds; without "at" in all rows the state has none */
static inline void
row_kind(FunctionCallInfo fcinfo, AtForm form, IdKind item, IdKind rater,
		 ValueKind value, RatingsKind *k)
{
	k->item = item;
	k->rater = rater;
	k->value = value;
	k->at = AT_NONE;
	k->revision = false;
	if (form.mode != AT_NONE && !PG_ARGISNULL(4))
	{
		k->at = form.mode;
		k->revision = form.revision;
	}
	else if (form.mode == AT_FIRST)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("\"at\" of ratings_first_agg must not be null"),
				 errhint("Without \"at\" nobody knows which rating was the first: use ratings_agg.")));
}

static inline bool
same_kind(const RatingsKind *a, const RatingsKind *b)
{
	return memcmp(a, b, sizeof(RatingsKind)) == 0;
}

/* Append the row: keys are read already, so that bad values leave nothing behind */
static inline void
add_row(FunctionCallInfo fcinfo, Ratings *r, const RatingsKind *k, const ColumnKey *item,
		const ColumnKey *rater, const ColumnKey *value)
{
	LogRow	   *row;
	ColumnKey	cluster;
	bool		has_cluster = false;
	uint32		cluster_code = 0;

	if (unlikely(!same_kind(&r->kind, k)))
		ratings_set_kind(r, k);
	if (unlikely(PG_NARGS() == 6 && !PG_ARGISNULL(5)))
	{
		text_column_key(PG_GETARG_DATUM(5), &cluster);
		ratings_widen(r);
		has_cluster = true;
	}
	/* from here on codes are looked up, and nothing may settle */
	ratings_make_room(r);
	if (has_cluster)
		cluster_code = dict_add(&r->clusters, cluster.prefix, cluster.bytes, cluster.len) + 1;
	row = ratings_add(r, item, rater, value);
	if (r->row_size == sizeof(LogRow))
	{
		row->at = k->at != AT_NONE ? PG_GETARG_INT64(4) : 0;
		row->cluster = cluster_code;
		row->pad = 0;
	}
}

/*
 * Transition for typed columns.  No fn_extra and no fn_expr here: Citus calls
 * transitions with neither.
 */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind id, ValueKind value, AtForm form)
{
	Ratings    *r;
	RatingsKind k;
	ColumnKey	item,
				rater,
				label;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	row_kind(fcinfo, form, id, id, value, &k);
	id_column_key(id, PG_GETARG_DATUM(1), &item);
	id_column_key(id, PG_GETARG_DATUM(2), &rater);
	if (value == VALUE_NUMBER)
		number_column_key(PG_GETARG_FLOAT8(3), &label);
	else
		text_column_key(PG_GETARG_DATUM(3), &label);
	r = (Ratings *) state_for_row(&ratings_type, fcinfo);
	add_row(fcinfo, r, &k, &item, &rater, &label);
	PG_RETURN_DATUM(state_datum(&r->state));
}

/*
 * The first row brings the enum's labels in their order.  A state from
 * before ALTER TYPE ... ADD VALUE does not know where a new one belongs.
 */
static void
check_ordered_label(Ratings *r, AnyColumn *c, const ColumnKey *label)
{
	if (r->labels.n == 0)
		enum_labels(c->type, &r->labels);
	if (dict_find(&r->labels, label->prefix, label->bytes, label->len) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("label \"%s\" is not in the state's list of ordered labels",
						text_key_cstring(label->bytes, label->len)),
				 errhint("Aggregate the new rows by themselves and merge the two states with rollup().")));
}

/* Transition for every other mix of types, on one node */
static Datum
any_transition(FunctionCallInfo fcinfo, AtForm form)
{
	AnyColumn  *c = fcinfo->flinfo->fn_extra;
	Ratings    *r;
	RatingsKind k;
	ColumnKey	item,
				rater,
				label;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return skipped_row(fcinfo);
	if (c == NULL)
	{
		c = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 3 * sizeof(AnyColumn));
		any_column_init(&c[0], fcinfo, 1, "item");
		any_column_init(&c[1], fcinfo, 2, "rater");
		any_column_init(&c[2], fcinfo, 3, "value");
		fcinfo->flinfo->fn_extra = c;
	}
	row_kind(fcinfo, form, c[0].id_kind, c[1].id_kind, c[2].value_kind, &k);
	any_id_key(&c[0], PG_GETARG_DATUM(1), &item);
	any_id_key(&c[1], PG_GETARG_DATUM(2), &rater);
	any_value_key(&c[2], PG_GETARG_DATUM(3), &label);
	r = (Ratings *) state_for_row(&ratings_type, fcinfo);
	if (k.value == VALUE_ORDERED)
		check_ordered_label(r, &c[2], &label);
	add_row(fcinfo, r, &k, &item, &rater, &label);
	PG_RETURN_DATUM(state_datum(&r->state));
}

#define TRANSITIONS(suffix, mode, revision) \
	STATE_FUNCTION(ratings_trans_int8_text##suffix, \
			   typed_transition(fcinfo, ID_INT8, VALUE_LABEL, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_int8_float8##suffix, \
			   typed_transition(fcinfo, ID_INT8, VALUE_NUMBER, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_uuid_text##suffix, \
			   typed_transition(fcinfo, ID_UUID, VALUE_LABEL, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_uuid_float8##suffix, \
			   typed_transition(fcinfo, ID_UUID, VALUE_NUMBER, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_text_text##suffix, \
			   typed_transition(fcinfo, ID_TEXT, VALUE_LABEL, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_text_float8##suffix, \
			   typed_transition(fcinfo, ID_TEXT, VALUE_NUMBER, (AtForm) {mode, revision})); \
	STATE_FUNCTION(ratings_trans_any##suffix, \
			   any_transition(fcinfo, (AtForm) {mode, revision}))

TRANSITIONS(, AT_NONE, false);
TRANSITIONS(_at, AT_NEWEST, false);
TRANSITIONS(_rev, AT_NEWEST, true);
TRANSITIONS(_first_at, AT_FIRST, false);
TRANSITIONS(_first_rev, AT_FIRST, true);

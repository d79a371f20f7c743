/*-------------------------------------------------------------------------
 *
 * rankings_agg.c
 *	  SQL functions of the type "rankings": its frame and its aggregates.
 *
 * Two forms: rankings_agg(ranking [, rater [, weight]]), an array of items
 * with the best first, and rankings_agg(items, ranks [, rater [, weight]]),
 * where equal ranks are ties and a rank of NULL or 0 is none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/rankings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

STATE_FUNCTIONS(rankings, rankings_type);

static Rankings *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&rankings_type, fcinfo);

	if (s == NULL)
		s = PG_ARGISNULL(0) ? state_new(&rankings_type, fcinfo) :
			state_get_rw(&rankings_type, fcinfo, 0);
	state_changed(s);
	return (Rankings *) s;
}

static Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* ---- arguments ---- */

static void
one_dimension(const ArrayType *a, const char *what)
{
	if (ARR_NDIM(a) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be an array of one dimension", what)));
}

static int
item_array(FunctionCallInfo fcinfo, IdKind kind, Datum **value, bool **null)
{
	ArrayType  *a = PG_GETARG_ARRAYTYPE_P(1);
	int			n;

	one_dimension(a, "ranking");
	if (kind == ID_INT8)
		deconstruct_array(a, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						  value, null, &n);
	else if (kind == ID_UUID)
		deconstruct_array(a, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, value, null, &n);
	else
		deconstruct_array(a, TEXTOID, -1, false, TYPALIGN_INT, value, null, &n);
	return n;
}

/* Ranks of the items: 0 where there is none */
static double *
rank_array(FunctionCallInfo fcinfo, int n_items)
{
	ArrayType  *a = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *value;
	bool	   *null;
	int			n;
	double	   *rank;

	one_dimension(a, "ranks");
	deconstruct_array(a, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &value, &null, &n);
	if (n != n_items)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one rank for each item"),
				 errdetail("There are %d items and %d ranks.", n_items, n)));
	rank = palloc(sizeof(double) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		rank[i] = null[i] ? 0 : DatumGetFloat8(value[i]);
		if (!isfinite(rank[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("a rank must be a finite number"),
					 errhint("Use NULL or 0 for an item that is not ranked.")));
		if (rank[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a rank must not be negative"),
					 errdetail("It is %g.", rank[i]),
					 errhint("The best item has the smallest rank above 0; make ranks of scores with rank().")));
	}
	return rank;
}

/* 0: the row is left out */
static double
weight_argument(FunctionCallInfo fcinfo, int arg)
{
	double		v;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("weight must not be null"),
				 errhint("A weight of 0 leaves the ranking out.")));
	v = PG_GETARG_FLOAT8(arg);
	if (v < 0 && isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must not be negative"),
				 errdetail("It is %g.", v)));
	if (!(v == 0 || (v >= RANKING_MIN_WEIGHT && v <= RANKING_MAX_WEIGHT)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight is out of range"),
				 errdetail("It is %g.", v),
				 errhint("A weight is 0 or a number from 1e-100 to 1e100.")));
	return v;
}

/* ---- one row ---- */

/* An item of the row that was read, before anything is changed */
typedef struct RowItem
{
	ColumnKey	key;
	double		rank;
} RowItem;

static int
compare_keys(const void *a, const void *b)
{
	const ColumnKey *x = &((const RowItem *) a)->key;
	const ColumnKey *y = &((const RowItem *) b)->key;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->len <= 8 ? 0 : memcmp(x->bytes, y->bytes, x->len);
}

static void
ranked_twice(IdKind kind, const ColumnKey *k)
{
	Dict		one;

	dict_init(&one, CurrentMemoryContext);
	dict_add(&one, k->prefix, k->bytes, k->len);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("item \"%s\" is ranked twice in one ranking", id_cstring(kind, &one, 0))));
}

/* so few items are compared each with each */
#define FEW_ITEMS 12

/* An item that stands twice contradicts itself.  May put the items in another order. */
static void
check_twice(IdKind kind, RowItem *item, int n)
{
	if (n <= FEW_ITEMS)
	{
		for (int i = 1; i < n; i++)
			for (int j = 0; j < i; j++)
				if (compare_keys(&item[i], &item[j]) == 0)
					ranked_twice(kind, &item[i].key);
		return;
	}
	qsort(item, n, sizeof(RowItem), compare_keys);
	for (int i = 1; i < n; i++)
		if (compare_keys(&item[i - 1], &item[i]) == 0)
			ranked_twice(kind, &item[i].key);
}

/* The items of the row that are ranked, and how many they are */
static int
row_items(FunctionCallInfo fcinfo, IdKind kind, bool ranks, RowItem **out)
{
	Datum	   *value;
	bool	   *null;
	int			n = item_array(fcinfo, kind, &value, &null);
	double	   *rank = ranks ? rank_array(fcinfo, n) : NULL;
	RowItem    *item = array_alloc(n, sizeof(RowItem));
	int			m = 0;

	for (int i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		if (null[i] || (rank && rank[i] == 0))
			continue;
		id_column_key(kind, value[i], &item[m].key);
		item[m++].rank = rank ? rank[i] : i;
	}
	check_twice(kind, item, m);
	*out = item;
	return m;
}

/*
 * Transition.  No fn_extra and no fn_expr here: distributed engines call
 * transitions with neither.  rater: ID_NONE in the forms without one.  What
 * can be wrong with the row is found before the state is touched.
 */
static Datum
transition(FunctionCallInfo fcinfo, IdKind kind, bool ranks, IdKind rater)
{
	int			rater_arg = ranks ? 3 : 2;
	bool		weighted = PG_NARGS() > rater_arg + 1;
	Rankings   *r;
	RowItem    *item;
	RankedItem *ranked;
	double		weight;
	int			n;
	uint32		who = 0;
	ColumnKey	k;

	if (PG_ARGISNULL(1) || (ranks && PG_ARGISNULL(2)))
		return skipped_row(fcinfo);
	n = row_items(fcinfo, kind, ranks, &item);
	weight = weighted ? weight_argument(fcinfo, rater_arg + 1) : 1;
	/* an item that is alone is better than nothing */
	if (n < 2 || weight == 0)
		return skipped_row(fcinfo);

	r = transition_state(fcinfo);
	if (rater != ID_NONE && PG_ARGISNULL(rater_arg))
		rater = ID_NONE;
	/* this may settle: codes and kinds are looked at behind it */
	rankings_make_room(r);
	rankings_check_kind("item", &r->item_kind, kind);
	rankings_check_kind("rater", &r->rater_kind, rater);
	if (rater != ID_NONE)
	{
		id_column_key(rater, PG_GETARG_DATUM(rater_arg), &k);
		who = dict_add(&r->raters, k.prefix, k.bytes, k.len) + 1;
	}
	ranked = array_alloc(n, sizeof(RankedItem));
	for (int i = 0; i < n; i++)
	{
		ranked[i].code = dict_add(&r->items, item[i].key.prefix, item[i].key.bytes, item[i].key.len);
		ranked[i].rank = item[i].rank;
	}
	if (weight == 1)
		rankings_add(r, who, ranked, n, 1, NULL);
	else
	{
		ShortSum	sum;

		shortsum_init(&sum);
		shortsum_add(&sum, CurrentMemoryContext, weight);
		rankings_add(r, who, ranked, n, 1, &sum);
	}
	PG_RETURN_DATUM(state_datum(&r->state));
}

#define TRANSITIONS(name, kind) \
	STATE_FUNCTION(rankings_trans_##name, transition(fcinfo, kind, false, ID_NONE)); \
	STATE_FUNCTION(rankings_trans_##name##_int8, transition(fcinfo, kind, false, ID_INT8)); \
	STATE_FUNCTION(rankings_trans_##name##_uuid, transition(fcinfo, kind, false, ID_UUID)); \
	STATE_FUNCTION(rankings_trans_##name##_text, transition(fcinfo, kind, false, ID_TEXT)); \
	STATE_FUNCTION(rankings_trans_##name##_ranks, transition(fcinfo, kind, true, ID_NONE)); \
	STATE_FUNCTION(rankings_trans_##name##_ranks_int8, transition(fcinfo, kind, true, ID_INT8)); \
	STATE_FUNCTION(rankings_trans_##name##_ranks_uuid, transition(fcinfo, kind, true, ID_UUID)); \
	STATE_FUNCTION(rankings_trans_##name##_ranks_text, transition(fcinfo, kind, true, ID_TEXT))

TRANSITIONS(int8, ID_INT8);
TRANSITIONS(uuid, ID_UUID);
TRANSITIONS(text, ID_TEXT);

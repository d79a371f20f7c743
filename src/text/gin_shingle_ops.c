/*-------------------------------------------------------------------------
 *
 * gin_shingle_ops.c
 *	  GIN operator class for shingles @~ shingle_query: exact search.
 *
 * Keys are the hashes, as int4.  A row that satisfies a query has shingles of
 * it that weigh "needed" together (without document frequencies each weighs 1),
 * so of those that are looked up it has what is needed less the weight of the
 * others.  That bound is all that the consistent functions know.  It suffices for the
 * prefix filter of set joins (Chaudhuri, Ganti and Kaushik 2006), in the best
 * of all orders: GIN sorts the entries of a scan by how many rows each has and
 * reads only the rarest ones in full, as many as it takes until the rest
 * cannot satisfy the ternary consistent function by itself; the frequent ones
 * are merely looked up for the rows found so far.
 *
 * With the option t_min only a prefix of each row's hashes is in the index,
 * in the order of hashes, the one order that all rows agree on for ever.  Then
 * the query too must look up its prefix in that order, and any common one
 * counts.  What a smaller threshold asks for would not be found in it: such
 * queries look at every row, and stay exact.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/reloptions.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "text/shingle_query.h"
#include "utils/memutils.h"

typedef struct ShingleOptions
{
	int32		vl_len_;
	double		t_min;			/* 0: every shingle is in the index */
} ShingleOptions;

PG_FUNCTION_INFO_V1(gin_shingle_options);
Datum
gin_shingle_options(PG_FUNCTION_ARGS)
{
	local_relopts *relopts = (local_relopts *) PG_GETARG_POINTER(0);

	init_local_reloptions(relopts, sizeof(ShingleOptions));
	add_local_real_reloption(relopts, "t_min", "smallest threshold that the index serves, 0 for any",
							 0, 0, 1, offsetof(ShingleOptions, t_min));
	PG_RETURN_VOID();
}

static double
t_min_option(FunctionCallInfo fcinfo)
{
	return PG_HAS_OPCLASS_OPTIONS() ? ((ShingleOptions *) PG_GET_OPCLASS_OPTIONS())->t_min : 0;
}

/* The first n hashes of a set; they are numbers without sign, keys with one, and only equality matters */
static Datum *
keys_of(const ShingleSet *s, int32 n)
{
	Datum	   *key = palloc(sizeof(Datum) * n);

	for (int32 i = 0; i < n; i++)
		key[i] = Int32GetDatum((int32) shingle_at(s, i));
	return key;
}

static void
check_number_of_keys(int32 n)
{
	if (n > MaxAllocSize / sizeof(Datum))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a set of %d shingles is too large for a GIN index", n),
				 errhint("Leave such rows out by a partial index: WHERE n_shingles(...) < 1000000.")));
}

PG_FUNCTION_INFO_V1(gin_shingle_extract_value);
Datum
gin_shingle_extract_value(PG_FUNCTION_ARGS)
{
	int32	   *n_keys = (int32 *) PG_GETARG_POINTER(1);
	double		t_min = t_min_option(fcinfo);
	ShingleSet	s;
	int32		n;

	shingle_set_open(PG_GETARG_VARLENA_PP(0), &s);
	n = s.n;
	if (t_min > 0 && n > 0)
		n = n - shingle_share_count(t_min, n) + 1;
	check_number_of_keys(n);
	*n_keys = n;
	PG_RETURN_POINTER(n > 0 ? keys_of(&s, n) : NULL);
}

/* A key of a query, in the order in which they are chosen */
typedef struct QueryKey
{
	double		weight;
	int32		place;			/* in the set */
	double		least;			/* of the first: what a row's keys must weigh together */
} QueryKey;

static int
heaviest_first(const void *x, const void *y)
{
	const QueryKey *a = x;
	const QueryKey *b = y;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/*
 * How many of the query's n shingles to look up.  A row must have one of the
 * "few" that are left when the lightest are taken out that together weigh less
 * than is needed; each one more costs a descent and saves candidates, because
 * GIN may choose rarer ones.  Twice as many let it pass by what stands in every
 * other text.
 */
static int32
keys_wanted(int32 n, int32 few)
{
	return (int32) Min((int64) n, 2 * (int64) few + 8);
}

/* The keys to look up, the heaviest first */
static QueryKey *
choose_keys(const ShingleQuery *q, int32 *n_keys)
{
	int32		n = q->set.n;
	QueryKey   *key = palloc_extended(sizeof(QueryKey) * n, MCXT_ALLOC_HUGE);
	double	   *weight = palloc_extended(sizeof(double) * n, MCXT_ALLOC_HUGE);
	double		needed = shingle_query_weights(q, weight);
	double		left_out = 0;
	int32		few = n;

	for (int32 i = 0; i < n; i++)
		key[i] = (QueryKey) {weight[i], i, 0};
	if (q->idf)
		qsort(key, n, sizeof(QueryKey), heaviest_first);
	while (few > 1 && left_out + key[few - 1].weight < needed)
		left_out += key[--few].weight;
	*n_keys = keys_wanted(n, few);
	left_out = 0;
	for (int32 i = n - 1; i >= *n_keys; i--)
		left_out += key[i].weight;
	key[0].least = needed - left_out;
	pfree(weight);
	return key;
}

/* With t_min: the first shingles that are not needed, and one more; one of them is enough */
static QueryKey *
first_keys(const ShingleQuery *q, int32 *n_keys)
{
	double	   *weight = palloc_extended(sizeof(double) * q->set.n, MCXT_ALLOC_HUGE);
	int32		needed = (int32) shingle_query_weights(q, weight);
	QueryKey   *key;

	*n_keys = q->set.n - needed + 1;
	key = palloc_extended(sizeof(QueryKey) * *n_keys, MCXT_ALLOC_HUGE);
	for (int32 i = 0; i < *n_keys; i++)
		key[i] = (QueryKey) {1, i, 1};
	pfree(weight);
	return key;
}

PG_FUNCTION_INFO_V1(gin_shingle_extract_query);
Datum
gin_shingle_extract_query(PG_FUNCTION_ARGS)
{
	int32	   *n_keys = (int32 *) PG_GETARG_POINTER(1);
	Pointer   **extra_data = (Pointer **) PG_GETARG_POINTER(4);
	int32	   *search_mode = (int32 *) PG_GETARG_POINTER(6);
	double		t_min = t_min_option(fcinfo);
	ShingleQuery q;
	QueryKey   *chosen;
	Datum	   *key;

	shingle_query_open(PG_GETARG_VARLENA_PP(0), &q);
	*n_keys = 0;
	/* no key in default mode: no row, as the operator has it for the empty set */
	*search_mode = GIN_SEARCH_MODE_DEFAULT;
	if (q.set.n == 0)
		PG_RETURN_POINTER(NULL);
	if (shingle_query_row_share(&q) < t_min)
	{
		*search_mode = GIN_SEARCH_MODE_ALL;
		PG_RETURN_POINTER(NULL);
	}
	shingle_query_decode(&q, &fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt);
	chosen = t_min > 0 ? first_keys(&q, n_keys) : choose_keys(&q, n_keys);
	check_number_of_keys(*n_keys);
	key = palloc(sizeof(Datum) * *n_keys);
	*extra_data = palloc(sizeof(Pointer) * *n_keys);
	for (int32 i = 0; i < *n_keys; i++)
	{
		key[i] = Int32GetDatum((int32) shingle_at(&q.set, chosen[i].place));
		(*extra_data)[i] = (Pointer) &chosen[i];
	}
	PG_RETURN_POINTER(key);
}

static bool
possible(const GinTernaryValue *check, int32 n_keys, Pointer *extra_data)
{
	double		weight = 0,
				least;

	/* a search of all rows has no keys */
	if (n_keys == 0)
		return true;
	least = ((const QueryKey *) extra_data[0])->least;
	for (int32 i = 0; i < n_keys && weight < least; i++)
		if (check[i] != GIN_FALSE)
			weight += ((const QueryKey *) extra_data[i])->weight;
	return weight >= least;
}

PG_FUNCTION_INFO_V1(gin_shingle_consistent);
Datum
gin_shingle_consistent(PG_FUNCTION_ARGS)
{
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = true;
	/* bool and GinTernaryValue agree about false and true */
	PG_RETURN_BOOL(possible((const GinTernaryValue *) PG_GETARG_POINTER(0), PG_GETARG_INT32(3), (Pointer *) PG_GETARG_POINTER(4)));
}

PG_FUNCTION_INFO_V1(gin_shingle_triconsistent);
Datum
gin_shingle_triconsistent(PG_FUNCTION_ARGS)
{
	CHECK_FOR_INTERRUPTS();
	PG_RETURN_GIN_TERNARY_VALUE(possible((const GinTernaryValue *) PG_GETARG_POINTER(0), PG_GETARG_INT32(3), (Pointer *) PG_GETARG_POINTER(4)) ?
								GIN_MAYBE : GIN_FALSE);
}

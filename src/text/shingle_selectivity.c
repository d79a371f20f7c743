/*-------------------------------------------------------------------------
 *
 * shingle_selectivity.c
 *	  How many rows satisfy a query: estimators of @~ and @~~.
 *
 * The share of rows is taken from the values in the statistics that satisfy
 * the query: the most common ones, and the histogram as a sample of the rest.
 * Searches for duplicates are mostly more selective than a hundred values can
 * show.  Where none satisfies the query, the union bound over common shingles
 * says more: shingles that together weigh less than is needed cannot carry a
 * row, so one that satisfies the query has at least one of the others, and the
 * share is at most the sum of their shares.  The most frequent are left out.
 *
 * An estimator can be given to any operator by anybody who may create one, so
 * nothing is taken for a query or a set before its type has been looked at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type_d.h"
#include "common/compat.h"
#include "fmgr.h"
#include "nodes/primnodes.h"
#include "text/shingle_query.h"
#include "text/shingle_selectivity.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

/* a few rows of 20,000: a search for duplicates of which nothing is known */
#define DEFAULT_SHARE 1e-4

typedef struct ShingleShare
{
	double		share;			/* of the rows */
	double		weight;			/* in the query */
} ShingleShare;

static int
most_frequent_first(const void *x, const void *y)
{
	const ShingleShare *a = x;
	const ShingleShare *b = y;

	return (a->share < b->share) - (a->share > b->share);
}

/* Those that are left when the most frequent ones are taken out, as long as these weigh less than is needed */
static double
sum_of_needed(ShingleShare *s, int32 n, double needed)
{
	double		left_out = 0,
				sum = 0;
	int32		i = 0;

	qsort(s, n, sizeof(ShingleShare), most_frequent_first);
	while (i < n - 1 && left_out + s[i].weight < needed)
		left_out += s[i++].weight;
	for (; i < n; i++)
		sum += s[i].share;
	return sum;
}

/* Share of the rows not NULL, where statistics of shingles allow a bound; else 1 */
static double
union_bound(HeapTuple stats, const ShingleQuery *q)
{
	AttStatsSlot slot;
	int32		n = q->set.n;
	double		bound;
	double	   *weight;
	ShingleShare *s;
	double		needed;
	int			c = 0;

	if (!get_attstatsslot(&slot, stats, STATISTIC_KIND_COMMON_SHINGLES, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return 1;
	if (slot.valuetype != INT4OID || slot.nnumbers != slot.nvalues + 1)
	{
		free_attstatsslot(&slot);
		return 1;
	}
	weight = palloc_extended(sizeof(double) * n, MCXT_ALLOC_HUGE);
	needed = shingle_query_weights(q, weight);
	s = palloc_extended(sizeof(ShingleShare) * n, MCXT_ALLOC_HUGE);
	for (int32 i = 0; i < n; i++)
	{
		uint32		h = shingle_at(&q->set, i);

		/* both ascend */
		while (c < slot.nvalues && (uint32) DatumGetInt32(slot.values[c]) < h)
			c++;
		/* of others only the most is known: half of it, as they are mostly rare */
		s[i].share = c < slot.nvalues && (uint32) DatumGetInt32(slot.values[c]) == h ? slot.numbers[c] : slot.numbers[slot.nvalues] / 2;
		s[i].weight = weight[i];
	}
	bound = sum_of_needed(s, n, needed);
	pfree(weight);
	pfree(s);
	free_attstatsslot(&slot);
	return bound;
}

/* Of the values in a slot, which satisfy the query? */
typedef struct SlotMatches
{
	int			n;
	int			n_matching;
	double		share;			/* of all values; most common ones only */
	double		share_matching;
} SlotMatches;

static SlotMatches
matches_in_slot(HeapTuple stats, int kind, Oid shingles, const ShingleQuery *q)
{
	SlotMatches m = {0};
	AttStatsSlot slot;

	if (!get_attstatsslot(&slot, stats, kind, InvalidOid,
						  kind == STATISTIC_KIND_MCV ? ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS : ATTSTATSSLOT_VALUES))
		return m;
	if (getBaseType(slot.valuetype) == shingles)
	{
		for (int i = 0; i < slot.nvalues; i++)
		{
			struct varlena *v = PG_DETOAST_DATUM_PACKED(slot.values[i]);
			double		share = i < slot.nnumbers ? slot.numbers[i] : 0;
			ShingleSet	s;

			shingle_set_open(v, &s);
			m.n++;
			m.share += share;
			/* a set of another unit is for the operator to complain of */
			if (s.unit == q->set.unit && shingle_query_matches(q, &s))
			{
				m.n_matching++;
				m.share_matching += share;
			}
			if ((Pointer) v != DatumGetPointer(slot.values[i]))
				pfree(v);
		}
	}
	free_attstatsslot(&slot);
	return m;
}

static double
share_by_statistics(HeapTuple stats, Oid shingles, const ShingleQuery *q)
{
	SlotMatches common = matches_in_slot(stats, STATISTIC_KIND_MCV, shingles, q);
	SlotMatches sample = matches_in_slot(stats, STATISTIC_KIND_HISTOGRAM, shingles, q);
	double		null_share = ((Form_pg_statistic) GETSTRUCT(stats))->stanullfrac;
	double		share = sample.n_matching / (double) Max(sample.n, 1);

	/* of 100 or more values, one or more: a share that can be believed */
	if (sample.n_matching == 0 || sample.n < 10)
		share = Min(union_bound(stats, q), sample.n >= 10 ? 0.5 / sample.n : 1);
	return common.share_matching + share * Max(1 - null_share - common.share, 0);
}

static double
restriction_share(PlannerInfo *root, Oid operator, List *args, int varRelid, Oid function)
{
	Oid			shingles = shingle_type_beside(function, "shingles");
	Oid			query = shingle_type_beside(function, "shingle_query");
	VariableStatData var;
	Node	   *other;
	bool		var_on_left;
	double		share = DEFAULT_SHARE;

	if (!get_restriction_variable(root, args, varRelid, &var, &other, &var_on_left))
		return share;
	if (var_on_left && IsA(other, Const) && ((Const *) other)->consttype == query)
	{
		if (((Const *) other)->constisnull)
			share = 0;
		else if (HeapTupleIsValid(var.statsTuple) && statistic_proc_security_check(&var, get_opcode(operator)))
		{
			ShingleQuery q;
			void	   *cache = NULL;

			shingle_query_open(PG_DETOAST_DATUM_PACKED(((Const *) other)->constvalue), &q);
			shingle_query_decode(&q, &cache, CurrentMemoryContext);
			share = q.set.n == 0 ? 0 : share_by_statistics(var.statsTuple, shingles, &q);
		}
	}
	ReleaseVariableStats(var);
	return share;
}

PG_FUNCTION_INFO_V1(shingle_query_sel);
Datum
shingle_query_sel(PG_FUNCTION_ARGS)
{
	double		share = restriction_share((PlannerInfo *) PG_GETARG_POINTER(0), PG_GETARG_OID(1), (List *) PG_GETARG_POINTER(2),
										  PG_GETARG_INT32(3), fcinfo->flinfo->fn_oid);

	CLAMP_PROBABILITY(share);
	PG_RETURN_FLOAT8(share);
}

/* Queries made of another table's rows: few of them find much */
PG_FUNCTION_INFO_V1(shingle_query_joinsel);
Datum
shingle_query_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(DEFAULT_SHARE);
}

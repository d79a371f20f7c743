/*-------------------------------------------------------------------------
 *
 * comparisons_matrix.c
 *	  SQL function win_matrix: each pair with its score and interval.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/srf.h"
#include "common/stats.h"
#include "preference/comparisons.h"
#include "preference/comparisons_pairs.h"

PG_FUNCTION_INFO_V1(comparisons_win_matrix);
Datum
comparisons_win_matrix(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Comparisons *c;
	const PreferenceData *p;
	const PairTotals *total;
	PairTable	t;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	c = comparisons_get(PG_GETARG_DATUM(0));
	p = comparisons_data(c);
	preference_pairs(p, &t);
	total = preference_pair_totals(p, &t);
	for (int32 i = 0; i < t.n; i++)
	{
		const PairTotals *x = &total[i];
		double		score = x->wins_a + x->ties / 2;
		double		low,
					high;

		hd_wilson(score, x->n, confidence, &low, &high);
		srf_cstring(&row, comparisons_item_name(c, t.a[i]));
		srf_cstring(&row, comparisons_item_name(c, t.b[i]));
		srf_float8(&row, x->n);
		srf_float8(&row, x->wins_a);
		srf_float8(&row, x->wins_b);
		srf_float8(&row, x->ties);
		srf_float8(&row, x->a_first);
		srf_float8(&row, score / x->n);
		srf_float8(&row, low);
		srf_float8(&row, high);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * rankings_comparisons.c
 *	  Rankings as comparisons: every pair of items that a ranking orders.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/interrupts.h"
#include "preference/comparisons_state.h"
#include "preference/rankings.h"

/* two gigabytes of log */
#define MAX_PAIRS ((double) (1 << 26))

/* The weight of a row as doubles whose exact sum it is; most are one */
static int
weight_pieces(const Rankings *r, uint32 row, double piece[COMPARISON_MAX_PIECES])
{
	ExactSum	rest;
	int			n = 0;

	if (r->sum == NULL)
	{
		comparison_split_count(r->count[row], piece);
		if (r->count[row] >= INT64CONST(1) << 53)
			return 2;
		piece[0] = (double) r->count[row];
		return 1;
	}
	shortsum_to_exact(&r->sum[row], &rest);
	do
	{
		piece[n] = exactsum_value(&rest);
		exactsum_add(&rest, -piece[n]);
		n++;
	} while (!exactsum_is_zero(&rest) && n < COMPARISON_MAX_PIECES);
	if (!exactsum_is_zero(&rest))
		elog(ERROR, "weights of rankings are out of range");
	return n;
}

static void
check_pairs(const Rankings *r)
{
	double		pairs = 0;

	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;

		HD_CHECK_EVERY(i);
		(void) rankings_row(r, i, &n);
		pairs += 0.5 * n * (n - 1);
	}
	if (pairs > MAX_PAIRS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rankings order too many pairs of items"),
				 errdetail("They order %.0f pairs, at most %.0f can be made comparisons of.", pairs, MAX_PAIRS)));
}

static void
add_pair(Comparisons *c, uint32 a, uint32 b, Outcome outcome, uint32 who, int64 count,
		 int n_pieces, const double *piece)
{
	comparisons_count(c, count);
	comparisons_reserve(c, n_pieces);
	for (int k = 0; k < n_pieces; k++)
	{
		ComparisonRow *row = comparisons_push(c, comparison_pair(a, b, outcome),
											  comparison_who(who, 0));

		row->count = k == 0 ? count : 0;
		row->weight = piece[k];
	}
}

/* The better item of a pair is a; of a tie, the first by name */
static void
add_row(Comparisons *c, const Rankings *r, uint32 i)
{
	double		piece[COMPARISON_MAX_PIECES];
	int			n_pieces = weight_pieces(r, i, piece);
	int			n;
	const uint8 *row = rankings_row(r, i, &n);
	uint32		who = (uint32) (rankings_rater(row) + 1);

	for (int x = 0; x < n; x++)
	{
		Outcome		outcome = OUTCOME_TIE;

		CHECK_FOR_INTERRUPTS();
		for (int y = x + 1; y < n; y++)
		{
			if (!rankings_tied(row, y))
				outcome = OUTCOME_A;
			add_pair(c, rankings_item(row, x), rankings_item(row, y), outcome, who, r->count[i],
					 n_pieces, piece);
		}
	}
}

PG_FUNCTION_INFO_V1(rankings_rankings_comparisons);
Datum
rankings_rankings_comparisons(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));
	Comparisons *c = (Comparisons *) state_new(&comparisons_type, fcinfo);

	check_pairs(r);
	c->item_kind = r->item_kind;
	if (r->raters.n > 0)
		c->rater_kind = r->rater_kind;
	comparisons_widen(c);
	pfree(dict_translate(&c->items, &r->items));
	pfree(dict_translate(&c->raters, &r->raters));
	for (uint32 i = 0; i < r->rows.n; i++)
		add_row(c, r, i);
	comparisons_finish(c);
	PG_RETURN_DATUM(state_datum(&c->state));
}

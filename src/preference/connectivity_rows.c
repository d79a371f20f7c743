/*-------------------------------------------------------------------------
 *
 * connectivity_rows.c
 *	  SQL functions: which items have a common scale, and which pairs to
 *	  collect where they have none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "preference/comparisons.h"
#include "preference/comparisons_pairs.h"
#include "preference/connectivity.h"

/* the names that bradley_terry has, so that the answer is about that fit */
static const ArgChoice tie_choices[] = {
	{"half", TIES_BOTH_WAYS},
	{"davidson", TIES_BOTH_WAYS},
	{"drop", TIES_DROPPED},
	{NULL, 0}
};

static const PreferenceData *
arg_components(FunctionCallInfo fcinfo, Comparisons **c, Components *g)
{
	const PreferenceData *p;
	TieEdges	ties = arg_choice(fcinfo, 1, "ties", tie_choices);

	*c = comparisons_get(PG_GETARG_DATUM(0));
	p = comparisons_data(*c);
	preference_components(p, ties, g);
	return p;
}

PG_FUNCTION_INFO_V1(comparisons_connectivity);
Datum
comparisons_connectivity(PG_FUNCTION_ARGS)
{
	Comparisons *c;
	Components	g;
	const PreferenceData *p;
	const ItemTotals *total;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = arg_components(fcinfo, &c, &g);
	total = preference_item_totals(p);
	for (int32 i = 0; i < p->n_items; i++)
	{
		srf_cstring(&row, comparisons_item_name(c, i));
		srf_int64(&row, g.component[i] + 1);
		srf_int64(&row, g.strong[i] + 1);
		srf_float8(&row, total[i].n);
		srf_float8(&row, total[i].wins);
		srf_float8(&row, total[i].losses);
		srf_float8(&row, total[i].ties);
		srf_cstring(&row, item_standing_name(preference_item_standing(&g, i)));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- one row about all ---- */

static int64
count_status(const Components *g, int32 n_items, ItemStanding s)
{
	int64		n = 0;

	for (int32 i = 0; i < n_items; i++)
		n += preference_item_standing(g, i) == s;
	return n;
}

static const char *
summary_note(const Components *g, int32 n_items)
{
	if (n_items == 0)
		return "no comparisons";
	if (preference_estimate_exists(g))
		return NULL;
	if (g->n_components > 1)
		return "items of different components have no common scale: see pairs_to_collect";
	if (g->n_strong == n_items)
		return "no item has both lost and won in a cycle: every estimate is infinite";
	return "some items or groups never lost or never won against the rest: their estimates are infinite";
}

PG_FUNCTION_INFO_V1(comparisons_connectivity_summary);
Datum
comparisons_connectivity_summary(PG_FUNCTION_ARGS)
{
	Comparisons *c;
	Components	g;
	const PreferenceData *p;
	SrfRow		row;
	int32		largest = 0;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = arg_components(fcinfo, &c, &g);
	for (int32 k = 0; k < g.n_components; k++)
		largest = Max(largest, g.size[k]);
	srf_int64(&row, p->n_items);
	srf_int64(&row, g.n_components);
	srf_int64(&row, largest);
	srf_int64(&row, g.n_strong);
	srf_int64(&row, count_status(&g, p->n_items, STANDING_UNDEFEATED));
	srf_int64(&row, count_status(&g, p->n_items, STANDING_WINLESS));
	srf_datum(&row, BoolGetDatum(preference_estimate_exists(&g)));
	srf_cstring(&row, summary_note(&g, p->n_items));
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- what to collect ---- */

/* The item of each group that was compared most; the first of several */
static int32 *
representatives(const ItemTotals *total, const int32 *group, int32 n_items, int32 n_groups)
{
	int32	   *best = array_alloc(n_groups, sizeof(int32));

	for (int32 k = 0; k < n_groups; k++)
		best[k] = -1;
	for (int32 i = 0; i < n_items; i++)
	{
		int32		k = group[i];

		if (best[k] < 0 || total[i].n > total[best[k]].n)
			best[k] = i;
	}
	return best;
}

typedef struct PairRows
{
	Comparisons *c;
	const Components *g;
	SrfRow		row;
} PairRows;

static void
put_pair(PairRows *out, int32 a, int32 b, const char *reason)
{
	srf_cstring(&out->row, comparisons_item_name(out->c, a));
	srf_cstring(&out->row, comparisons_item_name(out->c, b));
	srf_int64(&out->row, out->g->component[a] + 1);
	srf_int64(&out->row, out->g->component[b] + 1);
	srf_cstring(&out->row, reason);
	srf_end_row(&out->row);
}

/* Every component to the largest one: no fewer comparisons can do */
static void
join_components(PairRows *out, const ItemTotals *total, int32 n_items)
{
	const Components *g = out->g;
	int32	   *item = representatives(total, g->component, n_items, g->n_components);
	int32		hub = 0;

	for (int32 k = 1; k < g->n_components; k++)
		if (g->size[k] > g->size[hub])
			hub = k;
	for (int32 k = 0; k < g->n_components; k++)
		if (k != hub)
			put_pair(out, item[hub], item[k], "different components");
}

/*
 * Within a component: each group that never won against the others, with one
 * that never lost.  A graph without isolated nodes needs max(sources, sinks)
 * more edges to be strongly connected (Eswaran and Tarjan 1976), if the weaker
 * side gets a win or a tie out of each.
 */
static void
return_matches(PairRows *out, const ItemTotals *total, int32 n_items)
{
	const Components *g = out->g;
	int32	   *item = representatives(total, g->strong, n_items, g->n_strong);
	int32	   *top = array_alloc(g->n_strong, sizeof(int32));
	int32	   *bottom = array_alloc(g->n_strong, sizeof(int32));
	int32	   *of = array_alloc(g->n_strong, sizeof(int32));
	int32	   *first = array_alloc0((Size) g->n_components + 1, sizeof(int32));

	/* groups in order of their component: bucket them */
	for (int32 s = 0; s < g->n_strong; s++)
		first[g->component[item[s]] + 1]++;
	for (int32 k = 0; k < g->n_components; k++)
		first[k + 1] += first[k];
	for (int32 s = 0; s < g->n_strong; s++)
		of[first[g->component[item[s]]]++] = s;

	for (int32 i = 0, k = 0; k < g->n_components; k++)
	{
		int32		n_top = 0,
					n_bottom = 0;

		for (; i < g->n_strong && g->component[item[of[i]]] == k; i++)
		{
			if (!g->beaten[of[i]])
				top[n_top++] = item[of[i]];
			if (!g->beats[of[i]])
				bottom[n_bottom++] = item[of[i]];
		}
		if (g->n_strong_in[k] > 1)
			for (int32 m = 0; m < Max(n_top, n_bottom); m++)
				put_pair(out, top[m % n_top], bottom[m % n_bottom], "no win in return");
	}
}

PG_FUNCTION_INFO_V1(comparisons_pairs_to_collect);
Datum
comparisons_pairs_to_collect(PG_FUNCTION_ARGS)
{
	Components	g;
	PairRows	out;
	const PreferenceData *p;
	const ItemTotals *total;

	srf_begin(fcinfo, &out.row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = arg_components(fcinfo, &out.c, &g);
	out.g = &g;
	if (p->n_items == 0)
		return (Datum) 0;
	total = preference_item_totals(p);
	join_components(&out, total, p->n_items);
	return_matches(&out, total, p->n_items);
	return (Datum) 0;
}

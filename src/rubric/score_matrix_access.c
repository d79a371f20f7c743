/*-------------------------------------------------------------------------
 *
 * score_matrix_access.c
 *	  Looking into score matrices, and taking units or items out of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "rubric/score_matrix_state.h"
#include "utils/fmgrprotos.h"

/* ---- counts ---- */

PG_FUNCTION_INFO_V1(score_matrix_n_units);
Datum
score_matrix_n_units(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(score_matrix_facts(PG_GETARG_DATUM(0))->n_items);
}

PG_FUNCTION_INFO_V1(score_matrix_n_items);
Datum
score_matrix_n_items(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(score_matrix_facts(PG_GETARG_DATUM(0))->raters.n);
}

PG_FUNCTION_INFO_V1(score_matrix_n_values);
Datum
score_matrix_n_values(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(score_matrix_facts(PG_GETARG_DATUM(0))->n_obs);
}

/* ---- every stored fact, contradictions included ---- */

PG_FUNCTION_INFO_V1(score_matrix_observations);
Datum
score_matrix_observations(PG_FUNCTION_ARGS)
{
	Ratings    *m = score_matrix_facts(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 u = 0; u < m->n_items; u++)
		for (int32 j = m->start[u]; j < m->start[u + 1]; j++)
		{
			MemoryContext old = MemoryContextSwitchTo(row.row_cx);

			srf_cstring(&row, id_cstring(m->kind.item, &m->items, u));
			srf_cstring(&row, id_cstring(m->kind.rater, &m->raters, m->rater[j]));
			srf_float8(&row, dict_prefix_float8(m->labels.entry[m->label[j]].prefix));
			MemoryContextSwitchTo(old);
			srf_end_row(&row);
		}
	return (Datum) 0;
}

/* ---- taking out ---- */

/* Keep the facts whose unit, or whose item, is in the list, or is not */
static Datum
filter_by(FunctionCallInfo fcinfo, bool by_unit, bool listed_stay)
{
	Ratings    *m = score_matrix_facts(PG_GETARG_DATUM(0));
	bool	   *keep = array_alloc(m->n_obs, sizeof(bool));
	bool	   *hit = by_unit ?
		ratings_listed(fcinfo, "units", m->kind.item, &m->items) :
		ratings_listed(fcinfo, "items", m->kind.rater, &m->raters);

	for (int32 u = 0; u < m->n_items; u++)
	{
		HD_CHECK_EVERY(u);
		for (int32 j = m->start[u]; j < m->start[u + 1]; j++)
			keep[j] = hit[by_unit ? u : m->rater[j]] == listed_stay;
	}
	PG_RETURN_DATUM(state_datum(&ratings_filter(fcinfo, m, keep)->state));
}

PG_FUNCTION_INFO_V1(score_matrix_only_units);
Datum
score_matrix_only_units(PG_FUNCTION_ARGS)
{
	return filter_by(fcinfo, true, true);
}

PG_FUNCTION_INFO_V1(score_matrix_without_units);
Datum
score_matrix_without_units(PG_FUNCTION_ARGS)
{
	return filter_by(fcinfo, true, false);
}

PG_FUNCTION_INFO_V1(score_matrix_only_items);
Datum
score_matrix_only_items(PG_FUNCTION_ARGS)
{
	return filter_by(fcinfo, false, true);
}

PG_FUNCTION_INFO_V1(score_matrix_without_items);
Datum
score_matrix_without_items(PG_FUNCTION_ARGS)
{
	return filter_by(fcinfo, false, false);
}

/* ---- cast to jsonb ---- */

/* {"units": [...], "items": [...], "observations": [[unit, item, value], ...]}, units and items by position */
PG_FUNCTION_INFO_V1(score_matrix_to_jsonb);
Datum
score_matrix_to_jsonb(PG_FUNCTION_ARGS)
{
	Ratings    *m = score_matrix_facts(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_units\": %d, \"n_items\": %u, \"n_values\": %d",
					 m->n_items, m->raters.n, m->n_obs);
	ratings_json_names(&buf, "units", &m->items, m->kind.item, false);
	ratings_json_names(&buf, "items", &m->raters, m->kind.rater, false);
	appendStringInfoString(&buf, ", \"observations\": [");
	for (int32 u = 0; u < m->n_items; u++)
		for (int32 j = m->start[u]; j < m->start[u + 1]; j++)
		{
			char	   *value = value_cstring(VALUE_NUMBER, &m->labels, m->label[j]);

			HD_CHECK_EVERY(j);
			appendStringInfo(&buf, "%s[%d, %d, %s]", j > 0 ? ", " : "", u, m->rater[j], value);
			pfree(value);
		}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

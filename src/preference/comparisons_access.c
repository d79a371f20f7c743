/*-------------------------------------------------------------------------
 *
 * comparisons_access.c
 *	  Looking into comparisons, and taking people, items or prompts out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "preference/comparisons_state.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/* ---- counts ---- */

PG_FUNCTION_INFO_V1(comparisons_n_comparisons);
Datum
comparisons_n_comparisons(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(comparisons_get(PG_GETARG_DATUM(0))->total);
}

PG_FUNCTION_INFO_V1(comparisons_total_weight);
Datum
comparisons_total_weight(PG_FUNCTION_ARGS)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));
	ShortSum	sum;

	if (c->sum == NULL)
		PG_RETURN_FLOAT8((double) c->total);
	shortsum_init(&sum);
	for (int64 i = 0; i < c->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		shortsum_merge(&sum, CurrentMemoryContext, &c->sum[i]);
	}
	PG_RETURN_FLOAT8(shortsum_value(&sum));
}

PG_FUNCTION_INFO_V1(comparisons_n_items);
Datum
comparisons_n_items(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(comparisons_get(PG_GETARG_DATUM(0))->items.n);
}

PG_FUNCTION_INFO_V1(comparisons_n_raters);
Datum
comparisons_n_raters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(comparisons_get(PG_GETARG_DATUM(0))->raters.n);
}

PG_FUNCTION_INFO_V1(comparisons_n_prompts);
Datum
comparisons_n_prompts(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(comparisons_get(PG_GETARG_DATUM(0))->prompts.n);
}

/* ---- rows ---- */

PG_FUNCTION_INFO_V1(comparisons_rows);
Datum
comparisons_rows(PG_FUNCTION_ARGS)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int64 i = 0; i < c->n_rows; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, comparisons_item_name(c, c->a[i]));
		srf_cstring(&row, comparisons_item_name(c, c->b[i]));
		srf_float8(&row, c->outcome[i] / 2.0);
		srf_cstring(&row, c->rater && c->rater[i] >= 0 ? comparisons_rater_name(c, c->rater[i]) : NULL);
		srf_cstring(&row, c->prompt && c->prompt[i] >= 0 ? comparisons_prompt_name(c, c->prompt[i]) : NULL);
		srf_int64(&row, c->count[i]);
		srf_float8(&row, comparisons_weight(c, i));
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- taking out ---- */

/* Which codes of a dictionary are named in a list?  Unknown names are no error. */
static bool *
listed(FunctionCallInfo fcinfo, const char *what, IdKind kind, Dict *d)
{
	bool	   *hit = array_alloc0(d->n, sizeof(bool));
	int			n;
	Datum	   *name = arg_text_array(fcinfo, 1, what, &n);

	for (int i = 0; i < n && d->n > 0; i++)
	{
		ColumnKey	k;
		int64		code;

		HD_CHECK_EVERY(i);
		if (!id_key_of_text(kind, name[i], &k))
			continue;
		code = dict_find(d, k.prefix, k.bytes, k.len);
		if (code >= 0)
			hit[code] = true;
	}
	return hit;
}

/* By a column of codes, of which -1 is nobody: nobody is not in any list */
static Datum
filter_by(FunctionCallInfo fcinfo, Comparisons *c, const int32 *column, const bool *hit, bool listed_stay)
{
	bool	   *keep = array_alloc(c->n_rows, sizeof(bool));

	for (int64 i = 0; i < c->n_rows; i++)
	{
		bool		in = column && column[i] >= 0 && hit[column[i]];

		HD_CHECK_EVERY(i);
		keep[i] = in == listed_stay;
	}
	PG_RETURN_DATUM(state_datum(&comparisons_filter(fcinfo, c, keep)->state));
}

static Datum
filter_raters(FunctionCallInfo fcinfo, bool listed_stay)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));

	return filter_by(fcinfo, c, c->rater, listed(fcinfo, "raters", c->rater_kind, &c->raters), listed_stay);
}

PG_FUNCTION_INFO_V1(comparisons_only_raters);
Datum
comparisons_only_raters(PG_FUNCTION_ARGS)
{
	return filter_raters(fcinfo, true);
}

PG_FUNCTION_INFO_V1(comparisons_without_raters);
Datum
comparisons_without_raters(PG_FUNCTION_ARGS)
{
	return filter_raters(fcinfo, false);
}

static Datum
filter_prompts(FunctionCallInfo fcinfo, bool listed_stay)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));

	return filter_by(fcinfo, c, c->prompt, listed(fcinfo, "prompts", c->prompt_kind, &c->prompts), listed_stay);
}

PG_FUNCTION_INFO_V1(comparisons_only_prompts);
Datum
comparisons_only_prompts(PG_FUNCTION_ARGS)
{
	return filter_prompts(fcinfo, true);
}

PG_FUNCTION_INFO_V1(comparisons_without_prompts);
Datum
comparisons_without_prompts(PG_FUNCTION_ARGS)
{
	return filter_prompts(fcinfo, false);
}

/* Comparisons between items of the list, or between items that are not in it */
static Datum
filter_items(FunctionCallInfo fcinfo, bool listed_stay)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));
	bool	   *hit = listed(fcinfo, "items", c->item_kind, &c->items);
	bool	   *keep = array_alloc(c->n_rows, sizeof(bool));

	for (int64 i = 0; i < c->n_rows; i++)
	{
		HD_CHECK_EVERY(i);
		keep[i] = hit[c->a[i]] == listed_stay && hit[c->b[i]] == listed_stay;
	}
	PG_RETURN_DATUM(state_datum(&comparisons_filter(fcinfo, c, keep)->state));
}

PG_FUNCTION_INFO_V1(comparisons_only_items);
Datum
comparisons_only_items(PG_FUNCTION_ARGS)
{
	return filter_items(fcinfo, true);
}

PG_FUNCTION_INFO_V1(comparisons_without_items);
Datum
comparisons_without_items(PG_FUNCTION_ARGS)
{
	return filter_items(fcinfo, false);
}

/* ---- cast to jsonb ---- */

static void
json_names(StringInfo buf, const char *field, const Dict *d, IdKind kind)
{
	appendStringInfo(buf, ", \"%s\": [", field);
	for (uint32 i = 0; i < d->n; i++)
	{
		char	   *s = id_cstring(kind, d, i);

		HD_CHECK_EVERY(i);
		if (i > 0)
			appendStringInfoString(buf, ", ");
		if (kind == ID_INT8)
			appendStringInfoString(buf, s);
		else
			escape_json(buf, s);
		pfree(s);
	}
	appendStringInfoChar(buf, ']');
}

static void
json_code(StringInfo buf, const int32 *column, int64 i)
{
	if (column && column[i] >= 0)
		appendStringInfo(buf, ", %d", column[i]);
	else
		appendStringInfoString(buf, ", null");
}

/* {"items": [...], "raters": [...], "prompts": [...], "rows": [[a, b, outcome, rater, prompt, n, weight], ...]} by position */
PG_FUNCTION_INFO_V1(comparisons_to_jsonb);
Datum
comparisons_to_jsonb(PG_FUNCTION_ARGS)
{
	Comparisons *c = comparisons_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_comparisons\": " INT64_FORMAT, c->total);
	json_names(&buf, "items", &c->items, c->item_kind);
	json_names(&buf, "raters", &c->raters, c->rater_kind);
	json_names(&buf, "prompts", &c->prompts, c->prompt_kind);
	appendStringInfoString(&buf, ", \"rows\": [");
	for (int64 i = 0; i < c->n_rows; i++)
	{
		char	   *weight = number_cstring(comparisons_weight(c, i));

		HD_CHECK_EVERY(i);
		appendStringInfo(&buf, "%s[%d, %d, %s", i > 0 ? ", " : "", c->a[i], c->b[i],
						 c->outcome[i] == OUTCOME_A ? "1" : c->outcome[i] == OUTCOME_TIE ? "0.5" : "0");
		json_code(&buf, c->rater, i);
		json_code(&buf, c->prompt, i);
		appendStringInfo(&buf, ", " INT64_FORMAT ", %s]", c->count[i], weight);
		pfree(weight);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

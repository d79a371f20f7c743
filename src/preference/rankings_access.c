/*-------------------------------------------------------------------------
 *
 * rankings_access.c
 *	  Looking into rankings, and taking people out of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "lib/stringinfo.h"
#include "preference/rankings.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

/* ---- counts ---- */

PG_FUNCTION_INFO_V1(rankings_n_rankings);
Datum
rankings_n_rankings(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(rankings_get(PG_GETARG_DATUM(0))->total);
}

PG_FUNCTION_INFO_V1(rankings_n_items);
Datum
rankings_n_items(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(rankings_get(PG_GETARG_DATUM(0))->items.n);
}

PG_FUNCTION_INFO_V1(rankings_n_raters);
Datum
rankings_n_raters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(rankings_get(PG_GETARG_DATUM(0))->raters.n);
}

/* ---- rows ---- */

static char *
rater_name(const Rankings *r, const uint8 *row)
{
	int32		rater = rankings_rater(row);

	return rater < 0 ? NULL : id_cstring(r->rater_kind, &r->raters, rater);
}

static Datum
item_texts(const Rankings *r, const uint8 *row, int n)
{
	Datum	   *value = array_alloc(n, sizeof(Datum));

	for (int i = 0; i < n; i++)
		value[i] = PointerGetDatum(id_text(r->item_kind, &r->items, rankings_item(row, i)));
	return PointerGetDatum(construct_array(value, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Tied items share the best of their places: 1, 2, 2, 4 */
static Datum
competition_ranks(const uint8 *row, int n)
{
	Datum	   *value = array_alloc(n, sizeof(Datum));
	int64		rank = 0;

	for (int i = 0; i < n; i++)
	{
		if (!rankings_tied(row, i))
			rank = i + 1;
		value[i] = Int64GetDatum(rank);
	}
	return PointerGetDatum(construct_array(value, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(rankings_ranking_rows);
Datum
rankings_ranking_rows(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));
	SrfRow		out;

	srf_begin(fcinfo, &out);
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		MemoryContext old = MemoryContextSwitchTo(out.row_cx);

		srf_cstring(&out, rater_name(r, row));
		srf_datum(&out, item_texts(r, row, n));
		srf_datum(&out, competition_ranks(row, n));
		srf_int64(&out, r->count[i]);
		srf_float8(&out, rankings_weight(r, i));
		MemoryContextSwitchTo(old);
		srf_end_row(&out);
	}
	return (Datum) 0;
}

/* ---- taking a part ---- */

/* The names of a list; unknown ones are no error */
static bool *
listed(FunctionCallInfo fcinfo, const char *what, uint8 kind, Dict *d)
{
	bool	   *hit = array_alloc0(d->n, sizeof(bool));
	int			n;
	Datum	   *name = arg_text_array(fcinfo, 1, what, &n);

	for (int i = 0; i < n; i++)
	{
		ColumnKey	k;
		int64		code;

		HD_CHECK_EVERY(i);
		if (kind == ID_NONE || !id_key_of_text(kind, name[i], &k))
			continue;
		code = dict_find(d, k.prefix, k.bytes, k.len);
		if (code >= 0)
			hit[code] = true;
	}
	return hit;
}

/* The items of a row that stay; rank is the group they are in */
static int
kept_items(const uint8 *row, int n, const bool *keep, RankedItem *out)
{
	int			group = 0;
	int			m = 0;

	for (int k = 0; k < n; k++)
	{
		uint32		item = rankings_item(row, k);

		group += !rankings_tied(row, k);
		if (keep == NULL || keep[item])
			out[m++] = (RankedItem) {.rank = group, .code = item};
	}
	return m;
}

/*
 * A new state of the rows of raters, and in them of the items, that stay
 * (NULL: all).  Who is not named stays if "unnamed" says so.
 */
static Datum
filtered(FunctionCallInfo fcinfo, const Rankings *r, const bool *rater_stays, bool unnamed,
		 const bool *item_stays)
{
	Rankings   *rest = (Rankings *) state_new(&rankings_type, fcinfo);
	RankedItem *ranked = array_alloc(r->items.n, sizeof(RankedItem));

	rest->item_kind = r->item_kind;
	rest->rater_kind = r->rater_kind;
	/* under the codes of the whole; names that nobody has any more go when it is settled */
	pfree(dict_translate(&rest->items, &r->items));
	pfree(dict_translate(&rest->raters, &r->raters));
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		int32		rater = rankings_rater(row);

		HD_CHECK_EVERY(i);
		if (rater < 0 ? !unnamed : rater_stays && !rater_stays[rater])
			continue;
		n = kept_items(row, n, item_stays, ranked);
		if (n > 1)
			rankings_add(rest, rater + 1, ranked, n, r->count[i], r->sum ? &r->sum[i] : NULL);
	}
	rankings_settle(rest);
	if (rest->rows.n == 0)
		rest = (Rankings *) state_new(&rankings_type, fcinfo);
	PG_RETURN_DATUM(state_datum(&rest->state));
}

PG_FUNCTION_INFO_V1(rankings_only_raters);
Datum
rankings_only_raters(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));

	return filtered(fcinfo, r, listed(fcinfo, "raters", r->rater_kind, &r->raters), false, NULL);
}

PG_FUNCTION_INFO_V1(rankings_without_raters);
Datum
rankings_without_raters(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));
	bool	   *stays = listed(fcinfo, "raters", r->rater_kind, &r->raters);

	for (uint32 i = 0; i < r->raters.n; i++)
		stays[i] = !stays[i];
	return filtered(fcinfo, r, stays, true, NULL);
}

PG_FUNCTION_INFO_V1(rankings_only_items);
Datum
rankings_only_items(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));

	return filtered(fcinfo, r, NULL, true, listed(fcinfo, "items", r->item_kind, &r->items));
}

/* ---- cast to jsonb ---- */

static void
json_names(StringInfo buf, const char *field, const Dict *d, uint8 kind)
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

/* {"items": [...], "raters": [...], "rankings": [[rater, [[item, ...], ...], n, weight], ...]} by position */
PG_FUNCTION_INFO_V1(rankings_to_jsonb);
Datum
rankings_to_jsonb(PG_FUNCTION_ARGS)
{
	Rankings   *r = rankings_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_rankings\": " INT64_FORMAT ", \"n_items\": %u, \"n_raters\": %u",
					 r->total, r->items.n, r->raters.n);
	json_names(&buf, "items", &r->items, r->item_kind);
	json_names(&buf, "raters", &r->raters, r->rater_kind);
	appendStringInfoString(&buf, ", \"rankings\": [");
	for (uint32 i = 0; i < r->rows.n; i++)
	{
		int			n;
		const uint8 *row = rankings_row(r, i, &n);
		int32		rater = rankings_rater(row);

		HD_CHECK_EVERY(i);
		appendStringInfo(&buf, rater < 0 ? "%s[null, [" : "%s[%d, [", i > 0 ? ", " : "", rater);
		for (int k = 0; k < n; k++)
		{
			bool		last = k + 1 == n || !rankings_tied(row, k + 1);

			appendStringInfo(&buf, "%s%u%s", rankings_tied(row, k) ? ", " : k > 0 ? ", [" : "[",
							 rankings_item(row, k), last ? "]" : "");
		}
		appendStringInfo(&buf, "], " INT64_FORMAT ", %s]", r->count[i],
						 number_cstring(rankings_weight(r, i)));
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

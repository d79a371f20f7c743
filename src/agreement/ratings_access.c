/*-------------------------------------------------------------------------
 *
 * ratings_access.c
 *	  Looking into ratings, and taking people or items out of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/ratings.h"
#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

/* ---- counts ---- */

PG_FUNCTION_INFO_V1(ratings_n_items);
Datum
ratings_n_items(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ratings_get(PG_GETARG_DATUM(0))->n_items);
}

PG_FUNCTION_INFO_V1(ratings_n_raters);
Datum
ratings_n_raters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ratings_get(PG_GETARG_DATUM(0))->raters.n);
}

PG_FUNCTION_INFO_V1(ratings_n_ratings);
Datum
ratings_n_ratings(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ratings_get(PG_GETARG_DATUM(0))->n_obs);
}

/* ---- observations ---- */

static void
put_at(SrfRow *row, const Ratings *r, int32 j)
{
	if (r->at && !r->kind.revision)
		srf_datum(row, TimestampTzGetDatum(r->at[j]));
	else
		srf_null(row);
	if (r->at && r->kind.revision)
		srf_int64(row, r->at[j]);
	else
		srf_null(row);
}

/*
 * Every stored fact, conflicts included: this is where one looks for them.
 */
PG_FUNCTION_INFO_V1(ratings_observations);
Datum
ratings_observations(PG_FUNCTION_ARGS)
{
	Ratings    *r = ratings_get(PG_GETARG_DATUM(0));
	SrfRow		row;
	int32		fact = 0;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < r->n_items; i++)
	{
		int32		cluster = -1;

		for (; fact < r->n_item_clusters && r->cluster_item[fact] == i; fact++)
			cluster = r->cluster[fact];
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
		{
			MemoryContext old = MemoryContextSwitchTo(row.row_cx);

			srf_cstring(&row, id_cstring(r->kind.item, &r->items, i));
			srf_cstring(&row, id_cstring(r->kind.rater, &r->raters, r->rater[j]));
			srf_cstring(&row, value_cstring(r->kind.value, &r->labels, r->label[j]));
			if (r->kind.value == VALUE_NUMBER)
				srf_float8(&row, dict_prefix_float8(r->labels.entry[r->label[j]].prefix));
			else
				srf_null(&row);
			put_at(&row, r, j);
			srf_cstring(&row, cluster < 0 ? NULL : id_cstring(ID_TEXT, &r->clusters, cluster));
			MemoryContextSwitchTo(old);
			srf_end_row(&row);
		}
	}
	return (Datum) 0;
}

/* ---- taking out ---- */

/* Which codes of a dictionary are named in a list?  Unknown names are no error. */
bool *
ratings_listed(FunctionCallInfo fcinfo, const char *what, IdKind kind, Dict *d)
{
	bool	   *hit = array_alloc0(d->n, sizeof(bool));
	int			n;
	Datum	   *name = arg_text_array(fcinfo, 1, what, &n);

	for (int i = 0; i < n; i++)
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

static Datum
filter_raters(FunctionCallInfo fcinfo, bool listed_stay)
{
	Ratings    *r = ratings_get(PG_GETARG_DATUM(0));
	bool	   *hit = ratings_listed(fcinfo, "raters", r->kind.rater, &r->raters);
	bool	   *keep = array_alloc(r->n_obs, sizeof(bool));

	for (int32 j = 0; j < r->n_obs; j++)
	{
		HD_CHECK_EVERY(j);
		keep[j] = hit[r->rater[j]] == listed_stay;
	}
	PG_RETURN_DATUM(state_datum(&ratings_filter(fcinfo, r, keep)->state));
}

PG_FUNCTION_INFO_V1(ratings_only_raters);
Datum
ratings_only_raters(PG_FUNCTION_ARGS)
{
	return filter_raters(fcinfo, true);
}

PG_FUNCTION_INFO_V1(ratings_without_raters);
Datum
ratings_without_raters(PG_FUNCTION_ARGS)
{
	return filter_raters(fcinfo, false);
}

PG_FUNCTION_INFO_V1(ratings_only_items);
Datum
ratings_only_items(PG_FUNCTION_ARGS)
{
	Ratings    *r = ratings_get(PG_GETARG_DATUM(0));
	bool	   *hit = ratings_listed(fcinfo, "items", r->kind.item, &r->items);
	bool	   *keep = array_alloc(r->n_obs, sizeof(bool));

	for (int32 i = 0; i < r->n_items; i++)
	{
		HD_CHECK_EVERY(i);
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
			keep[j] = hit[i];
	}
	PG_RETURN_DATUM(state_datum(&ratings_filter(fcinfo, r, keep)->state));
}

/* ---- the first ratings of each item ---- */

typedef struct Dated
{
	int64		at;
	int32		rater;
	int32		obs;
} Dated;

/* At the same time: by rater, so that the choice does not depend on luck */
static int
compare_dated(const void *a, const void *b)
{
	const Dated *x = a;
	const Dated *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->rater > y->rater) - (x->rater < y->rater);
}

PG_FUNCTION_INFO_V1(ratings_first_ratings);
Datum
ratings_first_ratings(PG_FUNCTION_ARGS)
{
	Ratings    *r = ratings_get_consistent(PG_GETARG_DATUM(0));
	int64		k = PG_GETARG_INT64(1);
	bool	   *keep = array_alloc0(r->n_obs, sizeof(bool));
	Dated	   *dated = NULL;
	int32		cap = 0;

	if (k < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of ratings to keep must be greater than zero")));
	if (r->at == NULL && r->n_obs > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("these ratings do not say when they were given"),
				 errhint("Pass when each rating was given as \"at\" to ratings_first_agg(item, rater, value, at).")));
	for (int32 i = 0; i < r->n_items; i++)
	{
		int32		n = r->start[i + 1] - r->start[i];

		HD_CHECK_EVERY(i);
		if (n > cap)
		{
			cap = Max(n, cap * 2);
			dated = array_alloc(cap, sizeof(Dated));
		}
		for (int32 j = 0; j < n; j++)
		{
			dated[j].obs = r->start[i] + j;
			dated[j].at = r->at[dated[j].obs];
			dated[j].rater = r->rater[dated[j].obs];
		}
		qsort(dated, n, sizeof(Dated), compare_dated);
		for (int32 j = 0; j < Min(n, k); j++)
			keep[dated[j].obs] = true;
	}
	PG_RETURN_DATUM(state_datum(&ratings_filter(fcinfo, r, keep)->state));
}

/* ---- cast to jsonb ---- */

void
ratings_json_names(StringInfo buf, const char *field, const Dict *d, int kind, bool is_value)
{
	appendStringInfo(buf, ", \"%s\": [", field);
	for (uint32 i = 0; i < d->n; i++)
	{
		char	   *s = is_value ? value_cstring(kind, d, i) : id_cstring(kind, d, i);

		HD_CHECK_EVERY(i);
		if (i > 0)
			appendStringInfoString(buf, ", ");
		if (is_value ? kind == VALUE_NUMBER : kind == ID_INT8)
			appendStringInfoString(buf, s);
		else
			escape_json(buf, s);
		pfree(s);
	}
	appendStringInfoChar(buf, ']');
}

/* {"items": [...], "raters": [...], "labels": [...], "observations": [[item, rater, label(, at)], ...]} by position */
PG_FUNCTION_INFO_V1(ratings_to_jsonb);
Datum
ratings_to_jsonb(PG_FUNCTION_ARGS)
{
	Ratings    *r = ratings_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"n_items\": %d, \"n_raters\": %u, \"n_ratings\": %d, \"at\": \"%s\"",
					 r->n_items, r->raters.n, r->n_obs,
					 r->kind.at == AT_NONE ? "none" : r->kind.at == AT_NEWEST ? "newest" : "first");
	ratings_json_names(&buf, "items", &r->items, r->kind.item, false);
	ratings_json_names(&buf, "raters", &r->raters, r->kind.rater, false);
	ratings_json_names(&buf, "labels", &r->labels, r->kind.value, true);
	ratings_json_names(&buf, "clusters", &r->clusters, ID_TEXT, false);

	appendStringInfoString(&buf, ", \"item_clusters\": [");
	for (int32 f = 0; f < r->n_item_clusters; f++)
		appendStringInfo(&buf, "%s[%d, %d]", f > 0 ? ", " : "", r->cluster_item[f], r->cluster[f]);
	appendStringInfoString(&buf, "], \"observations\": [");
	for (int32 i = 0; i < r->n_items; i++)
		for (int32 j = r->start[i]; j < r->start[i + 1]; j++)
		{
			HD_CHECK_EVERY(j);
			appendStringInfo(&buf, "%s[%d, %d, %d", j > 0 ? ", " : "", i, r->rater[j], r->label[j]);
			if (r->at && r->kind.revision)
				appendStringInfo(&buf, ", " INT64_FORMAT, r->at[j]);
			else if (r->at)
			{
				char		at[MAXDATELEN + 1];
				int			utc = 0;

				JsonEncodeDateTime(at, TimestampTzGetDatum(r->at[j]), TIMESTAMPTZOID, &utc);
				appendStringInfo(&buf, ", \"%s\"", at);
			}
			appendStringInfoChar(&buf, ']');
		}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/*-------------------------------------------------------------------------
 *
 * edits_agg.c
 *	  SQL functions of the type "edits": its frame, its aggregates, and what
 *	  is read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "text/correction_rows.h"
#include "text/edits.h"
#include "text/edits_read.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

STATE_FUNCTIONS(edits, edits_type);

/* ---- transitions: (state, before, after [, editor]) ---- */

static Datum
add_correction(FunctionCallInfo fcinfo, Datum before, Datum after, IdKind kind, const ColumnKey *editor)
{
	EditCounts	e;
	Edits	   *s;

	/* all that may fail comes first */
	count_edits_of_texts(before, after, UNIT_TOKENS, true, &e);
	s = (Edits *) state_for_row(&edits_type, fcinfo);
	edits_add(s, &e, kind, editor);
	PG_RETURN_DATUM(state_datum(&s->state));
}

static Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	ColumnKey	editor;
	bool		named = arg_given(fcinfo, 3);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	if (named)
		id_column_key(kind, PG_GETARG_DATUM(3), &editor);
	return add_correction(fcinfo, PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), kind, named ? &editor : NULL);
}

STATE_FUNCTION(edits_trans, typed_transition(fcinfo, ID_NONE));
STATE_FUNCTION(edits_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(edits_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(edits_trans_text, typed_transition(fcinfo, ID_TEXT));

/* How a call on "any" reads its columns: text as it stands, other types by their output */
typedef struct EditColumns
{
	AnyColumn	editor;
	bool		is_text[2];		/* before, after */
	FmgrInfo	out[2];
} EditColumns;

static EditColumns *
columns_of_call(FunctionCallInfo fcinfo)
{
	EditColumns *k = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(EditColumns));

	any_column_init(&k->editor, fcinfo, 3, "editor");
	for (int i = 0; i < 2; i++)
	{
		Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1 + i));
		Oid			out;
		bool		is_varlena;

		k->is_text[i] = type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
		if (!k->is_text[i])
		{
			getTypeOutputInfo(type, &out, &is_varlena);
			fmgr_info_cxt(out, &k->out[i], fcinfo->flinfo->fn_mcxt);
		}
	}
	return k;
}

static Datum
any_text(EditColumns *k, int i, Datum d)
{
	return k->is_text[i] ? d : CStringGetTextDatum(OutputFunctionCall(&k->out[i], d));
}

PG_FUNCTION_INFO_V1(edits_trans_any);
Datum
edits_trans_any(PG_FUNCTION_ARGS)
{
	EditColumns *k = fcinfo->flinfo->fn_extra;
	ColumnKey	editor;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	if (k == NULL)
		fcinfo->flinfo->fn_extra = k = columns_of_call(fcinfo);
	if (!PG_ARGISNULL(3))
		any_id_key(&k->editor, PG_GETARG_DATUM(3), &editor);
	return add_correction(fcinfo, any_text(k, 0, PG_GETARG_DATUM(1)), any_text(k, 1, PG_GETARG_DATUM(2)),
						  k->editor.id_kind, PG_ARGISNULL(3) ? NULL : &editor);
}

/* ---- all corrections ---- */

PG_FUNCTION_INFO_V1(edits_n_corrections);
Datum
edits_n_corrections(PG_FUNCTION_ARGS)
{
	EditSums	total;

	edits_total(edits_get(PG_GETARG_DATUM(0)), &total);
	PG_RETURN_INT64(total.n);
}

/* Edits over tokens: a long text counts for more than a short one */
static double
ratio_of_sums(const EditSums *s)
{
	return s->tokens > 0 ? (double) s->edits / (double) s->tokens : s->n > 0 && s->edits == 0 ? 0 : NAN;
}

PG_FUNCTION_INFO_V1(edits_edit_rate);
Datum
edits_edit_rate(PG_FUNCTION_ARGS)
{
	EditSums	total;
	double		rate;

	edits_total(edits_get(PG_GETARG_DATUM(0)), &total);
	rate = ratio_of_sums(&total);
	if (isnan(rate))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rate);
}

static void
mean_columns(SrfRow *row, const Estimate *e, double confidence)
{
	double		low,
				high;

	estimate_interval(e, confidence, &low, &high);
	srf_float8(row, e->value);
	srf_float8(row, e->se > 0 ? e->se : NAN);
	srf_float8(row, low);
	srf_float8(row, high);
}

static void
share_columns(SrfRow *row, const ClusterMoments *m, double confidence)
{
	double		share,
				low,
				high;

	share_interval(m, confidence, &share, &low, &high);
	srf_float8(row, share);
	srf_float8(row, low);
	srf_float8(row, high);
}

static const char *
summary_note(const Edits *s, const EditSums *total, const Estimate *e)
{
	if (total->n == 0)
		return "no corrections";
	if (total->n == total->emptied)
		return "nothing was left of any text";
	if (e->se > 0)
		return s->editors.n == 1 ? "one editor: corrections count as independent" : NULL;
	return isnan(e->se) ? "no interval: one correction" : "no interval: all rates are equal";
}

PG_FUNCTION_INFO_V1(edits_edit_summary);
Datum
edits_edit_summary(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Edits	   *s;
	EditSums	total;
	EditMoments m;
	Estimate	e;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	s = edits_get(PG_GETARG_DATUM(0));
	edits_total(s, &total);
	/* one editor alone, and nobody else: corrections are all there is to vary */
	if (s->editors.n == 1 && s->nobody.n == 0)
		edit_moments_of_one(&s->sums[0], &m);
	else
		edit_moments(s, &m);
	e = moments_estimate(&m.rate);
	srf_int64(&row, total.n);
	srf_int64(&row, s->editors.n);
	srf_int64(&row, total.emptied);
	srf_float8(&row, ratio_of_sums(&total));
	mean_columns(&row, &e, confidence);
	share_columns(&row, &m.untouched, confidence);
	share_columns(&row, &m.rewritten, confidence);
	srf_cstring(&row, summary_note(s, &total, &e));
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- by editor ---- */

#define ENOUGH_CORRECTIONS 10

/* What the number of a person stands on, in words */
static const char *
evidence_of(int64 n, double width)
{
	return psprintf("%s" INT64_FORMAT " %s", n < ENOUGH_CORRECTIONS ? "too little: " :
					isnan(width) ? "too little, there is no interval: " : width >= 1.0 / 3 ? "too little, the interval is wide: " : "", n, n == 1 ? "correction" : "corrections");
}

PG_FUNCTION_INFO_V1(edits_editor_edits);
Datum
edits_editor_edits(PG_FUNCTION_ARGS)
{
	double		confidence = arg_confidence(fcinfo, 1);
	Edits	   *s;
	EditMoments all;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	s = edits_get(PG_GETARG_DATUM(0));
	edit_moments(s, &all);
	for (uint32 i = 0; i < s->editors.n; i++)
	{
		const EditSums *sums = &s->sums[i];
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		EditMoments own,
					others = all;
		Estimate	e,
					expected;
		double		excess,
					low,
					high;

		edit_moments_of_one(sums, &own);
		edit_moments_without(&others, sums);
		e = moments_estimate(&own.rate);
		expected = moments_estimate(&others.rate);
		difference_interval(&e, &expected, confidence, &excess, &low, &high);
		srf_cstring(&row, id_cstring(s->id_kind, &s->editors, i));
		srf_int64(&row, sums->n);
		srf_int64(&row, sums->emptied);
		srf_float8(&row, ratio_of_sums(sums));
		mean_columns(&row, &e, confidence);
		srf_float8(&row, expected.value);
		srf_float8(&row, excess);
		srf_float8(&row, low);
		srf_float8(&row, high);
		share_columns(&row, &own.untouched, confidence);
		share_columns(&row, &own.rewritten, confidence);
		srf_cstring(&row, evidence_of(sums->n, high - low));
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* Without some editors: what a withdrawal needs */
PG_FUNCTION_INFO_V1(edits_without_editors);
Datum
edits_without_editors(PG_FUNCTION_ARGS)
{
	Edits	   *src = edits_get(PG_GETARG_DATUM(0));
	Edits	   *dst = (Edits *) state_new(&edits_type, fcinfo);
	int			n;
	Datum	   *name = arg_text_array(fcinfo, 1, "editors", &n);
	bool	   *gone = array_alloc0(src->editors.n, sizeof(bool));

	for (int i = 0; i < n && src->editors.n > 0; i++)
	{
		ColumnKey	k;
		int64		code;

		HD_CHECK_EVERY(i + 1);
		if (!id_key_of_text(src->id_kind, name[i], &k))
			continue;
		code = dict_find(&src->editors, k.prefix, k.bytes, k.len);
		if (code >= 0)
			gone[code] = true;
	}
	edits_add_sums(dst, &src->nobody, ID_NONE, NULL);
	for (uint32 i = 0; i < src->editors.n; i++)
	{
		ColumnKey	k;
		uint8		tmp[8];

		HD_CHECK_EVERY(i + 1);
		if (gone[i])
			continue;
		k.bytes = dict_key(&src->editors, i, tmp, &k.len);
		k.prefix = src->editors.entry[i].prefix;
		edits_add_sums(dst, &src->sums[i], src->id_kind, &k);
	}
	PG_RETURN_DATUM(state_datum(&dst->state));
}

/* ---- cast to jsonb ---- */

static void
append_sums(StringInfo buf, const EditSums *s)
{
	appendStringInfo(buf, "{\"n\": " INT64_FORMAT ", \"emptied\": " INT64_FORMAT ", \"untouched\": " INT64_FORMAT
					 ", \"rewritten\": " INT64_FORMAT ", \"edits\": " INT64_FORMAT ", \"tokens\": " INT64_FORMAT,
					 s->n, s->emptied, s->untouched, s->rewritten, s->edits, s->tokens);
	appendStringInfo(buf, ", \"sum_of_rates\": %s", number_cstring(shortsum_value(&s->rate)));
	appendStringInfo(buf, ", \"sum_of_squares\": %s}", number_cstring(shortsum_value(&s->square)));
}

PG_FUNCTION_INFO_V1(edits_to_jsonb);
Datum
edits_to_jsonb(PG_FUNCTION_ARGS)
{
	Edits	   *s = edits_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"nobody\": ");
	append_sums(&buf, &s->nobody);
	appendStringInfoString(&buf, ", \"editors\": {");
	for (uint32 i = 0; i < s->editors.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		escape_json(&buf, id_cstring(s->id_kind, &s->editors, i));
		appendStringInfoString(&buf, ": ");
		append_sums(&buf, &s->sums[i]);
	}
	appendStringInfoString(&buf, "}}");
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

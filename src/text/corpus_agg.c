/*-------------------------------------------------------------------------
 *
 * corpus_agg.c
 *	  SQL functions of the type "corpus": its frame, its aggregates, and what
 *	  looks into it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "text/canonical.h"
#include "text/corpus.h"
#include "text/corpus_sets.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

STATE_FUNCTIONS(corpus, corpus_type);

/* ---- transitions: (state, id, text [, group]) ---- */

static Corpus *
transition_state(FunctionCallInfo fcinfo)
{
	State	   *s = state_peek_rw(&corpus_type, fcinfo);

	if (likely(s != NULL))
	{
		state_changed(s);
		return (Corpus *) s;
	}
	if (PG_ARGISNULL(0))
		return (Corpus *) state_new(&corpus_type, fcinfo);
	return (Corpus *) state_get_rw(&corpus_type, fcinfo, 0);
}

static Datum
add_text(FunctionCallInfo fcinfo, IdKind kind, const ColumnKey *id, Datum body, bool has_group, Datum group_name)
{
	ColumnKey	group;
	uint32	   *token,
				n;
	Corpus	   *c;

	/* all that may fail comes first */
	if (has_group)
		text_column_key(group_name, &group);
	corpus_token_hashes(body, &token, &n);
	c = transition_state(fcinfo);
	memcpy(corpus_add(c, id, kind, has_group ? &group : NULL, hd_unicode_version(), n), token, n * sizeof(uint32));
	pfree(token);
	PG_RETURN_DATUM(state_datum(&c->state));
}

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static inline bool
has_group(FunctionCallInfo fcinfo)
{
	return PG_NARGS() > 3 && !PG_ARGISNULL(3);
}

static Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	ColumnKey	id;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	id_column_key(kind, PG_GETARG_DATUM(1), &id);
	return add_text(fcinfo, kind, &id, PG_GETARG_DATUM(2), has_group(fcinfo),
					has_group(fcinfo) ? PG_GETARG_DATUM(3) : (Datum) 0);
}

STATE_FUNCTION(corpus_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(corpus_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(corpus_trans_text, typed_transition(fcinfo, ID_TEXT));

/* How a call on "any" reads its columns: text as it stands, other types by their output */
typedef struct CorpusColumns
{
	AnyColumn	id;
	bool		is_text[2];		/* body, group */
	FmgrInfo	out[2];
} CorpusColumns;

static CorpusColumns *
columns_of_call(FunctionCallInfo fcinfo)
{
	CorpusColumns *k = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CorpusColumns));

	any_column_init(&k->id, fcinfo, 1, "id");
	for (int i = 0; i < 2 && 2 + i < PG_NARGS(); i++)
	{
		Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 2 + i));
		Oid			out;
		bool		is_varlena;

		/* a bare literal comes as a cstring */
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
any_text(CorpusColumns *k, int i, Datum d)
{
	if (k->is_text[i])
		return d;
	return CStringGetTextDatum(OutputFunctionCall(&k->out[i], d));
}

PG_FUNCTION_INFO_V1(corpus_trans_any);
Datum
corpus_trans_any(PG_FUNCTION_ARGS)
{
	CorpusColumns *k = fcinfo->flinfo->fn_extra;
	ColumnKey	id;
	bool		grouped = has_group(fcinfo);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return skipped_row(fcinfo);
	if (k == NULL)
		fcinfo->flinfo->fn_extra = k = columns_of_call(fcinfo);
	any_id_key(&k->id, PG_GETARG_DATUM(1), &id);
	return add_text(fcinfo, k->id.id_kind, &id, any_text(k, 0, PG_GETARG_DATUM(2)), grouped,
					grouped ? any_text(k, 1, PG_GETARG_DATUM(3)) : (Datum) 0);
}

/* ---- looking into it ---- */

PG_FUNCTION_INFO_V1(corpus_n_texts);
Datum
corpus_n_texts(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(corpus_get(PG_GETARG_DATUM(0))->n_texts);
}

PG_FUNCTION_INFO_V1(corpus_texts);
Datum
corpus_texts(PG_FUNCTION_ARGS)
{
	Corpus	   *c = corpus_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		const CorpusText *t = &c->text[i];
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);

		srf_cstring(&row, id_cstring(c->id_kind, &c->ids, t->id));
		srf_cstring(&row, t->group ? id_cstring(ID_TEXT, &c->groups, t->group - 1) : NULL);
		srf_int64(&row, t->n);
		MemoryContextSwitchTo(old);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* Without some ids: what a withdrawal needs */
PG_FUNCTION_INFO_V1(corpus_without_ids);
Datum
corpus_without_ids(PG_FUNCTION_ARGS)
{
	Corpus	   *src = corpus_get(PG_GETARG_DATUM(0));
	Corpus	   *dst = (Corpus *) state_new(&corpus_type, fcinfo);
	int			n;
	Datum	   *name = arg_text_array(fcinfo, 1, "ids", &n);
	bool	   *gone = array_alloc0(src->ids.n, sizeof(bool));
	uint8		tmp[2][8];

	for (int i = 0; i < n && src->ids.n > 0; i++)
	{
		ColumnKey	k;
		int64		code;

		HD_CHECK_EVERY(i);
		if (!id_key_of_text(src->id_kind, name[i], &k))
			continue;
		code = dict_find(&src->ids, k.prefix, k.bytes, k.len);
		if (code >= 0)
			gone[code] = true;
	}
	dst->id_kind = src->id_kind;
	for (uint32 i = 0; i < src->n_texts; i++)
	{
		const CorpusText *t = &src->text[i];
		ColumnKey	id,
					group;

		HD_CHECK_EVERY(i);
		if (gone[t->id])
			continue;
		id.bytes = dict_key(&src->ids, t->id, tmp[0], &id.len);
		id.prefix = src->ids.entry[t->id].prefix;
		if (t->group)
		{
			group.bytes = dict_key(&src->groups, t->group - 1, tmp[1], &group.len);
			group.prefix = src->groups.entry[t->group - 1].prefix;
		}
		memcpy(corpus_add(dst, &id, src->id_kind, t->group ? &group : NULL, src->unicode, t->n),
			   src->token + t->start, t->n * sizeof(uint32));
	}
	PG_RETURN_DATUM(state_datum(&dst->state));
}

/* ---- cast to jsonb: [{"id", "group", "tokens": how many}, ...] ---- */

static void
push_string(JsonbParseState **state, JsonbIteratorToken token, char *s)
{
	JsonbValue	v = {.type = jbvString, .val.string = {(int) strlen(s), s}};

	pushJsonbValue(state, token, &v);
}

PG_FUNCTION_INFO_V1(corpus_to_jsonb);
Datum
corpus_to_jsonb(PG_FUNCTION_ARGS)
{
	Corpus	   *c = corpus_get(PG_GETARG_DATUM(0));
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < c->n_texts; i++)
	{
		const CorpusText *t = &c->text[i];
		JsonbValue	n = {.type = jbvNumeric, .val.numeric = DatumGetNumeric(DirectFunctionCall1(int8_numeric, Int64GetDatum(t->n)))};

		HD_CHECK_EVERY(i);
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_string(&state, WJB_KEY, "id");
		push_string(&state, WJB_VALUE, id_cstring(c->id_kind, &c->ids, t->id));
		if (t->group)
		{
			push_string(&state, WJB_KEY, "group");
			push_string(&state, WJB_VALUE, id_cstring(ID_TEXT, &c->groups, t->group - 1));
		}
		push_string(&state, WJB_KEY, "tokens");
		pushJsonbValue(&state, WJB_VALUE, &n);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL)));
}

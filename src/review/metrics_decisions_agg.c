/*-------------------------------------------------------------------------
 *
 * metrics_decisions_agg.c
 *	  SQL functions of the type "decisions": its frame, its aggregates, and
 *	  what is read from it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "review/metrics_decisions.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

STATE_FUNCTIONS(decisions, decisions_type);

/* ---- transitions: (decisions, reviewer, author, accepted [, overturned]) ---- */

#define ARG_REVIEWER 1
#define ARG_AUTHOR 2
#define ARG_ACCEPTED 3
#define ARG_OVERTURNED 4

static inline bool
is_decision(FunctionCallInfo fcinfo)
{
	return !PG_ARGISNULL(ARG_REVIEWER) && !PG_ARGISNULL(ARG_AUTHOR) && !PG_ARGISNULL(ARG_ACCEPTED);
}

static inline Datum
skipped_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

static inline Datum
add_decision(FunctionCallInfo fcinfo, IdKind kind, const ColumnKey *reviewer, const ColumnKey *author)
{
	Decisions  *d = (Decisions *) state_for_row(&decisions_type, fcinfo);
	SecondOpinion second = !arg_given(fcinfo, ARG_OVERTURNED) ? SECOND_NONE :
		PG_GETARG_BOOL(ARG_OVERTURNED) ? SECOND_OVERTURNED : SECOND_UPHELD;

	decisions_put(d, kind, reviewer, author, PG_GETARG_BOOL(ARG_ACCEPTED), second);
	PG_RETURN_DATUM(state_datum(&d->state));
}

/* No fn_extra and no fn_expr here: distributed engines call transitions with neither */
static pg_attribute_always_inline Datum
typed_transition(FunctionCallInfo fcinfo, IdKind kind)
{
	ColumnKey	reviewer,
				author;

	if (!is_decision(fcinfo))
		return skipped_row(fcinfo);
	id_column_key(kind, PG_GETARG_DATUM(ARG_REVIEWER), &reviewer);
	id_column_key(kind, PG_GETARG_DATUM(ARG_AUTHOR), &author);
	return add_decision(fcinfo, kind, &reviewer, &author);
}

STATE_FUNCTION(decisions_trans_int8, typed_transition(fcinfo, ID_INT8));
STATE_FUNCTION(decisions_trans_uuid, typed_transition(fcinfo, ID_UUID));
STATE_FUNCTION(decisions_trans_text, typed_transition(fcinfo, ID_TEXT));

/* Declared "any" for the sake of overloads */
static void
check_boolean(FunctionCallInfo fcinfo, int arg, const char *what)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, arg);

	if (OidIsValid(type) && getBaseType(type) != BOOLOID && !(type == UNKNOWNOID && PG_ARGISNULL(arg)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s must be of type boolean", what)));
}

PG_FUNCTION_INFO_V1(decisions_trans_any);
Datum
decisions_trans_any(PG_FUNCTION_ARGS)
{
	AnyColumn  *column = fcinfo->flinfo->fn_extra;
	ColumnKey	reviewer,
				author;

	if (!is_decision(fcinfo))
		return skipped_row(fcinfo);
	if (column == NULL)
	{
		column = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, 2 * sizeof(AnyColumn));
		check_boolean(fcinfo, ARG_ACCEPTED, "accepted");
		if (PG_NARGS() > ARG_OVERTURNED)
			check_boolean(fcinfo, ARG_OVERTURNED, "overturned");
		any_column_init(&column[0], fcinfo, ARG_REVIEWER, "reviewer");
		any_column_init(&column[1], fcinfo, ARG_AUTHOR, "author");
		if (column[0].id_kind != column[1].id_kind)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("reviewer and author are of different kinds"),
					 errhint("Cast the columns to one type, for example text.")));
		fcinfo->flinfo->fn_extra = column;
	}
	any_id_key(&column[0], PG_GETARG_DATUM(ARG_REVIEWER), &reviewer);
	any_id_key(&column[1], PG_GETARG_DATUM(ARG_AUTHOR), &author);
	return add_decision(fcinfo, column[0].id_kind, &reviewer, &author);
}

/* ---- who is lenient, whose decisions do not stand ---- */

static void
put_person(SrfRow *row, const Decisions *d, uint32 code)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	srf_datum(row, PointerGetDatum(id_text(d->kind, &d->people, code)));
	MemoryContextSwitchTo(old);
}

static void
put_bound(SrfRow *row, int64 v)
{
	if (v == 0)
		srf_null(row);
	else
		srf_int64(row, v);
}

/*
 * What the number of a person stands on, in words.  Below ten decisions, or
 * with an interval wider than a third of the scale, nothing should follow.
 */
static char *
evidence_text(const LeniencyRow *r, CountOf of, bool all)
{
	const char *did = of == COUNT_ACCEPTED ? "accepted" : "overturned";

	const char *verdict = "";

	if (r->n_expected == 0)
		return psprintf("none: %s " INT64_FORMAT " of " INT64_FORMAT ", and nobody else decided on these authors",
						did, r->x, r->n);
	if (r->n_expected < 10)
		verdict = "too little: ";
	else if (!(r->excess_high - r->excess_low < 1.0 / 3))
		verdict = "too little, the interval is wide: ";
	return psprintf("%s%s " INT64_FORMAT " of " INT64_FORMAT "; by %s on the same " INT64_FORMAT " %s, %.1f of " INT64_FORMAT,
					verdict, did, r->x, r->n, all ? "all" : "others", r->n_authors, r->n_authors == 1 ? "author" : "authors",
					r->x_expected, r->n_expected);
}

static void
put_comparison(SrfRow *row, const LeniencyRow *r)
{
	srf_float8(row, r->value);
	srf_float8(row, r->low);
	srf_float8(row, r->high);
	srf_int64(row, r->n_expected);
	srf_float8(row, r->n_expected > 0 ? r->x_expected / (double) r->n_expected : NAN);
	srf_float8(row, r->x_expected);
	srf_float8(row, r->ratio);
	srf_float8(row, r->ratio_low);
	srf_float8(row, r->ratio_high);
	srf_float8(row, r->excess);
	srf_float8(row, r->excess_low);
	srf_float8(row, r->excess_high);
	srf_float8(row, r->z);
	srf_float8(row, r->shrunk);
	put_bound(row, r->rank_low);
	put_bound(row, r->rank_high);
}

/* (decisions, reference, confidence) */
static Datum
comparison_rows(FunctionCallInfo fcinfo, CountOf of)
{
	static const ArgChoice choice[] = {{"others", false}, {"all", true}, {NULL}};
	bool		all = arg_choice(fcinfo, 1, "reference", choice);
	double		confidence = arg_confidence(fcinfo, 2);
	Decisions  *d;
	LeniencyRow *rows;
	SrfRow		row;
	uint32		n;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	d = decisions_get(PG_GETARG_DATUM(0));
	rows = leniency_rows(d, of, all, confidence, &n);
	for (uint32 i = 0; i < n; i++)
	{
		put_person(&row, d, rows[i].reviewer);
		srf_int64(&row, rows[i].n);
		srf_int64(&row, rows[i].x);
		put_comparison(&row, &rows[i]);
		srf_cstring(&row, evidence_text(&rows[i], of, all));
		srf_end_row(&row);
	}
	return (Datum) 0;
}

STATE_FUNCTION(decisions_leniency, comparison_rows(fcinfo, COUNT_ACCEPTED));
STATE_FUNCTION(decisions_overturned, comparison_rows(fcinfo, COUNT_OVERTURNED));

/* ---- looking inside ---- */

PG_FUNCTION_INFO_V1(decisions_n);
Datum
decisions_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(decisions_get(PG_GETARG_DATUM(0))->total);
}

typedef struct CellSums
{
	int64		n;
	int64		accepted;
	int64		second;
	int64		overturned;
} CellSums;

static CellSums
cell_sums(const DecisionCell *c)
{
	CellSums	s = {0};

	for (int o = 0; o < N_OUTCOMES; o++)
	{
		s.n += c->count[o];
		s.accepted += o & 1 ? c->count[o] : 0;
		s.second += o >> 1 != SECOND_NONE ? c->count[o] : 0;
		s.overturned += o >> 1 == SECOND_OVERTURNED ? c->count[o] : 0;
	}
	return s;
}

PG_FUNCTION_INFO_V1(decisions_cells);
Datum
decisions_cells(PG_FUNCTION_ARGS)
{
	Decisions  *d = decisions_get(PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (uint32 i = 0; i < d->n; i++)
	{
		CellSums	s = cell_sums(&d->cell[i]);

		put_person(&row, d, d->cell[i].reviewer);
		put_person(&row, d, d->cell[i].author);
		srf_int64(&row, s.n);
		srf_int64(&row, s.accepted);
		srf_int64(&row, s.second);
		srf_int64(&row, s.overturned);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* without_people(decisions, people) */
PG_FUNCTION_INFO_V1(decisions_without_people);
Datum
decisions_without_people(PG_FUNCTION_ARGS)
{
	Decisions  *d = decisions_get(PG_GETARG_DATUM(0));
	Decisions  *kept;
	Datum	   *name;
	bool	   *gone;
	int			n;

	name = arg_text_array(fcinfo, 1, "people", &n);
	gone = array_alloc0(d->people.n, sizeof(bool));
	for (int i = 0; i < n; i++)
	{
		ColumnKey	k;
		int64		code;

		if (!id_key_of_text(d->kind, name[i], &k))
			continue;
		code = dict_find(&d->people, k.prefix, k.bytes, k.len);
		if (code >= 0)
			gone[code] = true;
	}
	kept = decisions_without(fcinfo, d, gone);
	if (kept == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(state_datum(&kept->state));
}

static void
append_person(StringInfo buf, const Decisions *d, uint32 code)
{
	char	   *s = id_cstring(d->kind, &d->people, code);

	if (d->kind == ID_INT8)
		appendStringInfoString(buf, s);
	else
		escape_json(buf, s);
	pfree(s);
}

/* [[reviewer, author, n, accepted, second, overturned], ...] */
PG_FUNCTION_INFO_V1(decisions_to_jsonb);
Datum
decisions_to_jsonb(PG_FUNCTION_ARGS)
{
	Decisions  *d = decisions_get(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (uint32 i = 0; i < d->n; i++)
	{
		CellSums	s = cell_sums(&d->cell[i]);

		HD_CHECK_EVERY(i + 1);
		appendStringInfoString(&buf, i > 0 ? ", [" : "[");
		append_person(&buf, d, d->cell[i].reviewer);
		appendStringInfoString(&buf, ", ");
		append_person(&buf, d, d->cell[i].author);
		appendStringInfo(&buf, ", " INT64_FORMAT ", " INT64_FORMAT ", " INT64_FORMAT ", " INT64_FORMAT "]",
						 s.n, s.accepted, s.second, s.overturned);
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

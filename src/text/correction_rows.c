/*-------------------------------------------------------------------------
 *
 * correction_rows.c
 *	  SQL functions: correction_diff, edit_counts, edit_rate,
 *	  correction_agreement, common_spans.
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
#include "mb/pg_wchar.h"
#include "text/common_spans.h"
#include "text/correction.h"
#include "text/correction_counts.h"
#include "text/correction_rows.h"
#include "text/edit_distance.h"
#include "utils/array.h"

/* Fewer tokens or characters that turn up elsewhere are no move but chance */
#define LEAST_MOVE_TOKENS 4
#define LEAST_MOVE_CHARACTERS 20

static TokenUnit
unit_arg(FunctionCallInfo fcinfo, int arg)
{
	static const ArgChoice unit[] = {
		{"tokens", UNIT_TOKENS}, {"words", UNIT_WORDS}, {"characters", UNIT_CHARACTERS}, {NULL, 0}
	};

	return arg_choice(fcinfo, arg, "unit", unit);
}

static bool
bool_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	return PG_GETARG_BOOL(arg);
}

/* ---- correction_diff ---- */

/* Where the characters of a text begin, in bytes of the database's encoding */
typedef struct CharPlaces
{
	const char *s;
	int32	   *byte;			/* NULL: a byte a character */
} CharPlaces;

static void
find_places(Datum d, CharPlaces *p)
{
	text	   *t = DatumGetTextPP(d);
	int32		len = VARSIZE_ANY_EXHDR(t);
	int32		n = 0;

	p->s = VARDATA_ANY(t);
	p->byte = NULL;
	if (pg_database_encoding_max_length() == 1)
		return;
	p->byte = array_alloc((Size) len + 1, sizeof(int32));
	for (int32 i = 0; i < len; i += pg_mblen(p->s + i))
	{
		HD_CHECK_EVERY(n + 1);
		p->byte[n++] = i;
	}
	p->byte[n] = len;
}

/* From, length and text of a run of tokens, or three NULLs */
static void
span_columns(SrfRow *row, const SourceTokens *t, int32 first, int32 n)
{
	if (n == 0)
	{
		srf_null(row);
		srf_null(row);
		return;
	}
	srf_int64(row, (int64) t->from[first] + 1);
	srf_int64(row, t->to[first + n - 1] - t->from[first]);
}

static void
span_text(SrfRow *row, const SourceTokens *t, const CharPlaces *p, int32 first, int32 n)
{
	MemoryContext old;
	int32		from,
				to;

	if (n == 0)
	{
		srf_null(row);
		return;
	}
	from = t->from[first];
	to = t->to[first + n - 1];
	if (p->byte)
	{
		from = p->byte[from];
		to = p->byte[to];
	}
	old = MemoryContextSwitchTo(row->row_cx);
	srf_datum(row, PointerGetDatum(cstring_to_text_with_len(p->s + from, to - from)));
	MemoryContextSwitchTo(old);
}

PG_FUNCTION_INFO_V1(correction_diff);
Datum
correction_diff(PG_FUNCTION_ARGS)
{
	static const char *const op_name[] = {"kept", "deleted", "inserted", "moved"};
	TokenUnit	unit = unit_arg(fcinfo, 2);
	TokenCodes	codes;
	SourceTokens before,
				after;
	CharPlaces	before_places,
				after_places;
	CorrectionRun *run;
	int32		n;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	token_codes_init(&codes, unit);
	source_tokens_make(&codes, PG_GETARG_DATUM(0), &before);
	source_tokens_make(&codes, PG_GETARG_DATUM(1), &after);
	find_places(PG_GETARG_DATUM(0), &before_places);
	find_places(PG_GETARG_DATUM(1), &after_places);
	run = correction_runs(before.codes, after.codes, unit == UNIT_CHARACTERS ? LEAST_MOVE_CHARACTERS : LEAST_MOVE_TOKENS, &n);
	for (int32 i = 0; i < n; i++)
	{
		const CorrectionRun *r = &run[i];

		srf_cstring(&row, op_name[r->op]);
		span_columns(&row, &before, r->before, r->n_before);
		span_columns(&row, &after, r->after, r->n_after);
		span_text(&row, &before, &before_places, r->before, r->n_before);
		span_text(&row, &after, &after_places, r->after, r->n_after);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

/* ---- edit_counts, edit_rate ---- */

void
count_edits_of_texts(Datum before, Datum after, TokenUnit unit, bool shifts, EditCounts *e)
{
	TokenCodes	codes;
	SourceTokens a,
				b;

	token_codes_init(&codes, unit);
	source_tokens_make(&codes, before, &a);
	source_tokens_make(&codes, after, &b);
	count_edits(a.codes, b.codes, shifts, e);
}

/* (before, after, by, shifts); false if a text is NULL */
static bool
counts_of_call(FunctionCallInfo fcinfo, EditCounts *e)
{
	TokenUnit	unit = unit_arg(fcinfo, 2);
	bool		shifts = bool_arg(fcinfo, 3, "shifts");

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	count_edits_of_texts(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), unit, shifts, e);
	return true;
}

PG_FUNCTION_INFO_V1(correction_edit_counts);
Datum
correction_edit_counts(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	EditCounts	e;

	srf_begin(fcinfo, &row);
	if (!counts_of_call(fcinfo, &e))
		return (Datum) 0;
	srf_int64(&row, e.insertions);
	srf_int64(&row, e.deletions);
	srf_int64(&row, e.substitutions);
	srf_int64(&row, e.shifts);
	srf_int64(&row, e.n_before);
	srf_int64(&row, e.n_after);
	srf_end_row(&row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(correction_edit_rate);
Datum
correction_edit_rate(PG_FUNCTION_ARGS)
{
	EditCounts	e;
	double		rate;

	if (!counts_of_call(fcinfo, &e))
		PG_RETURN_NULL();
	rate = edit_rate_of(&e);
	if (isnan(rate))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rate);
}

/* ---- correction_agreement ---- */

/* 1 less the edits over the longer one */
static double
similarity(int32 distance, CodePoints a, CodePoints b)
{
	int32		n = Max(a.n, b.n);

	return n == 0 ? 1 : 1 - (double) distance / n;
}

/*
 * What a pair of corrections x, y of an output o have in common.  Two people
 * who change different things are d(x, o) + d(o, y) apart, and never more:
 * what is less, they changed alike.
 */
PG_FUNCTION_INFO_V1(correction_agreement);
Datum
correction_agreement(PG_FUNCTION_ARGS)
{
	TokenUnit	unit = unit_arg(fcinfo, 2);
	TokenCodes	codes;
	SourceTokens output,
			   *c;
	Datum	   *value;
	bool	   *null;
	int			n_values,
				n = 0;
	int32	   *change;
	int64		pairs,
				equal = 0,
				apart = 0,
				changes = 0,
				untouched = 0;
	double		alike = 0,
				expected = 0;
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n_values);
	token_codes_init(&codes, unit);
	source_tokens_make(&codes, PG_GETARG_DATUM(0), &output);
	c = array_alloc(n_values, sizeof(SourceTokens));
	change = array_alloc(n_values, sizeof(int32));
	for (int i = 0; i < n_values; i++)
	{
		/* no correction is no observation */
		if (null[i])
			continue;
		source_tokens_make(&codes, value[i], &c[n]);
		change[n] = levenshtein_distance(output.codes, c[n].codes, NO_CUTOFF);
		expected += similarity(change[n], output.codes, c[n].codes);
		untouched += change[n] == 0;
		n++;
	}
	for (int i = 0; i < n; i++)
	{
		for (int j = i + 1; j < n; j++)
		{
			int32		d = levenshtein_distance(c[i].codes, c[j].codes, NO_CUTOFF);

			CHECK_FOR_INTERRUPTS();
			equal += d == 0;
			alike += similarity(d, c[i].codes, c[j].codes);
			apart += d;
			changes += (int64) change[i] + change[j];
		}
	}
	pairs = (int64) n * (n - 1) / 2;
	srf_int64(&row, n);
	srf_int64(&row, untouched);
	srf_float8(&row, pairs > 0 ? alike / pairs : NAN);
	srf_float8(&row, n > 0 ? expected / n : NAN);
	srf_float8(&row, pairs > 0 ? (double) equal / pairs : NAN);
	srf_float8(&row, changes > 0 ? 1 - (double) apart / changes : NAN);
	srf_end_row(&row);
	return (Datum) 0;
}

/* ---- common_spans ---- */

PG_FUNCTION_INFO_V1(text_common_spans);
Datum
text_common_spans(PG_FUNCTION_ARGS)
{
	int64		least;
	TokenCodes	codes;
	SourceTokens a,
				b;
	Tile	   *tile;
	int32		n;
	SrfRow		row;

	if (!arg_given(fcinfo, 2))
		arg_is_null("min_tokens");
	least = PG_GETARG_INT64(2);
	if (least < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_tokens must be at least 1")));
	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	token_codes_init(&codes, UNIT_WORDS);
	source_tokens_make(&codes, PG_GETARG_DATUM(0), &a);
	source_tokens_make(&codes, PG_GETARG_DATUM(1), &b);
	tile = common_tiles(a.codes, b.codes, (int32) Min(least, PG_INT32_MAX), &n);
	for (int32 i = 0; i < n; i++)
	{
		span_columns(&row, &a, tile[i].a, tile[i].n);
		span_columns(&row, &b, tile[i].b, tile[i].n);
		srf_int64(&row, tile[i].n);
		srf_end_row(&row);
	}
	return (Datum) 0;
}

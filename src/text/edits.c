/*-------------------------------------------------------------------------
 *
 * edits.c
 *	  The state type "edits": adding, merging, bytes (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of editors; 0 where nobody is named
 *	  varint	number of editors
 *	  keys		of editors, ascending
 *	  sums		of the corrections by nobody by name
 *	  for each editor: sums
 *
 * Sums:
 *	  varint	corrections; at least 1 of an editor; if 0, nothing follows
 *	  varint	emptied, untouched, rewritten, edits, tokens
 *	  sum		of the rates
 *	  sum		of their squares
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "text/edits.h"
#include "utils/memutils.h"

/* What the sums of an editor take, about */
#define SUMS_BYTES 60

/* ---- sums ---- */

static void
add_count(int64 *dst, int64 n)
{
	if (pg_add_s64_overflow(*dst, n, dst))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many corrections in one state")));
}

void
edit_sums_merge(EditSums *dst, MemoryContext cx, const EditSums *src)
{
	add_count(&dst->n, src->n);
	add_count(&dst->emptied, src->emptied);
	add_count(&dst->untouched, src->untouched);
	add_count(&dst->rewritten, src->rewritten);
	add_count(&dst->edits, src->edits);
	add_count(&dst->tokens, src->tokens);
	shortsum_merge(&dst->rate, cx, &src->rate);
	shortsum_merge(&dst->square, cx, &src->square);
}

static void
sums_add(EditSums *s, MemoryContext cx, const EditCounts *e)
{
	double		rate = edit_rate_of(e);

	add_count(&s->n, 1);
	add_count(&s->edits, edit_total(e));
	add_count(&s->tokens, e->n_after);
	s->untouched += edit_total(e) == 0;
	s->emptied += isnan(rate);
	s->rewritten += isnan(rate) || rate > REWRITTEN_RATE;
	if (rate > 0)
	{
		shortsum_add(&s->rate, cx, rate);
		shortsum_add_product(&s->square, cx, rate, rate);
	}
}

/* ---- growing ---- */

static void
edits_init(State *state)
{
	Edits	   *s = (Edits *) state;

	dict_init(&s->editors, state->cx);
	s->sorted = true;
}

static void
check_kind(Edits *s, IdKind kind)
{
	if (s->id_kind == ID_NONE)
		s->id_kind = kind;
	else if (kind != ID_NONE && s->id_kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("edits with editors of different types cannot be put together"),
				 errdetail("They are %s and %s.", id_kind_sql_name(s->id_kind), id_kind_sql_name(kind)),
				 errhint("Cast the column to one type, for example text.")));
}

static EditSums *
find_editor(Edits *s, IdKind kind, const ColumnKey *k)
{
	uint32		n = s->editors.n;
	uint32		code;

	check_kind(s, kind);
	if (n >= s->cap)
	{
		uint32		cap = Max(s->cap * 2, 4);
		EditSums   *sums;

		if (keys_bound(&s->editors) + (double) n * SUMS_BYTES > (double) state_size_limit())
			wire_too_large("edits", state_size_limit());
		sums = MemoryContextAllocExtended(s->state.cx, mul_size(cap, sizeof(EditSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		if (s->cap > 0)
		{
			memcpy(sums, s->sums, s->cap * sizeof(EditSums));
			pfree(s->sums);
		}
		s->sums = sums;
		s->cap = cap;
	}
	code = dict_add(&s->editors, k->prefix, k->bytes, k->len);
	if (s->editors.n > n)
		s->sorted = false;
	return &s->sums[code];
}

void
edits_add(Edits *s, const EditCounts *e, IdKind kind, const ColumnKey *editor)
{
	sums_add(editor ? find_editor(s, kind, editor) : &s->nobody, s->state.cx, e);
}

void
edits_add_sums(Edits *s, const EditSums *sums, IdKind kind, const ColumnKey *editor)
{
	edit_sums_merge(editor ? find_editor(s, kind, editor) : &s->nobody, s->state.cx, sums);
}

static void
edits_merge(State *d, State *s)
{
	Edits	   *dst = (Edits *) d;
	Edits	   *src = (Edits *) s;

	check_kind(dst, src->id_kind);
	edit_sums_merge(&dst->nobody, d->cx, &src->nobody);
	for (uint32 i = 0; i < src->editors.n; i++)
	{
		ColumnKey	k;
		uint8		tmp[8];

		HD_CHECK_EVERY(i + 1);
		k.bytes = dict_key(&src->editors, i, tmp, &k.len);
		k.prefix = src->editors.entry[i].prefix;
		edits_add_sums(dst, &src->sums[i], src->id_kind, &k);
	}
}

static void
settle(Edits *s)
{
	Dict		dict;
	EditSums   *sums;
	uint32	   *order;

	if (s->sorted)
		return;
	order = dict_sorted(&s->editors);
	dict_init(&dict, s->state.cx);
	dict_reorder(&dict, &s->editors, order, s->editors.n);
	sums = MemoryContextAllocExtended(s->state.cx, mul_size(s->cap, sizeof(EditSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < s->editors.n; i++)
		sums[i] = s->sums[order[i]];
	pfree(order);
	dict_free(&s->editors);
	pfree(s->sums);
	s->editors = dict;
	s->sums = sums;
	s->sorted = true;
}

Edits *
edits_get(Datum d)
{
	Edits	   *s = (Edits *) state_get(&edits_type, d);

	settle(s);
	return s;
}

void
edits_total(const Edits *s, EditSums *total)
{
	memset(total, 0, sizeof(*total));
	edit_sums_merge(total, CurrentMemoryContext, &s->nobody);
	for (uint32 i = 0; i < s->editors.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		edit_sums_merge(total, CurrentMemoryContext, &s->sums[i]);
	}
}

/* ---- bytes ---- */

static void
put_sums(WireWriter *w, const EditSums *s)
{
	wire_put_varint(w, s->n);
	if (s->n == 0)
		return;
	wire_put_varint(w, s->emptied);
	wire_put_varint(w, s->untouched);
	wire_put_varint(w, s->rewritten);
	wire_put_varint(w, s->edits);
	wire_put_varint(w, s->tokens);
	shortsum_encode(&s->rate, w);
	shortsum_encode(&s->square, w);
}

static void
edits_encode(State *state, WireWriter *w)
{
	Edits	   *s = (Edits *) state;

	settle(s);
	wire_put_byte(w, HDATA_EDITS_VERSION);
	wire_put_byte(w, s->editors.n > 0 ? s->id_kind : ID_NONE);
	wire_put_varint(w, s->editors.n);
	keys_put(w, &s->editors, keys_id_form(s->id_kind));
	put_sums(w, &s->nobody);
	for (uint32 i = 0; i < s->editors.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		put_sums(w, &s->sums[i]);
	}
}

static void
get_sums(WireReader *r, MemoryContext cx, EditSums *s)
{
	int64		changed;

	s->n = wire_get_total(r);
	if (s->n == 0)
		return;
	s->emptied = wire_get_total(r);
	s->untouched = wire_get_total(r);
	s->rewritten = wire_get_total(r);
	s->edits = wire_get_total(r);
	s->tokens = wire_get_total(r);
	shortsum_decode(&s->rate, cx, r);
	shortsum_decode(&s->square, cx, r);
	if (s->untouched > s->n || s->rewritten > s->n - s->untouched || s->emptied > s->rewritten ||
		s->edits < s->n - s->untouched || (s->edits > 0 && s->untouched == s->n))
		wire_fail(r, "Counts contradict each other.");
	/* those with a rate above zero have tokens */
	changed = s->n - s->untouched - s->emptied;
	if (shortsum_sign(&s->rate) != (changed > 0) || shortsum_sign(&s->square) != (changed > 0) || s->tokens < changed)
		wire_fail(r, "Sums contradict the counts.");
	/* a rate is not above its edits, for it has a token; sums are rounded to be compared */
	if (!(shortsum_value(&s->rate) <= (double) s->edits * 1.000001) ||
		!(shortsum_value(&s->square) <= (double) s->edits * (double) s->edits * 1.000001))
		wire_fail(r, "Sums contradict the counts.");
}

static void
edits_decode(State *state, WireReader *r)
{
	Edits	   *s = (Edits *) state;
	uint8		kind;
	uint32		n;

	if (wire_get_byte(r) != HDATA_EDITS_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	kind = wire_get_byte(r);
	if (kind > ID_TEXT)
		wire_fail(r, "Its kind of identifiers is not known to this release of hdata.");
	s->id_kind = kind;
	n = wire_get_count(r, keys_min_bytes(keys_id_form(kind)) + 8);
	if ((n > 0) != (kind != ID_NONE))
		wire_fail(r, "A count is out of range.");
	keys_get(r, &s->editors, n, keys_id_form(kind));
	s->sums = MemoryContextAllocExtended(state->cx, mul_size(Max(n, 1), sizeof(EditSums)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	s->cap = Max(n, 1);
	get_sums(r, state->cx, &s->nobody);
	for (uint32 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		get_sums(r, state->cx, &s->sums[i]);
		if (s->sums[i].n == 0)
			wire_fail(r, "A key is not used.");
	}
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind its end.");
}

const StateType edits_type = {
	"edits",
	sizeof(Edits),
	edits_init,
	edits_encode,
	edits_decode,
	edits_merge
};

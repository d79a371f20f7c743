/*-------------------------------------------------------------------------
 *
 * elo_codec.c
 *	  The byte format of the type "elo" (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  byte		kind of item; 0: no game at all
 *	  byte		order: 1 sequence, 2 time, 3 revision
 *	  varint	number of items, games
 *	  keys		of items, in canonical order
 *	  for each game:
 *		[varint]	at, as difference to the game before; the first zigzag
 *		varint		a
 *		varint		b
 *		byte		outcome: 0 b wins, 1 tie, 2 a wins
 *		[varint]	how many such games at this time
 * What is in brackets is there for time and revision.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "datatype/timestamp.h"
#include "preference/elo.h"

void
elo_encode(State *s, WireWriter *w)
{
	Elo		   *e = (Elo *) s;
	int64		last = 0;

	elo_settle(e);
	wire_put_byte(w, HDATA_ELO_VERSION);
	if (e->n == 0)
	{
		for (int i = 0; i < 4; i++)
			wire_put_byte(w, 0);
		return;
	}
	wire_put_byte(w, e->item_kind);
	wire_put_byte(w, e->order);
	wire_put_varint(w, e->items.n);
	wire_put_varint(w, e->n);
	keys_put(w, &e->items, keys_id_form(e->item_kind));
	for (int64 i = 0; i < e->n; i++)
	{
		const EloGame *g = &e->game[i];

		HD_CHECK_EVERY(i);
		if (e->order != ELO_SEQUENCE)
			wire_put_varint(w, i == 0 ? wire_zigzag(g->at) : (uint64) g->at - (uint64) last);
		last = g->at;
		wire_put_varint(w, g->a);
		wire_put_varint(w, g->b);
		wire_put_byte(w, g->outcome);
		if (e->order != ELO_SEQUENCE)
			wire_put_varint(w, g->count);
	}
}

/* ---- reading ---- */

static void
get_game(WireReader *w, Elo *e, int64 i)
{
	EloGame    *g = &e->game[i];
	bool		dated = e->order != ELO_SEQUENCE;
	uint64		step = dated ? wire_get_varint(w) : 0;
	uint64		a = wire_get_varint(w);
	uint64		b = wire_get_varint(w);
	uint8		outcome = wire_get_byte(w);
	uint64		count = dated ? wire_get_varint(w) : 1;

	if (i > 0 && step > (uint64) PG_INT64_MAX - (uint64) g[-1].at)
		wire_fail(w, "A time is out of range.");
	g->at = i == 0 ? wire_unzigzag(step) : (int64) ((uint64) g[-1].at + step);
	if (e->order == ELO_TIME && !TIMESTAMP_NOT_FINITE(g->at) && !IS_VALID_TIMESTAMP(g->at))
		wire_fail(w, "A time is out of range.");
	if (a >= e->items.n || b >= e->items.n || a == b)
		wire_fail(w, "An item is out of range.");
	if (outcome > OUTCOME_A)
		wire_fail(w, "An outcome is not known.");
	if (count == 0 || count > (uint64) (PG_INT64_MAX - e->total))
		wire_fail(w, "The number of games is out of range.");
	g->a = (uint32) a;
	g->b = (uint32) b;
	g->outcome = outcome;
	g->count = (int64) count;
	e->total += g->count;
	if (dated && i > 0 && step == 0 &&
		(g->a < g[-1].a || (g->a == g[-1].a &&
							(g->b < g[-1].b || (g->b == g[-1].b && g->outcome <= g[-1].outcome)))))
		wire_fail(w, "Games are not in ascending order.");
}

void
elo_decode(State *s, WireReader *w)
{
	Elo		   *e = (Elo *) s;
	uint32		n_items;
	bool	   *used;

	if (wire_get_byte(w) != HDATA_ELO_VERSION)
		wire_fail(w, "Its version is not known to this release of hdata.");
	e->item_kind = wire_get_byte(w);
	e->order = wire_get_byte(w);
	if (e->item_kind > ID_TEXT || e->order > ELO_REVISION)
		wire_fail(w, "The kinds of its columns are not known.");
	n_items = wire_get_count(w, keys_min_bytes(keys_id_form(e->item_kind)));
	e->n = wire_get_count(w, e->order == ELO_SEQUENCE ? 3 : 5);
	if ((e->n > 0) != (e->item_kind != ID_NONE) || (e->n > 0) != (e->order != 0) ||
		(e->n > 0) != (n_items > 0))
		wire_fail(w, "The kinds of its columns are not known.");
	keys_get(w, &e->items, n_items, keys_id_form(e->item_kind));
	e->cap = Max(e->n, 1);
	e->game = array_alloc_in(s->cx, e->cap, sizeof(EloGame));
	used = array_alloc0(n_items, sizeof(bool));
	for (int64 i = 0; i < e->n; i++)
	{
		HD_CHECK_EVERY(i);
		get_game(w, e, i);
		used[e->game[i].a] = used[e->game[i].b] = true;
	}
	keys_check_used(w, used, n_items);
	pfree(used);
	if (wire_left(w) > 0)
		wire_fail(w, "There are bytes behind the end.");
	e->settled = true;
}

/* No less than the canonical bytes will be: cheap, for the size limit */
double
elo_size_bound(const Elo *e)
{
	int			game = 2 * wire_varint_bytes(e->items.n) + 1 + (e->order == ELO_SEQUENCE ? 0 : 20);

	return 64 + keys_bound(&e->items) + (double) game * e->n;
}

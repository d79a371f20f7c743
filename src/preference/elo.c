/*-------------------------------------------------------------------------
 *
 * elo.c
 *	  The state type "elo": growing, settling and merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/int.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "preference/elo.h"
#include "utils/memutils.h"

#define GAMES_START 4
#define FIRST_CHECK_GAMES 1024
#define FIRST_CHECK_BYTES ((size_t) 1 << 15)

static void
elo_init(State *s)
{
	Elo		   *e = (Elo *) s;

	dict_init(&e->items, s->cx);
	e->next_check = FIRST_CHECK_GAMES;
	e->next_check_bytes = FIRST_CHECK_BYTES;
}

static const char *
order_name(uint8 order)
{
	return order == ELO_SEQUENCE ? "the order of rows" : order == ELO_TIME ? "time" : "revision";
}

/* Another game must be of the kind that is there already */
void
elo_check_kind(Elo *e, IdKind kind, EloOrder order)
{
	if (e->n == 0)
	{
		e->item_kind = kind;
		e->order = order;
		return;
	}
	if (e->item_kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("games of different kinds cannot be put together"),
				 errdetail("The item is of kind %s in one and %s in the other.",
						   id_kind_sql_name(e->item_kind), id_kind_sql_name(kind)),
				 errhint("Cast the column to one type, for example text.")));
	if (e->order != order)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("games of different kinds cannot be put together"),
				 errdetail("They are ordered by %s in one and by %s in the other.",
						   order_name(e->order), order_name(order))));
}

/* ---- growing ---- */

static bool
too_large(const Elo *e, double bytes)
{
	return bytes > (double) state_size_limit() || e->items.key_bytes > KEYS_MAX_BYTES;
}

static void
check_size(Elo *e)
{
	size_t		bytes;

	if (too_large(e, elo_size_bound(e)))
	{
		(void) state_flat(&e->state, &bytes);
		if (too_large(e, (double) bytes))
			wire_too_large(elo_type.name, state_size_limit());
		state_changed(&e->state);
	}
	e->next_check = Max(e->n + e->n / 4, FIRST_CHECK_GAMES);
	e->next_check_bytes = Max(e->items.key_bytes + e->items.key_bytes / 4, FIRST_CHECK_BYTES);
}

void
elo_make_room(Elo *e, int64 n)
{
	int64		cap;

	if (unlikely(e->n >= e->next_check || e->items.key_bytes > e->next_check_bytes))
		check_size(e);
	if (e->n + n <= e->cap)
		return;
	cap = Max(Max(e->cap * 2, e->n + n), GAMES_START);
	e->game = e->game ? repalloc_huge(e->game, mul_size(cap, sizeof(EloGame))) :
		array_alloc_in(e->state.cx, cap, sizeof(EloGame));
	e->cap = cap;
}

void
elo_push(Elo *e, const EloGame *g)
{
	int64		total;

	if (pg_add_s64_overflow(e->total, g->count, &total))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many games in one state")));
	e->total = total;
	e->game[e->n++] = *g;
	e->settled = false;
}

/* ---- settling ---- */

static inline int
compare_games(const EloGame *x, const EloGame *y)
{
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->outcome > y->outcome) - (x->outcome < y->outcome);
}

#define ST_SORT sort_games
#define ST_ELEMENT_TYPE EloGame
#define ST_COMPARE(a, b) compare_games(a, b)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Codes become positions in canonical order; names that a cancelled merge left behind go */
static uint32 *
sort_names(Dict *dst, const Elo *e)
{
	uint32	   *order = dict_sorted(&e->items);
	uint32	   *rank = array_alloc(e->items.n, sizeof(uint32));
	bool	   *used = array_alloc0(e->items.n, sizeof(bool));
	uint32		n = 0;

	for (int64 i = 0; i < e->n; i++)
		used[e->game[i].a] = used[e->game[i].b] = true;
	for (uint32 i = 0; i < e->items.n; i++)
		if (used[order[i]])
		{
			rank[order[i]] = n;
			order[n++] = order[i];
		}
	dict_reorder(dst, &e->items, order, n);
	pfree(order);
	pfree(used);
	return rank;
}

/* Dated games are sorted, and what is the same game is counted */
static int64
sort_and_count(EloGame *game, int64 n)
{
	int64		m = 0;

	sort_games(game, n);
	for (int64 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		if (m > 0 && compare_games(&game[m - 1], &game[i]) == 0)
			game[m - 1].count += game[i].count;
		else
			game[m++] = game[i];
	}
	return m;
}

/*
 * Everything is built beside what is there and put in its place at the end,
 * so that a cancel loses nothing.
 */
void
elo_settle(Elo *e)
{
	Dict		items;
	EloGame    *game;
	uint32	   *rank;
	int64		n = e->n;

	if (e->settled || n == 0)
		return;
	dict_init(&items, e->state.cx);
	rank = sort_names(&items, e);
	game = array_alloc_in(e->state.cx, n, sizeof(EloGame));
	for (int64 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		game[i] = e->game[i];
		game[i].a = rank[game[i].a];
		game[i].b = rank[game[i].b];
	}
	if (e->order != ELO_SEQUENCE)
		n = sort_and_count(game, n);
	pfree(rank);
	dict_free(&e->items);
	e->items = items;
	pfree(e->game);
	e->game = game;
	e->cap = e->n;
	e->n = n;
	e->settled = true;
}

Elo *
elo_get(Datum d)
{
	Elo		   *e = (Elo *) state_get(&elo_type, d);

	elo_settle(e);
	return e;
}

/* ---- merging ---- */

static void
elo_merge(State *d, State *s)
{
	Elo		   *dst = (Elo *) d;
	Elo		   *src = (Elo *) s;
	uint32	   *item;

	if (src->n == 0)
		return;
	/* into nothing it is a copy */
	if (dst->n > 0 && (dst->order == ELO_SEQUENCE || src->order == ELO_SEQUENCE))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("games without a time cannot be merged"),
				 errdetail("Elo ratings depend on the order of games, and nobody knows which of the two came first."),
				 errhint("Build states that are to be merged by elo_agg(a, b, outcome, at).")));
	elo_check_kind(dst, src->item_kind, src->order);
	state_changed(d);
	elo_make_room(dst, src->n);
	item = dict_translate(&dst->items, &src->items);
	for (int64 i = 0; i < src->n; i++)
	{
		EloGame		g = src->game[i];

		HD_CHECK_EVERY(i);
		g.a = item[g.a];
		g.b = item[g.b];
		elo_push(dst, &g);
	}
	pfree(item);
}

const StateType elo_type = {
	.name = "elo",
	.size = sizeof(Elo),
	.init = elo_init,
	.encode = elo_encode,
	.decode = elo_decode,
	.merge = elo_merge
};

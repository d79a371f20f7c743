/*-------------------------------------------------------------------------
 *
 * common_spans.c
 *	  What one sequence of codes has taken from another, in whatever order.
 *
 * Greedy string tiling (Wise 1993, "String similarity via greedy string tiling
 * and running Karp-Rabin matching"): the longest run that both have becomes a
 * tile, then the longest of what is left, and so on.  Wise's search starts
 * anew for each length.  Here the suffix automaton of a (Blumer et al. 1985)
 * gives the longest match that ends at each place of b in one pass; those that
 * cannot be extended are candidates.  They are taken by falling length: an
 * earlier tile is not shorter, so it can only cover an end of a candidate,
 * which is trimmed and waits again, twice at the most.  Time is O(n log n)
 * however often the texts repeat themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "port/pg_bitutils.h"
#include "text/common_spans.h"

/* ---- suffix automaton ---- */

typedef struct AutomatonState
{
	int32		len;			/* of the longest string that leads here */
	int32		link;			/* state of the longest suffix that leads elsewhere; -1 for the root */
	int32		end;			/* where in a that string ends first, exclusive */
	int32		edges;			/* first of a list, -1: none */
} AutomatonState;

typedef struct AutomatonEdge
{
	int32		from;
	uint32		code;
	int32		to;
	int32		next;			/* of the same state, -1: none */
} AutomatonEdge;

/* There are at most 2 n states and 3 n edges (Blumer et al.) */
typedef struct Automaton
{
	AutomatonState *state;
	int32		n_states;
	AutomatonEdge *edge;
	int32		n_edges;
	int32	   *slot;			/* edge + 1, or 0 */
	uint32		mask;
} Automaton;

static inline uint32
edge_slot(const Automaton *m, int32 from, uint32 code)
{
	uint32		s = (uint32) hd_mix64((uint64) (uint32) from << 32 | code) & m->mask;

	while (m->slot[s] != 0)
	{
		const AutomatonEdge *e = &m->edge[m->slot[s] - 1];

		if (e->from == from && e->code == code)
			break;
		s = (s + 1) & m->mask;
	}
	return s;
}

/* The edge of a state with a code, or NULL */
static inline AutomatonEdge *
find_edge(const Automaton *m, int32 from, uint32 code)
{
	int32		e = m->slot[edge_slot(m, from, code)];

	return e > 0 ? &m->edge[e - 1] : NULL;
}

static void
add_edge(Automaton *m, int32 from, uint32 code, int32 to)
{
	m->edge[m->n_edges] = (AutomatonEdge) {from, code, to, m->state[from].edges};
	m->state[from].edges = m->n_edges;
	m->slot[edge_slot(m, from, code)] = ++m->n_edges;
}

static int32
add_state(Automaton *m, int32 len, int32 end)
{
	m->state[m->n_states] = (AutomatonState) {len, -1, end, -1};
	return m->n_states++;
}

/* A state of its own for the strings up to the length of p and one code more */
static int32
split_state(Automaton *m, int32 p, uint32 code, int32 q)
{
	int32		clone = add_state(m, m->state[p].len + 1, m->state[q].end);
	AutomatonEdge *e;

	for (int32 i = m->state[q].edges; i >= 0; i = m->edge[i].next)
		add_edge(m, clone, m->edge[i].code, m->edge[i].to);
	m->state[clone].link = m->state[q].link;
	m->state[q].link = clone;
	for (; p >= 0 && (e = find_edge(m, p, code)) != NULL && e->to == q; p = m->state[p].link)
		e->to = clone;
	return clone;
}

static void
automaton_make(Automaton *m, CodePoints a)
{
	int32		last;

	if (a.n > PG_INT32_MAX / 8)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text is too long")));
	m->state = array_alloc(2 * (Size) a.n + 1, sizeof(AutomatonState));
	m->edge = array_alloc(3 * (Size) a.n + 1, sizeof(AutomatonEdge));
	m->mask = pg_nextpower2_32(Max(6 * a.n, 8)) - 1;
	m->slot = array_alloc0((Size) m->mask + 1, sizeof(int32));
	m->n_states = m->n_edges = 0;
	last = add_state(m, 0, 0);
	for (int32 i = 0; i < a.n; i++)
	{
		uint32		code = a.c[i];
		int32		new = add_state(m, i + 1, i + 1);
		int32		p = last;
		AutomatonEdge *e = NULL;

		HD_CHECK_EVERY(i + 1);
		for (; p >= 0 && (e = find_edge(m, p, code)) == NULL; p = m->state[p].link)
			add_edge(m, p, code, new);
		if (p < 0)
			m->state[new].link = 0;
		else if (m->state[e->to].len == m->state[p].len + 1)
			m->state[new].link = e->to;
		else
			m->state[new].link = split_state(m, p, code, e->to);
		last = new;
	}
}

static void
automaton_free(Automaton *m)
{
	pfree(m->state);
	pfree(m->edge);
	pfree(m->slot);
}

/* Matches of b in a that cannot be made longer at either end, at least so long */
static Tile *
longest_matches(const Automaton *m, CodePoints b, int32 least, int32 *n)
{
	Tile	   *match = array_alloc(b.n, sizeof(Tile));
	int32		s = 0,
				len = 0;

	*n = 0;
	for (int32 j = 0; j < b.n; j++)
	{
		AutomatonEdge *e = find_edge(m, s, b.c[j]);

		HD_CHECK_EVERY(j + 1);
		if (e == NULL && len >= least)
			match[(*n)++] = (Tile) {m->state[s].end - len, j - len, len};
		else if (e != NULL)
		{
			s = e->to;
			len++;
			continue;
		}
		while (e == NULL && s > 0)
		{
			s = m->state[s].link;
			len = m->state[s].len;
			e = find_edge(m, s, b.c[j]);
		}
		if (e != NULL)
		{
			s = e->to;
			len++;
		}
	}
	if (len >= least)
		match[(*n)++] = (Tile) {m->state[s].end - len, b.n - len, len};
	return match;
}

/* ---- tiles ---- */

/* The longest first, then the first in b */
static inline bool
comes_before(const Tile *x, const Tile *y)
{
	return x->n != y->n ? x->n > y->n : x->b < y->b;
}

/* A heap of candidates */
static void
sift_down(Tile *heap, int32 n, int32 i)
{
	Tile		t = heap[i];

	for (int32 child; (child = 2 * i + 1) < n; i = child)
	{
		if (child + 1 < n && comes_before(&heap[child + 1], &heap[child]))
			child++;
		if (!comes_before(&heap[child], &t))
			break;
		heap[i] = heap[child];
	}
	heap[i] = t;
}

/*
 * What is left of a candidate between tiles, which only cover its ends.
 * cover[j] is the tile over a code of b, + 1.
 */
static Tile
trimmed(Tile t, const int32 *cover, const Tile *tile)
{
	int32		end = t.b + t.n;

	while (t.b < end && cover[t.b] > 0)
	{
		const Tile *over = &tile[cover[t.b] - 1];
		int32		skip = over->b + over->n - t.b;

		t.a += skip;
		t.b += skip;
	}
	while (t.b < end && cover[end - 1] > 0)
		end = tile[cover[end - 1] - 1].b;
	t.n = Max(end - t.b, 0);
	return t;
}

static inline int
by_place_in_b(const Tile *x, const Tile *y)
{
	return (x->b > y->b) - (x->b < y->b);
}

#define ST_SORT sort_by_place_in_b
#define ST_ELEMENT_TYPE Tile
#define ST_COMPARE(x, y) by_place_in_b(x, y)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

Tile *
common_tiles(CodePoints a, CodePoints b, int32 least, int32 *n_tiles)
{
	Automaton	m;
	Tile	   *heap,
			   *tile;
	int32	   *cover;
	int32		n;

	*n_tiles = 0;
	if (a.n < least || b.n < least)
		return palloc(sizeof(Tile));
	automaton_make(&m, a);
	heap = longest_matches(&m, b, least, &n);
	automaton_free(&m);
	tile = array_alloc(n, sizeof(Tile));
	cover = array_alloc0(b.n, sizeof(int32));
	for (int32 i = n / 2 - 1; i >= 0; i--)
		sift_down(heap, n, i);
	for (int64 step = 1; n > 0; step++)
	{
		Tile		t = trimmed(heap[0], cover, tile);

		HD_CHECK_EVERY(step);
		if (t.n == heap[0].n)
		{
			tile[(*n_tiles)++] = t;
			for (int32 j = t.b; j < t.b + t.n; j++)
				cover[j] = *n_tiles;
		}
		if (t.n < heap[0].n && t.n >= least)
			heap[0] = t;
		else
			heap[0] = heap[--n];
		sift_down(heap, n, 0);
	}
	pfree(heap);
	pfree(cover);
	sort_by_place_in_b(tile, *n_tiles);
	return tile;
}

/* ---- moves ---- */

#define MOVE_ROUNDS 8

static inline int
longest_first(const Tile *x, const Tile *y)
{
	return comes_before(x, y) ? -1 : 1;
}

#define ST_SORT sort_longest_first
#define ST_ELEMENT_TYPE Tile
#define ST_COMPARE(x, y) longest_first(x, y)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

Tile *
moved_tiles(CodePoints a, CodePoints b, int32 least, int32 *n_tiles)
{
	uint32	   *ca = array_alloc(a.n, sizeof(uint32));
	uint32	   *cb = array_alloc(b.n, sizeof(uint32));
	Tile	   *moved = array_alloc(Max(b.n / Max(least, 1), 1), sizeof(Tile));

	*n_tiles = 0;
	memcpy(ca, a.c, a.n * sizeof(uint32));
	memcpy(cb, b.c, b.n * sizeof(uint32));
	for (int round = 0; round < MOVE_ROUNDS; round++)
	{
		int32		n,
					before = *n_tiles;
		Tile	   *tile = common_tiles((CodePoints) {a.n, ca}, (CodePoints) {b.n, cb}, least, &n);

		sort_longest_first(tile, n);
		for (int32 i = 0; i < n; i++)
		{
			Tile		t = tile[i];
			bool		is_free = true;

			HD_CHECK_EVERY(i + 1);
			for (int32 j = 0; j < t.n && is_free; j++)
				is_free = ca[t.a + j] != NOTHING_IN_A(t.a + j);
			if (!is_free)
				continue;
			for (int32 j = 0; j < t.n; j++)
			{
				ca[t.a + j] = NOTHING_IN_A(t.a + j);
				cb[t.b + j] = NOTHING_IN_B(t.b + j);
			}
			moved[(*n_tiles)++] = t;
		}
		pfree(tile);
		if (*n_tiles == before)
			break;
	}
	pfree(ca);
	pfree(cb);
	sort_by_place_in_b(moved, *n_tiles);
	return moved;
}

/*-------------------------------------------------------------------------
 *
 * diff.c
 *	  What two sequences of codes have in common, in order.
 *
 * Myers (1986, "An O(ND) difference algorithm and its variations", section
 * 4b): paths of ever more differences grow from both ends of a box until they
 * meet, there the box is cut in two.  Time is O(ND), memory O(N).  Elements
 * that the other sequence does not have at all are left out before: they can
 * be in no common subsequence.
 *
 * Where the paths do not meet within a number of differences, the box is cut
 * at the end of the path that came furthest.  The result is then still a
 * common subsequence, but perhaps not the longest, and time is O(N) times that
 * number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/alphabet.h"
#include "text/diff.h"
#include "utils/memutils.h"

/* Up to 2 * MOST_STEPS differences in a box the result is the longest */
#define MOST_STEPS 2048
#define LEAST_STEPS 256
/* steps times elements, for longer sequences */
#define STEP_BUDGET ((int64) 1 << 26)

typedef struct Box
{
	int32		x0,
				x1,
				y0,
				y1;
} Box;

typedef struct Differ
{
	const uint32 *a;
	const uint32 *b;
	bool	   *a_kept;
	bool	   *b_kept;
	int32	   *forward;		/* [diagonal x - y] how far the path on it came, as x */
	int32	   *backward;
	int32		limit;
	Box		   *todo;
	int32		n_todo;
	int32		room;
} Differ;

static void
push(Differ *f, int32 x0, int32 x1, int32 y0, int32 y1)
{
	if (f->n_todo == f->room)
	{
		f->room *= 2;
		f->todo = repalloc_huge(f->todo, (Size) f->room * sizeof(Box));
	}
	f->todo[f->n_todo++] = (Box) {x0, x1, y0, y1};
}

/* ---- where to cut a box ---- */

/* The diagonals that paths of so many differences end on */
typedef struct Front
{
	int32		low;
	int32		high;
} Front;

/* One difference more: a diagonal more on either side, unless it is outside of the box */
static inline void
widen(Front *r, int32 *reach, int32 low, int32 high, int32 nothing)
{
	if (r->low > low)
		reach[--r->low - 1] = nothing;
	else
		r->low++;
	if (r->high < high)
		reach[++r->high + 1] = nothing;
	else
		r->high--;
}

/* The furthest end of a path from the upper left corner */
static int32
furthest_forward(const Differ *f, const Box *box, const Front *r, int32 *x, int32 *y)
{
	int32		best = -1;

	for (int32 d = r->low; d <= r->high; d += 2)
	{
		int32		to = Min(Min(f->forward[d], box->x1), box->y1 + d);

		if (to >= box->x0 && to - d >= box->y0 && 2 * to - d > best)
		{
			best = 2 * to - d;
			*x = to;
			*y = to - d;
		}
	}
	return best;
}

static int32
furthest_backward(const Differ *f, const Box *box, const Front *r, int32 *x, int32 *y)
{
	int32		best = PG_INT32_MAX;

	for (int32 d = r->low; d <= r->high; d += 2)
	{
		int32		to = Max(Max(f->backward[d], box->x0), box->y0 + d);

		if (to <= box->x1 && to - d <= box->y1 && 2 * to - d < best)
		{
			best = 2 * to - d;
			*x = to;
			*y = to - d;
		}
	}
	return best;
}

/* The box differs at all four corners, so that the point is none of two of them */
static void
cut(Differ *f, const Box *box, int32 *x, int32 *y)
{
	int32		low = box->x0 - box->y1,
				high = box->x1 - box->y0;
	int32		first = box->x0 - box->y0,
				last = box->x1 - box->y1;
	bool		odd = (first - last) & 1;
	Front		fr = {first, first},
				br = {last, last};
	int32	   *forward = f->forward,
			   *backward = f->backward;

	*x = box->x0;
	*y = box->y0;
	forward[first] = box->x0;
	backward[last] = box->x1;
	for (int32 step = 1;; step++)
	{
		CHECK_FOR_INTERRUPTS();
		widen(&fr, forward, low, high, -1);
		for (int32 d = fr.high; d >= fr.low; d -= 2)
		{
			int32		i = forward[d - 1] < forward[d + 1] ? forward[d + 1] : forward[d - 1] + 1;
			int32		j = i - d;

			while (i < box->x1 && j < box->y1 && f->a[i] == f->b[j])
			{
				i++;
				j++;
			}
			forward[d] = i;
			if (odd && br.low <= d && d <= br.high && backward[d] <= i)
			{
				*x = i;
				*y = j;
				return;
			}
		}
		widen(&br, backward, low, high, PG_INT32_MAX);
		for (int32 d = br.high; d >= br.low; d -= 2)
		{
			int32		i = backward[d - 1] < backward[d + 1] ? backward[d - 1] : backward[d + 1] - 1;
			int32		j = i - d;

			while (i > box->x0 && j > box->y0 && f->a[i - 1] == f->b[j - 1])
			{
				i--;
				j--;
			}
			backward[d] = i;
			if (!odd && fr.low <= d && d <= fr.high && i <= forward[d])
			{
				*x = i;
				*y = j;
				return;
			}
		}
		if (step >= f->limit)
		{
			int32		bx = box->x1,
						by = box->y1;
			int32		fbest = furthest_forward(f, box, &fr, x, y);
			int32		bbest = furthest_backward(f, box, &br, &bx, &by);

			if ((box->x1 + box->y1) - bbest > fbest - (box->x0 + box->y0))
			{
				*x = bx;
				*y = by;
			}
			return;
		}
	}
}

/* ---- boxes ---- */

static void
compare_box(Differ *f, Box box)
{
	int32		x,
				y;

	while (box.x0 < box.x1 && box.y0 < box.y1 && f->a[box.x0] == f->b[box.y0])
	{
		f->a_kept[box.x0++] = true;
		f->b_kept[box.y0++] = true;
	}
	while (box.x0 < box.x1 && box.y0 < box.y1 && f->a[box.x1 - 1] == f->b[box.y1 - 1])
	{
		f->a_kept[--box.x1] = true;
		f->b_kept[--box.y1] = true;
	}
	if (box.x0 == box.x1 || box.y0 == box.y1)
		return;
	cut(f, &box, &x, &y);
	push(f, box.x0, x, box.y0, y);
	push(f, x, box.x1, y, box.y1);
}

static void
compare(CodePoints a, CodePoints b, int32 limit, bool *a_kept, bool *b_kept)
{
	Size		diagonals = (Size) a.n + b.n + 3;
	int32	   *forward = array_alloc(diagonals, sizeof(int32));
	int32	   *backward = array_alloc(diagonals, sizeof(int32));
	Differ		f = {a.c, b.c, a_kept, b_kept, forward + b.n + 1, backward + b.n + 1, limit,
	array_alloc(64, sizeof(Box)), 0, 64};

	push(&f, 0, a.n, 0, b.n);
	while (f.n_todo > 0)
		compare_box(&f, f.todo[--f.n_todo]);
	pfree(forward);
	pfree(backward);
	pfree(f.todo);
}

/*
 * A changed run that can begin and end one element later does: which of equal
 * elements was the one that came in must not depend on how it was found, and
 * sentences end with marks that are alike.
 */
static void
slide_down(CodePoints a, bool *kept)
{
	int32		first = 0;		/* of the changed run that ends before i */

	for (int32 i = 0; i < a.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (!kept[i])
			continue;
		if (first < i && a.c[first] == a.c[i])
		{
			kept[first++] = true;
			kept[i] = false;
		}
		else
			first = i + 1;
	}
}

/* The elements that the other sequence has as well; at[i] is where the i-th stands */
static CodePoints
shared_elements(CodePoints a, CodePoints b, int32 **at)
{
	Alphabet	al;
	uint32	   *c = array_alloc(a.n, sizeof(uint32));
	int32		n = 0;

	*at = array_alloc(a.n, sizeof(int32));
	alphabet_init(&al, b.c, b.n);
	for (int32 i = 0; i < a.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (alphabet_code(&al, a.c[i]) == 0)
			continue;
		c[n] = a.c[i];
		(*at)[n++] = i;
	}
	alphabet_free(&al);
	return (CodePoints) {n, c};
}

void
diff_kept_within(CodePoints a, CodePoints b, int32 limit, bool *a_kept, bool *b_kept)
{
	int32	   *a_at,
			   *b_at;
	CodePoints	sa = shared_elements(a, b, &a_at);
	CodePoints	sb = shared_elements(b, a, &b_at);
	bool	   *ka = array_alloc0(sa.n, sizeof(bool));
	bool	   *kb = array_alloc0(sb.n, sizeof(bool));

	compare(sa, sb, limit, ka, kb);
	memset(a_kept, 0, a.n);
	memset(b_kept, 0, b.n);
	for (int32 i = 0; i < sa.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		a_kept[a_at[i]] = ka[i];
	}
	for (int32 i = 0; i < sb.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		b_kept[b_at[i]] = kb[i];
	}
	slide_down(a, a_kept);
	slide_down(b, b_kept);
	pfree(a_at);
	pfree(b_at);
	pfree(unconstify(uint32 *, sa.c));
	pfree(unconstify(uint32 *, sb.c));
	pfree(ka);
	pfree(kb);
}

void
diff_kept(CodePoints a, CodePoints b, bool *a_kept, bool *b_kept)
{
	int64		n = (int64) a.n + b.n;

	diff_kept_within(a, b, (int32) Min(Max(STEP_BUDGET / Max(n, 1), LEAST_STEPS), MOST_STEPS), a_kept, b_kept);
}

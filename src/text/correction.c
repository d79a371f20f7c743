/*-------------------------------------------------------------------------
 *
 * correction.c
 *	  What somebody changed in a text, run by run: the diff, and in what it
 *	  leaves over, what was moved.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/common_spans.h"
#include "text/correction.h"
#include "text/diff.h"

/* What is not kept, one code that equals nothing between any two stretches of it */
typedef struct Changed
{
	CodePoints	codes;
	int32	   *at;				/* where each stood */
} Changed;

static Changed
changed_part(CodePoints a, const bool *kept, bool is_after)
{
	uint32	   *c = array_alloc(a.n, sizeof(uint32));
	Changed		r = {{0, c}, array_alloc(a.n, sizeof(int32))};

	for (int32 i = 0; i < a.n; i++)
	{
		if (kept[i] && (i == 0 || kept[i - 1]))
			continue;
		r.at[r.codes.n] = i;
		c[r.codes.n++] = !kept[i] ? a.c[i] : is_after ? NOTHING_IN_B(i) : NOTHING_IN_A(i);
	}
	return r;
}

/* Moved runs in order of after; moved[i] is set for their elements of before */
static Tile *
find_moves(CodePoints before, CodePoints after, const bool *before_kept, const bool *after_kept,
		   int32 least, bool *moved, int32 *n)
{
	Changed		a = changed_part(before, before_kept, false);
	Changed		b = changed_part(after, after_kept, true);
	Tile	   *tile = moved_tiles(a.codes, b.codes, least, n);

	/* a run has no gap: it would have a code that equals nothing */
	for (int32 i = 0; i < *n; i++)
	{
		tile[i].a = a.at[tile[i].a];
		tile[i].b = b.at[tile[i].b];
		memset(moved + tile[i].a, true, tile[i].n);
	}
	pfree(a.at);
	pfree(b.at);
	pfree(unconstify(uint32 *, a.codes.c));
	pfree(unconstify(uint32 *, b.codes.c));
	return tile;
}

typedef struct RunList
{
	CorrectionRun *run;
	int32		n;
	int32		room;
} RunList;

static void
add_run(RunList *l, CorrectionOp op, int32 before, int32 n_before, int32 after, int32 n_after)
{
	if (n_before + n_after == 0)
		return;
	if (l->n == l->room)
	{
		l->room *= 2;
		l->run = repalloc_huge(l->run, (Size) l->room * sizeof(CorrectionRun));
	}
	l->run[l->n++] = (CorrectionRun) {op, before, n_before, after, n_after};
}

CorrectionRun *
correction_runs(CodePoints before, CodePoints after, int32 least_move, int32 *n)
{
	bool	   *before_kept = array_alloc(before.n, sizeof(bool));
	bool	   *after_kept = array_alloc(after.n, sizeof(bool));
	bool	   *moved = array_alloc0(before.n, sizeof(bool));
	RunList		l = {array_alloc(16, sizeof(CorrectionRun)), 0, 16};
	Tile	   *tile;
	int32		n_tiles,
				next = 0,
				i = 0,
				j = 0;

	diff_kept(before, after, before_kept, after_kept);
	tile = find_moves(before, after, before_kept, after_kept, least_move, moved, &n_tiles);
	while (i < before.n || j < after.n)
	{
		int32		i0 = i,
					j0 = j;

		HD_CHECK_EVERY(l.n + 1);
		while (i < before.n && j < after.n && before_kept[i] && after_kept[j])
		{
			i++;
			j++;
		}
		add_run(&l, CORRECTION_KEPT, i0, i - i0, j0, j - j0);
		while (i < before.n && !before_kept[i])
		{
			for (i0 = i; i < before.n && !before_kept[i] && !moved[i]; i++)
				;
			add_run(&l, CORRECTION_DELETED, i0, i - i0, j, 0);
			while (i < before.n && moved[i])
				i++;
		}
		while (j < after.n && !after_kept[j])
		{
			int32		end = next < n_tiles ? tile[next].b : after.n;

			for (j0 = j; j < end && !after_kept[j]; j++)
				;
			add_run(&l, CORRECTION_INSERTED, i, 0, j0, j - j0);
			if (next < n_tiles && j == end)
			{
				add_run(&l, CORRECTION_MOVED, tile[next].a, tile[next].n, j, tile[next].n);
				j += tile[next++].n;
			}
		}
	}
	pfree(before_kept);
	pfree(after_kept);
	pfree(moved);
	pfree(tile);
	*n = l.n;
	return l.run;
}

/*-------------------------------------------------------------------------
 *
 * correction_counts.c
 *	  How many edits turn one sequence of codes into another.
 *
 * Without shifts: insertions, deletions and substitutions of an alignment of
 * least cost (Levenshtein 1966), whose sum over the length of the result is
 * the word error rate.
 *
 * With shifts: the translation edit rate (Snover et al. 2006, "A study of
 * translation edit rate with targeted human annotation", section 2.2).  A run
 * that stands elsewhere in the result is moved there for the price of one
 * edit, the one that saves most first, as long as one saves any.  The
 * constraints, limits and ties are those of tercom and sacreBLEU: runs of up
 * to 10, moved by up to 50, at least one of them misaligned at either place;
 * the greatest gain, then the longest run, then the earliest one; at most
 * 1000 candidates (what sacreBLEU finds with the last of them it drops, and so
 * do we).
 *
 * Alignments of long sequences are put together of the alignments of their
 * halves (Hirschberg 1975), so that memory stays linear.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/correction_counts.h"
#include "text/edit_distance.h"

#define MAX_SHIFT_SIZE 10
#define MAX_SHIFT_DISTANCE 50
#define MAX_SHIFT_CANDIDATES 1000
/* cells of all candidates' matrices: long texts take the best shift found until then, and no other */
#define MAX_SHIFT_CELLS ((int64) 1 << 33)

/* Cells of the matrix that is kept as a whole */
#define MATRIX_CELLS ((int64) 1 << 22)

typedef enum EditOp
{
	OP_SAME,
	OP_SUBSTITUTE,
	OP_DELETE,
	OP_INSERT
} EditOp;

typedef struct EditPath
{
	uint8	   *op;
	int32		n;
} EditPath;

/* ---- alignment ---- */

static void
append_ops(EditPath *path, EditOp op, int32 n)
{
	memset(path->op + path->n, op, n);
	path->n += n;
}

/* Of equal costs the diagonal goes before a deletion, and that before an insertion, seen from the end */
static void
align_matrix(CodePoints a, CodePoints b, EditPath *path)
{
	uint8	   *came = array_alloc((Size) a.n * b.n, 1);
	int32	   *row = array_alloc((Size) b.n + 1, sizeof(int32));
	int32		n = 0,
				i = a.n,
				j = b.n;
	uint8	   *op = path->op + path->n;

	for (int32 k = 0; k <= b.n; k++)
		row[k] = k;
	for (int32 r = 0; r < a.n; r++)
	{
		int32		diagonal = row[0];
		uint8	   *c = came + (Size) r * b.n;

		HD_CHECK_EVERY(r + 1);
		row[0] = r + 1;
		for (int32 k = 0; k < b.n; k++)
		{
			bool		same = a.c[r] == b.c[k];
			int32		best = diagonal + !same;
			EditOp		o = same ? OP_SAME : OP_SUBSTITUTE;

			if (row[k + 1] + 1 < best)
			{
				best = row[k + 1] + 1;
				o = OP_DELETE;
			}
			if (row[k] + 1 < best)
			{
				best = row[k] + 1;
				o = OP_INSERT;
			}
			diagonal = row[k + 1];
			row[k + 1] = best;
			c[k] = o;
		}
	}
	while (i > 0 || j > 0)
	{
		EditOp		o = i == 0 ? OP_INSERT : j == 0 ? OP_DELETE : came[(Size) (i - 1) * b.n + j - 1];

		op[n++] = o;
		i -= o != OP_INSERT;
		j -= o != OP_DELETE;
	}
	for (int32 k = 0; k < n / 2; k++)
	{
		uint8		t = op[k];

		op[k] = op[n - 1 - k];
		op[n - 1 - k] = t;
	}
	path->n += n;
	pfree(came);
	pfree(row);
}

static CodePoints
part_of(CodePoints a, int32 from, int32 to)
{
	return (CodePoints) {to - from, a.c + from};
}

static CodePoints
reversed(CodePoints a)
{
	uint32	   *c = array_alloc(a.n, sizeof(uint32));

	for (int32 i = 0; i < a.n; i++)
		c[i] = a.c[a.n - 1 - i];
	return (CodePoints) {a.n, c};
}

/* Where b is cut for the best two alignments with the halves of a */
static int32
best_cut(CodePoints a, CodePoints b)
{
	int32		half = a.n / 2,
				best = 0;
	int32	   *head = array_alloc((Size) b.n + 1, sizeof(int32));
	int32	   *tail = array_alloc((Size) b.n + 1, sizeof(int32));
	CodePoints	ra = reversed(part_of(a, half, a.n));
	CodePoints	rb = reversed(b);

	levenshtein_column(b, part_of(a, 0, half), head);
	levenshtein_column(rb, ra, tail);
	for (int32 j = 1; j <= b.n; j++)
		if (head[j] + tail[b.n - j] < head[best] + tail[b.n - best])
			best = j;
	pfree(head);
	pfree(tail);
	pfree(unconstify(uint32 *, ra.c));
	pfree(unconstify(uint32 *, rb.c));
	return best;
}

/* The recursion is as deep as a can be halved */
static void
align(CodePoints a, CodePoints b, EditPath *path)
{
	int32		tail = 0;

	while (tail < Min(a.n, b.n) && a.c[a.n - 1 - tail] == b.c[b.n - 1 - tail])
		tail++;
	a.n -= tail;
	b.n -= tail;
	if (a.n == 0 || b.n == 0)
	{
		append_ops(path, OP_DELETE, a.n);
		append_ops(path, OP_INSERT, b.n);
	}
	else if (a.n == 1 || (int64) a.n * b.n <= MATRIX_CELLS)
		align_matrix(a, b, path);
	else
	{
		int32		cut = best_cut(a, b);

		align(part_of(a, 0, a.n / 2), part_of(b, 0, cut), path);
		align(part_of(a, a.n / 2, a.n), part_of(b, cut, b.n), path);
	}
	append_ops(path, OP_SAME, tail);
}

/* ---- shifts ---- */

/* A sequence in the making, and how it is aligned with the result */
typedef struct ShiftSearch
{
	CodePoints	after;
	int32		n;				/* of the sequence */
	uint32	   *now;			/* [n] with the shifts so far */
	uint32	   *trial;			/* [n] */
	int32		distance;		/* of now */
	int32	   *place;			/* [after.n] the place in now that each of the result is aligned with */
	int32	   *now_errors;		/* [n + 1] how many misaligned before each place */
	int32	   *after_errors;	/* [after.n + 1] */
	int32		n_candidates;
	int64		n_cells;
} ShiftSearch;

typedef struct Shift
{
	int32		gain;			/* 0: none */
	int32		length;
	int32		from;
	int32		to;				/* before this place of the sequence as it was */
} Shift;

static void
read_alignment(ShiftSearch *s, const EditPath *path)
{
	int32		i = -1,
				j = -1;

	s->distance = 0;
	s->now_errors[0] = s->after_errors[0] = 0;
	for (int32 k = 0; k < path->n; k++)
	{
		EditOp		op = path->op[k];
		bool		wrong = op != OP_SAME;

		HD_CHECK_EVERY(k + 1);
		s->distance += wrong;
		if (op != OP_INSERT)
		{
			i++;
			s->now_errors[i + 1] = s->now_errors[i] + wrong;
		}
		if (op != OP_DELETE)
		{
			j++;
			s->place[j] = i;
			s->after_errors[j + 1] = s->after_errors[j] + wrong;
		}
	}
}

/* now[from .. from + length - 1] goes before now[to]; within itself, it goes behind as many of what follows */
static void
shifted(const uint32 *now, int32 n, int32 from, int32 length, int32 to, uint32 *out)
{
	int32		end = from + length;

	if (to < from)
	{
		memcpy(out, now, to * sizeof(uint32));
		memcpy(out + to, now + from, length * sizeof(uint32));
		memcpy(out + to + length, now + to, (from - to) * sizeof(uint32));
		memcpy(out + end, now + end, (n - end) * sizeof(uint32));
		return;
	}
	if (to <= end)
		to = Min(to + length, n);
	memcpy(out, now, from * sizeof(uint32));
	memcpy(out + from, now + end, (to - end) * sizeof(uint32));
	memcpy(out + to - length, now + from, length * sizeof(uint32));
	memcpy(out + to, now + to, (n - to) * sizeof(uint32));
}

static void
try_shift(ShiftSearch *s, int32 from, int32 length, int32 to, Shift *best)
{
	int32		wanted = s->distance - Max(best->gain, 1);
	int32		gain;

	s->n_candidates++;
	s->n_cells += (int64) s->n * s->after.n;
	shifted(s->now, s->n, from, length, to, s->trial);
	gain = s->distance - levenshtein_distance((CodePoints) {s->n, s->trial}, s->after, wanted);
	if (gain < 1 || gain < best->gain)
		return;
	if (gain > best->gain || length > best->length ||
		(length == best->length && (from < best->from || (from == best->from && to < best->to))))
		*best = (Shift) {gain, length, from, to};
}

/* Moves of now[from ..] to where after[at ..] is the same run */
static void
try_run(ShiftSearch *s, int32 from, int32 at, int32 length, Shift *best)
{
	int32		last = -1;

	if (s->now_errors[from + length] == s->now_errors[from] ||
		s->after_errors[at + length] == s->after_errors[at])
		return;
	if (from <= s->place[at] && s->place[at] < from + length)
		return;
	for (int32 offset = -1; offset < length; offset++)
	{
		int32		to = at + offset < 0 ? 0 : s->place[at + offset] + 1;

		if (to == last)
			continue;
		last = to;
		try_shift(s, from, length, to, best);
	}
}

static Shift
best_shift(ShiftSearch *s)
{
	Shift		best = {0, 0, 0, 0};

	for (int32 from = 0; from < s->n; from++)
	{
		int32		end = Min(s->after.n, from + MAX_SHIFT_DISTANCE + 1);

		HD_CHECK_EVERY(from + 1);
		for (int32 at = Max(from - MAX_SHIFT_DISTANCE, 0); at < end; at++)
		{
			for (int32 length = 1; length <= MAX_SHIFT_SIZE && from + length <= s->n && at + length <= s->after.n &&
				 s->now[from + length - 1] == s->after.c[at + length - 1]; length++)
			{
				try_run(s, from, at, length, &best);
				if (s->n_candidates >= MAX_SHIFT_CANDIDATES)
					return (Shift) {0, 0, 0, 0};
				if (s->n_cells >= MAX_SHIFT_CELLS)
					return best;
			}
		}
	}
	return best;
}

/* ---- counting ---- */

static void
count_path(const EditPath *path, EditCounts *e)
{
	for (int32 k = 0; k < path->n; k++)
	{
		e->insertions += path->op[k] == OP_INSERT;
		e->deletions += path->op[k] == OP_DELETE;
		e->substitutions += path->op[k] == OP_SUBSTITUTE;
	}
}

static void
count_with_shifts(CodePoints before, CodePoints after, EditPath *path, EditCounts *e)
{
	ShiftSearch s = {after, before.n};
	Shift		shift;

	s.now = array_alloc(before.n, sizeof(uint32));
	s.trial = array_alloc(before.n, sizeof(uint32));
	s.place = array_alloc(after.n, sizeof(int32));
	s.now_errors = array_alloc((Size) before.n + 1, sizeof(int32));
	s.after_errors = array_alloc((Size) after.n + 1, sizeof(int32));
	memcpy(s.now, before.c, before.n * sizeof(uint32));
	read_alignment(&s, path);
	while (s.distance > 1 && s.n_cells < MAX_SHIFT_CELLS && (shift = best_shift(&s)).gain > 0)
	{
		uint32	   *t = s.now;

		shifted(s.now, s.n, shift.from, shift.length, shift.to, s.trial);
		s.now = s.trial;
		s.trial = t;
		e->shifts++;
		path->n = 0;
		align((CodePoints) {s.n, s.now}, after, path);
		read_alignment(&s, path);
	}
	pfree(s.now);
	pfree(s.trial);
	pfree(s.place);
	pfree(s.now_errors);
	pfree(s.after_errors);
}

void
count_edits(CodePoints before, CodePoints after, bool shifts, EditCounts *e)
{
	EditPath	path = {array_alloc((Size) before.n + after.n, 1), 0};

	*e = (EditCounts) {0, 0, 0, 0, before.n, after.n};
	align(before, after, &path);
	if (shifts && before.n > 0 && after.n > 0)
		count_with_shifts(before, after, &path, e);
	count_path(&path, e);
	pfree(path.op);
}

double
edit_rate_of(const EditCounts *e)
{
	if (e->n_after == 0)
		return e->n_before == 0 ? 0 : NAN;
	return (double) edit_total(e) / (double) e->n_after;
}

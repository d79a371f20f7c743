/*-------------------------------------------------------------------------
 *
 * diff_test.c
 *	  Tests of diffs, tiles and edit counts, without a server, against what
 *	  the definitions say, computed the long way.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "text/common_spans.h"
#include "text/correction.h"
#include "text/correction_counts.h"
#include "text/diff.h"
#include "text/edit_distance.h"

static CodePoints
random_codes(int n, int alphabet)
{
	uint32	   *c = palloc(sizeof(uint32) * (n + 1));

	for (int i = 0; i < n; i++)
		c[i] = rnd_int(alphabet);
	return (CodePoints) {n, c};
}

/* Runs dropped, new ones put in, runs moved */
static CodePoints
edited(CodePoints a, int edits, int alphabet)
{
	uint32	   *c = palloc(sizeof(uint32) * (a.n + 20 * edits + 1));
	uint32	   *t = palloc(sizeof(uint32) * (a.n + 20 * edits + 1));
	int			n = a.n;

	memcpy(c, a.c, sizeof(uint32) * n);
	for (int e = 0; e < edits; e++)
	{
		int			at = rnd_int(n + 1);
		int			len = 1 + rnd_int(8);
		int			to;

		len = Min(len, n - at);
		switch (rnd_int(3))
		{
			case 0:
				memmove(c + at, c + at + len, sizeof(uint32) * (n - at - len));
				n -= len;
				break;
			case 1:
				len = 1 + rnd_int(8);
				memmove(c + at + len, c + at, sizeof(uint32) * (n - at));
				for (int i = 0; i < len; i++)
					c[at + i] = rnd_int(alphabet);
				n += len;
				break;
			default:
				memcpy(t, c + at, sizeof(uint32) * len);
				memmove(c + at, c + at + len, sizeof(uint32) * (n - at - len));
				to = rnd_int(n - len + 1);
				memmove(c + to + len, c + to, sizeof(uint32) * (n - len - to));
				memcpy(c + to, t, sizeof(uint32) * len);
		}
	}
	return (CodePoints) {n, c};
}

/* ---- the long way ---- */

static int
plain_lcs(CodePoints a, CodePoints b)
{
	int		   *d = palloc0(sizeof(int) * (size_t) (b.n + 1) * 2);

	for (int i = 1; i <= a.n; i++)
	{
		int		   *row = d + (i & 1) * (b.n + 1);
		int		   *above = d + !(i & 1) * (b.n + 1);

		row[0] = 0;
		for (int j = 1; j <= b.n; j++)
			row[j] = a.c[i - 1] == b.c[j - 1] ? above[j - 1] + 1 : Max(above[j], row[j - 1]);
	}
	return d[(a.n & 1) * (b.n + 1) + b.n];
}

static int
plain_levenshtein(CodePoints a, CodePoints b)
{
	int		   *d = palloc(sizeof(int) * (size_t) (b.n + 1) * 2);

	for (int j = 0; j <= b.n; j++)
		d[j] = j;
	for (int i = 1; i <= a.n; i++)
	{
		int		   *row = d + (i & 1) * (b.n + 1);
		int		   *above = d + !(i & 1) * (b.n + 1);

		row[0] = i;
		for (int j = 1; j <= b.n; j++)
			row[j] = Min(above[j - 1] + (a.c[i - 1] != b.c[j - 1]), Min(above[j], row[j - 1]) + 1);
	}
	return d[(a.n & 1) * (b.n + 1) + b.n];
}

/* Greedy string tiling as it is written down: the longest run of uncovered codes of b that is in a, the first of them, until none */
static int
plain_tiles(CodePoints a, CodePoints b, int least, Tile *tile)
{
	bool	   *covered = palloc0(b.n + 1);
	int			n = 0;

	for (;;)
	{
		Tile		best = {0, 0, 0};

		for (int j = 0; j < b.n; j++)
			for (int i = 0; i < a.n; i++)
			{
				int			len = 0;

				while (i + len < a.n && j + len < b.n && !covered[j + len] && a.c[i + len] == b.c[j + len])
					len++;
				if (len > best.n)
					best = (Tile) {i, j, len};
			}
		if (best.n < least)
			return n;
		memset(covered + best.b, true, best.n);
		tile[n++] = best;
	}
}

/* ---- diff ---- */

static int
kept_in_common(CodePoints a, CodePoints b, const bool *ka, const bool *kb)
{
	int			i = 0,
				j = 0,
				n = 0;

	for (;; i++, j++, n++)
	{
		while (i < a.n && !ka[i])
			i++;
		while (j < b.n && !kb[j])
			j++;
		if (i == a.n || j == b.n)
			return i == a.n && j == b.n ? n : -1;
		if (a.c[i] != b.c[j])
			return -1;
	}
}

static void
test_diff(CodePoints a, CodePoints b)
{
	bool	   *ka = palloc(a.n + 1);
	bool	   *kb = palloc(b.n + 1);
	int			limit;

	diff_kept(a, b, ka, kb);
	check(kept_in_common(a, b, ka, kb) == plain_lcs(a, b), "diff of %d and %d codes keeps %d, %d are in common", a.n, b.n,
		  kept_in_common(a, b, ka, kb), plain_lcs(a, b));
	check(lcs_length(a, b) == plain_lcs(a, b), "lcs_length of %d and %d", a.n, b.n);
	/* past the limit it need not be the longest, but must be common, and end */
	limit = 1 + rnd_int(5);
	diff_kept_within(a, b, limit, ka, kb);
	check(kept_in_common(a, b, ka, kb) >= 0, "diff of %d and %d codes within %d steps is a common subsequence", a.n, b.n, limit);
}

/* before's runs add up to before, after's to after, equal runs are equal, none is empty; and how much was moved */
static void
test_runs(CodePoints a, CodePoints b, int least)
{
	int			n,
				i = 0,
				j = 0;
	CorrectionRun *run = correction_runs(a, b, least, &n);
	bool	   *seen = palloc0(a.n + 1);
	bool		ok = true;

	for (int k = 0; k < n && ok; k++)
	{
		CorrectionRun r = run[k];
		bool		equal = r.op == CORRECTION_KEPT || r.op == CORRECTION_MOVED;

		ok &= r.n_before + r.n_after > 0;
		ok &= !equal || (r.n_before == r.n_after && memcmp(a.c + r.before, b.c + r.after, sizeof(uint32) * r.n_after) == 0);
		ok &= r.op != CORRECTION_DELETED || r.n_after == 0;
		ok &= r.op != CORRECTION_INSERTED || r.n_before == 0;
		ok &= r.op != CORRECTION_MOVED || r.n_after >= least;
		ok &= r.n_after == 0 || r.after == j;
		/* what is not moved stands in order */
		ok &= r.op == CORRECTION_MOVED || r.n_before == 0 || r.before >= i;
		if (r.op != CORRECTION_MOVED && r.n_before > 0)
			i = r.before + r.n_before;
		for (int x = r.before; x < r.before + r.n_before; x++)
		{
			ok &= !seen[x];
			seen[x] = true;
		}
		j += r.n_after;
	}
	for (int x = 0; x < a.n; x++)
		ok &= seen[x];
	check(ok && j == b.n, "runs of %d and %d codes make before and after", a.n, b.n);
}

/* ---- tiles ---- */

static int
by_b(const void *x, const void *y)
{
	return ((const Tile *) x)->b - ((const Tile *) y)->b;
}

static void
test_tiles(CodePoints a, CodePoints b, int least)
{
	Tile	   *want = palloc(sizeof(Tile) * (b.n + 1));
	int			n_want = plain_tiles(a, b, least, want);
	int			n;
	Tile	   *tile = common_tiles(a, b, least, &n);
	bool		ok = n == n_want;
	bool	   *used = palloc0(a.n + 1);
	int			end = 0;

	qsort(want, n_want, sizeof(Tile), by_b);
	for (int i = 0; i < n && ok; i++)
		ok = tile[i].b == want[i].b && tile[i].n == want[i].n &&
			memcmp(a.c + tile[i].a, b.c + tile[i].b, sizeof(uint32) * tile[i].n) == 0;
	check(ok, "tiles of at least %d in %d and %d codes: %d, by the definition %d", least, a.n, b.n, n, n_want);

	tile = moved_tiles(a, b, least, &n);
	ok = true;
	for (int i = 0; i < n; i++)
	{
		ok &= tile[i].n >= least && tile[i].b >= end && memcmp(a.c + tile[i].a, b.c + tile[i].b, sizeof(uint32) * tile[i].n) == 0;
		end = tile[i].b + tile[i].n;
		for (int x = tile[i].a; x < tile[i].a + tile[i].n; x++)
		{
			ok &= !used[x];
			used[x] = true;
		}
	}
	check(ok, "moved runs of %d and %d codes are equal and do not overlap", a.n, b.n);
}

/* ---- counts ---- */

static void
test_counts(CodePoints a, CodePoints b)
{
	EditCounts	plain,
				with;
	int			d = plain_levenshtein(a, b);
	int32	   *column = palloc(sizeof(int32) * (a.n + 1));

	count_edits(a, b, false, &plain);
	check(edit_total(&plain) == d && plain.shifts == 0, "edits of %d and %d codes: %d, the distance is %d", a.n, b.n,
		  (int) edit_total(&plain), d);
	check(plain.insertions - plain.deletions == b.n - a.n, "insertions less deletions of %d and %d codes", a.n, b.n);
	check(plain.n_before == a.n && plain.n_after == b.n, "lengths of %d and %d codes", a.n, b.n);
	count_edits(a, b, true, &with);
	/* each shift saves at least what it costs */
	check(edit_total(&with) <= d, "shifts of %d and %d codes: %d edits, %d without", a.n, b.n, (int) edit_total(&with), d);
	check(with.insertions - with.deletions == b.n - a.n, "shifts of %d and %d codes neither add nor drop", a.n, b.n);
	levenshtein_column(a, b, column);
	for (int i = 0; i <= a.n; i += 1 + rnd_int(50))
		check(column[i] == plain_levenshtein((CodePoints) {i, a.c}, b), "column of %d codes at %d", a.n, i);
}

int
main(void)
{
	static const int sizes[] = {0, 1, 2, 3, 5, 8, 20, 60, 130};
	static const int alphabets[] = {1, 2, 3, 10, 1000};

	rnd_state = 20261126;
	for (int round = 0; round < 4; round++)
		for (int s = 0; s < (int) lengthof(sizes); s++)
			for (int t = 0; t < (int) lengthof(sizes); t++)
				for (int k = 0; k < (int) lengthof(alphabets); k++)
				{
					CodePoints	a = random_codes(sizes[s], alphabets[k]);
					CodePoints	b = round & 1 ? edited(a, 1 + rnd_int(1 + sizes[t] / 4), alphabets[k]) : random_codes(sizes[t], alphabets[k]);

					test_diff(a, b);
					test_runs(a, b, 1 + rnd_int(5));
					test_tiles(a, b, 1 + rnd_int(4));
					test_counts(a, b);
					stub_reset();
				}

	/* past the matrix that is kept as a whole, and past a stripe of the bit vectors */
	for (int k = 0; k < 6; k++)
	{
		CodePoints	a = random_codes(k < 3 ? 2500 : 5000, k % 3 == 0 ? 2 : k % 3 == 1 ? 50 : 5000);
		CodePoints	b = k & 1 ? random_codes(3000 + k, 50) : edited(a, 60, 50);
		EditCounts	e;

		count_edits(a, b, false, &e);
		check(edit_total(&e) == plain_levenshtein(a, b), "edits of %d and %d codes: %d, the distance is %d", a.n, b.n,
			  (int) edit_total(&e), plain_levenshtein(a, b));
		check(e.insertions - e.deletions == b.n - a.n, "insertions less deletions of %d and %d codes", a.n, b.n);
		test_diff(a, b);
		test_runs(a, b, 4);
		stub_reset();
	}

	/* hopeless texts, far past the limit */
	{
		CodePoints	a = random_codes(60000, 30);
		CodePoints	b = random_codes(60000, 30);
		bool	   *ka = palloc(a.n);
		bool	   *kb = palloc(b.n);

		diff_kept(a, b, ka, kb);
		check(kept_in_common(a, b, ka, kb) >= 0.9 * lcs_length(a, b), "random codes: %d kept, %d in common",
			  kept_in_common(a, b, ka, kb), lcs_length(a, b));
		test_runs(a, b, 4);
		stub_reset();
	}
	return summary("diff_test");
}

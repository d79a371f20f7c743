/*-------------------------------------------------------------------------
 *
 * strings_test.c
 *	  Tests of the string measures, without a server, against the plain
 *	  matrices of dynamic programming: random strings around the borders of
 *	  words and stripes, small and large alphabets.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "text/alphabet.h"
#include "text/edit_distance.h"
#include "text/jaro.h"

bool
code_point_is_space(uint32 c)
{
	return c == ' ';
}

static CodePoints
random_string(int n, int alphabet, uint32 base)
{
	uint32	   *c = palloc(sizeof(uint32) * (n + 1));

	for (int i = 0; i < n; i++)
		c[i] = base + rnd_int(alphabet) * (base > 255 ? 977 : 1);
	return (CodePoints) {n, c};
}

/* The string after some edits, so that distances are small */
static CodePoints
edited(CodePoints s, int edits, int alphabet, uint32 base)
{
	uint32	   *c = palloc(sizeof(uint32) * (s.n + edits + 1));
	int			n = s.n;

	memcpy(c, s.c, sizeof(uint32) * n);
	for (int e = 0; e < edits; e++)
	{
		int			at = n > 0 ? rnd_int(n) : 0;
		uint32		new = base + rnd_int(alphabet) * (base > 255 ? 977 : 1);
		int			kind = rnd_int(4);

		if (kind == 0 || n == 0)
		{
			memmove(c + at + 1, c + at, sizeof(uint32) * (n - at));
			c[at] = new;
			n++;
		}
		else if (kind == 1)
		{
			memmove(c + at, c + at + 1, sizeof(uint32) * (n - at - 1));
			n--;
		}
		else if (kind == 2 || at == n - 1)
			c[at] = new;
		else
		{
			uint32		t = c[at];

			c[at] = c[at + 1];
			c[at + 1] = t;
		}
	}
	return (CodePoints) {n, c};
}

#define D(i, j) d[(size_t) (i) * (b.n + 1) + (j)]

/* transpositions: 0 none, 1 optimal string alignment */
static int
plain_distance(CodePoints a, CodePoints b, int transpositions)
{
	int		   *d = palloc_extended(sizeof(int) * (size_t) (a.n + 1) * (b.n + 1), MCXT_ALLOC_HUGE);

	for (int i = 0; i <= a.n; i++)
		for (int j = 0; j <= b.n; j++)
		{
			if (i == 0 || j == 0)
			{
				D(i, j) = i + j;
				continue;
			}
			D(i, j) = Min(D(i - 1, j - 1) + (a.c[i - 1] != b.c[j - 1]), Min(D(i - 1, j), D(i, j - 1)) + 1);
			if (transpositions && i > 1 && j > 1 && a.c[i - 1] == b.c[j - 2] && a.c[i - 2] == b.c[j - 1])
				D(i, j) = Min(D(i, j), D(i - 2, j - 2) + 1);
		}
	return D(a.n, b.n);
}

static int
plain_lcs(CodePoints a, CodePoints b)
{
	int		   *d = palloc_extended(sizeof(int) * (size_t) (a.n + 1) * (b.n + 1), MCXT_ALLOC_HUGE);

	for (int i = 0; i <= a.n; i++)
		for (int j = 0; j <= b.n; j++)
			D(i, j) = i == 0 || j == 0 ? 0 : a.c[i - 1] == b.c[j - 1] ? D(i - 1, j - 1) + 1 : Max(D(i - 1, j), D(i, j - 1));
	return D(a.n, b.n);
}

/* Lowrance & Wagner (1975), with the whole matrix and a search for the last rows */
static int
plain_damerau(CodePoints a, CodePoints b)
{
	int		   *d = palloc(sizeof(int) * (a.n + 1) * (b.n + 1));

	for (int i = 0; i <= a.n; i++)
		for (int j = 0; j <= b.n; j++)
		{
			if (i == 0 || j == 0)
			{
				D(i, j) = i + j;
				continue;
			}
			D(i, j) = Min(D(i - 1, j - 1) + (a.c[i - 1] != b.c[j - 1]), Min(D(i - 1, j), D(i, j - 1)) + 1);
			for (int k = 1; k < i; k++)
				for (int l = 1; l < j; l++)
					if (a.c[k - 1] == b.c[j - 1] && a.c[i - 1] == b.c[l - 1])
						D(i, j) = Min(D(i, j), D(k - 1, l - 1) + (i - k - 1) + 1 + (j - l - 1));
		}
	return D(a.n, b.n);
}

static double
plain_window(CodePoints a, CodePoints b)
{
	double		best = 0;

	for (int from = 1 - a.n; from < b.n; from++)
	{
		int			begin = Max(from, 0);
		int			end = Min(from + a.n, b.n);
		CodePoints	w = {end - begin, b.c + begin};

		if (w.n > 0)
			best = fmax(best, 2.0 * plain_lcs(a, w) / (a.n + w.n));
	}
	return best;
}

/* The textbook's Jaro: the first free equal character in the window */
static double
plain_jaro(CodePoints a, CodePoints b)
{
	int			window = Max(Max(a.n, b.n) / 2 - 1, 0);
	bool	   *in_a = palloc0(a.n + 1),
			   *in_b = palloc0(b.n + 1);
	int			m = 0,
				t = 0;

	if (a.n == 0 || b.n == 0)
		return a.n == b.n;
	for (int j = 0; j < b.n; j++)
		for (int i = Max(0, j - window); i < a.n && i <= j + window; i++)
			if (!in_a[i] && a.c[i] == b.c[j])
			{
				in_a[i] = in_b[j] = true;
				m++;
				break;
			}
	for (int i = 0, j = 0; i < a.n; i++)
		if (in_a[i])
		{
			while (!in_b[j])
				j++;
			t += a.c[i] != b.c[j++];
		}
	return m == 0 ? 0 : (m / (double) a.n + m / (double) b.n + (m - t / 2) / (double) m) / 3;
}

/* The kernel of bytes, where all characters are bytes */
static void
test_bytes(CodePoints a, CodePoints b, int lev)
{
	uint8	   *p = palloc(a.n + 1),
			   *q = palloc(b.n + 1);
	int			cutoffs[] = {0, 1, 2, 5, 20, BYTES_MOST_CUTOFF, lev - 1, lev, lev + 1};
	uint32		all = 0;

	for (int i = 0; i < a.n; i++)
		all |= a.c[i], p[i] = (uint8) a.c[i];
	for (int i = 0; i < b.n; i++)
		all |= b.c[i], q[i] = (uint8) b.c[i];
	if (all > 255)
		return;
	for (int i = 0; i < lengthof(cutoffs); i++)
		if (cutoffs[i] >= 0 && cutoffs[i] <= BYTES_MOST_CUTOFF)
			check(levenshtein_bytes((ByteString) {a.n, p}, (ByteString) {b.n, q}, cutoffs[i]) == Min(lev, cutoffs[i] + 1),
				  "levenshtein of %d and %d bytes with cutoff %d", a.n, b.n, cutoffs[i]);
	check(bytes_are_ascii((ByteString) {a.n, p}) == (all < 128), "ASCII of %d bytes", a.n);
	if (a.n > 0)
	{
		p[rnd_int(a.n)] = 0x80;
		check(!bytes_are_ascii((ByteString) {a.n, p}), "a byte of %d that is not ASCII", a.n);
	}
}

static void
test_pair(CodePoints a, CodePoints b)
{
	int			lev = plain_distance(a, b, 0);
	int			cutoffs[] = {0, 1, 2, 5, 20, 31, 32, 100, lev - 1, lev, lev + 1};

	check(levenshtein_distance(a, b, NO_CUTOFF) == lev, "levenshtein of %d and %d: %d, not %d", a.n, b.n,
		  levenshtein_distance(a, b, NO_CUTOFF), lev);
	for (int i = 0; i < lengthof(cutoffs); i++)
		if (cutoffs[i] >= 0)
			check(levenshtein_distance(a, b, cutoffs[i]) == Min(lev, cutoffs[i] + 1),
				  "levenshtein of %d and %d with cutoff %d: %d, not %d", a.n, b.n, cutoffs[i],
				  levenshtein_distance(a, b, cutoffs[i]), Min(lev, cutoffs[i] + 1));
	test_bytes(a, b, lev);
	check(osa_distance(a, b) == plain_distance(a, b, 1), "osa of %d and %d", a.n, b.n);
	check(lcs_length(a, b) == plain_lcs(a, b), "lcs of %d and %d", a.n, b.n);
	check(jaro_similarity(a, b) == plain_jaro(a, b), "jaro of %d and %d", a.n, b.n);
	if (a.n <= 24 && b.n <= 24)
		check(damerau_distance(a, b) == plain_damerau(a, b), "damerau of %d and %d", a.n, b.n);
	if (a.n > 0 && a.n < b.n && b.n < 200)
		check(fabs(best_window_similarity(a, b) - plain_window(a, b)) < 1e-12, "window of %d in %d", a.n, b.n);
	check(damerau_distance(a, b) <= osa_distance(a, b) && osa_distance(a, b) <= lev, "order of distances");
}

static void
test_random(int rounds, int longest, bool around_words)
{
	for (int round = 0; round < rounds; round++)
	{
		int			alphabet = (int[]) {1, 2, 4, 26, 90}[rnd_int(5)];
		uint32		base = rnd_int(4) == 0 ? 0x400 : 33;
		int			n = around_words ? 64 * (1 + rnd_int(4)) + rnd_int(5) - 2 : rnd_int(longest);
		CodePoints	a,
					b;

		stub_reset();
		a = random_string(n, alphabet, base);
		b = rnd_int(3) == 0 ? random_string(rnd_int(longest), alphabet, base) : edited(a, rnd_int(1 + rnd_int(40)), alphabet, base);
		test_pair(a, b);
	}
}

/* Patterns of more than one stripe; many different characters */
static void
test_stripes(void)
{
	int			lengths[] = {STRIPE_CHARS - 1, STRIPE_CHARS, STRIPE_CHARS + 1, STRIPE_CHARS + 64, 2 * STRIPE_CHARS + 3};

	for (int i = 0; i < lengthof(lengths); i++)
	{
		CodePoints	a,
					b;
		int			plain;

		stub_reset();
		a = random_string(lengths[i], i % 2 ? 3 : 40, 33);
		b = edited(a, 60 * (i + 1), i % 2 ? 3 : 40, 33);
		plain = plain_distance(a, b, 0);
		check(levenshtein_distance(a, b, NO_CUTOFF) == plain, "levenshtein of %d characters", a.n);
		check(levenshtein_distance(a, b, 200) == Min(plain, 201), "levenshtein of %d characters with a cutoff", a.n);
		check(osa_distance(a, b) == plain_distance(a, b, 1), "osa of %d characters", a.n);
		check(lcs_length(a, b) == plain_lcs(a, b), "lcs of %d characters", a.n);
	}
	stub_reset();
	{
		CodePoints	a = random_string(70000, 70000, 0x400);
		CodePoints	b = edited(a, 300, 70000, 0x400);

		check(levenshtein_distance(a, b, NO_CUTOFF) <= 600, "levenshtein of many different characters");
		check(levenshtein_distance(a, b, 20) == 21, "a small cutoff");
	}
}

int
main(void)
{
	test_random(3000, 40, false);
	test_random(300, 400, false);
	test_random(300, 300, true);
	test_stripes();
	return summary("string measures");
}

/*-------------------------------------------------------------------------
 *
 * edit_distance.c
 *	  Edit distances and the longest common subsequence of two strings.
 *
 * The pattern's characters are rows, the text's are columns.  A word holds 64
 * rows of a column as differences between neighbouring cells: VP and VN where
 * a cell is one more or one less than the one above it, HP and HN than the one
 * left of it (Myers 1999, J. ACM 46:395; in the form of Hyyrö 2003, Nordic J.
 * Computing 10:29).  Patterns beyond STRIPE_CHARS are done stripe by stripe;
 * what crosses a border is kept for every column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/alphabet.h"
#include "text/edit_distance.h"

#define ALL_ONES (~UINT64CONST(0))

/* Cells between two looks for a cancel: some milliseconds */
#define CELLS_PER_CHECK ((int64) 1 << 26)
#define COLUMNS_PER_CHECK (1 << 20)

/* Takes off what both strings begin and end with: no distance depends on it */
static int32
strip_common(CodePoints *a, CodePoints *b)
{
	int32		n = Min(a->n, b->n);
	int32		head = 0,
				tail = 0;

	while (head < n && a->c[head] == b->c[head])
		head++;
	n -= head;
	while (tail < n && a->c[a->n - 1 - tail] == b->c[b->n - 1 - tail])
		tail++;
	a->c += head;
	b->c += head;
	a->n -= head + tail;
	b->n -= head + tail;
	return head + tail;
}

/* The shorter string is the pattern: fewer words, the same number of steps */
static void
shorter_first(CodePoints *a, CodePoints *b)
{
	if (a->n > b->n)
	{
		CodePoints	t = *a;

		*a = *b;
		*b = t;
	}
}

/* A cancel is looked for by columns, so that each look costs CELLS_PER_CHECK cells */
static inline int32
columns_per_check(int32 words)
{
	return (int32) Max(CELLS_PER_CHECK / ((int64) words * WORD_BITS), 1);
}

/* ---- one word ---- */

static int32
levenshtein_word(CodePoints p, CodePoints t, int32 cutoff)
{
	Alphabet	al;
	uint64	   *match;
	uint64		vp = ALL_ONES,
				vn = 0,
				last = UINT64CONST(1) << (p.n - 1);
	int32		score = p.n;

	alphabet_init(&al, p.c, p.n);
	match = alphabet_match(&al, p.c, p.n, 1);
	for (int32 j = 0; j < t.n; j++)
	{
		uint64		eq = match[alphabet_code(&al, t.c[j])];
		uint64		d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
		uint64		hp = vn | ~(d0 | vp);
		uint64		hn = d0 & vp;

		HD_CHECK_EVERY(j + 1);
		score += (hp & last) != 0;
		score -= (hn & last) != 0;
		/* each of the columns that are left takes off one at the most */
		if (score - (t.n - 1 - j) > cutoff)
			break;
		hp = (hp << 1) | 1;
		hn <<= 1;
		vp = hn | ~(d0 | hp);
		vn = hp & d0;
	}
	pfree(match);
	alphabet_free(&al);
	return score;
}

/*
 * Only the diagonals within the cutoff, which fit into one word: bit 63 is
 * the lowest diagonal, and the word slides down a row with each column (Hyyrö
 * 2003, section 4).  The pattern's bit vectors slide with it: each character
 * keeps the positions seen so far, aligned to the column where it was last
 * looked at.  The lengths differ by the cutoff at the most, and 2 cutoff + 1 <= 64.
 */
typedef struct SlidingMatch
{
	int32		column;			/* of the bits */
	uint64		bits;
} SlidingMatch;

static inline uint64
slide(const SlidingMatch *m, int32 column)
{
	int32		by = column - m->column;

	return by < WORD_BITS ? m->bits >> by : 0;
}

static int32
levenshtein_band(CodePoints p, CodePoints t, int32 cutoff)
{
	Alphabet	al;
	SlidingMatch *match;
	uint64		vp = ALL_ONES << (WORD_BITS - cutoff - 1),
				vn = 0;
	int32		score = cutoff;
	int32		entered = -cutoff;	/* column at which the next row enters */
	uint64		corner = UINT64CONST(1) << 62;

	alphabet_init(&al, p.c, p.n);
	match = array_alloc(al.n_codes, sizeof(SlidingMatch));
	for (int32 k = 0; k < al.n_codes; k++)
		match[k] = (SlidingMatch) {-cutoff, 0};
	for (int32 j = 0; j < t.n; j++)
	{
		uint64		eq,
					d0,
					hp,
					hn;

		HD_CHECK_EVERY(j + 1);
		/* row i enters at bit 63 in column i - cutoff */
		for (; entered <= j && entered + cutoff < p.n; entered++)
		{
			SlidingMatch *m = &match[alphabet_code(&al, p.c[entered + cutoff])];

			m->bits = slide(m, entered) | (UINT64CONST(1) << 63);
			m->column = entered;
		}
		/* code 0 has no bits */
		eq = slide(&match[alphabet_code(&al, t.c[j])], j);
		d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
		hp = vn | ~(d0 | vp);
		hn = d0 & vp;
		if (j < p.n - cutoff)
			/* down the lowest diagonal: a cell is worth one more unless it matched */
			score += (d0 >> 63) == 0;
		else
		{
			/* along the last row */
			score += (hp & corner) != 0;
			score -= (hn & corner) != 0;
			corner >>= 1;
		}
		/* each column along the last row takes off one at the most, none on the diagonal does */
		if (score - (j < p.n - cutoff ? t.n - p.n + cutoff : t.n - 1 - j) > cutoff)
			break;
		vp = hn | ~((d0 >> 1) | hp);
		vn = (d0 >> 1) & hp;
	}
	pfree(match);
	alphabet_free(&al);
	return score;
}

/* ---- many words ---- */

/*
 * One stripe of rows against the whole text.  border[j] is how the cell above
 * the stripe differs from the one left of it (-1, 0, 1), and becomes that of
 * the last row.  column_of_last[i] becomes how cell i of the last column differs from
 * the one above it, if it is asked for.
 */
static void
levenshtein_stripe(const uint32 *pattern, int32 n, CodePoints t, int8 *border, int32 *column_of_last)
{
	int32		words = (n + WORD_BITS - 1) / WORD_BITS;
	int32		check = columns_per_check(words);
	Alphabet	al;
	uint64	   *match;
	uint64		vp[STRIPE_WORDS],
				vn[STRIPE_WORDS];
	int			last = (n - 1) % WORD_BITS;

	alphabet_init(&al, pattern, n);
	match = alphabet_match(&al, pattern, n, words);
	for (int w = 0; w < words; w++)
	{
		vp[w] = ALL_ONES;
		vn[w] = 0;
	}
	for (int32 j = 0; j < t.n; j++)
	{
		const uint64 *column = match + (Size) alphabet_code(&al, t.c[j]) * words;
		uint64		up = border[j] > 0,
					down = border[j] < 0;
		uint64		hp = 0,
					hn = 0;

		if (unlikely(j % check == 0))
			CHECK_FOR_INTERRUPTS();
		for (int w = 0; w < words; w++)
		{
			uint64		eq = column[w] | down;
			uint64		d0 = (((eq & vp[w]) + vp[w]) ^ vp[w]) | eq | vn[w];
			uint64		shifted_up,
						shifted_down;

			hp = vn[w] | ~(d0 | vp[w]);
			hn = d0 & vp[w];
			shifted_up = (hp << 1) | up;
			shifted_down = (hn << 1) | down;
			up = hp >> 63;
			down = hn >> 63;
			vp[w] = shifted_down | ~(d0 | shifted_up);
			vn[w] = shifted_up & d0;
		}
		border[j] = (int8) ((hp >> last & 1) - (hn >> last & 1));
	}
	for (int32 i = 0; column_of_last != NULL && i < n; i++)
		column_of_last[i] = (int32) (vp[i / WORD_BITS] >> (i % WORD_BITS) & 1) - (int32) (vn[i / WORD_BITS] >> (i % WORD_BITS) & 1);
	pfree(match);
	alphabet_free(&al);
}

void
levenshtein_column(CodePoints p, CodePoints t, int32 *column)
{
	int8	   *border = array_alloc(t.n, 1);

	memset(border, 1, t.n);
	column[0] = t.n;
	for (int32 i = 0; i < p.n; i += STRIPE_CHARS)
		levenshtein_stripe(p.c + i, Min(STRIPE_CHARS, p.n - i), t, border, column + 1 + i);
	for (int32 i = 1; i <= p.n; i++)
		column[i] += column[i - 1];
	pfree(border);
}

static int32
levenshtein_stripes(CodePoints p, CodePoints t)
{
	int8	   *border = array_alloc(t.n, 1);
	int32		score = p.n;

	memset(border, 1, t.n);
	for (int32 i = 0; i < p.n; i += STRIPE_CHARS)
		levenshtein_stripe(p.c + i, Min(STRIPE_CHARS, p.n - i), t, border, NULL);
	for (int32 j = 0; j < t.n; j++)
		score += border[j];
	pfree(border);
	return score;
}

int32
levenshtein_distance(CodePoints a, CodePoints b, int32 cutoff)
{
	int32		d;

	strip_common(&a, &b);
	shorter_first(&a, &b);
	if (b.n - a.n > cutoff)
		return cutoff + 1;
	if (a.n == 0)
		return b.n;
	if (cutoff == 0)
		return 1;				/* they differ, or nothing would be left */
	if (a.n <= WORD_BITS)
		d = levenshtein_word(a, b, cutoff);
	else if (cutoff <= (WORD_BITS - 1) / 2)
		d = levenshtein_band(a, b, cutoff);
	else
		d = levenshtein_stripes(a, b);
	return d > cutoff ? cutoff + 1 : d;
}

/* ---- longest common subsequence ---- */

/*
 * Hyyrö (2004, "Bit-parallel LCS-length computation revisited"): a bit of s is
 * 0 where the row's length is one more than that of the row above.  carry[j]
 * is what the addition carries over the border in column j.
 */
static int32
lcs_stripe(const uint32 *pattern, int32 n, CodePoints t, uint8 *carry)
{
	int32		words = (n + WORD_BITS - 1) / WORD_BITS;
	int32		check = columns_per_check(words);
	Alphabet	al;
	uint64	   *match;
	uint64		s[STRIPE_WORDS];
	int32		length = 0;

	alphabet_init(&al, pattern, n);
	match = alphabet_match(&al, pattern, n, words);
	for (int w = 0; w < words; w++)
		s[w] = ALL_ONES;
	for (int32 j = 0; j < t.n; j++)
	{
		const uint64 *column = match + (Size) alphabet_code(&al, t.c[j]) * words;
		uint64		c = carry[j];

		if (unlikely(j % check == 0))
			CHECK_FOR_INTERRUPTS();
		for (int w = 0; w < words; w++)
		{
			uint64		u = s[w] & column[w];
			uint64		sum;
			bool		over = __builtin_add_overflow(s[w], u, &sum);

			over |= __builtin_add_overflow(sum, c, &sum);
			c = over;
			s[w] = sum | (s[w] - u);
		}
		/* bits behind the pattern's end never match and let a carry pass */
		carry[j] = (uint8) c;
	}
	for (int w = 0; w < words; w++)
		length += __builtin_popcountll(~s[w]);
	pfree(match);
	alphabet_free(&al);
	return length;
}

int32
lcs_length(CodePoints a, CodePoints b)
{
	int32		length = strip_common(&a, &b);
	uint8	   *carry;

	shorter_first(&a, &b);
	if (a.n == 0)
		return length;
	carry = array_alloc0(b.n, 1);
	for (int32 i = 0; i < a.n; i += STRIPE_CHARS)
		length += lcs_stripe(a.c + i, Min(STRIPE_CHARS, a.n - i), b, carry);
	pfree(carry);
	return length;
}

/* ---- transpositions ---- */

/* What the column left of this one leaves for it, by stripe */
typedef struct OsaBorder
{
	int8		h;				/* as in levenshtein_stripe */
	bool		d0;				/* of the last row of the stripe above: its diagonal did not grow */
	bool		match;			/* that row's character is the column's */
} OsaBorder;

/*
 * Hyyrö (2003, section 5): the cell two up and two left is reached where the
 * last two characters are each other's, and the diagonal grew by one.
 */
static void
osa_stripe(const uint32 *pattern, int32 n, CodePoints t, OsaBorder *border)
{
	int32		words = (n + WORD_BITS - 1) / WORD_BITS;
	int32		check = columns_per_check(words);
	Alphabet	al;
	uint64	   *match;
	uint64		vp[STRIPE_WORDS],
				vn[STRIPE_WORDS],
				old_d0[STRIPE_WORDS];
	const uint64 *old_column;
	int			last = (n - 1) % WORD_BITS;
	OsaBorder	left = {0, true, false};

	alphabet_init(&al, pattern, n);
	match = alphabet_match(&al, pattern, n, words);
	for (int w = 0; w < words; w++)
	{
		vp[w] = ALL_ONES;
		vn[w] = 0;
		old_d0[w] = ALL_ONES;	/* no column to the left: nothing to transpose with */
	}
	old_column = match;			/* of code 0: no matches */
	for (int32 j = 0; j < t.n; j++)
	{
		const uint64 *column = match + (Size) alphabet_code(&al, t.c[j]) * words;
		OsaBorder	above = border[j];
		uint64		up = above.h > 0,
					down = above.h < 0;
		uint64		hp = 0,
					hn = 0,
					d0 = 0;
		/* in the row above: not d0 of the column to the left, and a match in this one */
		uint64		carry = !left.d0 && above.match;

		if (unlikely(j % check == 0))
			CHECK_FOR_INTERRUPTS();
		for (int w = 0; w < words; w++)
		{
			uint64		eq = column[w];
			uint64		grew = ~old_d0[w] & eq;
			uint64		transposed = ((grew << 1) | carry) & old_column[w];
			uint64		eq_down = eq | down;
			uint64		shifted_up,
						shifted_down;

			carry = grew >> 63;
			d0 = (((eq_down & vp[w]) + vp[w]) ^ vp[w]) | eq_down | vn[w] | transposed;
			old_d0[w] = d0;
			hp = vn[w] | ~(d0 | vp[w]);
			hn = d0 & vp[w];
			shifted_up = (hp << 1) | up;
			shifted_down = (hn << 1) | down;
			up = hp >> 63;
			down = hn >> 63;
			vp[w] = shifted_down | ~(d0 | shifted_up);
			vn[w] = shifted_up & d0;
		}
		left = above;
		border[j].h = (int8) ((hp >> last & 1) - (hn >> last & 1));
		border[j].d0 = d0 >> last & 1;
		border[j].match = column[words - 1] >> last & 1;
		old_column = column;
	}
	pfree(match);
	alphabet_free(&al);
}

int32
osa_distance(CodePoints a, CodePoints b)
{
	OsaBorder  *border;
	int32		score;

	strip_common(&a, &b);
	shorter_first(&a, &b);
	score = a.n;
	if (a.n == 0)
		return b.n;
	border = array_alloc(b.n, sizeof(OsaBorder));
	for (int32 j = 0; j < b.n; j++)
	{
		HD_CHECK_EVERY(j + 1);
		border[j] = (OsaBorder) {1, true, false};
	}
	for (int32 i = 0; i < a.n; i += STRIPE_CHARS)
		osa_stripe(a.c + i, Min(STRIPE_CHARS, a.n - i), b, border);
	for (int32 j = 0; j < b.n; j++)
		score += border[j].h;
	pfree(border);
	return score;
}

/*
 * Zhao & Sahni (2019, BMC Bioinformatics 20(Suppl 11):277): the rows of Lowrance
 * & Wagner (1975) in linear space.  Row and column numbers begin at 1;
 * row[-1] is out of reach.
 */
int32
damerau_distance(CodePoints a, CodePoints b)
{
	int32		far,
				d;
	int32	   *buffer,
			   *row,
			   *above,
			   *from;
	int32	   *last_row;		/* [code] the last row with this character */
	int32	   *code_b;
	Alphabet	al;

	strip_common(&a, &b);
	shorter_first(&a, &b);
	if (a.n == 0)
		return b.n;
	far = b.n + 1;
	buffer = array_alloc(3 * ((Size) b.n + 2), sizeof(int32));
	row = buffer + 1;
	above = row + b.n + 2;
	from = above + b.n + 2;
	for (int32 j = -1; j <= b.n; j++)
	{
		HD_CHECK_EVERY(j + 2);
		row[j] = j < 0 ? far : j;
		above[j] = far;
		from[j] = far;
	}
	alphabet_init(&al, a.c, a.n);
	last_row = array_alloc(al.n_codes, sizeof(int32));
	for (int32 k = 0; k < al.n_codes; k++)
		last_row[k] = -1;
	code_b = array_alloc(b.n, sizeof(int32));
	for (int32 j = 0; j < b.n; j++)
	{
		HD_CHECK_EVERY(j + 1);
		code_b[j] = alphabet_code(&al, b.c[j]);
	}
	for (int32 i = 1; i <= a.n; i++)
	{
		int32	   *swap = row;
		int32		code = alphabet_code(&al, a.c[i - 1]);
		int32		last_column = -1;
		int32		before,
					reach = far;

		row = above;
		above = swap;
		before = row[0];
		row[0] = i;
		CHECK_FOR_INTERRUPTS();
		for (int32 j = 1; j <= b.n; j++)
		{
			bool		same = code_b[j - 1] == code;

			HD_CHECK_EVERY(j);
			d = Min(above[j - 1] + !same, Min(row[j - 1], above[j]) + 1);
			if (same)
			{
				last_column = j;
				from[j] = above[j - 2];
				reach = before;
			}
			else
			{
				int32		k = last_row[code_b[j - 1]];

				if (j - last_column == 1)
					d = Min(d, from[j] + (i - k));
				else if (i - k == 1)
					d = Min(d, reach + (j - last_column));
			}
			before = row[j];
			row[j] = d;
		}
		last_row[code] = i;
	}
	d = row[b.n];
	pfree(buffer);
	pfree(last_row);
	pfree(code_b);
	alphabet_free(&al);
	return d;
}

/* ---- the best window ---- */

/*
 * The LCS of p with every substring of t at once (Tiskin 2008, "Semi-local
 * string comparison", by combing seaweeds): start[j] is the column where the
 * strand that ends in column j began, -1 if it came from the left.  The LCS
 * of p and t[from, to) is the number of j in it with start[j] < from.
 */
static int32 *
comb_strands(CodePoints p, CodePoints t)
{
	int32	   *start = array_alloc(t.n, sizeof(int32));
	int32		check = (int32) Max(CELLS_PER_CHECK / Max(t.n, 1) / 32, 1);

	for (int32 j = 0; j < t.n; j++)
		start[j] = j;
	for (int32 i = 0; i < p.n; i++)
	{
		uint32		c = p.c[i];
		int32		strand = -1;

		if (unlikely(i % check == 0))
			CHECK_FOR_INTERRUPTS();
		for (int32 from = 0; from < t.n; from += COLUMNS_PER_CHECK)
		{
			int32		end = Min(t.n - from, COLUMNS_PER_CHECK) + from;

			if (from > 0)
				CHECK_FOR_INTERRUPTS();
			for (int32 j = from; j < end; j++)
			{
				int32		high = start[j];
				bool		turn = t.c[j] == c || high < strand;

				start[j] = turn ? strand : high;
				strand = turn ? high : strand;
			}
		}
	}
	return start;
}

static inline double
similarity(int32 lcs, int32 n, int32 m)
{
	return 2.0 * lcs / ((double) n + m);
}

/* p is not the longer one.  Windows are as long as p, or cut short by an end of t */
static double
best_window(CodePoints p, CodePoints t)
{
	int32	   *start = comb_strands(p, t);
	int32	   *end = array_alloc(t.n, sizeof(int32));	/* where the strand from a column ends */
	int32		lcs = 0;
	double		best = 0;

	for (int32 j = 0; j < t.n; j++)
		end[j] = -1;
	for (int32 j = 0; j < t.n; j++)
		if (start[j] >= 0)
			end[start[j]] = j;

	/* [0, to), then [from, from + p.n), then [from, t.n): one end moves at a time */
	for (int32 to = 1; to <= p.n; to++)
	{
		lcs += start[to - 1] < 0;
		best = Max(best, similarity(lcs, p.n, to));
	}
	for (int32 from = 1; from < t.n; from++)
	{
		int32		to = Min(from - 1 + p.n, t.n);

		/* the strand from column from - 1 counts now; column from - 1 itself is left */
		lcs += end[from - 1] >= from - 1 && end[from - 1] < to;
		lcs -= 1;
		if (from + p.n <= t.n)
		{
			lcs += start[to] < from;
			to++;
		}
		best = Max(best, similarity(lcs, p.n, to - from));
	}
	pfree(start);
	pfree(end);
	return best;
}

double
best_window_similarity(CodePoints a, CodePoints b)
{
	double		best;

	shorter_first(&a, &b);
	if (a.n == 0)
		return b.n == 0 ? 1 : 0;
	best = best_window(a, b);
	/* of two equally long strings each may be the window's */
	if (a.n == b.n && best < 1)
		best = Max(best, best_window(b, a));
	return best;
}

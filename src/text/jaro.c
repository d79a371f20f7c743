/*-------------------------------------------------------------------------
 *
 * jaro.c
 *	  Similarities of names, and of strings as bags of words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/alphabet.h"
#include "text/edit_distance.h"
#include "text/jaro.h"

/* ---- Jaro ---- */

/*
 * Jaro (1989, J. Am. Stat. Assoc. 84:414): each character of b takes the first
 * free equal one of a that is no further away than the window.  The window
 * only moves on, so for each character what is free is a queue, and all takes
 * linear time.  Returns the number of pairs; b_of[i] is the place in b that
 * took a's character i, or -1.
 */
static int32
match_in_window(CodePoints a, CodePoints b, int32 *b_of)
{
	int32		window = Max(Max(a.n, b.n) / 2 - 1, 0);
	Alphabet	al;
	int32	   *next = array_alloc(a.n, sizeof(int32));	/* place of the next equal character */
	int32	   *head;			/* [code] first that may be free */
	int32		n = 0;

	alphabet_init(&al, a.c, a.n);
	head = array_alloc(al.n_codes, sizeof(int32));
	for (int32 k = 0; k < al.n_codes; k++)
		head[k] = -1;
	for (int32 i = a.n - 1; i >= 0; i--)
	{
		int32		code = alphabet_code(&al, a.c[i]);

		HD_CHECK_EVERY(i + 1);
		next[i] = head[code];
		head[code] = i;
		b_of[i] = -1;
	}
	for (int32 j = 0; j < b.n; j++)
	{
		int32		code = alphabet_code(&al, b.c[j]);
		int32		i;

		HD_CHECK_EVERY(j + 1);
		for (i = head[code]; i >= 0 && i < j - window; i = next[i])
			;
		head[code] = i;
		if (i < 0 || i > (int64) j + window)
			continue;
		b_of[i] = j;
		head[code] = next[i];
		n++;
	}
	alphabet_free(&al);
	pfree(next);
	pfree(head);
	return n;
}

double
jaro_similarity(CodePoints a, CodePoints b)
{
	int32	   *b_of;
	bool	   *taken;
	int32		n,
				j = 0;
	int32		out_of_order = 0;
	double		m;

	if (a.n == 0 || b.n == 0)
		return a.n == b.n ? 1 : 0;
	b_of = array_alloc(a.n, sizeof(int32));
	n = match_in_window(a, b, b_of);
	if (n == 0)
	{
		pfree(b_of);
		return 0;
	}
	/* the matched characters of both, each in its own order, are compared one by one */
	taken = array_alloc0(b.n, sizeof(bool));
	for (int32 i = 0; i < a.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (b_of[i] >= 0)
			taken[b_of[i]] = true;
	}
	for (int32 i = 0; i < a.n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (b_of[i] < 0)
			continue;
		while (!taken[j])
			j++;
		out_of_order += a.c[i] != b.c[j++];
	}
	pfree(b_of);
	pfree(taken);
	m = n;
	return (m / a.n + m / b.n + (m - out_of_order / 2) / m) / 3;
}

/* Winkler (1990): a common beginning of up to four characters counts for more */
double
jaro_winkler_similarity(CodePoints a, CodePoints b)
{
	double		jaro = jaro_similarity(a, b);
	int32		prefix = 0;

	while (prefix < Min(4, Min(a.n, b.n)) && a.c[prefix] == b.c[prefix])
		prefix++;
	return jaro > 0.7 ? jaro + prefix * 0.1 * (1 - jaro) : jaro;
}

/* ---- insertions and deletions alone ---- */

/* 1 - (n + m - 2 lcs) / (n + m) */
double
indel_similarity(CodePoints a, CodePoints b)
{
	if (a.n == 0 && b.n == 0)
		return 1;
	return 2.0 * lcs_length(a, b) / ((double) a.n + b.n);
}

/* ---- bags of words ---- */

typedef struct Words
{
	int32		n;
	CodePoints *word;
} Words;

static int
compare_words(const CodePoints *a, const CodePoints *b)
{
	for (int32 i = 0; i < Min(a->n, b->n); i++)
		if (a->c[i] != b->c[i])
			return a->c[i] < b->c[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

#define ST_SORT sort_words
#define ST_ELEMENT_TYPE CodePoints
#define ST_COMPARE(a, b) compare_words(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* The words between white space, sorted */
static Words
sorted_words(CodePoints s)
{
	Words		w = {0, array_alloc((Size) s.n / 2 + 1, sizeof(CodePoints))};

	for (int32 i = 0; i < s.n;)
	{
		int32		begin;

		HD_CHECK_EVERY(w.n + 1);
		while (i < s.n && code_point_is_space(s.c[i]))
			i++;
		begin = i;
		while (i < s.n && !code_point_is_space(s.c[i]))
			i++;
		if (i > begin)
			w.word[w.n++] = (CodePoints) {i - begin, s.c + begin};
	}
	sort_words(w.word, w.n);
	return w;
}

static CodePoints
joined(const Words *w, int32 room)
{
	uint32	   *c = array_alloc((Size) room + 1, sizeof(uint32));
	int32		n = 0;

	for (int32 i = 0; i < w->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (i > 0)
			c[n++] = ' ';
		memcpy(c + n, w->word[i].c, w->word[i].n * sizeof(uint32));
		n += w->word[i].n;
	}
	return (CodePoints) {n, c};
}

double
token_sort_similarity(CodePoints a, CodePoints b)
{
	Words		wa = sorted_words(a);
	Words		wb = sorted_words(b);

	return indel_similarity(joined(&wa, a.n), joined(&wb, b.n));
}

static void
drop_repeats(Words *w)
{
	int32		n = 0;

	for (int32 i = 0; i < w->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (n == 0 || compare_words(&w->word[n - 1], &w->word[i]) != 0)
			w->word[n++] = w->word[i];
	}
	w->n = n;
}

/* What two sorted sets of words share, and what each has alone; length of what is shared, joined */
static int32
split_shared(Words *a, Words *b)
{
	Words		only_a = {0, a->word};
	Words		only_b = {0, b->word};
	int32		i = 0,
				j = 0;
	int32		shared = 0;

	while (i < a->n || j < b->n)
	{
		int			c = i == a->n ? 1 : j == b->n ? -1 : compare_words(&a->word[i], &b->word[j]);

		HD_CHECK_EVERY(i + j + 1);
		if (c == 0)
		{
			shared += a->word[i].n + (shared > 0);
			i++;
			j++;
		}
		else if (c < 0)
			only_a.word[only_a.n++] = a->word[i++];
		else
			only_b.word[only_b.n++] = b->word[j++];
	}
	*a = only_a;
	*b = only_b;
	return shared;
}

static double
one_less(double distance, double length)
{
	return length > 0 ? 1 - distance / length : 1;
}

/*
 * token_set_ratio of fuzzywuzzy and RapidFuzz: the best of the three
 * comparisons between what is shared, and that with what either string has
 * alone.  Two strings without a word have nothing in common: 0.
 */
double
token_set_similarity(CodePoints a, CodePoints b)
{
	Words		wa = sorted_words(a);
	Words		wb = sorted_words(b);
	CodePoints	only_a,
				only_b;
	int32		shared;
	double		both,
				best;

	if (wa.n == 0 || wb.n == 0)
		return 0;
	drop_repeats(&wa);
	drop_repeats(&wb);
	shared = split_shared(&wa, &wb);
	if (shared > 0 && (wa.n == 0 || wb.n == 0))
		return 1;
	only_a = joined(&wa, a.n);
	only_b = joined(&wb, b.n);
	both = 2.0 * shared + 2 * (shared > 0) + only_a.n + only_b.n;
	best = one_less(only_a.n + only_b.n - 2.0 * lcs_length(only_a, only_b), both);
	if (shared > 0)
	{
		best = Max(best, one_less(1.0 + only_a.n, 2.0 * shared + 1 + only_a.n));
		best = Max(best, one_less(1.0 + only_b.n, 2.0 * shared + 1 + only_b.n));
	}
	return best;
}

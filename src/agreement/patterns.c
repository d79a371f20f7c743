/*-------------------------------------------------------------------------
 *
 * patterns.c
 *	  Items that are alike: the distinct patterns of ratings and how often
 *	  each occurs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "agreement/disagreement.h"
#include "agreement/patterns.h"
#include "common/compat.h"
#include "common/interrupts.h"

typedef struct Search
{
	const RatingMatrix *m;
	bool		by_rater;
	int32		n;				/* patterns found */
	int32	   *first;			/* [n] an item of each */
	uint32	   *hash;			/* [n] */
	int32		cap;
	int32	   *slot;			/* pattern + 1, or 0 */
	uint32		mask;
	int32	   *sorted;			/* [n_obs] each item's categories */
} Search;

/* Insertion sort: items have few ratings; qsort for the others */
static void
sort_item(int32 r, const int32 *category, int32 *out)
{
	memcpy(out, category, sizeof(int32) * (Size) r);
	if (r > 24)
	{
		qsort(out, r, sizeof(int32), int32_ascending);
		return;
	}
	for (int32 j = 1; j < r; j++)
	{
		int32		k = out[j];
		int32		l = j;

		for (; l > 0 && out[l - 1] > k; l--)
			out[l] = out[l - 1];
		out[l] = k;
	}
}

/* Three-way comparison of two items' patterns */
static int
compare_items(const Search *s, int32 a, int32 b)
{
	const int32 *start = s->m->start;
	int32		r = start[a + 1] - start[a];
	int32		other = start[b + 1] - start[b];

	if (r != other)
		return r < other ? -1 : 1;
	for (int32 j = 0; j < r; j++)
	{
		int32		x = s->sorted[start[a] + j];
		int32		y = s->sorted[start[b] + j];

		if (x != y)
			return x < y ? -1 : 1;
	}
	for (int32 j = 0; s->by_rater && j < r; j++)
	{
		int32		x = s->m->rater[start[a] + j];
		int32		y = s->m->rater[start[b] + j];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* The multiplier of Knuth's multiplicative hashing, with the high bits mixed in */
static uint32
hash_item(const Search *s, int32 i)
{
	uint64		h = (uint64) (s->m->start[i + 1] - s->m->start[i]);

	for (int32 o = s->m->start[i]; o < s->m->start[i + 1]; o++)
	{
		h = (h ^ (uint64) s->sorted[o]) * UINT64CONST(0x9E3779B97F4A7C15);
		h ^= h >> 29;
		if (s->by_rater)
		{
			h = (h ^ (uint64) s->m->rater[o]) * UINT64CONST(0xBF58476D1CE4E5B9);
			h ^= h >> 32;
		}
	}
	return (uint32) (h ^ (h >> 32));
}

static void
grow(Search *s)
{
	int32		cap = s->cap ? 2 * s->cap : 1024;
	int32	   *first = array_alloc(cap, sizeof(int32));
	uint32	   *hash = array_alloc(cap, sizeof(uint32));

	if (s->cap)
	{
		memcpy(first, s->first, sizeof(int32) * (Size) s->n);
		memcpy(hash, s->hash, sizeof(uint32) * (Size) s->n);
		pfree(s->first);
		pfree(s->hash);
		pfree(s->slot);
	}
	s->first = first;
	s->hash = hash;
	s->cap = cap;
	s->mask = 4 * (uint32) cap - 1;
	s->slot = array_alloc0((Size) s->mask + 1, sizeof(int32));
	for (int32 p = 0; p < s->n; p++)
	{
		uint32		at = hash[p] & s->mask;

		while (s->slot[at])
			at = (at + 1) & s->mask;
		s->slot[at] = p + 1;
	}
}

static int32
find_item(Search *s, int32 i)
{
	uint32		hash = hash_item(s, i);
	uint32		at = hash & s->mask;

	for (; s->slot[at]; at = (at + 1) & s->mask)
	{
		int32		p = s->slot[at] - 1;

		if (s->hash[p] == hash && compare_items(s, s->first[p], i) == 0)
			return p;
	}
	if (s->n == s->cap)
	{
		grow(s);
		for (at = hash & s->mask; s->slot[at]; at = (at + 1) & s->mask)
			;
	}
	s->first[s->n] = i;
	s->hash[s->n] = hash;
	s->slot[at] = s->n + 1;
	return s->n++;
}

static int
compare_found(const void *a, const void *b, void *arg)
{
	const Search *s = arg;

	CHECK_FOR_INTERRUPTS();
	return compare_items(s, s->first[*(const int32 *) a], s->first[*(const int32 *) b]);
}

/* Lay the patterns out in canonical order */
static void
lay_out(const Search *s, Patterns *p)
{
	const int32 *start = s->m->start;
	int32	   *order = array_alloc(s->n, sizeof(int32));
	int32	   *rank = array_alloc(s->n, sizeof(int32));
	Size		size = 0;

	for (int32 j = 0; j < s->n; j++)
	{
		order[j] = j;
		size += start[s->first[j] + 1] - start[s->first[j]];
	}
	CHECK_FOR_INTERRUPTS();
	qsort_arg(order, s->n, sizeof(int32), compare_found, (void *) s);
	p->n = s->n;
	p->start = array_alloc((Size) s->n + 1, sizeof(int32));
	p->category = array_alloc(size, sizeof(int32));
	p->rater = s->by_rater ? array_alloc(size, sizeof(int32)) : NULL;
	p->count = array_alloc0(s->n, sizeof(int64));
	p->start[0] = 0;
	for (int32 j = 0; j < s->n; j++)
	{
		int32		i = s->first[order[j]];
		int32		r = start[i + 1] - start[i];

		rank[order[j]] = j;
		p->start[j + 1] = p->start[j] + r;
		p->max_r = Max(p->max_r, r);
		memcpy(p->category + p->start[j], s->sorted + start[i], sizeof(int32) * (Size) r);
		if (p->rater)
			memcpy(p->rater + p->start[j], s->m->rater + start[i], sizeof(int32) * (Size) r);
	}
	for (int32 i = 0; i < s->m->n_items; i++)
	{
		p->of_item[i] = rank[p->of_item[i]];
		p->count[p->of_item[i]]++;
	}
	pfree(order);
	pfree(rank);
}

Patterns *
find_patterns(const RatingMatrix *m, bool by_rater)
{
	Patterns   *p = palloc0(sizeof(Patterns));
	Search		s = {.m = m, .by_rater = by_rater};

	p->of_item = array_alloc(m->n_items, sizeof(int32));
	s.sorted = array_alloc(m->n_obs, sizeof(int32));
	grow(&s);
	for (int32 i = 0; i < m->n_items; i++)
	{
		int32		r = m->start[i + 1] - m->start[i];

		HD_CHECK_EVERY(i);
		if (by_rater)
			memcpy(s.sorted + m->start[i], m->category + m->start[i], sizeof(int32) * (Size) r);
		else
			sort_item(r, m->category + m->start[i], s.sorted + m->start[i]);
		p->of_item[i] = find_item(&s, i);
	}
	lay_out(&s, p);
	pfree(s.sorted);
	pfree(s.first);
	pfree(s.hash);
	pfree(s.slot);
	return p;
}

/*-------------------------------------------------------------------------
 *
 * set_collection.c
 *	  Sets of tokens to be joined: from pairs of hash and set.
 *
 * Tokens are numbered by document frequency; what only one set has is counted
 * and in no list, and sets that are equal to an earlier one are left out.
 * Weights are sums in the order of tokens: the same pair gives the same digits
 * wherever it is computed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/set_join.h"

/* ---- making the sets ---- */

double
set_token_weight(int32 n, uint32 df)
{
	return log(1 + (double) n / Max(df, 1));
}

#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)

uint64 *
sort_by_upper_half(uint64 *pair, uint64 **spare, uint64 n)
{
	uint64	   *from = pair;
	uint64	   *to = *spare;
	uint64	   *count = array_alloc(3 * DIGITS, sizeof(uint64));

	memset(count, 0, 3 * DIGITS * sizeof(uint64));
	for (uint64 i = 0; i < n; i++)
	{
		uint32		h = (uint32) (pair[i] >> 32);

		HD_CHECK_EVERY(i + 1);
		count[h & (DIGITS - 1)]++;
		count[DIGITS + (h >> DIGIT_BITS & (DIGITS - 1))]++;
		count[2 * DIGITS + (h >> 2 * DIGIT_BITS)]++;
	}
	for (int d = 0; d < 3; d++)
	{
		uint64	   *place = count + d * DIGITS;
		uint64		sum = 0;
		uint64	   *swap = from;

		for (int v = 0; v < DIGITS; v++)
		{
			uint64		c = place[v];

			place[v] = sum;
			sum += c;
		}
		for (uint64 i = 0; i < n; i++)
		{
			uint32		h = (uint32) (from[i] >> 32);

			HD_CHECK_EVERY(i + 1);
			to[place[h >> d * DIGIT_BITS & (DIGITS - 1)]++] = from[i];
		}
		from = to;
		to = swap;
	}
	pfree(count);
	*spare = to;
	return from;
}

/* Working state of sets_make: runs of equal hashes, repeats dropped, are tokens */
typedef struct Making
{
	uint64	   *pair;
	uint64		n_pairs;
	uint64	   *run;			/* [n_runs + 1] where each token's sets begin, of tokens in two sets or more */
	uint32	   *df;				/* [n_runs] */
	uint32		n_runs;
	int32	   *single;			/* [n] tokens that no other set has */
	SetPrint   *print;			/* [n] */
} Making;

static inline uint64
mixed(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64CONST(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

void
set_print_add(SetPrint *p, uint32 hash)
{
	p->sum[0] += mixed(hash + UINT64CONST(0x9e3779b97f4a7c15));
	p->sum[1] += mixed(hash + UINT64CONST(0xd1b54a32d192ed03));
}

/* Moves runs of two sets or more to the front, and counts the others */
static void
find_runs(Making *k)
{
	uint64		kept = 0;
	uint64		cap = 1024;

	k->n_runs = 0;
	k->run = array_alloc(cap + 1, sizeof(uint64));
	for (uint64 i = 0; i < k->n_pairs;)
	{
		uint32		hash = (uint32) (k->pair[i] >> 32);
		uint64		begin = kept;
		uint32		last = 0;
		SetPrint	one = {{0}};

		set_print_add(&one, hash);

		for (; i < k->n_pairs && (uint32) (k->pair[i] >> 32) == hash; i++)
		{
			uint32		set = (uint32) k->pair[i];

			HD_CHECK_EVERY(i + 1);
			/* sorting was stable, so that repeats are neighbours */
			if (kept > begin && last == set)
				continue;
			k->print[set].sum[0] += one.sum[0];
			k->print[set].sum[1] += one.sum[1];
			last = set;
			k->pair[kept++] = (uint64) hash << 32 | set;
		}
		if (kept - begin == 1)
		{
			k->single[last]++;
			kept = begin;
			continue;
		}
		if (k->n_runs == cap)
		{
			cap *= 2;
			k->run = repalloc_huge(k->run, (cap + 1) * sizeof(uint64));
		}
		k->run[k->n_runs++] = begin;
	}
	k->run[k->n_runs] = kept;
	k->df = array_alloc(k->n_runs, sizeof(uint32));
}

/* order[rank] = run, by df and then by hash: a counting sort */
static uint32 *
order_runs(const Making *k, uint32 n_sets)
{
	uint32	   *order = array_alloc(k->n_runs, sizeof(uint32));
	uint64	   *place = array_alloc0((Size) n_sets + 2, sizeof(uint64));

	for (uint32 r = 0; r < k->n_runs; r++)
		place[k->df[r] + 1]++;
	for (uint32 f = 0; f <= n_sets; f++)
		place[f + 1] += place[f];
	for (uint32 r = 0; r < k->n_runs; r++)
		order[place[k->df[r]]++] = r;
	pfree(place);
	return order;
}

typedef struct Print
{
	uint64		a;
	uint64		b;
	int32		set;
} Print;

static inline int
compare_prints(const Print *p, const Print *q)
{
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	if (p->b != q->b)
		return p->b < q->b ? -1 : 1;
	return (p->set > q->set) - (p->set < q->set);
}

#define ST_SORT sort_prints
#define ST_ELEMENT_TYPE Print
#define ST_COMPARE(p, q) compare_prints(p, q)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

static inline bool
is_empty(const SetPrint *p)
{
	return p->sum[0] == 0 && p->sum[1] == 0;
}

/* 128 bits: no accident makes two sets equal */
int32 *
sets_find_equal(const SetPrint *print, int32 n, const uint8 *side)
{
	Print	   *p = array_alloc(n, sizeof(Print));
	int32	   *same_as = array_alloc(n, sizeof(int32));

	for (int32 i = 0; i < n; i++)
		p[i] = (Print) {print[i].sum[0] + (side ? side[i] : 0), print[i].sum[1], i};
	sort_prints(p, n);
	for (int32 i = 0; i < n; i++)
	{
		int32		set = p[i].set;

		HD_CHECK_EVERY(i + 1);
		/* texts of which nothing was left are not alike for that */
		same_as[set] = !is_empty(&print[set]) && i > 0 && p[i].a == p[i - 1].a && p[i].b == p[i - 1].b ?
			same_as[p[i - 1].set] : set;
	}
	pfree(p);
	return same_as;
}

int32
sets_count_different(const SetPrint *print, const int32 *same_as, int32 n)
{
	int32		different = 0;

	for (int32 i = 0; i < n; i++)
		different += same_as[i] == i && !is_empty(&print[i]);
	return different;
}

/*
 * Takes out the sets that are equal to another: a copy is no evidence that a
 * word is common.  Tokens that only one set is left with are its own.
 */
static void
drop_copies(Making *k, const int32 *same_as, int32 n_df)
{
	uint32		n_runs = 0;
	uint64		kept = 0;

	for (uint32 r = 0; r < k->n_runs; r++)
	{
		uint64		begin = kept;
		uint64		end = k->run[r + 1];
		uint32		df = 0;

		for (uint64 i = k->run[r]; i < end; i++)
		{
			uint32		set = (uint32) k->pair[i];

			HD_CHECK_EVERY(i + 1);
			if (same_as[set] != set)
				continue;
			df += set < n_df;
			k->pair[kept++] = k->pair[i];
		}
		if (kept - begin == 1)
		{
			k->single[(uint32) k->pair[begin]]++;
			kept = begin;
			continue;
		}
		k->run[n_runs] = begin;
		k->df[n_runs++] = df;
	}
	k->run[n_runs] = kept;
	k->n_runs = n_runs;
}

/* Lists of the sets that stand for others, tokens numbered by rank */
static void
fill_lists(const Making *k, const uint32 *order, SetCollection *c, double single_weight)
{
	uint64	   *start = array_alloc0((Size) c->n + 2, sizeof(uint64));
	double	   *size = array_alloc(c->n, sizeof(double));
	int32	   *count = array_alloc(c->n, sizeof(int32));
	uint32	   *token;

	for (uint64 i = 0; i < k->run[k->n_runs]; i++)
	{
		uint32		set = (uint32) k->pair[i];

		HD_CHECK_EVERY(i + 1);
		start[set + 2]++;
	}
	for (int32 i = 0; i < c->n; i++)
		start[i + 2] += start[i + 1];
	token = array_alloc(start[c->n + 1], sizeof(uint32));
	for (int32 i = 0; i < c->n; i++)
	{
		size[i] = k->single[i] * single_weight;
		count[i] = k->single[i] + (int32) (start[i + 2] - start[i + 1]);
	}
	for (uint32 r = 0; r < k->n_runs; r++)
	{
		double		w = c->weight ? c->weight[r] : 1;

		for (uint64 i = k->run[order[r]]; i < k->run[order[r] + 1]; i++)
		{
			uint32		set = (uint32) k->pair[i];

			HD_CHECK_EVERY(i + 1);
			size[set] += w;
			token[start[set + 1]++] = r;
		}
	}
	c->start = start;
	c->token = token;
	c->size = size;
	c->count = count;
}

SetCollection *
sets_make(uint64 *pair, uint64 n_pairs, int32 n_sets, bool idf, const uint8 *side, int32 n_df)
{
	SetCollection *c = palloc0(sizeof(SetCollection));
	uint64	   *spare = array_alloc(n_pairs, sizeof(uint64));
	Making		k = {0};
	uint32	   *order;
	int32		n_different;

	k.n_pairs = n_pairs;
	k.pair = sort_by_upper_half(pair, &spare, n_pairs);
	pfree(spare);
	k.single = array_alloc0(n_sets, sizeof(int32));
	k.print = array_alloc0(n_sets, sizeof(SetPrint));
	find_runs(&k);
	c->n = n_sets;
	c->side = side;
	c->same_as = sets_find_equal(k.print, n_sets, side);
	drop_copies(&k, c->same_as, n_df);
	order = order_runs(&k, n_sets);
	c->n_tokens = k.n_runs;
	n_different = sets_count_different(k.print, c->same_as, n_df);
	if (idf)
	{
		double	   *weight = array_alloc(k.n_runs, sizeof(double));

		for (uint32 r = 0; r < k.n_runs; r++)
			weight[r] = set_token_weight(n_different, k.df[order[r]]);
		c->weight = weight;
	}
	fill_lists(&k, order, c, idf ? set_token_weight(n_different, 1) : 1);
	pfree(k.pair);
	pfree(k.run);
	pfree(k.df);
	pfree(k.single);
	pfree(k.print);
	pfree(order);
	return c;
}

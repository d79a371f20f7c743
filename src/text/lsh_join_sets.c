/*-------------------------------------------------------------------------
 *
 * lsh_join_sets.c
 *	  The sets of a corpus made in little memory.
 *
 * The result is that of corpus_sets(), token for token: tokens are numbered
 * by frequency and hash, and sums are taken in that order.  But frequencies
 * are counted for a sixteenth of all hashes at a time, and lists are renamed in
 * place, so that besides them only the hashes that occur twice take room.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/corpus_sets.h"
#include "text/lsh_join.h"
#include "text/shingles.h"

#define PARTS 16
#define PART_SHIFT 28

/* Hashes that two sets or more have, ascending */
typedef struct Frequent
{
	uint32	   *hash;
	uint32	   *df;
	uint32	   *rank;			/* by df, then by hash */
	uint32		n;
	uint32		cap;
	uint32	   *first;			/* [2^16 + 1] by upper half of the hash */
} Frequent;

/* All hashes of all texts, each once a set; start[], and prints on the way */
static uint32 *
hash_lists(const Corpus *corpus, int k, uint64 *start, SetPrint *print)
{
	uint32	   *token = array_alloc(corpus->n_tokens, sizeof(uint32));
	uint64		n = 0;
	int64		work = 0;

	for (uint32 i = 0; i < corpus->n_texts; i++)
	{
		const CorpusText *t = &corpus->text[i];
		int32		count;

		HD_CHECK_WORK(work, 1 + 16 * (int64) t->n);
		start[i] = n;
		corpus_grams(corpus->token + t->start, t->n, k, token + n, &count);
		count = shingle_unique(token + n, count);
		for (int32 j = 0; j < count; j++)
			set_print_add(&print[i], token[n + j]);
		n += count;
	}
	start[corpus->n_texts] = n;
	return token;
}

static void
add_frequent(Frequent *f, uint32 hash, uint32 df)
{
	if (f->n == f->cap)
	{
		f->cap = Max(f->cap * 2, 1024);
		f->hash = f->hash ? repalloc_huge(f->hash, (Size) f->cap * sizeof(uint32)) : array_alloc(f->cap, sizeof(uint32));
		f->df = f->df ? repalloc_huge(f->df, (Size) f->cap * sizeof(uint32)) : array_alloc(f->cap, sizeof(uint32));
	}
	f->hash[f->n] = hash;
	f->df[f->n++] = df;
}

static void
count_part(Frequent *f, uint64 *pair, uint64 n)
{
	uint64	   *spare = array_alloc(n, sizeof(uint64));

	pair = sort_by_upper_half(pair, &spare, n);
	for (uint64 i = 0; i < n;)
	{
		uint64		begin = i;

		HD_CHECK_EVERY(begin + 1);
		while (i < n && pair[i] == pair[begin])
			i++;
		if (i - begin > 1)
			add_frequent(f, (uint32) (pair[begin] >> 32), (uint32) (i - begin));
	}
	pfree(pair);
	pfree(spare);
}

/* Document frequencies over the sets that stand for others */
static void
count_frequencies(Frequent *f, const uint32 *token, const uint64 *start, const int32 *same_as, int32 n_sets)
{
	int64		work = 0;

	for (uint32 part = 0; part < PARTS; part++)
	{
		uint64		n = 0;
		uint64	   *pair;

		/* once to count, once to collect */
		for (int32 i = 0; i < n_sets; i++)
		{
			HD_CHECK_WORK(work, 1 + start[i + 1] - start[i]);
			if (same_as[i] == i)
				for (uint64 j = start[i]; j < start[i + 1]; j++)
					n += token[j] >> PART_SHIFT == part;
		}
		pair = array_alloc(n, sizeof(uint64));
		n = 0;
		for (int32 i = 0; i < n_sets; i++)
		{
			HD_CHECK_WORK(work, 1 + start[i + 1] - start[i]);
			if (same_as[i] == i)
				for (uint64 j = start[i]; j < start[i + 1]; j++)
					if (token[j] >> PART_SHIFT == part)
						pair[n++] = (uint64) token[j] << 32;
		}
		count_part(f, pair, n);
	}
}

/* A counting sort by df, stable, so that hashes of one df stay in order */
static void
rank_frequent(Frequent *f, int32 n_sets)
{
	uint32	   *place = array_alloc0((Size) n_sets + 2, sizeof(uint32));

	f->rank = array_alloc(f->n, sizeof(uint32));
	f->first = array_alloc0(((Size) 1 << 16) + 1, sizeof(uint32));
	for (uint32 i = 0; i < f->n; i++)
	{
		place[f->df[i] + 1]++;
		f->first[(f->hash[i] >> 16) + 1]++;
	}
	for (int32 i = 0; i <= n_sets; i++)
		place[i + 1] += place[i];
	for (int i = 0; i < 1 << 16; i++)
		f->first[i + 1] += f->first[i];
	for (uint32 i = 0; i < f->n; i++)
		f->rank[i] = place[f->df[i]]++;
	pfree(place);
}

static int64
rank_of(const Frequent *f, uint32 hash)
{
	uint32		low = f->first[hash >> 16],
				high = f->first[(hash >> 16) + 1];
	uint32		end = high;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (f->hash[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && f->hash[low] == hash ? (int64) f->rank[low] : -1;
}

/* Hashes become ranks, in place; what no other set has leaves the lists, and so do the lists of copies */
static void
rename_tokens(SetCollection *c, uint32 *token, uint64 *start, const Frequent *f, double single_weight)
{
	double	   *size = array_alloc(c->n, sizeof(double));
	int32	   *count = array_alloc(c->n, sizeof(int32));
	uint64		n = 0;
	int64		work = 0;

	for (int32 i = 0; i < c->n; i++)
	{
		uint64		from = start[i];
		uint64		end = start[i + 1];
		int32		listed = 0;

		HD_CHECK_WORK(work, 1 + 32 * (int64) (end - from));
		start[i] = n;
		count[i] = (int32) (end - from);
		if (c->same_as[i] == i)
			for (uint64 j = from; j < end; j++)
			{
				int64		rank = rank_of(f, token[j]);

				if (rank >= 0)
					token[n + listed++] = (uint32) rank;
			}
		size[i] = (count[i] - listed) * single_weight;
		shingle_unique(token + n, listed);
		for (int32 j = 0; j < listed; j++)
			size[i] += c->weight ? c->weight[token[n + j]] : 1;
		n += listed;
	}
	start[c->n] = n;
	c->size = size;
	c->count = count;
}

SetCollection *
lsh_sets(const Corpus *corpus, int k, bool idf)
{
	SetCollection *c = palloc0(sizeof(SetCollection));
	int32		n_sets = (int32) corpus->n_texts;
	uint64	   *start = array_alloc((Size) n_sets + 1, sizeof(uint64));
	SetPrint   *print = array_alloc0(n_sets, sizeof(SetPrint));
	uint32	   *token = hash_lists(corpus, k, start, print);
	Frequent	f = {0};
	int32		n_different;

	c->n = n_sets;
	c->same_as = sets_find_equal(print, n_sets, NULL);
	n_different = sets_count_different(print, c->same_as, n_sets);
	pfree(print);
	count_frequencies(&f, token, start, c->same_as, n_sets);
	rank_frequent(&f, n_sets);
	if (idf)
	{
		double	   *weight = array_alloc(f.n, sizeof(double));

		for (uint32 i = 0; i < f.n; i++)
			weight[f.rank[i]] = set_token_weight(n_different, f.df[i]);
		c->weight = weight;
	}
	c->n_tokens = f.n;
	c->start = start;
	c->token = token;
	rename_tokens(c, token, start, &f, idf ? set_token_weight(n_different, 1) : 1);
	if (f.hash)
	{
		pfree(f.hash);
		pfree(f.df);
	}
	pfree(f.rank);
	pfree(f.first);
	return c;
}

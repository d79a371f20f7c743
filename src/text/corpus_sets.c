/*-------------------------------------------------------------------------
 *
 * corpus_sets.c
 *	  From corpora to the sets that are joined.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "text/canonical.h"
#include "text/corpus_sets.h"

void
corpus_token_hashes(Datum text, uint32 **token, uint32 *n)
{
	CanonicalText t;

	canonical_text_make(text, &t);
	*token = array_alloc(t.n_tokens, sizeof(uint32));
	*n = t.n_tokens;
	for (int32 i = 0; i < t.n_tokens; i++)
	{
		const uint8 *p = (const uint8 *) t.s + t.start[i];
		int32		len = t.end[i] - t.start[i];

		HD_CHECK_EVERY(i + 1);
		(*token)[i] = (uint32) (hd_hash_bytes(hd_load_prefix(p, len), p, len) >> 32);
	}
	pfree(t.s);
	pfree(t.start);
	pfree(t.end);
}

static inline uint32
gram_hash(const uint32 *token, int k)
{
	uint64		h = 0;

	for (int j = 0; j < k; j++)
		h = hd_mix64(h * UINT64CONST(0x9e3779b97f4a7c15) + token[j] + 1);
	return (uint32) (h >> 32);
}

/* fewer tokens than k are one n-gram */
static inline uint32
gram_size(uint32 n, int k)
{
	return Min((uint32) k, n);
}

void
corpus_grams(const uint32 *token, uint32 n, int k, uint32 *hash, int32 *count)
{
	uint32		size = gram_size(n, k);

	*count = 0;
	if (n > 0)
		for (uint32 i = 0; i + size <= n; i++)
		{
			HD_CHECK_EVERY(i + 1);
			hash[(*count)++] = gram_hash(token + i, size);
		}
}

static inline uint64
add_grams(const uint32 *token, uint32 n, int k, uint32 set, uint64 *pair)
{
	uint32		size = gram_size(n, k);
	uint64		count = 0;

	if (n == 0)
		return 0;
	for (uint32 i = 0; i + size <= n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		pair[count++] = (uint64) gram_hash(token + i, size) << 32 | set;
	}
	return count;
}

static uint64
add_corpus(const Corpus *c, int k, uint32 first, uint64 *pair)
{
	uint64		count = 0;

	for (uint32 i = 0; i < c->n_texts; i++)
	{
		HD_CHECK_EVERY(i + 1);
		count += add_grams(c->token + c->text[i].start, c->text[i].n, k, first + i, pair + count);
	}
	return count;
}

SetCollection *
corpus_sets(const Corpus *a, const Corpus *b, int k, bool idf, bool df_of_a)
{
	uint64		n = a->n_tokens + (b ? b->n_tokens : 0);
	uint64		n_sets = a->n_texts + (uint64) (b ? b->n_texts : 0);
	uint64	   *pair = array_alloc(n, sizeof(uint64));
	uint8	   *side = NULL;
	uint64		n_pairs;

	if (n_sets > DICT_MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many texts to be compared at once")));
	n_pairs = add_corpus(a, k, 0, pair);
	if (b)
	{
		n_pairs += add_corpus(b, k, a->n_texts, pair + n_pairs);
		side = array_alloc0(n_sets, 1);
		memset(side + a->n_texts, 1, b->n_texts);
	}
	return sets_make(pair, n_pairs, (int32) n_sets, idf, side, df_of_a ? a->n_texts : (int32) n_sets);
}

/*-------------------------------------------------------------------------
 *
 * set_join_local.c
 *	  Buckets whose sets are of one kind.
 *
 * Forms that were filled in have most of their tokens in common: whatever the
 * next one of these, all sets have it, and dividing a bucket by it leaves as
 * many pairs.  So tokens are ordered once more, by how many of the bucket's
 * own sets have them, and prefixes are taken in that order: what only few
 * filled in comes first, what is printed on the form last.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/set_join_buckets.h"

/* sums are taken in another order than elsewhere: no pair is lost for that */
#define SUM_SLACK (1 + 1e-9)

/* A token that two sets of the bucket have, one of them as the smaller one of a pair */
typedef struct LocalToken
{
	uint32		token;
	uint32		n;				/* sets */
} LocalToken;

#define ST_SORT sort_by_sets
#define ST_ELEMENT_TYPE LocalToken
#define ST_COMPARE(a, b) ((a)->n != (b)->n ? ((a)->n < (b)->n ? -1 : 1) : ((a)->token > (b)->token) - ((a)->token < (b)->token))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_ranks
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

typedef struct Local
{
	LocalToken *token;			/* by rank */
	uint32		n_tokens;
	uint64	   *start;			/* [members + 1] */
	uint32	   *rank;			/* of each member's tokens, ascending */
	uint32	   *small_end;		/* [members] so many are looked for as those of the smaller one, */
	uint32	   *large_end;		/* and of the larger one */
} Local;

/* The bucket's tokens in its own order; j->count[] has their ranks, plus 1 */
static void
rank_tokens(Join *j, const Bucket *b, Local *l)
{
	const SetCollection *c = j->c;
	uint32		n_touched = 0;

	for (uint32 e = 0; e < b->n; e++)
	{
		const Member *m = &b->member[e];
		uint64		one = (uint64) m->small << 32 | 1;

		for (uint64 i = c->start[m->set] + m->next; i < c->start[m->set + 1]; i++)
		{
			uint64	   *count = &j->count[c->token[i]];

			HD_CHECK_WORK(j->work, STEPS_OF_TOKEN);
			if (*count == 0)
				j->touched[n_touched++] = c->token[i];
			*count += one;
		}
	}
	l->token = array_alloc(n_touched, sizeof(LocalToken));
	for (uint32 i = 0; i < n_touched; i++)
	{
		uint64	   *count = &j->count[j->touched[i]];

		if (*count >> 32 > 0 && (uint32) *count > 1)
			l->token[l->n_tokens++] = (LocalToken) {j->touched[i], (uint32) *count};
		*count = 0;
	}
	sort_by_sets(l->token, l->n_tokens);
	for (uint32 r = 0; r < l->n_tokens; r++)
		j->count[l->token[r].token] = (uint64) r + 1;
}

static void
rank_members(Join *j, const Bucket *b, Local *l, uint64 room)
{
	const SetCollection *c = j->c;
	uint64		n = 0;

	l->start = array_alloc((Size) b->n + 1, sizeof(uint64));
	l->rank = array_alloc(room, sizeof(uint32));
	for (uint32 e = 0; e < b->n; e++)
	{
		const Member *m = &b->member[e];

		l->start[e] = n;
		for (uint64 i = c->start[m->set] + m->next; i < c->start[m->set + 1]; i++)
		{
			uint64		rank = j->count[c->token[i]];

			HD_CHECK_WORK(j->work, STEPS_OF_TOKEN);
			if (rank > 0)
				l->rank[n++] = (uint32) rank - 1;
		}
		sort_ranks(l->rank + l->start[e], n - l->start[e]);
	}
	l->start[b->n] = n;
	for (uint32 r = 0; r < l->n_tokens; r++)
		j->count[l->token[r].token] = 0;
}

/* So many of each set's first tokens that the rest is too little */
static void
find_prefixes(Join *j, const Bucket *b, Local *l)
{
	double		least_small = least_of_small(j, b);

	l->small_end = array_alloc0(b->n, sizeof(uint32));
	l->large_end = array_alloc0(b->n, sizeof(uint32));
	for (uint32 e = 0; e < b->n; e++)
	{
		const Member *m = &b->member[e];
		double		as_small = j->small_share * j->c->size[m->set];
		double		as_large = least_of(j, m, least_small);
		double		sum = b->weight;

		HD_CHECK_WORK(j->work, 1 + STEPS_OF_TOKEN * (l->start[e + 1] - l->start[e]));
		for (uint32 i = (uint32) (l->start[e + 1] - l->start[e]); i-- > 0;)
		{
			sum += token_weight(j, l->token[l->rank[l->start[e] + i]].token);
			if (l->large_end[e] == 0 && sum * SUM_SLACK >= as_large)
				l->large_end[e] = i + 1;
			if (l->small_end[e] == 0 && m->small && sum * SUM_SLACK >= as_small)
				l->small_end[e] = i + 1;
		}
	}
}

/* How many pairs are going to be looked at, those that meet twice counted twice; place[] where each token's sets begin */
static uint64
count_pairs(Join *j, const Bucket *b, const Local *l, uint64 *place)
{
	uint64		pairs = 0;
	uint64		sum = 0;

	for (uint32 e = 0; e < b->n; e++)
	{
		const uint32 *rank = l->rank + l->start[e];

		HD_CHECK_WORK(j->work, 1 + STEPS_OF_TOKEN * ((int64) l->large_end[e] + l->small_end[e]));
		for (uint32 i = 0; i < l->large_end[e]; i++)
			pairs += place[rank[i]];
		for (uint32 i = 0; i < l->small_end[e]; i++)
			place[rank[i]]++;
	}
	for (uint32 r = 0; r < l->n_tokens; r++)
	{
		uint64		n = place[r];

		place[r] = sum;
		sum += n;
	}
	place[l->n_tokens] = sum;
	return pairs;
}

static void
compare_by_prefixes(Join *j, const Bucket *b, const Local *l, uint64 *from)
{
	uint64	   *end = array_alloc(l->n_tokens, sizeof(uint64));
	uint32	   *post = array_alloc(from[l->n_tokens], sizeof(uint32));
	uint32	   *seen = array_alloc0(b->n, sizeof(uint32));	/* the last member that this one was compared with, plus 1 */

	memcpy(end, from, l->n_tokens * sizeof(uint64));
	for (uint32 e = 0; e < b->n; e++)
	{
		const uint32 *rank = l->rank + l->start[e];
		double		smallest = j->sizes_bound ? j->large_share * j->c->size[b->member[e].set] : 0;

		for (uint32 i = 0; i < l->large_end[e]; i++)
		{
			uint32		r = rank[i];

			/* sets come in ascending size: what is too small now stays so */
			while (from[r] < end[r] && j->c->size[b->member[post[from[r]]].set] < smallest)
				from[r]++;
			for (uint64 p = from[r]; p < end[r]; p++)
			{
				HD_CHECK_WORK(j->work, STEPS_OF_TOKEN);
				if (seen[post[p]] == e + 1)
					continue;
				seen[post[p]] = e + 1;
				join_compare_members(j, b, &b->member[post[p]], &b->member[e], false);
			}
		}
		for (uint32 i = 0; i < l->small_end[e]; i++)
			post[end[rank[i]]++] = e;
	}
	pfree(end);
	pfree(post);
	pfree(seen);
}

bool
join_by_local_order(Join *j, const Bucket *b, uint64 pairs)
{
	Local		l = {0};
	uint64		steps = 0;
	uint64	   *place;
	bool		worth;

	/* in a containment the smaller one does not come first */
	if (j->m == MEASURE_CONTAINMENT)
		return false;
	for (uint32 e = 0; e < b->n; e++)
		steps += set_length(j, b->member[e].set) - b->member[e].next;
	if (steps > pairs / 2)
		return false;
	rank_tokens(j, b, &l);
	rank_members(j, b, &l, steps);
	find_prefixes(j, b, &l);
	place = array_alloc0((Size) l.n_tokens + 1, sizeof(uint64));
	worth = count_pairs(j, b, &l, place) <= pairs / 2;
	if (worth)
		compare_by_prefixes(j, b, &l, place);
	pfree(place);
	pfree(l.token);
	pfree(l.start);
	pfree(l.rank);
	pfree(l.small_end);
	pfree(l.large_end);
	return worth;
}

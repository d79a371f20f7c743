/*-------------------------------------------------------------------------
 *
 * lsh_join.c
 *	  Pairs of similar sets by locality-sensitive hashing.
 *
 * Each set has b bands of r places of a sketch (sketch.h); two sets are
 * compared if all places of a band are equal, which for a similarity s happens
 * with probability 1 - (1 - s^r)^b (Indyk & Motwani 1998; Broder 1997).  Bands
 * are chosen so that a pair at the threshold is all but certain to be
 * compared, not so that the error is even on both sides: what is compared is
 * verified.
 *
 * One band after the other is sorted.  Of a band's places 32 bits are kept:
 * what falls together by accident is refused by verification.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "text/lsh_join.h"
#include "text/sketch.h"

#define LSH_MOST_SLOTS 128

/* The least Jaccard similarity of sets that reach the threshold; 0: none */
static double
least_jaccard(SetMeasure m, double t)
{
	switch (m)
	{
		case MEASURE_JACCARD:
			return t;
		case MEASURE_DICE:
			return t / (2 - t);
		case MEASURE_COSINE:
			return t * t;		/* of a small set within one that is 1 / t^2 as large */
		default:
			return 0;
	}
}

bool
lsh_plan(SetMeasure m, double threshold, LshPlan *plan)
{
	double		s = least_jaccard(m, threshold);

	if (s <= 0)
		return false;
	plan->rows = 1;
	plan->bands = LSH_MOST_SLOTS;
	for (int r = 1; r <= LSH_MOST_SLOTS; r++)
	{
		double		hit = pow(s, r);
		double		b = hit >= 1 ? 1 : ceil(log(LSH_MISS) / log1p(-hit));

		/* more rows are more selective: as many as the places allow */
		if (!(b * r <= LSH_MOST_SLOTS))
			break;
		plan->rows = r;
		plan->bands = (int) b;
	}
	return true;
}

double
exact_join_memory(double n_tokens, double n_sets)
{
	/*
	 * Lists: 4; sums of weights: 4; buckets: 8; of each different token, of
	 * which there are half as many at the most, weight and places: 28.  Before,
	 * pairs of hash and set, twice while they are sorted: 16.
	 */
	return 30 * n_tokens + 128 * n_sets;
}

double
lsh_join_memory(const LshPlan *plan, double n_tokens, double n_sets)
{
	/* tokens: 4; a sixteenth of them sorted: 1; frequencies of half of them: 8 */
	return 13 * n_tokens + (4.0 * plan->bands + 96) * n_sets;
}

/* ---- signatures ---- */

typedef struct Lsh
{
	const SetCollection *c;
	const LshPlan *plan;
	int32	   *set;			/* [n] sets that take part */
	int32		n;
	uint32	   *key;			/* [bands][n] */
	uint64	   *element;		/* [cap] of the set in hand */
	double	   *weight;
	int32		cap;
} Lsh;

/* Tokens that no other set has are in no list, but take their places */
static int32
collect_elements(Lsh *l, int32 set)
{
	const SetCollection *c = l->c;
	int32		listed = (int32) (c->start[set + 1] - c->start[set]);
	int32		n = c->count[set];
	double		left = c->size[set];

	if (n > l->cap)
	{
		l->cap = Max(n, 2 * l->cap);
		if (l->element)
		{
			pfree(l->element);
			pfree(l->weight);
		}
		l->element = array_alloc(l->cap, sizeof(uint64));
		l->weight = array_alloc(l->cap, sizeof(double));
	}
	for (int32 i = 0; i < listed; i++)
	{
		uint32		token = c->token[c->start[set] + i];

		l->element[i] = token;
		if (c->weight)
			left -= l->weight[i] = c->weight[token];
	}
	for (int32 i = listed; i < n; i++)
	{
		l->element[i] = UINT64CONST(1) << 63 | (uint64) set << 31 | (uint32) i;
		/* all of them weigh the same */
		l->weight[i] = Max(left / (n - listed), 1e-3);
	}
	return n;
}

static void
make_keys(Lsh *l)
{
	int			n_slots = l->plan->bands * l->plan->rows;
	uint64		slot[SKETCH_MOST_SLOTS];
	int64		work = 0;

	for (int32 i = 0; i < l->n; i++)
	{
		int32		n = collect_elements(l, l->set[i]);

		HD_CHECK_WORK(work, 16 * ((int64) n + n_slots));
		if (l->c->weight)
			sketch_make_weighted(l->element, l->weight, n, n_slots, slot);
		else
			sketch_make(l->element, n, n_slots, slot);
		for (int b = 0; b < l->plan->bands; b++)
		{
			uint64		h = 0;

			for (int r = 0; r < l->plan->rows; r++)
				h = hd_mix64(h + slot[b * l->plan->rows + r] + 1);
			l->key[(Size) b * l->n + i] = (uint32) (h >> 32);
		}
	}
}

static void
lsh_begin(Lsh *l)
{
	const SetCollection *c = l->c;

	l->set = array_alloc(c->n, sizeof(int32));
	for (int32 i = 0; i < c->n; i++)
		if (c->same_as[i] == i && c->start[i] < c->start[i + 1])
			l->set[l->n++] = i;
	l->key = array_alloc((Size) l->plan->bands * l->n, sizeof(uint32));
	make_keys(l);
	if (l->element)
	{
		pfree(l->element);
		pfree(l->weight);
	}
}

/* ---- buckets ---- */

/* Did the two meet in a bucket of an earlier band? */
static inline bool
met_before(const Lsh *l, int band, uint32 i, uint32 j)
{
	for (int b = 0; b < band; b++)
		if (l->key[(Size) b * l->n + i] == l->key[(Size) b * l->n + j])
			return true;
	return false;
}

/* What one bucket is to be told */
typedef struct Comparison
{
	SetMeasure	m;
	double		threshold;
	PairFound	found;
	PairSkip	skip;
	void	   *arg;
	JoinStats  *stats;
	int64		work;			/* steps since one looked for a cancel */
} Comparison;

/*
 * Members of a bucket (the lower halves of "pair", ascending).  Each is
 * compared with those that were kept before; it is kept itself unless that
 * put it together with one of them.
 */
static void
compare_in_bucket(const Lsh *l, int band, const uint64 *pair, uint64 n, int most, uint32 *kept, Comparison *how)
{
	int			n_kept = 0;

	for (uint64 i = 0; i < n; i++)
	{
		uint32		x = (uint32) pair[i];
		bool		together = false;

		HD_CHECK_WORK(how->work, 1);
		for (int j = 0; j < n_kept && !together; j++)
		{
			int32		a = l->set[kept[j]];
			int32		b = l->set[x];

			HD_CHECK_WORK(how->work, 16 + 4 * band);
			if (!met_before(l, band, kept[j], x))
			{
				HD_CHECK_WORK(how->work, l->c->start[a + 1] - l->c->start[a] + l->c->start[b + 1] - l->c->start[b]);
				sets_verify(l->c, how->m, how->threshold, a, b, how->found, how->skip, how->arg, how->stats);
			}
			together = how->skip != NULL && how->skip(how->arg, a, b);
		}
		if (together)
			continue;
		if (n_kept < most)
			kept[n_kept++] = x;
		else
			how->stats->capped++;
	}
}

void
lsh_join(const LshPlan *plan, int most, const SetCollection *c, SetMeasure m, double threshold,
		 PairFound found, PairSkip skip, void *arg, JoinStats *stats)
{
	Lsh			l = {.c = c, .plan = plan};
	Comparison	how = {m, threshold, found, skip, arg, stats, 0};
	uint64	   *pair,
			   *spare;
	uint32	   *kept = array_alloc(most, sizeof(uint32));

	memset(stats, 0, sizeof(*stats));
	lsh_begin(&l);
	pair = array_alloc(l.n, sizeof(uint64));
	spare = array_alloc(l.n, sizeof(uint64));
	for (int band = 0; band < plan->bands; band++)
	{
		for (int32 i = 0; i < l.n; i++)
			pair[i] = (uint64) l.key[(Size) band * l.n + i] << 32 | (uint32) i;
		pair = sort_by_upper_half(pair, &spare, l.n);
		for (int32 i = 0; i < l.n;)
		{
			int32		begin = i;

			HD_CHECK_EVERY(begin + 1);
			while (i < l.n && pair[i] >> 32 == pair[begin] >> 32)
				i++;
			if (i - begin > 1)
				compare_in_bucket(&l, band, pair + begin, i - begin, most, kept, &how);
		}
	}
	pfree(pair);
	pfree(spare);
	pfree(kept);
	pfree(l.set);
	pfree(l.key);
}

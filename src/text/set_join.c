/*-------------------------------------------------------------------------
 *
 * set_join.c
 *	  All pairs of similar sets, exactly, by filtering on prefixes.
 *
 * If two sets share much, they share one of the rare tokens of each: only so
 * many of a set's rarest tokens need to be looked up that what is left could
 * not carry the pair alone (Chaudhuri, Ganti & Kaushik 2006; Bayardo, Ma &
 * Srikant 2007; in the plain form that Mann, Augsten & Bouros 2016 found to
 * win).  Sets are taken in ascending size, so that sizes bound as well.
 * Weights are sums in the order of tokens: the same pair gives the same digits
 * wherever it is computed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "text/set_join_buckets.h"

/* ---- pairs ---- */

double
least_of_small(const Join *j, const Bucket *b)
{
	double		least = DBL_MAX;

	for (uint32 e = 0; e < b->n && !j->sizes_bound; e++)
		if (b->member[e].small)
			least = Min(least, j->small_share * j->c->size[b->member[e].set]);
	return least;
}

/* Do two sets have nothing in common before these places but n tokens, which they have? */
static inline bool
only_so_many_before(const SetCollection *c, const Member *x, const Member *y, uint32 n)
{
	const uint32 *p = c->token + c->start[x->set];
	const uint32 *q = c->token + c->start[y->set];
	const uint32 *p_end = p + x->next - 1;
	const uint32 *q_end = q + y->next - 1;

	while (p < p_end && q < q_end)
	{
		uint32		s = *p;
		uint32		t = *q;

		if (s == t && n-- == 0)
			return false;
		p += s <= t;
		q += t <= s;
	}
	return true;
}

/*
 * The weight that two sets share, if it is "least" or more, else -1.  That of
 * the key is known; "only" that will do.
 */
static double
shared_behind(const Join *j, const Bucket *b, const Member *x, const Member *y, double least, bool only)
{
	const SetCollection *c = j->c;
	uint64		p = c->start[x->set] + x->next;
	uint64		q = c->start[y->set] + y->next;
	uint64		p_end = c->start[x->set + 1];
	uint64		q_end = c->start[y->set + 1];
	double		both = b->weight;

	while (p < p_end && q < q_end)
	{
		uint32		s = c->token[p];
		uint32		t = c->token[q];

		if (s == t)
		{
			if (only)
				return -1;
			both += token_weight(j, s);
			p++;
			q++;
		}
		else if (s < t)
		{
			p++;
			if (both + (j->rest ? j->rest[p] : p_end - p) < least)
				return -1;
		}
		else
		{
			q++;
			if (both + (j->rest ? j->rest[q] : q_end - q) < least)
				return -1;
		}
	}
	return both < least ? -1 : both;
}

void
join_compare_members(Join *j, const Bucket *b, const Member *x, const Member *y, bool only)
{
	const SetCollection *c = j->c;
	double		least = set_least_shared(j->m, j->t, c->size[y->set], c->size[x->set]) * (1 - JOIN_SLACK);
	bool		turned;
	double		both;

	HD_CHECK_WORK(j->work, STEPS_OF_PAIR);
	if (b->before + Min(rest_from(j, x->set, x->next - 1), rest_from(j, y->set, y->next - 1)) < least)
		return;
	if (only && b->weight < least)
		return;
	if (c->side && c->side[x->set] == c->side[y->set])
		return;
	HD_CHECK_WORK(j->work, x->next + y->next);
	/* a pair belongs to the bucket of the first tokens it has in common */
	if (!only_so_many_before(c, x, y, b->k - 1))
		return;
	turned = set_pair_is_turned(c, x->set, y->set);
	j->stats->candidates++;
	if (j->skip && j->skip(j->arg, x->set, y->set))
		return;
	j->stats->verified++;
	HD_CHECK_WORK(j->work, set_length(j, x->set) + set_length(j, y->set));
	both = shared_behind(j, b, x, y, least, only);
	if (both >= 0)
		set_report_pair(c, j->m, j->t, turned ? y->set : x->set, turned ? x->set : y->set, both, j->found, j->arg, j->stats);
}

/* A pair that may have been looked at elsewhere: where found() is not sensitive to that */
static void
compare_whole(Join *j, const Member *x, const Member *y)
{
	const SetCollection *c = j->c;

	HD_CHECK_WORK(j->work, STEPS_OF_PAIR + set_length(j, x->set) + set_length(j, y->set));
	sets_verify(c, j->m, j->t, x->set, y->set, j->found, j->skip, j->arg, j->stats);
}

/*
 * So many members of a class are tried whichever bucket the pair belongs to:
 * where some are together, it is likely that the next one is, too.
 */
#define TRIES 4

/*
 * Compares each member with those that it is not yet together with.  Members
 * that are together are chained: who finds one of them has found all, so that
 * of many that are alike most are compared with one.
 */
static void
compare_classes(Join *j, const Bucket *b)
{
	const SetCollection *c = j->c;
	uint32	   *first = array_alloc(b->n, sizeof(uint32));	/* [classes] */
	uint32	   *last = array_alloc(b->n, sizeof(uint32));
	uint32	   *next = array_alloc(b->n, sizeof(uint32));	/* [members] b->n: none */
	uint32		n_classes = 0;

	for (uint32 e = 0; e < b->n; e++)
	{
		const Member *y = &b->member[e];
		double		smallest = j->sizes_bound ? j->large_share * c->size[y->set] : 0;
		uint32		kept = 0;
		uint32		own = b->n; /* its class */

		next[e] = b->n;
		for (uint32 k = 0; k < n_classes; k++)
		{
			const Member *leader = &b->member[first[k]];
			uint32		tries = 0;

			for (uint32 f = first[k]; f < b->n && !j->skip(j->arg, leader->set, y->set); f = next[f])
			{
				const Member *x = &b->member[f];

				if (!x->small || c->size[x->set] < smallest)
					continue;
				if (last[k] != first[k] && tries++ < TRIES)
					compare_whole(j, x, y);
				else
					join_compare_members(j, b, x, y, false);
			}
			HD_CHECK_WORK(j->work, STEPS_OF_PAIR);
			if (own == b->n || !j->skip(j->arg, leader->set, y->set))
			{
				if (own == b->n && j->skip(j->arg, leader->set, y->set))
					own = kept;
				first[kept] = first[k];
				last[kept++] = last[k];
				continue;
			}
			/* two classes have become one */
			next[last[own]] = first[k];
			last[own] = last[k];
		}
		n_classes = kept;
		if (own < b->n)
		{
			next[last[own]] = e;
			last[own] = e;
		}
		else
		{
			first[n_classes] = e;
			last[n_classes++] = e;
		}
	}
	pfree(first);
	pfree(last);
	pfree(next);
}

/* Compares each member with each; "only" pairs that have the key and nothing else in common */
static void
compare_all(Join *j, const Bucket *b, bool only)
{
	const SetCollection *c = j->c;

	if (j->m == MEASURE_CONTAINMENT)
	{
		for (uint32 e = 0; e < b->n; e++)
			for (uint32 f = 0; f < b->n && !b->member[e].small; f++)
				if (b->member[f].small)
					join_compare_members(j, b, &b->member[f], &b->member[e], only);
		return;
	}
	for (uint32 e = 1; e < b->n; e++)
	{
		double		smallest = j->sizes_bound ? j->large_share * c->size[b->member[e].set] : 0;

		for (uint32 f = e; f-- > 0 && c->size[b->member[f].set] >= smallest;)
			if (b->member[f].small)
				join_compare_members(j, b, &b->member[f], &b->member[e], only);
	}
}

/* with fewer pairs it is not worth while to look for more tokens, or for classes */
#ifndef MANY_PAIRS
#define MANY_PAIRS 128
#endif

static void
compare_many(Join *j, const Bucket *b, bool only)
{
	/* there is no harm in finding a pair of a component twice */
	if (j->components && (uint64) b->n * b->n / 2 >= MANY_PAIRS)
		compare_classes(j, b);
	else
		compare_all(j, b, only);
}

/* ---- buckets ---- */

/* The sets of a bucket that have a certain token behind the key */
typedef struct Part
{
	uint32		token;
	uint32		n;
} Part;

/* Parts stand one behind the other in member[] */
typedef struct Division
{
	Part	   *part;
	uint32		n_parts;
	Member	   *member;
} Division;

/*
 * Divides a bucket by the token that a pair may have in common next.  Gives
 * up, and returns false, where that is more work than to compare its "pairs"
 * pairs, or leaves more than a fourth of them: then there is no more to be
 * gained than to be lost.
 */
static bool
divide(Join *j, const Bucket *b, uint64 pairs, Division *d)
{
	const SetCollection *c = j->c;
	double		least_small = least_of_small(j, b);
	uint32		n_touched = 0;
	uint64		steps = 0,
				total = 0,
				new_pairs = 0;
	bool		worth = true;

	/* a token that no set has as the smaller one is of no use: these come first */
	for (uint32 e = 0; e < b->n && worth; e++)
	{
		const Member *m = &b->member[e];
		const uint32 *token = c->token + c->start[m->set];
		double		least = j->small_share * c->size[m->set];
		uint32		n = set_length(j, m->set);
		uint32		i = m->next;

		for (; m->small && i < n && b->weight + rest_from(j, m->set, i) >= least; i++)
		{
			if (j->count[token[i]] == 0)
				j->touched[n_touched++] = token[i];
			j->count[token[i]] += UINT64CONST(1) << 32;
		}
		steps += i - m->next;
		HD_CHECK_WORK(j->work, 1 + STEPS_OF_TOKEN * (i - m->next));
		worth = steps <= pairs / 2;
	}
	for (uint32 e = 0; e < b->n && worth; e++)
	{
		const Member *m = &b->member[e];
		const uint32 *token = c->token + c->start[m->set];
		double		least = least_of(j, m, least_small);
		uint32		n = set_length(j, m->set);
		uint32		i = m->next;

		for (; i < n && b->weight + rest_from(j, m->set, i) >= least; i++)
			j->count[token[i]] += j->count[token[i]] > 0;
		steps += i - m->next;
		HD_CHECK_WORK(j->work, 1 + STEPS_OF_TOKEN * (i - m->next));
		worth = steps <= pairs;
	}
	d->part = array_alloc(worth ? n_touched : 0, sizeof(Part));
	d->n_parts = 0;
	for (uint32 i = 0; i < n_touched; i++)
	{
		uint64	   *count = &j->count[j->touched[i]];
		uint64		small = *count >> 32;
		uint32		all = (uint32) *count;

		*count = 0;
		if (!worth || all < 2)
			continue;
		d->part[d->n_parts++] = (Part) {j->touched[i], all};
		new_pairs += small * all;
		/* where its next member goes, plus 1 */
		*count = total + 1;
		total += all;
	}
	if (!worth || new_pairs > pairs / 4)
	{
		for (uint32 i = 0; i < d->n_parts; i++)
			j->count[d->part[i].token] = 0;
		pfree(d->part);
		return false;
	}
	d->member = array_alloc(total, sizeof(Member));
	for (uint32 e = 0; e < b->n; e++)
	{
		const Member *m = &b->member[e];
		const uint32 *token = c->token + c->start[m->set];
		double		least = least_of(j, m, least_small);
		double		least_as_small = j->small_share * c->size[m->set];
		uint32		n = set_length(j, m->set);

		HD_CHECK_WORK(j->work, 1 + STEPS_OF_TOKEN * (n - m->next));
		for (uint32 i = m->next; i < n; i++)
		{
			double		most = b->weight + rest_from(j, m->set, i);

			if (most < least)
				break;
			if (j->count[token[i]] > 0)
				d->member[j->count[token[i]]++ - 1] = (Member) {m->set, i + 1, m->small && most >= least_as_small};
		}
	}
	for (uint32 i = 0; i < d->n_parts; i++)
		j->count[d->part[i].token] = 0;
	return true;
}

/* The pairs that have nothing but the key in common */
static void
compare_complete(Join *j, const Bucket *b)
{
	double		least_small = least_of_small(j, b);
	Bucket		complete = *b;
	Member	   *member = NULL;

	complete.n = 0;
	for (uint32 e = 0; e < b->n; e++)
	{
		Member		m = b->member[e];

		if (b->weight < least_of(j, &m, least_small))
			continue;
		if (member == NULL)
			member = array_alloc(b->n - e, sizeof(Member));
		m.small = m.small && b->weight >= j->small_share * j->c->size[m.set];
		member[complete.n++] = m;
	}
	if (member == NULL)
		return;
	complete.member = member;
	compare_many(j, &complete, true);
	pfree(member);
}

/* Is there no pair that is asked for? */
static bool
all_skipped(const Join *j, const Bucket *b)
{
	const uint8 *side = j->c->side;
	bool		one_side = side != NULL;
	bool		together = j->skip != NULL;

	for (uint32 e = 1; e < b->n && (one_side || together); e++)
	{
		one_side = one_side && side[b->member[e].set] == side[b->member[0].set];
		together = together && j->skip(j->arg, b->member[e].set, b->member[0].set);
	}
	return one_side || together;
}

static void join_parts(Join *j, const Bucket *b, Division *d);

static void
join_bucket(Join *j, const Bucket *b)
{
	uint64		n_small = 0;
	uint64		pairs;
	Division	d;

	for (uint32 e = 0; e < b->n; e++)
		n_small += b->member[e].small;
	pairs = n_small * b->n / 2;
	if (pairs >= MANY_PAIRS)
	{
		if (all_skipped(j, b))
			return;
		if (divide(j, b, pairs, &d))
		{
			compare_complete(j, b);
			join_parts(j, b, &d);
			return;
		}
		if (join_by_local_order(j, b, pairs))
		{
			compare_complete(j, b);
			return;
		}
	}
	compare_many(j, b, false);
}

static void
join_parts(Join *j, const Bucket *b, Division *d)
{
	uint64		place = 0;

	for (uint32 i = 0; i < d->n_parts; i++)
	{
		Bucket		part = {
			.member = d->member + place, .n = d->part[i].n, .k = b->k + 1,
			.before = b->weight, .weight = b->weight + token_weight(j, d->part[i].token)
		};

		HD_CHECK_EVERY(i + 1);
		join_bucket(j, &part);
		place += d->part[i].n;
	}
	pfree(d->member);
	pfree(d->part);
}

/* ---- the whole ---- */

typedef struct SizedSet
{
	double		size;
	int32		set;
} SizedSet;

#define ST_SORT sort_by_size
#define ST_ELEMENT_TYPE SizedSet
#define ST_COMPARE(a, b) ((a)->size != (b)->size ? ((a)->size < (b)->size ? -1 : 1) : ((a)->set > (b)->set) - ((a)->set < (b)->set))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sets that take part, by ascending size */
static Member *
all_members(const Join *j, uint32 *n)
{
	const SetCollection *c = j->c;
	SizedSet   *sized = array_alloc(c->n, sizeof(SizedSet));
	Member	   *member;

	*n = 0;
	for (int32 i = 0; i < c->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		if (c->same_as[i] == i && c->start[i] < c->start[i + 1])
			sized[(*n)++] = (SizedSet) {c->size[i], i};
	}
	sort_by_size(sized, *n);
	member = array_alloc(*n, sizeof(Member));
	for (uint32 i = 0; i < *n; i++)
		member[i] = (Member) {sized[i].set, 0, can_be_small(j, sized[i].set)};
	pfree(sized);
	return member;
}

static float *
sum_rests(const SetCollection *c)
{
	float	   *rest = array_alloc(c->start[c->n] + 1, sizeof(float));
	int64		work = 0;

	rest[c->start[c->n]] = 0;
	for (int32 set = 0; set < c->n; set++)
	{
		double		sum = 0;

		HD_CHECK_WORK(work, 1 + STEPS_OF_TOKEN * (c->start[set + 1] - c->start[set]));
		for (uint64 i = c->start[set + 1]; i-- > c->start[set];)
		{
			sum += c->weight[c->token[i]];
			/* a float's last digit is worth 6e-8 */
			rest[i] = (float) (sum * (1 + 2e-7));
		}
	}
	return rest;
}

/* What a pair has to share is least if the smaller one is as large as the other, or as small as can be */
static void
join_shares(Join *j)
{
	double		t = j->t;

	j->sizes_bound = true;
	switch (j->m)
	{
		case MEASURE_JACCARD:
			j->small_share = 2 * t / (1 + t);
			j->large_share = t;
			break;
		case MEASURE_DICE:
			j->small_share = t;
			j->large_share = t / (2 - t);
			break;
		case MEASURE_COSINE:
			j->small_share = t;
			j->large_share = t * t;
			break;
		default:
			j->small_share = t;
			j->large_share = 0;
			j->sizes_bound = false;
	}
	j->small_share *= 1 - JOIN_SLACK;
	j->large_share *= 1 - JOIN_SLACK;
}

static void
join_sets(const SetCollection *c, SetMeasure m, double threshold, bool components,
		  PairFound found, PairSkip skip, void *arg, JoinStats *stats)
{
	Join		j = {
		.c = c, .m = m, .t = threshold, .components = components,
		.found = found, .skip = skip, .arg = arg, .stats = stats
	};
	Bucket		all = {0};
	Division	d;
	Member	   *member;

	memset(stats, 0, sizeof(*stats));
	join_shares(&j);
	j.rest = c->weight ? sum_rests(c) : NULL;
	j.count = array_alloc0(c->n_tokens, sizeof(uint64));
	j.touched = array_alloc(c->n_tokens, sizeof(uint32));
	all.member = member = all_members(&j, &all.n);
	/* all sets have the key without a token in common */
	if (divide(&j, &all, PG_UINT64_MAX, &d))
	{
		pfree(member);
		join_parts(&j, &all, &d);
	}
	pfree(j.count);
	pfree(j.touched);
	if (j.rest)
		pfree(j.rest);
}

void
sets_join(const SetCollection *c, SetMeasure m, double threshold,
		  PairFound found, PairSkip skip, void *arg, JoinStats *stats)
{
	join_sets(c, m, threshold, false, found, skip, arg, stats);
}

void
sets_join_components(const SetCollection *c, SetMeasure m, double threshold,
					 PairFound found, PairSkip skip, void *arg, JoinStats *stats)
{
	join_sets(c, m, threshold, m != MEASURE_CONTAINMENT, found, skip, arg, stats);
}

/*-------------------------------------------------------------------------
 *
 * set_join_buckets.h
 *	  What the parts of the exact join share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SET_JOIN_BUCKETS_H
#define HD_SET_JOIN_BUCKETS_H

#include <math.h>

#include "text/set_join.h"

/* Bounds give way by this much, so that rounding loses no pair; similarities are compared as they are */
#define JOIN_SLACK 1e-9

/* The least that two sets have to share, by their sizes */
static inline double
set_least_shared(SetMeasure m, double t, double a, double b)
{
	switch (m)
	{
		case MEASURE_JACCARD:
			return t / (1 + t) * (a + b);
		case MEASURE_DICE:
			return t / 2 * (a + b);
		case MEASURE_COSINE:
			return t * sqrt(a * b);
		case MEASURE_OVERLAP:
			return t * Min(a, b);
		default:
			return t * b;
	}
}

/* Does x come second in a pair?  Side 0 comes first, where there are no sides the first of both */
static inline bool
set_pair_is_turned(const SetCollection *c, int32 x, int32 y)
{
	return c->side ? c->side[x] > c->side[y] : x > y;
}

/* Says so if a and b, that come in this order and share so much, reach the threshold */
extern void set_report_pair(const SetCollection *c, SetMeasure m, double threshold, int32 a, int32 b, double both,
							PairFound found, void *arg, JoinStats *stats);

/*
 * A key is the first tokens that two sets have in common.  A bucket holds the
 * sets that may have a certain key in common with another one, by ascending size.
 */
typedef struct Member
{
	int32		set;
	uint32		next:31;		/* place in the set behind the key's last token */
	uint32		small:1;		/* may be the smaller one of a pair */
} Member;

typedef struct Bucket
{
	const Member *member;
	uint32		n;
	uint32		k;				/* tokens of the key */
	double		before;			/* their weight, without the last one */
	double		weight;			/* and with it */
} Bucket;

typedef struct Join
{
	const SetCollection *c;
	SetMeasure	m;
	double		t;
	double		small_share;	/* what a set must share as the smaller one of a pair, of its size */
	double		large_share;	/* and as the larger one, where sizes bound; so much of it is the smaller one, too */
	bool		sizes_bound;
	float	   *rest;			/* [tokens + 1] weight from a token to the end of its set, rounded up; NULL: as many */
	uint64	   *count;			/* [n_tokens] of divide(); zero outside of it */
	uint32	   *touched;		/* [n_tokens] of divide() */
	bool		components;		/* a pair that was found is to be skipped from then on */
	int64		work;			/* steps since one looked for a cancel */
	PairFound	found;
	PairSkip	skip;
	void	   *arg;
	JoinStats  *stats;
} Join;

/* What comes down to about so many steps: a pair that is refused at once, and a token whose count or weight is looked up */
#define STEPS_OF_PAIR 16
#define STEPS_OF_TOKEN 4

static inline uint32
set_length(const Join *j, int32 set)
{
	return (uint32) (j->c->start[set + 1] - j->c->start[set]);
}

/* No less than the weight of a set's tokens from place i on */
static inline double
rest_from(const Join *j, int32 set, uint32 i)
{
	return j->rest ? j->rest[j->c->start[set] + i] : set_length(j, set) - i;
}

static inline double
token_weight(const Join *j, uint32 token)
{
	return j->c->weight ? j->c->weight[token] : 1;
}

static inline bool
can_be_small(const Join *j, int32 set)
{
	return j->m != MEASURE_CONTAINMENT || j->c->side[set] == 1;
}

/* What a member has to share at least, if the smallest of those it may be paired with has to share so much */
static inline double
least_of(const Join *j, const Member *e, double least_of_small)
{
	if (j->sizes_bound)
		return j->large_share * j->c->size[e->set];
	/* in a containment who is on the small side is nothing else */
	if (j->m == MEASURE_CONTAINMENT && e->small)
		return j->small_share * j->c->size[e->set];
	return least_of_small;
}

/* What the smallest of a bucket's sets that may be the smaller one of a pair has to share, where sizes do not bound */
extern double least_of_small(const Join *j, const Bucket *b);

/* Compares two members, x being the smaller one; "only" if they have the key and nothing else in common */
extern void join_compare_members(Join *j, const Bucket *b, const Member *x, const Member *y, bool only);

/* Compares those that have something behind the key in common; false where that would not save work */
extern bool join_by_local_order(Join *j, const Bucket *b, uint64 pairs);

#endif							/* HD_SET_JOIN_BUCKETS_H */

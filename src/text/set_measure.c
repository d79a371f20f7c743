/*-------------------------------------------------------------------------
 *
 * set_measure.c
 *	  How alike two sets are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "text/set_join_buckets.h"

double
set_similarity(SetMeasure m, double both, double a, double b)
{
	switch (m)
	{
		case MEASURE_JACCARD:
			return both / (a + b - both);
		case MEASURE_DICE:
			return 2 * both / (a + b);
		case MEASURE_COSINE:
			return both == 0 ? 0 : both / sqrt(a * b);
		case MEASURE_OVERLAP:
			return both == 0 ? 0 : both / Min(a, b);
		case MEASURE_CONTAINMENT:
			return b == 0 ? 1 : both / b;
	}
	return 0;
}

double
set_shared(const SetCollection *c, int32 a, int32 b)
{
	uint64		i = c->start[a],
				j = c->start[b];
	uint64		i_end = c->start[a + 1],
				j_end = c->start[b + 1];
	double		both = 0;

	while (i < i_end && j < j_end)
	{
		uint32		x = c->token[i];
		uint32		y = c->token[j];

		if (x == y)
			both += c->weight ? c->weight[x] : 1;
		i += x <= y;
		j += y <= x;
	}
	return both;
}

void
set_report_pair(const SetCollection *c, SetMeasure m, double threshold, int32 a, int32 b, double both,
				PairFound found, void *arg, JoinStats *stats)
{
	double		similarity = set_similarity(m, both, c->size[a], c->size[b]);

	if (similarity < threshold)
		return;
	stats->found++;
	found(arg, a, b, similarity);
}

void
sets_verify(const SetCollection *c, SetMeasure m, double threshold, int32 x, int32 y,
			PairFound found, PairSkip skip, void *arg, JoinStats *stats)
{
	bool		turned = set_pair_is_turned(c, x, y);
	int32		a = turned ? y : x;
	int32		b = turned ? x : y;
	double		both;

	stats->candidates++;
	if (c->side && c->side[a] == c->side[b])
		return;
	if (skip && skip(arg, a, b))
		return;
	stats->verified++;
	both = set_shared(c, a, b);
	if (both >= set_least_shared(m, threshold, c->size[a], c->size[b]) * (1 - JOIN_SLACK))
		set_report_pair(c, m, threshold, a, b, both, found, arg, stats);
}

/*-------------------------------------------------------------------------
 *
 * rubric_weight.c
 *	  How much of the whole each node of a tree is.
 *
 * The score of a node is the weighted mean of its children's (Starace et al.
 * 2025, PaperBench), so a leaf's share of the root's is the product of
 * weight / sum of siblings along its path.  Here a subtree that weighs
 * nothing takes no part in the sum of its siblings: PaperBench lets it keep
 * its parent's weight and scores it 0, so that a perfect submission falls
 * short of 1.
 *
 * Arithmetic is double-double (wide.h), so that
 * shares of a score like 91/100 add up to it and are rounded once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/wide.h"
#include "rubric/rubric_parse.h"

/* Does any leaf below weigh anything?  Children come behind their parents. */
static bool *
nodes_that_weigh(const Rubric *r)
{
	bool	   *any = palloc0(r->n_nodes);

	for (int32 i = r->n_nodes - 1; i >= 0; i--)
	{
		const RubricNode *node = &r->node[i];

		any[i] = node->points > 0 && (node->leaf || any[i]);
		if (any[i] && node->parent >= 0)
			any[node->parent] = true;
	}
	return any;
}

static const char *
tree_shares(Rubric *r)
{
	bool	   *weighs = nodes_that_weigh(r);
	Wide	   *sum = palloc0(sizeof(Wide) * (r->n_nodes + 1)); /* of the children; [0] is the top */
	bool		any = false;

	for (int32 i = 0; i < r->n_nodes; i++)
	{
		Wide	   *s = &sum[r->node[i].parent + 1];

		if (!weighs[i])
			continue;
		*s = wide_add(*s, wide_of(r->node[i].points));
		if (!isfinite(s->high))
			return "the sum of the weights of siblings is not finite";
		any |= r->node[i].parent < 0;
	}
	if (!any)
		return "nothing has any weight";

	for (int32 i = 0; i < r->n_nodes; i++)
	{
		RubricNode *node = &r->node[i];
		Wide		share = {0, 0};

		if (weighs[i])
		{
			share = wide_divide(wide_of(node->points), sum[node->parent + 1]);
			if (node->parent >= 0)
				share = wide_multiply((Wide) {r->node[node->parent].share,
											  r->node[node->parent].share_low}, share);
		}
		node->share = share.high;
		node->share_low = share.low;
		/* it would count as a criterion without weight, and yet its tag may have a score */
		if (weighs[i] && (node->parent < 0 || r->node[node->parent].share > 0) && fpclassify(share.high) != FP_NORMAL)
			return psprintf("the share of %s is too small for double precision", rubric_path(r, i));
	}
	pfree(weighs);
	pfree(sum);
	return NULL;
}

static const char *
flat_shares(Rubric *r)
{
	Wide		positive = {0, 0},
				negative = {0, 0};

	for (int32 i = 0; i < r->n_nodes; i++)
	{
		double		points = r->node[i].points;

		r->node[i].share = points;
		if (points > 0)
			positive = wide_add(positive, wide_of(points));
		else
			negative = wide_add(negative, wide_of(-points));
	}
	r->positive = positive.high;
	r->negative = negative.high;
	if (!isfinite(r->positive + r->negative))
		return "the sum of the points is not finite";
	return NULL;
}

const char *
rubric_shares(Rubric *r)
{
	return r->tree ? tree_shares(r) : flat_shares(r);
}

double
rubric_effective_weight(const Rubric *r, int32 node)
{
	const RubricNode *n = &r->node[node];

	if (r->tree)
		return n->share;
	if (r->norm != RUBRIC_POSITIVE)
		return n->points / (r->positive + r->negative);
	return n->points / (r->penalty_only ? r->negative : r->positive);
}

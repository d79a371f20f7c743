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
 * Arithmetic is double-double (Dekker 1971, with a fused product), so that
 * shares of a score like 91/100 add up to it and are rounded once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "rubric/rubric_parse.h"

typedef struct Wide
{
	double		high;
	double		low;
} Wide;

static inline Wide
quick_two_sum(double a, double b)
{
	double		s = a + b;

	return (Wide) {s, b - (s - a)};
}

static inline Wide
two_sum(double a, double b)
{
	double		s = a + b;
	double		t = s - a;

	return (Wide) {s, (a - (s - t)) + (b - t)};
}

static Wide
wide_add(Wide a, double b)
{
	Wide		s = two_sum(a.high, b);

	return quick_two_sum(s.high, s.low + a.low);
}

static Wide
wide_multiply(Wide a, Wide b)
{
	double		p = a.high * b.high;
	double		e = fma(a.high, b.high, -p) + (a.high * b.low + a.low * b.high);

	return quick_two_sum(p, e);
}

/* a / b of a plain number a */
static Wide
wide_divide(double a, Wide b)
{
	double		q = a / b.high;
	double		rest = fma(-q, b.high, a) - q * b.low;

	return quick_two_sum(q, rest / b.high);
}

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

const char *
rubric_shares(Rubric *r)
{
	bool	   *weighs;
	Wide	   *sum;			/* of the children; [0] is the top */
	bool		any = false;

	if (!r->tree)
	{
		for (int32 i = 0; i < r->n_nodes; i++)
		{
			r->node[i].share = r->node[i].points;
			r->node[i].share_low = 0;
		}
		return NULL;
	}
	weighs = nodes_that_weigh(r);
	sum = palloc0(sizeof(Wide) * (r->n_nodes + 1));
	for (int32 i = 0; i < r->n_nodes; i++)
	{
		Wide	   *s = &sum[r->node[i].parent + 1];

		if (!weighs[i])
			continue;
		*s = wide_add(*s, r->node[i].points);
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
			share = wide_divide(node->points, sum[node->parent + 1]);
			if (node->parent >= 0)
				share = wide_multiply((Wide) {r->node[node->parent].share,
											  r->node[node->parent].share_low}, share);
		}
		node->share = share.high;
		node->share_low = share.low;
	}
	pfree(weighs);
	pfree(sum);
	return NULL;
}

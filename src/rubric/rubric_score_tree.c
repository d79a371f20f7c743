/*-------------------------------------------------------------------------
 *
 * rubric_score_tree.c
 *	  The score of a tree of criteria, or of the part of it that some leaves
 *	  span.
 *
 * The score of a node is the mean of its children's, weighted (Starace et al.
 * 2025, PaperBench).  A child without leaves of the part, or that weighs
 * nothing, is no child: its siblings share its weight (PaperBench lets a node
 * keep its weight when all below it weigh nothing, and scores it 0, so that a
 * perfect submission falls short of 1).  N/A is read twice in one pass: as 0,
 * and as a leaf that is not there.
 *
 * Arithmetic is double-double, so that 91/100 comes out as 0.91.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "rubric/rubric_score_tree.h"

/* Sums over the children of a node */
typedef struct NodeSums
{
	Wide		weight;
	Wide		achieved;
	Wide		na;
	Wide		graded_weight;
	Wide		pruned;
} NodeSums;

struct TreeWork
{
	const Rubric *r;
	NodeSums   *sums;			/* [n_nodes + 1], by position + 1; 0 is the top */
	int32	   *node;			/* nodes of the part */
	int32	   *stamp;			/* [n_nodes] the last part that a node was in */
	int32		part;
};

TreeWork *
tree_work(const Rubric *r)
{
	TreeWork   *w = palloc(sizeof(TreeWork));

	w->r = r;
	w->sums = array_alloc(r->n_nodes + 1, sizeof(NodeSums));
	w->node = array_alloc(r->n_nodes, sizeof(int32));
	w->stamp = array_alloc0(r->n_nodes, sizeof(int32));
	w->part = 0;
	return w;
}

/* The leaves and all nodes above them, ascending */
static int32
nodes_of_part(TreeWork *w, const int32 *leaf, int32 n_leaves)
{
	int32		n = 0;

	if (leaf == NULL)
	{
		for (int32 i = 0; i < w->r->n_nodes; i++)
			w->node[i] = i;
		return w->r->n_nodes;
	}
	w->part++;
	for (int32 j = 0; j < n_leaves; j++)
		for (int32 i = leaf[j]; i >= 0 && w->stamp[i] != w->part; i = w->r->node[i].parent)
		{
			w->stamp[i] = w->part;
			w->node[n++] = i;
		}
	qsort(w->node, n, sizeof(int32), int32_ascending);
	return n;
}

static void
add_child(NodeSums *parent, double weight, Wide achieved, Wide na, bool graded, Wide pruned)
{
	Wide		w = wide_of(weight);

	parent->weight = wide_add(parent->weight, w);
	parent->achieved = wide_add(parent->achieved, wide_multiply(w, achieved));
	if (na.high != 0)
		parent->na = wide_add(parent->na, wide_multiply(w, na));
	if (graded)
	{
		parent->graded_weight = wide_add(parent->graded_weight, w);
		parent->pruned = wide_add(parent->pruned, wide_multiply(w, pruned));
	}
}

/* Means over the children, where there are any that weigh */
static void
mean_of_children(const NodeSums *s, TreeScore *out)
{
	memset(out, 0, sizeof(*out));
	out->weighs = s->weight.high > 0;
	out->graded = s->graded_weight.high > 0;
	if (out->weighs)
	{
		out->achieved = wide_divide(s->achieved, s->weight);
		out->na = wide_divide(s->na, s->weight);
	}
	if (out->graded)
		out->pruned = wide_divide(s->pruned, s->graded_weight);
}

void
tree_score_part(TreeWork *w, const double *value, const int32 *leaf, int32 n_leaves, TreeScore *out)
{
	int32		n = nodes_of_part(w, leaf, n_leaves);

	memset(&w->sums[0], 0, sizeof(NodeSums));
	for (int32 k = 0; k < n; k++)
		memset(&w->sums[w->node[k] + 1], 0, sizeof(NodeSums));
	/* children come behind their parents */
	for (int32 k = n - 1; k >= 0; k--)
	{
		int32		i = w->node[k];
		const RubricNode *node = &w->r->node[i];
		NodeSums   *parent = &w->sums[node->parent + 1];

		HD_CHECK_EVERY(k);
		if (node->points == 0)
			continue;
		if (node->leaf)
		{
			bool		na = isnan(value[i]);
			Wide		v = wide_of(na ? 0 : value[i]);

			add_child(parent, node->points, v, wide_of(na), !na, v);
		}
		else
		{
			TreeScore	s;

			mean_of_children(&w->sums[i + 1], &s);
			if (s.weighs)
				add_child(parent, node->points, s.achieved, s.na, s.graded, s.pruned);
		}
	}
	mean_of_children(&w->sums[0], out);
}

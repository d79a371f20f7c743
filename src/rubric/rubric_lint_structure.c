/*-------------------------------------------------------------------------
 *
 * rubric_lint_structure.c
 *	  Findings about weights and shape: what decides, what counts for
 *	  nothing, what a score will and will not say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "rubric/rubric_doc.h"
#include "rubric/rubric_lint.h"

/* A leaf dominates only if it has this many times its even share, too */
#define DOMINANT_TIMES_EVEN 2

typedef struct LeafWeight
{
	int32		leaf;
	double		weight;			/* size of the effective weight */
} LeafWeight;

static int
by_weight(const void *a, const void *b)
{
	const LeafWeight *x = a;
	const LeafWeight *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	return x->leaf - y->leaf;
}

/* Leaves that weigh anything, lightest first */
static int32
weighing_leaves(const Rubric *r, LeafWeight *w)
{
	int32		n = 0;

	for (int32 i = 0; i < r->n_nodes; i++)
	{
		double		weight = r->node[i].leaf ? fabs(rubric_effective_weight(r, i)) : 0;

		if (weight > 0)
			w[n++] = (LeafWeight) {i, weight};
	}
	qsort(w, n, sizeof(LeafWeight), by_weight);
	return n;
}

static void
lint_dominant(Lint *l, const LeafWeight *w, int32 n, double total)
{
	for (int32 k = 0; k < n; k++)
	{
		if (w[k].weight <= l->dominant || w[k].weight <= DOMINANT_TIMES_EVEN * total / n)
			continue;
		lint_add(l, LINT_WARNING, "dominant_leaf", w[k].leaf,
				 "one of %d criteria that weigh anything, and it moves the score by %.3g", n,
				 rubric_effective_weight(l->r, w[k].leaf));
	}
}

/* The lightest leaves that hold so little together; leaves of one weight are all in or all out */
static void
lint_negligible(Lint *l, const LeafWeight *w, int32 n, double total)
{
	double		sum = 0;
	double		together = 0;
	int32		n_light = 0;

	for (int32 k = 0; k < n; k++)
	{
		sum += w[k].weight;
		if (sum > l->negligible * total)
			break;
		if (k + 1 < n && w[k + 1].weight > w[k].weight)
		{
			n_light = k + 1;
			together = sum;
		}
	}
	for (int32 k = 0; k < n_light; k++)
		if (!l->r->node[w[k].leaf].gate)
			lint_add(l, LINT_INFO, "negligible_leaf", w[k].leaf,
					 "moves the score by %.3g; the %d lightest of %d criteria hold %.3g of the whole together",
					 rubric_effective_weight(l->r, w[k].leaf), n_light, n, together / total);
}

static void
lint_weights(Lint *l)
{
	LeafWeight *w = array_alloc(l->r->n_leaves, sizeof(LeafWeight));
	int32		n = weighing_leaves(l->r, w);
	double		total = 0;

	for (int32 k = 0; k < n; k++)
		total += w[k].weight;
	lint_dominant(l, w, n, total);
	lint_negligible(l, w, n, total);
}

/* What weighs nothing: a leaf, or the topmost node of a subtree; returns where to go on */
static int32
lint_weightless(Lint *l, int32 i)
{
	const RubricNode *node = &l->r->node[i];

	if (node->leaf)
	{
		if (node->points == 0 && !node->gate)
			lint_add(l, LINT_WARNING, "zero_weight", i, "counts for nothing");
		return i + 1;
	}
	if (!l->r->tree || node->share > 0)
		return i + 1;
	lint_add(l, LINT_WARNING, "dead_subtree", i,
			 node->points > 0 ? "all criteria below weigh nothing: its weight of %.3g is left out of the score" :
			 "weighs %.3g: the criteria below count for nothing", node->points);
	return node->next;
}

static void
lint_shape(Lint *l, int32 i)
{
	const Rubric *r = l->r;
	const RubricNode *node = &r->node[i];

	if (!node->leaf)
	{
		/* a document has one root without being odd */
		if (node->parent >= 0 && r->node[i + 1].next == node->next)
			lint_add(l, LINT_INFO, "single_child", i, "has one child, whose weight changes nothing");
		return;
	}
	if (node->text == NULL && node->n_levels == 0)
		lint_add(l, LINT_WARNING, "empty_text", i, "has no text: a grader has only the id to go by");
	if (node->gate && node->points != 0)
		lint_add(l, LINT_INFO, "gate_no_weight_policy", i,
				 "a gate whose %s in the score as well, unless gated_score() excludes it",
				 r->tree ? "weight counts" : "points count");
}

static void
lint_untagged(Lint *l)
{
	const Rubric *r = l->r;
	int32		tagged = 0;

	for (int32 i = 0; i < r->n_nodes; i++)
		tagged += r->node[i].leaf && r->node[i].n_tags > 0;
	/* where most have none, tags are no axes */
	if (2 * tagged < r->n_leaves)
		return;
	for (int32 i = 0; i < r->n_nodes; i++)
		if (r->node[i].leaf && r->node[i].n_tags == 0)
			lint_add(l, LINT_INFO, "untagged", i, "has no tag where %d of %d criteria have: no axis counts it",
					 tagged, r->n_leaves);
}

static void
lint_penalties(Lint *l)
{
	const Rubric *r = l->r;

	if (r->penalty_only)
		lint_add(l, LINT_INFO, "penalty_only", LINT_WHOLE,
				 "no points are positive: a score is NULL unless it is asked for with penalty_only");
	else if (r->negative > r->positive)
		lint_add(l, LINT_INFO, "penalties_outweigh", LINT_WHOLE,
				 "negative points (%.3g) outweigh positive ones (%.3g): a score can be as low as %.3g",
				 -r->negative, r->positive,
				 r->norm == RUBRIC_POSITIVE ? -r->negative / r->positive :
				 r->norm == RUBRIC_MINMAX ? 0.0 : -r->negative / (r->positive + r->negative));
}

void
lint_structure(Lint *l)
{
	const Rubric *r = l->r;

	lint_penalties(l);
	for (int32 i = 0; i < r->n_nodes;)
		i = lint_weightless(l, i);
	for (int32 i = 0; i < r->n_nodes; i++)
		lint_shape(l, i);
	lint_weights(l);
	lint_untagged(l);
}

/* ---- levels ---- */

static int
ascending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
lint_level_values(Lint *l, int32 i)
{
	const RubricNode *node = &l->r->node[i];
	int32		n = node->n_levels;
	double	   *v = array_alloc(n, sizeof(double));
	double		widest = 0;
	int32		at = 0;
	int32		up = 0,
				down = 0,
				same = 0;

	for (int32 k = 0; k < n; k++)
		v[k] = node->level[k].value;
	for (int32 k = 1; k < n; k++)
	{
		up += v[k] > v[k - 1];
		down += v[k] < v[k - 1];
	}
	if (up > 0 && down > 0)
		lint_add(l, LINT_WARNING, "levels_not_monotone", i, "the values of its levels go up and down as they are written");

	qsort(v, n, sizeof(double), ascending);
	for (int32 k = 1; k < n; k++)
	{
		same += v[k] == v[k - 1];
		if (v[k] - v[k - 1] > widest)
		{
			widest = v[k] - v[k - 1];
			at = k;
		}
	}
	if (n == 1)
		lint_add(l, LINT_WARNING, "levels_single", i, "has one level: every grade is the same");
	else if (same > 0)
		lint_add(l, LINT_WARNING, "levels_overlap", i, "%d of its %d levels have the value of another", same, n);
	/* more than twice the mean step, ends apart */
	if (n - same > 2 && widest > 2 * (v[n - 1] - v[0]) / (n - same - 1))
		lint_add(l, LINT_INFO, "levels_gap", i, "no level has a value between %.3g and %.3g", v[at - 1], v[at]);
	if (n > 1 && (v[0] > 0 || v[n - 1] < 1))
		lint_add(l, LINT_INFO, "levels_range", i, "values of levels reach from %.3g to %.3g, not from 0 to 1",
				 v[0], v[n - 1]);
	pfree(v);
}

/* A label that is a number, and means another one: 1 of 1 to 5 is the worst, 1 as a value is the best */
static void
lint_level_labels(Lint *l, int32 i)
{
	const RubricNode *node = &l->r->node[i];

	for (int32 k = 0; k < node->n_levels; k++)
	{
		const char *label = node->level[k].label;
		char	   *end;
		double		v;

		if (label == NULL || strspn(label, "0123456789.") != strlen(label))
			continue;
		v = strtod(label, &end);
		if (*end == '\0' && v <= 1 && v != node->level[k].value)
			lint_add(l, LINT_WARNING, "levels_ambiguous", i,
					 "the label \"%s\" stands for %.3g, and the number %.3g for itself: give grades as labels or as values, never both",
					 label, node->level[k].value, v);
	}
}

void
lint_levels(Lint *l)
{
	for (int32 i = 0; i < l->r->n_nodes; i++)
		if (l->r->node[i].n_levels > 0)
		{
			lint_level_values(l, i);
			lint_level_labels(l, i);
		}
}

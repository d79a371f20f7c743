/*-------------------------------------------------------------------------
 *
 * rubric_parse.c
 *	  From JSON to a valid rubric.
 *
 * Everything that makes a rubric unfit to be graded by is found here, when
 * it comes in, and not after the grading is paid for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/column.h"
#include "common/interrupts.h"
#include "rubric/rubric_doc.h"
#include "rubric/rubric_parse.h"

/*
 * A level of criteria takes an object and an array; the document itself, the
 * levels of a scale and one for an error in the right place come on top.
 */
#define DOC_MAX_DEPTH (2 * RUBRIC_MAX_DEPTH + 6)
#define DOC_MAX_KEYS 32
#define DOC_MAX_VALUES 1000000

typedef struct RubricParse
{
	DocReader	rd;
	Rubric	   *r;
	int32		cap;			/* of r->node and where */
	const DocValue **where;		/* of each node */
} RubricParse;

/* NULL ends a list */
static const char *const top_keys[] = {"version", "norm", "penalty_only", "criteria", NULL};
static const char *const node_keys[] = {
	"id", "text", "points", "weight", "children", "tags", "gate", "kind", "levels", NULL
};
static const char *const level_keys[] = {"value", "label", "text", NULL};

static const char *const norm_name[] = {"positive", "minmax", "abs", NULL};
static const char *const kind_name[] = {"binary", "scale", NULL};

/* ---- values of one kind ---- */

static char *
list_of(const char *const *name)
{
	StringInfoData s;

	initStringInfo(&s);
	for (; *name; name++)
		appendStringInfo(&s, "%s%s", s.len > 0 ? ", " : "", *name);
	return s.data;
}

static int
position_in(const char *const *name, const char *s)
{
	for (int i = 0; name[i]; i++)
		if (strcmp(name[i], s) == 0)
			return i;
	return -1;
}

static void
check_kind(RubricParse *p, const DocValue *v, DocKind kind)
{
	if (v->kind != kind)
		doc_fail(&p->rd, v, NULL, "must be %s, is %s", doc_kind_name(kind),
				 doc_kind_name(v->kind));
}

static void
check_object(RubricParse *p, const DocValue *v, const char *const *keys)
{
	check_kind(p, v, DOC_OBJECT);
	for (const DocValue *c = v->first; c; c = c->next)
		if (position_in(keys, c->key) < 0)
			doc_fail(&p->rd, c, NULL, "unknown key; accepted are %s", list_of(keys));
}

/* null is as good as nothing: rows turned to JSON have it where a column is empty */
static const DocValue *
get_value(const DocValue *object, const char *key)
{
	const DocValue *v = doc_get(object, key);

	return v && v->kind != DOC_NULL ? v : NULL;
}

/* Text; an empty one is as good as none */
static const char *
get_string(RubricParse *p, const DocValue *object, const char *key)
{
	const DocValue *v = get_value(object, key);

	if (v == NULL)
		return NULL;
	check_kind(p, v, DOC_STRING);
	return v->string[0] ? v->string : NULL;
}

static bool
get_bool(RubricParse *p, const DocValue *object, const char *key)
{
	const DocValue *v = get_value(object, key);

	if (v == NULL)
		return false;
	check_kind(p, v, DOC_BOOL);
	return v->boolean;
}

/* One of a list of names; the first if it is not there */
static int
get_choice(RubricParse *p, const DocValue *object, const char *key, const char *const *name)
{
	const char *s = get_string(p, object, key);
	int			i = s ? position_in(name, s) : 0;

	if (i < 0)
		doc_fail(&p->rd, object, key, "\"%s\" is not accepted; accepted are %s",
				 doc_shown(s), list_of(name));
	return i;
}

static double
get_number(RubricParse *p, const DocValue *object, const char *key)
{
	const DocValue *v = get_value(object, key);
	double		d;

	if (v == NULL)
		doc_fail(&p->rd, object, key, "missing");
	check_kind(p, v, DOC_NUMBER);
	errno = 0;
	d = strtod(v->string, NULL);
	/* too large; or not zero, and yet rounded to it */
	if (!isfinite(d) || (d == 0 && errno == ERANGE))
		doc_fail(&p->rd, v, NULL, "%s is not a finite number of double precision",
				 doc_shown(v->string));
	/* -0 is 0 */
	return d == 0 ? 0 : d;
}

/* ---- tags and levels ---- */

static int32
sort_unique(const char **s, int32 n)
{
	int32		m = 0;

	qsort(s, n, sizeof(char *), rubric_compare_strings);
	for (int32 i = 0; i < n; i++)
		if (m == 0 || strcmp(s[m - 1], s[i]) != 0)
			s[m++] = s[i];
	return m;
}

static void
read_tags(RubricParse *p, const DocValue *v, RubricNode *node)
{
	const DocValue *list = get_value(v, "tags");
	const RubricNode *up = node->parent < 0 ? NULL : &p->r->node[node->parent];
	int32		n_up = up ? up->n_tags : 0;

	if (list)
	{
		check_kind(p, list, DOC_ARRAY);
		node->own_tag = palloc(sizeof(char *) * Max(list->n, 1));
		for (const DocValue *t = list->first; t; t = t->next)
		{
			check_kind(p, t, DOC_STRING);
			if (t->string[0] == '\0')
				doc_fail(&p->rd, t, NULL, "an empty tag");
			node->own_tag[t->index] = t->string;
		}
		node->n_own_tags = sort_unique(node->own_tag, list->n);
	}
	/* every leaf carries those of the nodes above it: many below many would fill the memory */
	if (node->n_own_tags + n_up > RUBRIC_MAX_TAGS)
		doc_fail(&p->rd, list ? list : v, NULL, "more than %d tags of one criterion", RUBRIC_MAX_TAGS);
	if (n_up == 0)
	{
		node->tag = node->own_tag;
		node->n_tags = node->n_own_tags;
		return;
	}
	if (node->n_own_tags == 0)
	{
		node->tag = up->tag;
		node->n_tags = up->n_tags;
		return;
	}
	node->tag = palloc(sizeof(char *) * (n_up + node->n_own_tags));
	memcpy(node->tag, up->tag, sizeof(char *) * n_up);
	memcpy(node->tag + n_up, node->own_tag, sizeof(char *) * node->n_own_tags);
	node->n_tags = sort_unique(node->tag, n_up + node->n_own_tags);
}

static void
check_labels(RubricParse *p, const DocValue *list, const RubricLevel *level)
{
	const char **label = palloc(sizeof(char *) * list->n);
	int32		n = 0;

	for (int32 i = 0; i < list->n; i++)
		if (level[i].label)
			label[n++] = level[i].label;
	qsort(label, n, sizeof(char *), rubric_compare_strings);
	for (int32 i = 1; i < n; i++)
		if (strcmp(label[i - 1], label[i]) == 0)
			doc_fail(&p->rd, list, NULL, "the label \"%s\" is given twice", doc_shown(label[i]));
}

static void
read_levels(RubricParse *p, const DocValue *v, RubricNode *node)
{
	const DocValue *list = get_value(v, "levels");
	RubricLevel *level;

	node->scale = get_choice(p, v, "kind", kind_name) == 1;
	if (list == NULL)
		return;
	check_kind(p, list, DOC_ARRAY);
	if (!node->scale && get_value(v, "kind"))
		doc_fail(&p->rd, list, NULL, "levels of a binary criterion");
	if (list->n == 0)
		doc_fail(&p->rd, list, NULL, "an empty list");
	node->scale = true;
	node->n_levels = list->n;
	node->level = level = palloc(sizeof(RubricLevel) * list->n);
	for (const DocValue *c = list->first; c; c = c->next)
	{
		check_object(p, c, level_keys);
		level[c->index].value = get_number(p, c, "value");
		level[c->index].label = get_string(p, c, "label");
		level[c->index].text = get_string(p, c, "text");
		if (level[c->index].value < 0 || level[c->index].value > 1)
			doc_fail(&p->rd, c, "value", "must lie between 0 and 1, is %s",
					 number_cstring(level[c->index].value));
	}
	check_labels(p, list, level);
}

/* ---- nodes ---- */

static void read_list(RubricParse *p, const DocValue *list, int32 parent, int depth);

/* A subnormal number has lost digits, and its product with a value loses more */
static double
get_full_number(RubricParse *p, const DocValue *v, const char *key)
{
	double		d = get_number(p, v, key);

	if (fpclassify(d) == FP_SUBNORMAL)
		doc_fail(&p->rd, v, key, "%s is too small for double precision", number_cstring(d));
	return d;
}

/* Points of a flat rubric, weight in a tree: one of the two everywhere */
static double
read_points(RubricParse *p, const DocValue *v)
{
	double		d;

	if (!p->r->tree)
	{
		if (get_value(v, "weight"))
			doc_fail(&p->rd, v, "weight", "a weight where the first criterion has points");
		if (get_value(v, "children"))
			doc_fail(&p->rd, v, "children", "children where the first criterion has points; "
					 "in a tree every node has a weight");
		return get_full_number(p, v, "points");
	}
	if (get_value(v, "points"))
		doc_fail(&p->rd, v, "points", "points in a tree, where every node has a weight");
	d = get_full_number(p, v, "weight");
	if (d < 0)
		doc_fail(&p->rd, v, "weight", "must not be negative in a tree, is %s", number_cstring(d));
	return d;
}

static void
check_gate(RubricParse *p, const DocValue *v, const RubricNode *node)
{
	if (node->gate && node->points == 0 && node->text == NULL)
		doc_fail(&p->rd, v, "gate", "a gate that has neither %s nor text",
				 p->r->tree ? "weight" : "points");
}

/* A node in pre-order; the array of nodes may move */
static int32
add_node(RubricParse *p, const DocValue *v, int32 parent)
{
	Rubric	   *r = p->r;

	if (r->n_nodes == RUBRIC_MAX_NODES)
		doc_fail(&p->rd, v, NULL, "more than %d nodes", RUBRIC_MAX_NODES);
	if (r->n_nodes == p->cap)
	{
		p->cap *= 2;
		r->node = repalloc(r->node, sizeof(RubricNode) * p->cap);
		p->where = repalloc(p->where, sizeof(DocValue *) * p->cap);
	}
	memset(&r->node[r->n_nodes], 0, sizeof(RubricNode));
	r->node[r->n_nodes].parent = parent;
	r->node[r->n_nodes].position = v->index;
	p->where[r->n_nodes] = v;
	return r->n_nodes++;
}

static void
read_node(RubricParse *p, const DocValue *v, int32 parent, int depth)
{
	int32		i = add_node(p, v, parent);
	RubricNode *node = &p->r->node[i];
	const DocValue *children;

	check_object(p, v, node_keys);
	node->id = get_string(p, v, "id");
	if (node->id == NULL)
		doc_fail(&p->rd, v, "id", get_value(v, "id") ? "empty" : "missing");
	node->text = get_string(p, v, "text");
	node->points = read_points(p, v);
	read_tags(p, v, node);

	children = get_value(v, "children");
	node->leaf = (children == NULL);
	if (node->leaf)
	{
		p->r->n_leaves++;
		node->gate = get_bool(p, v, "gate");
		check_gate(p, v, node);
		read_levels(p, v, node);
	}
	else
	{
		static const char *const of_leaf[] = {"gate", "kind", "levels", NULL};

		for (int k = 0; of_leaf[k]; k++)
			if (get_value(v, of_leaf[k]))
				doc_fail(&p->rd, v, of_leaf[k], "only a criterion without children can have it");
		read_list(p, children, i, depth + 1);
	}
	p->r->node[i].next = p->r->n_nodes;
}

static void
read_list(RubricParse *p, const DocValue *list, int32 parent, int depth)
{
	check_kind(p, list, DOC_ARRAY);
	if (list->n == 0)
		doc_fail(&p->rd, list, NULL, "an empty list");
	if (depth > RUBRIC_MAX_DEPTH)
		doc_fail(&p->rd, list, NULL, "more than %d levels of nodes", RUBRIC_MAX_DEPTH);
	for (const DocValue *v = list->first; v; v = v->next)
	{
		HD_CHECK_EVERY(v->index);
		/* the first node says what the rubric is */
		if (p->r->n_nodes == 0 && v->kind == DOC_OBJECT)
			p->r->tree = get_value(v, "weight") || get_value(v, "children");
		read_node(p, v, parent, depth);
	}
}

/* ---- the rubric as a whole ---- */

/* Of two nodes with one id, the later one is named: ids are sorted by node where they are equal */
static void
check_ids(RubricParse *p)
{
	Rubric	   *r = p->r;

	rubric_sort_ids(r);
	for (int32 i = 1; i < r->n_nodes; i++)
	{
		int32		a = r->by_id[i - 1];
		int32		b = r->by_id[i];

		if (strcmp(r->node[a].id, r->node[b].id) == 0)
			doc_fail(&p->rd, p->where[b], "id", "\"%s\" is the id of %s already",
					 doc_shown(r->node[b].id), doc_path(p->where[a], NULL));
	}
}

static void
check_flat(RubricParse *p, const DocValue *top)
{
	const Rubric *r = p->r;

	for (int32 i = 0; i < r->n_nodes && r->penalty_only; i++)
		if (r->node[i].points > 0)
			doc_fail(&p->rd, p->where[i], "points",
					 "positive points in a rubric that is declared penalty_only");
	if (r->penalty_only && r->negative == 0)
		doc_fail(&p->rd, top, "penalty_only", "no criterion has negative points");
	if (!r->penalty_only && r->positive == 0)
		doc_fail(&p->rd, top, "criteria", "no criterion has positive points%s",
				 r->negative > 0 ? "; a rubric of penalties says \"penalty_only\": true" : "");
}

static void
check_weights(RubricParse *p, const DocValue *top)
{
	const char *problem = rubric_shares(p->r);

	if (problem)
		doc_fail(&p->rd, top, "criteria", "%s", problem);
	if (!p->r->tree)
		check_flat(p, top);
	else if (p->r->penalty_only)
		doc_fail(&p->rd, top, "penalty_only", "a tree has no penalties");
}

Rubric *
rubric_parse(const char *json, size_t len, int encoding, int sqlerrcode)
{
	RubricParse p = {
		.rd = {"rubric", sqlerrcode, encoding, DOC_MAX_DEPTH, DOC_MAX_KEYS, DOC_MAX_VALUES},
		.cap = 32
	};
	const DocValue *top = doc_read(&p.rd, json, len);
	const DocValue *criteria;
	Rubric	   *r = palloc0(sizeof(Rubric));

	p.r = r;
	r->cx = CurrentMemoryContext;
	r->node = palloc(sizeof(RubricNode) * p.cap);
	p.where = palloc(sizeof(DocValue *) * p.cap);

	if (top->kind != DOC_OBJECT)
		doc_fail(&p.rd, top, NULL, "A rubric is an object, not %s.", doc_kind_name(top->kind));
	check_object(&p, top, top_keys);
	r->version = get_string(&p, top, "version");
	r->norm = get_choice(&p, top, "norm", norm_name);
	r->penalty_only = get_bool(&p, top, "penalty_only");
	criteria = get_value(top, "criteria");
	if (criteria == NULL)
		doc_fail(&p.rd, top, "criteria", "missing");
	read_list(&p, criteria, -1, 1);

	/* what is stored has been through this */
	if (sqlerrcode != ERRCODE_DATA_CORRUPTED)
		check_ids(&p);
	check_weights(&p, top);
	return r;
}

/* ---- finding ---- */

static int
compare_ids(const void *a, const void *b, void *arg)
{
	const RubricNode *node = arg;
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;
	int			c = strcmp(node[x].id, node[y].id);

	return c != 0 ? c : (x > y) - (x < y);
}

void
rubric_sort_ids(Rubric *r)
{
	int32	   *by_id;

	if (r->by_id)
		return;
	by_id = MemoryContextAlloc(r->cx, sizeof(int32) * r->n_nodes);
	for (int32 i = 0; i < r->n_nodes; i++)
		by_id[i] = i;
	qsort_arg(by_id, r->n_nodes, sizeof(int32), compare_ids, r->node);
	r->by_id = by_id;
}

int32
rubric_find_leaf(Rubric *r, const char *id)
{
	int32		low = 0,
				high;

	rubric_sort_ids(r);
	high = r->n_nodes - 1;
	while (low <= high)
	{
		int32		mid = (low + high) / 2;
		int32		node = r->by_id[mid];
		int			c = strcmp(id, r->node[node].id);

		if (c == 0)
			return r->node[node].leaf ? node : -1;
		if (c < 0)
			high = mid - 1;
		else
			low = mid + 1;
	}
	return -1;
}

static void
put_path(StringInfo s, const Rubric *r, int32 node)
{
	if (r->node[node].parent >= 0)
	{
		put_path(s, r, r->node[node].parent);
		appendStringInfoString(s, ".children");
	}
	else
		appendStringInfoString(s, "criteria");
	appendStringInfo(s, "[%d]", r->node[node].position);
}

char *
rubric_path(const Rubric *r, int32 node)
{
	StringInfoData s;

	initStringInfo(&s);
	put_path(&s, r, node);
	return s.data;
}

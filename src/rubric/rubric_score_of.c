/*-------------------------------------------------------------------------
 *
 * rubric_score_of.c
 *	  rubric_score_of(): the grades of one response by a rubric, as a
 *	  rubric_score that is bound to it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "rubric/rubric_score.h"
#include "rubric/rubric_score_tree.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/* ---- grades ---- */

/* A string of jsonb as text of rubrics: UTF-8 */
static const char *
utf8_of(const char *s, int len)
{
	ColumnKey	k;
	text	   *t = palloc(len + VARHDRSZ);

	SET_VARSIZE(t, len + VARHDRSZ);
	memcpy(VARDATA(t), s, len);
	text_column_key(PointerGetDatum(t), &k);
	return pnstrdup((const char *) k.bytes, k.len);
}

static char *
node_name(const RubricNode *node)
{
	return text_key_cstring((const uint8 *) node->id, strlen(node->id));
}

static double
level_value(const RubricNode *node, const JsonbValue *v)
{
	const char *label = utf8_of(v->val.string.val, v->val.string.len);
	StringInfoData known;

	for (int32 i = 0; i < node->n_levels; i++)
		if (node->level[i].label && strcmp(node->level[i].label, label) == 0)
			return node->level[i].value;
	initStringInfo(&known);
	for (int32 i = 0; i < node->n_levels; i++)
		if (node->level[i].label)
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "",
							 text_key_cstring((const uint8 *) node->level[i].label, strlen(node->level[i].label)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("criterion \"%s\" has no level \"%s\"", node_name(node),
					pnstrdup(v->val.string.val, v->val.string.len)),
			 known.len > 0 ? errhint("Its levels are: %s.", known.data) :
			 errhint("It has no named levels: a grade is a number from 0 to 1, true, false, or null for N/A.")));
}

static bool
is_less(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(a), NumericGetDatum(b)));
}

static double
number_value(const RubricNode *node, Numeric n)
{
	double		v;

	/* before it is turned into double precision, which may fail */
	if (is_less(n, int64_to_numeric(0)) || is_less(int64_to_numeric(1), n))
	{
		char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(n)));

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grade of criterion \"%s\" must be between 0 and 1", node_name(node)),
				 errdetail("It is %s.", strlen(shown) < 30 ? shown : numeric_out_sci(n, 3))));
	}
	v = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(n)));
	return v == 0 ? 0 : v;
}

static double
grade_value(const RubricNode *node, const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			return NAN;
		case jbvBool:
			return v->val.boolean ? 1 : 0;
		case jbvNumeric:
			return number_value(node, v->val.numeric);
		case jbvString:
			return level_value(node, v);
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("grade of criterion \"%s\" is no grade", node_name(node)),
					 errhint("A grade is a number from 0 to 1, true, false, the label of a level, or null for N/A.")));
	}
}

/* The grades by node; NaN where there is none, and how many leaves those are */
static double *
read_grades(Rubric *r, Jsonb *grades, int64 *n_missing)
{
	double	   *value = array_alloc(r->n_nodes, sizeof(double));
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;
	int32		leaf = -1;
	int64		n = 0;

	if (!JB_ROOT_IS_OBJECT(grades))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grades must be a JSON object"),
				 errhint("Write the grades as {\"id of a criterion\": grade, ...}.")));
	for (int32 i = 0; i < r->n_nodes; i++)
		value[i] = NAN;
	it = JsonbIteratorInit(&grades->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		HD_CHECK_EVERY(n);
		if (token == WJB_KEY)
		{
			leaf = rubric_find_leaf(r, utf8_of(v.val.string.val, v.val.string.len));
			if (leaf < 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("the rubric has no criterion \"%s\" to grade", pnstrdup(v.val.string.val, v.val.string.len)),
						 errdetail("The rubric is %s.", rubric_hash_cstring(r->hash)),
						 errhint("rubric_leaves() lists its criteria, rubric_check() all ids that do not fit.")));
			n++;
		}
		else if (token == WJB_VALUE)
			value[leaf] = grade_value(&r->node[leaf], &v);
	}
	*n_missing = r->n_leaves - n;
	return value;
}

/* ---- a flat rubric ---- */

static uint32
tag_code(RubricScore *s, const char *tag)
{
	ColumnKey	k;

	k.bytes = (const uint8 *) tag;
	k.len = (uint32) strlen(tag);
	k.prefix = hd_load_prefix(tag, k.len);
	return rubric_score_tag(s, &k);
}

static void
add_flat(RubricScore *s, const Rubric *r, const double *value)
{
	for (int32 i = 0; i < r->n_nodes; i++)
	{
		const RubricNode *node = &r->node[i];
		uint32	   *code = array_alloc(node->n_tags, sizeof(uint32));

		HD_CHECK_EVERY(i);
		for (int32 j = 0; j < node->n_tags; j++)
			code[j] = tag_code(s, node->tag[j]);
		qsort(code, node->n_tags, sizeof(uint32), int32_ascending);
		rubric_score_add(s, node->points, value[i], node->gate, code, node->n_tags);
		pfree(code);
	}
}

/* ---- a tree ---- */

/* The score of a part of the tree, and the counts of its leaves */
static void
add_part(ScoreSums *sums, MemoryContext cx, TreeWork *w, const Rubric *r, const double *value,
		 const int32 *leaf, int32 n_leaves)
{
	TreeScore	score;
	ScoreRest  *rest;

	for (int32 j = 0; j < n_leaves; j++)
		score_sums_count(sums, cx, value[leaf[j]], true, r->node[leaf[j]].share == 0);
	tree_score_part(w, value, leaf, n_leaves, &score);
	if (!score.weighs)
		return;
	rest = score_rest(sums, cx);
	rest->n_trees++;
	shortsum_add(&sums->achieved, cx, score.achieved.high);
	shortsum_add(&sums->achieved, cx, score.achieved.low);
	shortsum_add(&rest->na_plus, cx, score.na.high);
	shortsum_add(&rest->na_plus, cx, score.na.low);
	if (score.graded)
	{
		rest->n_pruned++;
		shortsum_add(&rest->pruned, cx, score.pruned.high);
		shortsum_add(&rest->pruned, cx, score.pruned.low);
	}
}

/* Leaves by tag: those of tag code c are leaf[start[c]] to leaf[start[c + 1] - 1] */
static void
leaves_by_tag(RubricScore *s, const Rubric *r, int32 **start, int32 **leaf)
{
	int32		total = 0;
	int32		n = 0;
	uint32	   *code;
	int32		n_tags;
	int32	   *at;

	for (int32 i = 0; i < r->n_nodes; i++)
		if (r->node[i].leaf)
			total += r->node[i].n_tags;
	code = array_alloc(total, sizeof(uint32));
	for (int32 i = 0; i < r->n_nodes; i++)
		for (int32 j = 0; r->node[i].leaf && j < r->node[i].n_tags; j++)
			code[n++] = tag_code(s, r->node[i].tag[j]);
	n_tags = s->tags ? (int32) s->tags->dict.n : 0;
	at = array_alloc0(n_tags + 1, sizeof(int32));
	for (int32 k = 0; k < n; k++)
		at[code[k] + 1]++;
	for (int32 c = 0; c < n_tags; c++)
		at[c + 1] += at[c];
	*start = array_alloc(n_tags + 1, sizeof(int32));
	memcpy(*start, at, (n_tags + 1) * sizeof(int32));
	*leaf = array_alloc(total, sizeof(int32));
	n = 0;
	for (int32 i = 0; i < r->n_nodes; i++)
		for (int32 j = 0; r->node[i].leaf && j < r->node[i].n_tags; j++)
			(*leaf)[at[code[n++]]++] = i;
	pfree(at);
	pfree(code);
}

static void
add_tree(RubricScore *s, const Rubric *r, const double *value)
{
	MemoryContext cx = s->state.cx;
	TreeWork   *w = tree_work(r);
	int32	   *leaf = array_alloc(r->n_leaves, sizeof(int32));
	int32	   *open = array_alloc(r->n_leaves, sizeof(int32));
	int32		n = 0,
				n_open = 0;
	int32	   *start;

	for (int32 i = 0; i < r->n_nodes; i++)
	{
		if (!r->node[i].leaf)
			continue;
		leaf[n++] = i;
		if (r->node[i].gate)
			score_gate_count(s, 1, value[i]);
		else
			open[n_open++] = i;
	}
	add_part(&s->all, cx, w, r, value, leaf, n);
	if (s->gates)
		add_part(&s->gates->sums, cx, w, r, value, open, n_open);
	pfree(leaf);
	leaves_by_tag(s, r, &start, &leaf);
	for (uint32 c = 0; s->tags && c < s->tags->dict.n; c++)
	{
		CHECK_FOR_INTERRUPTS();
		add_part(&s->tags->sums[c], cx, w, r, value, leaf + start[c], start[c + 1] - start[c]);
	}
}

/* ---- the function ---- */

PG_FUNCTION_INFO_V1(rubric_score_of);
Datum
rubric_score_of(PG_FUNCTION_ARGS)
{
	Rubric	   *r = rubric_get_cached(fcinfo, PG_GETARG_DATUM(0));
	Jsonb	   *grades = PG_GETARG_JSONB_P(1);
	RubricScore *s = (RubricScore *) state_new(&rubric_score_type, fcinfo);
	ScoreBinding *b = MemoryContextAllocZero(s->state.cx, sizeof(ScoreBinding));
	double	   *value = read_grades(r, grades, &b->n_missing);

	b->tree = r->tree;
	b->n_responses = 1;
	memcpy(b->hash, r->hash, RUBRIC_HASH_LEN);
	if (r->tree)
		add_tree(s, r, value);
	else
		add_flat(s, r, value);
	s->binding = b;
	pfree(value);
	PG_RETURN_DATUM(state_datum(&s->state));
}

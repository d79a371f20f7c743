/*-------------------------------------------------------------------------
 *
 * rubric_rows.c
 *	  Rows of a rubric: its leaves, and what is wrong with a list of ids.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/interrupts.h"
#include "common/srf.h"
#include "rubric/rubric_parse.h"
#include "utils/array.h"

extern PGDLLEXPORT Datum rubric_leaves(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_check(PG_FUNCTION_ARGS);

static Datum
text_datum(const char *utf8)
{
	return CStringGetTextDatum(text_key_cstring((const uint8 *) utf8, strlen(utf8)));
}

/* Everything of a row lives in row_cx until its end */
static void
put_text(SrfRow *row, const char *utf8)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);

	if (utf8 == NULL)
		srf_null(row);
	else
		srf_datum(row, text_datum(utf8));
	MemoryContextSwitchTo(old);
}

static void
put_texts(SrfRow *row, const char **utf8, int32 n)
{
	MemoryContext old = MemoryContextSwitchTo(row->row_cx);
	Datum	   *d = palloc(sizeof(Datum) * Max(n, 1));

	for (int32 i = 0; i < n; i++)
		d[i] = text_datum(utf8[i]);
	srf_datum(row, PointerGetDatum(construct_array(d, n, TEXTOID, -1, false, TYPALIGN_INT)));
	MemoryContextSwitchTo(old);
}

/* ---- rubric_leaves ---- */

/* Ids of the nodes above, from the top */
static void
put_parents(SrfRow *row, const Rubric *r, int32 leaf)
{
	const char *id[RUBRIC_MAX_DEPTH];
	int32		n = 0;

	for (int32 i = r->node[leaf].parent; i >= 0; i = r->node[i].parent)
		id[RUBRIC_MAX_DEPTH - ++n] = r->node[i].id;
	put_texts(row, id + RUBRIC_MAX_DEPTH - n, n);
}

static void
put_leaf(SrfRow *row, const Rubric *r, int32 leaf)
{
	const RubricNode *node = &r->node[leaf];
	MemoryContext old;

	put_text(row, node->id);
	old = MemoryContextSwitchTo(row->row_cx);
	srf_datum(row, CStringGetTextDatum(rubric_path(r, leaf)));
	MemoryContextSwitchTo(old);
	put_parents(row, r, leaf);
	put_text(row, node->text);
	srf_float8(row, node->points);
	srf_float8(row, rubric_effective_weight(r, leaf));
	put_texts(row, node->tag, node->n_tags);
	srf_datum(row, BoolGetDatum(node->gate));
	srf_end_row(row);
}

PG_FUNCTION_INFO_V1(rubric_leaves);
Datum
rubric_leaves(PG_FUNCTION_ARGS)
{
	Rubric	   *r = rubric_get_cached(fcinfo, PG_GETARG_DATUM(0));
	SrfRow		row;

	srf_begin(fcinfo, &row);
	for (int32 i = 0; i < r->n_nodes; i++)
		if (r->node[i].leaf)
			put_leaf(&row, r, i);
	return (Datum) 0;
}

/* ---- rubric_check ---- */

/* The ids that are no leaves, and how often each leaf is there */
static int32
count_ids(Rubric *r, ArrayType *array, int32 *times, const char ***stray)
{
	Datum	   *value;
	bool	   *null;
	int			n;
	int32		n_stray = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	*stray = palloc_extended(mul_size(sizeof(char *), Max(n, 1)), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
	{
		ColumnKey	k;
		char	   *id;
		int32		leaf;

		HD_CHECK_EVERY(i);
		/* array_agg() over an outer join has nulls where there is nothing */
		if (null[i])
			continue;
		text_column_key(value[i], &k);
		id = pnstrdup((const char *) k.bytes, k.len);
		leaf = rubric_find_leaf(r, id);
		if (leaf >= 0)
			times[leaf]++;
		else
			(*stray)[n_stray++] = id;
	}
	qsort(*stray, n_stray, sizeof(char *), rubric_compare_strings);
	return n_stray;
}

static void
put_problem(SrfRow *row, const char *id, const char *problem)
{
	put_text(row, id);
	srf_cstring(row, problem);
	srf_end_row(row);
}

/*
 * Not STRICT: array_agg() over no grades is NULL, and then every grade is
 * missing.
 */
PG_FUNCTION_INFO_V1(rubric_check);
Datum
rubric_check(PG_FUNCTION_ARGS)
{
	SrfRow		row;
	Rubric	   *r;
	int32	   *times;
	const char **stray = NULL;
	int32		n_stray = 0;

	srf_begin(fcinfo, &row);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r = rubric_get_cached(fcinfo, PG_GETARG_DATUM(0));
	times = palloc0(sizeof(int32) * r->n_nodes);
	if (!PG_ARGISNULL(1))
		n_stray = count_ids(r, PG_GETARG_ARRAYTYPE_P(1), times, &stray);

	for (int32 i = 0; i < r->n_nodes; i++)
		if (r->node[i].leaf && times[i] != 1)
			put_problem(&row, r->node[i].id, times[i] == 0 ? "missing" : "duplicate");
	for (int32 i = 0; i < n_stray; i++)
		if (i == 0 || strcmp(stray[i - 1], stray[i]) != 0)
			put_problem(&row, stray[i], "unexpected");
	return (Datum) 0;
}

/*-------------------------------------------------------------------------
 *
 * rubric_lint.c
 *	  rubric_lint() in SQL: collects findings, and hands them out in the order
 *	  of the rubric.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/column.h"
#include "common/compat.h"
#include "common/srf.h"
#include "rubric/rubric_lint.h"
#include "rubric/rubric_parse.h"

extern PGDLLEXPORT Datum rubric_lint(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum rubric_lint_grades(PG_FUNCTION_ARGS);

void
lint_add(Lint *l, LintSeverity severity, const char *code, int32 node, const char *fmt,...)
{
	StringInfoData s;

	initStringInfo(&s);
	for (;;)
	{
		va_list		args;
		int			need;

		va_start(args, fmt);
		need = appendStringInfoVA(&s, fmt, args);
		va_end(args);
		if (need == 0)
			break;
		enlargeStringInfo(&s, need);
	}
	if (l->n == l->cap)
	{
		l->cap = Max(16, 2 * l->cap);
		l->finding = l->finding ? repalloc_huge(l->finding, l->cap * sizeof(Finding)) :
			palloc(l->cap * sizeof(Finding));
	}
	l->finding[l->n] = (Finding) {severity, code, node, l->n, s.data};
	l->n++;
}

/* In the order of the rubric; of one node, in the order in which they were found */
static int
compare_findings(const void *a, const void *b)
{
	const Finding *x = a;
	const Finding *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->serial - y->serial;
}

static void
put_findings(FunctionCallInfo fcinfo, Lint *l)
{
	SrfRow		row;

	srf_begin(fcinfo, &row);
	if (l->n > 0)
		qsort(l->finding, l->n, sizeof(Finding), compare_findings);
	for (int32 k = 0; k < l->n; k++)
	{
		const Finding *f = &l->finding[k];
		const RubricNode *node = f->node == LINT_WHOLE ? NULL : &l->r->node[f->node];
		MemoryContext old = MemoryContextSwitchTo(row.row_cx);
		const char *path = node ? rubric_path(l->r, f->node) : "criteria";
		const char *id = node ? text_key_cstring((const uint8 *) node->id, strlen(node->id)) : NULL;

		MemoryContextSwitchTo(old);
		srf_cstring(&row, f->severity == LINT_WARNING ? "warning" : "info");
		srf_cstring(&row, f->code);
		srf_cstring(&row, path);
		srf_cstring(&row, f->message);
		srf_cstring(&row, id);
		srf_end_row(&row);
	}
}

/* A share of the whole */
static double
share_arg(FunctionCallInfo fcinfo, int arg, const char *what)
{
	double		v;

	if (PG_ARGISNULL(arg))
		arg_is_null(what);
	v = PG_GETARG_FLOAT8(arg);
	/* written so that NaN fails */
	if (!(v >= 0 && v <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1", what),
				 errdetail("It is %g.", v)));
	return v;
}

static void
lint_rubric(Lint *l)
{
	lint_structure(l);
	lint_levels(l);
	lint_texts(l);
}

/* rubric_lint(rubric, dominant, negligible) */
PG_FUNCTION_INFO_V1(rubric_lint);
Datum
rubric_lint(PG_FUNCTION_ARGS)
{
	Lint		l = {0};

	if (PG_ARGISNULL(0))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	l.dominant = share_arg(fcinfo, 1, "dominant");
	l.negligible = share_arg(fcinfo, 2, "negligible");
	l.r = rubric_get_cached(fcinfo, PG_GETARG_DATUM(0));
	lint_rubric(&l);
	put_findings(fcinfo, &l);
	return (Datum) 0;
}

/* Which leaf is each item?  What is none is reported. */
static int32 *
leaves_of_items(Lint *l, Rubric *r, ScoreMatrix *m, const ScoreTable *t)
{
	int32	   *leaf = palloc(sizeof(int32) * Max(t->n_items, 1));

	for (int32 j = 0; j < t->n_items; j++)
	{
		char	   *name = score_matrix_item_name(m, j);
		ColumnKey	k;

		text_column_key(CStringGetTextDatum(name), &k);
		leaf[j] = rubric_find_leaf(r, pnstrdup((const char *) k.bytes, k.len));
		if (leaf[j] < 0)
			lint_add(l, LINT_WARNING, "unknown_item", LINT_WHOLE,
					 "the grades have an item \"%s\", which is no criterion of the rubric", name);
	}
	return leaf;
}

/* rubric_lint(rubric, score_matrix, dominant, negligible, confidence, min_units) */
PG_FUNCTION_INFO_V1(rubric_lint_grades);
Datum
rubric_lint_grades(PG_FUNCTION_ARGS)
{
	Lint		l = {0};
	Rubric	   *r;
	ScoreMatrix *m;
	const ScoreTable *t;
	int32	   *leaf;

	if (PG_ARGISNULL(0))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	l.dominant = share_arg(fcinfo, 2, "dominant");
	l.negligible = share_arg(fcinfo, 3, "negligible");
	l.confidence = arg_confidence(fcinfo, 4);
	if (PG_ARGISNULL(5))
		arg_is_null("min_units");
	l.min_units = PG_GETARG_INT64(5);
	if (l.min_units < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_units must be at least 1"),
				 errdetail("It is " INT64_FORMAT ".", l.min_units)));
	l.r = r = rubric_get_cached(fcinfo, PG_GETARG_DATUM(0));
	lint_rubric(&l);

	/* no grades at all are no matrix */
	if (!PG_ARGISNULL(1))
	{
		m = score_matrix_get(PG_GETARG_DATUM(1));
		t = score_matrix_table(m);
		leaf = leaves_of_items(&l, r, m, t);
		lint_grades(&l, t, leaf);
		lint_implied(&l, t, leaf);
	}
	put_findings(fcinfo, &l);
	return (Datum) 0;
}

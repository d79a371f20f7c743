/*-------------------------------------------------------------------------
 *
 * report.c
 *	  SQL functions: a report of sections.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/alloc.h"
#include "common/args.h"
#include "export/report_page.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(report_html);
PG_FUNCTION_INFO_V1(report_same_length);

/* report(title, VARIADIC sections): the page.  A NULL section is left out. */
Datum
report_html(PG_FUNCTION_ARGS)
{
	Html		h;
	char	   *title;
	text	   *t;
	Datum	   *value = NULL;
	bool	   *null = NULL;
	int			n = 0;
	int			n_sections = 0;
	ReportSection *section;

	if (PG_ARGISNULL(0))
		arg_is_null("title");
	t = PG_GETARG_TEXT_PP(0);
	title = page_text(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	if (!PG_ARGISNULL(1))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), JSONBOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	section = array_alloc(n, sizeof(ReportSection));
	for (int i = 0; i < n; i++)
		if (!null[i])
			report_section_read(DatumGetJsonbP(value[i]), i + 1, &section[n_sections++]);
	html_init(&h);
	report_page(&h, title, section, n_sections);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(h.s.data, h.s.len));
}

static int
elements(FunctionCallInfo fcinfo, int arg)
{
	ArrayType  *a;

	if (PG_ARGISNULL(arg))
		return 0;
	a = PG_GETARG_ARRAYTYPE_P(arg);
	return ArrayGetNItems(ARR_NDIM(a), ARR_DIMS(a));
}

/*
 * report_same_length(what, names, values): true, or an ERROR where two arrays
 * that are read side by side are not of one length.
 */
Datum
report_same_length(PG_FUNCTION_ARGS)
{
	int			a = elements(fcinfo, 1);
	int			b = elements(fcinfo, 2);

	if (a != b)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays that are read side by side must have the same length"),
				 errdetail("There are %d %s and %d values for them.", a, text_to_cstring(PG_GETARG_TEXT_PP(0)), b)));
	PG_RETURN_BOOL(true);
}

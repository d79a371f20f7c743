/*-------------------------------------------------------------------------
 *
 * args.c
 *	  Reading options of SQL functions, with errors that list what is accepted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/args.h"
#include "common/compat.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

void
arg_is_null(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be null", what)));
}

int
arg_choice(FunctionCallInfo fcinfo, int arg, const char *what, const ArgChoice *choice)
{
	text	   *t;
	size_t		len;
	StringInfoData list;

	if (!arg_given(fcinfo, arg))
		arg_is_null(what);
	/* asked for every row of some queries: nothing is copied */
	t = PG_GETARG_TEXT_PP(arg);
	len = VARSIZE_ANY_EXHDR(t);
	for (const ArgChoice *c = choice; c->name; c++)
		if (strlen(c->name) == len && memcmp(c->name, VARDATA_ANY(t), len) == 0)
			return c->value;

	initStringInfo(&list);
	for (const ArgChoice *c = choice; c->name; c++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", c->name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized %s \"%s\"", what, text_to_cstring(t)),
			 errhint("Accepted are: %s.", list.data)));
}

double
arg_float8(FunctionCallInfo fcinfo, int arg, const char *what, double missing)
{
	double		v;

	if (!arg_given(fcinfo, arg))
		return missing;
	v = PG_GETARG_FLOAT8(arg);
	if (!isfinite(v))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite number", what)));
	return v;
}

double
arg_confidence(FunctionCallInfo fcinfo, int arg)
{
	double		v;

	if (!arg_given(fcinfo, arg))
		arg_is_null("confidence");
	v = PG_GETARG_FLOAT8(arg);
	/* written so that NaN fails */
	if (!(v > 0 && v < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence must be between 0 and 1"),
				 errdetail("It is %g.", v),
				 errhint("Accepted is a number between 0 and 1 such as 0.95.")));
	return v;
}

Datum *
arg_text_array(FunctionCallInfo fcinfo, int arg, const char *what, int *n)
{
	Datum	   *value;
	bool	   *null;

	*n = -1;
	if (!arg_given(fcinfo, arg))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT,
					  &value, &null, n);
	for (int i = 0; i < *n; i++)
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not contain nulls", what)));
	return value;
}

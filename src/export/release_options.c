/*-------------------------------------------------------------------------
 *
 * release_options.c
 *	  The options of a release: a jsonb object whose keys are all known.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "export/release.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

typedef enum OptionKind
{
	OPTION_TEXT,
	OPTION_SHARE,				/* number from 0 to 1 */
	OPTION_COUNT,				/* whole number from 0 */
	OPTION_NAMES				/* array of text */
} OptionKind;

typedef struct Option
{
	const char *name;
	OptionKind	kind;
	size_t		offset;
} Option;

#define OPTION(name, kind) {#name, kind, offsetof(ReleaseOptions, name)}

static const Option options_known[] = {
	OPTION(agreement, OPTION_TEXT),
	OPTION(attributes, OPTION_NAMES),
	OPTION(coefficient, OPTION_TEXT),
	OPTION(duplicate_threshold, OPTION_SHARE),
	OPTION(k, OPTION_COUNT),
	OPTION(leak_threshold, OPTION_SHARE),
	OPTION(level, OPTION_TEXT),
	OPTION(max_duplicates, OPTION_SHARE),
	OPTION(max_leaks, OPTION_COUNT),
	OPTION(max_length, OPTION_COUNT),
	OPTION(max_pii, OPTION_COUNT),
	OPTION(min_agreement, OPTION_SHARE),
};

static const char *const kind_wanted[] = {
	"It must be a string.",
	"It must be a number from 0 to 1.",
	"It must be a whole number that is not negative.",
	"It must be an array of strings.",
};

static pg_noinline void
bad_option(const Option *option)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value of option \"%s\"", option->name),
			 errdetail("%s", kind_wanted[option->kind])));
}

static pg_noinline void
unknown_option(const char *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (size_t i = 0; i < lengthof(options_known); i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", options_known[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown option \"%s\"", name),
			 errhint("Options are: %s.", known.data)));
}

static char *
string_of(const JsonbValue *v)
{
	return pnstrdup(v->val.string.val, v->val.string.len);
}

static double
number_of(const JsonbValue *v)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(v->val.numeric)));
}

static List *
names_of(const JsonbValue *v, const Option *option)
{
	JsonbIterator *it = JsonbIteratorInit(v->val.binary.data);
	JsonbIteratorToken token;
	JsonbValue	element;
	List	   *names = NIL;

	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_BEGIN_OBJECT || (token == WJB_ELEM && element.type != jbvString))
			bad_option(option);
		if (token == WJB_ELEM)
			names = lappend(names, makeString(string_of(&element)));
	}
	return names;
}

static void
set_option(ReleaseOptions *options, const Option *option, const JsonbValue *v)
{
	char	   *field = (char *) options + option->offset;
	double		number;

	switch (option->kind)
	{
		case OPTION_TEXT:
			if (v->type != jbvString)
				bad_option(option);
			*(const char **) field = string_of(v);
			break;
		case OPTION_NAMES:
			if (v->type != jbvBinary)
				bad_option(option);
			*(List **) field = names_of(v, option);
			break;
		case OPTION_SHARE:
			number = v->type == jbvNumeric ? number_of(v) : -1;
			if (!(number >= 0 && number <= 1))
				bad_option(option);
			*(double *) field = number;
			break;
		case OPTION_COUNT:
			number = v->type == jbvNumeric ? number_of(v) : -1;
			if (!(number >= 0 && number < 9007199254740992.0) || number != floor(number))
				bad_option(option);
			*(int64 *) field = (int64) number;
			break;
	}
}

static const Option *
option_named(const char *name)
{
	for (size_t i = 0; i < lengthof(options_known); i++)
		if (strcmp(options_known[i].name, name) == 0)
			return &options_known[i];
	unknown_option(name);
	return NULL;
}

/* The defaults, and what the object says; NULL: the defaults alone */
void
release_options_read(Jsonb *json, ReleaseOptions *options)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	const Option *option = NULL;

	options->duplicate_threshold = 0.7;
	options->leak_threshold = 0.8;
	options->max_duplicates = options->min_agreement = -1;
	options->max_leaks = 0;
	options->k = options->max_length = options->max_pii = -1;
	options->level = "nominal";
	options->coefficient = "krippendorff_alpha";
	if (json == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object")));

	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			option = option_named(string_of(&v));
		else if (token == WJB_VALUE)
			set_option(options, option, &v);
	}
	if (options->k >= 0 && options->attributes == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"k\" needs option \"attributes\""),
				 errhint("Name the columns of the query whose combinations at least k persons must share.")));
	if (options->min_agreement >= 0 && options->agreement == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"min_agreement\" needs option \"agreement\""),
				 errhint("Give a query with the columns name and ratings.")));
}

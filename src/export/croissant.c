/*-------------------------------------------------------------------------
 *
 * croissant.c
 *	  What croissant() must be told, checked.
 *
 * Croissant 1.0 (MLCommons 2024, "Dataset-level information") requires
 * fields that no data can give: who made it, under which licence.  The names
 * of the responsible-AI fields are those of the Croissant RAI vocabulary 1.0.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(export_croissant_about);

static const char *const about_required[] = {"creator", "description", "license", "url"};
static const char *const about_optional[] = {
	"cite_as", "content_url", "date_published", "keywords", "name", "publisher", "rai", "version"
};
static const char *const rai_known[] = {
	"annotationsPerItem", "annotatorDemographics", "dataAnnotationAnalysis", "dataAnnotationPlatform",
	"dataAnnotationProtocol", "dataBiases", "dataCollection", "dataCollectionMissingData",
	"dataCollectionRawData", "dataCollectionTimeframe", "dataCollectionType", "dataImputationProtocol",
	"dataLimitations", "dataManipulationProtocol", "dataPreprocessingProtocol",
	"dataReleaseMaintenancePlan", "dataSocialImpact", "dataUseCases", "machineAnnotationTools",
	"personalSensitiveInformation"
};

static bool
one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void
append_names(StringInfo buf, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		appendStringInfo(buf, "%s%s", buf->len > 0 ? ", " : "", list[i]);
}

static pg_noinline void
unknown_key(const char *name, bool rai)
{
	StringInfoData known;

	initStringInfo(&known);
	if (rai)
		append_names(&known, rai_known, lengthof(rai_known));
	else
	{
		append_names(&known, about_required, lengthof(about_required));
		append_names(&known, about_optional, lengthof(about_optional));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg(rai ? "unknown key \"%s\" in \"rai\"" : "unknown key \"%s\"", name),
			 errhint("Keys are: %s.", known.data)));
}

static pg_noinline void
missing_key(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a Croissant description needs \"%s\"", name),
			 errhint("Give it as a string; creator may be an object, too.")));
}

static void
check_keys(JsonbContainer *object, bool rai)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	v;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(v.val.string.val, v.val.string.len);
		if (!(rai ? one_of(name, rai_known, lengthof(rai_known))
			  : one_of(name, about_required, lengthof(about_required)) || one_of(name, about_optional, lengthof(about_optional))))
			unknown_key(name, rai);
	}
}

static JsonbValue *
member(Jsonb *object, const char *name, JsonbValue *v)
{
	return getKeyJsonValueFromContainer(&object->root, name, strlen(name), v);
}

Datum
export_croissant_about(PG_FUNCTION_ARGS)
{
	Jsonb	   *about = PG_GETARG_JSONB_P(0);
	JsonbValue	v;

	if (!JB_ROOT_IS_OBJECT(about))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the description must be a JSON object")));
	check_keys(&about->root, false);
	for (size_t i = 0; i < lengthof(about_required); i++)
	{
		JsonbValue *found = member(about, about_required[i], &v);

		if (found == NULL || !((found->type == jbvString && found->val.string.len > 0) ||
							   (i == 0 && found->type == jbvBinary)))
			missing_key(about_required[i]);
	}
	if (member(about, "rai", &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"rai\" must be a JSON object")));
		check_keys(v.val.binary.data, true);
	}
	PG_RETURN_JSONB_P(about);
}

/*-------------------------------------------------------------------------
 *
 * validate_record.c
 *	  SQL function: every problem of a training record, and where it is.
 *
 * What trainers and services reject, or take and learn the wrong thing from.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "common/interrupts.h"
#include "export/record_check.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

typedef enum RecordFormat
{
	FORMAT_SFT,
	FORMAT_DPO,					/* of either dialect, as its keys say */
	FORMAT_DPO_TRL,
	FORMAT_DPO_OPENAI,
	FORMAT_KTO,
	FORMAT_REWARD
} RecordFormat;

/* ---- members of records ---- */

/* A part of a record: messages, or a text where the format has such.  Returns it, or NULL if there is none. */
static JsonbValue *
check_part(Check *c, JsonbContainer *record, const char *key, Stretch stretch, bool text_allowed, bool required)
{
	JsonbValue *v = member(record, key);
	int			was = enter_key(c, key, strlen(key));

	if (v == NULL)
	{
		if (required)
			ERROR_OF(c, "missing", "a record of this format has it");
	}
	else if (v->type == jbvNull)
		ERROR_OF(c, "null", "it has no value");
	else if (v->type == jbvString && text_allowed)
		check_text(c, v);
	else if (is_array(v))
		check_messages(c, v, stretch);
	else
	{
		ERROR_OF(c, "wrong_type", text_allowed ? "it is neither a text nor an array of messages" : "it is no array of messages");
		v = NULL;
	}
	leave(c, was);
	return v && v->type != jbvNull ? v : NULL;
}

static void
check_keys(Check *c, JsonbContainer *record, const char *const *known)
{
	/* what trainers and services know in every format */
	static const char *const everywhere[] = {"tools", "functions", "parallel_tool_calls", "chat_template_kwargs", "images", "weight", NULL};
	JsonbIterator *it = JsonbIteratorInit(record);
	JsonbIteratorToken token;
	JsonbValue	v;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		bool		found = false;
		int			was;

		if (token != WJB_KEY)
			continue;
		for (int i = 0; known[i] && !found; i++)
			found = is_string(&v, known[i]);
		for (int i = 0; everywhere[i] && !found; i++)
			found = is_string(&v, everywhere[i]);
		if (found)
			continue;
		was = enter_key(c, v.val.string.val, v.val.string.len);
		WARNING_OF(c, "unknown_key", "the format has no such key; some trainers refuse it");
		leave(c, was);
	}
}

/* ---- pairs ---- */

/* All of a part, the white space of its texts made one */
static void
gather_text(StringInfo s, const JsonbValue *v)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	e;

	if (v->type == jbvString)
	{
		int			from = s->len;

		for (int i = 0; i < v->val.string.len; i++)
		{
			char		ch = v->val.string.val[i];

			HD_CHECK_EVERY(i + 1);
			if (ch != ' ' && (ch < 9 || ch > 13))
				appendStringInfoCharMacro(s, ch);
			else if (s->len > from && s->data[s->len - 1] != ' ')
				appendStringInfoCharMacro(s, ' ');
		}
		while (s->len > from && s->data[s->len - 1] == ' ')
			s->data[--s->len] = '\0';
		appendStringInfoChar(s, '\n');
		return;
	}
	if (v->type != jbvBinary)
		return;
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &e, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoCharMacro(s, (char) token);
		if (token != WJB_KEY && token != WJB_ELEM && token != WJB_VALUE)
			continue;
		appendStringInfoCharMacro(s, (char) e.type);
		if (e.type == jbvString)
			gather_text(s, &e);
		else if (e.type == jbvNumeric)
			appendStringInfoString(s, DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(e.val.numeric))));
		else if (e.type == jbvBool)
			appendStringInfoCharMacro(s, e.val.boolean ? 't' : 'f');
	}
}

static bool
same_value(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == jbvString)
		return a->val.string.len == b->val.string.len && memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
	return a->type == jbvBinary && compareJsonbContainers(a->val.binary.data, b->val.binary.data) == 0;
}

static void
check_difference(Check *c, const JsonbValue *chosen, const JsonbValue *rejected)
{
	StringInfoData a,
				b;

	if (same_value(chosen, rejected))
	{
		ERROR_OF(c, "identical", "both answers are the same");
		return;
	}
	initStringInfo(&a);
	initStringInfo(&b);
	gather_text(&a, chosen);
	gather_text(&b, rejected);
	if (a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
		WARNING_OF(c, "identical", "both answers are the same but for white space");
	pfree(a.data);
	pfree(b.data);
}

static bool
number_of(JsonbContainer *record, const char *key, double *n)
{
	JsonbValue *v = member(record, key);

	if (v == NULL || v->type != jbvNumeric)
		return false;
	*n = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(v->val.numeric)));
	return true;
}

/* Scores that say the pair is the wrong way round */
static void
check_scores(Check *c, JsonbContainer *record)
{
	static const char *const names[][2] = {{"score_chosen", "score_rejected"}, {"chosen_score", "rejected_score"}};
	double		chosen,
				rejected,
				margin;

	for (int i = 0; i < lengthof(names); i++)
	{
		if (!number_of(record, names[i][0], &chosen) || !number_of(record, names[i][1], &rejected))
			continue;
		if (chosen < rejected)
			ERROR_OF(c, "swapped", "%s is %g and %s is %g", names[i][0], chosen, names[i][1], rejected);
		else if (chosen == rejected)
			WARNING_OF(c, "tie", "%s and %s are both %g", names[i][0], names[i][1], chosen);
	}
	if (number_of(record, "margin", &margin) && margin < 0)
		ERROR_OF(c, "swapped", "margin is %g", margin);
}

/* Texts and messages do not mix within one record */
static void
check_forms(Check *c, const JsonbValue *const *part, int n)
{
	bool		text = false,
				messages = false;

	for (int i = 0; i < n; i++)
	{
		text = text || (part[i] && part[i]->type == jbvString);
		messages = messages || is_array(part[i]);
	}
	if (text && messages)
		ERROR_OF(c, "mixed_forms", "some parts are texts, others messages");
}

/* A completion that begins with its prompt: the trainer puts both together, so the prompt would be there twice */
static void
check_repeated(Check *c, const char *key, const JsonbValue *prompt, const JsonbValue *answer)
{
	int			was;

	if (prompt == NULL || answer == NULL || prompt->type != jbvString || answer->type != jbvString ||
		prompt->val.string.len == 0 || answer->val.string.len < prompt->val.string.len ||
		memcmp(prompt->val.string.val, answer->val.string.val, prompt->val.string.len) != 0)
		return;
	was = enter_key(c, key, strlen(key));
	WARNING_OF(c, "prompt_repeated", "it begins with the prompt");
	leave(c, was);
}

/* ---- formats ---- */

static void
check_sft(Check *c, JsonbContainer *record)
{
	static const char *const known[] = {"messages", "prompt", "completion", NULL};

	check_keys(c, record, known);
	if (member(record, "messages") == NULL && (member(record, "prompt") || member(record, "completion")))
	{
		const JsonbValue *part[] = {
			check_part(c, record, "prompt", PROMPT, true, true), check_part(c, record, "completion", ANSWER, true, true)
		};

		check_forms(c, part, 2);
		check_repeated(c, "completion", part[0], part[1]);
	}
	else
		check_part(c, record, "messages", WHOLE, false, true);
}

static void
check_dpo_trl(Check *c, JsonbContainer *record)
{
	static const char *const known[] = {"prompt", "chosen", "rejected", "margin", "score_chosen", "score_rejected", "chosen_score", "rejected_score", NULL};
	const JsonbValue *part[3];

	check_keys(c, record, known);
	part[0] = check_part(c, record, "prompt", PROMPT, true, true);
	part[1] = check_part(c, record, "chosen", ANSWER, true, true);
	part[2] = check_part(c, record, "rejected", ANSWER, true, true);
	check_forms(c, part, 3);
	check_repeated(c, "chosen", part[0], part[1]);
	check_repeated(c, "rejected", part[0], part[2]);
	if (part[1] && part[2])
		check_difference(c, part[1], part[2]);
	check_scores(c, record);
}

static void
check_dpo_openai(Check *c, JsonbContainer *record)
{
	static const char *const known[] = {"input", "preferred_output", "non_preferred_output", NULL};
	JsonbValue *input = member(record, "input");
	JsonbValue *chosen,
			   *rejected;
	int			was;

	check_keys(c, record, known);
	was = enter_key(c, "input", 5);
	if (input == NULL)
		ERROR_OF(c, "missing", "a record of this format has it");
	else if (!is_object(input))
		ERROR_OF(c, "wrong_type", "it is no object");
	else
		check_part(c, input->val.binary.data, "messages", PROMPT, false, true);
	leave(c, was);
	chosen = check_part(c, record, "preferred_output", ANSWER, false, true);
	rejected = check_part(c, record, "non_preferred_output", ANSWER, false, true);
	if (chosen && rejected)
		check_difference(c, chosen, rejected);
}

static void
check_kto(Check *c, JsonbContainer *record)
{
	static const char *const known[] = {"prompt", "completion", "label", NULL};
	const JsonbValue *part[2];
	JsonbValue *label = member(record, "label");
	int			was;

	check_keys(c, record, known);
	part[0] = check_part(c, record, "prompt", PROMPT, true, true);
	part[1] = check_part(c, record, "completion", ANSWER, true, true);
	check_forms(c, part, 2);
	check_repeated(c, "completion", part[0], part[1]);
	was = enter_key(c, "label", 5);
	if (label == NULL)
		ERROR_OF(c, "missing", "a record of this format has it");
	else if (label->type != jbvBool)
		ERROR_OF(c, label->type == jbvNull ? "null" : "wrong_type", "a label is true or false");
	leave(c, was);
}

/* Before the last answer both conversations have the same messages, and as many */
static void
check_common_prompt(Check *c, const JsonbValue *chosen, const JsonbValue *rejected)
{
	Elements	a,
				b;
	int			n = Max(JsonContainerSize(chosen->val.binary.data), JsonContainerSize(rejected->val.binary.data));

	if (JsonContainerSize(chosen->val.binary.data) == 0 || JsonContainerSize(rejected->val.binary.data) == 0)
		return;					/* "empty" says it */
	elements_begin(&a, chosen);
	elements_begin(&b, rejected);
	for (int i = 0; i < n - 1; i++)
		if (!elements_next(&a) || !elements_next(&b) || !same_value(&a.v, &b.v))
		{
			int			was = enter_key(c, "rejected", 8);
			int			inner = enter_place(c, i);

			ERROR_OF(c, "different_prompts", "before the last answer the conversations are not the same");
			leave(c, inner);
			leave(c, was);
			return;
		}
}

static void
check_reward(Check *c, JsonbContainer *record)
{
	static const char *const known[] = {"prompt", "chosen", "rejected", "margin", "score_chosen", "score_rejected", "chosen_score", "rejected_score", NULL};
	const JsonbValue *part[3];
	bool		explicit_prompt = member(record, "prompt") != NULL;
	Stretch		stretch = explicit_prompt ? ANSWER : WHOLE;

	check_keys(c, record, known);
	part[0] = check_part(c, record, "prompt", PROMPT, true, false);
	part[1] = check_part(c, record, "chosen", stretch, true, true);
	part[2] = check_part(c, record, "rejected", stretch, true, true);
	check_forms(c, part, 3);
	if (part[1] && part[2])
		check_difference(c, part[1], part[2]);
	if (!explicit_prompt && is_array(part[1]) && is_array(part[2]))
		check_common_prompt(c, part[1], part[2]);
	check_scores(c, record);
}

/* validate_record(record, format, max_chars) */
PG_FUNCTION_INFO_V1(record_validate);
Datum
record_validate(PG_FUNCTION_ARGS)
{
	static const ArgChoice formats[] = {
		{"sft", FORMAT_SFT}, {"dpo", FORMAT_DPO}, {"dpo_trl", FORMAT_DPO_TRL}, {"dpo_openai", FORMAT_DPO_OPENAI},
		{"kto", FORMAT_KTO}, {"reward", FORMAT_REWARD}, {NULL, 0}
	};
	RecordFormat format = arg_choice(fcinfo, 1, "format", formats);
	int64		most = arg_given(fcinfo, 2) ? PG_GETARG_INT64(2) : PG_INT64_MAX;
	Check		c = {0};
	JsonbContainer *record;

	if (most < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_chars must be at least 1")));
	srf_begin(fcinfo, &c.row);
	initStringInfo(&c.path);
	appendStringInfoChar(&c.path, '$');
	if (PG_ARGISNULL(0))
	{
		ERROR_OF(&c, "null", "there is no record");
		return (Datum) 0;
	}
	record = &PG_GETARG_JSONB_P(0)->root;
	if (!JsonContainerIsObject(record))
	{
		ERROR_OF(&c, "wrong_type", "a record is an object");
		return (Datum) 0;
	}
	if (format == FORMAT_DPO)
		format = member(record, "input") || member(record, "preferred_output") ? FORMAT_DPO_OPENAI : FORMAT_DPO_TRL;
	switch (format)
	{
		case FORMAT_SFT:
			check_sft(&c, record);
			break;
		case FORMAT_DPO_OPENAI:
			check_dpo_openai(&c, record);
			break;
		case FORMAT_KTO:
			check_kto(&c, record);
			break;
		case FORMAT_REWARD:
			check_reward(&c, record);
			break;
		default:
			check_dpo_trl(&c, record);
	}
	if (c.chars > most)
		ERROR_OF(&c, "too_long", INT64_FORMAT " characters, at most " INT64_FORMAT " are allowed", c.chars, most);
	return (Datum) 0;
}

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
#include "common/srf.h"
#include "common/utf8.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
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

typedef struct Check
{
	SrfRow		row;
	StringInfoData path;
	int64		chars;			/* in all texts */
} Check;

static void problem(Check *c, const char *severity, const char *code, const char *detail,...) pg_attribute_printf(4, 5);

static void
problem(Check *c, const char *severity, const char *code, const char *detail,...)
{
	StringInfoData s;
	text	   *path = hd_text_of_utf8(c->path.data, c->path.len);

	initStringInfo(&s);
	for (;;)
	{
		va_list		args;
		int			more;

		va_start(args, detail);
		more = appendStringInfoVA(&s, detail, args);
		va_end(args);
		if (more == 0)
			break;
		enlargeStringInfo(&s, more);
	}
	srf_datum(&c->row, PointerGetDatum(path));
	srf_cstring(&c->row, code);
	srf_cstring(&c->row, severity);
	srf_cstring(&c->row, s.data);
	srf_end_row(&c->row);
	pfree(s.data);
	pfree(path);
}

#define ERROR_OF(c, code, ...) problem(c, "error", code, __VA_ARGS__)
#define WARNING_OF(c, code, ...) problem(c, "warning", code, __VA_ARGS__)

/* A step down the path; leave() takes it back */
static int
enter_key(Check *c, const char *key, int len)
{
	int			was = c->path.len;
	int			utf8_len;
	const char *utf8 = hd_to_utf8(key, len, &utf8_len);

	appendStringInfo(&c->path, ".%.*s", utf8_len, utf8);
	return was;
}

static int
enter_place(Check *c, int i)
{
	int			was = c->path.len;

	appendStringInfo(&c->path, "[%d]", i);
	return was;
}

static void
leave(Check *c, int was)
{
	c->path.len = was;
	c->path.data[was] = '\0';
}

/* ---- looking into jsonb ---- */

static bool
is_array(const JsonbValue *v)
{
	return v && v->type == jbvBinary && JsonContainerIsArray(v->val.binary.data);
}

static bool
is_object(const JsonbValue *v)
{
	return v && v->type == jbvBinary && JsonContainerIsObject(v->val.binary.data);
}

static JsonbValue *
member(JsonbContainer *object, const char *key)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

static bool
is_string(const JsonbValue *v, const char *s)
{
	return v && v->type == jbvString && v->val.string.len == (int) strlen(s) && memcmp(v->val.string.val, s, strlen(s)) == 0;
}

/* A container's elements or keys, one after the other */
typedef struct Elements
{
	JsonbIterator *it;
	int			i;
	JsonbValue	v;
} Elements;

static void
elements_begin(Elements *e, const JsonbValue *array)
{
	e->it = JsonbIteratorInit(array->val.binary.data);
	e->i = -1;
	(void) JsonbIteratorNext(&e->it, &e->v, true);
}

static bool
elements_next(Elements *e)
{
	e->i++;
	return JsonbIteratorNext(&e->it, &e->v, true) == WJB_ELEM;
}

/* ---- texts ---- */

static bool
is_space(pg_wchar ch)
{
	return ch == ' ' || (ch >= 9 && ch <= 13) || ch == 0x85 || ch == 0xA0 || ch == 0x2028 || ch == 0x2029 || ch == 0x3000;
}

static void
check_text(Check *c, const JsonbValue *v)
{
	int			len;
	const char *s = hd_to_utf8(v->val.string.val, v->val.string.len, &len);
	int64		n = 0,
				n_control = 0,
				at_control = 0,
				n_replaced = 0,
				at_replaced = 0;
	pg_wchar	first = 0;
	bool		empty = true;

	for (const char *p = s; p < s + len; p += pg_utf_mblen((const unsigned char *) p))
	{
		pg_wchar	ch = utf8_to_unicode((const unsigned char *) p);

		n++;
		empty = empty && is_space(ch);
		if ((ch < 0x20 && ch != '\t' && ch != '\n' && ch != '\r') || (ch >= 0x7F && ch < 0xA0))
		{
			if (n_control++ == 0)
			{
				first = ch;
				at_control = n;
			}
		}
		else if (ch == 0xFFFD && n_replaced++ == 0)
			at_replaced = n;
	}
	c->chars += n;
	if (empty)
		ERROR_OF(c, "empty", n == 0 ? "no text" : "nothing but white space");
	if (n_control > 0)
		ERROR_OF(c, "control_character", "U+%04X at character " INT64_FORMAT "; " INT64_FORMAT " in all",
				 first, at_control, n_control);
	if (n_replaced > 0)
		WARNING_OF(c, "replacement_character", "U+FFFD at character " INT64_FORMAT "; " INT64_FORMAT " in all: text was lost on the way here",
				   at_replaced, n_replaced);
}

/* ---- messages ---- */

typedef enum Role
{
	ROLE_NONE,					/* before the first message */
	ROLE_SYSTEM,
	ROLE_USER,
	ROLE_ASSISTANT,
	ROLE_TOOL,
	ROLE_UNKNOWN
} Role;

static const char *const role_name[] = {"nobody", "system", "user", "assistant", "tool", "an unknown role"};

static Role
role_of(const JsonbValue *v)
{
	static const struct
	{
		const char *name;
		Role		role;
	}			known[] = {
		{"system", ROLE_SYSTEM}, {"developer", ROLE_SYSTEM}, {"user", ROLE_USER},
		{"assistant", ROLE_ASSISTANT}, {"tool", ROLE_TOOL}, {"function", ROLE_TOOL}
	};

	for (int i = 0; i < lengthof(known); i++)
		if (is_string(v, known[i].name))
			return known[i].role;
	return ROLE_UNKNOWN;
}

static Role
check_role(Check *c, JsonbContainer *message)
{
	JsonbValue *v = member(message, "role");
	int			was = enter_key(c, "role", 4);
	Role		role = role_of(v);

	if (v == NULL)
		ERROR_OF(c, "missing", "a message has a role");
	else if (v->type != jbvString)
		ERROR_OF(c, "wrong_type", "a role is a string");
	else if (role == ROLE_UNKNOWN)
		ERROR_OF(c, "unknown_role", "known are system, developer, user, assistant, tool, function");
	leave(c, was);
	return role;
}

/* Content in parts: [{"type": "text", "text": ...}, ...] */
static void
check_parts(Check *c, const JsonbValue *parts)
{
	Elements	e;

	elements_begin(&e, parts);
	while (elements_next(&e))
	{
		int			was = enter_place(c, e.i);
		JsonbValue *type = is_object(&e.v) ? member(e.v.val.binary.data, "type") : NULL;
		JsonbValue *text = is_object(&e.v) ? member(e.v.val.binary.data, "text") : NULL;

		if (!is_object(&e.v))
			ERROR_OF(c, "wrong_type", "a part of a content is an object");
		else if (type == NULL || type->type != jbvString)
			ERROR_OF(c, "missing", "a part of a content has a type");
		else if (is_string(type, "text"))
		{
			int			inner = enter_key(c, "text", 4);

			if (text == NULL || text->type != jbvString)
				ERROR_OF(c, "missing", "a part of type text has a text");
			else
				check_text(c, text);
			leave(c, inner);
		}
		leave(c, was);
	}
	if (e.i == 0)
		ERROR_OF(c, "empty", "no part");
}

static void
check_content(Check *c, JsonbContainer *message, Role role)
{
	JsonbValue *v = member(message, "content");
	bool		calls = role == ROLE_ASSISTANT &&
		(is_array(member(message, "tool_calls")) || is_object(member(message, "function_call")));
	int			was = enter_key(c, "content", 7);

	if (v == NULL || v->type == jbvNull)
	{
		/* who calls a tool need not say anything */
		if (!calls)
			ERROR_OF(c, v ? "null" : "missing", "a message has a content");
	}
	else if (v->type == jbvString)
	{
		if (!calls || v->val.string.len > 0)
			check_text(c, v);
	}
	else if (is_array(v))
		check_parts(c, v);
	else
		ERROR_OF(c, "wrong_type", "a content is a string or an array of parts");
	leave(c, was);
}

typedef enum Stretch
{
	WHOLE,						/* from the first message to an answer */
	PROMPT,						/* to the question */
	ANSWER						/* behind it */
} Stretch;

/* May this role speak behind that one? */
static const char *
wrong_turn(Role before, Role now, Stretch stretch)
{
	switch (now)
	{
		case ROLE_SYSTEM:
			return before == ROLE_NONE || before == ROLE_SYSTEM ? (stretch == ANSWER ? "an answer begins with the assistant" : NULL) :
				"the system speaks first or not at all";
		case ROLE_USER:
			if (before == ROLE_NONE)
				return stretch == ANSWER ? "an answer begins with the assistant" : NULL;
			return before == ROLE_SYSTEM || before == ROLE_ASSISTANT ? NULL : "the user speaks at the beginning or behind the assistant";
		case ROLE_ASSISTANT:
			if (before == ROLE_NONE)
				return stretch == ANSWER ? NULL : "nobody has asked yet";
			return before == ROLE_USER || before == ROLE_TOOL ? NULL : "the assistant speaks behind a user or a tool";
		case ROLE_TOOL:
			return before == ROLE_ASSISTANT || before == ROLE_TOOL ? NULL : "a tool speaks behind the assistant that called it";
		default:
			return NULL;
	}
}

static void
check_turn(Check *c, Role before, Role now, Stretch stretch)
{
	const char *wrong;

	if (before == ROLE_UNKNOWN || (wrong = wrong_turn(before, now, stretch)) == NULL)
		return;
	{
		int			was = enter_key(c, "role", 4);

		ERROR_OF(c, "role_order", "%s behind %s: %s", role_name[now], role_name[before], wrong);
		leave(c, was);
	}
}

static void
check_messages(Check *c, const JsonbValue *messages, Stretch stretch)
{
	Elements	e;
	Role		last = ROLE_NONE;

	elements_begin(&e, messages);
	while (elements_next(&e))
	{
		int			was = enter_place(c, e.i);

		if (!is_object(&e.v))
		{
			ERROR_OF(c, "wrong_type", "a message is an object");
			last = ROLE_UNKNOWN;
		}
		else
		{
			Role		role = check_role(c, e.v.val.binary.data);

			check_turn(c, last, role, stretch);
			check_content(c, e.v.val.binary.data, role);
			last = role;
		}
		leave(c, was);
	}
	if (e.i == 0)
		ERROR_OF(c, "empty", "no message");
	else if (stretch == PROMPT && last != ROLE_USER && last != ROLE_TOOL && last != ROLE_UNKNOWN)
		ERROR_OF(c, "no_user_at_end", "a prompt ends with what is to be answered, this one with %s", role_name[last]);
	else if (stretch != PROMPT && last != ROLE_ASSISTANT && last != ROLE_UNKNOWN)
		ERROR_OF(c, "no_assistant_at_end", "there is nothing to learn behind %s", role_name[last]);
}

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

/* All texts of a part, white space made one */
static void
gather_text(StringInfo s, const JsonbValue *v)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	e;

	if (v->type == jbvString)
	{
		for (int i = 0; i < v->val.string.len; i++)
		{
			char		ch = v->val.string.val[i];

			if (ch != ' ' && (ch < 9 || ch > 13))
				appendStringInfoCharMacro(s, ch);
			else if (s->len > 0 && s->data[s->len - 1] != ' ' && s->data[s->len - 1] != '\n')
				appendStringInfoCharMacro(s, ' ');
		}
		while (s->len > 0 && s->data[s->len - 1] == ' ')
			s->data[--s->len] = '\0';
		appendStringInfoChar(s, '\n');
		return;
	}
	if (v->type != jbvBinary)
		return;
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &e, false)) != WJB_DONE)
		if ((token == WJB_ELEM || token == WJB_VALUE) && e.type == jbvString)
			gather_text(s, &e);
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

/* How many of the messages come before the answer, and whether both conversations have the same ones */
static void
check_common_prompt(Check *c, const JsonbValue *chosen, const JsonbValue *rejected)
{
	Elements	a,
				b;
	int			n = JsonContainerSize(chosen->val.binary.data);

	elements_begin(&a, chosen);
	elements_begin(&b, rejected);
	while (elements_next(&a) && elements_next(&b) && a.i < n - 1)
		if (!same_value(&a.v, &b.v))
		{
			int			was = enter_key(c, "rejected", 8);
			int			inner = enter_place(c, a.i);

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

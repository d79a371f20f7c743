/*-------------------------------------------------------------------------
 *
 * record_check.c
 *	  What validate_record() is made of: problems with their paths, checks of
 *	  texts and messages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/interrupts.h"
#include "common/utf8.h"
#include "export/record_check.h"
#include "mb/pg_wchar.h"

void
record_problem(Check *c, const char *severity, const char *code, const char *detail,...)
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

int
enter_key(Check *c, const char *key, int len)
{
	int			was = c->path.len;
	int			utf8_len;
	const char *utf8 = hd_to_utf8(key, len, &utf8_len);

	appendStringInfo(&c->path, ".%.*s", utf8_len, utf8);
	return was;
}

int
enter_place(Check *c, int i)
{
	int			was = c->path.len;

	appendStringInfo(&c->path, "[%d]", i);
	return was;
}

void
leave(Check *c, int was)
{
	c->path.len = was;
	c->path.data[was] = '\0';
}

/* ---- texts ---- */

static bool
is_space(pg_wchar ch)
{
	/* Unicode's White_Space, and what shows nothing either: zero width space, byte order mark */
	return ch == ' ' || (ch >= 9 && ch <= 13) || ch == 0x85 || ch == 0xA0 || ch == 0x1680 || (ch >= 0x2000 && ch <= 0x200B) ||
		ch == 0x2028 || ch == 0x2029 || ch == 0x202F || ch == 0x205F || ch == 0x3000 || ch == 0xFEFF;
}

void
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

	for (const unsigned char *p = (const unsigned char *) s, *end = p + len; p < end;)
	{
		pg_wchar	ch = *p;

		if (ch < 0x80)
			p++;
		else
		{
			ch = utf8_to_unicode(p);
			p += pg_utf_mblen(p);
		}
		n++;
		HD_CHECK_EVERY(n);
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
	JsonbValue *tool_calls = member(message, "tool_calls");
	bool		calls = role == ROLE_ASSISTANT &&
		((is_array(tool_calls) && JsonContainerSize(tool_calls->val.binary.data) > 0) || is_object(member(message, "function_call")));
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

void
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

/*-------------------------------------------------------------------------
 *
 * flow_parse.c
 *	  Reading the text of a review flow.
 *
 *	flow      := { statement ";" }, the last ";" may be left out
 *	statement := edges | mark
 *	edges     := ( "*" | states ) "->" states "as" action [ roles ] { [ "," ] attribute }
 *	states    := state { "|" state }
 *	roles     := "[" role { "," role } "]"
 *	attribute := "author" | "!author" | "!reviewer" | "claim" | "reason" | "once"
 *				 | "at" "most" number [ "else" state ]
 *	mark      := "initial" state | ( "terminal" | "accepting" | "frozen" | "deletable" ) [ state { "," state } ]
 *
 * A name is [a-z_][a-z0-9_]{0,62}; a role may also be quoted as in SQL.  "--"
 * starts a comment.  No word is reserved: "initial -> done as initial" is an
 * edge, because an arrow or a bar follows its first word.
 *
 * Nothing here recurses.  What the states and edges amount to is the matter
 * of flow_check.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "review/flow_parse.h"

/* characters of the text that a message shows */
#define SHOWN_LENGTH 60

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED,				/* "..." */
	TOKEN_NUMBER,
	TOKEN_ARROW,
	TOKEN_SIGN					/* one of | , ; [ ] * ! */
} TokenKind;

typedef struct Token
{
	TokenKind	kind;
	int32		at;
	int32		len;
} Token;

typedef struct FlowParse
{
	FlowDraft	d;
	Token		now;
	Token		next;
} FlowParse;

const char *const flow_mark_name[] = {
	"initial", "terminal", "accepting", "frozen", "deletable", NULL
};

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- messages ---- */

/* The line that holds an offset; a long one from there on */
static char *
line_around(const FlowDraft *d, int32 at)
{
	const char *end = d->text + d->len;
	const char *s = d->text + at;
	const char *from = s;
	const char *to = s;
	int			len;

	while (from > d->text && from[-1] != '\n')
		from--;
	while (from < s && is_blank(*from))
		from++;
	if (s - from > SHOWN_LENGTH)
		from = s;
	while (to < end && *to != '\n' && *to != '\r')
		to++;
	len = pg_mbcliplen(from, to - from, 2 * SHOWN_LENGTH);
	return psprintf("%.*s%s", len, from, from + len < to ? "..." : "");
}

void
flow_fail(const FlowDraft *d, int32 at, const char *hint, const char *format,...)
{
	StringInfoData what;
	int			line = 1;
	int			character = pg_mbstrlen_with_len(d->text, at) + 1;
	char	   *shown = line_around(d, at);

	initStringInfo(&what);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&what, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&what, needed);
	}
	for (int32 i = 0; i < at; i++)
		if (d->text[i] == '\n')
			line++;
	ereport(ERROR,
			(errcode(d->sqlerrcode),
			 errmsg("review flow is not valid at character %d: %s", character, what.data),
			 at < d->len ? errdetail("Line %d: %s", line, shown)
			 : errdetail("This is the end of the flow, in line %d.", line),
			 hint ? errhint("%s", hint) : 0));
}

static char *
shown_token(const FlowParse *p, const Token *t)
{
	const char *s = p->d.text + t->at;
	int			len;

	if (t->kind == TOKEN_END)
		return pstrdup("the end");
	len = pg_mbcliplen(s, t->len, SHOWN_LENGTH);
	if (t->kind == TOKEN_QUOTED)
		return psprintf("%.*s%s", len, s, len < t->len ? "..." : "");
	return psprintf("\"%.*s%s\"", len, s, len < t->len ? "..." : "");
}

pg_noreturn static void
expected(const FlowParse *p, const char *what)
{
	flow_fail(&p->d, p->now.at, NULL, "expected %s, found %s", what, shown_token(p, &p->now));
}

/* ---- tokens ---- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IS_HIGHBIT_SET(c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int32
skip_blanks(const FlowDraft *d, int32 at)
{
	const char *s = d->text;

	for (;;)
	{
		while (at < d->len && is_blank(s[at]))
			at++;
		if (at + 1 >= d->len || s[at] != '-' || s[at + 1] != '-')
			return at;
		while (at < d->len && s[at] != '\n')
			at++;
	}
}

/* Where a quoted name ends; "" within is one quote */
static int32
skip_quoted(const FlowDraft *d, int32 at)
{
	for (int32 i = at + 1; i < d->len; i++)
	{
		if (d->text[i] != '"')
			continue;
		if (i + 1 < d->len && d->text[i + 1] == '"')
			i++;
		else
			return i + 1;
	}
	flow_fail(d, at, NULL, "a quoted name that does not end");
}

static void
read_token(const FlowDraft *d, int32 at, Token *t)
{
	const char *s = d->text;
	int32		end;

	CHECK_FOR_INTERRUPTS();
	t->at = end = at = skip_blanks(d, at);
	if (at == d->len)
		t->kind = TOKEN_END;
	else if (is_letter(s[at]))
	{
		t->kind = TOKEN_NAME;
		while (end < d->len && (is_letter(s[end]) || is_digit(s[end]) || s[end] == '$'))
			end++;
	}
	else if (is_digit(s[at]))
	{
		t->kind = TOKEN_NUMBER;
		while (end < d->len && (is_letter(s[end]) || is_digit(s[end])))
			end++;
	}
	else if (s[at] == '"')
	{
		t->kind = TOKEN_QUOTED;
		end = skip_quoted(d, at);
	}
	else if (s[at] == '-' && at + 1 < d->len && s[at + 1] == '>')
	{
		t->kind = TOKEN_ARROW;
		end += 2;
	}
	else if (strchr("|,;[]*!", s[at]) && s[at])
	{
		t->kind = TOKEN_SIGN;
		end += 1;
	}
	else if (s[at] > ' ' && s[at] < 0x7f)
		flow_fail(d, at, NULL, "unexpected character \"%c\"", s[at]);
	else
		flow_fail(d, at, NULL, "unexpected character 0x%02x", (uint8) s[at]);
	t->len = end - at;
}

static void
advance(FlowParse *p)
{
	p->now = p->next;
	read_token(&p->d, p->now.at + p->now.len, &p->next);
}

static bool
token_is(const FlowParse *p, const Token *t, const char *word)
{
	return (t->kind == TOKEN_NAME || t->kind == TOKEN_SIGN) && t->len == strlen(word) &&
		memcmp(p->d.text + t->at, word, t->len) == 0;
}

static bool
accept(FlowParse *p, const char *word)
{
	if (!token_is(p, &p->now, word))
		return false;
	advance(p);
	return true;
}

/* ---- names ---- */

bool
flow_is_name(const char *s, size_t len)
{
	if (len == 0 || len >= NAMEDATALEN)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || s[i] == '_' || (i > 0 && is_digit(s[i]))))
			return false;
	return true;
}

static void
check_name(const FlowParse *p, const char *hint)
{
	if (!flow_is_name(p->d.text + p->now.at, p->now.len))
		flow_fail(&p->d, p->now.at, hint, "%s is not a name: lower-case letters, digits and _, at most %d of them",
				  shown_token(p, &p->now), NAMEDATALEN - 1);
}

static const char *
read_name(FlowParse *p, const char *what)
{
	char	   *s;

	if (p->now.kind != TOKEN_NAME)
		expected(p, what);
	check_name(p, NULL);
	s = pnstrdup(p->d.text + p->now.at, p->now.len);
	advance(p);
	return s;
}

static FlowMention
read_state(FlowParse *p, const char *what)
{
	FlowDraft  *d = &p->d;
	FlowMention m = {.at = p->now.at};
	const char *name = read_name(p, what);

	while (m.state < d->n_states && strcmp(d->name[m.state], name) != 0)
		m.state++;
	if (m.state == FLOW_MAX_STATES)
		flow_fail(d, m.at, NULL, "more than %d states", FLOW_MAX_STATES);
	if (m.state == d->n_states)
	{
		d->name[d->n_states] = name;
		d->named_at[d->n_states++] = m.at;
	}
	return m;
}

static void
add_mention(const FlowDraft *d, FlowMentions *all, FlowMention m, const char *what)
{
	if (all->set & flow_bit(m.state))
		flow_fail(d, m.at, NULL, "state \"%s\" is %s twice", d->name[m.state], what);
	if (all->list == NULL)
		all->list = palloc(sizeof(FlowMention) * FLOW_MAX_STATES);
	all->list[all->n++] = m;
	all->set |= flow_bit(m.state);
}

static void
read_states(FlowParse *p, FlowMentions *all, const char *what)
{
	do
		add_mention(&p->d, all, read_state(p, what), "listed");
	while (accept(p, "|"));
}

/* ---- roles ---- */

/* The text between the quotes */
static char *
unquoted(const FlowParse *p, const Token *t)
{
	const char *s = p->d.text + t->at + 1;
	const char *end = p->d.text + t->at + t->len - 1;
	char	   *role = palloc(t->len);
	size_t		n = 0;

	while (s < end)
	{
		role[n++] = *s;
		s += *s == '"' ? 2 : 1;
	}
	role[n] = '\0';
	if (n == 0 || n >= NAMEDATALEN)
		flow_fail(&p->d, t->at, NULL, "the name of a role has 1 to %d bytes", NAMEDATALEN - 1);
	return role;
}

static char *
read_role(FlowParse *p)
{
	Token		t = p->now;
	char	   *role;

	if (t.kind == TOKEN_QUOTED)
	{
		role = unquoted(p, &t);
		advance(p);
	}
	else
	{
		if (t.kind == TOKEN_NAME)
			check_name(p, "Quote the name of a role that has other letters: \"Data Lead\".");
		role = (char *) read_name(p, "the name of a role");
	}
	if (strcmp(role, "public") == 0)
		flow_fail(&p->d, t.at, "Leave out the roles where anybody may take the action.",
				  "\"public\" is not a role");
	return role;
}

/* In ascending order */
static void
add_role(FlowParse *p, FlowEdge *e, char *role, int32 at)
{
	int32		i = e->n_roles;

	if (e->role == NULL)
		e->role = palloc(sizeof(char *) * FLOW_MAX_ROLES);
	if (e->n_roles == FLOW_MAX_ROLES)
		flow_fail(&p->d, at, NULL, "more than %d roles", FLOW_MAX_ROLES);
	while (i > 0 && strcmp(e->role[i - 1], role) > 0)
		i--;
	if (i > 0 && strcmp(e->role[i - 1], role) == 0)
		flow_fail(&p->d, at, NULL, "role \"%s\" is listed twice", role);
	memmove(e->role + i + 1, e->role + i, sizeof(char *) * (e->n_roles - i));
	e->role[i] = role;
	e->n_roles++;
}

static void
read_roles(FlowParse *p, FlowEdge *e)
{
	if (!accept(p, "["))
		return;
	do
	{
		int32		at = p->now.at;

		add_role(p, e, read_role(p), at);
	} while (accept(p, ","));
	if (!accept(p, "]"))
		expected(p, "\",\" or \"]\"");
}

/* ---- attributes ---- */

static int32
read_times(FlowParse *p)
{
	Token		t = p->now;
	int32		n = 0;

	if (t.kind != TOKEN_NUMBER)
		expected(p, "a number");
	for (int32 i = 0; i < t.len; i++)
	{
		char		c = p->d.text[t.at + i];

		if (!is_digit(c))
			expected(p, "a number");
		n = n * 10 + (c - '0');
		if (n > FLOW_MAX_TIMES)
			break;
	}
	if (n < 1 || n > FLOW_MAX_TIMES)
		flow_fail(&p->d, t.at, NULL, "the number of times must lie between 1 and %d", FLOW_MAX_TIMES);
	advance(p);
	return n;
}

static void
set_flag(const FlowParse *p, int32 at, bool *flag, const char *name)
{
	if (*flag)
		flow_fail(&p->d, at, NULL, "\"%s\" is given twice", name);
	*flag = true;
}

static void
set_limit(FlowParse *p, FlowStatement *s, int32 at, bool once)
{
	if (s->edge.at_most != 0)
		flow_fail(&p->d, at, NULL, "a second limit of one action");
	if (once)
	{
		s->edge.at_most = 1;
		return;
	}
	if (!accept(p, "most"))
		expected(p, "\"most\" after \"at\"");
	s->edge.at_most = read_times(p);
	if (accept(p, "else"))
		s->otherwise = read_state(p, "the name of a state after \"else\"");
}

static void
read_attribute(FlowParse *p, FlowStatement *s)
{
	FlowEdge   *e = &s->edge;
	int32		at = p->now.at;

	if (accept(p, "!"))
	{
		if (accept(p, "author"))
			set_flag(p, at, &e->not_author, "!author");
		else if (accept(p, "reviewer"))
			set_flag(p, at, &e->not_reviewer, "!reviewer");
		else
			expected(p, "\"author\" or \"reviewer\" after \"!\"");
	}
	else if (accept(p, "author"))
		set_flag(p, at, &e->author, "author");
	else if (accept(p, "claim"))
		set_flag(p, at, &e->claim, "claim");
	else if (accept(p, "reason"))
		set_flag(p, at, &e->reason, "reason");
	else if (accept(p, "once"))
		set_limit(p, s, at, true);
	else if (accept(p, "at"))
		set_limit(p, s, at, false);
	else
		expected(p, "an attribute (author, !author, !reviewer, claim, reason, once, at most N) or \";\"");
	if (e->author && e->not_author)
		flow_fail(&p->d, at, NULL, "\"author\" and \"!author\" leave nobody");
}

/* ---- statements ---- */

static FlowStatement *
add_statement(FlowDraft *d, int32 at)
{
	FlowStatement *s;

	if (d->n_statements == FLOW_MAX_EDGES)
		flow_fail(d, at, NULL, "more than %d edges", FLOW_MAX_EDGES);
	if (d->n_statements == d->cap_statements)
	{
		d->cap_statements = d->cap_statements ? 2 * d->cap_statements : 16;
		d->statement = d->statement ? repalloc(d->statement, sizeof(FlowStatement) * d->cap_statements) :
			palloc(sizeof(FlowStatement) * d->cap_statements);
	}
	s = &d->statement[d->n_statements++];
	memset(s, 0, sizeof(FlowStatement));
	s->at = at;
	s->otherwise.state = FLOW_NONE;
	return s;
}

static void
read_edges(FlowParse *p)
{
	FlowDraft  *d = &p->d;
	FlowStatement *s = add_statement(d, p->now.at);

	if (accept(p, "*"))
		s->any_source = true;
	else
		read_states(p, &s->from, "the name of a state, \"*\", or one of initial, terminal, accepting, frozen, deletable");
	if (p->now.kind != TOKEN_ARROW)
		expected(p, s->any_source ? "\"->\"" : "\"->\" or \"|\"");
	advance(p);
	read_states(p, &s->to, "the name of a state");
	if (!accept(p, "as"))
		expected(p, "\"as\" and the name of an action, or \"|\"");
	s->action_at = p->now.at;
	s->edge.action = read_name(p, "the name of an action");
	read_roles(p, &s->edge);
	while (p->now.kind != TOKEN_END && !token_is(p, &p->now, ";"))
	{
		(void) accept(p, ",");
		read_attribute(p, s);
	}
	d->on_edge |= s->from.set | s->to.set;
}

static void
read_mark(FlowParse *p, FlowMarkKind kind)
{
	FlowDraft  *d = &p->d;

	advance(p);
	if (kind == FLOW_MARK_DELETABLE)
	{
		/* "deletable;" is how to say that nothing is */
		d->deletable_given = true;
		if (p->now.kind == TOKEN_END || token_is(p, &p->now, ";"))
			return;
	}
	do
	{
		FlowMention m = read_state(p, "the name of a state");

		if (kind == FLOW_MARK_INITIAL && d->mark[kind].n > 0)
			flow_fail(d, m.at, NULL, "a second initial state: \"%s\" is one already",
					  d->name[d->mark[kind].list[0].state]);
		add_mention(d, &d->mark[kind], m, flow_mark_name[kind]);
	} while (accept(p, ","));
}

static void
read_statement(FlowParse *p)
{
	/* an arrow or a bar after it makes any word a state */
	if (p->next.kind != TOKEN_ARROW && !token_is(p, &p->next, "|"))
		for (int i = 0; i < FLOW_N_MARKS; i++)
			if (token_is(p, &p->now, flow_mark_name[i]))
			{
				read_mark(p, i);
				return;
			}
	read_edges(p);
}

Flow *
flow_parse(const char *text, size_t len, int sqlerrcode)
{
	FlowParse  *p = palloc0(sizeof(FlowParse));

	p->d.text = text;
	p->d.len = len;
	p->d.sqlerrcode = sqlerrcode;
	read_token(&p->d, 0, &p->next);
	advance(p);
	while (p->now.kind != TOKEN_END)
	{
		read_statement(p);
		if (p->now.kind != TOKEN_END && !accept(p, ";"))
			expected(p, "\";\"");
	}
	return flow_of_draft(&p->d);
}

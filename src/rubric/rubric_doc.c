/*-------------------------------------------------------------------------
 *
 * rubric_doc.c
 *	  A JSON document as a tree in which every value knows where it stands.
 *
 * Core's parser does the reading.  It recurses once for each level of
 * nesting, but the actions here refuse the first level too many before it is
 * entered.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/column.h"
#include "common/interrupts.h"
#include "common/jsonapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "rubric/rubric_doc.h"

/* characters of a string that a message shows */
#define SHOWN_LENGTH 60

typedef struct DocBuild
{
	const DocReader *rd;
	DocValue  *root;
	DocValue  *open;			/* the innermost array or object that is not closed */
	const char *key;			/* of the value that comes next, in an object */
	int			depth;
	int			n_values;
} DocBuild;

/* ---- messages ---- */

char *
doc_shown(const char *utf8)
{
	int			len = strlen(utf8);
	int			cut = GetDatabaseEncoding() == PG_SQL_ASCII ? Min(len, SHOWN_LENGTH) :
		pg_encoding_mbcliplen(PG_UTF8, utf8, len, SHOWN_LENGTH);
	char	   *s = text_key_cstring((const uint8 *) utf8, cut);

	return cut < len ? psprintf("%s...", s) : s;
}

const char *
doc_kind_name(DocKind kind)
{
	static const char *const name[] = {
		"null", "true or false", "a number", "a string", "an array", "an object"
	};

	return name[kind];
}

static void
put_path(StringInfo s, const DocValue *v)
{
	if (v->parent == NULL)
		return;
	put_path(s, v->parent);
	if (v->parent->kind == DOC_ARRAY)
		appendStringInfo(s, "[%d]", v->index);
	else
		appendStringInfo(s, "%s%s", s->len > 0 ? "." : "", doc_shown(v->key));
}

char *
doc_path(const DocValue *v, const char *key)
{
	StringInfoData s;

	initStringInfo(&s);
	put_path(&s, v);
	if (key)
		appendStringInfo(&s, "%s%s", s.len > 0 ? "." : "", doc_shown(key));
	return s.data;
}

pg_noreturn static void
fail_detail(const DocReader *rd, const char *detail)
{
	ereport(ERROR,
			(errcode(rd->sqlerrcode),
			 rd->sqlerrcode == ERRCODE_INVALID_TEXT_REPRESENTATION ?
			 errmsg("invalid input syntax for type %s", rd->type) :
			 rd->sqlerrcode == ERRCODE_DATA_CORRUPTED ?
			 errmsg("stored value of type %s is corrupt", rd->type) :
			 errmsg("invalid binary value for type %s", rd->type),
			 errdetail_internal("%s", detail)));
}

void
doc_fail(const DocReader *rd, const DocValue *at, const char *key, const char *fmt,...)
{
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfoString(&s, doc_path(at, key));
	if (s.len > 0)
		appendStringInfoString(&s, ": ");
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
	fail_detail(rd, s.data);
}

/* ---- building ---- */

/* Strings come in the encoding of the text; an SQL_ASCII database keeps its bytes */
static const char *
to_utf8(const DocBuild *b, const char *s)
{
	if (b->rd->encoding == PG_UTF8 || b->rd->encoding == PG_SQL_ASCII)
		return s;
	return pg_server_to_any(s, (int) strlen(s), PG_UTF8);
}

static DocValue *
add_value(DocBuild *b, DocKind kind)
{
	DocValue  *v = palloc0(sizeof(DocValue));
	DocValue  *up = b->open;

	v->kind = kind;
	v->parent = up;
	if (up == NULL)
	{
		b->root = v;
		return v;
	}
	v->index = up->n++;
	if (up->kind == DOC_OBJECT)
		v->key = b->key;
	if (up->last)
		up->last->next = v;
	else
		up->first = v;
	up->last = v;
	HD_CHECK_EVERY(b->n_values);
	if (++b->n_values > b->rd->max_values)
		doc_fail(b->rd, v, NULL, "this is the value number %d, more than are accepted",
				  b->n_values);
	return v;
}

static void
open_value(DocBuild *b, DocKind kind)
{
	DocValue  *v = add_value(b, kind);

	if (++b->depth > b->rd->max_depth)
		doc_fail(b->rd, v, NULL, "nested too deeply");
	b->open = v;
}

static void
close_value(DocBuild *b)
{
	b->open = b->open->parent;
	b->depth--;
}

static HD_JSON_ACTION
object_start(void *state)
{
	open_value(state, DOC_OBJECT);
	HD_JSON_ACTION_DONE;
}

static HD_JSON_ACTION
array_start(void *state)
{
	open_value(state, DOC_ARRAY);
	HD_JSON_ACTION_DONE;
}

static HD_JSON_ACTION
value_end(void *state)
{
	close_value(state);
	HD_JSON_ACTION_DONE;
}

static HD_JSON_ACTION
field_start(void *state, char *name, bool isnull)
{
	DocBuild  *b = state;

	b->key = to_utf8(b, name);
	if (doc_get(b->open, b->key))
		doc_fail(b->rd, b->open, b->key, "given twice");
	if (b->open->n == b->rd->max_keys)
		doc_fail(b->rd, b->open, NULL, "an object of more than %d keys", b->rd->max_keys);
	HD_JSON_ACTION_DONE;
}

static HD_JSON_ACTION
scalar(void *state, char *token, JsonTokenType type)
{
	DocBuild  *b = state;
	DocValue  *v;

	switch (type)
	{
		case JSON_TOKEN_STRING:
			v = add_value(b, DOC_STRING);
			v->string = to_utf8(b, token);
			break;
		case JSON_TOKEN_NUMBER:
			v = add_value(b, DOC_NUMBER);
			v->string = token;
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			v = add_value(b, DOC_BOOL);
			v->boolean = (type == JSON_TOKEN_TRUE);
			break;
		default:
			add_value(b, DOC_NULL);
	}
	HD_JSON_ACTION_DONE;
}

DocValue *
doc_read(const DocReader *rd, const char *json, size_t len)
{
	DocBuild	b = {.rd = rd};
	JsonSemAction sem = {
		.semstate = &b,
		.object_start = object_start,
		.object_end = value_end,
		.array_start = array_start,
		.array_end = value_end,
		.object_field_start = field_start,
		.scalar = scalar
	};
	JsonLexContext *lex = hd_json_lexer((char *) json, (int) len, rd->encoding);
	JsonParseErrorType result = pg_parse_json(lex, &sem);

	if (result != JSON_SUCCESS)
	{
		const char *where = b.open ? doc_path(b.open, NULL) : "";

		fail_detail(rd, where[0] == '\0' ? json_errdetail(result, lex) :
					psprintf("%s: %s", where, json_errdetail(result, lex)));
	}
	return b.root;
}

DocValue *
doc_get(const DocValue *object, const char *key)
{
	for (DocValue *v = object->first; v; v = v->next)
		if (strcmp(v->key, key) == 0)
			return v;
	return NULL;
}

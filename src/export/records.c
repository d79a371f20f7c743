/*-------------------------------------------------------------------------
 *
 * records.c
 *	  SQL functions: training records in the forms that trainers read.
 *
 * TRL: huggingface/trl, docs/source/dataset_formats.md; OpenAI: the preference
 * format of its fine-tuning API, which Azure and Together read as well.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/args.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

typedef struct Record
{
	JsonbParseState *state;
	JsonbValue *result;
} Record;

static void
put(Record *r, JsonbIteratorToken token, JsonbValue *v)
{
	r->result = pushJsonbValue(&r->state, token, v);
}

static void
put_key(Record *r, const char *key)
{
	JsonbValue	v = {.type = jbvString};

	v.val.string.val = unconstify(char *, key);
	v.val.string.len = strlen(key);
	put(r, WJB_KEY, &v);
}

static void
put_null(Record *r, JsonbIteratorToken token)
{
	JsonbValue	v = {.type = jbvNull};

	put(r, token, &v);
}

/* A string; it must live as long as the record is made.  NULL is null: validate_record() speaks about it */
static void
put_text(Record *r, const text *t)
{
	JsonbValue	v = {.type = jbvString};

	if (t == NULL)
	{
		put_null(r, WJB_VALUE);
		return;
	}
	v.val.string.val = (char *) VARDATA_ANY(t);
	v.val.string.len = VARSIZE_ANY_EXHDR(t);
	put(r, WJB_VALUE, &v);
}

static void
put_jsonb(Record *r, JsonbIteratorToken token, Jsonb *jb)
{
	JsonbValue	v;

	if (jb == NULL)
		put_null(r, token);
	else
	{
		if (!JsonbExtractScalar(&jb->root, &v))
		{
			v.type = jbvBinary;
			v.val.binary.data = &jb->root;
			v.val.binary.len = VARSIZE(jb) - VARHDRSZ;
		}
		put(r, token, &v);
	}
}

static void
put_cstring(Record *r, const char *s)
{
	JsonbValue	v = {.type = jbvString};

	v.val.string.val = unconstify(char *, s);
	v.val.string.len = strlen(s);
	put(r, WJB_VALUE, &v);
}

static void
put_message(Record *r, const char *role, const text *content)
{
	put(r, WJB_BEGIN_OBJECT, NULL);
	put_key(r, "role");
	put_cstring(r, role);
	put_key(r, "content");
	put_text(r, content);
	put(r, WJB_END_OBJECT, NULL);
}

/* ---- parts of a record: text of one message, or JSON as it is ---- */

typedef struct Part
{
	const text *text;
	Jsonb	   *json;
	const char *role;			/* of the message that a text becomes */
} Part;

static Part
text_part(FunctionCallInfo fcinfo, int arg, const char *role)
{
	Part		p = {PG_ARGISNULL(arg) ? NULL : PG_GETARG_TEXT_PP(arg), NULL, role};

	return p;
}

static Part
json_part(FunctionCallInfo fcinfo, int arg)
{
	Part		p = {NULL, PG_ARGISNULL(arg) ? NULL : PG_GETARG_JSONB_P(arg), NULL};

	return p;
}

static void
put_part(Record *r, const char *key, const Part *p)
{
	put_key(r, key);
	if (p->role == NULL)
	{
		put_jsonb(r, WJB_VALUE, p->json);
		return;
	}
	put(r, WJB_BEGIN_ARRAY, NULL);
	put_message(r, p->role, p->text);
	put(r, WJB_END_ARRAY, NULL);
}

static Datum
record_datum(Record *r)
{
	PG_RETURN_JSONB_P(JsonbValueToJsonb(r->result));
}

/* ---- sft ---- */

PG_FUNCTION_INFO_V1(record_sft_messages);
Datum
record_sft_messages(PG_FUNCTION_ARGS)
{
	Record		r = {0};
	Part		messages = json_part(fcinfo, 0);

	put(&r, WJB_BEGIN_OBJECT, NULL);
	put_part(&r, "messages", &messages);
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

PG_FUNCTION_INFO_V1(record_sft);
Datum
record_sft(PG_FUNCTION_ARGS)
{
	Record		r = {0};

	put(&r, WJB_BEGIN_OBJECT, NULL);
	put_key(&r, "messages");
	put(&r, WJB_BEGIN_ARRAY, NULL);
	if (!PG_ARGISNULL(2))
		put_message(&r, "system", PG_GETARG_TEXT_PP(2));
	put_message(&r, "user", text_part(fcinfo, 0, "user").text);
	put_message(&r, "assistant", text_part(fcinfo, 1, "assistant").text);
	put(&r, WJB_END_ARRAY, NULL);
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

/* ---- dpo ---- */

static Datum
dpo_record(FunctionCallInfo fcinfo, const Part *prompt, const Part *chosen, const Part *rejected)
{
	enum
	{
		TRL,
		OPENAI
	};
	static const ArgChoice dialects[] = {{"trl", TRL}, {"openai", OPENAI}, {NULL, 0}};
	Record		r = {0};

	put(&r, WJB_BEGIN_OBJECT, NULL);
	if (arg_choice(fcinfo, 3, "dialect", dialects) == TRL)
	{
		put_part(&r, "prompt", prompt);
		put_part(&r, "chosen", chosen);
		put_part(&r, "rejected", rejected);
	}
	else
	{
		put_key(&r, "input");
		put(&r, WJB_BEGIN_OBJECT, NULL);
		put_part(&r, "messages", prompt);
		put(&r, WJB_END_OBJECT, NULL);
		put_part(&r, "preferred_output", chosen);
		put_part(&r, "non_preferred_output", rejected);
	}
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

PG_FUNCTION_INFO_V1(record_dpo);
Datum
record_dpo(PG_FUNCTION_ARGS)
{
	Part		prompt = text_part(fcinfo, 0, "user");
	Part		chosen = text_part(fcinfo, 1, "assistant");
	Part		rejected = text_part(fcinfo, 2, "assistant");

	return dpo_record(fcinfo, &prompt, &chosen, &rejected);
}

PG_FUNCTION_INFO_V1(record_dpo_json);
Datum
record_dpo_json(PG_FUNCTION_ARGS)
{
	Part		prompt = json_part(fcinfo, 0);
	Part		chosen = json_part(fcinfo, 1);
	Part		rejected = json_part(fcinfo, 2);

	return dpo_record(fcinfo, &prompt, &chosen, &rejected);
}

/* ---- kto ---- */

static void
put_label(Record *r, bool null, bool label)
{
	JsonbValue	v = {.type = null ? jbvNull : jbvBool};

	put_key(r, "label");
	if (!null)
		v.val.boolean = label;
	put(r, WJB_VALUE, &v);
}

static Datum
kto_of_texts(const text *prompt, const text *completion, bool null, bool label)
{
	Record		r = {0};

	put(&r, WJB_BEGIN_OBJECT, NULL);
	put_key(&r, "prompt");
	put_text(&r, prompt);
	put_key(&r, "completion");
	put_text(&r, completion);
	put_label(&r, null, label);
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

PG_FUNCTION_INFO_V1(record_kto);
Datum
record_kto(PG_FUNCTION_ARGS)
{
	return kto_of_texts(text_part(fcinfo, 0, NULL).text, text_part(fcinfo, 1, NULL).text,
						PG_ARGISNULL(2), !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
}

PG_FUNCTION_INFO_V1(record_kto_json);
Datum
record_kto_json(PG_FUNCTION_ARGS)
{
	Record		r = {0};
	Part		prompt = json_part(fcinfo, 0);
	Part		completion = json_part(fcinfo, 1);

	put(&r, WJB_BEGIN_OBJECT, NULL);
	put_part(&r, "prompt", &prompt);
	put_part(&r, "completion", &completion);
	put_label(&r, PG_ARGISNULL(2), !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

/* ---- reward: no column for the prompt, both answers begin with it ---- */

static void
put_conversation(Record *r, const char *key, const text *prompt, const text *answer)
{
	put_key(r, key);
	put(r, WJB_BEGIN_ARRAY, NULL);
	put_message(r, "user", prompt);
	put_message(r, "assistant", answer);
	put(r, WJB_END_ARRAY, NULL);
}

PG_FUNCTION_INFO_V1(record_reward);
Datum
record_reward(PG_FUNCTION_ARGS)
{
	Record		r = {0};
	const text *prompt = text_part(fcinfo, 0, NULL).text;

	put(&r, WJB_BEGIN_OBJECT, NULL);
	put_conversation(&r, "chosen", prompt, text_part(fcinfo, 1, NULL).text);
	put_conversation(&r, "rejected", prompt, text_part(fcinfo, 2, NULL).text);
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

static void
put_elements(Record *r, Jsonb *array)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	if (array == NULL)
		return;
	if (!JB_ROOT_IS_ARRAY(array) || JB_ROOT_IS_SCALAR(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("messages must be a JSON array")));
	it = JsonbIteratorInit(&array->root);
	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) == WJB_ELEM)
		put(r, WJB_ELEM, &v);
}

PG_FUNCTION_INFO_V1(record_reward_json);
Datum
record_reward_json(PG_FUNCTION_ARGS)
{
	static const char *const key[] = {"chosen", "rejected"};
	Record		r = {0};
	Jsonb	   *prompt = json_part(fcinfo, 0).json;

	put(&r, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < 2; i++)
	{
		Jsonb	   *answer = json_part(fcinfo, 1 + i).json;

		put_key(&r, key[i]);
		if (answer == NULL)
			put_null(&r, WJB_VALUE);
		else
		{
			put(&r, WJB_BEGIN_ARRAY, NULL);
			put_elements(&r, prompt);
			put_elements(&r, answer);
			put(&r, WJB_END_ARRAY, NULL);
		}
	}
	put(&r, WJB_END_OBJECT, NULL);
	return record_datum(&r);
}

/* ---- messages_agg(role, content ORDER BY turn) ---- */

static Record *
messages_for_row(FunctionCallInfo fcinfo, MemoryContext *cx)
{
	Record	   *r;

	if (!AggCheckCallContext(fcinfo, cx))
		elog(ERROR, "messages_trans called outside of an aggregate");
	if (!PG_ARGISNULL(0))
		return (Record *) PG_GETARG_POINTER(0);
	r = MemoryContextAllocZero(*cx, sizeof(Record));
	{
		MemoryContext old = MemoryContextSwitchTo(*cx);

		put(r, WJB_BEGIN_ARRAY, NULL);
		MemoryContextSwitchTo(old);
	}
	return r;
}

static const text *
text_copy(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : PG_GETARG_TEXT_P_COPY(arg);
}

static void
begin_message(FunctionCallInfo fcinfo, Record *r)
{
	put(r, WJB_BEGIN_OBJECT, NULL);
	put_key(r, "role");
	put_text(r, text_copy(fcinfo, 1));
	put_key(r, "content");
}

PG_FUNCTION_INFO_V1(messages_trans);
Datum
messages_trans(PG_FUNCTION_ARGS)
{
	MemoryContext cx,
				old;
	Record	   *r = messages_for_row(fcinfo, &cx);

	old = MemoryContextSwitchTo(cx);
	begin_message(fcinfo, r);
	put_text(r, text_copy(fcinfo, 2));
	put(r, WJB_END_OBJECT, NULL);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(r);
}

PG_FUNCTION_INFO_V1(messages_trans_json);
Datum
messages_trans_json(PG_FUNCTION_ARGS)
{
	MemoryContext cx,
				old;
	Record	   *r = messages_for_row(fcinfo, &cx);

	old = MemoryContextSwitchTo(cx);
	begin_message(fcinfo, r);
	put_jsonb(r, WJB_VALUE, PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P_COPY(2));
	put(r, WJB_END_OBJECT, NULL);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(r);
}

PG_FUNCTION_INFO_V1(messages_final);
Datum
messages_final(PG_FUNCTION_ARGS)
{
	Record	   *r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	r = (Record *) PG_GETARG_POINTER(0);
	put(r, WJB_END_ARRAY, NULL);
	return record_datum(r);
}

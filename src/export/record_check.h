/*-------------------------------------------------------------------------
 *
 * record_check.h
 *	  What validate_record() is made of: problems with their paths, looking
 *	  into jsonb, checks of texts and messages.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RECORD_CHECK_H
#define HD_RECORD_CHECK_H

#include "common/compat.h"
#include "common/srf.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

typedef struct Check
{
	SrfRow		row;
	StringInfoData path;
	int64		chars;			/* in all texts */
} Check;

/* A row of the result, for the place that the path leads to */
extern void record_problem(Check *c, const char *severity, const char *code, const char *detail,...) pg_attribute_printf(4, 5);

#define ERROR_OF(c, code, ...) record_problem(c, "error", code, __VA_ARGS__)
#define WARNING_OF(c, code, ...) record_problem(c, "warning", code, __VA_ARGS__)

/* A step down the path; leave() takes it back */
extern int	enter_key(Check *c, const char *key, int len);
extern int	enter_place(Check *c, int i);
extern void leave(Check *c, int was);

static inline bool
is_array(const JsonbValue *v)
{
	return v && v->type == jbvBinary && JsonContainerIsArray(v->val.binary.data);
}

static inline bool
is_object(const JsonbValue *v)
{
	return v && v->type == jbvBinary && JsonContainerIsObject(v->val.binary.data);
}

static inline bool
is_string(const JsonbValue *v, const char *s)
{
	return v && v->type == jbvString && v->val.string.len == (int) strlen(s) && memcmp(v->val.string.val, s, strlen(s)) == 0;
}

static inline JsonbValue *
member(JsonbContainer *object, const char *key)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

/* The elements of an array, one after the other */
typedef struct Elements
{
	JsonbIterator *it;
	int			i;
	JsonbValue	v;
} Elements;

static inline void
elements_begin(Elements *e, const JsonbValue *array)
{
	e->it = JsonbIteratorInit(array->val.binary.data);
	e->i = -1;
	(void) JsonbIteratorNext(&e->it, &e->v, true);
}

static inline bool
elements_next(Elements *e)
{
	e->i++;
	return JsonbIteratorNext(&e->it, &e->v, true) == WJB_ELEM;
}

typedef enum Stretch
{
	WHOLE,						/* from the first message to an answer */
	PROMPT,						/* to the question */
	ANSWER						/* behind it */
} Stretch;

extern void check_text(Check *c, const JsonbValue *v);
extern void check_messages(Check *c, const JsonbValue *messages, Stretch stretch);

#endif							/* HD_RECORD_CHECK_H */

/*-------------------------------------------------------------------------
 *
 * rubric_doc.h
 *	  A JSON document as a tree in which every value knows where it stands.
 *
 * Unlike jsonb it refuses repeated keys, and numbers stay as they were
 * written.  Strings are UTF-8, whatever the database encoding.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_DOC_H
#define HD_RUBRIC_DOC_H

#include "common/compat.h"

typedef enum DocKind
{
	DOC_NULL,
	DOC_BOOL,
	DOC_NUMBER,
	DOC_STRING,
	DOC_ARRAY,
	DOC_OBJECT
} DocKind;

typedef struct DocValue
{
	DocKind	kind;
	bool		boolean;
	int32		index;			/* among the values of its parent */
	int32		n;				/* values of an array or object */
	const char *key;			/* in an object */
	const char *string;			/* of a string, or a number as it was written */
	struct DocValue *parent;
	struct DocValue *first;
	struct DocValue *last;
	struct DocValue *next;
} DocValue;

/* Who is reading, for messages */
typedef struct DocReader
{
	const char *type;			/* SQL name of the type */
	int			sqlerrcode;		/* 22P02 from text, 22P03 from the wire, XX001 from disk */
	int			encoding;		/* of the text that is read */
	int			max_depth;		/* of arrays and objects within each other */
	int			max_keys;		/* of one object */
	int			max_values;		/* of the document */
} DocReader;

extern DocValue *doc_read(const DocReader *rd, const char *json, size_t len);

/* The value of a key, or NULL if it is not there */
extern DocValue *doc_get(const DocValue *object, const char *key);

/* Such as criteria[3].points; of a value, or of a key that an object does not have */
extern char *doc_path(const DocValue *v, const char *key);

extern const char *doc_kind_name(DocKind kind);

/* Raise: "path: message", path as in doc_path() */
pg_noreturn extern void doc_fail(const DocReader *rd, const DocValue *at, const char *key,
								  const char *fmt,...) pg_attribute_printf(4, 5);

/* A string of the document for a message: in the encoding of the database, cut if it is long */
extern char *doc_shown(const char *utf8);

#endif							/* HD_RUBRIC_DOC_H */

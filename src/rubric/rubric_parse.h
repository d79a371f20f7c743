/*-------------------------------------------------------------------------
 *
 * rubric_parse.h
 *	  From JSON to a rubric and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUBRIC_PARSE_H
#define HD_RUBRIC_PARSE_H

#include "lib/stringinfo.h"
#include "rubric/rubric.h"

/*
 * Parse and validate.  Text that comes from outside is in this encoding;
 * sqlerrcode says what kind of text it is (22P02, 22P03, XX001).
 */
extern Rubric *rubric_parse(const char *json, size_t len, int encoding, int sqlerrcode);

/* Canonical JSON, UTF-8: equal rubrics, equal bytes */
extern void rubric_write(const Rubric *r, StringInfo out);

/* Fill share and share_low of all nodes; what is wrong if that is impossible, or NULL */
extern const char *rubric_shares(Rubric *r);

/* Sort nodes by id, in r->by_id */
extern void rubric_sort_ids(Rubric *r);

/* Order of bytes, for arrays of strings */
static inline int
rubric_compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

extern void rubric_scoring_hash(const Rubric *r, uint8 *hash);
extern void rubric_texts_hash(const Rubric *r, uint8 *hash);

#endif							/* HD_RUBRIC_PARSE_H */

/*-------------------------------------------------------------------------
 *
 * canonical_json.h
 *	  JSON in the one form that RFC 8785 allows (JCS).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_CANONICAL_JSON_H
#define HD_CANONICAL_JSON_H

#include "common/compat.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* In UTF-8 */
extern void canonical_json(Jsonb *jb, StringInfo buf);

/* A finite number as ECMAScript's Number::toString writes it; at least 32 bytes, returns how many */
extern int	ecmascript_number(double v, char *out);

#endif							/* HD_CANONICAL_JSON_H */

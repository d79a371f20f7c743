/*-------------------------------------------------------------------------
 *
 * keys.h
 *	  The keys of a dictionary in the byte format of states.
 *
 * A list of keys has no count of its own: the type writes it in its head.
 * Keys are written in the order of their codes, which is ascending wherever
 * the form is not KEYS_LIST.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_KEYS_H
#define HD_KEYS_H

#include "common/column.h"
#include "common/dict.h"
#include "common/wire.h"

/* how a list of keys is written */
typedef enum KeyForm
{
	KEYS_INT8,					/* differences */
	KEYS_UUID,
	KEYS_NUMBER,
	KEYS_TEXT,					/* sorted: length of the prefix shared with the key before */
	KEYS_SET,
	KEYS_LIST					/* text in declared order */
} KeyForm;

/* Shared prefixes are written once: a small value must not become a huge state */
#define KEYS_MAX_BYTES ((size_t) 1 << 30)

static inline KeyForm
keys_id_form(uint8 id_kind)
{
	return id_kind == ID_INT8 ? KEYS_INT8 : id_kind == ID_UUID ? KEYS_UUID : KEYS_TEXT;
}

static inline KeyForm
keys_value_form(uint8 value_kind)
{
	return value_kind == VALUE_NUMBER ? KEYS_NUMBER : value_kind == VALUE_SET ? KEYS_SET :
		value_kind == VALUE_ORDERED ? KEYS_LIST : KEYS_TEXT;
}

/* What a key takes at least, to check a count of them */
extern size_t keys_min_bytes(KeyForm form);

extern void keys_put(WireWriter *w, const Dict *d, KeyForm form);
/* n keys into an empty dictionary; whatever is not canonical is an error */
extern void keys_get(WireReader *r, Dict *d, uint32 n, KeyForm form);

/* One number, in the form of a key of KEYS_NUMBER */
extern void keys_put_number(WireWriter *w, double v);
extern double keys_get_number(WireReader *r);

/* A key that nothing refers to is not canonical; used[code] */
extern void keys_check_used(WireReader *r, const bool *used, uint32 n);

/* No less than keys_put will write: cheap, for the size limit */
static inline double
keys_bound(const Dict *d)
{
	return (double) d->key_bytes + 10.0 * d->n;
}

#endif							/* HD_KEYS_H */

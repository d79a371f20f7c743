/*-------------------------------------------------------------------------
 *
 * keys.h
 *	  Lists of keys in the byte format of states: the keys of a dictionary in
 *	  its order, which is the canonical one (docs/storage.md).
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

extern KeyForm keys_id_form(uint8 kind);	/* IdKind */
extern KeyForm keys_value_form(uint8 kind); /* ValueKind */

/* what one key takes at least, for wire_get_count() */
extern size_t keys_min_bytes(KeyForm form);

extern void keys_put(WireWriter *w, const Dict *d, KeyForm form);

/* n keys, in canonical order and without repeats, into an empty dictionary */
extern void keys_get(WireReader *r, Dict *d, uint32 n, KeyForm form);

/* Which keys are referred to: a key that nothing refers to is not canonical */
extern bool *keys_alloc_used(uint32 n);
extern void keys_check_used(WireReader *r, const bool *used, uint32 n);

#endif							/* HD_KEYS_H */

/*-------------------------------------------------------------------------
 *
 * keys.c
 *	  The keys of a dictionary in the byte format of states.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "utils/uuid.h"

size_t
keys_min_bytes(KeyForm form)
{
	return form == KEYS_UUID ? UUID_LEN : form == KEYS_NUMBER ? 8 :
		form == KEYS_TEXT || form == KEYS_SET ? 2 : 1;
}

/* ---- writing ---- */

static uint32
shared_prefix(const uint8 *a, uint32 alen, const uint8 *b, uint32 blen)
{
	uint32		n = 0;

	while (n < alen && n < blen && a[n] == b[n])
		n++;
	return n;
}

void
keys_put(WireWriter *w, const Dict *d, KeyForm form)
{
	uint8		tmp[2][8];
	const uint8 *last = NULL;
	uint32		last_len = 0;
	int64		last_int = 0;

	for (uint32 i = 0; i < d->n; i++)
	{
		uint32		len;
		const uint8 *p = dict_key(d, i, tmp[i & 1], &len);

		HD_CHECK_EVERY(i);
		if (form == KEYS_INT8)
		{
			int64		v = dict_prefix_int64(d->entry[i].prefix);

			wire_put_varint(w, i == 0 ? wire_zigzag(v) : (uint64) v - (uint64) last_int);
			last_int = v;
		}
		else if (form == KEYS_UUID || form == KEYS_NUMBER)
			wire_put_bytes(w, p, len);
		else if (form == KEYS_LIST)
		{
			wire_put_varint(w, len);
			wire_put_bytes(w, p, len);
		}
		else
		{
			uint32		n = i == 0 ? 0 : shared_prefix(last, last_len, p, len);

			wire_put_varint(w, n);
			wire_put_varint(w, len - n);
			wire_put_bytes(w, p + n, len - n);
			last = p;
			last_len = len;
		}
	}
}

/* ---- reading ---- */

/* What the keys of a list must be, apart from their order */
static void
check_key(WireReader *r, KeyForm form, uint64 prefix, const uint8 *p, uint32 len)
{
	if (form == KEYS_NUMBER)
	{
		double		v = dict_prefix_float8(prefix);

		if (!isfinite(v) || dict_key_float8(v) != prefix || !number_is_exact(v))
			wire_fail(r, "A numeric value is out of range.");
	}
	else if (form == KEYS_SET)
	{
		if (!set_key_is_valid(p, len))
			wire_fail(r, "A label set is not in canonical form.");
	}
	else if (form == KEYS_TEXT || form == KEYS_LIST)
	{
		if (!text_key_is_valid(p, len))
			wire_fail(r, "A text is not valid in this encoding.");
	}
}

static void
get_int8_keys(WireReader *r, Dict *d, uint32 n)
{
	int64		v = 0;

	for (uint32 i = 0; i < n; i++)
	{
		uint64		u = wire_get_varint(r);

		HD_CHECK_EVERY(i);
		if (i == 0)
			v = wire_unzigzag(u);
		else
		{
			if (u == 0 || u > (uint64) PG_INT64_MAX - (uint64) v)
				wire_fail(r, "Identifiers are not in ascending order.");
			v = (int64) ((uint64) v + u);
		}
		dict_append(d, (uint64) v ^ (UINT64CONST(1) << 63), NULL, 8);
	}
}

static void
get_bytes_keys(WireReader *r, Dict *d, uint32 n, KeyForm form)
{
	uint8	   *key = NULL;		/* the key as a whole, for shared prefixes */
	size_t		cap = 0;
	uint32		len = 0;

	for (uint32 i = 0; i < n; i++)
	{
		uint64		shared = 0;
		uint64		rest;
		const uint8 *p;
		uint64		prefix;
		uint32		code;

		HD_CHECK_EVERY(i);
		if (form == KEYS_TEXT || form == KEYS_SET)
		{
			shared = wire_get_varint(r);
			if (shared > len)
				wire_fail(r, "A shared prefix is too long.");
		}
		rest = form == KEYS_UUID ? UUID_LEN : form == KEYS_NUMBER ? 8 : wire_get_varint(r);
		p = wire_get_bytes(r, rest);
		if ((form == KEYS_TEXT || form == KEYS_SET) && i > 0 &&
			shared < len && rest > 0 && key[shared] == p[0])
			wire_fail(r, "A shared prefix is too short.");
		if (shared + rest > cap)
		{
			cap = Max(shared + rest, cap * 2);
			key = key ? repalloc_huge(key, cap) : palloc_extended(cap, MCXT_ALLOC_HUGE);
		}
		if (rest > 0)
			memcpy(key + shared, p, rest);
		len = (uint32) (shared + rest);
		prefix = len > 0 ? hd_load_prefix(key, len) : 0;
		check_key(r, form, prefix, key ? key : p, len);

		if (form == KEYS_LIST)
		{
			code = dict_add(d, prefix, key, len);
			if (code != i)
				wire_fail(r, "A label is there twice.");
		}
		else
		{
			code = dict_append(d, prefix, key, len);
			if (code > 0 && dict_compare(d, code - 1, d, code) >= 0)
				wire_fail(r, "Keys are not in ascending order.");
			if (d->key_bytes > KEYS_MAX_BYTES)
				wire_fail(r, "The keys take too much memory.");
		}
	}
	if (key)
		pfree(key);
}

void
keys_get(WireReader *r, Dict *d, uint32 n, KeyForm form)
{
	if (form == KEYS_INT8)
		get_int8_keys(r, d, n);
	else
		get_bytes_keys(r, d, n, form);
}

void
keys_check_used(WireReader *r, const bool *used, uint32 n)
{
	for (uint32 i = 0; i < n; i++)
		if (!used[i])
			wire_fail(r, "A key is not used.");
}

void
keys_put_number(WireWriter *w, double v)
{
	uint64		be = pg_hton64(dict_key_float8(v));

	wire_put_bytes(w, &be, sizeof(be));
}

double
keys_get_number(WireReader *r)
{
	uint64		key;
	double		v;

	memcpy(&key, wire_get_bytes(r, sizeof(key)), sizeof(key));
	key = pg_ntoh64(key);
	v = dict_prefix_float8(key);
	if (!isfinite(v) || dict_key_float8(v) != key)
		wire_fail(r, "A number is out of range.");
	return v;
}

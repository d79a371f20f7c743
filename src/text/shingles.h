/*-------------------------------------------------------------------------
 *
 * shingles.h
 *	  The type "shingles": the set of a text's n-grams, as 32-bit hashes.
 *
 * The bytes of a value, the same on every machine: version, unit, version of
 * Unicode, version of the canonical form, number of n-grams before repeats
 * were dropped (four bytes), and the hashes in ascending order, four bytes
 * each; all little-endian, so that on most machines the set is an array as it
 * stands.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_SHINGLES_H
#define HD_SHINGLES_H

#include "port/pg_bswap.h"
#include "text/canonical.h"

/* kind * 8 + k: numbers are stored */
typedef enum ShingleUnit
{
	UNIT_WORDS = 1 * 8,			/* w1 .. w5 */
	UNIT_CHARS = 2 * 8,			/* c3 .. c7 */
	UNIT_AUTO = 3 * 8,			/* w3, and c3 where there are few words */
	UNIT_GIVEN = 4 * 8			/* the elements of an array */
} ShingleUnit;

#define UNIT_KIND(unit) ((unit) & ~7)
#define UNIT_K(unit) ((unit) & 7)

#define SHINGLES_HEADER 8		/* bytes before the hashes */

/* A value as the kernels see it */
typedef struct ShingleSet
{
	uint8		unit;
	uint8		unicode;
	uint32		n_grams;		/* repeats included */
	int32		n;
	const char *hash;			/* [n] little-endian, maybe not aligned */
} ShingleSet;

static inline uint32
shingle_at(const ShingleSet *s, int32 i)
{
	uint32		h;

	memcpy(&h, s->hash + (Size) i * sizeof(uint32), sizeof(uint32));
#ifdef WORDS_BIGENDIAN
	h = pg_bswap32(h);
#endif
	return h;
}

/*
 * All n-grams of a text, repeats included and in their order.  *n is how
 * many.  A text of fewer tokens (characters) than k is one shingle; an empty
 * one has none.
 */
extern uint32 *shingle_hashes(const CanonicalText *t, uint8 unit, int32 *n);

/* Sorts and drops repeats; returns how many are left */
extern int32 shingle_unique(uint32 *hash, int32 n);

extern uint8 shingle_unit_of_name(const char *name);
extern const char *shingle_unit_name(uint8 unit);

/* Look into a value; it must be detoasted, short headers are fine */
extern void shingle_set_open(struct varlena *v, ShingleSet *s);
extern void shingle_set_open_bytes(const char *p, Size len, ShingleSet *s);

/* how many hashes both have */
extern int32 shingle_overlap(const ShingleSet *a, const ShingleSet *b);

/* ---- shared with the types that hold shingles ---- */

extern const char *shingles_fault(const char *p, Size len);
extern struct varlena *shingles_checked(const char *p, Size len, int sqlerrcode, const char *type,
										const char *detail);
extern char *shingles_from_hex(const char *str, const char *type, const char *hint, Size *n);
extern char *shingles_to_hex(struct varlena *v, const char *type);
extern void shingles_check_units(const ShingleSet *a, const ShingleSet *b);
extern bool shingles_warn_unicode(const ShingleSet *a, const ShingleSet *b);

#endif							/* HD_SHINGLES_H */

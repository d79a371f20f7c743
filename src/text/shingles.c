/*-------------------------------------------------------------------------
 *
 * shingles.c
 *	  The set of a text's n-grams (Broder 1997), as 32-bit hashes.
 *
 * Two sets of a and b different shingles have a b / 2^32 hashes in common by
 * accident: 3e-7 of them for texts of 36 words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/interrupts.h"
#include "text/shingles.h"

static const struct
{
	const char *name;
	uint8		unit;
}			units[] = {
	{"w1", UNIT_WORDS | 1}, {"w2", UNIT_WORDS | 2}, {"w3", UNIT_WORDS | 3}, {"w4", UNIT_WORDS | 4}, {"w5", UNIT_WORDS | 5},
	{"c3", UNIT_CHARS | 3}, {"c4", UNIT_CHARS | 4}, {"c5", UNIT_CHARS | 5}, {"c6", UNIT_CHARS | 6}, {"c7", UNIT_CHARS | 7},
	{"auto", UNIT_AUTO}, {"given", UNIT_GIVEN}
};

/* 0: there is no such unit */
uint8
shingle_unit_of_name(const char *name)
{
	for (int i = 0; i < lengthof(units); i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].unit;
	return 0;
}

/* NULL: there is no such unit */
const char *
shingle_unit_name(uint8 unit)
{
	for (int i = 0; i < lengthof(units); i++)
		if (units[i].unit == unit)
			return units[i].name;
	return NULL;
}

/* ---- hashes ---- */

/* Order matters: the hash of "a b" is not that of "b a" */
static inline uint64
append_hash(uint64 h, uint64 token)
{
	return hd_mix64(h * UINT64CONST(0x9e3779b97f4a7c15) + token);
}

static inline uint32
upper_half(uint64 h)
{
	return (uint32) (h >> 32);
}

/*
 * n-grams of a sequence.  Fewer elements than k make one n-gram.  The kind
 * seeds the hash, so that the word "abc" and the characters "abc" differ.
 */
static int32
grams(const uint64 *element, int32 n, int k, uint64 seed, uint32 *out)
{
	int32		count = 0;

	if (n == 0)
		return 0;
	k = Min(k, n);
	for (int32 i = 0; i + k <= n; i++)
	{
		uint64		h = seed;

		HD_CHECK_EVERY(i + 1);
		for (int j = 0; j < k; j++)
			h = append_hash(h, element[i + j]);
		out[count++] = upper_half(h);
	}
	return count;
}

static int32
word_grams(const CanonicalText *t, int k, uint32 *out)
{
	uint64	   *token = array_alloc(t->n_tokens, sizeof(uint64));
	int32		n;

	for (int32 i = 0; i < t->n_tokens; i++)
	{
		const uint8 *p = (const uint8 *) t->s + t->start[i];
		int32		len = t->end[i] - t->start[i];

		HD_CHECK_EVERY(i + 1);
		token[i] = hd_hash_bytes(hd_load_prefix(p, len), p, len);
	}
	n = grams(token, t->n_tokens, k, UNIT_WORDS, out);
	pfree(token);
	return n;
}

static int32
char_grams(const CanonicalText *t, int k, uint32 *out)
{
	uint64	   *code = array_alloc(t->len, sizeof(uint64));
	int32		n = 0;

	/* a character's bytes as one number: no need to decode what is valid */
	for (int32 i = 0; i < t->len;)
	{
		uint8		first = (uint8) t->s[i];
		int			size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		uint64		c = 0;

		for (int j = 0; j < size; j++)
			c = c << 8 | (uint8) t->s[i + j];
		HD_CHECK_EVERY(n + 1);
		code[n++] = c;
		i += size;
	}
	n = grams(code, n, k, UNIT_CHARS, out);
	pfree(code);
	return n;
}

uint32 *
shingle_hashes(const CanonicalText *t, uint8 unit, int32 *n)
{
	uint32	   *out;

	switch (UNIT_KIND(unit))
	{
		case UNIT_WORDS:
			out = array_alloc(t->n_tokens, sizeof(uint32));
			*n = word_grams(t, UNIT_K(unit), out);
			break;
		case UNIT_CHARS:
			out = array_alloc(t->len, sizeof(uint32));
			*n = char_grams(t, UNIT_K(unit), out);
			break;
		default:
			/* few words say little: their characters are added */
			out = array_alloc((Size) t->n_tokens + t->len, sizeof(uint32));
			*n = word_grams(t, 3, out);
			if (t->n_tokens < 6)
				*n += char_grams(t, 3, out + *n);
			break;
	}
	return out;
}

/* ---- sorting ---- */

static void
insertion_sort(uint32 *a, int32 n)
{
	for (int32 i = 1; i < n; i++)
	{
		uint32		v = a[i];
		int32		j = i;

		for (; j > 0 && a[j - 1] > v; j--)
			a[j] = a[j - 1];
		a[j] = v;
	}
}

/* By the four bytes from the lowest on; bytes that all have in common are passed over */
static void
sort_by_bytes(uint32 *a, int32 n)
{
	uint32	   *from = a;
	uint32	   *buffer = array_alloc(n, sizeof(uint32));
	uint32	   *to = buffer;
	int32		count[4][256] = {{0}};

	for (int32 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		for (int b = 0; b < 4; b++)
			count[b][a[i] >> (8 * b) & 0xff]++;
	}
	for (int b = 0; b < 4; b++)
	{
		int32		sum = 0;
		uint32	   *swap = from;

		CHECK_FOR_INTERRUPTS();
		if (count[b][a[0] >> (8 * b) & 0xff] == n)
			continue;
		for (int v = 0; v < 256; v++)
		{
			int32		c = count[b][v];

			count[b][v] = sum;
			sum += c;
		}
		for (int32 i = 0; i < n; i++)
		{
			HD_CHECK_EVERY(i + 1);
			to[count[b][from[i] >> (8 * b) & 0xff]++] = from[i];
		}
		from = to;
		to = swap;
	}
	if (from != a)
		memcpy(a, from, (Size) n * sizeof(uint32));
	pfree(buffer);
}

int32
shingle_unique(uint32 *hash, int32 n)
{
	int32		unique = 0;

	if (n <= 24)
		insertion_sort(hash, n);
	else
		sort_by_bytes(hash, n);
	for (int32 i = 0; i < n; i++)
		if (i == 0 || hash[i] != hash[i - 1])
			hash[unique++] = hash[i];
	return unique;
}

/* ---- sets ---- */

void
shingle_set_open(struct varlena *v, ShingleSet *s)
{
	shingle_set_open_bytes(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), s);
}

void
shingle_set_open_bytes(const char *p, Size len, ShingleSet *s)
{
	uint32		n_grams;

	memcpy(&n_grams, p + 4, sizeof(uint32));
#ifdef WORDS_BIGENDIAN
	n_grams = pg_bswap32(n_grams);
#endif
	s->unit = (uint8) p[1];
	s->unicode = (uint8) p[2];
	s->n_grams = n_grams;
	s->n = (len - SHINGLES_HEADER) / sizeof(uint32);
	s->hash = p + SHINGLES_HEADER;
}

/* Of very different sizes: each of the small one is searched for, in steps that double */
static int32
overlap_by_search(const ShingleSet *small, const ShingleSet *large)
{
	int32		n = 0,
				low = 0;

	for (int32 i = 0; i < small->n && low < large->n; i++)
	{
		uint32		h = shingle_at(small, i);
		int32		step = 1,
					high;

		HD_CHECK_EVERY(i + 1);
		while (low + step < large->n && shingle_at(large, low + step) < h)
			step *= 2;
		high = Min(low + step, large->n - 1);
		low += step / 2;
		while (low < high)
		{
			int32		middle = low + (high - low) / 2;

			if (shingle_at(large, middle) < h)
				low = middle + 1;
			else
				high = middle;
		}
		if (shingle_at(large, low) == h)
			n++;
		if (shingle_at(large, low) <= h)
			low++;
	}
	return n;
}

int32
shingle_overlap(const ShingleSet *a, const ShingleSet *b)
{
	int32		i = 0,
				j = 0,
				n = 0;

	if (a->n > b->n)
		return shingle_overlap(b, a);
	if ((int64) a->n * 32 < b->n)
		return overlap_by_search(a, b);
	/* no branch that a processor would have to guess */
	while (i < a->n && j < b->n)
	{
		uint32		x = shingle_at(a, i);
		uint32		y = shingle_at(b, j);

		n += x == y;
		i += x <= y;
		j += y <= x;
	}
	return n;
}

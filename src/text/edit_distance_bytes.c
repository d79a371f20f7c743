/*-------------------------------------------------------------------------
 *
 * edit_distance_bytes.c
 *	  Levenshtein within a cutoff, of strings whose bytes are characters.
 *
 * What looks for near duplicates asks for pairs most of which are unlike, and
 * that is known after some twenty characters: so nothing is converted,
 * allocated, or made ready for more than the characters that are looked at.
 * The cells are those of edit_distance.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/interrupts.h"
#include "text/alphabet.h"
#include "text/edit_distance.h"

#define ALL_ONES (~UINT64CONST(0))

bool
bytes_are_ascii(ByteString s)
{
	const uint8 *p = s.c;
	int32		n = s.n;
	uint64		high = 0;
	uint64		w;

	for (; n >= 32; p += 32, n -= 32)
	{
		uint64		v[4];

		memcpy(v, p, sizeof(v));
		high |= v[0] | v[1] | v[2] | v[3];
	}
	for (; n >= 8; p += 8, n -= 8)
	{
		memcpy(&w, p, sizeof(w));
		high |= w;
	}
	for (; n > 0; p++, n--)
		high |= *p;
	return (high & UINT64CONST(0x8080808080808080)) == 0;
}

static void
strip_common(ByteString *a, ByteString *b)
{
	int32		n = Min(a->n, b->n);
	int32		head = 0,
				tail = 0;

	while (head < n && a->c[head] == b->c[head])
		head++;
	n -= head;
	while (tail < n && a->c[a->n - 1 - tail] == b->c[b->n - 1 - tail])
		tail++;
	a->c += head;
	b->c += head;
	a->n -= head + tail;
	b->n -= head + tail;
}

/* As levenshtein_word(): a pattern of 64 characters at most */
static int32
distance_word(ByteString p, ByteString t, int32 cutoff)
{
	uint64		match[256] = {0};
	uint64		vp = ALL_ONES,
				vn = 0;
	int			last = p.n - 1;
	int32		score = p.n;

	for (int32 i = 0; i < p.n; i++)
		match[p.c[i]] |= UINT64CONST(1) << i;
	for (int32 j = 0; j < t.n; j++)
	{
		uint64		eq = match[t.c[j]];
		uint64		d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
		uint64		hp = vn | ~(d0 | vp);
		uint64		hn = d0 & vp;

		score += (int32) (hp >> last & 1) - (int32) (hn >> last & 1);
		if (score - (t.n - 1 - j) > cutoff)
			break;
		hp = (hp << 1) | 1;
		hn <<= 1;
		vp = hn | ~(d0 | hp);
		vn = hp & d0;
	}
	return score;
}

static inline uint64
rotate_right(uint64 v, int by)
{
	return v >> (by & 63) | v << (-by & 63);
}

/*
 * As levenshtein_band(), but the bit vectors stand still: row i has bit i mod
 * 64, is set when it enters the band and cleared when it leaves, and a column
 * turns the vector so that the lowest diagonal comes to bit 63.
 */
static int32
distance_band(ByteString p, ByteString t, int32 cutoff)
{
	uint64		match[256] = {0};
	uint64		vp = ALL_ONES << (WORD_BITS - cutoff - 1),
				vn = 0;
	uint64		corner = UINT64CONST(1) << 62;
	int32		score = cutoff;

	for (int32 i = 0; i < cutoff; i++)
		match[p.c[i]] |= UINT64CONST(1) << i;
	for (int32 j = 0; j < t.n; j++)
	{
		int32		enters = j + cutoff;
		int32		leaves = enters - WORD_BITS;
		uint64		eq,
					d0,
					hp,
					hn;

		HD_CHECK_EVERY(j + 1);
		if (leaves >= 0 && leaves < p.n)
			match[p.c[leaves]] &= ~(UINT64CONST(1) << (leaves & 63));
		if (enters < p.n)
			match[p.c[enters]] |= UINT64CONST(1) << (enters & 63);
		eq = rotate_right(match[t.c[j]], enters + 1);
		d0 = (((eq & vp) + vp) ^ vp) | eq | vn;
		hp = vn | ~(d0 | vp);
		hn = d0 & vp;
		if (j < p.n - cutoff)
		{
			score += (d0 >> 63) == 0;
			if (score > t.n - p.n + 2 * cutoff)
				break;
		}
		else
		{
			score += (hp & corner) != 0;
			score -= (hn & corner) != 0;
			corner >>= 1;
			if (score - (t.n - 1 - j) > cutoff)
				break;
		}
		vp = hn | ~((d0 >> 1) | hp);
		vn = (d0 >> 1) & hp;
	}
	return score;
}

int32
levenshtein_bytes(ByteString a, ByteString b, int32 cutoff)
{
	int32		d;

	Assert(cutoff >= 0 && cutoff <= BYTES_MOST_CUTOFF);
	if (Max(a.n, b.n) - Min(a.n, b.n) > cutoff)
		return cutoff + 1;
	strip_common(&a, &b);
	if (a.n > b.n)
	{
		ByteString	swap = a;

		a = b;
		b = swap;
	}
	if (a.n == 0)
		return b.n;
	if (cutoff == 0)
		return 1;
	d = a.n <= WORD_BITS ? distance_word(a, b, cutoff) : distance_band(a, b, cutoff);
	return Min(d, cutoff + 1);
}

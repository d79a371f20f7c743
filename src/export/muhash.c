/*-------------------------------------------------------------------------
 *
 * muhash.c
 *	  MuHash3072: a hash of a multiset, by multiplication of its elements'
 *	  hashes modulo a prime of 3072 bits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "export/muhash.h"

/* the prime is 2^3072 less this (Bitcoin Core, Num3072) */
#define PRIME_BELOW 1103717

#define LIMB_BITS (8 * (int) sizeof(MuLimb))
#define LIMB_MAX ((MuLimb) -1)

void
muhash_one(MuHash *m)
{
	memset(m, 0, sizeof(MuHash));
	m->limb[0] = 1;
}

/* a + v, which must not pass 2^3072 */
static void
add_small(MuHash *a, MuLimb v)
{
	MuWide		carry = v;

	for (int i = 0; i < MUHASH_LIMBS && carry != 0; i++)
	{
		carry += a->limb[i];
		a->limb[i] = (MuLimb) carry;
		carry >>= LIMB_BITS;
	}
}

/* From 0 .. 2^3072 - 1 to 0 .. prime - 1 */
static void
reduce_once(MuHash *a)
{
	for (int i = 1; i < MUHASH_LIMBS; i++)
		if (a->limb[i] != LIMB_MAX)
			return;
	if (a->limb[0] < (MuLimb) 0 - PRIME_BELOW)
		return;
	a->limb[0] += PRIME_BELOW;	/* modulo 2^LIMB_BITS */
	memset(&a->limb[1], 0, sizeof(MuLimb) * (MUHASH_LIMBS - 1));
}

void
muhash_multiply(MuHash *a, const MuHash *b)
{
	MuLimb		product[2 * MUHASH_LIMBS] = {0};
	MuWide		carry = 0;

	for (int i = 0; i < MUHASH_LIMBS; i++)
	{
		carry = 0;
		for (int j = 0; j < MUHASH_LIMBS; j++)
		{
			carry += (MuWide) a->limb[i] * b->limb[j] + product[i + j];
			product[i + j] = (MuLimb) carry;
			carry >>= LIMB_BITS;
		}
		product[i + MUHASH_LIMBS] = (MuLimb) carry;
	}

	/* 2^3072 is PRIME_BELOW modulo the prime: the upper half counts so many times */
	carry = 0;
	for (int i = 0; i < MUHASH_LIMBS; i++)
	{
		carry += (MuWide) product[MUHASH_LIMBS + i] * PRIME_BELOW + product[i];
		a->limb[i] = (MuLimb) carry;
		carry >>= LIMB_BITS;
	}
	/* what is left over is at most PRIME_BELOW, and may carry once more */
	carry *= PRIME_BELOW;
	for (int i = 0; i < MUHASH_LIMBS && carry != 0; i++)
	{
		carry += a->limb[i];
		a->limb[i] = (MuLimb) carry;
		carry >>= LIMB_BITS;
	}
	if (carry != 0)
		add_small(a, PRIME_BELOW);
	reduce_once(a);
}

void
muhash_put(const MuHash *m, uint8 bytes[MUHASH_BYTES])
{
	for (int i = 0; i < MUHASH_BYTES; i++)
		bytes[i] = (uint8) (m->limb[i / sizeof(MuLimb)] >> 8 * (i % sizeof(MuLimb)));
}

static void
get_limbs(MuHash *m, const uint8 bytes[MUHASH_BYTES])
{
	memset(m, 0, sizeof(MuHash));
	for (int i = 0; i < MUHASH_BYTES; i++)
		m->limb[i / sizeof(MuLimb)] |= (MuLimb) bytes[i] << 8 * (i % sizeof(MuLimb));
}

bool
muhash_get(MuHash *m, const uint8 bytes[MUHASH_BYTES])
{
	MuHash		reduced;
	MuLimb		any = 0;

	get_limbs(m, bytes);
	reduced = *m;
	reduce_once(&reduced);
	for (int i = 0; i < MUHASH_LIMBS; i++)
		any |= m->limb[i];
	return any != 0 && memcmp(&reduced, m, sizeof(MuHash)) == 0;
}

/* ---- elements ---- */

static inline uint32
rotate(uint32 v, int bits)
{
	return v << bits | v >> (32 - bits);
}

#define QUARTER(a, b, c, d) \
	do { \
		a += b; d = rotate(d ^ a, 16); \
		c += d; b = rotate(b ^ c, 12); \
		a += b; d = rotate(d ^ a, 8); \
		c += d; b = rotate(b ^ c, 7); \
	} while (0)

/* Block "counter" of the key stream of ChaCha20 (RFC 8439, section 2.3) with a nonce of zeros */
static void
chacha20_block(const uint32 key[8], uint32 counter, uint8 out[64])
{
	uint32		start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	uint32		x[16];

	memcpy(start + 4, key, 32);
	start[12] = counter;
	memcpy(x, start, sizeof(x));
	for (int round = 0; round < 10; round++)
	{
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (int i = 0; i < 16; i++)
		for (int b = 0; b < 4; b++)
			out[4 * i + b] = (uint8) ((x[i] + start[i]) >> 8 * b);
}

void
muhash_element(MuHash *m, const uint8 sha256[32])
{
	uint32		key[8];
	uint8		bytes[MUHASH_BYTES];

	for (int i = 0; i < 8; i++)
		key[i] = (uint32) sha256[4 * i] | (uint32) sha256[4 * i + 1] << 8 |
			(uint32) sha256[4 * i + 2] << 16 | (uint32) sha256[4 * i + 3] << 24;
	for (int block = 0; block < MUHASH_BYTES / 64; block++)
		chacha20_block(key, block, bytes + 64 * block);
	get_limbs(m, bytes);
	reduce_once(m);
}

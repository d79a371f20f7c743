/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256 (FIPS 180-4, section 6.2), with the instructions of x86 for it
 *	  where the processor has them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/sha256.h"
#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HD_SHA_NI
#include <immintrin.h>
#endif

static const uint32 K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

#define ROTR(x, n) pg_rotate_right32(x, n)

static void
blocks_portable(uint32 *h, const uint8 *p, size_t n)
{
	for (; n > 0; n--, p += 64)
	{
		uint32		w[64];
		uint32		s[8];

		for (int i = 0; i < 16; i++)
		{
			uint32		v;

			memcpy(&v, p + 4 * i, 4);
			w[i] = pg_ntoh32(v);
		}
		for (int i = 16; i < 64; i++)
			w[i] = w[i - 16] + w[i - 7] +
				(ROTR(w[i - 15], 7) ^ ROTR(w[i - 15], 18) ^ (w[i - 15] >> 3)) +
				(ROTR(w[i - 2], 17) ^ ROTR(w[i - 2], 19) ^ (w[i - 2] >> 10));

		memcpy(s, h, sizeof(s));
		for (int i = 0; i < 64; i++)
		{
			uint32		t1 = s[7] + (ROTR(s[4], 6) ^ ROTR(s[4], 11) ^ ROTR(s[4], 25)) +
				((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
			uint32		t2 = (ROTR(s[0], 2) ^ ROTR(s[0], 13) ^ ROTR(s[0], 22)) +
				((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

			memmove(s + 1, s, 7 * sizeof(uint32));
			s[4] += t1;
			s[0] = t1 + t2;
		}
		for (int i = 0; i < 8; i++)
			h[i] += s[i];
	}
}

#ifdef HD_SHA_NI

/* The state is held as ABEF and CDGH, as the instructions want it (Gulley et al., Intel SHA Extensions, 2013) */
__attribute__((target("sha,sse4.1,ssse3")))
static void
blocks_ni(uint32 *h, const uint8 *p, size_t n)
{
	const __m128i bswap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m128i		dcba = _mm_loadu_si128((const __m128i *) h);
	__m128i		hgfe = _mm_loadu_si128((const __m128i *) (h + 4));
	__m128i		cdab = _mm_shuffle_epi32(dcba, 0xB1);
	__m128i		efgh = _mm_shuffle_epi32(hgfe, 0x1B);
	__m128i		abef = _mm_alignr_epi8(cdab, efgh, 8);
	__m128i		cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);

	for (; n > 0; n--, p += 64)
	{
		__m128i		abef0 = abef;
		__m128i		cdgh0 = cdgh;
		__m128i		w[4];

		for (int i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *) (p + 16 * i)), bswap);

		for (int i = 0; i < 16; i++)
		{
			__m128i		wi = w[i & 3];
			__m128i		k;

			if (i >= 4)
			{
				__m128i		w1 = w[(i + 1) & 3];
				__m128i		w2 = w[(i + 2) & 3];
				__m128i		w3 = w[(i + 3) & 3];

				wi = _mm_add_epi32(_mm_sha256msg1_epu32(wi, w1), _mm_alignr_epi8(w3, w2, 4));
				wi = _mm_sha256msg2_epu32(wi, w3);
				w[i & 3] = wi;
			}
			k = _mm_add_epi32(wi, _mm_loadu_si128((const __m128i *) (K + 4 * i)));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
		}
		abef = _mm_add_epi32(abef, abef0);
		cdgh = _mm_add_epi32(cdgh, cdgh0);
	}

	cdab = _mm_shuffle_epi32(abef, 0x1B);	/* FEBA */
	efgh = _mm_shuffle_epi32(cdgh, 0xB1);	/* DCHG */
	_mm_storeu_si128((__m128i *) h, _mm_blend_epi16(cdab, efgh, 0xF0));
	_mm_storeu_si128((__m128i *) (h + 4), _mm_alignr_epi8(efgh, cdab, 8));
}

static bool
has_sha_ni(void)
{
	static int	known = -1;

	/* __builtin_cpu_supports() knows "sha" only in young compilers: leaf 7, EBX bit 29 */
	if (known < 0)
	{
		unsigned int a = 7,
					b,
					c = 0,
					d;

		__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
		known = (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
	}
	return known != 0;
}

#endif

static inline void
blocks(uint32 *h, const uint8 *p, size_t n)
{
#ifdef HD_SHA_NI
	if (has_sha_ni())
	{
		blocks_ni(h, p, n);
		return;
	}
#endif
	blocks_portable(h, p, n);
}

void
hd_sha256_init(HdSha256 *ctx)
{
	static const uint32 start[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};

	memcpy(ctx->h, start, sizeof(start));
	ctx->len = 0;
}

void
hd_sha256_update(HdSha256 *ctx, const void *data, size_t len)
{
	const uint8 *p = data;
	size_t		fill = ctx->len % 64;

	ctx->len += len;
	if (fill > 0)
	{
		size_t		n = Min(len, 64 - fill);

		memcpy(ctx->block + fill, p, n);
		if (fill + n < 64)
			return;
		blocks(ctx->h, ctx->block, 1);
		p += n;
		len -= n;
	}
	if (len >= 64)
	{
		blocks(ctx->h, p, len / 64);
		p += len - len % 64;
		len %= 64;
	}
	memcpy(ctx->block, p, len);
}

void
hd_sha256_final(HdSha256 *ctx, uint8 *digest)
{
	uint64		bits = pg_hton64(ctx->len * 8);
	size_t		fill = ctx->len % 64;

	ctx->block[fill++] = 0x80;
	if (fill > 56)
	{
		memset(ctx->block + fill, 0, 64 - fill);
		blocks(ctx->h, ctx->block, 1);
		fill = 0;
	}
	memset(ctx->block + fill, 0, 56 - fill);
	memcpy(ctx->block + 56, &bits, 8);
	blocks(ctx->h, ctx->block, 1);
	for (int i = 0; i < 8; i++)
	{
		uint32		v = pg_hton32(ctx->h[i]);

		memcpy(digest + 4 * i, &v, 4);
	}
}

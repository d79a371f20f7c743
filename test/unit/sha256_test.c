/*
 * SHA-256: vectors of FIPS 180-4 and NIST's examples; the instructions of x86
 * against the portable code, where the processor has them; and any cut of the
 * input into parts.
 */
#include "unit.h"

/* both copies of the block function are static */
#include "common/sha256.c"

static void
hex_of(const uint8 *digest, char *hex)
{
	for (int i = 0; i < 2 * HD_SHA256_LEN; i++)
		hex[i] = "0123456789abcdef"[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
	hex[2 * HD_SHA256_LEN] = '\0';
}

static void
digest_of(const void *data, size_t len, uint8 *digest)
{
	HdSha256	ctx;

	hd_sha256_init(&ctx);
	hd_sha256_update(&ctx, data, len);
	hd_sha256_final(&ctx, digest);
}

/* The definition once more: padded by hand, the portable blocks alone */
static void
portable_digest(const uint8 *data, size_t len, uint8 *digest)
{
	static uint8 padded[4096];
	HdSha256	ctx;
	uint64		bits = pg_hton64((uint64) len * 8);
	size_t		n = len;

	memcpy(padded, data, len);
	padded[n++] = 0x80;
	while (n % 64 != 56)
		padded[n++] = 0;
	memcpy(padded + n, &bits, 8);
	hd_sha256_init(&ctx);
	blocks_portable(ctx.h, padded, (n + 8) / 64);
	for (int i = 0; i < 8; i++)
	{
		uint32		v = pg_hton32(ctx.h[i]);

		memcpy(digest + 4 * i, &v, 4);
	}
}

static void
test_vectors(void)
{
	static const struct
	{
		const char *text;
		const char *hex;
	}			vector[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}
	};
	static char million[1000000];
	uint8		digest[HD_SHA256_LEN];
	char		hex[2 * HD_SHA256_LEN + 1];

	for (int i = 0; i < (int) lengthof(vector); i++)
	{
		digest_of(vector[i].text, strlen(vector[i].text), digest);
		hex_of(digest, hex);
		check(strcmp(hex, vector[i].hex) == 0, "\"%s\" gives %s", vector[i].text, hex);
	}
	memset(million, 'a', sizeof(million));
	digest_of(million, sizeof(million), digest);
	hex_of(digest, hex);
	check(strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") == 0, "a million times a gives %s", hex);
}

static void
test_parts(void)
{
	uint8		data[1000];
	uint8		whole[HD_SHA256_LEN];
	uint8		parts[HD_SHA256_LEN];
	uint8		portable[HD_SHA256_LEN];

	for (int len = 0; len < (int) sizeof(data); len++)
	{
		HdSha256	ctx;
		int			at = 0;

		for (int i = 0; i < len; i++)
			data[i] = (uint8) rnd();
		digest_of(data, len, whole);
		portable_digest(data, len, portable);
		hd_sha256_init(&ctx);
		while (at < len)
		{
			int			n = 1 + rnd_int(150);

			n = Min(n, len - at);
			hd_sha256_update(&ctx, data + at, n);
			at += n;
		}
		hd_sha256_final(&ctx, parts);
		check(memcmp(whole, portable, HD_SHA256_LEN) == 0, "%d bytes: portable code differs", len);
		check(memcmp(whole, parts, HD_SHA256_LEN) == 0, "%d bytes in parts", len);
	}
}

int
main(void)
{
	test_vectors();
	test_parts();
	return summary("sha256");
}

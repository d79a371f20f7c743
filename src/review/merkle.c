/*-------------------------------------------------------------------------
 *
 * merkle.c
 *	  The root of a Merkle tree over a stream of leaves (RFC 6962, 2.1).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "review/merkle.h"

static void
hash_leaf(const uint8 *leaf, size_t len, uint8 *digest)
{
	HdSha256	sha;
	uint8		prefix = 0;

	hd_sha256_init(&sha);
	hd_sha256_update(&sha, &prefix, 1);
	hd_sha256_update(&sha, leaf, len);
	hd_sha256_final(&sha, digest);
}

static void
hash_node(const uint8 *left, const uint8 *right, uint8 *digest)
{
	HdSha256	sha;
	uint8		prefix = 1;

	hd_sha256_init(&sha);
	hd_sha256_update(&sha, &prefix, 1);
	hd_sha256_update(&sha, left, HD_SHA256_LEN);
	hd_sha256_update(&sha, right, HD_SHA256_LEN);
	hd_sha256_final(&sha, digest);
}

void
merkle_begin(Merkle *m)
{
	m->n = 0;
}

/* As adding one to a binary number: full subtrees carry */
void
merkle_add(Merkle *m, const uint8 *leaf, size_t len)
{
	uint8		digest[HD_SHA256_LEN];
	int			level = 0;

	hash_leaf(leaf, len, digest);
	for (; m->n & (UINT64CONST(1) << level); level++)
		hash_node(m->subtree[level], digest, digest);
	memcpy(m->subtree[level], digest, HD_SHA256_LEN);
	m->n++;
}

/* What is left over joins from the right, smallest first */
void
merkle_root(const Merkle *m, uint8 *root)
{
	bool		first = true;
	HdSha256	sha;

	if (m->n == 0)
	{
		hd_sha256_init(&sha);
		hd_sha256_final(&sha, root);
		return;
	}
	for (int level = 0; level < 64; level++)
	{
		if (!(m->n & (UINT64CONST(1) << level)))
			continue;
		if (first)
			memcpy(root, m->subtree[level], HD_SHA256_LEN);
		else
			hash_node(m->subtree[level], root, root);
		first = false;
	}
}

/*-------------------------------------------------------------------------
 *
 * line_digest.h
 *	  The state type "line_digest": which lines a set of files holds, and how
 *	  often each, in 384 bytes.
 *
 * A counting state: the same line twice is another multiset.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LINE_DIGEST_H
#define HD_LINE_DIGEST_H

#include "common/state.h"
#include "export/muhash.h"

typedef struct LineDigest
{
	State		state;
	int64		lines;
	int64		bytes;			/* with a line end each, as a file has them */
	MuHash		product;
} LineDigest;

extern const StateType line_digest_type;

extern void line_digest_add(LineDigest *d, const uint8 sha256[32], int64 len);

#endif							/* HD_LINE_DIGEST_H */

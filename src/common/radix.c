/*-------------------------------------------------------------------------
 *
 * radix.c
 *	  Least-significant-digit radix sort of fixed-size rows by a leading
 *	  uint64 key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/interrupts.h"
#include "common/radix.h"
#include "port/pg_bitutils.h"

/*
 * A digit of 11 bits has 2048 buckets of one open cache line each: still
 * within a second-level cache and its translation buffer.
 */
#define MAX_DIGIT_BITS 11
#define MAX_BUCKETS (1 << MAX_DIGIT_BITS)

static inline uint64
row_key(const char *rows, size_t i, size_t size)
{
	uint64		k;

	memcpy(&k, rows + i * size, sizeof(k));
	return k;
}

static pg_attribute_always_inline void
radix_sort_sized(void **prows, void **ptmp, size_t n, const size_t size)
{
	char	   *rows = *prows,
			   *tmp = *ptmp;
	uint64		lo = ~UINT64CONST(0),
				hi = 0;
	size_t	   *where;
	int			bits,
				passes,
				digit;

	for (size_t i = 0; i < n; i++)
	{
		uint64		k = row_key(rows, i, size);

		lo = Min(lo, k);
		hi = Max(hi, k);
		HD_CHECK_EVERY(i);
	}
	if (n < 2 || lo == hi)
		return;
	bits = pg_leftmost_one_pos64(hi - lo) + 1;
	passes = (bits + MAX_DIGIT_BITS - 1) / MAX_DIGIT_BITS;
	digit = (bits + passes - 1) / passes;

	where = palloc(sizeof(size_t) * MAX_BUCKETS);
	for (int p = 0; p < passes; p++)
	{
		int			shift = p * digit;
		uint64		mask = (UINT64CONST(1) << digit) - 1;
		size_t		sum = 0;
		char	   *swap;

		memset(where, 0, sizeof(size_t) * MAX_BUCKETS);
		for (size_t i = 0; i < n; i++)
		{
			where[((row_key(rows, i, size) - lo) >> shift) & mask]++;
			HD_CHECK_EVERY(i);
		}
		/* all in one bucket: this digit orders nothing */
		if (where[((row_key(rows, 0, size) - lo) >> shift) & mask] == n)
			continue;
		for (uint64 b = 0; b <= mask; b++)
		{
			size_t		c = where[b];

			where[b] = sum;
			sum += c;
		}
		for (size_t i = 0; i < n; i++)
		{
			uint64		b = ((row_key(rows, i, size) - lo) >> shift) & mask;

			memcpy(tmp + where[b]++ * size, rows + i * size, size);
			HD_CHECK_EVERY(i);
		}
		swap = rows;
		*prows = rows = tmp;
		*ptmp = tmp = swap;
	}
	pfree(where);
}

void
radix_sort(void **rows, void **tmp, size_t n, size_t size)
{
	/* a constant size lets the compiler move a row in one or two registers */
	if (size == 16)
		radix_sort_sized(rows, tmp, n, 16);
	else
	{
		Assert(size == 32);
		radix_sort_sized(rows, tmp, n, 32);
	}
}

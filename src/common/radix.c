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

/* counting and zeroing buckets must not cost more than the rows */
#define FEW_DIGIT_BITS 8
#define FEW_ROWS 4096

/* so many rows are sorted by insertion, which is stable, too */
#define INSERTION_ROWS 40

static inline uint64
row_key(const char *rows, size_t i, size_t size)
{
	uint64		k;

	memcpy(&k, rows + i * size, sizeof(k));
	return k;
}

typedef struct RadixPlan
{
	uint64		lo;				/* smallest key */
	int			passes;
	int			digit;			/* bits of a digit */
	size_t	   *count;			/* [passes << digit] rows by digit of each pass */
} RadixPlan;

/* Which bits differ, and how often each digit occurs: two walks over the rows */
static pg_attribute_always_inline bool
radix_plan(RadixPlan *plan, const char *rows, size_t n, const size_t size)
{
	uint64		lo = ~UINT64CONST(0),
				hi = 0;
	uint64		mask;
	int			max_digit = n < FEW_ROWS ? FEW_DIGIT_BITS : MAX_DIGIT_BITS;
	int			bits;

	for (size_t i = 0; i < n; i++)
	{
		uint64		k = row_key(rows, i, size);

		lo = Min(lo, k);
		hi = Max(hi, k);
		HD_CHECK_EVERY(i);
	}
	if (n < 2 || lo == hi)
		return false;
	bits = pg_leftmost_one_pos64(hi - lo) + 1;
	plan->lo = lo;
	plan->passes = (bits + max_digit - 1) / max_digit;
	plan->digit = (bits + plan->passes - 1) / plan->passes;
	plan->count = palloc0(sizeof(size_t) * ((size_t) plan->passes << plan->digit));
	mask = (UINT64CONST(1) << plan->digit) - 1;
	for (size_t i = 0; i < n; i++)
	{
		uint64		k = row_key(rows, i, size) - lo;

		for (int p = 0; p < plan->passes; p++, k >>= plan->digit)
			plan->count[((size_t) p << plan->digit) + (k & mask)]++;
		HD_CHECK_EVERY(i);
	}
	return true;
}

static pg_attribute_always_inline void
insertion_sort(char *rows, size_t n, const size_t size)
{
	char		row[32];

	for (size_t i = 1; i < n; i++)
	{
		uint64		k = row_key(rows, i, size);
		size_t		j = i;

		if (row_key(rows, i - 1, size) <= k)
			continue;
		memcpy(row, rows + i * size, size);
		for (; j > 0 && row_key(rows, j - 1, size) > k; j--)
			memcpy(rows + j * size, rows + (j - 1) * size, size);
		memcpy(rows + j * size, row, size);
	}
}

static pg_attribute_always_inline void
radix_sort_sized(void **prows, void **ptmp, size_t n, const size_t size)
{
	char	   *rows = *prows,
			   *tmp = *ptmp;
	RadixPlan	plan;

	if (n <= INSERTION_ROWS)
	{
		insertion_sort(rows, n, size);
		return;
	}
	if (!radix_plan(&plan, rows, n, size))
		return;
	for (int p = 0; p < plan.passes; p++)
	{
		size_t	   *where = plan.count + ((size_t) p << plan.digit);
		uint64		mask = (UINT64CONST(1) << plan.digit) - 1;
		int			shift = p * plan.digit;
		size_t		sum = 0;
		char	   *swap;

		/* all in one bucket: this digit orders nothing */
		if (where[((row_key(rows, 0, size) - plan.lo) >> shift) & mask] == n)
			continue;
		for (uint64 b = 0; b <= mask; b++)
		{
			size_t		c = where[b];

			where[b] = sum;
			sum += c;
		}
		for (size_t i = 0; i < n; i++)
		{
			uint64		b = ((row_key(rows, i, size) - plan.lo) >> shift) & mask;

			memcpy(tmp + where[b]++ * size, rows + i * size, size);
			HD_CHECK_EVERY(i);
		}
		swap = rows;
		*prows = rows = tmp;
		*ptmp = tmp = swap;
	}
	pfree(plan.count);
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

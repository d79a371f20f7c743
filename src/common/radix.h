/*-------------------------------------------------------------------------
 *
 * radix.h
 *	  Least-significant-digit radix sort of fixed-size rows by a leading
 *	  uint64 key: stable, linear, without comparisons.
 *
 * Only the bits in which keys differ are looked at: a million consecutive
 * ids take two passes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RADIX_H
#define HD_RADIX_H

/*
 * Sort n rows of "size" bytes (16 or 32) whose first eight bytes are the key.
 * *tmp has room for n rows.  The two are swapped after each complete pass, so
 * that *rows holds all rows at any time, even where a cancel ends the sort.
 */
extern void radix_sort(void **rows, void **tmp, size_t n, size_t size);

#endif							/* HD_RADIX_H */

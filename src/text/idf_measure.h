/*-------------------------------------------------------------------------
 *
 * idf_measure.h
 *	  Sets weighed by document frequencies.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_IDF_MEASURE_H
#define HD_IDF_MEASURE_H

#include "text/idf.h"

typedef struct Masses
{
	double		a;
	double		b;
	double		both;
} Masses;

/* f is indexed; sums go in the order of hashes: the same two sets give the same digits, whichever comes first */
extern Masses idf_weigh(const Idf *f, const ShingleSet *a, const ShingleSet *b);

/* 42804 where the unit is another one; a warning where the version of Unicode is */
extern void idf_check_unit(const Idf *f, const ShingleSet *s);

/*
 * A query measures many pairs with one idf: it is decoded once, and known
 * again by its bytes, or by its pointer into a TOAST table.
 */
typedef struct IdfCache
{
	MemoryContext cx;
	void	   *raw;
	Size		size;
	Idf		   *idf;
} IdfCache;

/* Both are indexed, and live as long as "parent", or are those given; the cache is zeroed at first */
extern Idf *idf_of_datum(IdfCache *k, MemoryContext parent, Datum d);
extern Idf *idf_of_bytes(IdfCache *k, MemoryContext parent, const char *p, Size len);

#endif							/* HD_IDF_MEASURE_H */

/*-------------------------------------------------------------------------
 *
 * idf.h
 *	  The state type "idf": in how many texts each shingle occurs.
 *
 * A counting state.  A frozen one is the list of the frequent shingles alone,
 * to be an argument of measures; it is merged with nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_IDF_H
#define HD_IDF_H

#include "common/state.h"
#include "text/shingles.h"

typedef struct Idf
{
	State		state;
	uint8		unit;			/* of the shingles; 0: none yet */
	uint8		unicode;
	uint64		n;				/* documents; at most IDF_MAX_DOCUMENTS */
	uint32		min_df;			/* of a frozen one; else 0 */
	uint32		default_df;		/* what is in no list counts as so many */
	uint64	   *row;			/* hash << 32 | documents */
	uint64		n_settled;		/* so many of them ascend, each hash once */
	uint64		n_rows;			/* behind them, what came since */
	uint64		cap;

	/* for look-up, made on demand */
	uint32	   *first;			/* [2^bits + 1] row where hashes with these upper bits begin */
	int			bits;
	double	   *weight;			/* [n_rows] */
	double		default_weight;
} Idf;

#define IDF_MAX_DOCUMENTS PG_UINT32_MAX

extern const StateType idf_type;

extern void idf_add(Idf *f, const ShingleSet *s);
/* Settled, to read */
extern Idf *idf_get(Datum d);
/* dst is empty */
extern void idf_freeze(Idf *dst, const Idf *src, uint32 min_df);

/* Makes look-up possible, in the state's own context */
extern void idf_index(Idf *f);
/* Row of a hash, or -1; indexed */
extern int64 idf_find(const Idf *f, uint32 hash);

static inline uint32
idf_df(const Idf *f, int64 row)
{
	return row < 0 ? f->default_df : (uint32) f->row[row];
}

static inline double
idf_weight(const Idf *f, int64 row)
{
	return row < 0 ? f->default_weight : f->weight[row];
}

#endif							/* HD_IDF_H */

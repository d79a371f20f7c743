/*-------------------------------------------------------------------------
 *
 * disagreement.h
 *	  How far two categories are apart: agreement weights and levels of
 *	  measurement, as disagreements v = 1 - w.
 *
 * Everything downstream is written in disagreements: v(k,k) = 0, so that
 * perfect agreement is exactly 1 and scale factors cancel.  The largest v
 * of a domain is 1 (Gwet 2014, ch. 3; Krippendorff 2019, ch. 12).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_DISAGREEMENT_H
#define HD_DISAGREEMENT_H

#include "common/alloc.h"
#include "agreement/rating_matrix.h"

typedef enum DisagreementKind
{
	/* Gwet's weights */
	DIS_IDENTITY,				/* nominal */
	DIS_LINEAR,
	DIS_QUADRATIC,				/* interval */
	DIS_ORDINAL,				/* Gwet's ordinal weights: 1 - C(|k-l|+1,2)/C(q,2), by rank */
	DIS_RADICAL,
	DIS_RATIO,
	DIS_CIRCULAR,
	DIS_BIPOLAR,
	/* Krippendorff's ordinal metric: needs the pairable counts (dis_set_ranks) */
	DIS_RANK,
	/* label sets */
	DIS_JACCARD,
	DIS_MASI
} DisagreementKind;

typedef struct Disagreement
{
	DisagreementKind kind;
	int32		q;				/* number of categories */
	const double *x;			/* [q] ascending positions: numeric values, or
								 * ranks 1..q; NULL for identity and sets */
	const LabelSets *sets;		/* jaccard, masi */
	double		scale;			/* what v is divided by, so that max v is 1 */
	double		lo,
				hi;				/* x[0], x[q - 1] */
	double	   *own_x;			/* positions made here (mid-ranks), else NULL */
	double	   *table;			/* [q * q] all v of a small domain, else NULL */
} Disagreement;

/* x may be NULL for DIS_IDENTITY; sets is for DIS_JACCARD and DIS_MASI alone */
extern void dis_init(Disagreement *d, DisagreementKind kind, int32 q,
					 const double *x, const LabelSets *sets);

/*
 * Krippendorff's ordinal metric is the squared distance of mid-ranks among
 * the pairable values n[0..q-1].
 */
extern void dis_set_ranks(Disagreement *d, const double *n);

/* v(k, l) */
extern double dis_at(const Disagreement *d, int32 k, int32 l);

/*
 * out[j] = sum_l v(idx[j], idx[l]) p[l] over a sparse support of m ascending
 * categories (idx NULL: all q of them).  O(m) for identity, linear, quadratic,
 * ordinal, rank and circular; O(m) with exponential sums for ratio on large
 * supports; O(m^2) otherwise, with an error above DIS_MAX_DIRECT categories.
 * Under identity the order of the support does not matter.
 */
#define DIS_MAX_DIRECT 20000
extern void dis_rows(const Disagreement *d, int32 m, const int32 *idx,
					 const double *p, double *out);

/* sum_kl v(k,l) p_k p_l over the same support */
extern double dis_quad(const Disagreement *d, int32 m, const int32 *idx,
					   const double *p);

/* sum_j p_j u_j, exact but for one rounding */
extern double exact_dot(int32 m, const double *p, const double *u);

/* sum over all k, l of the domain of v(k,l): q^2 - T_w */
extern double dis_total(const Disagreement *d);

/* Working space for the ratings of one item, made once */
typedef struct DisScratch
{
	int32	   *count;			/* [q], all zero between calls */
	int32	   *sorted;			/* [max_r] */
	int32	   *idx;			/* [max_r] distinct categories */
	double	   *p;				/* [max_r] how often */
	double	   *out;			/* [max_r] */
} DisScratch;

extern void dis_scratch_init(DisScratch *s, int32 q, int32 max_r);
extern void dis_scratch_free(DisScratch *s);

/*
 * Sum of v over the ordered pairs of one item's r categories (any order,
 * repeats included).  Linear or r log r where dis_rows is.
 */
extern double dis_item(const Disagreement *d, int32 r, const int32 *cat,
					   DisScratch *s);

/* out[j] = sum of v between rating j and the item's other ratings */
extern void dis_item_rows(const Disagreement *d, int32 r, const int32 *cat,
						  double *out, DisScratch *s);

#endif							/* HD_DISAGREEMENT_H */

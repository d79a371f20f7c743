/*-------------------------------------------------------------------------
 *
 * bradley_terry.h
 *	  The model of Bradley & Terry (1952, Biometrika 39:324) for paired
 *	  comparisons, with ties (Davidson 1970, JASA 65:317) and an effect of the
 *	  order of presentation (Davidson & Beaver 1977, Biometrics 33:693).
 *
 * With eta = theta_a - theta_b + order, where a is shown first, the chances
 * of "a", "tie" and "b" are as exp(eta/2) : nu : exp(-eta/2).  nu is 0 unless
 * ties are modelled; a tie then counts as half a win each, or not at all.
 *
 * The steps, each of which reads what the ones before it wrote:
 *
 *	bt_prepare	pairs, components, blocks		bradley_terry_data.c
 *	bt_fit		maximum likelihood				bradley_terry_fit.c
 *	bt_covary	covariances of the strengths	bradley_terry_cov.c
 *	bt_rate		ratings, intervals, ranks		bradley_terry_rate.c
 *
 * Plain arrays in, plain arrays out.  Sums run in the canonical order of the
 * rows, so results are the same to the bit however the state came about.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_BRADLEY_TERRY_H
#define HD_BRADLEY_TERRY_H

#include "preference/preference_data.h"
#include "preference/rating_status.h"
#include "preference/strengths.h"

/* the dense matrices of a larger group would not fit into memory */
#define BT_MAX_BLOCK 10000
#define BT_MAX_STEPS 100
#define BT_MAX_NUISANCE 2

typedef enum BtTies
{
	BT_TIES_HALF,
	BT_TIES_DAVIDSON,
	BT_TIES_DROP
} BtTies;

typedef enum BtVariance
{
	BT_MODEL,					/* inverse information */
	BT_SANDWICH,				/* comparisons are independent */
	BT_RATER,					/* raters are */
	BT_PROMPT,					/* prompts are */
	BT_TWO_WAY					/* dependent within rater and within prompt */
} BtVariance;

typedef enum BtResult
{
	BT_DONE,
	BT_ONLY_TIES,				/* the chance of a tie has no estimate */
	BT_SINGULAR,				/* no finite or no unique estimate */
	BT_NO_CONVERGENCE
} BtResult;

typedef struct BtOptions
{
	BtTies		ties;
	double		prior;			/* >= 0 */
	bool		order_effect;
	BtVariance	variance;
	double		confidence;
	int32		anchor;			/* item, or -1 */
	RatingScale scale;
} BtOptions;

/* The comparisons of a with b, a shown first; rows start to end - 1 */
typedef struct BtPair
{
	int32		a;
	int32		b;
	int64		start;
	int64		end;
	double		win;			/* weights */
	double		tie;
	double		loss;
	int32		block;			/* of both, or -1: it says nothing about finite differences */
	int32		row;			/* of a in the block */
	int32		col;			/* of b */

	/* at the current estimate */
	double		p_win;
	double		p_tie;
	double		p_loss;
} BtPair;

typedef struct BtItem
{
	int64		n;				/* comparisons */
	double		win;			/* weights */
	double		tie;
	double		loss;
	int32		component;		/* connected by comparisons */
	int32		block;			/* or -1 */
	int32		slot;			/* in the block */
	RatingStatus status;
	bool		finite;			/* it has a finite rating: it is in the core of its component */
} BtItem;

/*
 * Items whose strengths are estimated together: with a prior, a component;
 * without, a strong component of "beats or ties", for only within it the
 * estimates exist (Ford 1957, Amer. Math. Monthly 64:28).
 */
typedef struct BtBlock
{
	int32		n;
	int32	   *item;			/* ascending */
	double	   *theta;			/* sum zero */

	/* information about theta, and about theta with the nuisances */
	double	   *info;			/* [n * n]; its pseudo-inverse after bt_invert */
	double	   *factor;			/* [(n - 1) * (n - 1)] Cholesky's */
	double	   *border;			/* [BT_MAX_NUISANCE][n] */
	double	   *solved;			/* [BT_MAX_NUISANCE][n] info^+ border */
	double	   *score;			/* [n] */
	double	   *step;			/* [n] */

	/* covariances, as many as the kind of variance needs */
	int			n_cov;
	double	   *cov[3];			/* [n * n] */
} BtBlock;

typedef struct BtModel
{
	const PreferenceData *d;
	BtOptions	opt;
	int32		n_pairs;
	BtPair	   *pair;			/* by a, b */
	BtItem	   *item;
	int32		n_components;
	int32	   *component_size;
	int32	   *component_item; /* first item of each */
	int32		n_blocks;
	BtBlock    *block;

	/* nuisance parameters: the effect of order, then log nu */
	int			n_nuisance;
	bool		has_order;
	bool		has_nu;
	double		nuisance[BT_MAX_NUISANCE];
	double		nuisance_score[BT_MAX_NUISANCE];
	double		nuisance_step[BT_MAX_NUISANCE];
	double		nuisance_info[BT_MAX_NUISANCE * BT_MAX_NUISANCE];
	double		schur_inverse[BT_MAX_NUISANCE * BT_MAX_NUISANCE];	/* their model covariance */
	double		nuisance_cov[3][BT_MAX_NUISANCE];	/* variances, as BtBlock.cov */

	int			iterations;
	double		log_likelihood; /* without the prior */
	double		deviance;		/* against one rate for each ordered pair */
	int64		deviance_df;
	double		n_weight;		/* of the comparisons that the fit rests on */

	/* clusters of the variance; NULL for model and sandwich */
	int64	   *item_clusters;	/* [n_items] those that compared the item; the fewer of two ways */
	int64		n_clusters;
} BtModel;

/* A row that the fit rests on, with what sums over rows need, so that they need not look it up */
typedef struct BtRow
{
	int32		row;
	int32		pair;
	int32		a;				/* items */
	int32		b;
	double		residual;		/* its score for the strength of a; turned, for that of b */
} BtRow;

typedef struct BtRows
{
	int64		n;
	BtRow	   *row;
} BtRows;

/* A nuisance parameter with its interval */
typedef struct BtEstimate
{
	double		value;
	double		se;
	double		ci_low;
	double		ci_high;
} BtEstimate;

extern BtModel *bt_prepare(const PreferenceData *d, const BtOptions *opt);
extern BtResult bt_fit(BtModel *m);
extern void bt_invert(BtModel *m);
extern void bt_covary(BtModel *m);
extern Rating *bt_rate(const BtModel *m);
/* of each block */
extern Strengths *bt_strengths(const BtModel *m);

/* theta_i - theta_j: infinite, or NaN, where it is not finite; half the length of its interval, or NaN */
extern double bt_difference(const BtModel *m, const Strengths *s, int32 i, int32 j, double *half);
extern BtEstimate bt_order_effect(const BtModel *m);
extern BtEstimate bt_nu(const BtModel *m);

/*
 * Rows of the pairs in a list, by a code of each row, those without one (-1)
 * first; of equal code in the order of the list.
 */
extern BtRows bt_rows_by(const BtModel *m, const int32 *list, int32 n_list, const int32 *code, int32 n_codes);

/* the chances of a pair with this eta; nu < 0: no ties */
extern void bt_chances(double eta, double nu, double *win, double *tie, double *loss);

#endif							/* HD_BRADLEY_TERRY_H */

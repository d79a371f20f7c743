/*-------------------------------------------------------------------------
 *
 * plackett_luce.h
 *	  The model of Plackett (1975, Appl. Statist. 24:193) and Luce (1959) for
 *	  rankings, partial or whole, with ties of any order (Turner, van Etten,
 *	  Firth & Kosmidis 2020, Comput. Statist. 35:1027; for pairs this is
 *	  Davidson 1970, JASA 65:317).
 *
 * A ranking is a row of choices: from the items S that are still there, the
 * set C of the best is taken away, with a chance in proportion to
 *
 *	 f(C) = delta_|C| (prod_{i in C} alpha_i)^(1/|C|),	delta_1 = 1
 *
 * among all subsets of S whose size is one of the orders of ties that occur.
 * With theta = log alpha and gamma = log delta this is an exponential family;
 * the log-likelihood is concave.
 *
 * The steps, each of which reads what the ones before it wrote:
 *
 *	pl_prepare	components, blocks, choice sets		plackett_luce_data.c, _status.c
 *	pl_fit		maximum likelihood					plackett_luce_fit.c
 *	pl_covary	covariances							plackett_luce_cov.c
 *	pl_rate		ratings, intervals, ranks			plackett_luce_rate.c
 *
 * Plain arrays in, plain arrays out.  Sums run in the canonical order of the
 * rows, so results are the same to the bit however the state came about.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PLACKETT_LUCE_H
#define HD_PLACKETT_LUCE_H

#include "preference/rating_status.h"
#include "preference/strengths.h"

/* the dense matrices of more items would not fit into memory */
#define PL_MAX_PARAMETERS 4000
/* the sums over ways to be tied stay far from the largest double */
#define PL_MAX_ORDER 50
#define PL_MAX_STEPS 100

/* Rankings as plain arrays, in canonical order */
typedef struct RankingData
{
	int32		n_items;
	int32		n_raters;
	int64		n_rows;			/* different rankings of one rater */
	const int64 *start;			/* [n_rows + 1] */
	const int32 *item;			/* best first */
	const bool *tied;			/* with the item before */
	const int32 *rater;			/* [n_rows], -1: not named; the same lie together */
	const double *weight;		/* [n_rows] > 0 */
	const int64 *count;			/* [n_rows] rankings in the row */
} RankingData;

typedef enum PlVariance
{
	PL_MODEL,					/* inverse information */
	PL_SANDWICH,				/* rankings are independent */
	PL_RATER					/* raters are */
} PlVariance;

typedef enum PlResult
{
	PL_DONE,
	PL_SINGULAR,				/* no finite estimate */
	PL_NO_CONVERGENCE
} PlResult;

typedef struct PlOptions
{
	double		prior;			/* pseudo-rankings won and lost by each item against one more */
	bool		bottom_unordered;	/* ties in the last place say nothing */
	PlVariance	variance;
	double		confidence;
	int32		anchor;			/* item, or -1 */
	RatingScale scale;
} PlOptions;

typedef struct PlItem
{
	int64		n;				/* rankings that have it */
	int32		component;		/* connected by rankings, numbered by their first item */
	int32		block;			/* items whose differences have finite estimates; or -1 */
	int32		param;			/* position in the parameters; -1: it is 0 */
	RatingStatus status;
	bool		finite;			/* it is in the core block of its component */
} PlItem;

/*
 * A set from which was chosen: the items from start to end - 1 that are in the
 * block; and the weight of all choices from it.
 */
typedef struct PlSet
{
	int64		start;
	int64		end;
	int32		block;
	int32		n;
	double		weight;
	uint64		hash;
} PlSet;

/* The choice at one place of a row */
typedef struct PlChoice
{
	int64		from;			/* chosen: items from..to - 1 */
	int64		to;
	int64		end;			/* of the row: the set is from..end - 1 */
	int32		block;
	int32		n;				/* items of the set that are in the block */
} PlChoice;

typedef struct PlModel
{
	const RankingData *d;
	PlOptions	opt;
	PlItem	   *item;
	int32		n_components;
	int32	   *component_size;
	int32	   *component_item; /* first item of each */
	int32		n_blocks;		/* of two items and more */

	int64		n_sets;
	PlSet	   *set;
	int64		n_choices;		/* choices that say something, each counted */
	int32		largest;		/* items of the largest set */
	int32		largest_tie;	/* of those beyond PL_MAX_ORDER, else 0 */
	int			n_orders;		/* of ties that occur */
	int			order[PL_MAX_ORDER];	/* ascending, from 2 */

	/* parameters: strengths, then log delta of each order */
	int32		n_strengths;
	int32		n_params;
	double	   *theta;			/* [n_items] log worth; a block's first item has 0 unless there is a prior */
	double		gamma[PL_MAX_ORDER];
	double	   *observed;		/* [n_params] what the data have of each statistic */
	double	   *cov;			/* [n_params^2] of the kind of variance asked for */
	double	   *model_cov;		/* that of the model, where cov is another; else NULL */

	/* clusters of the variance; NULL for model and sandwich */
	int64	   *item_clusters;	/* [n_items] raters who ranked the item */
	int64		n_clusters;

	int			iterations;
	double		log_likelihood; /* without the prior */
} PlModel;

/* What is expected of a choice from a set, at some estimate */
typedef struct PlMoments
{
	int			max_order;
	int			n_orders;
	const int  *order;

	int32		n;				/* of the members */
	int32	   *param;			/* [largest] -1: fixed */
	double	   *theta;			/* [largest] */

	double		log_z;
	double	   *single;			/* [largest] chance to be chosen alone */
	double	   *among;			/* [n_orders][largest] to be chosen in a tie of this order */
	double	   *size;			/* [n_orders] chance of such a tie */
	double	   *mean;			/* [largest] of the statistic: 1 / |C| if chosen */

	double	   *x;				/* [largest] work space from here on */
	double	   *before;			/* [(largest + 1) * (max_order + 1)] */
	double	   *after;
	double	   *rest;			/* [largest] */
} PlMoments;

/* ---- plackett_luce_data.c ---- */

extern PlModel *pl_prepare(const RankingData *d, const PlOptions *opt);
/* The next choice of a row that says something; c->to = start of the row to begin with */
extern bool pl_next_choice(const PlModel *m, int64 row, PlChoice *c);

/* ---- plackett_luce_choice.c: one choice ---- */

extern PlMoments *pl_moments_new(const PlModel *m);
/* the members of a set, at the model's estimate or at another one */
extern void pl_members(const PlModel *m, PlMoments *w, int64 start, int64 end, int32 block,
					   const double *theta);
extern void pl_log_z(PlMoments *w, const double *gamma);
extern void pl_moments(PlMoments *w, const double *gamma);
/* add weight times the covariance of the statistics to the lower triangle of info[n][n] */
extern void pl_add_information(PlMoments *w, const double *gamma, double weight, double *info,
							   int32 n, int32 n_strengths);

/* ---- plackett_luce_fit.c, plackett_luce_cov.c, plackett_luce_rate.c ---- */

extern PlResult pl_fit(PlModel *m);
extern void pl_covary(PlModel *m);
extern Rating *pl_rate(const PlModel *m);
/* delta of order m->order[o] */
extern Rating pl_tie(const PlModel *m, int o);

#endif							/* HD_PLACKETT_LUCE_H */

/*-------------------------------------------------------------------------
 *
 * rasch.h
 *	  The Rasch model P(solved) = 1/(1 + exp(difficulty - theta)) by
 *	  conditional maximum likelihood.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RASCH_H
#define HD_RASCH_H

/* Work grows with the cube of the items that one unit answered */
#define RASCH_MAX_ITEMS 1000

/* What kernels see: sorted by unit, and within a unit by item */
typedef struct BinaryTable
{
	int32		n_units;
	int32		n_items;
	int32		n_obs;
	const int32 *start;			/* [n_units + 1] */
	const int32 *item;			/* [n_obs] ascending within a unit */
	uint8	   *x;				/* [n_obs] 0 or 1 */
} BinaryTable;

typedef enum ItemStatus
{
	ITEM_OK,
	ITEM_ALL,					/* solved by every unit that tells something */
	ITEM_NONE,					/* by none */
	ITEM_ALONE					/* nothing to compare it with */
} ItemStatus;

/* Units that answered the same items */
typedef struct RaschPattern
{
	int32		n_items;
	int32	   *item;			/* positions among the active items, ascending */
	int64	   *n_score;		/* [n_items + 1] units by raw score */
	int64	   *solved;			/* [n_items] by informative units */
	int32		n_units;
	int32	   *unit;
} RaschPattern;

typedef struct RaschDesign
{
	const BinaryTable *t;
	ItemStatus *status;			/* [n_items] */
	int32	   *answers;		/* [n_items] */
	int32		n_active;
	int32	   *active;			/* [n_active] items */
	int32	   *position;		/* [n_items] among the active, or -1 */
	int32		n_patterns;
	RaschPattern *pattern;
	int32	   *unit_pattern;	/* [n_units], -1 without an active item */
	int32	   *unit_score;		/* [n_units] over active items */
	int64		n_informative;	/* units with some but not all active items solved */
} RaschDesign;

extern void rasch_design(const BinaryTable *t, RaschDesign *out);

/*
 * Fischer's (1981) condition: whichever way the active items are split in two,
 * some unit solved one of the first and failed one of the second.  If it
 * fails, two items of a split at which it does.
 */
extern bool rasch_is_connected(const RaschDesign *d, int32 *above, int32 *below);

typedef struct RaschFit
{
	double	   *difficulty;		/* [n_active] sums to zero */
	double	   *se;
	double	   *infit;
	double	   *outfit;
	double		loglik;			/* conditional */
	int			iterations;
} RaschFit;

/* false: no convergence.  The design is connected and has two or more active items. */
extern bool rasch_fit(const RaschDesign *d, bool with_fit, RaschFit *out);

typedef enum ThetaMethod
{
	THETA_WLE,					/* Warm (1989) */
	THETA_ML
} ThetaMethod;

/* Of one pattern and raw score; infinite for ML where all or none are solved */
extern void rasch_theta(const RaschPattern *p, const double *difficulty, int32 score,
						ThetaMethod method, double *theta, double *se);

#endif							/* HD_RASCH_H */

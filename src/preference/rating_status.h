/*-------------------------------------------------------------------------
 *
 * rating_status.h
 *	  Which items have a finite rating, and why others have none: what all
 *	  models of preference have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RATING_STATUS_H
#define HD_RATING_STATUS_H

/* Why a rating is what it is */
typedef enum RatingStatus
{
	RATING_OK,
	RATING_UNDEFEATED,		/* never beaten nor tied */
	RATING_WINLESS,			/* never beat nor tied */
	RATING_ABOVE,				/* beaten, but only by others that are above */
	RATING_BELOW,
	RATING_UNLINKED,			/* no chain fixes its place */
	RATING_ALONE				/* compared with nobody */
} RatingStatus;

/*
 * Items in components, and in these the blocks within which differences have
 * finite estimates; arrows lead from better to worse, and both ways for a tie.
 */
typedef struct Field
{
	int32		n;				/* items */
	int32		anchor;			/* or -1 */
	int32		n_components;
	const int32 *component;		/* [n] */
	const int32 *component_size;	/* [n_components] */
	int32		n_blocks;
	const int32 *block;			/* [n], or -1 */
	const double *block_weight; /* [n_blocks] of what was compared inside */
	int64		n_arrows;
	const int32 *better;		/* [n_arrows] */
	const int32 *worse;
} Field;

/*
 * finite: it is in the core of its component, that is the block which the
 * finite ratings are about: the anchor's; else the one with most items, then
 * with most weight inside, then with the first item.
 */
extern void find_rating_status(const Field *f, RatingStatus *status, bool *finite);

/* log worth beside those of the core: 0, infinite, or NaN: it is not known */
extern double rating_status_place(RatingStatus s);
extern const char *rating_status_name(RatingStatus s);

#endif							/* HD_RATING_STATUS_H */

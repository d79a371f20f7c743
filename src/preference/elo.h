/*-------------------------------------------------------------------------
 *
 * elo.h
 *	  The state type "elo": games in their order, for Elo's (1978) ratings.
 *
 * Elo's ratings depend on the order of games, so this is no sum: games are
 * kept, and rated when they are read.  Dated games can be put in order
 * whenever; those at the same time are one rating period, and count as if
 * played at once.  Games that came by ORDER BY alone are a sequence, which
 * cannot be merged with anything.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_ELO_H
#define HD_ELO_H

#include "common/column.h"
#include "common/state.h"
#include "preference/preference_data.h"

/* the third byte of the stored form */
typedef enum EloOrder
{
	ELO_SEQUENCE = 1,			/* as they came */
	ELO_TIME = 2,				/* timestamptz */
	ELO_REVISION = 3			/* bigint */
} EloOrder;

typedef struct EloGame
{
	int64		at;				/* 0 in a sequence */
	uint32		a;
	uint32		b;
	int64		count;			/* games like this; 1 in a sequence */
	Outcome		outcome;
} EloGame;

typedef struct Elo
{
	State		state;
	uint8		item_kind;		/* IdKind; ID_NONE while there is no game */
	uint8		order;			/* EloOrder; 0 while there is no game */
	Dict		items;
	EloGame    *game;
	int64		n;
	int64		cap;
	int64		total;			/* sum of counts */
	int64		next_check;		/* at how many games, or bytes of keys, */
	size_t		next_check_bytes;	/* to look at the size again */
	bool		settled;		/* codes and games are in canonical order */
} Elo;

extern const StateType elo_type;

/* ---- elo.c ---- */

extern void elo_check_kind(Elo *e, IdKind kind, EloOrder order);
/* Room for more games: may settle, so codes are looked up behind it */
extern void elo_make_room(Elo *e, int64 n);
extern void elo_push(Elo *e, const EloGame *g);
extern void elo_settle(Elo *e);
/* A state to read: settled */
extern Elo *elo_get(Datum d);

/* ---- elo_codec.c ---- */

extern void elo_encode(State *s, WireWriter *w);
extern void elo_decode(State *s, WireReader *r);
extern double elo_size_bound(const Elo *e);

/* ---- elo_kernel.c: plain numbers ---- */

/* chance, and expected score, of a player against another */
extern double elo_expected_score(double rating, double opponent, double scale);

typedef struct EloRating
{
	double		rating;
	int64		wins;
	int64		losses;
	int64		ties;
} EloRating;

/* Ratings of n_items players after all games, which are in order; periods: equal times count at once */
extern void elo_rate(int32 n_items, const EloGame *game, int64 n, bool periods, double k,
					 double initial, double scale, EloRating *rating);

/* Glickman's (1995) system, one period; rd is the rating's deviation */
extern void glicko_period(double *rating, double *rd, int n, const double *opponent,
						  const double *opponent_rd, const double *result);

#endif							/* HD_ELO_H */

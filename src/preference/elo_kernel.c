/*-------------------------------------------------------------------------
 *
 * elo_kernel.c
 *	  Ratings that are updated game by game: Elo (1978, The Rating of
 *	  Chessplayers) and Glicko (Glickman 1999, Appl. Statist. 48:377).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/alloc.h"
#include "common/interrupts.h"
#include "preference/elo.h"

double
elo_expected_score(double rating, double opponent, double scale)
{
	return 1 / (1 + pow(10, (opponent - rating) / scale));
}

static void
count_game(EloRating *a, EloRating *b, const EloGame *g)
{
	if (g->outcome == OUTCOME_TIE)
	{
		a->ties += g->count;
		b->ties += g->count;
	}
	else
	{
		EloRating  *winner = g->outcome == OUTCOME_A ? a : b;
		EloRating  *loser = g->outcome == OUTCOME_A ? b : a;

		winner->wins += g->count;
		loser->losses += g->count;
	}
}

/* What a game gives to each; from the ratings before it */
static void
gains(const EloRating *a, const EloRating *b, const EloGame *g, double k, double scale,
	  double *gain_a, double *gain_b)
{
	double		result = g->outcome / 2.0;

	*gain_a = k * (result - elo_expected_score(a->rating, b->rating, scale));
	*gain_b = k * (1 - result - elo_expected_score(b->rating, a->rating, scale));
}

/* Games from..to - 1 count at once */
static void
rate_period(const EloGame *game, int64 from, int64 to, double k, double scale,
			EloRating *rating, double *gain)
{
	for (int64 i = from; i < to; i++)
	{
		const EloGame *g = &game[i];
		double		gain_a,
					gain_b;

		HD_CHECK_EVERY(i);
		gains(&rating[g->a], &rating[g->b], g, k, scale, &gain_a, &gain_b);
		gain[g->a] += (double) g->count * gain_a;
		gain[g->b] += (double) g->count * gain_b;
	}
	for (int64 i = from; i < to; i++)
	{
		const EloGame *g = &game[i];

		rating[g->a].rating += gain[g->a];
		gain[g->a] = 0;
		rating[g->b].rating += gain[g->b];
		gain[g->b] = 0;
	}
}

void
elo_rate(int32 n_items, const EloGame *game, int64 n, bool periods, double k, double initial,
		 double scale, EloRating *rating)
{
	double	   *gain = array_alloc0(n_items, sizeof(double));

	for (int32 i = 0; i < n_items; i++)
		rating[i] = (EloRating) {.rating = initial};
	for (int64 i = 0; i < n; i++)
	{
		HD_CHECK_EVERY(i);
		count_game(&rating[game[i].a], &rating[game[i].b], &game[i]);
	}
	for (int64 i = 0, end; i < n; i = end)
	{
		HD_CHECK_EVERY(i);
		end = i + 1;
		while (periods && end < n && game[end].at == game[i].at)
			end++;
		rate_period(game, i, end, k, scale, rating, gain);
	}
	pfree(gain);
}

/*
 * Glickman 1999, eqs. (13) to (16); the deviation that grows between periods
 * is the caller's.
 */
void
glicko_period(double *rating, double *rd, int n, const double *opponent,
			  const double *opponent_rd, const double *result)
{
	const double q = M_LN10 / 400;
	double		information = 0;	/* 1 / d^2 */
	double		gain = 0;
	double		precision;

	for (int i = 0; i < n; i++)
	{
		double		g = 1 / sqrt(1 + 3 * q * q * opponent_rd[i] * opponent_rd[i] / (M_PI * M_PI));
		double		e = 1 / (1 + pow(10, -g * (*rating - opponent[i]) / 400));

		information += q * q * g * g * e * (1 - e);
		gain += g * (result[i] - e);
	}
	precision = 1 / (*rd * *rd) + information;
	*rating += q / precision * gain;
	*rd = sqrt(1 / precision);
}

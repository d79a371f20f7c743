/*-------------------------------------------------------------------------
 *
 * z14.c
 *	  The single sampling plans and switching rules of ANSI/ASQ Z1.4
 *	  (MIL-STD-105E).
 *
 * The master tables II-A, II-B and II-C are Toeplitz: code letters and AQLs
 * stand in the same geometric series, so that a plan depends on the sum of
 * their indices.  Where that sum has no plan, the table has an arrow to the
 * next letter that has one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "quality/z14.h"

#define N_LETTERS 16			/* A to R; S, of tightened inspection alone, follows */

const char *const z14_aql_name[Z14_N_AQL] = {
	"0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5",
	"4.0", "6.5", "10", "15", "25", "40", "65", "100", "150", "250", "400", "650", "1000"
};

const char *const z14_level_name[Z14_N_LEVELS] = {"S-1", "S-2", "S-3", "S-4", "I", "II", "III"};

static const char letter_names[] = "ABCDEFGHJKLMNPQRS";
static const int sample_size[] = {2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150};
static const int reduced_size[] = {2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800};

/* Table I: the greatest lot of each row, and its letters by level */
static const struct
{
	int64		lot;
	char		letter[Z14_N_LEVELS + 1];
}			table_1[] = {
	{8, "AAAAAAB"}, {15, "AAAAABC"}, {25, "AABBBCD"}, {50, "ABBCCDE"}, {90, "BBCCCEF"}, {150, "BBCDDFG"},
	{280, "BCDEEGH"}, {500, "BCDEFHJ"}, {1200, "CCEFGJK"}, {3200, "CDEGHKL"}, {10000, "CDFGJLM"},
	{35000, "CDFHKMN"}, {150000, "DEGJLNP"}, {500000, "DEGJMPQ"}, {PG_INT64_MAX, "DEHKNQR"}
};

int
z14_letter(int64 lot, int level)
{
	int			row = 0;

	while (lot > table_1[row].lot)
		row++;
	return (int) (strchr(letter_names, table_1[row].letter[level]) - letter_names);
}

char
z14_letter_name(int letter)
{
	return letter_names[letter];
}

/* Acceptance numbers by letter + AQL from 14 on; -1 is an arrow up, -2 one down */
#define UP (-1)
#define DOWN (-2)
#define FIRST_SUM 14
static const int normal_ac[] = {0, UP, DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30, 44};
static const int tightened_ac[] = {DOWN, 0, UP, DOWN, 1, 2, 3, 5, 8, 12, 18, 27, 41};
static const int reduced_ac[] = {0, UP, DOWN, 0, 1, 1, 2, 3, 5, 7, 10, 14, 21};
static const int reduced_re[] = {1, UP, DOWN, 2, 3, 4, 5, 6, 8, 10, 13, 17, 24};
#define LAST_SUM (FIRST_SUM + (int) lengthof(normal_ac) - 1)
/* the last two sums have plans for the letters A to E alone */
#define LAST_WIDE_LETTER 4

/* The two smallest reduced samples have plans of their own in the columns for many defects a unit */
static const int reduced_a[][2] = {{1, 2}, {2, 3}, {3, 4}, {5, 6}, {7, 8}, {10, 11}, {14, 15}, {21, 22}, {30, 31}};
static const int reduced_b[][2] = {{0, 2}, {1, 3}, {2, 4}, {3, 5}, {5, 6}, {7, 8}, {10, 11}, {14, 15}, {21, 22}, {30, 31}};

/* UP, DOWN or an acceptance number, and the rejection number */
static int
cell(int letter, int aql, Inspection inspection, int *re)
{
	int			sum = letter + aql - FIRST_SUM;
	const int  *ac = inspection == INSPECT_TIGHTENED ? tightened_ac : inspection == INSPECT_REDUCED ? reduced_ac : normal_ac;

	if (inspection == INSPECT_REDUCED && letter <= 1 && letter + aql >= 17)
	{
		const int  *r = letter == 0 ? reduced_a[aql - 17] : reduced_b[aql - 16];

		*re = r[1];
		return r[0];
	}
	if (sum < 0)
		return DOWN;
	if (sum > LAST_SUM - FIRST_SUM || (sum > LAST_SUM - FIRST_SUM - 2 && letter > LAST_WIDE_LETTER))
		return UP;
	/* letter S exists for one plan */
	if (letter == N_LETTERS && sum != 18 - FIRST_SUM)
		return UP;
	*re = inspection == INSPECT_REDUCED ? reduced_re[sum] : ac[sum] + 1;
	return ac[sum];
}

Z14Plan
z14_plan_of(int letter, int aql, Inspection inspection)
{
	/* tightened inspection at AQL 0.025 goes on to S */
	int			last = inspection == INSPECT_TIGHTENED && aql == 2 ? N_LETTERS : N_LETTERS - 1;
	int			re = 0;
	int			ac = cell(letter, aql, inspection, &re);
	int			step;

	/* no letter to go to: the arrow points the other way */
	step = ac == UP ? -1 : 1;
	if (ac < 0 && (letter + step < 0 || letter + step > last))
		step = -step;
	while (ac < 0)
	{
		letter += step;
		ac = cell(letter, aql, inspection, &re);
	}
	return (Z14Plan) {
		.letter = letter_names[letter],
		.n = inspection == INSPECT_REDUCED ? reduced_size[letter] : sample_size[letter],
		.ac = ac,
		.re = re
	};
}

/* ---- switching ---- */

static void
begin(Z14Switch *s, Inspection inspection)
{
	*s = (Z14Switch) {.inspection = inspection};
}

static int
bits(int x)
{
	int			n = 0;

	for (; x; x &= x - 1)
		n++;
	return n;
}

/*
 * Z1.4-2003, section 8.3: normal to tightened, 2 of 5 or fewer lots in a row
 * not accepted; tightened to normal, 5 in a row accepted; tightened to an end,
 * 5 not accepted in all; normal to reduced, 10 in a row accepted (limit
 * numbers are optional, and steady production is for the user to see);
 * reduced to normal, a lot not accepted, or between Ac and Re.
 */
void
z14_next(Z14Switch *s, const Z14Plan *plan, double bad, bool *accepted, const char **why)
{
	*accepted = bad < plan->re;
	*why = NULL;
	s->accepted = *accepted ? s->accepted + 1 : 0;
	s->recent = ((s->recent << 1) | !*accepted) & 0x1f;
	switch (s->inspection)
	{
		case INSPECT_NORMAL:
			if (bits(s->recent) >= 2)
			{
				begin(s, INSPECT_TIGHTENED);
				*why = "2 of 5 or fewer lots not accepted";
			}
			else if (s->accepted >= 10)
			{
				begin(s, INSPECT_REDUCED);
				*why = "10 lots in a row accepted";
			}
			break;
		case INSPECT_TIGHTENED:
			s->rejected += !*accepted;
			if (s->rejected >= 5)
			{
				begin(s, INSPECT_NONE);
				*why = "5 lots not accepted under tightened inspection";
			}
			else if (s->accepted >= 5)
			{
				begin(s, INSPECT_NORMAL);
				*why = "5 lots in a row accepted";
			}
			break;
		case INSPECT_REDUCED:
			if (!*accepted)
			{
				begin(s, INSPECT_NORMAL);
				*why = "a lot was not accepted";
			}
			else if (bad > plan->ac)
			{
				begin(s, INSPECT_NORMAL);
				*why = "between the acceptance and the rejection number";
			}
			break;
		case INSPECT_NONE:
			break;
	}
}

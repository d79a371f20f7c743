/*-------------------------------------------------------------------------
 *
 * join_test.c
 *	  Tests of the exact join, without a server, against comparing all sets
 *	  with all: families of near duplicates, small and large vocabularies, sets
 *	  of one token, copies, all measures, one collection and two.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "text/set_join.h"

#define MOST_SETS 400
#define MOST_LENGTH 40

static uint32 hash[MOST_SETS][MOST_LENGTH];
static int	length[MOST_SETS];

/* A word; of a large vocabulary the first are the most frequent */
static uint32
random_token(int vocabulary)
{
	double		u = rnd_unit();

	return 1 + (uint32) (u * u * u * vocabulary) * 2654435761u;
}

static void
random_sets(int n, int vocabulary, int longest, int families)
{
	for (int i = 0; i < n; i++)
	{
		int			from = families > 0 ? rnd_int(families) : 0;
		bool		related = families > 0 && i > from && rnd_int(10) < 7;

		length[i] = related ? length[from] : rnd_int(longest + 1);
		for (int k = 0; k < length[i]; k++)
			hash[i][k] = related && rnd_int(10) > 0 ? hash[from][k] : random_token(vocabulary);
		if (related && rnd_int(4) == 0 && length[i] > 0)
			length[i] = rnd_int(length[i]) + 1;
	}
}

static SetCollection *
make_sets(int n, bool idf, const uint8 *side, int n_df)
{
	uint64	   *pair = palloc(sizeof(uint64) * (MOST_SETS * MOST_LENGTH));
	uint64		n_pairs = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < length[i]; k++)
			pair[n_pairs++] = (uint64) hash[i][k] << 32 | (uint32) i;
	return sets_make(pair, n_pairs, n, idf, side, n_df);
}

static double found_similarity[MOST_SETS][MOST_SETS];
static int	found_twice;

static void
found(void *arg, int32 a, int32 b, double similarity)
{
	found_twice += found_similarity[a][b] != 0;
	found_similarity[a][b] = similarity;
}

/* Sets of one class are not to be compared: classes by number */
static bool
same_class(void *arg, int32 a, int32 b)
{
	return a % *(int *) arg == b % *(int *) arg;
}

static void
test_join(const SetCollection *c, SetMeasure m, double t, int classes)
{
	JoinStats	stats;
	int			missed = 0,
				wrong = 0,
				n_found = 0;

	memset(found_similarity, 0, sizeof(found_similarity));
	found_twice = 0;
	sets_join(c, m, t, found, classes > 0 ? same_class : NULL, &classes, &stats);
	for (int a = 0; a < c->n; a++)
		for (int b = 0; b < c->n; b++)
		{
			bool		candidate = c->same_as[a] == a && c->same_as[b] == b && c->start[a] < c->start[a + 1] && c->start[b] < c->start[b + 1] &&
				(c->side ? c->side[a] < c->side[b] : a < b) && !(classes > 0 && same_class(&classes, a, b));
			double		s = candidate ? set_similarity(m, set_shared(c, a, b), c->size[a], c->size[b]) : 0;

			n_found += found_similarity[a][b] != 0;
			if (s >= t)
				missed += found_similarity[a][b] != s;
			else
				wrong += found_similarity[a][b] != 0;
		}
	check(missed == 0 && wrong == 0 && found_twice == 0, "measure %d >= %g, %d sets, %s, %s, %d classes: %d missed, %d wrong, %d twice",
		  m, t, c->n, c->weight ? "weighted" : "plain", c->side ? "two sides" : "one", classes, missed, wrong, found_twice);
	check(stats.found == n_found && stats.candidates >= stats.verified && stats.verified >= stats.found, "counts of a join");
}

/* ---- components ---- */

static int32 root[MOST_SETS];

static int32
root_of(int32 i)
{
	while (root[i] != i)
		i = root[i] = root[root[i]];
	return i;
}

static void
put_together(void *arg, int32 a, int32 b, double similarity)
{
	found(arg, a, b, similarity);
	root[Max(root_of(a), root_of(b))] = Min(root_of(a), root_of(b));
}

static bool
is_together(void *arg, int32 a, int32 b)
{
	return root_of(a) == root_of(b);
}

/* After test_join() of the same */
static void
test_components(const SetCollection *c, SetMeasure m, double t)
{
	static int32 expected[MOST_SETS];
	JoinStats	stats;
	int			differ = 0,
				wrong = 0;

	for (int i = 0; i < c->n; i++)
		root[i] = i;
	for (int a = 0; a < c->n; a++)
		for (int b = 0; b < c->n; b++)
			if (found_similarity[a][b] != 0)
				root[Max(root_of(a), root_of(b))] = Min(root_of(a), root_of(b));
	for (int i = 0; i < c->n; i++)
		expected[i] = root_of(i);
	for (int i = 0; i < c->n; i++)
		root[i] = i;
	memset(found_similarity, 0, sizeof(found_similarity));
	sets_join_components(c, m, t, put_together, is_together, NULL, &stats);
	for (int a = 0; a < c->n; a++)
	{
		differ += root_of(a) != expected[a];
		for (int b = 0; b < c->n; b++)
			wrong += found_similarity[a][b] != 0 && found_similarity[a][b] != set_similarity(m, set_shared(c, a, b), c->size[a], c->size[b]);
	}
	check(differ == 0 && wrong == 0, "measure %d >= %g, %d sets, %s: %d in other components, %d wrong", m, t, c->n,
		  c->weight ? "weighted" : "plain", differ, wrong);
}

int
main(void)
{
	for (int round = 0; round < 120; round++)
	{
		int			n = 2 + rnd_int(MOST_SETS - 2);
		uint8	   *side;

		stub_reset();
		random_sets(n, (int[]) {3, 12, 60, 1000, 100000}[rnd_int(5)], (int[]) {1, 4, 15, MOST_LENGTH - 1}[rnd_int(4)], (int[]) {0, 1, 5, 40}[rnd_int(4)]);
		side = palloc(n);
		for (int i = 0; i < n; i++)
			side[i] = i >= n / 3;
		for (int idf = 0; idf < 2; idf++)
		{
			const SetCollection *one = make_sets(n, idf, NULL, n);
			const SetCollection *two = make_sets(n, idf, side, rnd_int(2) ? n : n / 3);

			for (int m = MEASURE_JACCARD; m <= MEASURE_CONTAINMENT; m++)
			{
				double		t = (double[]) {0.1, 0.3, 0.5, 0.6, 2 / 3.0, 0.7, 0.8, 0.9, 1}[rnd_int(9)];

				if (m != MEASURE_CONTAINMENT)
				{
					if (rnd_int(3) == 0)
						test_join(one, m, t, 1 + rnd_int(4));
					test_join(one, m, t, 0);
					test_components(one, m, t);
				}
				test_join(two, m, t, 0);
			}
		}
	}
	return summary("exact join");
}

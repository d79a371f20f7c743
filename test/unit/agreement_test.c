/*-------------------------------------------------------------------------
 *
 * agreement_test.c
 *	  Tests of the agreement kernels, without a server.
 *
 *	  agreement_test GOLDEN.txt      all tests (golden_to_text.pl makes the file)
 *	  agreement_test speed           timings
 *
 *-------------------------------------------------------------------------
 */
#include "agreement_test.h"

#include <stdarg.h>
#undef printf
#undef vprintf
#undef fprintf
#include <stdio.h>
#include <string.h>

#include "stubs.h"

int			n_passed = 0;
int			n_failed = 0;
uint64		rnd_state = 42;

const char *const coef_name[COEF_COUNT] = {
	"percent", "weighted", "cohen", "scott", "fleiss", "conger", "gwet", "bp", "alpha"
};

uint64
rnd(void)
{
	uint64		z = (rnd_state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

double
rnd_unit(void)
{
	return (rnd() >> 11) * (1.0 / 9007199254740992.0);
}

int
rnd_int(int n)
{
	return (int) (rnd() % (uint64) n);
}

bool
check(bool ok, const char *fmt,...)
{
	va_list		ap;

	if (ok)
	{
		n_passed++;
		return true;
	}
	n_failed++;
	if (n_failed > 60)
		return false;
	printf("FAILED: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return false;
}

RatingMatrix *
matrix_of(int items, int raters, int q, const int *category,
		  int n_clusters, const int *cluster)
{
	RatingMatrix *m = palloc0(sizeof(RatingMatrix));
	int32	   *start = palloc(sizeof(int32) * (items + 1));
	int32	   *rater = palloc(sizeof(int32) * (items * raters + 1));
	int32	   *cat = palloc(sizeof(int32) * (items * raters + 1));
	int32	   *clus = palloc(sizeof(int32) * (items + 1));

	start[0] = 0;
	for (int i = 0; i < items; i++)
	{
		int32		before = m->n_obs;

		for (int g = 0; g < raters; g++)
		{
			if (category[i * raters + g] < 0)
				continue;
			rater[m->n_obs] = g;
			cat[m->n_obs++] = category[i * raters + g];
		}
		if (m->n_obs == before)
			continue;
		if (cluster)
			clus[m->n_items] = cluster[i];
		start[++m->n_items] = m->n_obs;
	}
	m->n_raters = raters;
	m->n_categories = q;
	m->start = start;
	m->rater = rater;
	m->category = cat;
	m->n_clusters = cluster ? n_clusters : 0;
	m->cluster = cluster ? clus : NULL;
	return m;
}

int
main(int argc, char **argv)
{
	if (argc != 2)
	{
		fprintf(stderr, "usage: agreement_test GOLDEN.txt | speed\n");
		return 2;
	}
	if (strcmp(argv[1], "speed") == 0)
	{
		test_speed();
		return 0;
	}
	test_golden(argv[1]);
	test_edges();
	test_oracle(400);
	test_invariance(400);
	test_breakdowns(200);
	printf("agreement kernels: %d passed, %d failed\n", n_passed, n_failed);
	return n_failed > 0;
}

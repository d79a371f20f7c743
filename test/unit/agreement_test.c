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

const char *const coef_name[COEF_COUNT] = {
	"percent", "weighted", "cohen", "scott", "fleiss", "conger", "gwet", "bp", "alpha"
};

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
	return summary("agreement kernels");
}

/* What the parts of the agreement test share */
#ifndef HD_AGREEMENT_TEST_H
#define HD_AGREEMENT_TEST_H

#include "postgres.h"

#include <math.h>

#include "agreement/coefficients.h"
#include "unit.h"

extern const char *const coef_name[COEF_COUNT];

/*
 * A matrix of items x raters, category[i * raters + g] or -1.  Items without a
 * rating are dropped; "cluster" [items] may be NULL.
 */
extern RatingMatrix *matrix_of(int items, int raters, int q, const int *category,
							   int n_clusters, const int *cluster);

extern void test_golden(const char *file);
extern void test_edges(void);
extern void test_oracle(int rounds);
extern void test_invariance(int rounds);
extern void test_breakdowns(int rounds);
extern void test_speed(void);

#endif							/* HD_AGREEMENT_TEST_H */

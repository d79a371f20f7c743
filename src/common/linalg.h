/*-------------------------------------------------------------------------
 *
 * linalg.h
 *	  Dense symmetric matrices, for normal equations and information matrices:
 *	  plain arrays, row by row, no SQL.
 *
 * Long loops check for interrupts.  n is up to a few thousand.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_LINALG_H
#define HD_LINALG_H

/*
 * a = L L' in place (lower triangle; the upper one is left alone).  False if
 * a is not positive definite: a pivot is not above tolerance times the
 * largest diagonal element.
 */
extern bool hd_cholesky(double *a, int n, double tolerance);

/* x = (L L')^-1 b; b and x may be the same */
extern void hd_cholesky_solve(const double *l, int n, const double *b, double *x);

/* The full symmetric inverse (L L')^-1 */
extern void hd_cholesky_inverse(const double *l, int n, double *inverse);

/*
 * Eigenvalues in descending order, and eigenvectors as the rows of vector
 * (NULL if not wanted), by Jacobi's rotations (Golub & Van Loan, algorithm
 * 8.5.3): for n up to a few hundred.  a is destroyed.  The sign of a vector
 * is such that its elements do not sum to less than zero.
 */
extern void hd_symmetric_eigen(double *a, int n, double *value, double *vector);

#endif							/* HD_LINALG_H */

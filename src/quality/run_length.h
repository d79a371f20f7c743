/*-------------------------------------------------------------------------
 *
 * run_length.h
 *	  Average run lengths of charts of normal observations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_RUN_LENGTH_H
#define HD_RUN_LENGTH_H

/* one-sided CUSUM from 0, shift in standard deviations; NaN: beyond what doubles can tell */
extern double cusum_run_length(double k, double h, double shift);
/* two-sided EWMA from the target, with its asymptotic limits */
extern double ewma_run_length(double lambda, double width, double shift);

#endif							/* HD_RUN_LENGTH_H */

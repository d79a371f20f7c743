/* What the programs of this directory share: counting checks, and random numbers */
#ifndef HD_UNIT_H
#define HD_UNIT_H

#include "postgres.h"

#include "stubs.h"

extern int	n_passed;
extern int	n_failed;

/* Counts; prints what fails */
extern bool check(bool ok, const char *fmt,...) pg_attribute_printf(2, 3);

/* The closing line of a program, and its exit status */
extern int	summary(const char *name);

/* Deterministic random numbers: SplitMix64 (Steele, Lea & Flood 2014) */
extern uint64 rnd_state;
extern uint64 rnd(void);
extern double rnd_unit(void);
extern int	rnd_int(int n);

#endif							/* HD_UNIT_H */

/*-------------------------------------------------------------------------
 *
 * ppi.h
 *	  The state type "ppi": what a judge says of all rows and people of some.
 *
 * A counting state: exact sums.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_PPI_H
#define HD_PPI_H

#include "common/shortsum.h"
#include "common/state.h"

/* f: the judge, y: a person, w: 1 / probability of audit */
typedef enum PpiSum
{
	REST_F, REST_FF,			/* rows that are not audited */
	AUDIT_F, AUDIT_FF, AUDIT_Y, AUDIT_YY, AUDIT_FY,
	PPI_PLAIN_SUMS,
	/* only with probabilities */
	W = PPI_PLAIN_SUMS, W_F, W_Y, W_FF, W_FY,
	WW, WW_F, WW_Y, WW_FF, WW_YY, WW_FY,
	PPI_SUMS
} PpiSum;

#define PPI_KNOWN		0x01	/* a row was seen: the next flag has a meaning */
#define PPI_WEIGHTED	0x02	/* ppi_agg(judge, human, probability) */

typedef struct Ppi
{
	State		state;
	uint8		flags;
	int64		n_skipped;		/* rows without a judgement of the judge */
	int64		n_rest;
	int64		n_audited;
	int64		total;			/* all rows: no count overflows before it */
	double		least;			/* of all values, of judge and people */
	double		most;
	ShortSum	sum[PPI_SUMS];
} Ppi;

extern const StateType ppi_type;

#define PPI_LARGEST 1e75		/* squares times squared weights stay finite */
#define PPI_LEAST_PROBABILITY 1e-50

/* Kind of rows: with probabilities or without */
extern void ppi_set_weighted(Ppi *p, bool weighted);
extern void ppi_skip(Ppi *p);
extern void ppi_add_rest(Ppi *p, double f);
extern void ppi_add_audited(Ppi *p, double f, double y);
extern void ppi_add_weight(Ppi *p, double f, double y, double probability);

#endif							/* HD_PPI_H */

/*-------------------------------------------------------------------------
 *
 * metrics_pay.h
 *	  The state type "pay": what was paid for how much time.
 *
 * A counting state: how often each (pay, seconds) came.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HD_METRICS_PAY_H
#define HD_METRICS_PAY_H

#include "common/state.h"

typedef struct PayRow
{
	double		pay;
	double		seconds;
	int64		count;
} PayRow;

typedef struct Pay
{
	State		state;
	PayRow	   *row;
	size_t		n;
	size_t		cap;
	bool		settled;		/* by pay and seconds, each pair once */
	int64		total;
} Pay;

extern const StateType pay_type;

extern void pay_put(Pay *p, double pay, double seconds, int64 n);
extern Pay *pay_get(Datum d);

#endif							/* HD_METRICS_PAY_H */

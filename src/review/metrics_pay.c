/*-------------------------------------------------------------------------
 *
 * metrics_pay.c
 *	  The state type "pay": counting, merging, and its byte format
 *	  (docs/storage.md).
 *
 * Version 1:
 *	  byte		version
 *	  varint	number of different pairs
 *	  for each pair, ascending by pay and seconds:
 *		number	pay
 *		number	seconds
 *		varint	count
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/alloc.h"
#include "common/compat.h"
#include "common/count.h"
#include "common/interrupts.h"
#include "common/keys.h"
#include "port.h"
#include "review/metrics_pay.h"
#include "utils/memutils.h"

#define FIRST_ROWS 8
#define PAIR_BYTES 17			/* no less than one takes */

static void
pay_init(State *s)
{
	((Pay *) s)->settled = true;
}

static int
pair_ascending(const void *a, const void *b, void *arg)
{
	const PayRow *x = a;
	const PayRow *y = b;

	if (x->pay != y->pay)
		return x->pay < y->pay ? -1 : 1;
	return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

static void
pay_settle(Pay *p)
{
	size_t		kept = 0;

	if (p->settled)
		return;
	qsort_interruptible(p->row, p->n, sizeof(PayRow), pair_ascending, NULL);
	/* not interrupted: a row must not be counted twice */
	for (size_t i = 0; i < p->n; i++)
	{
		if (kept > 0 && pair_ascending(&p->row[kept - 1], &p->row[i], NULL) == 0)
			p->row[kept - 1].count += p->row[i].count;
		else
			p->row[kept++] = p->row[i];
	}
	p->n = kept;
	p->settled = true;
}

Pay *
pay_get(Datum d)
{
	Pay		   *p = (Pay *) state_get(&pay_type, d);

	pay_settle(p);
	return p;
}

/* Repeats are added up before the room grows */
static pg_noinline void
enlarge(Pay *p)
{
	size_t		cap = Max(p->cap * 2, FIRST_ROWS);

	pay_settle(p);
	if (p->n <= p->cap / 2 && p->cap > 0)
		return;
	if (p->n > state_size_limit() / PAIR_BYTES)
		wire_too_large(pay_type.name, state_size_limit());
	p->row = p->row ? repalloc_huge(p->row, mul_size(cap, sizeof(PayRow))) :
		array_alloc_in(p->state.cx, cap, sizeof(PayRow));
	p->cap = cap;
}

void
pay_put(Pay *p, double pay, double seconds, int64 n)
{
	count_add(&p->total, n);
	if (unlikely(p->n == p->cap))
		enlarge(p);
	/* -0 and 0 are one */
	p->row[p->n++] = (PayRow) {pay == 0 ? 0 : pay, seconds, n};
	p->settled = false;
}

static void
pay_merge(State *d, State *s)
{
	Pay		   *src = (Pay *) s;

	pay_settle(src);
	state_changed(d);
	for (size_t i = 0; i < src->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		pay_put((Pay *) d, src->row[i].pay, src->row[i].seconds, src->row[i].count);
	}
}

/* ---- bytes ---- */

static void
pay_encode(State *s, WireWriter *w)
{
	Pay		   *p = (Pay *) s;

	pay_settle(p);
	wire_put_byte(w, HDATA_PAY_VERSION);
	wire_put_varint(w, p->n);
	for (size_t i = 0; i < p->n; i++)
	{
		HD_CHECK_EVERY(i + 1);
		keys_put_number(w, p->row[i].pay);
		keys_put_number(w, p->row[i].seconds);
		wire_put_varint(w, p->row[i].count);
	}
}

static void
pay_decode(State *s, WireReader *r)
{
	Pay		   *p = (Pay *) s;

	if (wire_get_byte(r) != HDATA_PAY_VERSION)
		wire_fail(r, "Its version is not known to this release of hdata.");
	p->n = wire_get_count(r, PAIR_BYTES);
	if (p->n == 0)
		wire_fail(r, "There are no rows.");
	p->row = array_alloc_in(s->cx, p->n, sizeof(PayRow));
	p->cap = p->n;
	for (size_t i = 0; i < p->n; i++)
	{
		PayRow	   *row = &p->row[i];
		uint64		n;

		HD_CHECK_EVERY(i + 1);
		row->pay = keys_get_number(r);
		row->seconds = keys_get_number(r);
		n = wire_get_varint(r);
		if (row->pay < 0 || row->seconds <= 0)
			wire_fail(r, "Pay is negative, or there is no time.");
		if (n == 0 || n > (uint64) (PG_INT64_MAX - p->total))
			wire_fail(r, "A count is out of range.");
		row->count = (int64) n;
		p->total += row->count;
		if (i > 0 && pair_ascending(row - 1, row, NULL) >= 0)
			wire_fail(r, "Pairs are not in ascending order.");
	}
	if (wire_left(r) > 0)
		wire_fail(r, "There are bytes behind the end.");
}

const StateType pay_type = {
	.name = "pay",
	.size = sizeof(Pay),
	.init = pay_init,
	.encode = pay_encode,
	.decode = pay_decode,
	.merge = pay_merge
};
